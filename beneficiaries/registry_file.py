"""Reading the registry's file and writing its errors file, row by row, holding one row at a time.

The file is CSV (`registry_csv`) or an Excel workbook (`registry_workbook`), told apart by their first bytes, with the columns
`refusals.COLUMNS` and any of OPTIONAL_COLUMNS in any order, under our titles or those of a confirmed mapping
(`registry_columns`). The errors file is CSV with the same columns and `NOTE_COLUMNS` after them, which reading ignores, so it is
corrected and imported as it is.
"""

from __future__ import annotations

import csv
import glob
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self, TextIO

from beneficiaries import import_errors
from beneficiaries.refusals import ALL_COLUMNS, COLUMNS, NIK, ROW, Refusal
from beneficiaries.registry_columns import NOTE_COLUMNS, ColumnMapping, Titles, look_at, propose
from beneficiaries.registry_csv import BOM, LINE_LIMIT, CsvTable
from beneficiaries.registry_rows import FORMULA
from beneficiaries.registry_workbook import WorkbookTable, sheet_names
from beneficiaries.workbook_parts import OLE_START, ZIP_START, is_encrypted

__all__ = ["LINE_LIMIT", "NOTE_COLUMNS", "ErrorsFile", "RawRow", "RegistryFile", "noted", "sheets_of", "titles_of"]

TITLE_LIMIT = 40
SEPARATOR = " | "  # between several things wrong with one row
_BREAK = re.compile(r"\r\n|\r|\n")
NO_MAPPING: ColumnMapping = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of the file: `cells` are its data cells as they stand, `refusal` says why they are not a row."""

    line: int
    cells: list[str]
    refusal: Refusal | None


def _open(path: Path) -> BinaryIO:
    try:
        stream = path.open("rb")
        status = os.fstat(stream.fileno())
    except OSError as error:
        raise import_errors.FileNotReadable(name=path.name, cause=error.strerror) from None
    if not stat.S_ISREG(status.st_mode):  # a pipe cannot be read twice
        stream.close()
        raise import_errors.FileNotReadable(name=path.name, cause="bukan berkas biasa")
    return stream


def _is_workbook(stream: BinaryIO) -> bool:
    """By its first bytes. Raises WorkbookEncrypted and FileIsOldWorkbook."""
    stream.seek(0)
    start = stream.read(8)
    if start.startswith(OLE_START[:4]):
        raise import_errors.WorkbookEncrypted if is_encrypted(stream) else import_errors.FileIsOldWorkbook
    return start.startswith((ZIP_START, b"PK\x05\x06"))


def _table(stream: BinaryIO, size: int, mapping: ColumnMapping, sheet: str | None) -> CsvTable | WorkbookTable:
    if _is_workbook(stream):
        return WorkbookTable(
            stream,
            size,
            sheet=sheet,
            is_header=lambda titles: NIK in look_at(titles, {**propose(titles), **mapping}).columns,
            expected=", ".join(COLUMNS),
        )
    if sheet:
        raise import_errors.NoSheets
    return CsvTable(stream, score=lambda titles: sum(column is not None for column in look_at(titles, mapping).columns))


def _trimmed(titles: list[str]) -> list[str]:
    """Titles without the empty ones at the end: spreadsheets save the sheet's rectangle."""
    while titles and not titles[-1].strip():
        titles = titles[:-1]
    return titles


def sheets_of(path: Path, stream: BinaryIO | None = None) -> list[str]:
    """The names of a workbook's sheets, to choose from; none of a CSV file. Raises RegistryFileError. As `titles_of`."""
    opened = stream or _open(path)
    try:
        return sheet_names(opened) if _is_workbook(opened) else []
    finally:
        if stream is None:
            opened.close()


def titles_of(path: Path, stream: BinaryIO | None = None, *, sheet: str | None = None) -> list[str]:
    """A file's titles as they stand, right or wrong, to map them (`registry_columns.propose`). Raises RegistryFileError.

    With a `stream` that is read, and the path is its name only. It is left open, and so is to be closed by who opened it.
    """
    opened = stream or _open(path)
    try:
        size = opened.seek(0, os.SEEK_END)
        return _trimmed(_table(opened, size, NO_MAPPING, sheet).titles)
    finally:
        if stream is None:
            opened.close()


