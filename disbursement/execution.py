"""Execution: approved batches are paid chunk by chunk from their moment on, by any number of workers, each person once.

A worker claims a pending chunk (FOR UPDATE SKIP LOCKED), recomputes its digest, has it posted to the ledger or written into a
partner's outbox (disbursement.providers) and marks its rows, all in one transaction: a worker that dies leaves the chunk as it
was. Whatever has to be remembered about a failure is written in a second transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from disbursement import budgets, content, failures, providers
from disbursement.batch_states import advance
from disbursement.errors import ContentChanged
from disbursement.models import Batch, Chunk, Instruction
from wallet import doorbell, ledger
from wallet.models import Transfer
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)
FIRST_WAIT = timedelta(seconds=10)  # doubles with each attempt
MOST_RINGS = 32  # each worker goes on until nothing is due, so more rings than workers would help nobody


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is: instructions and rupiah. `open` are at a partner, without an outcome yet.

    `returned` were paid and taken back: they are neither paid nor failed.
    """

    count: int
    paid: int
    failed: int
    returned: int
    open: int
    paid_total: int
    chunks: int
    chunks_ended: int


def progress(batch: Batch) -> Progress:
    """Where the batch stands now; read from its chunks, so as cheap for a million lines as for ten."""
    begun = ~Q(status=Chunk.Status.PENDING)
    ended = begun & ~Q(status=Chunk.Status.SENT)
    row = Chunk.objects.filter(batch=batch).aggregate(
        instructions=Sum("count", default=0),
        begun_count=Sum("count", filter=begun, default=0),
        open=Sum("open_count", default=0),
        paid=Sum("paid_count", default=0),
        returned=Sum("returned_count", default=0),
        paid_total=Sum("paid_total", default=0),
        chunks=Count("id"),
        chunks_ended=Count("id", filter=ended),
    )
    return Progress(
        count=row["instructions"],
        paid=row["paid"],
        failed=row["begun_count"] - row["paid"] - row["returned"] - row["open"],
        returned=row["returned"],
        open=row["open"],
        paid_total=row["paid_total"],
        chunks=row["chunks"],
        chunks_ended=row["chunks_ended"],
    )


def call_workers(batch: int, chunks: int) -> None:
    """Rings for the batch, once this transaction has committed; at most one ring for each chunk that is due."""
    doorbell.ring_after_commit("disbursement.tasks.pay", batch, times=min(chunks, MOST_RINGS))


def pay_next_chunk(batch: int) -> bool:
    """Pays one pending chunk of the batch, which begins if its moment has come; False if there was none to claim.

    Safe to run anywhere, at any time. A batch that is paused gives no chunk; one that was claimed before is paid.
    """
    start(batch)
    chunk = None
    try:
        with transaction.atomic():
            chunk = _claim(batch)
            if chunk is None:
                return False
            _pay(chunk)
    except Exception as error:
        if chunk is None:
            raise
        _remember_failure(chunk, error)
    return True


def start(batch: int) -> bool:
    """Lets workers begin with an approved batch whose moment (`pay_at`) has come; True if this call did."""
    if not _waiting().filter(pk=batch).exists():
        return False
    return _start(batch)


@retried
def _start(batch: int) -> bool:
    row = _waiting().select_for_update(of=("self",)).filter(pk=batch).first()
    if row is None:  # another worker was faster, or somebody has paused it
        return False
    advance(row, Batch.Status.PAYING)
    return True


def _waiting() -> QuerySet[Batch]:
    """Approved batches whose moment has come."""
    due = Q(pay_at__isnull=True) | Q(pay_at__lte=timezone.now())
    return Batch.objects.filter(due, status=Batch.Status.APPROVED)


def _claim(batch: int) -> Chunk | None:
    return (
        Chunk.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("terms", "batch__cycle__programme", "batch__submission")
        .filter(batch=batch, batch__status=Batch.Status.PAYING, status=Chunk.Status.PENDING, due_at__lte=timezone.now())
        .order_by("number")
        .first()
    )


def _pay(chunk: Chunk) -> None:
    """Has the claimed chunk paid by its provider, which marks its rows, in the caller's transaction."""
    ledger.bind(chunk.terms)  # before they are compared, or they could change in between
    if not content.as_approved(chunk):
        _block(chunk)
        return
    providers.of(chunk).hand_over(chunk, timezone.now())


