"""What is kept for whom: for partners that listen, with the transaction that tells it, and for CPM payments by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from tests import money
from tests.wallet.webhooks.conftest import PATH, SERVICE, listening, tell
from wallet import codes, doorbell, redemption
from wallet.errors import ReasonMissing
from wallet.models import Partner, Webhook, WebhookEndpoint, WebhookReplay
from wallet.snap.timestamps import emit
from wallet.webhooks import outbox, replays

pytestmark = pytest.mark.django_db
URL = "https://mitra.example/snap"
S = Webhook.State


def test_a_partner_without_an_address_is_told_nothing() -> None:
    tell(money.partner(), "P-1")
    assert not Webhook.objects.exists()


def test_a_notice_is_kept_with_what_it_says() -> None:
    partner = listening(URL)
    tell(partner, "P-1", 7)
    kept = Webhook.objects.get()
    assert (kept.partner, kept.service, kept.path, kept.ordering_key) == (partner, SERVICE, PATH, "P-1")
    assert kept.body == {"number": 7, "key": "P-1"}
    assert (kept.state, kept.attempts, kept.url) == (S.WAITING, 0, "")


def test_an_address_that_is_taken_away_stops_new_notices() -> None:
    partner = listening(URL)
    Partner.objects.filter(pk=partner.pk).update(notify_url="")
    tell(partner, "P-1")
    assert not Webhook.objects.exists()


def test_an_orders_own_address_is_another_endpoint() -> None:
    partner = money.partner()
    for number, url in enumerate(["https://A.example/x", "https://a.example:443/y", "https://a.example:8443/z"]):
        tell(partner, "P-1", number, url=url)
    assert set(WebhookEndpoint.objects.values_list("origin", flat=True)) == {
        "https://a.example:443",
        "https://a.example:8443",
    }
    assert Webhook.objects.count() == 3


def _tell_and_fail(partner: Partner) -> None:
    with transaction.atomic():
        tell(partner, "P-1")
        raise RuntimeError


def test_what_is_rolled_back_was_never_said(rings: list[str], django_capture_on_commit_callbacks: Any) -> None:
    partner = listening(URL)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        _tell_and_fail(partner)
    assert not Webhook.objects.exists() and rings == []


def test_it_rings_after_the_commit_once_for_a_burst(rings: list[str], django_capture_on_commit_callbacks: Any) -> None:
    partner = listening(URL)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            tell(partner, f"P-{number}")
        assert rings == []
    assert rings == ["wallet.tasks.deliver_webhooks"]


def test_a_broker_in_trouble_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    tried: list[float] = []

    def slow(task: str) -> None:
        tried.append(clock[0])
        clock[0] += 1

    monkeypatch.setattr(outbox.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(doorbell, "ring", slow)
    for _ in range(10):
        outbox._ring()
        clock[0] += 1
    clock[0] += 30
    outbox._ring()
    assert len(tried) == 2


# --- CPM payments: the notice is written by the function that moves the money ---


def _shop(notify_url: str = URL) -> tuple[Any, Any]:
    shop, buyer = money.merchant(), money.wallet()
    money.purse(buyer, 50_000)
    shop.partner.notify_url = notify_url
    shop.partner.save()
    return shop, buyer


def test_a_paid_payment_tells_its_partner() -> None:
    shop, buyer = _shop()
    payment = money.pay(buyer, shop, 20_000)
    kept = Webhook.objects.get()
    assert (kept.partner, kept.service, kept.path) == (shop.partner, "79", "/v1.0/qr/qr-cpm-notify")
    assert kept.ordering_key == payment.reference_no
    assert kept.body == {
        "originalReferenceNo": payment.reference_no,
        "originalPartnerReferenceNo": payment.partner_reference_no,
        "originalExternalId": payment.external_id,
        "merchantId": shop.merchant_id,
        "amount": {"value": "20000.00", "currency": "IDR"},
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "transactionDate": emit(payment.created_at),
        "additionalInfo": {},
    }


def test_a_retry_tells_nothing_new() -> None:
    shop, buyer = _shop()
    order = money.order(shop, codes.issue(buyer).qr_content, 20_000)
    assert redemption.pay(order).pk == redemption.pay(order).pk
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize(("amount", "url"), [(60_000, URL), (20_000, "")])
def test_a_declined_payment_and_a_partner_that_does_not_listen_keep_nothing(amount: int, url: str) -> None:
    shop, buyer = _shop(url)
    money.pay(buyer, shop, amount)
    assert not Webhook.objects.exists()


# --- What the database refuses by itself ---


def _moved(hook: Webhook, **columns: Any) -> None:
    with transaction.atomic():
        Webhook.objects.filter(pk=hook.pk).update(**columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": S.DELIVERED, "ended_at": timezone.now()},
        {"state": S.GIVEN_UP, "ended_at": timezone.now()},
        {"state": S.SENDING},
        {"ended_at": timezone.now()},
    ],
)
def test_no_step_is_left_out(columns: dict[str, Any]) -> None:
    tell(listening(URL), "P-1")
    with pytest.raises((IntegrityError, InternalError)):
        _moved(Webhook.objects.get(), **columns)


def test_what_it_says_cannot_be_rewritten() -> None:
    tell(listening(URL), "P-1")
    with pytest.raises(Exception, match=r"permission denied|stays as it is"), transaction.atomic():
        Webhook.objects.update(body={"number": 8})
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM wallet_webhook")


# --- Replays ---


def _ended(partner: Partner, key: str, state: S = S.GIVEN_UP) -> Webhook:
    tell(partner, key)
    hook = Webhook.objects.latest("pk")
    now = timezone.now()
    _moved(hook, state=S.SENDING, claimed_at=now)
    _moved(hook, state=state, ended_at=now)
    return hook


def test_a_replay_makes_it_due_again_and_says_who_and_why() -> None:
    partner = listening(URL)
    given_up, delivered = _ended(partner, "A"), _ended(partner, "B", S.DELIVERED)
    tell(partner, "C")
    waiting = Webhook.objects.latest("pk")
    numbers = [given_up.pk, delivered.pk, waiting.pk]
    assert replays.replay(numbers, by="ani", reason="server mitra pulih") == numbers[:2]
    assert set(Webhook.objects.values_list("state", "ended_at")) == {(S.WAITING, None)}
    assert list(WebhookReplay.objects.order_by("pk").values_list("webhook", "by", "reason")) == [
        (given_up.pk, "ani", "server mitra pulih"),
        (delivered.pk, "ani", "server mitra pulih"),
    ]
    assert replays.replay(numbers, by="ani", reason="lagi") == []


def test_a_replay_without_a_reason_is_none() -> None:
    hook = _ended(listening(URL), "A")
    with pytest.raises(ReasonMissing):
        replays.replay([hook.pk], by="ani", reason=" ")
    hook.refresh_from_db()
    assert hook.state == S.GIVEN_UP
