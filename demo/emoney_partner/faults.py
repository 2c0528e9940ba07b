"""What goes wrong, by a plan that repeats: a list of faults for each kind of call, taken in order, or drawn by a seed.

    {"bulk": ["timeout_after_credit", "ok"], "inquiry": ["error_500"], "notices": {"times": 2}, "seed": 7, "share": 0.3}

When a list is at its end, calls go well, or fail for the given share, drawn by the seed. What becomes of a line is told by the
account number's end (ACCOUNTS), as providers' test fixtures do.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

BULK = (
    "ok",
    "accepted_202",
    "timeout_after_credit",  # everybody is paid, and nobody says so
    "timeout_before_credit",
    "reset_after_credit",  # the connection breaks, and the money has moved
    "reset_before_credit",
    "error_500",
    "error_504",
    "error_500_after_credit",
    "garbage",  # paid, and answered with a page of a proxy
    "token_expired",
    "missing_lines",  # every third line is lost inside, without a word
    "no_float",
    "duplicate_409",  # paid, and called a duplicate
)
INQUIRY = ("ok", "error_500", "garbage", "timeout", "token_expired", "pending")
DRAWN_BULK = (
    "timeout_after_credit",
    "timeout_before_credit",
    "reset_after_credit",
    "error_504",
    "garbage",
    "missing_lines",
)
DRAWN_INQUIRY = ("error_500", "garbage", "pending")
# How an account that ends so is paid: the response code of its line, and its latestTransactionStatus.
ACCOUNTS = {
    "9001": ("4034018", "06"),  # frozen
    "9002": ("4044011", "06"),  # no such account
    "9003": ("4034023", "06"),  # above its limit
}
PAID = ("2004000", "00")


@dataclass(slots=True)
class Notices:
    """How results are told: `times` each, line by line backwards if `scattered`, after `delay` seconds, `held` until asked for.

    `stale` sends a "still working on it" after the result, `contradict` one that says the opposite of it; `lost` sends none.
    """

    times: int = 1
    scattered: bool = False
    delay: float = 0
    held: bool = False
    stale: bool = False
    contradict: bool = False
    lost: bool = False


@dataclass(slots=True)
class Plan:
    """The faults that are still to come."""

    bulk: list[str] = field(default_factory=list)
    inquiry: list[str] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)
    seed: int = 0
    share: float = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def next_bulk(self) -> str:
        """The fault of the bulk request that has just come."""
        return self._next(self.bulk, DRAWN_BULK)

    def next_inquiry(self) -> str:
        """The fault of the question that has just come."""
        return self._next(self.inquiry, DRAWN_INQUIRY)

    def _next(self, listed: list[str], drawn: tuple[str, ...]) -> str:
        with self.lock:
            if listed:
                return listed.pop(0)
            return self.random.choice(drawn) if self.random.random() < self.share else "ok"


def plan_of(given: dict[str, Any]) -> Plan:
    """The plan as JSON says it. Raises ValueError for a fault that nobody knows."""
    plan = Plan(
        bulk=list(given.get("bulk", [])),
        inquiry=list(given.get("inquiry", [])),
        notices=Notices(**given.get("notices", {})),
        seed=given.get("seed", 0),
        share=given.get("share", 0),
    )
    if unknown := (set(plan.bulk) - set(BULK)) | (set(plan.inquiry) - set(INQUIRY)):
        raise ValueError(f"no such fault: {sorted(unknown)}")
    return plan
