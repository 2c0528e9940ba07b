"""What the programmes of Jakarta give to whom, case by case, as their regulations reckon it (shared amounts of 2026).

The programmes come from `disbursement/data/jakarta.json`: none of them has code of its own. Each case names a family, the member
who is enrolled, and the rupiah that a cycle pays, by purse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from beneficiaries import facts
from beneficiaries.models import Household, Person
from disbursement import conditions, entitlement, programme_file, versions
from disbursement.models import Programme, ProgrammeVersion
from tests import money
from tests.beneficiaries.evidence_told import tell

CYCLE = date(2026, 10, 1)
pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class One:
    """A member of a family as the registry knows them on the cycle's first day."""

    age: int
    sex: str = "P"
    schooling: str = ""
    disability: str = ""
    pregnant: bool = False
    private: bool = False

    def enter(self, home: Household) -> Person:
        born = date(CYCLE.year - self.age, 1, 15)
        row = money.person(home, born=born, sex=self.sex)
        row.schooling, row.disability, row.pregnant = self.schooling, self.disability, self.pregnant or None
        row.save()
        if self.private:
            tell(row, "school", {"private": True}, date="2026-07-15")
        return row


def pupil(level: str, age: int, *, private: bool = False) -> One:
    return One(age, schooling=level, private=private)


MOTHER = One(35)
EXPECTING = replace(MOTHER, pregnant=True)
FATHER = One(40, "L")
GRANDMOTHER = One(67)
INFANT, TODDLER, SIX, SEVEN = One(0), One(3), One(6), One(7)
BLIND = One(30, disability="sight")


@pytest.fixture
def jakarta() -> None:
    programme_file.load()


def version_of(code: str) -> ProgrammeVersion:
    return versions.of(Programme.objects.get(code=code), CYCLE)


def entitled(code: str, *family: One, decile: int = 2) -> tuple[bool, entitlement.Entitlement]:
    """Whether the first of the family may be enrolled, and what a cycle gives them."""
    home = money.household(decile=decile)
    people = [one.enter(home) for one in family]
    [known] = facts.homes(CYCLE, [home.pk])
    first = next(member for member in known.members if member.pk == people[0].pk)
    version = version_of(code)
    admitted = conditions.compiled(version.eligibility)(first.facts)
    return admitted, entitlement.of_version(version).apply(first.facts, known.members)


CASES: list[tuple[str, str, tuple[One, ...], dict[str, int]]] = [
    # PKH, a quarter (tahap): by component, at most four people of a family, the most valuable first.
    ("PKH", "an expecting mother", (EXPECTING, FATHER), {"main": 750_000}),
    ("PKH", "an infant", (MOTHER, INFANT), {"main": 750_000}),
    ("PKH", "a child of six is a young child still", (MOTHER, SIX), {"main": 750_000}),
    ("PKH", "a child of six at primary school counts once, for more", (MOTHER, pupil("sd", 6)), {"main": 750_000}),
    ("PKH", "a pupil of SD", (MOTHER, pupil("sd", 9)), {"main": 225_000}),
    ("PKH", "a pupil of SMP", (MOTHER, pupil("smp", 13)), {"main": 375_000}),
    ("PKH", "a pupil of SMA", (MOTHER, pupil("sma", 16)), {"main": 500_000}),
    ("PKH", "SMK is of the level of SMA", (MOTHER, pupil("smk", 16)), {"main": 500_000}),
    ("PKH", "an elderly member", (MOTHER, GRANDMOTHER), {"main": 600_000}),
    ("PKH", "a disabled member", (BLIND, FATHER), {"main": 600_000}),
    ("PKH", "elderly and disabled is one person", (replace(GRANDMOTHER, disability="sight"),), {"main": 600_000}),
    ("PKH", "SD and SMP add up", (MOTHER, pupil("sd", 8), pupil("smp", 13)), {"main": 600_000}),
    ("PKH", "two pupils of SD", (MOTHER, pupil("sd", 8), pupil("sd", 10)), {"main": 450_000}),
    (
        "PKH",
        "of five the four most valuable: two toddlers, the grandmother, SMA, and not SD",
        (MOTHER, pupil("sd", 9), pupil("sma", 17), GRANDMOTHER, INFANT, TODDLER),
        {"main": 750_000 + 750_000 + 600_000 + 500_000},
    ),
    ("PKH", "nobody of the kinds", (MOTHER, FATHER), {}),
    # Bantuan Sembako, 200,000 a month, two months at once.
    ("SEMBAKO", "one grown-up", (MOTHER,), {"main": 400_000}),
    ("SEMBAKO", "a family gets no more for its size", (MOTHER, FATHER, INFANT, SEVEN), {"main": 400_000}),
    # KJP Plus, a month: of the routine part at most 100,000 as cash, all else without cash; the school fee in its own purse.
    ("KJP", "SD", (pupil("sd", 9),), {"cash": 100_000, "main": 35_000 + 115_000}),
    ("KJP", "SD, private", (pupil("sd", 9, private=True),), {"cash": 100_000, "main": 150_000, "sd-spp": 130_000}),
    ("KJP", "SMP", (pupil("smp", 13),), {"cash": 100_000, "main": 85_000 + 115_000}),
    ("KJP", "SMP, private", (pupil("smp", 13, private=True),), {"cash": 100_000, "main": 200_000, "smp-spp": 170_000}),
    ("KJP", "SMA", (pupil("sma", 16),), {"cash": 100_000, "main": 135_000 + 185_000}),
    ("KJP", "SMA, private", (pupil("sma", 16, private=True),), {"cash": 100_000, "main": 320_000, "sma-spp": 290_000}),
    ("KJP", "SMK", (pupil("smk", 17),), {"cash": 100_000, "main": 135_000 + 215_000}),
    ("KJP", "SMK, private", (pupil("smk", 17, private=True),), {"cash": 100_000, "main": 350_000, "smk-spp": 240_000}),
    ("KJP", "PKBM", (pupil("pkbm", 18),), {"cash": 100_000, "main": 85_000 + 115_000}),
    ("KJP", "PKBM has no school fee", (pupil("pkbm", 18, private=True),), {"cash": 100_000, "main": 200_000}),
    ("KJP", "a brother's school is not mine", (pupil("sd", 9), pupil("sma", 16)), {"cash": 100_000, "main": 150_000}),
    # The cards of Jakarta, 300,000 a month, three months at once.
    ("KLJ", "sixty to the day", (One(60),), {"main": 900_000}),
    ("KAJ", "a newborn", (INFANT, MOTHER), {"main": 900_000}),
    ("KAJ", "six years old", (SIX, MOTHER), {"main": 900_000}),
    ("KPDJ", "blind", (BLIND,), {"main": 900_000}),
]


