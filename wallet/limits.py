"""What may be paid, held and received at most. The figures are regulation and policy: settings.WALLET holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wallet.errors import BalanceLimitExceeded, LimitExceeded, MonthlyLimitExceeded
from wallet.ledger import GrantQuery
from wallet.models import Wallet


def today_began(moment: datetime) -> datetime:
    """Midnight in Jakarta before the moment."""
    return _midnight(timezone.localtime(moment).date())


@lru_cache(maxsize=8)
def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def month_began(moment: datetime) -> datetime:
    """Midnight in Jakarta at the beginning of the moment's month."""
    return today_began(moment).replace(day=1)


def for_redemption(moment: datetime) -> tuple[int, int, datetime, int]:
    """The composite ``wallet_limits`` of wallet/sql: rupiah a payment, rupiah a day, since when, declines a code."""
    rules = settings.WALLET
    return rules["payment_limit"], rules["daily_limit"], today_began(moment), rules["code_declines"]


def exceeded(arriving: GrantQuery | Mapping[int, int], moment: datetime) -> dict[int, str]:
    """Wallets that may not receive what is about to arrive, each with the code of the error that says why.

    `arriving` is rupiah by wallet id, or grants as a query: what several grants bring one wallet counts together. A
    wallet holds all that its purses hold. It received the disbursements and top-ups since the month began in Jakarta; what
    was reversed, what a refund gave back, and what another had received before passing it on, did not come in. One statement
    for any number of wallets; certain only for those whose lock the caller holds.
    """
    if not isinstance(arriving, GrantQuery):
        columns = [[""] * len(arriving), list(arriving), list(arriving.values())]
        arriving = GrantQuery("SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])", columns)
    balance, monthly = settings.WALLET["balance_limit"], settings.WALLET["monthly_limit"]
    with connection.cursor() as cursor:
        # A wallet's first purse can only be too much by itself, and a programme's first batch is nothing but such: those are
        # let go before anything is summed. Each wallet and each purse is looked up by its indexes: OFFSET 0, here and in
        # EXISTS, keeps the planner from reading whole tables instead, which it did where nobody had analysed them yet.
        cursor.execute(
            f"""
            WITH sums AS MATERIALIZED (
                SELECT g.wallet, sum(g.amount) AS amount FROM ({arriving.sql}) AS g (key, wallet, amount) GROUP BY g.wallet
            ), known AS MATERIALIZED (
                SELECT wallet, amount, EXISTS (SELECT FROM wallet_purse WHERE wallet_id = wallet OFFSET 0) AS has_purse FROM sums
            ), arriving AS MATERIALIZED (SELECT wallet, amount FROM known WHERE has_purse OR amount > %s)
            SELECT arriving.wallet, CASE WHEN has.kept + arriving.amount > allowed.balance THEN %s ELSE %s END
            FROM arriving CROSS JOIN LATERAL (
                SELECT CASE WHEN registered THEN %s ELSE %s END AS balance,
                       CASE WHEN registered THEN %s ELSE %s END AS monthly
                FROM wallet_wallet WHERE id = arriving.wallet OFFSET 0) allowed
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(purse_has.kept), 0) AS kept, coalesce(sum(purse_has.got), 0) AS got
                FROM wallet_purse purse CROSS JOIN LATERAL (
                    SELECT account.balance AS kept, (
                        SELECT coalesce(sum(came.amount), 0) FROM wallet_transfer came
                        WHERE came.credit_id = account.id
                          AND came.kind IN ('disbursement', 'top_up') AND came.posted_at >= greatest(%s, (
                              SELECT max(created_at) FROM wallet_succession
                              WHERE successor_id = purse.wallet_id AND account.id = ANY (purses)))
                          AND NOT EXISTS (SELECT FROM wallet_transfer back WHERE back.reverses_id = came.id)) AS got
                    FROM wallet_account account WHERE account.id = purse.account_id OFFSET 0) purse_has
                WHERE purse.wallet_id = arriving.wallet) has
            WHERE has.kept + arriving.amount > allowed.balance OR has.got + arriving.amount > allowed.monthly
            """,  # noqa: S608
            [
                *arriving.parameters,
                min(*balance.values(), *monthly.values()),
                BalanceLimitExceeded.code,
                MonthlyLimitExceeded.code,
                balance["registered"],
                balance["unregistered"],
                monthly["registered"],
                monthly["unregistered"],
                month_began(moment),
            ],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Room:
    """Rupiah that a wallet may still receive: before it holds all it may hold, and before the month's end in Jakarta."""

    balance: int
    month: int


def room(wallet: Wallet, moment: datetime) -> Room:
    """What is left of both limits, never below zero. Told, not promised: only a lock on the wallet keeps it true."""
    kind = _kind(wallet)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(account.balance), 0), coalesce(sum(got.amount), 0)
            FROM wallet_purse purse JOIN wallet_account account ON account.id = purse.account_id
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(came.amount), 0) AS amount FROM wallet_transfer came
                WHERE came.credit_id = account.id
                  AND came.kind IN ('disbursement', 'top_up') AND came.posted_at >= greatest(%s, (
                      SELECT max(created_at) FROM wallet_succession
                      WHERE successor_id = purse.wallet_id AND account.id = ANY (purses)))
                  AND NOT EXISTS (SELECT FROM wallet_transfer back WHERE back.reverses_id = came.id)) got
            WHERE purse.wallet_id = %s
            """,
            [month_began(moment), wallet.pk],
        )
        kept, got = cursor.fetchone()
    allowed = settings.WALLET["balance_limit"][kind], settings.WALLET["monthly_limit"][kind]
    return Room(max(allowed[0] - int(kept), 0), max(allowed[1] - int(got), 0))


def check_top_up(wallet: Wallet, amount: int) -> None:
    """Returns unless the rupiah are more than such a wallet may hold at any time: then no wallet could take them.

    Raises LimitExceeded.
    """
    most: int = settings.WALLET["balance_limit"][_kind(wallet)]
    if amount > most:
        raise LimitExceeded(limit=most)


def check_incoming(wallet: Wallet, amount: int, moment: datetime) -> None:
    """Returns if the wallet, which the caller has locked, may receive the rupiah. Raises Balance-, MonthlyLimitExceeded."""
    reason = exceeded({wallet.pk: amount}, moment).get(wallet.pk)
    kind = _kind(wallet)
    if reason == BalanceLimitExceeded.code:
        raise BalanceLimitExceeded(limit=settings.WALLET["balance_limit"][kind])
    if reason == MonthlyLimitExceeded.code:
        raise MonthlyLimitExceeded(limit=settings.WALLET["monthly_limit"][kind])


def _kind(wallet: Wallet) -> str:
    return "registered" if wallet.registered else "unregistered"
