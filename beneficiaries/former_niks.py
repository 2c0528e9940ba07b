"""Numbers that people had before somebody corrected them: a source that still sends the old one means the same person."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.utils import CursorWrapper

from beneficiaries.models import Person
from beneficiaries.resealing import opened_hex
from vault.sealing import CannotOpen

TABLE = """
DROP TABLE IF EXISTS pg_temp.registry_former_nik;
CREATE TEMPORARY TABLE registry_former_nik (person_id bigint NOT NULL, nik_index bytea NOT NULL) ON COMMIT DROP;
"""
_BEFORE = """
SELECT person.id, person.uid, change.before ->> 'nik_sealed'
FROM beneficiaries_change AS change JOIN beneficiaries_person AS person ON person.id = change.person_id
WHERE change.kind = 'changed' AND change.before ? 'nik_sealed' AND change.person_id IN ({people})
"""


def stage(cursor: CursorWrapper, people: str, parameters: dict[str, str | int]) -> None:
    """Fills this transaction's `registry_former_nik` for the people of a query; a number that does not open is left out."""
    cursor.execute(_BEFORE.format(people=people), parameters)
    former = [(person, index) for person, nik in _opened(cursor) for index in Person.nik.indexes_of(nik)]
    cursor.executemany("INSERT INTO registry_former_nik (person_id, nik_index) VALUES (%s, %s)", former)


def _opened(cursor: CursorWrapper) -> Iterator[tuple[int, str]]:
    for person, uid, kept in cursor.fetchall():
        try:
            yield person, Person.nik.unseal(Person._meta.db_table, uid, opened_hex(kept))
        except CannotOpen:  # damaged, or of a key that is gone: no reason to stop everybody's import
            continue
