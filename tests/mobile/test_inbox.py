"""What one is told, in the application: only one's own, newest first, read once on all devices."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from beneficiaries.models import Person
from mobile import notices
from mobile.models import Delivery, Notice, PushToken
from mobile.tasks import make_notices
from tests import money
from tests.disbursement.merging import merged, twice
from tests.mobile import people, telling
from tests.mobile.people import STRANGER, error_of

pytestmark = pytest.mark.django_db


def told(months: int = 1) -> list[str]:
    """Everybody was paid for so many months; the numbers of the notices, newest first."""
    made = telling.programme()
    for month in range(1, months + 1):
        telling.paid(made=made, period=date(2026, month, 1))
    make_notices()
    return [str(uid) for uid in Notice.objects.order_by("-pk").values_list("uid", flat=True)]


def test_one_reads_what_one_was_told_the_newest_first_page_by_page(siti: Person, hers: APIClient) -> None:
    numbers = told(3)
    first = hers.get("/api/v1/notices", {"limit": 2}).json()
    assert [one["id"] for one in first["notices"]] == numbers[:2] and first["unread"] == 3
    assert first["next_before"] == Notice.objects.get(uid=numbers[1]).pk
    last = hers.get("/api/v1/notices", {"limit": 2, "before": first["next_before"]}).json()
    assert [one["id"] for one in last["notices"]] == numbers[2:] and last["next_before"] is None
    one = last["notices"][0]
    assert (one["kind"], one["title"], one["shown_at"]) == ("paid", "Bantuan masuk", None)
    assert one["text"].startswith("Kartu Lansia Jakarta Januari 2026: Rp 300.000 sudah masuk ke dompet Anda.")


def test_nobody_reads_or_marks_anothers(siti: Person, hers: APIClient) -> None:
    budi = people.register("Budi", STRANGER)
    told()
    number = str(Notice.objects.get(person=budi).uid)
    assert number not in [one["id"] for one in hers.get("/api/v1/notices").json()["notices"]]
    for wrong in (number, uuid.uuid4()):
        refused = hers.post(f"/api/v1/notices/{wrong}/shown")
        assert refused.status_code == 404 and error_of(refused)["code"] == "notice_unknown"
    assert Notice.objects.filter(shown_at=None).count() == 2
    assert APIClient().get("/api/v1/notices").status_code == 401


def test_read_on_one_device_is_read_on_all_and_once(siti: Person, hers: APIClient) -> None:
    [number] = told()
    other = people.client_of(siti, "Tablet")
    shown = hers.post(f"/api/v1/notices/{number}/shown").json()["shown_at"]
    assert shown and other.post(f"/api/v1/notices/{number}/shown").json()["shown_at"] == shown
    page = other.get("/api/v1/notices").json()
    assert page["unread"] == 0 and page["notices"][0]["shown_at"] == shown


def test_what_was_read_needs_no_message_and_no_visit(siti: Person, hers: APIClient) -> None:
    nobody = telling.without_phone()
    told()
    for client, person in ((hers, siti), (people.client_of(nobody), nobody)):
        client.post(f"/api/v1/notices/{Notice.objects.get(person=person).uid}/shown")
    assert sorted(telling.outcomes()) == [("list", "shown"), ("sms", "shown")]
    assert not Delivery.objects.to_tell().exists()


def test_a_merged_person_reads_what_every_row_of_theirs_was_told() -> None:
    survivor, other = twice()
    for number, person in enumerate((survivor, other), 1):
        notices.tell(Notice.Kind.LAPSE, money.purse(money.wallet(), 1_000).pk, [person.pk], amount=number)
    merged(survivor, other)
    survivor.refresh_from_db()
    assert len(people.client_of(survivor).get("/api/v1/notices").json()["notices"]) == 2


@pytest.mark.parametrize("query", [{"limit": 51}, {"limit": 0}, {"before": "x"}, {"before": 2**63}])
def test_odd_pages_are_refused_by_name(siti: Person, hers: APIClient, query: dict[str, Any]) -> None:
    refused = hers.get("/api/v1/notices", query)
    assert refused.status_code == 400 and error_of(refused)["field"] in query


def test_a_device_says_where_it_can_be_woken_and_that_it_need_not_be(siti: Person, hers: APIClient) -> None:
    asked = {"token": "dQw4w9WgXcQ:APA91bH", "platform": "android"}
    for _ in range(2):
        assert hers.post("/api/v1/push-token", asked, format="json").status_code == 204
    assert PushToken.objects.get().token == asked["token"]
    odd = hers.post("/api/v1/push-token", asked | {"platform": "nokia"}, format="json")
    assert odd.status_code == 400 and error_of(odd)["field"] == "platform"
    assert hers.post("/api/v1/push-token", {"token": "", "platform": "ios"}, format="json").status_code == 400
    assert hers.post("/api/v1/push-token/remove").status_code == 204
    assert not PushToken.objects.exists()


def test_a_notice_is_told_in_the_readers_language_as_far_as_it_is_known(siti: Person, hers: APIClient) -> None:
    told()
    english = hers.get("/api/v1/notices", headers={"Accept-Language": "en"})
    assert english.status_code == 200 and "Rp 300.000" in english.json()["notices"][0]["text"]
