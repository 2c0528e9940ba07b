"""Purses: what a wallet holds, which of it may be spent at a merchant, and the return of what lapsed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from wallet import ledger
from wallet.models import Account, Merchant, Purse, Transfer, Wallet
from wallet.transactions import retried


@dataclass(frozen=True, slots=True)
class Spendable:
    """A purse and the rupiah that may be taken from it."""

    account_id: int
    available: int


@dataclass(frozen=True, slots=True)
class PurseView:
    """A purse as its holder sees it. Amounts in rupiah; `mccs` and `regions` empty mean any merchant, anywhere.

    `balance` is the book balance, `usable` what of it can be spent now: nothing before its time, nothing that is held.
    """

    account_id: int
    title: str
    balance: int
    usable: int
    usable_now: bool
    usable_from: datetime
    usable_until: datetime | None
    mccs: list[str]
    regions: list[str]
    cash_allowed: bool
    returns_when_lapsed: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of a wallet: positive into a purse, negative out of it. `id` is the cursor."""

    id: int
    at: datetime
    kind: str
    amount: int
    purse: str
    merchant: str
    reference_no: str


def usable(moment: datetime) -> Q:
    """Purses whose time it is."""
    return Q(usable_from__lte=moment) & (Q(usable_until__isnull=True) | Q(usable_until__gt=moment))


def in_wallet(wallet: Wallet) -> list[PurseView]:
    """The wallet's purses that hold money, those to be spent first leading."""
    now = timezone.now()
    active = wallet.status == Wallet.Status.ACTIVE
    return [
        PurseView(
            account_id=purse.pk,
            title=purse.title,
            balance=purse.account.balance,
            usable=purse.account.balance - purse.account.held if active and purse.usable_at(now) else 0,
            usable_now=purse.usable_at(now),
            usable_from=purse.usable_from,
            usable_until=purse.usable_until,
            mccs=purse.terms.mccs,
            regions=purse.terms.regions,
            cash_allowed=purse.terms.cash_allowed,
            returns_when_lapsed=purse.terms.lapses_to_id is not None,
        )
        for purse in _in_spending_order(Purse.objects.filter(wallet=wallet, account__balance__gt=0))
    ]


def spendable_at(wallet: Wallet, merchant: Merchant, moment: datetime) -> list[Spendable]:
    """The purses with money that this merchant may take from now, earliest expiry first: the rule that payments follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, available FROM wallet_spendable(%s, %s, %s, %s)",
            [wallet.pk, merchant.mcc, merchant.region, moment],
        )
        return [Spendable(account, int(available)) for account, available in cursor.fetchall()]


def _in_spending_order(purses: QuerySet[Purse]) -> QuerySet[Purse]:
    return purses.select_related("account", "terms").order_by(F("usable_until").asc(nulls_last=True), "account_id")


def history(wallet: Wallet, *, before: int | None = None, limit: int = 20) -> list[Entry]:
    """The wallet's latest movements, newest first; `before` is the `id` of the last one already seen."""
    purses = dict(Purse.objects.filter(wallet=wallet).values_list("account_id", "title"))
    rows = Transfer.objects.filter(Q(debit_id__in=purses) | Q(credit_id__in=purses))
    if before is not None:
        rows = rows.filter(id__lt=before)
    rows = rows.select_related("payment__merchant").order_by("-id")[:limit]
    return [_entry(row, purses) for row in rows]


def _entry(row: Transfer, purses: dict[int, str]) -> Entry:
    incoming = row.credit_id in purses
    payment = row.payment
    return Entry(
        id=row.pk,
        at=row.posted_at,
        kind=row.kind,
        amount=row.amount if incoming else -row.amount,
        purse=purses[row.credit_id if incoming else row.debit_id],
        merchant=payment.merchant.name if payment else "",
        reference_no=payment.reference_no if payment else "",
    )


def lapse_due(moment: datetime | None = None) -> Iterator[Transfer]:
    """Returns what is left in each expired purse to the fund its terms name; one transaction a purse, safe to repeat.

    What is held waits for its hold to end: then the purse is due again.
    A generator: whoever runs it decides how far it goes.
    """
    moment = moment or timezone.now()
    due = Purse.objects.filter(
        usable_until__lte=moment, terms__lapses_to__isnull=False, account__balance__gt=F("account__held")
    )
    for purse in due.select_related("terms").order_by("pk").iterator():
        if (transfer := _lapse(purse)) is not None:
            yield transfer


@retried
def _lapse(purse: Purse) -> Transfer | None:
    ledger.lock_wallets_of([purse.pk])
    account, fund = Account.objects.get(pk=purse.pk), purse.terms.lapses_to_id
    left = account.balance - account.held
    if left <= 0 or fund is None:
        return None
    times = Transfer.objects.filter(debit_id=purse.pk, kind=Transfer.Kind.LAPSE).count()
    leg = ledger.Leg(purse.pk, fund, left, Transfer.Kind.LAPSE, f"lapse:{purse.pk}:{times}")
    return ledger.post([leg])[0]
