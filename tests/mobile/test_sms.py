"""The outbox: each message leaves once, in time, and waits when the gateway or the broker is away."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.core.checks import run_checks
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import otp, sms
from mobile.models import OtpChallenge, Sms
from mobile.tasks import deliver_sms, forget_codes
from tests.mobile import people
from tests.mobile.people import PHONE, STRANGER, at_once, sent_otp

real_ring: Callable[[], None] = sms.ring  # the fixture `rings` replaces the name in the module


def spooled(folder: Path) -> list[dict[str, str]]:
    return [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]


class Refusing:
    """A gateway that takes nothing and quotes the message while it says so."""

    def send(self, to: str, text: str, *, reference: str) -> None:
        raise ConnectionError(f"POST /send?to={to}&text={text}")


class Busy:
    def send(self, to: str, text: str, *, reference: str) -> None:
        raise sms.SmsRefused("429: kuota habis")


class Slow(sms.SpoolGateway):
    """Takes long enough for the other workers to come by."""

    def send(self, to: str, text: str, *, reference: str) -> None:
        time.sleep(0.02)
        super().send(to, text, reference=reference)


@pytest.mark.django_db
def test_a_code_is_spooled_for_its_owners_eyes_only(siti: Person, spool: Path) -> None:
    otp.request(PHONE)
    code = sent_otp()
    assert deliver_sms() == 1
    (file,) = spool.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and spool.stat().st_mode & 0o777 == 0o700
    assert "81234567890" not in file.name
    message = json.loads(file.read_text())
    assert message.keys() == {"to", "text", "at"} and message["to"] == PHONE
    assert code in message["text"] and "5 menit" in message["text"] and len(message["text"]) <= 160
    row = Sms.objects.get()
    assert (row.state, row.attempts, row.text, row.phone) == ("sent", 1, "", PHONE) and row.sent_at
    assert deliver_sms() == 0


@pytest.mark.django_db
def test_an_unknown_phone_is_sent_nothing_and_not_remembered(siti: Person, spool: Path) -> None:
    otp.request(STRANGER)
    assert deliver_sms() == 1
    assert not spool.exists()
    row = Sms.objects.get()
    assert (row.state, row.text, row.phone) == ("dropped", "", "")


@pytest.mark.django_db
def test_a_code_that_no_longer_works_is_not_sent(siti: Person, spool: Path) -> None:
    otp.request(PHONE)
    Sms.objects.update(send_until=timezone.now())
    assert deliver_sms() == 1
    assert not spool.exists()
    row = Sms.objects.get()
    assert (row.state, row.text) == ("lapsed", "")


@pytest.mark.django_db
def test_an_ordinary_message_keeps_its_text() -> None:
    sms.queue(STRANGER, "Bantuan Anda sudah masuk.")
    deliver_sms()
    assert Sms.objects.get().text == "Bantuan Anda sudah masuk."


@pytest.mark.django_db
def test_a_failing_gateway_is_tried_five_times_at_growing_distance(siti: Person) -> None:
    otp.request(PHONE)
    for attempt, wait in enumerate((30, 60, 120, 240), start=1):
        Sms.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        assert sms.deliver_next(Refusing())
        row = Sms.objects.get()
        assert (row.state, row.attempts) == ("queued", attempt) and sent_otp()
        assert wait - 5 <= (row.due_at - timezone.now()).total_seconds() <= wait + 1
        assert not sms.deliver_next(Refusing())  # not due yet
    Sms.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert sms.deliver_next(Refusing())
    row = Sms.objects.get()
    assert (row.state, row.attempts, row.text) == ("failed", 5, "")
    assert row.error == "ConnectionError"  # what it quoted is kept nowhere


@pytest.mark.django_db
def test_a_gateways_own_reason_is_kept(siti: Person) -> None:
    otp.request(PHONE)
    sms.deliver_next(Busy())
    assert Sms.objects.get().error == "429: kuota habis"


@pytest.mark.django_db
def test_one_message_that_cannot_be_opened_does_not_hold_up_the_others(siti: Person, spool: Path) -> None:
    broken = sms.queue(PHONE, "satu")
    Sms.objects.filter(pk=broken.pk).update(text_sealed=b"\x01\x01" + bytes(40))
    sms.queue(PHONE, "dua")
    assert deliver_sms() == 2
    assert [message["text"] for message in spooled(spool)] == ["dua"]
    broken.refresh_from_db()
    assert (broken.state, broken.error) == ("queued", "CannotOpen")


@pytest.mark.django_db
def test_without_a_gateway_messages_wait(siti: Person, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_gateway": ""}
    otp.request(PHONE)
    assert deliver_sms() == 0
    assert Sms.objects.get().state == "queued"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", "mobile.W001"),
        ("mobile.sms.SpoolGateway", "mobile.W002"),
        ("mobile.sms.Nothing", "mobile.E001"),
        ("tests.mobile.test_sms.Busy", None),
    ],
)
def test_a_deployment_is_told_about_its_gateway(settings: Any, path: str, found: str | None) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_gateway": path}
    told = [message.id for message in run_checks(tags=["security"], include_deployment_checks=True)]
    assert [identifier for identifier in told if str(identifier).startswith("mobile.")] == ([found] if found else [])


@pytest.mark.usefixtures("committed_db")
def test_two_workers_send_each_message_once(spool: Path, settings: Any) -> None:
    settings.MOBILE = settings.MOBILE | {"sms_gateway": "tests.mobile.test_sms.Slow"}
    for number in range(30):
        sms.queue(PHONE, f"pesan {number}")
    done = at_once(4, lambda _: deliver_sms())
    assert sum(done) == 30 and sum(1 for count in done if count) >= 2, done
    assert sorted(message["text"] for message in spooled(spool)) == sorted(f"pesan {n}" for n in range(30))
    assert Sms.objects.filter(state="sent", attempts=1).count() == 30


@pytest.mark.usefixtures("committed_db")
def test_the_bell_rings_after_the_commit_only(rings: list[bool]) -> None:
    with transaction.atomic():
        sms.queue(PHONE, "satu")
        transaction.set_rollback(True)
    assert rings == [] and not Sms.objects.exists()
    with transaction.atomic():
        sms.queue(PHONE, "dua")
        assert rings == []
    assert rings == [True]


@pytest.fixture
def broker_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Rings for real, at the given address."""
    monkeypatch.setattr(sms, "ring", real_ring)
    before = current_app.conf.broker_write_url

    def point(url: str) -> None:
        current_app.conf.broker_write_url = url

    yield point
    current_app.conf.broker_write_url = before


