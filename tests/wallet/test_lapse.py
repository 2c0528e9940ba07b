"""What is unspent returns to its fund in sets, all of it and once, and nothing that is held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import money
from wallet import ledger, purses, wallets
from wallet.errors import IdempotencyConflict, InsufficientFunds, InvalidAmount
from wallet.models import Account, Purse, Transfer
from wallet.tasks import lapse_purses

pytestmark = pytest.mark.django_db


@pytest.fixture
def expired() -> datetime:
    return timezone.now() - timedelta(seconds=1)


def hold(purse: Purse, amount: int) -> None:
    Account.objects.filter(pk=purse.pk).update(held=F("held") + amount)


def test_a_batch_is_a_handful_of_statements_however_many_purses(expired: datetime) -> None:
    fund, rules = money.fund(), money.terms()
    rules.lapses_to = fund
    rules.save()
    source = money.fund(30)
    grants = [ledger.Grant(f"g{n}", money.wallet().pk, 1) for n in range(30)]
    ledger.open_purses(source.pk, rules, "Bantuan", expired - timedelta(days=1), expired, grants)
    with CaptureQueriesContext(connection) as asked:
        assert len(list(purses.lapse_due())) == 30
    assert len(asked) <= 14  # savepoints included
    assert money.balance(fund) == 30
    money.assert_books_hold()


def test_what_is_held_stays_and_follows_when_its_hold_has_ended(expired: datetime) -> None:
    fund = money.fund()
    purse = money.purse(money.wallet(), 100, lapses_to=fund, usable_until=expired)
    hold(purse, 30)
    [first] = purses.lapse_due()
    assert (first.amount, first.key) == (70, f"lapse:{purse.pk}:0")
    assert list(purses.lapse_due()) == []
    hold(purse, -30)
    [second] = purses.lapse_due()
    assert (second.amount, second.key, money.balance(fund)) == (30, f"lapse:{purse.pk}:1", 100)
    money.assert_books_hold()


def test_purses_without_a_fund_to_return_to_keep_their_money(expired: datetime) -> None:
    purse = money.purse(money.wallet(), 100, usable_until=expired)
    assert list(purses.lapse_due()) == []
    assert money.balance(purse.pk) == 100


def test_a_frozen_wallets_money_lapses_too(expired: datetime) -> None:
    fund, wallet = money.fund(), money.wallet()
    money.purse(wallet, 100, lapses_to=fund, usable_until=expired)
    wallets.freeze(wallet, "HP hilang")
    assert [transfer.amount for transfer in purses.lapse_due()] == [100]


def test_batches_go_on_where_the_last_one_ended(expired: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purses, "LAPSE_BATCH", 2)
    fund = money.fund()
    for _ in range(5):
        money.purse(money.wallet(), 10, lapses_to=fund, usable_until=expired)
    assert [len(transfers) for transfers in purses.lapse_in_batches()] == [2, 2, 1]
    assert lapse_purses() == 0


def test_a_sweep_refuses_what_a_post_would(expired: datetime) -> None:
    fund = money.fund()
    purse = money.purse(money.wallet(), 100, lapses_to=fund, usable_until=expired)

    def leg(amount: Any, key: str = "k") -> ledger.Leg:
        return ledger.Leg(purse.pk, fund.pk, amount, Transfer.Kind.LAPSE, key)

    for amount in (0, -1, 1.0, True):
        with pytest.raises(InvalidAmount):
            ledger.sweep([leg(amount)])
    for legs in ([leg(101)], [leg(60, "a"), leg(41, "b")]):
        with pytest.raises(InsufficientFunds), transaction.atomic():
            ledger.sweep(legs)
    hold(purse, 50)
    with pytest.raises(InsufficientFunds), transaction.atomic():
        ledger.sweep([leg(51)])
    assert [transfer.amount for transfer in ledger.sweep([leg(30, "a"), leg(20, "b")])] == [30, 20]
    hold(purse, -50)
    with pytest.raises(IdempotencyConflict), transaction.atomic():
        ledger.sweep([leg(10, "a")])
    assert ledger.sweep([]) == []
    assert (money.balance(purse.pk), money.balance(fund)) == (50, 50)
    money.assert_books_hold()


# --- what will lapse ---


def test_lapsing_tells_what_returns_within_the_time_and_how_much() -> None:
    now, fund, wallet = timezone.now(), money.fund(), money.wallet()
    days = {"soon": 3, "later": 6, "too late": 8, "gone": -1}
    made = {
        name: money.purse(wallet, 100, lapses_to=fund, usable_until=now + timedelta(days=day))
        for name, day in days.items()
    }
    money.purse(wallet, 100, usable_until=now + timedelta(days=3))  # stays the holder's
    hold(made["later"], 40)
    hold(money.purse(wallet, 100, lapses_to=fund, usable_until=now + timedelta(days=3)), 100)
    found = purses.lapsing(timedelta(days=7), now)
    assert [(purse.pk, purse.unspent) for purse in found] == [(made["soon"].pk, 100), (made["later"].pk, 60)]


def test_the_wallets_balance_tells_book_held_and_usable() -> None:
    wallet = money.wallet()
    hold(money.purse(wallet, 100), 30)
    money.purse(wallet, 50, usable_from=timezone.now() + timedelta(days=1))
    views = purses.in_wallet(wallet)
    assert purses.balance(views) == purses.WalletBalance(book=150, held=30, usable=70)
    wallets.freeze(wallet, "HP hilang")
    wallet.refresh_from_db()
    assert purses.balance(purses.in_wallet(wallet)) == purses.WalletBalance(book=150, held=30, usable=0)
    assert purses.balance([]) == purses.WalletBalance(0, 0, 0)
