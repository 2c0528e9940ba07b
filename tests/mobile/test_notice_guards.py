"""What was told stays as it was: the database refuses the application and a superuser of the office alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone

from beneficiaries import retention
from beneficiaries.models import Person
from mobile import inbox, notice_lists
from mobile.models import Delivery, Notice, NoticedBatch, NoticedChunk
from mobile.tasks import deliver_notices, make_notices
from tests import money
from tests.mobile import people, telling
from tests.owner import as_owner

S = Delivery.State


@pytest.fixture
def told(committed_db: None) -> Notice:
    """Somebody was paid, read it, and another was told in person."""
    siti = people.register()
    telling.without_phone()
    telling.paid()
    make_notices()
    deliver_notices()
    notice = Notice.objects.get(person=siti)
    inbox.mark_shown(siti, notice.uid)
    notice_lists.mark_told(Person.objects.values_list("pk", flat=True), up_to=10**9, by=money.officer())
    return notice


CHANGES: dict[str, Callable[[], Any]] = {
    "another kind": lambda: Notice.objects.update(kind="refused"),
    "another subject": lambda: Notice.objects.update(subject=1),
    "another person": lambda: Notice.objects.update(person=None),
    "read later": lambda: Notice.objects.filter(shown_at__isnull=False).update(shown_at=timezone.now()),
    "unread": lambda: Notice.objects.update(shown_at=None),
    "told by another": lambda: Delivery.objects.filter(state=S.TOLD).update(told_by=money.officer()),
    "not told": lambda: Delivery.objects.filter(state=S.TOLD).update(state=S.QUEUED, told_by=None, ended_at=None),
    "sent again": lambda: Delivery.objects.filter(state=S.SENT).update(state=S.QUEUED, ended_at=None),
    "sent at another time": lambda: Delivery.objects.filter(state=S.SENT).update(ended_at=timezone.now()),
    "another channel": lambda: Delivery.objects.filter(channel="sms").update(channel="push"),
    "of another chunk": lambda: NoticedChunk.objects.update(count=0),
    "told anew": lambda: NoticedChunk.objects.all().delete(),
    "batch anew": lambda: NoticedBatch.objects.update(done=False),
    "fewer": lambda: NoticedBatch.objects.all().delete(),
    "no delivery": lambda: Delivery.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_cannot_tell_it_otherwise(told: Notice, change: str) -> None:
    before = [list(model.objects.order_by("pk").values_list()) for model in (Notice, Delivery, NoticedChunk)]
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change]()
    assert before == [list(model.objects.order_by("pk").values_list()) for model in (Notice, Delivery, NoticedChunk)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mobile_notice SET subject = subject + 1",
        "UPDATE mobile_delivery SET state = 'queued', ended_at = NULL, told_by_id = NULL WHERE state = 'told'",
        "UPDATE mobile_delivery SET told_by_id = NULL WHERE state = 'told'",
        "DELETE FROM mobile_delivery",
        "DELETE FROM mobile_noticedchunk",
        "DELETE FROM mobile_noticedbatch",
        "UPDATE mobile_noticedbatch SET reached = -1",
        "TRUNCATE mobile_notice CASCADE",
        "TRUNCATE mobile_delivery",
        "TRUNCATE mobile_noticedchunk",
    ],
)
def test_nor_can_the_owner_of_the_database(told: Notice, statement: str) -> None:
    with pytest.raises(DatabaseError), as_owner() as cursor:
        cursor.execute(statement)
    connections["owner"].close()
    assert Notice.objects.count() == 2 and Delivery.objects.filter(state=S.TOLD).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [
        {"channel": "list", "state": "told", "ended_at": timezone.now()},  # by nobody
        {"channel": "sms", "state": "queued", "ended_at": timezone.now()},
        {"channel": "sms", "state": "sent"},  # never
        {"channel": "list", "state": "sent", "ended_at": timezone.now()},
        {"channel": "fax"},
        {"channel": "sms", "state": "lost", "ended_at": timezone.now()},
    ],
)
def test_a_delivery_that_makes_no_sense_is_refused(row: dict[str, Any]) -> None:
    notice = Notice.objects.create(kind="paid", subject=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notice=notice, **row)


@pytest.mark.django_db
def test_nobody_is_told_twice_of_one_thing_not_even_nobody() -> None:
    for person in (None, people.register().pk):
        Notice.objects.create(kind="paid", subject=1, person_id=person)
        with pytest.raises(IntegrityError), transaction.atomic():
            Notice.objects.create(kind="paid", subject=1, person_id=person)
    notice = Notice.objects.earliest("pk")
    Delivery.objects.create(notice=notice, channel="sms")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(notice=notice, channel="sms")


@pytest.mark.django_db
def test_notices_go_when_they_were_kept_long_enough_and_nothing_of_them_waits(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"notices": 400}}
    long_ago = timezone.now() - timedelta(days=401)
    told_then = {"kind": "paid", "created_at": long_ago}
    old, waiting, young = (
        Notice.objects.create(**row, subject=n) for n, row in enumerate([told_then, told_then, {"kind": "paid"}])
    )
    Delivery.objects.create(notice=old, channel="sms", state="sent", ended_at=long_ago, created_at=long_ago)
    Delivery.objects.create(notice=waiting, channel="list", created_at=long_ago)
    assert retention.drop() == {"notices": 1}
    assert set(Notice.objects.all()) == {waiting, young} and Delivery.objects.get().notice == waiting


@pytest.mark.django_db
def test_a_notice_that_a_channel_took_over_lately_stays_and_holds_no_other_up(settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"notices": 400}}
    long_ago = timezone.now() - timedelta(days=401)
    passed_on, old = (Notice.objects.create(kind="paid", created_at=long_ago, subject=n) for n in range(2))
    Delivery.objects.create(notice=passed_on, channel="list", state="passed", ended_at=long_ago, created_at=long_ago)
    Delivery.objects.create(notice=passed_on, channel="sms", state="sent", ended_at=timezone.now())
    Delivery.objects.create(notice=old, channel="sms", state="sent", ended_at=long_ago, created_at=long_ago)
    assert retention.drop() == {"notices": 1}
    assert Notice.objects.get() == passed_on


@pytest.mark.django_db
def test_young_notices_stay_whatever_the_settings_say() -> None:
    Notice.objects.create(kind="paid", subject=1, created_at=timezone.now() - timedelta(days=300))
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.all().delete()
    assert Notice.objects.count() == 1