@pytest.mark.usefixtures("committed_db")
def test_a_broker_that_is_gone_costs_the_request_nothing(broker_address: Callable[[str], None]) -> None:
    broker_address("redis://127.0.0.1:1/0")
    people.register()
    start = time.monotonic()
    assert APIClient().post("/api/v1/activation/request", {"phone": PHONE}, format="json").status_code == 202
    assert time.monotonic() - start < 5  # Celery's own publishing takes 6
    assert Sms.objects.get().state == "queued"


@pytest.mark.usefixtures("committed_db")
def test_a_broker_that_is_frozen_costs_the_request_a_second(broker_address: Callable[[str], None]) -> None:
    with socket.socket() as frozen:
        frozen.bind(("127.0.0.1", 0))
        frozen.listen(8)
        broker_address(f"redis://127.0.0.1:{frozen.getsockname()[1]}/0")
        people.register()
        start = time.monotonic()
        assert APIClient().post("/api/v1/activation/request", {"phone": PHONE}, format="json").status_code == 202
        assert time.monotonic() - start < 5
    assert Sms.objects.get().state == "queued"


@pytest.mark.usefixtures("committed_db")
def test_the_ring_names_the_task_and_nobody(settings: Any, broker_address: Callable[[str], None]) -> None:
    if not settings.REDIS_URL:
        pytest.skip("REDIS_URL is not set")
    broker_address(settings.REDIS_URL)
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.delete("celery")
    people.register()
    otp.request(PHONE)
    (message,) = broker.lrange("celery", 0, -1)
    broker.delete("celery")
    told = json.loads(message)
    assert told["headers"]["task"] == "mobile.tasks.deliver_sms"
    arguments, options, _embedded = json.loads(base64.b64decode(told["body"]))
    assert (arguments, options) == ([], {})
    assert sent_otp() not in str(told) and "81234567890" not in str(told)


@pytest.mark.django_db
def test_old_codes_and_their_messages_are_forgotten_and_todays_are_kept(time_machine: Any) -> None:
    people.register()
    otp.request(PHONE)
    sms.queue(PHONE, "bukan rahasia")
    assert forget_codes() == 0
    time_machine.move_to(timezone.now() + timedelta(days=2, hours=1))
    otp.request(PHONE)
    assert forget_codes() == 2
    assert OtpChallenge.objects.count() == 1
    kept = Sms.objects.values_list("send_until", flat=True)
    assert sorted(until is None for until in kept) == [False, True]  # today's code, and what is no secret
