"""Reading the registry's file and writing its errors file, line by line, holding one line at a time.

The file is CSV in UTF-8 with the header ``KK,NIK,NAMA,…`` (`refusals.COLUMNS`, in any order). One physical line is one row:
no field may contain a line break, so an open quotation mark costs its own line and never swallows the next. The errors file
has the same columns and `NOTE_COLUMNS` after them, which reading ignores, so it is corrected and imported as it is.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TextIO

from beneficiaries import errors
from beneficiaries.refusals import ALL_COLUMNS, COLUMNS, OPTIONAL_COLUMNS, ROW, Refusal
from beneficiaries.registry_rows import FORMULA

NOTE_COLUMNS = ("BARIS", "KOLOM", "ALASAN", "PERBAIKAN")
LINE_LIMIT = 65_536
BOM = b"\xef\xbb\xbf"
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx and xls
TITLE = re.compile(r"[A-Za-z_ ]{1,40}")
SEPARATOR = " | "  # between several things wrong with one row


@dataclass(frozen=True, slots=True)
class RawRow:
    """One line of the file: `cells` are its data cells as they stand, `refusal` says why they are not a row."""

    line: int
    cells: list[str]
    refusal: Refusal | None


def _split(text: str) -> list[str] | None:
    """The cells of one line; None if its quotation marks do not pair."""
    if '"' not in text:
        return text.split(",")
    try:
        # Without the line break, an open quotation mark is an error at the end of input.
        return next(csv.reader([text], strict=True))
    except csv.Error:
        return None


class RegistryFile:
    """A registry file open for reading, as often as wanted; `sha256` is that of the last complete reading."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sha256 = ""
        self.position = 0
        self.has_bom = False
        try:
            self.stream: BinaryIO = path.open("rb")
            status = os.fstat(self.stream.fileno())
        except OSError as error:
            raise errors.FileNotReadable(name=path.name, cause=error.strerror) from None
        self.size = status.st_size
        if not stat.S_ISREG(status.st_mode):  # a pipe cannot be read twice
            self.stream.close()
            raise errors.FileNotReadable(name=path.name, cause="bukan berkas biasa")
        try:
            self._read_header()
        except BaseException:
            self.stream.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stream.close()

    def _decode(self, raw: bytes, line: int) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise errors.NotUtf8(line=line, byte=error.start + 1) from None

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Line numbers from 1 and lines without their break (LF or CRLF). Raises LineTooLong."""
        self.stream.seek(0)
        digest, line, self.position = hashlib.sha256(), 0, 0
        while raw := self.stream.readline(LINE_LIMIT + 1):
            line += 1
            if len(raw) > LINE_LIMIT:
                raise errors.LineTooLong(line=line, limit=LINE_LIMIT)
            digest.update(raw)
            self.position += len(raw)
            yield line, raw.removesuffix(b"\n").removesuffix(b"\r")
        self.sha256 = digest.hexdigest()

    def _read_header(self) -> None:
        """Fills `header` (the data columns in file order) and where they lie. Raises a RegistryFileError."""
        expected = ",".join(COLUMNS)
        raw = next((raw for _line, raw in self._lines()), b"")
        if raw.startswith(WORKBOOK_STARTS):
            raise errors.FileIsWorkbook
        self.has_bom = raw.startswith(BOM)
        text = self._decode(raw.removeprefix(BOM), 1)
        if not text.strip():
            raise errors.FileEmpty(expected=expected)
        for delimiter, name in ((";", "titik koma"), ("\t", "tab"), ("|", "garis tegak")):
            if delimiter in text and "," not in text:
                raise errors.WrongDelimiter(found=name)
        names = _split(text) or [text]
        while names and not names[-1]:  # spreadsheets save the sheet's rectangle
            names.pop()
        known = {*ALL_COLUMNS, *NOTE_COLUMNS}
        if unknown := [at for at, name in enumerate(names) if name not in known]:
            # What does not look like a title may be a person's (no header, or lines that end with CR alone): it is
            # named by its place.
            header_missing = len(unknown) == len(names)
            shown = [
                ascii(names[at]) if not header_missing and TITLE.fullmatch(names[at]) else f"ke-{at + 1}"
                for at in unknown[:10]
            ]
            raise errors.ColumnsUnknown(columns=", ".join(shown), expected=expected)
        if missing := [name for name in COLUMNS if name not in names]:
            raise errors.ColumnsMissing(columns=", ".join(missing), expected=expected)
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise errors.ColumnsDoubled(columns=", ".join(doubled))
        self.width = len(names)
        self.data_columns = [at for at, name in enumerate(names) if name in ALL_COLUMNS]
        self.header = [names[at] for at in self.data_columns]
        self.is_errors_file = self.width > len(self.header)
        self.optional = tuple(name for name in OPTIONAL_COLUMNS if name in names)
        # Where each of COLUMNS, and of `optional` after them, lies among a row's data cells.
        columns = COLUMNS + self.optional
        self.order = [self.header.index(name) for name in columns]
        self.plain = self.header == list(columns) and self.width == len(columns)

    def rows(self) -> Iterator[RawRow]:
        """Every line after the header but the empty ones, in file order. Raises NotUtf8 and LineTooLong."""
        for line, raw in self._lines():
            if line > 1 and raw:
                yield self._row(line, self._decode(raw, line))

    def _row(self, line: int, text: str) -> RawRow:
        cells = _split(text)
        if cells is None:
            # Cut at every comma, the marks kept: a mark is refused in any cell, so this never passes uncorrected.
            return RawRow(line, self._data_cells(text.split(",")), Refusal(ROW, "quotes_open"))
        if self.plain and len(cells) == self.width:
            return RawRow(line, cells, None)
        while len(cells) > self.width and not cells[-1]:
            cells.pop()
        counts = {"found": len(cells), "expected": self.width}
        if len(cells) > self.width:
            return RawRow(line, self._data_cells(cells), Refusal(ROW, "columns_many", counts))
        if len(cells) <= self.data_columns[-1]:
            return RawRow(line, self._data_cells(cells), Refusal(ROW, "columns_few", counts))
        return RawRow(line, [self._told(cells[at]) for at in self.data_columns], None)

    def _told(self, cell: str) -> str:
        quoted = self.is_errors_file and cell.startswith("'") and FORMULA.match(cell, 1)
        return cell[1:] if quoted else cell

    def _data_cells(self, cells: list[str]) -> list[str]:
        """What to give back of a line of the wrong width: everything but the notes of an earlier errors file."""
        notes = self.width - len(self.header)
        if notes and len(cells) >= self.width and self.data_columns[-1] == len(self.header) - 1:
            cells = cells[:-notes]
        return cells + [""] * (len(self.header) - len(cells))

    def in_order(self, cells: list[str]) -> list[str]:
        """A row's data cells in the order of COLUMNS and, after them, of `optional`."""
        return cells if self.plain else [cells[at] for at in self.order]


