"""Settlement: what merchants are owed leaves their accounts for the clearing, and the clearing for their banks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from vault.sealing import CannotOpen
from wallet import ledger
from wallet.errors import BankAccountMissing, ReasonMissing, SettlementReturned
from wallet.models import Account, FraudHold, Merchant, Settlement, Transfer
from wallet.transactions import retried

logger = logging.getLogger(__name__)
S = Settlement.Status
TRANSITIONS = {  # a settlement begins pending, its money on the way to the bank
    (S.PENDING, S.PAID),  # the bank has it
    (S.PENDING, S.RETURNED),  # the bank did not take it, or was never told of it: owed again
    (S.PAID, S.RETURNED),  # it came back afterwards: owed again
}


def settle_all(business_day: date | None = None) -> Iterator[Settlement]:
    """One settlement for each merchant that is owed anything, one transaction each; safe to repeat and to race.

    A merchant without a bank account, or whose account cannot be read, keeps what it is owed until that is mended.
    """
    day = business_day or timezone.localdate()
    for merchant in Merchant.objects.exclude(bank_account_sealed=b"").order_by("pk"):
        try:
            settlement = settle(merchant, day)
        except (BankAccountMissing, CannotOpen):
            logger.exception("settlement: the bank account of merchant %s", merchant.merchant_id)
            continue
        if settlement is not None:
            yield settlement


@retried
def settle(merchant: Merchant, business_day: date) -> Settlement | None:
    """Clears all that the merchant is owed at this moment into one settlement; None if it is owed nothing.

    What the merchant owes for refunds that were advanced is paid back first. None too while its settlement is withheld for
    suspected fraud: what it is owed stays owed.
    Raises BankAccountMissing.
    """
    merchant = lock(merchant)
    if not merchant.bank_account:
        raise BankAccountMissing
    if FraudHold.withholds_settlement(merchant.pk):
        return None
    owed = ledger.lock_merchant(merchant.account_id)
    due, _recovered = recover(merchant, owed)
    return pay_out(merchant, business_day, due, owed=due)


def lock(merchant: Merchant) -> Merchant:
    """The merchant, under its lock: an officer who corrects its bank account is waited for, or waits."""
    return Merchant.objects.select_for_update(no_key=True, of=("self",)).get(pk=merchant.pk)


def recover(merchant: Merchant, due: int) -> tuple[int, int]:
    """Takes what the merchant owes for advanced refunds out of what is due; rupiah then due, and recovered.

    Needs `ledger.lock_merchant`, which whoever moves the advance holds too, and its transaction.
    """
    if merchant.advance_id is None or due <= 0:
        return max(due, 0), 0
    debt = min(-ledger.balance_of(merchant.advance_id), due)
    if debt <= 0:
        return due, 0
    key = f"recover:{merchant.advance_id}:{ledger.times(merchant.advance_id, Transfer.Kind.RECOVERY)}"
    ledger.post([ledger.Leg(merchant.account_id, merchant.advance_id, debt, Transfer.Kind.RECOVERY, key)])
    return due - debt, debt


def pay_out(merchant: Merchant, business_day: date, due: int, *, owed: int) -> Settlement | None:
    """Clears so many rupiah of what is owed into a settlement; None if nothing is due. Needs `ledger.lock_merchant`."""
    if due <= 0:
        return None
    clearing = ledger.singleton(Account.Kind.SETTLEMENT)
    settlement = Settlement(merchant=merchant, business_day=business_day, amount=due, bank_code=merchant.bank_code)
    settlement.bank_account, settlement.account_holder = merchant.bank_account, merchant.account_holder
    settlement.save()
    kind, key = Transfer.Kind.SETTLEMENT, f"settle:{settlement.pk}"
    if due == owed:
        ledger.drain_merchant(merchant.account_id, due, clearing.pk, kind, key=key)
    else:
        ledger.post([ledger.Leg(merchant.account_id, clearing.pk, due, kind, key)])
    return settlement


@retried
def confirm_paid(settlement: Settlement) -> Settlement:
    """The bank has paid it: the money leaves the books. Safe to repeat. Raises SettlementReturned."""
    settlement = Settlement.objects.select_for_update().get(pk=settlement.pk)
    if settlement.status == S.PAID:
        return settlement
    if settlement.status == S.RETURNED:
        raise SettlementReturned
    clearing, bank = ledger.singleton(Account.Kind.SETTLEMENT), ledger.singleton(Account.Kind.BANK)
    leg = ledger.Leg(clearing.pk, bank.pk, settlement.amount, Transfer.Kind.PAYOUT, f"payout:{settlement.pk}")
    ledger.post([leg])
    return _move(settlement, S.PAID, paid_at=timezone.now())


@retried
def returned(settlement: Settlement, reason: str) -> Settlement:
    """The bank sent it back: the merchant is owed the amount again, and the next settlement pays it anew. Safe to repeat.

    What was posted is reversed, not rewritten; the first reason stays. Of one in a sent file, the same transaction holds the
    bank's answer or two officers' word (a trigger asks): the bank would pay it beside the next. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    settlement = Settlement.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=settlement.pk)
    if settlement.status == S.RETURNED:
        return settlement
    ledger.lock_merchant(settlement.merchant.account_id)  # before the clearing account, as whoever settles does
    if settlement.status == S.PAID:
        ledger.reverse(Transfer.objects.get(key=f"payout:{settlement.pk}"), row_kept=True)
    ledger.reverse(Transfer.objects.get(key=f"settle:{settlement.pk}"), row_kept=True)
    return _move(settlement, S.RETURNED, returned_at=timezone.now(), return_reason=reason.strip())


def _move(settlement: Settlement, target: Settlement.Status, **changes: object) -> Settlement:
    """Of a locked settlement."""
    origins = [origin for origin, to in TRANSITIONS if to == target]
    if Settlement.objects.filter(pk=settlement.pk, status__in=origins).update(status=target, **changes) != 1:
        raise AssertionError(f"settlement {settlement.pk}: from {settlement.status} to {target} is no step")
    settlement.refresh_from_db()
    return settlement
