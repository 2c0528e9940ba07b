"""The database's owner, for tests that do what the application cannot: it alone empties tables and lifts triggers.

Only with `committed_db`: the owner has a connection of its own, and sees what was committed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper


@contextlib.contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """A cursor of the owner, in one transaction that is committed at the end."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        yield cursor


@contextlib.contextmanager
def lift_triggers(cursor: CursorWrapper) -> Iterator[None]:
    """No table's own trigger fires meanwhile; foreign keys still do."""
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    tables = [table for (table,) in cursor.fetchall()]
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an ALTER TABLE waits for no pending check
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(statement: str, *parameters: Any) -> None:
    """Changes at least one row as the owner could who wants to deceive: no trigger fires, and it is committed."""
    with as_owner() as cursor, lift_triggers(cursor):
        cursor.execute(statement, parameters)
        assert cursor.rowcount >= 1


@contextlib.contextmanager
def triggers_lifted() -> Iterator[None]:
    """What the application does meanwhile meets no trigger: as if the owner had lifted them for it."""
    with as_owner() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with as_owner() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
