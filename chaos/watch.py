"""What can be seen of the batch while everything around it breaks: from outside, in SQL, and in the workers' logs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg2

# Who has claimed a chunk and not ended its transaction: the port it called from.
HOLDERS = """
SELECT activity.client_port FROM pg_stat_activity activity JOIN pg_locks held USING (pid)
WHERE held.relation = 'disbursement_chunk'::regclass AND held.mode IN ('RowShareLock', 'RowExclusiveLock') AND held.granted
    AND activity.backend_xid IS NOT NULL AND activity.datname = current_database()
"""
PAID = "SELECT coalesce(sum(paid_count), 0) FROM disbursement_chunk WHERE batch_id = %s"
STATUS = "SELECT status FROM disbursement_batch WHERE id = %s"
RECEIVED = re.compile(r"Task ([\w.]+)\[([\w-]+)\] received")


class Watch:
    """Looks at one batch over a connection of its own, which may break at any time."""

    def __init__(self, address: str, batch: int) -> None:
        self._address, self.batch = address, batch
        self._connection: Any = None

    def _ask(self, statement: str, *parameters: object) -> list[tuple[Any, ...]] | None:
        """The rows, or None while the database is away."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg2.connect(self._address, connect_timeout=2)
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                rows: list[tuple[Any, ...]] = cursor.fetchall()
                return rows
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._connection = None
            return None

    def paid(self) -> int | None:
        """How many lines are paid; None while the database is away."""
        rows = self._ask(PAID, self.batch)
        return int(rows[0][0]) if rows else None

    def closed(self) -> bool:
        return self._ask(STATUS, self.batch) == [("closed",)]

    def holders(self) -> set[int]:
        """The ports from which somebody holds a chunk at this moment."""
        return {int(port) for (port,) in self._ask(HOLDERS) or []}


def ports_of(pids: Iterable[int]) -> set[int]:
    """The ports on 127.0.0.1 that the processes' connections begin at."""
    inodes = set()
    for pid in pids:
        for entry in _entries(Path(f"/proc/{pid}/fd")):
            target = _link(entry)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {int(words[1].rpartition(":")[2], 16) for words in lines if words[9] in inodes}


def received(logs: Iterable[Path]) -> Counter[str]:
    """How often each task id was delivered to a worker, as their logs say."""
    counted: Counter[str] = Counter()
    for log in logs:
        counted.update(number for _, number in RECEIVED.findall(log.read_text(errors="replace")))
    return counted


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it ended while we looked
        return []


def _link(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:
        return ""
