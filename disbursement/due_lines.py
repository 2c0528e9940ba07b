"""Who is due in a batch, as temporary tables: regular pay of its cycle, arrears of older ones, and corrections of what was paid.

Everything is asked in sets. The caller holds the locks of all the cycles (`lock`), so that whoever prepares another batch
at the same moment waits, and then sees what this one took; behind it stand the unique keys of the instructions.

A person has a cycle once, whichever of their rows it was paid to: what a row has that was merged into another, the other has.
So has a family with one place, whoever of it held the place.

What an officer took back stays settled: no batch pays it again by itself. It is paid once more only on a later decision, which
is a row of arrears (nothing is left of the cycle) or a recalculation (a part of it is).

Regular pay is for active enrolments. Arrears and corrections are owed by name, so that an enrolment that ended meanwhile has them
too; who was excluded on the first day of the cycle that is owed has not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from disbursement import withholding
from disbursement.exclusions import EXCLUDED
from disbursement.models import Batch, Cycle

# Old cycles of a programme of which somebody is owed something, or may be short of something.
_OLD = """
SELECT cycle_id FROM disbursement_owedcycle o JOIN disbursement_cycle c ON c.id = o.cycle_id
WHERE c.programme_id = %(programme)s AND o.withdrawn_at IS NULL
UNION SELECT r.cycle_id FROM disbursement_recalculation r JOIN disbursement_cycle c ON c.id = r.cycle_id
WHERE c.programme_id = %(programme)s AND r.status = 'confirmed' AND r.more > 0
"""
# Of each enrolment what the cycle has of it already: how many instructions of a part there were, which parts are settled,
# and by which batch. Corrections come on top, and count for themselves.
_EARLIER = """
SELECT enrolment_id AS enrolment, cycle_id AS cycle, jsonb_object_agg(part, attempts) AS attempts,
       array_agg(part) FILTER (WHERE settled) AS settled, max(batch) FILTER (WHERE settled) AS batch
FROM (SELECT enrolment_id, cycle_id, part, count(*) AS attempts, bool_or({settled}) AS settled,
             max(batch_id) FILTER (WHERE {settled}) AS batch
      FROM disbursement_instruction WHERE {of} AND kind <> 'correction' GROUP BY enrolment_id, cycle_id, part) of_part
GROUP BY enrolment_id, cycle_id
"""
# What the whole of it was is not known from before calculations were kept: it was one part.
_REST = """
(earlier.batch IS NULL OR EXISTS (
    SELECT FROM disbursement_calculation c WHERE c.enrolment_id = e.id AND c.batch_id = earlier.batch
        AND c.cycle_id = {cycle} AND c.kind <> 'correction' AND c.parts - earlier.settled::text[] <> '{{}}'))
"""
_FAILED_THERE = """
(%(follows)s::bigint IS NULL OR EXISTS (
    SELECT FROM disbursement_instruction f WHERE f.batch_id = %(follows)s AND f.enrolment_id = {enrolment}
        AND f.cycle_id = {cycle} AND f.kind {kind} AND f.status = 'failed'))
"""
# Settled is what is pending or paid; for regular pay what was taken back too. Whoever is owed arrears is owed that.
LIVE, LIVE_OR_RETURNED = "live", "(live OR status = 'returned')"
# Enrolments whose cycle another has, pending or paid: of a row that was merged into theirs, or of the family's only place.
TAKEN = """
SELECT own.id AS enrolment, i.cycle_id AS cycle
FROM beneficiaries_person gone JOIN disbursement_enrolment other ON other.person_id = gone.id
JOIN disbursement_enrolment own ON own.person_id = gone.merged_into_id AND own.programme_id = other.programme_id
JOIN disbursement_instruction i ON i.enrolment_id = other.id AND {of} AND i.live AND i.kind <> 'correction'
WHERE own.programme_id = {programme}
UNION ALL
SELECT own.id, i.cycle_id
FROM disbursement_instruction i JOIN disbursement_enrolment own ON own.household_id = i.household_id AND own.id <> i.enrolment_id
WHERE {of} AND own.programme_id = {programme} AND i.live AND i.kind <> 'correction' AND i.household_id IS NOT NULL
"""
# Enrolments with their people, where they live, and the partner that pays them, if one does.
_PEOPLE = """
disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id JOIN beneficiaries_household h ON h.id = p.household_id
LEFT JOIN disbursement_route route ON route.enrolment_id = e.id AND route.ended_at IS NULL AND route.agreed_at IS NOT NULL
"""
_REGULAR = f"""
CREATE TEMPORARY TABLE due ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY claimed, enrolment) AS number, * FROM (
    SELECT e.id AS enrolment, p.id AS person, p.wallet_id AS wallet, p.household_id AS household, h.kelurahan,
           %(cycle)s::bigint AS cycle, 'regular' AS kind, earlier.attempts, earlier.settled, earlier.batch,
           p.id IN ({withholding.CLAIMED}) AS claimed, route.id AS route, route.provider_id AS provider, e.household_id AS family
    FROM {_PEOPLE} LEFT JOIN earlier ON earlier.enrolment = e.id
    WHERE e.programme_id = %(programme)s AND e.status = 'active' AND p.status = 'active' AND p.wallet_id IS NOT NULL
        AND e.person_id NOT IN (SELECT person FROM excluded) AND e.id NOT IN (SELECT enrolment FROM taken)
        AND {_FAILED_THERE.format(enrolment="e.id", cycle="%(cycle)s", kind="= 'regular'")}
        AND {_REST.format(cycle="%(cycle)s")}) found
