"""The database's owner, for tests that do what the application cannot: it alone empties tables and lifts triggers.

Only with `committed_db`: the owner has a connection of its own, and sees what was committed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper


@contextlib.contextmanager
def as_owner() -> Iterator[CursorWrapper]:
    """A cursor of the owner, in one transaction that is committed at the end."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        yield cursor


@contextlib.contextmanager
def lift_triggers(cursor: CursorWrapper, tables: Sequence[str] | None = None) -> Iterator[None]:
    """No table's own trigger fires meanwhile, of these tables or of all; foreign keys still do."""
    with_triggers = _with_triggers(cursor) if tables is None else tables
    _alter(cursor, with_triggers, "DISABLE TRIGGER USER")
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an ALTER TABLE waits for no pending check
    _alter(cursor, with_triggers, "ENABLE TRIGGER USER")


def tamper(statement: str, *parameters: Any) -> None:
    """Changes at least one row as the owner could who wants to deceive: no trigger fires, and it is committed."""
    with as_owner() as cursor, lift_triggers(cursor):
        cursor.execute(statement, parameters)
        assert cursor.rowcount >= 1


@contextlib.contextmanager
def triggers_lifted() -> Iterator[None]:
    """What the application does meanwhile meets no trigger: as if the owner had lifted them for it."""
    with as_owner() as cursor:
        tables = _with_triggers(cursor)
        _alter(cursor, tables, "DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with as_owner() as cursor:
            _alter(cursor, tables, "ENABLE TRIGGER USER")


def _with_triggers(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    return [table for (table,) in cursor.fetchall()]


def _alter(cursor: CursorWrapper, tables: Sequence[str], how: str) -> None:
    if tables:
        cursor.execute("; ".join(f"ALTER TABLE {table} {how}" for table in tables))
