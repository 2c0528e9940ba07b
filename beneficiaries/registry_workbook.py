"""Reading a registry's sheet out of an Excel workbook (.xlsx), row by row, holding one row and the shared texts.

A cell counts as what a person would have typed: a whole number as its digits, a date as YYYY-MM-DD. What Excel computed (a
formula) or no longer knows (a number of more than 15 digits) is refused cell by cell, and given back so that it is refused
again if nobody corrects it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from beneficiaries import import_errors
from beneficiaries.workbook_parts import (
    PART_LIMIT,
    Package,
    SharedTexts,
    XmlReader,
    date_of,
    date_styles,
    local,
    plain,
    shared_texts,
)

ROWS_LIMIT = 1_048_576  # Excel's own
COLUMNS_LIMIT = 16_384
SHEETS_LIMIT = 200
ROW_LIMIT = 65_536  # characters of all a row's cells, as a line of CSV
_LOOKED_AT = 100  # rows in which a sheet must say something, or it is empty
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_HASH_BLOCK = 1 << 20

# Its number, its cells, and which of them count as nothing and why.
Row = tuple[int, list[str], list[tuple[int, str]]]


@dataclass(slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class _Book:
    """What a workbook says of itself."""

    sheets: list[_Sheet] = field(default_factory=list)
    from_1904: bool = False
    shared: str = ""
    styles: str = ""


def _columns() -> dict[str, int]:
    """Excel's columns by their letters."""
    one = [""] + [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    letters = (a + b + c for a in one for b in (one if not a else one[1:]) for c in one[1:])
    return {name: at for at, name in zip(range(COLUMNS_LIMIT), letters, strict=False)}


_COLUMNS = _columns()


def _target(base: str, target: str) -> str:
    """A relation's part, from the folder it is told in; what leaves the package names nothing."""
    if target.startswith("/"):
        return target[1:]
    parts = base.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relations of a part within the package by their id: (kind, part). External ones are left out: nobody follows them."""
    folder, _slash, name = part.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode", "Internal") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, _target(part, attributes.get("Target", "")))

    XmlReader(package.open(listed), part="rels", start=start).all()
    return found


def _book(package: Package) -> _Book:
    parts = [part for kind, part in _relations(package, "").values() if kind == "officeDocument"]
    name = parts[0] if parts else "xl/workbook.xml"
    relations, book = _relations(package, name), _Book()

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "sheet":
            identity = next((value for key, value in attributes.items() if local(key) == "id"), "")
            kind, part = relations.get(identity, ("", ""))
            if kind == "worksheet":
                hidden = attributes.get("state", "visible") != "visible"
                book.sheets.append(_Sheet(attributes.get("name", "")[:31], part, hidden))
        elif name == "workbookPr":
            book.from_1904 = attributes.get("date1904") in ("1", "true")

    XmlReader(package.open(name), part="workbook", start=start).all()
    if len(book.sheets) > SHEETS_LIMIT:
        raise import_errors.WorkbookTooLarge(part="sheets")
    for kind, part in relations.values():
        if kind == "sharedStrings" and package.has(part):
            book.shared = part
        elif kind == "styles" and package.has(part):
            book.styles = part
    return book


def sheet_names(stream: BinaryIO) -> list[str]:
    """The sheets of a workbook as it names them, hidden ones too. Raises what workbook_parts raises."""
    return [sheet.name for sheet in _book(Package(stream)).sheets]


class _SheetReader:
    """The rows of one sheet; `merged` is the first merged range met, which comes after them."""

    def __init__(self, package: Package, part: str, texts: SharedTexts, dates: set[str], *, from_1904: bool) -> None:
        self.package, self.part, self.texts, self.dates, self.from_1904 = package, part, texts, dates, from_1904
        self.merged: str | None = None
        self.reader: XmlReader | None = None

    @property
    def share(self) -> float:
        """How far it is, from 0 to 1."""
        return min(1.0, self.reader.read / max(self.package.size(self.part), 1)) if self.reader else 0.0

    def __iter__(self) -> Iterator[Row]:
        rows: list[Row] = []
        self.reader = reader = XmlReader(self.package.open(self.part, PART_LIMIT), part="sheet")
        self._hear(reader, rows)
        more = True
        while more:
            more = reader.step()
            yield from rows
            rows.clear()

    def _hear(self, reader: XmlReader, rows: list[Row]) -> None:
        """Sets the handlers that fill `rows`: closures, since a sheet of a million rows calls them eighty million times."""
        line, column, length, taken, kind, style = 0, -1, 0, "", "n", ""
        cells: list[str] = []
        wrong: list[tuple[int, str]] = []
        taking = in_reading = has_formula = False
        names: dict[str, str] = {}

        def broken() -> import_errors.WorkbookBroken:
            return import_errors.WorkbookBroken(part=f"sheet, baris {line}")

        def start_row(number: str | None) -> None:
            nonlocal line, cells, wrong, column, length
            following = line + 1 if number is None else int(number) if number.isdecimal() and len(number) < 9 else 0
            # Rows that go back or repeat would give two rows one number.
            if not line < following <= ROWS_LIMIT:
                raise broken()
            line, cells, wrong, column, length = following, [], [], -1, 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal column, kind, style, taken, taking, has_formula, in_reading
            if ":" in name:
                name = names.setdefault(name, local(name))
            if name == "c":
                get = attributes.get
                place = get("r")
                following = column + 1 if place is None else _COLUMNS.get(place.rstrip("0123456789"), -1)
                if not column < following or not line:
                    raise broken()
                column, kind, style = following, get("t", "n"), get("s", "")
                taken, has_formula, taking = "", False, False
            elif name == "v" or name == "t":
                taking = not in_reading
            elif name == "row":
                start_row(attributes.get("r"))
            elif name == "f":
                has_formula = True
            elif name == "rPh":
                in_reading = True
            elif name == "mergeCell" and self.merged is None:
                self.merged = attributes.get("ref", "")[:20]

        def text(data: str) -> None:
            nonlocal taken, length
            if taking:
                length += len(data)
                if length > ROW_LIMIT:
                    raise import_errors.LineTooLong(line=line, limit=ROW_LIMIT)
                taken += data

        def end(name: str) -> None:
            nonlocal taking, in_reading, length
            if ":" in name:
                name = names.setdefault(name, local(name))
            if name == "c":
                if not taken and not has_formula:
                    return
                if kind == "s" and not has_formula:
                    try:
                        value = shared[int(taken)]
                    except (ValueError, IndexError):
                        raise broken() from None
                    length += len(value)
                    if length > ROW_LIMIT:
                        raise import_errors.LineTooLong(line=line, limit=ROW_LIMIT)
                elif has_formula:
                    value = "="  # what Excel computed last may be old, or anything
                    wrong.append((column, "formula_cell"))
                else:
                    value, reason = self._value(kind, style, taken, broken)
                    if reason:
                        wrong.append((column, reason))
                if value:
                    if column > len(cells):
                        cells.extend([""] * (column - len(cells)))
                    cells.append(value)
            elif name == "v" or name == "t":
                taking = False
            elif name == "row":
                if cells:
                    rows.append((line, cells, wrong))
            elif name == "rPh":
                in_reading = False

        shared = self.texts
        reader.listen(start, end, text)

    def _value(
        self, kind: str, style: str, raw: str, broken: Callable[[], import_errors.WorkbookBroken]
    ) -> tuple[str, str | None]:
        """A cell's text, and why it counts as nothing. Raises WorkbookBroken."""
        if kind == "inlineStr" or kind == "str":
            return plain(raw), None
        if kind == "e":
            return raw, "error_cell"
        if kind == "b":
            return "TRUE" if raw == "1" else "FALSE", None
        if kind == "d":
            return raw[:10], None
        if style not in self.dates and _WHOLE.fullmatch(raw):
            return raw, None
        try:
            number = float(raw)
        except ValueError:
            raise broken() from None
        if "_" in raw or not raw.isascii():  # which Python takes for numbers, and Excel never writes
            raise broken()
        if style in self.dates:
            day = date_of(number, from_1904=self.from_1904) if abs(number) < 1e9 else None
            return (day.isoformat(), None) if day else (raw, None)
        if not abs(number) < 1e15:  # Excel keeps 15 digits, so at least one of these is not what was typed
            return f"{number:.5E}", "digits_lost"
        return (str(int(number)), None) if number == int(number) else (raw, None)


class WorkbookTable:
    """The rows of one sheet, as often as wanted. `titles` is its first row that is not empty.

    `sheet` names it, case and blanks around it apart; without, it is the only visible one that is not empty, or of several the
    only one whose first row `is_header`. `sha256` is that of the whole workbook at the last complete reading. Raises
    SheetMissing, SheetsAmbiguous, FileEmpty, CellsMerged, and what workbook_parts raises.
    """

    has_bom = False

    def __init__(
        self, stream: BinaryIO, size: int, *, sheet: str | None, is_header: Callable[[list[str]], bool], expected: str
    ) -> None:
        self.stream, self.size, self.sha256, self.position = stream, size, "", 0
        self.package = Package(stream)
        self.book = _book(self.package)
        self.texts = shared_texts(self.package, self.book.shared) if self.book.shared else SharedTexts()
        self.dates = date_styles(self.package, self.book.styles) if self.book.styles else set[str]()
        self.sheet, self.titles_line, self.titles = self._choose(sheet, is_header, expected)

    def _reader(self, sheet: _Sheet) -> _SheetReader:
        return _SheetReader(self.package, sheet.part, self.texts, self.dates, from_1904=self.book.from_1904)

    def _first_row(self, sheet: _Sheet) -> Row | None:
        for at, row in enumerate(self._reader(sheet)):
            if "".join(row[1]).strip():
                return row
            if at == _LOOKED_AT:
                break
        return None

    def _choose(
        self, name: str | None, is_header: Callable[[list[str]], bool], expected: str
    ) -> tuple[_Sheet, int, list[str]]:
        sheets = [sheet for sheet in self.book.sheets if (_same(sheet.name, name) if name else not sheet.hidden)]
        if name and not sheets:
            raise import_errors.SheetMissing(sheet=ascii(name), sheets=_names(self.book.sheets))
        found = [(sheet, row) for sheet in sheets if (row := self._first_row(sheet))]
        if len(found) > 1:
            headed = [(sheet, row) for sheet, row in found if is_header(row[1])]
            if len(headed) != 1:
                raise import_errors.SheetsAmbiguous(sheets=_names([sheet for sheet, _row in headed or found]))
            found = headed
        if not found:
            raise import_errors.FileEmpty(expected=expected)
        [(sheet, (line, titles, _wrong))] = found
        return sheet, line, titles

    def assert_unmerged(self) -> None:
        """Raises CellsMerged. It reads the whole sheet: the format tells of merged cells at its end."""
        reader = self._reader(self.sheet)
        for _row in reader:
            pass
        if reader.merged is not None:
            raise import_errors.CellsMerged(range=_shown_range(reader.merged))

    def rows(self) -> Iterator[Row]:
        """Every row after the titles but the empty ones."""
        reader = self._reader(self.sheet)
        self.position = 0
        for line, cells, wrong in reader:
            self.position = int(reader.share * self.size)
            if line > self.titles_line and "".join(cells).strip():
                yield line, cells, wrong
        if reader.merged is not None:
            raise import_errors.CellsMerged(range=_shown_range(reader.merged))
        self.sha256 = self._hash()
        self.position = self.size

    def _hash(self) -> str:
        digest = hashlib.sha256()
        self.stream.seek(0)
        while block := self.stream.read(_HASH_BLOCK):
            digest.update(block)
        return digest.hexdigest()


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()  # as Excel takes names of sheets for the same


def _names(sheets: list[_Sheet]) -> str:
    shown = [ascii(sheet.name) for sheet in sheets[:10]]
    return ", ".join([*shown, "…"] if len(sheets) > 10 else shown)


def _shown_range(merged: str) -> str:
    return merged if re.fullmatch(r"[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7}", merged) else "?"
