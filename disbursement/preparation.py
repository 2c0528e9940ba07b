"""Preparing a batch: for each enrolment that is due the facts, the version and the arithmetic, and what they come to.

In groups, with COPY, so that a million enrolments take as much memory as a few thousand. Whoever gets nothing is calculated
too, and is told why.

Arrears of older cycles, and what corrections found short, are in it too: each with a calculation of its own, under the version
and the facts of the cycle that it is for.

As long as some part of what an enrolment gets in a cycle is pending or paid, the rest is owed as that calculation says: facts
or decrees that changed meanwhile do not change half of a payment. Where nothing is, everything is calculated anew.

Of regular pay, whoever is claimed back from (withholding.py) comes last, because their cases are locked from then on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from beneficiaries import facts
from disbursement import due_lines, entitlement, filling, versions, withholding
from disbursement.due_lines import Due, Short
from disbursement.models import Batch, Calculation, Chunk, Cycle, Instruction, Programme, ProgrammeVersion
from wallet.models import Purse

GROUP = 2_000  # enrolments calculated at once
TITLE = Purse._meta.get_field("title").max_length or 0

_WORDS = {
    Instruction.Kind.REGULAR: "",
    Instruction.Kind.ARREARS: "rapel",
    Instruction.Kind.CORRECTION: "koreksi",
}
GIVEN = "Sudah diberikan sebelumnya"  # the line of a correction that takes off what was given


@dataclass(frozen=True, slots=True)
class Filled:
    """What a preparation made: instructions, their rupiah, and how many enrolments get nothing."""

    count: int
    total: int
    nothing: int


class _Sort(NamedTuple):
    """What the lines of one chunk have in common."""

    version: int
    part: str
    provider: int | None
    cycle: int
    kind: str


@dataclass(slots=True)
class _Chunk:
    """The chunk of one sort of line that is being filled."""

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
    withheld: int = 0  # by the lines of it that are pending or paid
    why_nothing: str = Calculation.Reason.NO_COMPONENT.value

    def as_line(self, due: Due | Short, batch: int, kind: str) -> str:
        """The row as COPY reads it."""
        total = sum(self.parts.values()) - self.withheld
        reason = "" if total else self.why_nothing
        return (
            f"{batch}\t{due.enrolment}\t{due.cycle}\t{kind}\t{self.version}\t{self.facts}\t{self.members}\t{self.lines}"
            f"\t{_json(self.parts)}\t{self.withheld}\t{total}\t{due.kelurahan}\t{reason}\n"
        )


class _Line(NamedTuple):
    """An instruction to be."""

    sort: _Sort
    enrolment: int
    wallet: int
    amount: int
    attempt: int
    route: int | None
    family: int | None = None


def title_of(programme: Programme, cycle: Cycle, kind: str) -> str:
    """What the purses of a cycle are called, and that they are arrears or a correction if they are: KLJ 07/2026 rapel."""
    return f"{programme.code} {cycle.period:%m/%Y} {_WORDS[Instruction.Kind(kind)]}".strip()


def fill(batch: Batch, version: ProgrammeVersion, cycles: list[Cycle], tell: filling.Tell) -> Filled:
    """The batch gets a calculation for each enrolment that is due, and an instruction for each part that is above zero.

    Where it follows another, for those who failed there. `tell` hears how many enrolments are done, of how many. The caller holds
    the locks of the cycles, the batch's own among them, and has made the table `excluded`. Raises InvalidRule, NowhereToLapse.
    """
    with connection.cursor() as cursor:
        due = due_lines.collect(cursor, batch, cycles)
        withholdings = withholding.Withholdings(batch.cycle.programme_id)
        filled = _Filling(batch, {cycle.pk: cycle for cycle in cycles}, {batch.cycle_id: version}, withholdings)
        done = 0
        for group in due_lines.groups(cursor, GROUP):
            tell(done, due)
            filled.add(cursor, group)
            done += len(group)
        for short in due_lines.short_groups(cursor, GROUP):
            tell(done, due)
            filled.correct(cursor, short)
            done += len(short)
        due_lines.forget(cursor)
        filled.finish(cursor)
    return Filled(filled.count, filled.total, filled.nothing)


@dataclass(slots=True)
class _Filling:
    """A batch being filled, group by group."""

    batch: Batch
    cycles: dict[int, Cycle]
    versions: dict[int, ProgrammeVersion]  # by the cycle that is paid under them
    withholdings: withholding.Withholdings
    scales: dict[int, entitlement.Scale] = field(default_factory=dict)
    chunks: dict[_Sort, _Chunk] = field(default_factory=dict)
    numbers: int = 0
    count: int = 0
    total: int = 0
    nothing: int = 0

    def add(self, cursor: CursorWrapper, group: list[Due]) -> None:
        """The group's calculations and instructions, each in one COPY."""
        kept_of = self._kept_before(cursor, [due for due in group if due.batch is not None])
        anew = [due for due in group if due.batch is None]
        for cycle in dict.fromkeys(due.cycle for due in anew):
            kept_of |= self._calculated(cycle, [due for due in anew if due.cycle == cycle])
        calculations = StringIO()
        lines: list[_Line] = []
        for due in group:
            kept = kept_of[due.enrolment, due.cycle]
            cases = self.withholdings.of(cursor, due.person) if due.claimed else []
            for part, entitled in kept.parts.items():
                if part not in due.settled:
                    attempt = 1 + due.attempts.get(part, 0)
                    taken = withholding.take(cases, entitled)
                    self.withholdings.keep(taken, due.enrolment, part, attempt, entitled)
                    less = sum(one.amount for one in taken)
                    kept.withheld += less
                    sort = _Sort(kept.version, part, due.provider, due.cycle, due.kind)
                    lines.append(
                        _Line(sort, due.enrolment, due.wallet, entitled - less, attempt, due.route, due.family)
                    )
            self.nothing += not kept.parts
            calculations.write(kept.as_line(due, self.batch.pk, due.kind))
        _copy(cursor, "disbursement_calculation", _CALCULATION, calculations)
        self._instruct(cursor, lines)
        self.withholdings.write(cursor, self.batch.pk, self.batch.cycle_id)

    def correct(self, cursor: CursorWrapper, group: list[Short]) -> None:
        """The same for what a confirmed recalculation left short: what should have been, less what was given."""
        kind, calculations = Instruction.Kind.CORRECTION.value, StringIO()
        lines: list[_Line] = []
        for short in group:
            given = dict(Counter(short.base) + Counter(short.corrected))
            before = sum(given.values())
            taken_off = {"component": "", "name": GIVEN, "people": 1, "each": -before, "months": 1, "total": -before}
            parts = due_lines.still_due(short.parts, given)
            kept = _Kept(
                *(short.version, _escaped(short.facts), _escaped(short.members)),
                *(_json([*short.lines, taken_off]), parts),
            )
            calculations.write(kept.as_line(short, self.batch.pk, kind))
            for part, amount in parts.items():
                sort = _Sort(short.version, part, short.provider, short.cycle, kind)
                attempt = 1 + short.tried.get(part, 0)
                lines.append(_Line(sort, short.enrolment, short.wallet, amount, attempt, short.route))
        _copy(cursor, "disbursement_calculation", _CALCULATION, calculations)
        self._instruct(cursor, lines)

    def _version(self, cycle: int) -> ProgrammeVersion:
        """The version that the cycle is paid under, old cycles under theirs. Raises NowhereToLapse."""
        if cycle not in self.versions:
            version = versions.of(self.batch.cycle.programme, self.cycles[cycle].period)
            versions.check_ends(version)
            self.versions[cycle] = version
        return self.versions[cycle]

    def _calculated(self, cycle: int, group: list[Due]) -> dict[tuple[int, int], _Kept]:
        """What the cycle's version gives to each by the facts of the cycle's first day, as they are known now.

        Nothing to who died, left or moved since the table `due` was made: another batch asks anew where they live.
        """
        version = self._version(cycle)
        scale = self._scale(version.pk)
        of_person = {due.person: due for due in group}
        gone = _Kept(version.pk, "{}", "[]", "[]", {}, why_nothing=Calculation.Reason.CHANGED.value)
        found = {(due.enrolment, cycle): gone for due in group}
        for home in facts.homes(self.cycles[cycle].period, [due.household for due in group], of_person):
            for member in home.members:
                due = of_person.get(member.pk)
                if due is not None:
                    found[due.enrolment, cycle] = _as_row(version.pk, scale.apply(member.facts, home.members))
        return found

    def _kept_before(self, cursor: CursorWrapper, group: list[Due]) -> dict[tuple[int, int], _Kept]:
        """The calculation that the parts rest on which are pending or paid."""
        if not group:
            return {}
        cursor.execute(
            """
            SELECT c.enrolment_id, c.cycle_id, c.version_id, c.facts::text, c.members::text, c.lines::text, c.parts::text,
                (SELECT coalesce(sum(w.amount), 0) FROM disbursement_instruction i
                 JOIN disbursement_withholding w ON w.instruction_id = i.id
                 WHERE i.enrolment_id = c.enrolment_id AND i.cycle_id = c.cycle_id AND i.kind = 'regular' AND i.live)
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS rest (enrolment, cycle, batch)
            JOIN disbursement_calculation c ON c.enrolment_id = rest.enrolment AND c.batch_id = rest.batch
                AND c.cycle_id = rest.cycle AND c.kind <> 'correction'
            """,
            [[due.enrolment for due in group], [due.cycle for due in group], [due.batch for due in group]],
        )
        return {
            (enrolment, cycle): _Kept(
                version, _escaped(known), _escaped(members), _escaped(lines), orjson.loads(parts), int(withheld)
            )
            for enrolment, cycle, version, known, members, lines, parts, withheld in cursor.fetchall()
        }

    def _scale(self, version: int) -> entitlement.Scale:
        if version not in self.scales:
            self.scales[version] = entitlement.of_version(ProgrammeVersion.objects.get(pk=version))
        return self.scales[version]

    def _instruct(self, cursor: CursorWrapper, lines: list[_Line]) -> None:
        """Instructions for the lines, in chunks of one sort each."""
        placed: list[tuple[int, _Line]] = []
        opened: list[tuple[int, _Sort]] = []
        for line in lines:
            chunk = self.chunks.get(line.sort)
            if chunk is None or not chunk.room:
                self.numbers += 1
                chunk = self.chunks[line.sort] = _Chunk(self.numbers, settings.DISBURSEMENT["chunk_size"])
                opened.append((chunk.number, line.sort))
            chunk.room -= 1
            placed.append((chunk.number, line))
        self._open(opened)
        id_of = self._ids({number for number, _line in placed})
        rows = StringIO()
        for number, line in placed:
            of = line.sort
            rows.write(
                f"{self.batch.pk}\t{id_of[number]}\t{of.cycle}\t{line.enrolment}\t{line.wallet}\t{of.part}\t{of.kind}"
                f"\t{line.amount}\t{line.attempt}\t{NULL if line.route is None else line.route}"
                f"\t{NULL if line.family is None else line.family}\n"
            )
            self.total += line.amount
        self.count += len(placed)
        _copy(cursor, "disbursement_instruction", _INSTRUCTION, rows)

    def _open(self, opened: Iterable[tuple[int, _Sort]]) -> None:
        rows = []
        for number, of in opened:
            scale = self._scale(of.version)
            rule = scale.parts[of.part]
            title = f"{title_of(self.batch.cycle.programme, self.cycles[of.cycle], of.kind)} {rule.name}".strip()[
                :TITLE
            ]
            rows.append(
                Chunk(
                    batch=self.batch, number=number, title=title, terms_id=rule.terms,
                    purse_days=scale.version.purse_days, count=0, provider_id=of.provider,
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


_CALCULATION = (
    "batch_id, enrolment_id, cycle_id, kind, version_id, facts, members, lines, parts, withheld, total, kelurahan"
    ", reason"
)
_INSTRUCTION = (
    "batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, part, kind, amount, attempt, route_id, household_id"
)
NULL = "\\N"  # as COPY reads it


def _as_row(version: int, due: entitlement.Entitlement) -> _Kept:
    return _Kept(version, _json(due.facts), _json(due.members), _lines(due.lines), due.parts)


@lru_cache(maxsize=10_000)
def _lines(lines: tuple[entitlement.Line, ...]) -> str:
    """Most of a programme have one of a few arithmetics."""
    return _json([line.as_kept() for line in lines])


def _json(value: Any) -> str:
    return _escaped(orjson.dumps(value).decode())


def _escaped(text: str) -> str:
    """As COPY reads it; JSON has no other control characters."""
    return text.replace("\\", "\\\\")


def _copy(cursor: CursorWrapper, table: str, columns: str, rows: StringIO) -> None:
    rows.seek(0)
    cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", rows)
