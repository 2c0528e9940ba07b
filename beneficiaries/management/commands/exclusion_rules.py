"""``manage.py exclusion_rules``: the four exclusions of Kepgub 1250/2021, to be tried and put into force in the office."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from beneficiaries import kepgub_1250_2021


class Command(BaseCommand):
    help = (
        "Menyiapkan aturan pengecualian Kepgub 1250/2021. Aturan baru berlaku sesudah dicoba dan diberlakukan petugas."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="valid_from", type=date.fromisoformat, help="Tanggal mulai (bawaan: hari ini)."
        )

    def handle(self, *args: Any, valid_from: date | None, **options: Any) -> None:
        made = kepgub_1250_2021.set_up(valid_from or timezone.localdate())
        self.stdout.write(f"{made} aturan disiapkan; coba dan berlakukan di kantor.")