def _block(chunk: Chunk) -> None:
    """Nothing of a chunk that is not what was approved is paid; its money returns to the fund when the batch closes."""
    logger.error("chunk %s of batch %s is not what was approved: blocked", chunk.number, chunk.batch_id)
    give_up([chunk.pk], ContentChanged.code, failure=ContentChanged.code, error=str(ContentChanged()))


def give_up(chunks: Sequence[int], code: str, **changes: Any) -> None:
    """Nobody in these chunks, which the caller has locked, is paid by their batch; each pending line keeps the code.

    `changes` are what the chunks themselves keep of it.
    """
    Instruction.objects.filter(chunk__in=chunks, status=Instruction.Status.PENDING).update(
        status=Instruction.Status.FAILED, failure=code
    )
    Chunk.objects.filter(pk__in=chunks).update(status=Chunk.Status.BLOCKED, finished_at=timezone.now(), **changes)


@retried
def _remember_failure(chunk: Chunk, error: Exception) -> None:
    """Counts the attempt and sets the next one, later each time.

    After the last, and at once after what does not pass by itself (failures.is_retried), an officer must look.
    """
    logger.exception("chunk %s of batch %s failed", chunk.number, chunk.batch_id, exc_info=error)
    row = Chunk.objects.select_for_update().get(pk=chunk.pk)
    if row.status != Chunk.Status.PENDING:
        return
    row.attempts += 1
    row.failure = failures.code_of(error)
    row.error = f"{type(error).__name__}: {error}"[:300]
    row.due_at = timezone.now() + FIRST_WAIT * 2 ** (row.attempts - 1)
    if not failures.is_retried(row.failure) or row.attempts >= settings.DISBURSEMENT["chunk_attempts"]:
        row.status = Chunk.Status.FAILED
    row.save(update_fields=["attempts", "failure", "error", "due_at", "status"])


@retried
def close_if_done(batch: int) -> bool:
    """Closes the batch when every chunk has ended: what was not paid returns from the clearing account to the fund.

    True if this call closed it. A chunk that failed for good keeps the batch open until an officer has decided, and one with a
    line that nobody knows the outcome of until somebody does.
    """
    row = Batch.objects.select_for_update(of=("self",)).select_related("cycle__programme").get(pk=batch)
    unfinished = row.chunks.filter(status__in=[Chunk.Status.PENDING, Chunk.Status.SENT, Chunk.Status.FAILED])
    if row.status != Batch.Status.PAYING or row.clearing_id is None or unfinished.exists():
        return False
    close(row)
    return True


def close(batch: Batch, by: User | None = None, reason: str = "") -> None:
    """Closes the locked batch, of which nothing is to be paid any more; its rest returns to the fund. Needs a transaction."""
    left = ledger.balance_of(cast(int, batch.clearing_id))
    if left:
        release(batch, left, key=f"release:{batch.pk}")
        budgets.close(batch)
    advance(batch, Batch.Status.CLOSED, by=by, reason=reason, closed_at=timezone.now())


def release(batch: Batch, amount: int, key: str) -> None:
    """Returns the rupiah from the batch's clearing account to where they came from, whatever the programme's fund is by now."""
    fund = Transfer.objects.get(key=f"reserve:{batch.pk}").debit_id
    ledger.post([ledger.Leg(cast(int, batch.clearing_id), fund, amount, Transfer.Kind.RELEASE, key)])


def sweep() -> int:
    """Begins each approved batch whose moment has come, rings for what has due chunks, and closes what has none left.

    Returns how many batches it met. What makes lost rings, dead workers and an empty broker harmless.
    """
    met = 0
    due = Q(pk__in=_waiting().values("pk")) | Q(status=Batch.Status.PAYING)
    for batch in Batch.objects.filter(due).order_by("pk").values_list("pk", flat=True):
        met += 1
        try:
            start(batch)
            chunks = Chunk.objects.filter(batch=batch, status=Chunk.Status.PENDING, due_at__lte=timezone.now()).count()
            if chunks:
                call_workers(batch, chunks)
            else:
                close_if_done(batch)
        except Exception:  # one batch's trouble must not keep the others waiting
            logger.exception("sweep: batch %s", batch)
    return met
