"""Exclusions and money: who is not admitted, who is left out of a batch, and what is owed after an objection was upheld."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beneficiaries import objections, screening
from beneficiaries.models import Exclusion, Household, Objection, Person, Proposal
from disbursement import batches, eligibility, exclusions, owed
from disbursement.errors import NothingToPay
from disbursement.models import Batch, Enrolment, Instruction, LeftOut, OwedCycle
from tests import money
from tests.beneficiaries.evidence_told import enforced, excluded, rule, screen, tell
from tests.disbursement.merging import merged, parted, twice

pytestmark = pytest.mark.django_db
DECEMBER, JANUARY, FEBRUARY = date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)


def paid(batch: object) -> set[int]:
    return set(Instruction.objects.filter(batch=batch).values_list("enrolment__person_id", flat=True))


def test_who_is_excluded_is_not_admitted_alone_or_with_the_household() -> None:
    programme = money.programme()
    siti, her_son, other = money.person(), money.person(), money.person()
    money.person(siti.household)
    excluded(siti.household, DECEMBER)
    admitted = {candidate.person for candidate in eligibility.candidates(programme, DECEMBER)}
    assert admitted == {her_son.pk, other.pk}
    assert siti.pk in {candidate.person for candidate in eligibility.candidates(programme, date(2026, 11, 30))}


def test_a_person_alone_may_be_excluded_and_the_family_stays() -> None:
    programme = money.programme()
    siti = money.person(sex="P")
    brother = money.person(siti.household, sex="L")
    enforced(rule('person.sex == "P"', scope="person"))
    screen()
    [proposal] = Proposal.objects.all()
    screening.accept(proposal, money.officer(), "cocok", DECEMBER)
    assert {candidate.person for candidate in eligibility.candidates(programme, DECEMBER)} == {brother.pk}


def test_a_batch_leaves_out_the_excluded_with_the_reason_on_file() -> None:
    programme = money.programme()
    siti, other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, date(2026, 12, 15))
    assert paid(batches.prepare(batches.cycle_of(programme, DECEMBER))) == {siti.pk, other.pk}
    assert paid(batches.prepare(batches.cycle_of(programme, JANUARY))) == {other.pk}
    [row] = LeftOut.objects.all()
    assert (row.enrolment.person, row.cycle.period, row.exclusion) == (siti, JANUARY, exclusion)
    assert row.enrolment.status == Enrolment.Status.ACTIVE


def test_preparing_asks_as_often_for_many_excluded_as_for_few() -> None:
    programme = money.programme()
    money.people(3)
    eligibility.enrol_eligible(programme)
    enforced(rule("household.decile == 2"))

    def asked(period: date) -> int:
        cycle = batches.cycle_of(programme, period)
        with CaptureQueriesContext(connection) as queries, pytest.raises(NothingToPay):
            batches.prepare(cycle)
        return len(queries)

    def accept_all() -> None:
        screen()
        for proposal in Proposal.objects.filter(status="undecided"):
            screening.accept(proposal, money.officer(), "cocok", DECEMBER)

    accept_all()
    few = asked(DECEMBER)
    money.people(20)
    eligibility.enrol_eligible(programme, date(2026, 11, 1))
    accept_all()
    assert asked(JANUARY) == few


def test_an_objection_upheld_restores_the_aid_from_the_first_cycle_missed() -> None:
    programme = money.programme()
    siti, _other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, DECEMBER)
    for period in (DECEMBER, JANUARY):
        batches.prepare(batches.cycle_of(programme, period))
    assert exclusions.missed(exclusion) == []
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
    objections.uphold(objection, money.officer(), "kuitansi cocok")
    exclusion.refresh_from_db()
    assert [(row.cycle.period, row.enrolment.person) for row in exclusions.missed(exclusion)] == [
        (DECEMBER, siti),
        (JANUARY, siti),
    ]
    assert paid(batches.prepare(batches.cycle_of(programme, DECEMBER))) == {siti.pk}
    assert [row.cycle.period for row in exclusions.missed(exclusion)] == [JANUARY]
    assert siti.pk in paid(batches.prepare(batches.cycle_of(programme, FEBRUARY)))


def test_an_objection_upheld_restores_the_aid_also_where_the_exclusions_left_nobody_to_pay() -> None:
    programme = money.programme()
    siti = money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, DECEMBER)
    with pytest.raises(NothingToPay):
        batches.prepare(batches.cycle_of(programme, DECEMBER))
    assert not Batch.objects.exists()
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
    objections.uphold(objection, money.officer(), "kuitansi cocok")
    exclusion.refresh_from_db()
    assert [(row.cycle.period, row.enrolment.person) for row in exclusions.missed(exclusion)] == [(DECEMBER, siti)]


def test_an_exclusion_lifted_from_a_later_day_owes_nothing_for_the_time_before() -> None:
    programme = money.programme()
    siti, other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, DECEMBER)
    batches.prepare(batches.cycle_of(programme, DECEMBER))
    screening.lift(exclusion, money.officer(), "mobil dijual", JANUARY)
    assert exclusions.missed(exclusion) == []
    with pytest.raises(NothingToPay):
        batches.prepare(batches.cycle_of(programme, DECEMBER))
    assert paid(batches.prepare(batches.cycle_of(programme, JANUARY))) == {siti.pk, other.pk}


def test_the_enrolments_page_says_what_was_missed_and_what_is_owed() -> None:
    programme = money.programme()
    siti, _other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, DECEMBER)
    batches.prepare(batches.cycle_of(programme, DECEMBER))
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    url = f"/admin/disbursement/enrolment/{Enrolment.objects.get(person=siti).pk}/change/"
    page = client.get(url).content.decode()
    assert "Desember 2026" in page and exclusion.reason in page and "pengecualian dibatalkan" not in page
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
    objections.uphold(objection, money.officer(), "kuitansi cocok")
    assert "pengecualian dibatalkan" in client.get(url).content.decode()
    batches.prepare(batches.cycle_of(programme, DECEMBER))
    assert "pengecualian dibatalkan" not in client.get(url).content.decode()


def test_what_an_objection_restored_waits_for_an_officer_until_its_arrears_are_noted() -> None:
    programme = money.programme()
    siti, _other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    exclusion = excluded(siti.household, DECEMBER)
    december = batches.cycle_of(programme, DECEMBER)
    batches.prepare(december)
    enrolment = Enrolment.objects.get(person=siti)
    assert not owed.restored_by_objections()
    objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
    objections.uphold(objection, money.officer(), "kuitansi cocok")
    assert list(owed.restored_by_objections()) == [enrolment]
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    url = f"/admin/disbursement/enrolment/{enrolment.pk}/change/"
    waiting = "/admin/disbursement/enrolment/?sanggahan=dikabulkan"
    assert waiting in client.get("/admin/").content.decode()
    assert f'href="{url}' in client.get(waiting).content.decode()
    row_of_siti = Enrolment.objects.filter(pk=enrolment.pk)
    owed.owe(row_of_siti, december, "sanggahan dikabulkan", None, ground=OwedCycle.Ground.EXCLUSION)
    assert not owed.restored_by_objections()
    page = client.get(url).content.decode()
    assert "sudah dicatat sebagai rapel" in page and "catat rapelnya" not in page
    owed.withdraw(OwedCycle.objects.get(), None, "tidak jadi")
    assert not owed.restored_by_objections()  # somebody decided


def test_an_objection_restores_nothing_of_a_cycle_that_another_exclusion_holds_or_a_batch_has() -> None:
    programme = money.programme()
    siti, budi = money.person(), money.person()
    money.person()
    eligibility.enrol_eligible(programme)
    ended = [excluded(one.household, DECEMBER) for one in (siti, budi)]
    december = batches.cycle_of(programme, DECEMBER)
    batches.prepare(december)
    for exclusion in ended:
        objection = objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)
        objections.uphold(objection, money.officer(), "kuitansi cocok")
    assert owed.restored_by_objections().count() == 2
    tell(siti.household, "property", {"njop": 2_000_000_000, "object": "31.71.010.001.001-0001.0"})
    screen()
    [proposal] = Proposal.objects.filter(status="undecided", household=siti.household)
    screening.accept(proposal, money.officer(), "cocok", DECEMBER)
    assert [row.person for row in owed.restored_by_objections()] == [budi]
    batches.prepare(december)
    assert not owed.restored_by_objections()


# --- a merge lifts no exclusion ---


def excluded_alone(person: Person) -> Exclusion:
    """An exclusion of the person, not of the household."""
    tell(person, "employment", {"employer": "pns"})
    enforced(rule('evidence.employment == "pns"', scope="person"))
    screen()
    return screening.accept(Proposal.objects.get(person=person), money.officer(), "cocok", DECEMBER)


def excluded_at_home(person: Person) -> Exclusion:
    made: Exclusion = excluded(person.household, DECEMBER)
    return made


@pytest.mark.parametrize("exclude", [excluded_alone, excluded_at_home])
def test_an_exclusion_of_the_merged_row_holds_for_the_survivor_until_they_are_parted(
    exclude: Callable[[Person], Exclusion],
) -> None:
    programme = money.programme(budget=100_000_000)
    survivor, other = twice()
    neighbour = money.person()
    eligibility.enrol_eligible(programme)
    exclusion = exclude(other)
    done = merged(survivor, other)
    assert list(Exclusion.objects.of(survivor)) == [exclusion]
    admitted = {candidate.person for candidate in eligibility.candidates(programme, DECEMBER)}
    assert admitted == {neighbour.pk}
    assert paid(batches.prepare(batches.cycle_of(programme, DECEMBER))) == {neighbour.pk}
    assert LeftOut.objects.get(enrolment__person=survivor).exclusion == exclusion
    parted(done)
    assert not Exclusion.objects.of(survivor).exists()
    assert paid(batches.prepare(batches.cycle_of(programme, JANUARY))) == {survivor.pk, neighbour.pk}


def test_who_was_merged_away_from_a_household_is_not_struck_by_what_it_does_later() -> None:
    programme = money.programme()
    survivor, other = twice()
    money.person(other.household, born=date(2001, 2, 3))
    merged(survivor, other)
    excluded(Household.objects.get(pk=other.household_id), DECEMBER)
    assert not Exclusion.objects.of(survivor).exists()
    assert {candidate.person for candidate in eligibility.candidates(programme, DECEMBER)} == {survivor.pk}
    eligibility.enrol_eligible(programme, DECEMBER)
    assert paid(batches.prepare(batches.cycle_of(programme, DECEMBER))) == {survivor.pk}
