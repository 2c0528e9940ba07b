"""What a rule reads of somebody's facts, as the key under which its answer is kept."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import facts, rules
from beneficiaries.screening_errors import RuleBroken

EXAMPLE = facts.EXAMPLES["person"]
PATHS = rules.paths(
    'person.age > 6 && household.vehicles.cars == 0 && evidence.njop < 5 && person.schooling == "sd" && members.pregnant > 0',
    EXAMPLE,
)
VALUES = st.integers(0, 2)


@st.composite
def known(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of a few values, some of which are not there at all."""
    told = deepcopy(EXAMPLE)
    for path in PATHS or ():
        place = told
        for name in path[:-1]:
            place = place.get(name, {})
        if draw(st.booleans()):
            place[path[-1]] = draw(VALUES)
        else:
            place.pop(path[-1], None)
    return told


@given(known(), known())
def test_people_share_a_key_exactly_if_a_rule_reads_the_same_of_them(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert PATHS is not None and len(PATHS) == 5
    read = rules.reader(PATHS)
    alike = [rules.value_at(one, path) for path in PATHS] == [rules.value_at(other, path) for path in PATHS]
    assert (read(one) == read(other)) is alike


@pytest.mark.parametrize(
    "rule",
    [
        "person.age >= 20 // the person's age\n&& household.decile <= 4 // the household's decile",
        "person.age >= 20 && person.occupation != '''it's''' && household.decile <= 4 && person.sex == 'P'",
        'person.occupation != r"\\" && household.decile <= 4 && person.occupation != r"guru"',
    ],
)
def test_what_a_rule_reads_is_not_hidden_by_a_remark_or_by_how_a_text_is_quoted(rule: str) -> None:
    poor, rich = deepcopy(EXAMPLE), deepcopy(EXAMPLE)
    poor["household"]["decile"], rich["household"]["decile"] = 1, 9
    holds = rules.compiled(rule, EXAMPLE)
    assert (holds(poor), holds(rich)) == (True, False)
    assert ("household", "decile") in (rules.paths(rule, EXAMPLE) or ())


def test_a_remark_hides_no_loop() -> None:
    with pytest.raises(RuleBroken):
        rules.compiled("[1].// satu\nexists(i, i == 1)", EXAMPLE)


def test_a_remark_and_a_text_may_name_anything() -> None:
    rule = "person.age >= 20 // .filter( of household\n|| person.occupation == 'x.map(person)'"
    assert set(rules.paths(rule, EXAMPLE) or ()) == {("person", "age"), ("person", "occupation")}
    assert rules.compiled(rule, EXAMPLE)(EXAMPLE)
