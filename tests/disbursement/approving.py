"""Roles, tiers and delegations for tests of approving."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from disbursement import approval_tiers, delegations
from disbursement.models import ApprovalScheme, Batch, Delegation, Programme
from tests import money


def role(name: str) -> Group:
    return Group.objects.get_or_create(name=name)[0]


def of_role(*names: str) -> User:
    """A new officer whom the office lets approve, of these roles."""
    made = money.approver()
    made.groups.set([role(name) for name in names])
    return made


def tiers(*rows: tuple[Any, ...], starts_on: date | None = None) -> ApprovalScheme:
    """A first scheme in force from today: each row is its lowest total and the names of its roles."""
    made = proposed(*rows, starts_on=starts_on)
    approval_tiers.agree(made, by=money.officer(), reason="sesuai SK")
    return made


def proposed(*rows: tuple[Any, ...], starts_on: date | None = None) -> ApprovalScheme:
    """The same, to which nobody has agreed yet."""
    chosen = [approval_tiers.Tier(row[0], tuple(role(name) for name in row[1:])) for row in rows]
    return approval_tiers.propose(
        chosen, starts_on=starts_on or timezone.localdate(), decree="SK 12/2026", by=money.officer()
    )


def untouched(batch: Batch, programme: Programme) -> None:
    """The batch still waits, nobody has approved it, and its money is where it was."""
    batch.refresh_from_db()
    assert (batch.status, batch.clearing_id, batch.approvals.count()) == ("submitted", None, 0)
    assert money.balance(programme.fund) == 500


def delegate(principal: User, to: User, by: User | None = None, **times: Any) -> Delegation:
    """From now on for a day, unless other times are given."""
    now = timezone.now()
    return delegations.delegate(
        principal,
        to,
        starts_at=times.get("starts_at", now),
        ends_at=times.get("ends_at", now + timedelta(days=1)),
        reason="cuti tahunan",
        by=by or principal,
    )


def staff(user: User) -> User:
    """The same officer, with access to the office."""
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)
