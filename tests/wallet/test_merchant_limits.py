"""A merchant's own limits, terminals and prices are decided with the payment, also when many tills pay at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from tests import money
from tests.processes import together
from tests.wallet import shops
from wallet import codes, holds, limits, redemption
from wallet.baskets import Item
from wallet.models import Merchant, MerchantUsage, Outlet, Payment, Terminal


def limited(**at_most: int) -> Merchant:
    shop = money.merchant()
    return shops.changed(shop, **{f"limit_{name}": amount for name, amount in at_most.items()}) if at_most else shop


def paid(shop: Merchant, *amounts: int) -> list[str]:
    """What becomes of payments by one wallet after another."""
    outcomes = []
    for amount in amounts:
        wallet = money.wallet()
        money.purse(wallet, amount)
        outcomes.append(money.pay(wallet, shop, amount).decline)
    return outcomes


OVER = "merchant_limit_exceeded"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at_most", "amounts", "outcomes"),
    [
        ({}, [1_000_000, 1_000_000], ["", ""]),
        ({"payment": 100}, [100, 101, 100], ["", OVER, ""]),
        ({"daily": 300}, [100, 200, 1], ["", "", OVER]),
        ({"daily": 300}, [100, 201, 200], ["", OVER, ""]),
        ({"monthly": 150}, [100, 51, 50], ["", OVER, ""]),
        ({"count": 2}, [1, 1, 1], ["", "", OVER]),
        ({"payment": 50, "daily": 60, "count": 9}, [50, 11, 10, 1], ["", OVER, "", OVER]),
    ],
)
def test_a_limit_counts_what_was_paid(at_most: dict[str, int], amounts: list[int], outcomes: list[str]) -> None:
    assert paid(limited(**at_most), *amounts) == outcomes


@pytest.mark.django_db
def test_a_new_day_gives_room_for_the_day_and_a_new_month_for_the_month() -> None:
    shop = limited(daily=100, monthly=150)
    noon = limits.today_began(timezone.now()).replace(day=10) + timedelta(hours=12)
    with time_machine.travel(noon, tick=False):
        assert paid(shop, 100, 1) == ["", OVER]
    with time_machine.travel(noon + timedelta(days=1), tick=False):
        assert paid(shop, 51, 50, 1) == [OVER, "", OVER]
    with time_machine.travel(noon + timedelta(days=31), tick=False):
        assert paid(shop, 100, 1) == ["", OVER]


@pytest.mark.django_db
def test_what_was_paid_and_held_before_the_limit_counts_once_it_is_set() -> None:
    shop, wallet = money.merchant(), money.wallet()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 100)
    money.capture(money.hold(wallet, shop, 200), 50)
    shops.changed(shop, limit_daily=350)
    assert paid(shop, 51, 50) == [OVER, ""]
    usage = MerchantUsage.objects.get()
    assert (usage.day_amount, usage.day_count, usage.month_amount) == (350, 3, 350)


@pytest.mark.django_db
def test_a_hold_counts_and_a_replayed_or_declined_payment_does_not() -> None:
    shop, wallet = limited(daily=300), money.wallet()
    money.purse(wallet, 200)
    order = money.order(shop, codes.issue(wallet).qr_content, 100, "P-1")
    assert [redemption.pay(order).pk for _ in range(3)] == [Payment.objects.get().pk] * 3
    assert money.pay(wallet, shop, 150).decline == "insufficient_funds"
    assert money.hold(wallet, shop, 100).status == "held"
    assert MerchantUsage.objects.get().day_amount == 200
    assert paid(shop, 101, 100) == [OVER, ""]


@pytest.mark.django_db
def test_a_merchant_without_limits_is_not_counted() -> None:
    shop = money.merchant()
    paid(shop, 100)
    assert not MerchantUsage.objects.exists()


def _do_pay(order: Any) -> str:
    return redemption.pay(order).decline


def _do_hold(order: Any) -> str:
    return holds.authorise(order).decline


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("at_most", [{"daily": 300}, {"count": 3}, {"monthly": 300}])
def test_tills_that_pay_at_the_same_moment_never_pass_the_limit(at_most: dict[str, int]) -> None:
    shop = limited(**at_most)
    jobs = []
    for number in range(8):
        wallet = money.wallet()
        money.purse(wallet, 100)
        order = money.order(shop, codes.issue(wallet).qr_content, 100)
        jobs.append((_do_hold if number % 2 else _do_pay, (order,)))
    told = sorted(outcome.value for outcome in together(jobs))
    assert told == ["", "", ""] + [OVER] * 5
    money.assert_books_hold()


# --- terminals ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("terminal", "decline"), [("K1", ""), ("", ""), ("K2", "terminal_unknown"), ("K3", "terminal_unknown")]
)
def test_a_merchant_with_terminals_takes_payments_from_those_at_work(terminal: str, decline: str) -> None:
    shop, wallet = shops.at_work(), money.wallet()
    Terminal.objects.create(outlet=Outlet.objects.get(merchant=shop), terminal_id="K2", active=False)
    money.purse(wallet, 1_000)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    order = redemption.PaymentOrder(**{name: getattr(order, name) for name in order.__slots__} | {"terminal": terminal})
    payment = redemption.pay(order)
    assert (payment.decline, payment.terminal_id) == (decline, terminal)


@pytest.mark.django_db
def test_a_merchant_without_terminals_takes_any() -> None:
    shop, wallet = money.merchant(), money.wallet()
    money.purse(wallet, 100)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    order = redemption.PaymentOrder(**{name: getattr(order, name) for name in order.__slots__} | {"terminal": "X"})
    assert redemption.pay(order).status == "paid"


# --- prices of regulated goods ---


@pytest.mark.django_db
@pytest.mark.parametrize(("price", "decline"), [(15_700, ""), (15_701, "item_too_dear")])
def test_a_regulated_good_is_not_sold_above_the_merchants_list(price: int, decline: str) -> None:
    shop, wallet = shops.at_work(), money.wallet()
    money.purse(wallet, 100_000)
    order = money.order(shop, codes.issue(wallet).qr_content, price)
    items = (Item("Minyakita 1 L (botol)", 1, price),)
    order = redemption.PaymentOrder(**{name: getattr(order, name) for name in order.__slots__} | {"items": items})
    payment = redemption.pay(order)
    assert payment.decline == decline
    assert payment.decline_detail == ("Minyakita 1 L (botol)" if decline else "")
