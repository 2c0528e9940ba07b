"""``manage.py ledger verify | prove | seal | public-key``: what an auditor asks of the books."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wallet import proofs, seals, verification
from wallet.errors import WalletError
from wallet.findings import Finding
from wallet.money import rupiah


class Command(BaseCommand):
    """Progress goes to stderr, the answer to stdout. Exit code 1 if something differs or cannot be done."""

    help = "Buku besar: memeriksa semuanya, membuktikan satu transfer, menyegel hari yang sudah berakhir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        verifying = actions.add_parser("verify", help="Menghitung ulang saldo dan segel dari transfer.")
        verifying.add_argument(
            "--from",
            dest="since",
            type=date.fromisoformat,
            metavar="TANGGAL",
            help="Segel dihitung ulang mulai hari ini (YYYY-MM-DD); rantai dan tanda tangan selalu semuanya.",
        )
        proving = actions.add_parser("prove", help="Menulis bukti satu transfer sebagai JSON.")
        proving.add_argument("transfer", type=int)
        actions.add_parser("seal", help="Menyegel semua hari yang sudah berakhir.")
        actions.add_parser("public-key", help="Menulis kunci publik segel (nomor dan heksadesimal).")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            if action == "verify":
                self.verify(options["since"])
            elif action == "prove":
                self.stdout.write(json.dumps(proofs.prove(options["transfer"]), indent=2))
            elif action == "seal":
                for seal in seals.seal_due():
                    self.stdout.write(f"{seal.day:%Y-%m-%d}  {seal.count:>10,} transfer  {bytes(seal.root).hex()}")
            else:
                for number, key in seals.public_keys().items():
                    self.stdout.write(f"{number} {key.hex()}")
        except WalletError as error:
            raise CommandError(str(error)) from None

    def verify(self, since: date | None) -> None:
        """Verifies and tells it, the first row that differs first; records what covers everything or found something.

        Raises CommandError if a row differs.
        """
        report = verification.verify(since, progress=self.show)
        self.stderr.write("")
        if since is None or not report.holds:  # a part that holds says nothing of the rest
            verification.record(report)
        for finding in report.findings:
            self.stdout.write(told(finding))
        self.stdout.write(f"{report.transfers:,} transfer dan {report.accounts:,} akun dihitung ulang.")
        self.stdout.write(f"Disegel sampai: {report.sealed_to or '-'}.")
        if not report.holds:
            first = told(report.findings[0]) if report.findings else "jumlah semua saldo tidak nol"
            raise CommandError(f"Buku besar TIDAK cocok. Yang pertama berbeda: {first}")
        self.stdout.write("Buku besar cocok.")

    def show(self, progress: verification.Progress) -> None:
        text = f"{progress.done}/{progress.jobs}  {progress.name}"
        if sys.stderr.isatty():
            self.stderr.write(f"\r\x1b[K{text}", ending="")
        else:
            self.stderr.write(text)


def told(finding: Finding) -> str:
    """One finding on one line: check, row, the sealed day if it is about one, what is recorded and what should be."""
    parts = [f"{finding.check}: {finding.row}"]
    if finding.day is not None:
        parts.append(f"hari {finding.day:%Y-%m-%d}")
    if finding.stored is not None and finding.recomputed is not None:
        parts.append(f"tercatat {rupiah(finding.stored)}, seharusnya {rupiah(finding.recomputed)}")
    return ", ".join(parts)
