"""What a rule reads of somebody's facts, as the key under which its answer is kept."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import facts, rules

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
