"""Enrolling while people move: whose household is another by now is asked anew, with what is true of the new one."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.utils import timezone

from beneficiaries import households
from beneficiaries.models import Household, Person
from disbursement import eligibility
from disbursement.models import Enrolment, Programme
from tests import money
from tests.processes import alone, together, waiting_for_locks

pytestmark = pytest.mark.usefixtures("processes")


def _until(happened: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _move(person: int, to: int, officer: int) -> None:
    row = Person.objects.get(pk=person)
    seen, by = households.version_of(row.household), User.objects.get(pk=officer)
    households.move_member(
        row, Household.objects.get(pk=to), "relative", seen=seen, by=by, reason="ikut anak", despite="pindah"
    )


def _enrol(programme: int) -> int:
    return eligibility.enrol_eligible(Programme.objects.get(pk=programme))


def _die(person: int, officer: int) -> None:
    row = Person.objects.get(pk=person)
    seen, by = households.version_of(row.household), User.objects.get(pk=officer)
    households.mark_deceased(row, timezone.localdate(), seen=seen, by=by, reason="akta kematian")


def meanwhile(monkeypatch: pytest.MonkeyPatch, *job: Any) -> None:
    """Another process does its job after people were found eligible and before they are enrolled."""
    real = eligibility._enrol

    def enrol(*arguments: Any) -> Any:
        monkeypatch.setattr(eligibility, "_enrol", real)
        assert alone(*job).error == ""
        return real(*arguments)

    monkeypatch.setattr(eligibility, "_enrol", enrol)


def test_who_moves_after_being_found_eligible_has_the_place_of_the_new_household(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    siti, there = money.person(), money.household(decile=3)
    son = money.person(siti.household, born=date(1990, 1, 1))
    made = money.programme(one_per_household=True)
    meanwhile(monkeypatch, _move, siti.pk, there.pk, money.officer().pk)
    assert eligibility.enrol_eligible(made) == 2
    places = dict(made.enrolments.values_list("person", "household"))
    assert places == {siti.pk: there.pk, son.pk: son.household_id}
    assert Enrolment.objects.get(person=siti).facts["household"]["decile"] == 3


@pytest.mark.parametrize("one_per_household", [False, True])
def test_who_moves_to_where_the_rule_admits_nobody_is_not_enrolled(
    monkeypatch: pytest.MonkeyPatch, one_per_household: bool
) -> None:
    siti, budi = money.person(), money.person()
    made = money.programme(one_per_household=one_per_household)
    meanwhile(monkeypatch, _move, siti.pk, money.household(decile=9).pk, money.officer().pk)
    assert eligibility.enrol_eligible(made) == 1
    assert made.enrolments.get().person == budi


def test_who_dies_after_being_found_eligible_leaves_the_place_to_the_next_at_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    siti = money.person()
    son = money.person(siti.household, born=date(1990, 1, 1))
    made = money.programme(one_per_household=True)
    meanwhile(monkeypatch, _die, siti.pk, money.officer().pk)
    assert eligibility.enrol_eligible(made) == 1
    assert made.enrolments.get().person == son


def test_who_is_just_being_moved_is_waited_for() -> None:
    siti, there = money.person(), money.household(decile=3)
    made, officer = money.programme(one_per_household=True), money.officer()
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            _move(siti.pk, there.pk, officer.pk)
            enrolling = helper.submit(together, [(_enrol, (made.pk,))])
            _until(lambda: waiting_for_locks() or enrolling.done())
        [outcome] = enrolling.result()
    assert (outcome.error, outcome.value) == ("", 1)
    row = made.enrolments.get()
    assert (row.household, row.facts["household"]["decile"]) == (there, 3)


def _locked(household: int) -> bool:
    try:
        with transaction.atomic():
            Household.objects.select_for_update(nowait=True).get(pk=household)
    except OperationalError:
        return True
    return False


def _move_when_waited_for(person: int, home: int, to: int, officer: int) -> None:
    """Has locked the household, and comes to its members when somebody who has locked one waits for the household.

    Where the machine is slow PostgreSQL may end this side of the deadlock, and not the one that waited first.
    """
    try:
        with transaction.atomic():
            Household.objects.select_for_update().get(pk=home)
            _until(waiting_for_locks)
            _move(person, to, officer)
    except OperationalError:
        with transaction.atomic():
            _move(person, to, officer)


def _enrol_when_locked(programme: int, home: int) -> int:
    _until(lambda: _locked(home))
    return _enrol(programme)


def test_enrolling_begins_again_where_it_and_a_move_wait_for_each_other() -> None:
    siti, there = money.person(), money.household()
    made = money.programme(one_per_household=True)
    home = siti.household_id
    mover = (_move_when_waited_for, (siti.pk, home, there.pk, money.officer().pk))
    moved, enrolled = together([mover, (_enrol_when_locked, (made.pk, home))])
    assert (moved.error, enrolled.error, enrolled.value) == ("", "", 1)
    assert made.enrolments.get().household == there
