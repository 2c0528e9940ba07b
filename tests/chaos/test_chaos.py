"""Chaos, small: a real run of `make chaos` on servers of its own, and the parts that decide what a run is worth."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import connections, transaction

from chaos import plan, storm, verdict, watch
from chaos.plan import Fault, Kind
from chaos.slow_line import SlowLine
from chaos.storm import Storm
from chaos.workers import Victim
from config.embedded import DATA, ROOT
from demo.proof import Proof
from disbursement.models import Chunk
from tests import money
from wallet import ledger
from wallet.models import Transfer

SECONDS = 900  # most of it is a busy machine's: a run takes well under a minute on an idle one


def _address(alias: str) -> str:
    place = connections[alias].settings_dict
    return f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


@pytest.mark.xdist_group("chaos")
def test_a_thousand_are_paid_once_whatever_is_killed_flushed_frozen_and_restarted(committed_db: None) -> None:
    part = f"chaos-{uuid.uuid4().hex[:8]}"
    small = {"seed": 7, "lines": 1000, "chunk": 20, "workers": 2, "faults": 9, "scale": 0.1, "part": part}
    options = [f"--{name}={value}" for name, value in (small | {"tables-from": _address("owner")}).items()]
    done = subprocess.run(
        [sys.executable, "-m", "chaos", *options], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr + _ends_of_logs(DATA / part)
    assert "Everyone was paid exactly once" in done.stdout
    shutil.rmtree(DATA / part)


def test_two_runs_do_not_share_servers() -> None:
    part = f"chaos-{uuid.uuid4().hex[:8]}"
    (DATA / part).mkdir(parents=True)
    with (DATA / part / "run").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = [sys.executable, "-m", "chaos", "--part", part]
        done = subprocess.run(second, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode != 0
    assert f"another run uses .data/{part}" in done.stderr
    shutil.rmtree(DATA / part)


def _ends_of_logs(folder: Path) -> str:
    return "".join(f"\n--- {log.name}\n{log.read_text()[-3000:]}" for log in folder.glob("*.log"))


# --- the plan ---


def test_a_seed_repeats_its_plan_and_another_makes_another() -> None:
    assert plan.drawn(5, 50, 1.0) == plan.drawn(5, 50, 1.0)
    assert plan.drawn(5, 50, 1.0) != plan.drawn(6, 50, 1.0)


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_has_every_fault_and_ends_with_a_kill(seed: int) -> None:
    faults = plan.drawn(seed, 50, 1.0)
    kinds = [fault.kind for fault in faults]
    assert sum(kind in plan.KILLS for kind in kinds) == 50
    assert {*kinds} == {*Kind}
    assert faults[-1].kind in plan.KILLS
    frozen = faults[kinds.index(Kind.FREEZE)], faults[kinds.index(Kind.THAW)]
    assert frozen[1].at - frozen[0].at == pytest.approx(60)
    meanwhile = [fault for fault in faults if frozen[0].at < fault.at < frozen[1].at]
    assert meanwhile and all(fault.kind in plan.KILLS for fault in meanwhile)
    gaps = [after.at - before.at for before, after in pairwise(faults) if before.kind in plan.KILLS]
    assert max(gaps) <= plan.KILL_EVERY[1]


# --- the storm ---


def test_a_run_does_not_end_before_whom_the_last_fault_killed_is_back() -> None:
    crew = Mock(is_whole=Mock(side_effect=[False, False, True]), look_after=Mock(return_value=[]))
    watch = Mock(closed=Mock(return_value=True), paid=Mock(return_value=5))
    storm = Storm([], 5, crew, Mock(), Mock(), watch, tell=lambda _: None)
    storm.run()
    assert crew.is_whole.call_count == 3 and crew.look_after.call_count >= 3
    assert storm.closed_at is not None


def test_a_kill_at_work_waits_until_somebody_has_a_chunk_in_hand(committed_db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr(storm, "PATIENCE", 0.0)
    batch = money.approved_crowd(3)
    idle, busy = (Victim(pid, "worker 1", True, (pid,)) for pid in (os.getppid(), os.getpid()))

    def take_a_chunk() -> list[str]:  # while the storm waits
        Chunk.objects.select_for_update().get(batch=batch)
        return []

    crew = Mock(victims=Mock(return_value=[idle, busy]), look_after=Mock(side_effect=take_a_chunk))
    line = Mock(callers={port: port for port in watch.ports_of([os.getpid()])})
    one = [Fault(0.0, Kind.KILL_CHILD, pick=0.0, at_work=True)]
    blows = Storm(one, 3, crew, Mock(), line, watch.Watch(_address("default"), batch.pk), tell=lambda _: None)
    with transaction.atomic():
        blows.run()
    crew.kill.assert_called_once_with(busy)
    assert blows.met_work == 1


# --- the slow line ---


def test_the_slow_line_passes_on_late_and_knows_who_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = SlowLine(server.getsockname()[1])
        line.delay = 0.2
        with socket.create_connection(("127.0.0.1", line.port)) as caller:
            there, _ = server.accept()
            began = time.monotonic()
            caller.sendall(b"COMMIT")
            assert there.recv(100) == b"COMMIT"
            assert time.monotonic() - began >= 0.2
            assert line.callers == {there.getpeername()[1]: caller.getsockname()[1]}
            caller.sendall(b"BEGIN")
        assert there.recv(100) == b"BEGIN"  # under way when the caller died
        assert there.recv(100) == b""
        there.close()


# --- what is judged: a run that went wrong must be told ---


@pytest.fixture
def batch(committed_db: None) -> Any:
    return money.pay_out(money.approved_crowd(3))


def _judged(batch: Any, lines: int = 3) -> list[str]:
    proof = Proof()
    verdict.paid_once(proof, batch, lines)
    return [claim.tried for claim in proof.broken]


def test_a_batch_paid_once_is_judged_so(batch: Any) -> None:
    assert _judged(batch) == []


def test_a_line_that_is_missing_is_told(batch: Any) -> None:
    assert _judged(batch, lines=4) == [verdict.ONCE]


def test_money_that_arrived_twice_under_another_key_is_told(batch: Any) -> None:
    wallet = batch.instructions.earliest("pk").wallet
    clearing = batch.clearing
    money.move(money.fund(300_000), clearing, 300_000, kind=Transfer.Kind.RESERVATION)
    money.purse(wallet, 300_000, source=clearing)
    assert ledger.balance_of(clearing.pk) == 0
    assert verdict.ONCE in _judged(batch)


def test_who_holds_a_chunk_is_seen_by_the_port_they_call_from(committed_db: None) -> None:
    batch = money.approved_crowd(3)
    looking = watch.Watch(_address("default"), batch.pk)
    assert looking.holders() == set()
    with transaction.atomic():
        Chunk.objects.select_for_update().get(batch=batch)
        holders = looking.holders()
        assert len(holders) == 1 and holders <= watch.ports_of([os.getpid()])
    assert looking.holders() == set()
