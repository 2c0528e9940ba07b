"""Real Celery workers with one child each on a database of the bench, rung over the real broker, from a queue of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import redis

from config import processes
from config.celery import app
from config.embedded import ROOT, process_alive
from config.settings import REDIS_URL as BROKER

READY = 300  # seconds: a worker that takes no tasks by then has failed
LOGS = ROOT / ".data" / "bench"
COMMAND = [sys.executable, "-m", "celery", "-A", "bench.worker", "worker", "-c", "1", "--loglevel", "INFO"]


class Crew:
    """So many workers on one database, ready to be rung."""

    def __init__(self, count: int, database: str) -> None:
        self.queue = f"{database}_{os.getpid()}"
        self._env = os.environ | {"BENCH_DATABASE": database, "BENCH_QUEUE": self.queue, "OWNER_DATABASE_URL": ""}
        LOGS.mkdir(parents=True, exist_ok=True)
        self._logs = [LOGS / f"worker{number}.log" for number in range(1, count + 1)]
        self._workers = [self._started(log) for log in self._logs]

    def _started(self, log: Path) -> subprocess.Popen[bytes]:
        command = [*COMMAND, "-n", f"{self.queue}_{log.stem}@%h"]
        with log.open("wb") as output:
            return processes.start(command, self._env, output)

    def wait_until_ready(self) -> None:
        """Returns when every worker takes tasks. Raises RuntimeError if one does not."""
        until = time.monotonic() + READY
        for log in self._logs:
            while b" ready." not in log.read_bytes():
                self.check_alive()
                if time.monotonic() > until:
                    raise RuntimeError(f"a worker takes no tasks: see {log}")
                time.sleep(0.1)

    def check_alive(self) -> None:
        """Raises RuntimeError if a worker has ended."""
        for worker, log in zip(self._workers, self._logs, strict=True):
            if not process_alive(worker.pid):
                raise RuntimeError(f"a worker has ended: see {log}")

    def ring(self, task: str, *ids: int, times: int) -> None:
        """As wallet.doorbell rings, over the workers' queue."""
        with app.connection_for_write(BROKER) as connection:
            for _ in range(times):
                app.send_task(task, args=ids, queue=self.queue, connection=connection)

    def peak_memory(self) -> float:
        """The most that any child, who does the work, has held in memory so far, in MB (10⁶ bytes)."""
        return max(_peak_of(child) for worker in self._workers for child in _children(worker.pid))

    def end(self) -> None:
        """All of them at once, and what is left of their queue."""
        for worker in self._workers:
            with suppress(ProcessLookupError):  # its number is nobody else's before it is waited for
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        broker = redis.Redis.from_url(BROKER)
        others = broker.scan_iter(f"{self.queue}\x06\x16*")  # one list for each priority
        broker.delete(self.queue, f"_kombu.binding.{self.queue}", *others)


@contextmanager
def working(count: int, database: str) -> Iterator[Crew]:
    """A crew that takes tasks; it ends with the block."""
    crew = Crew(count, database)
    try:
        crew.wait_until_ready()
        yield crew
    finally:
        crew.end()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _peak_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / 1e6
