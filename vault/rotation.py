"""Replacing keys while the house serves: every sealed column is sealed anew, every index made anew, in short transactions.

Which key a value is under stands in its bytes, so the rows themselves say how far it is: a rotation that was cut short is
run again and goes on. Everything is found by introspection: models with a `Sealed` attribute, and what the dotted paths
of ``settings.VAULT_ROTATIONS`` name besides. `counts` asks the database's catalogue instead of the models, so that a column
that nobody rotates keeps the old key from being called free.

A row is read, sealed anew here, and written only if it still holds the bytes that were read and nobody has it locked:
whoever changes it meanwhile wins, and the next round takes what is left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, models, transaction
from django.utils.module_loading import import_string

from vault import key_marks
from vault.sealing import (
    HEADER_BYTES,
    INDEX_BYTES,
    NONCE_BYTES,
    UNNUMBERED,
    CannotOpen,
    Sealed,
    index_keys,
    sealing_key,
)

BATCH = 500  # rows written at once: their locks are held for some milliseconds
ROUNDS = 20  # how often a table is gone through until nothing is left that another writer was faster at
SEALED, INDEXED = "vault", "index"
TAG_BYTES = 16
RESEALING = "SELECT set_config('vault.resealing', %s, true)"


@dataclass(slots=True)
class Round:
    """One batch: where it ended, how many rows were written, how many another writer had changed or held."""

    last: Any
    written: int = 0
    missed: int = 0
    broken: list[Any] = field(default_factory=list)  # do not open: damaged, or of a key that is not configured
    doubled: list[Any] = field(default_factory=list)  # another row has that number under the new key


class Rotation(Protocol):
    """What rotates one table."""

    name: str

    def batch(self, after: Any, size: int) -> Round | None:
        """The next rows after that key which still use another key than the one in use, rewritten; None if there are none."""
        ...


@dataclass(frozen=True, slots=True)
class Use:
    """So many values of one column under one key."""

    keys: str  # SEALED or INDEXED
    place: str
    number: int
    rows: int


@dataclass(slots=True)
class Outcome:
    """What a rotation did and what it could not do, by table."""

    written: int = 0
    broken: dict[str, list[Any]] = field(default_factory=dict)
    doubled: dict[str, list[Any]] = field(default_factory=dict)


def sealed_attributes(model: type[models.Model]) -> list[Sealed]:
    """The model's own and inherited `Sealed` attributes."""
    found = {name: value for kind in reversed(model.__mro__) for name, value in vars(kind).items()}
    return [value for value in found.values() if isinstance(value, Sealed)]


def sealed_models() -> list[type[models.Model]]:
    """Every model that has a table with sealed columns."""
    return [model for model in apps.get_models() if not model._meta.proxy and sealed_attributes(model)]


def rotations() -> list[Rotation]:
    """What is to be rotated: indexes of people before what is only sealed, then what the settings name."""
    ours: list[Rotation] = [ModelRotation(model) for model in sealed_models()]
    return [*ours, *(import_string(path)() for path in settings.VAULT_ROTATIONS)]


def rotate(progress: Callable[[str, int], None] | None = None, *, batch: int = BATCH) -> Outcome:
    """Brings every value under the keys in use. Safe to repeat, to interrupt, and while others read and write.

    `progress` is told a table and how many of its rows were written so far. Rows that do not open, or that another row's
    number collides with, are left as they are and named in the outcome.
    """
    for path in settings.VAULT_ROTATION_BEGINS:
        import_string(path)()
    outcome = Outcome()
    for rotation in rotations():
        written = 0
        for number in range(ROUNDS):
            missed = 0
            broken: list[Any] = []
            doubled: list[Any] = []
            for done in _batches(rotation, batch):
                written, missed = written + done.written, missed + done.missed
                broken += done.broken
                doubled += done.doubled
                if progress:
                    progress(rotation.name, written)
            if not missed:
                break
            if number == ROUNDS - 1 and progress:
                progress(rotation.name, written)
        if broken:
            outcome.broken[rotation.name] = broken
        if doubled:
            outcome.doubled[rotation.name] = doubled
        outcome.written += written
    return outcome


def _batches(rotation: Rotation, size: int) -> Iterator[Round]:
    after = None
    while (done := rotation.batch(after, size)) is not None:
        yield done
        after = done.last


