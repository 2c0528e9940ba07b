"""Proposals of what a screening hit, each made once: what somebody waits to decide, or has decided on the same basis, is not.

Rows that were merged are looked through. What a person's merged row is struck for, or was decided on, is theirs; what the
household they were merged away from was struck for until then counts for them in their own household.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from beneficiaries import facts
from beneficiaries.models import Exclusion, ExclusionRule, Merge, Person, Proposal, Screening

Key = tuple[str, int | None, int | None]  # code of the rule, person, household


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that a version of a rule would exclude: `person` is None for a household."""

    version: ExclusionRule
    household: facts.Home
    person: facts.Member | None
    evidence: tuple[int, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """The facts the rule was held against."""
        return self.person.facts if self.person else self.household.facts

    @property
    def people(self) -> list[int]:
        """Who would get nothing."""
        return [self.person.pk] if self.person else [member.pk for member in self.household.members]

    @property
    def key(self) -> Key:
        """What can be proposed once at a time."""
        person, household = (self.person.pk, None) if self.person else (None, self.household.pk)
        return self.version.code, person, household

    @property
    def basis(self) -> bytes:
        """Equal for the same version on the same evidence; for a rule that looks at none, on the same facts."""
        rests_on = ",".join(map(str, sorted(self.evidence))) or facts.as_text(self.facts["household"])
        return hashlib.sha256(f"{self.version.pk}|{rests_on}".encode()).digest()


@dataclass(slots=True)
class _Known:
    """What stands about the subjects of some hits: open (undecided, or excluded), and decided on a basis."""

    open: set[Key] = field(default_factory=set)
    decided: set[tuple[Key, bytes]] = field(default_factory=set)
    # Of people: the rules that strike them through the household they were merged away from, and what was said no to there.
    struck: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    settled: dict[int, set[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(set))

    def has(self, hit: Hit) -> bool:
        """Whether nothing new would be proposed by the hit."""
        code = hit.version.code
        if hit.key in self.open or (hit.key, hit.basis) in self.decided:
            return True
        if hit.person is not None:
            return False
        if any((code, hit.basis) in self.settled.get(person, ()) for person in hit.people):
            return True
        return all(code in self.struck.get(person, ()) for person in hit.people)


def propose(screening: Screening, hits: list[Hit]) -> int:
    """Keeps what is new in the hits and returns how many proposals that were."""
    if not hits:
        return 0
    known = _known_of(hits)
    made: list[Proposal] = []
    links: list[tuple[int, ...]] = []
    for hit in hits:
        if known.has(hit):
            continue
        code, person, household = hit.key
        made.append(
            Proposal(
                screening=screening,
                rule=hit.version,
                code=code,
                person_id=person,
                household_id=household,
                facts=hit.facts,
                basis=hit.basis,
            )
        )
        links.append(hit.evidence)
    Proposal.objects.bulk_create(made)
    through = Proposal.evidence.through
    through.objects.bulk_create(
        through(proposal_id=proposal.pk, evidence_id=evidence)
        for proposal, rests_on in zip(made, links, strict=True)
        for evidence in rests_on
    )
    return len(made)


def _known_of(hits: list[Hit]) -> _Known:
    known = _Known()
    people = [hit.person.pk for hit in hits if hit.person]
    merged = dict(Person.objects.filter(merged_into__in=people).values_list("pk", "merged_into_id"))
    about = Q(person__in=[*people, *merged]) | Q(household__in=[hit.household.pk for hit in hits if not hit.person])
    names = ("code", "person_id", "household_id")
    # In this order: what is decided meanwhile is then seen at least once, as open or as decided.
    for code, person, household in [*_undecided(about).values_list(*names), *_in_force(about).values_list(*names)]:
        known.open.add((code, merged.get(person, person), household))
    # One that was accepted and whose exclusion was lifted is made again only on a new basis, as a rejected one is.
    decided = Proposal.objects.filter(about).exclude(status=Proposal.Status.UNDECIDED)
    for code, person, household, basis in decided.values_list(*names, "basis"):
        known.decided.add(((code, merged.get(person, person), household), bytes(basis)))
    _look_through_homes(known, hits)
    return known


def _undecided(about: Q) -> QuerySet[Proposal]:
    return Proposal.objects.filter(about, status=Proposal.Status.UNDECIDED)


def _in_force(about: Q) -> QuerySet[Exclusion]:
    return Exclusion.objects.filter(about, ends_on__isnull=True)


def _look_through_homes(known: _Known, hits: list[Hit]) -> None:
    """What the households were struck for that members of the hit ones have been merged away from since."""
    members = {person for hit in hits if not hit.person for person in hit.people}
    merged = Merge.objects.filter(merged__merged_into__in=members, undone_at=None)
    left: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for home, person, at in merged.values_list("merged__household_id", "merged__merged_into_id", "at"):
        if person is not None:
            left[home].append((person, at))
    about = Q(household__in=list(left))
    for code, home, created_at in [
        *_undecided(about).values_list("code", "household_id", "created_at"),
        *_in_force(about).values_list("code", "household_id", "created_at"),
    ]:
        for person, at in left[home]:
            if at > created_at:
                known.struck[person].add(code)
    # Accepted and still in force says nothing about the others of the new household.
    over = Q(status=Proposal.Status.REJECTED) | Q(exclusion__ends_on__isnull=False)
    settled = Proposal.objects.filter(about & over).values_list("code", "household_id", "created_at", "basis")
    for code, home, created_at, basis in settled:
        for person, at in left[home]:
            if at > created_at:
                known.settled[person].add((code, bytes(basis)))