class RegistryFile:
    """A registry file open for reading, as often as wanted; `sha256` is that of the last complete reading.

    With a `stream` (one that can seek, and knows its end) that is read, and the path is its name only. `mapping` says what an
    office's own titles mean; `sheet` names a workbook's sheet where it has several. Raises RegistryFileError.
    """

    def __init__(
        self,
        path: Path,
        stream: BinaryIO | None = None,
        *,
        mapping: ColumnMapping = NO_MAPPING,
        sheet: str | None = None,
    ) -> None:
        self.path = path
        self.stream: BinaryIO = stream or _open(path)
        try:
            self.size = self.stream.seek(0, os.SEEK_END)
            self.table = _table(self.stream, self.size, mapping, sheet)
            self._read_header(mapping)
        except BaseException:
            self.stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stream.close()

    @property
    def position(self) -> int:
        """How far the reading is, of `size`."""
        return self.table.position

    @property
    def sha256(self) -> str:
        """Of the whole file, once all of its rows have been read."""
        return self.table.sha256

    @property
    def has_bom(self) -> bool:
        """True if it begins as Excel expects UTF-8 to begin; its errors file does then, too."""
        return self.table.has_bom

    def _read_header(self, mapping: ColumnMapping) -> None:
        """Fills `header` (the data columns in file order) and where they lie. Raises a RegistryFileError."""
        names = _trimmed(self.table.titles)
        if not names:
            raise import_errors.FileEmpty(expected=", ".join(COLUMNS))
        titles = look_at(names, mapping)
        if titles.unknown or titles.missing or titles.doubled:
            if isinstance(self.table, WorkbookTable):
                self.table.assert_unmerged()  # which may be all that is wrong
            self._refuse_header(names, titles)
        self.layout = titles.layout()
        self.header, self.optional = self.layout.header, self.layout.optional
        self.is_errors_file = self.layout.notes > 0
        # Where each of COLUMNS, and of `optional` after them, lies among a row's data cells.
        columns = COLUMNS + self.optional
        self.order = [self.header.index(name) for name in columns]
        self.in_our_order = self.header == list(columns)
        self.plain = self.in_our_order and self.layout.width == len(columns)

    def _refuse_header(self, names: list[str], titles: Titles) -> None:
        if titles.unknown:
            # What does not look like a title may be a person's (no header, or a banner above it): it is named by its place.
            header_missing = len(titles.unknown) == len(names)
            shown = [
                ascii(names[at]) if not header_missing and _looks_like_title(names[at]) else f"ke-{at + 1}"
                for at in titles.unknown[:10]
            ]
            raise import_errors.ColumnsUnknown(columns=", ".join(shown), expected=", ".join(ALL_COLUMNS))
        if titles.missing:
            raise import_errors.ColumnsMissing(columns=", ".join(titles.missing), expected=", ".join(COLUMNS))
        raise import_errors.ColumnsDoubled(columns=", ".join(titles.doubled))

    def rows(self) -> Iterator[RawRow]:
        """Every row after the header but the empty ones, in file order. Raises RegistryFileError."""
        plain, width, whole = self.plain, self.layout.width, isinstance(self.table, CsvTable)
        for line, cells, wrong in self.table.rows():
            if plain and not wrong and len(cells) == width:
                yield RawRow(line, cells, None)
            else:
                yield self._row(line, cells, wrong, whole=whole)

    def _row(self, line: int, cells: list[str], wrong: list[tuple[int, str]], *, whole: bool) -> RawRow:
        layout = self.layout
        if wrong and wrong[0][0] < 0:
            return RawRow(line, self._data_cells(cells), Refusal(ROW, wrong[0][1]))
        while len(cells) > layout.width and not cells[-1]:
            cells.pop()
        counts = {"found": len(cells), "expected": layout.width}
        if len(cells) > layout.width:
            return RawRow(line, self._data_cells(cells), Refusal(ROW, "columns_many", counts))
        if len(cells) <= layout.data[-1]:
            if whole:
                return RawRow(line, self._data_cells(cells), Refusal(ROW, "columns_few", counts))
            cells = cells + [""] * (layout.width - len(cells))  # a sheet does not write its empty cells
        places = dict(zip(layout.data, layout.header, strict=True)) if wrong else {}
        refusal = next((Refusal(places[at], code) for at, code in wrong if at in places), None)
        return RawRow(line, [self._told(cells[at]) for at in layout.data], refusal)

    def _told(self, cell: str) -> str:
        quoted = self.is_errors_file and cell.startswith("'") and FORMULA.match(cell, 1)
        return cell[1:] if quoted else cell

    def _data_cells(self, cells: list[str]) -> list[str]:
        """What to give back of a row of the wrong width: everything but notes of an earlier errors file and ignored columns."""
        layout = self.layout
        if layout.ignored:
            kept = [cells[at] if at < len(cells) else "" for at in layout.data]
            return kept + cells[layout.width :]
        if layout.notes and len(cells) >= layout.width and layout.data[-1] == len(self.header) - 1:
            cells = cells[: -layout.notes]
        return cells + [""] * (len(self.header) - len(cells))

    def in_order(self, cells: list[str]) -> list[str]:
        """A row's data cells in the order of COLUMNS and, after them, of `optional`."""
        return cells if self.in_our_order else [cells[at] for at in self.order]


