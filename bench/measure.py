"""What is measured, how often, and what it must reach."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

Tell = Callable[[str], None]
COMPARISONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: `scale` multiplies every count and duration of the full run."""

    scale: float = 1.0
    rounds: int = 5
    database: str = "bench_salur"
    clients: tuple[int, ...] = (8, 16)  # at the tills at once, fewest first

    @property
    def empty(self) -> str:
        """The template of all: every table, and nothing in them."""
        return f"{self.database}_empty"

    def count(self, full: int) -> int:
        return max(1, round(full * self.scale))


@dataclass(frozen=True, slots=True)
class Figures:
    """The results of one competitor, one a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Aim:
    """What a row must reach: its ratio where something stands beside it, else its own figure."""

    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        return bool(COMPARISONS[self.comparison](value, self.bound))

    def reached(self, value: float) -> float:
        """1 is just reached, 2 is twice as good as asked, whichever way is better; none at all of what is to be few is 2."""
        if self.comparison == ">=":
            return value / self.bound
        return self.bound / value if value else 2.0

    def __str__(self) -> str:
        return f"{self.comparison} {self.bound:,g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report: our figures, those of whatever did the same work beside us, and the aim, if there is one."""

    area: str
    work: str
    unit: str
    ours: Figures
    beside: Figures | None = None
    beside_is: str = ""
    aim: Aim | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over beside, of the medians."""
        return self.ours.median / self.beside.median if self.beside else None

    @property
    def judged(self) -> float:
        return self.ours.median if self.ratio is None else self.ratio

    @property
    def holds(self) -> bool | None:
        """None where nothing is asked."""
        return self.aim.holds(self.judged) if self.aim else None

    def as_json(self) -> dict[str, Any]:
        beside = self.beside
        return {
            "area": self.area,
            "work": self.work,
            "unit": self.unit,
            "ours": round(self.ours.median, 3),
            "ours_range": [round(self.ours.low, 3), round(self.ours.high, 3)],
            "beside": round(beside.median, 3) if beside else None,
            "beside_range": [round(beside.low, 3), round(beside.high, 3)] if beside else None,
            "beside_is": self.beside_is,
            "ratio": round(self.ratio, 3) if self.ratio is not None else None,
            "aim": str(self.aim) if self.aim else None,
            "holds": self.holds,
        }


def in_rounds(competitors: Mapping[str, Callable[[], float]], rounds: int, tell: Tell) -> dict[str, Figures]:
    """Each competitor once a round, one after the other: what the machine does meanwhile, it does to all of them."""
    values: dict[str, list[float]] = {name: [] for name in competitors}
    for number in range(1, rounds + 1):
        for name, run in competitors.items():
            began = time.monotonic()
            value = run()
            values[name].append(value)
            tell(f"round {number}/{rounds}  {name}: {value:,.1f}  ({time.monotonic() - began:.0f} s)")
    return {name: Figures(tuple(of_rounds)) for name, of_rounds in values.items()}
