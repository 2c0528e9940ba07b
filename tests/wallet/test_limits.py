"""How much may be paid at once and in a day; the figures are settings. What may come in: see test_top_ups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import money
from wallet import holds, limits
from wallet.models import Hold, Wallet

pytestmark = pytest.mark.django_db
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def wallet(settings: Any) -> Wallet:
    """Holds 10,000; pays 400 at once and 1,000 a day at most."""
    settings.WALLET = settings.WALLET | {"payment_limit": 400, "daily_limit": 1_000}
    owner = money.wallet()
    money.purse(owner, 10_000, rules=money.terms(cash=True))
    return owner


def pay(wallet: Wallet, amount: int, mcc: str = "5411") -> str:
    made = money.pay(wallet, money.merchant(mcc), amount)
    return made.decline or made.status


def spend(wallet: Wallet, *amounts: int) -> None:
    for amount in amounts:
        assert pay(wallet, amount) == "paid"


def test_the_limit_of_one_payment_is_a_setting(wallet: Wallet, settings: Any) -> None:
    assert (pay(wallet, 401), pay(wallet, 400)) == ("limit_exceeded", "paid")
    settings.WALLET = settings.WALLET | {"payment_limit": 500}
    assert pay(wallet, 500) == "paid"


def test_the_limit_of_one_payment_holds_for_cash_and_for_holds(wallet: Wallet) -> None:
    assert pay(wallet, 401, "6010") == "limit_exceeded"
    assert money.hold(wallet, money.merchant(), 401).decline == "limit_exceeded"


def test_a_day_is_spent_to_its_last_rupiah_and_no_further(wallet: Wallet) -> None:
    spend(wallet, 400, 400)
    assert pay(wallet, 201) == "daily_limit_exceeded"
    assert pay(wallet, 200, "6010") == "paid"
    assert pay(wallet, 1) == "daily_limit_exceeded"


def test_the_limit_of_a_day_is_a_setting(wallet: Wallet, settings: Any) -> None:
    spend(wallet, 400, 400, 200)
    settings.WALLET = settings.WALLET | {"daily_limit": 1_001}
    assert (pay(wallet, 2), pay(wallet, 1)) == ("daily_limit_exceeded", "paid")


def test_what_was_refunded_may_be_spent_again_the_same_day(wallet: Wallet) -> None:
    payment = money.pay(wallet, money.merchant(), 400)
    spend(wallet, 400, 200)
    money.refund(payment, 150)
    assert (pay(wallet, 151), pay(wallet, 150)) == ("daily_limit_exceeded", "paid")


def test_a_declined_payment_spends_nothing_of_the_day(wallet: Wallet) -> None:
    assert pay(wallet, 401) == "limit_exceeded"
    spend(wallet, 400, 400, 200)


def test_a_hold_counts_as_long_as_it_may_be_captured(wallet: Wallet) -> None:
    shop = money.merchant()
    hold = money.hold(wallet, shop, 400)
    spend(wallet, 400)
    assert money.hold(wallet, shop, 201).decline == "daily_limit_exceeded"
    assert pay(wallet, 201) == "daily_limit_exceeded"
    holds.void(hold.partner, partner_reference_no=hold.partner_reference_no)
    spend(wallet, 400, 200)


def test_of_a_captured_hold_only_what_was_captured_counts(wallet: Wallet) -> None:
    hold = money.hold(wallet, money.merchant(), 400)
    money.capture(hold, 100)
    assert Hold.objects.get().status == "captured"
    spend(wallet, 400, 400, 100)
    assert pay(wallet, 1) == "daily_limit_exceeded"


def test_the_next_day_begins_at_midnight_in_jakarta(wallet: Wallet, time_machine: Any) -> None:
    evening = datetime(2031, 5, 6, 23, 59, 59, tzinfo=JAKARTA)
    time_machine.move_to(evening, tick=False)
    spend(wallet, 400, 400, 200)
    assert pay(wallet, 1) == "daily_limit_exceeded"
    time_machine.move_to(evening + timedelta(seconds=1), tick=False)
    assert pay(wallet, 400) == "paid"


def test_another_wallets_spending_does_not_count(wallet: Wallet) -> None:
    other = money.wallet()
    money.purse(other, 1_000)
    spend(other, 400, 400, 200)
    spend(wallet, 400)


def test_days_and_months_begin_where_jakarta_is() -> None:
    moment = datetime(2026, 10, 31, 17, 30, tzinfo=ZoneInfo("UTC"))  # half past midnight on 1 November
    assert limits.today_began(moment) == limits.month_began(moment) == datetime(2026, 11, 1, tzinfo=JAKARTA)
    before = moment - timedelta(hours=1)
    assert limits.month_began(before) == datetime(2026, 10, 1, tzinfo=JAKARTA)
