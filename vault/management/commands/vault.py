"""``manage.py vault status`` and ``manage.py vault rotate``: which key holds what, and bringing it all under the newest."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from vault import rotation

KINDS = {rotation.SEALED: "Kunci penyegel", rotation.INDEXED: "Kunci indeks"}
LISTED = 10
LINE_EVERY_SECONDS = 2.0
ORDER = (
    "Semua proses harus memakai kunci yang sama sebelum rotate. Pertama tambahkan kunci baru di semua proses dengan "
    "VAULT_KEY_IN_USE dan BLIND_INDEX_KEY_IN_USE menyebut yang lama; lalu hapus keduanya di semua proses; lalu jalankan rotate."
)


class Command(BaseCommand):
    """Exit code 1 while an old key is still used, or a used one is missing."""

    help = "Kunci: status menghitung nilai per kunci; rotate menyegel ulang semuanya dengan kunci yang dipakai."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("status", help="Menghitung nilai per nomor kunci.")
        rotating = actions.add_parser(
            "rotate", help="Menyegel ulang; dapat diputus dan diulang sementara sistem berjalan."
        )
        rotating.add_argument(
            "--despite-processes",
            action="store_true",
            help="Mulai juga bila ada proses dengan kunci lain yang tersambung: mereka tidak dapat membaca yang disegel ulang.",
        )
        rotating.add_argument("--batch", type=int, default=rotation.BATCH, help="Baris per transaksi.")
        rotating.add_argument(
            "--forget-digests",
            action="store_true",
            help="Mengosongkan sidik impor yang tidak dapat dibuat ulang: impor berikutnya menimpa perbaikan pada baris itu.",
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        careful = action == "rotate" and not options["despite_processes"]
        if careful:
            self._refuse_others()
        if action == "rotate":
            self._rotate(options["batch"], options["forget_digests"])
        if careful:
            self._refuse_others()  # who was not connected before may have written under an old key since
        for said in self._others():
            self.stdout.write(said)
        self._status()

    def _others(self) -> list[str]:
        return [
            f"{count} sambungan dari proses yang dijalankan dengan kunci lain (penyegel/indeks, yang dipakai dahulu): {keys}."
            for keys, count in rotation.others().items()
        ]

    def _refuse_others(self) -> None:
        if others := self._others():
            raise CommandError(" ".join([*others, ORDER]))

    def _rotate(self, batch: int, forget: bool) -> None:
        began = last = time.monotonic()

        def progress(place: str, written: int) -> None:
            nonlocal last
            if time.monotonic() - last >= LINE_EVERY_SECONDS:
                last = time.monotonic()
                self.stderr.write(f"{place}: {written} baris")

        done = rotation.rotate(progress, batch=batch)
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{done.written} baris disegel ulang dalam {seconds:.1f} detik, {done.written / max(seconds, 0.001):,.0f} per detik."
        )
        if forget:
            forgotten = sum(import_string(path)() for path in settings.VAULT_FORGET_DIGESTS)
            self.stdout.write(f"{forgotten} sidik impor dikosongkan.")
        for title, found in (
            ("tidak dapat dibuka atau dibuat ulang", done.broken),
            ("nomornya sama dengan baris lain; gabungkan dahulu", done.doubled),
        ):
            for place, rows in found.items():
                listed = ", ".join(map(str, rows[:LISTED])) + (", …" if len(rows) > LISTED else "")
                self.stderr.write(f"{place}: {len(rows)} baris {title}: id {listed}")

    def _status(self) -> None:
        totals: dict[tuple[str, int], int] = defaultdict(int)
        for use in rotation.counts():
            totals[use.keys, use.number] += use.rows
            self.stdout.write(f"{KINDS[use.keys]} {use.number:>3}  {use.rows:>12}  {use.place}")
        in_the_way = False
        for keys, name in KINDS.items():
            in_use, *others = rotation.configured(keys)
            self.stdout.write(f"{name} yang dipakai: {in_use}.")
            for number in others:
                rows, setting = totals.pop((keys, number), 0), rotation.setting_of(keys, number)
                if rows:
                    in_the_way = True
                    self.stdout.write(f"{name} {number} ({setting}) MASIH DIPAKAI {rows} nilai. Jangan dihapus.")
                elif number > in_use:
                    self.stdout.write(f"{name} {number} ({setting}) belum dipakai.")
                else:
                    self.stdout.write(f"{name} {number} ({setting}) tidak dipakai lagi dan boleh dihapus.")
            totals.pop((keys, in_use), None)
        if totals:
            missing = ", ".join(
                f"{KINDS[keys].lower()} {number}: {rows}" for (keys, number), rows in sorted(totals.items())
            )
            raise CommandError(f"Nilai dengan kunci yang tidak ada di pengaturan: {missing}. Kembalikan kunci itu.")
        if in_the_way:
            raise CommandError("Kunci lama masih dipakai: jalankan manage.py vault rotate.")
