"""`manage.py baseline`: writes the schema anew as the migrations make it."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from config import baseline


class Command(BaseCommand):
    """Runs every migration in a database of its own, and writes what came of it to config/baseline.sql."""

    help = "Writes config/baseline.sql: the schema that an empty database gets at once."

    def handle(self, *args: Any, **options: Any) -> None:
        with baseline.scratch("owner"):
            call_command("migrate", from_baseline=False, verbosity=0)
            text = baseline.written("owner")
        baseline.FILE.write_text(text)
        self.stdout.write(f"{baseline.FILE.name}: {len(baseline.stands_for(text))} migrations")
