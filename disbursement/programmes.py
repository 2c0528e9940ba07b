"""Programmes: setting them up, funding them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from disbursement import eligibility
from disbursement.models import Programme
from wallet import ledger
from wallet.models import Account, Transfer


@transaction.atomic
def create(**fields: Any) -> Programme:
    """A new programme with an empty fund of its own. Raises InvalidRule."""
    eligibility.compiled(fields["eligibility"])
    fund = ledger.open_account(Account.Kind.FUND, fields["name"])
    return Programme.objects.create(fund=fund, **fields)


def fund(programme: Programme, amount: int, reference: str) -> Transfer:
    """Moves budget into the programme's fund, once per reference (the number of the budget order).

    Raises InvalidAmount, IdempotencyConflict (the reference was used for another amount).
    """
    budget = ledger.singleton(Account.Kind.BUDGET)
    key = funding_key(programme, reference)
    [transfer] = ledger.post([ledger.Leg(budget.pk, programme.fund_id, amount, Transfer.Kind.FUNDING, key)])
    return transfer


def funding_key(programme: Programme, reference: str) -> str:
    """The key under which `fund` books a reference."""
    return f"fund:{programme.pk}:{reference}"
