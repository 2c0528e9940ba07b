"""The legal changes of a batch's status, and the one statement that makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from disbursement.errors import WrongStatus
from disbursement.models import Batch, BatchStep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = Batch.Status
TRANSITIONS = {
    (S.DRAFT, S.PREPARED),  # a worker has filled it
    (S.DRAFT, S.CANCELLED),  # there was nobody to pay, or filling it kept failing
    (S.PREPARED, S.SUBMITTED),  # the maker stands for its content
    (S.PREPARED, S.CANCELLED),  # thrown away: never submitted, or sent back
    (S.SUBMITTED, S.APPROVED),  # all whom its tier asks agreed; the money is reserved, and it waits for its moment
    (S.SUBMITTED, S.PREPARED),  # refused by an approver, or withdrawn by its maker; what was approved counts no more
    (S.APPROVED, S.PAYING),  # its moment has come: workers claim its chunks
    (S.APPROVED, S.PAUSED),  # halted before its moment
    (S.PAYING, S.PAUSED),  # halted: chunks under way end, no other begins
    (S.PAUSED, S.PAYING),  # taken up again
    (S.PAUSED, S.APPROVED),  # taken up again before its moment
    (S.PAUSED, S.CLOSED),  # given up: whoever is unpaid stays so, and their money is back in the fund
    (S.PAYING, S.CLOSED),  # every chunk has ended; what was not paid is back in the fund
}
OPEN = (S.DRAFT, S.PREPARED)  # nobody stands for its content yet
RESERVED = (S.APPROVED, S.PAYING, S.PAUSED)  # its money is in its clearing account
RUNNING = (S.SUBMITTED, *RESERVED)  # bound to its content, and not at its end


@transaction.atomic
def begin(by: User | None = None, reason: str = "", **fields: Any) -> Batch:
    """A new draft, with its first step: who asked for it, and why."""
    batch = Batch.objects.create(status=S.DRAFT, **fields)
    BatchStep.objects.create(batch=batch, to_status=S.DRAFT, by=by, reason=reason)
    return batch


@transaction.atomic
def advance(batch: Batch, to: Batch.Status, *, by: User | None = None, reason: str = "", **changes: Any) -> None:
    """Moves the batch to the status, in memory and in the database, and keeps who did it and why.

    Raises WrongStatus if it is elsewhere by now, or if nothing leads from there to that status.
    """
    origins = [origin for origin, target in TRANSITIONS if target == to]
    before = batch.status
    hit = Batch.objects.filter(pk=batch.pk, status=before).filter(status__in=origins).update(status=to, **changes)
    if hit != 1:
        raise WrongStatus(status=batch.get_status_display())
    BatchStep.objects.create(batch=batch, from_status=before, to_status=to, by=by, reason=reason)
    batch.refresh_from_db()
