"""The storm itself: faults in their time, workers started again, and the line kept slow enough that faults meet work."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import redis

from chaos.plan import KILLS, Fault, Kind
from chaos.slow_line import SlowLine
from chaos.watch import Watch, ports_of
from chaos.workers import READY, Crew, Victim
from config.embedded import Postgres, Valkey

TICK = 0.1  # seconds
SLOW, BRISK = 0.1, 0.01  # seconds a message takes: while paying is ahead of the faults, and while it is behind
PAID_BY_THE_END = 0.85  # share of the lines that may be paid when the last fault comes
MEET = 30.0  # seconds that a kill waits for somebody at work
PATIENCE = 240.0  # seconds after the last fault; whoever is not done by then is stuck


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: seconds since paying began, what, and how many lines were paid (None: nobody could tell)."""

    at: float
    what: str
    detail: str
    paid: int | None


@dataclass(slots=True)
class Servers:
    """The servers that are broken, and the address of the broker."""

    postgres: Postgres
    valkey: Valkey
    broker: str

    def suffer(self, kind: Kind) -> None:
        """Breaks what the fault names; returns when it is broken, or when it is back."""
        deeds: dict[Kind, Callable[[], Any]] = {
            Kind.FLUSH: self._flush,
            Kind.RESTART_VALKEY: self.valkey.restart,
            Kind.KILL_VALKEY: lambda: self.valkey.restart(killed=True),
            Kind.FREEZE: lambda: self._signal(signal.SIGSTOP),
            Kind.THAW: lambda: self._signal(signal.SIGCONT),
            Kind.RESTART_POSTGRES: lambda: self.postgres.restart("fast"),
            Kind.CRASH_POSTGRES: lambda: self.postgres.restart("immediate"),
        }
        deeds[kind]()

    def _flush(self) -> None:
        with redis.Redis.from_url(self.broker) as broker:
            broker.flushall()

    def _signal(self, number: int) -> None:
        pid = self.valkey.pid()
        if pid is not None:
            os.kill(pid, number)


@dataclass(slots=True)
class Storm:
    """One run of a plan over a batch of so many lines."""

    plan: Sequence[Fault]
    lines: int
    crew: Crew
    servers: Servers
    line: SlowLine
    watch: Watch
    tell: Callable[[Moment], None]
    moments: list[Moment] = field(default_factory=list)
    met_work: int = 0  # kills of somebody who had a chunk in hand
    last_fault: float = 0.0
    closed_at: float | None = None
    open_at_last_fault: bool = False
    _began: float = field(default_factory=time.monotonic)
    _done: int = 0
    _frozen: bool = False
    _taken: float = 0.0  # by faults: seconds in which the plan does not go on

    def run(self) -> None:
        """Until every fault has come, the batch is closed and every worker is back, or nobody believes any more in that."""
        self._began = time.monotonic()
        for fault in self.plan:
            while self._now() - self._taken < fault.at:
                self._tick()
            self._strike(fault)
            self._done += 1
        self.last_fault = self._now()
        self.open_at_last_fault = not self.watch.closed()
        self.line.delay = 0.0
        self._note("the faults end", "the line is fast from now on")
        while self._now() < self.last_fault + PATIENCE:
            # The last fault may have killed a worker that the others could do without.
            if self.closed_at is not None and self.crew.is_whole():
                break
            self._tick()
        self._note("the batch is closed" if self.closed_at is not None else "the batch is still open: given up")

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _note(self, what: str, detail: str = "") -> None:
        moment = Moment(self._now(), what, detail, self.watch.paid())
        self.moments.append(moment)
        self.tell(moment)

    def _tick(self) -> None:
        time.sleep(TICK)
        for name in self.crew.look_after():
            self._note("started again", name)
        paid = self.watch.paid()
        if paid is not None and self._done < len(self.plan):
            ahead = paid / self.lines > PAID_BY_THE_END * self._done / len(self.plan)
            self.line.delay = SLOW if ahead else BRISK
        if self.closed_at is None and paid == self.lines and self.watch.closed():
            self.closed_at = self._now()

    def _strike(self, fault: Fault) -> None:
        began = time.monotonic()
        if fault.kind in KILLS:
            self._kill(fault.kind, self._victim(fault))
        else:
            self.servers.suffer(fault.kind)
            self._frozen = fault.kind is Kind.FREEZE
            self._note(fault.kind, f"{time.monotonic() - began:.1f} s")
        self._taken += time.monotonic() - began

    def _victim(self, fault: Fault) -> Victim:
        """Who is killed: somebody who takes tasks, even if that needs waiting; anybody while Valkey is frozen, as nobody starts.

        On a busy machine a worker takes longer to start than a kill lets it live: then nothing but starts would be killed.
        Whoever is to be killed at work is waited for too, but not for ever: the work may be done, or lost until the next sweep.
        """
        is_child = fault.kind is Kind.KILL_CHILD
        began = time.monotonic()
        while (waited := time.monotonic() - began) < READY:
            everyone = self.crew.victims(starting=self._frozen)
            able = [victim for victim in everyone if victim.is_child == is_child]
            if fault.at_work and waited < MEET and not self._frozen and self.closed_at is None:
                able = [victim for victim in able if self._chunks_held(victim)]
            if able:
                return able[int(fault.pick * len(able))]
            self._tick()
        raise TimeoutError(f"no worker took tasks for {READY:.0f} s: see {self.crew.workers[0].log}")

    def _kill(self, kind: Kind, victim: Victim) -> None:
        held = self._chunks_held(victim)
        self.crew.kill(victim)
        self.met_work += bool(held)
        self._note(kind, f"{victim}, {held} chunk(s) in hand" if held else f"{victim}, nothing in hand")

    def _chunks_held(self, victim: Victim) -> int:
        """How many chunks the victim and who pays for it have in hand."""
        ours = ports_of(victim.hands)
        callers = dict(self.line.callers)
        return sum(callers.get(port) in ours for port in self.watch.holders())
