"""Purses: what a wallet holds, which of it may be spent at a merchant, and the return of what lapsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from wallet import baskets, ledger
from wallet.baskets import Item
from wallet.models import Merchant, Purse, Transfer, Wallet
from wallet.transactions import retried

LAPSE_BATCH = 500  # purses a transaction


@dataclass(frozen=True, slots=True)
class Spendable:
    """A purse and the rupiah that may be taken from it."""

    account_id: int
    available: int


@dataclass(frozen=True, slots=True)
class PurseView:
    """A purse as its holder sees it. Amounts in rupiah; `mccs` and `regions` empty mean any merchant, anywhere.

    `balance` is the book balance, `held` what holds have reserved of it, `usable` what can be spent now: nothing before its
    time, nothing that is held.
    """

    account_id: int
    title: str
    balance: int
    held: int
    usable: int
    usable_now: bool
    usable_from: datetime
    usable_until: datetime | None
    mccs: list[str]
    regions: list[str]
    cash_allowed: bool
    returns_when_lapsed: bool
    items_required: bool = False
    banned_items: list[str] = field(default_factory=list)
    allowed_items: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WalletBalance:
    """Rupiah in all purses of a wallet: the book balance, what of it is held, what can be spent now at some merchant."""

    book: int
    held: int
    usable: int


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


def in_wallet(wallet: Wallet) -> list[PurseView]:
    """The wallet's purses that hold money, those to be spent first leading."""
    now = timezone.now()
    active = wallet.status == Wallet.Status.ACTIVE
    return [
        PurseView(
            account_id=purse.pk,
            title=purse.title,
            balance=purse.account.balance,
            held=purse.account.held,
            usable=purse.account.balance - purse.account.held if active and purse.usable_at(now) else 0,
            usable_now=purse.usable_at(now),
            usable_from=purse.usable_from,
            usable_until=purse.usable_until,
            mccs=purse.terms.mccs,
            regions=purse.terms.regions,
            cash_allowed=purse.terms.cash_allowed,
            returns_when_lapsed=purse.terms.lapses_to_id is not None,
            items_required=purse.terms.items_required,
            banned_items=purse.terms.banned_items,
            allowed_items=purse.terms.allowed_items,
        )
        for purse in _in_spending_order(Purse.objects.filter(wallet=wallet, account__balance__gt=0))
    ]


def balance(views: Iterable[PurseView]) -> WalletBalance:
    """What the purses hold together: `balance(in_wallet(wallet))`, read once for the list and its sums."""
    book, held, usable_now = 0, 0, 0
    for view in views:
        book, held, usable_now = book + view.balance, held + view.held, usable_now + view.usable
    return WalletBalance(book, held, usable_now)


def spendable_at(wallet: Wallet, merchant: Merchant, moment: datetime, items: Sequence[Item] = ()) -> list[Spendable]:
    """The purses with money that this merchant may take from now, earliest expiry first: the rule that payments follow.

    Purses that ask for a list of goods are among them only if the items are given and fit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, available FROM wallet_spendable(%s, %s, %s, %s, %s::jsonb) WHERE refusal IS NULL",
            [wallet.pk, merchant.mcc, merchant.region, moment, baskets.in_json(items)],
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
    """Returns what is left in each expired purse to the fund its terms name; safe to repeat and to race.

    What is held stays until its hold ends. A wallet that somebody is working on is passed over and due again next time.
    A generator that works in batches: whoever runs it decides how far it goes.
    """
    for transfers in lapse_in_batches(moment):
        yield from transfers


def lapse_in_batches(moment: datetime | None = None) -> Iterator[list[Transfer]]:
    """`lapse_due`, one list for each batch of purses, which is one transaction."""
    moment = moment or timezone.now()
    # By wallet: its purses come together, so that its row is locked once.
    found = _lapsable(moment).order_by("wallet_id", "pk").values_list("pk", flat=True).iterator()
    while batch := list(islice(found, LAPSE_BATCH)):
        if transfers := _lapse(batch, moment):
            yield transfers


def _lapsable(moment: datetime) -> QuerySet[Purse]:
    return Purse.objects.filter(
        usable_until__lte=moment, terms__lapses_to__isnull=False, account__balance__gt=F("account__held")
    )


@retried
def _lapse(batch: Sequence[int], moment: datetime) -> list[Transfer]:
    with connection.cursor() as cursor:
        # Never waiting, neither behind payments nor behind another sweeper: both are gone long before the next run.
        cursor.execute(
            "SELECT id FROM wallet_wallet WHERE id IN (SELECT wallet_id FROM wallet_purse WHERE account_id = ANY(%s))"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [list(batch)],
        )
        wallets = [wallet for (wallet,) in cursor.fetchall()]
    times = (
        Transfer.objects.filter(debit_id=OuterRef("pk"), kind=Transfer.Kind.LAPSE)
        .order_by()
        .values("debit_id")
        .annotate(times=Count("*"))
        .values("times")
    )
    left = F("account__balance") - F("account__held")
    due = _lapsable(moment).filter(pk__in=batch, wallet_id__in=wallets).order_by("pk")
    rows = due.values_list("pk", "terms__lapses_to_id", left, Coalesce(Subquery(times), 0))
    return ledger.sweep(
        [
            ledger.Leg(purse, fund, amount, Transfer.Kind.LAPSE, f"lapse:{purse}:{number}")
            for purse, fund, amount, number in rows
            if fund is not None
        ]
    )


def lapsing(within: timedelta, moment: datetime | None = None) -> QuerySet[Purse]:
    """Purses whose unspent money returns to a fund within that time from the moment (by default now), soonest first.

    Each with its `unspent` rupiah: what is held may still be spent and is left out.
    """
    now = moment or timezone.now()
    return (
        Purse.objects.filter(
            usable_until__gt=now,
            usable_until__lte=now + within,
            terms__lapses_to__isnull=False,
            account__balance__gt=F("account__held"),
        )
        .annotate(unspent=F("account__balance") - F("account__held"))
        .order_by("usable_until", "pk")
    )
