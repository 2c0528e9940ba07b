"""A payment takes what may be spent at this merchant now, earliest expiry first, and its answer is kept for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import money
from wallet import codes, purses, redemption, wallets
from wallet.errors import IdempotencyConflict, InvalidAmount, MerchantUnknown, PaymentUnknown, WalletInactive
from wallet.models import Merchant, Payment, PaymentCode, Purse, Transfer, Wallet

pytestmark = pytest.mark.django_db
FOOD, MEDICINE = "5411", "5912"


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant(FOOD)


def days(number: float) -> Any:
    return timezone.now() + timedelta(days=number)


def left_in(*chosen: Purse) -> list[int]:
    return [money.balance(purse.pk) for purse in chosen]


# --- which purses ---


def test_a_payment_moves_the_amount_from_the_purse_to_the_merchant(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    payment = money.pay(wallet, shop, 300)
    assert (payment.status, payment.decline, payment.wallet, payment.merchant) == ("paid", "", wallet, shop)
    assert (left_in(purse), money.balance(shop.account)) == ([200], 300)
    money.assert_books_hold()


def test_the_purse_that_expires_first_is_spent_first_and_the_timeless_one_last(wallet: Wallet, shop: Merchant) -> None:
    timeless = money.purse(wallet, 100)
    late = money.purse(wallet, 100, usable_until=days(20))
    soon = money.purse(wallet, 100, usable_until=days(10))
    money.pay(wallet, shop, 150)
    assert left_in(soon, late, timeless) == [0, 50, 100]
    money.pay(wallet, shop, 100)
    assert left_in(soon, late, timeless) == [0, 0, 50]
    assert [purse.account_id for purse in purses.in_wallet(wallet)] == [timeless.pk]


def test_of_purses_with_the_same_expiry_the_older_is_spent_first(wallet: Wallet, shop: Merchant) -> None:
    moment = days(5)
    older, newer = (money.purse(wallet, 100, usable_until=moment) for _ in range(2))
    money.pay(wallet, shop, 60)
    assert left_in(older, newer) == [40, 100]


def test_a_purse_is_spent_only_in_its_merchant_categories(wallet: Wallet, shop: Merchant) -> None:
    food = money.purse(wallet, 100, mccs=[FOOD, "5422"])
    medicine = money.purse(wallet, 100, mccs=[MEDICINE], usable_until=days(1))
    money.pay(wallet, shop, 100)
    assert left_in(food, medicine) == [0, 100]
    declined = money.pay(wallet, shop, 100)
    assert (declined.status, declined.decline) == ("declined", "not_permitted")
    assert money.pay(wallet, money.merchant(MEDICINE), 100).status == "paid"


def test_cash_is_given_only_for_purses_that_allow_it(wallet: Wallet) -> None:
    counter = money.merchant("6010")
    money.purse(wallet, 100)
    assert money.pay(wallet, counter, 50).decline == "not_permitted"
    money.purse(wallet, 100, rules=money.terms(cash=True))
    assert money.pay(wallet, counter, 100).status == "paid"
    assert money.pay(wallet, counter, 1).decline == "not_permitted"


def test_a_till_does_not_learn_how_much_the_purses_hold_that_it_may_not_touch(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 60, mccs=[FOOD])
    money.purse(wallet, 40, mccs=[MEDICINE])
    assert money.pay(wallet, shop, 61).decline == "not_permitted"
    assert money.pay(wallet, shop, 100).decline == "not_permitted"
    assert money.pay(wallet, shop, 101).decline == "not_permitted"
    assert money.pay(wallet, shop, 9_000_000).decline == "not_permitted"
    assert money.balance(shop.account) == 0


def test_a_code_is_spent_after_three_declines(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 100)
    code = codes.issue(wallet).qr_content
    tried = [redemption.pay(money.order(shop, code, amount)).decline for amount in (400, 200, 150, 100)]
    assert tried == ["insufficient_funds"] * 3 + ["code_used"]
    assert money.pay(wallet, shop, 100).status == "paid"


def test_money_whose_time_has_not_come_is_not_spent(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 100, usable_from=days(1))
    assert money.pay(wallet, shop, 1).decline == "insufficient_funds"
    assert left_in(purse) == [100]
    assert [view.usable_now for view in purses.in_wallet(wallet)] == [False]


def test_money_whose_time_is_over_is_not_spent(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 100, usable_until=days(0))
    assert money.pay(wallet, shop, 1).decline == "insufficient_funds"
    assert left_in(purse) == [100]


# --- declines ---


@pytest.mark.parametrize("qr_content", ["", "NOSUCHCODE", "X" * 500])
def test_an_unknown_code_is_declined(shop: Merchant, qr_content: str) -> None:
    payment = redemption.pay(money.order(shop, qr_content, 100))
    assert (payment.status, payment.decline, payment.wallet, payment.code) == ("declined", "code_unknown", None, None)


def test_a_used_code_is_declined(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet).qr_content
    assert redemption.pay(money.order(shop, code, 100)).status == "paid"
    assert redemption.pay(money.order(shop, code, 100)).decline == "code_used"
    assert money.balance(shop.account) == 100


def test_a_code_pays_until_the_moment_it_expires(wallet: Wallet, shop: Merchant, time_machine: Any) -> None:
    money.purse(wallet, 500)
    first, second = codes.issue(wallet), codes.issue(wallet)
    time_machine.move_to(first.expires_at - timedelta(seconds=1), tick=False)
    assert redemption.pay(money.order(shop, first.qr_content, 100)).status == "paid"
    time_machine.move_to(second.expires_at, tick=False)
    assert redemption.pay(money.order(shop, second.qr_content, 100)).decline == "code_expired"


def test_a_code_pays_up_to_its_ceiling(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet, ceiling=200).qr_content
    assert redemption.pay(money.order(shop, code, 201)).decline == "code_ceiling"
    assert redemption.pay(money.order(shop, code, 200)).status == "paid"


def test_a_payment_above_the_limit_is_declined(wallet: Wallet, shop: Merchant, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"payment_limit": 100}
    money.purse(wallet, 500)
    assert money.pay(wallet, shop, 101).decline == "limit_exceeded"
    assert money.pay(wallet, shop, 100).status == "paid"


def test_a_frozen_wallet_does_not_pay_until_it_is_unfrozen(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet).qr_content
    wallets.freeze(wallet, "laporan kehilangan")
    assert redemption.pay(money.order(shop, code, 100)).decline == "wallet_inactive"
    wallets.unfreeze(wallet, "selesai")
    assert redemption.pay(money.order(shop, code, 100)).status == "paid"


def test_a_suspended_merchant_is_declined(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.SUSPENDED)
    assert money.pay(wallet, shop, 100).decline == "merchant_suspended"


def test_a_decline_moves_nothing_spends_no_code_and_is_kept_for_good(wallet: Wallet, shop: Merchant) -> None:
    code = codes.issue(wallet).qr_content
    order = money.order(shop, code, 100)
    declined = redemption.pay(order)
    assert declined.decline == "insufficient_funds"
    money.purse(wallet, 500)
    again = redemption.pay(order)  # the money is there by now; the answer stays what it was
    assert (again.pk, again.status, again.decline) == (declined.pk, "declined", "insufficient_funds")
    assert not Transfer.objects.filter(payment=declined).exists()
    assert redemption.pay(money.order(shop, code, 100)).status == "paid"  # a new order may use the same code


# --- refusals that keep nothing ---


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "100", 10**16])
def test_an_amount_that_is_not_whole_rupiah_keeps_nothing(shop: Merchant, amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        redemption.pay(money.order(shop, "X", amount))
    assert not Payment.objects.exists()


def test_a_merchant_of_another_partner_is_unknown(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet).qr_content
    hash_ = money.order(shop, code, 100).request_hash
    stranger = redemption.PaymentOrder(money.partner(), shop.merchant_id, code, 100, "R", "E", hash_)
    with pytest.raises(MerchantUnknown):
        redemption.pay(stranger)
    assert not Payment.objects.exists()


# --- replay ---


def test_a_replay_returns_the_first_payment_and_moves_nothing(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    first = redemption.pay(order)
    again = redemption.pay(order)
    assert (again.pk, again.reference_no, again.status) == (first.pk, first.reference_no, "paid")
    assert money.balance(shop.account) == 100


def test_the_same_reference_with_another_body_is_refused(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet).qr_content
    redemption.pay(money.order(shop, code, 100, "REF-1"))
    for changed in (
        money.order(shop, code, 101, "REF-1"),
        money.order(shop, codes.issue(wallet).qr_content, 100, "REF-1"),
        money.order(money.merchant(of=shop.partner), code, 100, "REF-1"),
    ):
        with pytest.raises(IdempotencyConflict):
            redemption.pay(changed)
    assert Payment.objects.count() == 1


def test_two_partners_may_use_the_same_reference(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    payments = [money.pay(wallet, at, 100, "REF-1") for at in (shop, money.merchant())]
    assert [payment.status for payment in payments] == ["paid", "paid"]


# --- looking up ---


def test_a_payment_is_found_by_each_of_its_numbers_by_its_own_partner_only(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    payment, stranger = money.pay(wallet, shop, 100), money.partner()
    numbers = {
        "partner_reference_no": payment.partner_reference_no,
        "reference_no": payment.reference_no,
        "external_id": payment.external_id,
    }
    assert redemption.find(shop.partner, **numbers) == payment
    for name, value in numbers.items():
        assert redemption.find(shop.partner, **{name: value}) == payment
        with pytest.raises(PaymentUnknown):
            redemption.find(stranger, **{name: value})
        with pytest.raises(PaymentUnknown):
            redemption.find(shop.partner, **(numbers | {name: "other"}))
    with pytest.raises(PaymentUnknown):
        redemption.find(shop.partner)


# --- codes ---


def test_the_table_of_codes_holds_a_digest_and_not_the_code(wallet: Wallet) -> None:
    issued = codes.issue(wallet)
    row = PaymentCode.objects.values().get()
    assert len(issued.qr_content) == codes.LENGTH
    assert issued.qr_content not in str(row)
    assert issued.qr_content.encode() not in bytes(row["digest"])
    assert bytes(row["digest"]) == codes.digest(issued.qr_content)


def test_the_digest_depends_on_the_pepper(settings: Any) -> None:
    before = codes.digest("CODE")
    settings.PIN_PEPPER = bytes(32)
    assert codes.digest("CODE") != before


def test_codes_are_drawn_anew_each_time(wallet: Wallet) -> None:
    drawn = {codes.issue(wallet).qr_content for _ in range(50)}
    assert len(drawn) == 50
    assert set("".join(drawn)) <= set(codes.ALPHABET)


@pytest.mark.parametrize("ceiling", [0, -1, 1.5])
def test_a_ceiling_is_whole_rupiah_above_zero(wallet: Wallet, ceiling: Any) -> None:
    with pytest.raises(InvalidAmount):
        codes.issue(wallet, ceiling=ceiling)


def test_a_frozen_wallet_gets_no_code(wallet: Wallet) -> None:
    wallets.freeze(wallet, "sengketa")
    with pytest.raises(WalletInactive):
        codes.issue(wallet)


# --- what the holder reads ---


def test_the_history_tells_what_came_and_went_newest_first(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    money.refund(money.pay(wallet, shop, 300), 100)
    entries = purses.history(wallet)
    assert [(entry.kind, entry.amount) for entry in entries] == [
        ("refund", 100),
        ("redemption", -300),
        ("disbursement", 500),
    ]
    assert entries[1].merchant == shop.name
    assert purses.history(wallet, before=entries[0].id, limit=1) == [entries[1]]


def test_a_wallets_history_shows_nothing_of_another(wallet: Wallet) -> None:
    money.purse(money.wallet(), 500)
    assert purses.history(wallet) == []
