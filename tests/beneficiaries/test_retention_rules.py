"""What is kept of whom for how long: one example of each kind that goes, and what of it stays."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from beneficiaries import grievances, representation, retention
from beneficiaries.models import Grievance, GrievanceMessage, Person, Representation, RepresentationScan, TrialHit
from disbursement import batches, enrolments, subjects
from disbursement.models import PreflightFinding
from tests import clock, money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import CAR, rule, screen, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hundred_days(settings: Any) -> None:
    names = ("grievances", "representation_scans", "outsiders", "trials", "preflights", "left_people")
    settings.PRIVACY = settings.PRIVACY | {"retention": dict.fromkeys(names, 100)}


def after(days: int) -> dict[str, int]:
    """What the rules drop so many days from now."""
    with clock.moved(days=days):
        return {name: count for name, count in retention.drop().items() if count}


@pytest.fixture
def worker() -> User:
    return cases.officer("petugas", "Petugas")


def test_the_words_of_a_closed_grievance_go_and_its_number_and_steps_stay(worker: User) -> None:
    told = cases.grievance(reporter_name="Bu Tini", phone="+6281234567890")
    open_still = cases.grievance()
    grievances.take(told, by=worker)
    grievances.answer(told, "Sudah kami periksa.", by=worker)
    grievances.close(told, "selesai", satisfied=None, by=worker)
    assert after(99) == {} and after(101) == {"grievances": 1}
    told.refresh_from_db()
    assert (told.text, told.reporter_name, told.phone, told.status) == ("", "", "", "closed")
    assert not GrievanceMessage.objects.exclude(text_sealed=b"").exists() and told.steps.count() > 1
    assert Grievance.objects.get(pk=open_still.pk).text and after(101) == {}


def test_the_words_of_a_grievance_go_too_where_nobody_came_back_to_the_answer(worker: User) -> None:
    answered, again = cases.grievance(reporter_name="Bu Tini"), cases.grievance()
    for row in (answered, again):
        grievances.take(row, by=worker)
        grievances.answer(row, "Sudah kami periksa.", by=worker)
    grievances.say(again, "Belum.")
    assert after(99) == {} and after(101) == {"grievances": 1}
    answered.refresh_from_db()
    again.refresh_from_db()
    assert (answered.text, answered.reporter_name, answered.status) == ("", "", "answered") and again.text


def test_who_collected_until_a_day_that_is_over_goes_although_nobody_ended_it(worker: User) -> None:
    until = timezone.localdate() + timedelta(days=10)
    asked = cases.proposal(cases.person(), cases.outsider_nik(), name="Pak Tono", ends_on=until)
    representation.approve(representation.propose(asked, by=worker), by=cases.officer("penyetuju", "Penyetuju"))
    assert after(110) == {} and after(112)["outsiders"] == 1
    row = Representation.objects.get()
    assert (row.name, row.nik_index, row.status, row.ended_by) == ("", None, "ended", None)


def test_scans_and_outsiders_of_ended_representations_go(worker: User) -> None:
    holder = cases.person()
    asked = cases.proposal(holder, cases.outsider_nik(), name="Pak Tono", phone="+6281234567890", scan=cases.PNG)
    made = representation.approve(representation.propose(asked, by=worker), by=cases.officer("penyetuju", "Penyetuju"))
    assert after(101) == {}
    representation.end(made, "pindah", by=worker)
    assert after(99) == {} and after(101) == {"representation_scans": 1, "outsiders": 1}
    row, scan = Representation.objects.get(), RepresentationScan.objects.get()
    assert (row.name, row.phone, row.nik_index, row.document_number, row.status) == ("", "", None, "", "ended")
    assert scan.content == "" and scan.sha256
    assert after(101) == {}


def test_whom_a_trial_would_exclude_goes_and_the_count_stays() -> None:
    tell(money.person(), "vehicle", CAR)
    trial = screen(rule("household.vehicles.cars > 0"))
    assert TrialHit.objects.count() == trial.people_hit == 1
    assert after(99) == {} and after(101) == {"trials": 1}
    trial.refresh_from_db()
    assert trial.people_hit == 1


def test_what_preflight_found_goes_with_time_once_its_batch_is_at_its_end() -> None:
    money.people(1)
    batch = money.prepared(money.programme())
    PreflightFinding.objects.create(batch=batch, reason="deceased", enrolment=batch.instructions.get().enrolment)
    assert after(101) == {}
    batches.cancel(batch)
    assert after(101) == {"preflights": 1}


def test_who_left_and_never_received_anything_is_forgotten_and_who_did_is_kept() -> None:
    money.pay_out(money.approved_crowd(1))
    paid, stranger, here = Person.objects.get(), money.person(), money.person()
    enrolments.end(paid.enrolments.get())
    Person.objects.exclude(pk=here.pk).update(status="left")
    assert after(99) == {} and after(101) == {"left_people": 1}
    erased = Person.objects.filter(erased_at__isnull=False)
    assert list(erased) == [stranger] and after(101) == {}


def test_whether_money_moved_is_asked_of_the_persons_own_purses_and_not_of_the_whole_ledger() -> None:
    [rule] = [one for one in subjects.RULES if one.name == "left_people"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
        )
    plan = rule.older(timezone.now()).explain()
    assert "hashed SubPlan" not in plan, plan
    for name in ("transfer_debit", "transfer_credit"):
        assert re.search(rf"(using|on) {name} .*\n +Index Cond: ", plan), plan
