"""Succession: when a holder dies, the wallet's purses go to the heir's wallet, with all that happened in them.

It is for good and empties a wallet, so one officer proposes it, another agrees, and whoever knows the holders has to say that
this one died: this app knows no person. `settings.WALLET["has_died"]` names the function that is given a wallet's id and says
so; where none is named nobody inherits.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.module_loading import import_string

from wallet import codes, proposals, wallets
from wallet.errors import AlreadySucceeded, SuccessorUnfit
from wallet.models import Purse, Succession, SuccessionProposal, Wallet
from wallet.proposal_errors import HolderLives
from wallet.transactions import retried


@retried
def propose(predecessor: Wallet, heir: UUID, reason: str, by: User) -> SuccessionProposal:
    """Asks another officer to pass the wallet on to the heir, whose wallet is opened if there is none; nothing moves.

    Raises ReasonMissing, AlreadySucceeded, HolderLives, SuccessorUnfit (it is not active, or the same), ProposalWaits.
    """
    reason = wallets.required(reason)
    successor = Wallet.objects.get(pk=wallets.open_for([heir])[heir])
    _check(predecessor, successor)
    asked = SuccessionProposal(predecessor=predecessor, successor=successor, reason=reason, proposed_by=by)
    return proposals.keep(asked)


@retried
def agree(proposal: SuccessionProposal, by: User) -> Succession:
    """Passes the wallet on to the heir, and closes it.

    Purses move with their rules, expiry and history; no rupiah is transferred, and no limit applies. What is held in them
    stays held: PIN and code were proved when the holder lived, and the merchant may have delivered on it. Codes and PIN of
    the predecessor are dead. A wallet closed before may be passed on too: a refund may have reached it since.
    Raises OwnProposal, ProposalMoved, AlreadySucceeded, HolderLives, SuccessorUnfit; then the proposal waits on.
    """
    proposal = proposals.agree(proposal, by)
    predecessor = proposal.predecessor
    codes.kill_open(predecessor)
    locked = wallets.lock([predecessor.pk, proposal.successor_id])
    _check(predecessor, locked[proposal.successor_id])
    left, _held = wallets.money_in(predecessor)
    moved = sorted(Purse.objects.filter(wallet=predecessor).values_list("pk", flat=True))
    Purse.objects.filter(pk__in=moved).update(wallet=proposal.successor_id)
    wallets.end(locked[predecessor.pk], proposal.reason)
    return Succession.objects.create(
        proposal=proposal,
        predecessor=predecessor,
        successor_id=proposal.successor_id,
        reason=proposal.reason,
        by=by.get_username(),
        amount=left,
        purses=moved,
    )


def has_died(wallet: Wallet) -> bool:
    """True if whoever knows the holders says that this one died."""
    path: str = settings.WALLET["has_died"]
    return bool(path) and import_string(path)(wallet.pk)


def _check(predecessor: Wallet, successor: Wallet) -> None:
    if Succession.objects.filter(predecessor=predecessor).exists():
        raise AlreadySucceeded
    if not has_died(predecessor):
        raise HolderLives
    if successor.pk == predecessor.pk or successor.status != Wallet.Status.ACTIVE:
        raise SuccessorUnfit