# --- One model's table ---


def stale_box(column: str) -> str:
    """SQL: the sealed column holds a value under another key than the one that seals."""
    return f"(octet_length({column}) >= {HEADER_BYTES} AND get_byte({column}, 1) <> {sealing_key()})"


def index_number(column: str) -> str:
    """SQL: the number of the key that the index was made under."""
    return f"(CASE mod(octet_length({column}), {INDEX_BYTES}) WHEN 0 THEN 0 ELSE get_byte({column}, 0) END)"


def stale_index(column: str) -> str:
    """SQL: the index column holds an index under another key than the one in use."""
    return f"(octet_length({column}) >= {INDEX_BYTES} AND {index_number(column)} <> {index_keys()[0]})"


class ModelRotation:
    """A model's sealed columns and their indexes. Rows need a `uid`, as `Sealed` does."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.name = model._meta.label
        self.attributes = sealed_attributes(model)
        quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
        self.table = quote(model._meta.db_table)
        self.pk = quote(str(model._meta.pk.column))
        self.pk_type = model._meta.pk.rel_db_type(connections[DEFAULT_DB_ALIAS])
        # Column by column: what is read, and compared, and written.
        self.columns = [
            name for attribute in self.attributes for name in (attribute.column, attribute.index) if name is not None
        ]
        stale = [stale_box(attribute.column) for attribute in self.attributes]
        stale += [stale_index(attribute.index) for attribute in self.attributes if attribute.index]
        self.stale = " OR ".join(stale)

    def batch(self, after: Any, size: int) -> Round | None:
        """Seals the next rows anew. The index is made of what the sealed column says."""
        rows = self._read(after, size)
        if not rows:
            return None
        done = Round(rows[-1][0])
        renewed = []
        for pk, uid, *old in rows:
            try:
                renewed.append((pk, old, self._renewed(uid, old)))
            except CannotOpen:
                done.broken.append(pk)
        try:
            done.written = self._write(renewed)
            done.missed = len(renewed) - done.written
        except IntegrityError:  # two rows of one number: find them, and do the others
            for row in renewed:
                try:
                    written = self._write([row])
                except IntegrityError:
                    done.doubled.append(row[0])
                else:
                    done.written += written
                    done.missed += 1 - written
        return done

    def _read(self, after: Any, size: int) -> list[tuple[Any, ...]]:
        columns = ", ".join(("uid", *self.columns))
        later = f"{self.pk} > %(after)s AND" if after is not None else ""
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(
                f"SELECT {self.pk}, {columns} FROM {self.table} WHERE {later} ({self.stale})"  # noqa: S608  # our names
                f" ORDER BY {self.pk} LIMIT %(size)s",
                {"after": after, "size": size},
            )
            return [
                (pk, uid, *(bytes(value) if value is not None else None for value in values))
                for pk, uid, *values in cursor.fetchall()
            ]

    def _renewed(self, uid: object, old: Sequence[bytes | None]) -> list[bytes | None]:
        """The columns under the keys in use. Raises CannotOpen."""
        held = dict(zip(self.columns, old, strict=True))
        table = self.model._meta.db_table
        for attribute in self.attributes:
            box = held[attribute.column]
            if not box:
                continue
            text = attribute.unseal(table, uid, box)
            if box[1] != sealing_key():
                held[attribute.column] = attribute.seal(table, uid, text)
            if attribute.index and held[attribute.index]:
                held[attribute.index] = attribute.index_of(text)
        return [held[column] for column in self.columns]

    def _write(self, renewed: list[tuple[Any, list[bytes | None], list[bytes | None]]]) -> int:
        """Writes the rows that still hold the old bytes and that nobody has locked; returns how many."""
        if not renewed:
            return 0
        names = [f"{age}_{column}" for age in ("old", "new") for column in self.columns]
        changes = ", ".join(f"{column} = v.new_{column}" for column in self.columns)
        same = " AND ".join(f"t.{column} IS NOT DISTINCT FROM v.old_{column}" for column in self.columns)
        statement = f"""
            WITH free AS (
                SELECT {self.pk} AS free_pk FROM {self.table}
                WHERE {self.pk} = ANY(%(pk)s::{self.pk_type}[]) ORDER BY {self.pk} FOR UPDATE SKIP LOCKED
            )
            UPDATE {self.table} AS t SET {changes}
            FROM unnest(%(pk)s::{self.pk_type}[], {", ".join(f"%({name})s::bytea[]" for name in names)})
                AS v (pk, {", ".join(names)}), free
            WHERE t.{self.pk} = v.pk AND free.free_pk = t.{self.pk} AND {same}
        """  # noqa: S608  # our own names
        values: dict[str, Any] = {"pk": [pk for pk, _old, _new in renewed]}
        for position, column in enumerate(self.columns):
            values[f"old_{column}"] = [old[position] for _pk, old, _new in renewed]
            values[f"new_{column}"] = [new[position] for _pk, _old, new in renewed]
        with transaction.atomic(), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            wait_for_turn(cursor, self.model)
            with resealing(cursor):
                cursor.execute(statement, values)
                return int(cursor.rowcount)


@contextlib.contextmanager
def resealing(cursor: Any) -> Iterator[None]:
    """Within it the database takes changes for a new form of what rows say already: no history, and nothing else may change."""
    cursor.execute(RESEALING, ["on"])
    yield
    cursor.execute(RESEALING, [""])  # after an error the transaction is over, and the ticket with it


def wait_for_turn(cursor: Any, model: type[models.Model]) -> None:
    """Waits for whoever compares indexes over several statements: a model names that advisory lock in `reindex_lock`."""
    lock: int | None = getattr(model, "reindex_lock", None)
    if lock is not None:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


# --- What uses which key ---

_COLUMNS = """
SELECT c.oid::regclass::text, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype AND a.attname ~ %s
ORDER BY 1, 2
"""
SEALED_NAME = r"(^|_)sealed$"
INDEX_NAME = r"_(index|digest)$"


def counts() -> list[Use]:
    """How many values each key holds, by column: every column of the database named as a sealed one, an index or a digest."""
    uses = []
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        for keys, name, number, long in (
            (SEALED, SEALED_NAME, "get_byte({0}, 1)", HEADER_BYTES + NONCE_BYTES + TAG_BYTES),
            (INDEXED, INDEX_NAME, index_number("{0}"), INDEX_BYTES),
        ):
            cursor.execute(_COLUMNS, [name])
            for table, column in cursor.fetchall():
                column = connections[DEFAULT_DB_ALIAS].ops.quote_name(column)
                cursor.execute(
                    f"SELECT {number.format(column)}, count(*) FROM {table}"  # noqa: S608  # the catalogue's names
                    f" WHERE octet_length({column}) >= {long} GROUP BY 1 ORDER BY 1"
                )
                place = f"{table}.{column.strip(chr(34))}"
                uses += [Use(keys, place, number, rows) for number, rows in cursor.fetchall()]
    for path in settings.VAULT_ROTATIONS:
        rotation = import_string(path)()
        if hasattr(rotation, "count"):
            uses += [Use(SEALED, rotation.name, number, rows) for number, rows in sorted(rotation.count().items())]
    return uses


def configured(keys: str) -> list[int]:
    """The numbers of the configured keys of that kind: first the one in use."""
    if keys == INDEXED:
        return index_keys()
    return key_marks.in_order(list(settings.VAULT_KEYS), settings.VAULT_KEY_IN_USE)


def others() -> dict[str, int]:
    """Connections of processes that were started with other keys than this one, by the keys that they say (`key_marks`).

    Only who is connected at this moment is seen.
    """
    mine = key_marks.mark(configured(SEALED), configured(INDEXED))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees what it saw first
        cursor.execute(
            "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND starts_with(application_name, %s) AND application_name <> %s AND pid <> pg_backend_pid()"
            " GROUP BY 1 ORDER BY 1",
            [key_marks.NAME, mine],
        )
        return {name.removeprefix(key_marks.NAME): count for name, count in cursor.fetchall()}


def setting_of(keys: str, number: int) -> str:
    """The setting that a key stands in."""
    if keys == SEALED:
        return "VAULT_KEYS"
    return "BLIND_INDEX_KEY" if number == UNNUMBERED else "BLIND_INDEX_KEYS"
