"""Schedules for tests: of a programme, paid on the tenth, prepared a week before, from the period given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone

from disbursement import schedules
from disbursement.due_dates import months_later
from disbursement.models import Programme, Schedule

JAKARTA = ZoneInfo("Asia/Jakarta")


def this_month() -> date:
    return timezone.localdate().replace(day=1)


def unsaved(programme: Programme | None = None, **fields: Any) -> Schedule:
    plain: dict[str, Any] = {
        "kind": "monthly",
        "day": 10,
        "hour": 9,
        "moved": "no",
        "lead_days": 7,
        "first_period": months_later(this_month(), 1),
        "decree": "SK 1/2026",
    }
    return Schedule(programme=programme, **(plain | fields))


def established(programme: Programme, by: User | None = None, **fields: Any) -> Schedule:
    return schedules.establish(unsaved(programme, **fields), by)


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=JAKARTA)
