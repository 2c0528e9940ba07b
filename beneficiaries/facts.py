"""The facts that exclusion rules are written over, read set by set: a few queries for a group of households.

Shape (EXAMPLES): every name is always there, amounts are whole rupiah, nothing is a list. `person` and `evidence` are for
rules about a person; rules about a household have `household` alone, which counts over all its members.

- ``household``: decile, size, kelurahan, city; njop (sum over its properties); vehicles.cars, .motorcycles, .others (those
  still owned); employed.state (members in PNS, PPPK, TNI, Polri, BUMN, BUMD or a parliament) and one count for each;
  judged_not_poor and judged_poor (by the community).
- ``person``: age, sex, relation, schooling, disability, occupation, pregnant.
- ``evidence`` of the person: employment ("none" if there is none), deceased, double_aid, njop, private_school.
- ``members``: how many of the household, the person among them, are pregnant, disabled, at most 6 years old (aged_0_6) or at
  least 60 (aged_60_up), or attend each kind of school (paud, sd, smp, sma, smk, pkbm, college).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from beneficiaries import among, identity  # noqa: F401  # the lookup `__among`
from beneficiaries.evidence_values import EMPLOYMENTS, STATE, VEHICLES
from beneficiaries.models import Evidence, EvidenceKind, Household, Person
from vault.sealing import index_key_of, index_keys

GROUP = 2_000  # households held in memory at once

_HOUSEHOLD: dict[str, Any] = {
    "decile": 5,
    "size": 4,
    "kelurahan": "31.71.01.1001",
    "city": "31.71",
    "njop": 0,
    "vehicles": {"cars": 0, "motorcycles": 0, "others": 0},
    "employed": {"state": 0, **dict.fromkeys(EMPLOYMENTS, 0)},
    "judged_not_poor": False,
    "judged_poor": False,
}
_SCHOOLS = tuple(Person.Schooling.values[1:])  # without "none"
_COUNTED = ("pregnant", "disabled", "aged_0_6", "aged_60_up")
EXAMPLES: dict[str, dict[str, Any]] = {
    "household": {"household": _HOUSEHOLD},
    "person": {
        "person": {
            "age": 30,
            "sex": "P",
            "relation": "",
            "schooling": "",
            "disability": "",
            "occupation": "",
            "pregnant": False,
        },
        "household": _HOUSEHOLD,
        "evidence": {"employment": "none", "deceased": False, "double_aid": False, "njop": 0, "private_school": False},
        "members": dict.fromkeys((*_COUNTED, *_SCHOOLS), 0),
    },
}
# Which kind of evidence stands behind a name in a rule.
KINDS = {
    "employment": EvidenceKind.EMPLOYMENT,
    "employed": EvidenceKind.EMPLOYMENT,
    "vehicles": EvidenceKind.VEHICLE,
    "njop": EvidenceKind.PROPERTY,
    "deceased": EvidenceKind.DEATH,
    "double_aid": EvidenceKind.DOUBLE_AID,
    "private_school": EvidenceKind.SCHOOL,
    "judged_not_poor": EvidenceKind.COMMUNITY_JUDGEMENT,
    "judged_poor": EvidenceKind.COMMUNITY_JUDGEMENT,
}


_OF_PERSON = ("sex", "relation", "schooling", "disability", "occupation", "pregnant")
_NOT_DISABLED = frozenset(("", Person.Disability.NONE.value))


class _Row(NamedTuple):
    """A household as it is read."""

    pk: int
    kelurahan: str
    decile: int


class _Person(NamedTuple):
    """A member as they are read, their facts in the order of _OF_PERSON; restricted: counted and otherwise left alone."""

    pk: int
    birth_date: date
    restricted: bool
    facts: list[Any]


class _Told(NamedTuple):
    """A piece of evidence as it is read."""

    pk: int
    kind: str
    value: Any


@dataclass(slots=True)
class Member:
    """A living, unrestricted member of the registry with the facts for rules about a person, and the evidence of them alone."""

    pk: int
    birth_date: date
    facts: dict[str, Any]
    evidence: list[tuple[int, str]] = field(default_factory=list)  # id and kind


@dataclass(slots=True)
class Home:
    """A household with its members and the facts for rules about a household; all evidence of it and of its members."""

    pk: int
    kelurahan: str
    decile: int
    facts: dict[str, Any]
    members: list[Member]
    evidence: list[tuple[int, str]]


def homes(day: date, households: list[int] | None = None, promised: Collection[int] = ()) -> Iterator[Home]:
    """Every household with an active member to be looked at, in order of its id, with its facts on the day; or those given.

    Who restricted what is done with their data is counted in `size` and otherwise left alone, but for the people to whom
    something was promised before.
    """
    last = 0
    wanted = Household.objects.order_by("pk").values_list("pk", "kelurahan", "decile")
    if households is not None:
        wanted = wanted.filter(pk__among=households)
    while group := [_Row(*row) for row in wanted.filter(pk__gt=last)[:GROUP]]:
        last = group[-1].pk
        yield from _group(group, day, promised)


def _group(group: list[_Row], day: date, promised: Collection[int]) -> Iterator[Home]:
    ids = {row.pk for row in group}
    members: dict[int, list[_Person]] = defaultdict(list)
    people = Person.objects.filter(household__among=ids, status=Person.Status.ACTIVE).order_by("pk")
    for pk, home, born, restricted, *facts in people.values_list(
        "pk", "household_id", "birth_date", "restricted", *_OF_PERSON
    ):
        members[home].append(_Person(pk, born, restricted and pk not in promised, facts))
    of_household: dict[int, list[_Told]] = defaultdict(list)
    told = ("pk", "kind", "value")
    for owner, *row in Evidence.objects.standing(day).filter(household__among=ids).values_list("household_id", *told):
        of_household[owner].append(_Told(*row))
    everyone = {person.pk for rows in members.values() for person in rows if not person.restricted}
    of_person = _of_people(everyone, day)
    for home in group:
        if not all(person.restricted for person in members[home.pk]):
            yield _home(home, members[home.pk], of_household[home.pk], of_person, day)


def _of_people(everyone: set[int], day: date) -> dict[int, list[_Told]]:
    """The evidence of each; what was told of a row that was merged into theirs stays true."""
    into = dict(Person.objects.filter(merged_into__among=everyone).values_list("pk", "merged_into_id"))
    newest: dict[tuple[Any, ...], _Told] = {}  # of one thing told of both rows
    of_both = Evidence.objects.standing(day).filter(person__among=everyone.union(into)).order_by("fact_date", "pk")
    things = list(of_both.values_list("person_id", "item", "number_index", "pk", "kind", "value"))
    renewed = _renewed(things)
    for owner, item, index, *row in things:
        one = _Told(*row)
        number = renewed.get(one.pk) or (None if index is None else bytes(index))
        newest[into.get(owner, owner), one.kind, item, number] = one
    of_person: dict[int, list[_Told]] = defaultdict(list)
    for (owner, *_thing), one in newest.items():
        of_person[owner].append(one)
    return of_person


def _renewed(things: list[Any]) -> dict[int, bytes]:
    """While keys are replaced, one thing may stand under two of them: its index under the key in use, by the row's id."""
    stale = [pk for _owner, _item, index, pk, *_ in things if index and index_key_of(bytes(index)) != index_keys()[0]]
    rows = Evidence.objects.filter(pk__in=stale) if stale else []
    return {row.pk: Evidence.number.index_of(row.number) for row in rows}


