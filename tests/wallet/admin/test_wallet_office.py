"""The wallet's own pages: freezing, partners' keys and secrets, merchants, settlements, terms."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests import money
from tests.disbursement.admin.conftest import House, build_house
from wallet import pins
from wallet.models import AccessToken, Account, Merchant, Partner, Purse, PurseTerms, Settlement, Wallet

SHORT = 1024  # bits: too few, which is the point


@pytest.fixture
def house(db: None) -> House:
    return build_house()


def _pem(key: object) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _partner(pem: str) -> dict[str, str]:
    return {"name": "Mitra Baru", "client_id": "abc-1", "public_key": pem, "active": "on"}


def test_the_secret_is_shown_once_and_kept_sealed(house: House) -> None:
    client = house.client("bendahara")
    good = _pem(rsa.generate_private_key(65537, 2048))
    shown = client.post("/admin/wallet/partner/add/", _partner(good))
    partner = Partner.objects.get(client_id="abc-1")
    assert shown.status_code == 200 and partner.secret in shown.content.decode()
    assert partner.secret not in str(client.cookies) and partner.secret.encode() not in bytes(partner.secret_sealed)
    for address in (f"/admin/wallet/partner/{partner.pk}/change/", "/admin/wallet/partner/", "/admin/"):
        assert partner.secret not in client.get(address).content.decode()
    old = partner.secret
    assert old not in client.get(f"/admin/wallet/partner/{partner.pk}/new_secret/").content.decode()
    again = client.post(f"/admin/wallet/partner/{partner.pk}/new_secret/").content.decode()
    partner.refresh_from_db()
    assert partner.secret != old and partner.secret in again and old not in again


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        ("bukan kunci", "Bukan kunci publik PEM"),
        (_pem(rsa.generate_private_key(65537, SHORT)), "1024 bit terlalu pendek"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "bukan RSA"),
        ("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "kunci privat"),
    ],
)
def test_only_a_proper_rsa_key_is_taken(house: House, pem: str, said: str) -> None:
    page = house.client("bendahara").post("/admin/wallet/partner/add/", _partner(pem)).content.decode()
    assert said in page.replace("1.024", "1024") and not Partner.objects.filter(client_id="abc-1").exists()


def test_freezing_needs_a_reason_and_is_undone(house: House) -> None:
    wallet, client = Wallet.objects.first(), house.client("petugas")
    address = f"/admin/wallet/wallet/{wallet.pk}"
    client.post(f"{address}/freeze/", {"reason": ""})
    wallet.refresh_from_db()
    assert wallet.status == Wallet.Status.ACTIVE
    assert (
        "Dompet dibekukan: hilang"
        in client.post(f"{address}/freeze/", {"reason": "hilang"}, follow=True).content.decode()
    )
    wallet.refresh_from_db()
    assert (wallet.status, wallet.status_reason) == (Wallet.Status.FROZEN, "hilang")
    client.post(f"{address}/unfreeze/", {"reason": "sudah jelas"})
    wallet.refresh_from_db()
    assert wallet.status == Wallet.Status.ACTIVE


def test_a_closed_wallet_is_not_frozen(house: House) -> None:
    wallet = Wallet.objects.first()
    Wallet.objects.filter(pk=wallet.pk).update(status=Wallet.Status.CLOSED)
    answer = house.client("petugas").post(f"/admin/wallet/wallet/{wallet.pk}/freeze/", {"reason": "x"}, follow=True)
    assert "sudah berubah" in answer.content.decode()
    assert Wallet.objects.get(pk=wallet.pk).status == Wallet.Status.CLOSED


def test_the_pin_is_reset_and_its_hash_never_shown(house: House) -> None:
    wallet, client = Wallet.objects.first(), house.client("petugas")
    pins.create(wallet, "271828")
    wallet.refresh_from_db()
    page = client.get(f"/admin/wallet/wallet/{wallet.pk}/change/").content.decode()
    assert "Sudah dibuat" in page and wallet.pin_hash not in page and "argon2" not in page
    client.post(f"/admin/wallet/wallet/{wallet.pk}/reset_pin/", {"reason": "lupa"})
    wallet.refresh_from_db()
    assert wallet.pin_hash == ""


def _merchant(**changes: str) -> dict[str, str]:
    return {
        "partner": str(Partner.objects.first().pk),
        "merchant_id": "W77",
        "name": "Warung Baru",
        "mcc": "5411",
        "city": "JAKARTA",
        "bank_code": "014",
        "bank_account": "9876543210",
    } | changes


def test_a_merchant_comes_with_its_account_and_a_masked_bank_account(house: House) -> None:
    client = house.client("bendahara")
    assert client.post("/admin/wallet/merchant/add/", _merchant()).status_code == 302
    merchant = Merchant.objects.get(merchant_id="W77")
    assert (merchant.account.kind, merchant.bank_account) == (Account.Kind.MERCHANT, "9876543210")
    page = client.get(f"/admin/wallet/merchant/{merchant.pk}/change/").content.decode()
    assert "9876543210" not in page and "••••••3210" in page
    seen = house.client("auditor").get(f"/admin/wallet/merchant/{merchant.pk}/change/").content.decode()
    assert "9876543210" not in seen and "••••••3210" in seen
    client.post(f"/admin/wallet/merchant/{merchant.pk}/change/", _merchant(bank_account="", name="Nama lain"))
    merchant.refresh_from_db()
    assert (merchant.name, merchant.bank_account) == ("Nama lain", "9876543210")


@pytest.mark.parametrize(
    "changes", [{"mcc": "54"}, {"bank_account": "12-3456"}, {"bank_code": ""}, {"merchant_id": "W1"}]
)
def test_a_merchant_that_is_wrong_leaves_no_account_behind(house: House, changes: dict[str, str]) -> None:
    before = Account.objects.count()
    assert house.client("bendahara").post("/admin/wallet/merchant/add/", _merchant(**changes)).status_code == 200
    assert Account.objects.count() == before


def test_merchants_are_suspended_settled_and_paid(house: House) -> None:
    client, merchant = house.client("bendahara"), Merchant.objects.first()
    client.post(f"/admin/wallet/merchant/{merchant.pk}/suspend/", {"reason": "curang"})
    merchant.refresh_from_db()
    assert merchant.status == Merchant.Status.SUSPENDED
    client.post(f"/admin/wallet/merchant/{merchant.pk}/reactivate/", {"reason": "selesai"})
    merchant.refresh_from_db()
    assert merchant.status == Merchant.Status.ACTIVE
    page = client.get("/admin/wallet/merchant/settle_all/").content.decode()
    assert "Tidak ada pedagang yang perlu dibayar" in page
    row = Settlement.objects.get()
    assert row.status == Settlement.Status.PENDING
    address = f"/admin/wallet/settlement/{row.pk}/mark_paid/"
    client.get(address)
    row.refresh_from_db()
    assert row.status == Settlement.Status.PENDING  # looking changes nothing
    client.post(address)
    row.refresh_from_db()
    assert row.status == Settlement.Status.PAID


def test_a_token_is_revoked(house: House) -> None:
    token = AccessToken.objects.get()
    house.client("bendahara").post(f"/admin/wallet/accesstoken/{token.pk}/revoke/")
    assert not AccessToken.objects.exists()


def test_terms_are_a_promise_once_money_was_granted_or_is_about_to_be(house: House) -> None:
    client, terms = house.client("bendahara"), PurseTerms.objects.get(name="Sembako")
    assert Purse.objects.filter(terms=terms).exists()
    client.post(f"/admin/wallet/purseterms/{terms.pk}/change/", {"name": "Lain", "mccs": ""})
    terms.refresh_from_db()
    assert (terms.name, terms.mccs) == ("Sembako", ["5411"])
    client.post("/admin/wallet/purseterms/add/", {"name": "Baru", "mccs": "5499, 5411,5411"})
    made = PurseTerms.objects.get(name="Baru")
    assert made.mccs == ["5411", "5499"]
    client.post(f"/admin/wallet/purseterms/{made.pk}/change/", {"name": "Baru", "mccs": "5912"})
    made.refresh_from_db()
    assert made.mccs == ["5912"]
    money.submitted(money.programme(terms=made))  # the terms are bound before any purse exists
    client.post(f"/admin/wallet/purseterms/{made.pk}/change/", {"name": "Baru", "mccs": "5411"})
    made.refresh_from_db()
    assert made.mccs == ["5912"]
