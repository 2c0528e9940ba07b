"""PIN, purses, history and one-time codes, as a beneficiary's phone meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from tests.mobile import people
from tests.mobile.people import error_of
from wallet import codes, pins, purses, wallets
from wallet.models import PaymentCode, Wallet

pytestmark = pytest.mark.django_db

PIN = "271958"
OTHER = "804613"


def post(client: APIClient, path: str, **sent: Any) -> Any:
    return client.post(f"/api/v1/{path}", sent, format="json")


def wallet_of(person: Person) -> Wallet:
    assert person.wallet is not None
    return person.wallet


# --- me ---


def test_me(siti: Person, hers: APIClient) -> None:
    body = hers.get("/api/v1/me").json()
    nik = siti.nik
    assert body == {
        "name": "Siti Aminah",
        "nik": f"3171••••••••{nik[-4:]}",
        "wallet": {"status": "active", "status_text": "Aktif", "pin_set": False},
        "representatives": [],
    }
    pins.create(wallet_of(siti), PIN)
    assert hers.get("/api/v1/me").json()["wallet"]["pin_set"] is True


def test_me_without_a_wallet(db: None) -> None:
    client = people.client_of(people.register(wallet=False))
    assert client.get("/api/v1/me").json()["wallet"] == {
        "status": "none",
        "status_text": "Belum ada dompet",
        "pin_set": False,
    }


# --- PIN ---


def test_the_first_pin_is_set_once(hers: APIClient) -> None:
    assert post(hers, "pin", pin=PIN).status_code == 204
    again = post(hers, "pin", pin=OTHER)
    assert again.status_code == 409 and error_of(again)["code"] == "pin_already_set"


@pytest.mark.parametrize("pin", [271958, "27195", "2719580", " 271958", "٢٧١٩٥٨", "111111", "123456", True, ["271958"]])
def test_what_is_no_pin_is_refused(hers: APIClient, pin: Any) -> None:
    answer = post(hers, "pin", pin=pin)
    assert answer.status_code == 400
    assert (error_of(answer)["code"], error_of(answer)["field"]) == ("pin_invalid", "pin")


@pytest.mark.parametrize("sent", [{}, {"pin": None}, {"pin": ""}])
def test_a_pin_is_required(hers: APIClient, sent: dict[str, Any]) -> None:
    answer = post(hers, "pin", **sent)
    assert (error_of(answer)["code"], error_of(answer)["field"]) == ("field_required", "pin")


def test_a_pin_is_changed_with_the_old_one(siti: Person, hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    assert post(hers, "pin/change", old_pin=PIN, new_pin=OTHER).status_code == 204
    pins.check(wallet_of(siti), OTHER)
    wrong = post(hers, "pin/change", old_pin=PIN, new_pin="958271")
    assert wrong.status_code == 403
    error = error_of(wrong)
    assert (error["code"], error["field"], error["data"]) == ("pin_wrong", "old_pin", {"left": 4})
    assert error["message"] == "PIN salah. Sisa percobaan: 4."


def test_a_new_pin_must_be_a_good_one(hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    simple = post(hers, "pin/change", old_pin=PIN, new_pin="123456")
    assert (error_of(simple)["code"], error_of(simple)["field"]) == ("pin_invalid", "new_pin")


def test_a_pin_that_is_not_set_cannot_be_changed(hers: APIClient) -> None:
    answer = post(hers, "pin/change", old_pin=PIN, new_pin=OTHER)
    assert answer.status_code == 409 and error_of(answer)["code"] == "pin_not_set"


def test_five_wrong_pins_lock_everywhere(siti: Person, hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    for left in (4, 3, 2, 1):
        assert error_of(post(hers, "codes", pin=OTHER))["data"] == {"left": left}
    locked = post(hers, "codes", pin=OTHER)
    assert locked.status_code == 403 and error_of(locked)["code"] == "pin_locked"
    for path, sent in (("codes", {"pin": PIN}), ("pin/change", {"old_pin": PIN, "new_pin": OTHER})):
        assert error_of(post(people.client_of(siti), path, **sent))["code"] == "pin_locked"
    assert not PaymentCode.objects.exists()


@pytest.mark.parametrize(
    ("path", "sent"),
    [("pin", {"pin": PIN}), ("pin/change", {"old_pin": PIN, "new_pin": OTHER}), ("codes", {"pin": PIN})],
)
def test_without_a_wallet_there_is_nothing_to_protect(db: None, path: str, sent: dict[str, Any]) -> None:
    answer = post(people.client_of(people.register(wallet=False)), path, **sent)
    assert answer.status_code == 409 and error_of(answer)["code"] == "no_wallet"


# --- codes ---


def test_a_code_is_issued_for_the_pin(siti: Person, hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    answer = post(hers, "codes", pin=PIN, ceiling=50_000)
    assert answer.status_code == 201 and answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body.keys() == {"qr_content", "expires_at"}
    code = PaymentCode.objects.get()
    assert bytes(code.digest) == codes.digest(body["qr_content"])
    assert (code.wallet_id, code.ceiling) == (siti.wallet_id, 50_000)
    assert post(hers, "codes", pin=PIN).status_code == 201
    assert post(hers, "codes", pin=PIN, ceiling=None).status_code == 201


def test_a_code_that_shows_the_balance_pays_nothing(siti: Person, hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    answer = post(hers, "codes", pin=PIN, purpose="balance")
    assert answer.status_code == 201
    code = PaymentCode.objects.get()
    assert bytes(code.digest) == codes.digest(answer.json()["qr_content"])
    assert (code.kind, code.ceiling) == (PaymentCode.Kind.FUNDS, None)
    refused = post(hers, "codes", pin=PIN, purpose="lain")
    assert (refused.status_code, error_of(refused)["field"]) == (400, "purpose")


@pytest.mark.parametrize("ceiling", ["50000", "1_000", True, 0, -1, [1]])
def test_a_ceiling_is_whole_rupiah(hers: APIClient, ceiling: Any) -> None:
    post(hers, "pin", pin=PIN)
    answer = post(hers, "codes", pin=PIN, ceiling=ceiling)
    assert answer.status_code == 400
    assert (error_of(answer)["code"], error_of(answer)["field"]) == ("invalid_amount", "ceiling")


@pytest.mark.parametrize("ceiling", ["50000.5", "1e3", "1" * 19, "NaN"])
def test_a_number_that_is_no_amount_is_not_even_read(hers: APIClient, ceiling: str) -> None:
    body = f'{{"pin": "{PIN}", "ceiling": {ceiling}}}'
    answer = hers.post("/api/v1/codes", body, content_type="application/json")
    assert answer.status_code == 400 and error_of(answer)["code"] == "body_invalid"


def test_a_frozen_wallet_makes_no_codes_and_shows_nothing_usable(siti: Person, hers: APIClient) -> None:
    post(hers, "pin", pin=PIN)
    people.grant(wallet_of(siti), 200_000)
    wallets.freeze(wallet_of(siti), "HP hilang")
    answer = post(hers, "codes", pin=PIN)
    assert answer.status_code == 403 and error_of(answer)["code"] == "wallet_inactive"
    assert hers.get("/api/v1/me").json()["wallet"]["status"] == "frozen"
    body = hers.get("/api/v1/purses").json()
    assert (body["usable_now"], body["book_balance"]) == (0, 200_000)


# --- purses ---


def test_purses_say_what_is_usable_now_and_by_which_rules(siti: Person, hers: APIClient) -> None:
    now = timezone.now()
    people.grant(wallet_of(siti), 300_000, "KLJ Oktober 2026", cash_allowed=True)
    people.grant(
        wallet_of(siti),
        250_000,
        "KJP Plus Desember 2026",
        usable_from=now + timedelta(days=10),
        usable_until=now + timedelta(days=40),
        mccs=["5942", "5943", "7999"],
        lapses=True,
    )
    body = hers.get("/api/v1/purses").json()
    assert (body["usable_now"], body["book_balance"]) == (300_000, 550_000)
    later, now_usable = body["purses"]  # the one that expires comes first
    assert (later["title"], later["usable_now"], later["book_balance"]) == ("KJP Plus Desember 2026", 0, 250_000)
    assert later["rules"][:2] == [
        "Hanya dapat dipakai di: toko buku, toko alat tulis dan sekolah, pedagang kategori 7999.",
        "Tidak dapat diambil tunai.",
    ]
    assert later["rules"][2].startswith("Dapat dipakai mulai ")
    assert later["rules"][3].startswith("Pakai sebelum ") and later["rules"][3].endswith("sisanya kembali ke program.")
    assert later["usable_until"].endswith("+07:00")
    assert now_usable["usable_now"] == 300_000 and now_usable["usable_until"] is None
    assert now_usable["rules"] == [
        "Dapat dipakai di semua pedagang.",
        "Boleh diambil tunai.",
        "Tidak ada batas waktu.",
    ]


def test_no_wallet_no_purses(db: None) -> None:
    client = people.client_of(people.register(wallet=False))
    assert client.get("/api/v1/purses").json() == {"usable_now": 0, "book_balance": 0, "held": 0, "purses": []}
    assert client.get("/api/v1/history").json() == {"entries": [], "next_before": None}


def test_nobody_sees_another_wallet(siti: Person, hers: APIClient) -> None:
    people.grant(wallet_of(siti), 100_000)
    his = people.client_of(people.register("Budi Santoso", people.STRANGER))
    assert his.get("/api/v1/purses").json()["purses"] == []
    assert his.get("/api/v1/history").json()["entries"] == []


# --- history ---


def test_history_turns_its_pages_by_cursor(siti: Person, hers: APIClient) -> None:
    for number in range(1, 6):
        people.grant(wallet_of(siti), number * 1_000, f"Bantuan {number}")
    first = hers.get("/api/v1/history", {"limit": 2}).json()
    assert [entry["amount"] for entry in first["entries"]] == [5_000, 4_000]
    assert first["entries"][0]["kind"] == "disbursement" and first["entries"][0]["kind_text"] == "Penyaluran"
    assert first["entries"][0]["purse"] == "Bantuan 5"
    second = hers.get("/api/v1/history", {"limit": 2, "before": first["next_before"]}).json()
    assert [entry["amount"] for entry in second["entries"]] == [3_000, 2_000]
    last = hers.get("/api/v1/history", {"limit": 2, "before": second["next_before"]}).json()
    assert [entry["amount"] for entry in last["entries"]] == [1_000] and last["next_before"] is None
    assert len(hers.get("/api/v1/history").json()["entries"]) == 5


def test_history_shows_money_that_went_back(siti: Person, hers: APIClient) -> None:
    past = timezone.now() - timedelta(days=2)
    people.grant(wallet_of(siti), 90_000, usable_from=past, usable_until=past + timedelta(days=1), lapses=True)
    assert len(list(purses.lapse_due())) == 1
    newest = hers.get("/api/v1/history").json()["entries"][0]
    assert (newest["kind"], newest["amount"], newest["merchant"]) == ("lapse", -90_000, "")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "51"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "1_0"}, "limit"),
        ({"limit": "١٠"}, "limit"),
        ({"before": "abc"}, "before"),
        ({"before": "9" * 19}, "before"),
    ],
)
def test_a_page_that_cannot_be_is_refused(hers: APIClient, query: dict[str, str], field: str) -> None:
    answer = hers.get("/api/v1/history", query)
    assert answer.status_code == 400
    assert (error_of(answer)["code"], error_of(answer)["field"]) == ("field_invalid", field)
