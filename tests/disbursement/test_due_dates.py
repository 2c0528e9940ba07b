"""When the periods of a schedule are due: short months, holidays, stages, single dates, and what holds for every schedule."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from itertools import islice, pairwise
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import working_days
from disbursement import due_dates
from disbursement.due_dates import months_later
from disbursement.models import Schedule
from tests.disbursement.scheduling import at, unsaved

JANUARY = date(2027, 1, 1)


def _due(until: date = date(2027, 12, 1), **fields: Any) -> list[date]:
    schedule = unsaved(**({"first_period": JANUARY} | fields))
    return [timezone.localtime(due.due_at).date() for due in due_dates.runs(schedule, until)]


def test_the_thirty_first_is_each_months_last_day() -> None:
    found = _due(date(2027, 4, 1), day=31)
    assert found == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert _due(date(2028, 2, 1), day=30, first_period=date(2028, 2, 1)) == [date(2028, 2, 29)]


def test_stages_are_due_in_their_months_only() -> None:
    assert _due(kind="stages", months=[1, 4, 7, 10]) == [date(2027, month, 10) for month in (1, 4, 7, 10)]


def test_every_so_many_months_counts_from_the_first_period() -> None:
    first = date(2026, 11, 1)
    assert _due(date(2028, 1, 1), kind="every", every=5, first_period=first) == [
        date(2026, 11, 10),
        date(2027, 4, 10),
        date(2027, 9, 10),
    ]


def test_single_dates_are_due_as_they_are_and_name_their_months() -> None:
    schedule = unsaved(kind="dates", dates=[date(2027, 6, 20), date(2027, 3, 1)], first_period=JANUARY)
    found = [(due.period, due.due_at) for due in due_dates.runs(schedule, date(2027, 12, 1))]
    assert found == [(date(2027, 3, 1), at(2027, 3, 1)), (date(2027, 6, 1), at(2027, 6, 20))]


def test_a_holiday_moves_to_a_working_day_before_or_after() -> None:
    # 17 August 2027 is a Tuesday and Independence Day; 15 August 2027 is a Sunday.
    august = {"first_period": date(2027, 8, 1), "last_period": date(2027, 8, 1)}
    assert _due(day=17, moved="previous", **august) == [date(2027, 8, 16)]
    assert _due(day=17, moved="next", **august) == [date(2027, 8, 18)]
    assert _due(day=15, moved="previous", **august) == [date(2027, 8, 13)]
    assert _due(day=17, moved="no", **august) == [date(2027, 8, 17)]


def test_a_due_day_moved_over_the_end_of_the_year_stays_of_its_period() -> None:
    schedule = unsaved(first_period=JANUARY, day=1, moved="previous")
    [due] = due_dates.runs(schedule, JANUARY)
    assert due.period == JANUARY
    assert timezone.localtime(due.due_at).date() == date(2026, 12, 31)


def test_the_draft_is_prepared_so_many_days_before_at_the_same_hour() -> None:
    [due] = due_dates.runs(unsaved(first_period=JANUARY, lead_days=10, hour=6), JANUARY)
    assert (due.due_at, due.prepare_at) == (at(2027, 1, 10, 6), at(2026, 12, 31, 6))


def test_nothing_is_due_after_the_last_period() -> None:
    assert _due(last_period=date(2027, 2, 1)) == [date(2027, 1, 10), date(2027, 2, 10)]


SCHEDULES = st.builds(
    lambda **fields: unsaved(**fields),
    kind=st.sampled_from(["monthly", "every", "stages"]),
    every=st.integers(1, 12),
    months=st.lists(st.integers(1, 12), min_size=1, unique=True),
    day=st.integers(1, 31),
    hour=st.integers(0, 23),
    moved=st.sampled_from(Schedule.Moved.values),
    lead_days=st.integers(0, 60),
    first_period=st.dates(date(2024, 1, 1), date(2030, 12, 1)).map(lambda day: day.replace(day=1)),
)


@given(SCHEDULES)
def test_every_period_comes_once_in_order_and_near_its_day(schedule: Schedule) -> None:
    found = list(islice(due_dates.runs(schedule, months_later(schedule.first_period, 30)), 40))
    assert all(earlier.period < later.period for earlier, later in pairwise(found))
    for due in found:
        day = timezone.localtime(due.due_at).date()
        wanted = due.period.replace(day=min(schedule.day, monthrange(due.period.year, due.period.month)[1]))
        assert due.period.day == 1 and due.period >= schedule.first_period
        assert due.due_at - due.prepare_at == timedelta(days=schedule.lead_days)
        assert timezone.localtime(due.due_at).hour == schedule.hour
        if schedule.moved == "no":
            assert day == wanted
            continue
        assert working_days.is_working(day)
        assert day <= wanted if schedule.moved == "previous" else day >= wanted
        between = abs((day - wanted).days)
        step = 1 if wanted > day else -1
        assert not any(working_days.is_working(day + timedelta(days=step * one)) for one in range(1, between + 1))


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(-60, 60))
def test_months_later_and_back_is_the_month_itself(day: date, count: int) -> None:
    assert months_later(months_later(day, count), -count) == day.replace(day=1)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 8, 17), date(2027, 8, 15)])
def test_a_day_off_has_a_working_day_on_either_side(day: date) -> None:
    before, after = working_days.on_or_before(day), working_days.on_or_after(day)
    assert before < day < after
    assert working_days.is_working(before) and working_days.is_working(after)
