"""A report as a PDF: A4 landscape, tables that go on under their header, charts, legend, page numbers.

Its letters are Bitstream Vera, which the library ships with its licence, embedded: the document looks alike everywhere.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.translation import gettext
from reportlab.graphics.shapes import Drawing as Picture
from reportlab.graphics.shapes import Rect, String
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from disbursement.reports.columns import TABLE_TITLES, Table, Unit
from disbursement.reports.drawing import WIDTH, Drawing, drawings
from disbursement.reports.reading import Reading, cell, number, percent

PAGE = landscape(A4)
MARGIN = 14 * mm
ROOM = PAGE[0] - 2 * MARGIN - 12  # the library's frame keeps 6 points free on either side
LARGEST = 0.8  # of a chart beside tables in 7-point letters
NAME = 46 * mm  # the width of a group's name
PLAIN, BOLD = "Vera", "VeraBd"
INK, LINE, SHADE = HexColor("#0f172a"), HexColor("#cbd5e1"), HexColor("#f1f5f9")


@cache
def _letters() -> None:
    """Registers the fonts, once a process."""
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def document(reading: Reading) -> bytes:
    """The report's PDF."""
    _letters()
    sink = BytesIO()
    template = SimpleDocTemplate(
        sink,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=reading.title,
        subject="; ".join(f"{name}: {said}" for name, said in reading.filters()),
        author="Salur",
        creator="Salur",
        lang=translation.get_language() or "id",
    )

    class Numbered(_Numbered):
        foot = f"{reading.title} · {reading.notes()[0]}"

    template.build(_story(reading), canvasmaker=Numbered)
    return sink.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """Keeps its pages until their number is known, and writes it at the foot of each."""

    foot = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page, state in enumerate(self._kept, 1):
            self.__dict__.update(state)
            self.setFont(PLAIN, 7)
            self.setFillColor(INK)
            self.drawString(MARGIN, 9 * mm, self.foot)
            told = gettext("Halaman %(page)s dari %(pages)s") % {"page": page, "pages": len(self._kept)}
            self.drawRightString(PAGE[0] - MARGIN, 9 * mm, told)
            super().showPage()
        super().save()


def _style(size: float, *, bold: bool = False, right: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{right}",
        fontName=BOLD if bold else PLAIN,
        fontSize=size,
        leading=size * 1.25,
        textColor=INK,
        alignment=2 if right else 0,
        splitLongWords=True,
    )


def _said(text: str, size: float = 7.5, *, bold: bool = False, right: bool = False) -> Paragraph:
    return Paragraph(escape(text), _style(size, bold=bold, right=right))


def _story(reading: Reading) -> list[Flowable]:
    story: list[Flowable] = [_said(reading.title, 15, bold=True), Spacer(0, 3 * mm), _facts(reading), Spacer(0, 3 * mm)]
    for table in Table:
        title = _said(str(TABLE_TITLES[table]), 11, bold=True)
        story += [CondPageBreak(40 * mm), title, Spacer(0, 1.5 * mm), _grid(reading, table), Spacer(0, 5 * mm)]
    if pictures := drawings(reading):
        story += _pictures(pictures)
    if reasons := reading.reasons():
        rows = [[gettext("alasan gagal"), gettext("instruksi"), gettext("jumlah (Rp)")]]
        rows += [[words, number(count), number(total)] for words, count, total in reasons]
        story += [CondPageBreak(30 * mm), _said(gettext("Mengapa gagal"), 11, bold=True), Spacer(0, 1.5 * mm)]
        story += [_ruled(rows, [150 * mm, 40 * mm, 50 * mm]), Spacer(0, 5 * mm)]
    story += [CondPageBreak(40 * mm), _said(gettext("Arti kolom"), 11, bold=True), Spacer(0, 1.5 * mm)]
    return [*story, *(_meaning(title, meaning) for title, meaning in reading.legend())]


def _facts(reading: Reading) -> Flowable:
    rows = [[_said(name, bold=True), _said(said)] for name, said in reading.filters()]
    rows.append([_said(gettext("Catatan"), bold=True), [_said(note) for note in reading.notes()]])
    grid = Grid(rows, colWidths=[28 * mm, ROOM - 28 * mm], hAlign="LEFT")
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *(_padding(1.2)), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
    return grid


def _grid(reading: Reading, table: Table) -> Flowable:
    """One table of the report: its header on every page, the total last and bold."""
    columns = reading.columns(table)
    header = [reading.report.get_grouping_display()]
    for column in columns:
        header.append(f"{column.title} (Rp)" if column.unit is Unit.RUPIAH else str(column.title))
        if column.name == "redeemed":
            header.append(gettext("porsi"))
    rows = [header]
    for line in reading.rows(table):
        row = [line.title]
        for column in columns:
            row.append(cell(line, column))
            if column.name == "redeemed":
                row.append(percent(line.redeemed_share) if line.shown else "–")
        rows.append(row)
    others = (ROOM - NAME) / (len(header) - 1)
    return _ruled(rows, [NAME, *[others] * (len(header) - 1)], total=True)


def _ruled(rows: list[list[str]], widths: list[float], *, total: bool = False) -> Flowable:
    last = len(rows) - 1
    cells = [
        [
            _said(text, 7, bold=at == 0 or (total and at == last), right=place > 0)
            for place, text in enumerate(row)
        ]
        for at, row in enumerate(rows)
    ]  # fmt: skip
    grid = Grid(cells, colWidths=widths, repeatRows=1, hAlign="LEFT")
    style: list[Any] = [
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        *_padding(2),
    ]
    if total:
        style.append(("LINEABOVE", (0, last), (-1, last), 0.8, INK))
    grid.setStyle(style)
    return grid


def _padding(points: float) -> list[Any]:
    whole = ((0, 0), (-1, -1))
    sides = {"TOP": points, "BOTTOM": points, "LEFT": 3, "RIGHT": 3}
    return [(f"{side}PADDING", *whole, room) for side, room in sides.items()]


def _pictures(pictures: list[Drawing]) -> list[Flowable]:
    """The charts side by side, each with its title and what it says, on one page as far as it goes."""
    width = ROOM / 2 - 4 * mm
    cells = [
        [_said(picture.title, 10, bold=True), Spacer(0, 1.5 * mm), _picture(picture, width), _said(picture.said, 6.5)]
        for picture in pictures
    ]
    grid = Grid([cells], colWidths=[ROOM / 2] * len(cells), hAlign="LEFT")
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0)])
    return [KeepTogether([grid, Spacer(0, 5 * mm)])]


def _picture(drawing: Drawing, width: float) -> Picture:
    """The shapes, turned upside down: here heights count from the foot. Never higher than a page."""
    scale = min(LARGEST, width / WIDTH, (PAGE[1] - 3 * MARGIN - 30 * mm) / drawing.height)
    picture = Picture(WIDTH * scale, drawing.height * scale)
    picture.scale(scale, scale)
    for bar in drawing.bars:
        y = drawing.height - bar.y - bar.height
        picture.add(Rect(bar.x, y, bar.width, bar.height, fillColor=HexColor(bar.tone), strokeColor=None))
    for text in drawing.texts:
        anchor = "end" if text.end else "start"
        y = drawing.height - text.y
        picture.add(
            String(text.x, y, text.text, fontName=PLAIN, fontSize=text.size, fillColor=black, textAnchor=anchor)
        )
    return picture


def _meaning(title: str, meaning: str) -> Flowable:
    return Paragraph(f"<b>{escape(title)}</b>: {escape(meaning)}", _style(7.5))