"""  # noqa: S608  # our own constants
_OWING = f"""
CREATE TEMPORARY TABLE owing ON COMMIT DROP AS
SELECT DISTINCT o.cycle_id AS cycle, o.enrolment_id AS enrolment FROM disbursement_owedcycle o
WHERE o.cycle_id = ANY(%(old)s) AND o.withdrawn_at IS NULL
    AND NOT EXISTS (SELECT FROM due WHERE due.enrolment = o.enrolment_id AND due.cycle = o.cycle_id)
    AND {_FAILED_THERE.format(enrolment="o.enrolment_id", cycle="o.cycle_id", kind="= 'arrears'")}
"""  # noqa: S608
_ARREARS = f"""
INSERT INTO due
SELECT %(after)s + row_number() OVER (ORDER BY period, enrolment), enrolment, person, wallet, household, kelurahan,
       cycle, 'arrears', attempts, settled, batch, false, route, provider, family
FROM (SELECT DISTINCT ON (o.cycle, coalesce(e.household_id, -e.id))
      c.period, e.id AS enrolment, p.id AS person, p.wallet_id AS wallet, p.household_id AS household, h.kelurahan,
      o.cycle, earlier.attempts, earlier.settled, earlier.batch, route.id AS route, route.provider_id AS provider,
      e.household_id AS family
FROM {_PEOPLE} JOIN owing o ON o.enrolment = e.id JOIN disbursement_cycle c ON c.id = o.cycle
LEFT JOIN earlier_owing earlier ON earlier.enrolment = o.enrolment AND earlier.cycle = o.cycle
WHERE e.programme_id = %(programme)s AND e.status IN ('active', 'ended') AND p.status = 'active' AND p.wallet_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM excluded_then x WHERE x.cycle = o.cycle AND x.person = e.person_id)
    AND NOT EXISTS (SELECT FROM taken_then t WHERE t.cycle = o.cycle AND t.enrolment = o.enrolment)
    AND NOT EXISTS (SELECT FROM due WHERE due.family = e.household_id AND due.cycle = o.cycle)
    AND {_REST.format(cycle="o.cycle")}
ORDER BY o.cycle, coalesce(e.household_id, -e.id), e.id) one_a_family
"""  # noqa: S608
_GROUP = """
SELECT enrolment, person, wallet, household, kelurahan, cycle, kind, attempts::text, settled, batch, claimed, route,
       provider, family
FROM due WHERE number > %s AND number <= %s ORDER BY number
"""
# What enrolments ({asked}: cycle and enrolment) have of a cycle: `base` by part is what regular pay or arrears came to, whole,
# but for parts that were taken back, as long as some of it is pending or paid; `corrected` what corrections added to it;
# `tried` how many there were of each part.
GIVEN = """
SELECT given.cycle, given.enrolment, given.paid, coalesce(c.parts - given.returned::text[], given.base) AS base,
       coalesce(given.corrected, '{{}}') AS corrected, coalesce(given.tried, '{{}}') AS tried
FROM (
    SELECT cycle_id AS cycle, enrolment_id AS enrolment, max(batch) AS batch, bool_or(paid) AS paid,
           jsonb_object_agg(part, base) FILTER (WHERE base IS NOT NULL) AS base,
           coalesce(array_agg(part) FILTER (WHERE returned AND base IS NULL), '{{}}') AS returned,
           jsonb_object_agg(part, corrected) FILTER (WHERE corrected IS NOT NULL) AS corrected,
           jsonb_object_agg(part, tried) FILTER (WHERE tried > 0) AS tried
    FROM (
        SELECT cycle_id, enrolment_id, part, max(batch_id) FILTER (WHERE live AND kind <> 'correction') AS batch,
               bool_or(status = 'paid' AND kind <> 'correction') AS paid,
               bool_or(status = 'returned' AND kind <> 'correction') AS returned,
               sum(amount) FILTER (WHERE live AND kind <> 'correction') AS base,
               sum(amount) FILTER (WHERE live AND kind = 'correction') AS corrected,
               count(*) FILTER (WHERE kind = 'correction') AS tried
        FROM disbursement_instruction WHERE {asked} GROUP BY cycle_id, enrolment_id, part
    ) of_part GROUP BY cycle_id, enrolment_id
) given
LEFT JOIN disbursement_calculation c ON c.batch_id = given.batch AND c.enrolment_id = given.enrolment
    AND c.cycle_id = given.cycle AND c.kind <> 'correction'
