"""Batches are paid exactly once whatever dies: real workers, their children, the broker, the order of deliveries.

What a worker's death after each single step leaves is in test_crashes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as conf
from django.db import transaction

from config.celery import app
from disbursement import execution, preflight, tasks
from disbursement.models import Batch, Chunk
from tests import money
from tests.processes import alone, together, waiting_for_locks
from wallet import doorbell
from wallet.models import Account, Transfer

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120


def until(happened: Callable[[], Any], *, meanwhile: Callable[[], Any] = lambda: None) -> None:
    """Waits for what must happen; fails if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        meanwhile()
        time.sleep(0.05)


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 4}


@pytest.fixture
def queue(committed_db: None) -> Iterator[redis.Redis]:
    """This test worker's broker database, empty before and after."""
    broker = redis.Redis.from_url(conf.REDIS_URL)
    broker.flushdb()
    yield broker
    broker.flushdb()


def closed(batch: Batch) -> bool:
    return Batch.objects.get(pk=batch.pk).status == Batch.Status.CLOSED


# --- many at once, and many times ---


def _do_task(batch: int) -> None:
    tasks.pay(batch)


def _do_sweep() -> None:
    execution.sweep()


def test_many_workers_at_once_pay_everyone_once(processes: None, small_chunks: None) -> None:
    batch = money.approved_crowd(100)
    outcomes = together([(_do_task, (batch.pk,))] * 6)
    assert [outcome.error for outcome in outcomes] == [""] * 6
    money.assert_paid_once(batch, 100)


def test_a_chunk_that_one_worker_is_busy_with_holds_no_other_up(processes: None, small_chunks: None) -> None:
    batch = money.approved_crowd(12)
    with transaction.atomic():
        Chunk.objects.select_for_update().get(batch=batch, number=1)
        assert alone(_do_task, batch.pk).error == ""
        assert list(batch.chunks.order_by("number").values_list("status", flat=True)) == ["pending", "done", "done"]
    tasks.pay(batch.pk)
    money.assert_paid_once(batch, 12)


def test_every_task_delivered_three_times_changes_nothing(
    processes: None, queue: redis.Redis, small_chunks: None
) -> None:
    batch = money.approved_crowd(20)
    for _ in range(3):
        tasks.pay(batch.pk)
        tasks.sweep()
    outcomes = together([(_do_task, (batch.pk,)), (_do_sweep, ())] * 3)
    assert [outcome.error for outcome in outcomes] == [""] * 6
    money.assert_paid_once(batch, 20)
    assert Transfer.objects.filter(kind=Transfer.Kind.RELEASE).count() == 0


def test_sweepers_and_workers_at_once_pay_and_close_each_batch_once(
    processes: None, queue: redis.Redis, small_chunks: None
) -> None:
    first, second = money.approved_crowd(12), money.approved_crowd(8)
    jobs: list[Any] = [(_do_sweep, ())] * 2
    together(jobs + [(_do_task, (first.pk,)), (_do_task, (second.pk,))] * 2)
    together(jobs)
    money.assert_paid_once(first, 12)
    money.assert_paid_once(second, 12 + 8)  # the first programme's people are eligible for the second as well


def test_the_sweep_closes_a_batch_whose_last_worker_died_before_closing(db: None) -> None:
    batch = money.approved_crowd(3)
    assert execution.pay_next_chunk(batch.pk)
    assert not closed(batch)
    execution.sweep()
    money.assert_paid_once(batch, 3)


# --- the broker ---


@contextmanager
def _silent_server() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@contextmanager
def _closed_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        yield server.getsockname()[1]


APPROVE = """
import sys, django
django.setup()
from django.contrib.auth.models import User
from disbursement.models import Batch
from tests import money
batch = Batch.objects.get(pk=sys.argv[1])
money.approve(batch, User.objects.get(pk=sys.argv[2]))
"""


