"""The application is woken first; what nobody reads there in time goes to the phone, or to the office's list."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from beneficiaries.models import Person
from mobile import inbox, notice_pushes, push
from mobile.models import Delivery, Notice, PushToken
from mobile.push import PushRefused, TokenGone
from mobile.tasks import deliver_notices, make_notices
from tests.mobile import people, telling

pytestmark = pytest.mark.django_db
S = Delivery.State


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def send(self, token: str, platform: str, title: str, text: str, *, reference: str) -> None:
        self.asked += 1
        raise self.error


def told(person: Person) -> Notice:
    """They have the application, and were paid."""
    telling.with_app(person)
    telling.paid()
    make_notices()
    return Notice.objects.get(person=person)


def due() -> None:
    Delivery.objects.exclude(state__in=[S.SHOWN, S.PASSED]).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_notice_wakes_every_device_with_a_title_and_one_sentence(siti: Person, pushed: Path, spool: Path) -> None:
    telling.with_app(siti, "tok-0")
    notice = told(siti)
    deliver_notices()
    sent = people.spooled(pushed)
    assert sorted(one["token"] for one in sent) == ["tok-0", "tok-1"]
    assert {(one["title"], one["reference"]) for one in sent} == {("Bantuan masuk", str(notice.uid))}
    assert "Rp 300.000" in sent[0]["text"] and siti.nik not in str(sent)
    assert telling.outcomes() == [("push", "sent")] and not people.texts(spool)
    assert deliver_notices() == 0


def test_what_is_read_in_the_application_goes_nowhere_else(siti: Person, spool: Path) -> None:
    notice = told(siti)
    deliver_notices()
    inbox.mark_shown(siti, notice.uid)
    due()
    deliver_notices()
    assert telling.outcomes() == [("push", "shown")] and not people.texts(spool)


def test_what_is_read_before_it_was_pushed_is_not_pushed(siti: Person, pushed: Path) -> None:
    inbox.mark_shown(siti, told(siti).uid)
    deliver_notices()
    assert telling.outcomes() == [("push", "shown")] and not people.spooled(pushed)


def test_what_nobody_reads_in_time_goes_by_text_message(siti: Person, spool: Path) -> None:
    told(siti)
    deliver_notices()
    assert Delivery.objects.get().due_at > timezone.now() + timedelta(hours=11)
    due()
    deliver_notices()
    assert telling.outcomes() == [("push", "passed"), ("sms", "sent")]
    assert len(people.texts(spool)) == 1


def test_as_many_as_nobody_reads_are_passed_on_at_once(siti: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group a beat would take a day for those of one large batch."""
    monkeypatch.setattr(notice_pushes, "GROUP", 1)
    for number, name in enumerate(("Painem", "Suminah")):
        telling.with_app(people.register(name, f"+62812000000{number}"), f"tok-{name}")
    told(siti)
    for _ in range(3):
        deliver_notices()
    due()
    deliver_notices()
    assert list(Delivery.objects.filter(channel="push").values_list("state", flat=True)) == ["passed"] * 3


def test_and_to_the_office_where_there_is_no_phone(siti: Person) -> None:
    told(siti)
    Person.objects.update(phone_sealed=b"", phone_index=None)
    deliver_notices()
    due()
    deliver_notices()
    assert telling.outcomes() == [("push", "passed"), ("list", "queued")]


def test_a_device_that_is_gone_is_forgotten_and_the_phone_told_at_once(siti: Person) -> None:
    told(siti)
    assert notice_pushes.deliver_next(Failing(TokenGone()))
    assert telling.outcomes() == [("push", "passed"), ("sms", "queued")] and not PushToken.objects.exists()


def test_a_gateway_that_fails_is_asked_again_and_then_the_phone_is_told(siti: Person) -> None:
    told(siti)
    carrier = Failing(PushRefused("penuh"))
    for _ in range(notice_pushes.ATTEMPTS):
        due()
        assert notice_pushes.deliver_next(carrier)
        assert not notice_pushes.deliver_next(carrier)
    row = Delivery.objects.get(channel="push")
    assert (row.state, row.attempts, row.error, carrier.asked) == ("failed", 5, "penuh", 5)
    assert telling.outcomes()[1] == ("sms", "queued")


def test_one_device_that_takes_it_is_enough(siti: Person) -> None:
    telling.with_app(siti, "tok-0")
    told(siti)

    class Half(Failing):
        def send(self, token: str, platform: str, title: str, text: str, *, reference: str) -> None:
            if token == "tok-0":
                super().send(token, platform, title, text, reference=reference)

    assert notice_pushes.deliver_next(Half(PushRefused("penuh")))
    assert telling.outcomes() == [("push", "sent")]


def test_an_unexpected_error_of_a_gateway_tells_no_token(siti: Person) -> None:
    told(siti)
    notice_pushes.deliver_next(Failing(ValueError("tok-1 is odd")))
    assert Delivery.objects.get().error == "ValueError"


def test_a_device_has_one_token_the_newest(siti: Person) -> None:
    device = telling.with_app(siti, "lama")
    push.register(device, "baru", "ios")
    row = PushToken.objects.get()
    assert (row.token, row.platform) == ("baru", "ios") and b"baru" not in bytes(row.token_sealed)
    push.forget(device)
    assert not PushToken.objects.exists()


def test_the_folder_of_the_simulator_is_its_owners(siti: Person, pushed: Path) -> None:
    told(siti)
    deliver_notices()
    assert {file.stat().st_mode & 0o777 for file in [pushed, *pushed.iterdir()]} == {0o700, 0o600}


def test_only_whoever_restricted_nothing_is_woken(siti: Person, pushed: Any) -> None:
    told(siti)
    Person.objects.update(restricted=True)
    deliver_notices()
    assert not people.spooled(pushed) and telling.outcomes() == [("push", "queued")]
