"""PINs: which are accepted, and that no way of asking gets more than five guesses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from django.db import transaction
from django.utils import timezone

from tests import money
from tests.processes import together
from wallet import pins, wallets
from wallet.errors import PinAlreadySet, PinInvalid, PinLocked, PinNotSet, PinWrong, WalletInactive
from wallet.models import Wallet

RIGHT, WRONG = "482916", "111112"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MISSHAPEN = ["", "12345", "1234567", "48291a", " 482916", "482916\n", "４８２９１６", "٤٨٢٩١٦", 482916, None]
GUESSABLE = [
    "000000",
    "999999",
    "123456",
    "456789",
    "567890",
    "012345",
    "654321",
    "987654",
    "098765",
    "543210",
    "121212",
    "731731",
]


@pytest.fixture(autouse=True)
def cheap_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "HASHER", CHEAP)


@pytest.fixture
def wallet(db: None) -> Wallet:
    made = money.wallet()
    pins.create(made, RIGHT)
    return made


def wrong_times(wallet: Wallet, times: int) -> list[int]:
    """Guesses wrong so many times; returns what each answer said is left."""
    left = []
    for _ in range(times):
        with pytest.raises(PinWrong) as refusal:
            pins.check(wallet, WRONG)
        left.append(refusal.value.data["left"])
    return left


@pytest.mark.parametrize("pin", ["482916", "000001", "112233", "901234", "135790"])
def test_a_pin_of_six_mixed_digits_is_accepted(db: None, pin: str) -> None:
    wallet = money.wallet()
    pins.create(wallet, pin)
    pins.check(wallet, pin)


@pytest.mark.parametrize("pin", MISSHAPEN + GUESSABLE)
def test_a_pin_of_another_shape_or_easily_guessed_is_refused(db: None, pin: Any) -> None:
    wallet = money.wallet()
    with pytest.raises(PinInvalid):
        pins.create(wallet, pin)
    wallet.refresh_from_db()
    assert wallet.pin_hash == ""


def test_the_table_holds_no_pin_and_equal_pins_look_different(db: None) -> None:
    one, other = money.wallet(), money.wallet()
    for wallet in (one, other):
        pins.create(wallet, RIGHT)
        wallet.refresh_from_db()
    assert RIGHT not in one.pin_hash
    assert one.pin_hash != other.pin_hash


def test_a_hash_copied_to_another_wallet_does_not_open_it(wallet: Wallet) -> None:
    other = money.wallet()
    Wallet.objects.filter(pk=other.pk).update(pin_hash=Wallet.objects.get(pk=wallet.pk).pin_hash)
    with pytest.raises(PinWrong):
        pins.check(other, RIGHT)


def test_without_the_pepper_the_right_pin_is_wrong(wallet: Wallet, settings: Any) -> None:
    settings.PIN_PEPPER = bytes(32)
    with pytest.raises(PinWrong):
        pins.check(wallet, RIGHT)


def test_a_pin_is_created_once(wallet: Wallet) -> None:
    with pytest.raises(PinAlreadySet):
        pins.create(wallet, "739105")
    pins.check(wallet, RIGHT)


def test_without_a_pin_nothing_is_right(db: None) -> None:
    wallet = money.wallet()
    with pytest.raises(PinNotSet):
        pins.check(wallet, RIGHT)
    wallet.refresh_from_db()
    assert wallet.pin_failures == 0


def test_the_fifth_wrong_guess_locks_even_the_right_pin_out(wallet: Wallet) -> None:
    assert wrong_times(wallet, 4) == [4, 3, 2, 1]
    for pin in (WRONG, RIGHT):
        with pytest.raises(PinLocked):
            pins.check(wallet, pin)


def test_the_right_pin_at_the_fifth_try_opens_and_forgets_the_failures(wallet: Wallet) -> None:
    wrong_times(wallet, 4)
    pins.check(wallet, RIGHT)
    wallet.refresh_from_db()
    assert (wallet.pin_failures, wallet.pin_locked_until) == (0, None)
    assert wrong_times(wallet, 4) == [4, 3, 2, 1]


def test_a_lockout_ends_after_its_time_with_five_new_tries(wallet: Wallet, time_machine: Any) -> None:
    wrong_times(wallet, 4)
    with pytest.raises(PinLocked):
        pins.check(wallet, WRONG)
    wallet.refresh_from_db()
    assert wallet.pin_locked_until is not None
    time_machine.move_to(wallet.pin_locked_until - timedelta(seconds=1), tick=False)
    with pytest.raises(PinLocked):
        pins.check(wallet, RIGHT)
    time_machine.move_to(wallet.pin_locked_until, tick=False)
    assert wrong_times(wallet, 4) == [4, 3, 2, 1]
    pins.check(wallet, RIGHT)


def test_changing_needs_the_old_pin_and_counts_wrong_ones(wallet: Wallet) -> None:
    with pytest.raises(PinWrong):
        pins.change(wallet, WRONG, "739105")
    wallet.refresh_from_db()
    assert wallet.pin_failures == 1
    with pytest.raises(PinInvalid):
        pins.change(wallet, RIGHT, "123456")
    pins.change(wallet, RIGHT, "739105")
    pins.check(wallet, "739105")
    with pytest.raises(PinWrong):
        pins.check(wallet, RIGHT)


def test_a_reset_forgets_pin_and_lockout(wallet: Wallet) -> None:
    wrong_times(wallet, 4)
    with pytest.raises(PinLocked):
        pins.check(wallet, WRONG)
    pins.reset(wallet, "lupa", "dewi")
    pins.create(wallet, "739105")
    pins.check(wallet, "739105")


def test_a_frozen_wallet_answers_no_guess_and_makes_no_pin(wallet: Wallet) -> None:
    unset = money.wallet()
    for frozen in (wallet, unset):
        wallets.freeze(frozen, "sengketa")
    with pytest.raises(WalletInactive):
        pins.check(wallet, RIGHT)
    with pytest.raises(WalletInactive):
        pins.create(unset, RIGHT)
    wallet.refresh_from_db()
    assert wallet.pin_failures == 0


@pytest.mark.parametrize("pin", [RIGHT, WRONG])
def test_a_check_refuses_to_run_where_a_rollback_could_forget_it(wallet: Wallet, pin: str) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        pins.check(wallet, pin)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        pins.change(wallet, pin, "739105")


def test_an_attempt_is_committed_before_the_comparison_so_no_exception_takes_it_back(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet = money.wallet()
    pins.create(wallet, RIGHT)

    class Crash:
        def verify(self, *_: Any) -> None:
            raise MemoryError

    monkeypatch.setattr(pins, "HASHER", Crash())
    for _ in range(5):
        with pytest.raises(MemoryError):
            pins.check(wallet, RIGHT)
    monkeypatch.setattr(pins, "HASHER", CHEAP)
    with pytest.raises(PinLocked):
        pins.check(wallet, RIGHT)
    wallet.refresh_from_db()
    assert wallet.pin_locked_until is not None
    assert wallet.pin_locked_until > timezone.now()


def _do_guess(wallet: int, pin: str) -> int:
    """Runs in a process of its own: guesses three times and returns how often the hash was really compared."""
    compared = 0

    class Counting:
        def verify(self, *arguments: Any) -> None:
            nonlocal compared
            compared += 1
            CHEAP.verify(*arguments)

    pins.HASHER = Counting()
    for _ in range(3):
        try:
            pins.check(Wallet.objects.get(pk=wallet), pin)
        except (PinWrong, PinLocked):
            continue
    return compared


def test_guesses_made_at_once_get_five_comparisons_together(processes: None) -> None:
    wallet = money.wallet()
    pins.create(wallet, RIGHT)
    outcomes = together([(_do_guess, (wallet.pk, WRONG)) for _ in range(10)])
    assert [outcome.error for outcome in outcomes] == [""] * 10
    assert sum(outcome.value for outcome in outcomes) == 5
    with pytest.raises(PinLocked):
        pins.check(wallet, RIGHT)


def test_a_pin_that_was_reset_while_it_was_being_changed_stays_forgotten(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds the lost phone and knows the PIN is a moment too late."""
    wallet = money.wallet()
    pins.create(wallet, "482913")
    real = pins._check

    def and_meanwhile(row: Wallet, pin: str) -> str:
        proved = real(row, pin)
        wallets.recover(wallet, "telepon hilang", "dewi")
        return proved

    monkeypatch.setattr(pins, "_check", and_meanwhile)
    with pytest.raises(PinNotSet):
        pins.change(wallet, "482913", "719264")
    wallet.refresh_from_db()
    assert wallet.pin_hash == ""
