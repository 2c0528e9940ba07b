"""``manage.py regions load``: the whole country's regions into their table."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from beneficiaries import region_tree


class Command(BaseCommand):
    """May be run as often as wanted; after an upgrade of the source it brings the table up to it."""

    help = "Mengisi tabel wilayah seluruh Indonesia dari sumber yang terpasang; boleh diulang."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("load", help="Menyamakan tabel wilayah dengan sumbernya.")

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = region_tree.load()
        for name, count in (
            ("Baru", loaded.added),
            ("Berubah", loaded.changed),
            ("Tidak berlaku", loaded.withdrawn),
            ("Tetap", loaded.unchanged),
        ):
            self.stdout.write(f"{name:<16}{count:>10}")
