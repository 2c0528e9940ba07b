"""An import that moves people to another household: their places follow at once, and taking the import back brings them back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import import_errors, registry, registry_undo, registry_work
from beneficiaries.models import Household, Person, RegistryImport
from disbursement import conflicts, eligibility, enrolments, moves
from disbursement.models import Enrolment, FollowedMove, Programme, ProgrammeConflict
from tests import money
from tests.beneficiaries.conftest import Row, person
from tests.beneficiaries.imports import committed, previewed, undone
from tests.processes import together, waiting_for_locks

KK = ["3171011506150003", "3171011506150004", "3171011506150005", "3171011506150006"]
pytestmark = pytest.mark.usefixtures("committed_db")


def row(number: int, home: int, **changed: str) -> Row:
    return person(number, KK=KK[home], **changed)


def enrolled(*rows: Row) -> Programme:
    """A programme of one per household, in which everybody of the file is who may be."""
    committed(*rows)
    made = money.programme(one_per_household=True)
    eligibility.enrol_eligible(made)
    return made


def home(number: int) -> int:
    return Household.objects.with_kk(KK[number]).get().pk


def place(number: int) -> tuple[str, int] | None:
    """The status of somebody's place, and which of our households it is of."""
    found = Person.objects.with_nik(person(number)["NIK"]).get()
    enrolment = Enrolment.objects.filter(person=found).first()
    if enrolment is None:
        return None
    return enrolment.status, [
        Household.objects.with_kk(kk).filter(pk=enrolment.household_id).exists() for kk in KK
    ].index(True)


def test_a_place_follows_into_the_household_that_the_import_adds_and_comes_back_with_its_undoing() -> None:
    enrolled(row(1, 0), row(2, 0))
    assert (place(1), place(2)) == (("active", 0), None)
    run = committed(row(1, 1), row(2, 0))
    assert place(1) == ("active", 1)
    assert undone(run).state == "undone"
    assert place(1) == ("active", 0) and not FollowedMove.objects.exists()


def test_of_two_who_move_together_one_keeps_a_place_and_the_other_has_theirs_again_afterwards() -> None:
    enrolled(row(1, 0), row(2, 1), row(3, 2))
    run = committed(row(1, 3), row(2, 3), row(3, 2))
    assert [place(1), place(2), place(3)] == [("active", 3), ("ended", 3), ("active", 2)]
    undone(run)
    assert [place(1), place(2), place(3)] == [("active", 0), ("active", 1), ("active", 2)]


def test_who_lives_there_already_keeps_the_place() -> None:
    enrolled(row(1, 0), row(2, 1))
    committed(row(1, 1), row(2, 1))
    assert [place(1), place(2)] == [("ended", 1), ("active", 1)]


def test_who_exchange_homes_exchange_places_for_all_move_at_once() -> None:
    enrolled(row(1, 0), row(2, 1), row(3, 2))
    run = committed(row(1, 1), row(2, 2), row(3, 0))
    assert [place(1), place(2), place(3)] == [("active", 1), ("active", 2), ("active", 0)]
    undone(run)
    assert [place(1), place(2), place(3)] == [("active", 0), ("active", 1), ("active", 2)]


def test_a_place_that_has_ended_takes_none_away_and_stays_ended() -> None:
    enrolled(row(1, 0), row(2, 1))
    enrolments.end(Enrolment.objects.get(person=Person.objects.with_nik(person(1)["NIK"]).get()))
    run = committed(row(1, 1), row(2, 1))
    assert [place(1), place(2)] == [("ended", 1), ("active", 1)]
    undone(run)
    assert [place(1), place(2)] == [("ended", 0), ("active", 1)]


def test_a_place_that_is_the_persons_own_stays_as_it_is() -> None:
    committed(row(1, 0), row(2, 1))
    eligibility.enrol_eligible(money.programme())
    committed(row(1, 1), row(2, 1))
    assert set(Enrolment.objects.values_list("status", "household")) == {("active", None)}
    assert not FollowedMove.objects.exists()


def test_who_stands_for_the_import_stands_in_the_history_of_the_place_that_ended_and_of_its_return() -> None:
    officer = User.objects.create_user("rudi")
    enrolled(row(1, 0), row(2, 1))
    run = committed(row(1, 1), row(2, 1), by=officer)
    [ended] = LogEntry.objects.all()
    lost = Enrolment.objects.get(person=Person.objects.with_nik(person(1)["NIK"]).get())
    assert (ended.user, ended.object_id) == (officer, str(lost.pk)) and f"#{run.pk}" in ended.change_message
    undone(run, by=officer)
    assert LogEntry.objects.filter(object_id=str(lost.pk), change_message__contains="salah berkas").count() == 1


