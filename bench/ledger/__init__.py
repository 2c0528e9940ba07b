"""The area `ledger`: bulk disbursement, redemption and verification, beside SQL by hand and beside django-hordak."""

from __future__ import annotations

from bench.measure import Plan, Row, Tell


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Everything this area measures."""
    # Here, because the other ledger is installed under `bench.settings` alone.
    from bench.ledger import bulk, history, redemptions

    return [*bulk.rows(plan, tell), *redemptions.rows(plan, tell), *history.rows(plan, tell)]
