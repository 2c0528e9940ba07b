"""What the database itself refuses of approvals, tiers and submissions, whoever writes them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from disbursement import approvals, batches, delegations, eligibility
from disbursement.models import (
    Approval,
    ApprovalScheme,
    ApprovalTier,
    Batch,
    Delegation,
    Programme,
    SchemeAgreement,
    Submission,
)
from officers.models import Proof
from tests import money
from tests.disbursement.approving import delegate, of_role, proposed, role, staff, tiers
from tests.owner import as_owner

DAY = timedelta(days=1)


def _proof(user: User, batch: Batch) -> Proof:
    device = money.phone(user)
    return Proof.objects.create(
        authenticator=device, user=user, purpose=f"approve:{batch.submission_id}", step=money.number()
    )


def _insert(batch: Batch, approver: User, **changes: Any) -> Approval:
    fields = {
        "submission_id": batch.submission_id,
        "batch": batch,
        "position": 1,
        "approver": approver,
        "holder": approver,
        "maker_id": batch.maker_id,
        "digest": batch.digest,
        "proof": _proof(approver, batch),
    } | changes
    with transaction.atomic(), connection.cursor() as cursor:
        made = Approval.objects.create(**fields)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return made


def test_the_database_takes_an_approval_that_is_due(programme: Programme) -> None:
    assert _insert(money.submitted(programme), money.approver()).pk


def test_the_database_refuses_the_makers_approval(programme: Programme) -> None:
    batch = money.submitted(programme)
    assert batch.maker is not None
    with pytest.raises(IntegrityError, match="approver_is_not_maker"):
        _insert(batch, batch.maker)
    deputy = staff(money.officer())
    held = Delegation.objects.create(
        principal=batch.maker,
        delegate=deputy,
        starts_at=timezone.now() - DAY,
        ends_at=timezone.now() + DAY,
        reason="x",
        made_by=batch.maker,
    )
    with pytest.raises(IntegrityError, match="holder_is_not_maker"):
        _insert(batch, deputy, holder=batch.maker, delegation=held)


def test_the_database_refuses_an_approval_that_lies(programme: Programme) -> None:
    batch = money.submitted(programme)
    for lie in ({"maker_id": money.officer().pk}, {"digest": "0" * 64}):
        with pytest.raises(IntegrityError, match="approval_of_the_submission"):
            _insert(batch, batch.maker if "maker_id" in lie else money.officer(), **lie)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"position": 2}, "is not the next"),
        ({"proof": None}, "needs a fresh proof"),
        ({"holder": "other"}, "approval_for_another_by_delegation"),
    ],
)
def test_the_database_refuses_what_is_out_of_order(programme: Programme, changes: dict[str, Any], said: str) -> None:
    batch = money.submitted(programme)
    changes = {name: money.officer() if value == "other" else value for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=said):
        _insert(batch, money.officer(), **changes)


def test_the_database_refuses_a_proof_of_another_or_for_another_deed(programme: Programme) -> None:
    batch, other = money.submitted(programme), money.officer()
    approver = money.officer()
    elsewhere = Proof.objects.create(authenticator=money.phone(approver), user=approver, purpose="approve:0", step=1)
    old = Proof.objects.create(
        authenticator=money.phone(approver),
        user=approver,
        purpose=f"approve:{batch.submission_id}",
        step=1,
        proven_at=timezone.now() - timedelta(minutes=11),
    )
    for proof in (_proof(other, batch), elsewhere, old):
        with pytest.raises(IntegrityError, match="needs a fresh proof"):
            _insert(batch, approver, proof=proof)


def test_the_database_refuses_another_role_and_a_second_part(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    batch, one = money.submitted(programme), of_role("Penyetuju")
    with pytest.raises(IntegrityError, match="another role"):
        _insert(batch, of_role("Kepala"))
    _insert(batch, one)
    with pytest.raises(IntegrityError, match="approval_once"):
        _insert(batch, one, position=2)
    deputy, one = staff(money.officer()), staff(one)
    held = delegate(of_role("Penyetuju"), one)
    with pytest.raises(IntegrityError):
        _insert(batch, one, position=2, holder=held.principal, delegation=held)
    mine = delegate(one, deputy)
    with pytest.raises(IntegrityError):
        _insert(batch, deputy, position=2, holder=one, delegation=mine)


def test_the_database_refuses_a_delegation_that_ended(programme: Programme) -> None:
    head, deputy = money.approver(), staff(money.officer())
    held = delegate(head, deputy)
    delegations.revoke(held, by=head, reason="kembali")
    batch = money.submitted(programme)
    with pytest.raises(IntegrityError, match="not in force"):
        _insert(batch, deputy, holder=head, delegation=held)


def test_a_batch_is_not_approved_without_its_approvals(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    batch = money.submitted(programme)
    money.approve(batch, of_role("Penyetuju"))
    clearing = money.ledger.open_account(money.Account.Kind.CLEARING)
    for status in ("approved", "closed"):
        with pytest.raises(IntegrityError, match="1 of 2 approvals"), transaction.atomic():
            Batch.objects.filter(pk=batch.pk).update(status=status, clearing=clearing)
    with pytest.raises(IntegrityError, match="approvals"), transaction.atomic():
        Batch.objects.create(cycle=batch.cycle, status="approved", clearing=clearing)


def test_what_was_sent_back_is_not_submitted_again_with_its_approvals(programme: Programme) -> None:
    batch = money.submitted(programme)
    old = {"submission": batch.submission, "maker": batch.maker, "digest": batch.digest}
    with pytest.raises(IntegrityError, match="nobody sent it back"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(status="prepared", submission=None, maker=None, digest="")
    approvals.refuse(batch, by=money.approver(), reason="x")
    with pytest.raises(IntegrityError, match="sent back"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(status="submitted", **old)


def test_the_maker_of_an_approved_batch_cannot_be_exchanged(programme: Programme) -> None:
    batch = money.approved(programme)
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(maker=money.officer())


def test_a_submission_cannot_choose_its_tier(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    batch = money.prepared(programme)
    made = Submission.objects.create(
        batch=batch, number=1, maker=money.officer(), count=5, total=500, digest="0" * 64, needed=1, tier=None
    )
    made.refresh_from_db()
    assert (made.needed, made.tier_id) == (2, ApprovalTier.objects.get().pk)
    with pytest.raises(IntegrityError, match="batch_is_what_was_submitted"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(
            status="submitted", submission=made, maker=made.maker, digest=made.digest, total=1
        )


def test_a_tier_is_not_slipped_into_a_scheme_in_force(committed_db: None) -> None:
    scheme = tiers((0, "Penyetuju", "Kepala"))
    with pytest.raises(IntegrityError, match="is complete"):
        ApprovalTier.objects.create(scheme=scheme, from_total=1, first=role("Penyetuju"))
    with pytest.raises(IntegrityError, match="has no tier from 0 on"):
        type(scheme).objects.create(starts_on=timezone.localdate(), decree="x", made_by=money.officer())
    with pytest.raises(IntegrityError, match="never begins in the past"):
        type(scheme).objects.create(starts_on=timezone.localdate() - DAY, decree="x", made_by=money.officer())


@pytest.mark.parametrize(
    "table", ["approval", "approvalscheme", "approvaltier", "schemeagreement", "submission", "sentback"]
)
def test_decisions_are_written_once(programme: Programme, table: str) -> None:
    for statement in (f"UPDATE disbursement_{table} SET id = id", f"DELETE FROM disbursement_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_refuses_a_scheme_in_force_by_one_officer_or_at_once(committed_db: None) -> None:
    today = timezone.localdate()
    tiers((0, "Penyetuju", "Kepala", "Bupati"))
    lower = proposed((0, "Penyetuju"), starts_on=today + DAY)
    for by in (lower.made_by, None):
        with pytest.raises(IntegrityError, match="another officer agrees"):
            SchemeAgreement.objects.create(scheme=lower, by=by)
    with transaction.atomic():
        at_once = ApprovalScheme.objects.create(starts_on=today, decree="x", made_by=money.officer())
        ApprovalTier.objects.create(scheme=at_once, from_total=0, first=role("Penyetuju"))
    with pytest.raises(IntegrityError, match="would change today"):
        SchemeAgreement.objects.create(scheme=at_once, by=money.officer())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM disbursement_approvaltier WHERE id = disbursement_tier_of(5) AND third_id IS NULL"
        )
        assert cursor.fetchone() == (0,)


def test_a_tier_is_not_slipped_in_by_a_transaction_that_began_before_its_scheme(committed_db: None) -> None:
    older = connection.copy()
    try:
        with older.cursor() as cursor:
            cursor.execute("BEGIN; SELECT transaction_timestamp()")
            scheme = tiers((0, "Penyetuju", "Kepala", "Bupati"))  # committed by another session
            with pytest.raises(DatabaseError, match="is complete"):
                cursor.execute(
                    "INSERT INTO disbursement_approvaltier (scheme_id, from_total, first_id) VALUES (%s, 1, %s)",
                    [scheme.pk, role("Petugas").pk],
                )
            cursor.execute("ROLLBACK")
    finally:
        older.close()


def test_the_database_refuses_who_may_not_approve_and_whoever_made_the_batch(programme: Programme) -> None:
    first, preparer = money.approver(), money.approver()
    eligibility.enrol_eligible(programme)
    batch = batches.prepare(batches.cycle_of(programme, date(2026, 11, 1)), by=preparer)
    batch = approvals.refuse(approvals.submit(batch, by=first), by=money.approver(), reason="x")
    batch = approvals.submit(batch, by=money.officer())
    with pytest.raises(IntegrityError, match="may not approve"):
        _insert(batch, money.officer())
    for maker in (first, preparer):
        with pytest.raises(IntegrityError, match="who made batch"):
            _insert(batch, maker)
    assert _insert(batch, money.approver()).pk


def test_the_database_refuses_a_delegation_by_a_stranger_or_of_ten_years(db: None) -> None:
    head, deputy, now = money.approver(), money.officer(), timezone.now()
    told = {"principal": head, "delegate": deputy, "starts_at": now, "reason": "x"}
    with pytest.raises(IntegrityError, match="may not delegate"), transaction.atomic():
        Delegation.objects.create(made_by=money.officer(), ends_at=now + DAY, **told)
    with pytest.raises(IntegrityError, match="92 days"), transaction.atomic():
        Delegation.objects.create(made_by=head, ends_at=now + 93 * DAY, **told)
    assert Delegation.objects.create(made_by=head, ends_at=now + 92 * DAY, **told).pk


def test_not_even_the_owner_prolongs_hands_on_or_removes_a_delegation(committed_db: None) -> None:
    held = delegate(money.approver(), staff(money.officer()))
    for change in (
        "UPDATE disbursement_delegation SET ends_at = ends_at + interval '10 years'",
        f"UPDATE disbursement_delegation SET delegate_id = {money.officer().pk}",
        "UPDATE disbursement_delegation SET made_at = now()",
        "DELETE FROM disbursement_delegation",
    ):
        with pytest.raises(DatabaseError), as_owner() as cursor:
            cursor.execute(change)
    delegations.revoke(held, by=held.principal, reason="kembali")
