"""Nobody is forgotten while their objection or a grievance waits for its decision; nor do they hold up retention."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from beneficiaries import erasure, grievances, objections, retention, screening
from beneficiaries.models import Exclusion, Grievance, Objection, Person, Proposal
from beneficiaries.privacy_errors import LegalHold
from tests import clock, money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import TODAY, enforced, excluded, rule, screen

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> User:
    return cases.officer("petugas", "Petugas")


def refused(person: Person, word: str) -> None:
    with pytest.raises(LegalHold, match=word):
        erasure.erase(person, by=None, reason="diminta")
    person.refresh_from_db()
    assert person.erased_at is None and person.name


def forgotten(person: Person) -> bool:
    erasure.erase(person, by=None, reason="diminta")
    person.refresh_from_db()
    return person.erased_at is not None


def answered(row: Grievance, worker: User) -> None:
    grievances.take(row, by=worker)
    grievances.answer(row, "Sudah kami periksa.", by=worker)


@pytest.mark.parametrize("whose", ["reporter", "person"])
def test_whose_grievance_is_not_answered_is_not_forgotten_and_its_words_are_read(whose: str, worker: User) -> None:
    person = cases.person()
    row = cases.grievance(text="Bantuan saya tertukar.", **{whose: person})
    refused(person, "aduan .* belum dijawab")
    row.refresh_from_db()
    assert row.text == "Bantuan saya tertukar."
    answered(row, worker)
    assert forgotten(person)
    row.refresh_from_db()
    assert row.text == ""


def test_who_wrote_again_after_the_answer_waits_again(worker: User) -> None:
    person = cases.person()
    row = cases.grievance(reporter=person)
    answered(row, worker)
    grievances.say(row, "Belum benar.")
    refused(person, "aduan")


def test_whose_grievance_waits_under_a_row_that_was_merged_into_theirs_is_not_forgotten_either() -> None:
    person, earlier = cases.person(), cases.person()
    cases.grievance(reporter=earlier)
    Person.objects.filter(pk=earlier.pk).update(status="merged", merged_into=person)
    refused(person, "aduan")


def test_the_last_of_a_household_waits_for_what_is_about_it_and_nobody_else_does() -> None:
    last = cases.person()
    moved, other = cases.person(last.household), cases.person(last.household)
    _grievance_about_home_of(last, moved)
    assert forgotten(other)
    refused(last, "aduan")


def _grievance_about_home_of(person: Person, moved: Person | None = None) -> None:
    """About somebody who lived there then, and has moved since."""
    moved = moved or cases.person(person.household)
    cases.grievance(person=moved)
    Person.objects.filter(pk=moved.pk).update(household=cases.person().household)


def excluded_alone(person: Person) -> Exclusion:
    """An exclusion of the person and not of their household."""
    enforced(rule("person.age >= 18", scope="person"))
    screen()
    proposal = Proposal.objects.get(person=person, status="undecided")
    return screening.accept(proposal, money.officer(), "cocok dengan data sekolah", TODAY)


@pytest.mark.parametrize("decide", [objections.uphold, objections.deny])
@pytest.mark.parametrize("whose", ["person", "household"])
def test_whose_objection_waits_is_not_forgotten_before_it_was_decided(whose: str, decide: Any, worker: User) -> None:
    person = cases.person()
    made = excluded_alone(person) if whose == "person" else excluded(person.household)
    objection = objections.file(made, "Mobil itu sudah dijual.", channel=Objection.Channel.OFFICE, by=worker)
    refused(person, "sanggahannya .* belum diputuskan")
    objection.refresh_from_db()
    assert objection.text == "Mobil itu sudah dijual."
    decide(objection, money.officer("pemutus"), "diperiksa di Samsat")
    assert forgotten(person)
    objection.refresh_from_db()
    assert objection.text == ""


def _grievance_from(person: Person) -> None:
    cases.grievance(reporter=person)


def _grievance_about(person: Person) -> None:
    cases.grievance(person=person)


def _objection(person: Person) -> None:
    objections.file(excluded_alone(person), "Bukan mobil saya.", channel=Objection.Channel.OFFICE, by=None)


def _objection_for_home(person: Person) -> None:
    objections.file(excluded(person.household), "Bukan mobil kami.", channel=Objection.Channel.OFFICE, by=None)


@pytest.mark.parametrize(
    "waits", [_grievance_from, _grievance_about, _grievance_about_home_of, _objection, _objection_for_home]
)
def test_who_left_the_registry_and_waits_stops_nobody_else_from_being_forgotten(settings: Any, waits: Any) -> None:
    kept = settings.PRIVACY["retention"]
    settings.PRIVACY = settings.PRIVACY | {"retention": dict.fromkeys(kept, 0) | {"left_people": 100}}
    person, stranger = cases.person(), cases.person()
    waits(person)
    Person.objects.filter(pk__in=[person.pk, stranger.pk]).update(status="left")
    with clock.moved(days=101):
        assert retention.drop() == {"left_people": 1}
    assert list(Person.objects.filter(erased_at__isnull=False)) == [stranger]


def test_a_grievance_about_a_payment_that_was_declined_stops_nobody_else_either(settings: Any) -> None:
    """Of whoever never received anything, that is all that is known of their money."""
    kept = settings.PRIVACY["retention"]
    settings.PRIVACY = settings.PRIVACY | {"retention": dict.fromkeys(kept, 0) | {"left_people": 100}}
    person, stranger = cases.person(wallet=money.wallet()), cases.person()
    declined = money.pay(person.wallet, money.merchant(), 10_000)
    assert declined.status == "declined"
    cases.grievance(payment=declined)
    Person.objects.filter(pk__in=[person.pk, stranger.pk]).update(status="left")
    with clock.moved(days=101):
        assert retention.drop() == {"left_people": 1}
    assert list(Person.objects.filter(erased_at__isnull=False)) == [stranger]
