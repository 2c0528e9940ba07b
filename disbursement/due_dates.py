"""The arithmetic of schedules: which periods there are, when each is due, when its draft is prepared. Nothing is read or written.

A period is the first day of a month. A month too short for the day is due on its last one. A due day that is no working day
moves to the working day before or after it, into the next month or year if need be; the period stays what it was.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from beneficiaries import working_days
from disbursement.models import Schedule

MOST_RUNS = 1_200  # of one schedule: a hundred years of months


@dataclass(frozen=True, slots=True)
class Due:
    """One period: the moment from which it is paid, and the moment from which its draft may be prepared."""

    period: date
    due_at: datetime
    prepare_at: datetime


def runs(schedule: Schedule, until: date) -> Iterator[Due]:
    """The schedule's periods with their moments, the earliest first, up to the one that the date is in."""
    for day in _days(schedule, until):
        moved = _moved(schedule, day)
        due_at = timezone.make_aware(datetime.combine(moved, time(schedule.hour)))
        yield Due(day.replace(day=1), due_at, due_at - timedelta(days=schedule.lead_days))


def _days(schedule: Schedule, until: date) -> Iterator[date]:
    """Each period's day as the schedule says it, before it is moved."""
    last = min(until, schedule.last_period) if schedule.last_period else until
    last = last.replace(day=1)
    if schedule.kind == Schedule.Kind.DATES:
        yield from (day for day in sorted(schedule.dates) if schedule.first_period <= day.replace(day=1) <= last)
        return
    step = schedule.every if schedule.kind == Schedule.Kind.EVERY else 1
    period = schedule.first_period
    for _ in range(MOST_RUNS):
        if period > last:
            return
        if schedule.kind != Schedule.Kind.STAGES or period.month in schedule.months:
            yield period.replace(day=min(schedule.day, monthrange(period.year, period.month)[1]))
        period = months_later(period, step)


def _moved(schedule: Schedule, day: date) -> date:
    if schedule.moved == Schedule.Moved.PREVIOUS:
        return working_days.on_or_before(day)
    return working_days.on_or_after(day) if schedule.moved == Schedule.Moved.NEXT else day


def months_later(period: date, count: int) -> date:
    """The first day of the month so many months later (or earlier, if negative)."""
    months = period.year * 12 + period.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)
