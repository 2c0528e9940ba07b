"""``manage.py registry import FILE``: reads a registry file into the registry."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from beneficiaries import registry
from beneficiaries.errors import BeneficiaryError
from beneficiaries.refusals import title

LINE_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    """Progress goes to stderr, the summary to stdout. Exit code 1 if nothing was imported."""

    help = "Mengelola registri penerima: import BERKAS membaca CSV, menyimpan yang bersih, menolak yang keliru."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="Membaca berkas CSV registri.")
        importing.add_argument("file", type=Path)
        importing.add_argument(
            "--errors", type=Path, help="Berkas untuk baris yang ditolak (bawaan: nama berkas dengan .errors.csv)."
        )

        importing.add_argument("--by", metavar="USER", help="Nama pengguna petugas yang bertanggung jawab.")

    def handle(self, *args: Any, file: Path, errors: Path | None, by: str | None, **options: Any) -> None:
        errors = errors or file.with_suffix(".errors.csv")
        officer = User.objects.filter(username=by, is_active=True).first() if by else None
        if by and officer is None:
            raise CommandError(f"--by: tidak ada pengguna aktif bernama {by}.")
        started = time.monotonic()
        try:
            done = registry.import_file(file, errors, officer, progress=ProgressLine(self.stderr))
        except BeneficiaryError as error:
            raise CommandError(str(error)) from None
        seconds = time.monotonic() - started
        for name, count in (
            ("Baris", done.rows),
            ("Baru", done.added),
            ("Berubah", done.changed),
            ("Tetap", done.unchanged),
            ("Ditolak", done.refused),
            ("Keluarga berubah", done.households_changed),
        ):
            self.stdout.write(f"{name:<16}{count:>10}")
        for key, count in sorted(done.refusals.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>8}  {title(key)}")
        self.stdout.write(f"{seconds:.1f} detik, {done.rows / max(seconds, 0.001):,.0f} baris per detik.")
        if done.refused:
            self.stdout.write(f"Perbaiki {errors}, lalu impor berkas itu.")


class ProgressLine:
    """Writes progress to a stream: over and over on one line of a terminal, else now and then on a line of its own."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.terminal = sys.stderr.isatty()
        self.last = time.monotonic()

    def __call__(self, progress: registry.Progress) -> None:
        now = time.monotonic()
        if not self.terminal and not progress.merging and now - self.last < LINE_EVERY_SECONDS:
            return
        self.last = now
        stage = "menyimpan" if progress.merging else f"{progress.share:4.0%}"
        text = f"{stage}  {progress.rows} baris, {progress.refused} ditolak"
        if self.terminal:
            self.stream.write(f"\r\x1b[K{text}", ending="\n" if progress.merging else "")
            self.stream.flush()
        else:
            self.stream.write(text)
