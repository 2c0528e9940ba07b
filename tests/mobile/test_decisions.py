"""What was decided about one's aid, and objecting to it from the phone: suspensions, exits, claims of overpaid aid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from beneficiaries.models import Person
from disbursement import appeals, clawback, enrolments
from disbursement.clawback_errors import ObjectionTooLate
from disbursement.enrolment_states import R
from disbursement.models import Clawback, Enrolment, EnrolmentAppeal, Instruction
from tests import money
from tests.disbursement import clawing
from tests.mobile import telling
from tests.mobile.people import error_of


def appeal(client: APIClient, enrolment: Any, text: str = "KK saya sudah baru.") -> Any:
    return client.post("/api/v1/appeals", {"enrolment": enrolment, "text": text}, format="json")


def object_to(client: APIClient, claim: Any, text: str = "Saya terima sekali.") -> Any:
    return client.post("/api/v1/claims/objections", {"claim": claim, "text": text}, format="json")


def suspended(person: Person) -> Enrolment:
    telling.paid()
    row = Enrolment.objects.get(person=person)
    enrolments.suspend([row.pk], reason=R.DOCUMENTS, words="NIK 3171015708900001", by=money.officer())
    return row


def claimed(person: Person) -> Clawback:
    telling.paid()
    line = Instruction.objects.get(enrolment__person=person)
    return clawback.notify(clawing.proposed(line, 40_000), by=money.officer(), reason="surat dikirim")


def test_one_sees_why_ones_aid_was_suspended_and_appeals(hers: APIClient, siti: Person) -> None:
    row = suspended(siti)
    [told] = hers.get("/api/v1/enrolments").json()["enrolments"]
    step = enrolments.last_step(row)
    assert step is not None
    assert (told["id"], told["status"], told["reason_text"]) == (row.pk, "suspended", "Dokumen belum lengkap")
    assert told["appeal_until"] == appeals.open_until(step).isoformat() and told["appeal"] is None
    assert "3171015708900001" not in str(told)
    answer = appeal(hers, row.pk)
    assert answer.status_code == 201 and answer.json()["status"] == "filed"
    made = EnrolmentAppeal.objects.get()
    assert (made.channel, made.filed_by, made.step) == ("app", None, step)
    again = appeal(hers, row.pk, " KK saya sudah baru. ")  # the answer was lost on its way
    assert (again.status_code, again.json()) == (201, answer.json())
    assert EnrolmentAppeal.objects.get() == made
    assert error_of(appeal(hers, row.pk, "Lagi pula saya sakit."))["code"] == "appeal_not_possible"
    appeals.uphold(made, money.officer(), "KK diperiksa")
    [told] = hers.get("/api/v1/enrolments").json()["enrolments"]
    assert (told["status"], told["appeal_until"]) == ("active", None)


def test_an_appeal_that_an_officer_wrote_down_is_no_repetition_of_ones_own(hers: APIClient, siti: Person) -> None:
    row = suspended(siti)
    appeals.file(row, "KK saya sudah baru.", channel=EnrolmentAppeal.Channel.OFFICE, by=money.officer())
    assert error_of(appeal(hers, row.pk))["code"] == "appeal_not_possible"


def test_an_objection_that_an_officer_wrote_down_is_no_repetition_of_ones_own(hers: APIClient, siti: Person) -> None:
    case = claimed(siti)
    clawback.object_to(case, "Saya terima sekali.", channel=Clawback.Channel.OFFICE, by=money.officer())
    assert error_of(object_to(hers, case.pk))["code"] == "claim_not_objectable"


def test_who_is_paid_has_nothing_to_appeal_against(hers: APIClient, siti: Person) -> None:
    telling.paid()
    row = Enrolment.objects.get(person=siti)
    assert appeal(hers, row.pk).status_code == 409
    assert not EnrolmentAppeal.objects.exists()


def test_one_sees_what_is_claimed_back_and_objects(hers: APIClient, siti: Person) -> None:
    assert hers.get("/api/v1/claims").json() == {"claims": []}
    case = claimed(siti)
    [told] = hers.get("/api/v1/claims").json()["claims"]
    assert (told["id"], told["amount"], told["left"], told["may_object"]) == (case.pk, 40_000, 40_000, True)
    answer = object_to(hers, case.pk)
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["may_object"]) == ("objected", False)
    case.refresh_from_db()
    assert (case.objection, case.objection_channel) == ("Saya terima sekali.", "app")
    assert case.steps.get(to_status="objected").by is None
    again = object_to(hers, case.pk)  # the answer was lost on its way
    assert (again.status_code, again.json()) == (201, answer.json())
    assert case.steps.filter(to_status="objected").count() == 1
    assert error_of(object_to(hers, case.pk, "Bukan saya."))["code"] == "claim_not_objectable"
    clawback.decide(case, by=money.officer(), reason="tercatat dua kali")  # an officer decides, as of any other


def test_after_the_last_day_nobody_objects_to_a_claim(hers: APIClient, siti: Person) -> None:
    case = claimed(siti)
    assert case.objection_until is not None
    days = (case.objection_until - timezone.localdate()).days + 1
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False), pytest.raises(ObjectionTooLate):
        clawback.object_to(case, "terlambat", channel=Clawback.Channel.APP)


def test_another_persons_are_as_unknown_as_none(hers: APIClient, siti: Person) -> None:
    other = money.person()
    case, row = claimed(other), Enrolment.objects.get(person=other)
    for answer in (object_to(hers, case.pk), object_to(hers, 10**9), appeal(hers, row.pk), appeal(hers, 10**9)):
        assert answer.status_code == 404
    assert hers.get("/api/v1/claims").json() == {"claims": []}


def test_what_nobody_was_told_of_yet_is_not_shown(hers: APIClient, siti: Person) -> None:
    telling.paid()
    case = clawing.proposed(Instruction.objects.get(enrolment__person=siti), 40_000)
    assert hers.get("/api/v1/claims").json() == {"claims": []}
    assert object_to(hers, case.pk).status_code == 404


@pytest.mark.parametrize(("number", "text"), [("x", "a"), (0, "a"), (1, ""), (1, "a" * 2001), (None, "a")])
def test_what_is_wrong_is_named(hers: APIClient, number: Any, text: str) -> None:
    for answer, name in ((appeal(hers, number, text), "enrolment"), (object_to(hers, number, text), "claim")):
        assert answer.status_code == 400 and error_of(answer)["field"] in (name, "text")


def test_nobody_is_told_without_a_token(api: APIClient, db: None) -> None:
    for path in ("enrolments", "claims"):
        assert api.get(f"/api/v1/{path}").status_code == 401
    assert appeal(api, 1).status_code == object_to(api, 1).status_code == 401
