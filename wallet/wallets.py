"""Wallets: opening, freezing, closing, and giving back to their holders what a lost phone opened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from wallet import codes, phone_changes
from wallet.errors import MoneyHeld, ReasonMissing, WalletInactive, WalletNotEmpty
from wallet.models import Account, Wallet, WalletStep
from wallet.proposal_errors import RecoveryTakesTwo
from wallet.transactions import retried

Status, Kind = Wallet.Status, WalletStep.Kind


def open_for(holders: Sequence[UUID]) -> dict[UUID, int]:
    """Each holder's wallet id; wallets that were missing are opened. Safe to repeat and to race."""
    with connection.cursor() as cursor:
        # Sorted: two that open the same wallets in another order would wait for each other's.
        cursor.execute(
            "INSERT INTO wallet_wallet (holder) SELECT holder FROM unnest(%s::uuid[]) AS holder ORDER BY holder"
            " ON CONFLICT (holder) DO NOTHING",
            [[str(holder) for holder in holders]],
        )
    return dict(Wallet.objects.filter(holder__in=holders).values_list("holder", "id"))


def required(reason: str) -> str:
    """The reason as it is kept. Raises ReasonMissing where there is none."""
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    return reason


@retried
def freeze(wallet: Wallet, reason: str, by: str = "") -> None:
    """Stops spending, new codes, top-ups and new aid until `unfreeze`; refunds and captures of holds go on. The reason is kept.

    Raises ReasonMissing.
    """
    reason = required(reason)
    active = Wallet.objects.filter(pk=wallet.pk, status=Status.ACTIVE)
    if active.update(status=Status.FROZEN, status_reason=reason):
        WalletStep.objects.create(wallet=wallet, kind=Kind.FROZEN, reason=reason, by=by)


@retried
def unfreeze(wallet: Wallet, reason: str, by: str = "") -> None:
    """Lets a frozen wallet be used again. The reason is recorded. Raises ReasonMissing."""
    reason = required(reason)
    frozen = Wallet.objects.filter(pk=wallet.pk, status=Status.FROZEN)
    if frozen.update(status=Status.ACTIVE, status_reason=""):
        WalletStep.objects.create(wallet=wallet, kind=Kind.UNFROZEN, reason=reason, by=by)


@retried
def close(wallet: Wallet, reason: str, by: str) -> Wallet:
    """Ends an empty wallet for good: its codes and its PIN are dead and nothing is paid into it. Safe to repeat.

    What a merchant refunds later still reaches the purse it came from; `succession.succeed` then passes it on.
    Raises ReasonMissing, MoneyHeld(held), WalletNotEmpty(left): rupiah.
    """
    reason = required(reason)
    codes.kill_open(wallet)
    row = lock([wallet.pk])[wallet.pk]
    if row.status == Status.CLOSED:
        return row
    left, held = money_in(row)
    if held:
        raise MoneyHeld(held=held)
    if left:
        raise WalletNotEmpty(left=left)
    end(row, reason)
    WalletStep.objects.create(wallet=row, kind=Kind.CLOSED, reason=reason, by=by)
    return row


@retried
def recover(wallet: Wallet, reason: str, by: str) -> Wallet:
    """For the holder who lost a phone and was identified in person: codes are dead and the PIN forgotten; all else stays.

    A frozen wallet stays frozen. Raises ReasonMissing, WalletInactive (it is closed), RecoveryTakesTwo (`phone_changes`).
    """
    reason = required(reason)
    if phone_changes.takes_two(wallet):
        raise RecoveryTakesTwo
    codes.kill_open(wallet)
    row = lock([wallet.pk])[wallet.pk]
    if row.status == Status.CLOSED:
        raise WalletInactive
    codes.kill_open(row)
    _forget_pin(row)
    row.save(update_fields=["pin_hash", "pin_failures", "pin_locked_until"])
    WalletStep.objects.create(wallet=row, kind=Kind.RECOVERED, reason=reason, by=by)
    return row


def lock(wallets: Sequence[int]) -> dict[int, Wallet]:
    """These wallets as they are under a lock that excludes everybody else, batches that pay into them included.

    Needs a transaction.
    """
    return {row.pk: row for row in Wallet.objects.select_for_update().filter(pk__in=wallets).order_by("pk")}


def money_in(wallet: Wallet) -> tuple[int, int]:
    """Rupiah in the wallet's purses, and how much of it is held."""
    total = Account.objects.filter(purse__wallet=wallet).aggregate(
        left=Sum("balance", default=0), held=Sum("held", default=0)
    )
    return int(total["left"]), int(total["held"])


def end(wallet: Wallet, reason: str) -> None:
    """Closes the wallet, which the caller has locked, with its codes and its PIN."""
    codes.kill_open(wallet)
    wallet.status, wallet.status_reason = Status.CLOSED, reason
    _forget_pin(wallet)
    wallet.save(update_fields=["status", "status_reason", "pin_hash", "pin_failures", "pin_locked_until"])


def _forget_pin(wallet: Wallet) -> None:
    wallet.pin_hash, wallet.pin_failures, wallet.pin_locked_until = "", 0, None
