"""``manage.py retention list`` and ``manage.py retention drop``: what is over its time, and dropping it."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from beneficiaries import retention


class Command(BaseCommand):
    """`list` changes nothing."""

    help = "Masa simpan: list menunjukkan yang akan dihapus, drop menghapusnya."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="Menghitung yang lewat masa simpannya; tidak menghapus.")
        actions.add_parser("drop", help="Menghapus yang lewat masa simpannya.")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            for one in retention.due():
                self.stdout.write(f"{one.rule.name:<20}{one.days:>6} hari{one.count():>12}  {one.rule.title}")
            return
        total: Counter[str] = Counter()
        failed = None
        dropped = {"": 1}
        while any(dropped.values()):
            try:
                dropped = retention.drop()
            except retention.RulesFailed as error:
                failed, dropped = error, error.dropped
            total.update(dropped)
        for name, count in total.items():
            self.stdout.write(f"{name:<20}{count:>12}")
        if failed:
            raise failed
