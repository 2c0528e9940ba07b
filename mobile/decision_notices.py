"""Decisions about somebody's aid are told: a suspension, an exit, aid taken up again, overpaid aid that is claimed back or no
longer is, what was taken back, what became of an objection to any of these, where the aid goes from now on, a wallet that was
passed on, and who may act for them and did.

Found in rows and told in groups, once each; what happened longer ago than TOLD_WITHIN is no news any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import clawback
from disbursement.enrolment_states import R, S
from disbursement.models import Clawback, ClawbackStep, EnrolmentAppeal, EnrolmentStep, Route, TakeBack
from mobile import notices, representation_notices
from mobile.models import Notice
from wallet.models import Succession

K = Notice.Kind
TOLD_WITHIN = timedelta(days=7)
GROUP = 2_000  # notices that a statement makes
OUT = Q(to_status__in=[S.SUSPENDED, S.ENDED], from_status__in=[S.ACTIVE, S.SUSPENDED, S.WAITING])
# Nobody is left to be told, or two rows of the registry became one and nothing about the aid changed.
NOT_TOLD = (R.DECEASED, R.MERGED)
# `exit`: why the enrolment ended last. Who was told that must not be left with it: the exit is undone, or they have a place anew.
_RETURNED = Q(from_status=S.ENDED, reason=R.UNDONE) | Q(from_status=S.WAITING, to_status=S.ACTIVE)
BACK = Q(from_status=S.SUSPENDED, to_status=S.ACTIVE) | (_RETURNED & Q(exit__isnull=False) & ~Q(exit__in=NOT_TOLD))
_OF_STEP = Case(When(OUT, then=Value(K.SUSPENDED.value)), default=Value(K.RESUMED.value))
C = Clawback.Status
# What became of an objection, and the end of a claim that the person was told of.
RULED = Q(from_status=C.OBJECTED) | Q(
    from_status__in=[C.NOTICED, C.DECIDED, C.IN_FORCE], to_status__in=[C.DROPPED, C.WRITTEN_OFF]
)


def tell_all() -> Iterator[int]:
    """Tells of every decision that was not told yet; one number of notices a group. Safe to repeat and to race.

    A generator: whoever runs it decides how far it goes.
    """
    since = timezone.now() - TOLD_WITHIN
    yield from _tell((K.SUSPENDED, K.RESUMED), _steps(since), "at", "enrolment__person", kind=_OF_STEP)
    yield from _tell((K.CLAWBACK,), clawback.notices_due(), "noticed_at", "person")
    appeals = EnrolmentAppeal.objects.filter(decided_at__gt=since)
    yield from _tell((K.APPEALED,), appeals, "decided_at", "step__enrolment__person")
    ruled = ClawbackStep.objects.filter(RULED, at__gt=since)
    yield from _tell((K.RULED,), ruled, "at", "clawback__person")
    yield from _tell((K.ROUTED,), Route.objects.filter(agreed_at__gt=since), "agreed_at", "enrolment__person")
    yield from _tell((K.UNROUTED,), _own_wallets(since), "ended_at", "enrolment__person")
    taken = TakeBack.objects.filter(agreed=True, decided_at__gt=since)
    yield from _tell((K.RETURNED,), taken, "decided_at", "instruction__enrolment__person")
    yield from _tell((K.PASSED_ON,), _passed_on(since, "predecessor"), "created_at", "holder")
    yield from _tell((K.INHERITED,), _passed_on(since, "successor"), "created_at", "holder")
    yield from _tell((K.APPOINTED,), representation_notices.appointed(since), "decided_at", "for_person")
    yield from _tell((K.RELIEVED,), representation_notices.ended(since), "ended_at", "for_person")
    yield from _tell((K.RELIEVED,), representation_notices.run_out(since), "ends_on", "for_person")
    fetched = representation_notices.fetched(since)
    yield from _tell((K.FETCHED,), fetched, "created_at", "representation__for_person")


def _steps(since: datetime) -> QuerySet[EnrolmentStep]:
    exits = EnrolmentStep.objects.filter(enrolment=OuterRef("enrolment"), pk__lt=OuterRef("pk"), to_status=S.ENDED)
    steps = EnrolmentStep.objects.filter(at__gt=since).exclude(reason__in=NOT_TOLD)
    return steps.annotate(exit=Subquery(exits.order_by("-pk").values("reason")[:1])).filter(OUT | BACK)


def _passed_on(since: datetime, side: str) -> QuerySet[Succession]:
    """Successions with who held the wallet of that side, where the registry knows them."""
    holder = Subquery(Person.objects.filter(wallet=OuterRef(side)).values("pk")[:1])
    return Succession.objects.filter(created_at__gt=since).annotate(holder=holder).filter(holder__isnull=False)


def _own_wallets(since: datetime) -> QuerySet[Route]:
    """Of a route that made way for another, the other tells."""
    next_one = Route.objects.filter(enrolment=OuterRef("enrolment"), agreed_at__gte=OuterRef("ended_at"))
    return Route.objects.filter(~Exists(next_one), agreed_at__isnull=False, ended_at__gt=since)


def _tell(
    kinds: tuple[Notice.Kind, ...], rows: QuerySet[Any], moment: str, person: str, kind: Case | None = None
) -> Iterator[int]:
    """Tells the people of the rows in groups, in the order of the rows' moments; each begins where the last ended.

    Which of the kinds a row is told as, `kind` says where there are several.
    """
    told = Notice.objects.filter(kind__in=kinds, subject=OuterRef("pk"))
    left = rows.filter(~Exists(told)).order_by(moment, "pk")
    left = left.values_list(moment, kind or Value(kinds[0].value), "pk", person)
    further = Q()
    while True:
        with transaction.atomic():
            group = list(left.filter(further)[:GROUP])
            made = notices.tell_each([(Notice.Kind(of), subject, whom) for _at, of, subject, whom in group])
        if not group:
            return
        at, _kind, last, _whom = group[-1]
        further = Q((f"{moment}__gte", at)) & (Q((f"{moment}__gt", at)) | Q(pk__gt=last))
        yield made
