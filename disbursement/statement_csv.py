"""Statements as CSV: one entry a line, columns by their titles, in any order; further columns are not read.

Obligatory: reference, amount (signed; negative is out) and time. Where there is a status, only what succeeded counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext

from beneficiaries.registry_csv import CsvTable
from disbursement import statement_lines
from disbursement.statement_errors import CellWrong, ColumnsMissing
from disbursement.statement_lines import TEXT_LENGTH, Head, Line

# Each column, and the titles it is known by: ours, its Indonesian name, and SNAP BI's own.
COLUMNS: dict[str, tuple[str, ...]] = {
    "reference": ("reference", "rujukan", "referensi", "partnerreferenceno"),
    "amount": ("amount", "jumlah", "nominal"),
    "time": ("time", "waktu", "tanggal", "transactiondate"),
    "status": ("status", "latesttransactionstatus"),
    "bank_reference": ("bankreference", "rujukanbank", "referenceno"),
    "text": ("text", "keterangan"),
}
NEEDED = ("reference", "amount", "time")
SETTLED = {"SUCCESS", "SUCCESSFUL", "BERHASIL", "SUKSES", "BOOKED", "00"}
# Of SNAP BI's latestTransactionStatus all but 00: initiated, paying, pending, refunded, cancelled, failed, not found.
_SNAP_NOT_SETTLED = {"01", "02", "03", "04", "05", "06", "07"}
NOT_SETTLED = _SNAP_NOT_SETTLED | {
    *("FAILED", "GAGAL", "PENDING", "MENUNGGU", "CANCELED", "CANCELLED", "DIBATALKAN"),
    *("INITIATED", "PAYING", "REFUNDED", "DIKEMBALIKAN", "NOT FOUND", "TIDAK DITEMUKAN"),
}
_TITLES = {title: column for column, titles in COLUMNS.items() for title in titles}


def _column(title: str) -> str | None:
    bare = "".join(character for character in title.strip().lower() if character.isalnum())
    return _TITLES.get(bare)


class CsvStatement:
    """The lines of a CSV statement. Its period, number and balances are not in it: the officer says them."""

    def __init__(self, stream: BinaryIO) -> None:
        """Raises ColumnsMissing, and what is wrong with the file as text (beneficiaries.import_errors)."""
        self.head = Head()
        self._table = CsvTable(stream, lambda cells: sum(_column(cell) is not None for cell in cells))
        self._at: dict[str, int] = {}
        for place, title in enumerate(self._table.titles):
            column = _column(title)
            if column is not None:
                self._at.setdefault(column, place)
        if missing := [column for column in NEEDED if column not in self._at]:
            raise ColumnsMissing(missing=", ".join(missing), expected=", ".join(COLUMNS))

    def lines(self) -> Iterator[Line]:
        """Every entry in file order. Raises CellWrong."""
        for number, cells, faults in self._table.rows():
            if faults or len(cells) > len(self._table.titles):
                raise CellWrong(line=number, column="–", must=gettext("satu baris dengan kolom sebanyak judulnya"))
            yield self._line(number, cells)

    def _line(self, number: int, cells: list[str]) -> Line:
        def cell(column: str) -> str:
            place = self._at.get(column, len(cells))
            return cells[place].strip() if place < len(cells) else ""

        amount = statement_lines.sen(cell("amount"))
        if not amount:
            raise CellWrong(line=number, column="amount", must=gettext("angka seperti 300000, 300000.00 atau -300000"))
        booked_on = statement_lines.day(cell("time"))
        if booked_on is None:
            raise CellWrong(
                line=number, column="time", must=gettext("tanggal seperti 2026-11-30 atau 2026-11-30T14:00:00+07:00")
            )
        return Line(
            line=number,
            booked_on=booked_on,
            amount_sen=amount,
            settled=_settled(number, cell("status")),
            reference=statement_lines.reference(cell("reference")),
            bank_reference=statement_lines.reference(cell("bank_reference")),
            text=cell("text")[:TEXT_LENGTH],
        )


def _settled(line: int, status: str) -> bool:
    """Whether that status says that the money has moved. Raises CellWrong for one that nobody has told us of."""
    said = status.upper()
    if not said or said in SETTLED:
        return True
    if said in NOT_SETTLED:
        return False
    raise CellWrong(line=line, column="status", must=gettext("SUCCESS, FAILED atau PENDING"))
