"""Debit orders under races and crashes: paid once or cancelled, never both; and tries at codes are counted whatever happens."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from tests import money, steps
from tests.processes import together
from wallet import codes, debits, ledger, page_pins, pins, redemption, six_digits
from wallet.debit_errors import DebitEnded, DigitsNotTaken, PagePinsStopped, PayerRefused, PinNotEnough
from wallet.errors import WalletError
from wallet.models import DebitOrder, DigitGuesses, Merchant, PagePinTries, Payment, Wallet, Webhook

pytestmark = pytest.mark.usefixtures("processes")
S = DebitOrder.Status
PIN = "194728"


def place(shop: Merchant, amount: int = 10_000, **told: Any) -> DebitOrder:
    reference = told.pop("partner_reference_no", "") or money.unique("debit")
    asked = debits.DebitRequest(
        partner=shop.partner,
        merchant_id=shop.merchant_id,
        amount=amount,
        partner_reference_no=reference,
        external_id=money.unique("ext"),
        request_hash=reference.encode().ljust(32, b"-")[:32],
        notify_url="https://toko.example/hook",
        **told,
    )
    return debits.place(asked)


def buyer(amount: int = 50_000) -> Wallet:
    owner = money.wallet()
    money.purse(owner, amount)
    return owner


def _approve(uid: UUID, code: str) -> str:
    return debits.approve_with_code(uid, code).decline


def _cancel(uid: UUID) -> str:
    order = DebitOrder.objects.select_related("partner").get(uid=uid)
    return str(debits.cancel(order.partner, debits.Numbers(reference_no=order.reference_no)).status)


def _give_up(uid: UUID) -> str:
    return str(debits.give_up(uid).status)


def _in_shop(shop: Merchant) -> int:
    return ledger.balance_of(shop.account_id)


def test_of_two_approvals_of_one_order_one_pays() -> None:
    shop, payers = money.merchant(), [buyer() for _ in range(4)]
    order = place(shop)
    jobs = [(_approve, (order.uid, codes.issue(payer).qr_content)) for payer in payers]
    done = together(jobs)
    assert sorted(outcome.error or outcome.value for outcome in done) == ["", *["debit_ended"] * 3]
    order.refresh_from_db()
    assert (order.status, Payment.objects.get()) == (S.PAID, order.payment)
    assert _in_shop(shop) == 10_000
    assert Webhook.objects.count() == 1


def test_one_code_approves_one_of_two_orders() -> None:
    shop, code = money.merchant(), codes.issue(buyer()).qr_content
    orders = [place(shop), place(shop)]
    done = together([(_approve, (order.uid, code)) for order in orders])
    assert sorted(outcome.value for outcome in done) == ["", "code_used"]
    assert _in_shop(shop) == 10_000


@pytest.mark.parametrize("other", [_cancel, _give_up])
def test_a_cancellation_and_an_approval_leave_one_truth(other: Any) -> None:
    for _ in range(4):
        shop = money.merchant()
        order = place(shop)
        done = together([(_approve, (order.uid, codes.issue(buyer()).qr_content)), (other, (order.uid,))])
        order.refresh_from_db()
        paid_first = done[0].value == ""
        if order.status == S.PAID:  # the payer was faster, and a payer's cancellation comes too late
            assert paid_first and other is _give_up and done[1].error == "debit_ended"
            assert _in_shop(shop) == 10_000
        else:  # cancelled before, or paid and given back whole
            assert order.status == S.CANCELLED and _in_shop(shop) == 0
            assert paid_first or done[0].error == "debit_cancelled"
            payment = Payment.objects.filter(partner=shop.partner).first()
            assert (payment is not None) == paid_first == (order.payment_id is not None)
            assert payment is None or payment.refunded == 10_000


def test_an_order_placed_twice_at_once_is_one() -> None:
    shop = money.merchant()
    done = together([(_place_same, (shop.pk, 10_000))] * 4)
    assert len({outcome.value for outcome in done}) == 1 and not any(outcome.error for outcome in done)
    assert DebitOrder.objects.count() == 1


def _place_same(shop: int, amount: int) -> str:
    merchant = Merchant.objects.select_related("partner").get(pk=shop)
    asked = debits.DebitRequest(
        partner=merchant.partner,
        merchant_id=merchant.merchant_id,
        amount=amount,
        partner_reference_no="SAMA",
        external_id="1",
        request_hash=b"h" * 32,
    )
    return debits.place(asked).reference_no


def test_wrong_codes_are_counted_and_end_the_order(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"debit_attempts": 3}
    order = place(money.merchant())
    for _ in range(3):
        assert _approve(order.uid, "0123456789ABCDEFGHJKMNPQRS") == "code_unknown"
    with pytest.raises(DebitEnded):
        _approve(order.uid, codes.issue(buyer()).qr_content)
    order.refresh_from_db()
    assert (order.status, order.attempts, order.decline) == (S.FAILED, 3, "code_unknown")
    assert Webhook.objects.get().body["latestTransactionStatus"] == "06"


def test_guesses_at_once_do_not_share_one_try() -> None:
    order = place(money.merchant())
    done = together([(_approve, (order.uid, f"{number:026}")) for number in range(6)])
    assert {outcome.value for outcome in done} == {"code_unknown"}
    order.refresh_from_db()
    assert order.attempts == 6


def test_a_decline_keeps_the_order_open_for_another_code() -> None:
    shop = money.merchant()
    order = place(shop, 60_000)
    assert _approve(order.uid, codes.issue(buyer(50_000)).qr_content) == "insufficient_funds"
    order.refresh_from_db()
    assert (order.status, order.decline) == (S.OPEN, "insufficient_funds")
    assert _approve(order.uid, codes.issue(buyer(70_000)).qr_content) == ""
    assert _in_shop(shop) == 60_000


# --- With phone and PIN ---


@pytest.fixture
def payer(settings: Any) -> Wallet:
    owner = buyer()
    pins.create(owner, PIN)
    settings.WALLET = settings.WALLET | {"wallet_of_phone": f"{__name__}.wallet_of"}
    PHONES["0812"] = owner.pk
    return owner


PHONES: dict[str, int] = {}


def wallet_of(phone: str, birth_date: object) -> int | None:
    return PHONES.get(phone)


def test_phone_and_pin_pay(payer: Wallet) -> None:
    shop = money.merchant()
    assert debits.approve_with_pin(place(shop).uid, "0812", PIN).decline == ""
    assert _in_shop(shop) == 10_000
    assert Payment.objects.get().wallet_id == payer.pk


def test_every_way_of_being_wrong_is_one_answer(payer: Wallet) -> None:
    shop = money.merchant()
    said = set()
    for phone, pin in (("0812", "000000"), ("0813", PIN), ("", "")):
        with pytest.raises(PayerRefused) as refused:
            debits.approve_with_pin(place(shop).uid, phone, pin)
        said.add(str(refused.value))
    Wallet.objects.filter(pk=payer.pk).update(status=Wallet.Status.FROZEN)
    with pytest.raises(PayerRefused) as refused:
        debits.approve_with_pin(place(shop).uid, "0812", PIN)
    assert said == {str(refused.value)}
    assert _in_shop(shop) == 0


def guess(shop: Merchant, phone: str, pin: str, address: str = "203.0.113.7") -> str:
    """What came of one PIN at an order of its own."""
    try:
        debits.approve_with_pin(place(shop).uid, phone, pin, address=address)
    except WalletError as refused:
        return refused.code
    return "paid"


def test_wrong_pins_stop_the_wallet_at_every_page_and_leave_the_application_alone(payer: Wallet) -> None:
    """Each time for twice as long, up to a day; whoever tries tells nobody whether it is stopped."""
    shops = [money.merchant() for _ in range(8)]
    start, waited = timezone.now(), timedelta()
    for shop, hours in zip(shops, (0.5, 1, 2, 4, 8, 16, 24, 24), strict=True):
        with time_machine.travel(start + waited, tick=False):
            assert [guess(shop, "0812", "000001") for _ in range(3)] == ["payer_refused"] * 3
            assert guess(money.merchant(), "0812", PIN) == "payer_refused"
        waited += timedelta(hours=hours)
        with time_machine.travel(start + waited - timedelta(seconds=1), tick=False):
            assert guess(money.merchant(), "0812", PIN) == "payer_refused"
    payer.refresh_from_db()
    assert (payer.pin_failures, payer.pin_locked_until) == (0, None)
    pins.check(payer, PIN)
    with time_machine.travel(start + waited, tick=False):
        assert guess(shops[0], "0812", PIN) == "paid"
        assert [guess(shops[0], "0812", "000001") for _ in range(2)] == ["payer_refused"] * 2
        assert guess(shops[0], "0812", PIN) == "paid"  # the right one had begun a new count


def test_a_pin_that_the_application_has_locked_pays_at_no_page(payer: Wallet) -> None:
    Wallet.objects.filter(pk=payer.pk).update(pin_locked_until=timezone.now() + timedelta(minutes=5))
    assert guess(money.merchant(), "0812", PIN) == "payer_refused"


def test_one_pin_over_many_telephones_stops_the_partners_pages(payer: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"page_pins_of_partner": 6}
    partner = money.partner()
    shops = [money.merchant(of=partner) for _ in range(3)]
    told = [guess(shops[number % 3], f"08{number}", PIN, f"203.0.113.{number}") for number in range(20, 26)]
    assert told == ["payer_refused"] * 6
    assert guess(shops[0], "0812", PIN) == "page_pins_stopped"
    assert debits.approve_with_code(place(shops[0]).uid, codes.issue(payer).qr_content).decline == ""
    assert guess(money.merchant(), "0812", PIN) == "paid"  # another partner's pages are not its fault
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert guess(shops[0], "0812", PIN) == "paid"


def test_one_pin_over_many_partners_stops_the_address_it_comes_from(payer: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"page_pins_of_address": 4}
    told = [guess(money.merchant(), f"08{number}", PIN, f"2001:db8::{number}") for number in range(20, 24)]
    assert told == ["payer_refused"] * 4
    assert guess(money.merchant(), "0812", PIN, "2001:db8::ffff") == "page_pins_stopped"  # one subscriber's network
    assert guess(money.merchant(), "0812", PIN, "2001:db8:0:1::1") == "paid"


def test_who_is_stopped_spends_no_try_at_the_order(payer: Wallet, settings: Any) -> None:
    """Or honest people behind a carrier's one address would end orders that nobody guessed at."""
    settings.WALLET = settings.WALLET | {"page_pins_of_address": 2}
    order = place(money.merchant())
    assert [guess(money.merchant(), "0813", PIN) for _ in range(2)] == ["payer_refused"] * 2
    for _ in range(settings.WALLET["debit_attempts"] + 1):
        with pytest.raises(PagePinsStopped):
            debits.approve_with_pin(order.uid, "0812", PIN, address="203.0.113.7")
    order.refresh_from_db()
    assert (order.attempts, order.status) == (0, S.OPEN)
    assert _approve(order.uid, codes.issue(payer).qr_content) == ""


