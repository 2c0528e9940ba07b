"""Separate processes that prepare, wait for each other, and begin their measured work at the same moment.

They are forked from a server that holds Django set up and no connection, so each costs milliseconds and has its own
connection and its own memory.
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
Start = Callable[[], None]  # a client calls it when it is ready; it returns when all are
READY = 600  # seconds: a client that does not get ready by then has failed


@dataclass(frozen=True, slots=True)
class Tally:
    """What one client did between two moments of the machine's clock, which is the same for all of them."""

    done: int
    began: float
    ended: float
    peak_memory: float = 0.0


def rate(tallies: Sequence[Tally]) -> float:
    """What all of them did together in a second, from the first who began to the last who ended."""
    return sum(tally.done for tally in tallies) / elapsed(tallies)


def elapsed(tallies: Sequence[Tally]) -> float:
    return max(tally.ended for tally in tallies) - min(tally.began for tally in tallies)


def together(database: str, work: Callable[..., Any], jobs: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Runs work(start, *job) for every job, each in a process on the database; returns the values in the order of the jobs.

    Raises RuntimeError with the client's traceback if one fails.
    """
    forkserver.set_forkserver_preload(["bench.set_up_django"])
    barrier = CONTEXT.Barrier(len(jobs))
    clients = [_begin(database, work, job, barrier) for job in jobs]
    answers = [_answer(*client) for client in clients]
    if failed := [answer.told for answer in answers if isinstance(answer, _Failure)]:
        # Those who waited for the one that failed only say that they waited.
        raise RuntimeError(min(failed, key=lambda told: "BrokenBarrierError" in told))
    return answers


def alone(database: str, work: Callable[..., Any], *job: Any) -> Any:
    """One such process."""
    [value] = together(database, work, [job])
    return value


def peak_memory() -> float:
    """The most this process has held in memory so far, in MB (10⁶ bytes)."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6


class _Failure:
    def __init__(self, told: str) -> None:
        self.told = told


def _begin(database: str, work: Callable[..., Any], job: tuple[Any, ...], barrier: Any) -> tuple[Any, Connection]:
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_run, args=(database, work, job, barrier, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _run(database: str, work: Callable[..., Any], job: tuple[Any, ...], barrier: Any, answer: Connection) -> None:
    from django.db import connection, connections

    from bench.database import use

    def start() -> None:
        barrier.wait(READY)

    try:
        use(database)
        connection.ensure_connection()
        value = work(start, *job)
    except Exception:
        barrier.abort()  # nobody waits for one that will not come
        value = _Failure(traceback.format_exc())
    connections.close_all()
    answer.send(value)


def _answer(process: Any, answer: Connection) -> Any:
    try:
        value = answer.recv()
    except EOFError:
        value = _Failure(f"a client ended with exit code {process.exitcode} and said nothing")
    process.join()
    return value
