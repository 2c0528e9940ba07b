"""Working days in Indonesia: neither weekend, nor public holiday, nor a day off that the government shares out (cuti bersama).

The days of coming years are known when the joint decree of the ministers (SKB) is: until then the `holidays` package knows
the fixed ones and estimates the lunar ones, so a deadline far ahead may be a day early.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.utils import timezone

SATURDAY = 5


@lru_cache(maxsize=16)
def _off(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


def is_working(day: date) -> bool:
    """True if offices are open on the day."""
    return day.weekday() < SATURDAY and day not in _off(day.year)


def after(day: date, count: int) -> date:
    """The count-th working day after the day; the day itself does not count. Raises ValueError below 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day


def on_or_before(day: date) -> date:
    """The day itself if it is a working day, else the last one before it."""
    while not is_working(day):
        day -= timedelta(days=1)
    return day


def on_or_after(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def deadline(moment: datetime, count: int) -> datetime:
    """When the count-th working day after the moment's day is over, in Jakarta."""
    last = after(timezone.localdate(moment), count)
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
