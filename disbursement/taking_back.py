"""What was paid by mistake is taken back while its purse still holds all of it: one officer proposes it, another agrees.

It is the short way beside clawback, for money that nobody has touched: so the person is told what was taken, why, and where to
object (mobile.decision_notices), and the database takes nothing back on one officer's word.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from disbursement import budgets, clawback, execution
from disbursement.errors import AlreadySpent, NotPaid, TakeBackProposed
from disbursement.models import Batch, Chunk, Cycle, Instruction, OwedCycle, TakeBack
from disbursement.provider_errors import NoProposal, PaidElsewhere, ProposalIsOwn
from wallet import ledger, wallets
from wallet.errors import InsufficientFunds
from wallet.models import Transfer
from wallet.transactions import retried


def waiting() -> QuerySet[TakeBack]:
    """Every proposal that waits for a second officer."""
    return TakeBack.objects.filter(decided_at=None)


def proposed(instruction: Instruction) -> TakeBack | None:
    """What waits for a second officer, if anything does."""
    return waiting().select_related("proposed_by").filter(instruction=instruction).first()


@transaction.atomic
def propose(instruction: Instruction, reason: str, by: User) -> TakeBack:
    """Asks that the instruction be taken back; nothing moves until another officer agrees.

    Raises NotPaid, PaidElsewhere, TakeBackProposed, wallet.errors.ReasonMissing.
    """
    reason = wallets.required(reason)
    _check(Instruction.objects.get(pk=instruction.pk))
    try:
        with transaction.atomic():
            return TakeBack.objects.create(instruction=instruction, reason=reason, proposed_by=by)
    except IntegrityError as error:
        raise TakeBackProposed from error


@retried
def agree(instruction: Instruction, by: User, note: str = "") -> Instruction:
    """The second officer agrees: the disbursement is reversed, all of it or nothing.

    It goes into the batch's clearing account, and where the batch is closed on to the fund at once; what it had withheld for a
    clawback is claimed again. No batch pays it again by itself: that takes a new row of arrears, or a recalculation; arrears
    that it paid are withdrawn. Raises NoProposal, ProposalIsOwn, NotPaid, PaidElsewhere, AlreadySpent, UnderClawback (of the
    payment itself); then the proposal still waits.
    """
    Cycle.objects.select_for_update().get(pk=instruction.cycle_id)  # whoever prepares a batch of it is waited for
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=instruction.batch_id)  # or it would close meanwhile
    row = Instruction.objects.select_for_update(of=("self",)).select_related("chunk").get(pk=instruction.pk)
    decision = _decided(row, by, note, agreed=True)
    _check(row)
    withheld_for = clawback.lock_of(row)
    try:
        ledger.reverse(Transfer.objects.get(key=row.key), row_kept=True)
    except InsufficientFunds as error:
        raise AlreadySpent from error
    if batch.status == Batch.Status.CLOSED:
        execution.release(batch, row.amount, key=f"take_back:{row.pk}")
        budgets.take_back(row)
    row.status, row.failure, row.returned_at = Instruction.Status.RETURNED, decision.reason, timezone.now()
    row.save(update_fields=["status", "failure", "returned_at"])
    # The next batch would pay it once more. What a correction had added to arrears was never owed by that row.
    if row.kind != Instruction.Kind.CORRECTION:
        owed = OwedCycle.objects.filter(cycle=row.cycle_id, enrolment=row.enrolment_id, withdrawn_at__isnull=True)
        owed.update(withdrawn_at=row.returned_at, withdraw_reason=decision.reason)
    Chunk.objects.filter(pk=row.chunk_id).update(
        paid_count=F("paid_count") - 1,
        paid_total=F("paid_total") - row.amount,
        returned_count=F("returned_count") + 1,
    )
    clawback.reopen(withheld_for)
    return row


@retried
def refuse(instruction: Instruction, by: User, note: str) -> TakeBack:
    """The person keeps it. Raises NoProposal, ProposalIsOwn, wallet.errors.ReasonMissing."""
    return _decided(instruction, by, wallets.required(note), agreed=False)


def _check(row: Instruction) -> None:
    if row.status != Instruction.Status.PAID:
        raise NotPaid(status=row.get_status_display())
    if row.route_id is not None:
        raise PaidElsewhere


def _decided(instruction: Instruction, by: User, note: str, *, agreed: bool) -> TakeBack:
    row = waiting().select_for_update(of=("self",)).filter(instruction=instruction).first()
    if row is None:
        raise NoProposal
    if row.proposed_by_id == by.pk:
        raise ProposalIsOwn
    row.agreed, row.decided_by, row.decided_at, row.note = agreed, by, timezone.now(), note.strip()[:300]
    row.save(update_fields=["agreed", "decided_by", "decided_at", "note"])
    return row
