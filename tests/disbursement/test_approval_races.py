"""Approvals at once, in processes of their own: each counts once, in order, and the money is reserved once."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from disbursement import approvals, delegations
from disbursement.models import Approval, Batch, Delegation, SentBack
from tests import money
from tests.disbursement.approving import of_role, tiers
from tests.processes import together
from wallet.models import Transfer


def _do_approve(batch: int, approver: int, code: str) -> str:
    chosen = Batch.objects.get(pk=batch)
    digest = chosen.submissions.latest("pk").digest  # as the page showed it
    return str(
        approvals.approve(chosen, by=User.objects.get(pk=approver), digest=digest, reason="ya", code=code).status
    )


def _do_refuse(batch: int, by: int) -> str:
    return str(approvals.refuse(Batch.objects.get(pk=batch), by=User.objects.get(pk=by), reason="tidak").status)


def _do_revoke(delegation: int, by: int) -> str:
    delegations.revoke(Delegation.objects.get(pk=delegation), by=User.objects.get(pk=by), reason="kembali")
    return "revoked"


def _submitted(budget: int = 5_000) -> Batch:
    money.people(5)
    return money.submitted(money.programme(amount=100, budget=budget))


def _reserved(batch: Batch) -> int:
    return Transfer.objects.filter(kind=Transfer.Kind.RESERVATION, key=f"reserve:{batch.pk}").count()


def _signing(batch: Batch, *users: User) -> list[tuple[object, tuple[object, ...]]]:
    return [(_do_approve, (batch.pk, user.pk, money.code(money.phone(user)))) for user in users]


def test_approvals_at_once_reserve_once(processes: None) -> None:
    batch = _submitted()
    outcomes = together(_signing(batch, *(money.approver() for _ in range(4))))
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "wrong_status": 3}
    assert (Approval.objects.count(), money.balance(batch.cycle.programme.fund)) == (1, 4_500)
    money.assert_books_hold()


def test_three_needed_approvals_at_once_all_count_and_reserve_once(processes: None) -> None:
    tiers((0, "Penyetuju", "Penyetuju", "Penyetuju"))
    batch = _submitted()
    outcomes = together(_signing(batch, *(of_role("Penyetuju") for _ in range(3))))
    assert sorted(str(outcome.value) for outcome in outcomes) == ["approved", "submitted", "submitted"]
    assert sorted(Approval.objects.values_list("position", flat=True)) == [1, 2, 3]
    assert (_reserved(batch), money.balance(batch.cycle.programme.fund)) == (1, 4_500)
    money.assert_books_hold()


def test_one_person_at_once_in_two_places_counts_once(processes: None) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    batch, one = _submitted(), of_role("Penyetuju")
    device = money.phone(one)
    jobs = [(_do_approve, (batch.pk, one.pk, money.code(device, later))) for later in (0, 1)]
    outcomes = together(jobs)
    errors = Counter(outcome.error for outcome in outcomes)
    assert errors[""] == 1, errors
    assert (Approval.objects.count(), _reserved(batch)) == (1, 0)


def test_the_maker_who_lies_at_once_everywhere_approves_nothing(processes: None) -> None:
    batch = _submitted()
    assert batch.maker is not None
    User.objects.filter(pk=batch.maker.pk).update(is_superuser=True)
    device = money.phone(batch.maker)
    jobs = [(_do_approve, (batch.pk, batch.maker.pk, money.code(device, later))) for later in (-1, 0, 1)]
    assert {outcome.error for outcome in together(jobs)} == {"approver_is_maker"}
    assert (Approval.objects.count(), _reserved(batch)) == (0, 0)


def test_an_approval_beside_a_refusal_is_one_of_the_two(processes: None) -> None:
    for _ in range(4):
        batch = _submitted()
        [approval] = _signing(batch, money.approver())
        approved, refused = together([approval, (_do_refuse, (batch.pk, money.approver().pk))])
        batch.refresh_from_db()
        assert (approved.error == "") != (refused.error == ""), (approved, refused)
        assert batch.status == ("approved" if approved.error == "" else "prepared")
        assert _reserved(batch) == (batch.status == "approved")
        assert SentBack.objects.filter(submission__batch=batch).count() == (batch.status == "prepared")
    money.assert_books_hold()


def test_a_delegation_revoked_beside_its_approval_never_counts_afterwards(processes: None) -> None:
    tiers((0, "Kepala"))
    for _ in range(3):
        head, deputy = of_role("Kepala"), money.officer()
        User.objects.filter(pk=deputy.pk).update(is_staff=True)
        deputy.refresh_from_db()
        now = timezone.now()
        held = delegations.delegate(
            head, deputy, starts_at=now, ends_at=now + timedelta(days=1), reason="cuti", by=head
        )
        batch = _submitted()
        [approval] = _signing(batch, deputy)
        approved, revoked = together([approval, (_do_revoke, (held.pk, head.pk))])
        held.refresh_from_db()
        assert revoked.value == "revoked" and held.revoked_at is not None
        batch.refresh_from_db()
        given = Approval.objects.filter(batch=batch).first()
        # The database looked at the delegation with the approval: refused by the rule, or by the database just before.
        assert approved.error in ("", "not_your_turn", "IntegrityError"), approved
        assert (given is not None) == (approved.error == "") == (batch.status == "approved")


def test_a_delegation_that_expires_while_approvals_come_counts_until_then(processes: None) -> None:
    tiers((0, "Kepala"))
    head, deputy = of_role("Kepala"), money.officer()
    User.objects.filter(pk=deputy.pk).update(is_staff=True)
    deputy.refresh_from_db()
    before, batch = _submitted(), _submitted()
    now = timezone.now()
    held = delegations.delegate(head, deputy, starts_at=now, ends_at=now + timedelta(seconds=3), reason="cuti", by=head)
    assert money.approve(before, deputy).status == "approved"
    time.sleep(max(0.0, (held.ends_at - timezone.now()).total_seconds()) + 0.05)
    outcomes = together(_signing(batch, deputy) * 3)
    assert {outcome.error for outcome in outcomes} == {"not_your_turn"}
    assert Approval.objects.get().batch == before


def test_a_fund_that_two_batches_need_pays_one_and_leaves_the_others_approvals(processes: None) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    money.people(5)
    programme = money.programme(amount=100, budget=500)
    first = money.submitted(programme)
    second = approvals.submit(money.prepared(programme, date(2026, 12, 1)), by=money.officer())
    for batch in (first, second):
        money.approve(batch, of_role("Penyetuju"))
    outcomes = together([*_signing(first, of_role("Kepala")), *_signing(second, of_role("Kepala"))])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "insufficient_funds": 1}
    assert sorted(Batch.objects.values_list("status", flat=True)) == ["approved", "submitted"]
    assert (Approval.objects.count(), money.balance(programme.fund)) == (3, 0)
    [waiting] = Batch.objects.filter(status="submitted")
    money.programmes.fund(programme, 500, "DIPA-2")
    assert money.approve(waiting, of_role("Kepala")).status == "approved"
    money.assert_books_hold()
