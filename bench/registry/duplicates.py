"""People registered twice: how long it takes to find them among a hundred thousand, and how many of each kind are found.

The registry is an invented file (`synthetic_duplicates`) read in by the real import. Precision and recall are those of the queue
at its threshold; the weights were set on other seeds than the one measured here. A pair that was not planted counts as
wrong, though some of them are people drawn with one name, one birth date and one kelurahan: no clerk could tell either.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import clients, database
from bench.clients import Start, Tally
from bench.measure import Aim, Figures, Plan, Row, Tell
from beneficiaries import duplicates, registry, synthetic_duplicates
from beneficiaries.models import DuplicatePair, Person
from beneficiaries.synthetic_duplicates import Pair

AREA = "registry"
PEOPLE, DOUBLED, CHANGED = 95_000, 5_000, 1_000
SEED, TODAY = 2026, date(2026, 11, 25)
CHANGE = """
UPDATE beneficiaries_person SET name = name || ' S' WHERE id IN (
    SELECT id FROM beneficiaries_person ORDER BY uid LIMIT %(changed)s)
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """What the queue holds of the planted pairs: by kind how many there are and how many of them were proposed."""

    planted: Mapping[str, int]
    proposed: Mapping[str, int]
    by_chance: int  # proposed and not planted

    def share(self, kind: str) -> float:
        return self.proposed[kind] / self.planted[kind] if self.planted[kind] else 0.0

    def _sum(self, *, same_person: bool, of: Mapping[str, int]) -> int:
        return sum(of[kind.name] for kind in synthetic_duplicates.KINDS if kind.same_person == same_person)

    @property
    def recall(self) -> float:
        return self._sum(same_person=True, of=self.proposed) / max(1, self._sum(same_person=True, of=self.planted))

    @property
    def precision(self) -> float:
        right = self._sum(same_person=True, of=self.proposed)
        return right / max(1, right + self._sum(same_person=False, of=self.proposed) + self.by_chance)

    def lines(self) -> Iterator[str]:
        for kind in synthetic_duplicates.KINDS:
            what = "found" if kind.same_person else "proposed, and are not one person"
            counts = f"{self.proposed[kind.name]:>5} of {self.planted[kind.name]:>5}"
            yield f"{kind.name:<22}{counts}  {self.share(kind.name):7.1%}  {what}"
        yield f"not planted, proposed all the same: {self.by_chance}"
        yield f"precision {self.precision:.1%}, recall {self.recall:.1%}"


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """A whole run, one after a few changes, and the quality of what was found."""
    pairs = load(plan, tell, seed=SEED)
    people = plan.count(PEOPLE) + plan.count(DOUBLED)
    whole: Tally = clients.alone(plan.database, _find)
    quality = judged(pairs)
    for line in quality.lines():
        tell(line)
    database.sql(CHANGE, {"changed": plan.count(CHANGED)})
    again: Tally = clients.alone(plan.database, _find)
    size = f"{people:,} people"
    return [
        _row(f"find people registered twice, {size}", "s", whole.ended - whole.began, Aim("<=", 120)),
        _row(f"the same after {plan.count(CHANGED):,} changes", "s", again.ended - again.began),
        _row(f"its peak memory, {size}", "MB", whole.peak_memory, Aim("<", 250)),
        _row("precision of the queue", "%", quality.precision * 100),
        _row("recall of the queue", "%", quality.recall * 100),
    ]


def _row(work: str, unit: str, value: float, aim: Aim | None = None) -> Row:
    return Row(AREA, work, unit, Figures((value,)), aim=aim)


def load(plan: Plan, tell: Tell, *, seed: int) -> list[Pair]:
    """A registry with planted pairs in the plan's database, through the real import."""
    database.copy(plan.empty, plan.database)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "registry.csv"
        pairs = synthetic_duplicates.write(file, plan.count(PEOPLE), plan.count(DOUBLED), seed=seed, today=TODAY)
        tell(f"building: a registry with {len(pairs):,} planted pairs")
        done = registry.import_file(file, Path(folder) / "errors.csv", today=TODAY)
    if done.refused:
        raise RuntimeError(f"the import refused {done.refused} rows: {done.refusals}")
    database.sql("VACUUM ANALYZE")
    return pairs


def judged(pairs: list[Pair]) -> Quality:
    """The queue compared with what was planted."""
    by_index = {bytes(index or b""): pk for index, pk in Person.objects.values_list("nik_index", "pk")}
    kind_of = {}
    for pair in pairs:
        both = (by_index[Person.nik.index_of(pair.first)], by_index[Person.nik.index_of(pair.second)])
        kind_of[min(both), max(both)] = pair.kind
    queue = set(DuplicatePair.objects.waiting().values_list("low_id", "high_id"))
    return Quality(
        planted=Counter(kind_of.values()),
        proposed=Counter(kind for both, kind in kind_of.items() if both in queue),
        by_chance=len(queue - kind_of.keys()),
    )


def _find(start: Start) -> Tally:
    start()
    began = time.monotonic()
    found = duplicates.find()
    return Tally(found.people, began, time.monotonic(), clients.peak_memory())
