"""Nobody is forgotten while aid is on its way to them, or may be taken back or objected to; nor do they hold up retention."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from beneficiaries import erasure, retention
from beneficiaries.models import Person
from beneficiaries.privacy_errors import LegalHold
from disbursement import appeals, approvals, batches, enrolments, owed, subjects, taking_back
from disbursement.enrolment_states import R
from disbursement.models import Enrolment, EnrolmentAppeal, OwedCycle
from tests import clock, money

pytestmark = pytest.mark.django_db
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def left(enrolment: Enrolment) -> Person:
    """The enrolment's person, who leaves the programme by their own wish."""
    enrolments.end_all([enrolment.pk], reason=R.OWN_WISH, words="", by=None)
    return Person.objects.get(pk=enrolment.person_id)


def enrolled(**fields: Any) -> Enrolment:
    money.person()
    money.eligibility.enrol_eligible(money.programme(budget=10_000_000, **fields))
    return Enrolment.objects.get()


def refused(person: Person, word: str) -> None:
    with pytest.raises(LegalHold, match=word):
        erasure.erase(person, by=None, reason="diminta")
    person.refresh_from_db()
    assert person.erased_at is None and person.name


def test_who_stands_in_a_batch_that_is_not_paid_yet_is_not_forgotten_and_gets_their_money() -> None:
    batch = money.approved_crowd(1, amount=100)
    line = batch.instructions.get()
    person = left(line.enrolment)
    refused(person, "batch")
    money.pay_out(batch)
    line.refresh_from_db()
    assert line.status == "paid" and Person.objects.get(wallet=line.wallet).name == person.name
    assert subjects.hold_of(person) == ""
    refused(person, "catatan keuangan")
    money.assert_books_hold()


def test_who_stands_in_a_batch_that_was_cancelled_is_forgotten() -> None:
    money.people(1)
    batch = money.prepared(money.programme())
    person = left(batch.instructions.get().enrolment)
    assert "batch" in subjects.hold_of(person)
    batches.cancel(batch)
    assert subjects.hold_of(person) == ""


def test_who_waits_for_arrears_is_not_forgotten_until_they_are_paid_or_withdrawn() -> None:
    row, officer = enrolled(), money.officer()
    cycle = batches.cycle_of(row.programme, JULY)
    owed.owe(Enrolment.objects.filter(pk=row.pk), cycle, "terlewat", officer)
    person = left(row)
    refused(person, "rapel")
    owed.withdraw(OwedCycle.objects.get(), officer, "keliru")
    assert subjects.hold_of(person) == ""
    owed.owe(Enrolment.objects.filter(pk=row.pk), cycle, "terlewat juga", officer)
    refused(person, "rapel")
    batch = money.approve(approvals.submit(batches.prepare(batches.cycle_of(row.programme, AUGUST)), by=officer))
    refused(person, "batch")
    money.pay_out(batch)
    assert batch.instructions.get().status == "paid" and subjects.hold_of(person) == ""


def test_whose_appeal_waits_is_not_forgotten_and_what_they_wrote_is_read() -> None:
    row = enrolled()
    person = left(row)
    appeal = appeals.file(row, "Saya masih di rumah itu.", channel=EnrolmentAppeal.Channel.OFFICE, by=None)
    refused(person, "keberatan")
    appeal.refresh_from_db()
    assert appeal.text == "Saya masih di rumah itu."
    appeals.deny(appeal, money.officer(), "atas permintaan sendiri")
    assert subjects.hold_of(person) == ""


def test_whose_aid_two_officers_may_take_back_is_not_forgotten_before_they_have_decided() -> None:
    line = money.pay_out(money.approved_crowd(1, amount=100)).instructions.get()
    person = left(line.enrolment)
    assert subjects.hold_of(person) == ""
    taking_back.propose(line, "dobel dengan Bu Tini", money.officer())
    assert "penarikan" in subjects.hold_of(person)
    taking_back.agree(line, money.officer())
    assert subjects.hold_of(person) == ""
    subjects.forget(person)
    line.refresh_from_db()
    assert line.failure == "dihapus" and line.take_backs.get().reason == "dihapus"


@pytest.mark.parametrize("waits_for", ["arrears", "appeal"])
def test_who_left_the_registry_and_waits_stops_nobody_else_from_being_forgotten(settings: Any, waits_for: str) -> None:
    kept = settings.PRIVACY["retention"]
    settings.PRIVACY = settings.PRIVACY | {"retention": dict.fromkeys(kept, 0) | {"left_people": 100}}
    row, officer, stranger = enrolled(), money.officer(), money.person()
    if waits_for == "arrears":
        cycle = batches.cycle_of(row.programme, JULY)
        owed.owe(Enrolment.objects.filter(pk=row.pk), cycle, "terlewat", officer)
    person = left(row)
    if waits_for == "appeal":
        appeals.file(row, "Saya masih ada.", channel=EnrolmentAppeal.Channel.OFFICE, by=None)
    Person.objects.filter(pk__in=[person.pk, stranger.pk]).update(status="left")
    with clock.moved(days=101):
        assert retention.drop() == {"left_people": 1}
    assert list(Person.objects.filter(erased_at__isnull=False)) == [stranger]
