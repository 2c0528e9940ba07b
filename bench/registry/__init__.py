"""The area `registry`: imports beside COPY, search, people registered twice, and the rotation of keys."""

from __future__ import annotations

from bench.measure import Plan, Row, Tell
from bench.registry import duplicates, imports, rotation, search


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Everything this area measures."""
    return [part for area in (imports, search, duplicates, rotation) for part in area.rows(plan, tell)]
