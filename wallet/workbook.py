"""Tables as Excel workbooks, written while they are read: whole numbers as numbers, everything else as text that never runs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from xml.sax.saxutils import escape, quoteattr

MOST_ROWS = 1_000_000  # on one sheet: Excel reads 1,048,576
PIECE = 2_000  # rows that are written before they are handed on
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DAY = (1980, 1, 1, 0, 0, 0)  # the same rows give the same bytes
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class _Sink:
    """Where the package is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, content: bytes) -> int:
        self.written += content
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        content, self.written = bytes(self.written), bytearray()
        return content


def pieces(title: str, header: Iterable[object], rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The bytes of a workbook, in pieces; what does not fit on one sheet goes on, under the same header, on the next.

    Memory stays flat. A text that begins like a formula is a text all the same.
    """
    sink, left, header, sheets = _Sink(), iter(rows), list(header), 0
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as package:  # type: ignore[call-overload]  # it asks for no more
        first: list[Iterable[object]] = list(islice(left, 1))
        while first or not sheets:
            sheets += 1
            with package.open(_part(f"xl/worksheets/sheet{sheets}.xml"), "w") as part:
                part.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                shown = chain([header], first, islice(left, MOST_ROWS - len(first)))
                while portion := list(islice(shown, PIECE)):
                    part.write("".join(map(_row, portion)).encode())
                    yield sink.taken()
                part.write(b"</sheetData></worksheet>")
            first = list(islice(left, 1))
        for name, content in _frame(title, sheets).items():
            package.writestr(_part(name), content)
    yield sink.taken()


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _row(values: Iterable[object]) -> str:
    return f"<row>{''.join(map(_cell, values))}</row>"


def _cell(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    text = _NOT_XML.sub("", "" if value is None else str(value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else "<c/>"


def _frame(title: str, sheets: int) -> dict[str, str]:
    """The parts that say what the sheets are."""
    numbers = range(1, sheets + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    listed = "".join(
        f'<sheet name={quoteattr(f"{title[:25]} {n}" if n > 1 else title[:31])} sheetId="{n}" r:id="rId{n}"/>'
        for n in numbers
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
    }
