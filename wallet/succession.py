"""Succession: when a holder dies, the wallet's purses go to the heir's wallet, with all that happened in them."""

from __future__ import annotations

from uuid import UUID

from wallet import codes, wallets
from wallet.errors import AlreadySucceeded, SuccessorUnfit
from wallet.models import Purse, Succession, Wallet
from wallet.transactions import retried


@retried
def succeed(predecessor: Wallet, heir: UUID, reason: str, by: str) -> Succession:
    """Passes the wallet on to the heir, whose wallet is opened if there is none, and closes it; asked again, tells the same.

    Purses move with their rules, expiry and history; no rupiah is transferred, and no limit applies. What is held in them
    stays held: PIN and code were proved when the holder lived, and the merchant may have delivered on it. Codes and PIN of
    the predecessor are dead. A wallet closed before may be passed on too: a refund may have reached it since.
    Raises ReasonMissing, SuccessorUnfit (it is not active, or the same), AlreadySucceeded (by another heir).
    """
    reason = wallets.required(reason)
    codes.kill_open(predecessor)
    successor = wallets.open_for([heir])[heir]
    locked = wallets.lock([predecessor.pk, successor])
    earlier = Succession.objects.filter(predecessor=predecessor).first()
    if earlier is not None:
        if earlier.successor_id != successor:
            raise AlreadySucceeded
        return earlier
    if successor == predecessor.pk or locked[successor].status != Wallet.Status.ACTIVE:
        raise SuccessorUnfit
    left, _held = wallets.money_in(predecessor)
    moved = sorted(Purse.objects.filter(wallet=predecessor).values_list("pk", flat=True))
    Purse.objects.filter(pk__in=moved).update(wallet=successor)
    wallets.end(locked[predecessor.pk], reason)
    return Succession.objects.create(
        predecessor=predecessor, successor_id=successor, reason=reason, by=by, amount=left, purses=moved
    )
