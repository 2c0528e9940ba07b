"""Tables for spreadsheets: as CSV or as Excel workbooks, whose cells never run as formulas."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from django.http import StreamingHttpResponse

from wallet import workbook

# What spreadsheets take for a formula's beginning, full-width forms and leading blanks included; a plain number is none.
_RUNS = re.compile(r"\A[\s\x00]*[=+\-@|%＝＋－＠]|\A[\t\r\n]")
_NUMBER = re.compile(r"-?[0-9]+")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def cell(value: object) -> str:
    """The value as a cell's text: an apostrophe in front keeps a spreadsheet from running it."""
    text = "" if value is None else str(value)
    return f"'{text}" if _RUNS.search(text) and not _NUMBER.fullmatch(text) else text


def download(name: str, header: Iterable[object], rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """The rows as a file, written while they are read."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"  # else Excel does not take it for UTF-8
        for row in chain([header], rows):
            yield writer.writerow([cell(value) for value in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def download_workbook(
    name: str, title: str, header: Iterable[object], rows: Iterable[Iterable[object]]
) -> StreamingHttpResponse:
    """The rows as an Excel file with a sheet of that title, written while they are read."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = StreamingHttpResponse(workbook.pieces(title, header, rows), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
