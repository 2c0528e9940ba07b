"""What a change of keys rotates in the registry beside its sealed columns, and how it begins (`vault.rotation`).

The history keeps sealed values as they were, as hex in JSON. What the last import said stands as a keyed digest, which the
row itself need not repeat any more: it is looked for in the row and then, step by step back, in its history.
"""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

from django.db import OperationalError, connection, models, transaction

from beneficiaries import registry_lock, source_digests, uploads
from beneficiaries.models import Change, Household, IndexKeyTurn, Person, UploadBlock
from beneficiaries.registry_rows import CleanRow
from vault.rotation import Round, resealing, sealed_attributes, stale_box, stale_index, wait_for_turn
from vault.sealing import CannotOpen, index_key_of, index_keys, sealing_key

BLOCKS = 16
LOCK_NOT_AVAILABLE = "55P03"
Subject = Person | Household


def close_older_index_keys() -> None:
    """From now on nobody enters the registry under an older index key than the one in use: the database refuses it.

    Waits for an import that runs, and for whoever is writing people at this moment; nobody waits for it longer than a
    fifth of a second.
    """
    number = index_keys()[0]
    while True:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if (IndexKeyTurn.objects.aggregate(last=models.Max("number"))["last"] or 0) >= number:
                    return
                registry_lock.wait()
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                cursor.execute("LOCK TABLE beneficiaries_person, beneficiaries_household IN SHARE ROW EXCLUSIVE MODE")
                cursor.execute(
                    "INSERT INTO beneficiaries_indexkeyturn (number) VALUES (%s) ON CONFLICT DO NOTHING", [number]
                )
                return
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) != LOCK_NOT_AVAILABLE:
                raise
        time.sleep(0.2)


# --- The history ---

# Sealed values of rows that are there: without the row's uid a value opens under no key.
_KEPT = """
SELECT change.id, change.person_id, coalesce(person.uid, household.uid) AS uid, change.before, kept.value
FROM beneficiaries_change AS change
LEFT JOIN beneficiaries_person AS person ON person.id = change.person_id
LEFT JOIN beneficiaries_household AS household ON household.id = change.household_id
CROSS JOIN LATERAL jsonb_each_text(change.before) AS kept (name, value)
WHERE kept.name LIKE '%%\\_sealed' AND kept.value LIKE '\\\\x01%%' AND length(kept.value) > 60
  AND coalesce(person.uid, household.uid) IS NOT NULL
"""


class History:
    """The sealed values that `Change.before` keeps."""

    name = "beneficiaries_change.before"

    def batch(self, after: Any, size: int) -> Round | None:
        """Seals the next changes' values anew."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT ON (id) id, uid, before::text, person_id IS NOT NULL FROM ({_KEPT}"  # noqa: S608
                " AND change.id > %(after)s AND substr(kept.value, 5, 2) <> %(number)s) AS stale ORDER BY id LIMIT %(size)s",
                {"after": after or 0, "number": f"{sealing_key():02x}", "size": size},
            )
            rows = cursor.fetchall()
        if not rows:
            return None
        done = Round(rows[-1][0])
        renewed = []
        for number, uid, before, of_person in rows:
            try:
                renewed.append((number, before, self._renewed(Person if of_person else Household, uid, before)))
            except CannotOpen:
                done.broken.append(number)
        done.written = self._write(renewed)
        done.missed = len(renewed) - done.written
        return done

    def count(self) -> dict[int, int]:
        """How many values are under each key."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT substr(value, 5, 2), count(*) FROM ({_KEPT}) AS kept GROUP BY 1", {})  # noqa: S608
            return {int(number, 16): rows for number, rows in cursor.fetchall()}

    def _renewed(self, model: type[Subject], uid: object, before: str) -> str:
        values: dict[str, Any] = json.loads(before)
        table = model._meta.db_table
        for attribute in sealed_attributes(model):
            box = opened_hex(values.get(attribute.column))
            if box:
                text = attribute.unseal(table, uid, box)
                values[attribute.column] = f"\\x{attribute.seal(table, uid, text).hex()}"
        return json.dumps(values)

    def _write(self, renewed: list[tuple[int, str, str]]) -> int:
        with transaction.atomic(), connection.cursor() as cursor, resealing(cursor):
            cursor.execute(
                """
                WITH free AS (
                    SELECT id FROM beneficiaries_change WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE SKIP LOCKED
                )
                UPDATE beneficiaries_change AS change SET before = told.after::jsonb
                FROM unnest(%(ids)s::bigint[], %(old)s::text[], %(new)s::text[]) AS told (id, was, after), free
                WHERE change.id = told.id AND free.id = change.id AND change.before = told.was::jsonb
                """,
                {
                    "ids": [number for number, _old, _new in renewed],
                    "old": [old for _number, old, _new in renewed],
                    "new": [new for _number, _old, new in renewed],
                },
            )
            return int(cursor.rowcount)