class ErrorsFile:
    """The errors file being written: in place of the old one only once `publish` is called, mode 0600 throughout."""

    def __init__(self, path: Path, source: RegistryFile) -> None:
        self.path, self.kept = path, False
        self.unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        if path.exists() and path.samefile(source.path):
            raise errors.ErrorsFileIsSource
        if path.exists() and not path.is_file():
            raise errors.ErrorsFileNotWritable(name=path.name, cause="bukan berkas biasa")
        try:
            self._remove_abandoned()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self.stream: TextIO = os.fdopen(os.open(self.unfinished, flags, 0o600), "w", encoding="utf-8", newline="")
        except OSError as error:
            raise errors.ErrorsFileNotWritable(name=path.name, cause=error.strerror) from None
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
        fields = SEPARATOR.join(refusal.field for refusal in refusals)
        reasons = SEPARATOR.join(refusal.reason for refusal in refusals)
        # Several things wrong may share one remedy: say it once.
        remedies = SEPARATOR.join(dict.fromkeys(refusal.remedy for refusal in refusals))
        # An apostrophe keeps a spreadsheet from running a cell as a formula; reading an errors file takes it off again.
        cells = [f"'{cell}" if FORMULA.match(cell) else cell for cell in row.cells]
        self.writer.writerow([*cells, str(row.line), fields, reasons, remedies])

    def finish(self) -> None:
        """Everything written is on the disk. Raises ErrorsFileNotWritable, while the import can still be undone."""
        try:
            self.stream.flush()
            os.fsync(self.stream.fileno())
        except OSError as error:
            raise errors.ErrorsFileNotWritable(name=self.path.name, cause=error.strerror) from None

    def publish(self) -> None:
        """The errors file stands under its name, in place of an older one."""
        try:
            self.unfinished.replace(self.path)
        except OSError as error:
            self.kept = True
            raise errors.ErrorsFileNotWritable(name=self.unfinished.name, cause=error.strerror) from None
