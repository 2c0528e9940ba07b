"""The legal changes of a batch's status, and the one statement that makes them."""

from __future__ import annotations

from typing import Any

from disbursement.errors import WrongStatus
from disbursement.models import Batch

S = Batch.Status
TRANSITIONS = {
    (S.PREPARED, S.SUBMITTED),  # the maker stands for its content
    (S.PREPARED, S.CANCELLED),  # thrown away: never submitted, or sent back
    (S.SUBMITTED, S.APPROVED),  # all whom its tier asks agreed; the money is reserved and paying begins
    (S.SUBMITTED, S.PREPARED),  # refused by an approver, or withdrawn by its maker; what was approved counts no more
    (S.APPROVED, S.CLOSED),  # every chunk has ended; what was not paid is back in the fund
}


def advance(batch: Batch, to: Batch.Status, **changes: Any) -> None:
    """Moves the batch to the status, in memory and in the database. Raises WrongStatus if it is elsewhere by now."""
    origins = [origin for origin, target in TRANSITIONS if target == to]
    hit = Batch.objects.filter(pk=batch.pk, status=batch.status).filter(status__in=origins).update(status=to, **changes)
    if hit != 1:
        raise WrongStatus(status=batch.get_status_display())
    batch.refresh_from_db()
