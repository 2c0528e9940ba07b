"""A batch is approved by others than its maker, as many and in the order that its tier asks, as it was submitted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from disbursement import approval_tiers, approvals, batches, delegations
from disbursement.approval_tiers import Tier
from disbursement.errors import (
    AlreadyTookPart,
    ApproverIsMaker,
    ContentChanged,
    DelegationEnded,
    DelegationRefused,
    InvalidScheme,
    MakerCannotRefuse,
    NotYourTurn,
    OnlyMakerWithdraws,
    ProgrammeInactive,
    ReasonMissing,
)
from disbursement.models import Approval, ApprovalTier, Batch, Delegation, Programme, SentBack, Submission
from officers.errors import NoAuthenticator, WrongCode
from officers.models import Proof
from tests import money
from tests.disbursement.approving import of_role, role, tiers, untouched
from tests.disbursement.changes import TERM_CHANGES
from wallet.errors import InsufficientFunds

DAY = timedelta(days=1)


# --- one approval, where nobody set tiers ---


def test_approval_reserves_the_whole_total(programme: Programme) -> None:
    batch, approver = money.submitted(programme), money.approver()
    money.approve(batch, approver, reason=" sesuai SK ")
    batch.refresh_from_db()
    approval = Approval.objects.get()
    assert (batch.status, money.balance(programme.fund), money.balance(batch.clearing_id)) == ("approved", 0, 500)
    assert (approval.approver, approval.holder, approval.maker) == (approver, approver, batch.maker)
    assert (approval.digest, approval.reason, approval.position) == (batch.digest, "sesuai SK", 1)
    money.assert_books_hold()


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_may_not_approve_not_even_a_superuser(programme: Programme, superuser: bool) -> None:
    maker = money.approver()
    User.objects.filter(pk=maker.pk).update(is_superuser=superuser)
    batch = money.submitted(programme, by=maker)
    with pytest.raises(ApproverIsMaker):
        money.approve(batch, User.objects.get(pk=maker.pk))
    untouched(batch, programme)


def test_who_may_not_approve_is_refused_whoever_asks(programme: Programme) -> None:
    batch = money.submitted(programme)
    with pytest.raises(NotYourTurn):
        money.approve(batch, money.officer())
    untouched(batch, programme)


@pytest.mark.parametrize("digest", ["", "0" * 64, "upper"])
def test_a_digest_that_is_not_the_one_submitted_is_refused(programme: Programme, digest: str) -> None:
    batch = money.submitted(programme)
    with pytest.raises(ContentChanged):
        money.approve(batch, digest=batch.digest.upper() + " " if digest == "upper" else digest)
    untouched(batch, programme)


@pytest.mark.parametrize("change", TERM_CHANGES)
def test_terms_that_changed_after_submission_are_not_approved(
    programme: Programme, change: Callable[[Batch], None]
) -> None:
    batch = money.submitted(programme)
    change(batch)
    with pytest.raises(ContentChanged):
        money.approve(batch)
    assert Approval.objects.count() == 0


def test_an_inactive_programme_is_not_approved(programme: Programme) -> None:
    batch = money.submitted(programme)
    Programme.objects.update(active=False)
    with pytest.raises(ProgrammeInactive):
        money.approve(batch)
    untouched(batch, programme)


def test_too_little_budget_is_refused_and_changes_nothing(db: None) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=499)
    batch = money.submitted(programme)
    with pytest.raises(InsufficientFunds):
        money.approve(batch)
    assert not Proof.objects.exists()  # the officer's code is not spent for nothing
    batch.refresh_from_db()
    assert (batch.status, batch.clearing, Approval.objects.count()) == ("submitted", None, 0)
    assert money.balance(programme.fund) == 499
    money.programmes.fund(programme, 1, "DIPA-2")
    assert money.approve(batch).status == "approved"


@pytest.mark.parametrize("reason", ["", "  "])
def test_every_decision_has_a_reason(programme: Programme, reason: str) -> None:
    batch = money.submitted(programme)
    assert batch.maker is not None
    for decide in (
        lambda: money.approve(batch, reason=reason),
        lambda: approvals.refuse(batch, by=money.approver(), reason=reason),
        lambda: approvals.withdraw(batch, by=batch.maker, reason=reason),  # type: ignore[arg-type]
    ):
        with pytest.raises(ReasonMissing):
            decide()
    untouched(batch, programme)


# --- the second factor ---


def test_without_an_authenticator_nothing_is_approved(programme: Programme) -> None:
    batch = money.submitted(programme)
    with pytest.raises(NoAuthenticator) as refused:
        approvals.approve(batch, by=money.approver(), digest=batch.digest, reason="ya", code="123456")
    assert "Autentikator saya" in str(refused.value)
    untouched(batch, programme)


def test_a_wrong_code_approves_nothing_and_a_right_one_is_kept_with_the_approval(programme: Programme) -> None:
    batch, approver = money.submitted(programme), money.approver()
    device = money.phone(approver)
    with pytest.raises(WrongCode):
        approvals.approve(batch, by=approver, digest=batch.digest, reason="ya", code=money.code(device, later=9))
    untouched(batch, programme)
    money.approve(batch, approver)
    proof = Approval.objects.get().proof
    assert proof is not None and proof.authenticator.user == approver
    assert proof.purpose == f"approve:{Submission.objects.get().pk}"


def test_a_code_approves_one_batch(programme: Programme) -> None:
    money.programmes.fund(programme, 500, "DIPA-2")
    approver = money.approver()
    code = money.code(money.phone(approver))
    first = money.submitted(programme)
    second = approvals.submit(money.prepared(programme, date(2026, 12, 1)), by=money.officer())
    approvals.approve(first, by=approver, digest=first.digest, reason="ya", code=code)
    with pytest.raises(WrongCode):
        approvals.approve(second, by=approver, digest=second.digest, reason="ya", code=code)
    assert Approval.objects.count() == 1


# --- tiers ---


def test_a_batch_waits_until_as_many_approved_as_its_tier_asks(programme: Programme) -> None:
    tiers((0, "Penyetuju"), (500, "Penyetuju", "Kepala", "Penyetuju"))
    batch = money.submitted(programme)
    for number, name in enumerate(["Penyetuju", "Kepala"], 1):
        money.approve(batch, of_role(name))
        batch.refresh_from_db()
        assert (batch.status, Approval.objects.count()) == ("submitted", number)
        assert money.balance(programme.fund) == 500
    batch = money.approve(batch, of_role("Penyetuju"))
    assert (batch.status, money.balance(programme.fund)) == ("approved", 0)
    assert list(Approval.objects.order_by("pk").values_list("position", flat=True)) == [1, 2, 3]
    money.assert_paid_once(money.pay_out(batch), 5)


def test_the_roles_approve_in_their_order(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    batch = money.submitted(programme)
    with pytest.raises(NotYourTurn) as refused:
        money.approve(batch, of_role("Kepala"))
    assert "Penyetuju" in str(refused.value)
    money.approve(batch, of_role("Penyetuju"))
    with pytest.raises(NotYourTurn):
        money.approve(batch, of_role("Penyetuju"))
    assert money.approve(batch, of_role("Kepala")).status == "approved"


def test_one_person_of_both_roles_approves_once(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    batch, both = money.submitted(programme), of_role("Penyetuju", "Kepala")
    money.approve(batch, both)
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, both)


def test_a_superuser_is_of_no_role(programme: Programme) -> None:
    tiers((0, "Penyetuju"))
    batch = money.submitted(programme)
    with pytest.raises(NotYourTurn):
        money.approve(batch, User.objects.create_superuser("root"))
    untouched(batch, programme)


@pytest.mark.parametrize(("total", "needed"), [(0, 1), (499, 1), (500, 2), (501, 2), (10_000, 3)])
def test_the_tier_is_that_of_the_total(db: None, total: int, needed: int) -> None:
    tiers((0, "A"), (500, "A", "B"), (10_000, "A", "B", "C"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT disbursement_tier_of(%s)", [total])
        [(tier,)] = cursor.fetchall()
    assert len(approval_tiers.roles_of(ApprovalTier.objects.get(pk=tier))) == needed


def test_a_submitted_batch_keeps_its_tier_and_a_later_one_gets_the_new(programme: Programme) -> None:
    money.programmes.fund(programme, 500, "DIPA-2")
    before = money.submitted(programme)
    tiers((0, "Penyetuju", "Kepala"))
    after = approvals.submit(money.prepared(programme, date(2026, 12, 1)), by=money.officer())
    assert (before.submission.needed, after.submission.needed) == (1, 2)  # type: ignore[union-attr]
    assert money.approve(before).status == "approved"
    assert money.approve(after, of_role("Penyetuju")).status == "submitted"


def test_a_scheme_of_tomorrow_is_not_in_force_today(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"), starts_on=timezone.localdate() + DAY)
    assert approval_tiers.in_force() is None
    assert approval_tiers.in_force(timezone.localdate() + DAY) is not None
    assert money.submitted(programme).submission.needed == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("rows", "days", "decree"),
    [
        ([], 0, "SK 1"),
        ([(1, "A")], 0, "SK 1"),
        ([(0, "A"), (0, "B")], 0, "SK 1"),
        ([(0,)], 0, "SK 1"),
        ([(0, "A", "B", "C", "D")], 0, "SK 1"),
        ([(0, "A")], -1, "SK 1"),
        ([(0, "A")], 0, " "),
    ],
)
def test_tiers_that_leave_a_batch_without_approvers_are_refused(
    db: None, rows: list[tuple[Any, ...]], days: int, decree: str
) -> None:
    chosen = [Tier(row[0], tuple(role(name) for name in row[1:])) for row in rows]
    with pytest.raises(InvalidScheme):
        approval_tiers.set_scheme(
            chosen, starts_on=timezone.localdate() + timedelta(days=days), decree=decree, by=money.officer()
        )


# --- sent back ---


def test_a_refused_batch_is_submitted_anew_and_what_was_approved_counts_no_more(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    batch = money.submitted(programme)
    first = of_role("Penyetuju")
    money.approve(batch, first)
    refuser = of_role("Penyetuju")
    batch = approvals.refuse(batch, by=refuser, reason="jumlah tidak cocok")
    assert (batch.status, batch.maker, batch.digest, batch.submission) == ("prepared", None, "", None)
    back = SentBack.objects.get()
    assert (back.kind, back.by, back.reason) == ("refused", refuser, "jumlah tidak cocok")
    batch = approvals.submit(batch, by=money.officer())
    assert batch.submission is not None and batch.submission.number == 2
    money.approve(batch, first)
    batch.refresh_from_db()
    assert batch.status == "submitted"
    assert money.approve(batch, refuser).status == "approved"
    assert Approval.objects.count() == 3  # the one that counts no more stays on record


def test_who_was_refused_can_change_hands_before_it_is_submitted_anew(programme: Programme) -> None:
    maker, approver = money.approver(), money.approver()
    batch = approvals.refuse(money.submitted(programme, by=maker), by=approver, reason="salah")
    batch = approvals.submit(batch, by=approver)
    with pytest.raises(ApproverIsMaker):
        money.approve(batch, approver)
    assert money.approve(batch, maker).status == "approved"


def test_only_who_might_approve_refuses_and_only_the_maker_withdraws(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    maker = of_role("Penyetuju")
    batch = money.submitted(programme, by=maker)
    with pytest.raises(NotYourTurn):
        approvals.refuse(batch, by=money.approver(), reason="x")
    with pytest.raises(MakerCannotRefuse):
        approvals.refuse(batch, by=maker, reason="x")
    with pytest.raises(OnlyMakerWithdraws):
        approvals.withdraw(batch, by=of_role("Kepala"), reason="x")
    untouched(batch, programme)
    assert approvals.withdraw(batch, by=maker, reason="salah siklus").status == "prepared"
    assert SentBack.objects.get().kind == "withdrawn"


def test_a_later_role_refuses_before_its_turn_and_who_approved_may_think_again(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    batch = approvals.refuse(money.submitted(programme), by=of_role("Kepala"), reason="x")
    batch, first = approvals.submit(batch, by=money.officer()), of_role("Penyetuju")
    money.approve(batch, first)
    assert approvals.refuse(batch, by=first, reason="salah lihat").status == "prepared"


def test_a_batch_that_was_sent_back_can_be_cancelled(programme: Programme) -> None:
    batch = approvals.refuse(money.submitted(programme), by=money.approver(), reason="x")
    assert batches.cancel(batch).status == "cancelled"
    assert batches.prepare(batch.cycle).count == 5


def test_too_little_budget_at_the_last_approval_leaves_the_others_valid(db: None) -> None:
    money.people(5)
    tiers((0, "Penyetuju", "Kepala"))
    programme = money.programme(amount=100, budget=499)
    batch, head = money.submitted(programme), of_role("Kepala")
    money.approve(batch, of_role("Penyetuju"))
    with pytest.raises(InsufficientFunds):
        money.approve(batch, head)
    batch.refresh_from_db()
    assert (batch.status, Approval.objects.count()) == ("submitted", 1)
    money.programmes.fund(programme, 1, "DIPA-2")
    assert money.approve(batch, head).status == "approved"
    money.assert_paid_once(money.pay_out(batch), 5)


# --- delegation ---


def _delegate(principal: User, to: User, by: User | None = None, **times: Any) -> Delegation:
    now = timezone.now()
    return delegations.delegate(
        principal,
        to,
        starts_at=times.get("starts_at", now),
        ends_at=times.get("ends_at", now + DAY),
        reason="cuti tahunan",
        by=by or principal,
    )


def _staff(user: User) -> User:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return User.objects.get(pk=user.pk)


def test_a_delegate_signs_for_the_role_of_who_is_away(programme: Programme) -> None:
    tiers((0, "Kepala"))
    head, deputy = of_role("Kepala"), _staff(money.officer())
    held = _delegate(head, deputy)
    batch = money.approve(money.submitted(programme), deputy)
    approval = Approval.objects.get()
    assert (batch.status, approval.approver, approval.holder, approval.delegation) == ("approved", deputy, head, held)
    assert approval.proof is not None and approval.proof.user == deputy


def test_a_delegate_takes_part_once_and_so_does_who_is_signed_for(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Penyetuju"))
    away, deputy = of_role("Penyetuju"), _staff(of_role("Penyetuju"))
    _delegate(away, deputy)
    batch = money.submitted(programme)
    money.approve(batch, deputy)  # in their own right, which comes first
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, deputy)
    assert Approval.objects.get().holder == deputy
    assert money.approve(batch, away).status == "approved"


def test_who_was_signed_for_does_not_sign_as_well(programme: Programme) -> None:
    tiers((0, "Kepala", "Kepala"))
    head, deputy = of_role("Kepala"), _staff(money.officer())
    _delegate(head, deputy)
    batch = money.submitted(programme)
    money.approve(batch, deputy)
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, head)
    third = _staff(money.officer())
    _delegate(head, third)
    with pytest.raises(AlreadyTookPart):
        money.approve(batch, third)


@pytest.mark.parametrize("maker_is", ["delegate", "principal"])
def test_a_delegation_makes_no_maker_an_approver(programme: Programme, maker_is: str) -> None:
    tiers((0, "Kepala"))
    head, deputy = _staff(of_role("Kepala")), _staff(money.officer())
    _delegate(head, deputy)
    batch = money.submitted(programme, by=deputy if maker_is == "delegate" else head)
    with pytest.raises(ApproverIsMaker):
        money.approve(batch, deputy)
    untouched(batch, programme)


@pytest.mark.parametrize("when", ["later", "over", "revoked", "switched off"])
def test_a_delegation_that_is_not_in_force_gives_nothing(programme: Programme, when: str) -> None:
    tiers((0, "Kepala"))
    head, deputy, now = of_role("Kepala"), _staff(money.officer()), timezone.now()
    times = {
        "later": {"starts_at": now + DAY, "ends_at": now + 2 * DAY},
        "over": {"starts_at": now - 2 * DAY, "ends_at": now + timedelta(milliseconds=50)},
    }
    held = _delegate(head, deputy, **times.get(when, {}))
    if when == "over":
        time.sleep(0.06)
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
    deputy = _staff(money.officer())
    _delegate(of_role("Kepala"), deputy)
    assert approvals.refuse(money.submitted(programme), by=deputy, reason="x").status == "prepared"


def test_only_the_officer_or_a_supervisor_delegates_and_never_to_themselves(db: None) -> None:
    head, deputy, stranger = money.approver(), _staff(money.officer()), _staff(money.officer())
    with pytest.raises(DelegationRefused):
        _delegate(head, deputy, by=stranger)
    stranger.user_permissions.add(Permission.objects.get(codename="delegate_for_others"))
    stranger = User.objects.get(pk=stranger.pk)
    assert _delegate(head, deputy, by=stranger).made_by == stranger
    for principal, to, by in ((head, stranger, stranger), (head, head, head), (deputy, head, deputy)):
        with pytest.raises(DelegationRefused):
            _delegate(principal, _staff(to), by=by)
    with pytest.raises(DelegationRefused):
        _delegate(head, money.officer())  # no account of the office
    for starts, ends in ((0, 93), (0, 0), (-3, -1)):
        with pytest.raises(DelegationRefused):
            _delegate(head, deputy, starts_at=timezone.now() + starts * DAY, ends_at=timezone.now() + ends * DAY)
    held = Delegation.objects.get()
    with pytest.raises(DelegationRefused):
        delegations.revoke(held, by=money.officer(), reason="x")


# --- what the database itself refuses ---


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
    assert _insert(money.submitted(programme), money.officer()).pk


def test_the_database_refuses_the_makers_approval(programme: Programme) -> None:
    batch = money.submitted(programme)
    assert batch.maker is not None
    with pytest.raises(IntegrityError, match="approver_is_not_maker"):
        _insert(batch, batch.maker)
    delegate = _staff(money.officer())
    held = Delegation.objects.create(
        principal=batch.maker,
        delegate=delegate,
        starts_at=timezone.now() - DAY,
        ends_at=timezone.now() + DAY,
        reason="x",
        made_by=batch.maker,
    )
    with pytest.raises(IntegrityError, match="holder_is_not_maker"):
        _insert(batch, delegate, holder=batch.maker, delegation=held)


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
    deputy, one = _staff(money.officer()), _staff(one)
    held = _delegate(of_role("Penyetuju"), one)
    with pytest.raises(IntegrityError):
        _insert(batch, one, position=2, holder=held.principal, delegation=held)
    mine = _delegate(one, deputy)
    with pytest.raises(IntegrityError):
        _insert(batch, deputy, position=2, holder=one, delegation=mine)


def test_the_database_refuses_a_delegation_that_ended(programme: Programme) -> None:
    head, deputy = money.approver(), _staff(money.officer())
    held = _delegate(head, deputy)
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


@pytest.mark.parametrize("table", ["approval", "approvalscheme", "approvaltier", "submission", "sentback"])
def test_decisions_are_written_once(programme: Programme, table: str) -> None:
    for statement in (f"UPDATE disbursement_{table} SET id = id", f"DELETE FROM disbursement_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