WHERE given.batch IS NOT NULL
"""
# What an enrolment should have got in a cycle, by the latest recalculation that was confirmed.
_LATEST = """
SELECT DISTINCT ON (c.cycle_id, c.enrolment_id) c.*
FROM disbursement_correction c JOIN disbursement_recalculation r ON r.id = c.recalculation_id AND r.status = 'confirmed'
WHERE {of} ORDER BY c.cycle_id, c.enrolment_id, c.recalculation_id DESC
"""
# As long as nothing of it was taken back since it was asked for.
STANDING = f"""
SELECT latest.* FROM ({_LATEST}) latest JOIN disbursement_recalculation r ON r.id = latest.recalculation_id
WHERE NOT EXISTS (
    SELECT FROM disbursement_instruction i WHERE i.cycle_id = latest.cycle_id AND i.enrolment_id = latest.enrolment_id
        AND i.status = 'returned' AND i.returned_at >= r.created_at)
"""  # noqa: S608
_STANDING = f"CREATE TEMPORARY TABLE latest ON COMMIT DROP AS {STANDING.format(of='c.cycle_id = ANY(%(old)s)')}"
_SHORT = f"""
CREATE TEMPORARY TABLE short ON COMMIT DROP AS
WITH given AS ({GIVEN.format(asked="(cycle_id, enrolment_id) IN (SELECT cycle_id, enrolment_id FROM latest)")})
SELECT row_number() OVER (ORDER BY latest.cycle_id, latest.enrolment_id) AS number, latest.cycle_id AS cycle,
       latest.enrolment_id AS enrolment, p.wallet_id AS wallet, h.kelurahan, route.id AS route, route.provider_id AS provider,
       latest.version_id AS version, latest.id AS correction, latest.parts, given.base, given.corrected, given.tried
FROM {_PEOPLE} JOIN latest ON latest.enrolment_id = e.id
JOIN given ON given.cycle = latest.cycle_id AND given.enrolment = latest.enrolment_id
WHERE e.status IN ('active', 'ended') AND p.status = 'active' AND p.wallet_id IS NOT NULL
    AND latest.total > (SELECT sum(value::bigint) FROM jsonb_each_text(given.base))
                       + (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(given.corrected))
    AND {_FAILED_THERE.format(enrolment="latest.enrolment_id", cycle="latest.cycle_id", kind="= 'correction'")}
"""  # noqa: S608
_SHORT_GROUP = """
SELECT s.enrolment, s.cycle, s.wallet, s.kelurahan, s.route, s.provider, s.version, c.facts::text, c.members::text,
       c.lines::text, s.parts::text, s.base::text, s.corrected::text, s.tried::text