@pytest.mark.parametrize("broker", [_closed_port, _silent_server])
def test_an_approval_does_not_need_the_broker_and_the_sweep_rings_later(
    process_env: dict[str, str], queue: redis.Redis, broker: Callable[[], Any]
) -> None:
    money.people(3)
    batch = money.submitted(money.programme(amount=100, budget=300))
    preflight.run(batch.pk)
    queue.delete("celery")  # the submission has rung for its check
    with broker() as port:
        subprocess.run(
            [sys.executable, "-c", APPROVE, str(batch.pk), str(money.approver().pk)],
            env=process_env | {"REDIS_URL": f"redis://127.0.0.1:{port}/0", "DJANGO_SETTINGS_MODULE": "config.settings"},
            cwd=ROOT,
            check=True,
            timeout=120,
        )
    batch.refresh_from_db()
    assert (batch.status, queue.llen("celery")) == ("approved", 0)
    until(lambda: queue.llen("celery"), meanwhile=tasks.sweep)  # on a busy machine a ring may be lost, and is repeated
    tasks.pay(batch.pk)
    money.assert_paid_once(batch, 3)


def test_an_approval_rings_only_if_it_commits(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *ring, times: rings.append((*ring, times)))
    money.people(3)
    batch = money.submitted(money.programme(amount=100, budget=300))
    assert rings == [("disbursement.tasks.preflight", batch.pk, 1)]
    rings.clear()
    with transaction.atomic():
        money.approve(batch)
        transaction.set_rollback(True)
    assert rings == []
    money.approve(batch)
    assert rings == [("disbursement.tasks.pay", batch.pk, 1)]


# --- real workers, killed ---

CROWD, CHUNK = 3_000, 50


def _die_with_the_tests() -> None:
    """A worker that outlived a test run that was killed would pay the next one's batches."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Worker:
    """A Celery worker with two children, in a process group of its own."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        command = "-m celery -A config worker --pool prefork -c 2 --without-gossip --without-mingle --without-heartbeat"
        with log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command.split()],
                env=env,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_the_tests,
            )

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()


def test_payments_are_taken_before_notices_that_have_waited_longer(queue: redis.Redis) -> None:
    """Notices ring for themselves as long as people wait for one, which may be for hours."""
    doorbell.ring("mobile.tasks.deliver_notices", times=3)
    doorbell.ring("mobile.tasks.make_notices")
    doorbell.ring("disbursement.tasks.pay", 1)
    doorbell.ring("mobile.tasks.deliver_sms")  # codes to sign in with
    with app.connection_for_read() as connection:
        waiting = connection.SimpleQueue("celery", no_ack=True)
        taken = [waiting.get(timeout=5).headers["task"] for _ in range(6)]
        waiting.close()
    assert sorted(taken[:2]) == ["disbursement.tasks.pay", "mobile.tasks.deliver_sms"]
    assert sorted(taken[2:]) == ["mobile.tasks.deliver_notices"] * 3 + ["mobile.tasks.make_notices"]


@pytest.fixture
def start_worker(process_env: dict[str, str], queue: redis.Redis, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def start() -> Worker:
        started.append(Worker(process_env, tmp_path / "worker.log"))
        return started[-1]

    yield start
    for worker in started:
        worker.stop()


@contextmanager
def _workers_held_in_the_middle_of_a_chunk(batch: Batch) -> Iterator[None]:
    """Everything of their chunks is written and nothing committed: they wait for the clearing account, which we hold."""
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=batch.clearing_id)
        until(lambda: waiting_for_locks() == 2)
        yield


def test_real_workers_killed_in_the_middle_of_their_chunks_pay_everyone_once(
    start_worker: Callable[[], Worker], settings: Any
) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": CHUNK}
    batch = money.approved_crowd(CROWD)
    worker = start_worker()
    done = Chunk.objects.filter(batch=batch, status=Chunk.Status.DONE)
    until(lambda: done.count() >= 2)

    with _workers_held_in_the_middle_of_a_chunk(batch):
        os.kill(worker.children()[0], signal.SIGKILL)  # one child: its task is redelivered, its chunk is whole
        until(lambda: len(worker.children()) == 2)
    paid = done.count()
    until(lambda: done.count() > paid)

    with _workers_held_in_the_middle_of_a_chunk(batch):
        worker.kill()  # all of it: what it had taken from the broker stays invisible for minutes
    assert 0 < done.count() < CROWD // CHUNK

    start_worker()
    until(lambda: closed(batch), meanwhile=execution.sweep)
    money.assert_paid_once(batch, CROWD)
