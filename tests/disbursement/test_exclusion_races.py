"""Preparing a batch while exclusions are accepted or undone: whoever it leaves out is on file, whoever it pays is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from beneficiaries import objections, screening
from beneficiaries.models import Exclusion, Objection, Person, Proposal
from disbursement import batches, eligibility, exclusions
from disbursement.models import Batch, Cycle, Instruction, LeftOut
from tests import money
from tests.beneficiaries.evidence_told import CAR, excluded, kepgub, screen, tell
from tests.processes import Outcome, alone, together

DECEMBER = date(2026, 12, 1)


def _prepare(cycle: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=cycle)).pk


def _accept(proposal: int, officer: int) -> int:
    return screening.accept(Proposal.objects.get(pk=proposal), User.objects.get(pk=officer), "cocok", DECEMBER).pk


def _uphold(objection: int, officer: int) -> None:
    objections.uphold(Objection.objects.get(pk=objection), User.objects.get(pk=officer), "benar")


def paid(person: Person) -> bool:
    return Instruction.objects.filter(enrolment__person=person).exists()


def noted(person: Person) -> bool:
    return LeftOut.objects.filter(enrolment__person=person).exists()


def proposed() -> tuple[Person, Proposal, Cycle]:
    """Somebody in a programme whose household a rule would exclude, beside somebody whom it would not."""
    programme = money.programme()
    siti, _other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    kepgub()
    tell(siti, "vehicle", CAR)
    screen()
    return siti, Proposal.objects.get(), batches.cycle_of(programme, DECEMBER)


def between_note_and_batch(monkeypatch: pytest.MonkeyPatch, *job: Any) -> list[Outcome]:
    """Another process does its job, and commits, after a batch has noted whom it leaves out and before it fills itself."""
    ends: list[Outcome] = []
    fill = batches._filled

    def filled(*arguments: Any) -> Batch:
        ends.append(alone(*job))
        return fill(*arguments)

    monkeypatch.setattr(batches, "_filled", filled)
    return ends


def test_who_is_excluded_while_the_batch_is_prepared_is_paid_as_before_it(
    processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    siti, proposal, cycle = proposed()
    ends = between_note_and_batch(monkeypatch, _accept, proposal.pk, money.officer().pk)
    batch = batches.prepare(cycle)
    assert [end.error for end in ends] == [""] and Exclusion.objects.get().active
    assert (batch.count, paid(siti), noted(siti)) == (2, True, False)


def test_whose_objection_is_upheld_while_the_batch_is_prepared_is_owed_it(
    processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    siti, proposal, cycle = proposed()
    exclusion = screening.accept(proposal, money.officer(), "cocok", DECEMBER)
    objection = objections.file(exclusion, "Bukan saya.", channel=Objection.Channel.APP)
    ends = between_note_and_batch(monkeypatch, _uphold, objection.pk, money.officer().pk)
    batch = batches.prepare(cycle)
    assert [end.error for end in ends] == [""]
    assert (batch.count, paid(siti), noted(siti)) == (1, False, True)
    exclusion.refresh_from_db()
    assert [one.enrolment.person for one in exclusions.missed(exclusion)] == [siti]


def test_at_once_the_person_is_paid_or_left_out_and_never_half(processes: None) -> None:
    siti, proposal, cycle = proposed()
    outcomes = together([(_prepare, (cycle.pk,)), (_accept, (proposal.pk, money.officer().pk))])
    assert [outcome.error for outcome in outcomes] == ["", ""]
    assert paid(siti) != noted(siti)


def test_two_who_prepare_at_once_after_an_exclusion_leave_one_batch_and_one_note(processes: None) -> None:
    programme = money.programme()
    siti, _other = money.person(), money.person()
    eligibility.enrol_eligible(programme)
    excluded(siti.household, DECEMBER)
    cycle = batches.cycle_of(programme, DECEMBER)
    outcomes = together([(_prepare, (cycle.pk,))] * 3)
    assert sorted(outcome.error for outcome in outcomes) == ["", "nothing_to_pay", "nothing_to_pay"]
    assert LeftOut.objects.count() == 1 and not paid(siti)
