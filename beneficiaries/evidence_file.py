"""Reading a file of evidence: all its clean rows in one transaction, each refused row with reason and remedy in a file.

`import_file` reads from a path to a path, `read` from whatever stream to another (`evidence_imports`: sealed ones).

CSV in UTF-8, comma, one physical line a row; the header names COLUMNS in any order, those that no row needs may be left out.
Columns of few values take the codes of evidence_values or the words of evidence_words. The errors file has the same columns
and NOTE_COLUMNS after them, which reading ignores.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from beneficiaries import evidence, evidence_words, identity, import_errors
from beneficiaries.errors import FieldRefused
from beneficiaries.models import EvidenceImport
from beneficiaries.refusals import Refusal
from beneficiaries.registry_rows import FORMULA

BATCH = 2_000
LINE_LIMIT = 10_000
BOM = b"\xef\xbb\xbf"
ERASED = "\x7f"  # all that is left of a line of whoever was erased before it was read (`kept_files`)
NOTE_COLUMNS = ("BARIS", "KOLOM", "ALASAN", "PERBAIKAN")
# The file's columns and the fields of evidence.read; those of the value by their names there.
FIELDS = {
    "NIK": "nik",
    "KK": "kk",
    "JENIS": "kind",
    "SUMBER": "source",
    "TANGGAL": "date",
    "BERLAKU_SAMPAI": "valid_until",
    "DOKUMEN": "document",
}
VALUES = {
    "PEMBERI_KERJA": "employer",
    "KENDARAAN": "vehicle",
    "PLAT": "plate",
    "PKB": "pkb",
    "DIMILIKI": "owned",
    "NJOP": "njop",
    "NOP": "object",
    "PROGRAM": "programme",
    "MENERIMA": "receiving",
    "SEKOLAH_SWASTA": "private",
    "PUTUSAN": "judgement",
    "CATATAN": "note",
}
DAYS = ("date", "valid_until")  # also as DD/MM/YYYY: offices write them in spreadsheets, which put the day first here
COLUMNS = (*FIELDS, *VALUES)
REQUIRED = ("JENIS", "SUMBER", "TANGGAL")
_TITLES = {name: column for column, name in (FIELDS | VALUES).items()}


def _from_cell(name: str, cell: str) -> Any:
    """What a cell means; text that means nothing stays as it is, and is refused as such."""
    if name == "njop" and cell.isascii() and cell.isdecimal() and len(cell) <= 18:
        return int(cell)
    return evidence_words.meaning(name, cell)


def told_of(row: dict[str, str]) -> dict[str, Any]:
    """A row by its columns as evidence.read takes it, its words as codes and its days in ISO: empty cells are not said."""
    kind_fields = {VALUES[column]: cell for column, cell in row.items() if column in VALUES and cell}
    said = {FIELDS[column]: _said(FIELDS[column], cell) for column, cell in row.items() if column in FIELDS}
    return said | {"value": {name: _from_cell(name, cell) for name, cell in kind_fields.items()}}


def _said(name: str, cell: str) -> Any:
    if name not in DAYS:
        return evidence_words.meaning(name, cell)
    try:
        return identity.parse_date(name, cell.strip()).isoformat()
    except FieldRefused:
        return cell


def column_of(refusal: Refusal) -> Refusal:
    """The refusal by the column's title, and with what may be written there: a file has days in two ways."""
    if refusal.code == "date_iso":
        return Refusal(_TITLES[refusal.field], "date_format", refusal.data)
    words = evidence_words.choices(refusal.field) if refusal.code == "choice" else ""
    data = refusal.data | {"choices": words} if words else refusal.data
    return Refusal(_TITLES.get(refusal.field, refusal.field), refusal.code, data)


@dataclass(slots=True)
class Counts:
    """What became of the rows so far; `position` is how many bytes of the file were read.

    `refused_erased` are those of the refused that nothing but their count is left of.
    """

    rows: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    refused_erased: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    position: int = 0


class Writes(Protocol):
    """What takes the errors file, piece by piece."""

    def write(self, text: str, /) -> Any: ...


def _nothing(counts: Counts) -> None:
    pass


