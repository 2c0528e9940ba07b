"""Delivery: signed, retried for a day, in order for each payment, and nobody waits for somebody else's endpoint."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests import money
from tests.wallet.webhooks.conftest import PATH, SERVICE, listening, tell
from tests.wallet.webhooks.receiver import Got, Receiver, Told, accepted
from wallet import partner_changes
from wallet.models import NotificationKey, Partner, Webhook, WebhookAttempt, WebhookEndpoint
from wallet.snap import signature, timestamps
from wallet.webhooks import delivery, keys, replays

pytestmark = pytest.mark.django_db
S, Outcome = Webhook.State, WebhookAttempt.Outcome
FAILED = Told(500, b"later")


def _later(seconds: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def _numbers(receiver: Receiver) -> list[tuple[str, int]]:
    return [(got.fields["key"], got.fields["number"]) for got in receiver.got]


def _states() -> dict[str, str]:
    return dict(Webhook.objects.order_by("pk").values_list("ordering_key", "state"))


def test_a_notice_arrives_signed_as_the_standard_says(receiver: Receiver) -> None:
    partner = listening(f"{receiver.url}/snap/")
    tell(partner, "P-1", 7)
    assert delivery.deliver(5) == 1
    [got] = receiver.got
    assert got.path == f"/snap{PATH}"
    assert got.fields == {"number": 7, "key": "P-1"}
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["X-PARTNER-ID"] == partner.client_id
    assert got.headers["X-EXTERNAL-ID"].isdecimal() and len(got.headers["X-EXTERNAL-ID"]) <= 36
    assert got.headers["CHANNEL-ID"] == "95221"
    assert timestamps.is_current(timestamps.parse(got.headers["X-TIMESTAMP"]))
    # With what we publish, as the partner checks it.
    published = Client().get("/docs/snap/notification-keys").json()["keys"]
    [pem] = [one["publicKey"] for one in published if one["keyId"] == got.headers["X-KEY-ID"]]
    texts = signature.accepted_strings("POST", got.path, got.body, got.headers["X-TIMESTAMP"])
    assert signature.verify_asymmetric(pem, texts, got.headers["X-SIGNATURE"])
    assert not signature.verify_asymmetric(pem, [texts[0] + "x"], got.headers["X-SIGNATURE"])
    hook = Webhook.objects.get()
    assert (hook.state, hook.attempts, hook.ended_at is not None) == (S.DELIVERED, 1, True)
    attempt = hook.tries.get()
    assert (attempt.outcome, attempt.http_status) == (Outcome.DELIVERED, 200)
    assert attempt.external_id == got.headers["X-EXTERNAL-ID"]
    assert delivery.deliver(5) == 0


def test_an_answer_that_is_no_success_is_tried_again_later(receiver: Receiver) -> None:
    answers = [FAILED, Told(200, b'{"responseCode":"5005600"}'), accepted(SERVICE)]
    receiver.answer = lambda got: answers.pop(0)
    tell(listening(receiver.url), "P-1")
    for tries, wait in enumerate((0, 30, 60), start=1):
        with _later(wait):
            assert delivery.deliver(5) == 1
            assert delivery.deliver(5) == 0  # not at once
            assert Webhook.objects.get().attempts == tries
    hook = Webhook.objects.get()
    assert hook.state == S.DELIVERED
    assert list(hook.tries.order_by("number").values_list("outcome", "http_status")) == [
        (Outcome.WRONG_STATUS, 500),
        (Outcome.WRONG_CODE, 200),
        (Outcome.DELIVERED, 200),
    ]
    assert len({got.headers["X-EXTERNAL-ID"] for got in receiver.got}) == 3  # each try its own


def _until_it_ends(hook: Webhook, receiver: Receiver) -> list[datetime]:
    """Lives through the notice's whole life, from one due moment to the next; returns when it was tried."""
    tried = []
    for _ in range(200):
        hook.refresh_from_db()
        if hook.state not in (S.WAITING, S.SENDING):
            return tried
        pauses = WebhookEndpoint.objects.values_list("paused_until", flat=True)
        moment = max([hook.due_at, *(pause for pause in pauses if pause)]) + timedelta(seconds=1)
        with time_machine.travel(moment, tick=False):
            assert delivery.deliver(5) == 1
        tried.append(moment)
    raise AssertionError("it never ends")


