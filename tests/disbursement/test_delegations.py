"""For an absence one officer signs for another: for a time, once, and never as the maker."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from disbursement import approvals, delegations
from disbursement.errors import (
    AlreadyTookPart,
    ApproverIsMaker,
    DelegationEnded,
    DelegationRefused,
    NotYourTurn,
)
from disbursement.models import Approval, Delegation, Programme
from tests import money
from tests.disbursement.approving import delegate, of_role, staff, tiers, untouched

DAY = timedelta(days=1)


def test_a_delegate_signs_for_the_role_of_who_is_away(programme: Programme) -> None:
    tiers((0, "Kepala"))
    head, deputy = of_role("Kepala"), staff(money.officer())
    held = delegate(head, deputy)
    batch = money.approve(money.submitted(programme), deputy)
    approval = Approval.objects.get()
    assert (batch.status, approval.approver, approval.holder, approval.delegation) == ("approved", deputy, head, held)
    assert approval.proof is not None and approval.proof.user == deputy


def test_a_delegate_takes_part_once_and_so_does_who_is_signed_for(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    away, deputy = of_role("Penyetuju"), staff(of_role("Penyetuju"))
    delegate(away, deputy)
    batch = money.submitted(programme)
    money.approve(batch, deputy)  # in their own right, which comes first
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, deputy)
    assert Approval.objects.get().holder == deputy
    assert money.approve(batch, away).status == "approved"


def test_who_was_signed_for_does_not_sign_as_well(programme: Programme) -> None:
    tiers((0, "Kepala", "Kepala"))
    head, deputy = of_role("Kepala"), staff(money.officer())
    delegate(head, deputy)
    batch = money.submitted(programme)
    money.approve(batch, deputy)
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, head)
    third = staff(money.officer())
    delegate(head, third)
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, third)


@pytest.mark.parametrize("maker_is", ["delegate", "principal"])
def test_a_delegation_makes_no_maker_an_approver(programme: Programme, maker_is: str) -> None:
    tiers((0, "Kepala"))
    head, deputy = staff(of_role("Kepala")), staff(money.officer())
    delegate(head, deputy)
    batch = money.submitted(programme, by=deputy if maker_is == "delegate" else head)
    with pytest.raises(ApproverIsMaker):
        money.approve(batch, deputy)
    untouched(batch, programme)


@pytest.mark.parametrize("when", ["later", "over", "revoked", "switched off"])
def test_a_delegation_that_is_not_in_force_gives_nothing(programme: Programme, when: str) -> None:
    tiers((0, "Kepala"))
    head, deputy, now = of_role("Kepala"), staff(money.officer()), timezone.now()
    times = {
        "later": {"starts_at": now + DAY, "ends_at": now + 2 * DAY},
        "over": {"starts_at": now - 2 * DAY, "ends_at": now + timedelta(seconds=1)},
    }
    held = delegate(head, deputy, **times.get(when, {}))
    if when == "over":
        time.sleep(max(0.0, (held.ends_at - timezone.now()).total_seconds()) + 0.05)
        with pytest.raises(DelegationEnded):
            delegations.revoke(held, by=head, reason="x")
    if when == "revoked":
        delegations.revoke(held, by=head, reason="sudah kembali")
    if when == "switched off":
        User.objects.filter(pk=head.pk).update(is_active=False)
    batch = money.submitted(programme)
    with pytest.raises(NotYourTurn):
        money.approve(batch, deputy)
    with pytest.raises(NotYourTurn):
        approvals.refuse(batch, by=deputy, reason="x")
    untouched(batch, programme)


def test_a_delegate_may_refuse_for_who_is_away(programme: Programme) -> None:
    tiers((0, "Kepala"))
    deputy = staff(money.officer())
    delegate(of_role("Kepala"), deputy)
    assert approvals.refuse(money.submitted(programme), by=deputy, reason="x").status == "prepared"


def test_only_the_officer_or_a_supervisor_delegates_and_never_to_themselves(db: None) -> None:
    head, deputy, stranger = money.approver(), staff(money.officer()), staff(money.officer())
    with pytest.raises(DelegationRefused):
        delegate(head, deputy, by=stranger)
    stranger.user_permissions.add(Permission.objects.get(codename="delegate_for_others"))
    stranger = User.objects.get(pk=stranger.pk)
    assert delegate(head, deputy, by=stranger).made_by == stranger
    for principal, to, by in ((head, stranger, stranger), (head, head, head), (deputy, head, deputy)):
        with pytest.raises(DelegationRefused):
            delegate(principal, staff(to), by=by)
    with pytest.raises(DelegationRefused):
        delegate(head, money.officer())  # no account of the office
    for starts, ends in ((0, 93), (0, 0), (-3, -1)):
        with pytest.raises(DelegationRefused):
            delegate(head, deputy, starts_at=timezone.now() + starts * DAY, ends_at=timezone.now() + ends * DAY)
    held = Delegation.objects.get()
    with pytest.raises(DelegationRefused):
        delegations.revoke(held, by=money.officer(), reason="x")
