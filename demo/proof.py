"""What the demo claims, with what it saw: each claim holds or the demo fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from demo import screen


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must be so: what was tried, what had to come, what came."""

    tried: str
    expected: str
    seen: str

    @property
    def holds(self) -> bool:
        return self.expected == self.seen


@dataclass(slots=True)
class Proof:
    """All claims of one run, the figures measured on the way, and what goes into the summary."""

    refusals: list[Claim] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)

    def refused(self, tried: str, expected: str, seen: str) -> None:
        """Something that must be refused was, with this code."""
        self.refusals.append(Claim(tried, expected, seen))
        screen.line(f"{'refused' if expected == seen else 'NOT AS EXPECTED'}: {tried} → {seen}")

    def must_refuse(self, tried: str, expected: str, call: Callable[[], Any]) -> None:
        """Calls what must raise an error whose `code` is the expected one."""
        try:
            call()
        except Exception as error:
            self.refused(tried, expected, str(getattr(error, "code", type(error).__name__)))
        else:
            self.refused(tried, expected, "was allowed")

    def claim(self, what: str, expected: object, seen: object) -> None:
        self.claims.append(Claim(what, str(expected), str(seen)))
        if str(expected) != str(seen):
            screen.line(f"[red]does not hold[/red]: {what}: expected {expected}, saw {seen}")

    @property
    def broken(self) -> list[Claim]:
        return [claim for claim in self.refusals + self.claims if not claim.holds]


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Seconds since it was started."""
    import time

    begun = time.monotonic()
    yield lambda: time.monotonic() - begun
