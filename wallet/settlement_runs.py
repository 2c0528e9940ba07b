"""The daily settlement: on working days, at the cut-off, what each merchant was owed then; below the minimum it is carried over.

A run has one row a business day, and one outcome a merchant, written in the transaction that moves the money: so a run that is
cut short, doubled or raced by another settles each merchant once. Workers ring it; which run is due stands in the clock and
the calendar (`business_days`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from vault.sealing import CannotOpen
from wallet import business_days, ledger, settlement
from wallet.errors import WalletError
from wallet.models import FraudHold, Merchant, SettlementOutcome, SettlementRun
from wallet.transactions import retried

logger = logging.getLogger(__name__)
K = SettlementOutcome.Kind
LOOKED_AT_ONCE = 500


def run_due(moment: datetime | None = None) -> Iterator[SettlementOutcome]:
    """Settles the latest business day whose cut-off is over, if that has not been done; safe to repeat and to race.

    A run that was missed is not made up for: the next one settles what it would have. One that is still open is ended, with
    whom it left. A generator, one transaction a
    merchant: whoever runs it decides how far it goes. Yields the outcomes that this call wrote.
    """
    day, cut_off = business_days.last_cut_off(moment or timezone.now())
    run, _made = SettlementRun.objects.get_or_create(business_day=day, defaults={"cut_off": cut_off})
    for earlier in SettlementRun.objects.filter(business_day__lt=day, finished_at=None).order_by("business_day"):
        yield from _overtaken(earlier)
    if run.finished_at is None:
        yield from settle_all(run)


def settle_all(run: SettlementRun) -> Iterator[SettlementOutcome]:
    """The run's outcome for each merchant that is owed anything and has none yet, and then its end.

    One merchant that fails stops no other. It is logged, and the run stays open, for a later call to try again.
    """
    failed = 0
    for merchant in _owed(run):
        try:
            outcome = settle_in(run, merchant)
        except (DatabaseError, WalletError, CannotOpen):
            logger.exception("settlement: merchant %s", merchant.merchant_id)
            failed += 1
            continue
        if outcome is not None:
            yield outcome
    if not failed:  # and only now: a run that was cut short goes on where it ended
        SettlementRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now())


def _overtaken(run: SettlementRun) -> Iterator[SettlementOutcome]:
    """Ends a run that was cut short, or some of whose merchants failed: each of them is named, and the next one pays them."""
    for merchant in _owed(run):
        try:
            outcome = _leave(run, merchant)
        except (DatabaseError, WalletError):
            logger.exception("settlement: merchant %s", merchant.merchant_id)
            continue
        if outcome is not None:
            yield outcome
    SettlementRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now())


@retried
def _leave(run: SettlementRun, merchant: Merchant) -> SettlementOutcome | None:
    merchant = settlement.lock(merchant)
    _owed_now, due = _due(run, merchant)
    return _keep(run, merchant, K.LEFT, due, 0) if due > 0 else None


def _due(run: SettlementRun, merchant: Merchant) -> tuple[int, int]:
    """What the merchant is owed now, and of that what stood at the run's cut-off. Locks its account."""
    owed = ledger.lock_merchant(merchant.account_id)
    return owed, min(owed, owed - ledger.traded_since(merchant.account_id, run.cut_off))


def _owed(run: SettlementRun) -> Iterator[Merchant]:
    """Merchants without an outcome that are owed anything, closed ones too: of others there is nothing to decide or to lock."""
    done, last = SettlementOutcome.objects.filter(run=run).values("merchant_id"), 0
    while batch := list(Merchant.objects.filter(pk__gt=last).exclude(pk__in=done).order_by("pk")[:LOOKED_AT_ONCE]):
        balances = ledger.balances_of(merchant.account_id for merchant in batch)
        yield from (merchant for merchant in batch if balances[merchant.account_id] > 0)
        last = batch[-1].pk


@retried
def settle_in(run: SettlementRun, merchant: Merchant) -> SettlementOutcome | None:
    """What the run comes to for the merchant, decided and paid once; None where there was nothing to decide.

    What stood at the cut-off is due, but never more than what stands now: a refund since then has taken it already.
    """
    merchant = settlement.lock(merchant)
    if SettlementOutcome.objects.filter(run=run, merchant=merchant).exists():
        return None
    has_account = _has_account(merchant)
    owed, due = _due(run, merchant)
    if due > 0 and FraudHold.withholds_settlement(merchant.pk):
        return _keep(run, merchant, K.WITHHELD, due, 0)
    due, recovered = settlement.recover(merchant, due)
    owed -= recovered
    if due <= 0:
        return _keep(run, merchant, K.NOTHING, 0, recovered) if recovered else None
    if not has_account:
        return _keep(run, merchant, K.NO_ACCOUNT, due, recovered)
    if due < minimum_of(merchant):
        return _keep(run, merchant, K.CARRIED, due, recovered)
    outcome = SettlementOutcome(run=run, merchant=merchant, kind=K.SETTLED, amount=due, recovered=recovered)
    outcome.settlement = settlement.pay_out(merchant, run.business_day, due, owed=owed)
    outcome.save(force_insert=True)
    return outcome


def minimum_of(merchant: Merchant) -> int:
    """Rupiah below which nothing is settled: the merchant's own, or everybody's; at the end, what there is."""
    if merchant.status == Merchant.Status.CLOSED:
        return 1
    everybodys: int = settings.WALLET["settlement_minimum"]
    return merchant.settlement_minimum or everybodys


def _has_account(merchant: Merchant) -> bool:
    """False too where the account or its holder does not open: `settlement.pay_out` copies both."""
    try:
        account, _holder = merchant.bank_account, merchant.account_holder
        return bool(account)
    except CannotOpen:
        logger.exception("settlement: the bank account of merchant %s", merchant.merchant_id)
        return False


def _keep(run: SettlementRun, merchant: Merchant, kind: str, amount: int, recovered: int) -> SettlementOutcome | None:
    with transaction.atomic():
        outcome, made = SettlementOutcome.objects.get_or_create(
            run=run, merchant=merchant, defaults={"kind": kind, "amount": max(amount, 0), "recovered": recovered}
        )
    return outcome if made else None
