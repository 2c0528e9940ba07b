"""What a holder is told of those who may act for them: that somebody may, that they may no more, and that they fetched money.

Querysets of rows that `mobile.decision_notices` tells in groups, once each.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from beneficiaries.models import Collection, Representation
from wallet import counter
from wallet.models import Partner, Payment

S = Representation.Status
AGREED = (S.APPROVED, S.ENDED)  # a second officer saw the document, whatever came later


def appointed(since: datetime) -> QuerySet[Representation]:
    """Whoever was approved since then, also to begin later."""
    return _of_the_living().filter(decided_at__gt=since, status__in=AGREED)


def ended(since: datetime) -> QuerySet[Representation]:
    """What was ended since then, and had not run out long before: that is tidied up years later."""
    before_its_time = Q(ends_on=None) | Q(ends_on__gte=timezone.localdate(since))
    return _not_renewed(_of_the_living().filter(before_its_time, ended_at__gt=since, status=S.ENDED))


def run_out(since: datetime) -> QuerySet[Representation]:
    """What nobody ended, and whose last day was since then."""
    days = Q(ends_on__gte=timezone.localdate(since), ends_on__lt=timezone.localdate())
    return _not_renewed(_of_the_living().filter(days, status=S.APPROVED))


def fetched(since: datetime) -> QuerySet[Collection]:
    """What was paid at the counter to somebody who came for the holder; a payment that was declined is none."""
    ours = Partner.objects.filter(client_id=counter.CLIENT_ID).values("pk")
    paid = Payment.objects.filter(
        partner=Subquery(ours), partner_reference_no=OuterRef("reference"), status=Payment.Status.PAID
    )
    return Collection.objects.filter(Exists(paid), created_at__gt=since)


def _of_the_living() -> QuerySet[Representation]:
    return Representation.objects.filter(for_person__erased_at=None)


def _not_renewed(rows: QuerySet[Representation]) -> QuerySet[Representation]:
    """Of a right that a later approval carries on, that one tells, and its end will."""
    same_one = Q(representative=OuterRef("representative")) | Q(nik_index=OuterRef("nik_index"))
    renewal = Representation.objects.filter(
        same_one,
        for_person=OuterRef("for_person"),
        kind=OuterRef("kind"),
        decided_at__gt=OuterRef("decided_at"),
        starts_on__lte=timezone.localdate(),
        status__in=AGREED,
    )
    return rows.filter(~Exists(renewal))
