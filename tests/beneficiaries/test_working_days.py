"""Working days skip weekends, holidays and the shared days off, and a deadline ends with its day in Jakarta."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from beneficiaries import working_days


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),  # Tuesday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # 24 is cuti bersama, 25 Christmas, then the weekend
        (date(2026, 3, 17), 1, date(2026, 3, 25)),  # Nyepi, Idul Fitri and their shared days off
        (date(2026, 12, 30), 2, date(2027, 1, 4)),  # into the next year
    ],
)
def test_the_working_day_after(day: date, count: int, expected: date) -> None:
    assert working_days.after(day, count) == expected


def test_none_is_refused() -> None:
    with pytest.raises(ValueError):
        working_days.after(date(2026, 11, 24), 0)


def test_a_deadline_is_the_end_of_its_day_in_jakarta() -> None:
    jakarta = timezone.get_default_timezone()
    late_evening = datetime(2026, 11, 24, 23, 30, tzinfo=jakarta)
    assert working_days.deadline(late_evening, 1) == datetime(2026, 11, 26, tzinfo=jakarta)
