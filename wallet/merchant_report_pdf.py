"""A merchant's statement of sales as a PDF, in the manner of an invoice: A4, with the library's letters (Bitstream Vera)."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from wallet.merchant_reports import FEE_PERCENT, Report, Sale, sales
from wallet.money import rupiah

MARGIN = 16 * mm
PLAIN, BOLD = "Vera", "VeraBd"
INK, LINE, SHADE = HexColor("#0f172a"), HexColor("#cbd5e1"), HexColor("#f1f5f9")
WIDTHS = [30 * mm, 46 * mm, 70 * mm, 30 * mm]


@cache
def _letters() -> None:
    """Registers the fonts, once a process."""
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def document(report: Report) -> bytes:
    """The statement's PDF: figures, settlements, and the list of payments with its header on every page."""
    _letters()
    sink = BytesIO()
    template = SimpleDocTemplate(
        sink,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=" ".join((gettext("Laporan penjualan"), str(report.number))),
        author="Salur",
        creator="Salur",
    )

    def foot(canvas: Canvas, _template: Any) -> None:
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(INK)
        canvas.drawString(MARGIN, 9 * mm, report.number)
        canvas.drawRightString(A4[0] - MARGIN, 9 * mm, gettext("Halaman %(page)s") % {"page": canvas.getPageNumber()})

    template.build(_story(report), onFirstPage=foot, onLaterPages=foot)
    return sink.getvalue()


def figures(report: Report) -> list[tuple[str, str]]:
    """What the statement adds up to, in words and rupiah."""
    return [
        (gettext("Penjualan bruto (%(count)s)") % {"count": report.count}, rupiah(report.gross)),
        (gettext("Pengembalian"), rupiah(-report.refunds) if report.refunds else rupiah(0)),
        (
            gettext("Biaya (MDR %(percent)s %%)") % {"percent": FEE_PERCENT},
            rupiah(-report.fee) if report.fee else rupiah(0),
        ),
        (gettext("Penjualan neto"), rupiah(report.net)),
        (gettext("Terutang sebelum %(day)s") % {"day": _day(report.first)}, rupiah(report.opening)),
        (gettext("Dibayar dari dana kerugian"), rupiah(report.covered)),
        (gettext("Diselesaikan"), rupiah(-sum(row.amount for row in report.settlements))),
        (gettext("Dikembalikan bank"), rupiah(sum(row.amount for row in report.returned))),
        (gettext("Terutang setelah %(day)s") % {"day": _day(report.last)}, rupiah(report.closing)),
    ]


def _story(report: Report) -> list[Flowable]:
    merchant = report.merchant
    facts = [
        (gettext("Nomor"), report.number),
        (gettext("Pedagang"), f"{merchant.name} ({merchant.merchant_id})"),
        (gettext("Periode"), f"{_day(report.first)} – {_day(report.last)}"),
        (gettext("NMID"), merchant.nmid or "-"),
    ]
    story: list[Flowable] = [_said(gettext("Laporan penjualan"), 15, bold=True), Spacer(0, 4 * mm)]
    story += [_pairs(facts), Spacer(0, 4 * mm), _pairs(figures(report), right=True), Spacer(0, 6 * mm)]
    story += [_said(gettext("Penyelesaian"), 11, bold=True), Spacer(0, 2 * mm)]
    settled = [[gettext("hari buku"), gettext("rujukan"), gettext("status"), gettext("jumlah (Rp)")]]
    settled += [
        [f"{row.business_day:%d/%m/%Y}", row.uid.hex, str(row.get_status_display()), _number(row.amount)]
        for row in report.settlements
    ]
    settled += [
        [
            f"{row.business_day:%d/%m/%Y}",
            row.uid.hex,
            gettext("kembali %(day)s") % {"day": _day(row.returned_at)},
            _number(-row.amount),
        ]
        for row in report.returned
    ]
    story += [_ruled(settled), Spacer(0, 6 * mm), _said(gettext("Belanja dan pengembalian"), 11, bold=True)]
    rows = [[gettext("waktu"), gettext("nomor kami"), gettext("keterangan"), gettext("jumlah (Rp)")]]
    rows += [_row(sale) for sale in sales(report)]
    return [*story, Spacer(0, 2 * mm), _ruled(rows)]


def _row(sale: Sale) -> list[str]:
    said = " · ".join(filter(None, (sale.title, sale.items)))
    return [f"{timezone.localtime(sale.at):%d/%m/%Y %H:%M}", sale.reference_no, said, _number(sale.amount)]


def _number(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def _day(day: Any) -> str:
    return date_format(day, "j F Y")


def _said(text: str, size: float = 8, *, bold: bool = False, right: bool = False) -> Paragraph:
    style = ParagraphStyle(
        f"{size}{bold}{right}",
        fontName=BOLD if bold else PLAIN,
        fontSize=size,
        leading=size * 1.25,
        textColor=INK,
        alignment=2 if right else 0,
        splitLongWords=True,
    )
    return Paragraph(escape(text), style)


def _pairs(rows: list[tuple[str, str]], *, right: bool = False) -> Flowable:
    cells = [[_said(name, bold=True), _said(told, right=right)] for name, told in rows]
    grid = Table(cells, colWidths=[60 * mm, 60 * mm if right else 116 * mm], hAlign="LEFT")
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE)])
    return grid


def _ruled(rows: list[list[str]]) -> Flowable:
    cells = [
        [_said(text, 7, bold=at == 0, right=place == len(row) - 1) for place, text in enumerate(row)]
        for at, row in enumerate(rows)
    ]
    grid = Table(cells, colWidths=WIDTHS, repeatRows=1, hAlign="LEFT")
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
        ]
    )
    return grid
