"""Money on its way back: refunds to the purses it came from, lapses to the fund, settlements to the bank."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import money
from wallet import ledger, purses, refunds, settlement
from wallet.errors import (
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    NotReversible,
    PaymentUnknown,
    RefundNotPossible,
    RefundTooLarge,
)
from wallet.models import Account, Merchant, Payment, Refund, Transfer, Wallet

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant()


@pytest.fixture
def payment(wallet: Wallet, shop: Merchant) -> Payment:
    """300 out of a purse of 500."""
    money.purse(wallet, 500)
    return money.pay(wallet, shop, 300)


def in_days(number: int) -> Any:
    return timezone.now() + timedelta(days=number)


def test_a_partial_refund_moves_its_amount_back(payment: Payment, wallet: Wallet, shop: Merchant) -> None:
    made = money.refund(payment, 120)
    payment.refresh_from_db()
    assert (made.amount, made.to_fund, payment.refunded) == (120, 0, 120)
    assert ([view.balance for view in purses.in_wallet(wallet)], money.balance(shop.account)) == ([320], 180)
    money.assert_books_hold()


def test_a_refund_of_no_amount_gives_back_all_that_is_left(payment: Payment) -> None:
    money.refund(payment, 120)
    assert money.refund(payment, None).amount == 180


def test_refunds_together_never_exceed_the_payment(payment: Payment, shop: Merchant) -> None:
    money.refund(payment, 200)
    with pytest.raises(RefundTooLarge) as refusal:
        money.refund(payment, 101)
    assert refusal.value.data == {"left": 100}
    money.refund(payment, 100)
    for amount in (1, None):
        with pytest.raises(RefundTooLarge):
            money.refund(payment, amount)
    assert money.balance(shop.account) == 0
    money.assert_books_hold()


@pytest.mark.parametrize("amount", [0, -1, 1.5, True])
def test_an_amount_that_is_not_whole_rupiah_is_refused(payment: Payment, amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        money.refund(payment, amount)


def test_a_declined_payment_gives_nothing_back(wallet: Wallet, shop: Merchant) -> None:
    declined = money.pay(wallet, shop, 300)
    with pytest.raises(RefundNotPossible):
        money.refund(declined, 1)


def test_a_payment_of_another_partner_is_unknown(payment: Payment) -> None:
    reference = payment.partner_reference_no
    order = refunds.RefundOrder(money.partner(), "R-1", b"h", 100, original_partner_reference_no=reference)
    with pytest.raises(PaymentUnknown):
        refunds.refund(order)


def test_a_replay_returns_the_first_refund_and_moves_nothing(payment: Payment, shop: Merchant) -> None:
    order = money.refund_order(payment, 120)
    assert refunds.refund(order).pk == refunds.refund(order).pk
    assert money.balance(shop.account) == 180


def test_a_full_refund_is_replayed_although_nothing_is_left(payment: Payment) -> None:
    order = money.refund_order(payment, None)
    assert refunds.refund(order).pk == refunds.refund(order).pk


def test_the_same_refund_number_with_another_body_or_payment_is_refused(
    payment: Payment, wallet: Wallet, shop: Merchant
) -> None:
    other = money.pay(wallet, shop, 100)
    money.refund(payment, 50, "R-1")
    for changed in (money.refund_order(payment, 51, "R-1"), money.refund_order(other, 50, "R-1")):
        with pytest.raises(IdempotencyConflict):
            refunds.refund(changed)
    assert Refund.objects.count() == 1


def test_a_merchant_that_was_settled_already_must_be_owed_enough_to_give_back(payment: Payment, shop: Merchant) -> None:
    settlement.settle(shop, DAY)
    with pytest.raises(InsufficientFunds):
        money.refund(payment, 1)
    payment.refresh_from_db()
    assert (payment.refunded, Refund.objects.count()) == (0, 0)
    money.assert_books_hold()


# --- back along the way it came ---


def test_the_purse_spent_last_is_filled_first_and_none_above_what_it_gave(wallet: Wallet, shop: Merchant) -> None:
    first = money.purse(wallet, 100, usable_until=in_days(10))
    second = money.purse(wallet, 100, usable_until=in_days(20))
    third = money.purse(wallet, 100)
    payment = money.pay(wallet, shop, 250)  # 100, 100, 50

    def balances() -> list[int]:
        return [money.balance(purse.pk) for purse in (first, second, third)]

    assert balances() == [0, 0, 50]
    money.refund(payment, 30)
    assert balances() == [0, 0, 80]
    money.refund(payment, 100)
    assert balances() == [0, 80, 100]
    money.refund(payment, None)
    assert balances() == [100, 100, 100]
    money.assert_books_hold()


def test_refunded_money_keeps_its_rules(wallet: Wallet) -> None:
    pharmacy, grocery = money.merchant("5912"), money.merchant("5411")
    money.purse(wallet, 100, mccs=["5912"])
    money.refund(money.pay(wallet, pharmacy, 100), None)
    assert money.pay(wallet, grocery, 100).decline == "not_permitted"
    assert money.pay(wallet, pharmacy, 100).status == "paid"


def test_what_came_from_an_expired_purse_goes_to_its_fund_and_the_refund_tells(
    wallet: Wallet, shop: Merchant, time_machine: Any
) -> None:
    fund = money.fund()
    expiring = money.purse(wallet, 100, usable_until=in_days(10), lapses_to=fund)
    lasting = money.purse(wallet, 100)
    payment = money.pay(wallet, shop, 150)  # 100 of the one, 50 of the other
    time_machine.move_to(in_days(10), tick=False)
    made = money.refund(payment, 70)  # 50 into the lasting purse, 20 past the expired one
    assert (made.amount, made.to_fund) == (70, 20)
    assert (money.balance(expiring.pk), money.balance(lasting.pk), money.balance(fund)) == (0, 100, 20)
    assert money.refund(payment, None).to_fund == 80
    money.assert_books_hold()


def test_an_expired_purse_without_a_fund_to_return_to_keeps_its_holders_money(
    wallet: Wallet, shop: Merchant, time_machine: Any
) -> None:
    purse = money.purse(wallet, 100, usable_until=in_days(10))
    payment = money.pay(wallet, shop, 100)
    time_machine.move_to(in_days(11), tick=False)
    assert (money.refund(payment, None).to_fund, money.balance(purse.pk)) == (0, 100)


# --- lapse ---


def test_what_is_left_in_an_expired_purse_returns_to_its_fund_once(wallet: Wallet, shop: Merchant) -> None:
    fund = money.fund()
    purse = money.purse(wallet, 100, usable_until=in_days(10), lapses_to=fund)
    money.pay(wallet, shop, 30)
    assert list(purses.lapse_due(in_days(9))) == []
    assert [transfer.amount for transfer in purses.lapse_due(in_days(11))] == [70]
    assert list(purses.lapse_due(in_days(11))) == []
    assert (money.balance(purse.pk), money.balance(fund)) == (0, 70)
    money.assert_books_hold()


def test_money_that_came_back_into_a_lapsed_purse_lapses_again(wallet: Wallet) -> None:
    fund = money.fund()
    purse = money.purse(wallet, 100, usable_until=in_days(10), lapses_to=fund)
    [lapsed] = purses.lapse_due(in_days(11))
    ledger.reverse(lapsed)
    assert money.balance(purse.pk) == 100
    assert [transfer.amount for transfer in purses.lapse_due(in_days(11))] == [100]
    assert money.balance(fund) == 100


def test_purses_whose_rest_stays_with_the_holder_do_not_lapse(wallet: Wallet) -> None:
    money.purse(wallet, 100, usable_until=in_days(10))
    money.purse(wallet, 100, lapses_to=money.fund())
    assert list(purses.lapse_due(in_days(400))) == []


# --- settlement ---


def test_a_settlement_clears_all_that_is_owed_and_a_second_finds_nothing(payment: Payment, shop: Merchant) -> None:
    settled = settlement.settle(shop, DAY)
    assert settled is not None
    assert (settled.amount, settled.status, settled.business_day) == (300, "pending", DAY)
    assert settlement.settle(shop, DAY) is None
    assert money.balance(shop.account) == 0
    money.assert_books_hold()


def test_settling_all_makes_one_settlement_for_each_merchant_that_is_owed(payment: Payment, wallet: Wallet) -> None:
    other, _unpaid = money.merchant(), money.merchant()
    money.pay(wallet, other, 50)
    assert sorted(made.amount for made in settlement.settle_all()) == [50, 300]
    assert list(settlement.settle_all()) == []


def test_a_settlement_is_paid_to_the_bank_once(payment: Payment, shop: Merchant) -> None:
    settled = settlement.settle(shop, DAY)
    assert settled is not None
    first = settlement.confirm_paid(settled)
    again = settlement.confirm_paid(settled)
    assert (first.status, again.paid_at) == ("paid", first.paid_at)
    assert money.balance(ledger.singleton(Account.Kind.BANK)) == 300
    assert money.balance(ledger.singleton(Account.Kind.SETTLEMENT)) == 0
    money.assert_books_hold()


def test_a_settlement_is_not_reversed_beside_its_row_or_the_merchant_would_be_paid_twice(
    payment: Payment, wallet: Wallet, shop: Merchant
) -> None:
    settled = settlement.settle(shop, DAY)
    assert settled is not None
    with pytest.raises(NotReversible):
        ledger.reverse(Transfer.objects.get(kind=Transfer.Kind.SETTLEMENT))
    settlement.confirm_paid(settled)
    with pytest.raises(NotReversible):
        ledger.reverse(Transfer.objects.get(kind=Transfer.Kind.PAYOUT))
    assert money.balance(shop.account) == 0


def test_a_refund_after_new_sales_comes_out_of_what_is_owed_since_the_settlement(
    payment: Payment, wallet: Wallet, shop: Merchant
) -> None:
    settlement.settle(shop, DAY)
    money.pay(wallet, shop, 200)
    money.refund(payment, 150)
    assert money.balance(shop.account) == 50
    settled = settlement.settle(shop, DAY)
    assert settled is not None
    assert settled.amount == 50
    money.assert_books_hold()


def test_refunded_money_is_spent_again(payment: Payment, wallet: Wallet, shop: Merchant) -> None:
    money.refund(payment, None)
    assert money.pay(wallet, shop, 500).status == "paid"
    money.assert_books_hold()
