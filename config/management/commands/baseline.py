"""`manage.py baseline`: writes the schema anew as the migrations make it."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from config import baseline


class Command(BaseCommand):
    """Runs every migration in a database of its own, and writes what came of it to config/baseline.sql."""

    help = "Writes config/baseline.sql: the schema that an empty database gets at once."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = connections["owner"]
        database = owner.settings_dict["NAME"]
        scratch = f"{database}_baseline"
        _anew(scratch)
        try:
            owner.close()
            owner.settings_dict["NAME"] = scratch
            call_command("migrate", from_baseline=False, verbosity=0)
            text = baseline.written("owner")
        finally:
            owner.close()
            owner.settings_dict["NAME"] = database
            _drop(scratch)
        baseline.FILE.write_text(text)
        self.stdout.write(f"{baseline.FILE.name}: {len(baseline.stands_for(text))} migrations")


def _anew(database: str) -> None:
    _drop(database)
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{database}"')


def _drop(database: str) -> None:
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')
