"""Six digits, scanning and paying a merchant's code, as a beneficiary's phone meets them."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import devices
from mobile.errors import TokenRevoked
from mobile.models import Device
from tests import money
from tests.mobile import people
from tests.mobile.people import error_of
from tests.mobile.test_money import PIN, post, wallet_of
from wallet import mpm, mpm_codes, pins, qris, redemption, wallets
from wallet.baskets import Item
from wallet.models import Merchant, MpmCode, Payment, PaymentCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(siti: Person) -> Merchant:
    pins.create(wallet_of(siti), PIN)
    people.grant(wallet_of(siti), 100_000, mccs=["5411"])
    return money.merchant("5411")


def dynamic(shop: Merchant, amount: int | None = 25_000, items: tuple[Item, ...] = ()) -> MpmCode:
    number = money.unique("qr")
    return mpm_codes.generate(
        mpm_codes.CodeOrder(
            partner=shop.partner,
            merchant_id=shop.merchant_id,
            amount=amount,
            partner_reference_no=number,
            external_id=number,
            request_hash=hashlib.sha256(number.encode()).digest(),
            terminal="A01",
            items=items,
        )
    )


def pay(client: APIClient, content: str, /, **sent: Any) -> Any:
    return post(client, "qr/pay", **({"content": content, "pin": PIN, "reference": str(uuid.uuid4())} | sent))


def left(person: Person) -> int:
    return sum(purse.account.balance for purse in wallet_of(person).purses.select_related("account"))


# --- six digits ---


def test_six_digits_are_issued_for_the_pin_and_bound_to_the_device(
    siti: Person, hers: APIClient, shop: Merchant
) -> None:
    answer = post(hers, "codes/digits", pin=PIN, ceiling=50_000)
    assert answer.status_code == 201 and answer.json().keys() == {"digits", "expires_at"}
    code = PaymentCode.objects.get()
    assert (code.kind, code.ceiling, code.device) == ("digits", 50_000, Device.objects.get().uid)
    assert redemption.pay(money.order(shop, answer.json()["digits"], 1_000)).status == "paid"


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"pin": "111112"}, "pin_wrong", "pin"),
        ({"pin": PIN, "ceiling": 1_000_001}, "limit_exceeded", "ceiling"),
        ({"pin": PIN, "ceiling": 0}, "invalid_amount", "ceiling"),
    ],
)
def test_six_digits_that_are_not_issued(
    hers: APIClient, shop: Merchant, sent: dict[str, Any], code: str, field: str
) -> None:
    error = error_of(post(hers, "codes/digits", **sent))
    assert (error["code"], error["field"]) == (code, field)
    assert not PaymentCode.objects.exists()


def test_a_revoked_devices_codes_are_dead_and_the_others_live(siti: Person, hers: APIClient, shop: Merchant) -> None:
    other = people.client_of(siti, "HP lain")
    dead = [post(hers, "codes", pin=PIN).json()["qr_content"], post(hers, "codes/digits", pin=PIN).json()["digits"]]
    alive = [post(other, "codes", pin=PIN).json()["qr_content"], post(other, "codes/digits", pin=PIN).json()["digits"]]
    lost = Device.objects.get(name="HP Ibu")
    assert post(other, f"devices/{lost.uid}/revoke").status_code == 204
    assert [redemption.pay(money.order(shop, code, 100)).status for code in dead] == ["declined", "declined"]
    assert [redemption.pay(money.order(shop, code, 100)).status for code in alive] == ["paid", "paid"]


def test_nothing_is_made_on_a_device_that_was_revoked_meanwhile(siti: Person, hers: APIClient, shop: Merchant) -> None:
    device = Device.objects.get()
    devices.revoke(device, Device.Revocation.OWNER)
    with pytest.raises(TokenRevoked):
        devices.make_code(device, wallet_of(siti), ceiling=None)
    with pytest.raises(TokenRevoked):
        devices.make_digits(device, wallet_of(siti), ceiling=None)
    assert not PaymentCode.objects.exists()


# --- scanning ---


def test_a_scan_shows_the_merchant_and_the_amount(hers: APIClient, shop: Merchant) -> None:
    code = dynamic(shop)
    answer = post(hers, "qr/scan", content=code.content)
    assert answer.status_code == 200
    told = {"name": shop.name, "city": shop.city, "category": "toko bahan pangan", "terminal": "A01"}
    expires_at = timezone.localtime(code.expires_at).isoformat()
    assert answer.json() == {"merchant": told, "amount": 25_000, "expires_at": expires_at, "items": []}
    fixed = post(hers, "qr/scan", content=mpm_codes.static_content(shop)).json()
    assert fixed == {"merchant": told | {"terminal": ""}, "amount": None, "expires_at": None, "items": []}


def test_a_scan_that_leads_nowhere_says_why(hers: APIClient, shop: Merchant) -> None:
    foreign = qris.Code("X", "Y", "5411", (qris.Account("26", "ID.CO.CONTOH.WWW", merchant_id="A"),))
    error = error_of(post(hers, "qr/scan", content="bukan QRIS"))
    assert (error["code"], error["field"], error["data"]["tag"]) == ("qris_malformed", "content", "-")
    assert error_of(post(hers, "qr/scan", content=qris.encode(foreign)))["code"] == "qr_not_ours"
    gone = dynamic(shop)
    mpm.cancel(shop.partner, partner_reference_no=gone.partner_reference_no)
    assert error_of(post(hers, "qr/scan", content=gone.content))["code"] == "qr_cancelled"
    over = dynamic(shop)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert error_of(post(hers, "qr/scan", content=over.content))["code"] == "qr_expired"
    money.suspend(shop)
    assert error_of(post(hers, "qr/scan", content=mpm_codes.static_content(shop)))["code"] == "merchant_suspended"


# --- paying ---


def test_a_dynamic_code_is_paid_with_the_pin(siti: Person, hers: APIClient, shop: Merchant) -> None:
    code = dynamic(shop)
    answer = pay(hers, code.content)
    payment = Payment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "reference_no": payment.reference_no,
        "amount": 25_000,
        "paid_at": timezone.localtime(payment.created_at).isoformat(),
        "merchant": {"name": shop.name, "city": shop.city, "category": "toko bahan pangan", "terminal": "A01"},
    }
    assert (payment.partner_id, payment.wallet_id, payment.mpm.way) == (shop.partner_id, wallet_of(siti).pk, "app")
    assert (left(siti), money.balance(shop.account)) == (75_000, 25_000)
    assert error_of(pay(hers, code.content))["code"] == "qr_paid"
    assert hers.get("/api/v1/history").json()["entries"][0]["amount"] == -25_000


def test_a_payment_sent_again_is_not_made_again(siti: Person, hers: APIClient, shop: Merchant) -> None:
    code, reference = dynamic(shop), str(uuid.uuid4())
    first = pay(hers, code.content, reference=reference)
    assert pay(hers, code.content, reference=reference).json() == first.json()
    other = error_of(pay(hers, mpm_codes.static_content(shop), reference=reference, amount=5))
    assert (other["code"], other["field"]) == ("idempotency_conflict", "reference")
    assert left(siti) == 75_000


def test_a_static_code_asks_for_the_amount(siti: Person, hers: APIClient, shop: Merchant) -> None:
    content = mpm_codes.static_content(shop)
    error = error_of(pay(hers, content))
    assert (error["code"], error["field"]) == ("amount_missing", "amount")
    assert pay(hers, content, amount=1_500).status_code == 201
    assert pay(hers, content, amount=1_500).status_code == 201  # another purchase
    assert left(siti) == 97_000


@pytest.mark.parametrize(
    ("sent", "status", "code", "field"),
    [
        ({"pin": "804613"}, 403, "pin_wrong", "pin"),
        ({"amount": 24_999}, 409, "amount_differs", "amount"),
        ({"amount": "25000"}, 400, "invalid_amount", "amount"),
        ({"reference": 12345678}, 400, "field_invalid", "reference"),
        ({"reference": "a b"}, 400, "field_invalid", "reference"),
        ({"content": ""}, 400, "field_required", "content"),
    ],
)
def test_a_payment_that_is_not_made(
    siti: Person, hers: APIClient, shop: Merchant, sent: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = pay(hers, dynamic(shop).content, **sent)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["field"]) == (status, code, field)
    assert left(siti) == 100_000 and MpmCode.objects.get().state == "open"


def test_purse_rules_and_limits_hold_here_too(siti: Person, hers: APIClient, shop: Merchant) -> None:
    cinema = money.merchant("7832")
    assert error_of(pay(hers, dynamic(cinema).content))["code"] == "not_permitted"
    assert error_of(pay(hers, dynamic(shop, 100_001).content))["code"] == "insufficient_funds"
    too_much = error_of(pay(hers, mpm_codes.static_content(shop), amount=10_000_001))
    assert (too_much["code"], too_much["data"]) == ("limit_exceeded", {"limit": 10_000_000})
    money.suspend(shop)
    assert error_of(pay(hers, mpm_codes.static_content(shop), amount=100))["code"] == "merchant_suspended"
    wallets.freeze(wallet_of(siti), "HP hilang")
    assert error_of(pay(hers, mpm_codes.static_content(shop), amount=100))["code"] == "wallet_inactive"
    assert left(siti) == 100_000


def test_money_for_named_goods_pays_a_code_that_names_them(siti: Person, hers: APIClient) -> None:
    pins.create(wallet_of(siti), PIN)
    people.grant(wallet_of(siti), 100_000, items_required=True, banned_items=["rokok"])
    code = dynamic(
        money.merchant("5942"), 15_000, (Item("Buku tulis", 2, 5_000, sku="BT-38"), Item("Pulpen", 1, 5_000))
    )
    shown = [{"name": "Buku tulis", "quantity": 2, "price": 5_000}, {"name": "Pulpen", "quantity": 1, "price": 5_000}]
    assert post(hers, "qr/scan", content=code.content).json()["items"] == shown
    assert pay(hers, code.content).status_code == 201
    assert left(siti) == 85_000 and money.balance(code.merchant.account) == 15_000
    bought = Payment.objects.get().items.order_by("number")
    assert [(one.name, one.quantity, one.price) for one in bought] == [tuple(good.values()) for good in shown]
    money.assert_books_hold()


def test_what_was_paid_in_the_application_is_refunded_to_the_purse(
    siti: Person, hers: APIClient, shop: Merchant
) -> None:
    code = dynamic(shop)
    pay(hers, code.content)
    done = mpm.cancel(shop.partner, partner_reference_no=code.partner_reference_no)
    assert done.refund is not None and left(siti) == 100_000


def test_without_signing_in_or_a_wallet_there_is_nothing(db: None, api: APIClient) -> None:
    content = mpm_codes.static_content(money.merchant())
    assert error_of(pay(api, content))["code"] == "token_missing"
    poor = people.client_of(people.register(wallet=False))
    assert error_of(pay(poor, content, amount=5))["code"] == "no_wallet"
    assert error_of(post(poor, "codes/digits", pin=PIN))["code"] == "no_wallet"
