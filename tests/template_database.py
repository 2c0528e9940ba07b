"""One database that is migrated for all workers of a run: each takes a copy of it instead of a minute of migrations."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.utils import CursorWrapper

from config.embedded import DATA

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:12]  # the same for all workers of a run; empty without workers
TEMPLATE = f"test_salur_template_{RUN}"


def copy_to(name: str) -> None:
    """The database anew, with all tables and nothing in them; the first worker that comes makes the template."""
    with (DATA / "test-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists():
            _make()
        with _server() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')


def drop() -> None:
    """The template is gone; safe to repeat. A worker that asks for a copy later makes it anew."""
    with _server() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}"')


def _exists() -> bool:
    with _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        return cursor.fetchone() is not None


def _make() -> None:
    owner = connections["owner"]
    test, name = owner.settings_dict["TEST"], owner.settings_dict["NAME"]
    tests_own, test["NAME"] = test["NAME"], TEMPLATE
    owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    owner.close()
    test["NAME"], owner.settings_dict["NAME"] = tests_own, name


@contextmanager
def _server() -> Iterator[CursorWrapper]:
    """A cursor of the owner beside its databases."""
    owner = connections["owner"]
    owner.close()
    with owner._nodb_cursor() as cursor:
        yield cursor