def _looks_like_title(name: str) -> bool:
    return 0 < len(name) <= TITLE_LIMIT and name.isascii() and name.isprintable() and not any(map(str.isdigit, name))


def noted(row: RawRow, refusals: list[Refusal]) -> list[str]:
    """A refused row's line in an errors file: its cells, and all that is wrong with it."""
    fields = SEPARATOR.join(refusal.field for refusal in refusals)
    reasons = SEPARATOR.join(refusal.reason for refusal in refusals)
    # Several things wrong may share one remedy: say it once.
    remedies = SEPARATOR.join(dict.fromkeys(refusal.remedy for refusal in refusals))
    # An apostrophe keeps a spreadsheet from running a cell as a formula; reading an errors file takes it off again. A break
    # within a workbook's cell becomes a tab: as invisible, so refused again, and no end of a line.
    cells = [_BREAK.sub("\t", f"'{cell}" if FORMULA.match(cell) else cell) for cell in row.cells]
    return [*cells, str(row.line), fields, reasons, remedies]


class ErrorsFile:
    """The errors file being written: in place of the old one only once `publish` is called, mode 0600 throughout."""

    def __init__(self, path: Path, source: RegistryFile) -> None:
        self.path, self.kept = path, False
        self.unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        if path.exists() and path.samefile(source.path):
            raise import_errors.ErrorsFileIsSource
        if path.exists() and not path.is_file():
            raise import_errors.ErrorsFileNotWritable(name=path.name, cause="bukan berkas biasa")
        try:
            self._remove_abandoned()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self.stream: TextIO = os.fdopen(os.open(self.unfinished, flags, 0o600), "w", encoding="utf-8", newline="")
        except OSError as error:
            raise import_errors.ErrorsFileNotWritable(name=path.name, cause=error.strerror) from None
        if source.has_bom:
            self.stream.write(BOM.decode())
        self.writer = csv.writer(self.stream, lineterminator="\n")
        self.writer.writerow([*source.header, *NOTE_COLUMNS])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stream.close()
        if not self.kept:
            self.unfinished.unlink(missing_ok=True)

    def _remove_abandoned(self) -> None:
        """Removes what killed imports left: it is personal data, and nobody looks for it under its name."""
        for left in self.path.parent.glob(f".{glob.escape(self.path.name)}.*.part"):
            process = left.suffixes[-2].removeprefix(".")
            if not process.isdecimal() or not Path(f"/proc/{process}").exists() or int(process) == os.getpid():
                left.unlink(missing_ok=True)

    def write(self, row: RawRow, refusals: list[Refusal]) -> None:
        """Adds one refused row and all that is wrong with it."""
        self.writer.writerow(noted(row, refusals))

    def finish(self) -> None:
        """Everything written is on the disk. Raises ErrorsFileNotWritable, while the import can still be undone."""
        try:
            self.stream.flush()
            os.fsync(self.stream.fileno())
        except OSError as error:
            raise import_errors.ErrorsFileNotWritable(name=self.path.name, cause=error.strerror) from None

    def publish(self) -> None:
        """The errors file stands under its name, in place of an older one."""
        try:
            self.unfinished.replace(self.path)
        except OSError as error:
            self.kept = True
            raise import_errors.ErrorsFileNotWritable(name=self.unfinished.name, cause=error.strerror) from None
