"""What a version of a programme gives to whom: facts in, arithmetic out. Nothing is read or written here.

A component for the person counts once, where its condition holds for them. Components for members are counted over the family:
each member once, in the component that is worth most to them, the most valuable first, until the component's and the
version's most people are reached. What a line comes to is people x amount x months, in rupiah.

Each line's money goes into a part, one purse each: `cash` takes the cash share of a component that has a cash limit (a person
and month), a component with terms of its own is a part of its own, and `main` takes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from beneficiaries import rules
from beneficiaries.facts import Member
from disbursement import conditions
from disbursement.models import CASH, MAIN, Component, ProgrammeVersion

MOST_KEPT = 50_000  # answers, for versions that only look at the person


@dataclass(frozen=True, slots=True)
class Line:
    """One component's arithmetic; `each` is rupiah a person and month, `cash` the line's share that goes to the cash purse."""

    component: str
    name: str
    people: int
    each: int
    months: int
    cash: int

    @property
    def total(self) -> int:
        return self.people * self.each * self.months

    def as_kept(self) -> dict[str, Any]:
        """As models.Calculation keeps it."""
        kept = {name: getattr(self, name) for name in ("component", "name", "people", "each", "months", "total")}
        return kept | ({"cash": self.cash} if self.cash else {})


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What somebody gets in a cycle (rupiah), by part, with the arithmetic and the facts that it rests on."""

    lines: tuple[Line, ...]
    parts: dict[str, int]
    facts: dict[str, Any]
    members: list[dict[str, Any]]

    @property
    def total(self) -> int:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part's money goes: the purse's terms by id, and what the part is called (empty for the main one)."""

    terms: int
    name: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """A component with its condition as a function, and the part that its money goes to."""

    row: Component
    holds: rules.Rule
    part: str

    @property
    def value(self) -> int:
        return self.row.amount * self.row.months


@dataclass(frozen=True, slots=True)
class Counted:
    """A member of the family that a component counts."""

    member: Member
    component: _Ready


class Scale:
    """A version's components, ready to be applied to many people."""

    def __init__(self, version: ProgrammeVersion, components: Sequence[Component]) -> None:
        """Raises InvalidRule for a condition that is none."""
        self.version = version
        self.parts = {MAIN: Part(version.terms_id, "")}
        ready = [_Ready(row, conditions.compiled(row.condition or "true"), self._part_of(row)) for row in components]
        self.of_person = [one for one in ready if one.row.per == Component.Per.PERSON]
        self.of_members = [one for one in ready if one.row.per == Component.Per.MEMBERS]
        self.reads = conditions.reads(version.eligibility, *(one.row.condition for one in self.of_person))
        self.reads_of_members = conditions.reads(*(one.row.condition for one in self.of_members))
        self._kept: dict[tuple[Any, ...], Entitlement] = {}
        self._for_members: dict[tuple[Any, ...], list[tuple[int, _Ready]]] = {}

    def _part_of(self, row: Component) -> str:
        if row.cash_limit and self.version.cash_terms_id:
            self.parts[CASH] = Part(self.version.cash_terms_id, "tunai")
        if row.terms_id is None or row.terms_id == self.version.terms_id:
            return MAIN
        self.parts[row.code] = Part(row.terms_id, row.name)
        return row.code

    def apply(self, known: dict[str, Any], members: Sequence[Member] = ()) -> Entitlement:
        """What the person of these facts gets, whose family the members are (the person among them). Raises InvalidRule."""
        if self.of_members or self.reads is None:
            return self._applied(known, members)
        key = tuple(rules.value_at(known, path) for path in self.reads)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = self._applied(known, members)
        return self._kept[key]

    def _applied(self, known: dict[str, Any], members: Sequence[Member]) -> Entitlement:
        people = Counter(one.row.code for one in self.of_person if one.holds(known))
        counted = self.counted(members)
        people.update(one.component.row.code for one in counted)
        lines, parts = [], dict.fromkeys(self.parts, 0)
        for one in (*self.of_person, *self.of_members):
            if many := people[one.row.code]:
                line = _line(one.row, many)
                lines.append(line)
                parts[one.part] += line.total - line.cash
                if line.cash:
                    parts[CASH] += line.cash
        return Entitlement(
            tuple(lines),
            {part: amount for part, amount in parts.items() if amount},
            conditions.picked(known, self.reads),
            [_kept_of(one, self.reads_of_members) for one in counted],
        )

    def counted(self, members: Sequence[Member]) -> list[Counted]:
        """The members that the components for members count, each with theirs, the most valuable first."""
        possible = [
            (-one.value, member.pk, at, member, one) for member in members for at, one in self._possible(member)
        ]
        taken: dict[int, Counted] = {}
        filled: Counter[str] = Counter()
        for _value, pk, _at, member, one in sorted(possible, key=lambda row: row[:3]):
            if self.version.most_people is not None and len(taken) >= self.version.most_people:
                break
            full = one.row.most_people is not None and filled[one.row.code] >= one.row.most_people
            if pk in taken or full:
                continue
            taken[pk] = Counted(member, one)
            filled[one.row.code] += 1
        return list(taken.values())

    def _possible(self, member: Member) -> list[tuple[int, _Ready]]:
        """The components that could count the member, each with its place; kept for the next with the same facts."""
        if self.reads_of_members is None:
            return self._asked(member)
        key = tuple(rules.value_at(member.facts, path) for path in self.reads_of_members)
        if key not in self._for_members:
            if len(self._for_members) >= MOST_KEPT:
                self._for_members.clear()
            self._for_members[key] = self._asked(member)
        return self._for_members[key]

    def _asked(self, member: Member) -> list[tuple[int, _Ready]]:
        return [(at, one) for at, one in enumerate(self.of_members) if one.holds(member.facts)]


def of_version(version: ProgrammeVersion) -> Scale:
    """The version's scale, its components read. Raises InvalidRule."""
    return Scale(version, list(version.components.order_by("pk")))


def _line(row: Component, people: int) -> Line:
    cash = min(row.amount, row.cash_limit) * people * row.months if row.cash_limit else 0
    return Line(row.code, row.name, people, row.amount, row.months, cash)


def _kept_of(one: Counted, paths: tuple[rules.Path, ...] | None) -> dict[str, Any]:
    known = conditions.picked(one.member.facts, paths)
    return {"id": one.member.pk, "component": one.component.row.code, "facts": known.get("person", {})}
