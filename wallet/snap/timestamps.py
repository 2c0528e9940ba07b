"""Times on the SNAP wire: ISO 8601 with an offset, emitted in Jakarta's; and how far a sender's clock may be off."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

JAKARTA = ZoneInfo("Asia/Jakarta")
# The standard writes yyyy-MM-ddTHH:mm:ss+07:00; live senders add fractions, or write Z.
SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")


def emit(moment: datetime) -> str:
    """The moment as ``2026-11-24T10:37:16+07:00``."""
    return moment.astimezone(JAKARTA).isoformat(timespec="seconds")


def parse(text: str) -> datetime:
    """The aware moment in the text, with or without fractions, offset or Z. Raises ValueError."""
    if not SHAPE.fullmatch(text):
        raise ValueError("not yyyy-MM-ddTHH:mm:ss+07:00")
    moment = datetime.fromisoformat(text)
    try:
        moment.astimezone(JAKARTA)
    except OverflowError as error:  # the first and the last day of the calendar
        raise ValueError("no such time") from error
    return moment


def is_current(moment: datetime) -> bool:
    """True if it lies within settings.WALLET["snap_clock_tolerance"] of our clock, either way.

    The standard fixes no tolerance. Ours bounds how long a recorded request stays worth replaying.
    """
    tolerance: timedelta = settings.WALLET["snap_clock_tolerance"]
    return abs(timezone.now() - moment) <= tolerance
