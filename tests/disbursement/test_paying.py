"""What was approved is paid, once, as it was approved; what cannot be paid says why, and its money returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from beneficiaries.models import Evidence, EvidenceKind, Person
from disbursement import approvals, batches, content, execution
from disbursement.errors import NothingToPay
from disbursement.models import Batch, Chunk, Instruction, Programme
from tests import money
from tests.disbursement.changes import CHANGES, PURSE_CHANGES, TERM_CHANGES, change_amount
from tests.owner import tamper, triggers_lifted
from wallet import wallets
from wallet.errors import ReasonMissing
from wallet.models import Account, Purse, Transfer, Wallet

NOVEMBER = date(2026, 11, 1)


def test_everyone_is_paid_into_a_purse_with_the_programmes_terms(db: None) -> None:
    money.people(3)
    programme = money.programme(
        amount=100, budget=300, terms=money.terms(["5411"], lapses_to=money.fund()), purse_days=30
    )
    batch = money.pay_out(money.approved(programme))
    money.assert_paid_once(batch, 3)
    for purse in Purse.objects.all():
        assert (purse.terms, purse.title) == (batch.version.terms, batch.purse_title)
        assert purse.usable_until is not None
        assert (purse.usable_until - purse.usable_from).days == 30
    assert money.balance(programme.fund) == 0


def test_a_batch_that_is_not_approved_is_not_paid(programme: Programme) -> None:
    for batch in (money.prepared(programme, NOVEMBER), money.submitted(money.programme(amount=1, budget=5))):
        assert execution.pay_next_chunk(batch.pk) is False
        assert execution.close_if_done(batch.pk) is False
    assert not Purse.objects.exists()


def test_a_batch_called_approved_without_an_approval_pays_nobody(committed_db: None) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=500)
    batch = money.submitted(programme)
    clearing = money.ledger.open_account(Account.Kind.CLEARING)
    key = f"reserve:{batch.pk}"
    money.move(programme.fund, clearing, batch.total, key=key)
    called = Batch.objects.filter(pk=batch.pk)
    with pytest.raises(IntegrityError, match="0 of 1 approvals"):
        called.update(status="approved", clearing=clearing)
    with triggers_lifted():
        called.update(status="approved", clearing=clearing)
    money.pay_out(batch)
    assert batch.chunks.get().status == Chunk.Status.BLOCKED
    assert set(batch.instructions.values_list("status", flat=True)) == {"failed"}
    assert money.balance(programme.fund_id) == 500


def _assert_blocked_is_unpaid(batch: Batch, programme: Programme, blocked_chunks: int) -> None:
    fund = programme.fund
    money.pay_out(batch)
    programme.refresh_from_db()
    blocked = batch.chunks.filter(status=Chunk.Status.BLOCKED)
    assert blocked.count() == blocked_chunks
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


@pytest.mark.parametrize("change", TERM_CHANGES)
def test_nothing_is_paid_under_terms_that_were_changed_after_approval(
    programme: Programme, small_chunks: None, change: Callable[[Batch], None]
) -> None:
    batch = money.approved(programme)
    change(batch)
    _assert_blocked_is_unpaid(batch, programme, 3)


@pytest.mark.parametrize("change", [*CHANGES, *PURSE_CHANGES])
def test_what_the_databases_owner_changed_after_approval_is_not_paid_and_its_money_returns(
    committed_db: None, small_chunks: None, change: Callable[[Batch, Any], None]
) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=500)
    batch = money.approved(programme)
    change(batch, tamper)
    _assert_blocked_is_unpaid(batch, programme, 3 if change in PURSE_CHANGES else 1)


def test_a_chunk_digest_forged_together_with_its_lines_does_not_help(committed_db: None, small_chunks: None) -> None:
    money.people(5)
    programme = money.programme(amount=100, budget=500)
    batch = money.approved(programme)
    change_amount(batch, tamper)
    for number, forged in content.of(batch).chunks.items():
        tamper("UPDATE disbursement_chunk SET digest = %s WHERE id = %s", forged.digest, number)
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
    second = approvals.submit(batches.prepare(batch.cycle), by=money.officer())
    assert sorted(second.instructions.values_list("wallet_id", flat=True)) == sorted(wallet.pk for wallet in frozen)
    money.approve(second)
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
    assert batches.retry_failed(batch, by=money.officer(), reason="penyebab diatasi") == 1
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
    officer = money.officer()
    with pytest.raises(ReasonMissing):
        batches.give_up_failed(batch, by=officer, reason=" ")
    assert batches.give_up_failed(batch, by=officer, reason="tidak dapat diatasi") == 1
    step = batch.steps.get(by=officer)
    assert (step.from_status, step.to_status) == ("paying", "paying")
    assert "tidak dapat diatasi" in step.reason
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
    assert (batch.status, Purse.objects.count()) == ("paying", 3)
    money.assert_books_hold()


def test_who_has_died_by_the_time_of_paying_is_not_paid(programme: Programme) -> None:
    batch = money.approved(programme)
    died, said_dead = batch.instructions.order_by("pk")[:2]
    Person.objects.filter(pk=died.enrolment.person_id).update(status="deceased", deceased_on=date(2026, 11, 2))
    Evidence.objects.create(
        person=said_dead.enrolment.person,
        kind=EvidenceKind.DEATH,
        value={},
        source="Dukcapil",
        fact_date=timezone.localdate(),
        fingerprint=bytes(32),
    )
    money.pay_out(batch)
    failed = batch.instructions.filter(status="failed").values_list("pk", "failure")
    assert dict(failed) == {died.pk: "deceased", said_dead.pk: "deceased"}
    assert (batch.instructions.filter(status="paid").count(), money.balance(programme.fund)) == (3, 200)
    money.assert_books_hold()
