"""A large batch is filled by a worker, once, whoever dies over it; the office sees how far it is."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from disbursement import batches, filling, preparation, tasks
from disbursement.errors import NowhereToLapse, ProgrammeInactive
from disbursement.models import Batch, BatchStep, Calculation, Cycle, Filling, Instruction, Programme
from tests import money
from tests.processes import alone, together, waiting_for_locks
from wallet import doorbell

S = Batch.Status
NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 2}


def _cycle(programme: Programme) -> Cycle:
    money.eligibility.enrol_eligible(programme)
    return batches.cycle_of(programme, NOVEMBER)


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    heard: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *ring, times=1: heard.append(ring))
    return heard


def test_a_draft_is_empty_until_a_worker_fills_it(committed_db: None, rings: list[Any]) -> None:
    money.people(5)
    cycle, maker = _cycle(money.programme(amount=100)), money.officer()
    batch = batches.draft(cycle, maker)
    assert (batch.status, batch.count, batch.instructions.count()) == ("draft", 0, 0)
    assert rings == [("disbursement.tasks.fill", batch.pk)]
    assert filling.sweep() == 1
    tasks.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.count, batch.total, batch.instructions.count()) == ("prepared", 5, 500, 5)
    assert ("disbursement.tasks.preflight", batch.pk) in rings
    assert batches.fill(batch.pk) is False
    assert filling.sweep() == 0
    steps = BatchStep.objects.order_by("pk").values_list("to_status", "by")
    assert list(steps) == [("draft", maker.pk), ("prepared", None)]


def test_a_draft_that_finds_nobody_is_cancelled_and_says_why(programme: Programme) -> None:
    cycle = _cycle(programme)
    batches.prepare(cycle)
    batch = batches.draft(cycle)
    assert batches.fill(batch.pk)
    batch.refresh_from_db()
    assert batch.status == S.CANCELLED
    assert "Tidak ada peserta" in BatchStep.objects.latest("pk").reason


def test_what_prepare_refuses_no_draft_is_made_of(programme: Programme) -> None:
    with pytest.raises(NowhereToLapse):
        batches.draft(_cycle(money.programme(purse_days=30)))
    cycle = _cycle(programme)
    Programme.objects.filter(pk=programme.pk).update(active=False)
    with pytest.raises(ProgrammeInactive):
        batches.draft(cycle)
    assert not Batch.objects.exists()


def test_a_programme_closed_meanwhile_cancels_its_draft(programme: Programme) -> None:
    batch = batches.draft(_cycle(programme))
    Programme.objects.filter(pk=programme.pk).update(active=False)
    batches.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.instructions.count()) == (S.CANCELLED, 0)


def test_who_dies_or_is_restricted_while_a_draft_is_filled_keeps_nobody_else_from_their_aid(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies, restricted, *_others = [money.person() for _ in range(4)]
    cycle = _cycle(money.programme(amount=100))
    lines = filling.Telling.lines

    def meanwhile(self: filling.Telling, done: int, of: int) -> None:
        lines(self, done, of)
        with self.connection.cursor() as outside:  # another session, which commits at once
            outside.execute(
                "UPDATE beneficiaries_person SET status = 'deceased', deceased_on = '2026-11-02' WHERE id = %s",
                [dies.pk],
            )
            outside.execute("UPDATE beneficiaries_person SET restricted = true WHERE id = %s", [restricted.pk])

    monkeypatch.setattr(filling.Telling, "lines", meanwhile)
    batch = batches.draft(cycle)
    assert batches.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.count) == (S.PREPARED, 3)
    assert batch.instructions.filter(enrolment__person=restricted).exists()
    assert Calculation.objects.filter(total=0).values_list("enrolment__person", "reason").get() == (dies.pk, "changed")


def test_from_so_many_people_on_a_draft_is_made(programme: Programme, monkeypatch: Any) -> None:
    cycle = _cycle(programme)
    for most, large in ((5, False), (4, True)):
        monkeypatch.setattr(batches, "MOST_AT_ONCE", most)
        assert batches.is_large(cycle) is large


# --- workers, in processes ---


def _do_fill(batch: int) -> bool:
    return batches.fill(batch)


def _do_die_while_filling(batch: int, after: str) -> None:
    def die(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if after in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(die):
        batches.fill(batch)


@pytest.mark.parametrize(
    "after",
    ["INSERT INTO disbursement_leftout", 'INSERT INTO "disbursement_chunk"', "UPDATE disbursement_chunk c SET count"],
)
def test_a_worker_that_dies_over_a_draft_leaves_it_for_the_next(processes: None, after: str) -> None:
    money.people(9)
    batch = batches.draft(_cycle(money.programme(amount=100)))
    assert alone(_do_die_while_filling, batch.pk, after).signal == signal.SIGKILL
    batch.refresh_from_db()
    assert (batch.status, Instruction.objects.count(), filling.sweep()) == (S.DRAFT, 0, 1)
    assert batches.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.instructions.count()) == (S.PREPARED, 9)
    assert Filling.objects.get(batch=batch).attempts == 2


def test_a_draft_that_kills_every_worker_is_given_up(processes: None) -> None:
    money.people(2)
    batch = batches.draft(_cycle(money.programme(amount=100)))
    for _ in range(batches.FILLING_ATTEMPTS):
        assert alone(_do_die_while_filling, batch.pk, 'INSERT INTO "disbursement_chunk"').signal == signal.SIGKILL
    assert batches.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, filling.sweep()) == (S.CANCELLED, 0)
    assert "3 kali gagal diisi" in BatchStep.objects.latest("pk").reason


def test_workers_at_once_fill_it_once(processes: None) -> None:
    money.people(30)
    batch = batches.draft(_cycle(money.programme(amount=100)))
    outcomes = together([(_do_fill, (batch.pk,))] * 4)
    assert Counter((outcome.value, outcome.error) for outcome in outcomes) == {(True, ""): 1, (False, ""): 3}
    assert (Batch.objects.get().status, Instruction.objects.count()) == (S.PREPARED, 30)


def test_two_drafts_of_a_cycle_share_nobody(processes: None) -> None:
    money.people(30)
    cycle = _cycle(money.programme(amount=100))
    drafts = [batches.draft(cycle), batches.draft(cycle)]
    outcomes = together([(_do_fill, (draft.pk,)) for draft in drafts])
    assert [outcome.value for outcome in outcomes] == [True, True]
    assert Counter(Batch.objects.values_list("status", "count")) == {("prepared", 30): 1, ("cancelled", 0): 1}


def test_how_far_it_is_can_be_seen_while_it_is_filled(processes: None, small_chunks: None, monkeypatch: Any) -> None:
    money.people(8)
    batch = batches.draft(_cycle(money.programme(amount=100)))
    monkeypatch.setattr(preparation, "GROUP", 2)
    seen: list[tuple[int, int]] = []
    tell = filling.Telling.lines

    def lines(self: filling.Telling, lines: int, of: int) -> None:
        tell(self, lines, of)
        with self.connection.cursor() as outside:  # as a page reads it: outside of the filling's transaction
            outside.execute('SELECT lines, "of" FROM disbursement_filling')
            seen.append(outside.fetchone())

    monkeypatch.setattr(filling.Telling, "lines", lines)
    batches.fill(batch.pk)
    assert seen == [(0, 8), (2, 8), (4, 8), (6, 8)]


def test_a_cycle_that_is_being_prepared_is_waited_for(processes: None) -> None:
    money.people(4)
    cycle = _cycle(money.programme(amount=100))
    batch = batches.draft(cycle)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        batches.prepare(cycle)
        filled = pool.submit(alone, _do_fill, batch.pk)
        while not waiting_for_locks():
            time.sleep(0.01)
    assert filled.result().value is True
    assert Counter(Batch.objects.values_list("status", "count")) == {("prepared", 4): 1, ("cancelled", 0): 1}
