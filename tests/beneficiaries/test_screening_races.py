"""Screenings, decisions and objections at once, in separate processes: each thing is decided once, and nothing by halves."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from beneficiaries import erasure, objections, screening
from beneficiaries.models import Exclusion, ExclusionRule, Objection, Person, Proposal, Screening
from beneficiaries.tasks import screen as work
from mobile.models import Notice
from tests import money
from tests.beneficiaries.evidence_told import CAR, TODAY, excluded, kepgub, screen, tell
from tests.processes import Outcome, alone, together

pytestmark = pytest.mark.usefixtures("processes")
APP = Objection.Channel.APP


def _accept(proposal: int, officer: int) -> None:
    screening.accept(Proposal.objects.get(pk=proposal), User.objects.get(pk=officer), "cocok", TODAY)


def _reject(proposal: int, officer: int) -> None:
    screening.reject(Proposal.objects.get(pk=proposal), User.objects.get(pk=officer), "salah orang")


def _lift(exclusion: int, officer: int) -> None:
    screening.lift(Exclusion.objects.get(pk=exclusion), User.objects.get(pk=officer), "mobil dijual", TODAY)


def _file(exclusion: int) -> None:
    objections.file(Exclusion.objects.get(pk=exclusion), "Bukan mobil saya.", channel=APP)


def _uphold(objection: int, officer: int) -> None:
    objections.uphold(Objection.objects.get(pk=objection), User.objects.get(pk=officer), "benar")


def _deny(objection: int, officer: int) -> None:
    objections.deny(Objection.objects.get(pk=objection), User.objects.get(pk=officer), "tidak terbukti")


def _erase(person: int, officer: int) -> None:
    erasure.erase(Person.objects.get(pk=person), by=User.objects.get(pk=officer), reason="diminta")


def _work() -> None:
    work()


def officers(count: int) -> list[int]:
    return [money.officer().pk for _ in range(count)]


def codes(outcomes: list[Outcome]) -> list[str]:
    assert not any(outcome.signal for outcome in outcomes), outcomes
    return [outcome.error for outcome in outcomes]


def proposed() -> Proposal:
    kepgub()
    tell(money.person(), "vehicle", CAR)
    screen()
    return Proposal.objects.get()


def again(exclusion: Exclusion) -> Proposal:
    """A proposal of the same rule and household, as from a restored copy: nothing in the office makes it."""
    proposal = Proposal.objects.get(pk=exclusion.proposal_id)
    proposal.pk, proposal.status, proposal.decided_by, proposal.decided_at = None, "undecided", None, None
    proposal.decision_reason = ""
    proposal.save(force_insert=True)
    return proposal


def test_of_officers_who_accept_or_reject_one_proposal_at_once_one_does() -> None:
    proposal = proposed()
    jobs = [(do, (proposal.pk, by)) for do, by in zip((_accept, _accept, _reject, _accept), officers(4), strict=True)]
    assert sorted(codes(together(jobs))) == ["", *["proposal_decided"] * 3]
    proposal.refresh_from_db()
    assert Exclusion.objects.count() == (proposal.status == "accepted")
    for exclusion in Exclusion.objects.all():
        assert Notice.objects.filter(kind=Notice.Kind.EXCLUDED, subject=exclusion.pk).count() == 1


@pytest.mark.parametrize("end", [_lift, _uphold])
def test_an_exclusion_is_accepted_after_the_one_before_has_ended_or_not_at_all(end: object) -> None:
    before = excluded(money.person().household)
    proposal = again(before)
    one, two = officers(2)
    what = objections.file(before, "Bukan.", channel=APP).pk if end is _uphold else before.pk
    accepting, ending = codes(together([(_accept, (proposal.pk, one)), (end, (what, two))]))  # type: ignore[list-item]
    assert ending == "" and accepting in ("", "already_excluded")
    proposal.refresh_from_db()
    assert (proposal.status, Exclusion.objects.filter(ends_on=None).count()) == (
        ("accepted", 1) if accepting == "" else ("undecided", 0)
    )


def test_an_objection_is_filed_once_and_not_to_what_is_lifted_meanwhile() -> None:
    exclusion = excluded(money.person().household)
    [officer] = officers(1)
    *filing, lifting = codes(together([*[(_file, (exclusion.pk,))] * 3, (_lift, (exclusion.pk, officer))]))
    assert lifting == "" and filing.count("") <= 1 and set(filing) <= {"", "objection_pending", "not_in_force"}
    assert Objection.objects.count() == filing.count("")


def test_of_two_decisions_on_one_objection_one_counts() -> None:
    exclusion = excluded(money.person().household)
    objection = objections.file(exclusion, "Bukan.", channel=APP)
    jobs = [(do, (objection.pk, by)) for do, by in zip((_uphold, _deny, _uphold, _deny), officers(4), strict=True)]
    assert sorted(codes(together(jobs))) == ["", *["objection_decided"] * 3]
    objection.refresh_from_db()
    exclusion.refresh_from_db()
    assert exclusion.annulled == (objection.status == "upheld") and exclusion.active == (objection.status == "denied")
    assert Notice.objects.filter(kind=Notice.Kind.DECIDED, subject=objection.pk).count() == 1


def test_an_objection_upheld_while_the_exclusion_is_lifted_annuls_it_whoever_is_first() -> None:
    exclusion = excluded(money.person().household)
    objection = objections.file(exclusion, "Bukan.", channel=APP)
    one, two = officers(2)
    upholding, lifting = codes(together([(_uphold, (objection.pk, one)), (_lift, (exclusion.pk, two))]))
    assert upholding == "" and lifting in ("", "not_in_force")
    exclusion.refresh_from_db()
    assert exclusion.annulled


def cars(count: int) -> None:
    kepgub()
    for number in range(count):
        tell(money.person(), "vehicle", CAR | {"plate": f"B {number + 1} ABC"})


def counts() -> list[tuple[str, int]]:
    return sorted(Screening.objects.filter(rule=None).values_list("status", "proposed"))


def test_screenings_at_once_propose_once_and_none_fails() -> None:
    cars(20)
    for _ in range(3):
        screening.request(None, TODAY)
    assert codes(together([(_work, ())] * 3)) == ["", "", ""]
    work()
    assert counts() == [("done", 0), ("done", 0), ("done", 20)] and Proposal.objects.count() == 20


def test_a_screening_waits_for_one_that_proposes_and_trials_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    cars(2)
    for _ in range(2):
        screening.request(None, TODAY)
    trial = screening.request(None, TODAY, ExclusionRule.objects.earliest("pk"))
    ends: list[Outcome] = []
    propose = screening.propose

    def proposing(*arguments: Any) -> int:
        ends.append(alone(_work))
        trial.refresh_from_db()
        assert trial.status == Screening.Status.DONE and not Proposal.objects.exists()
        monkeypatch.setattr(screening, "propose", propose)
        return propose(*arguments)

    monkeypatch.setattr(screening, "propose", proposing)
    work()
    assert codes(ends) == [""] and counts() == [("done", 0), ("done", 2)]


def test_who_is_erased_while_they_are_excluded_is_one_or_the_other() -> None:
    proposal = proposed()
    person = Person.objects.get()
    one, two = officers(2)
    accepting, erasing = codes(together([(_accept, (proposal.pk, one)), (_erase, (person.pk, two))]))
    assert erasing == "" and accepting in ("", "subject_erased")
    assert Exclusion.objects.count() == (accepting == "")
