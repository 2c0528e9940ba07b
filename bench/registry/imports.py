"""A registry file looked at and saved, beside PostgreSQL's COPY of what comes of it into the same tables.

A file of invented people, two in a hundred spoiled, is imported by the code that the workers run, each time into an empty
registry and in a process of its own. The COPY brings the finished columns into the same two tables, with their indexes, their
references and the history that the database writes: what of the time is the tables', and what is reading, checking and sealing.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from bench import clients, database
from bench.clients import Start
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from beneficiaries import registry, registry_work, synthetic, uploads
from beneficiaries.models import Change, Household, Person, RegistryImport

AREA = "registry"
PEOPLE, MANY = 100_000, 1_000_000
LOOKED_AT, SAVED = 10_000, 5_000  # rows a second, at least
TODAY = date(2026, 11, 1)
SOURCE = "DTSEN"


@dataclass(frozen=True, slots=True)
class Run:
    """What one import took, in seconds and in MB (10⁶ bytes)."""

    rows: int
    preview: float
    commit: float
    peak_memory: float

    @property
    def whole(self) -> float:
        return self.preview + self.commit


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Everything this area measures."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_side_by_side(plan, Path(folder), tell), *_ten_times(plan, Path(folder), tell)]


def _side_by_side(plan: Plan, folder: Path, tell: Tell) -> list[Row]:
    people = plan.count(PEOPLE)
    file = _file(folder, people, tell)
    runs: list[Run] = []
    tell("the finished rows, for COPY")
    _imported(plan, file)
    copy = _finished(plan, folder)

    def whole() -> float:
        runs.append(_imported(plan, file))
        return runs[-1].rows / runs[-1].whole

    found = in_rounds({"import": whole, "COPY": copy}, plan.rounds, tell)
    work = f"{people:,} rows"

    def figures(name: str) -> Figures:
        return Figures(tuple(run.rows / getattr(run, name) for run in runs))

    memory = Figures(tuple(run.peak_memory for run in runs))
    return [
        Row(AREA, f"look at {work}", "rows/s", figures("preview"), aim=Aim(">=", LOOKED_AT)),
        Row(AREA, f"save {work}", "rows/s", figures("commit"), aim=Aim(">=", SAVED)),
        Row(AREA, f"look at and save {work}", "rows/s", found["import"], found["COPY"], "COPY", Aim(">=", 0.25)),
        Row(AREA, f"peak memory, {work}", "MB", memory, aim=Aim("<=", 300)),
    ]


def _ten_times(plan: Plan, folder: Path, tell: Tell) -> list[Row]:
    people = plan.count(MANY)
    file = _file(folder, people, tell)
    tell(f"{people:,} rows, once, and once more")
    run, again = _imported(plan, file), clients.alone(plan.database, _work, str(file))
    tell(
        f"looked at in {run.preview:.1f} s, saved in {run.commit:.1f} s; again {again.preview:.1f} s and {again.commit:.1f} s"
    )
    _assert_changes_nothing()
    tell("the finished rows, by COPY")
    copied = Figures((_finished(plan, folder)(),))
    memory, whole = Figures((run.peak_memory,)), Figures((run.rows / run.whole,))
    return [
        Row(AREA, f"look at {people:,} rows", "rows/s", Figures((run.rows / run.preview,)), aim=Aim(">=", LOOKED_AT)),
        Row(AREA, f"save {people:,} rows", "rows/s", Figures((run.rows / run.commit,)), aim=Aim(">=", SAVED)),
        Row(AREA, f"look at and save {people:,} rows", "rows/s", whole, copied, "COPY", Aim(">=", 0.25)),
        Row(AREA, f"peak memory, {people:,} rows", "MB", memory, aim=Aim("<=", 300)),
        Row(AREA, f"the same {people:,} rows again", "rows/s", Figures((again.rows / again.whole,))),
    ]


def _file(folder: Path, people: int, tell: Tell) -> Path:
    file = folder / f"registry-{people}.csv"
    if not file.exists():
        tell(f"inventing {people:,} people")
        synthetic.write(file, people, seed=7, today=TODAY)
    return file


def _imported(plan: Plan, file: Path) -> Run:
    """The file into an empty registry, by the code that the workers run, in a process of its own."""
    database.copy(plan.empty, plan.database)
    run: Run = clients.alone(plan.database, _work, str(file))
    done = RegistryImport.objects.get()
    if done.state != RegistryImport.State.COMMITTED or Person.objects.count() != done.added or not done.refused:
        raise RuntimeError(f"not imported as it should be: {done.state}, {done.added} new, {done.refused} refused")
    return run


def _work(start: Start, file: str) -> Run:
    start()
    began = time.monotonic()
    with open(file, "rb") as stream:
        run = registry.begin(uploads.store(stream), file_name="registry.csv", source=SOURCE)
    registry_work.check(run.pk)
    looked = time.monotonic()
    run.refresh_from_db()
    registry.request_commit(run, by=None)
    registry_work.commit(run.pk)
    run.refresh_from_db()
    return Run(run.rows, looked - began, time.monotonic() - looked, clients.peak_memory())


def _assert_changes_nothing() -> None:
    """The second import of the same file added, changed and wrote nothing."""
    first, second = RegistryImport.objects.order_by("pk")
    found = (second.state, second.added, second.changed, second.refused)
    due = (RegistryImport.State.COMMITTED, 0, 0, first.refused)
    if found != due or Change.objects.filter(source=second.told_as).exists():
        raise RuntimeError(f"the same file again is not what it should be: {found} instead of {due}")


def _finished(plan: Plan, folder: Path) -> partial[float]:
    """The finished rows of the import just made, as files, and the COPY of them into an empty registry: rows a second."""
    finished = database.written_out(folder, Household, Person)  # in the order of their references
    return partial(_copied, plan, finished, RegistryImport.objects.earliest("pk").rows)


def _copied(plan: Plan, finished: list[database.Rows], rows_of_the_file: int) -> float:
    database.copy(plan.empty, plan.database)
    return rows_of_the_file / database.seconds_to_copy_in(finished)
