"""A hundred thousand enrolments become a prepared batch: facts read, rules applied, calculations and instructions written.

Everybody lives in a family of four. One programme pays everyone the same; PKH, as it is packaged, counts the family's members.
"""

from __future__ import annotations

import time
from functools import partial

from bench import clients, database
from bench.clients import Start, Tally
from bench.ledger import batch_world
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from disbursement import batches, programme_file
from disbursement.models import Batch, Programme

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
    memory: list[float] = []
    try:
        competitors = {
            "one amount for everyone": partial(_rate, plan, template, flat.pk, people * batch_world.AID, memory),
            "PKH, by the members of the family": partial(_rate, plan, template, family.pk, people * CHILDREN, memory),
        }
        tell("preparing a batch, enrolments a second")
        found = in_rounds(competitors, plan.rounds, tell)
    finally:
        database.drop(template)
    work = f"prepare {people:,} enrolments"
    return [
        *(Row(AREA, f"{work}: {name}", "enrolments/s", rates, aim=Aim(">=", 5_000)) for name, rates in found.items()),
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
