"""``manage.py registry import FILE``: shows what a registry file would do, asks, and reads it into the registry."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from beneficiaries import registry, registry_work, uploads
from beneficiaries.errors import BeneficiaryError, said
from beneficiaries.models import RegistryImport, RegistrySource
from beneficiaries.refusals import title
from beneficiaries.registry_file import ErrorsFile, RegistryFile
from beneficiaries.registry_staging import Progress

LINE_EVERY_SECONDS = 2.0
ASK_EVERY_SECONDS = 0.5
S = RegistryImport.State


class Command(BaseCommand):
    """Progress goes to stderr, the preview and the summary to stdout. Exit code 1 if nothing was imported."""

    help = "Mengelola registri penerima: import BERKAS menunjukkan pratinjau, bertanya, lalu menyimpan yang bersih."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="Membaca berkas registri.")
        importing.add_argument("file", type=Path)
        importing.add_argument("--sheet", default="", help="Lembar buku kerja yang dibaca, bila ada beberapa.")
        importing.add_argument("--source", default="", help="Siapa yang mengirim berkas ini, misalnya DTSEN.")
        importing.add_argument(
            "--complete",
            action="store_true",
            help="Berkas memuat semua orang dari sumbernya; yang tidak ada di dalamnya keluar. Perlu --approver.",
        )
        importing.add_argument("--yes", action="store_true", help="Simpan tanpa bertanya.")
        importing.add_argument(
            "--errors", type=Path, help="Berkas untuk baris yang ditolak (bawaan: nama berkas dengan .errors.csv)."
        )
        importing.add_argument("--by", metavar="USER", help="Nama pengguna petugas yang bertanggung jawab.")
        importing.add_argument("--approver", metavar="USER", help="Nama pengguna yang menyetujui berkas lengkap.")

    def handle(self, *args: Any, file: Path, errors: Path | None, **options: Any) -> None:
        try:
            self._import(file, errors or file.with_suffix(".errors.csv"), options)
        except BeneficiaryError as error:
            raise CommandError(str(error)) from None

    def _import(self, path: Path, errors_path: Path, options: dict[str, Any]) -> None:
        by, approver = _officer("--by", options["by"]), _officer("--approver", options["approver"])
        started = time.monotonic()
        line = ProgressLine(self.stderr)
        mapping = RegistrySource.objects.mapping_of(options["source"])
        sheet = options["sheet"] or None
        with RegistryFile(path, mapping=mapping, sheet=sheet) as given, ErrorsFile(errors_path, given) as refused:
            run = self._checked(given, by, options, line)
            with registry.open_file(run) as file:
                for row, refusals in registry.errors_of(run, file):
                    refused.write(row, refusals)
            refused.finish()
            refused.publish()
        self._show(run)
        if run.refused:
            self.stdout.write(f"Perbaiki {errors_path}, lalu impor berkas itu.")
        if not self._wanted(run, by, approver, options["yes"]):
            raise CommandError(f"Tidak disimpan. Impor #{run.pk} menunggu di halaman kantor.")
        registry.request_commit(run, by=approver or by, leaving_confirmed=True)
        self._until_over(run, registry_work.commit, line)
        seconds = time.monotonic() - started
        self.stdout.write(f"{seconds:.1f} detik, {run.rows / max(seconds, 0.001):,.0f} baris per detik.")

    def _checked(
        self, given: RegistryFile, by: User | None, options: dict[str, Any], line: "ProgressLine"
    ) -> RegistryImport:
        given.stream.seek(0)
        run = registry.begin(
            uploads.store(given.stream),
            file_name=given.path.name,
            by=by,
            source=options["source"],
            complete=options["complete"],
            sheet=options["sheet"],
        )
        self._until_over(run, registry_work.check, line)
        return run

    def _until_over(self, run: RegistryImport, work: Any, line: "ProgressLine") -> None:
        """Does it here, or waits for the worker that was faster. Raises CommandError with why it failed."""
        run.refresh_from_db()
        while run.state in RegistryImport.WORKING:
            work(run.pk, line)
            run.refresh_from_db()
            if run.state in RegistryImport.WORKING:
                time.sleep(ASK_EVERY_SECONDS)
        if run.state in (S.FAILED, S.CANCELLED):
            reason = said(run.error_code, run.error_data) if run.error_code else run.get_state_display()
            raise CommandError(reason)

    def _show(self, run: RegistryImport) -> None:
        for name, count in (
            ("Baris", run.rows),
            ("Baru", run.added),
            ("Berubah", run.changed),
            ("Tetap", run.unchanged),
            ("Ditolak", run.refused),
            ("Keluarga baru", run.households_added),
            ("Keluarga berubah", run.households_changed),
            ("Kembali", run.returned),
            *([("Keluar", run.left)] if run.complete else []),
        ):
            self.stdout.write(f"{name:<16}{count:>10}")
        for key, count in sorted(run.refusals.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>8}  {title(key)}")
        for column, count in sorted(run.fields_changed.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>8}  {column} berubah")

    def _wanted(self, run: RegistryImport, by: User | None, approver: User | None, yes: bool) -> bool:
        if run.complete and (by is None or approver is None):
            self.stdout.write("Berkas lengkap perlu --by dan --approver, dua orang yang berbeda.")
            return False
        if registry.leaving_is_many(run):
            limit = settings.REGISTRY["leaving_share"]
            share = registry.leaving_share(run)
            self.stdout.write(f"PERHATIAN: {share} % orang sumber ini keluar, lebih dari batas {limit} %.")
            yes = False  # that is not to be passed over by habit
        return yes or self._answers_yes()

    def _answers_yes(self) -> bool:
        # Whoever cannot be asked has not agreed.
        return sys.stdin.isatty() and input("Simpan ke registri? Ketik ya: ").strip().lower() == "ya"


def _officer(option: str, name: str | None) -> User | None:
    officer = User.objects.filter(username=name, is_active=True).first() if name else None
    if name and officer is None:
        raise CommandError(f"{option}: tidak ada pengguna aktif bernama {name}.")
    return officer


class ProgressLine:
    """Writes progress to a stream: over and over on one line of a terminal, else now and then on a line of its own."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.terminal = sys.stderr.isatty()
        self.last = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        over = progress.merging and progress.share in (0.0, 1.0)
        if not self.terminal and not over and now - self.last < LINE_EVERY_SECONDS:
            return
        self.last = now
        stage = ("membandingkan, menyimpan" if progress.merging else "membaca") + f" {progress.share:4.0%}"
        text = f"{stage}  {progress.rows} baris, {progress.refused} ditolak"
        if self.terminal:
            self.stream.write(f"\r\x1b[K{text}", ending="\n" if over else "")
            self.stream.flush()
        else:
            self.stream.write(text)