def test_after_a_day_it_is_given_up_and_stays_visible(receiver: Receiver) -> None:
    receiver.answer = lambda got: FAILED
    tell(listening(receiver.url), "P-1")
    hook = Webhook.objects.get()
    tried = _until_it_ends(hook, receiver)
    assert hook.state == S.GIVEN_UP and hook.ended_at is not None
    assert timedelta(hours=23) < tried[-1] - tried[0] < timedelta(hours=26)
    assert 20 < len(tried) == len(receiver.got) == hook.attempts == hook.tries.count() < 60
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits[0] < timedelta(seconds=20) and max(waits) < timedelta(hours=1.5)


def test_waits_double_up_to_an_hour_and_differ() -> None:
    for attempts, plain in ((1, 10), (2, 20), (5, 160), (9, 2_560), (10, 3_600), (1_000, 3_600)):
        waits = [delivery.wait_after(attempts).total_seconds() for _ in range(50)]
        assert 0.75 * plain <= min(waits) < max(waits) <= 1.25 * plain


def test_a_later_notice_of_a_payment_waits_for_the_earlier_one(receiver: Receiver) -> None:
    down = True
    receiver.answer = lambda got: FAILED if down and got.fields["key"] == "A" else accepted(SERVICE)
    partner = listening(receiver.url)
    for key, number in (("A", 1), ("A", 2), ("B", 1), ("A", 3), ("B", 2)):
        tell(partner, key, number)
    delivery.deliver(5)
    with _later(60):
        delivery.deliver(5)
    assert [number for number in _numbers(receiver) if number[0] == "B"] == [("B", 1), ("B", 2)]
    assert {number for number in _numbers(receiver) if number[0] == "A"} == {("A", 1)}
    down = False
    receiver.got.clear()
    with _later(300):
        delivery.deliver(5)
    assert _numbers(receiver) == [("A", 1), ("A", 2), ("A", 3)]


def test_a_notice_that_was_given_up_holds_up_no_other(receiver: Receiver) -> None:
    receiver.answer = lambda got: FAILED if got.fields["number"] == 1 else accepted(SERVICE)
    partner = listening(receiver.url)
    tell(partner, "A", 1)
    tell(partner, "A", 2)
    first, second = Webhook.objects.order_by("pk")
    with time_machine.travel(_until_it_ends(first, receiver)[-1] + timedelta(hours=1)):
        assert delivery.deliver(5) == 1
    second.refresh_from_db()
    assert (first.state, second.state) == (S.GIVEN_UP, S.DELIVERED)  # tried at least once, though its day is over too


def test_two_partners_payments_of_one_number_are_not_one_order(receiver: Receiver) -> None:
    receiver.answer = lambda got: FAILED if got.path.startswith("/a") else accepted(SERVICE)
    tell(listening(f"{receiver.url}/a"), "P-1")
    tell(listening(f"{receiver.url}/b"), "P-1")
    delivery.deliver(5)
    assert list(Webhook.objects.order_by("pk").values_list("state", flat=True)) == [S.WAITING, S.DELIVERED]


def test_replayed_notices_arrive_again_in_their_old_order(receiver: Receiver) -> None:
    partner = listening(receiver.url)
    for number in (1, 2, 3):
        tell(partner, "A", number)
    delivery.deliver(5)
    numbers = list(Webhook.objects.order_by("-pk").values_list("pk", flat=True))
    replays.replay(numbers, by="ani", reason="diminta mitra")
    receiver.got.clear()
    assert delivery.deliver(5) == 3
    assert _numbers(receiver) == [("A", 1), ("A", 2), ("A", 3)]
    assert set(Webhook.objects.values_list("state", "attempts")) == {(S.DELIVERED, 2)}
    assert WebhookAttempt.objects.count() == 6


