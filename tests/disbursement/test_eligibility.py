"""Rules read people as the office means them; everyone eligible is enrolled once, on facts that are kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from disbursement import conditions, eligibility, enrolments, programmes
from disbursement.errors import InvalidRule
from disbursement.models import Enrolment, Programme
from tests import money
from tests.processes import together
from wallet.errors import IdempotencyConflict, InvalidAmount
from wallet.models import Wallet

DAY = date(2026, 11, 24)


def admitted(programme: Programme) -> list[int]:
    return [candidate.person for candidate in eligibility.candidates(programme, DAY)]


# --- rules ---


@pytest.mark.parametrize(
    "rule", ["", "person.age >=", "person.age", "1", '"ya"', "orang.umur > 60", "person.tinggi > 1", "age > 60"]
)
def test_a_text_that_is_no_rule_is_refused_with_the_reason_and_an_example(rule: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        eligibility.compiled(rule)
    assert refusal.value.data["reason"]
    assert "person.age >= 60 && household.decile <= 4" in str(refusal.value)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("person.age >= ", "baris 1, huruf ke-15"),
        ("person.umur > 3", "bernama umur"),
        ("umur > 3", "bernama umur"),
        ("person.age > 'tua'", "tidak sejenis"),
        ("person.age", "bukan ya atau tidak"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said_in_the_officers_words(rule: str, said: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        eligibility.compiled(rule)
    assert said in str(refusal.value)
    assert not any(word in str(refusal.value) for word in ("ERROR", "Syntax", "Undefined", "overload"))


@pytest.mark.django_db
def test_a_programme_with_no_proper_rule_is_not_created() -> None:
    with pytest.raises(InvalidRule):
        money.programme(eligibility="person.age")
    assert not Programme.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("person.age >= 60", ["grandmother"]),
        ("person.age < 60 && person.sex == 'L'", ["father"]),
        ("household.decile <= 4", ["grandmother", "father"]),
        ("household.size == 2", ["grandmother", "father"]),
        ("household.size == 1", ["neighbour"]),
        ("household.city == '31.71' && household.decile > 4", []),
        ("household.kelurahan == '31.72.01.1001'", ["neighbour"]),
        ("true", ["grandmother", "father", "neighbour"]),
        ("false", []),
    ],
)
def test_rules_speak_of_people_and_households_and_the_oldest_of_a_household_comes_first(
    rule: str, expected: list[str]
) -> None:
    home = money.household(decile=2, kelurahan="31.71.01.1001")
    away = money.household(decile=6, kelurahan="31.72.01.1001")
    people = {
        "neighbour": money.person(away, born=date(1990, 1, 1)).pk,
        "father": money.person(home, born=date(1980, 1, 1), sex="L").pk,
        "grandmother": money.person(home, born=date(1950, 1, 1)).pk,
    }
    assert admitted(money.programme(eligibility=rule)) == [people[name] for name in expected]


# --- enrolment ---


@pytest.mark.django_db
def test_the_eligible_are_enrolled_once_with_a_wallet_and_the_facts_that_admitted_them() -> None:
    person = money.person(born=date(1960, 1, 1))
    money.person(money.household(decile=9))
    programme = money.programme()
    assert eligibility.enrol_eligible(programme, DAY) == 1
    assert eligibility.enrol_eligible(programme, DAY) == 0
    enrolment = Enrolment.objects.get()
    person.refresh_from_db()
    assert (enrolment.person, enrolment.status, enrolment.household) == (person, "active", None)
    assert {name: set(known) for name, known in enrolment.facts.items()} == {
        name: set(known) for name, known in conditions.EXAMPLE.items()
    }
    assert (enrolment.facts["person"]["age"], enrolment.facts["household"]["decile"]) == (66, 2)
    assert (enrolment.facts["household"]["size"], enrolment.facts["members"]["aged_60_up"]) == (1, 1)
    assert person.wallet is not None
    assert person.wallet.holder == person.uid


@pytest.mark.django_db
def test_a_second_programme_pays_into_the_same_wallet() -> None:
    person = money.person()
    for _ in range(2):
        eligibility.enrol_eligible(money.programme(), DAY)
    person.refresh_from_db()
    assert (Wallet.objects.get(), person.enrolments.count()) == (person.wallet, 2)


@pytest.mark.django_db
def test_one_per_household_takes_the_oldest_and_nobody_else_later() -> None:
    home = money.household()
    younger, oldest = money.person(home, born=date(1970, 1, 1)), money.person(home, born=date(1950, 1, 1))
    programme = money.programme(one_per_household=True)
    assert admitted(programme) == [oldest.pk]
    assert eligibility.enrol_eligible(programme, DAY) == 1
    even_older = money.person(home, born=date(1940, 1, 1))
    assert eligibility.enrol_eligible(programme, DAY) == 0
    assert Enrolment.objects.get().person == oldest
    assert {younger.enrolments.count(), even_older.enrolments.count()} == {0}


def _do_enrol(programme: int, day: date) -> int:
    return eligibility.enrol_eligible(Programme.objects.get(pk=programme), day)


@pytest.mark.parametrize("one_per_household", [False, True])
@pytest.mark.parametrize("wallets_exist", [False, True])
def test_enrolments_at_once_enrol_each_once_and_their_answers_add_up(
    processes: None, one_per_household: bool, wallets_exist: bool
) -> None:
    for _ in range(150):
        home = money.household()
        for year in (1950, 1960):
            money.person(home, born=date(year, 1, 1))
    if wallets_exist:
        eligibility.enrol_eligible(money.programme(), DAY)
    programme = money.programme(one_per_household=one_per_household)
    outcomes = together([(_do_enrol, (programme.pk, DAY))] * 4)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    enrolled = list(programme.enrolments.values_list("person__household", flat=True))
    assert len(enrolled) == (150 if one_per_household else 300)
    assert len(set(enrolled)) == 150
    assert sum(outcome.value for outcome in outcomes) == len(enrolled)


# --- funding ---


@pytest.mark.django_db
def test_a_budget_order_funds_once_and_its_number_cannot_serve_another_amount() -> None:
    programme = money.programme()
    assert programmes.fund(programme, 500, "DIPA-1") == programmes.fund(programme, 500, "DIPA-1")
    assert money.balance(programme.fund) == 500
    with pytest.raises(IdempotencyConflict):
        programmes.fund(programme, 501, "DIPA-1")
    programmes.fund(programme, 1, "DIPA-2")
    assert money.balance(programme.fund) == 501
    money.assert_books_hold()


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [0, -1, 1.5, True])
def test_a_budget_is_whole_rupiah_above_zero(amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        programmes.fund(money.programme(), amount, "DIPA-1")


@pytest.mark.django_db
def test_a_rule_that_breaks_on_somebody_names_itself_and_enrols_nobody() -> None:
    money.person()
    made = money.programme(eligibility="10 / (household.size - 1) > 100")
    with pytest.raises(InvalidRule) as refused:
        eligibility.enrol_eligible(made)
    assert "dibagi nol" in str(refused.value)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    "rule",
    [
        "[1, 2].all(x, x > 0)",
        "[1].exists (x, [1].all(y, y > x))",
        "[1].map(x, x).size() > 0",
        "[1] . filter(x, true) == [1]",
    ],
)
def test_a_rule_has_no_loops(rule: str) -> None:
    with pytest.raises(InvalidRule):
        eligibility.compiled(rule)


@pytest.mark.django_db
def test_when_one_of_a_family_is_taken_out_another_can_enter_and_the_first_does_not_return() -> None:
    home = money.household()
    older, younger = money.person(home, born=date(1950, 1, 1)), money.person(home, born=date(1960, 1, 1))
    made = money.programme(one_per_household=True)
    assert eligibility.enrol_eligible(made) == 1
    enrolments.end(Enrolment.objects.get(person=older))
    assert eligibility.enrol_eligible(made) == 1
    assert Enrolment.objects.get(status="active").person == younger
    assert eligibility.enrol_eligible(made) == 0
