"""The legal changes of a case's status, and the one statement that makes them. The database holds the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from disbursement.clawback_errors import ClawbackMoved
from disbursement.models import Clawback, ClawbackStep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = Clawback.Status
TRANSITIONS = {
    (S.PROPOSED, S.NOTICED),  # the person is told, and may object until a day
    (S.PROPOSED, S.DROPPED),  # withdrawn before anybody was told
    (S.NOTICED, S.OBJECTED),  # the person objects in time
    (S.NOTICED, S.IN_FORCE),  # nobody objected until the last day; a second officer agrees
    (S.NOTICED, S.DROPPED),  # it proved wrong by itself
    (S.NOTICED, S.WRITTEN_OFF),  # true, but not worth, or not possible, to recover
    (S.OBJECTED, S.DECIDED),  # another officer denies the objection, or upholds it in part and lowers the claim
    (S.OBJECTED, S.DROPPED),  # another officer upholds it
    (S.OBJECTED, S.WRITTEN_OFF),
    (S.DECIDED, S.IN_FORCE),  # a second officer agrees
    (S.DECIDED, S.DROPPED),  # it proved wrong after all, another officer finds
    (S.DECIDED, S.WRITTEN_OFF),
    (S.IN_FORCE, S.SETTLED),  # all of it was withheld from what is paid, or given back
    (S.IN_FORCE, S.WRITTEN_OFF),  # what is left is not recovered; what was, stays recovered
    (S.SETTLED, S.IN_FORCE),  # a payment that had withheld was taken back
}
ENDED = (S.SETTLED, S.DROPPED, S.WRITTEN_OFF)
OPEN = tuple(status for status in S if status not in ENDED)


@transaction.atomic
def begin(by: User, **fields: Any) -> Clawback:
    """A new case, with its first step."""
    case = Clawback.objects.create(status=S.PROPOSED, proposed_by=by, **fields)
    ClawbackStep.objects.create(clawback=case, to_status=S.PROPOSED, by=by, reason=case.reason, claim=case.claim)
    return case


@transaction.atomic
def advance(case: Clawback, to: Clawback.Status, *, by: User | None, reason: str, **changes: Any) -> None:
    """Moves the case to the status, in memory and in the database, and keeps who did it and why.

    Raises ClawbackMoved if it is elsewhere by now, or if nothing leads from there to that status.
    """
    origins = [origin for origin, target in TRANSITIONS if target == to]
    before = case.status
    hit = Clawback.objects.filter(pk=case.pk, status=before).filter(status__in=origins).update(status=to, **changes)
    if hit != 1:
        raise ClawbackMoved(status=case.get_status_display())
    case.refresh_from_db()
    ClawbackStep.objects.create(
        clawback=case, from_status=before, to_status=to, by=by, reason=reason[:300], claim=case.claim
    )
