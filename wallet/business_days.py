"""The days on which banks work in Indonesia, and the cut-offs of settlement: in Jakarta, on working days only.

No working day is a Saturday, a Sunday, a public holiday or a day off that the government shares out (cuti bersama). What is
sold on those is settled with the next working day. Holidays come from the `holidays` package, whose lunar days of coming years
are estimates until the ministers' joint decree (SKB) is known: BANK_DAYS_OFF and BANK_WORKING_DAYS correct them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from django.conf import settings
from django.utils import timezone

SATURDAY = 5


@lru_cache(maxsize=16)
def _off(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))


def is_working(day: date) -> bool:
    """True if banks settle on the day; what the settings say of it goes before the calendar."""
    if day in settings.WALLET["bank_working_days"]:
        return True
    if day in settings.WALLET["bank_days_off"]:
        return False
    return day.weekday() < SATURDAY and day not in _off(day.year)


def on_or_after(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while not is_working(day):
        day += timedelta(days=1)
    return day


def cut_off(day: date) -> datetime:
    """Until when sales count for that day's settlement; the moment itself does not."""
    at: time = settings.WALLET["settlement_cut_off"]
    return timezone.make_aware(datetime.combine(day, at))


def last_cut_off(moment: datetime) -> tuple[date, datetime]:
    """The latest business day whose cut-off is over, and that cut-off."""
    day = timezone.localdate(moment)
    while not is_working(day) or cut_off(day) > moment:
        day -= timedelta(days=1)
    return day, cut_off(day)


def business_day_of(moment: datetime) -> date:
    """The business day whose settlement a sale of this moment is in."""
    day = timezone.localdate(moment)
    return on_or_after(day if moment < cut_off(day) else day + timedelta(days=1))
