"""A batch is approved by others than its maker, as many and in the order that its tier asks, as it was submitted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from disbursement import approval_tiers, approvals, batches, eligibility, preflight
from disbursement.approval_tiers import Tier
from disbursement.errors import (
    AlreadyTookPart,
    ApproverIsMaker,
    ContentChanged,
    EverybodyLeftOut,
    InvalidScheme,
    MakerCannotRefuse,
    NotYourTurn,
    OnlyMakerWithdraws,
    ProgrammeInactive,
    ReasonMissing,
    SchemeNotAgreed,
    WrongStatus,
)
from disbursement.models import Approval, ApprovalTier, Batch, Programme, SentBack, Submission
from officers.errors import NoAuthenticator, WrongCode
from officers.models import Proof
from tests import money
from tests.disbursement.approving import delegate, of_role, proposed, role, staff, tiers, untouched
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


def test_who_read_the_batch_before_its_last_approval_is_told_that_it_is_approved(programme: Programme) -> None:
    batch = money.submitted(programme)
    read = Batch.objects.select_related("cycle__programme", "submission").get(pk=batch.pk)
    money.approve(batch, money.approver())
    with pytest.raises(WrongStatus, match="Disetujui"):
        approvals.turn_of(read, money.approver(), batch.digest)


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


def test_one_officer_does_not_lower_what_batches_need(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala", "Bupati"))
    with pytest.raises(InvalidScheme, match="paling cepat"):
        proposed((0, "Penyetuju"))  # not from today on
    lower = proposed((0, "Penyetuju"), starts_on=timezone.localdate() + DAY)
    assert approval_tiers.in_force(lower.starts_on) != lower
    with pytest.raises(SchemeNotAgreed, match="Anda yang mengusulkannya"):
        approval_tiers.agree(lower, by=lower.made_by, reason="saya sendiri")
    with pytest.raises(ReasonMissing):
        approval_tiers.agree(lower, by=money.officer(), reason=" ")
    approval_tiers.agree(lower, by=money.officer(), reason="SK 13/2026")
    with pytest.raises(SchemeNotAgreed, match="sudah disetujui"):
        approval_tiers.agree(lower, by=money.officer(), reason="lagi")
    assert approval_tiers.in_force(lower.starts_on) == lower
    submission = money.submitted(programme).submission
    assert submission is not None and submission.needed == 3  # today as before


def test_a_proposal_to_which_nobody_agreed_in_time_lapses(programme: Programme) -> None:
    tiers((0, "Penyetuju", "Kepala"))
    late = proposed((0, "Penyetuju"), starts_on=timezone.localdate() + DAY)
    with time_machine.travel(timezone.now() + DAY), pytest.raises(SchemeNotAgreed, match="hari mulainya"):
        approval_tiers.agree(late, by=money.officer(), reason="terlambat")
    assert approval_tiers.in_force(late.starts_on) != late


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
        approval_tiers.propose(
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
    for one in (approver, maker):  # who stood for this content once stays its maker
        with pytest.raises(ApproverIsMaker):
            money.approve(batch, one)
    assert money.approve(batch).status == "approved"


def test_who_prepared_a_batch_that_another_submits_does_not_approve_it(programme: Programme) -> None:
    eligibility.enrol_eligible(programme)
    preparer, deputy = staff(money.approver()), staff(money.officer())
    delegate(preparer, deputy)
    batch = batches.prepare(batches.cycle_of(programme, date(2026, 11, 1)), by=preparer)
    batch = approvals.submit(batch, by=money.officer())
    for one in (preparer, deputy):  # in person, and through who signs for them
        with pytest.raises(ApproverIsMaker):
            money.approve(batch, one)
    untouched(batch, programme)


def test_a_batch_of_which_everybody_was_left_out_is_not_submitted(programme: Programme) -> None:
    batch = money.prepared(programme)
    for line in batch.instructions.all():
        money.wallets.freeze(line.wallet, "sengketa")
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 5
    with pytest.raises(EverybodyLeftOut):
        approvals.submit(batch, by=money.officer())
    assert not Submission.objects.exists()
    batch.refresh_from_db()
    assert (batch.status, batch.count, batch.total) == ("prepared", 0, 0)


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
