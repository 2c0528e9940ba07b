"""The tables of the run's own database: migrated, or, where another of our databases is at hand, copied from there."""

from __future__ import annotations

import subprocess

from config.embedded import Postgres

# Roles are made by the embedded start, under the same names as there.
DUMP = ("--no-owner", "--dbname")
RESTORE = ("--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1", "--dbname")


def copy(server: Postgres, source: str, target: str) -> None:
    """Everything in the database at `source` into the empty one at `target`, both addresses of the owner.

    Seconds instead of the minute that all migrations take on a busy machine.
    Raises CalledProcessError if either program fails.
    """
    dump = subprocess.run([server.binary("pg_dump"), *DUMP, source], check=True, capture_output=True)
    subprocess.run([server.binary("psql"), *RESTORE, target], check=True, capture_output=True, input=dump.stdout)
