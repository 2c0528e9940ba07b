"""`manage.py sandbox`: a sandbox that an agency hosts for its partners (docs/hosting-a-sandbox.md), on a database of its own."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sandbox import clock, fixtures
from sandbox.fixtures import Credentials
from wallet import credentials
from wallet.errors import WalletError


class Command(BaseCommand):
    help = "install: an empty database becomes a sandbox. partner: a partner may practise in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        steps.add_parser("install", help="its clock, its tables and its fund; safe to repeat after an upgrade")
        partner = steps.add_parser("partner", help="a partner with shops of its own; prints its secret once")
        partner.add_argument("client_id")
        partner.add_argument("name")
        partner.add_argument("public_key", type=Path, help="file with the partner's public RSA key, PEM")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, saying what to do: a database with the real clock, or no key that can be read."""
        if options["step"] == "install":
            self._install(options["verbosity"])
        else:
            self._admit(options["client_id"], options["name"], options["public_key"])

    def _install(self, verbosity: int) -> None:
        address = os.environ.get("OWNER_DATABASE_URL") or os.environ["DATABASE_URL"]
        try:
            clock.install(address)
        except clock.NotASandbox as error:
            raise CommandError(
                f"{error}: this database tells the real time. Name an empty one in DATABASE_URL."
            ) from error
        call_command("migrate", verbosity=verbosity)
        call_command("roles", verbosity=0)
        clock.read()
        fixtures.build()
        self.stdout.write("The sandbox is installed. Next: manage.py sandbox partner CLIENT-ID NAME PUBLIC-KEY-FILE")

    def _admit(self, client_id: str, name: str, file: Path) -> None:
        try:
            public_key = credentials.checked_key(file.read_text())[0]
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}. Name the file with the partner's public key.") from error
        except WalletError as error:
            raise CommandError(f"{file}: {error}") from error
        secret = secrets.token_urlsafe(32)
        fixtures.admit(Credentials(client_id, secret, "", public_key), name)
        self.stdout.write(f"client id      {client_id}\nclient secret  {secret}\nIt is not shown again.")
