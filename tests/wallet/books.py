"""Books whose days are over: transfers dated into the past, and tampering, as only the tables' owner can do both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tests import money
from wallet import seals
from wallet.models import Transfer

GUARDED = ("wallet_transfer", "wallet_seal", "wallet_sealblock")


def tamper(statement: str, *parameters: Any, rows: int = 1) -> None:
    """Runs the statement with the append-only triggers lifted; it must hit so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        assert cursor.rowcount == rows
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def days_ago(days: int) -> date:
    return seals.today() - timedelta(days=days)


def at(day: date, clock: time = time(10)) -> datetime:
    """A Jakarta time of day."""
    return datetime.combine(day, clock, timezone.get_default_timezone())


def post_on(moment: datetime, how_many: int = 1, amount: int = 1_000) -> list[Transfer]:
    """Transfers from the budget into a new fund, posted as if at that moment, a microsecond apart."""
    account = money.fund()
    budget = money.ledger.singleton(money.Account.Kind.BUDGET)
    posted = [money.move(budget, account, amount) for _ in range(how_many)]
    date_to(posted, moment)
    return list(Transfer.objects.filter(pk__in=[transfer.pk for transfer in posted]).order_by("pk"))


def date_to(transfers: Sequence[Transfer], moment: datetime) -> None:
    first = transfers[0].pk
    tamper(
        "UPDATE wallet_transfer SET posted_at = %s + (id - %s) * interval '1 microsecond' WHERE id = ANY(%s)",
        moment,
        first,
        [transfer.pk for transfer in transfers],
        rows=len(transfers),
    )
