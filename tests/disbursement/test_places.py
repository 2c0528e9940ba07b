"""Quotas: places go by priority to who is eligible when a place is free; the others wait, ranked; never more than the quota."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from beneficiaries.models import Household, Person
from disbursement import eligibility, enrolments, places, tasks, trials, versions
from disbursement.enrolment_states import R
from disbursement.models import Enrolment, PlaceLook, Programme, ProgrammeVersion, TrialChange
from tests import money
from tests.beneficiaries.evidence_told import excluded
from tests.processes import together

pytestmark = pytest.mark.usefixtures("any_db")


def programme(quota: int | None, priority: str = "oldest", **fields: Any) -> Programme:
    made = money.programme(**fields)
    requota(made, quota, priority)
    return made


def requota(made: Programme, quota: int | None, priority: str = "oldest") -> ProgrammeVersion:
    """Another version from today on, that says the same but for these."""
    last = versions.newest(made)
    assert last is not None
    later = versions.copy(last, timezone.localdate())
    ProgrammeVersion.objects.filter(pk=later.pk).update(quota=quota, priority=priority)
    return versions.enforce(ProgrammeVersion.objects.get(pk=later.pk))


def people(*born: int) -> list[Person]:
    return [money.person(born=date(year, 1, 1)) for year in born]


def status(person: Person) -> str:
    return Enrolment.objects.get(person=person).status


def queue(made: Programme) -> list[Person]:
    rows = list(made.enrolments.filter(status="waiting").select_related("person"))
    ranks = places.ranks_of(rows)
    return [row.person for row in sorted(rows, key=lambda row: ranks[row.pk])]


def test_as_many_as_the_quota_has_get_a_place_by_priority_and_the_others_wait_ranked() -> None:
    young, old, older, youngest = people(1980, 1950, 1940, 1990)
    made = programme(2)
    done = eligibility.enrol(made)
    assert (done.active, done.waiting, done.kept_out) == (2, 2, 0)
    assert [status(one) for one in (older, old, young, youngest)] == ["active", "active", "waiting", "waiting"]
    assert queue(made) == [young, youngest]
    assert places.of(made) == places.Places(quota=2, taken=2, waiting=2)
    assert eligibility.enrol_eligible(made) == 0


@pytest.mark.parametrize(
    ("priority", "expected"),
    [("oldest", [1, 0, 2]), ("youngest", [2, 0, 1]), ("poorest", [2, 1, 0]), ("earliest", [0, 1, 2])],
)
def test_each_priority_ranks_in_its_order_and_the_first_gets_the_place(priority: str, expected: list[int]) -> None:
    made = programme(1, priority)
    rows = [
        money.person(money.household(decile=decile), born=date(year, 1, 1))
        for decile, year in ((4, 1960), (3, 1950), (1, 1970))
    ]
    eligibility.enrol_eligible(made)
    assert status(rows[expected[0]]) == "active"
    assert queue(made) == [rows[at] for at in expected[1:]]
    listed = made.enrolments.filter(status="waiting").order_by(*places.order_of(made))
    assert [row.person for row in listed] == queue(made)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1930, 1990)), min_size=1, max_size=8), st.integers(0, 9))
def test_places_and_ranks_are_those_of_sorting_everybody(crowd: list[tuple[int, int]], quota: int) -> None:
    with transaction.atomic():
        Household.objects.update(decile=9)
        made = programme(quota, "poorest")
        rows = [(d, y, money.person(money.household(decile=d), born=date(y, 1, 1))) for d, y in crowd]
        eligibility.enrol_eligible(made)
        ordered = [one for _d, _y, one in sorted(rows, key=lambda row: (row[0], row[1], row[2].pk))]
        active = set(made.enrolments.filter(status="active").values_list("person", flat=True))
        assert active == {one.pk for one in ordered[:quota]}
        assert queue(made) == ordered[quota:]
        transaction.set_rollback(True)  # the next example begins anew


def test_who_waits_has_no_wallet_yet_and_who_gets_the_place_does_with_the_facts_of_that_day() -> None:
    first, second = people(1940, 1950)
    made = programme(1)
    eligibility.enrol_eligible(made)
    assert Person.objects.get(pk=second.pk).wallet is None
    Household.objects.filter(pk=second.household_id).update(decile=4)
    enrolments.end(Enrolment.objects.get(person=first))
    assert places.fill(made.pk) == 1
    row = Enrolment.objects.get(person=second)
    assert (row.status, row.facts["household"]["decile"], row.version) == ("active", 4, versions.newest(made))
    assert Person.objects.get(pk=second.pk).wallet is not None


def test_a_place_freed_by_an_exit_is_rung_for_at_once(
    django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    first, second = people(1940, 1950)
    made = programme(1)
    eligibility.enrol_eligible(made)
    rung: list[tuple[Any, ...]] = []
    monkeypatch.setattr("wallet.doorbell.ring", lambda *call, **_: rung.append(call))
    with django_capture_on_commit_callbacks(execute=True):
        enrolments.end(Enrolment.objects.get(person=first), reason=R.DECEASED)
    assert rung == [("disbursement.tasks.fill_places", made.pk)]
    tasks.fill_places(made.pk)
    assert status(second) == "active"


def test_a_suspension_keeps_the_place() -> None:
    first, second = people(1940, 1950)
    made = programme(1)
    eligibility.enrol_eligible(made)
    enrolments.suspend([Enrolment.objects.get(person=first).pk], reason=R.VERIFY, words="x", by=money.officer())
    assert places.fill(made.pk) == 0
    assert status(second) == "waiting"


def test_who_may_not_have_the_place_now_is_passed_over_with_the_reason_and_waits_on() -> None:
    holder, gone, barred, richer, next_one = people(1930, 1931, 1932, 1933, 1940)
    made = programme(1)
    eligibility.enrol_eligible(made)
    Person.objects.filter(pk=gone.pk).update(status="deceased")
    excluded(barred.household)
    Household.objects.filter(pk=richer.household_id).update(decile=9)
    enrolments.end(Enrolment.objects.get(person=holder))
    assert places.fill(made.pk) == 1
    assert status(next_one) == "active"
    said = dict(made.enrolments.filter(status="waiting").values_list("person", "passed_over"))
    assert said == {gone.pk: "gone", barred.pk: "excluded", richer.pk: "not_eligible"}
    # And has it when they may, without having lost their rank.
    Household.objects.filter(pk=richer.household_id).update(decile=1)
    enrolments.end(Enrolment.objects.get(person=next_one))
    assert places.fill(made.pk) == 1
    row = Enrolment.objects.get(person=richer)
    assert (row.status, row.passed_over) == ("active", "")


def test_a_higher_quota_fills_and_a_lower_one_throws_nobody_out() -> None:
    crowd = people(1930, 1931, 1932, 1933)
    made = programme(1)
    eligibility.enrol_eligible(made)
    requota(made, 3)
    assert places.fill(made.pk) == 2
    requota(made, 1)
    assert places.fill(made.pk) == 0
    assert [status(one) for one in crowd] == ["active", "active", "active", "waiting"]
    enrolments.end(Enrolment.objects.get(person=crowd[0]))
    assert places.fill(made.pk) == 0  # two are one too many still
    assert places.of(made).free == 0
    requota(made, None)
    assert places.fill(made.pk) == 1
    assert status(crowd[3]) == "active"


def test_who_enrols_while_others_wait_comes_after_them_without_a_quota_too() -> None:
    first, second = people(1930, 1931)
    made = programme(1)
    eligibility.enrol_eligible(made)
    requota(made, None)
    third = money.person(born=date(1990, 1, 1))
    assert eligibility.enrol_eligible(made) == 2
    assert [status(one) for one in (first, second, third)] == ["active"] * 3


def test_one_of_each_household_waits_and_its_next_comes_only_after_it() -> None:
    home = money.household()
    mother, son = (money.person(home, born=date(year, 1, 1)) for year in (1950, 1980))
    money.person(born=date(1920, 1, 1))
    made = programme(1, one_per_household=True)
    eligibility.enrol_eligible(made)
    assert status(mother) == "waiting" and not son.enrolments.exists()
    enrolments.end(Enrolment.objects.get(person=mother), reason=R.OWN_WISH)
    eligibility.enrol_eligible(made)
    assert status(son) == "waiting"


def test_the_sweeper_rings_where_a_place_may_be_free_and_not_all_the_time(monkeypatch: Any) -> None:
    first, _second = people(1930, 1931)
    made = programme(1)
    money.programme()
    eligibility.enrol_eligible(made)
    rung: list[Any] = []
    monkeypatch.setattr(places.doorbell, "ring", lambda _task, number: rung.append(number))
    earlier = timezone.now() + timedelta(minutes=6)  # what was before this look is long over
    PlaceLook.objects.filter(programme=made).update(looked_at=earlier)
    assert places.sweep() == 0
    PlaceLook.objects.filter(programme=made).update(looked_at=timezone.now())
    enrolments.end(Enrolment.objects.get(person=first))
    assert places.sweep() == 1 and rung == [made.pk]
    PlaceLook.objects.filter(programme=made).update(looked_at=timezone.now() - timedelta(days=2))
    assert places.sweep() == 1
    tasks.fill_places(made.pk)
    assert places.sweep() == 0  # nobody waits any more


def test_a_rule_that_breaks_gives_no_place_and_stops_no_worker() -> None:
    people(1930, 1931)
    made = programme(1)
    eligibility.enrol_eligible(made)
    last = versions.newest(made)
    assert last is not None
    later = versions.copy(last, timezone.localdate())
    ProgrammeVersion.objects.filter(pk=later.pk).update(quota=2, eligibility="10 / (household.size - 1) > 1")
    versions.enforce(ProgrammeVersion.objects.get(pk=later.pk))
    tasks.fill_places(made.pk)
    assert places.of(made).taken == 1


def test_a_hundred_waiting_are_ranked_and_admitted_in_as_many_statements_as_ten() -> None:
    def asked(many: int) -> int:
        money.people(many)
        made = programme(0)
        eligibility.enrol_eligible(made)
        requota(made, many)
        with CaptureQueriesContext(connection) as seen:
            assert places.fill(made.pk) >= many
        return len(seen)

    asked(1)
    assert asked(10) == asked(40)


def _fill(number: int) -> int:
    return places.fill(number)


def _leave_and_fill(number: int, enrolment: int) -> int:
    enrolments.end(Enrolment.objects.get(pk=enrolment))
    return places.fill(number)


def _enrol(number: int) -> int:
    return eligibility.enrol_eligible(Programme.objects.get(pk=number))


def test_processes_that_free_and_fill_at_once_never_exceed_the_quota(processes: None) -> None:
    money.people(30)
    made = programme(10)
    eligibility.enrol_eligible(made)
    active = list(made.enrolments.filter(status="active").order_by("pk").values_list("pk", flat=True))
    jobs: list[Any] = [(_leave_and_fill, (made.pk, enrolment)) for enrolment in active[:4]]
    outcomes = together([*jobs, (_fill, (made.pk,)), (_fill, (made.pk,)), (_enrol, (made.pk,))])
    assert [outcome.error for outcome in outcomes] == [""] * 7
    places.fill(made.pk)
    assert places.of(made) == places.Places(quota=10, taken=10, waiting=16)
    wallets = Person.objects.filter(enrolments__programme=made, enrolments__status="active", wallet=None)
    assert not wallets.exists()


def test_processes_that_enrol_into_a_quota_at_once_fill_it_once(processes: None) -> None:
    money.people(40)
    made = programme(7)
    outcomes = together([(_enrol, (made.pk,))] * 4)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert sum(outcome.value for outcome in outcomes) == 7
    assert places.of(made) == places.Places(quota=7, taken=7, waiting=33)


# --- trials ---


def test_a_trial_says_who_enters_within_the_quota_and_who_would_wait() -> None:
    made = money.programme(amount=100, eligibility="person.age >= 60")
    stays = money.person(born=date(1930, 1, 1))
    eligibility.enrol_eligible(made)
    older, old, young = people(1940, 1950, 1960)
    later = versions.copy(versions.newest(made), date(2027, 1, 1))  # type: ignore[arg-type]
    ProgrammeVersion.objects.filter(pk=later.pk).update(quota=3, priority="oldest")
    trial = trials.request(later, None)
    assert trials.run_next()
    trial.refresh_from_db()
    assert (trial.enters, trial.waits, trial.stays, trial.leaves) == (2, 1, 1, 0)
    assert trial.cost == 300
    said = dict(TrialChange.objects.values_list("person", "change"))
    assert said == {older.pk: "enters", old.pk: "enters", young.pk: "waits"}
    assert sum(trial.regions.values_list("waits", flat=True)) == 1
    assert status(stays) == "active"