def _place_numbered(shop: int, number: str) -> str:
    at = Merchant.objects.select_related("partner").get(pk=shop)
    asked = debits.DebitRequest(at.partner, at.merchant_id, 10_000, number, "D", b"d" * 32)
    return str(debits.place(asked).status)


def _pay_numbered(shop: int, number: str, code: str) -> str:
    at = Merchant.objects.select_related("partner").get(pk=shop)
    return str(redemption.pay(money.order(at, code, 10_000, number)).status)


def test_a_number_is_a_payment_or_an_order_and_never_both(payer: Wallet) -> None:
    shop = money.merchant()
    numbers = [money.unique("both") for _ in range(8)]
    for number in numbers:
        code = codes.issue(payer).qr_content
        done = together([(_place_numbered, (shop.pk, number)), (_pay_numbered, (shop.pk, number, code))])
        assert [outcome.error for outcome in done if outcome.error] == ["idempotency_conflict"]
    assert Payment.objects.count() + DebitOrder.objects.count() == len(numbers)


def test_a_right_pin_washes_no_guess_away(payer: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"page_pins_of_partner": 3}
    shop = money.merchant()
    for _ in range(2):
        assert guess(shop, "0813", PIN) == "payer_refused"
        assert guess(shop, "0812", PIN) == "paid"
    assert guess(shop, "0813", PIN) == "payer_refused"
    assert guess(shop, "0812", PIN) == "page_pins_stopped"


