"""Notices to partners and debit orders in the office: the queue, sending again, keys, addresses; each for those who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests import money
from tests.disbursement.admin.conftest import House, build_house
from tests.wallet.webhooks.conftest import listening, tell
from wallet import debits
from wallet.models import DebitOrder, NotificationKey, Partner, Webhook, WebhookAttempt, WebhookEndpoint, WebhookReplay
from wallet.webhooks import delivery, keys

S = Webhook.State
LIST = "/admin/wallet/webhook/"


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(keys, "BITS", 2048)
    return build_house()


def given_up(partner: Partner, key: str) -> Webhook:
    """A notice that was tried once in vain, a day ago."""
    tell(partner, key)
    hook = Webhook.objects.latest("pk")
    parcel = delivery.claim()
    assert parcel is not None and parcel.webhook == hook.pk
    Webhook.objects.filter(pk=hook.pk).update(since=timezone.now() - timedelta(days=2))
    delivery.record(parcel, delivery.Result(WebhookAttempt.Outcome.WRONG_STATUS, 503, "sedang perbaikan"))
    hook.refresh_from_db()
    assert hook.state == S.GIVEN_UP
    return hook


def test_the_queue_shows_counts_states_and_every_try(house: House) -> None:
    partner = listening("https://mitra.example/snap")
    hook = given_up(partner, "P-1")
    tell(partner, "P-2")
    client = house.client("bendahara")
    page = client.get(LIST).content.decode()
    assert "Dihentikan" in page and "P-1" in page and "P-2" in page and "Tujuan yang dijeda" in page
    assert "P-2" not in client.get(f"{LIST}?state__exact=given_up").content.decode()
    assert "P-1" in client.get(f"{LIST}?q=P-1").content.decode()
    detail = client.get(f"{LIST}{hook.pk}/change/").content.decode()
    for said in ("Status HTTP bukan 200", "503", "sedang perbaikan", "https://mitra.example/snap/v1.0/debit/notify"):
        assert said in detail
    assert "PRIVATE" not in detail


def test_the_next_try_is_told_in_jakartas_time(house: House) -> None:
    tell(listening("https://mitra.example/snap"), "P-1")
    page = house.client("bendahara").get(f"{LIST}{Webhook.objects.get().pk}/change/").content.decode()
    assert "+00:00" not in page and f"{timezone.localtime(Webhook.objects.get().due_at):%H:%M}" in page


def test_a_notice_of_a_paused_address_is_not_said_to_be_tried_before(house: House) -> None:
    tell(listening("https://mitra.example/snap"), "P-1")
    until = timezone.now() + timedelta(minutes=47)
    WebhookEndpoint.objects.update(paused_until=until)
    client, said = house.client("bendahara"), f"{timezone.localtime(until):%H:%M}"
    for address in (LIST, f"{LIST}{Webhook.objects.get().pk}/change/"):
        assert said in client.get(address).content.decode()


def test_the_address_is_shown_without_its_query(house: House) -> None:
    partner = money.partner()
    Partner.objects.filter(pk=partner.pk).update(return_hosts=["mitra.example"])
    tell(partner, "P-1", url="https://mitra.example/hook?token=tanda-uji")
    page = house.client("bendahara").get(f"{LIST}{Webhook.objects.get().pk}/change/").content.decode()
    assert "https://mitra.example/hook?…" in page and "tanda-uji" not in page


def test_one_is_sent_again_with_a_reason(house: House) -> None:
    hook = given_up(listening("https://mitra.example"), "P-1")
    client = house.client("bendahara")
    client.post(f"{LIST}{hook.pk}/replay/", {"reason": ""})
    assert not WebhookReplay.objects.exists()
    page = client.post(f"{LIST}{hook.pk}/replay/", {"reason": "server pulih"}, follow=True).content.decode()
    assert "Notifikasi dikirim ulang: server pulih" in page
    hook.refresh_from_db()
    kept = WebhookReplay.objects.get()
    assert (hook.state, kept.by, kept.reason) == (S.WAITING, house.officers["bendahara"].username, "server pulih")
    assert LogEntry.objects.filter(object_id=str(hook.pk), change_message__contains="server pulih").exists()


def test_many_are_sent_again_together(house: House) -> None:
    partner = listening("https://mitra.example")
    hooks = [given_up(partner, f"P-{number}") for number in range(3)]
    client = house.client("bendahara")
    chosen = {"action": "replay_selected", "_selected_action": [hooks[0].pk, hooks[2].pk]}
    asked = client.post(LIST, chosen)
    assert asked.status_code == 302 and f"ids={hooks[0].pk},{hooks[2].pk}" in asked["Location"]
    client.post(asked["Location"], {"reason": "diminta mitra"})
    states = [Webhook.objects.get(pk=hook.pk).state for hook in hooks]
    assert states == [S.WAITING, S.GIVEN_UP, S.WAITING]
    client.post(f"{LIST}replay_given_up/", {"reason": "sisanya"}, follow=True)
    assert set(Webhook.objects.values_list("state", flat=True)) == {S.WAITING}
    assert WebhookReplay.objects.count() == 3


@pytest.mark.parametrize("role", ["petugas", "penyetuju", "auditor"])
def test_others_send_nothing_again_and_make_no_key(house: House, role: str) -> None:
    hook = given_up(listening("https://mitra.example"), "P-1")
    client = house.client(role)
    for address in (f"{LIST}{hook.pk}/replay/", f"{LIST}replay_many/?ids={hook.pk}", f"{LIST}replay_given_up/"):
        assert client.post(address, {"reason": "x"}).status_code == 403
    assert client.post("/admin/wallet/notificationkey/renew/", {"hours": 0}).status_code == 403
    hook.refresh_from_db()
    assert hook.state == S.GIVEN_UP
    assert NotificationKey.objects.count() == 1


def test_a_new_key_is_made_and_its_private_half_shown_to_nobody(house: House) -> None:
    keys.current(timezone.now())
    client = house.client("bendahara")
    page = client.post("/admin/wallet/notificationkey/renew/", {"hours": 24}, follow=True).content.decode()
    made = NotificationKey.objects.latest("number")
    assert (made.number, made.made_by) == (2, house.officers["bendahara"].username)
    assert made.signs_from > timezone.now() + timedelta(hours=23)
    detail = client.get(f"/admin/wallet/notificationkey/{made.pk}/change/").content.decode()
    assert "BEGIN PUBLIC KEY" in detail and "PRIVATE" not in detail + page


def test_a_paused_endpoint_is_let_go_on(house: House) -> None:
    listening("https://mitra.example")
    endpoint = WebhookEndpoint.objects.get()
    WebhookEndpoint.objects.update(failures=7, paused_until=timezone.now() + timedelta(minutes=5))
    client = house.client("bendahara")
    assert "Dijeda" in client.get("/admin/wallet/webhookendpoint/").content.decode()
    client.post(f"/admin/wallet/webhookendpoint/{endpoint.pk}/resume/", follow=True)
    endpoint.refresh_from_db()
    assert (endpoint.paused_until, endpoint.failures) == (None, 7)  # one is tried first


def _pem() -> str:
    key = rsa.generate_private_key(65537, 2048).public_key()
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("notify_url", "https://user@mitra.example", "Alamat ini tidak dapat dipakai."),
        ("notify_url", "ftp://mitra.example", "Alamat ini tidak dapat dipakai."),
        ("notify_url", "https://mitra.example/?a=b", "tidak boleh berisi tanda tanya"),
        ("return_hosts", "toko.example, bukan host", "bukan host bukan nama host"),
        ("return_hosts", "https://toko.example", "bukan nama host"),
        ("return_hosts", "localhost", "bukan nama host"),
    ],
)
def test_addresses_are_checked_when_they_are_entered(house: House, field: str, value: str, said: str) -> None:
    form = {"name": "Mitra", "client_id": "abc-1", "public_key": _pem(), "active": "on", field: value}
    page = house.client("bendahara").post("/admin/wallet/partner/add/", form).content.decode()
    assert said in page and not Partner.objects.filter(client_id="abc-1").exists()


def test_good_addresses_are_kept_in_their_usual_form(house: House) -> None:
    form: dict[str, Any] = {"name": "Mitra", "client_id": "abc-1", "public_key": _pem(), "active": "on"}
    form |= {"notify_url": "https://mitra.example/snap/", "return_hosts": "Toko.example, toko.example,www.toko.example"}
    house.client("bendahara").post("/admin/wallet/partner/add/", form)
    made = Partner.objects.get(client_id="abc-1")
    assert (made.notify_url, made.return_hosts) == (
        "https://mitra.example/snap",
        ["toko.example", "www.toko.example"],
    )


def test_debit_orders_are_looked_at(house: House) -> None:
    shop = money.merchant()
    order = debits.place(
        debits.DebitRequest(
            partner=shop.partner,
            merchant_id=shop.merchant_id,
            amount=12_000,
            partner_reference_no="INV-9",
            external_id="1",
            request_hash=b"x" * 32,
            return_url="https://toko.example/kembali?token=tanda-uji",
        )
    )
    client = house.client("bendahara")
    page = client.get("/admin/wallet/debitorder/?q=INV-9").content.decode()
    assert order.reference_no in page and "12.000" in page and "Menunggu persetujuan" in page
    detail = client.get(f"/admin/wallet/debitorder/{order.pk}/change/").content.decode()
    assert "https://toko.example/kembali?…" in detail and "tanda-uji" not in detail
    assert client.post(f"/admin/wallet/debitorder/{order.pk}/delete/").status_code == 403
    assert DebitOrder.objects.count() == 1
