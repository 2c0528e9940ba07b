"""The printed sticker: what it says in letters, and that a scanner reads the code in it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import segno

from tests.wallet.qris.test_qris import STATIC
from wallet.qris import sticker as drawing
from wallet.qris.sticker import HEIGHT, QUIET, SIDE, WIDTH, Sticker

STICKER = Sticker(STATIC, "WARUNG <BU> SITI & CO", "ID1020012345678", "A01", "tanpa biaya")
SVG = "{http://www.w3.org/2000/svg}"


def test_the_svg_says_whose_code_it_is() -> None:
    root = ElementTree.fromstring(drawing.svg(STICKER))  # noqa: S314  # our own drawing
    said = [element.text for element in root.iter(f"{SVG}text")]
    assert said == ["QRIS", "WARUNG <BU> SITI & CO", "NMID : ID1020012345678", "TID : A01", "tanpa biaya"]
    assert (root.get("width"), root.get("height")) == (f"{WIDTH}mm", f"{HEIGHT}mm")


def test_the_svg_holds_the_code_with_its_quiet_zone() -> None:
    root = ElementTree.fromstring(drawing.svg(STICKER))  # noqa: S314
    [holder] = [one for one in root.findall(f"{SVG}svg") if one.get("width") == str(SIDE)]
    inner = holder[0]
    modules = segno.make(STATIC, error="m").symbol_size(border=QUIET)[0]
    assert inner.get("viewBox") == f"0 0 {modules} {modules}"
    assert "http" not in drawing.svg(STICKER).replace("http://www.w3.org/2000/svg", "")  # nothing is loaded


def test_without_a_terminal_there_is_no_line_for_it() -> None:
    assert "TID" not in drawing.svg(Sticker(STATIC, "W", "ID1020012345678"))


def test_the_pdf_is_one_page_of_the_stickers_size_and_always_the_same() -> None:
    made = drawing.pdf(STICKER)
    assert made.startswith(b"%PDF-") and made == drawing.pdf(STICKER)
    assert len(re.findall(rb"/Type /Page\b", made)) == 1
    [box] = re.findall(rb"/MediaBox \[ ([0-9. ]+) \]", made)
    wide, high = (float(number) for number in box.split()[2:])
    assert (round(wide / 72 * 25.4), round(high / 72 * 25.4)) == (WIDTH, HEIGHT)
    assert made != drawing.pdf(Sticker(STATIC, "LAIN", "ID1020012345678"))
