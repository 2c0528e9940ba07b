"""How old payments without an outcome are: the buckets of the queue, their counts and rupiah."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disbursement.models import PayoutLine

# Since they were handed over: from, and up to; the last has no end.
BUCKETS: dict[str, tuple[timedelta, timedelta | None]] = {
    "15m": (timedelta(0), timedelta(minutes=15)),
    "1h": (timedelta(minutes=15), timedelta(hours=1)),
    "6h": (timedelta(hours=1), timedelta(hours=6)),
    "24h": (timedelta(hours=6), timedelta(hours=24)),
    "3d": (timedelta(hours=24), timedelta(days=3)),
    "lama": (timedelta(days=3), None),
}
TITLES = {
    "15m": _("sampai 15 menit"),
    "1h": _("15–60 menit"),
    "6h": _("1–6 jam"),
    "24h": _("6–24 jam"),
    "3d": _("1–3 hari"),
    "lama": _("lebih dari 3 hari"),
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many payments of that age, and their rupiah; `unknown` of them are unknown, the others are merely waited for."""

    key: str
    count: int
    rupiah: int
    unknown: int


def aged(rows: QuerySet[PayoutLine], key: str, now: datetime | None = None) -> QuerySet[PayoutLine]:
    """Those of the rows that have no outcome and are that old."""
    least, most = BUCKETS[key]
    now = now or timezone.now()
    rows = rows.filter(state__in=PayoutLine.OPEN, opened_at__lte=now - least)
    return rows if most is None else rows.filter(opened_at__gt=now - most)


def buckets() -> list[Bucket]:
    """All of them, the youngest first."""
    now = timezone.now()
    found = []
    for key in BUCKETS:
        told = aged(PayoutLine.objects.all(), key, now).aggregate(
            count=Count("pk"),
            rupiah=Sum("amount", default=0),
            unknown=Count(
                "pk", filter=Q(state=PayoutLine.State.UNKNOWN) | Q(state=PayoutLine.State.READY, sends__gt=0)
            ),
        )
        found.append(Bucket(key, **told))
    return found
