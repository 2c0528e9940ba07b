"""A version is tried before it is in force: who would enter, who would leave, what it costs; and nothing happens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from beneficiaries.models import Household, Person
from disbursement import batches, eligibility, enrolments, leavers, subjects, tasks, trials, versions
from disbursement.enrolment_states import R
from disbursement.errors import EnrolmentMoved, InvalidRule, TrialNotInForce
from disbursement.models import Enrolment, Programme, ProgrammeVersion, TrialChange, TrialRegion, VersionTrial
from tests import money
from tests.processes import together

DAY = date(2026, 11, 24)


def drafted(made: Programme, amount: int, **changes: Any) -> ProgrammeVersion:
    later = versions.copy(versions.newest(made), date(2027, 1, 1))  # type: ignore[arg-type]
    later.components.update(amount=amount)
    ProgrammeVersion.objects.filter(pk=later.pk).update(**changes)
    return ProgrammeVersion.objects.get(pk=later.pk)


def tried(version: ProgrammeVersion) -> VersionTrial:
    trial = trials.request(version, money.officer(), DAY)
    while trials.run_next():
        pass
    trial.refresh_from_db()
    return trial


@pytest.mark.django_db
def test_whocomes_who_leaves_and_what_it_costs() -> None:
    made = money.programme(amount=300, eligibility="person.age >= 60")
    old, older = money.person(born=date(1965, 1, 1)), money.person(born=date(1940, 1, 1))
    eligibility.enrol_eligible(made, DAY)
    away = money.household(kelurahan="31.72.01.1001")
    newcomers = [money.person(away, born=date(1950, 1, 1)) for _ in range(2)]
    trial = tried(drafted(made, 500, eligibility="person.age >= 70"))
    assert (trial.status, trial.enters, trial.leaves, trial.stays) == ("done", 2, 1, 1)
    assert (trial.cost, trial.cost_now) == (4 * 500, 2 * 300)  # who leaves is paid until an officer ends it
    assert set(TrialChange.objects.values_list("person", "change", "amount")) == {
        (old.pk, "leaves", 300),
        *((one.pk, "enters", 500) for one in newcomers),
    }
    assert set(TrialRegion.objects.values_list("code", "enters", "leaves", "stays", "cost", "cost_now")) == {
        ("31.71.01", 0, 1, 1, 1_000, 600),
        ("31.72.01", 2, 0, 0, 1_000, 0),
    }
    assert set(Enrolment.objects.values_list("person", "status")) == {(old.pk, "active"), (older.pk, "active")}


@pytest.mark.django_db
def test_who_leaves_by_the_version_in_force_is_suspended_or_ended_in_one_step() -> None:
    made = money.programme(eligibility="person.age >= 60 && household.decile <= 4")
    people = [money.person(money.household()) for _ in range(3)]
    eligibility.enrol_eligible(made, DAY)
    Household.objects.filter(pk__in=[one.household_id for one in people[:2]]).update(decile=9)
    by = money.officer()
    trial = tried(versions.of(made, DAY))
    assert (trial.leaves, leavers.of(trial).count()) == (2, 2)
    assert leavers.suspend(trial, words="desil naik", by=by) == 2
    Household.objects.filter(pk=people[0].household_id).update(decile=2)  # put right since
    assert leavers.end(trial, words="desil naik", by=by) == 1
    assert list(Enrolment.objects.order_by("pk").values_list("status", flat=True)) == ["suspended", "ended", "active"]
    step = enrolments.last_step(Enrolment.objects.get(person=people[1]))
    assert step is not None
    assert (step.reason, step.words, step.by) == (R.NOT_ELIGIBLE, "desil naik", by)
    with pytest.raises(EnrolmentMoved):
        leavers.end(trial, words="lagi", by=by)


@pytest.mark.django_db
def test_who_is_beyond_the_most_of_one_step_is_reached_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    made = money.programme(eligibility="household.decile <= 4")
    people = [money.person(money.household()) for _ in range(4)]
    eligibility.enrol_eligible(made, DAY)
    homes = [one.household_id for one in people]
    Household.objects.filter(pk__in=homes).update(decile=9)
    trial, by = tried(versions.of(made, DAY)), money.officer()
    monkeypatch.setattr(leavers, "MOST", 1)
    monkeypatch.setattr(leavers, "GROUP", 1)
    Household.objects.filter(pk=homes[0]).update(decile=2)  # put right since: they hold nobody up
    assert [leavers.suspend(trial, words="desil naik", by=by) for _ in range(2)] == [1, 1]
    assert [leavers.end(trial, words="desil naik", by=by) for _ in range(3)] == [1, 1, 1]
    assert list(Enrolment.objects.order_by("person").values_list("status", flat=True)) == ["active", *["ended"] * 3]
    with pytest.raises(EnrolmentMoved):
        leavers.suspend(trial, words="lagi", by=by)


@pytest.mark.django_db
def test_nobody_is_ended_by_a_version_that_is_not_in_force() -> None:
    made = money.programme()
    money.person()
    eligibility.enrol_eligible(made, DAY)
    trial = tried(drafted(made, 300, eligibility="person.age >= 100"))
    assert trial.leaves == 1
    with pytest.raises(TrialNotInForce):
        leavers.end(trial, words="syarat baru", by=money.officer())


@pytest.mark.django_db
def test_what_a_trial_says_a_cycle_costs_is_what_the_next_cycle_costs() -> None:
    made = money.programme(amount=300, eligibility="person.age >= 60")
    family = money.programme(amount=300, eligibility="person.age >= 60", one_per_household=True)
    home = money.household()
    leaves, comes = money.person(home, born=date(1962, 1, 1)), money.person(home, born=date(1940, 1, 1))
    Person.objects.filter(pk=comes.pk).update(restricted=True)  # no newcomer meanwhile
    for programme in (made, family):
        eligibility.enrol_eligible(programme, DAY)
        assert Enrolment.objects.get(programme=programme).person == leaves
        Person.objects.filter(pk=comes.pk).update(restricted=False)
        later = drafted(programme, 300, eligibility="person.age >= 75")
        trial = tried(later)
        versions.enforce(later)
        eligibility.enrol_eligible(programme, later.starts_on)
        batch = batches.prepare(batches.cycle_of(programme, later.starts_on))
        assert (trial.leaves, trial.cost) == (1, batch.total)
        Person.objects.filter(pk=comes.pk).update(restricted=True)


@pytest.mark.django_db
def test_what_a_cycle_costs_now_counts_who_restricted_their_data_and_is_paid() -> None:
    made = money.programme(amount=300)
    one = money.person()
    eligibility.enrol_eligible(made, DAY)
    Person.objects.filter(pk=one.pk).update(restricted=True)
    trial = tried(drafted(made, 500))
    assert (trial.stays, trial.cost, trial.cost_now) == (1, 500, 300)
    assert batches.prepare(batches.cycle_of(made, DAY)).total == 300


@pytest.mark.django_db
def test_a_family_keeps_its_one_and_who_was_taken_out_does_not_enter() -> None:
    made = money.programme(one_per_household=True, eligibility="person.age >= 60")
    home, other = money.household(), money.household()
    kept, taken_out = money.person(home, born=date(1950, 1, 1)), money.person(other, born=date(1950, 1, 1))
    eligibility.enrol_eligible(made, DAY)
    money.person(home, born=date(1940, 1, 1))
    enrolments.end(Enrolment.objects.get(person=taken_out))
    trial = tried(drafted(made, 1, eligibility="person.age >= 50"))
    assert (trial.enters, trial.leaves, trial.stays) == (0, 0, 1)
    assert Enrolment.objects.get(status="active").person == kept


@pytest.mark.django_db
def test_a_rule_that_is_none_is_not_tried_and_one_that_breaks_says_so() -> None:
    made = money.programme()
    money.person()
    with pytest.raises(InvalidRule):
        trials.request(drafted(made, 1, eligibility="person.age"), None)
    trial = tried(drafted(made, 1, eligibility="10 / (household.size - 1) > 100"))
    assert trial.status == "failed" and "Syarat tidak dapat dibaca" in trial.failure
    assert not TrialChange.objects.exists()


@pytest.mark.django_db
def test_what_a_worker_left_is_begun_anew_and_given_up_at_last(django_capture_on_commit_callbacks: Any) -> None:
    made = money.programme()
    money.person()
    trial = trials.request(drafted(made, 1), None, DAY)
    long_ago = timezone.now() - timedelta(minutes=5)
    VersionTrial.objects.filter(pk=trial.pk).update(status="running", attempts=1, at=long_ago)
    assert trials.sweep()
    tasks.try_versions()
    trial.refresh_from_db()
    assert (trial.status, trial.attempts, trial.enters) == ("done", 2, 1)
    assert not trials.sweep()
    stuck = trials.request(drafted(made, 1), None, DAY)
    VersionTrial.objects.filter(pk=stuck.pk).update(status="running", attempts=3, at=long_ago)
    assert not trials.run_next()
    stuck.refresh_from_db()
    assert (stuck.status, "terhenti 3 kali" in stuck.failure, "Minta percobaan baru" in stuck.failure) == (
        "failed",
        True,
        True,
    )


def test_who_comes_back_late_finds_the_trial_taken(committed_db: None, monkeypatch: Any) -> None:
    made = money.programme()
    money.person()
    trial = trials.request(drafted(made, 1), None, DAY)
    look = trials._look

    def slow(mine: VersionTrial) -> Any:
        found = look(mine)
        if mine.attempts == 1:  # meanwhile another took it for lost, and finished
            VersionTrial.objects.filter(pk=mine.pk).update(at=timezone.now() - timedelta(minutes=5))
            assert trials.run_next()
        return found

    monkeypatch.setattr(trials, "_look", slow)
    assert trials.run_next()
    trial.refresh_from_db()
    assert (trial.status, trial.attempts, TrialRegion.objects.count(), TrialChange.objects.count()) == ("done", 2, 1, 1)


def _do_run() -> bool:
    return trials.run_next()


def test_a_trial_is_done_once_whoever_races(processes: None) -> None:
    made = money.programme()
    money.people(20)
    trials.request(drafted(made, 1), None, DAY)
    outcomes = together([(_do_run, ())] * 4)
    assert sorted(str(outcome.value) for outcome in outcomes) == ["False", "False", "False", "True"]
    assert TrialChange.objects.count() == 20


@pytest.mark.django_db
def test_who_is_forgotten_leaves_the_trials() -> None:
    made = money.programme()
    one = money.person()
    tried(drafted(made, 1))
    assert TrialChange.objects.get().person == one
    subjects.forget(one)
    assert not TrialChange.objects.exists()
