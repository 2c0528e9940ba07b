"""Halting a batch that is being paid: pause, resume, or stop for good. Each is kept as the batch's step (models.BatchStep)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from disbursement import execution
from disbursement.batch_states import advance
from disbursement.errors import WrongStatus
from disbursement.models import Batch, Chunk
from disbursement.provider_errors import OutcomesOpen
from disbursement.providers import handing_over
from wallet import wallets
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@retried
def pause(batch: Batch, by: User, reason: str) -> Batch:
    """From now on no worker claims a chunk of it; the chunks under way are paid.

    Raises WrongStatus (it is neither approved nor being paid), wallet.errors.ReasonMissing.
    """
    batch = _locked(batch)
    advance(batch, Batch.Status.PAUSED, by=by, reason=wallets.required(reason))
    return batch


@retried
def resume(batch: Batch, by: User, reason: str = "") -> Batch:
    """Workers go on where they were; before its moment (`pay_at`) it waits for that again. Raises WrongStatus."""
    batch = _locked(batch)
    if batch.status != Batch.Status.PAUSED:
        raise WrongStatus(status=batch.get_status_display())
    waits = batch.pay_at is not None and batch.pay_at > timezone.now()
    advance(batch, Batch.Status.APPROVED if waits else Batch.Status.PAYING, by=by, reason=reason)
    if not waits:
        due = batch.chunks.filter(status=Chunk.Status.PENDING).count()
        execution.call_workers(batch.pk, max(due, 1))  # with none due, somebody has still to close it
    return batch


@retried
def stop(batch: Batch, by: User, reason: str) -> Batch:
    """Closes a paused batch: who is not paid yet will not be, their money is back in the fund, and a follow-up may pay them.

    Waits for the chunks under way. Raises WrongStatus (it is not paused), OutcomesOpen (a partner may have paid somebody),
    wallet.errors.ReasonMissing.
    """
    batch, reason = _locked(batch), wallets.required(reason)
    if batch.status != Batch.Status.PAUSED:
        raise WrongStatus(status=batch.get_status_display())
    unpaid = batch.chunks.filter(status__in=[Chunk.Status.PENDING, Chunk.Status.FAILED]).order_by("pk")
    chunks = list(unpaid.select_for_update().values_list("pk", flat=True))
    at_partners = batch.chunks.filter(status=Chunk.Status.SENT).order_by("pk")
    handing_over.cancel_unsent(list(at_partners.select_for_update().values_list("pk", flat=True)), "stopped")
    if count := handing_over.in_doubt(batch.pk):
        raise OutcomesOpen(count=count)
    execution.give_up(chunks, "stopped", failure="stopped")
    execution.close(batch, by, reason)
    return batch


def _locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
