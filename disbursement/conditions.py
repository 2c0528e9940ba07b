"""Rules and conditions of programmes: CEL over a person, their household, its members, and the evidence (beneficiaries.facts)."""

from __future__ import annotations

from typing import Any

from beneficiaries import facts, rules
from beneficiaries.screening_errors import RuleBroken
from disbursement.errors import InvalidRule

EXAMPLE = facts.EXAMPLES["person"]


def compiled(expression: str) -> rules.Rule:
    """The rule as a function of facts (shape: EXAMPLE). Raises InvalidRule if it does not compile or is no yes-or-no.

    The function raises it too, for facts on which the rule breaks (a division by zero): it never decides by accident.
    """
    try:
        rule = rules.compiled(expression, EXAMPLE)
    except RuleBroken as error:
        raise InvalidRule(**error.data) from error

    def admits(known: dict[str, Any]) -> bool:
        try:
            return rule(known)
        except RuleBroken as error:
            raise InvalidRule(**error.data) from error

    return admits


def reads(*expressions: str) -> tuple[rules.Path, ...] | None:
    """The single facts that the expressions read, or None where that cannot be told of all of them."""
    found: dict[rules.Path, None] = {}
    for expression in expressions:
        paths = rules.paths(expression, EXAMPLE) if expression else ()
        if paths is None:
            return None
        found |= dict.fromkeys(paths)
    return tuple(found)


def picked(known: dict[str, Any], paths: tuple[rules.Path, ...] | None) -> dict[str, Any]:
    """Of the facts those at the paths, in the shape that they have; all of them for None."""
    if paths is None:
        return known
    kept: dict[str, Any] = {}
    for path in paths:
        place = kept
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = rules.value_at(known, path)
    return kept
