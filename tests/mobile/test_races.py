"""What must hold when several requests arrive at once, with real commits on separate connections."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from mobile import otp
from mobile.errors import OtpLocked, OtpWrong, TooManyCodes
from mobile.models import Device, OtpChallenge, Sms
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, at_once, other_than, sent_otp
from wallet.models import PaymentCode, Wallet

pytestmark = pytest.mark.usefixtures("committed_db")


def kinds(results: list[Any]) -> dict[str, int]:
    """How often each kind of result came."""
    names = [type(result).__name__ for result in results]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.mark.parametrize("phone", [PHONE, STRANGER])
def test_requests_at_once_do_not_pass_the_limit(phone: str) -> None:
    people.register()
    results = at_once(16, lambda _: otp.request(phone))
    assert kinds(results) == {"TooManyCodes": 13, "datetime": 3}
    assert OtpChallenge.objects.count() == Sms.objects.count() == 3
    assert all(890 <= error.data["wait"] <= 900 for error in results if isinstance(error, TooManyCodes))


def test_a_busy_phone_does_not_slow_another_ones_limit() -> None:
    results = at_once(8, lambda number: otp.request(PHONE if number % 2 else STRANGER))
    assert kinds(results) == {"TooManyCodes": 2, "datetime": 6}


def test_one_code_used_at_once_makes_one_token() -> None:
    people.register()
    otp.request(PHONE)
    code = sent_otp()
    results = at_once(8, lambda _: otp.confirm(PHONE, code))
    assert [type(result) for result in results].count(tuple) == 1
    assert all(isinstance(result, tuple | OtpWrong | OtpLocked) for result in results)
    assert Device.objects.count() == 1


def test_guesses_at_once_share_no_attempt() -> None:
    people.register()
    otp.request(PHONE)
    code = sent_otp()
    results = at_once(16, lambda _: otp.confirm(PHONE, other_than(code)))
    assert kinds(results) == {"OtpLocked": 11, "OtpWrong": 5}
    assert OtpChallenge.objects.get().attempts == 5
    with pytest.raises(OtpLocked):
        otp.confirm(PHONE, code)


def test_a_failed_attempt_is_counted_although_the_request_fails() -> None:
    people.register()
    people.register("Budi Santoso", birth_date=date(1968, 1, 2))
    api = APIClient()
    api.post("/api/v1/activation/request", {"phone": PHONE}, format="json")
    wrong = {"phone": PHONE, "otp": other_than(sent_otp())}
    assert api.post("/api/v1/activation/confirm", wrong, format="json").status_code == 403
    right = {"phone": PHONE, "otp": sent_otp()}
    assert api.post("/api/v1/activation/confirm", right, format="json").status_code == 409
    assert OtpChallenge.objects.get().attempts == 2


def test_a_wrong_pin_is_counted_although_the_request_fails() -> None:
    siti = people.register()
    hers = people.client_of(siti)
    assert hers.post("/api/v1/pin", {"pin": "271958"}, format="json").status_code == 204
    assert hers.post("/api/v1/codes", {"pin": "804613"}, format="json").status_code == 403
    assert Wallet.objects.get(pk=siti.wallet_id).pin_failures == 1


def test_wrong_pins_at_once_share_no_attempt() -> None:
    siti = people.register()
    people.client_of(siti).post("/api/v1/pin", {"pin": "271958"}, format="json")
    clients = [people.client_of(siti) for _ in range(8)]
    answers = at_once(8, lambda n: clients[n].post("/api/v1/codes", {"pin": "804613"}, format="json").json())
    codes = [answer["error"]["code"] for answer in answers]
    assert codes.count("pin_wrong") == 4 and codes.count("pin_locked") == 4
    assert Wallet.objects.get(pk=siti.wallet_id).pin_failures == 5
    assert not PaymentCode.objects.exists()


def test_inside_a_transaction_nothing_is_counted_and_nothing_is_tried() -> None:
    people.register()
    otp.request(PHONE)
    code = sent_otp()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        otp.confirm(PHONE, code)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        otp.request(PHONE)
    assert not Device.objects.exists()
