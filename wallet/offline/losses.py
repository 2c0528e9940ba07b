"""What officers decide about claims that the rule did not pay.

One proposes and another pays out of the loss fund, or the claim is refused and its merchant bears it.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F
from django.utils import timezone

from wallet import holds, ledger
from wallet.errors import MerchantSuspended, ReasonMissing, SuspectedFraud, TransactionSuspended
from wallet.models import (
    Account,
    FraudHold,
    LossFund,
    Merchant,
    OfflineAllowance,
    OfflineClaim,
    OfflineClaimStep,
    Transfer,
)
from wallet.offline import claims
from wallet.offline.errors import AnotherOfficer, ClaimMoved, LossBound, NoLossFund
from wallet.transactions import retried

S, Step = OfflineClaim.Status, OfflineClaimStep.Kind
TRANSITIONS = {  # a claim begins paid, refused or queued; only a queued one goes on (a trigger says the same)
    (S.QUEUED, S.PAID),  # what was in its way has gone: the rule pays
    (S.QUEUED, S.PROPOSED),  # an officer thinks that the agency should bear it
    (S.QUEUED, S.REFUSED),
    (S.PROPOSED, S.COVERED),  # another one agrees, and the loss fund pays
    (S.PROPOSED, S.QUEUED),  # another one does not, yet
    (S.PROPOSED, S.REFUSED),
}


@retried
def fund(amount: int, reference: str) -> LossFund:
    """Moves the rupiah from the budget into the loss fund, which is opened the first time; once for each reference."""
    ledger.check_amount(amount)
    budget = ledger.singleton(Account.Kind.BUDGET)
    # Under the budget's lock: the fund's account must not be opened twice, because it would never go away again.
    Account.objects.select_for_update(no_key=True).get(pk=budget.pk)
    found = LossFund.objects.first()
    if found is None:
        found = LossFund.objects.create(account=ledger.open_account(Account.Kind.FUND, "Dana kerugian"))
    ledger.post([ledger.Leg(budget.pk, found.account_id, amount, Transfer.Kind.FUNDING, f"loss_fund:{reference}")])
    return found


@retried
def propose(claim: OfflineClaim, by: AbstractBaseUser, reason: str) -> OfflineClaim:
    """Asks another officer to pay the queued claim out of the loss fund. Raises ReasonMissing, ClaimMoved, LossBound."""
    claim = _locked(claim, S.QUEUED)
    _bound(claim)
    _step(claim, Step.PROPOSED, by, reason)
    return _move(claim, S.PROPOSED, proposed_by_id=by.pk)


@retried
def send_back(claim: OfflineClaim, by: AbstractBaseUser, reason: str) -> OfflineClaim:
    """The proposal is not agreed to, and the claim waits again. Raises ReasonMissing, ClaimMoved."""
    claim = _locked(claim, S.PROPOSED)
    _step(claim, Step.RETURNED, by, reason)
    return _move(claim, S.QUEUED, proposed_by_id=None)


@retried
def refuse(claim: OfflineClaim, by: AbstractBaseUser, reason: str) -> OfflineClaim:
    """The merchant bears it. Raises ReasonMissing, ClaimMoved."""
    claim = _locked(claim, S.QUEUED, S.PROPOSED)
    _step(claim, Step.REFUSED, by, reason)
    return _move(claim, S.REFUSED, decided_by_id=by.pk, decided_at=timezone.now())


@retried
def cover(claim: OfflineClaim, by: AbstractBaseUser, reason: str) -> OfflineClaim:
    """Pays the proposed claim out of the loss fund, once, by another officer than who proposed it.

    Raises ReasonMissing, ClaimMoved, AnotherOfficer, MerchantSuspended, SuspectedFraud, TransactionSuspended, LossBound,
    NoLossFund, InsufficientFunds (the fund).
    """
    claim = _locked(claim, S.PROPOSED)
    if claim.proposed_by_id == by.pk:
        raise AnotherOfficer
    if claim.merchant.status != Merchant.Status.ACTIVE:
        raise MerchantSuspended
    if stopped := FraudHold.decline_of(merchant=claim.merchant_id):
        raise SuspectedFraud if stopped == SuspectedFraud.code else TransactionSuspended
    found = LossFund.objects.first()
    if found is None:
        raise NoLossFund
    _bound(claim)
    OfflineAllowance.objects.filter(claims=claim).update(loss_paid=F("loss_paid") + claim.amount)
    ledger.post(
        [
            ledger.Leg(
                found.account_id,
                claim.merchant.account_id,
                claim.amount,
                Transfer.Kind.LOSS,
                f"offline_loss:{claim.pk}",
            )
        ]
    )
    _step(claim, Step.COVERED, by, reason)
    return _move(claim, S.COVERED, decided_by_id=by.pk, decided_at=timezone.now())


@retried
def judge_again(claim: OfflineClaim, by: AbstractBaseUser, reason: str) -> OfflineClaim:
    """The rule once more, for what was in a queued claim's way and may have gone. Raises ReasonMissing."""
    _step(claim, Step.JUDGED, by, reason)
    return claims.judge_again(claim)


def _locked(claim: OfflineClaim, *expected: OfflineClaim.Status) -> OfflineClaim:
    """The claim under its lock, the reserve's taken before, as whoever adjudicates does. Raises ClaimMoved."""
    if claim.allowance is None:
        raise ClaimMoved
    holds.lock(claim.allowance.hold)
    rows = OfflineClaim.objects.select_for_update(of=("self",), no_key=True).select_related("merchant")
    claim = rows.get(pk=claim.pk)
    if claim.status not in expected:
        raise ClaimMoved
    return claim


def _bound(claim: OfflineClaim) -> None:
    """Raises LossBound: with what was paid, more than the ceiling (the row's CHECK says the same)."""
    allowance = OfflineAllowance.objects.get(claims=claim)
    left = allowance.ceiling - allowance.loss_paid
    if claim.amount > left:
        raise LossBound(left=left)


def _step(claim: OfflineClaim, kind: OfflineClaimStep.Kind, by: AbstractBaseUser, reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing
    OfflineClaimStep.objects.create(claim=claim, kind=kind, by_id=by.pk, reason=reason.strip())


def _move(claim: OfflineClaim, target: OfflineClaim.Status, **changes: object) -> OfflineClaim:
    origins = [origin for origin, to in TRANSITIONS if to == target]
    if OfflineClaim.objects.filter(pk=claim.pk, status__in=origins).update(status=target, **changes) != 1:
        raise ClaimMoved
    claim.refresh_from_db()
    return claim
