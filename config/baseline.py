"""The schema as one file of SQL: what the migrations make of an empty database, so that a new one takes seconds, not minutes.

`migrate` loads it into a database that holds no table yet, records the migrations that it stands for, and runs those that
came later. The migrations stay what counts: where the file of one differs from that which the SQL was made of, or the server
is older than the one that wrote it, the SQL is left alone and every migration is run. It brings no row but those records, and no
privilege: these are granted afterwards, as ever.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import embedded

FILE = Path(__file__).with_name("baseline.sql")
TITLE = "-- What these migrations make of an empty database. `make baseline` writes it; nobody edits it."
_SERVER = re.compile(r"^-- server (\d+)$", re.MULTILINE)
_MIGRATION = re.compile(r"^-- migration (\w+) (\w+) ([0-9a-f]{16})$", re.MULTILINE)
# In `public` alone: the sandbox's clock stands in a schema of its own before anything else does. The SQL names `public`: where
# tables are made in another schema, a database may be migrated in part although `public` is empty.
EMPTY = """
SELECT FROM pg_namespace WHERE nspname = 'public' AND nspname = current_schema() AND NOT EXISTS (
    SELECT FROM pg_class WHERE relnamespace = pg_namespace.oid AND relkind IN ('r', 'p'))
"""
_LOAD_LOCK = 0x62617365  # two `migrate` at once: the second finds the tables
# Of a dump: what sets up the session of pg_dump's own reader, headings, and what needs a superuser.
_NOT_SCHEMA = (
    (re.compile(r"\A.*?(?=^CREATE )", re.MULTILINE | re.DOTALL), ""),
    (re.compile(r"\n+--\n-- (?:Name|PostgreSQL)[^\n]*\n--\n+"), "\n"),
    (re.compile(r"^(?:SET default_|COMMENT ON EXTENSION|\\)[^\n]*\n+", re.MULTILINE), ""),
)
Name = tuple[str, str]  # a migration's application and its own


def load(alias: str) -> int:
    """An empty database gets the tables, and the records of the migrations; returns of how many, 0 where it was left alone."""
    connection, text = connections[alias], FILE.read_text()
    names = stands_for(text)
    server = _SERVER.search(text)
    if not names or server is None:
        return 0
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if cursor.connection.server_version < int(server[1]):
            return 0
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOAD_LOCK])
        cursor.execute(EMPTY)
        if not cursor.fetchall():
            return 0
        cursor.execute("SET LOCAL check_function_bodies = off")
        cursor.execute(text)
        recorder = MigrationRecorder(connection)
        for app, name in names:
            recorder.record_applied(app, name)
    return len(names)


def stands_for(text: str) -> list[Name]:
    """The migrations that the SQL was made of, in their order; none if one of them is another by now, or is not installed."""
    digests = dict(_digests())
    made_of = [((app, name), digest) for app, name, digest in _MIGRATION.findall(text)]
    if any(digests.get(name) != digest for name, digest in made_of):
        return []
    return [name for name, _digest in made_of]


def _digests() -> Iterator[tuple[Name, str]]:
    """Of each migration installed what its file says, shortened."""
    for name, migration in MigrationLoader(None).disk_migrations.items():
        if (file := inspect.getsourcefile(type(migration))) is not None:
            yield name, hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


def written(alias: str) -> str:
    """The SQL for a database that was migrated, with what it stands for."""
    connection = connections[alias]
    applied, digests = MigrationRecorder(connection).applied_migrations(), dict(_digests())
    with connection.cursor() as cursor:
        version = cursor.connection.server_version
    heads = [f"-- migration {app} {name} {digests[app, name]}" for app, name in applied]
    return "\n".join([TITLE, f"-- server {version}", *heads, "", schema(alias)])


def schema(alias: str) -> str:
    """The tables, functions, triggers and indexes of a database, as SQL: the same for two that hold the same."""
    place = connections[alias].settings_dict
    address = {"PGHOST": place["HOST"], "PGPORT": str(place["PORT"]), "PGUSER": place["USER"]}
    dump = _run(
        [embedded.Postgres().binary("pg_dump"), "--schema-only", "--no-owner", "--no-privileges", place["NAME"]],
        address | {"PGPASSWORD": place["PASSWORD"]},
    )
    for pattern, instead in _NOT_SCHEMA:
        dump = pattern.sub(instead, dump)
    return dump.strip() + "\n"


@contextmanager
def scratch(alias: str) -> Iterator[None]:
    """The connection leads to an empty database of its own, which is gone afterwards."""
    connection = connections[alias]
    before = connection.settings_dict["NAME"]
    own = f"{before}_baseline"
    _drop(alias, own)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{own}"')
    try:
        connection.close()
        connection.settings_dict["NAME"] = own
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        _drop(alias, own)


def _drop(alias: str, database: str) -> None:
    with connections[alias]._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')


def _run(command: Sequence[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
