"""Six digits in place of a QR code: what they pay, how they come again, how guessing ends, and that they die with a device."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from tests import money
from tests.processes import together
from wallet import codes, counter, debits, holds, redemption, six_digits, wallets
from wallet.errors import IdempotencyConflict, InvalidAmount, LimitExceeded, WalletInactive
from wallet.models import DigitGuesses, Payment, PaymentCode, SixDigits, Wallet
from wallet.qr_errors import DigitGuessesExceeded, DigitsExhausted


@pytest.fixture
def rich(db: None) -> Wallet:
    owner = money.wallet()
    money.purse(owner, 5_000_000)
    return owner


def said(owner: Wallet, **how: Any) -> str:
    return six_digits.issue(owner, **how).qr_content


def drawn(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """These digits are drawn next, the last again and again."""
    left = list(numbers)
    monkeypatch.setattr(six_digits.secrets, "randbelow", lambda _: left.pop(0) if len(left) > 1 else left[0])


def wrong(shop: Any, reference: str = "") -> Payment:
    """A guess that hits nothing: no digits are alive but those that a test made."""
    return redemption.pay(money.order(shop, "000000", 100, reference))


def test_six_digits_pay_once(rich: Wallet) -> None:
    shop, digits = money.merchant(), said(rich)
    assert six_digits.SHAPE.fullmatch(digits)
    assert redemption.pay(money.order(shop, digits, 700)).status == "paid"
    again = redemption.pay(money.order(shop, digits, 700))
    assert (again.status, again.decline) == ("declined", "code_unknown")
    assert money.balance(shop.account) == 700


def test_what_is_no_live_code_is_answered_alike(rich: Wallet) -> None:
    shop = money.merchant()
    used, expired, killed = said(rich), said(rich), said(rich, device=(device := uuid.uuid4()))
    redemption.pay(money.order(shop, used, 100))
    with transaction.atomic():
        codes.kill_open(rich, device=device)
    answers = {
        "used": redemption.pay(money.order(shop, used, 100)),
        "killed": redemption.pay(money.order(shop, killed, 100)),
    }
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        answers["expired"] = redemption.pay(money.order(shop, expired, 100))
    never = next(text for text in ("000000", "000001", "000002", "000003") if text not in (used, expired, killed))
    answers["never made"] = redemption.pay(money.order(shop, never, 100))
    assert {name: (made.decline, made.wallet_id, made.code_id) for name, made in answers.items()} == dict.fromkeys(
        answers, ("code_unknown", None, None)
    )


def test_a_retry_is_no_guess_and_gets_the_first_answer(rich: Wallet) -> None:
    shop, digits = money.merchant(), said(rich)
    order = money.order(shop, digits, 700, "P-1")
    first = redemption.pay(order)
    assert redemption.pay(order).pk == first.pk
    assert DigitGuesses.objects.get().wrong == 0
    order = money.order(shop, "999999", 700, "P-2")
    assert redemption.pay(order).pk == redemption.pay(order).pk
    assert DigitGuesses.objects.get().wrong == 1


def test_a_debit_orders_number_is_no_guess(rich: Wallet) -> None:
    shop = money.merchant()
    debits.place(debits.DebitRequest(shop.partner, shop.merchant_id, 700, "P-3", "1", bytes(32)))
    with pytest.raises(IdempotencyConflict):
        wrong(shop, "P-3")
    assert not DigitGuesses.objects.filter(wrong__gt=0).exists()


def test_they_pay_little_unless_the_holder_says_less(rich: Wallet) -> None:
    shop = money.merchant()
    assert redemption.pay(money.order(shop, said(rich), 1_000_001)).decline == "code_ceiling"
    assert redemption.pay(money.order(shop, said(rich, ceiling=500), 501)).decline == "code_ceiling"
    assert redemption.pay(money.order(shop, said(rich, ceiling=500), 500)).status == "paid"
    with pytest.raises(LimitExceeded):
        said(rich, ceiling=1_000_001)
    with pytest.raises(InvalidAmount):
        said(rich, ceiling=0)


def test_a_frozen_wallet_makes_none(rich: Wallet) -> None:
    wallets.freeze(rich, "kartu hilang")
    with pytest.raises(WalletInactive):
        said(rich)
    assert not PaymentCode.objects.exists()


def test_digits_are_unique_among_live_codes_and_come_again_afterwards(
    rich: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(monkeypatch, 7, 7, 8)
    assert [said(rich), said(rich)] == ["000007", "000008"]
    drawn(monkeypatch, 7)
    with pytest.raises(DigitsExhausted):
        said(rich)
    other = money.wallet()
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        drawn(monkeypatch, 7)
        assert said(other) == "000007"
        found = six_digits.code_behind("000007", timezone.now())
        assert found is not None and found.wallet_id == other.pk
    assert SixDigits.objects.count() == 2


def test_nobody_reads_digits_from_the_tables(rich: Wallet) -> None:
    digits = said(rich)
    row = SixDigits.objects.get()
    assert digits.encode() not in bytes(row.digest) + bytes(row.code.digest)
    assert bytes(row.digest) == six_digits.digest(digits) != codes.digest(digits)


# --- guessing ---


def test_wrong_digits_stop_the_till_for_right_ones_too(rich: Wallet) -> None:
    shop, beside = money.merchant(), money.merchant()
    assert {wrong(shop).decline for _ in range(10)} == {"code_unknown"}
    digits = said(rich)
    for guess in ("000000", digits):
        with pytest.raises(DigitGuessesExceeded):
            redemption.pay(money.order(shop, guess, 100))
    assert redemption.pay(money.order(shop, codes.issue(rich).qr_content, 100)).status == "paid"  # QR codes go on
    assert redemption.pay(money.order(beside, digits, 100)).status == "paid"  # another partner's till is not its fault
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert redemption.pay(money.order(shop, said(rich), 100)).status == "paid"


def test_wrong_digits_at_many_tills_stop_their_partner(rich: Wallet, settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"digits_wrong_of_partner": 6}
    partner = money.partner()
    shops = [money.merchant(of=partner) for _ in range(3)]
    for shop in shops:
        wrong(shop), wrong(shop)
    with pytest.raises(DigitGuessesExceeded):
        redemption.pay(money.order(money.merchant(of=partner), said(rich), 100))
    assert redemption.pay(money.order(money.merchant(), said(rich), 100)).status == "paid"


def test_success_does_not_wash_guesses_away(rich: Wallet) -> None:
    shop = money.merchant()
    for _ in range(9):
        wrong(shop)
    assert redemption.pay(money.order(shop, said(rich), 100)).status == "paid"
    wrong(shop)
    with pytest.raises(DigitGuessesExceeded):
        wrong(shop)


# --- where else digits are said ---


def test_a_hold_takes_them_too(rich: Wallet) -> None:
    shop, digits = money.merchant(), said(rich)
    order = money.hold_order(shop, digits, 400, "H-1")
    held = holds.authorise(order)
    assert (held.status, held.wallet_id) == ("held", rich.pk)
    assert holds.authorise(order).pk == held.pk
    assert holds.authorise(money.hold_order(shop, digits, 400)).decline == "code_unknown"


def test_at_the_counter_they_are_of_whoever_sits_there(db: None) -> None:
    owner, other = money.wallet(), money.wallet()
    for each in (owner, other):
        money.purse(each, 1_000, rules=money.terms(cash=True))
    for code in (said(other), codes.issue(other).qr_content):
        made = counter.pay_out(owner, code, 100, counter.new_reference(), "loket")
        assert (made.decline, made.wallet_id, made.code_id) == ("code_unknown", None, None)
    assert DigitGuesses.objects.get().wrong == 1
    assert counter.pay_out(owner, said(owner), 100, counter.new_reference(), "loket").status == "paid"


# --- devices ---


def test_codes_die_with_the_device_they_were_made_on(rich: Wallet) -> None:
    shop, lost, kept = money.merchant(), uuid.uuid4(), uuid.uuid4()
    dead = [codes.issue(rich, device=lost).qr_content, said(rich, device=lost)]
    alive = [codes.issue(rich, device=kept).qr_content, said(rich, device=kept), codes.issue(rich).qr_content]
    with transaction.atomic():
        assert codes.kill_open(rich, device=lost) == 2
    assert {redemption.pay(money.order(shop, code, 100)).status for code in dead} == {"declined"}
    assert {redemption.pay(money.order(shop, code, 100)).status for code in alive} == {"paid"}


# --- at once ---


def _do_pay(order: redemption.PaymentOrder) -> str:
    made = redemption.pay(order)
    return made.decline or made.status


@pytest.mark.usefixtures("processes")
def test_six_digits_sent_by_many_tills_at_once_pay_one(committed_db: None) -> None:
    owner = money.wallet()
    money.purse(owner, 10_000)
    digits = said(owner)
    jobs = [(_do_pay, (money.order(money.merchant(), digits, 300),)) for _ in range(12)]
    outcomes = Counter(outcome.value for outcome in together(jobs))
    assert outcomes["paid"] == 1 and set(outcomes) <= {"paid", "code_used", "code_unknown"}
    assert sum(account for account, _ in money.held_in(owner.purses.get())) == 9_700
    money.assert_books_hold()


@pytest.mark.usefixtures("processes")
def test_guesses_at_once_are_counted_one_by_one(committed_db: None) -> None:
    shop = money.merchant()
    jobs = [(_do_pay, (money.order(shop, f"{number:06}", 300),)) for number in range(30)]
    outcomes = together(jobs)
    assert Counter(outcome.value or outcome.error for outcome in outcomes) == {
        "code_unknown": 10,
        "digit_guesses_exceeded": 20,
    }
    assert DigitGuesses.objects.get().wrong == 10


def _do_issue(owner: int) -> str:
    six_digits.secrets.randbelow = lambda _: 4  # type: ignore[assignment]
    return six_digits.issue(Wallet.objects.get(pk=owner)).qr_content


@pytest.mark.usefixtures("processes")
def test_the_same_digits_drawn_at_once_speak_for_one(committed_db: None) -> None:
    owners = [money.wallet() for _ in range(6)]
    outcomes = together([(_do_issue, (owner.pk,)) for owner in owners])
    assert Counter(outcome.value or outcome.error for outcome in outcomes) == {"000004": 1, "digits_exhausted": 5}
    assert PaymentCode.objects.count() == 1
