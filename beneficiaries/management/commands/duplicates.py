"""``manage.py duplicates find``: compares whoever is new or changed in the registry, and brings the queue up to date."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from beneficiaries import duplicates
from beneficiaries.duplicates_scoring import THRESHOLD
from beneficiaries.models import DuplicatePair


class Command(BaseCommand):
    """Safe to repeat and to run while the registry is in use. Progress goes to stderr, the summary to stdout."""

    help = "Mencari orang yang mungkin terdaftar ganda. find: membandingkan yang baru atau berubah sejak terakhir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("find", help=f"Mencari, dan memperbarui antrean (skor {THRESHOLD} ke atas).")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        found = duplicates.find(self._tell)
        for name, count in (
            ("Orang baru atau berubah", found.people),
            ("Pasangan dibandingkan", found.compared),
            ("Masuk antrean", found.proposed),
            ("Skor diperbarui", found.renewed),
            ("Ditarik dari antrean", found.withdrawn),
            ("Kelompok terlalu besar", found.crowded),
            ("Menunggu keputusan", DuplicatePair.objects.waiting().count()),
        ):
            self.stdout.write(f"{name:<26}{count:>10}")
        self.stdout.write(f"{time.monotonic() - started:.1f} detik.")

    def _tell(self, progress: duplicates.Progress) -> None:
        self.stderr.write(f"{'kunci' if progress.stage == 'keys' else 'pasangan'}  {progress.done}")
