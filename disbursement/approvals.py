"""A batch between its maker and its money: submit, approve, refuse, withdraw.

What is approved is what is paid. A submission freezes the content and names its digest; each approval names that digest
too, is given by another person than the makers (whoever prepared the batch or ever submitted it), in the order of the tier's
roles, with a code of the second factor at that very moment. Whatever sends the batch back ends the submission, and what was
approved of it counts no more. Money is reserved with the last approval: the whole total moves from the programme's fund to the
batch's own clearing account, so too little budget fails before anyone is paid, and leaves the earlier approvals as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from disbursement import approval_tiers, budgets, content, delegations, execution, preflight
from disbursement.batch_states import advance
from disbursement.errors import (
    AlreadyTookPart,
    ApproverIsMaker,
    ContentChanged,
    EverybodyLeftOut,
    MakerCannotRefuse,
    NotYourTurn,
    OnlyMakerWithdraws,
    ProgrammeInactive,
    ReasonMissing,
    WrongStatus,
)
from disbursement.models import Approval, Batch, Delegation, SentBack, Submission
from officers import second_factor
from officers.models import Proof
from wallet import ledger
from wallet.errors import InsufficientFunds
from wallet.models import Account, Transfer
from wallet.transactions import retried

S = Batch.Status


@dataclass(frozen=True, slots=True)
class Turn:
    """What an officer may sign now: which approval of how many, whose it is, and by which delegation if it is another's."""

    submission: Submission
    position: int
    holder: User
    delegation: Delegation | None

    @property
    def is_last(self) -> bool:
        """True if the money is reserved with it."""
        return self.position == self.submission.needed


