"""A batch is halted while workers pay it: nobody is paid meanwhile, all once when it goes on; if it ends, the rest returns."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from disbursement import approvals, batches, execution, pauses, tasks
from disbursement.errors import NothingToPay, WrongStatus
from disbursement.models import Batch, BatchStep, Chunk, Instruction, Programme
from tests import money
from tests.processes import alone, together, waiting_for_locks
from wallet.errors import ReasonMissing
from wallet.models import Purse, Transfer

S = Batch.Status


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 2}


def _half_paid(programme: Programme) -> Batch:
    batch = money.approved(programme)
    assert execution.pay_next_chunk(batch.pk)
    return Batch.objects.get(pk=batch.pk)


def test_a_paused_batch_gives_no_chunk_and_goes_on_where_it_was(programme: Programme, small_chunks: None) -> None:
    batch, officer = _half_paid(programme), money.officer()
    batch = pauses.pause(batch, officer, "cek laporan warga")
    assert execution.pay_next_chunk(batch.pk) is False
    assert (execution.sweep(), execution.close_if_done(batch.pk)) == (0, False)
    assert execution.progress(batch).paid == 2
    batch = pauses.resume(batch, officer, "laporan selesai")
    money.assert_paid_once(money.pay_out(batch), 5)
    halted = BatchStep.objects.filter(by=officer).order_by("pk").values_list("from_status", "to_status", "reason")
    assert list(halted) == [("paying", "paused", "cek laporan warga"), ("paused", "paying", "laporan selesai")]


@pytest.mark.parametrize("reason", ["", "   "])
def test_halting_and_ending_need_a_reason(programme: Programme, small_chunks: None, reason: str) -> None:
    batch = _half_paid(programme)
    with pytest.raises(ReasonMissing), transaction.atomic():
        pauses.pause(batch, money.officer(), reason)
    pauses.pause(batch, money.officer(), "cek")
    with pytest.raises(ReasonMissing), transaction.atomic():
        pauses.stop(batch, money.officer(), reason)
    assert Batch.objects.get(pk=batch.pk).status == S.PAUSED


def test_only_what_is_halted_is_taken_up_or_ended(programme: Programme, small_chunks: None) -> None:
    batch, officer = _half_paid(programme), money.officer()
    for step in (pauses.resume, pauses.stop):
        with pytest.raises(WrongStatus), transaction.atomic():
            step(batch, officer, "x")
    batch = money.pay_out(batch)
    for step in (pauses.pause, pauses.resume, pauses.stop):
        with pytest.raises(WrongStatus), transaction.atomic():
            step(batch, officer, "x")


def test_an_ended_batch_returns_the_rest_and_its_follow_up_pays_it(programme: Programme, small_chunks: None) -> None:
    batch, officer = _half_paid(programme), money.officer()
    Chunk.objects.filter(batch=batch, number=2).update(status=Chunk.Status.FAILED)
    pauses.pause(batch, officer, "cek")
    batch = pauses.stop(batch, officer, "salah daftar")
    assert (batch.status, money.balance(batch.clearing_id), money.balance(programme.fund)) == ("closed", 0, 300)
    assert Counter(batch.instructions.values_list("status", "failure")) == {("paid", ""): 2, ("failed", "stopped"): 3}
    assert BatchStep.objects.latest("pk").reason == "salah daftar"
    assert execution.pay_next_chunk(batch.pk) is False
    again = batches.follow_up(batch, officer)
    assert (again.follows, again.count) == (batch, 3)
    again = approvals.submit(again, by=officer)
    money.approve(again)
    money.assert_paid_once(money.pay_out(again), 3)
    assert Purse.objects.values("wallet").distinct().count() == Purse.objects.count() == 5
    with pytest.raises(NothingToPay):
        batches.follow_up(batch, officer)


def test_a_follow_up_holds_only_those_who_failed_in_that_batch(programme: Programme) -> None:
    batch = money.approved(programme)
    frozen = batch.instructions.earliest("pk")
    money.wallets.freeze(frozen.wallet, "sengketa")
    with pytest.raises(WrongStatus):
        batches.follow_up(batch)
    money.pay_out(batch)
    money.person()
    money.eligibility.enrol_eligible(
        programme
    )  # a newcomer is due in the cycle as well, and is no matter of that batch
    again = batches.follow_up(batch)
    assert list(again.instructions.values_list("enrolment", "attempt")) == [(frozen.enrolment_id, 2)]


# --- beside workers, in processes ---


def _do_pay(batch: int) -> int:
    paid = 0
    while execution.pay_next_chunk(batch):
        paid += 1
    return paid


def _do_pause(batch: int, by: int) -> int:
    """Halts it as soon as something was paid; returns how many chunks were done or under way at that moment, at most."""
    while not Chunk.objects.filter(batch=batch, status=Chunk.Status.DONE).exists():
        time.sleep(0.001)
    pauses.pause(Batch.objects.get(pk=batch), User.objects.get(pk=by), "cek")
    return Chunk.objects.filter(batch=batch, status=Chunk.Status.DONE).count()


def _do_stop(batch: int, by: int) -> str:
    return pauses.stop(Batch.objects.get(pk=batch), User.objects.get(pk=by), "selesai").status


def test_beside_workers_only_the_chunks_under_way_are_paid_after_the_pause(processes: None, small_chunks: None) -> None:
    batch, officer, workers = money.approved_crowd(400), money.officer(), 3
    jobs: list[Any] = [(_do_pay, (batch.pk,))] * workers
    *paid, halted = together([*jobs, (_do_pause, (batch.pk, officer.pk))])
    assert [outcome.error for outcome in (*paid, halted)] == [""] * (workers + 1)
    batch.refresh_from_db()
    done = batch.chunks.filter(status=Chunk.Status.DONE).count()
    assert batch.status == S.PAUSED
    assert halted.value <= done <= halted.value + workers < 200
    assert Purse.objects.count() == 2 * done
    tasks.pay(batch.pk)
    assert batch.chunks.filter(status=Chunk.Status.DONE).count() == done
    pauses.resume(batch, officer)
    together(jobs)
    execution.close_if_done(batch.pk)
    money.assert_paid_once(batch, 400)


def test_ending_waits_for_the_chunk_under_way_and_gives_up_the_others(processes: None, small_chunks: None) -> None:
    batch, officer = money.approved_crowd(6), money.officer()
    execution.start(batch.pk)
    pauses.pause(batch, officer, "cek")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        chunk = (
            Chunk.objects.select_for_update()
            .select_related("terms", "batch__cycle__programme")
            .get(batch=batch, number=1)
        )
        ended = pool.submit(alone, _do_stop, batch.pk, officer.pk)
        while not waiting_for_locks():
            time.sleep(0.01)
        execution._pay(chunk)  # the worker that had claimed it before the pause
    assert (ended.result().value, ended.result().error) == ("closed", "")
    assert Counter(Instruction.objects.values_list("status", flat=True)) == {"paid": 2, "failed": 4}
    assert Transfer.objects.get(kind=Transfer.Kind.RELEASE).amount == 4 * 300_000
    money.assert_books_hold()


def test_pausing_and_closing_at_once_leave_one_of_them(processes: None, small_chunks: None) -> None:
    batch, officer = money.approved_crowd(2), money.officer()
    execution.pay_next_chunk(batch.pk)
    outcomes = together([(execution.close_if_done, (batch.pk,)), (_do_pause, (batch.pk, officer.pk))])
    batch.refresh_from_db()
    if batch.status == S.CLOSED:
        assert [outcome.error for outcome in outcomes] == ["", "wrong_status"]
    else:
        assert (batch.status, outcomes[0].value) == (S.PAUSED, False)
        pauses.resume(batch, officer)
    money.assert_paid_once(money.pay_out(batch), 2)
