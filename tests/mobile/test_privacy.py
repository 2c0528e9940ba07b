"""Nothing personal lies about: not in the tables, not in the log, not in an address."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile.models import Device
from mobile.urls import urlpatterns
from tests.mobile.people import PHONE, STRANGER, sent_otp

pytestmark = pytest.mark.django_db


def everything() -> str:
    """All rows of this app's tables as PostgreSQL prints them, bytes as text where they are text."""
    found = []
    with connection.cursor() as cursor:
        for table in ("mobile_otpchallenge", "mobile_device", "mobile_sms"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            found += [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND data_type = 'bytea'",
                [table],
            )
            for (column,) in cursor.fetchall():
                cursor.execute(f"SELECT encode({column}, 'escape') FROM {table}")
                found += [str(row[0]) for row in cursor.fetchall()]
    return "\n".join(found)


def test_tables_hold_no_phone_no_code_and_no_token(siti: Person, api: APIClient) -> None:
    api.post("/api/v1/activation/request", {"phone": PHONE}, format="json")
    otp = sent_otp()
    while_queued = everything()
    body = api.post("/api/v1/activation/confirm", {"phone": PHONE, "otp": otp}, format="json").json()
    for stored in (while_queued, everything()):
        for secret in ("81234567890", otp, body["token"], "Siti", "kode masuk"):
            assert secret not in stored
    # A digest of the code alone, or of the phone, would be searched through in no time.
    assert hashlib.sha256(otp.encode()).hexdigest() not in while_queued
    assert bytes(Device.objects.get().digest) == hashlib.sha256(body["token"].encode()).digest()


def test_equal_codes_have_different_digests(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from mobile import otp
    from mobile.models import OtpChallenge

    monkeypatch.setattr(otp.secrets, "randbelow", lambda _: 42)
    otp.request(PHONE)
    otp.request(STRANGER)
    first, second = (bytes(digest) for digest in OtpChallenge.objects.values_list("digest", flat=True))
    assert first != second


def test_the_log_names_nobody(siti: Person, api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    api.post("/api/v1/activation/request", {"phone": PHONE}, format="json")
    otp = sent_otp()
    wrong = {"phone": PHONE, "otp": "000000" if otp != "000000" else "000001"}
    api.post("/api/v1/activation/confirm", wrong, format="json")
    body = api.post("/api/v1/activation/confirm", {"phone": PHONE, "otp": otp}, format="json").json()
    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    for secret in ("81234567890", otp, body["token"], "Siti"):
        assert secret not in said


def test_an_unforeseen_error_is_logged_without_its_text(
    siti: Person, hers: APIClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from wallet import purses

    quoted = f"Failing row contains ({siti.name}, {siti.phone})"  # a traceback shows source lines, so not in there

    def fail(*_: Any) -> None:
        raise ValueError(quoted)

    monkeypatch.setattr(purses, "in_wallet", fail)
    answer = hers.get("/api/v1/purses")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert "ValueError" in caplog.text and "in fail" in caplog.text and "Siti" not in caplog.text


def test_addresses_carry_nothing_but_random_numbers_of_devices_and_offline_allowances() -> None:
    variables = {str(name) for pattern in urlpatterns for name in pattern.pattern.converters}
    assert variables == {"uid", "number", "rest"}  # the rest: addresses that are not there
