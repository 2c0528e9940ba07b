"""Screenings and rows that were merged, restricted or erased: what was said of one row is not said again of another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from beneficiaries import erasure, objections, screening
from beneficiaries.models import Exclusion, Objection, Person, Proposal
from beneficiaries.screening_errors import ProposalDecided, SubjectErased, SubjectRestricted
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, enforced, kepgub, rule, screen, tell
from tests.disbursement.merging import merged, parted, twice

pytestmark = pytest.mark.django_db


def employed(person: Person) -> None:
    """A rule about a person that strikes this one."""
    tell(person, "employment", {"employer": "pns"})
    enforced(rule('evidence.employment == "pns"', scope="person"))
    assert screen().proposed == 1


def undecided(_proposal: Proposal) -> None:
    """Nobody decides."""


def accepted(proposal: Proposal) -> None:
    screening.accept(proposal, money.officer(), "cocok", TODAY)


def rejected(proposal: Proposal) -> None:
    screening.reject(proposal, money.officer(), "salah orang")


def lifted(proposal: Proposal) -> None:
    screening.lift(screening.accept(proposal, money.officer(), "cocok", TODAY), money.officer(), "berhenti", TODAY)


def upheld(proposal: Proposal) -> None:
    exclusion = screening.accept(proposal, money.officer(), "cocok", TODAY)
    objection = objections.file(exclusion, "Bukan saya.", channel=Objection.Channel.APP)
    objections.uphold(objection, money.officer(), "benar")


EVERY_END = [undecided, accepted, rejected, lifted, upheld]


# --- merged rows ---


@pytest.mark.parametrize("end", EVERY_END)
def test_a_survivor_is_not_proposed_for_what_was_proposed_of_the_row_merged_into_theirs(
    end: Callable[[Proposal], None],
) -> None:
    survivor, other = twice()
    employed(other)
    end(Proposal.objects.get())
    done = merged(survivor, other)
    assert screen().proposed == 0
    parted(done)
    assert screen().proposed == 0


def test_a_survivor_is_proposed_for_what_is_new_of_them() -> None:
    survivor, other = twice()
    employed(other)
    rejected(Proposal.objects.get())
    merged(survivor, other)
    tell(other, "employment", {"employer": "pns"}, date="2026-11-01")
    assert screen().proposed == 1
    assert Proposal.objects.latest("pk").person == survivor


@pytest.mark.parametrize("end", EVERY_END)
def test_nor_is_their_household_for_what_the_household_was_that_they_were_merged_away_from(
    end: Callable[[Proposal], None],
) -> None:
    kepgub()
    survivor, other = twice()
    tell(other, "vehicle", CAR)
    assert screen().proposed == 1
    end(Proposal.objects.get())
    merged(survivor, other)
    assert screen().proposed == 0


def test_the_others_of_the_survivors_household_are_not_struck_by_the_old_one_so_theirs_is_proposed() -> None:
    kepgub()
    survivor, other = twice()
    money.person(survivor.household)
    tell(other, "vehicle", CAR)
    screen()
    accepted(Proposal.objects.get())
    merged(survivor, other)
    assert screen().proposed == 1
    assert Proposal.objects.latest("pk").household == survivor.household


def test_what_befell_the_old_household_after_the_merge_does_not_count() -> None:
    kepgub()
    survivor, other = twice()
    money.person(other.household, born=date(2001, 2, 3))
    merged(survivor, other)
    tell(other.household, "vehicle", CAR)
    screen()
    accepted(Proposal.objects.get(household=other.household))
    tell(survivor.household, "vehicle", CAR | {"plate": "B 9 ABC"})
    assert screen().proposed == 1


# --- restricted or erased since the proposal ---


def proposal_of_person() -> Proposal:
    employed(money.person())
    return Proposal.objects.get()


def proposal_of_household() -> Proposal:
    kepgub()
    tell(money.person().household, "vehicle", CAR)
    screen()
    return Proposal.objects.get()


PROPOSALS = [proposal_of_person, proposal_of_household]


def remains_undecided(proposal: Proposal) -> bool:
    proposal.refresh_from_db()
    return proposal.status == Proposal.Status.UNDECIDED and not Exclusion.objects.exists()


@pytest.mark.parametrize("make", PROPOSALS)
def test_nobody_is_excluded_who_has_restricted_their_data_since_the_proposal(make: Callable[[], Proposal]) -> None:
    proposal = make()
    Person.objects.update(restricted=True)
    with pytest.raises(SubjectRestricted):
        screening.accept(proposal, money.officer(), "cocok", TODAY)
    assert remains_undecided(proposal)
    Person.objects.update(restricted=False)
    assert screening.accept(proposal, money.officer(), "cocok", TODAY).active


@pytest.mark.parametrize("make", PROPOSALS)
def test_nobody_is_excluded_who_was_erased_since_the_proposal(make: Callable[[], Proposal]) -> None:
    proposal = make()
    erasure.erase(Person.objects.get(), by=money.officer(), reason="diminta orangnya")
    with pytest.raises(SubjectErased):
        screening.accept(proposal, money.officer(), "cocok", TODAY)
    assert remains_undecided(proposal)
    screening.reject(proposal, money.officer(), "datanya dihapus")
    with pytest.raises(ProposalDecided):
        screening.reject(proposal, money.officer(), "lagi")


def test_a_household_is_excluded_while_one_of_it_has_restricted_nothing() -> None:
    proposal = proposal_of_household()
    Person.objects.update(restricted=True)
    money.person(proposal.household)
    assert screening.accept(proposal, money.officer(), "cocok", TODAY).active


def test_what_the_survivor_restricted_holds_for_the_row_that_was_merged() -> None:
    survivor, other = twice()
    employed(other)
    merged(survivor, other)
    Person.objects.filter(pk=survivor.pk).update(restricted=True)
    with pytest.raises(SubjectRestricted):
        screening.accept(Proposal.objects.get(), money.officer(), "cocok", date(2026, 12, 1))
