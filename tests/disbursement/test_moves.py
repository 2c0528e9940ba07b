"""Who moves to another household takes their place in programmes of one per household along, or loses it to the one there."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from beneficiaries import households
from beneficiaries.models import Household, Person
from disbursement import eligibility
from disbursement.models import Enrolment
from tests import money

pytestmark = pytest.mark.django_db


def move(person: Person, to: Household) -> None:
    seen = households.version_of(person.household)
    households.move_member(person, to, "relative", seen=seen, by=money.officer(), reason="ikut anak", despite="pindah")


def place(person: Person) -> tuple[str, int | None]:
    row = Enrolment.objects.get(person=person)
    return row.status, row.household_id


def test_a_place_of_one_per_household_moves_with_the_person_and_the_home_left_may_have_another() -> None:
    siti, other_home = money.person(), money.household(decile=9)
    her_son = money.person(siti.household, born=siti.birth_date.replace(year=1990))
    made = money.programme(one_per_household=True)
    eligibility.enrol_eligible(made)
    move(siti, other_home)
    assert place(siti) == ("active", other_home.pk)
    assert eligibility.enrol_eligible(made) == 1
    assert place(her_son) == ("active", her_son.household_id)


def test_two_places_in_one_household_become_one_and_the_history_says_why() -> None:
    siti, budi = money.person(), money.person()
    eligibility.enrol_eligible(money.programme(one_per_household=True))
    move(siti, budi.household)
    assert (place(siti), place(budi)) == (("ended", budi.household_id), ("active", budi.household_id))
    assert LogEntry.objects.get(object_id=str(Enrolment.objects.get(person=siti).pk)).change_message == "ikut anak"


def test_a_place_that_is_the_persons_own_stays_as_it_is() -> None:
    siti, budi = money.person(), money.person()
    eligibility.enrol_eligible(money.programme())
    move(siti, budi.household)
    assert place(siti) == place(budi) == ("active", None)
