"""A hold promises purse money to a merchant: it is captured, voided or expires, once, and nobody else takes it meanwhile."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import money
from wallet import codes, holds, ledger, purses, redemption, settlement, tasks, wallets
from wallet.errors import (
    CaptureTooLarge,
    HoldEnded,
    HoldUnknown,
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    MerchantSuspended,
    MerchantUnknown,
    WalletError,
)
from wallet.models import Account, Hold, Merchant, Payment, Purse, PurseTerms, Transfer, Wallet
from wallet.snap.codes import of_wallet_error

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


def held_in(*chosen: Purse) -> list[tuple[int, int]]:
    """Balance and held of each purse."""
    return [Account.objects.values_list("balance", "held").get(pk=purse.pk) for purse in chosen]


def parts_of(hold: Hold) -> list[tuple[int, int, int]]:
    """Purse, amount and captured of each part, in their order."""
    return list(hold.parts.order_by("number").values_list("purse_id", "amount", "captured"))


def suspend(shop: Merchant) -> None:
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.SUSPENDED)


# --- authorise ---


def test_a_hold_reserves_and_moves_nothing(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    before = timezone.now()
    hold = money.hold(wallet, shop, 300)
    assert (hold.status, hold.decline, hold.wallet, hold.merchant, hold.captured) == ("held", "", wallet, shop, 0)
    assert before + LIFETIME <= hold.expires_at <= timezone.now() + LIFETIME
    assert hold.ended_at is None
    assert (held_in(purse), parts_of(hold)) == ([(500, 300)], [(purse.pk, 300, 0)])
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
    assert held_in(purse) == [(100, 0 if decline else 100)]


def test_a_hold_of_a_cash_merchant_is_captured_as_a_cash_out(wallet: Wallet) -> None:
    money.purse(wallet, 100, rules=rules(cash_allowed=True))
    captured = money.capture(money.hold(wallet, money.merchant(CASH), 100), 60)
    assert [transfer.kind for transfer in captured.transfers.all()] == ["cash_out"]


# --- declines ---


def _used(code: codes.IssuedCode, wallet: Wallet, shop: Merchant, **_: Any) -> None:
    assert redemption.pay(money.order(shop, code.qr_content, 1)).status == "paid"


DECLINES: list[tuple[str, int, Callable[..., Any]]] = [
    ("merchant_suspended", 100, lambda shop, **_: suspend(shop)),
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
    assert (parts_of(hold), held_in(purse)[0][1]) == ([], 0)
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
    assert (again.pk, again.reference_no, again.status, held_in(purse)) == (
        first.pk,
        first.reference_no,
        "held",
        [(500, 100)],
    )
    holds.void(shop.partner, reference_no=first.reference_no)
    assert (holds.authorise(order).status, held_in(purse)) == ("voided", [(500, 0)])


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


def test_a_capture_sent_again_returns_the_first_payment_although_the_hold_has_ended(
    wallet: Wallet, shop: Merchant, time_machine: Any
) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    partial, last = money.capture_order(hold, 100, final=False), money.capture_order(hold, 150)
    made = [holds.capture(partial), holds.capture(last)]
    time_machine.move_to(days(3), tick=False)
    suspend(shop)
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


# --- every transition ---


def _to_be_held(hold: Hold) -> None:
    pass


def _to_be_captured_in_part(hold: Hold) -> None:
    money.capture(hold, 100, final=False)


def _to_be_captured(hold: Hold) -> None:
    money.capture(hold, 100)


def _to_be_voided(hold: Hold) -> None:
    holds.void(hold.partner, reference_no=hold.reference_no)


def _to_be_expired(hold: Hold) -> None:
    assert [ended.pk for ended in holds.expire_due(hold.expires_at)] == [hold.pk]


STATES = {
    "held": _to_be_held,
    "captured in part": _to_be_captured_in_part,
    "captured": _to_be_captured,
    "voided": _to_be_voided,
    "expired": _to_be_expired,
}
DEEDS: dict[str, Callable[[Hold], Any]] = {
    "capture": lambda hold: money.capture(hold, 50),
    "capture some": lambda hold: money.capture(hold, 50, final=False),
    "capture all that was held": lambda hold: money.capture(hold, 300, final=False),
    "void": lambda hold: holds.void(hold.partner, reference_no=hold.reference_no),
    "expire": lambda hold: list(holds.expire_due(hold.expires_at)),
}
# What each deed makes of each state: the status after it, what is held, what was captured; or the refusal, and nothing changes.
TABLE: dict[tuple[str, str], tuple[str, int, int] | str] = {
    ("held", "capture"): ("captured", 0, 50),
    ("held", "capture some"): ("held", 250, 50),
    ("held", "capture all that was held"): ("captured", 0, 300),
    ("held", "void"): ("voided", 0, 0),
    ("held", "expire"): ("expired", 0, 0),
    ("captured in part", "capture"): ("captured", 0, 150),
    ("captured in part", "capture some"): ("held", 150, 150),
    ("captured in part", "capture all that was held"): "capture_too_large",
    ("captured in part", "void"): ("voided", 0, 100),
    ("captured in part", "expire"): ("expired", 0, 100),
    ("captured", "capture"): "hold_ended",
    ("captured", "capture some"): "hold_ended",
    ("captured", "capture all that was held"): "hold_ended",
    ("captured", "void"): "hold_ended",
    ("captured", "expire"): ("captured", 0, 100),
    ("voided", "capture"): "hold_ended",
    ("voided", "capture some"): "hold_ended",
    ("voided", "capture all that was held"): "hold_ended",
    ("voided", "void"): ("voided", 0, 0),
    ("voided", "expire"): ("voided", 0, 0),
    ("expired", "capture"): "hold_ended",
    ("expired", "capture some"): "hold_ended",
    ("expired", "capture all that was held"): "hold_ended",
    ("expired", "void"): "hold_ended",
    ("expired", "expire"): ("expired", 0, 0),
}


@pytest.mark.parametrize(("state", "deed"), list(itertools.product(STATES, DEEDS)))
def test_every_deed_in_every_state(wallet: Wallet, shop: Merchant, state: str, deed: str) -> None:
    first, second = money.purse(wallet, 200, usable_until=days(9)), money.purse(wallet, 200)
    hold = money.hold(wallet, shop, 300)
    STATES[state](hold)
    hold.refresh_from_db()
    before = (hold.status, sum(held for _, held in held_in(first, second)), hold.captured, hold.ended_at)
    expected, refusal = TABLE[state, deed], ""
    try:
        DEEDS[deed](hold)
    except WalletError as error:
        refusal = error.code
    hold.refresh_from_db()
    after = (hold.status, sum(held for _, held in held_in(first, second)), hold.captured)
    if isinstance(expected, str):
        assert (refusal, after, hold.ended_at) == (expected, before[:3], before[3])
    else:
        assert (refusal, after) == ("", expected)
    assert (hold.ended_at is None) == (hold.status == "held")
    assert money.balance(shop.account) == hold.captured
    assert sum(balance for balance, _ in held_in(first, second)) == 400 - hold.captured
    money.assert_books_hold()


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "expire"])
def test_a_declined_hold_is_neither_captured_nor_voided(wallet: Wallet, shop: Merchant, deed: str) -> None:
    declined = money.hold(wallet, shop, 300)
    with pytest.raises(HoldEnded):
        DEEDS[deed](declined)
    assert list(holds.expire_due(days(30))) == []


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed != "expire"])
def test_a_hold_whose_time_is_over_has_ended_before_the_sweep_comes_by(
    wallet: Wallet, shop: Merchant, time_machine: Any, deed: str
) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    time_machine.move_to(hold.expires_at - timedelta(seconds=1), tick=False)
    money.capture(hold, 10, final=False)
    time_machine.move_to(hold.expires_at, tick=False)
    with pytest.raises(HoldEnded):
        DEEDS[deed](hold)
    [expired] = holds.expire_due()
    assert (expired.pk, expired.status, expired.ended_at) == (hold.pk, "expired", timezone.now())
    assert list(holds.expire_due()) == []
    assert money.pay(wallet, shop, 490).status == "paid"
    money.assert_books_hold()


def test_the_database_refuses_an_end_without_its_moment(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    with pytest.raises(IntegrityError, match="hold_ended"), transaction.atomic():
        Hold.objects.filter(pk=hold.pk).update(status="voided")


# --- capture ---


def test_captures_take_the_parts_in_their_order_and_never_more_than_the_hold(wallet: Wallet, shop: Merchant) -> None:
    soon, late, timeless = (
        money.purse(wallet, 100, usable_until=days(10)),
        money.purse(wallet, 100, usable_until=days(20)),
        money.purse(wallet, 100),
    )
    hold = money.hold(wallet, shop, 250)
    money.capture(hold, 60, final=False)
    assert held_in(soon, late, timeless) == [(40, 40), (100, 100), (100, 50)]
    second = money.capture(hold, 90, final=False)
    assert held_in(soon, late, timeless) == [(0, 0), (50, 50), (100, 50)]
    assert list(second.transfers.order_by("pk").values_list("debit", "amount", "kind")) == [
        (soon.pk, 40, "redemption"),
        (late.pk, 50, "redemption"),
    ]
    with pytest.raises(CaptureTooLarge) as refusal:
        money.capture(hold, 101, final=False)
    assert refusal.value.data == {"left": 100}
    money.capture(hold, 100, final=False)
    assert held_in(soon, late, timeless) == [(0, 0), (0, 0), (50, 0)]
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
    assert held_in(soon, timeless) == [(20, 0), (200, 100)]
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
    suspend(shop)
    with pytest.raises(MerchantSuspended):
        money.capture(hold, 300)
    assert held_in(purse) == [(500, 400)]
    assert holds.void(shop.partner, reference_no=other.reference_no).status == "voided"
    Merchant.objects.filter(pk=shop.pk).update(status=Merchant.Status.ACTIVE)
    assert money.capture(hold, 300).status == "paid"
    money.assert_books_hold()


def test_a_capture_comes_out_of_its_purses_wherever_these_are_by_now(wallet: Wallet, shop: Merchant) -> None:
    purse = money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    Purse.objects.filter(pk=purse.pk).update(wallet=money.wallet())  # as a succession leaves it
    money.capture(hold, 200)
    assert held_in(purse) == [(300, 0)]
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
    assert held_in(purse) == [(60, 60)]
    assert tasks.expire_holds() == 1
    assert [transfer.amount for transfer in purses.lapse_due()] == [60]
    assert (held_in(purse), money.balance(fund)) == ([(0, 0)], 100)
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
    assert held_in(purse) == [(100, 60)]


# --- expiry ---


def test_the_sweep_ends_what_is_due_in_order_and_nothing_else(wallet: Wallet, shop: Merchant) -> None:
    for hours in (3, 1, 2, None):
        money.purse(wallet, 100, usable_until=timezone.now() + timedelta(hours=hours) if hours else None)
    made = [money.hold(wallet, shop, 100) for _ in range(4)]  # ending in one, two, three and 24 hours
    due = holds.expire_due(timezone.now() + timedelta(hours=4))
    assert next(due).pk == made[0].pk
    assert list(Hold.objects.order_by("pk").values_list("status", flat=True)) == ["expired", "held", "held", "held"]
    assert [hold.pk for hold in due] == [made[1].pk, made[2].pk]
    assert Hold.objects.get(pk=made[3].pk).status == "held"
    money.assert_books_hold()


# --- find ---


def test_a_partner_finds_its_own_hold_by_any_number_and_all_given_must_agree(wallet: Wallet, shop: Merchant) -> None:
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300, "REF-1")
    for numbers in (
        {"partner_reference_no": "REF-1"},
        {"reference_no": hold.reference_no},
        {"external_id": hold.external_id},
        {"partner_reference_no": "REF-1", "reference_no": hold.reference_no},
    ):
        assert holds.find(shop.partner, **numbers) == hold
    for partner, numbers in (
        (shop.partner, {}),
        (shop.partner, {"partner_reference_no": "REF-2"}),
        (shop.partner, {"partner_reference_no": "REF-1", "reference_no": "X"}),
        (money.partner(), {"partner_reference_no": "REF-1"}),
    ):
        with pytest.raises(HoldUnknown):
            holds.find(partner, **numbers)
        with pytest.raises(HoldUnknown):
            holds.void(partner, **numbers)
    order = money.capture_order(hold, 100)
    stranger = holds.CaptureOrder(
        money.partner(), 100, "C", "E", order.request_hash, original_partner_reference_no="REF-1"
    )
    with pytest.raises(HoldUnknown):
        holds.capture(stranger)


# --- in the standard's words ---


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HoldUnknown(), "4046001"),
        (HoldEnded(), "4046000"),
        (CaptureTooLarge(left=100), "4046013"),
        (MerchantSuspended(), "4036019"),
        (IdempotencyConflict(), "4046018"),
    ],
)
def test_each_refusal_has_its_case_of_the_standard(error: WalletError, code: str) -> None:
    refused = of_wallet_error(error)
    assert refused.case.code("60") == code
    assert refused.info == {"reason": error.code, "reasonMessage": str(error)}


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
            assert held_in(*chosen) == [(left[purse.pk], kept) for purse, kept in zip(chosen, held, strict=True)]
        if open_ and data.draw(st.booleans()):
            holds.void(shop.partner, reference_no=hold.reference_no)
            assert held_in(*chosen) == [(left[purse.pk], 0) for purse in chosen]
        hold.refresh_from_db()
        assert (hold.captured, money.balance(shop.account)) == (at, at)
        money.assert_books_hold()
        raise _UndoneError
