"""What the partner has paid, by the references it was given: each once, however often it is asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from demo.emoney_partner.faults import ACCOUNTS, PAID


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came: reference, account, and the amount as the standard writes it."""

    reference: str
    account: str
    amount: str


class Inconsistent(Exception):
    """The reference was used before for something else."""


@dataclass(slots=True)
class Books:
    """Every line that was taken in, and every credit, in the order they happened."""

    lines: dict[str, Line] = field(default_factory=dict)
    results: dict[str, tuple[str, str]] = field(default_factory=dict)
    credits: list[tuple[str, str, str]] = field(default_factory=list)  # reference, account, amount
    resent: int = 0
    external_ids: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def pay(self, lines: list[Line]) -> None:
        """Pays each line whose reference is new. Raises Inconsistent; then none of them is paid."""
        with self.lock:
            if any(self.lines.get(line.reference, line) != line for line in lines):
                raise Inconsistent
            for line in lines:
                if line.reference in self.lines:
                    self.resent += 1
                    continue
                self.lines[line.reference] = line
                self.results[line.reference] = ACCOUNTS.get(line.account[-4:], PAID)
                if self.results[line.reference] == PAID:
                    self.credits.append((line.reference, line.account, line.amount))

    def result(self, reference: str) -> tuple[Line, tuple[str, str]] | None:
        """The line and what became of it; None if it never came."""
        with self.lock:
            line = self.lines.get(reference)
            return (line, self.results[reference]) if line is not None else None

    def spend(self, external_id: str) -> bool:
        """True if nobody has used this X-EXTERNAL-ID before."""
        with self.lock:
            new = external_id not in self.external_ids
            self.external_ids.add(external_id)
            return new

    def as_json(self) -> dict[str, Any]:
        """What tests and the demo compare with our books."""
        with self.lock:
            return {
                "credits": [list(credit) for credit in self.credits],
                "lines": len(self.lines),
                "resent": self.resent,
            }
