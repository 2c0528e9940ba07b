"""Proposals: what one officer asks for and another decides, in the transaction of whatever it brings about."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import User
from django.contrib.postgres.functions import TransactionNow
from django.db import IntegrityError, transaction

from wallet.errors import ReasonMissing
from wallet.models.proposal import Proposal
from wallet.proposal_errors import OwnProposal, ProposalMoved, ProposalWaits
from wallet.transactions import retried

P = TypeVar("P", bound=Proposal)
S = Proposal.Status
TRANSITIONS = {  # a proposal begins proposed
    (S.PROPOSED, S.AGREED),  # by another officer than who proposed it; done in the same transaction
    (S.PROPOSED, S.DROPPED),  # by anyone, with a reason: nothing was done
}


def keep(proposal: P) -> P:
    """The new proposal, kept. Raises ProposalWaits: another of its subject waits, or came at the same moment (UNIQUE)."""
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise ProposalWaits from error
        raise
    return proposal


def agree(proposal: P, by: User, reason: str = "") -> P:
    """The proposal, locked and agreed to. Needs the transaction in which it is carried out: triggers look for that moment.

    Raises OwnProposal, ProposalMoved.
    """
    return _decide(proposal, S.AGREED, by, reason)


@retried
def drop(proposal: P, by: User, reason: str) -> P:
    """It will not be done. Raises ReasonMissing, ProposalMoved."""
    if not reason.strip():
        raise ReasonMissing
    return _decide(proposal, S.DROPPED, by, reason)


def _decide(proposal: P, target: Proposal.Status, by: User, reason: str) -> P:
    rows = type(proposal)._default_manager
    proposal = rows.select_for_update(of=("self",)).get(pk=proposal.pk)
    if (proposal.status, target) not in TRANSITIONS:
        raise ProposalMoved
    if target == S.AGREED and proposal.proposed_by_id == by.pk:
        raise OwnProposal
    rows.filter(pk=proposal.pk).update(
        status=target, decided_by=by, decided_at=TransactionNow(), decision_reason=reason.strip()
    )
    proposal.refresh_from_db()
    return proposal
