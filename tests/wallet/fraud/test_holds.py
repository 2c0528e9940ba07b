"""Holds for suspected fraud: what they stop, under which of the standard's codes, why, and how they end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import money
from tests.wallet.snap.conftest import World, build
from wallet import codes, settlement
from wallet import holds as reserve
from wallet.errors import ReasonMissing, SuspectedFraud, TransactionSuspended
from wallet.fraud import cases, devices, errors, holds
from wallet.models import DeviceUse, FraudCase, FraudHold, FraudRule, FraudSignal, Merchant
from wallet.models import Wallet as WalletRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build()


def case_of(
    *, wallet: WalletRow | None = None, merchant: Merchant | None = None, device: bytes | None = None
) -> FraudCase:
    return FraudCase.objects.create(wallet=wallet, merchant=merchant, device=device, day=timezone.localdate(), score=40)


def by_rule(case: FraudCase, action: str = "payments") -> FraudHold:
    signal = FraudRule.Signal.ROUND_TRIP if action == "settlement" else FraudRule.Signal.VELOCITY
    rule = FraudRule.objects.create(signal=signal, threshold=6, window=600, weight=30, action=action, reason="uji")
    signal_row = FraudSignal.objects.create(case=case, rule=rule, measured=9, points=40, at=timezone.now())
    placed = holds.place_by_rule(case, rule, signal_row)
    assert placed is not None and holds.place_by_rule(case, rule, signal_row) is None
    return placed


@pytest.mark.parametrize("whose", ["wallet", "merchant"])
@pytest.mark.parametrize(
    ("who", "code", "message"), [("rule", "4036003", "Suspected Fraud"), ("officer", "4036016", "Suspend Transaction")]
)
def test_new_payments_are_answered_with_their_own_case(
    world: World, whose: str, who: str, code: str, message: str
) -> None:
    shop = Merchant.objects.get(merchant_id="WARUNG")
    case = case_of(wallet=world.wallet) if whose == "wallet" else case_of(merchant=shop)
    hold = by_rule(case) if who == "rule" else holds.place(case, "payments", money.officer(), "laporan warga")
    assert hold.reason
    answer = world.pay()
    assert (answer.status, answer.code, answer.body["responseMessage"]) == (403, code, message)
    holds.release(hold, money.officer(), "sudah jelas")
    assert world.pay().code == "2006000"


def test_a_rules_hold_ends_by_itself_and_an_officers_does_not(world: World, settings: Any, time_machine: Any) -> None:
    rule_hold = by_rule(case_of(wallet=world.wallet))
    assert world.pay().code == "4036003"
    time_machine.move_to(timezone.now() + settings.WALLET["fraud_hold"] + timedelta(seconds=1))
    world.sender.token = ""
    assert world.pay().code == "2006000"  # at once, whether or not anybody has noted it
    assert holds.end_due() == 1
    rule_hold.refresh_from_db()
    assert rule_hold.released_by is None and rule_hold.release_reason


def test_an_officer_takes_over_or_lets_go(world: World) -> None:
    case, officer = case_of(wallet=world.wallet), money.officer()
    by_rule(case)
    with pytest.raises(ReasonMissing):
        holds.place(case, "payments", officer, " ")
    cases.confirm(case, officer, "uji petik di lapangan")
    kept = FraudHold.objects.get(released_at=None)
    assert (kept.placed_by, kept.until, kept.reason) == (officer, None, "uji petik di lapangan")
    assert world.pay().code == "4036016"
    holds.release(kept, officer, "sudah diganti rugi")
    with pytest.raises(errors.HoldReleased):
        holds.release(kept, officer, "lagi")
    other = case_of(merchant=Merchant.objects.get(merchant_id="WARUNG"))
    by_rule(other)
    cases.dismiss(other, officer, "pasar malam")
    assert world.pay().code == "2006000" and not FraudHold.objects.filter(released_at=None).exists()


def test_what_a_withheld_merchant_is_owed_stays_owed() -> None:
    shop = money.owed(50_000)
    hold = by_rule(case_of(merchant=shop), "settlement")
    assert settlement.settle(shop, timezone.localdate()) is None
    assert money.balance(shop.account_id) == 50_000
    holds.release(hold, money.officer(), "sudah jelas")
    made = settlement.settle(shop, timezone.localdate())
    assert made is not None and made.amount == 50_000


def test_a_held_merchant_captures_nothing_and_its_holds_stay() -> None:
    owner, shop = money.wallet(), money.merchant()
    money.purse(owner, 50_000)
    held = money.hold(owner, shop, 20_000)
    rule_hold = by_rule(case_of(merchant=shop))
    with pytest.raises(SuspectedFraud):
        money.capture(held, 20_000)
    holds.place(rule_hold.case, "payments", money.officer(), "diperiksa")
    with pytest.raises(TransactionSuspended):
        money.capture(held, 20_000)
    assert reserve.find(held.partner, reference_no=held.reference_no).status == "held"


def test_what_cannot_be_held_is_not() -> None:
    officer = money.officer()
    with pytest.raises(errors.NothingToHold):
        holds.place(case_of(device=b"x"), "payments", officer, "alasan")
    with pytest.raises(errors.NothingToHold):
        holds.place(case_of(wallet=money.wallet()), "settlement", officer, "alasan")


def test_a_device_is_known_by_a_digest_alone() -> None:
    owner = money.wallet()
    money.purse(owner, 10_000)
    code = codes.issue(owner)
    device = devices.digest("pemasangan-1234")
    assert device is not None and b"pemasangan" not in device and devices.digest("pendek") is None
    for _ in range(2):
        devices.note_code(owner, code.qr_content, device)
    devices.note_code(owner, codes.issue(owner).qr_content, None)
    assert bytes(DeviceUse.objects.get().device) == device
