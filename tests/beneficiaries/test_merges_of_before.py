"""Migration 0510: whom a merge took the restriction of processing from, when merges still did, has it again."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connections

from beneficiaries import data_requests, duplicates_merge
from beneficiaries.models import Change, DataRequest, Merge, Person
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.test_merged_subjects import restrict, restricted
from tests.beneficiaries.test_subject_data import merged
from tests.owner import as_owner, tamper

migration = import_module("beneficiaries.migrations.0510_merges_lift_no_restriction")
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def officer() -> User:
    return money.officer("dewi")


@pytest.fixture
def second() -> User:
    return money.officer("budi")


def migrate() -> None:
    with as_owner():
        migration.restrict(apps, connections["owner"].schema_editor())


def as_before(done: Merge, *lifted: Person) -> Merge:
    """The merge as it was when nobody was restricted by one."""
    Person.objects.filter(pk__in=[row.pk for row in lifted]).update(restricted=False)
    tamper("UPDATE beneficiaries_merge SET kept = kept - 'restricted' WHERE id = %s", done.pk)
    done.refresh_from_db()
    return done


@pytest.mark.parametrize("whose", [0, 1], ids=["of who stays", "of who is joined"])
def test_every_row_has_what_one_of_them_asked_for_and_parting_puts_everybody_back(
    whose: int, officer: User, second: User
) -> None:
    people = [cases.person(name=name) for name in ("Siti Satu", "Siti Dua")]
    restrict(people[whose], officer, second)
    before = restricted()
    done = as_before(merged(people[1], people[0], officer), people[1 - whose])
    assert restricted() == before
    migrate()
    assert restricted() == [True, True]
    told = Change.objects.filter(person=people[1 - whose]).latest("pk")
    assert (told.source, told.reason) == ("duplicates", "Penggabungan tidak mencabut pembatasan.")
    migrate()  # nothing more to do
    assert Change.objects.filter(person=people[1 - whose]).latest("pk") == told
    duplicates_merge.unmerge(Merge.objects.get(pk=done.pk), officer, "bukan dia")
    assert restricted() == before


def test_it_goes_with_every_later_merge_too(officer: User, second: User) -> None:
    people = [cases.person(name=name) for name in ("Siti Satu", "Siti Dua", "Siti Tiga")]
    restrict(people[2], officer, second)
    first = as_before(merged(people[2], people[1], officer), people[1])
    last = as_before(merged(people[1], people[0], officer), *people[:2])
    migrate()
    assert restricted() == [True, True, True]
    kept = [Merge.objects.get(pk=done.pk).kept["restricted"] for done in (first, last)]
    assert kept == [[people[1].pk], [people[0].pk]]


def test_who_was_released_since_and_who_was_parted_stay_as_they_are(officer: User, second: User) -> None:
    people = [cases.person(name=name) for name in ("Siti Satu", "Siti Dua", "Rudi Satu", "Rudi Dua")]
    for one in (people[1], people[3]):
        restrict(one, officer, second)
    as_before(merged(people[1], people[0], officer), people[0])
    request = data_requests.receive(people[0], DataRequest.Kind.RELEASE, by=officer)
    data_requests.propose(request, by=officer)
    data_requests.approve(request, by=second, reason="diminta")
    Person.objects.filter(pk=people[1].pk).update(restricted=True)  # when a release was of one row alone
    duplicates_merge.unmerge(as_before(merged(people[3], people[2], officer), people[2]), officer, "bukan dia")
    before = restricted()
    migrate()
    assert restricted() == before == [False, True, False, True]