class _Source:
    """The file's header, and its rows once."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        header = self._text(1, stream.readline(LINE_LIMIT + 1).removeprefix(BOM))
        if not header:
            raise import_errors.FileEmpty(expected=",".join(COLUMNS))
        self.header = next(csv.reader([header]))
        if unknown := [at for at, name in enumerate(self.header, 1) if name not in (*COLUMNS, *NOTE_COLUMNS)]:
            raise import_errors.ColumnsUnknown(
                columns=", ".join(f"ke-{at}" for at in unknown[:10]), expected=",".join(COLUMNS)
            )
        if doubled := sorted({name for name in self.header if self.header.count(name) > 1}):
            raise import_errors.ColumnsDoubled(columns=", ".join(doubled))
        if missing := [name for name in REQUIRED if name not in self.header]:
            raise import_errors.ColumnsMissing(columns=", ".join(missing), expected=",".join(COLUMNS))
        self.columns = [name for name in self.header if name not in NOTE_COLUMNS]

    def _text(self, line: int, raw: bytes) -> str:
        if len(raw) > LINE_LIMIT:
            raise import_errors.LineTooLong(line=line, limit=LINE_LIMIT)
        try:
            return raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise import_errors.NotUtf8(line=line, byte=error.start + 1) from None

    def rows(self) -> Iterator[tuple[int, dict[str, str], Refusal | None]]:
        """Line number, cells by column, and why it is no row."""
        line = 1
        while raw := self.stream.readline(LINE_LIMIT + 1):
            line += 1
            text = self._text(line, raw)
            if text == ERASED:
                yield line, {}, Refusal("BARIS", "erased")
                continue
            if not text.strip(", "):
                continue
            try:
                cells = next(csv.reader([text], strict=True))
            except csv.Error:
                yield line, {}, Refusal("BARIS", "quotes_open")
                continue
            counts = {"found": len(cells), "expected": len(self.header)}
            if len(cells) != len(self.header):
                few = len(cells) < len(self.header)
                yield line, {}, Refusal("BARIS", "columns_few" if few else "columns_many", counts)
                continue
            row = {name: cell.strip() for name, cell in zip(self.header, cells, strict=True) if name in self.columns}
            # The apostrophe that an errors file puts in front of what a spreadsheet would run.
            cleaned = {name: c[1:] if c.startswith("'") and FORMULA.match(c, 1) else c for name, c in row.items()}
            yield line, cleaned, None


def import_file(
    path: str | Path, errors_path: str | Path, by: User | None = None, *, today: date | None = None
) -> EvidenceImport:
    """Keeps a file's evidence; refused rows go to the errors file (mode 0600, replaced if it exists), with their reasons.

    Importing the same file again adds nothing. Raises RegistryFileError for a file that cannot be read as a whole; then
    nothing was kept and the errors file is as it was.
    """
    path, errors_path, today = Path(path), Path(errors_path), today or timezone.localdate()
    if errors_path.exists() and errors_path.samefile(path):
        raise import_errors.ErrorsFileIsSource
    part = errors_path.with_name(f".{errors_path.name}.{os.getpid()}.part")
    try:
        source_stream = path.open("rb")
    except OSError as error:
        raise import_errors.FileNotReadable(name=path.name, cause=error.strerror) from None
    with source_stream:
        source = _Source(source_stream)
        try:
            out = os.fdopen(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w", encoding="utf-8"
            )
        except OSError as error:
            raise import_errors.ErrorsFileNotWritable(name=errors_path.name, cause=error.strerror) from None
        try:
            with out, transaction.atomic():
                counts = _read(source, out, by, today, _nothing)
                done = EvidenceImport.objects.create(
                    file_name=path.name[-200:],
                    by=by,
                    state=EvidenceImport.State.DONE,
                    ended_at=timezone.now(),
                    **outcome(counts),
                )
            part.replace(errors_path)
        finally:
            part.unlink(missing_ok=True)
    return done


def read(
    stream: BinaryIO,
    out: Writes,
    *,
    by: User | None = None,
    today: date | None = None,
    report: Callable[[Counts], None] = _nothing,
) -> Counts:
    """Keeps a file's evidence and writes the refused rows to `out`, in the caller's transaction; `report` hears of each batch.

    Raises RegistryFileError; then the transaction is to be rolled back.
    """
    return _read(_Source(stream), out, by, today or timezone.localdate(), report)


def outcome(counts: Counts) -> dict[str, Any]:
    """The counts by the columns of EvidenceImport."""
    names = ("rows", "added", "known", "refused", "refused_erased")
    return {name: getattr(counts, name) for name in names} | {"refusals": dict(counts.refusals)}


def _read(source: _Source, out: Writes, by: User | None, today: date, report: Callable[[Counts], None]) -> Counts:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*source.columns, *NOTE_COLUMNS])
    counts = Counts()
    lines = source.rows()
    while batch := list(islice(lines, BATCH)):
        counts.rows += len(batch)
        clean: list[tuple[int, dict[str, str], evidence.Told]] = []
        wrong: list[tuple[int, dict[str, str], list[Refusal]]] = []
        for line, row, refusal in batch:
            read = [refusal] if refusal else evidence.read(told_of(row), today=today)
            if isinstance(read, evidence.Told):
                clean.append((line, row, read))
            else:
                wrong.append((line, row, [column_of(one) for one in read]))
        found = evidence.subjects(told for _line, _row, told in clean)
        outcomes = evidence.record([(who, told) for who, (_line, _row, told) in zip(found, clean, strict=True)], by=by)
        for (line, row, told), outcome in zip(clean, outcomes, strict=True):
            if outcome is evidence.Outcome.NOT_KNOWN:
                wrong.append((line, row, [Refusal("NIK" if told.nik else "KK", "not_known")]))
        counts.added += outcomes.count(evidence.Outcome.ADDED)
        counts.known += outcomes.count(evidence.Outcome.KNOWN)
        for line, row, refusals in sorted(wrong, key=lambda one: one[0]):
            counts.refused += 1
            counts.refusals[f"{refusals[0].field}.{refusals[0].code}"] += 1
            if refusals[0].code == "erased":
                counts.refused_erased += 1
                continue
            writer.writerow(_error_line(source.columns, line, row, refusals))
        counts.position = source.stream.tell()
        report(counts)
    return counts


def _error_line(columns: list[str], line: int, row: dict[str, str], refusals: list[Refusal]) -> list[str]:
    cells = [row.get(column, "") for column in columns]
    return [
        *(f"'{cell}" if FORMULA.match(cell) else cell for cell in cells),
        str(line),
        " | ".join(refusal.field for refusal in refusals),
        " | ".join(refusal.reason for refusal in refusals),
        " | ".join(dict.fromkeys(refusal.remedy for refusal in refusals)),
    ]
