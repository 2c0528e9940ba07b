"""Books whose days are over: transfers posted as if in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from tests import money
from tests.owner import tamper
from wallet import ledger, seals
from wallet.models import Account, Transfer


def days_ago(days: int) -> date:
    return seals.today() - timedelta(days=days)


def at(day: date, clock: time = time(10)) -> datetime:
    """A Jakarta time of day."""
    return datetime.combine(day, clock, timezone.get_default_timezone())


def post_on(moment: datetime, how_many: int = 1, amount: int = 1_000) -> list[Transfer]:
    """Transfers from the budget into a new fund at that moment, a microsecond apart."""
    return post_between(ledger.singleton(Account.Kind.BUDGET), money.fund(), moment, how_many, amount)


def post_between(
    debit: Account, credit: Account, moment: datetime, how_many: int = 1, amount: int = 1_000
) -> list[Transfer]:
    """What only a test may do beside the ledger: it dates transfers itself. The balances follow."""
    posted = [
        Transfer(
            debit=debit,
            credit=credit,
            amount=amount,
            kind=Transfer.Kind.FUNDING,
            key=money.unique("past"),
            posted_at=moment + timedelta(microseconds=number),
        )
        for number in range(how_many)
    ]
    Account.objects.filter(pk=debit.pk).update(balance=F("balance") - amount * how_many)
    Account.objects.filter(pk=credit.pk).update(balance=F("balance") + amount * how_many)
    return Transfer.objects.bulk_create(posted)


def date_to(transfers: Sequence[Transfer], moment: datetime) -> None:
    """Moves posted transfers to another moment, as only the tables' owner can."""
    tamper(
        "UPDATE wallet_transfer SET posted_at = %s WHERE id = ANY(%s)", moment, [transfer.pk for transfer in transfers]
    )
