"""Giving a wallet back to its holder while their telephone is new: one officer proposes it, another agrees."""

from __future__ import annotations

from django.contrib.auth.models import User

from wallet import proposals, wallets
from wallet.errors import WalletInactive
from wallet.models import RecoveryProposal, Wallet
from wallet.transactions import retried


@retried
def propose(wallet: Wallet, reason: str, by: User) -> RecoveryProposal:
    """Asks another officer to make the wallet's codes and PIN be forgotten; nothing is before.

    Raises ReasonMissing, WalletInactive (it is closed), ProposalWaits.
    """
    reason = wallets.required(reason)
    wallet.refresh_from_db()
    if wallet.status == Wallet.Status.CLOSED:
        raise WalletInactive
    return proposals.keep(RecoveryProposal(wallet=wallet, reason=reason, proposed_by=by))


@retried
def agree(proposal: RecoveryProposal, by: User) -> Wallet:
    """Does it, as `wallets.recover`; the holder makes a PIN on the new telephone.

    Raises OwnProposal, ProposalMoved, WalletInactive.
    """
    proposal = proposals.agree(proposal, by)
    return wallets.recover(proposal.wallet, proposal.reason, by.get_username())
