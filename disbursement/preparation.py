"""Preparing a batch: for each enrolment that is due the facts, the version and the arithmetic, and what they come to.

In groups, with COPY, so that a million enrolments take as much memory as a few thousand. Whoever gets nothing is calculated
too, and is told why.

As long as some part of what an enrolment gets in a cycle is pending or paid, the rest is owed as that calculation says: facts
or decrees that changed meanwhile do not change half of a payment. Where nothing is, everything is calculated anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from beneficiaries import facts
from disbursement import entitlement, filling
from disbursement.models import Batch, Calculation, Chunk, Cycle, ProgrammeVersion
from wallet.models import Purse

GROUP = 2_000  # enrolments calculated at once
TITLE = Purse._meta.get_field("title").max_length or 0

# Enrolments that are due, numbered; `excluded` is the table of those left out (exclusions.note_left_out). Of each what the cycle
# has of it already: how many instructions of a part there were, which parts are pending or paid, and by which batch.
_EARLIER = """
CREATE TEMPORARY TABLE earlier ON COMMIT DROP AS
SELECT enrolment_id AS enrolment, jsonb_object_agg(part, attempts) AS attempts,
       array_agg(part) FILTER (WHERE live) AS live, max(batch) FILTER (WHERE live) AS batch
FROM (SELECT enrolment_id, part, count(*) AS attempts, bool_or(live) AS live, max(batch_id) FILTER (WHERE live) AS batch
      FROM disbursement_instruction WHERE cycle_id = %s AND kind = 'regular' GROUP BY enrolment_id, part) of_part
GROUP BY enrolment_id
"""
_DUE = """
CREATE TEMPORARY TABLE due ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY e.id) AS number, e.id AS enrolment, p.id AS person, p.wallet_id AS wallet,
       p.household_id AS household, p.restricted, earlier.attempts, earlier.live, earlier.batch,
       route.id AS route, route.provider_id AS provider
FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
LEFT JOIN disbursement_route route ON route.enrolment_id = e.id AND route.ended_at IS NULL
LEFT JOIN earlier ON earlier.enrolment = e.id
WHERE e.programme_id = %s AND e.status = 'active' AND p.status = 'active' AND p.wallet_id IS NOT NULL
    AND e.person_id NOT IN (SELECT person FROM excluded)
    AND (%s::bigint IS NULL OR EXISTS (
        SELECT FROM disbursement_instruction f WHERE f.batch_id = %s AND f.enrolment_id = e.id AND f.status = 'failed'))
    -- What the whole of it was is not known from before calculations were kept: it was one part.
    AND (earlier.batch IS NULL OR EXISTS (
        SELECT FROM disbursement_calculation c WHERE c.enrolment_id = e.id AND c.batch_id = earlier.batch
            AND c.parts - earlier.live::text[] <> '{}'))
