"""An approved batch paid by real Celery workers, rung over the real broker, beside the same code called in one process.

From the first ring until the batch is closed: what the queue, the worker and its start of work cost on top of the ledger's own.
"""

from __future__ import annotations

import time
from functools import partial

from bench import crew, database
from bench.ledger import bulk
from bench.ledger.bulk import Bulk
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from disbursement.execution import MOST_RINGS
from disbursement.models import Batch
from wallet import verification

AREA = "disbursement"
PEOPLE, MANY = 100_000, 1_000_000
PATIENCE = 1_800  # seconds that a batch may take


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """One and two workers beside the bulk figure of the ledger, and ten times as many instructions."""
    with bulk.prepared(plan, tell, PEOPLE) as few:
        memory: list[float] = []
        found = _side_by_side(few, memory, plan, tell)
        with bulk.prepared(plan, tell, MANY) as many:
            return [*_rates(few, found), *_ten_times(few, many, memory, tell)]


def _side_by_side(few: Bulk, memory: list[float], plan: Plan, tell: Tell) -> dict[str, Figures]:
    tell("paid through workers and broker, instructions a second")
    return in_rounds(
        {
            "in one process": lambda: few.rate(partial(few.workers, 1)),
            "one worker": lambda: few.rate(partial(_paid, few, 1, memory)),
            "two workers": lambda: few.rate(partial(_paid, few, 2, [])),
        },
        plan.rounds,
        tell,
    )


def _rates(few: Bulk, found: dict[str, Figures]) -> list[Row]:
    work, unit, one = f"pay {few.people:,} instructions through", "instructions/s", found["one worker"]
    inside = found["in one process"]
    return [
        Row(AREA, f"{work} a worker", unit, one, inside, "the same code in one process", Aim(">=", 0.7)),
        Row(AREA, f"{work} two workers", unit, found["two workers"], one, "one worker", Aim(">=", 1.3)),
    ]


def _ten_times(few: Bulk, many: Bulk, memory: list[float], tell: Tell) -> list[Row]:
    tell(f"{many.people:,} instructions, once")
    peak: list[float] = []
    seconds = _paid(many, 1, peak)
    work, beside = f"a worker's peak memory, {many.people:,} instructions", f"{few.people:,} instructions"
    return [
        Row(
            AREA,
            f"pay {many.people:,} instructions through a worker",
            "instructions/s",
            Figures((many.people / seconds,)),
        ),
        Row(AREA, work, "MB", Figures(tuple(peak)), Figures(tuple(memory)), beside, Aim("<=", 1.1)),
    ]


def _paid(batch: Bulk, workers: int, memory: list[float]) -> float:
    """Seconds from the ring until the batch is closed; the peak of the workers' memory is kept in the list."""
    database.copy(batch.template, batch.name)
    with crew.working(workers, batch.name) as hands:
        chunks = Batch.objects.get(pk=batch.batch).chunks.count()
        began = time.time()  # the workers keep the end as a moment
        hands.ring("disbursement.tasks.pay", batch.batch, times=min(chunks, MOST_RINGS))
        ended = _closed(batch.batch, hands)
        memory.append(hands.peak_memory())
    batch.check()
    if not verification.verify().holds:
        raise RuntimeError("the ledger does not verify")
    return ended - began


def _closed(batch: int, hands: crew.Crew) -> float:
    """When the batch was closed. Raises RuntimeError if a worker ends, or it takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        closed_at = Batch.objects.values_list("closed_at", flat=True).get(pk=batch)
        if closed_at is not None:
            return float(closed_at.timestamp())
        hands.check_alive()
        time.sleep(0.2)
    raise RuntimeError(f"the batch is not closed after {PATIENCE} s")
