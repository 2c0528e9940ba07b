"""Settlements that came back, said by officers: by one where the bank was told nothing, else by two and with evidence.

The next settlement pays what came back anew. So one officer's word must not be enough where the bank may have paid it already.
"""

from __future__ import annotations

from django.contrib.auth.models import User

from wallet import proposals, settlement
from wallet.errors import ReasonMissing
from wallet.models import PayoutFile, Settlement, SettlementReturn
from wallet.payout_errors import EvidenceMissing, ReturnTakesTwo, SettlementReturnedBefore
from wallet.proposal_errors import ProposalWaits
from wallet.transactions import retried


def takes_two(row: Settlement) -> bool:
    """True if the bank may have paid it: it is in a file that was sent, or was marked as paid."""
    sent = PayoutFile.objects.filter(settlements=row.pk, status=PayoutFile.Status.SENT).exists()
    return row.status == Settlement.Status.PAID or sent


@retried
def take_back(row: Settlement, reason: str) -> Settlement:
    """What never went to the bank is owed again. Safe to repeat. Raises ReasonMissing, ReturnTakesTwo."""
    row = _lock(row)
    if row.status != Settlement.Status.RETURNED and takes_two(row):
        raise ReturnTakesTwo
    return settlement.returned(row, reason)


@retried
def propose(row: Settlement, reason: str, evidence: str, by: User) -> SettlementReturn:
    """Asks another officer to agree that it came back.

    Raises ReasonMissing, EvidenceMissing, SettlementReturnedBefore, ProposalWaits.
    """
    if not reason.strip():
        raise ReasonMissing
    if not evidence.strip():
        raise EvidenceMissing
    row = _lock(row)
    if row.status == Settlement.Status.RETURNED:
        raise SettlementReturnedBefore
    if row.returns.filter(status=SettlementReturn.Status.PROPOSED).exists():
        raise ProposalWaits
    return SettlementReturn.objects.create(
        settlement=row, reason=reason.strip(), evidence=evidence.strip(), proposed_by=by
    )


@retried
def agree(proposal: SettlementReturn, by: User) -> Settlement:
    """It came back: the merchant is owed the amount again. Raises OwnProposal, ProposalMoved, SettlementReturnedBefore."""
    proposal = proposals.agree(proposal, by)
    row = _lock(proposal.settlement)
    if row.status == Settlement.Status.RETURNED:
        raise SettlementReturnedBefore
    return settlement.returned(row, proposal.reason)


def _lock(row: Settlement) -> Settlement:
    return Settlement.objects.select_for_update(of=("self",)).get(pk=row.pk)
