"""Outcomes that two officers settle, because the partner cannot or will not say: one proposes with evidence, another decides."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from disbursement.models import PayoutLine, Resolution
from disbursement.provider_errors import (
    EvidenceMissing,
    LineSettled,
    NeverSent,
    NoProposal,
    ProposalIsOwn,
    ProposalOpen,
)
from disbursement.providers import results
from disbursement.providers.protocol import Outcome, Told
from wallet.transactions import retried

_TOLD = {
    Resolution.Outcome.PAID: Told(Outcome.PAID, "officer"),
    Resolution.Outcome.FAILED: Told(Outcome.FAILED, "officer", "officer_failed"),
}


def proposal_of(line: PayoutLine) -> Resolution | None:
    """What waits for a second officer, if anything does."""
    return Resolution.objects.select_related("proposed_by").filter(line=line, decided_at=None).first()


@transaction.atomic
def propose(line: PayoutLine, outcome: str, evidence: str, by: User) -> Resolution:
    """Says what became of the line, and how that is known; nothing moves until another officer agrees.

    Raises EvidenceMissing, LineSettled, NeverSent, ProposalOpen.
    """
    if not evidence.strip():
        raise EvidenceMissing
    _open(line)
    try:
        with transaction.atomic():
            return Resolution.objects.create(line=line, outcome=outcome, evidence=evidence.strip(), proposed_by=by)
    except IntegrityError as error:
        raise ProposalOpen from error


@retried
def agree(line: PayoutLine, by: User, note: str = "") -> Resolution:
    """The second officer agrees: the line is settled so, and money follows. Raises NoProposal, ProposalIsOwn, LineSettled.

    What the partner says otherwise later becomes a break.
    """
    row = _decided(line, by, note, agreed=True)
    current = _open(line)
    results.settle(
        current.provider, {current.reference: _TOLD[Resolution.Outcome(row.outcome)]}, PayoutLine.Source.OFFICER
    )
    return row


@retried
def refuse(line: PayoutLine, by: User, note: str) -> Resolution:
    """The evidence does not convince; the line stays as it is. Raises NoProposal, ProposalIsOwn, EvidenceMissing."""
    if not note.strip():
        raise EvidenceMissing
    return _decided(line, by, note, agreed=False)


def _open(line: PayoutLine) -> PayoutLine:
    current = PayoutLine.objects.select_related("provider").get(pk=line.pk)
    if current.state not in PayoutLine.OPEN:
        raise LineSettled(status=current.get_state_display())
    if not current.sends:
        raise NeverSent
    return current


def _decided(line: PayoutLine, by: User, note: str, *, agreed: bool) -> Resolution:
    row = Resolution.objects.select_for_update(of=("self",)).filter(line=line, decided_at=None).first()
    if row is None:
        raise NoProposal
    if row.proposed_by_id == by.pk:
        raise ProposalIsOwn
    row.agreed, row.decided_by, row.decided_at, row.note = agreed, by, timezone.now(), note.strip()[:300]
    row.save(update_fields=["agreed", "decided_by", "decided_at", "note"])
    return row