def _guess(shop: int, phone: str, pin: str) -> str:
    """In a process of its own, which has settings of its own."""
    with override_settings(WALLET=settings.WALLET | {"page_pins_of_partner": 5}):
        return guess(Merchant.objects.select_related("partner").get(pk=shop), phone, pin)


def test_pins_tried_at_once_are_counted_one_by_one() -> None:
    shop = money.merchant()
    done = together([(_guess, (shop.pk, f"08{number}", PIN)) for number in range(8)])
    assert Counter(outcome.value for outcome in done) == {"payer_refused": 5, "page_pins_stopped": 3}


def test_phone_and_pin_pay_no_more_than_the_ceiling(payer: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"page_pin_ceiling": 9_999}
    order = place(money.merchant())
    with pytest.raises(PinNotEnough, match=r"Rp 9\.999"):
        debits.approve_with_pin(order.uid, "0812", PIN)
    assert not PagePinTries.objects.exists()
    assert _approve(order.uid, codes.issue(payer).qr_content) == ""


def test_counts_that_stop_nobody_are_forgotten(payer: Wallet) -> None:
    assert guess(money.merchant(), "0812", "000001") == "payer_refused"
    assert "203.0.113.7" not in "".join(PagePinTries.objects.values_list("subject", flat=True))
    for days, left in ((0, 3), (1, 1), (31, 0)):
        page_pins.forget(timezone.now() + timedelta(days=days))
        assert PagePinTries.objects.count() == left


