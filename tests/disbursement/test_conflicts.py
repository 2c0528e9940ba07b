"""Programmes that nobody may be in at once: who is left out and why, what the database refuses, and what moves and merges do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import conflicts, eligibility, enrolments, places, programme_file, subjects, trials, versions
from disbursement.enrolment_states import R, S, advance
from disbursement.errors import ConflictBroken, ConflictHeld, EnrolmentMoved
from disbursement.models import ConflictNote, Enrolment, Programme, ProgrammeConflict, ProgrammeVersion
from tests import money
from tests.disbursement.merging import fresh, merged, parted, twice
from tests.disbursement.test_moves import move
from tests.disbursement.test_places import programme as programme_of_quota
from tests.owner import as_owner
from tests.processes import together

pytestmark = pytest.mark.usefixtures("any_db")
PERSON, HOUSEHOLD = ProgrammeConflict.Scope.PERSON, ProgrammeConflict.Scope.HOUSEHOLD
TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def _today() -> None:
    """Of the day that the test runs on: midnight may pass between the collection and now."""
    global TODAY
    TODAY = timezone.localdate()


def exclude(one: Programme, other: Programme, scope: Any = PERSON, **dates: Any) -> ProgrammeConflict:
    return conflicts.set_up(one, other, scope=scope, starts_on=dates.pop("starts_on", TODAY), decree="SK 1", **dates)


def two(scope: Any = PERSON, **fields: Any) -> tuple[Programme, Programme]:
    """Two programmes of everybody that exclude each other."""
    one, other = money.programme(), money.programme(**fields)
    exclude(one, other, scope)
    return one, other


def held(person: Person) -> dict[int, str]:
    return dict(Enrolment.objects.filter(person=person).values_list("programme", "status"))


def test_who_is_in_one_is_left_out_of_the_other_and_it_is_noted_why() -> None:
    siti = money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    budi = money.person()
    done = eligibility.enrol(kpdj)
    assert (done.active, done.kept_out) == (1, 1)
    assert held(siti) == {klj.pk: "active"} and held(budi) == {kpdj.pk: "active"}
    note = ConflictNote.objects.get()
    assert (note.programme, note.person, note.enrolment.programme) == (kpdj, siti, klj)
    assert [one.person for one in eligibility.candidates(kpdj)] == [budi.pk]


def test_a_note_goes_when_its_reason_has_gone() -> None:
    siti = money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    eligibility.enrol_eligible(kpdj)
    enrolments.end(Enrolment.objects.get(person=siti), reason=R.OWN_WISH)
    assert eligibility.enrol_eligible(kpdj) == 1
    assert not ConflictNote.objects.exists()


def test_a_suspended_place_excludes_and_a_place_in_the_queue_does_not() -> None:
    siti = money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    enrolments.suspend([Enrolment.objects.get().pk], reason=R.VERIFY, words="x", by=money.officer())
    assert eligibility.enrol_eligible(kpdj) == 0
    enrolments.end(Enrolment.objects.get(), by=money.officer())
    waits = programme_of_quota(0)
    exclude(waits, kpdj)
    eligibility.enrol_eligible(waits)
    assert eligibility.enrol_eligible(kpdj) == 1
    assert held(siti) == {klj.pk: "ended", waits.pk: "waiting", kpdj.pk: "active"}
    later = versions.copy(versions.newest(waits), TODAY)  # type: ignore[arg-type]
    ProgrammeVersion.objects.filter(pk=later.pk).update(quota=5)
    versions.enforce(ProgrammeVersion.objects.get(pk=later.pk))
    assert places.fill(waits.pk) == 0
    assert Enrolment.objects.get(programme=waits).passed_over == "conflict"


def test_a_household_scope_keeps_out_the_whole_family_and_a_person_scope_only_one() -> None:
    home = money.household()
    mother, son = (money.person(home, born=date(year, 1, 1)) for year in (1950, 1980))
    pkh, other = two(HOUSEHOLD)
    Person.objects.filter(pk=son.pk).update(status="left")
    eligibility.enrol_eligible(pkh)
    Person.objects.filter(pk=son.pk).update(status="active")
    assert eligibility.enrol(other).kept_out == 2
    lone = money.programme()
    exclude(pkh, lone, PERSON)
    assert eligibility.enrol_eligible(lone) == 1
    assert held(son) == {lone.pk: "active"} and held(mother) == {pkh.pk: "active"}


def test_the_next_of_a_household_comes_in_where_the_oldest_is_excluded() -> None:
    home = money.household()
    mother, son = (money.person(home, born=date(year, 1, 1)) for year in (1950, 1980))
    klj, food = money.programme(eligibility="person.age >= 60"), money.programme(one_per_household=True)
    exclude(klj, food)
    eligibility.enrol_eligible(klj)
    assert eligibility.enrol_eligible(food) == 1
    assert held(son) == {food.pk: "active"} and held(mother) == {klj.pk: "active"}


def test_a_conflict_counts_from_its_day_until_before_its_end() -> None:
    money.person()
    klj, kpdj = money.programme(), money.programme()
    eligibility.enrol_eligible(klj)
    exclude(klj, kpdj, starts_on=TODAY + timedelta(days=1))
    ended = exclude(klj, kpdj, HOUSEHOLD, starts_on=TODAY - timedelta(days=9))
    assert eligibility.enrol_eligible(kpdj) == 0
    conflicts.end(ended, TODAY)
    assert eligibility.enrol_eligible(kpdj) == 1


def test_a_conflict_is_of_two_with_a_decree_once_and_is_ended_once() -> None:
    klj, kpdj = money.programme(), money.programme()
    for wrong in (
        {"one": klj, "other": klj, "decree": "x"},
        {"one": klj, "other": kpdj, "decree": " "},
        {"one": klj, "other": kpdj, "decree": "x", "ends_on": TODAY - timedelta(days=1)},
    ):
        with pytest.raises(ConflictBroken):
            conflicts.set_up(scope=PERSON, starts_on=TODAY, **wrong)  # type: ignore[arg-type]
    made = exclude(kpdj, klj)
    assert (made.first, made.second) == (klj, kpdj)
    with pytest.raises(ConflictBroken):
        exclude(klj, kpdj)
    with pytest.raises(ConflictBroken):
        conflicts.end(made, TODAY - timedelta(days=1))
    conflicts.end(made, TODAY)
    with pytest.raises(ConflictBroken):
        conflicts.end(made, TODAY)
    exclude(klj, kpdj)


def test_who_held_both_before_is_decided_on_and_the_other_place_ends() -> None:
    siti, officer = money.person(), money.officer()
    klj, kpdj = money.programme(), money.programme()
    for programme in (klj, kpdj):
        eligibility.enrol_eligible(programme)
    conflict = exclude(klj, kpdj)
    assert set(conflicts.to_decide().values_list("programme", flat=True)) == {klj.pk, kpdj.pk}
    kept = Enrolment.objects.get(programme=kpdj)
    assert [row.programme for row in conflicts.excluding(kept)] == [klj]
    enrolments.keep(kept, words="pilihan orangnya", by=officer)
    assert held(siti) == {klj.pk: "ended", kpdj.pk: "active"}
    last = Enrolment.objects.get(programme=klj).steps.order_by("-pk")[0]
    assert (last.reason, last.words, last.by) == ("double_aid", "pilihan orangnya", officer)
    assert not conflicts.to_decide(conflict).exists()
    with pytest.raises(EnrolmentMoved):
        enrolments.keep(kept, words="lagi", by=officer)


def test_how_many_are_to_be_decided_on_is_read_for_all_conflicts_at_once() -> None:
    home = money.household()
    for year in (1950, 1960):
        money.person(home, born=date(year, 1, 1))
    money.person()
    first, second, third, fourth = (money.programme() for _ in range(4))
    for programme in (first, second, third):
        eligibility.enrol_eligible(programme)
    enrolments.end_all([Enrolment.objects.filter(programme=third).latest("pk").pk], reason=R.OTHER, words="x", by=None)
    rows = [exclude(first, second), exclude(first, third, HOUSEHOLD), exclude(third, fourth)]
    with CaptureQueriesContext(connection) as seen:
        found = conflicts.many_to_decide(rows)
    assert len(seen) == 1
    assert found == {row.pk: many for row in rows if (many := conflicts.to_decide(row).count())}
    assert len(found) == 2


def test_who_comes_back_into_a_conflict_is_refused_until_it_is_decided() -> None:
    siti = money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    row = Enrolment.objects.get()
    enrolments.end(row)
    eligibility.enrol_eligible(kpdj)
    with pytest.raises(ConflictHeld):
        advance([row.pk], S.ACTIVE, reason=R.UPHELD, origins=[S.ENDED])
    enrolments.readmit(row, words="x", by=money.officer())
    assert places.fill(klj.pk) == 0
    assert held(siti) == {klj.pk: "waiting", kpdj.pk: "active"}


# --- what the database holds ---


@pytest.mark.parametrize("scope", [PERSON, HOUSEHOLD])
def test_the_database_refuses_a_second_place_however_it_comes(scope: Any) -> None:
    home = money.household()
    mother, son = (money.person(home, born=date(year, 1, 1)) for year in (1950, 1980))
    one, other = two(scope)
    Enrolment.objects.create(programme=one, person=mother)
    who = mother if scope == PERSON else son
    with pytest.raises(IntegrityError, match="may not be held at once"), transaction.atomic():
        Enrolment.objects.create(programme=other, person=who)
    stranger = Enrolment.objects.create(programme=other, person=money.person())
    with pytest.raises(IntegrityError, match="may not be held at once"), transaction.atomic():
        Enrolment.objects.filter(pk=stranger.pk).update(person=who)
    row = Enrolment.objects.create(programme=other, person=who, status="waiting")
    with pytest.raises(ConflictHeld):
        advance([row.pk], S.ACTIVE, reason=R.PLACE)


def test_conflicts_stay_as_written_even_for_the_owner(committed_db: None) -> None:
    one, other = two()
    for statement in (
        "UPDATE disbursement_programmeconflict SET decree = 'lain'",
        "UPDATE disbursement_programmeconflict SET starts_on = starts_on + 1, ends_on = starts_on + 1",
        "DELETE FROM disbursement_programmeconflict",
        "TRUNCATE disbursement_programmeconflict CASCADE",
    ):
        with pytest.raises(DatabaseError), as_owner() as cursor:
            cursor.execute(statement)
    assert one != other


def _enrol(programme: int) -> int:
    return eligibility.enrol_eligible(Programme.objects.get(pk=programme))


@pytest.mark.parametrize("scope", [PERSON, HOUSEHOLD])
def test_programmes_that_enrol_the_same_people_at_once_never_share_one(processes: None, scope: Any) -> None:
    if scope == PERSON:
        money.people(40)
    else:
        for _ in range(10):
            home = money.household()
            for year in (1950, 1960, 1970):
                money.person(home, born=date(year, 1, 1))
    one, other = two(scope)
    outcomes = together([(_enrol, (one.pk,)), (_enrol, (other.pk,))] * 2)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert not conflicts.to_decide().exists()
    people = set(Enrolment.objects.values_list("person", flat=True))
    homes = Person.objects.filter(pk__in=people).values("household").distinct().count()
    assert len(people) == 40 if scope == PERSON else homes == 10


def _create(programme: int, person: int) -> None:
    Enrolment.objects.create(programme_id=programme, person_id=person)


def test_the_database_alone_holds_two_who_write_past_the_rules_at_once(processes: None) -> None:
    siti = money.person()
    one, other = two()
    outcomes = together([(_create, (one.pk, siti.pk)), (_create, (other.pk, siti.pk))] * 2)
    assert sum(outcome.error == "" for outcome in outcomes) == 1
    assert Enrolment.objects.count() == 1


def test_whom_a_conflict_keeps_out_costs_no_statement_each() -> None:
    def asked(many: int) -> int:
        money.people(many)
        klj, kpdj = two()
        eligibility.enrol_eligible(klj)
        with CaptureQueriesContext(connection) as seen:
            assert eligibility.enrol_eligible(kpdj) == 0
        return len(seen)

    assert asked(5) == asked(50)


# --- moves, merges, files, trials, forgetting ---


def test_who_moves_to_where_another_holds_what_excludes_theirs_loses_it() -> None:
    siti, budi = money.person(), money.person()
    one, other = money.programme(), money.programme()
    exclude(one, other, HOUSEHOLD)
    Enrolment.objects.create(programme=one, person=siti)
    Enrolment.objects.create(programme=other, person=budi)
    move(siti, budi.household)
    assert held(siti) == {one.pk: "ended"} and held(budi) == {other.pk: "active"}
    step = Enrolment.objects.get(person=siti).steps.order_by("-pk")[0]
    assert (step.reason, step.words) == ("double_aid", "ikut anak")


def test_who_turns_out_to_be_one_with_two_that_exclude_each_other_keeps_the_survivors_and_parting_restores() -> None:
    survivor, other = twice()
    one, second = two()
    Enrolment.objects.create(programme=one, person=survivor)
    Enrolment.objects.create(programme=second, person=other)
    done = merged(survivor, other)
    assert held(survivor) == {one.pk: "active"} and held(other) == {second.pk: "ended"}
    parted(done)
    assert held(fresh(other)) == {second.pk: "active"}


def test_a_survivor_who_waits_gets_the_place_that_the_other_row_had() -> None:
    survivor, other = twice()
    made = programme_of_quota(1)
    Enrolment.objects.create(programme=made, person=other)
    mine = Enrolment.objects.create(programme=made, person=survivor, status="waiting")
    done = merged(survivor, other)
    mine.refresh_from_db()
    assert mine.status == "active" and places.of(made).taken == 1
    parted(done)
    assert held(fresh(survivor)) == {made.pk: "waiting"} and held(fresh(other)) == {made.pk: "active"}


def test_the_cards_of_jakarta_exclude_each_other_and_loading_again_adds_none() -> None:
    programme_file.load()
    pairs = {(row.first.code, row.second.code, row.scope) for row in ProgrammeConflict.objects.all()}
    assert {frozenset(pair[:2]) for pair in pairs} == {
        frozenset(pair) for pair in (("KLJ", "KAJ"), ("KLJ", "KPDJ"), ("KAJ", "KPDJ"))
    }
    assert {pair[2] for pair in pairs} == {"person"}
    programme_file.load()
    assert ProgrammeConflict.objects.count() == 3


def test_a_trial_lets_nobody_in_whom_a_conflict_keeps_out() -> None:
    money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    money.person()
    later = versions.copy(versions.newest(kpdj), TODAY + timedelta(days=90))  # type: ignore[arg-type]
    trial = trials.request(later, None)
    assert trials.run_next()
    trial.refresh_from_db()
    assert (trial.enters, trial.waits) == (1, 0)


def test_who_is_forgotten_leaves_the_notes() -> None:
    siti = money.person()
    klj, kpdj = two()
    eligibility.enrol_eligible(klj)
    eligibility.enrol_eligible(kpdj)
    subjects.forget(siti)
    assert not ConflictNote.objects.exists()
