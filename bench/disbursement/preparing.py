"""A hundred thousand enrolments become a prepared batch: facts read, rules applied, calculations and instructions written.

Beside it stands PostgreSQL's own COPY of the finished calculations and instructions into the same tables, with their keys and
triggers, in one transaction: what of the work is writing, on whatever machine.

Everybody lives in a family of four. One programme pays everyone the same; PKH, as it is packaged, counts the family's members.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import clients, database
from bench.clients import Start, Tally
from bench.ledger import batch_world
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from disbursement import batches, programme_file
from disbursement.models import Batch, Calculation, Chunk, Cycle, Instruction, Programme

AREA = "disbursement"
PEOPLE = 100_000
PKH = "PKH"
CHILDREN = 225_000 + 375_000  # rupiah: one at SD, one at SMP
MEMBERS = """
INSERT INTO beneficiaries_person (uid, household_id, nik_sealed, nik_index, name, sex, birth_date, relation, schooling)
SELECT gen_random_uuid(), h.id, nik, nik, m.name || h.id, m.sex, m.born, m.relation, m.schooling
FROM beneficiaries_household h CROSS JOIN (VALUES ('Suparman ', 'L', date '1985-01-01', 'husband', 'none'),
    ('Rini ', 'P', date '2012-05-05', 'child', 'smp'), ('Joko ', 'L', date '2016-05-05', 'child', 'sd')
) m (name, sex, born, relation, schooling)
CROSS JOIN LATERAL sha256((h.id || m.relation || m.schooling)::bytea) nik
"""
MOTHERS = "UPDATE beneficiaries_person SET birth_date = '1987-01-01', relation = 'head' WHERE wallet_id IS NOT NULL"
BEFORE, TIMED = (Cycle, Batch, Chunk), (Calculation, Instruction)  # what COPY brings, in this order
ENROLLED = """
INSERT INTO disbursement_enrolment (programme_id, person_id, household_id, facts)
SELECT %(programme)s, id, household_id, '{}' FROM beneficiaries_person WHERE wallet_id IS NOT NULL
"""


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Enrolments a second for both programmes."""
    people, template = plan.count(PEOPLE), f"{plan.database}_enrolled"
    tell(f"building: {people:,} families of four, enrolled")
    database.copy(plan.empty, plan.database)
    flat = batch_world.enrolled(people)
    for statement in (MOTHERS, MEMBERS):
        database.sql(statement)
    programme_file.load()
    family = Programme.objects.get(code=PKH)
    database.sql(ENROLLED, {"programme": family.pk})
    database.sql("VACUUM ANALYZE")
    database.keep(plan.database, template)
    programmes = {
        "one amount for everyone": (flat.pk, people * batch_world.AID),
        "PKH, by the members of the family": (family.pk, people * CHILDREN),
    }
    memory: list[float] = []
    competitors: dict[str, Callable[[], float]] = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, (programme, total) in programmes.items():
                tell(f"the finished rows, for COPY: {name}")
                _rate(plan, template, programme, total, [])
                competitors[name] = partial(_rate, plan, template, programme, total, memory)
                competitors[f"COPY: {name}"] = _finished(plan, template, Path(folder) / str(programme))
            tell("preparing a batch, enrolments a second")
            found = in_rounds(competitors, plan.rounds, tell)
    finally:
        database.drop(template)
    work, unit = f"prepare {people:,} enrolments", "enrolments/s"
    return [
        *(Row(AREA, f"{work}: {name}", unit, found[name], aim=Aim(">=", 5_000)) for name in programmes),
        *(
            Row(
                AREA,
                f"{work} and write them: {name}",
                unit,
                found[name],
                found[f"COPY: {name}"],
                "COPY of the same rows",
            )
            for name in programmes
        ),
        Row(AREA, f"its peak memory, {people:,} enrolments", "MB", Figures(tuple(memory)), aim=Aim("<", 250)),
    ]


def _rate(plan: Plan, template: str, programme: int, total: int, memory: list[float]) -> float:
    database.copy(template, plan.database)
    tally: Tally = clients.alone(plan.database, _prepare, programme)
    made = Batch.objects.get()
    if (made.count, made.total) != (tally.done, total):
        raise RuntimeError(f"not prepared as it should be: {made.count} lines, {made.total} rupiah instead of {total}")
    memory.append(tally.peak_memory)
    return clients.rate([tally])


def _prepare(start: Start, programme: int) -> Tally:
    cycle = batches.cycle_of(Programme.objects.get(pk=programme), batch_world.PERIOD)
    start()
    began = time.monotonic()
    made = batches.prepare(cycle)
    return Tally(made.count, began, time.monotonic(), clients.peak_memory())


def _finished(plan: Plan, template: str, folder: Path) -> Callable[[], float]:
    """The rows of the batch just prepared, as files, and the COPY of them into the template: enrolments a second."""
    folder.mkdir()
    before, timed = (database.written_out(folder, *models) for models in (BEFORE, TIMED))
    return partial(_copied, plan, template, before, timed, Calculation.objects.count())


def _copied(
    plan: Plan, template: str, before: list[database.Rows], timed: list[database.Rows], enrolments: int
) -> float:
    database.copy(template, plan.database)
    return enrolments / database.seconds_to_copy_in(timed, after=before)
