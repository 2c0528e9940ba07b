"""Importing a registry file: all its clean rows in one transaction, each refused row with reason and remedy in a file.

How it runs, holding one batch in memory however long the file:
1. Each row is checked here (`registry_rows`); what is refused leaves its line number and reason in a temporary table.
2. Clean rows are sealed here and copied to temporary tables, so nothing sealed is ever in the clear in the database. A
   sealed column is bound to its row's uid, so the uids of known people and households are looked up first, per batch;
   a row that says what the last import said (a keyed digest tells) is not sealed at all.
3. The database compares rows with each other and merges what is left, set by set (`registry_merge`).
4. The file is read once more to write the refused lines out; its SHA-256 must be the same.
Then the transaction commits and the errors file appears. A failure anywhere leaves neither.
"""

from __future__ import annotations

import contextlib
import io
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from beneficiaries import registry_merge, source_digests
from beneficiaries.errors import FileChanged, ImportRefused, RegistryChanged
from beneficiaries.models import Household, Person, RegistryImport
from beneficiaries.models.household import REGISTRY_LOCK
from beneficiaries.refusals import Refusal
from beneficiaries.registry_file import ErrorsFile, RawRow, RegistryFile
from beneficiaries.registry_rows import CleanRow, check
from vault.sealing import blind_index

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BATCH = 5_000
UNIQUE_VIOLATION = "23505"
LOCK = REGISTRY_LOCK  # one import at a time; the second waits for the first


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is: rows and refusals so far, `share` of the file from 0 to 1; `merging` once it is read."""

    rows: int
    refused: int
    share: float
    merging: bool = False


def _nothing(progress: Progress) -> None:
    pass


def import_file(
    path: str | Path,
    errors_path: str | Path,
    by: User | None = None,
    progress: Callable[[Progress], None] = _nothing,
    *,
    today: date | None = None,
) -> RegistryImport:
    """Reads a registry file into the registry: the clean rows enter together, the refused ones go to the errors file.

    The errors file (mode 0600, replaced if it exists, header only if nothing was refused) is corrected and imported
    in its turn; a file of that shape completes known households but changes none. Importing the same file again changes
    no row. `progress` is called after each batch; `today` bounds the
    birth dates. Raises RegistryFileError for a file that cannot be read as a whole, RegistryChanged and ImportRefused
    when the database says no: then nothing was written.
    """
    path, errors_path = Path(path), Path(errors_path)
    with RegistryFile(path) as source, ErrorsFile(errors_path, source) as errors:
        with _no_rows_in_errors(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            registry_merge.create_staging(cursor)
            rows, refused = _stage(cursor, source, progress, today or timezone.localdate())
            sha256 = source.sha256
            progress(Progress(rows, refused, 1.0, merging=True))
            counts = registry_merge.merge(cursor, correction=source.is_errors_file)
            reasons = _write_errors(cursor, source, errors)
            if source.sha256 != sha256:
                raise FileChanged
            errors.finish()
            done = RegistryImport.objects.create(
                file_name=path.name[-200:],
                file_sha256=sha256,
                rows=rows,
                added=counts.added,
                changed=counts.changed,
                unchanged=counts.unchanged,
                households_changed=counts.households_changed,
                refused=reasons.total(),
                refusals=dict(reasons.most_common()),
                by=by,
            )
        errors.publish()
    return done


@contextlib.contextmanager
def _no_rows_in_errors() -> Iterator[None]:
    """The database's errors quote the failing row; only their kind may go on to logs and screens."""
    try:
        yield
    except DatabaseError as error:
        cause: Any = error.__cause__
        sqlstate = getattr(cause, "pgcode", None)
        if sqlstate == UNIQUE_VIOLATION:
            raise RegistryChanged from None
        constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
        raise ImportRefused(cause=constraint or sqlstate or type(error).__name__) from None


def _stage(
    cursor: CursorWrapper, source: RegistryFile, progress: Callable[[Progress], None], today: date
) -> tuple[int, int]:
    """Checks every row into the staging tables; returns how many rows there were and how many were refused."""
    rows = refused = 0
    for batch in _batches(source.rows()):
        clean: list[CleanRow] = []
        refusals: list[tuple[int, list[Refusal]]] = []
        for raw in batch:
            checked = [raw.refusal] if raw.refusal else check(raw.line, source.in_order(raw.cells), today=today)
            if isinstance(checked, CleanRow):
                clean.append(checked)
            else:
                refusals.append((raw.line, checked))
        _copy(cursor, registry_merge.REFUSED, _refusal_lines(refusals))
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


def _refusal_lines(refused: list[tuple[int, list[Refusal]]]) -> Iterator[tuple[Any, ...]]:
    for line, refusals in refused:
        for position, refusal in enumerate(refusals):
            # The texts' placeholders are few, and a refusal fills at most two: kept as columns, not as JSON.
            data = [*refusal.data.items(), ("", None), ("", None)][:2]
            yield (line, position, refusal.field, refusal.code, *data[0], *data[1])