def _home(row: _Row, people: list[_Person], own: list[_Told], of_person: dict[int, list[_Told]], day: date) -> Home:
    everything = own + [told for person in people for told in of_person.get(person.pk, ())]
    household = _household_facts(row, len(people), everything)
    looked_at = [person for person in people if not person.restricted]
    told = [_told_of(person, day) for person in looked_at]
    counts = _counts(told)
    members = []
    for person, of_them in zip(looked_at, told, strict=True):
        his = of_person.get(person.pk, [])
        known = {"person": of_them, "household": household, "evidence": _person_facts(his), "members": counts}
        members.append(Member(person.pk, person.birth_date, known, [(one.pk, one.kind) for one in his]))
    evidence = [(one.pk, one.kind) for one in everything]
    return Home(row.pk, row.kelurahan, row.decile, {"household": household}, members, evidence)


def _told_of(person: _Person, day: date) -> dict[str, Any]:
    sex, relation, schooling, disability, occupation, pregnant = person.facts
    return {
        "age": identity.age(person.birth_date, day),
        "sex": sex,
        "relation": relation,
        "schooling": schooling,
        "disability": disability,
        "occupation": occupation,
        "pregnant": bool(pregnant),
    }


def _counts(people: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = EXAMPLES["person"]["members"].copy()
    for person in people:
        counts["pregnant"] += person["pregnant"]
        counts["disabled"] += person["disability"] not in _NOT_DISABLED
        counts["aged_0_6"] += person["age"] <= 6
        counts["aged_60_up"] += person["age"] >= 60
        if person["schooling"] in counts:
            counts[person["schooling"]] += 1
    return counts


def _household_facts(row: _Row, size: int, told: list[_Told]) -> dict[str, Any]:
    employed, vehicles = _HOUSEHOLD["employed"].copy(), _HOUSEHOLD["vehicles"].copy()
    njop, judgements = 0, set()
    for _pk, kind, value in told:
        if kind == EvidenceKind.EMPLOYMENT:
            employed[value["employer"]] += 1
            employed["state"] += value["employer"] in STATE
        elif kind == EvidenceKind.VEHICLE and value["owned"]:
            vehicles[VEHICLES[value["vehicle"]]] += 1
        elif kind == EvidenceKind.PROPERTY:
            njop += value["njop"]
        elif kind == EvidenceKind.COMMUNITY_JUDGEMENT:
            judgements.add(value["judgement"])
    return {
        "decile": row.decile,
        "size": size,
        "kelurahan": row.kelurahan,
        "city": row.kelurahan[:5],
        "njop": njop,
        "vehicles": vehicles,
        "employed": employed,
        "judged_not_poor": "not_poor" in judgements,
        "judged_poor": "poor" in judgements,
    }


def _person_facts(told: list[_Told]) -> dict[str, Any]:
    known: dict[str, Any] = EXAMPLES["person"]["evidence"].copy()
    for _pk, kind, value in told:
        if kind == EvidenceKind.EMPLOYMENT:
            known["employment"] = value["employer"]
        elif kind == EvidenceKind.DEATH:
            known["deceased"] = True
        elif kind == EvidenceKind.DOUBLE_AID:
            known["double_aid"] = value["receiving"]
        elif kind == EvidenceKind.SCHOOL:
            known["private_school"] = value["private"]
        elif kind == EvidenceKind.PROPERTY:
            known["njop"] += value["njop"]
    return known


def as_text(facts: dict[str, Any]) -> str:
    """The facts in one spelling, for digests."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))
