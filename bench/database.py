"""The benchmark's databases: made by the owner, copied so that every run begins in the same state, dropped afterwards.

No superuser is needed: the owner may make databases, and whoever leaves one is waited for.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.core.management import call_command
from django.db import connections
from django.db.models import Model
from psycopg2.extensions import cursor as Cursor

from config import database_roles

OWNER = "owner"
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "wal_sync_method")
SMALL = 64 << 20  # bytes of a database that is copied sooner than the server makes a checkpoint
PATIENCE = 10  # seconds until whoever has just left a database is gone from it


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table in a file, as COPY writes and reads them."""

    table: str
    columns: str
    file: Path


def use(name: str) -> None:
    """Every connection of this process leads to that database from now on."""
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name


def sql(statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Runs one statement as the owner, in a transaction of its own; returns its rows."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def owner_cursor() -> Iterator[Any]:
    """The owner's cursor, for what is not one statement."""
    with connections[OWNER].cursor() as cursor:
        yield cursor


def written_out(folder: Path, *models: type[Model]) -> list[Rows]:
    """All rows of those tables in the database in use, a file of the folder for each; what is generated is left out."""
    written = []
    for model in models:
        table = model._meta.db_table
        columns = ", ".join(str(field.column) for field in model._meta.concrete_fields if not field.generated)
        with (folder / table).open("wb") as file, owner_cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({columns}) TO STDOUT", file)
        written.append(Rows(table, columns, folder / table))
    return written


def seconds_to_copy_in(rows: Sequence[Rows], *, after: Sequence[Rows] = ()) -> float:
    """How long COPY takes to bring the rows into their tables, in the order given and in one transaction.

    Those that they refer to come before them, `after` which the clock runs.
    """
    with owner_cursor() as cursor:
        cursor.execute("SELECT 1")  # connected before the clock runs
        for one in after:
            _copy_in(cursor, one)
        began = time.monotonic()
        cursor.execute("BEGIN")
        for one in rows:
            _copy_in(cursor, one)
        cursor.execute("COMMIT")
        return time.monotonic() - began


def _copy_in(cursor: Any, rows: Rows) -> None:
    with rows.file.open("rb") as lines:
        cursor.copy_expert(f"COPY {rows.table} ({rows.columns}) FROM STDIN", lines)


def owner() -> dict[str, str]:
    """Where the owner connects, as libpq's environment says it: for programs that are not ours."""
    place = connections[OWNER].settings_dict
    return {
        "PGHOST": place["HOST"],
        "PGPORT": str(place["PORT"]),
        "PGUSER": place["USER"],
        "PGPASSWORD": place["PASSWORD"],
        "PGDATABASE": place["NAME"],
    }


def make(name: str, like: str = "") -> None:
    """A fresh database with every table, in use by this process.

    `like` is an empty one of ours that nobody is in: its tables are copied, where migrating takes a minute.
    """
    drop(name)
    with _server() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like}"' if like else ""))
    use(name)
    with _owner_by_default():
        call_command("migrate", verbosity=0, database="default")
    database_roles.grant()


def copy(template: str, name: str) -> None:
    """The database anew as a copy of the template, and in use by this process.

    A large one by copying its files: the server makes a checkpoint for it, which ends what earlier runs have left to be written.
    A trial's small one through the log, which takes no checkpoint and a tenth of the time.
    """
    connections.close_all()
    drop(name)
    with _server() as cursor:
        cursor.execute("SELECT pg_database_size(%s)", [template])
        [(size,)] = cursor.fetchall()
        strategy = "file_copy" if size > SMALL else "wal_log"
        _patiently(cursor, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {strategy}')
    use(name)


def keep(name: str, template: str) -> None:
    """Renames a database that was built, so that copies can be made of it."""
    connections.close_all()
    drop(template)
    with _server() as cursor:
        _patiently(cursor, f'ALTER DATABASE "{name}" RENAME TO "{template}"')


def drop(name: str) -> None:
    connections.close_all()
    with _server() as cursor:
        _patiently(cursor, f'DROP DATABASE IF EXISTS "{name}"')


def checkpoint(name: str) -> None:
    """What earlier runs have left to be written is written now.

    CHECKPOINT itself is not for an owner, but making and dropping a database by copying files makes one each.
    """
    with _server() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}_rest" TEMPLATE template0 STRATEGY file_copy')
        cursor.execute(f'DROP DATABASE "{name}_rest"')


def server_facts() -> dict[str, str]:
    """The server's version and the settings that decide what a commit costs."""
    with _server() as cursor:
        facts = {}
        for name in ("server_version", *SETTINGS):
            cursor.execute(f"SHOW {name}")
            [(facts[name],)] = cursor.fetchall()
        return facts


@contextlib.contextmanager
def _owner_by_default() -> Iterator[None]:
    """The default connection is the owner's: hordak's migrations ask that one, whichever they run on."""
    place = connections["default"].settings_dict
    application = {key: place[key] for key in ("USER", "PASSWORD")}
    connections.close_all()
    place.update({key: connections[OWNER].settings_dict[key] for key in application})
    try:
        yield
    finally:
        connections.close_all()
        place.update(application)


def _patiently(cursor: Cursor, statement: str) -> None:
    """A server's process outlives its client's goodbye by a moment, and a template must have no guests."""
    for _ in range(PATIENCE * 10):
        try:
            cursor.execute(statement)
        except psycopg2.errors.ObjectInUse:
            time.sleep(0.1)
        else:
            return
    cursor.execute(statement)


@contextlib.contextmanager
def _server() -> Iterator[Cursor]:
    """The server outside of any database of ours: databases are not made in transactions."""
    place = connections[OWNER].settings_dict
    connection = psycopg2.connect(
        host=place["HOST"],
        port=place["PORT"],
        user=place["USER"],
        password=place["PASSWORD"],
        dbname="postgres",
    )
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor
