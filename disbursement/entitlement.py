"""What a version of a programme gives to whom: facts in, arithmetic out. Nothing is read or written here.

A component for the person counts once, where its condition holds for them. Components for members are counted over the family:
each member once, in the component that is worth most to them, the most valuable first, until the component's and the
version's most people are reached. What a line comes to is people x amount x months, in rupiah.

Each line's money goes into a part, one purse each: `cash` takes the cash share of a component that has a cash limit (a person
and month), a component with terms of its own is a part of its own, and `main` takes the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from beneficiaries import rules
from beneficiaries.facts import Member
from disbursement import conditions
from disbursement.models import CASH, MAIN, Component, ProgrammeVersion

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST_KEPT = 50_000  # answers of each kind: most families look alike to a version


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
class _Answer:
    """Which of the components asked hold for facts, by their places, and what the conditions read of them, as it is kept."""

    holding: tuple[int, ...]
    facts: dict[str, Any]


class _Asked:
    """Components that are asked of one after the other; most look alike to them, and asking a condition is slow."""

    def __init__(self, components: Sequence[_Ready], *more: str) -> None:
        """`more`: expressions that read facts which are to be kept too."""
        self._components = components
        self._paths = conditions.reads(*more, *(one.row.condition for one in components))
        self._key = None if self._paths is None else rules.reader(self._paths)
        self._answers: dict[tuple[Any, ...], _Answer] = {}

    def of(self, known: dict[str, Any]) -> _Answer:
        """The components' answer to these facts. Raises InvalidRule."""
        if self._key is None:
            return self._ask(known)
        key = self._key(known)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= MOST_KEPT:
                self._answers.clear()
            answer = self._answers[key] = self._ask(known)
        return answer

    def _ask(self, known: dict[str, Any]) -> _Answer:
        holding = tuple(at for at, one in enumerate(self._components) if one.holds(known))
        return _Answer(holding, conditions.picked(known, self._paths))


class Scale:
    """A version's components, ready to be applied to many people."""

    def __init__(self, version: ProgrammeVersion, components: Sequence[Component]) -> None:
        """Raises InvalidRule for a condition that is none."""
        self.version = version
        self.parts = {MAIN: Part(version.terms_id, "")}
        ready = [_Ready(row, conditions.compiled(row.condition or "true"), self._part_of(row)) for row in components]
        self._of_person = [one for one in ready if one.row.per == Component.Per.PERSON]
        self._of_members = [one for one in ready if one.row.per == Component.Per.MEMBERS]
        self._person = _Asked(self._of_person, version.eligibility)
        self._member = _Asked(self._of_members)
        self._chosen: dict[tuple[tuple[int, ...], ...], tuple[tuple[int, int], ...]] = {}
        self._sums: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[tuple[Line, ...], dict[str, int]]] = {}

    def _part_of(self, row: Component) -> str:
        if row.cash_limit and self.version.cash_terms_id:
            self.parts[CASH] = Part(self.version.cash_terms_id, "tunai")
        if row.terms_id is None or row.terms_id == self.version.terms_id:
            return MAIN
        self.parts[row.code] = Part(row.terms_id, row.name)
        return row.code

    def apply(self, known: dict[str, Any], members: Sequence[Member] = ()) -> Entitlement:
        """What the person of these facts gets, whose family the members are (the person among them). Raises InvalidRule.

        Alike families share their lines and parts: nobody changes them.
        """
        own = self._person.of(known)
        family = sorted(members, key=lambda member: member.pk) if self._of_members else []
        answers = [self._member.of(member.facts) for member in family]
        chosen = _kept(self._chosen, tuple(answer.holding for answer in answers), self._choose)
        lines, parts = _kept(self._sums, (own.holding, tuple(at for _who, at in chosen)), self._add_up)
        counted = [
            {
                "id": family[who].pk,
                "component": self._of_members[at].row.code,
                "facts": answers[who].facts.get("person", {}),
            }
            for who, at in chosen
        ]
        return Entitlement(lines, parts, own.facts, counted)

    def _choose(self, family: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, int], ...]:
        """Who of a family is counted, each in which component, by places: of each member which components could count them.

        The most valuable first; of equals who was registered first, in the component that comes first.
        """
        possible = [
            (-self._of_members[at].value, who, at) for who, components in enumerate(family) for at in components
        ]
        taken: dict[int, int] = {}
        filled: Counter[int] = Counter()
        for _value, who, at in sorted(possible):
            if self.version.most_people is not None and len(taken) >= self.version.most_people:
                break
            most = self._of_members[at].row.most_people
            if who not in taken and (most is None or filled[at] < most):
                taken[who] = at
                filled[at] += 1
        return tuple(taken.items())

    def _add_up(self, key: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[tuple[Line, ...], dict[str, int]]:
        """The arithmetic, and its rupiah by part: components for the person that hold, and of each member counted theirs."""
        own, counted = key
        people = Counter(counted)
        many_of = [
            *((self._of_person[at], 1) for at in own),
            *((one, people[at]) for at, one in enumerate(self._of_members) if people[at]),
        ]
        lines, parts = [], dict.fromkeys(self.parts, 0)
        for one, many in many_of:
            line = _line(one.row, many)
            lines.append(line)
            parts[one.part] += line.total - line.cash
            if line.cash:
                parts[CASH] += line.cash
        return tuple(lines), {part: amount for part, amount in parts.items() if amount}


def _kept(answers: dict[Key, Value], key: Key, work_out: Callable[[Key], Value]) -> Value:
    """What is kept for the key, worked out where nothing is."""
    if key not in answers:
        if len(answers) >= MOST_KEPT:
            answers.clear()
        answers[key] = work_out(key)
    return answers[key]


def of_version(version: ProgrammeVersion) -> Scale:
    """The version's scale, its components read. Raises InvalidRule."""
    return Scale(version, list(version.components.order_by("pk")))


def _line(row: Component, people: int) -> Line:
    cash = min(row.amount, row.cash_limit) * people * row.months if row.cash_limit else 0
    return Line(row.code, row.name, people, row.amount, row.months, cash)
