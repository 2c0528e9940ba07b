"""Offline allowances as a beneficiary's phone meets them: reserved with the PIN, shown, revoked; and which device made a code."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import devices
from mobile.models import Device
from tests import money
from tests.mobile import people
from tests.mobile.people import error_of
from tests.wallet.offline import world
from wallet import pins
from wallet.models import DeviceUse, OfflineAllowance, Wallet
from wallet.offline import allowances, claims, codes

pytestmark = pytest.mark.django_db
PIN = "271958"
KEY = codes.encoded(world.public(world.device()))


@pytest.fixture(autouse=True)
def _keys(settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(world.KEYS), None


@pytest.fixture
def wallet(siti: Person) -> Wallet:
    assert siti.wallet is not None
    pins.create(siti.wallet, PIN)
    people.grant(siti.wallet, 150_000, mccs=["5411"])
    return siti.wallet


def ask(client: APIClient, **changes: Any) -> Any:
    sent = {"pin": PIN, "amount": 100_000, "device_key": KEY} | changes
    return client.post("/api/v1/offline", sent, format="json", HTTP_X_DEVICE_ID="pemasangan-1234")


def test_a_holder_reserves_pays_without_signal_and_sees_it(hers: APIClient, wallet: Wallet) -> None:
    made = ask(hers)
    assert made.status_code == 201
    body = made.json()
    assert (body["ceiling"], body["reserved"], body["claimed"], body["mccs"]) == (100_000, 100_000, 0, ["5411"])
    assert hers.get("/api/v1/offline").json() == {"allowances": [body]}
    code = codes.phone_voucher(
        body["certificate"], world.device().sign, count=1, spent=0, amount=40_000, made_at=timezone.now()
    )
    till = world.till(money.merchant("5411"))
    assert till.accept(code) and claims.adjudicate(till.waiting[0]).status == "paid"
    [now] = hers.get("/api/v1/offline").json()["allowances"]
    assert (now["claimed"], now["reserved"]) == (40_000, 60_000)
    assert DeviceUse.objects.get().allowance == OfflineAllowance.objects.get()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"pin": "904613"}, "pin_wrong", "pin"),
        ({"amount": 0}, "invalid_amount", "amount"),
        ({"amount": 300_001}, "offline_ceiling_exceeded", "amount"),
        ({"amount": 150_001}, "insufficient_funds", None),
        ({"device_key": "KURANG"}, "offline_device_key_invalid", "device_key"),
        ({"device_key": KEY[:-1] + "B"}, "offline_device_key_invalid", "device_key"),
    ],
)
def test_why_nothing_is_reserved(
    hers: APIClient, wallet: Wallet, changes: dict[str, Any], code: str, field: str | None
) -> None:
    answer = ask(hers, **changes)
    assert answer.status_code >= 400 and code in str(answer.json())
    assert field is None or field in str(answer.json())
    assert not OfflineAllowance.objects.exists()


def test_a_holder_revokes_their_own_alone(hers: APIClient, wallet: Wallet) -> None:
    number = ask(hers).json()["id"]
    stranger = people.register("Budi", people.STRANGER)
    assert stranger.wallet is not None
    pins.create(stranger.wallet, PIN)
    other = people.client_of(stranger)
    refused = other.post(f"/api/v1/offline/{number}/revoke", {"pin": PIN}, format="json")
    assert refused.status_code == 404 and error_of(refused)["code"] == "offline_unknown"
    done = hers.post(f"/api/v1/offline/{number}/revoke", {"pin": PIN}, format="json")
    assert done.status_code == 200 and done.json()["revoked"] is True
    assert hers.post(f"/api/v1/offline/{number}/revoke", {"pin": PIN}, format="json").json() == done.json()


def test_what_a_phone_may_spend_offline_ends_with_the_phone_and_not_with_another(
    siti: Person, hers: APIClient, wallet: Wallet
) -> None:
    ask(hers)
    tablet, _token = devices.issue(siti, "tablet")
    devices.revoke(tablet, Device.Revocation.OWNER)
    assert OfflineAllowance.objects.get().revoked_at is None
    devices.revoke(Device.objects.get(revoked_at=None), Device.Revocation.OFFICER)
    assert OfflineAllowance.objects.get().revoke_reason == "Perangkat dikeluarkan"


def test_a_phone_is_signed_out_though_what_it_had_offline_is_used_up_at_that_moment(
    siti: Person, hers: APIClient, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(hers)
    device, revoke = Device.objects.get(), allowances.revoke

    def used_up(number: str, *told: Any, **how: Any) -> OfflineAllowance:
        """The claim of the last rupiah is kept between the list of what is open and the lock of each."""
        allowances.note_end(OfflineAllowance.objects.get(number=number))
        return revoke(number, *told, **how)

    monkeypatch.setattr(allowances, "revoke", used_up)
    assert devices.revoke(device, Device.Revocation.OWNER) is True
    device.refresh_from_db()
    allowance = OfflineAllowance.objects.get()
    assert device.revoked_at is not None
    assert (allowance.ended_at is not None, allowance.revoked_at) == (True, None)


def test_nothing_is_reserved_for_a_phone_that_was_signed_out_after_its_pin_was_checked(
    siti: Person, hers: APIClient, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = pins.check

    def checked_and_lost(of: Wallet, pin: str) -> None:
        check(of, pin)
        devices.revoke_all(siti)

    monkeypatch.setattr("mobile.offline_views.pins.check", checked_and_lost)
    assert error_of(ask(hers))["code"] == "token_revoked"
    assert not OfflineAllowance.objects.exists()


def test_a_code_remembers_the_device_by_its_digest(hers: APIClient, wallet: Wallet) -> None:
    hers.post("/api/v1/codes", {"pin": PIN}, format="json", HTTP_X_DEVICE_ID="pemasangan-1234")
    hers.post("/api/v1/codes", {"pin": PIN}, format="json")
    use = DeviceUse.objects.get()
    assert use.wallet_id == wallet.pk and b"pemasangan" not in bytes(use.device) and len(bytes(use.device)) == 32
