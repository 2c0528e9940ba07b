"""Signing in with a phone: what is answered, what is refused, and what no answer tells."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile.models import Device, OtpChallenge, Sms
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, error_of, other_than, sent_otp

pytestmark = pytest.mark.django_db

REQUEST = "/api/v1/activation/request"
CONFIRM = "/api/v1/activation/confirm"


def ask(api: APIClient, phone: str = PHONE) -> Any:
    return api.post(REQUEST, {"phone": phone}, format="json")


def confirm(api: APIClient, otp: str, phone: str = PHONE, **more: Any) -> Any:
    return api.post(CONFIRM, {"phone": phone, "otp": otp, **more}, format="json")


def test_a_phone_and_its_code_sign_a_device_in(api: APIClient, siti: Person) -> None:
    asked = ask(api, "0812-3456-7890")
    assert asked.status_code == 202
    answer = confirm(api, sent_otp(), "62812 3456 7890", device_name="HP Ibu")
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == {"token", "expires_at", "person"} and body["person"] == {"name": "Siti Aminah"}
    assert body["expires_at"].endswith("+07:00")
    assert answer["Cache-Control"] == "no-store"
    device = Device.objects.get()
    assert device.person == siti and device.name == "HP Ibu"
    left = device.expires_at - timezone.now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {body['token']}")
    assert api.get("/api/v1/me").json()["name"] == "Siti Aminah"


def test_someone_without_a_wallet_signs_in_too(api: APIClient, db: None) -> None:
    people.register(wallet=False)
    ask(api)
    assert confirm(api, sent_otp()).status_code == 201


def test_an_unknown_phone_gets_the_same_answer(api: APIClient, siti: Person) -> None:
    known, unknown = ask(api), ask(api, STRANGER)
    assert known.status_code == unknown.status_code == 202
    assert known.json()["message"] == unknown.json()["message"] and known.json().keys() == unknown.json().keys()
    assert dict(known.headers).keys() == dict(unknown.headers).keys()


def test_the_same_database_work_is_done_for_a_known_and_an_unknown_phone(api: APIClient, siti: Person) -> None:
    work = []
    for phone in (PHONE, STRANGER):
        with CaptureQueriesContext(connection) as queries:
            ask(api, phone)
        work.append([re.sub(" *[-0-9'].*", "", query["sql"]) for query in queries if "SAVEPOINT" not in query["sql"]])
    assert work[0] == work[1] and len(work[0]) == 4


def test_an_unknown_phone_and_a_wrong_code_answer_alike(api: APIClient, siti: Person) -> None:
    ask(api)
    wrong = confirm(api, other_than(sent_otp()))
    ask(api, STRANGER)
    right_for_nobody = confirm(api, sent_otp(), STRANGER)
    wrong_for_nobody = confirm(api, other_than(sent_otp()), STRANGER)
    never_asked = confirm(api, "493027", "+6285711112222")
    for answer in (wrong, right_for_nobody, wrong_for_nobody, never_asked):
        assert answer.status_code == 403
        assert answer.json() == wrong.json()
    assert error_of(wrong)["code"] == "otp_wrong" and error_of(wrong)["field"] == "otp"


@pytest.mark.parametrize("phone", [PHONE, STRANGER])
def test_five_wrong_codes_lock_even_the_right_one(api: APIClient, siti: Person, phone: str) -> None:
    ask(api, phone)
    otp = sent_otp()
    for _ in range(5):
        assert error_of(confirm(api, other_than(otp), phone))["code"] == "otp_wrong"
    locked = confirm(api, otp, phone)
    assert locked.status_code == 403 and error_of(locked)["code"] == "otp_locked"
    assert not Device.objects.exists()


def test_a_new_code_replaces_the_one_before(api: APIClient, siti: Person) -> None:
    ask(api)
    first = sent_otp()
    ask(api)
    second = sent_otp()
    if first != second:
        assert error_of(confirm(api, first))["code"] == "otp_wrong"
    assert confirm(api, second).status_code == 201


def test_a_code_works_once(api: APIClient, siti: Person) -> None:
    ask(api)
    otp = sent_otp()
    assert confirm(api, otp).status_code == 201
    assert error_of(confirm(api, otp))["code"] == "otp_wrong"
    assert Device.objects.count() == 1


def test_a_code_dies_after_five_minutes(api: APIClient, siti: Person) -> None:
    ask(api)
    left = OtpChallenge.objects.get().expires_at - timezone.now()
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5)
    OtpChallenge.objects.update(expires_at=timezone.now())
    assert error_of(confirm(api, sent_otp()))["code"] == "otp_wrong"


@pytest.mark.parametrize("phone", [PHONE, STRANGER])
def test_three_codes_in_a_quarter_of_an_hour(api: APIClient, siti: Person, phone: str) -> None:
    for _ in range(3):
        assert ask(api, phone).status_code == 202
    refused = ask(api, phone)
    assert refused.status_code == 429
    error = error_of(refused)
    assert error["code"] == "otp_too_many" and 890 <= error["data"]["wait"] <= 900
    assert refused["Retry-After"] == str(error["data"]["wait"])
    assert Sms.objects.count() == 3
    OtpChallenge.objects.update(created_at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert ask(api, phone).status_code == 202


def test_ten_codes_in_a_day(api: APIClient, siti: Person) -> None:
    for _ in range(10):
        assert ask(api).status_code == 202
        OtpChallenge.objects.update(created_at=timezone.now() - timedelta(hours=1))
    refused = error_of(ask(api))
    assert refused["code"] == "otp_too_many" and 22 * 3600 < refused["data"]["wait"] <= 23 * 3600


def test_one_phone_in_the_family(api: APIClient, db: None) -> None:
    people.register("Siti Aminah", birth_date=date(1970, 12, 31))
    budi = people.register("Budi Santoso", birth_date=date(1968, 1, 2))
    ask(api)
    otp = sent_otp()
    unclear = confirm(api, otp)
    assert unclear.status_code == 409
    assert error_of(unclear)["code"] == "choose_person" and error_of(unclear)["field"] == "birth_date"
    nobody = confirm(api, otp, birth_date="1999-09-09")
    assert nobody.status_code == 409 and error_of(nobody)["code"] == "person_unclear"
    assert confirm(api, otp, birth_date="1968-01-02").json()["person"] == {"name": "Budi Santoso"}
    assert Device.objects.get().person == budi


def test_whoever_shares_a_phone_is_told_nothing_before_the_code_is_right(api: APIClient, db: None) -> None:
    people.register("Siti Aminah")
    people.register("Budi Santoso", birth_date=date(1968, 1, 2))
    ask(api)
    assert error_of(confirm(api, other_than(sent_otp())))["code"] == "otp_wrong"


def test_twins_on_one_phone_must_come_to_the_office(api: APIClient, db: None) -> None:
    people.register("Siti Aminah")
    people.register("Siti Aisyah")
    ask(api)
    assert error_of(confirm(api, sent_otp(), birth_date="1970-12-31"))["code"] == "person_unclear"


def test_birth_dates_cannot_be_tried_without_end(api: APIClient, db: None) -> None:
    people.register("Siti Aminah")
    people.register("Budi Santoso", birth_date=date(1968, 1, 2))
    ask(api)
    otp = sent_otp()
    codes = [error_of(confirm(api, otp, birth_date=f"1990-01-{day:02}"))["code"] for day in range(1, 8)]
    assert codes == ["person_unclear"] * 5 + ["otp_locked"] * 2


def test_a_relative_does_not_enter_as_the_one_registered(api: APIClient, siti: Person) -> None:
    ask(api)
    assert error_of(confirm(api, sent_otp(), birth_date="1968-01-02"))["code"] == "person_unclear"
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({}, "phone", "field_required"),
        ({"phone": None}, "phone", "field_required"),
        ({"phone": ""}, "phone", "field_required"),
        ({"phone": 81234567890}, "phone", "field_invalid"),
        ({"phone": ["+6281234567890"]}, "phone", "field_invalid"),
        ({"phone": "0812" * 20}, "phone", "field_invalid"),
        ({"phone": "021-3456789"}, "phone", "phone_invalid"),
        ({"phone": "+1 202 555 0100"}, "phone", "phone_invalid"),
        ({"phone": "٠٨١٢٣٤٥٦٧٨٩٠"}, "phone", "phone_invalid"),
    ],
)
def test_what_is_no_phone_is_refused(api: APIClient, sent: dict[str, Any], field: str, code: str) -> None:
    answer = api.post(REQUEST, sent, format="json")
    assert answer.status_code == 400
    assert (error_of(answer)["field"], error_of(answer)["code"]) == (field, code)
    assert not OtpChallenge.objects.exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"otp": 123456}, "otp"),
        ({"otp": "12345"}, "otp"),
        ({"otp": "123456\n"}, "otp"),
        ({"otp": "١٢٣٤٥٦"}, "otp"),
        ({"otp": "123456", "device_name": "a\nb"}, "device_name"),
        ({"otp": "123456", "device_name": "x" * 61}, "device_name"),
        ({"otp": "123456", "birth_date": "31-12-1970"}, "birth_date"),
        ({"otp": "123456", "birth_date": "1970-02-30"}, "birth_date"),
        ({"otp": "123456", "birth_date": "١٩٧٠-١٢-٣١"}, "birth_date"),
        ({"otp": "123456", "birth_date": 19701231}, "birth_date"),
    ],
)
def test_what_is_malformed_costs_no_attempt(api: APIClient, siti: Person, sent: dict[str, Any], field: str) -> None:
    ask(api)
    answer = api.post(CONFIRM, {"phone": PHONE, **sent}, format="json")
    assert answer.status_code == 400
    assert (error_of(answer)["field"], error_of(answer)["code"]) == (field, "field_invalid")
    assert OtpChallenge.objects.get().attempts == 0


def test_fields_we_do_not_know_are_ignored(api: APIClient, siti: Person) -> None:
    assert api.post(REQUEST, {"phone": PHONE, "locale": "id", "v": [1]}, format="json").status_code == 202
