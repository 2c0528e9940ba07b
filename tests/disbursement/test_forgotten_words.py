"""What officers wrote about somebody goes with them, from every copy: steps, decisions, and the office's own log."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction

from beneficiaries import erasure_traces, grievances
from beneficiaries.models import GrievanceStep, Person
from disbursement import appeals, batches, clawback, enrolments, owed, subjects, taking_back
from disbursement.enrolment_states import R
from disbursement.models import Clawback, ClawbackStep, Enrolment, EnrolmentAppeal, Instruction, OwedCycle, TakeBack
from tests import money
from tests.beneficiaries import cases
from tests.disbursement import clawing

pytestmark = pytest.mark.django_db
SECRET = "rahasia: anaknya di penjara"
TABLES = (
    *("disbursement_clawback", "disbursement_clawbackstep", "disbursement_takeback", "disbursement_owedcycle"),
    *("disbursement_enrolmentstep", "disbursement_enrolmentappeal", "disbursement_instruction", "django_admin_log"),
)


def logged(*rows: Any) -> None:
    """What `wallet.admin.steps.take` writes of a deed about each."""
    for row in rows:
        LogEntry.objects.create(
            user=money.officer(),
            content_type=ContentType.objects.get_for_model(row),
            object_id=str(row.pk),
            object_repr=str(row),
            action_flag=2,
            change_message=f"Ditarik kembali: {SECRET}",
        )


def telling() -> set[str]:
    """The tables that still quote the officers."""
    found = set()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE row_to_json(t)::text LIKE %s", [f"%{SECRET}%"])
            found |= {table} if cursor.fetchone()[0] else set()
    return found


def refused(rows: Any, **change: str) -> bool:
    try:
        with transaction.atomic():
            rows.update(**change)
    except DatabaseError:
        return True
    return False


def spoken_of() -> Person:
    """Somebody of whom officers wrote in every place there is, all of it over."""
    batch = clawing.world()
    line, officer, other = clawing.line(batch), money.officer(), money.officer()
    case = clawback.propose({line.pk: 1}, reason=SECRET, evidence=SECRET, share=None, by=officer)
    clawback.drop(case, by=officer, reason=SECRET)
    taking_back.propose(line, SECRET, officer)
    taking_back.agree(line, other, SECRET)
    row = Enrolment.objects.get()
    owed.owe(Enrolment.objects.all(), batches.cycle_of(row.programme, date(2026, 9, 1)), SECRET, officer)
    owed.withdraw(OwedCycle.objects.get(), officer, SECRET)
    enrolments.end_all([row.pk], reason=R.OWN_WISH, words=SECRET, by=officer)
    appeal = appeals.file(row, SECRET, channel=EnrolmentAppeal.Channel.OFFICE, by=officer)
    appeals.deny(appeal, other, SECRET)
    line.refresh_from_db()
    logged(line, case, row, appeal, TakeBack.objects.get(), OwedCycle.objects.get(), row.person, row.person.wallet)
    return Person.objects.get(pk=row.person_id)


def test_what_officers_wrote_of_somebody_goes_from_every_copy() -> None:
    person, stranger = spoken_of(), money.person()
    logged(stranger)
    assert telling() == set(TABLES)
    assert subjects.hold_of(person) == ""
    subjects.forget(person)
    erasure_traces.forget(person, None, "#7")
    assert telling() == {"django_admin_log"}
    [other] = LogEntry.objects.exclude(change_message="")
    assert (other.object_id, other.object_repr) == (str(stranger.pk), str(stranger))
    assert {entry.object_repr for entry in LogEntry.objects.filter(change_message="")} == {
        f"#{entry.object_id}" for entry in LogEntry.objects.filter(change_message="")
    }
    assert set(ClawbackStep.objects.values_list("reason", flat=True)) == {"dihapus"}
    assert set(Clawback.objects.values_list("reason", "evidence")) == {("dihapus", "dihapus")}
    assert EnrolmentAppeal.objects.values_list("text", "decision_reason").get() == ("", "dihapus")
    assert Instruction.objects.get().failure == "dihapus"


def test_the_database_lets_words_be_forgotten_and_not_be_put_otherwise() -> None:
    spoken_of()
    for rows, column in (
        (ClawbackStep.objects.all(), "reason"),
        (Clawback.objects.all(), "evidence"),
        (EnrolmentAppeal.objects.all(), "decision_reason"),
    ):
        assert refused(rows, **{column: "lain"}) and refused(rows, **{column: ""})
        assert not refused(rows, **{column: "dihapus"})
    assert refused(ClawbackStep.objects.all(), from_status="noticed")


def test_the_words_of_a_case_that_is_open_stay() -> None:
    clawing.proposed(clawing.line(clawing.world()), 1)
    assert refused(ClawbackStep.objects.all(), reason="dihapus") and refused(Clawback.objects.all(), evidence="dihapus")


def test_the_words_at_the_steps_of_a_grievance_go_with_its_own() -> None:
    person, worker = cases.person(), cases.officer("petugas", "Petugas")
    told, kept = cases.grievance(person=person, text="isi"), cases.grievance(text="lain")
    for row in (told, kept):
        grievances.take(row, by=worker)
        grievances.answer(row, "Sudah diperiksa.", by=worker)
        grievances.close(row, SECRET, satisfied=True, by=worker)
    steps = GrievanceStep.objects.exclude(reason="")
    assert refused(steps, reason="dihapus") and refused(steps, reason="lain")
    erasure_traces.forget(person, None, "#7")
    assert [step.reason for step in steps.filter(grievance=told)] == ["dihapus"]
    assert [step.reason for step in steps.filter(grievance=kept)] == [SECRET]
    assert refused(steps.filter(grievance=told), reason="lain") and refused(GrievanceStep.objects.all(), level=3)
