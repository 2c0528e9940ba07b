"""An Excel workbook (.xlsx) as what it is, a zip of XML parts, opened with suspicion: limits before and while unpacking.

Nothing is executed or followed: macros and links to other files are parts that are never opened. A document type is refused, so
no entity is ever expanded. Nothing is written to a disk.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, BinaryIO
from xml.parsers import expat

from beneficiaries import import_errors

ZIP_START = b"PK\x03\x04"
OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ENTRIES_LIMIT = 2_000
PART_LIMIT = 4 << 30  # bytes unpacked: a million rows of every column are 1.1 GB
TEXTS_LIMIT = 192 << 20  # bytes of the texts that cells share, which are kept while the workbook is open
SMALL_PART_LIMIT = 16 << 20  # bytes: the list of sheets, the formats
RATIO_LIMIT = 200  # unpacked to packed, beyond RATIO_FREE: repeated rows reach some 40, bombs 1,000
RATIO_FREE = 4 << 20
TEXT_LIMIT = 65_536  # characters of one cell; Excel's own is 32,767
# What zipfile raises for an archive that is cut, damaged, or (the last) packed in a way it does not know.
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_CHUNK = 1 << 16
_RECENT, _RECENT_LENGTH = 4_096, 64
_TOKEN_LIMIT = 1 << 20  # bytes of one tag with its attributes, which the parser keeps until it ends

_ESCAPED = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")  # half a character stays as it is written

_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})


def is_encrypted(stream: BinaryIO) -> bool:
    """True if an OLE file is a workbook behind a password, which Excel wraps in an OLE file as it is."""
    stream.seek(0)
    start = stream.read(512)
    if len(start) < 52:
        return False
    (shift,), (sector,) = struct.unpack_from("<H", start, 30), struct.unpack_from("<I", start, 48)
    if shift not in (9, 12) or sector > 1 << 24:
        return False
    stream.seek((sector + 1) << shift)
    return "EncryptedPackage".encode("utf-16-le") in stream.read(4096)


def plain(text: str) -> str:
    """A cell's text as Excel shows it: what XML cannot hold (a NUL, a lone carriage return) is written ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class XmlReader:
    """Feeds one part to handlers, a chunk at a time. `read` counts bytes unpacked."""

    def __init__(
        self,
        stream: BinaryIO,
        *,
        part: str,
        start: Callable[[str, dict[str, str]], None] | None = None,
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        self.stream, self.part, self.read = stream, part, 0
        self.parser: Any = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.listen(start, end, text)

    def listen(
        self,
        start: Callable[[str, dict[str, str]], None] | None,
        end: Callable[[str], None] | None,
        text: Callable[[str], None] | None,
    ) -> None:
        """Sets the handlers of elements' beginnings, their ends, and the text between."""
        self.parser.StartElementHandler = start
        self.parser.EndElementHandler = end
        self.parser.CharacterDataHandler = text

    def _refuse(self, *_declaration: Any) -> None:
        raise import_errors.WorkbookBroken(part=self.part)

    def step(self) -> bool:
        """Feeds the next chunk; False after the last. Raises WorkbookBroken."""
        try:
            chunk = self.stream.read(_CHUNK)
            self.parser.Parse(chunk, not chunk)
        except (*_BROKEN_ZIP, expat.ExpatError, UnicodeError, LookupError):
            raise import_errors.WorkbookBroken(part=self.part) from None
        self.read += len(chunk)
        if self.read - self.parser.CurrentByteIndex > _TOKEN_LIMIT:
            raise import_errors.WorkbookBroken(part=self.part)
        return bool(chunk)

    def all(self) -> None:
        """Feeds the whole part. Raises WorkbookBroken."""
        while self.step():
            pass


def local(name: str) -> str:
    """An element's or attribute's name without its prefix."""
    return name.rpartition(":")[2]


class Package:
    """The zip of a workbook, its entries checked. Raises WorkbookBroken, WorkbookTooLarge and FileIsOldWorkbook."""

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self.zip = zipfile.ZipFile(stream)
            entries = self.zip.infolist()
        except (*_BROKEN_ZIP, ValueError, OSError, struct.error):
            raise import_errors.WorkbookBroken(part="zip") from None
        if len(entries) > ENTRIES_LIMIT:
            raise import_errors.WorkbookTooLarge(part="zip")
        self.entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.lower()
            if (
                name.startswith("/")
                or "\\" in name
                or ".." in name.split("/")
                or "\x00" in name
                or name in self.entries
            ):
                raise import_errors.WorkbookBroken(part="zip")
            self.entries[name] = entry
        if "xl/workbook.bin" in self.entries or "mimetype" in self.entries or "content.xml" in self.entries:
            raise import_errors.FileIsOldWorkbook
        if "[content_types].xml" not in self.entries:
            raise import_errors.WorkbookBroken(part="[Content_Types].xml")

    def has(self, name: str) -> bool:
        """True if there is a part of this name, case apart as the format says."""
        return name.lower() in self.entries

    def size(self, name: str) -> int:
        """Bytes of a part, unpacked, as the zip declares; reading never goes beyond."""
        return self.entries[name.lower()].file_size

    def open(self, name: str, limit: int = SMALL_PART_LIMIT) -> BinaryIO:
        """A part to read. Raises WorkbookBroken if there is none, WorkbookTooLarge if it would unpack to too much."""
        entry = self.entries.get(name.lower())
        if entry is None:
            raise import_errors.WorkbookBroken(part=_shown(name))
        if entry.flag_bits & 0x1:
            raise import_errors.WorkbookEncrypted
        size = entry.file_size
        if size > limit or (size > RATIO_FREE and size > RATIO_LIMIT * max(entry.compress_size, 1)):
            raise import_errors.WorkbookTooLarge(part=_shown(name))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise import_errors.WorkbookBroken(part=_shown(name))
        try:
            # Python's zipfile gives no more than the declared size and checks the sum at the end.
            return self.zip.open(entry)  # type: ignore[return-value]
        except (*_BROKEN_ZIP, RuntimeError, ValueError, OSError):
            raise import_errors.WorkbookBroken(part=_shown(name)) from None


def _shown(name: str) -> str:
    return ascii(name[:60])


class SharedTexts:
    """The texts that cells share, side by side in one block of bytes: a fraction of what as many strings would take."""

    def __init__(self) -> None:
        self.block, self.ends = bytearray(), array("I")
        self._recent: dict[int, str] = {}  # the same few words stand in column after column

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, at: int) -> str:
        if (text := self._recent.get(at)) is not None:
            return text
        if not 0 <= at < len(self.ends):
            raise IndexError
        text = self.block[self.ends[at - 1] if at else 0 : self.ends[at]].decode()
        if len(text) <= _RECENT_LENGTH:
            if len(self._recent) >= _RECENT:
                self._recent.clear()
            self._recent[at] = text
        return text

    def add(self, text: str) -> None:
        """One more. Raises WorkbookTooLarge."""
        self.block += text.encode("utf-8", "surrogatepass")
        if len(self.block) > TEXTS_LIMIT or len(self.ends) > 20_000_000:
            raise import_errors.WorkbookTooLarge(part="sharedStrings")
        self.ends.append(len(self.block))


