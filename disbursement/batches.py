"""A batch's life up to its approval: prepare, submit, approve, cancel.

What is approved is what is paid. Submission computes a digest over the terms and every instruction; an approval names
that digest, and is refused if it is not the content's digest any more. Money is reserved at approval: the batch's whole total
moves from the programme's fund to the batch's own clearing account, so too little budget fails before anyone is paid.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from disbursement import content, exclusions, execution, preparation, versions
from disbursement.batch_states import advance
from disbursement.errors import (
    ApproverIsMaker,
    ContentChanged,
    NothingToPay,
    ProgrammeInactive,
    WrongStatus,
)
from disbursement.models import Approval, Batch, Chunk, Cycle, Instruction, Programme, ProgrammeVersion
from wallet import ledger
from wallet.models import Account, Transfer
from wallet.transactions import retried


def cycle_of(programme: Programme, period: date) -> Cycle:
    """The programme's cycle for the month of the date; made if it is missing, one whoever races."""
    cycle, _ = Cycle.objects.get_or_create(programme=programme, period=period.replace(day=1))
    return cycle


def prepare(cycle: Cycle) -> Batch:
    """A batch with what each active enrolment of an active person gets in this cycle and has not pending or paid yet.

    Who is excluded on the cycle's first day is left out, and the exclusion kept as the reason (models.LeftOut), also where
    that leaves nobody. Raises ProgrammeInactive, NoVersion, NowhereToLapse, InvalidRule, NothingToPay.
    """
    with transaction.atomic():
        # Two officers at once: the second finds nothing left.
        Cycle.objects.select_for_update().get(pk=cycle.pk)
        programme = Programme.objects.get(pk=cycle.programme_id)  # as it is now, under the lock
        if not programme.active:
            raise ProgrammeInactive
        version = versions.of(programme, cycle.period)
        versions.check_ends(version)
        with connection.cursor() as cursor:
            exclusions.note_left_out(cursor, cycle)
        made, nothing = None, NothingToPay()
        try:
            with transaction.atomic():
                made = _filled(cycle, version)
        except NothingToPay as error:
            nothing = error
        with connection.cursor() as cursor:
            exclusions.forget_left_out(cursor)
    if made is not None:
        return made
    raise nothing  # after the commit: what an upheld objection owes rests on the notes


def _filled(cycle: Cycle, version: ProgrammeVersion) -> Batch:
    title = f"{version.programme.code} {cycle.period:%m/%Y}"
    batch = Batch.objects.create(cycle=cycle, version=version, purse_title=title)
    filled = preparation.fill(batch, cycle, version)
    if filled.count == 0:
        raise NothingToPay
    batch.count, batch.total = filled.count, filled.total
    batch.save(update_fields=["count", "total"])
    return batch


@transaction.atomic
def submit(batch: Batch, by: User) -> Batch:
    """The maker stands for the content: count, total and digest are frozen. Raises WrongStatus."""
    batch = _locked(batch)
    now = content.of(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_chunk c SET digest = frozen.digest
            FROM unnest(%s::bigint[], %s::text[]) AS frozen (chunk, digest) WHERE c.id = frozen.chunk
            """,
            [list(now.chunks), list(now.chunks.values())],
        )
    advance(
        batch,
        Batch.Status.SUBMITTED,
        maker=by,
        count=now.count,
        total=now.total,
        digest=now.digest,
        submitted_at=timezone.now(),
    )
    return batch


@retried
def approve(batch: Batch, by: User, digest: str, reason: str = "") -> Batch:
    """Another person agrees to the content with this digest; the money is reserved and the workers are rung.

    Raises ApproverIsMaker, ProgrammeInactive,
    ContentChanged (the digest is not the one submitted, or the rows are not those submitted),
    WrongStatus, wallet.errors.InsufficientFunds (the programme's fund holds too little).
    """
    batch = _locked(batch)
    if batch.status != Batch.Status.SUBMITTED or batch.maker_id is None:
        raise WrongStatus(status=batch.get_status_display())
    if by.pk == batch.maker_id:
        raise ApproverIsMaker
    if not batch.cycle.programme.active:
        raise ProgrammeInactive
    now = content.of(batch)
    if digest != batch.digest or (now.count, now.total, now.digest) != (batch.count, batch.total, batch.digest):
        raise ContentChanged
    Approval.objects.create(batch=batch, approver=by, maker_id=batch.maker_id, digest=digest, reason=reason)
    clearing = ledger.open_account(Account.Kind.CLEARING, str(batch))
    fund = batch.cycle.programme.fund_id
    leg = ledger.Leg(fund, clearing.pk, batch.total, Transfer.Kind.RESERVATION, f"reserve:{batch.pk}")
    ledger.post([leg])
    advance(batch, Batch.Status.APPROVED, clearing=clearing, approved_at=timezone.now())
    execution.call_workers(batch.pk, batch.chunks.count())
    return batch


@transaction.atomic
def cancel(batch: Batch) -> Batch:
    """Nothing of it will be paid: its instructions are free for another batch. Raises WrongStatus once it is approved."""
    batch = _locked(batch)
    advance(batch, Batch.Status.CANCELLED)
    Instruction.objects.filter(chunk__batch=batch).update(status=Instruction.Status.CANCELLED)
    return batch


def retry_failed(batch: Batch) -> int:
    """Chunks that ran out of attempts are due again; returns how many. For the officer who removed the cause."""
    due = Chunk.objects.filter(batch=batch, status=Chunk.Status.FAILED).update(
        status=Chunk.Status.PENDING, attempts=0, due_at=timezone.now()
    )
    execution.call_workers(batch.pk, due)
    return due


@retried
def give_up_failed(batch: Batch) -> int:
    """Nobody in the chunks that ran out of attempts is paid by this batch; returns how many chunks that were.

    Their money returns to the fund when the batch closes, which follows at once if nothing else is open; the people are free
    for a follow-up batch. The transaction that would pay a chunk marks it, so a failed chunk has paid nobody.
    """
    chunks = Chunk.objects.select_for_update().filter(batch=batch, status=Chunk.Status.FAILED)
    given_up = list(chunks.values_list("pk", flat=True))
    Instruction.objects.filter(chunk__in=given_up, status=Instruction.Status.PENDING).update(
        status=Instruction.Status.FAILED, failure="given_up"
    )
    Chunk.objects.filter(pk__in=given_up).update(status=Chunk.Status.BLOCKED, finished_at=timezone.now())
    execution.close_if_done(batch.pk)
    return len(given_up)


def _locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).select_related("cycle__programme").get(pk=batch.pk)
