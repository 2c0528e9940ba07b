"""Tokens: who is let in, for how long, and how a device is signed out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import devices
from mobile.models import Device
from tests.mobile import people
from tests.mobile.people import error_of

pytestmark = pytest.mark.django_db

SIGNED_IN_ONLY = [
    ("get", "/api/v1/me"),
    ("get", "/api/v1/purses"),
    ("get", "/api/v1/history"),
    ("get", "/api/v1/devices"),
    ("post", "/api/v1/pin"),
    ("post", "/api/v1/pin/change"),
    ("post", "/api/v1/codes"),
    ("post", "/api/v1/devices/0f0d3c1e-5b0a-4f0e-9d6c-1c2b3a4d5e6f/revoke"),
    ("post", "/api/v1/logout"),
]


@pytest.mark.parametrize(("method", "path"), SIGNED_IN_ONLY)
def test_every_address_wants_a_token(api: APIClient, method: str, path: str) -> None:
    answer = getattr(api, method)(path, format="json")
    assert answer.status_code == 401 and error_of(answer)["code"] == "token_missing"
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Token " + "a" * 43, "Bearer " + "a" * 43, "Bearer é" * 9])
def test_what_is_no_token_of_ours_is_refused(api: APIClient, siti: Person, header: str) -> None:
    api.credentials(HTTP_AUTHORIZATION=header)
    answer = api.get("/api/v1/me")
    assert answer.status_code == 401 and error_of(answer)["code"] == "token_invalid"


def test_an_expired_token_is_refused(hers: APIClient) -> None:
    Device.objects.update(expires_at=timezone.now())
    answer = hers.get("/api/v1/me")
    assert answer.status_code == 401 and error_of(answer)["code"] == "token_expired"


@pytest.mark.parametrize("reason", ["logout", "owner", "officer"])
def test_a_revoked_token_is_refused(hers: APIClient, reason: str) -> None:
    devices.revoke(Device.objects.get(), Device.Revocation(reason))
    answer = hers.get("/api/v1/me")
    assert answer.status_code == 401 and error_of(answer)["code"] == "token_revoked"


def test_logout_ends_this_device_only(siti: Person, hers: APIClient) -> None:
    other = people.client_of(siti, "Tablet")
    assert hers.post("/api/v1/logout").status_code == 204
    assert error_of(hers.get("/api/v1/me"))["code"] == "token_revoked"
    assert other.get("/api/v1/me").status_code == 200
    assert Device.objects.get(name="HP Ibu").revoked_reason == "logout"


def test_a_lost_phone_is_signed_out_from_another_one(siti: Person, hers: APIClient) -> None:
    lost = people.client_of(siti, "HP hilang")
    shown = hers.get("/api/v1/devices").json()["devices"]
    assert [(one["name"], one["current"]) for one in shown] == [("HP hilang", False), ("HP Ibu", True)]
    path = f"/api/v1/devices/{shown[0]['id']}/revoke"
    assert hers.post(path).status_code == 204
    assert error_of(lost.get("/api/v1/me"))["code"] == "token_revoked"
    assert [one["name"] for one in hers.get("/api/v1/devices").json()["devices"]] == ["HP Ibu"]
    again = hers.post(path)
    assert again.status_code == 404 and error_of(again)["code"] == "device_unknown"


def test_nobody_signs_out_somebody_elses_device(hers: APIClient) -> None:
    budi = people.register("Budi Santoso", people.STRANGER)
    his = people.client_of(budi)
    uid = Device.objects.get(person=budi).uid
    answer = hers.post(f"/api/v1/devices/{uid}/revoke")
    assert answer.status_code == 404 and error_of(answer)["code"] == "device_unknown"
    assert his.get("/api/v1/me").status_code == 200
    assert [one["name"] for one in his.get("/api/v1/devices").json()["devices"]] == ["HP Ibu"]


def test_the_first_reason_of_a_revocation_stays(siti: Person) -> None:
    device, _token = devices.issue(siti, "")
    assert devices.revoke(device, Device.Revocation.OFFICER)
    assert not devices.revoke(device, Device.Revocation.LOGOUT)
    device.refresh_from_db()
    assert device.revoked_reason == "officer"


def test_use_is_noted_every_few_minutes_only(hers: APIClient) -> None:
    hers.get("/api/v1/me")
    first = Device.objects.get().last_used_at
    assert first is not None
    hers.get("/api/v1/me")
    assert Device.objects.get().last_used_at == first
    Device.objects.update(last_used_at=timezone.now() - timedelta(minutes=6))
    hers.get("/api/v1/me")
    assert Device.objects.get().last_used_at > timezone.now() - timedelta(minutes=1)
