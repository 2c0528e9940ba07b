"""What was prepared by one and approved by another is what is paid, out of money that is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from disbursement import batches, content, execution
from disbursement.errors import (
    ApproverIsMaker,
    ContentChanged,
    NothingToPay,
    NowhereToLapse,
    ProgrammeInactive,
    WrongStatus,
)
from disbursement.models import Approval, Batch, Chunk, Cycle, Enrolment, Instruction, Programme
from tests import money
from tests.processes import together
from wallet import wallets
from wallet.errors import InsufficientFunds
from wallet.models import Account, Purse, PurseTerms, Transfer, Wallet

NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def programme(db: None) -> Programme:
    """A programme with five eligible people and money for exactly them."""
    money.people(5)
    return money.programme(amount=100, budget=500)


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 2}


# --- prepare ---


def test_a_batch_has_one_instruction_for_each_active_enrolment(programme: Programme, small_chunks: None) -> None:
    batch = money.prepared(programme)
    assert (batch.status, batch.count, batch.total) == ("prepared", 5, 500)
    assert list(batch.chunks.order_by("number").values_list("number", "count")) == [(1, 2), (2, 2), (3, 1)]
    assert set(batch.instructions.values_list("amount", "attempt", "status")) == {(100, 1, "pending")}
    assert batch.instructions.values("enrolment").distinct().count() == 5


def test_who_has_left_the_programme_is_not_in_the_batch(programme: Programme) -> None:
    cycle = batches.cycle_of(programme, NOVEMBER)
    money.eligibility.enrol_eligible(programme)
    gone = Enrolment.objects.first()
    assert gone is not None
    Enrolment.objects.filter(pk=gone.pk).update(status=Enrolment.Status.ENDED)
    batch = batches.prepare(cycle)
    assert batch.count == 4
    assert not batch.instructions.filter(enrolment=gone).exists()


def test_who_is_in_a_batch_of_the_cycle_is_not_in_another(programme: Programme) -> None:
    batch = money.prepared(programme)
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    money.person()
    assert money.prepared(programme).count == 1
    assert Batch.objects.count() == 2


def test_another_month_is_another_cycle(programme: Programme) -> None:
    assert money.prepared(programme, date(2026, 11, 24)).cycle == batches.cycle_of(programme, NOVEMBER)
    assert money.prepared(programme, date(2026, 12, 1)).count == 5


def test_the_database_itself_refuses_a_second_pending_instruction(programme: Programme) -> None:
    line = money.prepared(programme).instructions.first()
    assert line is not None
    line.pk, line.attempt = None, 2
    with pytest.raises(IntegrityError, match="instruction_once_a_cycle"):
        line.save()


def _do_prepare(cycle: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=cycle)).count


def _do_make_cycle(programme: int) -> int:
    return batches.cycle_of(Programme.objects.get(pk=programme), NOVEMBER).pk


def test_batches_prepared_at_once_never_share_a_person(processes: None) -> None:
    money.people(50)
    programme = money.programme()
    money.eligibility.enrol_eligible(programme)
    [cycle] = {outcome.value for outcome in together([(_do_make_cycle, (programme.pk,))] * 4)}
    outcomes = together([(_do_prepare, (cycle,))] * 4)
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "nothing_to_pay": 3}
    assert (Batch.objects.count(), Instruction.objects.count()) == (1, 50)


# --- submit and cancel ---


def test_submission_freezes_count_total_and_digest_and_names_the_maker(programme: Programme) -> None:
    maker = money.officer()
    batch = batches.submit(money.prepared(programme), by=maker)
    now = content.of(batch)
    assert (batch.status, batch.maker, batch.count, batch.total) == ("submitted", maker, 5, 500)
    assert (batch.digest, len(batch.digest)) == (now.digest, 64)
    assert dict(batch.chunks.values_list("pk", "digest")) == now.chunks


def test_a_cancelled_batch_frees_its_people_for_another(programme: Programme) -> None:
    batch = money.submitted(programme)
    batches.cancel(batch)
    again = batches.prepare(batch.cycle)
    assert again.count == 5
    assert set(again.instructions.values_list("attempt", flat=True)) == {2}


STEPS: dict[str, Callable[[Batch], Any]] = {
    "submit": lambda batch: batches.submit(batch, by=money.officer()),
    "approve": lambda batch: batches.approve(batch, by=money.officer(), digest=batch.digest),
    "cancel": batches.cancel,
}


@pytest.mark.parametrize(
    ("status", "forbidden"),
    [
        ("prepared", ["approve"]),
        ("submitted", ["submit"]),
        ("approved", ["submit", "approve", "cancel"]),
        ("closed", ["submit", "approve", "cancel"]),
        ("cancelled", ["submit", "approve", "cancel"]),
    ],
)
def test_no_step_is_taken_out_of_turn(programme: Programme, status: str, forbidden: list[str]) -> None:
    made: dict[str, Callable[[], Batch]] = {
        "prepared": lambda: money.prepared(programme),
        "submitted": lambda: money.submitted(programme),
        "approved": lambda: money.approved(programme),
        "closed": lambda: money.pay_out(money.approved(programme)),
        "cancelled": lambda: batches.cancel(money.submitted(programme)),
    }
    batch = made[status]()
    assert batch.status == status
    for step in forbidden:
        with pytest.raises(WrongStatus), transaction.atomic():
            STEPS[step](batch)
    batch.refresh_from_db()
    assert batch.status == status
    money.assert_books_hold()


def test_a_stale_copy_of_a_batch_does_not_act_on_what_it_remembers(programme: Programme) -> None:
    stale = money.submitted(programme)
    batches.cancel(Batch.objects.get(pk=stale.pk))
    assert stale.status == "submitted"
    with pytest.raises(WrongStatus):
        batches.approve(stale, by=money.officer(), digest=stale.digest)


# --- approve ---


def test_approval_reserves_the_whole_total(programme: Programme) -> None:
    batch, approver = money.submitted(programme), money.officer()
    batches.approve(batch, by=approver, digest=batch.digest, reason="sesuai SK")
    batch.refresh_from_db()
    approval = Approval.objects.get()
    assert (batch.status, money.balance(programme.fund), money.balance(batch.clearing_id)) == ("approved", 0, 500)
    assert (approval.approver, approval.maker, approval.digest, approval.reason) == (
        approver,
        batch.maker,
        batch.digest,
        "sesuai SK",
    )
    money.assert_books_hold()


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_may_not_approve_not_even_a_superuser(programme: Programme, superuser: bool) -> None:
    maker = User.objects.create_user("maker", is_superuser=superuser)
    batch = batches.submit(money.prepared(programme), by=maker)
    with pytest.raises(ApproverIsMaker):
        batches.approve(batch, by=maker, digest=batch.digest)
    assert (money.balance(programme.fund), Approval.objects.count()) == (500, 0)


def _insert_approval(batch: Batch, approver: User, maker: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disbursement_approval (batch_id, approver_id, maker_id, digest, reason, created_at)"
            " VALUES (%s, %s, %s, %s, '', now())",
            [batch.pk, approver.pk, maker.pk, batch.digest],
        )


def test_the_database_itself_refuses_the_makers_approval(programme: Programme) -> None:
    batch = money.submitted(programme)
    assert batch.maker is not None
    with pytest.raises(IntegrityError, match="approver_is_not_maker"):
        _insert_approval(batch, batch.maker, batch.maker)


def test_the_database_itself_refuses_an_approval_that_lies_about_the_maker(programme: Programme) -> None:
    batch = money.submitted(programme)
    assert batch.maker is not None
    with pytest.raises(IntegrityError, match="approval_of_the_batchs_maker"):
        _insert_approval(batch, batch.maker, money.officer())


def test_the_maker_of_an_approved_batch_cannot_be_exchanged(programme: Programme) -> None:
    batch = money.approved(programme)
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(maker=money.officer())


def test_a_digest_that_is_not_the_one_submitted_is_refused(programme: Programme) -> None:
    batch = money.submitted(programme)
    for digest in ("", "0" * 64, batch.digest.upper() + " "):
        with pytest.raises(ContentChanged):
            batches.approve(batch, by=money.officer(), digest=digest)
    assert money.balance(programme.fund) == 500


def _change_amount(batch: Batch) -> None:
    batch.instructions.filter(pk=batch.instructions.earliest("pk").pk).update(amount=101)


def _change_wallet(batch: Batch) -> None:
    batch.instructions.filter(pk=batch.instructions.earliest("pk").pk).update(wallet=money.wallet())


def _remove_line(batch: Batch) -> None:
    batch.instructions.earliest("pk").delete()


def _add_line(batch: Batch) -> None:
    money.person()
    money.eligibility.enrol_eligible(batch.cycle.programme)
    newcomer = Enrolment.objects.latest("pk")
    chunk, amount = batch.chunks.latest("number"), batch.cycle.programme.amount
    Instruction.objects.create(
        batch=batch, chunk=chunk, cycle=batch.cycle, enrolment=newcomer, wallet=newcomer.person.wallet, amount=amount
    )


def _widen_terms(batch: Batch) -> None:
    PurseTerms.objects.filter(programme__cycles__batches=batch).update(cash_allowed=True)


def _change_categories(batch: Batch) -> None:
    PurseTerms.objects.filter(programme__cycles__batches=batch).update(mccs=["5813"])


def _leave_the_region(batch: Batch) -> None:
    PurseTerms.objects.filter(programme__cycles__batches=batch).update(regions=["32"])


def _exchange_terms(batch: Batch) -> None:
    Programme.objects.filter(cycles__batches=batch).update(terms=money.terms())


def _prolong(batch: Batch) -> None:
    Programme.objects.filter(cycles__batches=batch).update(purse_days=999)


def _exchange_fund(batch: Batch) -> None:
    Programme.objects.filter(cycles__batches=batch).update(fund=money.fund(10_000))


CHANGES = [_change_amount, _change_wallet, _remove_line, _add_line]
TERM_CHANGES = [_widen_terms, _change_categories, _leave_the_region, _exchange_terms, _prolong, _exchange_fund]


@pytest.mark.parametrize("change", CHANGES + TERM_CHANGES)
def test_what_was_changed_after_submission_is_not_approved(
    programme: Programme, change: Callable[[Batch], None]
) -> None:
    batch = money.submitted(programme)
    change(batch)
    with pytest.raises(ContentChanged):
        batches.approve(batch, by=money.officer(), digest=batch.digest)
    assert (money.balance(programme.fund), Approval.objects.count()) == (500, 0)


def test_too_little_budget_is_refused_and_changes_nothing(db: None) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=499)
    batch = money.submitted(programme)
    with pytest.raises(InsufficientFunds):
        batches.approve(batch, by=money.officer(), digest=batch.digest)
    batch.refresh_from_db()
    assert (batch.status, batch.clearing, Approval.objects.count()) == ("submitted", None, 0)
    assert money.balance(programme.fund) == 499
    money.programmes.fund(programme, 1, "DIPA-2")
    batches.approve(batch, by=money.officer(), digest=batch.digest)


def _do_approve(batch: int, approver: int) -> str:
    chosen = Batch.objects.get(pk=batch)
    return batches.approve(chosen, by=User.objects.get(pk=approver), digest=chosen.digest).status


def test_approvals_at_once_reserve_once(processes: None) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=5_000)
    batch = money.submitted(programme)
    outcomes = together([(_do_approve, (batch.pk, money.officer().pk)) for _ in range(4)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "wrong_status": 3}
    assert (Approval.objects.count(), money.balance(programme.fund)) == (1, 4_500)
    money.assert_books_hold()


# --- paying ---


def test_everyone_is_paid_into_a_purse_with_the_programmes_terms(db: None) -> None:
    money.people(3)
    programme = money.programme(
        amount=100, budget=300, terms=money.terms(["5411"], lapses_to=money.fund()), purse_days=30
    )
    batch = money.pay_out(money.approved(programme))
    money.assert_paid_once(batch, 3)
    for purse in Purse.objects.all():
        assert (purse.terms, purse.title) == (programme.terms, batch.purse_title)
        assert purse.usable_until is not None
        assert (purse.usable_until - purse.usable_from).days == 30
    assert money.balance(programme.fund) == 0


def test_a_batch_that_is_not_approved_is_not_paid(programme: Programme) -> None:
    for batch in (money.prepared(programme, NOVEMBER), money.submitted(money.programme(amount=1, budget=5))):
        assert execution.pay_next_chunk(batch.pk) is False
        assert execution.close_if_done(batch.pk) is False
    assert not Purse.objects.exists()


@pytest.mark.parametrize("change", [*CHANGES, *TERM_CHANGES])
def test_what_was_changed_after_approval_is_not_paid_and_its_money_returns(
    programme: Programme, small_chunks: None, change: Callable[[Batch], None]
) -> None:
    batch = money.approved(programme)
    fund = programme.fund
    change(batch)
    money.pay_out(batch)
    programme.refresh_from_db()
    blocked = batch.chunks.filter(status=Chunk.Status.BLOCKED)
    assert blocked.count() == (3 if change in TERM_CHANGES else 1)
    assert not Purse.objects.filter(wallet__in=blocked.values("instructions__wallet")).exists()
    assert set(Instruction.objects.filter(chunk__in=blocked).values_list("status", "failure")) == {
        ("failed", "content_changed")
    }
    paid = Purse.objects.count()
    assert (
        paid
        == batch.instructions.filter(status="paid").count()
        == sum(batch.chunks.values_list("paid_count", flat=True))
    )
    assert money.balance(fund) == 500 - 100 * paid  # to where it came from, also if the programme has another fund now
    assert (batch.status, money.balance(batch.clearing_id)) == ("closed", 0)
    money.assert_books_hold()


def test_a_chunk_digest_forged_together_with_its_lines_does_not_help(programme: Programme, small_chunks: None) -> None:
    batch = money.approved(programme)
    _change_amount(batch)
    forged = content.of(batch).chunks
    for chunk in batch.chunks.all():
        Chunk.objects.filter(pk=chunk.pk).update(digest=forged[chunk.pk])
    money.pay_out(batch)
    assert set(batch.chunks.values_list("status", flat=True)) == {"blocked"}
    assert (Purse.objects.count(), money.balance(programme.fund)) == (0, 500)


@pytest.mark.parametrize(
    ("limit", "reason"),
    [("balance_limit", "balance_limit_exceeded"), ("monthly_limit", "monthly_limit_exceeded")],
)
def test_who_would_hold_or_receive_too_much_is_not_paid_and_the_money_returns(
    programme: Programme, settings: Any, limit: str, reason: str
) -> None:
    batch = money.approved(programme)
    rich = batch.instructions.earliest("pk")
    money.purse(rich.wallet, 1)
    settings.WALLET = settings.WALLET | {limit: {"registered": rich.amount, "unregistered": 0}}
    money.pay_out(batch)
    rich.refresh_from_db()
    assert (rich.status, rich.failure) == ("failed", reason)
    assert batch.instructions.filter(status="paid").count() == batch.count - 1
    assert money.balance(programme.fund) == rich.amount
    money.assert_books_hold()


def test_a_frozen_wallets_line_fails_with_the_reason_and_its_money_returns(programme: Programme) -> None:
    batch = money.approved(programme)
    line = batch.instructions.first()
    assert line is not None
    wallets.freeze(line.wallet, "sengketa")
    money.pay_out(batch)
    line.refresh_from_db()
    assert (line.status, line.failure) == ("failed", "wallet_frozen")
    assert batch.instructions.filter(status="paid").count() == 4
    assert (batch.status, money.balance(programme.fund), money.balance(batch.clearing_id)) == ("closed", 100, 0)
    progress = execution.progress(batch)
    assert (progress.count, progress.paid, progress.failed, progress.paid_total) == (5, 4, 1, 400)
    money.assert_books_hold()


def test_a_closed_wallets_line_fails_with_that_reason(programme: Programme) -> None:
    batch = money.approved(programme)
    Wallet.objects.filter(pk=batch.instructions.earliest("pk").wallet_id).update(status=Wallet.Status.CLOSED)
    money.pay_out(batch)
    assert list(batch.instructions.filter(status="failed").values_list("failure", flat=True)) == ["wallet_closed"]


def test_a_following_batch_pays_exactly_those_that_failed(programme: Programme) -> None:
    batch = money.approved(programme)
    frozen = [line.wallet for line in batch.instructions.order_by("pk")[:2]]
    for wallet in frozen:
        wallets.freeze(wallet, "sengketa")
    money.pay_out(batch)
    for wallet in frozen:
        wallets.unfreeze(wallet, "selesai")
    second = batches.submit(batches.prepare(batch.cycle), by=money.officer())
    assert sorted(second.instructions.values_list("wallet_id", flat=True)) == sorted(wallet.pk for wallet in frozen)
    batches.approve(second, by=money.officer(), digest=second.digest)
    money.assert_paid_once(money.pay_out(second), 2)
    assert Purse.objects.count() == Purse.objects.values("wallet").distinct().count() == 5
    assert money.balance(programme.fund) == 0
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)


def test_closing_happens_once_and_returns_the_rest_once(programme: Programme) -> None:
    batch = money.approved(programme)
    wallets.freeze(batch.instructions.earliest("pk").wallet, "sengketa")
    assert execution.close_if_done(batch.pk) is False
    assert execution.pay_next_chunk(batch.pk) is True
    assert [execution.close_if_done(batch.pk) for _ in range(3)] == [True, False, False]
    assert Transfer.objects.filter(kind=Transfer.Kind.RELEASE).count() == 1


# --- attempts that failed ---


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    def refuse(**_: Any) -> int:
        raise ConnectionError("jaringan putus")

    monkeypatch.setattr(execution.ledger, "open_purses", refuse)
    return monkeypatch


def test_a_failed_attempt_is_counted_and_tried_again_later_each_time(
    programme: Programme, failing: pytest.MonkeyPatch, time_machine: Any
) -> None:
    batch = money.approved(programme)
    waits = []
    for attempt in range(1, 5):
        assert execution.pay_next_chunk(batch.pk) is True
        chunk = batch.chunks.get()
        assert (chunk.status, chunk.attempts) == ("pending", attempt)
        assert "jaringan putus" in chunk.error
        assert execution.pay_next_chunk(batch.pk) is False  # not due yet
        waits.append(chunk.due_at)
        time_machine.move_to(chunk.due_at, tick=False)
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert gaps == sorted(gaps)
    assert set(batch.instructions.values_list("status", flat=True)) == {"pending"}
    failing.undo()
    money.assert_paid_once(money.pay_out(batch), 5)


def test_after_the_last_attempt_the_batch_waits_for_an_officer_and_is_then_paid(
    programme: Programme, failing: pytest.MonkeyPatch, time_machine: Any
) -> None:
    batch = money.approved(programme)
    for _ in range(5):
        execution.pay_next_chunk(batch.pk)
        time_machine.move_to(batch.chunks.get().due_at, tick=False)
    assert batch.chunks.get().status == Chunk.Status.FAILED
    assert execution.close_if_done(batch.pk) is False
    failing.undo()
    assert execution.pay_next_chunk(batch.pk) is False
    assert batches.retry_failed(batch) == 1
    money.assert_paid_once(money.pay_out(batch), 5)


def test_what_failed_for_good_is_given_up_and_paid_by_a_follow_up_batch(
    programme: Programme, small_chunks: None, failing: pytest.MonkeyPatch, time_machine: Any
) -> None:
    batch = money.approved(programme)
    for _ in range(5):
        execution.pay_next_chunk(batch.pk)
        time_machine.move_to(batch.chunks.get(number=1).due_at, tick=False)
    failing.undo()
    money.pay_out(batch)
    assert batch.chunks.get(number=1).status == Chunk.Status.FAILED
    assert batches.give_up_failed(batch) == 1
    batch.refresh_from_db()
    assert batch.status == Batch.Status.CLOSED
    assert Counter(batch.instructions.values_list("status", "failure")) == {("paid", ""): 3, ("failed", "given_up"): 2}
    assert money.balance(programme.fund_id) == 200
    follow_up = batches.prepare(batch.cycle)
    assert follow_up.count == 2
    money.assert_books_hold()


def test_a_failure_remembered_too_late_does_not_touch_a_chunk_that_another_worker_has_paid(
    programme: Programme, failing: pytest.MonkeyPatch
) -> None:
    batch = money.approved(programme)

    def another_worker_is_faster(*_: Any, **__: Any) -> None:
        failing.undo()
        execution.pay_next_chunk(batch.pk)

    failing.setattr(execution.logger, "exception", another_worker_is_faster)
    execution.pay_next_chunk(batch.pk)
    chunk = batch.chunks.get()
    assert (chunk.status, chunk.attempts, chunk.error) == ("done", 0, "")
    money.assert_paid_once(money.pay_out(batch), 5)


def test_one_chunks_failure_holds_no_other_up(programme: Programme, small_chunks: None, monkeypatch: Any) -> None:
    batch, real = money.approved(programme), execution.ledger.open_purses
    unlucky = batch.chunks.get(number=2).pk

    def sometimes(**arguments: Any) -> int:
        if unlucky in arguments["grants"].parameters:
            raise ConnectionError
        return real(**arguments)

    monkeypatch.setattr(execution.ledger, "open_purses", sometimes)
    money.pay_out(batch)
    assert list(batch.chunks.order_by("number").values_list("status", flat=True)) == ["done", "pending", "done"]
    assert (batch.status, Purse.objects.count()) == ("approved", 3)
    money.assert_books_hold()


def test_an_inactive_programme_prepares_no_batch(programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(active=False)
    programme.refresh_from_db()
    with pytest.raises(ProgrammeInactive):
        money.prepared(programme)
    assert not Batch.objects.exists()


# --- the approval decides ---


def test_a_batch_called_approved_without_an_approval_pays_nobody(programme: Programme) -> None:
    batch = money.submitted(programme)
    clearing = money.ledger.open_account(Account.Kind.CLEARING)
    key = f"reserve:{batch.pk}"
    money.move(programme.fund, clearing, batch.total, key=key)
    Batch.objects.filter(pk=batch.pk).update(status="approved", clearing=clearing)
    money.pay_out(batch)
    assert batch.chunks.get().status == Chunk.Status.BLOCKED
    assert set(batch.instructions.values_list("status", flat=True)) == {"failed"}
    assert money.balance(programme.fund_id) == 500


@pytest.mark.parametrize("column", ["digest", "total", "count", "maker_id"])
def test_what_was_submitted_stays_in_the_database(programme: Programme, column: str) -> None:
    batch = money.submitted(programme)
    value = {"digest": "0" * 64, "total": 1, "count": 1, "maker_id": money.officer().pk}[column]
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**{column: value})


def test_a_programme_whose_money_ends_must_say_where_the_rest_goes(programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(purse_days=30)
    with pytest.raises(NowhereToLapse):
        money.prepared(programme)