@retried
def submit(batch: Batch, by: User, pay_at: datetime | None = None) -> Batch:
    """The maker stands for the content: count, total, digest, and the moment from which it is paid (none: at once) are frozen.

    Its tier is frozen with them, and the pre-flight check is asked anew, so that who approves it reads what is so now. Raises
    WrongStatus, EverybodyLeftOut, BudgetExceeded (beside what else is submitted, approved or paid).
    """
    batch = _locked(batch)
    if batch.status != S.PREPARED:
        raise WrongStatus(status=batch.get_status_display())
    budgets.hold(batch)
    batch.pay_at = pay_at
    now = content.of(batch)
    if now.count == 0:
        raise EverybodyLeftOut
    lines = list(now.chunks.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_chunk c SET digest = frozen.digest, count = frozen.count
            FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS frozen (chunk, digest, count) WHERE c.id = frozen.chunk
            """,
            [list(now.chunks), [chunk.digest for chunk in lines], [chunk.count for chunk in lines]],
        )
    made = Submission.objects.create(
        batch=batch,
        number=batch.submissions.count() + 1,
        maker=by,
        count=now.count,
        total=now.total,
        digest=now.digest,
    )
    advance(
        batch,
        S.SUBMITTED,
        by=by,
        submission=made,
        maker=by,
        pay_at=pay_at,
        count=now.count,
        total=now.total,
        digest=now.digest,
        submitted_at=timezone.now(),
    )
    preflight.request(batch)
    return batch


def approve(batch: Batch, *, by: User, digest: str, reason: str, code: str) -> Batch:
    """The officer agrees to the content with this digest; with the last approval the money is reserved and workers are rung.

    The code is of the officer's authenticator, and is spent only where nothing else stands in the way. Raises ReasonMissing,
    ApproverIsMaker, AlreadyTookPart, NotYourTurn, ProgrammeInactive,
    ContentChanged (the digest is not the one submitted, or the terms or chunks are not those submitted),
    WrongStatus, wallet.errors.InsufficientFunds and BudgetExceeded (with the last approval: the programme's fund holds too
    little, or a budget has too little left beside what is approved or paid),
    officers.errors.NoAuthenticator, WrongCode, TooManyCodes.
    """
    reason = _required(reason)
    turn = turn_of(_rows().get(pk=batch.pk), by, digest)
    proof = second_factor.prove(by, code, purpose=f"approve:{turn.submission.pk}")
    return _sign(batch, by, digest, reason, proof)


@retried
def refuse(batch: Batch, *, by: User, reason: str) -> Batch:
    """Sends the batch back to whoever prepared it: it can be submitted anew or cancelled; what was approved counts no more.

    By anyone who might approve it, whether their turn has come or is over. Raises ReasonMissing, MakerCannotRefuse,
    NotYourTurn, WrongStatus.
    """
    reason, batch = _required(reason), _locked(batch)
    submission = _waiting(batch)
    if by.pk == submission.maker_id:
        raise MakerCannotRefuse
    roles = approval_tiers.roles_for(submission)
    if not any(_may_hold(person, role) for person, _delegation in _people_of(by) for role in roles):
        raise NotYourTurn(role=", ".join(role_name(role) for role in roles))
    return _send_back(batch, submission, SentBack.Kind.REFUSED, by, reason)


@retried
def withdraw(batch: Batch, *, by: User, reason: str) -> Batch:
    """The maker takes the submission back. Raises ReasonMissing, OnlyMakerWithdraws, WrongStatus."""
    reason, batch = _required(reason), _locked(batch)
    submission = _waiting(batch)
    if by.pk != submission.maker_id:
        raise OnlyMakerWithdraws
    return _send_back(batch, submission, SentBack.Kind.WITHDRAWN, by, reason)


def turn_of(batch: Batch, by: User, digest: str) -> Turn:
    """What the officer signs next of the batch, if there is nothing against it; raises what `approve` raises but for the code."""
    submission = _waiting(batch)
    makers = makers_of(batch)
    if by.pk in makers:
        raise ApproverIsMaker
    if not batch.cycle.programme.active:
        raise ProgrammeInactive
    if digest != batch.digest or not content.as_submitted(batch):
        raise ContentChanged
    given = list(submission.approvals.all())
    roles = approval_tiers.roles_for(submission)
    took_part = {person for approval in given for person in (approval.approver_id, approval.holder_id)}
    if by.pk in took_part:
        raise AlreadyTookPart
    if len(given) == len(roles):  # the last approval came after the batch was read
        batch.refresh_from_db(fields=["status"])
        raise WrongStatus(status=batch.get_status_display())
    role = roles[len(given)]
    suitable = [(person, by_whom) for person, by_whom in _people_of(by) if _may_hold(person, role)]
    if not suitable:
        raise NotYourTurn(role=role_name(role))
    free = [(person, by_whom) for person, by_whom in suitable if person.pk not in {*took_part, *makers}]
    if not free:  # all for whom the officer might sign made the batch, or signed it
        raise ApproverIsMaker if not makers.isdisjoint(person.pk for person, _ in suitable) else AlreadyTookPart
    holder, delegation = free[0]
    turn = Turn(submission, len(given) + 1, holder, delegation)
    if turn.is_last and ledger.balance_of(batch.cycle.programme.fund_id) < batch.total:
        raise InsufficientFunds
    if turn.is_last:
        budgets.check(batch, budgets.MOVED)
    return turn


def role_name(role: Group | None) -> str:
    """The role in words; without a tier it is whoever may approve."""
    return role.name if role is not None else _("yang berhak menyetujui")


@retried
def _sign(batch: Batch, by: User, digest: str, reason: str, proof: Proof) -> Batch:
    batch = _locked(batch)
    turn = turn_of(batch, by, digest)
    Approval.objects.create(
        submission=turn.submission,
        batch=batch,
        position=turn.position,
        approver=by,
        holder=turn.holder,
        delegation=turn.delegation,
        maker_id=turn.submission.maker_id,
        digest=digest,
        reason=reason,
        proof=proof,
    )
    if turn.is_last:
        _reserve(batch, by, reason)
    return batch


def _reserve(batch: Batch, by: User, reason: str) -> None:
    budgets.hold(batch, budgets.MOVED)
    clearing = ledger.open_account(Account.Kind.CLEARING, str(batch))
    fund = batch.cycle.programme.fund_id
    ledger.post([ledger.Leg(fund, clearing.pk, batch.total, Transfer.Kind.RESERVATION, f"reserve:{batch.pk}")])
    now = timezone.now()
    advance(batch, S.APPROVED, by=by, reason=reason, clearing=clearing, approved_at=now)
    if batch.pay_at is None or batch.pay_at <= now:
        execution.call_workers(batch.pk, batch.chunks.count())


def _send_back(batch: Batch, submission: Submission, kind: SentBack.Kind, by: User, reason: str) -> Batch:
    SentBack.objects.create(submission=submission, kind=kind, by=by, reason=reason)
    advance(
        batch, S.PREPARED, by=by, reason=reason, submission=None, maker=None, digest="", submitted_at=None, pay_at=None
    )
    return batch


def makers_of(batch: Batch) -> set[int | None]:
    """Whoever prepared the batch, or stood for its content once: also where another submitted it after that."""
    began = batch.steps.filter(to_status=S.DRAFT, by__isnull=False).values_list("by", flat=True)
    return {*began, *batch.submissions.values_list("maker", flat=True)}


def _people_of(by: User) -> list[tuple[User, Delegation | None]]:
    """Whom the officer may sign for now: first themselves, then who is absent and has delegated."""
    return [(by, None), *((held.principal, held) for held in delegations.held_by(by))]


def _may_hold(person: User, role: Group | None) -> bool:
    """Whether an approval of that role may be this person's: the office lets them approve, and they are of the role."""
    return person.has_perm(delegations.APPROVES) and (role is None or person.groups.filter(pk=role.pk).exists())


def _waiting(batch: Batch) -> Submission:
    if batch.status != S.SUBMITTED or batch.submission is None:
        raise WrongStatus(status=batch.get_status_display())
    return batch.submission


def _locked(batch: Batch) -> Batch:
    return _rows().select_for_update(of=("self",)).get(pk=batch.pk)


def _rows() -> QuerySet[Batch]:
    """Batches with what a decision on them reads."""
    tiers = (f"submission__tier__{place}" for place in ("first", "second", "third"))
    return Batch.objects.select_related("cycle__programme", "submission", *tiers)


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    return reason
