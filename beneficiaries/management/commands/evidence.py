"""``manage.py evidence import FILE``: reads a file of evidence."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from beneficiaries import evidence_file
from beneficiaries.errors import BeneficiaryError
from beneficiaries.refusals import title


class Command(BaseCommand):
    """Exit code 1 if nothing was imported."""

    help = "Bukti: import BERKAS membaca CSV, menyimpan yang bersih, menolak yang keliru beserta alasannya."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="Membaca berkas CSV bukti.")
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
            done = evidence_file.import_file(file, errors, officer)
        except BeneficiaryError as error:
            raise CommandError(str(error)) from None
        seconds = time.monotonic() - started
        for name, count in (
            ("Baris", done.rows),
            ("Baru", done.added),
            ("Tetap", done.known),
            ("Ditolak", done.refused),
        ):
            self.stdout.write(f"{name:<16}{count:>10}")
        for key, count in sorted(done.refusals.items(), key=lambda item: -item[1]):
            self.stdout.write(f"  {count:>8}  {title(key)}")
        self.stdout.write(f"{seconds:.1f} detik, {done.rows / max(seconds, 0.001):,.0f} baris per detik.")
        if done.refused:
            self.stdout.write(f"Perbaiki {errors}, lalu impor berkas itu.")
