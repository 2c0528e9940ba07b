"""``manage.py make_registry --people N --seed S --out FILE [--xlsx]``: an invented registry file for demos and tests."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from beneficiaries import synthetic


class Command(BaseCommand):
    """The same numbers, seed and day give the same bytes."""

    help = "Membuat berkas registri rekaan keluarga Jakarta; tidak ada orang sungguhan di dalamnya."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, required=True, help="Jumlah orang.")
        parser.add_argument("--seed", type=int, default=1, help="Benih pengacak.")
        parser.add_argument("--out", type=Path, required=True, help="Berkas yang dibuat.")
        parser.add_argument("--xlsx", action="store_true", help="Buku kerja Excel, bukan CSV.")
        parser.add_argument("--today", type=date.fromisoformat, help="Hari acuan umur, TTTT-BB-HH (bawaan: hari ini).")

    def handle(
        self, *args: Any, people: int, seed: int, out: Path, xlsx: bool, today: date | None, **options: Any
    ) -> None:
        if people < 1:
            raise CommandError("--people harus paling sedikit 1.")
        try:
            made = synthetic.write(out, people, seed=seed, today=today or timezone.localdate(), workbook=xlsx)
        except OSError as error:
            raise CommandError(f"{out} tidak dapat ditulis: {error.strerror}") from None
        self.stdout.write(f"{made.rows} baris, {made.people} orang rekaan, {made.households} keluarga.")
        self.stdout.write(f"{made.dirty.total()} orang dikotori; impor akan menolak {made.refused} baris:")
        for name, count in sorted(made.dirty.items()):
            self.stdout.write(f"  {count:>8}  {name}")