def test_a_place_given_to_somebody_else_at_home_since_stands_in_the_way_of_undoing() -> None:
    made = enrolled(row(1, 0), row(2, 0))
    run = committed(row(1, 1), row(2, 0))
    assert eligibility.enrol_eligible(made) == 1 and place(2) == ("active", 0)
    with pytest.raises(import_errors.UsedSince, match="1 orang"):
        registry_undo.request_undo(run, by=None, reason="x")
    assert place(1) == ("active", 1)


def test_what_fails_afterwards_takes_the_places_back_with_it(monkeypatch: Any) -> None:
    enrolled(row(1, 0), row(2, 1))
    real = moves.follow

    def fails(*args: Any, **options: Any) -> None:
        real(*args, **options)
        raise import_errors.RegistryChanged

    monkeypatch.setattr(moves, "follow", fails)
    run = committed(row(1, 1), row(2, 1))
    assert (run.state, run.error_code) == ("failed", "registry_changed")
    assert [place(1), place(2)] == [("active", 0), ("active", 1)]
    assert not FollowedMove.objects.exists()


def _enrol_and_wait(programme: int, person: int, household: int) -> None:
    """Somebody's place, not yet committed when the import comes to that household."""
    with transaction.atomic():
        Enrolment.objects.create(programme_id=programme, person_id=person, household_id=household)
        until = time.monotonic() + 30
        while not waiting_for_locks() and time.monotonic() < until:
            time.sleep(0.05)


def _save(run: int) -> str:
    registry_work.commit(run)
    return RegistryImport.objects.get(pk=run).state


def test_who_is_enrolled_there_at_this_very_moment_keeps_the_place(processes: None) -> None:
    made = enrolled(row(1, 0))
    committed(row(2, 1))
    run = previewed(row(1, 1))
    registry.request_commit(run, by=None)
    resident = Person.objects.with_nik(person(2)["NIK"]).get()
    outcomes = together([(_enrol_and_wait, (made.pk, resident.pk, home(1))), (_save, (run.pk,))])
    assert [outcome.error for outcome in outcomes] == ["", ""] and outcomes[1].value == "committed"
    assert [place(1), place(2)] == [("ended", 1), ("active", 1)]


def test_how_many_move_costs_no_statement_more() -> None:
    committed(*(row(number, 0) for number in range(1, 3)), *(row(number, 1) for number in range(3, 60)))
    for found in Person.objects.filter(household=home(1)):  # each a place of a programme of their own
        made = money.programme(one_per_household=True)
        Enrolment.objects.create(programme=made, person=found, household=found.household)
    few = RegistryImport.objects.create(file_name="few", state="committed")
    people = Person.objects.filter(household=home(1))
    first = people.earliest("pk")
    Person.objects.filter(pk=first.pk).update(household=home(0))
    with CaptureQueriesContext(connection) as one:
        moves.follow(Person.objects.filter(pk=first.pk), few, by=None, reason="x")
    many = RegistryImport.objects.create(file_name="many", state="committed")
    moved = list(people.values_list("pk", flat=True))
    people.update(household=home(0))
    with CaptureQueriesContext(connection) as all_of_them:
        moves.follow(Person.objects.filter(pk__in=moved), many, by=None, reason="x")
    assert FollowedMove.objects.filter(run=many).count() == 56
    assert len(all_of_them) == len(one)


def test_who_arrives_where_a_place_excludes_theirs_loses_it_and_has_it_again_afterwards() -> None:
    committed(row(1, 0), row(2, 1), row(3, 2))
    one, other = money.programme(), money.programme()
    household = ProgrammeConflict.Scope.HOUSEHOLD
    conflicts.set_up(one, other, scope=household, starts_on=timezone.localdate(), decree="SK 1")
    people = [Person.objects.with_nik(person(number)["NIK"]).get() for number in (1, 2, 3)]
    for made, found in zip((one, other, other), people, strict=True):
        Enrolment.objects.create(programme=made, person=found)
    run = committed(row(1, 1), row(2, 1), row(3, 3))

    def statuses() -> list[str]:
        return [Enrolment.objects.get(person=found).status for found in people]

    assert statuses() == ["ended", "active", "active"]
    assert Enrolment.objects.get(person=people[0]).steps.latest("pk").reason == "double_aid"
    undone(run)
    assert statuses() == ["active", "active", "active"]
    assert not FollowedMove.objects.exists()
