"""Separate processes for tests of concurrency: each has its own connections, and all of them begin at the same moment.

They are forked from a server that holds Django set up and no connection (multiprocessing's forkserver), so twenty of them cost
less than one start of Django. What they run must be importable: a function at the top of a module.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

NOTICED_SECONDS = 30  # more than a database needs to see that a client is gone, however busy the machine
SECONDS = 120  # no test needs nearly as long: what hangs longer is a deadlock that nobody resolved
CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one process ended with: a value, or the code (or name) of the exception it raised, or the signal that killed it."""

    value: Any = None
    error: str = ""
    signal: int = 0


def start_server(env: dict[str, str]) -> None:
    """Starts the server that the processes are forked from, with the environment that leads to the test's database."""
    before = dict(os.environ)
    os.environ.update(env)
    try:
        forkserver.set_forkserver_preload(["tests.set_up_django", "pytest", "hypothesis"])
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)


def together(jobs: Sequence[tuple[Callable[..., Any], tuple[Any, ...]]], *, seconds: int = SECONDS) -> list[Outcome]:
    """Runs each job in a process of its own, all released at once; the outcomes come in the order of the jobs.

    Fails if one takes longer than the seconds.
    """
    barrier = CONTEXT.Barrier(len(jobs))
    running = [_start(function, arguments, barrier) for function, arguments in jobs]
    return [_outcome(*process, seconds) for process in running]


def alone(function: Callable[..., Any], *arguments: Any) -> Outcome:
    """Runs one job in a process of its own: for what ends in a crash.

    If it was killed, returns once the database has noticed: what the process held is free.
    """
    outcome = together([(function, arguments)])[0]
    if outcome.signal:
        _wait_for_its_end()
    return outcome


def _wait_for_its_end() -> None:
    from django.db import connection

    until = time.monotonic() + NOTICED_SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
                " AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.005)


def waiting_for_locks() -> int:
    """How many connections to this test's database wait for a lock at this moment (pg_locks tells of every database)."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN (
                SELECT pid FROM pg_locks
                WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()))
            """
        )
        [(waiting,)] = cursor.fetchall()
        return int(waiting)


def _start(function: Callable[..., Any], arguments: tuple[Any, ...], barrier: Any) -> tuple[BaseProcess, Connection]:
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_run, args=(function, arguments, barrier, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _run(function: Callable[..., Any], arguments: tuple[Any, ...], barrier: Any, answer: Connection) -> None:
    from django.db import connection, connections

    connection.ensure_connection()  # so that the barrier releases into the work itself
    barrier.wait(SECONDS)
    try:
        outcome = Outcome(value=function(*arguments))
    except Exception as error:
        outcome = Outcome(error=str(getattr(error, "code", None) or type(error).__name__))
    connections.close_all()
    answer.send(outcome)


def _outcome(process: BaseProcess, answer: Connection, seconds: int) -> Outcome:
    try:
        if not answer.poll(seconds):
            raise AssertionError(f"{process.name} neither ended nor answered within {seconds} s")
        outcome = answer.recv()
    except EOFError:
        outcome = None
    finally:
        process.join(5)
        if process.is_alive():
            process.kill()
    return outcome or Outcome(signal=-(process.exitcode or 0))