def opened_hex(value: object) -> bytes:
    """The bytes that the history keeps as text (``\\x…``); none if it keeps none."""
    return bytes.fromhex(value[2:]) if isinstance(value, str) and value.startswith("\\x") else b""


# --- Uploaded files ---


class Uploads:
    """The pieces of uploaded files: bytes, bound to their upload and number."""

    name = "beneficiaries_uploadblock.sealed"

    def batch(self, after: Any, size: int) -> Round | None:
        """Seals some pieces anew: few at once, for each may be large."""
        stale = UploadBlock.objects.extra(where=[stale_box("sealed")]).filter(pk__gt=after or 0)  # noqa: S610
        blocks = list(stale.order_by("pk")[: min(size, BLOCKS)])
        if not blocks:
            return None
        done = Round(blocks[-1].pk)
        for block in blocks:
            old = bytes(block.sealed)
            try:
                new = uploads.sealed_anew(block)
            except CannotOpen:
                done.broken.append(block.pk)
                continue
            written = UploadBlock.objects.filter(pk=block.pk, sealed=old).update(sealed=new)
            done.written += written
            done.missed += 1 - written
        return done


# --- What the last import said ---


class Digests(ABC):
    """The digests of one table. `find` tries what a row says and has said until one makes the known digest."""

    model: type[Subject]
    subject: str

    @property
    def name(self) -> str:
        """The column."""
        return f"{self.model._meta.db_table}.source_digest"

    @abstractmethod
    def states(self, row: Any) -> Iterator[CleanRow]:
        """What the row says, and what it said before each change, newest first. Raises CannotOpen."""

    def batch(self, after: Any, size: int) -> Round | None:
        """Makes the next digests anew. One that cannot be made counts as broken, and keeps its key from going."""
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id FROM {table} WHERE id > %s AND {stale_index('source_digest')} ORDER BY id LIMIT %s",  # noqa: S608
                [after or 0, size],
            )
            ids = [number for (number,) in cursor.fetchall()]
        if not ids:
            return None
        done = Round(ids[-1])
        renewed = []
        for row in self._rows(ids):
            old = bytes(row.source_digest)
            new = self.renewed(row, old)
            if new is None:
                done.broken.append(row.pk)
            else:
                renewed.append((row.pk, old, new))
        done.written = self._write(renewed)
        done.missed = len(renewed) - done.written
        return done

    def renewed(self, row: Any, old: bytes) -> bytes | None:
        """The digest under the key in use, or None if nothing the row ever said makes the old one."""
        number = index_key_of(old)
        if number not in index_keys():
            return None
        first, second = source_digests.halves(old)
        try:
            states = list(self.states(row))
        except CannotOpen:
            return None
        made = b""
        for said in states:
            if source_digests.first_half(said, self.subject, number) == first:
                made = source_digests.first_half(said, self.subject)
                break
        if not made or not second:
            return made or None
        # A file may have had any of these columns.
        optional = source_digests.OPTIONAL[self.subject]
        for said in states:
            for many in range(len(optional), 0, -1):
                for columns in combinations(optional, many):
                    if source_digests.second_half(said, self.subject, columns, number) == second:
                        return made + source_digests.second_half(said, self.subject, columns)
        return None

    def _rows(self, ids: list[int]) -> list[Any]:
        rows: Any = self.model._default_manager.filter(pk__in=ids).order_by("pk")
        return list(rows.select_related("household") if self.model is Person else rows)

    def _write(self, renewed: list[tuple[int, bytes, bytes]]) -> int:
        table = self.model._meta.db_table
        with transaction.atomic(), connection.cursor() as cursor:
            wait_for_turn(cursor, self.model)
            with resealing(cursor):
                cursor.execute(
                    f"""
                    WITH free AS (SELECT id FROM {table} WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE SKIP LOCKED)
                    UPDATE {table} AS t SET source_digest = v.new
                    FROM unnest(%(ids)s::bigint[], %(old)s::bytea[], %(new)s::bytea[]) AS v (id, old, new), free
                    WHERE t.id = v.id AND free.id = t.id AND t.source_digest = v.old
                    """,  # noqa: S608  # our own names
                    {
                        "ids": [pk for pk, _old, _new in renewed],
                        "old": [old for _pk, old, _new in renewed],
                        "new": [new for _pk, _old, new in renewed],
                    },
                )
                return int(cursor.rowcount)