def shared_texts(package: Package, name: str) -> SharedTexts:
    """The table of shared texts: rich text as its plain text, readings (furigana) left out."""
    texts = SharedTexts()
    pieces: list[str] = []
    state = {"text": False, "reading": False, "length": 0}

    def start(name: str, _attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            pieces.clear()
            state["length"] = 0
        elif name == "t":
            state["text"] = not state["reading"]
        elif name == "rPh":
            state["reading"] = True

    def end(name: str) -> None:
        name = local(name)
        if name == "si":
            texts.add(plain("".join(pieces)))
        elif name == "t":
            state["text"] = False
        elif name == "rPh":
            state["reading"] = False

    def text(data: str) -> None:
        if state["text"]:
            state["length"] += len(data)
            if state["length"] > TEXT_LIMIT:
                raise import_errors.WorkbookTooLarge(part="sharedStrings")
            pieces.append(data)

    XmlReader(package.open(name, PART_LIMIT), part="sharedStrings", start=start, end=end, text=text).all()
    return texts


def date_styles(package: Package, name: str) -> set[str]:
    """The cell styles that show a number as a date, as cells name them."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    within = {"cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            within["cellXfs"] = True
        elif name == "xf" and within["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            within["cellXfs"] = False

    XmlReader(package.open(name), part="styles", start=start, end=end).all()
    return {
        str(at)
        for at, number in enumerate(styles)
        if (_is_date_code(codes[number]) if number in codes else number.isdecimal() and int(number) in _DATE_FORMATS)
    }


def _is_date_code(code: str) -> bool:
    """True if a number format shows a day and a year; what it quotes and brackets is not looked at."""
    bare, quoted, bracketed, escaped = [], False, False, False
    for sign in code.lower():
        if escaped:
            escaped = False
        elif quoted or bracketed:
            quoted, bracketed = quoted and sign != '"', bracketed and sign != "]"
        elif sign in '"[\\_*':
            quoted, bracketed, escaped = sign == '"', sign == "[", sign in "\\_*"
        else:
            bare.append(sign)
    return "d" in bare and "y" in bare


def date_of(serial: float, *, from_1904: bool) -> date | None:
    """The day of Excel's number; None for what is no day that a person can be born on."""
    days = int(serial)
    if from_1904:
        days += 1462
    # Before 1 March 1900 Excel counts a day that never was.
    return date(1899, 12, 30) + timedelta(days) if 61 <= days < 2_958_466 else None
