"""Settlement: what merchants are owed leaves their accounts for the clearing, and the clearing for their banks."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from vault.sealing import CannotOpen
from wallet import ledger
from wallet.errors import BankAccountMissing, ReasonMissing, SettlementReturned
from wallet.models import Account, Merchant, Settlement, Transfer
from wallet.transactions import retried

logger = logging.getLogger(__name__)


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

    Raises BankAccountMissing.
    """
    # Under its lock: an officer who corrects the account is waited for, or waits.
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if not merchant.bank_account:
        raise BankAccountMissing
    clearing = ledger.singleton(Account.Kind.SETTLEMENT)
    owed = ledger.lock_merchant(merchant.account_id)
    if owed <= 0:
        return None
    settlement = Settlement(merchant=merchant, business_day=business_day, amount=owed, bank_code=merchant.bank_code)
    settlement.bank_account = merchant.bank_account
    settlement.save()
    ledger.drain_merchant(
        merchant.account_id, owed, clearing.pk, Transfer.Kind.SETTLEMENT, key=f"settle:{settlement.pk}"
    )
    return settlement


@retried
def confirm_paid(settlement: Settlement) -> Settlement:
    """The bank has paid it: the money leaves the books. Safe to repeat. Raises SettlementReturned."""
    settlement = Settlement.objects.select_for_update().get(pk=settlement.pk)
    if settlement.status == Settlement.Status.PAID:
        return settlement
    if settlement.status == Settlement.Status.RETURNED:
        raise SettlementReturned
    clearing, bank = ledger.singleton(Account.Kind.SETTLEMENT), ledger.singleton(Account.Kind.BANK)
    leg = ledger.Leg(clearing.pk, bank.pk, settlement.amount, Transfer.Kind.PAYOUT, f"payout:{settlement.pk}")
    ledger.post([leg])
    settlement.status, settlement.paid_at = Settlement.Status.PAID, timezone.now()
    settlement.save(update_fields=["status", "paid_at"])
    return settlement


@retried
def returned(settlement: Settlement, reason: str) -> Settlement:
    """The bank sent it back: the merchant is owed the amount again, and the next settlement pays it anew. Safe to repeat.

    What was posted is reversed, not rewritten; the first reason stays. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    settlement = Settlement.objects.select_for_update(of=("self",)).select_related("merchant").get(pk=settlement.pk)
    if settlement.status == Settlement.Status.RETURNED:
        return settlement
    ledger.lock_merchant(settlement.merchant.account_id)  # before the clearing account, as whoever settles does
    if settlement.status == Settlement.Status.PAID:
        ledger.reverse(Transfer.objects.get(key=f"payout:{settlement.pk}"), row_kept=True)
    ledger.reverse(Transfer.objects.get(key=f"settle:{settlement.pk}"), row_kept=True)
    settlement.status, settlement.returned_at = Settlement.Status.RETURNED, timezone.now()
    settlement.return_reason = reason.strip()
    settlement.save(update_fields=["status", "returned_at", "return_reason"])
    return settlement