class HouseholdDigests(Digests):
    """What the last import said of households."""

    model = Household
    subject = source_digests.HOUSEHOLD

    def states(self, row: Household) -> Iterator[CleanRow]:
        """As told by the household and its history."""
        for was in earlier(row):
            yield _clean(**{name: was[name] for name in ("kk", "address", "kelurahan", "decile", "rt", "rw")})


class PersonDigests(Digests):
    """What the last import said of people, with the KK number that they had then."""

    model = Person
    subject = source_digests.PERSON

    def states(self, row: Person) -> Iterator[CleanRow]:
        """As told by the person and their history, in every household they were in, under every number that it had."""
        for was in earlier(row):
            home = row.household if was["household_id"] == row.household_id else None
            home = home or Household.objects.filter(pk=was["household_id"]).first()
            for kk in dict.fromkeys(state["kk"] for state in earlier(home)) if home else ():
                yield _clean(
                    kk=kk,
                    nik=was["nik"],
                    name=was["name"],
                    sex=was["sex"],
                    birth_date=was["birth_date"],
                    phone=was["phone"],
                    **{name: was[name] for name in ("relation", "schooling", "disability", "occupation")},
                    pregnant={True: "yes", False: "no"}.get(was["pregnant"], ""),
                )


def earlier(row: Subject) -> Iterator[dict[str, Any]]:
    """A row's columns, sealed ones opened under their attribute's name: now, then before each change back to the first.

    Raises CannotOpen.
    """
    model = type(row)
    attributes = sealed_attributes(model)
    now: dict[str, Any] = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    now |= {attribute.name: getattr(row, attribute.name) for attribute in attributes}
    yield now
    of_row = {"person_id": row.pk} if model is Person else {"household_id": row.pk}
    for before in Change.objects.filter(**of_row).order_by("-pk").values_list("before", flat=True):
        told = {name: value for name, value in before.items() if not name.endswith("_sealed")}
        for name in told:
            field: Any = model._meta.get_field(_field_name(model, name))
            told[name] = field.to_python(told[name])
        for attribute in attributes:
            if attribute.column in before:
                box = opened_hex(before[attribute.column])
                told[attribute.name] = attribute.unseal(model._meta.db_table, row.uid, box) if box else ""
        now = now | told
        yield now


def _field_name(model: type[Subject], column: str) -> str:
    return next((field.name for field in model._meta.concrete_fields if field.attname == column), column)


def _clean(**told: Any) -> CleanRow:
    nothing: dict[str, Any] = {
        "line": 0,
        "kk": "",
        "nik": "",
        "name": "",
        "sex": "",
        "birth_date": date.min,
        "phone": "",
        "address": "",
        "kelurahan": "",
        "decile": 0,
        **dict.fromkeys(("rt", "rw", "relation", "schooling", "disability", "occupation", "pregnant")),
    }
    return CleanRow(**(nothing | told))


def forget_digests() -> int:
    """Empties the digests that could not be made anew; returns how many.

    The next import takes such a row's word again, even where it was corrected here since.
    """
    forgotten = 0
    for model in (Person, Household):
        with transaction.atomic(), connection.cursor() as cursor, resealing(cursor):
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET source_digest = '' WHERE {stale_index('source_digest')}"  # noqa: S608
            )
            forgotten += cursor.rowcount
    return forgotten