def _known(cursor: CursorWrapper, sql: str, indexes: list[bytes]) -> dict[bytes, tuple[uuid.UUID, bytes]]:
    cursor.execute(sql, [indexes])
    return {bytes(index): (uid, bytes(digest)) for index, uid, digest in cursor.fetchall()}


def _looked_up(
    cursor: CursorWrapper, sql: str, indexes: list[list[bytes]]
) -> tuple[list[bytes], dict[bytes, tuple[uuid.UUID, bytes]]]:
    """Finds rows by any of the indexes that each may have: the index that each has or will have, and who is known by it.

    While keys are replaced a known row may still have the index of an older key, and all that follows compares with it.
    """
    known = _known(cursor, sql, [index for every in indexes for index in every])
    return [next((index for index in every if index in known), every[0]) for every in indexes], known


def _compared(digest_of: Callable[..., bytes], row: CleanRow, known: bytes) -> bytes:
    """The row's digest: the known one if it says the same, under whatever key that was, else under the key in use."""
    older = source_digests.key_to_compare(known)
    if older is not None and digest_of(row, older) == known:
        return known
    return digest_of(row)


def _stage_clean(cursor: CursorWrapper, rows: list[CleanRow]) -> None:
    """Seals and copies one batch: a line per person, and one per household and what is said of it."""
    nik_indexes, people = _looked_up(cursor, registry_merge.KNOWN_PEOPLE, [Person.nik.indexes_of(r.nik) for r in rows])
    kks = list({row.kk for row in rows})
    kk_indexes, households = _looked_up(
        cursor, registry_merge.KNOWN_HOUSEHOLDS, list(map(Household.kk.indexes_of, kks))
    )
    kk_index_of = dict(zip(kks, kk_indexes, strict=True))
    person_lines: list[tuple[Any, ...]] = []
    household_lines: dict[bytes, tuple[Any, ...]] = {}
    for row, nik_index in zip(rows, nik_indexes, strict=True):
        kk_index = kk_index_of[row.kk]
        household_uid, household_known_digest = households.get(kk_index, (None, b""))
        household_digest = _compared(source_digests.of_household, row, household_known_digest)
        if household_digest != household_known_digest and household_digest not in household_lines:
            household_lines[household_digest] = _household_line(row, kk_index, household_digest, household_uid)
        uid, known_digest = people.get(nik_index, (None, b""))
        digest = _compared(source_digests.of_person, row, known_digest)
        same = digest == known_digest
        sealed = (None, None) if same else _sealed_person(row, uid := uid or uuid.uuid4())
        person_lines.append(
            (
                row.line,
                nik_index,
                kk_index,
                uid,
                nik_index in people,
                same,
                household_digest == household_known_digest,
                sealed[0],
                row.name,
                row.sex,
                row.birth_date.isoformat(),
                sealed[1],
                Person.phone.index_of(row.phone) if row.phone else None,
                digest,
                household_digest,
                blind_index(source_digests.SEPARATOR.join((row.kk, row.address)), subject="address-staged"),
                row.kelurahan,
                row.decile,
            )
        )
    _copy(cursor, registry_merge.STAGED_HOUSEHOLD, household_lines.values())
    _copy(cursor, registry_merge.STAGED_PERSON, person_lines)


def _sealed_person(row: CleanRow, uid: uuid.UUID) -> tuple[bytes, bytes]:
    table = Person._meta.db_table
    return Person.nik.seal(table, uid, row.nik), Person.phone.seal(table, uid, row.phone) if row.phone else b""


def _household_line(row: CleanRow, kk_index: bytes, digest: bytes, uid: uuid.UUID | None) -> tuple[Any, ...]:
    table, known, uid = Household._meta.db_table, uid is not None, uid or uuid.uuid4()
    kk, address = Household.kk.seal(table, uid, row.kk), Household.address.seal(table, uid, row.address)
    return (row.line, kk_index, digest, uid, known, kk, address, row.kelurahan, row.decile)


def _as_text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if "\\" in text:  # the other signs with a meaning, tab and line break, cannot stand in a clean row
        text = text.replace("\\", "\\\\")
    return text


def _copy(cursor: CursorWrapper, table: str, lines: Any) -> None:
    """Sends tuples to a table in its column order."""
    buffer = io.StringIO("".join("\t".join(map(_as_text, line)) + "\n" for line in lines))
    cursor.copy_expert(f"COPY {table} FROM STDIN", buffer)


def _write_errors(cursor: CursorWrapper, source: RegistryFile, errors: ErrorsFile) -> Counter[str]:
    """Reads the file again and writes its refused lines out; counts rows by their first reason, `FIELD.code`."""
    reasons: Counter[str] = Counter()
    refused = registry_merge.refusals_by_line(cursor, BATCH)
    line, refusals = next(refused, (0, []))
    for raw in source.rows():
        if raw.line == line:
            errors.write(raw, refusals)
            reasons[f"{refusals[0].field}.{refusals[0].code}"] += 1
            line, refusals = next(refused, (0, []))
    return reasons
