"""The area `disbursement`: preparing batches, paying them through real workers, and what an officer waits for."""

from __future__ import annotations

from bench.disbursement import office, paying, preparing
from bench.measure import Plan, Row, Tell


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Everything this area measures."""
    return [part for area in (preparing, paying, office) for part in area.rows(plan, tell)]
