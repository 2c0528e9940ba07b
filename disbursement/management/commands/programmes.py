"""``manage.py programmes load [FILE]``: sets up programmes with their versions and components from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disbursement import programme_file
from disbursement.errors import ProgrammeFileBroken


class Command(BaseCommand):
    """Safe to repeat: what is there already stays. One line for each programme goes to stdout."""

    help = "Menyiapkan program beserta versi dan komponennya dari berkas JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        load = actions.add_parser("load", help="Memuat berkas; tanpa nama berkas: program DKI Jakarta.")
        load.add_argument("file", nargs="?", type=Path, default=programme_file.JAKARTA)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = programme_file.load(options["file"])
        except ProgrammeFileBroken as error:
            raise CommandError(str(error)) from error
        for one in loaded:
            added = ", ".join(f"versi {number}" for number in one.added)
            if one.scheduled is not None:
                added = ", ".join(part for part in (added, f"jadwal {one.scheduled}") if part)
            self.stdout.write(f"{one.programme.code:<10} {added or 'tidak berubah'}")