def test_an_inactive_partner_is_told_when_it_is_active_again(receiver: Receiver) -> None:
    partner = listening(receiver.url)
    tell(partner, "A")
    Partner.objects.update(active=False)
    assert delivery.deliver(5) == 0
    asked = partner_changes.write(partner, {"active": True}, by=money.officer(), reason="diperiksa").proposal
    assert asked is not None
    partner_changes.agree(asked, money.officer())
    assert delivery.deliver(5) == 1


def test_a_corrected_address_is_the_one_that_is_used(receiver: Receiver) -> None:
    partner = listening("http://127.0.0.1:1")
    Partner.objects.update(notify_url="")
    Partner.objects.update(notify_url="https://10.0.0.1")
    tell(partner, "A")
    delivery.deliver(5)
    assert WebhookAttempt.objects.get().outcome == Outcome.REFUSED_ADDRESS
    Partner.objects.update(notify_url=receiver.url)
    with _later(60):
        delivery.deliver(5)
    assert _states() == {"A": S.DELIVERED}


def test_an_orders_own_address_is_written_to(receiver: Receiver) -> None:
    partner = listening("http://127.0.0.1:1")
    Partner.objects.update(return_hosts=["127.0.0.1"])
    tell(partner, "A", url=f"{receiver.url}/from-the-order?n=1")
    delivery.deliver(5)
    assert [got.path for got in receiver.got] == ["/from-the-order?n=1"]


def test_a_host_that_was_taken_from_the_partner_gets_nothing_any_more(receiver: Receiver) -> None:
    partner = listening("http://127.0.0.1:1")
    Partner.objects.update(return_hosts=["127.0.0.1"])
    tell(partner, "A", url=f"{receiver.url}/from-the-order")
    Partner.objects.update(return_hosts=["lain.example"])
    delivery.deliver(5)
    assert receiver.got == []
    assert WebhookAttempt.objects.get().outcome == WebhookAttempt.Outcome.NO_ADDRESS


def test_a_replayed_notice_waits_as_a_new_one_does(receiver: Receiver) -> None:
    """Not as long as after all the tries of before."""
    receiver.answer = lambda got: FAILED
    tell(listening(receiver.url), "A")
    for hours in range(4):
        with _later(3600 * hours):
            delivery.deliver(2)
    Webhook.objects.update(state=S.SENDING)
    Webhook.objects.update(state=S.GIVEN_UP, ended_at=timezone.now())
    with _later(90_000):
        replays.replay([Webhook.objects.get().pk], by="ani", reason="diminta mitra")
        delivery.deliver(2)
        hook = Webhook.objects.get()
        assert hook.attempts == 5
        assert hook.due_at - timezone.now() <= timedelta(seconds=12.5)


# --- Endpoints that fail or hang ---


def test_an_endpoint_that_keeps_failing_is_paused_then_tried_with_one(receiver: Receiver) -> None:
    down = True
    receiver.answer = lambda got: FAILED if down else accepted(SERVICE)
    partner = listening(receiver.url)
    for number in range(20):
        tell(partner, f"P-{number}")
    delivery.deliver(5)
    endpoint = WebhookEndpoint.objects.get()
    # Those under way when it began to fail, then one at a time until the pause.
    assert endpoint.failures == len(receiver.got) <= 5 + 3
    assert endpoint.paused_until is not None
    before = len(receiver.got)
    with _later(40):
        delivery.deliver(5)
    assert len(receiver.got) == before + 1  # one probe, and a longer pause
    down = False
    with _later(300):
        delivery.deliver(5)
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.paused_until) == (0, None)
    assert set(_states().values()) == {S.DELIVERED}


def test_a_refusal_in_good_order_does_not_pause(receiver: Receiver) -> None:
    receiver.answer = lambda got: Told(200, b'{"responseCode":"4045601"}')
    partner = listening(receiver.url)
    for number in range(10):
        tell(partner, f"P-{number}")
    assert delivery.deliver(5) == 10
    assert WebhookEndpoint.objects.get().failures == 0


