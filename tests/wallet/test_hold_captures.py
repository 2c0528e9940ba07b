"""Captures pay the merchant out of what is held, in its order and never more, whatever has changed since."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import money
from wallet import holds, redemption, settlement, wallets
from wallet.errors import CaptureTooLarge, HoldEnded, IdempotencyConflict, MerchantSuspended
from wallet.models import Merchant, Purse, Wallet

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant()


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def test_captures_take_the_parts_in_their_order_and_never_more_than_the_hold(wallet: Wallet, shop: Merchant) -> None:
    soon, late, timeless = (
        money.purse(wallet, 100, usable_until=days(10)),
        money.purse(wallet, 100, usable_until=days(20)),
        money.purse(wallet, 100),
    )
    hold = money.hold(wallet, shop, 250)
    money.capture(hold, 60, final=False)
    assert money.held_in(soon, late, timeless) == [(40, 40), (100, 100), (100, 50)]
    second = money.capture(hold, 90, final=False)
    assert money.held_in(soon, late, timeless) == [(0, 0), (50, 50), (100, 50)]
    assert list(second.transfers.order_by("pk").values_list("debit", "amount", "kind")) == [
        (soon.pk, 40, "redemption"),
        (late.pk, 50, "redemption"),
    ]
    with pytest.raises(CaptureTooLarge) as refusal:
        money.capture(hold, 101, final=False)
    assert refusal.value.data == {"left": 100}
    money.capture(hold, 100, final=False)
    assert money.held_in(soon, late, timeless) == [(0, 0), (0, 0), (50, 0)]
    hold.refresh_from_db()
    assert (hold.status, hold.captured) == ("captured", 250)
    money.assert_books_hold()


def test_a_capture_is_a_payment_of_the_holds_merchant_and_wallet(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    made = money.capture(hold, 120, "C-1", final=False)
    found = redemption.find(shop.partner, partner_reference_no="C-1")
    assert (found.pk, found.status, found.hold, found.merchant, found.wallet, found.code) == (
        made.pk,
        "paid",
        hold,
        shop,
        wallet,
        None,
    )
    assert found.amount == 120
    money.capture(hold, 80)
    settled = settlement.settle(shop, timezone.localdate())
    assert settled is not None
    assert settled.amount == 200


def test_a_refund_of_a_capture_goes_back_to_the_purses_and_not_into_the_hold(wallet: Wallet, shop: Merchant) -> None:
    soon, timeless = money.purse(wallet, 100, usable_until=days(10)), money.purse(wallet, 200)
    hold = money.hold(wallet, shop, 250)
    captured = money.capture(hold, 150, final=False)
    money.refund(captured, 70)
    assert money.held_in(soon, timeless) == [(20, 0), (200, 100)]
    hold.refresh_from_db()
    assert (hold.captured, hold.status) == (150, "held")
    with pytest.raises(CaptureTooLarge):
        money.capture(hold, 101)
    money.assert_books_hold()


def test_a_wallet_frozen_after_the_hold_pays_what_it_promised_and_no_more(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    wallets.freeze(wallet, "kartu hilang")
    assert money.capture(hold, 250).status == "paid"
    money.assert_books_hold()


def test_a_merchant_suspended_after_the_hold_is_paid_once_it_is_active_again(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    hold, other = money.hold(wallet, shop, 300), money.hold(wallet, shop, 100)
    money.suspend(shop)
    with pytest.raises(MerchantSuspended):
        money.capture(hold, 300)
    assert money.held_in(purse) == [(500, 400)]
    assert holds.void(shop.partner, reference_no=other.reference_no).status == "voided"
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.ACTIVE)
    assert money.capture(hold, 300).status == "paid"
    money.assert_books_hold()


def test_a_capture_comes_out_of_its_purses_wherever_these_are_by_now(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    Purse.objects.filter(pk=purse.pk).update(wallet=money.wallet())  # as a succession leaves it
    money.capture(hold, 200)
    assert money.held_in(purse) == [(300, 0)]
    money.assert_books_hold()


# --- replay ---


def test_a_capture_sent_again_returns_the_first_payment_although_the_hold_has_ended(
    wallet: Wallet, shop: Merchant, time_machine: Any
) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    partial, last = money.capture_order(hold, 100, final=False), money.capture_order(hold, 150)
    made = [holds.capture(partial), holds.capture(last)]
    time_machine.move_to(days(3), tick=False)
    money.suspend(shop)
    assert [holds.capture(order).pk for order in (partial, last)] == [payment.pk for payment in made]
    assert money.balance(shop.account) == 250
    money.assert_books_hold()


def test_a_capture_number_that_was_used_for_anything_else_is_refused(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 1_000)
    hold, other = money.hold(wallet, shop, 300), money.hold(wallet, shop, 300)
    made = money.capture(hold, 100, "C-1", final=False)
    money.pay(wallet, shop, 10, "P-1")
    for changed in (
        money.capture_order(hold, 101, "C-1", final=False),
        money.capture_order(hold, 100, "C-1"),
        money.capture_order(other, 100, "C-1", final=False),
        replace(money.capture_order(other, 100, "C-1"), request_hash=made.request_hash),  # the hash left the hold out
        money.capture_order(hold, 10, "P-1"),
    ):
        with pytest.raises(IdempotencyConflict):
            holds.capture(changed)
    with pytest.raises(IdempotencyConflict):
        money.pay(wallet, shop, 100, "C-1")
    hold.refresh_from_db()
    assert (hold.captured, money.balance(shop.account)) == (100, 110)
    money.assert_books_hold()


# --- any amounts ---


class _UndoneError(Exception):
    pass


@hypothesis_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_captures_of_any_hold_follow_one_line_of_rupiah(db: None, data: st.DataObject) -> None:
    """The model: each rupiah of the hold, in the order of spending, named by its purse. Captures walk along it."""
    amounts = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=4))
    amount = data.draw(st.integers(1, sum(amounts)))
    with contextlib.suppress(_UndoneError), transaction.atomic():
        wallet, shop = money.wallet(), money.merchant()
        chosen = [money.purse(wallet, rupiah, usable_until=days(2 + n)) for n, rupiah in enumerate(amounts)]
        hold = money.hold(wallet, shop, amount)
        line = [purse for purse, rupiah in zip(chosen, amounts, strict=True) for _ in range(rupiah)][:amount]
        left, open_ = {purse.pk: rupiah for purse, rupiah in zip(chosen, amounts, strict=True)}, True
        at = 0
        for wanted, final in data.draw(st.lists(st.tuples(st.integers(1, 80), st.booleans()), max_size=5)):
            if not open_ or at + wanted > amount:
                with pytest.raises(CaptureTooLarge if open_ else HoldEnded):
                    money.capture(hold, wanted, final=final)
                continue
            made = money.capture(hold, wanted, final=final)
            gave: dict[int, int] = {}
            for purse in line[at : at + wanted]:
                gave[purse.pk] = gave.get(purse.pk, 0) + 1
                left[purse.pk] -= 1
            assert dict(made.transfers.values_list("debit", "amount")) == gave
            at += wanted
            open_ = not final and at < amount
            held = [sum(one == purse for one in line[at:]) if open_ else 0 for purse in chosen]
            assert money.held_in(*chosen) == [(left[purse.pk], kept) for purse, kept in zip(chosen, held, strict=True)]
        if open_ and data.draw(st.booleans()):
            holds.void(shop.partner, reference_no=hold.reference_no)
            assert money.held_in(*chosen) == [(left[purse.pk], 0) for purse in chosen]
        hold.refresh_from_db()
        assert (hold.captured, money.balance(shop.account)) == (at, at)
        money.assert_books_hold()
        raise _UndoneError
