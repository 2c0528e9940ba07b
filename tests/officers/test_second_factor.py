"""A code proves an officer once, at its own moment, by one phone; who guesses waits, and a lost phone proves nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format

from officers import second_factor
from officers.errors import (
    NoAuthenticator,
    NothingToConfirm,
    NothingToReset,
    ReasonMissing,
    ResetsOneself,
    TooManyCodes,
    TooManyPasswords,
    WrongCode,
    WrongPassword,
)
from officers.models import Authenticator, AuthenticatorStep, PasswordGuesses, Proof
from tests import money
from tests.processes import together

PASSWORD = "kata-sandi-petugas"
SECOND = timedelta(seconds=1)


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user(money.unique("officer"), password=PASSWORD)


def installed(user: User) -> Authenticator:
    device = second_factor.begin(user, name="Ponsel dinas", password=PASSWORD)
    return second_factor.confirm(user, money.code(device, later=-1))


def failures(device: Authenticator) -> int:
    return int(Authenticator.objects.values_list("throttling_failure_count", flat=True).get(pk=device.pk))


# --- installing ---


def test_it_is_installed_with_the_password_and_its_first_code(officer: User) -> None:
    assert second_factor.in_force(officer) is None
    device = installed(officer)
    assert second_factor.in_force(officer) == device and device.confirmed_at is not None
    assert list(device.steps.order_by("pk").values_list("kind", "by")) == [
        ("begun", officer.pk),
        ("confirmed", officer.pk),
    ]
    assert second_factor.prove(officer, money.code(device), purpose="approve:1").authenticator == device


def test_without_the_password_nothing_is_begun(officer: User) -> None:
    with pytest.raises(WrongPassword):
        second_factor.begin(officer, name="Ponsel", password="lain")
    assert not Authenticator.objects.exists()


def test_one_that_waits_for_its_first_code_proves_nothing(officer: User) -> None:
    device = second_factor.begin(officer, name="Ponsel", password=PASSWORD)
    with pytest.raises(NoAuthenticator):
        second_factor.prove(officer, money.code(device), purpose="approve:1")
    with pytest.raises(WrongCode):
        second_factor.confirm(officer, money.code(device, later=7))
    assert second_factor.in_force(officer) is None


def test_beginning_again_gives_up_the_one_that_waited(officer: User) -> None:
    first = second_factor.begin(officer, name="Satu", password=PASSWORD)
    second = second_factor.begin(officer, name="Dua", password=PASSWORD)
    with pytest.raises(WrongCode):
        second_factor.confirm(officer, money.code(first))
    with time_machine.travel(timezone.now() + 2 * SECOND):
        assert second_factor.confirm(officer, money.code(second)) == second
    with pytest.raises(NothingToConfirm):
        second_factor.confirm(officer, money.code(second, later=1))


def test_another_phone_takes_its_place_only_with_a_code_of_the_present(officer: User) -> None:
    old = installed(officer)
    new = second_factor.begin(officer, name="Baru", password=PASSWORD)
    with pytest.raises(WrongCode):
        second_factor.confirm(officer, money.code(new), present="000000" if money.code(old) != "000000" else "111111")
    assert second_factor.in_force(officer) == old
    with time_machine.travel(timezone.now() + 2 * SECOND):
        second_factor.confirm(officer, money.code(new), present=money.code(old))
    assert second_factor.in_force(officer) == new
    assert old.steps.latest("pk").kind == "replaced"
    with time_machine.travel(timezone.now() + 60 * SECOND), pytest.raises(WrongCode):
        second_factor.prove(officer, money.code(old), purpose="approve:1")


def test_the_secret_is_sealed_and_an_app_can_scan_it(officer: User) -> None:
    device = second_factor.begin(officer, name="Ponsel", password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(a)::text FROM officers_authenticator a")
        [(row,)] = cursor.fetchall()
    assert device.key not in row and len(device.key) == 40
    address = urlsplit(second_factor.address_of(device, "Salur"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == f"/Salur:{officer.username}"
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert asked["secret"] == second_factor.secret_of(device).replace(" ", "")
    assert (asked["issuer"], asked["digits"], asked["period"]) == ("Salur", "6", "30")


def test_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, the last six of eight digits."""
    key = b"12345678901234567890".hex()
    for moment, digits in ((59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")):
        assert second_factor.code_at(key, moment // 30) == digits


# --- proving ---


@pytest.mark.parametrize("later", [-1, 0, 1])
def test_a_code_may_be_one_step_early_or_late(officer: User, later: int) -> None:
    device = money.phone(officer)
    assert second_factor.prove(officer, money.code(device, later), purpose="x").step == (
        Authenticator.objects.get().last_step
    )


@pytest.mark.parametrize("later", [-2, 2])
def test_a_code_of_another_moment_is_refused_however_often_it_drifts(officer: User, later: int) -> None:
    device = money.phone(officer)
    with pytest.raises(WrongCode):
        second_factor.prove(officer, money.code(device, later), purpose="x")
    now = timezone.now()
    for number in range(1, 4):  # a clock that is always one step late brings the window no further
        with time_machine.travel(now + number * 60 * SECOND):
            second_factor.prove(officer, money.code(device, -1), purpose="x")
    with time_machine.travel(now + 240 * SECOND), pytest.raises(WrongCode):
        second_factor.prove(officer, money.code(device, -2), purpose="x")


def test_a_code_that_was_used_is_refused_and_so_is_an_earlier_one(officer: User) -> None:
    device = money.phone(officer)
    used = second_factor.prove(officer, money.code(device), purpose="x").step
    for step in (used, used - 1):
        with time_machine.travel(timezone.now() + 3 * SECOND), pytest.raises(WrongCode):
            second_factor.prove(officer, second_factor.code_at(device.key, step), purpose="x")
        Authenticator.objects.update(throttling_failure_count=0)
    assert Proof.objects.count() == 1


@pytest.mark.parametrize(
    "change", ["١{0}", "+{0}", "-{0}", "0{0}", "{1}", "{0}.", "{0}\n", "1e5", "", "abcdef", "12_345"]
)
def test_only_six_digits_are_a_code(officer: User, change: str) -> None:
    device = money.phone(officer)
    code = money.code(device)
    with pytest.raises(WrongCode):
        second_factor.prove(officer, change.format(code, code[1:]), purpose="x")
    assert failures(device) == 1


def test_a_code_is_taken_as_the_app_shows_it(officer: User) -> None:
    code = money.code(money.phone(officer))
    assert second_factor.prove(officer, f" {code[:3]} {code[3:]} ", purpose="x")


def test_whoever_guesses_waits_twice_as_long_each_time(officer: User) -> None:
    device, now = money.phone(officer), timezone.now()
    seconds = 0
    for number in range(1, 6):
        with time_machine.travel(now + seconds * SECOND, tick=False):
            with pytest.raises(WrongCode):
                second_factor.prove(officer, "x", purpose="x")
            assert failures(device) == number
            with pytest.raises(TooManyCodes) as refused:  # the right one too, and it does not count as another failure
                second_factor.prove(officer, money.code(device), purpose="x")
            assert refused.value.data["until"] and failures(device) == number
        seconds += 2 ** (number - 1)
    with time_machine.travel(now + seconds * SECOND, tick=False):
        second_factor.prove(officer, money.code(device), purpose="x")
    assert failures(device) == 0


def test_a_wrong_code_is_counted_though_the_deed_is_rolled_back(committed_db: None) -> None:
    user = money.officer()
    device = money.phone(user)
    with pytest.raises(WrongCode):
        second_factor.prove(user, "x", purpose="x")
    assert failures(device) == 1


def _prove(user: int, code: str) -> int:
    return second_factor.prove(User.objects.get(pk=user), code, purpose="approve:1").pk


def test_one_code_sent_many_times_at_once_proves_once(processes: None) -> None:
    user = money.officer()
    code = money.code(money.phone(user))
    outcomes = together([(_prove, (user.pk, code))] * 4)
    errors = Counter(outcome.error for outcome in outcomes)
    assert errors[""] == 1 and errors["wrong_code"] + errors["too_many_codes"] == 3
    assert Proof.objects.count() == 1


def test_guesses_at_once_are_one_guess(processes: None) -> None:
    user = money.officer()
    device = money.phone(user)
    outcomes = together([(_prove, (user.pk, f"x{number}")) for number in range(5)])
    errors = Counter(outcome.error for outcome in outcomes)
    assert errors == {"wrong_code": 1, "too_many_codes": 4} and failures(device) == 1


def test_who_has_to_wait_for_days_is_told_the_day(officer: User) -> None:
    device, now = money.phone(officer), timezone.now()
    Authenticator.objects.filter(pk=device.pk).update(throttling_failure_count=20, throttling_failure_timestamp=now)
    with pytest.raises(TooManyCodes) as refused:
        second_factor.prove(officer, money.code(device), purpose="x")
    until = timezone.localtime(now + 2**19 * SECOND)  # six days
    assert f"tanggal {date_format(until, 'j F Y')} pukul {until:%H:%M:%S}" in str(refused.value)


# --- guessing the password ---


def test_whoever_guesses_the_password_waits_twice_as_long_each_time(officer: User) -> None:
    now, seconds = timezone.now(), 0
    for number in range(1, 6):
        with time_machine.travel(now + seconds * SECOND, tick=False):
            with pytest.raises(WrongPassword):
                second_factor.begin(officer, name="Ponsel", password="lain")
            with pytest.raises(TooManyPasswords) as refused:  # the right one too, and it does not count as another
                second_factor.begin(officer, name="Ponsel", password=PASSWORD)
            assert refused.value.data["until"]
        seconds += 2 ** (number - 1)
    assert PasswordGuesses.objects.get().failures == 5 and not Authenticator.objects.exists()
    with time_machine.travel(now + seconds * SECOND, tick=False):
        second_factor.begin(officer, name="Ponsel", password=PASSWORD)
    assert PasswordGuesses.objects.get().failures == 0


def test_passwords_guessed_for_long_make_the_wait_no_error(officer: User) -> None:
    PasswordGuesses.objects.create(user=officer, failures=5_000, failed_at=timezone.now())
    with pytest.raises(TooManyPasswords):
        second_factor.begin(officer, name="Ponsel", password=PASSWORD)


def _guess(user: int, password: str) -> int:
    return second_factor.begin(User.objects.get(pk=user), name="Ponsel", password=password).pk


def test_passwords_guessed_at_once_are_one_guess(processes: None) -> None:
    user = money.officer()
    PasswordGuesses.objects.create(user=user, failures=8, failed_at=timezone.now() - timedelta(days=1))
    outcomes = together([(_guess, (user.pk, f"x{number}")) for number in range(5)])
    assert Counter(outcome.error for outcome in outcomes) == {"wrong_password": 1, "too_many_passwords": 4}
    assert PasswordGuesses.objects.get().failures == 9


# --- a lost phone ---


def test_another_officer_releases_a_lost_phone_and_its_officer_installs_another(officer: User) -> None:
    device, supervisor = installed(officer), money.officer()
    with pytest.raises(ResetsOneself):
        second_factor.reset(device, by=officer, reason="hilang")
    with pytest.raises(ReasonMissing):
        second_factor.reset(device, by=supervisor, reason=" ")
    second_factor.reset(device, by=supervisor, reason="ponsel hilang, datang sendiri dengan KTP")
    step = AuthenticatorStep.objects.latest("pk")
    assert (step.kind, step.by, step.reason) == ("reset", supervisor, "ponsel hilang, datang sendiri dengan KTP")
    with pytest.raises(NoAuthenticator):
        second_factor.prove(officer, money.code(device), purpose="x")
    with pytest.raises(NothingToReset):
        second_factor.reset(device, by=supervisor, reason="lagi")
    assert second_factor.in_force(officer) is None and installed(officer).pk != device.pk


# --- what the database itself refuses ---


def test_the_database_takes_a_step_once_and_one_authenticator_an_officer(officer: User) -> None:
    device = installed(officer)
    proof = second_factor.prove(officer, money.code(device), purpose="x")
    with pytest.raises(IntegrityError, match="proof_step_once"), transaction.atomic():
        Proof.objects.create(authenticator=device, user=officer, purpose="y", step=proof.step)
    with pytest.raises(IntegrityError, match="authenticator_one_in_force"), transaction.atomic():
        Authenticator.objects.create(user=officer, name="Dua", confirmed=True, confirmed_at=timezone.now())
    second_factor.reset(device, by=money.officer(), reason="hilang")
    with pytest.raises(IntegrityError, match="was ended"), transaction.atomic():
        Authenticator.objects.filter(pk=device.pk).update(ended_at=None)
