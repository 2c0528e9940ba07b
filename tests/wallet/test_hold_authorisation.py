"""A hold promises purse money to a merchant, within the rules of a payment, and nobody else takes it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import money
from wallet import codes, holds, ledger, purses, redemption, tasks, wallets
from wallet.errors import IdempotencyConflict, InsufficientFunds, InvalidAmount, MerchantUnknown
from wallet.models import Hold, Merchant, Payment, PurseTerms, Transfer, Wallet

pytestmark = pytest.mark.django_db
FOOD, MEDICINE, CASH = "5411", "5912", "6010"
LIFETIME = timedelta(hours=24)


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant(FOOD)


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


def parts_of(hold: Hold) -> list[tuple[int, int, int]]:
    """Purse, amount and captured of each part, in their order."""
    return list(hold.parts.order_by("number").values_list("purse_id", "amount", "captured"))


# --- authorise ---


def test_a_hold_reserves_and_moves_nothing(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    before = timezone.now()
    hold = money.hold(wallet, shop, 300)
    assert (hold.status, hold.decline, hold.wallet, hold.merchant, hold.captured) == ("held", "", wallet, shop, 0)
    assert before + LIFETIME <= hold.expires_at <= timezone.now() + LIFETIME
    assert hold.ended_at is None
    assert (money.held_in(purse), parts_of(hold)) == ([(500, 300)], [(purse.pk, 300, 0)])
    assert money.balance(shop.account) == 0
    assert not Transfer.objects.filter(debit=purse.pk).exists()
    money.assert_books_hold()


def test_what_is_held_is_not_paid_nor_held_again_nor_shown_as_usable(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    money.hold(wallet, shop, 300)
    assert [(view.balance, view.usable) for view in purses.in_wallet(wallet)] == [(500, 200)]
    assert money.pay(wallet, shop, 201).decline == "insufficient_funds"
    assert money.hold(wallet, shop, 201).decline == "insufficient_funds"
    assert money.pay(wallet, shop, 150).status == "paid"
    assert money.hold(wallet, shop, 50).status == "held"
    assert money.pay(wallet, shop, 1).decline == "insufficient_funds"
    money.assert_books_hold()


def test_the_purse_that_expires_first_is_reserved_first(wallet: Wallet, shop: Merchant) -> None:
    timeless = money.purse(wallet, 100)
    late = money.purse(wallet, 100, usable_until=days(20))
    soon = money.purse(wallet, 100, usable_until=days(10))
    hold = money.hold(wallet, shop, 250)
    assert parts_of(hold) == [(soon.pk, 100, 0), (late.pk, 100, 0), (timeless.pk, 50, 0)]


ENDS = [  # the purses' expiry in hours, the amount out of 100 each, and after how many hours the hold ends
    ([None], 100, 24),
    ([30], 100, 24),
    ([2], 100, 2),
    ([2, 5], 150, 2),
    ([None, 3], 150, 3),
    ([None, 3], 50, 3),
    ([30, 23], 10, 23),
]


@pytest.mark.parametrize(("expiries", "amount", "hours"), ENDS)
def test_a_hold_ends_with_the_first_of_its_purses_to_expire(
    wallet: Wallet, shop: Merchant, time_machine: Any, expiries: list[int | None], amount: int, hours: int
) -> None:
    time_machine.move_to(timezone.now(), tick=False)
    for hour in expiries:
        money.purse(wallet, 100, usable_until=None if hour is None else timezone.now() + timedelta(hours=hour))
    assert money.hold(wallet, shop, amount).expires_at == timezone.now() + timedelta(hours=hours)


def test_how_long_a_hold_lasts_is_a_setting(wallet: Wallet, shop: Merchant, settings: Any, time_machine: Any) -> None:
    settings.WALLET = settings.WALLET | {"hold_lifetime": timedelta(minutes=7)}
    time_machine.move_to(timezone.now(), tick=False)
    money.purse(wallet, 100)
    assert money.hold(wallet, shop, 100).expires_at == timezone.now() + timedelta(minutes=7)


def rules(**fields: Any) -> PurseTerms:
    return PurseTerms.objects.create(name=money.unique("terms"), **fields)


RULES = [  # a purse's terms or time, the merchant's category and region, and the answer
    ({"mccs": [FOOD]}, {}, FOOD, "", ""),
    ({"mccs": [FOOD]}, {}, MEDICINE, "", "not_permitted"),
    ({}, {}, CASH, "", "not_permitted"),
    ({"cash_allowed": True}, {}, CASH, "", ""),
    ({"regions": ["31.74"]}, {}, FOOD, "31.74.01.1001", ""),
    ({"regions": ["31.74"]}, {}, FOOD, "31.7", "not_permitted"),
    ({"regions": ["31.74"]}, {}, FOOD, "31.71.01.1001", "not_permitted"),
    ({"regions": ["31.74"]}, {}, FOOD, "", "not_permitted"),
    ({}, {"usable_from": 1}, FOOD, "", "insufficient_funds"),
    ({}, {"usable_until": -0.001}, FOOD, "", "insufficient_funds"),
]


@pytest.mark.parametrize(("terms", "times", "mcc", "region", "decline"), RULES)
def test_a_hold_follows_the_rules_of_the_purses(
    wallet: Wallet, terms: dict[str, Any], times: dict[str, float], mcc: str, region: str, decline: str
) -> None:
    purse = money.purse(wallet, 100, rules=rules(**terms), **{name: days(number) for name, number in times.items()})
    shop = money.merchant(mcc)
    Merchant.objects.filter(pk=shop.pk).update(region=region)
    hold = money.hold(wallet, shop, 100)
    assert (hold.status, hold.decline) == ("declined" if decline else "held", decline)
    assert money.held_in(purse) == [(100, 0 if decline else 100)]


def test_a_hold_of_a_cash_merchant_is_captured_as_a_cash_out(wallet: Wallet) -> None:
    money.purse(wallet, 100, rules=rules(cash_allowed=True))
    captured = money.capture(money.hold(wallet, money.merchant(CASH), 100), 60)
    assert [transfer.kind for transfer in captured.transfers.all()] == ["cash_out"]


# --- declines ---


def _used(code: codes.IssuedCode, wallet: Wallet, shop: Merchant, **_: Any) -> None:
    assert redemption.pay(money.order(shop, code.qr_content, 1)).status == "paid"


DECLINES: list[tuple[str, int, Callable[..., Any]]] = [
    ("merchant_suspended", 100, lambda shop, **_: money.suspend(shop)),
    ("limit_exceeded", 10_000_001, lambda **_: None),
    ("code_used", 100, _used),
    ("code_expired", 100, lambda time_machine, code, **_: time_machine.move_to(code.expires_at, tick=False)),
    ("code_ceiling", 401, lambda **_: None),
    ("wallet_inactive", 100, lambda wallet, **_: wallets.freeze(wallet, "hilang")),
    ("insufficient_funds", 301, lambda **_: None),
]


@pytest.mark.parametrize(("decline", "amount", "prepare"), DECLINES, ids=[reason for reason, _, _ in DECLINES])
def test_each_decline_reserves_nothing_and_is_answered_again(
    wallet: Wallet, shop: Merchant, time_machine: Any, decline: str, amount: int, prepare: Callable[..., Any]
) -> None:
    purse = money.purse(wallet, 300)
    code = codes.issue(wallet, ceiling=400)
    prepare(code=code, wallet=wallet, shop=shop, time_machine=time_machine)
    order = money.hold_order(shop, code.qr_content, amount)
    hold = holds.authorise(order)
    assert (hold.status, hold.decline) == ("declined", decline)
    assert hold.ended_at is not None
    assert (parts_of(hold), money.held_in(purse)[0][1]) == ([], 0)
    # Whatever has changed: the answer stays what it was.
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.ACTIVE)
    wallets.unfreeze(wallet, "selesai")
    money.purse(wallet, 1_000)
    again = holds.authorise(order)
    assert (again.pk, again.status, again.decline) == (hold.pk, "declined", decline)
    money.assert_books_hold()


@pytest.mark.parametrize("qr_content", ["", "NOSUCHCODE"])
def test_an_unknown_code_is_declined(shop: Merchant, qr_content: str) -> None:
    hold = holds.authorise(money.hold_order(shop, qr_content, 100))
    assert (hold.status, hold.decline, hold.wallet, hold.code) == ("declined", "code_unknown", None, None)
    money.assert_books_hold()


def test_a_code_is_spent_by_one_hold_or_by_three_declines(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 100)
    code = codes.issue(wallet).qr_content
    assert [holds.authorise(money.hold_order(shop, code, amount)).status for amount in (50, 20)] == ["held", "declined"]
    assert redemption.pay(money.order(shop, code, 20)).decline == "code_used"
    code = codes.issue(wallet).qr_content
    tried = [holds.authorise(money.hold_order(shop, code, amount)).decline for amount in (400, 200, 150, 10)]
    assert tried == ["insufficient_funds"] * 3 + ["code_used"]


@pytest.mark.parametrize("through", ["pay", "hold"])
def test_a_spent_code_is_refused_however_often_it_is_shown(wallet: Wallet, shop: Merchant, through: str) -> None:
    money.purse(wallet, 100)
    code = codes.issue(wallet).qr_content
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wallet_paymentcode SET declines = 32767")  # as many as the column can count
    asked: Any = money.order(shop, code, 50) if through == "pay" else money.hold_order(shop, code, 50)
    answer = redemption.pay(asked) if through == "pay" else holds.authorise(asked)
    assert answer.decline == "code_used"


def test_holds_count_against_the_day_as_payments_do_and_what_is_given_up_does_not(
    wallet: Wallet, shop: Merchant, settings: Any
) -> None:
    settings.WALLET = settings.WALLET | {"daily_limit": 1_000}
    money.purse(wallet, 5_000)
    hold = money.hold(wallet, shop, 600)
    assert money.pay(wallet, shop, 401).decline == "daily_limit_exceeded"
    first = money.capture(hold, 200, final=False)  # the hold counts once, however much of it is captured
    assert money.hold(wallet, shop, 401).decline == "daily_limit_exceeded"
    money.capture(hold, 100)
    assert money.pay(wallet, shop, 701).decline == "daily_limit_exceeded"
    money.refund(first, 150)
    assert money.pay(wallet, shop, 851).decline == "daily_limit_exceeded"
    voided = money.hold(wallet, shop, 850)
    assert voided.status == "held"
    holds.void(voided.partner, reference_no=voided.reference_no)
    assert money.pay(wallet, shop, 850).status == "paid"
    assert money.pay(wallet, shop, 1).decline == "daily_limit_exceeded"


def test_a_capture_and_its_refund_count_on_the_day_of_the_hold(
    wallet: Wallet, shop: Merchant, settings: Any, time_machine: Any
) -> None:
    settings.WALLET = settings.WALLET | {"daily_limit": 1_000}
    time_machine.move_to(datetime(2026, 11, 24, 23, 0, tzinfo=timezone.get_default_timezone()), tick=False)
    money.purse(wallet, 5_000)
    hold = money.hold(wallet, shop, 600)
    time_machine.move_to(datetime(2026, 11, 25, 8, 0, tzinfo=timezone.get_default_timezone()), tick=False)
    money.refund(money.capture(hold, 600), 500)
    assert money.pay(wallet, shop, 1_001).decline == "daily_limit_exceeded"
    assert money.pay(wallet, shop, 1_000).status == "paid"


# --- refusals that keep nothing, and replay ---


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "100", 10**16])
def test_an_amount_that_is_not_whole_rupiah_keeps_nothing(wallet: Wallet, shop: Merchant, amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        holds.authorise(money.hold_order(shop, "X", amount))
    assert not Hold.objects.exists()
    money.purse(wallet, 100)
    hold = money.hold(wallet, shop, 100)
    with pytest.raises(InvalidAmount):
        money.capture(hold, amount)
    assert not Payment.objects.exists()


def test_a_merchant_of_another_partner_is_unknown(wallet: Wallet, shop: Merchant) -> None:
    order = money.hold_order(shop, codes.issue(wallet).qr_content, 100)
    stranger = redemption.PaymentOrder(
        money.partner(), shop.merchant_id, order.qr_content, 100, "R", "E", order.request_hash
    )
    with pytest.raises(MerchantUnknown):
        holds.authorise(stranger)
    assert not Hold.objects.exists()


def test_a_replay_returns_the_first_hold_and_reserves_nothing_whatever_became_of_it(
    wallet: Wallet, shop: Merchant
) -> None:
    purse = money.purse(wallet, 500)
    order = money.hold_order(shop, codes.issue(wallet).qr_content, 100)
    first = holds.authorise(order)
    again = holds.authorise(order)
    assert (again.pk, again.reference_no, again.status, money.held_in(purse)) == (
        first.pk,
        first.reference_no,
        "held",
        [(500, 100)],
    )
    holds.void(shop.partner, reference_no=first.reference_no)
    assert (holds.authorise(order).status, money.held_in(purse)) == ("voided", [(500, 0)])


def test_the_same_reference_with_another_body_is_refused(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    code = codes.issue(wallet).qr_content
    holds.authorise(money.hold_order(shop, code, 100, "REF-1"))
    for changed in (
        money.hold_order(shop, code, 101, "REF-1"),
        money.hold_order(shop, codes.issue(wallet).qr_content, 100, "REF-1"),
        money.hold_order(money.merchant(of=shop.partner), code, 100, "REF-1"),
    ):
        with pytest.raises(IdempotencyConflict):
            holds.authorise(changed)
    assert Hold.objects.count() == 1
    assert money.hold(wallet, money.merchant(), 100, "REF-1").status == "held"  # another partner's
    money.assert_books_hold()


# --- nobody else takes what is held ---


def test_a_lapse_leaves_what_is_held_until_the_hold_has_ended(
    wallet: Wallet, shop: Merchant, time_machine: Any
) -> None:
    fund = money.fund()
    purse = money.purse(wallet, 100, usable_until=days(1), lapses_to=fund)
    hold = money.hold(wallet, shop, 60)
    time_machine.move_to(hold.expires_at, tick=False)
    assert [transfer.amount for transfer in purses.lapse_due()] == [40]
    assert list(purses.lapse_due()) == []
    assert money.held_in(purse) == [(60, 60)]
    assert tasks.expire_holds() == 1
    assert [transfer.amount for transfer in purses.lapse_due()] == [60]
    assert (money.held_in(purse), money.balance(fund)) == ([(0, 0)], 100)
    money.assert_books_hold()


def test_the_ledger_posts_nothing_out_of_what_is_held(wallet: Wallet, shop: Merchant) -> None:
    purse, fund = money.purse(wallet, 100), money.fund()
    money.hold(wallet, shop, 60)
    with pytest.raises(InsufficientFunds):
        money.move(purse.account, fund, 41, kind=Transfer.Kind.LAPSE)
    money.move(purse.account, fund, 40, kind=Transfer.Kind.LAPSE)
    money.assert_books_hold()


def test_no_more_is_released_than_is_held(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 100)
    money.hold(wallet, shop, 60)
    with pytest.raises(IntegrityError, match="account_not_overdrawn"), transaction.atomic():
        ledger.release_held({purse.pk: 61})
    assert money.held_in(purse) == [(100, 60)]
