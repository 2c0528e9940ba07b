"""The workers and the beat: started, killed with kill -9, and started again as a supervisor does."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from config import processes
from config.embedded import process_alive

CHILDREN = 2  # of each worker
READY = 900.0  # seconds for the workers to come up, on a machine that has other things to do
RESTART_AFTER = (1.0, 3.0)  # seconds; until then, what a dead worker has left behind works on
CELERY = [sys.executable, "-m", "celery", "-A", "chaos.thrice"]


@dataclass(frozen=True, slots=True)
class Victim:
    """A process that may be killed: a worker itself, or one of its children."""

    pid: int
    worker: str
    is_child: bool
    hands: tuple[int, ...]  # the processes that pay for it: itself, or its children

    def __str__(self) -> str:
        return f"one of {self.worker}'s" if self.is_child else f"{self.worker}, leaving {len(self.hands)}"


@dataclass(slots=True)
class _Service:
    """One process with its children, in a group of its own, and what it printed."""

    name: str
    command: list[str]
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    restart_at: float | None = None
    _told_before: int = 0  # bytes in the log when it was started

    def start(self) -> None:
        self.restart_at = None
        with self.log.open("ab") as output:
            self._told_before = output.tell()
            self.process = processes.start(self.command, self.env, output)

    def is_up(self) -> bool:
        """True if it lives and has said, since it was started, that it takes tasks."""
        with self.log.open("rb") as output:
            output.seek(self._told_before)
            return b" ready." in output.read() and process_alive(self.process.pid)

    def end(self) -> None:
        """It and all it left behind, at once."""
        with suppress(ProcessLookupError):  # its number is nobody else's before it is waited for
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def children(self) -> list[int]:
        pid = self.process.pid
        with suppress(OSError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []


class Crew:
    """So many workers and a beat, in a folder for their logs."""

    def __init__(self, workers: int, env: Mapping[str, str], folder: Path, chance: random.Random, scale: float) -> None:
        self._chance, self._scale = chance, scale
        self.workers = [
            _Service(
                f"worker {number}",
                [*CELERY, "worker", "-n", f"{number}@%h", "-c", str(CHILDREN), "--loglevel", "INFO"],
                env,
                folder / f"worker{number}.log",
            )
            for number in range(1, workers + 1)
        ]
        self._beat = _Service("beat", [*CELERY, "beat", "--loglevel", "INFO"], env, folder / "beat.log")
        self.restarts = 0
        self.ended_by_themselves: list[str] = []
        self._killed: set[int] = set()

    def start(self) -> None:
        """Starts all of them; returns when every worker takes tasks. Raises TimeoutError."""
        for service in (*self.workers, self._beat):
            service.start()
        until = time.monotonic() + READY
        while not self.is_whole():
            if time.monotonic() > until:
                raise TimeoutError(f"no worker is ready after {READY:.0f} s: see {self.workers[0].log}")
            time.sleep(0.2)

    def is_whole(self) -> bool:
        """True if every worker takes tasks."""
        return all(worker.is_up() for worker in self.workers)

    def end(self) -> None:
        for service in (*self.workers, self._beat):
            if hasattr(service, "process"):
                service.end()

    def victims(self, *, starting: bool) -> Iterator[Victim]:
        """Every process of every worker that takes tasks, and of those that are only `starting` if they are wanted too."""
        for worker in self.workers:
            if worker.is_up() or (starting and process_alive(worker.process.pid)):
                children = tuple(worker.children())
                yield Victim(worker.process.pid, worker.name, False, children)
                for child in children:
                    yield Victim(child, worker.name, True, (child,))

    def kill(self, victim: Victim) -> None:
        """With kill -9. A worker's children are left to themselves until it is started again."""
        self._killed.add(victim.pid)
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGKILL)

    def look_after(self) -> list[str]:
        """Starts again who has died, after a moment, as a supervisor does; returns the names of whom it started."""
        started = []
        for service in (*self.workers, self._beat):
            if process_alive(service.process.pid):
                continue
            if service.restart_at is None:
                if service.process.pid not in self._killed:
                    self.ended_by_themselves.append(service.name)
                service.restart_at = time.monotonic() + self._scale * self._chance.uniform(*RESTART_AFTER)
            elif time.monotonic() >= service.restart_at:
                service.end()
                service.start()
                self.restarts += 1
                started.append(service.name)
        return started
