"""A workbook is written in pieces that make one file, which our own reader of workbooks reads back."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from beneficiaries.registry_workbook import sheet_names
from wallet import workbook


def _written(header: list[object], rows: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(workbook.pieces("Batch 1", header, rows))))


def _sheet(package: zipfile.ZipFile, number: int = 1) -> str:
    return package.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_numbers_are_numbers_and_everything_else_is_text() -> None:
    package = _written(["nama", "jumlah"], [["Siti", 300_000], [None, True]])
    assert package.testzip() is None
    sheet = _sheet(package)
    assert "<c><v>300000</v></c>" in sheet
    assert '<t xml:space="preserve">Siti</t>' in sheet
    assert "<row><c/>" in sheet and ">True<" in sheet


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", '=HYPERLINK("http://x")'])
def test_a_text_that_looks_like_a_formula_is_a_text(text: str) -> None:
    sheet = _sheet(_written(["x"], [[text]]))
    assert "<f>" not in sheet and sheet.count('t="inlineStr"') == 2


def test_what_xml_cannot_say_is_left_out_and_what_it_means_is_escaped() -> None:
    sheet = _sheet(_written(["x"], [["a\x00b\x0bc\ud800<&>"]]))
    assert ">abc&lt;&amp;&gt;<" in sheet


def test_what_does_not_fit_on_a_sheet_goes_on_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    content = b"".join(workbook.pieces("Batch 1", ["n"], ([n] for n in range(5))))
    assert sheet_names(io.BytesIO(content)) == ["Batch 1", "Batch 1 2", "Batch 1 3"]
    package = zipfile.ZipFile(io.BytesIO(content))
    rows = [_sheet(package, number).count("<row>") - 1 for number in (1, 2, 3)]
    assert rows == [2, 2, 1]


def test_no_rows_are_a_sheet_with_its_header() -> None:
    assert _sheet(_written(["n"], [])).count("<row>") == 1


def test_pieces_are_handed_on_while_rows_are_read() -> None:
    read = 0

    def rows() -> Any:
        nonlocal read
        for read in range(1, 1_000_001):  # how many were asked for
            yield [f"baris {read}"]

    pieces = workbook.pieces("Batch 1", ["n"], rows())
    next(pieces)
    next(pieces)
    assert read < 3 * workbook.PIECE