def test_an_endpoint_that_hangs_does_not_hold_up_others(receiver: Receiver, settings: Any) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"answer_seconds": 30}
    all_came = threading.Event()
    hanging_by_then: list[int] = []

    def hang(got: Got) -> Told:
        all_came.wait(40)
        return accepted(SERVICE)

    def note(got: Got) -> Told:
        if len(receiver.got) == 12 and not all_came.is_set():
            hanging_by_then.append(len(hanging.got))
            all_came.set()
        return accepted(SERVICE)

    receiver.answer = note
    with Receiver(hang).serving() as hanging:
        theirs = listening(hanging.url)
        for number in range(30):
            tell(theirs, f"H-{number}")
        ours = listening(receiver.url)
        for number in range(12):
            tell(ours, f"P-{number}")
        delivery.deliver(10)
        # Ours came before any of the calls that hang had ended.
        assert len(receiver.got) == 12 and len(hanging_by_then) == 1
        assert hanging_by_then[0] <= settings.WEBHOOKS["endpoint_at_once"]


def test_whoever_was_not_served_longest_comes_first(receiver: Receiver) -> None:
    partners = [listening(f"{receiver.url}/{name}") for name in "abc"]
    for partner in partners:
        for number in range(4):
            tell(partner, f"P-{number}", number)
    taken = [delivery.claim() for _ in range(6)]
    turns = [parcel.url.removeprefix(receiver.url)[1] for parcel in taken if parcel]
    assert turns == ["a", "b", "c", "a", "b", "c"]


def test_at_most_so_many_at_once_to_one_endpoint(settings: Any) -> None:
    partner = listening("http://127.0.0.1:1")
    for number in range(10):
        tell(partner, f"P-{number}")
    taken = [parcel for _ in range(10) if (parcel := delivery.claim())]
    assert len(taken) == settings.WEBHOOKS["endpoint_at_once"]


# --- Workers that died ---


def test_a_stale_claim_is_released_and_its_late_end_changes_nothing(receiver: Receiver) -> None:
    tell(listening(receiver.url), "A")
    parcel = delivery.claim()
    assert parcel is not None
    with _later(30):
        assert delivery.release_stale() == 0
    with _later(61):
        assert delivery.deliver(5) == 1
    delivery.record(parcel, delivery.Result(Outcome.LOST))  # the first sender was only slow
    hook = Webhook.objects.get()
    assert (hook.state, hook.attempts) == (S.DELIVERED, 2)
    assert list(hook.tries.order_by("number").values_list("outcome", flat=True)) == [
        Outcome.INTERRUPTED,
        Outcome.DELIVERED,
    ]


# --- Keys ---


def test_a_new_key_is_published_before_it_signs_and_the_old_one_after(receiver: Receiver) -> None:
    now = timezone.now()
    first = keys.current(now)
    second = keys.make("ani", now + timedelta(hours=24))
    assert [key.number for key in keys.published(now)] == [second.number, first.number]
    assert keys.current(now) == first
    with _later(25 * 3600):
        assert keys.current(timezone.now()) == second
        assert [key.number for key in keys.published(timezone.now())] == [second.number, first.number]
    with _later(9 * 24 * 3600):
        assert [key.number for key in keys.published(timezone.now())] == [second.number]


def test_the_private_key_is_sealed_and_published_nowhere() -> None:
    key = keys.current(timezone.now())
    assert "PRIVATE KEY" in key.private
    assert b"PRIVATE" not in bytes(key.private_sealed)
    answer = Client().get("/docs/snap/notification-keys")
    assert "PRIVATE" not in answer.content.decode()
    assert json.loads(answer.content)["keys"][0]["publicKey"] == NotificationKey.objects.get().public_key
    assert Client().post("/docs/snap/notification-keys").status_code == 405


def test_nothing_secret_is_logged(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    receiver.answer = lambda got: FAILED
    partner = listening(receiver.url)
    Partner.objects.update(return_hosts=["127.0.0.1"])
    tell(partner, "A", url=f"{receiver.url}/x?token=rahasia-sekali")
    delivery.deliver(5)
    [got] = receiver.got
    assert "rahasia-sekali" not in caplog.text
    assert got.headers["X-SIGNATURE"] not in caplog.text
    assert "PRIVATE KEY" not in caplog.text
