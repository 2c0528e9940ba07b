"""A merchant's code printed for the counter: a sticker of 105 × 148 mm (A6), as SVG or PDF."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 105, 148  # millimetres
SIDE = 80  # of the square that holds the QR code with its quiet zone
QUIET = 4  # modules of white around it, which scanners need (ISO/IEC 18004)
HEADING = "QRIS"
PLAIN, BOLD = "Vera", "VeraBd"  # Bitstream Vera, which the library ships; embedded, it looks alike everywhere
LEFT, TOP = (WIDTH - SIDE) / 2, 40


@dataclass(frozen=True, slots=True)
class Sticker:
    """What is printed: the code's text, and in letters whose it is. `terminal` and `footer` may be empty."""

    content: str
    name: str
    nmid: str
    terminal: str = ""
    footer: str = ""

    def lines(self) -> list[tuple[str, float, float, bool]]:
        """Each line of text: what, the millimetres from the top to its foot, its size in millimetres, whether bold."""
        told = [(HEADING, 16.0, 11.0, True), (self.name, 26.0, 6.0, True), (f"NMID : {self.nmid}", 32.5, 4.2, False)]
        if self.terminal:
            told.append((f"TID : {self.terminal}", 38.0, 3.8, False))
        if self.footer:
            told.append((self.footer, 138.0, 3.2, False))
        return told


def svg(sticker: Sticker) -> str:
    """The sticker as one SVG document, without anything to be loaded from elsewhere."""
    drawn = segno.make(sticker.content, error="m").svg_inline(border=QUIET, light="#fff", omitsize=True)
    words = "".join(
        f'<text x="{WIDTH / 2}" y="{foot}" font-size="{size}" text-anchor="middle" font-family="sans-serif"'
        f"{' font-weight=' + chr(34) + 'bold' + chr(34) if bold else ''}>{escape(text)}</text>"
        for text, foot, size, bold in sticker.lines()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}mm" height="{HEIGHT}mm" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>{words}'
        f'<svg x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}">{drawn}</svg></svg>\n'
    )


@cache
def _letters() -> None:
    """Registers the fonts, once a process."""
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def pdf(sticker: Sticker) -> bytes:
    """The sticker as a PDF of one page; the same sticker gives the same bytes."""
    _letters()
    sink = BytesIO()
    canvas = Canvas(sink, pagesize=(WIDTH * mm, HEIGHT * mm), invariant=1)
    canvas.setTitle(f"{HEADING} {sticker.name}")
    for text, foot, size, bold in sticker.lines():
        canvas.setFont(BOLD if bold else PLAIN, size * mm)
        canvas.drawCentredString(WIDTH / 2 * mm, (HEIGHT - foot) * mm, text)
    rows = list(segno.make(sticker.content, error="m").matrix_iter(border=QUIET))
    module = SIDE * mm / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                bottom = (HEIGHT - TOP) * mm - (down + 1) * module
                # A hair wider than the module, lest a printer leaves white lines between neighbours.
                canvas.rect(LEFT * mm + across * module, bottom, module * 1.01, module * 1.01, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    return sink.getvalue()
