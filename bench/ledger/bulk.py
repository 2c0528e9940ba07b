"""Bulk disbursement: an approved batch into new purses, by the code that the workers run, beside SQL by hand and hordak.

Every run pays a batch of its own copy of one database, and what it leaves behind is compared with what it must leave.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench import clients, database
from bench.clients import Start, Tally
from bench.ledger import batch_world
from bench.ledger.rivals import hordak
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from disbursement import execution
from disbursement.models import Chunk
from wallet import verification

AREA = "ledger"
PEOPLE, MANY = 100_000, 1_000_000
ONE_BY_ONE = 2_000  # payments: enough for a rate
RIVALS = Path(__file__).parent / "rivals"


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Bulk disbursement side by side, with two workers, and ten times as much of it."""
    with prepared(plan, tell, PEOPLE, hordak.open_bulk_world) as bulk:
        return [*_side_by_side(bulk, plan, tell), *_ten_times(bulk, plan, tell)]


@contextmanager
def prepared(plan: Plan, tell: Tell, full: int, beside: Callable[[int], None] = lambda _: None) -> Iterator[Bulk]:
    """One approved batch, and what `beside` adds for as many people, in a template database that is dropped in the end."""
    people = plan.count(full)
    template = f"{plan.database}_{full}"
    tell(f"building: {people:,} people, one approved batch")
    database.copy(plan.empty, plan.database)
    batch = batch_world.approved_batch(people)
    beside(people)
    database.sql("VACUUM ANALYZE")
    database.keep(plan.database, template)
    try:
        yield Bulk(plan.database, template, batch, people)
    finally:
        database.drop(template)


class Bulk:
    """One approved batch in a template database, paid anew in each copy of it."""

    def __init__(self, name: str, template: str, batch: int, people: int) -> None:
        self.name, self.template, self.batch, self.people = name, template, batch, people
        self.peak_memory: list[float] = []

    def workers(self, count: int) -> float:
        """Seconds until so many workers have paid the batch."""
        database.copy(self.template, self.name)
        tallies = clients.together(self.name, _work, [(self.batch,)] * count)
        self.peak_memory.append(max(tally.peak_memory for tally in tallies))
        self.check()
        if not (execution.close_if_done(self.batch) and verification.verify().holds):
            raise RuntimeError("the batch does not close, or the ledger does not verify")
        return clients.elapsed(tallies)

    def by_hand(
        self, statement: str, *, per_chunk: bool = False, marked: bool = True, before: Callable[[], None] | None = None
    ) -> float:
        """Seconds of the rival's SQL, for all chunks at once or for each by itself; `before` may change the tables first."""
        database.copy(self.template, self.name)
        if before:
            before()
        text = (RIVALS / statement).read_text()
        chunks = list(Chunk.objects.filter(batch=self.batch).order_by("number").values_list("pk", flat=True))
        portions = [[chunk] for chunk in chunks] if per_chunk else [chunks]
        database.sql("SELECT 1")  # connected before the clock runs
        began = time.monotonic()
        for portion in portions:
            database.sql(text, {"batch": self.batch, "chunks": portion})
        seconds = time.monotonic() - began
        self.check(marked=marked)
        return seconds

    def hordak(self, pay: Callable[[Start, int], Tally], payments: int) -> float:
        """Payments a second of hordak."""
        database.copy(self.template, self.name)
        tally = clients.alone(self.name, pay, payments)
        if not hordak.books_hold(payments):
            raise RuntimeError("hordak did not post what it was asked to")
        return clients.rate([tally])

    def rate(self, pay: Callable[[], float]) -> float:
        return self.people / pay()

    def check(self, *, marked: bool = True) -> None:
        """Raises RuntimeError if the batch did not leave behind what it must."""
        end, due = batch_world.bulk_end(self.batch), batch_world.paid_in_full(self.batch, marked=marked)
        if end != due:
            raise RuntimeError(f"not paid as it should be: {end} instead of {due}")


def _work(start: Start, batch: int) -> Tally:
    """A worker: pays chunks as long as there are any."""
    start()
    began, chunks = time.monotonic(), 0
    while execution.pay_next_chunk(batch):
        chunks += 1
    return Tally(chunks, began, time.monotonic(), clients.peak_memory())


def _side_by_side(bulk: Bulk, plan: Plan, tell: Tell) -> list[Row]:
    def rate(pay: Callable[[], float]) -> Callable[[], float]:
        return partial(bulk.rate, pay)

    tell("bulk disbursement, instructions a second")
    found = in_rounds(
        {
            "one worker": rate(partial(bulk.workers, 1)),
            "SQL by hand, one statement": rate(partial(bulk.by_hand, "set_based.sql")),
            "two workers": rate(partial(bulk.workers, 2)),
            "SQL by hand, chunk by chunk": rate(partial(bulk.by_hand, "set_based.sql", per_chunk=True)),
            "SQL by hand, ledger rows alone": rate(partial(bulk.by_hand, "ledger_rows.sql", marked=False)),
            "hordak, bulk_create": partial(bulk.hordak, hordak.bulk, bulk.people),
            "hordak, one by one": partial(bulk.hordak, hordak.one_by_one, min(bulk.people, ONE_BY_ONE)),
        },
        plan.rounds,
        tell,
    )
    ours, work = found["one worker"], f"pay {bulk.people:,} instructions"
    aims = {
        "SQL by hand, one statement": Aim(">=", 0.8),
        "hordak, bulk_create": Aim(">=", 6),
        "hordak, one by one": Aim(">=", 60),
    }
    unit = "instructions/s"
    return [
        *(
            Row(AREA, work, unit, ours, beside, name, aims.get(name))
            for name, beside in found.items()
            if "worker" not in name
        ),
        Row(AREA, f"{work}, two workers", unit, found["two workers"], ours, "one worker", Aim(">=", 1.3)),
    ]


def _ten_times(bulk: Bulk, plan: Plan, tell: Tell) -> list[Row]:
    with prepared(plan, tell, MANY) as many:
        bulk.peak_memory.clear()
        tell("bulk disbursement, seconds")
        found = in_rounds(
            {"few": partial(bulk.workers, 1), "many": partial(many.workers, 1)}, min(plan.rounds, 3), tell
        )
    work, few, memory = f"pay {many.people:,} instructions", f"{bulk.people:,} instructions", "a worker's peak memory"
    peak = Figures(tuple(many.peak_memory))
    return [
        Row(AREA, work, "s", found["many"], found["few"], few, Aim("<=", 10.5)),
        Row(AREA, f"{memory}, {many.people:,} instructions", "MB", peak, aim=Aim("<", 250)),
        Row(
            AREA,
            f"{memory}, {many.people:,} instructions",
            "MB",
            peak,
            Figures(tuple(bulk.peak_memory)),
            few,
            Aim("<=", 1.1),
        ),
    ]