FROM short s JOIN disbursement_correction c ON c.id = s.correction
WHERE s.number > %s AND s.number <= %s ORDER BY s.number
"""


@dataclass(slots=True)
class Due:
    """An enrolment that is due for a cycle, with what the cycle has of it already."""

    enrolment: int
    person: int
    wallet: int
    household: int
    kelurahan: str
    cycle: int
    kind: str
    attempts: dict[str, int]
    settled: list[str]
    batch: int | None
    claimed: bool
    route: int | None
    provider: int | None
    family: int | None  # whose only place it is


@dataclass(slots=True)
class Short:
    """An enrolment that got less in a cycle than a confirmed recalculation says, with its JSON as it is kept."""

    enrolment: int
    cycle: int
    wallet: int
    kelurahan: str
    route: int | None
    provider: int | None
    version: int
    facts: str
    members: str
    lines: list[dict[str, Any]]
    parts: dict[str, int]
    base: dict[str, int]
    corrected: dict[str, int]
    tried: dict[str, int]


def lock(cursor: CursorWrapper, cycle: Cycle) -> list[Cycle]:
    """Locks the cycle and every older or newer one of the programme of which something is owed, in order; returns all of them."""
    cursor.execute(_OLD, {"programme": cycle.programme_id})
    cycles = {cycle.pk, *(number for (number,) in cursor.fetchall())}
    return list(Cycle.objects.select_for_update().filter(pk__in=cycles).order_by("pk"))


def collect(cursor: CursorWrapper, batch: Batch, cycles: list[Cycle]) -> int:
    """Makes the tables `due` and `short` for the batch; returns how many enrolments are in them.

    The cycles are those locked, and the table `excluded` says whom the batch's own leaves out.
    """
    asked: dict[str, Any] = {
        "cycle": batch.cycle_id,
        "programme": batch.cycle.programme_id,
        "follows": batch.follows_id,
        "old": [cycle.pk for cycle in cycles],
    }
    own = _EARLIER.format(of="cycle_id = %(cycle)s", settled=LIVE_OR_RETURNED)
    cursor.execute(f"CREATE TEMPORARY TABLE earlier ON COMMIT DROP AS {own}", asked)
    cursor.execute("ALTER TABLE earlier ADD PRIMARY KEY (enrolment)")
    taken = TAKEN.format(of="i.cycle_id = %(cycle)s", programme="%(programme)s")
    cursor.execute(f"CREATE TEMPORARY TABLE taken ON COMMIT DROP AS {taken}", asked)
    cursor.execute(_REGULAR, asked)
    due = int(cursor.rowcount)
    cursor.execute("CREATE UNIQUE INDEX ON due (number)")
    cursor.execute(_OWING, asked)
    if cursor.rowcount:
        due += _collect_arrears(cursor, asked | {"after": due})
    cursor.execute(_STANDING, asked)
    # Mostly a handful: without knowing, the planner would read every instruction there is.
    cursor.execute("ANALYZE latest")
    cursor.execute(_SHORT, asked)
    due += int(cursor.rowcount)
    cursor.execute("ANALYZE due; DROP TABLE owing, earlier, taken, latest")
    return due


def _collect_arrears(cursor: CursorWrapper, asked: dict[str, Any]) -> int:
    cursor.execute("ANALYZE owing; CREATE TEMPORARY TABLE excluded_then (cycle bigint, person bigint) ON COMMIT DROP")
    cursor.execute("SELECT id, period FROM disbursement_cycle WHERE id IN (SELECT cycle FROM owing)")
    for cycle, period in cursor.fetchall():
        cursor.execute(
            f"INSERT INTO excluded_then SELECT %s, person FROM ({EXCLUDED}) of_then",  # noqa: S608  # our own constant
            [cycle, *[period] * 4],
        )
    of_owing = _EARLIER.format(of="(cycle_id, enrolment_id) IN (SELECT cycle, enrolment FROM owing)", settled=LIVE)
    cursor.execute(f"CREATE TEMPORARY TABLE earlier_owing ON COMMIT DROP AS {of_owing}")
    taken = TAKEN.format(of="i.cycle_id IN (SELECT cycle FROM owing)", programme="%(programme)s")
    cursor.execute(f"CREATE TEMPORARY TABLE taken_then ON COMMIT DROP AS {taken}", asked)
    cursor.execute("ANALYZE earlier_owing, taken_then")
    cursor.execute(_ARREARS, asked)
    found = int(cursor.rowcount)
    cursor.execute("DROP TABLE excluded_then, earlier_owing, taken_then")
    return found


def forget(cursor: CursorWrapper) -> None:
    """The tables go: another batch may be prepared in the same transaction."""
    cursor.execute("DROP TABLE due, short")


def groups(cursor: CursorWrapper, size: int) -> Iterator[list[Due]]:
    """Who is due, in groups."""
    for rows in _slices(cursor, _GROUP, size):
        yield [_as_due(*row) for row in rows]


def _as_due(*row: Any) -> Due:
    enrolment, person, wallet, household, kelurahan, cycle, kind, tried, settled, *rest = row
    attempts: dict[str, int] = json.loads(tried or "{}")
    return Due(enrolment, person, wallet, household, kelurahan, cycle, kind, attempts, settled or [], *rest)


def short_groups(cursor: CursorWrapper, size: int) -> Iterator[list[Short]]:
    """Who is short of something, in groups."""
    for rows in _slices(cursor, _SHORT_GROUP, size):
        yield [Short(*row[:9], *(json.loads(text) for text in row[9:])) for row in rows]


def _slices(cursor: CursorWrapper, query: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
    first = 0
    while True:
        cursor.execute(query, [first, first + size])
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        first += size


def still_due(target: Mapping[str, int], given: Mapping[str, int]) -> dict[str, int]:
    """What of the target is still to be paid (rupiah by part), beside what was given: never more than the whole is short of.

    A part that has had too much makes up for another: money that is in one purse is not asked for again in the next.
    """
    left = sum(target.values()) - sum(given.values())
    due: dict[str, int] = {}
    for part, amount in target.items():
        much = min(amount - given.get(part, 0), left)
        if much > 0:
            due[part] = much
            left -= much
    return due
