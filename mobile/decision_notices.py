"""Decisions about somebody's aid are told: a suspension, an exit, aid taken up again, and overpaid aid that is claimed back.

Found in rows and told in groups, once each; what happened longer ago than TOLD_WITHIN is no news any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from disbursement import clawback
from disbursement.enrolment_states import R, S
from disbursement.models import EnrolmentStep
from mobile import notices
from mobile.models import Notice

TOLD_WITHIN = timedelta(days=7)
GROUP = 200
OUT = Q(to_status__in=[S.SUSPENDED, S.ENDED], from_status__in=[S.ACTIVE, S.SUSPENDED, S.WAITING])
BACK = Q(from_status=S.SUSPENDED, to_status=S.ACTIVE)
# Nobody is left to be told, or the registry was put in order and nothing about the aid changed.
NOT_TOLD = (R.DECEASED, R.MERGED, R.UNDONE)


def tell_all() -> Iterator[int]:
    """Tells of every decision that was not told yet; one number of notices a group. Safe to repeat and to race.

    A generator: whoever runs it decides how far it goes.
    """
    for tell in (_tell_steps, _tell_claims):
        while made := tell():
            yield made


@transaction.atomic
def _tell_steps() -> int:
    told = Notice.objects.filter(kind__in=[Notice.Kind.SUSPENDED, Notice.Kind.RESUMED], subject=OuterRef("pk"))
    steps = EnrolmentStep.objects.filter(OUT | BACK, ~Exists(told), at__gt=timezone.now() - TOLD_WITHIN)
    rows = steps.exclude(reason__in=NOT_TOLD).order_by("pk").values_list("pk", "to_status", "enrolment__person")
    made = 0
    for step, to, person in rows[:GROUP]:
        kind = Notice.Kind.RESUMED if to == S.ACTIVE else Notice.Kind.SUSPENDED
        made += notices.tell(kind, step, [person])
    return made


@transaction.atomic
def _tell_claims() -> int:
    told = Notice.objects.filter(kind=Notice.Kind.CLAWBACK, subject=OuterRef("pk"))
    cases = clawback.notices_due().filter(~Exists(told)).values_list("pk", "person")
    return sum(notices.tell(Notice.Kind.CLAWBACK, case, [person]) for case, person in cases[:GROUP])
