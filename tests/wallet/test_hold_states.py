"""A hold ends once, captured, voided or expired: what each deed makes of each state, and which hold a partner means."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests import money
from wallet import holds
from wallet.errors import CaptureTooLarge, HoldEnded, HoldUnknown, IdempotencyConflict, MerchantSuspended, WalletError
from wallet.models import Hold, Merchant, Wallet
from wallet.snap.codes import of_wallet_error

pytestmark = pytest.mark.django_db


@pytest.fixture
def wallet() -> Wallet:
    return money.wallet()


@pytest.fixture
def shop() -> Merchant:
    return money.merchant()


def days(number: float) -> datetime:
    return timezone.now() + timedelta(days=number)


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
    before = (hold.status, sum(held for _, held in money.held_in(first, second)), hold.captured, hold.ended_at)
    expected, refusal = TABLE[state, deed], ""
    try:
        DEEDS[deed](hold)
    except WalletError as error:
        refusal = error.code
    hold.refresh_from_db()
    after = (hold.status, sum(held for _, held in money.held_in(first, second)), hold.captured)
    if isinstance(expected, str):
        assert (refusal, after, hold.ended_at) == (expected, before[:3], before[3])
    else:
        assert (refusal, after) == ("", expected)
    assert (hold.ended_at is None) == (hold.status == "held")
    assert money.balance(shop.account) == hold.captured
    assert sum(balance for balance, _ in money.held_in(first, second)) == 400 - hold.captured
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
