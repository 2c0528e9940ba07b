"""What a run shows: each thing as it happens, and in the end how paying went on through all of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from demo import screen

if TYPE_CHECKING:
    from chaos.storm import Moment, Storm

STRETCHES = 24  # rows of the last table


def tell(moment: Moment) -> None:
    """One line: when, how many were paid by then, and what."""
    paid = "?" if moment.paid is None else f"{moment.paid:,}"
    detail = f": {moment.detail}" if moment.detail else ""
    screen.line(f"{moment.at:7.1f} s  {paid:>7} paid  {moment.what}{detail}")


def show(storm: Storm) -> None:
    """Lines paid over time beside what happened meanwhile, and how often what was done."""
    step = storm.moments[-1].at / STRETCHES
    stretches: list[list[Moment]] = [[] for _ in range(STRETCHES)]
    for moment in storm.moments:
        stretches[min(int(moment.at / step), STRETCHES - 1)].append(moment)
    rows, paid = [], 0
    for number, inside in enumerate(stretches):
        paid = max([paid, *(moment.paid or 0 for moment in inside)])
        bar = "█" * round(screen.BAR_WIDTH * paid / storm.lines)
        rows.append((f"{number * step:.0f} s", f"{paid:,}", bar, _summary(inside)))
    screen.table("\nHow it went", ["from", "paid", "", "what happened"], rows, right=[0, 1])
    did = Counter(moment.what for moment in storm.moments)
    screen.table("What was done", ["", "times"], [(what, f"{count}") for what, count in did.items()], right=[1])
    screen.line(f"{storm.met_work} of the kills met a chunk in hand")
    if storm.crew.ended_by_themselves:
        screen.line(f"ended without being killed: {', '.join(storm.crew.ended_by_themselves)}")


def _summary(moments: list[Moment]) -> str:
    counted = Counter(moment.what for moment in moments)
    return ", ".join(f"{count}× {what}" if count > 1 else what for what, count in counted.items())
