"""Workbooks for tests, part by part, so that any of them can be as nasty as wanted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from beneficiaries.synthetic_workbook import PARTS

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def text_cell(value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>' if value else "<c/>"


def number_cell(value: str, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>'


def row(cells: Iterable[str]) -> str:
    """A row of cells; what is not XML of a cell is taken as its text."""
    return "<row>" + "".join(cell if cell.startswith("<c") else text_cell(cell) for cell in cells) + "</row>"


def sheet(*rows: Iterable[str], after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(map(row, rows))}</sheetData>{after}</worksheet>'


def package(parts: Mapping[str, str | bytes | None]) -> bytes:
    """A workbook of one sheet with parts replaced, added, or (None) left out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in {**PARTS, **parts}.items():
            if content is not None:
                written.writestr(name, content)
    return stream.getvalue()


def workbook(*rows: Iterable[str], after: str = "", **parts: str | bytes | None) -> bytes:
    return package({SHEET: sheet(*rows, after=after), **parts})


def several(sheets: Mapping[str, str], hidden: Iterable[str] = ()) -> bytes:
    """A workbook of several sheets by their names."""
    listed, related, parts = [], [], {}
    for number, (name, content) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{name}" sheetId="{number}"{state} r:id="rId{number}"/>')
        related.append(
            f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" Target="/xl/worksheets/sheet{number}.xml"/>'
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = content
    return package(
        {
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{"".join(listed)}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{''.join(related)}</Relationships>",
            **parts,
        }
    )