@pytest.mark.parametrize(("code", "story", "family", "parts"), CASES, ids=[f"{one[0]}: {one[1]}" for one in CASES])
def test_worked_example(jakarta: None, code: str, story: str, family: tuple[One, ...], parts: dict[str, int]) -> None:
    admitted, due = entitled(code, *family)
    assert (admitted, due.parts) == (bool(parts), parts)
    assert due.total == sum(line.total for line in due.lines) == sum(parts.values())


@pytest.mark.parametrize(
    ("code", "first", "decile"),
    [
        ("KLJ", One(59), 2),
        ("KLJ", GRANDMOTHER, 5),
        ("KAJ", SEVEN, 2),
        ("KPDJ", replace(MOTHER, disability="none"), 2),
        ("KJP", pupil("college", 19), 2),
        ("KJP", pupil("sma", 22), 2),
        ("KJP", pupil("sd", 9), 5),
        ("SEMBAKO", MOTHER, 5),
        ("PKH", EXPECTING, 6),
    ],
)
def test_whom_a_programme_is_not_for(jakarta: None, code: str, first: One, decile: int) -> None:
    admitted, _due = entitled(code, first, decile=decile)
    assert not admitted


def test_an_answer_in_words_a_pupil_of_a_private_smk(jakarta: None) -> None:
    """ "Why did I get 690,000?" Routine 235,000, periodic 215,000, school fee 240,000; 100,000 of it as cash."""
    _admitted, due = entitled("KJP", pupil("smk", 17, private=True))
    assert due.total == 690_000
    assert [(line.name, line.people, line.each, line.months, line.cash) for line in due.lines] == [
        ("Biaya rutin SMK", 1, 235_000, 1, 100_000),
        ("Biaya berkala SMK", 1, 215_000, 1, 0),
        ("SPP SMK swasta", 1, 240_000, 1, 0),
    ]
    assert due.facts["person"] == {"age": 17, "schooling": "smk"}
    assert due.facts["evidence"] == {"private_school": True}


def test_the_member_facts_of_a_family_are_kept_for_those_who_count(jakarta: None) -> None:
    _admitted, due = entitled("PKH", MOTHER, FATHER, pupil("sd", 9), GRANDMOTHER)
    assert [(one["component"], one["facts"]["age"]) for one in due.members] == [("lansia", 67), ("sd", 9)]


def _more_for_the_elderly(said: dict[str, Any]) -> None:
    said["components"][0]["amount"] = 350_000


def _from_next_year(said: dict[str, Any]) -> None:
    said["starts_on"] = "2027-01-01"
    _more_for_the_elderly(said)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [(_more_for_the_elderly, 1_050_000, 1_050_000), (_from_next_year, 900_000, 1_050_000)],
)
def test_a_decree_changes_the_amount_from_its_day_on(
    jakarta: None, tmp_path: Any, change: Callable[[dict[str, Any]], None], before: int, after: int
) -> None:
    import json

    said = json.loads(programme_file.JAKARTA.read_text())
    [klj] = [one for one in said["programmes"] if one["code"] == "KLJ"]
    change(klj["versions"][0])
    file = tmp_path / "decree.json"
    file.write_text(json.dumps(said))
    added = {one.programme.code: one.added for one in programme_file.load(file)}
    assert {code: numbers for code, numbers in added.items() if numbers} == {"KLJ": (2,)}
    of_day = [
        entitlement.of_version(versions.of(Programme.objects.get(code="KLJ"), day)) for day in (CYCLE, date(2027, 1, 1))
    ]
    known = conditions.EXAMPLE | {"person": {"age": 70}}
    assert [scale.apply(known).total for scale in of_day] == [before, after]
    assert not any(one.added for one in programme_file.load(file)[:-1])
