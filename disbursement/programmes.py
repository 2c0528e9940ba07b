"""Programmes: setting them up, funding them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from disbursement import versions
from disbursement.models import Programme, ProgrammeVersion
from wallet import ledger
from wallet.models import Account, PurseTerms, Transfer

ALWAYS = date(2000, 1, 1)  # from before any cycle on
COMPONENT = "bantuan"  # the one component of a programme that pays everyone the same


@transaction.atomic
def create(
    *,
    code: str,
    name: str,
    amount: int,
    eligibility: str,
    terms: PurseTerms,
    purse_days: int | None = None,
    starts_on: date = ALWAYS,
    **fields: Any,
) -> Programme:
    """A new programme with an empty fund of its own that pays everyone the same amount a cycle, in force. Raises InvalidRule.

    For commands, where no officer stands for it; what an officer sets up is only a draft (`propose`).
    """
    made = found(code=code, name=name, **fields)
    version = _first(made, starts_on, amount, eligibility=eligibility, terms=terms, purse_days=purse_days)
    versions.enforce(version)
    return made


@transaction.atomic
def propose(
    *,
    code: str,
    name: str,
    amount: int,
    eligibility: str,
    terms: PurseTerms,
    by: User,
    purse_days: int | None = None,
    **fields: Any,
) -> Programme:
    """What `create` makes, with the first version as the officer's draft: another puts it into force. Raises InvalidRule."""
    made = found(code=code, name=name, **fields)
    draft = _first(made, ALWAYS, amount, eligibility=eligibility, terms=terms, purse_days=purse_days, by=by)
    versions.check(draft)
    return made


def _first(made: Programme, starts_on: date, amount: int, **fields: Any) -> ProgrammeVersion:
    component = {"code": COMPONENT, "name": "Bantuan", "amount": amount}
    return versions.draft(made, starts_on, [component], **fields)


@transaction.atomic
def found(*, code: str, name: str, **fields: Any) -> Programme:
    """A new programme with an empty fund of its own and no version yet."""
    return Programme.objects.create(fund=ledger.open_account(Account.Kind.FUND, name), code=code, name=name, **fields)


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
