"""The wallet's own pages: freezing, partners' keys and secrets, merchants, settlements, terms."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests import money
from tests.disbursement.admin.conftest import House, build_house
from wallet import credentials, deposits, pins
from wallet.models import (
    AccessToken,
    DepositBooking,
    Merchant,
    Partner,
    PartnerChange,
    Purse,
    PurseTerms,
    Settlement,
    Wallet,
)

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
    kept = partner.credentials.get(kind="secret")
    old = kept.secret
    assert shown.status_code == 200 and old in shown.content.decode()
    assert old not in str(client.cookies) and old.encode() not in bytes(kept.secret_sealed)
    pages = [f"/admin/wallet/partner/{partner.pk}/change/", "/admin/wallet/partner/", "/admin/"]
    for address in (*pages, f"/admin/wallet/credential/{kept.pk}/change/", "/admin/wallet/credential/"):
        answer = client.get(address)
        assert answer.status_code == 200 and old not in answer.content.decode()
    assert old not in client.get(f"/admin/wallet/partner/{partner.pk}/new_secret/").content.decode()
    sent = _turn(client, partner)
    again = client.post(f"/admin/wallet/partner/{partner.pk}/new_secret/", sent).content.decode()
    new = partner.credentials.filter(kind="secret").latest("pk")
    kept.refresh_from_db()
    assert new.secret != old and new.secret in again and old not in again
    assert kept.valid_until is not None and new.valid_until is None


def _turn(client: Client, partner: Partner) -> dict[str, str]:
    """What the page for a new secret of a partner that is being set up sends."""
    page = client.get(f"/admin/wallet/partner/{partner.pk}/new_secret/").content.decode()
    found = re.search(r'name="turn" value="([^"]+)"', page)
    assert found
    return {"overlap": "0", "turn": found[1]}


def test_loading_the_page_with_the_secret_again_draws_no_other(house: House) -> None:
    client = house.client("bendahara")
    client.post("/admin/wallet/partner/add/", _partner(_pem(rsa.generate_private_key(65537, 2048))))
    partner = Partner.objects.get(client_id="abc-1")
    address, sent = f"/admin/wallet/partner/{partner.pk}/new_secret/", _turn(client, partner)
    assert 'id="partner-secret"' in client.post(address, sent).content.decode()
    kept = credentials.in_force(partner).get(kind="secret")
    for _ in range(2):
        again = client.post(address, sent).content.decode()
        assert "rahasianya sudah dibuat" in again and 'id="partner-secret"' not in again
        assert credentials.in_force(partner).get(kind="secret") == kept
    assert client.post(address, {"overlap": "0"}).status_code == 200  # a form without its name draws nothing
    assert credentials.in_force(partner).get(kind="secret") == kept


def test_the_office_grants_services_and_addresses(house: House) -> None:
    client = house.client("bendahara")
    good = _pem(rsa.generate_private_key(65537, 2048))
    wrong = client.post("/admin/wallet/partner/add/", _partner(good) | {"networks": "203.0.113.7/24"})
    assert "bukan alamat IP" in wrong.content.decode() and not Partner.objects.filter(client_id="abc-1").exists()
    sent = _partner(good) | {"networks": "203.0.113.0/24\n198.51.100.7 203.0.113.0/24", "scopes": ["38", "60"]}
    client.post("/admin/wallet/partner/add/", sent)
    partner = Partner.objects.get(client_id="abc-1")
    assert (partner.scopes, partner.networks) == (["38", "60"], ["203.0.113.0/24", "198.51.100.7/32"])
    assert not partner.active  # whatever was sent: another officer opens it
    page = client.get(f"/admin/wallet/partner/{partner.pk}/change/").content.decode()
    assert "38 emoney/topup" in page and "203.0.113.0/24" in page


def _agreed(client: Client, change: PartnerChange) -> str:
    return client.post(f"/admin/wallet/partnerchange/{change.pk}/agree/", follow=True).content.decode()


def test_a_partner_is_opened_and_widened_by_two(house: House) -> None:
    client, other = house.client("bendahara"), house.client("admin")
    client.post("/admin/wallet/partner/add/", _partner(_pem(rsa.generate_private_key(65537, 2048))))
    partner = Partner.objects.get(client_id="abc-1")
    address = f"/admin/wallet/partner/{partner.pk}/change/"
    form: dict[str, Any] = {"name": "Mitra Baru", "scopes": ["60", "61"], "networks": "203.0.113.0/24"}
    form |= {"credentials-TOTAL_FORMS": 0, "credentials-INITIAL_FORMS": 0}
    assert "Isi alasannya" in client.post(address, form | {"active": "on"}).content.decode()
    client.post(address, form | {"active": "on", "reason": "kontrak 12"})
    opening = PartnerChange.objects.get()
    shown = other.get(f"/admin/wallet/partnerchange/{opening.pk}/agree/").content.decode()
    key = partner.credentials.get(kind="key")
    for told in (key.fingerprint[:16], "oleh bendahara", "203.0.113.0/24", "kontrak 12", "60 qr/qr-cpm-payment"):
        assert told in shown
    assert "disetujui oleh petugas lain" in _agreed(client, opening)
    partner.refresh_from_db()
    assert not partner.active and partner.scopes == ["60", "61"]  # while it is set up, one writes it
    assert "disetujui" in _agreed(other, opening)
    partner.refresh_from_db()
    assert partner.active and partner.opened_at is not None

    form |= {"active": "on", "scopes": ["61", "38"], "networks": ""}
    page = client.post(address, form | {"reason": "minta isi saldo"}, follow=True).content.decode()
    assert "Yang diperluas diusulkan" in page
    partner.refresh_from_db()
    assert (partner.scopes, partner.networks) == (["61"], ["203.0.113.0/24"])
    history = LogEntry.objects.filter(object_id=str(partner.pk)).latest("pk")
    assert "Layanan" in history.get_change_message() and "Alamat IP" not in history.get_change_message()
    _agreed(other, PartnerChange.objects.latest("pk"))
    partner.refresh_from_db()
    assert (partner.scopes, partner.networks) == (["61", "38"], [])
    client.post(address, form | {"active": ""})  # to rest at once, by one, for no reason
    partner.refresh_from_db()
    assert not partner.active
    for name in ("new_secret", "add_key"):
        assert "Alasan" in client.get(f"/admin/wallet/partner/{partner.pk}/{name}/").content.decode()


def test_a_key_and_a_secret_are_proposed_and_the_secret_is_shown_to_who_agrees(house: House) -> None:
    client, other, partner = house.client("bendahara"), house.client("admin"), Partner.objects.first()
    before = partner.credentials.count()
    good = _pem(rsa.generate_private_key(65537, 2048))
    key = {"public_key": good, "overlap": "7", "reason": "kunci baru"}
    client.post(f"/admin/wallet/partner/{partner.pk}/add_key/", key)
    client.post(f"/admin/wallet/partner/{partner.pk}/new_secret/", {"overlap": "0", "reason": "rahasia baru"})
    assert partner.credentials.count() == before
    secret, added = PartnerChange.objects.order_by("-pk")[:2]
    assert added.fingerprint in other.get(f"/admin/wallet/partnerchange/{added.pk}/agree/").content.decode()
    _agreed(other, added)
    answer = other.post(f"/admin/wallet/partnerchange/{secret.pk}/agree/").content.decode()
    drawn = partner.credentials.filter(kind="secret").latest("pk")
    assert drawn.secret in answer and partner.credentials.filter(public_key=good).exists()
    again = other.post(f"/admin/wallet/partnerchange/{secret.pk}/agree/", follow=True).content.decode()
    assert "sudah diputuskan" in again and drawn.secret not in again
    assert partner.credentials.filter(kind="secret").count() == 1
    seen = client.get(f"/admin/wallet/partnerchange/{secret.pk}/change/").content.decode()
    assert drawn.secret not in seen


def test_an_invitation_is_halved_between_two_officers(house: House) -> None:
    client, other, partner = house.client("bendahara"), house.client("admin"), Partner.objects.first()
    page = client.post(f"/admin/wallet/partner/{partner.pk}/invite/", {"reason": "kunci baru"}).content.decode()
    found = re.search(r'id="invitation-code">([0-9]{8})<', page)
    assert found and "/mitra/masuk/" not in page and not partner.invitations.exists()
    change = PartnerChange.objects.get()
    told = other.post(f"/admin/wallet/partnerchange/{change.pk}/agree/").content.decode()
    link = re.search(r'id="invitation-link">http://testserver(/mitra/masuk/[^<]+)<', told)
    assert link and "invitation-code" not in told
    for shown in (f"partner/{partner.pk}", f"partnerchange/{change.pk}"):
        seen = client.get(f"/admin/wallet/{shown}/change/").content.decode()
        assert "/mitra/masuk/" not in seen and found[1] not in seen
    assert Client().post(link[1], {"code": found[1]}).status_code == 302
    invitation = partner.invitations.get()
    client.post(f"/admin/wallet/partner/{partner.pk}/end_invitation/")
    invitation.refresh_from_db()
    assert invitation.ended_at is not None


def test_the_office_revokes_for_a_reason(house: House) -> None:
    client, partner = house.client("bendahara"), Partner.objects.first()
    row = credentials.issue_secret(partner).credential
    client.post(f"/admin/wallet/credential/{row.pk}/revoke/", {"reason": " "})
    row.refresh_from_db()
    assert row.revoked_at is None
    client.post(f"/admin/wallet/credential/{row.pk}/revoke/", {"reason": "bocor"})
    row.refresh_from_db()
    assert (row.revoke_reason, row.revoked_by) == ("bocor", "bendahara")


def test_a_deposit_is_booked_once_for_a_banks_number(house: House) -> None:
    client, other, partner = house.client("bendahara"), house.client("admin"), Partner.objects.first()
    address = f"/admin/wallet/partner/{partner.pk}/book_deposit/"
    said = {"reason": "setoran"}

    def agreed(by: Client) -> str:
        booking = DepositBooking.objects.latest("pk")
        return by.post(f"/admin/wallet/depositbooking/{booking.pk}/agree/", follow=True).content.decode()

    client.post(address, said | {"way": "in", "amount": "500000", "reference": "BCA-1"})
    agreed(client)
    partner.refresh_from_db()
    assert deposits.balance(partner) == 0  # another officer agrees
    assert "Rp 500.000 dibukukan" in agreed(other)
    again = client.post(address, said | {"way": "in", "amount": "500000", "reference": "BCA-1"})
    assert "sudah diusulkan atau dibukukan" in again.content.decode()
    client.post(address, said | {"way": "out", "amount": "200000", "reference": "BCA-2"})
    agreed(other)
    assert "<dd>Rp 300.000</dd>" in client.get(address).content.decode()
    client.post(address, said | {"way": "out", "amount": "300001", "reference": "BCA-3"})
    assert "Saldo tidak cukup" in agreed(other)
    partner.refresh_from_db()
    assert deposits.balance(partner) == 300_000
    money.assert_books_hold()


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        ("bukan kunci", "Bukan kunci publik PEM"),
        (_pem(rsa.generate_private_key(65537, SHORT)), "1024 bit terlalu pendek"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "bukan RSA"),
        ("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "kunci privat"),
    ],
    ids=["no key", "short", "elliptic", "private"],
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


def test_a_merchant_shows_its_bank_account_masked_and_comes_of_no_form(house: House) -> None:
    client, shop = house.client("bendahara"), Merchant.objects.get(merchant_id="W1")
    assert client.post("/admin/wallet/merchant/add/", {"name": "x"}).status_code == 403
    address = f"/admin/wallet/merchant/{shop.pk}/change/"
    for name in ("bendahara", "auditor"):
        page = house.client(name).get(address).content.decode()
        assert "1234567890" not in page and "••••••7890" in page


def test_merchants_are_suspended_settled_and_paid(house: House) -> None:
    client, merchant = house.client("bendahara"), Merchant.objects.first()
    client.post(f"/admin/wallet/merchant/{merchant.pk}/suspend/", {"reason": "curang"})
    merchant.refresh_from_db()
    assert merchant.status == Merchant.Status.SUSPENDED
    client.post(f"/admin/wallet/merchant/{merchant.pk}/reactivate/", {"reason": "selesai"})
    merchant.refresh_from_db()
    assert merchant.status == Merchant.Status.ACTIVE
    page = client.post("/admin/wallet/merchant/settle_all/", follow=True).content.decode()
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
