"""The printed card: a sheet of one-time vouchers as QR codes, as SVG or PDF. It names nobody; its holder writes on it by hand."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

import segno
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from wallet.models import OfflineAllowance
from wallet.money import rupiah
from wallet.offline import allowances

COLUMNS, ROWS = 4, 5  # a sheet of A4: each code stays 34 mm wide, which a cheap camera reads
MARGIN, HEADER = 10.0, 26.0  # mm
WIDTH, HEIGHT = A4[0] / mm, A4[1] / mm
CELL_WIDTH = (WIDTH - 2 * MARGIN) / COLUMNS
CELL_HEIGHT = (HEIGHT - 2 * MARGIN - HEADER) / ROWS
CODE = 36.0


def svg(allowance: OfflineAllowance, page: int = 1) -> str:
    """One page of the sheet as an SVG document, in millimetres. Pages begin with 1."""
    shapes = [
        f'<text x="{MARGIN}" y="{MARGIN + 5 + 5 * line}" font-family="sans-serif"'
        f' font-size="{4 if line else 5}">{escape(text)}</text>'
        for line, text in enumerate(_header(allowance))
    ]
    for index, (serial, amount, code) in enumerate(_page(allowance, page)):
        x, y = _place(index)
        shapes.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{CELL_WIDTH:.2f}" height="{CELL_HEIGHT:.2f}" fill="none" stroke="#94a3b8"'
            ' stroke-width="0.2" stroke-dasharray="1 1"/>'
        )
        matrix = _matrix(code)
        unit = CODE / len(matrix)
        left, top = x + (CELL_WIDTH - CODE) / 2, y + 2
        path = "".join(
            f"M{left + column * unit:.3f} {top + row * unit:.3f}h{unit:.3f}v{unit:.3f}h-{unit:.3f}z"
            for row, dots in enumerate(matrix)
            for column, dark in enumerate(dots)
            if dark
        )
        shapes.append(f'<path d="{path}" fill="#000"/>')
        shapes.append(
            f'<text x="{x + CELL_WIDTH / 2:.2f}" y="{top + CODE + 5:.2f}" font-family="sans-serif" font-size="4"'
            f' text-anchor="middle">{escape(_caption(allowance, serial, amount))}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:.2f}mm" height="{HEIGHT:.2f}mm"'
        f' viewBox="0 0 {WIDTH:.2f} {HEIGHT:.2f}">{"".join(shapes)}</svg>'
    )


def pdf(allowance: OfflineAllowance) -> bytes:
    """The whole sheet as a PDF, A4 upright, as many pages as it takes."""
    font = _font()
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, pageCompression=1, invariant=1)
    canvas.setTitle(_("Kartu luring %(number)s") % {"number": allowance.number})
    for page in range(1, pages(allowance) + 1):
        for line, text in enumerate(_header(allowance)):
            canvas.setFont(font, 11 if line else 14)
            canvas.drawString(MARGIN * mm, (HEIGHT - MARGIN - 5 - 5 * line) * mm, text)
        for index, (serial, amount, code) in enumerate(_page(allowance, page)):
            x, y = _place(index)
            canvas.setDash(2, 2)
            canvas.setLineWidth(0.4)
            canvas.rect(x * mm, (HEIGHT - y - CELL_HEIGHT) * mm, CELL_WIDTH * mm, CELL_HEIGHT * mm)
            matrix = _matrix(code)
            unit = CODE / len(matrix)
            left, top = x + (CELL_WIDTH - CODE) / 2, y + 2
            squares = canvas.beginPath()
            for row, dots in enumerate(matrix):
                for column, dark in enumerate(dots):
                    if dark:
                        squares.rect(
                            (left + column * unit) * mm, (HEIGHT - top - (row + 1) * unit) * mm, unit * mm, unit * mm
                        )
            canvas.drawPath(squares, stroke=0, fill=1)
            canvas.setFont(font, 10)
            middle, below = (x + CELL_WIDTH / 2) * mm, (HEIGHT - top - CODE - 5) * mm
            canvas.drawCentredString(middle, below, _caption(allowance, serial, amount))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def pages(allowance: OfflineAllowance) -> int:
    """How many sheets of paper sides its vouchers take."""
    return -(-len(allowance.voucher_amounts) // (COLUMNS * ROWS))


def _page(allowance: OfflineAllowance, page: int) -> list[tuple[int, int, str]]:
    """Serial, rupiah and code of the page's vouchers."""
    found = enumerate(zip(allowance.voucher_amounts, allowances.vouchers(allowance), strict=True), start=1)
    rows = [(serial, amount, code) for serial, (amount, code) in found]
    return rows[(page - 1) * COLUMNS * ROWS : page * COLUMNS * ROWS]


def _place(index: int) -> tuple[float, float]:
    """The upper left corner of a cell, in millimetres from the page's."""
    row, column = divmod(index, COLUMNS)
    return MARGIN + column * CELL_WIDTH, MARGIN + HEADER + row * CELL_HEIGHT


def _matrix(code: str) -> list[list[bool]]:
    """The code's squares, without a border: the cell leaves more than the four that readers ask for."""
    return [[bool(dot) for dot in row] for row in segno.make_qr(code, error="m").matrix]


def _header(allowance: OfflineAllowance) -> list[str]:
    until = date_format(timezone.localtime(allowance.valid_until), "j F Y H.i")
    return [
        _("Kupon belanja tanpa sinyal · %(alias)s") % {"alias": allowance.alias},
        _("Jumlahnya %(ceiling)s, berlaku sampai %(until)s WIB. Tiap kupon sekali pakai; simpan seperti uang.")
        % {"ceiling": rupiah(allowance.ceiling), "until": until},
        _("Hilang? Lapor ke kantor kelurahan dengan nomor %(number)s.") % {"number": allowance.number},
        _("Nama pemegang (tulis sendiri): ______________________________"),
    ]


def _caption(allowance: OfflineAllowance, serial: int, amount: int) -> str:
    return f"{serial}/{len(allowance.voucher_amounts)} · {rupiah(amount)}"


@cache
def _font() -> str:
    """Bitstream Vera, which the library ships with its licence: the sheet looks alike everywhere."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    return "Vera"
