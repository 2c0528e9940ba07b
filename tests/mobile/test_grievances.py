"""Beneficiaries complain from their phones: their own tickets only, within limits, told once when there is an answer."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import translation
from rest_framework.test import APIClient

from beneficiaries import grievances
from beneficiaries.models import Grievance, GrievanceMessage, Person
from mobile import grievances as mobile_grievances
from mobile import notice_messages
from mobile.gsm import GSM
from mobile.models import Delivery, Notice
from mobile.tasks import tell_answers
from tests import clock
from tests.beneficiaries import cases
from tests.mobile import people
from tests.mobile.people import STRANGER, at_once, error_of
from tests.processes import together

ADDRESS = "/api/v1/grievances"
TEXT = "Bantuan November belum masuk.\nSaya sudah ke bank."


@pytest.fixture
def officer(db: None) -> User:
    cases.category()
    return cases.officer("petugas", "Petugas")


def sent(client: APIClient, **changed: Any) -> Any:
    body = {"category": "belum-terima", "text": TEXT, "reference": str(uuid.uuid4())} | changed
    return client.post(ADDRESS, body, format="json")


def answered(person: Person, officer: User) -> Grievance:
    row = grievances.take(cases.grievance(reporter=person, person=person), by=officer)
    grievances.answer(row, "Dibayar tanggal 27.", by=officer)
    return row


# --- filing and reading ---


@pytest.mark.usefixtures("officer")
def test_a_ticket_is_filed_listed_and_read(siti: Person, hers: APIClient) -> None:
    assert hers.get(f"{ADDRESS}/categories").json() == {
        "categories": [{"code": "belum-terima", "name": "Bantuan belum diterima", "deadline_days": 5}]
    }
    answer = sent(hers)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    row = Grievance.objects.get()
    assert (made["id"], made["number"], made["text"]) == (str(row.uid), row.number, TEXT)
    assert (made["status"], made["status_text"], made["messages"]) == ("received", "Diterima", [])
    assert (row.origin, row.reporter, row.person, row.created_by) == ("mobile", siti, siti, None)
    [listed] = hers.get(ADDRESS).json()["grievances"]
    assert listed["number"] == row.number and "text" not in listed
    assert hers.get(f"{ADDRESS}/{row.uid}").json() == made


@pytest.mark.usefixtures("officer")
def test_the_same_reference_is_one_ticket(hers: APIClient) -> None:
    reference = str(uuid.uuid4())
    first, again = sent(hers, reference=reference).json(), sent(hers, reference=reference, text="lain").json()
    assert first == again and Grievance.objects.count() == 1


@pytest.mark.usefixtures("officer")
def test_nobody_reads_or_continues_another_ones_ticket(siti: Person, hers: APIClient) -> None:
    neighbour = people.register("Budi", STRANGER)
    about_her = cases.grievance(reporter=neighbour, person=siti)
    assert hers.get(ADDRESS).json() == {"grievances": []}
    for answer in (
        hers.get(f"{ADDRESS}/{about_her.uid}"),
        hers.post(f"{ADDRESS}/{about_her.uid}/messages", {"text": "x"}, format="json"),
        hers.post(f"{ADDRESS}/{about_her.uid}/verdict", {"satisfied": True}, format="json"),
        hers.get(f"{ADDRESS}/{uuid.uuid4()}"),
    ):
        assert (answer.status_code, error_of(answer)["code"]) == (404, "grievance_unknown")
    assert APIClient().get(ADDRESS).status_code == 401


def test_officers_notes_are_not_for_the_citizen(siti: Person, hers: APIClient, officer: User) -> None:
    row = answered(siti, officer)
    grievances.note(row, "Petugas bank lalai.", by=officer)
    page = hers.get(f"{ADDRESS}/{row.uid}")
    assert [message["text"] for message in page.json()["messages"]] == ["Dibayar tanggal 27."]
    assert "lalai" not in page.content.decode()


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"category": "tidak-ada"}, "category_unknown", "category"),
        ({"category": None}, "field_required", "category"),
        ({"text": " "}, "field_required", "text"),
        ({"text": "x" * 2_001}, "field_invalid", "text"),
        ({"text": "a\u0007b"}, "field_invalid", "text"),
        ({"text": 7}, "field_invalid", "text"),
        ({"reference": "bukan"}, "field_invalid", "reference"),
        ({"payment_reference_no": "2026112400000000000042"}, "payment_unknown", "payment_reference_no"),
    ],
)
def test_what_cannot_be_filed_names_the_field(hers: APIClient, changed: dict[str, Any], code: str, field: str) -> None:
    answer = sent(hers, **changed)
    assert answer.status_code == 400
    assert (error_of(answer)["code"], error_of(answer)["field"]) == (code, field)
    assert not Grievance.objects.exists()


@pytest.mark.usefixtures("officer")
def test_text_stands_nowhere_in_the_clear(hers: APIClient) -> None:
    made = sent(hers, text="Siti Aminah 081234567890").json()
    hers.post(f"{ADDRESS}/{made['id']}/messages", {"text": "Siti lagi"}, format="json")
    with connection.cursor() as cursor:
        for table in ("beneficiaries_grievance", "beneficiaries_grievancemessage", "beneficiaries_grievancestep"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            assert "Siti" not in cursor.fetchone()[0]


# --- talking about it ---


def test_a_message_after_an_answer_opens_it_again(siti: Person, hers: APIClient, officer: User) -> None:
    row = answered(siti, officer)
    answer = hers.post(f"{ADDRESS}/{row.uid}/messages", {"text": "Belum masuk juga."}, format="json")
    assert (answer.status_code, answer.json()["kind"]) == (201, "citizen")
    assert hers.get(f"{ADDRESS}/{row.uid}").json()["status"] == "reopened"


def test_content_closes_it_and_not_content_opens_it_again(siti: Person, hers: APIClient, officer: User) -> None:
    row = answered(siti, officer)
    verdict = f"{ADDRESS}/{row.uid}/verdict"
    body = hers.post(verdict, {"satisfied": True}, format="json").json()
    assert (body["status"], body["satisfied"]) == ("closed", True)
    again = hers.post(verdict, {"satisfied": True}, format="json")
    assert (again.status_code, error_of(again)["code"]) == (409, "grievance_status_wrong")
    late = hers.post(f"{ADDRESS}/{row.uid}/messages", {"text": "Belum."}, format="json")
    assert (late.status_code, error_of(late)["code"]) == (409, "grievance_status_wrong")
    body = hers.post(verdict, {"satisfied": False, "text": "Belum."}, format="json").json()
    assert (body["status"], body["messages"][-1]["text"]) == ("reopened", "Belum.")
    assert hers.post(verdict, {"satisfied": False}, format="json").status_code == 409


# --- limits ---


@pytest.mark.usefixtures("officer")
def test_five_tickets_a_day_and_the_error_says_how_long(siti: Person, hers: APIClient, settings: Any) -> None:
    reference = str(uuid.uuid4())
    assert sent(hers, reference=reference).status_code == 201
    for _ in range(4):
        assert sent(hers).status_code == 201
    refused = sent(hers)
    assert (refused.status_code, error_of(refused)["code"]) == (429, "grievance_too_many")
    assert 86_000 < error_of(refused)["data"]["wait"] <= 86_400 and "Retry-After" in refused.headers
    assert sent(hers, reference=reference).status_code == 201  # no new one
    assert sent(people.client_of(people.register("Budi", STRANGER))).status_code == 201
    with clock.moved(days=1):
        assert sent(hers).status_code == 201


def test_messages_have_a_limit_and_what_it_refuses_changes_nothing(
    siti: Person, hers: APIClient, officer: User, settings: Any
) -> None:
    settings.MOBILE = settings.MOBILE | {"grievance_messages_a_day": 2}
    row = answered(siti, officer)
    for _ in range(2):
        assert hers.post(f"{ADDRESS}/{row.uid}/messages", {"text": "x"}, format="json").status_code == 201
    other = answered(siti, officer)
    refused = hers.post(f"{ADDRESS}/{other.uid}/verdict", {"satisfied": False, "text": "Belum."}, format="json")
    assert refused.status_code == 429
    other.refresh_from_db()
    assert other.status == "answered"


@pytest.mark.usefixtures("committed_db")
def test_requests_at_once_do_not_pass_the_limit() -> None:
    cases.category()
    siti = people.register()
    results = at_once(8, lambda _: mobile_grievances.file(siti, "belum-terima", TEXT, uuid.uuid4()))
    names = sorted(type(result).__name__ for result in results)
    assert names == ["Grievance"] * 5 + ["TooManyGrievances"] * 3, results


# --- told of answers ---


def test_an_answer_is_told_once_without_what_it_says(siti: Person, officer: User) -> None:
    row = answered(siti, officer)
    with translation.override("en"):
        assert tell_answers() == 1
    assert tell_answers() == 0
    notice = Notice.objects.get()
    text = notice_messages.text_of([notice])
    assert notice.person == siti and row.number in text and text.startswith("Aduan ")
    assert "27" not in text.replace(row.number, "")
    assert len(text) <= 160 and set(text) <= GSM
    grievances.say(row, "Belum.")
    grievances.answer(grievances.take(Grievance.objects.get(pk=row.pk), by=officer), "Sudah.", by=officer)
    grievances.note(row, "Catatan.", by=officer)
    assert tell_answers() == 1


def _tell() -> int:
    return tell_answers()


@pytest.mark.usefixtures("processes")
def test_beats_at_once_tell_each_answer_once() -> None:
    officer = cases.officer("petugas", "Petugas")
    for number in range(12):
        person = people.register(f"Warga {number}", f"+62812345670{number:02}")
        answered(person, officer)
    outcomes = together([(_tell, ())] * 4)
    assert not any(outcome.error for outcome in outcomes), outcomes
    assert sum(outcome.value for outcome in outcomes) == 12
    answers = GrievanceMessage.objects.values_list("pk", flat=True)
    assert sorted(Notice.objects.values_list("subject", flat=True)) == sorted(answers)
    assert Delivery.objects.filter(channel="sms").count() == 12


def test_an_answer_of_long_ago_is_not_told_again_when_its_notice_is_gone(
    siti: Person, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(siti, officer)
    monkeypatch.setattr(mobile_grievances, "TOLD_WITHIN", timedelta(0))
    assert tell_answers() == 0
