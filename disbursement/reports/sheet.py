"""A report as a table for spreadsheets: a header, the groups, the total; below them what was asked and what it all means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from disbursement.reports.columns import COLUMNS, Column, Table, Unit, span_titles
from disbursement.reports.reading import Line, Reading, hidden_text


def header(reading: Reading) -> list[str]:
    """Titles with their units; lengths of time are in whole minutes, shares in whole percent."""
    titles = [reading.report.get_grouping_display()]
    for column in _columns(reading):
        titles += _titles(column)
    return titles


def rows(reading: Reading) -> Iterator[Sequence[object]]:
    """The groups and the total; then, after an empty row, the reasons of failure, the filters, notes and the legend."""
    for line in (*reading.lines, reading.total):
        yield [line.title, *(value for column in _columns(reading) for value in _values(line, column))]
    yield []
    if reasons := reading.reasons():
        yield [gettext("Alasan gagal"), gettext("instruksi"), gettext("jumlah (Rp)")]
        yield from ([words, count, total] for words, count, total in reasons)
        yield []
    yield [reading.title]
    yield from ([name, said] for name, said in reading.filters())
    yield from ([note] for note in reading.notes())
    yield []
    yield from ([title, meaning] for title, meaning in reading.legend())


def _columns(reading: Reading) -> list[Column]:
    shown = {column.name for table in Table for column in reading.columns(table)}
    return [column for column in COLUMNS if column.name in shown or column.unit is Unit.SPREAD]


def _titles(column: Column) -> list[str]:
    title = str(column.title)
    if column.unit is Unit.RUPIAH:
        told = [gettext("%(title)s (Rp)") % {"title": title}]
    elif column.unit is Unit.SECONDS:
        told = [gettext("%(title)s (menit)") % {"title": title}]
    elif column.unit is Unit.SPREAD:
        told = [f"{title}: {span}" for span in span_titles()]
    else:
        told = [title]
    return [*told, gettext("porsi dibelanjakan (%)")] if column.name == "redeemed" else told


def _values(line: Line, column: Column) -> Sequence[object]:
    if not line.shown:
        return [hidden_text(line) if column.name == "enrolled" else ""] + [""] * (len(_titles(column)) - 1)
    figure = line.figures[column.name]
    if column.unit is Unit.SPREAD:
        return list(figure) if figure is not None else [""] * len(span_titles())
    if column.unit is Unit.SECONDS:
        return ["" if figure is None else figure // 60]
    return [figure, int(line.redeemed_share + 0.5)] if column.name == "redeemed" else [figure]