"""
_GROUP = """
SELECT enrolment, person, wallet, household, restricted, attempts::text, live, batch, route, provider
FROM due WHERE number > %s AND number <= %s ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a preparation made: instructions, their rupiah, and how many enrolments get nothing."""

    count: int
    total: int
    nothing: int


@dataclass(slots=True)
class _Due:
    enrolment: int
    person: int
    wallet: int
    household: int
    restricted: bool
    attempts: dict[str, int]
    live: list[str]
    batch: int | None
    route: int | None
    provider: int | None


class _Line(NamedTuple):
    """What becomes an instruction."""

    version: int
    part: str
    provider: int | None
    enrolment: int
    wallet: int
    amount: int
    attempt: int
    route: int | None


@dataclass(slots=True)
class _Chunk:
    """The chunk of a version, part and provider that is being filled."""

    number: int
    room: int = 0


@dataclass(slots=True)
class _Kept:
    """A calculation as a row: the version it is under, and its JSON."""

    version: int
    facts: str
    members: str
    lines: str
    parts: dict[str, int]


def fill(batch: Batch, version: ProgrammeVersion, tell: filling.Tell) -> Filled:
    """The batch gets a calculation for each enrolment that is due, and an instruction for each part that is above zero.

    Where it follows another, for those who failed there. `tell` hears how many enrolments are done, of how many.
    The caller holds the cycle's lock and has made the table `excluded`. Raises InvalidRule.
    """
    cycle = batch.cycle
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [cycle.pk])
        cursor.execute("ALTER TABLE earlier ADD PRIMARY KEY (enrolment)")
        cursor.execute(_DUE, [cycle.programme_id, batch.follows_id, batch.follows_id])
        due = cursor.rowcount
        cursor.execute("CREATE UNIQUE INDEX ON due (number)")
        cursor.execute("ANALYZE due")
        filled = _Filling(batch, cycle, version)
        for done, group in enumerate(_groups(cursor)):
            tell(done * GROUP, due)
            filled.add(cursor, group)
        cursor.execute("DROP TABLE due, earlier")
        filled.finish(cursor)
    return Filled(filled.count, filled.total, filled.nothing)


def _groups(cursor: CursorWrapper) -> Iterator[list[_Due]]:
    first = 0
    while True:
        cursor.execute(_GROUP, [first, first + GROUP])
        group = [
            _Due(enrolment, person, wallet, household, restricted, json.loads(attempts or "{}"), live or [], *rest)
            for enrolment, person, wallet, household, restricted, attempts, live, *rest in cursor.fetchall()
        ]
        if not group:
            return
        yield group
        first += GROUP


@dataclass(slots=True)
class _Filling:
    """A batch being filled, group by group."""

    batch: Batch
    cycle: Cycle
    version: ProgrammeVersion
    scales: dict[int, entitlement.Scale] = field(default_factory=dict)
    chunks: dict[tuple[int, str, int | None], _Chunk] = field(default_factory=dict)
    numbers: int = 0
    count: int = 0
    total: int = 0
    nothing: int = 0

    def add(self, cursor: CursorWrapper, group: list[_Due]) -> None:
        """The group's calculations and instructions, each in one COPY."""
        kept_of = self._kept_before(cursor, [due for due in group if due.batch is not None])
        kept_of |= self._calculated([due for due in group if due.batch is None])
        calculations = StringIO()
        lines: list[_Line] = []
        for due in group:
            kept = kept_of[due.enrolment]
            total = sum(kept.parts.values())
            reason = "" if total else Calculation.Reason.NO_COMPONENT.value
            self.nothing += not total
            calculations.write(
                f"{self.batch.pk}\t{due.enrolment}\t{kept.version}\t{kept.facts}\t{kept.members}\t{kept.lines}"
                f"\t{_json(kept.parts)}\t{total}\t{reason}\n"
            )
            for part, amount in kept.parts.items():
                if part not in due.live:
                    attempt = 1 + due.attempts.get(part, 0)
                    line = (due.enrolment, due.wallet, amount, attempt, due.route)
                    lines.append(_Line(kept.version, part, due.provider, *line))
        _copy(cursor, "disbursement_calculation", _CALCULATION, calculations)
        self._instruct(cursor, lines)

    def _calculated(self, group: list[_Due]) -> dict[int, _Kept]:
        """What the version gives to each by the facts of the cycle's first day."""
        scale = self._scale(self.version.pk)
        of_person = {due.person: due for due in group}
        promised = {due.person for due in group if due.restricted}
        found: dict[int, _Kept] = {}
        for home in facts.homes(self.cycle.period, [due.household for due in group], promised):
            for member in home.members:
                due = of_person.get(member.pk)
                if due is not None:
                    found[due.enrolment] = _as_row(self.version.pk, scale.apply(member.facts, home.members))
        return found

    def _kept_before(self, cursor: CursorWrapper, group: list[_Due]) -> dict[int, _Kept]:
        """The calculation that the parts rest on which are pending or paid."""
        if not group:
            return {}
        cursor.execute(
            """
            SELECT c.enrolment_id, c.version_id, c.facts::text, c.members::text, c.lines::text, c.parts::text
            FROM unnest(%s::bigint[], %s::bigint[]) AS rest (enrolment, batch)
            JOIN disbursement_calculation c ON c.enrolment_id = rest.enrolment AND c.batch_id = rest.batch
            """,
            [[due.enrolment for due in group], [due.batch for due in group]],
        )
        return {
            enrolment: _Kept(version, _escaped(known), _escaped(members), _escaped(lines), json.loads(parts))
            for enrolment, version, known, members, lines, parts in cursor.fetchall()
        }

    def _scale(self, version: int) -> entitlement.Scale:
        if version not in self.scales:
            self.scales[version] = entitlement.of_version(ProgrammeVersion.objects.get(pk=version))
        return self.scales[version]

    def _instruct(self, cursor: CursorWrapper, lines: list[_Line]) -> None:
        """Instructions for the lines, in chunks of one version, part and provider each."""
        placed: list[tuple[int, _Line]] = []
        opened: list[tuple[int, int, str, int | None]] = []
        for line in lines:
            kind = line[:3]
            chunk = self.chunks.get(kind)
            if chunk is None or not chunk.room:
                self.numbers += 1
                chunk = self.chunks[kind] = _Chunk(self.numbers, settings.DISBURSEMENT["chunk_size"])
                opened.append((chunk.number, *kind))
            chunk.room -= 1
            placed.append((chunk.number, line))
        self._open(opened)
        id_of = self._ids({number for number, _line in placed})
        rows = StringIO()
        for number, line in placed:
            rows.write(
                f"{self.batch.pk}\t{id_of[number]}\t{self.cycle.pk}\t{line.enrolment}\t{line.wallet}\t{line.part}"
                f"\t{line.amount}\t{line.attempt}\t{NULL if line.route is None else line.route}\n"
            )
            self.total += line.amount
        self.count += len(placed)
        _copy(cursor, "disbursement_instruction", _INSTRUCTION, rows)

    def _open(self, opened: Iterable[tuple[int, int, str, int | None]]) -> None:
        rows = []
        for number, version, part, provider in opened:
            scale = self._scale(version)
            rule = scale.parts[part]
            title = f"{self.batch.purse_title} {rule.name}".strip()[:TITLE]
            rows.append(
                Chunk(
                    batch=self.batch, number=number, title=title, terms_id=rule.terms,
                    purse_days=scale.version.purse_days, count=0, provider_id=provider,
                )
            )  # fmt: skip
        Chunk.objects.bulk_create(rows)

    def _ids(self, numbers: set[int]) -> dict[int, int]:
        rows = Chunk.objects.filter(batch=self.batch, number__in=numbers)
        return dict(rows.values_list("number", "pk"))

    def finish(self, cursor: CursorWrapper) -> None:
        """Each chunk's count is what is in it."""
        cursor.execute(
            """
            UPDATE disbursement_chunk c SET count = counted.many
            FROM (SELECT chunk_id, count(*) AS many FROM disbursement_instruction
                  WHERE chunk_id IN (SELECT id FROM disbursement_chunk WHERE batch_id = %s) GROUP BY chunk_id) counted
            WHERE c.id = counted.chunk_id
            """,
            [self.batch.pk],
        )


_CALCULATION = "batch_id, enrolment_id, version_id, facts, members, lines, parts, total, reason"
_INSTRUCTION = "batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, part, amount, attempt, route_id"
NULL = "\\N"  # as COPY reads it


def _as_row(version: int, due: entitlement.Entitlement) -> _Kept:
    lines = [line.as_kept() for line in due.lines]
    return _Kept(version, _json(due.facts), _json(due.members), _json(lines), due.parts)


def _json(value: Any) -> str:
    return _escaped(json.dumps(value, separators=(",", ":")))


def _escaped(text: str) -> str:
    """As COPY reads it; JSON has no other control characters."""
    return text.replace("\\", "\\\\")


def _copy(cursor: CursorWrapper, table: str, columns: str, rows: StringIO) -> None:
    rows.seek(0)
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", rows)
