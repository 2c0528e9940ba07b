"""Reading CSV line by line, as offices save it: UTF-8 or UTF-16, separated by comma, semicolon, tab or bar.

One physical line is one row: no field may contain a line break, so an open quotation mark costs its own line and never
swallows the next. One line is held at a time, however long the file.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from beneficiaries import import_errors

LINE_LIMIT = 65_536
BOM = codecs.BOM_UTF8
DELIMITERS = (",", ";", "\t", "|")
_BLOCK = 65_536
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_SEPARATOR_HINT = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)  # Excel's own first line

# Its number, its cells, and what is wrong with them as cells: (-1, code) for the row itself.
Row = tuple[int, list[str], list[tuple[int, str]]]


def split(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None if its quotation marks do not pair."""
    if '"' not in text:
        return text.split(delimiter)
    try:
        # Without the line break, an open quotation mark is an error at the end of input.
        return next(csv.reader([text], strict=True, delimiter=delimiter))
    except csv.Error:
        return None


class CsvTable:
    """The rows of a CSV stream, as often as wanted. `titles` is its first line; `sha256` is that of the last complete reading.

    `score` says how many of a line's cells are titles, which chooses the delimiter.
    Raises FileEmpty, NotUtf8, Utf16WithoutBom, LineTooLong.
    """

    def __init__(self, stream: BinaryIO, score: Callable[[list[str]], int]) -> None:
        self.stream, self.sha256, self.position = stream, "", 0
        self.stream.seek(0)
        start = self.stream.read(_BLOCK)
        self.encoding = _UTF16.get(start[:2], "utf-8")
        self.has_bom = start.startswith(BOM)
        self.skipped = len(BOM) if self.has_bom else 2 if self.encoding != "utf-8" else 0
        if self.encoding == "utf-8" and start[:200].count(0) > len(start[:200]) // 4:
            raise import_errors.Utf16WithoutBom
        self.breaks_with_cr = self._breaks_with_cr(start)
        self.titles_line, self.delimiter = 1, ","
        lines = self._lines()
        line, text = next(lines, (1, ""))
        if hint := _SEPARATOR_HINT.fullmatch(text):
            line, text = next(lines, (2, ""))
            self.titles_line = line
        self.delimiter = (
            hint[1]
            if hint
            else max(DELIMITERS, key=lambda delimiter: (score(cells := split(text, delimiter) or [text]), len(cells)))
        )
        self.titles = split(text, self.delimiter) or [text]

    @staticmethod
    def _breaks_with_cr(start: bytes) -> bool:
        """True if the first line ends with CR alone, as very old programs write it."""
        first = start.replace(b"\x00", b"")
        carriage, feed = first.find(b"\r"), first.find(b"\n")
        return carriage >= 0 and carriage + 1 != feed and (feed < 0 or carriage < feed)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Line numbers from 1 and lines without their break. Raises LineTooLong and NotUtf8."""
        digest = hashlib.sha256()
        self.position = 0
        self.stream.seek(0)
        if self.encoding == "utf-8" and not self.breaks_with_cr:
            yield from self._lines_of_bytes(digest.update)
        else:
            yield from self._lines_of_text(digest.update)
        self.sha256 = digest.hexdigest()

    def _lines_of_bytes(self, digest: Callable[[bytes], None]) -> Iterator[tuple[int, str]]:
        line = 0
        while raw := self.stream.readline(LINE_LIMIT + 1):
            line += 1
            if len(raw) > LINE_LIMIT:
                raise import_errors.LineTooLong(line=line, limit=LINE_LIMIT)
            digest(raw)
            self.position += len(raw)
            if line == 1 and self.has_bom:
                raw = raw.removeprefix(BOM)
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise import_errors.NotUtf8(line=line, byte=error.start + 1) from None
            yield line, text.removesuffix("\n").removesuffix("\r")

    def _lines_of_text(self, digest: Callable[[bytes], None]) -> Iterator[tuple[int, str]]:
        """The same for the rarer ways to write: in UTF-16, a break is not one byte; with CR, the stream knows no lines."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        line, pending, ended = 0, "", False
        line_break = "\r" if self.breaks_with_cr else "\n"
        while not ended:
            block = self.stream.read(_BLOCK)
            digest(block)
            ended = not block
            if not self.position:
                block = block[self.skipped :]
            try:
                pending += decoder.decode(block, final=ended)
            except UnicodeDecodeError:
                # The line is that which the block begins in: in UTF-16 and with CR, nothing better is known.
                raise import_errors.NotUtf8(line=line + 1, byte=1) from None
            self.position = self.stream.tell()
            *whole, pending = pending.split(line_break)
            if ended and pending:
                whole.append(pending)
            for text in whole:
                line += 1
                if len(text) > LINE_LIMIT:
                    raise import_errors.LineTooLong(line=line, limit=LINE_LIMIT)
                yield line, text.strip("\n") if self.breaks_with_cr else text.removesuffix("\r")
            if len(pending) > LINE_LIMIT:
                raise import_errors.LineTooLong(line=line + 1, limit=LINE_LIMIT)

    def rows(self) -> Iterator[Row]:
        """Every line after the titles but the blank ones, in file order."""
        delimiter = self.delimiter
        for line, text in self._lines():
            if line <= self.titles_line or not text:
                continue
            cells = split(text, delimiter)
            if cells is None:
                # Cut at every delimiter, the marks kept: a mark is refused in any cell, so this never passes uncorrected.
                yield line, text.split(delimiter), [(-1, "quotes_open")]
            elif cells[0].strip() or "".join(cells).strip():  # the empty rows of a spreadsheet's rectangle are none
                yield line, cells, []
