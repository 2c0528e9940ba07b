"""One box finds by number exactly, and by name however it is spelt, the surest first."""

from __future__ import annotations

import pytest

from beneficiaries import search
from beneficiaries.models import Person
from tests import money

pytestmark = pytest.mark.django_db
M = search.Match


def named(*names: str) -> list[Person]:
    people = [money.person() for _ in names]
    for person, name in zip(people, names, strict=True):
        person.name = name
        person.save()
    return people


def found(term: str) -> list[tuple[str, str]]:
    names = dict(Person.objects.values_list("pk", "name"))
    return [(names[hit.person], hit.match.value) for hit in search.find(term) if hit.person]


def test_a_nik_a_kk_and_a_phone_find_their_own_and_nobody_else() -> None:
    one, other = named("SITI", "BUDI")
    one.phone = "+6281234567890"
    one.save()
    assert search.find(one.nik) == [search.Hit(M.NIK, one.pk)]
    assert search.find(f" {one.nik[:4]} {one.nik[4:8]}-{one.nik[8:]} ") == [search.Hit(M.NIK, one.pk)]
    assert search.find("0812-3456-7890") == [search.Hit(M.PHONE, one.pk)]
    assert search.find(other.household.kk) == [
        search.Hit(M.KK, household=other.household_id),
        search.Hit(M.KK, other.pk),
    ]
    assert search.find("3174010101019999") == []


def test_a_household_without_members_is_found_by_its_number() -> None:
    empty = money.household()
    assert search.find(empty.kk) == [search.Hit(M.KK, household=empty.pk)]
    assert search.households_found(empty.kk) == [empty.pk] and not search.people_found(empty.kk)


def test_names_come_exact_first_then_by_beginning_part_spelling_and_likeness() -> None:
    named("ADI SUTRISNO", "SOETRISNO", "SUTRISNO WIBOWO", "SUTRISMO", "Sutrisno", "BUDI")
    assert found("sutrisno") == [
        ("Sutrisno", "exact"),
        ("SUTRISNO WIBOWO", "prefix"),
        ("ADI SUTRISNO", "part"),
        ("SOETRISNO", "spelling"),
        ("SUTRISMO", "alike"),
    ]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Sutrisno", "SOETRISNO"),
        ("Soetrisno", "SUTRISNO"),
        ("Djoko Tjahjono", "JOKO CAHYONO"),
        ("Joko", "DJOKO SUSILO"),
        ("Mochamad Rizki", "MUHAMMAD RIZKY"),
        ("Muhamad", "MOHAMMAD ALI"),
        ("Achmad", "AKHMAD"),
        ("aminah siti", "SITI NUR AMINAH"),
        ("Sutrinso", "SUTRISNO"),
        ("Kristna", "KRISTINA"),
    ],
)
def test_another_spelling_is_found(typed: str, written: str) -> None:
    named(written, "ZULFIKAR")
    assert [name for name, _match in found(typed)] == [written]


@pytest.mark.parametrize("term", ["%", "__", "ab", "  ", "a b c", "'"])
def test_a_term_that_says_too_little_is_refused(term: str) -> None:
    named("ABDUL")
    with pytest.raises(search.TermTooShort):
        search.find(term)


@pytest.mark.parametrize("term", ["317101015008000", "31710101500800011", "12345"])
def test_a_number_that_is_not_whole_is_refused(term: str) -> None:
    with pytest.raises(search.NumberNotWhole):
        search.find(term)
    assert not search.people_found(term)


def test_signs_of_patterns_mean_themselves() -> None:
    named("A%B SITI", "AXB SITI")
    assert [name for name, match in found("a%b siti") if match == "exact"] == ["A%B SITI"]
    assert ("AXB SITI", "prefix") not in found("a%b siti")


def test_who_is_active_comes_before_who_left() -> None:
    left, _active = named("SITI AMINAH", "SITI AMINAH")
    left.status = Person.Status.LEFT
    left.save()
    assert [hit.person for hit in search.find("Siti Aminah")][-1] == left.pk


def test_a_common_name_gives_no_more_than_so_many() -> None:
    money.people(search.LIMIT + 30)
    Person.objects.update(name="SITI AMINAH")
    assert len(search.find("Siti Aminah")) == search.LIMIT
