"""What is broken, and when: drawn from a seed, so that the same seed repeats it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

KILL_EVERY = (2.0, 5.0)  # seconds between two kills
WORKERS = 3  # one kill in so many is of a worker itself, the others are of children
SHARE = 0.9  # of the time until the last kill is for the servers' faults, so that the last faults are kills


class Kind(StrEnum):
    """What can be done to a running Salur."""

    KILL_WORKER = "kill -9 of a worker"
    KILL_CHILD = "kill -9 of a child"
    FLUSH = "Valkey flushed"
    RESTART_VALKEY = "Valkey restarted"
    KILL_VALKEY = "Valkey killed, started"
    FREEZE = "Valkey frozen"
    THAW = "Valkey goes on"
    RESTART_POSTGRES = "PostgreSQL restarted"
    CRASH_POSTGRES = "PostgreSQL crashed, started"


KILLS = (Kind.KILL_WORKER, Kind.KILL_CHILD)
SERVER_FAULTS = (  # with the seconds until the next one of them
    (Kind.FLUSH, 5.0),
    (Kind.FLUSH, 5.0),
    (Kind.RESTART_VALKEY, 8.0),
    (Kind.KILL_VALKEY, 8.0),
    (Kind.FREEZE, 60.0),
    (Kind.RESTART_POSTGRES, 10.0),
    (Kind.CRASH_POSTGRES, 10.0),
)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something to be broken so many seconds after paying began, not counting those that the faults before it took.

    `pick`, from 0 to 1, says which of those that may be killed it is; `at_work`, that it is one of those with a chunk in hand.
    """

    at: float
    kind: Kind
    pick: float = 0.0
    at_work: bool = False


def drawn(seed: int, kills: int, scale: float) -> list[Fault]:
    """So many kills and every fault of the servers, in the order of their moments; all seconds times the scale.

    Every other kill is of somebody at work. The others may meet nobody's: on a busy machine, where a worker is killed again
    soon after it came up, that would be all of them.
    """
    chance = random.Random(seed)
    gaps = [chance.uniform(*KILL_EVERY) * scale for _ in range(kills)]
    busy = sum(seconds * scale for _, seconds in SERVER_FAULTS)
    stretch = max(1.0, busy / SHARE / sum(gaps))  # few kills, but the servers need their time
    moments = [stretch * sum(gaps[: number + 1]) for number in range(kills)]
    kinds = [Kind.KILL_CHILD if number % WORKERS else Kind.KILL_WORKER for number in range(kills)]
    chance.shuffle(kinds)
    faults = [
        Fault(at, kind, chance.random(), at_work=number % 2 == 0)
        for number, (at, kind) in enumerate(zip(moments, kinds, strict=True))
    ]
    return sorted(faults + _of_servers(chance, SHARE * moments[-1] - busy, scale))


def _of_servers(chance: random.Random, free: float, scale: float) -> list[Fault]:
    """Each in turn, with the free seconds spread between them; what was frozen goes on before the next."""
    faults, taken = [], 0.0
    pauses = sorted(chance.uniform(0, max(free, 0)) for _ in SERVER_FAULTS)
    for pause, (kind, seconds) in zip(pauses, chance.sample(SERVER_FAULTS, len(SERVER_FAULTS)), strict=True):
        faults.append(Fault(pause + taken, kind))
        taken += seconds * scale
        if kind is Kind.FREEZE:
            faults.append(Fault(pause + taken, Kind.THAW))
    return faults