def test_six_digits_are_not_taken_and_stop_no_till(payer: Wallet) -> None:
    """A page may be opened by anybody who was sent its address: it must not spend the guesses of the merchant's tills."""
    shop, digits = money.merchant(), six_digits.issue(payer).qr_content
    order = place(shop)
    for said in (digits, f" {digits[:3]} {digits[3:]} ", "000000"):
        with pytest.raises(DigitsNotTaken):
            debits.approve_with_code(order.uid, said)
    order.refresh_from_db()
    assert order.attempts == 0 and not DigitGuesses.objects.exists()
    assert redemption.pay(money.order(shop, digits, 700)).status == "paid"


# --- Crashes ---

STEPS = [
    "lock wallet_debitorder no key update",
    "update wallet_debitorder",
    "commit",  # the try is counted
    "lock wallet_debitorder no key update",
    "call wallet_authorise",
]


def test_killed_anywhere_the_order_is_paid_whole_or_not_at_all() -> None:
    shop, payer = money.merchant(), buyer(1_000_000)
    done = steps.of(_approve, place(shop).uid, codes.issue(payer).qr_content)
    assert done[: len(STEPS)] == STEPS and done[-1] == "commit"
    paid = 1
    for step in range(1, len(done) + 1):
        order, code = place(shop), codes.issue(payer).qr_content
        assert steps.killed_after(step, _approve, order.uid, code).signal == 9
        order.refresh_from_db()
        whole = step == len(done)
        assert (order.status == S.PAID) == whole == Webhook.objects.filter(ordering_key=order.reference_no).exists()
        if not whole:
            assert _approve(order.uid, code) == ""  # the payer sends it again
        paid += 1
        assert _in_shop(shop) == 10_000 * paid
    assert Payment.objects.count() == paid


def test_an_address_that_leads_to_no_order() -> None:
    for act in (lambda uid: _approve(uid, "X"), _give_up, debits.at_page):
        with pytest.raises(debits.DebitUnknown):
            act(uuid.uuid4())
