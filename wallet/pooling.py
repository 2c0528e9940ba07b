"""Pooling: two wallets turn out to be one holder's. The purses of one go to the other, and can go back.

Unlike a succession it can be undone: the emptied wallet is frozen, not closed, and what moved is told to whoever asked, who
hands it back to `part`. Purses move with their rules, expiry and history; no rupiah is transferred, and no limit applies.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max, Q

from wallet import codes, phone_changes, pins, wallets
from wallet.errors import FrozenNotPooled, MoneyMoved, PursesGone, SuccessorUnfit
from wallet.models import Hold, HoldPart, Purse, Transfer, Wallet, WalletStep
from wallet.transactions import retried

Status, Step = Wallet.Status, WalletStep.Kind


@dataclass(frozen=True, slots=True)
class Pooled:
    """What was done: these purses went from the source to the target; every transfer known then has an id up to `last`."""

    source: int
    target: int
    purses: list[int]
    frozen: bool
    last: int


@retried
def pool(source: Wallet, target: Wallet, reason: str, by: str, *, other_phone: bool = False) -> Pooled:
    """Moves the source's purses to the target and freezes the source. What is held stays held; the source's codes are dead.

    Whoever had the source's PIN may not be who has the target's. So where the holder of the source ever had one, the target's
    is forgotten, with its codes, if `other_phone` leads to it: the next one is made as by whoever replaces a telephone
    (`phone_changes`). And where the target has none, the next one counts as no first one.

    Raises ReasonMissing, SuccessorUnfit (the target is not active, or the same), FrozenNotPooled (the source is frozen:
    its money would be free in the target).
    """
    reason = wallets.required(reason)
    codes.kill_open(source)
    if other_phone:
        codes.kill_open(target)
    locked = wallets.lock([source.pk, target.pk])
    if source.pk == target.pk or locked[target.pk].status != Status.ACTIVE:
        raise SuccessorUnfit
    row = locked[source.pk]
    if row.status == Status.FROZEN:
        raise FrozenNotPooled
    codes.kill_open(row)
    moved = sorted(Purse.objects.filter(wallet=row).values_list("pk", flat=True))
    Purse.objects.filter(pk__in=moved).update(wallet=target)
    if (row.pin_hash or phone_changes.had_pin(row)) and (other_phone or not locked[target.pk].pin_hash):
        codes.kill_open(target)
        pins.forget(target, reason, by)
    active = row.status == Status.ACTIVE
    if active:
        wallets.freeze(row, reason, by)
    return Pooled(row.pk, target.pk, moved, active, last_transfer())


@retried
def part(pooled: Pooled, reason: str, by: str, *, opened_since: Collection[int] = ()) -> None:
    """Moves the purses back, with those `opened_since` for the source's holder, and opens the source again.

    Raises ReasonMissing; PursesGone (they are not in the target any more, or the source was closed or passed on);
    MoneyMoved, if the target's holder has touched them since (see `check_untouched`).
    """
    reason = wallets.required(reason)
    codes.kill_open(Wallet.objects.get(pk=pooled.target))  # a code made for the pool must not meet half of it
    locked = wallets.lock([pooled.source, pooled.target])
    codes.kill_open(locked[pooled.target])
    wanted = {*pooled.purses, *opened_since}
    found = Purse.objects.filter(pk__in=wanted, wallet=pooled.target)
    if found.count() != len(wanted) or (pooled.frozen and locked[pooled.source].status == Status.CLOSED):
        raise PursesGone
    check_untouched(wanted, since=pooled.last, own=pooled.source)
    found.update(wallet=pooled.source)
    if pooled.frozen:
        wallets.unfreeze(locked[pooled.source], reason, by)


def check_untouched(purses: Collection[int], *, since: int, own: int | None = None) -> None:
    """Raises MoneyMoved if a holder has spent, paid in or had held any of the purses' money after transfer `since`.

    Passed over: what would have happened anyway (a lapse, aid taken back, a refund), and captures of holds that wallet `own`
    had agreed to. The caller has locked the wallet, so nothing of it happens meanwhile.
    """
    later = Transfer.objects.filter(pk__gt=since)
    anyway = (Transfer.Kind.LAPSE, Transfer.Kind.REVERSAL)
    spent = later.filter(debit__in=purses).exclude(kind__in=anyway)
    held = HoldPart.objects.filter(purse__in=purses, hold__status=Hold.Status.HELD)
    if own is not None:
        spent = spent.filter(Q(payment=None) | ~Q(payment__wallet=own))
        held = held.exclude(hold__wallet=own)
    if spent.exists() or held.exists() or later.filter(credit__in=purses, kind=Transfer.Kind.TOP_UP).exists():
        raise MoneyMoved


def last_transfer() -> int:
    """The highest transfer id there is. Under a wallet's lock: whatever moves its money later has a higher one."""
    return Transfer.objects.aggregate(last=Max("pk"))["last"] or 0
