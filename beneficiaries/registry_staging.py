"""Reading a file into an import's staging tables: each row checked on its own, the clean ones sealed, the rest remembered.

It holds one batch in memory however long the file. Clean rows are sealed here, so nothing sealed is ever in the clear in the
database. A sealed column is bound to its row's uid, so the uids of known people and households are looked up first, per batch;
a row that says what the last import said (a keyed digest tells) is not sealed at all. Of a refused row the line, the reasons
and the NIK's blind index are kept.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from beneficiaries import registry_merge, source_digests
from beneficiaries.models import Household, Person
from beneficiaries.refusals import NIK, Refusal
from beneficiaries.registry_file import RawRow, RegistryFile
from beneficiaries.registry_rows import CleanRow, check
from vault.sealing import CannotOpen, blind_index

BATCH = 5_000
_SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: rows and refusals so far, `share` of the part from 0 to 1; `merging` once the file is read."""

    rows: int
    refused: int
    share: float
    merging: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A person or household that the registry has: its uid, what the last import said of it, and whether it had left."""

    uid: uuid.UUID
    digest: bytes
    left: bool = False


def stage(
    cursor: CursorWrapper, source: RegistryFile, progress: Callable[[Progress], None], today: date
) -> tuple[int, int]:
    """Checks every row into the staging tables; returns how many rows there were and how many were refused.

    `progress` is called after each batch; `today` bounds birth dates. Raises RegistryFileError.
    """
    rows = refused = 0
    for batch in _batches(source.rows()):
        clean: list[CleanRow] = []
        refusals: list[tuple[int, list[Refusal], str | None]] = []
        for raw in batch:
            checked = (
                [raw.refusal]
                if raw.refusal
                else check(raw.line, source.in_order(raw.cells), today=today, optional=source.optional)
            )
            if isinstance(checked, CleanRow):
                clean.append(checked)
            else:
                refusals.append((raw.line, checked, _named(source, raw)))
        _copy(cursor, registry_merge.REFUSED, registry_merge.REFUSED_COLUMNS, _refusal_lines(cursor, refusals))
        _stage_clean(cursor, clean)
        rows, refused = rows + len(batch), refused + len(refusals)
        progress(Progress(rows, refused, source.position / max(source.size, 1)))
    return rows, refused


def _batches(rows: Iterator[RawRow]) -> Iterator[list[RawRow]]:
    batch: list[RawRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _named(source: RegistryFile, raw: RawRow) -> str | None:
    """The NIK that a refused row names all the same; None if it has nothing that could be one."""
    nik = raw.cells[source.header.index(NIK)].removeprefix("'") if len(raw.cells) == len(source.header) else ""
    return nik if _SIXTEEN_DIGITS.fullmatch(nik) else None


def _refusal_lines(
    cursor: CursorWrapper, refused: list[tuple[int, list[Refusal], str | None]]
) -> Iterator[tuple[Any, ...]]:
    """Whom a line names stands there as the blind index that the registry has of them."""
    niks = list({nik for _line, _refusals, nik in refused if nik})
    found, _known_by = _looked_up(cursor, registry_merge.KNOWN_PEOPLE, list(map(Person.nik.indexes_of, niks)))
    index_of = dict(zip(niks, found, strict=True))
    for line, refusals, nik in refused:
        nik_index = index_of[nik] if nik else None
        for position, refusal in enumerate(refusals):
            # The texts' placeholders are few, and a refusal fills at most two: kept as columns, not as JSON.
            data = [*refusal.data.items(), ("", None), ("", None)][:2]
            yield (line, position, refusal.field, refusal.code, *data[0], *data[1], nik_index)


def _address_digest(row: CleanRow) -> bytes:
    return blind_index(source_digests.SEPARATOR.join((row.kk, row.address)), subject="address-staged")


def _known(cursor: CursorWrapper, sql: str, indexes: list[bytes]) -> dict[bytes, Known]:
    cursor.execute(sql, [indexes])
    return {bytes(index): Known(uid, bytes(digest), left) for index, uid, digest, left in cursor.fetchall()}


def _looked_up(cursor: CursorWrapper, sql: str, indexes: list[list[bytes]]) -> tuple[list[bytes], dict[bytes, Known]]:
    """Finds rows by any of the indexes that each may have: the index that each has or will have, and who is known by it.

    While keys are replaced a known row may still have the index of an older key, and all that follows compares with it.
    """
    known = _known(cursor, sql, [index for every in indexes for index in every])
    return [next((index for index in every if index in known), every[0]) for every in indexes], known


def _stage_clean(cursor: CursorWrapper, rows: list[CleanRow]) -> None:
    """Seals and copies one batch: a line per person, and one per household and what is said of it."""
    nik_indexes, people = _looked_up(cursor, registry_merge.KNOWN_PEOPLE, [Person.nik.indexes_of(r.nik) for r in rows])
    kks = list({row.kk for row in rows})
    kk_indexes, households = _looked_up(
        cursor, registry_merge.KNOWN_HOUSEHOLDS, list(map(Household.kk.indexes_of, kks))
    )
    kk_index_of = dict(zip(kks, kk_indexes, strict=True))
    person_lines: list[tuple[Any, ...]] = []
    told: dict[bytes, tuple[CleanRow, bytes]] = {}  # what is said of a household that is not what was said before
    digests: dict[tuple[Any, ...], tuple[bytes, bytes]] = {}  # a household's members say the same of it
    for row, nik_index in zip(rows, nik_indexes, strict=True):
        kk_index = kk_index_of[row.kk]
        known, household = people.get(nik_index), households.get(kk_index)
        digest = source_digests.compared(row, source_digests.PERSON, known.digest if known else b"")
        said = (row.kk, row.address, row.kelurahan, row.decile, row.rt, row.rw)
        if said not in digests:
            before = household.digest if household else b""
            digests[said] = (source_digests.compared(row, source_digests.HOUSEHOLD, before), _address_digest(row))
        household_digest, address_digest = digests[said]
        same = known is not None and known.digest == digest
        household_same = household is not None and household.digest == household_digest
        if not household_same:
            told.setdefault(household_digest, (row, kk_index))
        uid = str(known.uid if known else uuid.uuid4())
        nik_sealed, phone_sealed = (None, None) if same else _sealed_person(row, uid)
        person_lines.append(
            (
                row.line,
                nik_index,
                kk_index,
                uid,
                known is not None,
                same,
                household_same,
                known is not None and known.left,
                nik_sealed,
                row.name,
                row.sex,
                row.birth_date.isoformat(),
                phone_sealed,
                Person.phone.index_of(row.phone) if row.phone else None,
                digest,
                household_digest,
                address_digest,
                row.kelurahan,
                row.decile,
                row.rt,
                row.rw,
                row.relation,
                row.schooling,
                row.disability,
                row.occupation,
                row.pregnant,
            )
        )
    household_lines = _household_lines(cursor, told, households)
    _copy(cursor, registry_merge.STAGED_HOUSEHOLD, registry_merge.HOUSEHOLD_COLUMNS, household_lines)
    _copy(cursor, registry_merge.STAGED_PERSON, registry_merge.PERSON_COLUMNS, person_lines)


def _sealed_person(row: CleanRow, uid: str) -> tuple[bytes, bytes]:
    table = Person._meta.db_table
    return Person.nik.seal(table, uid, row.nik), Person.phone.seal(table, uid, row.phone) if row.phone else b""


def _household_lines(
    cursor: CursorWrapper, told: dict[bytes, tuple[CleanRow, bytes]], households: dict[bytes, Known]
) -> Iterator[tuple[Any, ...]]:
    """A line for each thing said of a household. An address that is as before keeps its sealed bytes, and its history."""
    table = Household._meta.db_table
    known_uids = [households[kk_index].uid for _row, kk_index in told.values() if kk_index in households]
    known_addresses = {
        household.uid: household
        for household in Household.objects.filter(uid__in=known_uids).only("uid", "address_sealed")
    }
    for digest, (row, kk_index) in told.items():
        known = households.get(kk_index)
        uid = known.uid if known else uuid.uuid4()
        before = known_addresses.get(uid)
        same_address = before is not None and _address_is(before, row.address)
        address = (
            bytes(before.address_sealed) if before and same_address else Household.address.seal(table, uid, row.address)
        )
        kk = None if known else Household.kk.seal(table, uid, row.kk)
        place = (kk, address, row.kelurahan, row.decile, row.rt, row.rw)
        yield (row.line, kk_index, digest, uid, known is not None, same_address, *place)


def _address_is(household: Household, address: str) -> bool:
    try:
        return household.address == address
    except CannotOpen:  # a damaged row is written anew
        return False


def _as_text(value: Any) -> str:
    """A value in COPY's text format."""
    kind = type(value)
    if kind is bytes:
        return rf"\\x{value.hex()}"
    if kind is bool:
        return "t" if value else "f"
    if value is None:
        return r"\N"
    text = value if kind is str else str(value)
    if "\\" in text:  # the other signs with a meaning, tab and line break, cannot stand in a clean row
        text = text.replace("\\", "\\\\")
    return text


def _copy(cursor: CursorWrapper, table: str, columns: str, lines: Iterable[tuple[Any, ...]]) -> None:
    """Sends tuples to a table's columns."""
    texts = ["\t".join([v if type(v) is str and "\\" not in v else _as_text(v) for v in line]) for line in lines]
    buffer = io.StringIO("".join([f"{text}\n" for text in texts]))
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", buffer)
