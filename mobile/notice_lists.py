"""What a kelurahan office tells in person those whom nothing else reaches: a list for each kelurahan and day, ticked off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from beneficiaries.models import Person
from mobile import notice_words
from mobile.models import Delivery
from mobile.notice_words import Words

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PEOPLE_MOST = 200  # on one print
_LINES_MOST = 2_000
C = Delivery.Channel
S = Delivery.State


@dataclass(frozen=True, slots=True)
class Place:
    """A kelurahan (its code) with how many notices wait there, since when the oldest does, and how many were told today."""

    code: str
    waiting: int
    since: datetime | None
    told_today: int


@dataclass(slots=True)
class Line:
    """One person of a list: what to tell, and what was told that day, when and by whom."""

    person: Person
    waiting: list[Words] = field(default_factory=list)
    told: list[tuple[Words, datetime | None, User | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class KelurahanList:
    """The people of a kelurahan and day, by RW, RT and name, and up to which delivery it tells; `more` did not fit."""

    lines: list[Line]
    up_to: int
    more: bool


def _placed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the kelurahan where the person lives now, under the row that stayed."""
    person = "notice__person"
    placed: QuerySet[Any] = rows.annotate(
        kelurahan=Coalesce(f"{person}__merged_into__household__kelurahan", f"{person}__household__kelurahan")
    )
    return placed


def _told_on(day: date) -> Q:
    begins = timezone.make_aware(datetime.combine(day, time()))
    return Q(channel=C.LIST, state=S.TOLD, ended_at__gte=begins, ended_at__lt=begins + timedelta(days=1))


def places() -> list[Place]:
    """Every kelurahan that has somebody to tell or told somebody today, by its code."""
    waiting = (
        _placed(Delivery.objects.to_tell()).values("kelurahan").annotate(many=Count("pk"), since=Min("created_at"))
    )
    found = {row["kelurahan"]: (row["many"], row["since"]) for row in waiting}
    told = _placed(Delivery.objects.filter(_told_on(timezone.localdate()))).values("kelurahan")
    today = {row["kelurahan"]: row["many"] for row in told.annotate(many=Count("pk"))}
    codes = sorted(found.keys() | today.keys())
    return [Place(code, *found.get(code, (0, None)), today.get(code, 0)) for code in codes]


def of(kelurahan: str, day: date) -> KelurahanList:
    """Whom the office of that kelurahan has to tell of what came up to that day, and whom it told on it.

    The words are in the language that is spoken.
    """
    ends = timezone.make_aware(datetime.combine(day, time())) + timedelta(days=1)
    waiting = _placed(Delivery.objects.to_tell().filter(created_at__lt=ends)).filter(kelurahan=kelurahan)
    told = _placed(Delivery.objects.filter(_told_on(day))).filter(kelurahan=kelurahan)
    rows: list[Delivery] = []
    for found in (waiting, told):
        related = found.select_related("notice__person__household", "notice__person__merged_into__household", "told_by")
        rows += related.order_by("pk")[:_LINES_MOST]
    words = notice_words.of([row.notice for row in rows])
    lines: dict[int, Line] = {}
    for row in rows:
        raw = row.notice.person
        if raw is None:
            continue
        person = raw.merged_into or raw
        line = lines.setdefault(person.pk, Line(person))
        if row.state == S.TOLD:
            line.told.append((words[row.notice_id], row.ended_at, row.told_by))
        else:
            line.waiting.append(words[row.notice_id])
    ordered = sorted(lines.values(), key=_by_home)
    return KelurahanList(
        lines=ordered[:PEOPLE_MOST],
        up_to=max((row.pk for row in rows), default=0),
        more=len(ordered) > PEOPLE_MOST or len(rows) >= _LINES_MOST,
    )


def _by_home(line: Line) -> tuple[bool, str, str, str]:
    home = line.person.household
    return (not line.waiting, home.rw, home.rt, line.person.name)


@transaction.atomic
def mark_told(people: Iterable[int], *, up_to: int, by: User) -> int:
    """The officer told these people all that their list said, up to that delivery.

    Returns of how many notices nobody had said so before.
    """
    chosen = list(people)
    whose = Q(notice__person__in=chosen) | Q(notice__person__merged_into__in=chosen)
    rows = Delivery.objects.to_tell().filter(whose, pk__lte=up_to)
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", flat=True)
    return mark_deliveries(list(locked), by=by)


def mark_deliveries(numbers: Iterable[int], *, by: User) -> int:
    """The officer told what these deliveries are about; returns of how many nobody had said so before."""
    rows = Delivery.objects.filter(pk__in=Delivery.objects.to_tell().filter(pk__in=list(numbers)).values("pk"))
    return rows.filter(state=S.QUEUED).update(state=S.TOLD, told_by=by, ended_at=timezone.now())
