"""Which months a cycle covers, and that no two cycles of a programme pay for one month.

Its length is what the version of its period says. It is kept, and holds its months, as long as there is a batch of it that is
not cancelled, or somebody is owed it; the database keeps both (migration 0141).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, connection
from django.utils.formats import date_format

from disbursement.due_dates import months_later
from disbursement.errors import CyclesOverlap

_OTHER = """
SELECT c.period, c.months, disbursement_cycle_months(%(programme)s, %(period)s) FROM disbursement_cycle c
WHERE c.id = disbursement_overlapping_cycle(%(programme)s, %(period)s)
"""
_MONTHS = (
    "SELECT disbursement_cycle_months(%s, period) FROM unnest(%s::date[]) WITH ORDINALITY one(period, at) ORDER BY at"
)


def check(programme: int, period: date) -> None:
    """Raises CyclesOverlap where another cycle of the programme covers a month that one of the period (a first day) would."""
    with connection.cursor() as cursor:
        cursor.execute(_OTHER, {"programme": programme, "period": period})
        found = cursor.fetchone()
    if found is not None:
        other, other_months, months = found
        raise CyclesOverlap(period=in_words(period, months), other=in_words(other, other_months))


def months_of(programme: int, periods: Sequence[date]) -> list[int]:
    """How many months a cycle of each period covers, as the versions in force say; 1 where none is."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, [programme, list(periods)])
        return [int(months) for (months,) in cursor.fetchall()]


def in_words(period: date, months: int) -> str:
    """The first and the last month of so many, or the one."""
    first = date_format(period, "F Y")
    return first if months == 1 else f"{first} - {date_format(months_later(period, months - 1), 'F Y')}"


def is_overlap(error: IntegrityError) -> bool:
    """True if the database refused two cycles that cover one month."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) == "cycles_do_not_overlap"
