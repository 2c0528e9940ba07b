"""Holding the exclusion rules against the registry: trials that only count, and runs that propose. Neither excludes anyone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from beneficiaries import facts, rules, working_days
from beneficiaries.errors import AlreadyExcluded, LiftBeforeStart, NotInForce, ProposalDecided, RuleBroken
from beneficiaries.models import Exclusion, ExclusionRule, Proposal, Screening, TrialHit

WRITE = 5_000  # rows written in one statement


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
    def basis(self) -> bytes:
        """Equal for the same version on the same evidence; for a rule that looks at none, on the same facts."""
        rests_on = ",".join(map(str, sorted(self.evidence))) or facts.as_text(self.facts["household"])
        return hashlib.sha256(f"{self.version.pk}|{rests_on}".encode()).digest()


@dataclass(slots=True)
class _Count:
    people: int = 0
    households: int = 0
    hit_households: int = 0
    hit_people: int = 0
    kelurahan: Counter[str] = field(default_factory=Counter)
    decile: Counter[str] = field(default_factory=Counter)


def request(by: User | None, day: date | None = None, rule: ExclusionRule | None = None) -> Screening:
    """A screening to be done by the workers: of one version as a trial, or of every rule in force. Raises RuleBroken."""
    if rule is not None:
        rules.of(rule)
    return Screening.objects.create(rule=rule, day=day or timezone.localdate(), by=by)


def run_next() -> bool:
    """Does the oldest screening that waits, all of it or nothing; False if none does."""
    with transaction.atomic():
        waiting = Screening.objects.filter(status=Screening.Status.WAITING).order_by("pk")
        screening = waiting.select_for_update(skip_locked=True).first()
        if screening is None:
            return False
        try:
            with transaction.atomic():
                _run(screening)
        except RuleBroken as error:
            Screening.objects.filter(pk=screening.pk).update(
                status=Screening.Status.FAILED, failure=str(error)[:300], finished_at=timezone.now()
            )
    return True


def _run(screening: Screening) -> None:
    trial = screening.rule_id is not None
    versions = [screening.rule] if screening.rule else list(ExclusionRule.objects.in_force(screening.day))
    count, proposed = _Count(), 0
    trial_rows: list[TrialHit] = []
    found: list[Hit] = []
    for home, hits in _hits(versions, screening.day):
        count.households += 1
        count.people += len(home.members)
        affected = {person for one in hits for person in one.people}
        if not affected:
            continue
        count.hit_households += 1
        count.hit_people += len(affected)
        count.kelurahan[home.kelurahan] += len(affected)
        count.decile[str(home.decile)] += len(affected)
        if trial:
            trial_rows += [TrialHit(screening=screening, person_id=person) for person in sorted(affected)]
        else:
            found += hits
        if len(trial_rows) >= WRITE:
            TrialHit.objects.bulk_create(trial_rows)
            trial_rows = []
        if len(found) >= WRITE:
            proposed += _propose(screening, found)
            found = []
    TrialHit.objects.bulk_create(trial_rows)
    proposed += _propose(screening, found)
    screening.status = Screening.Status.DONE
    screening.people_seen, screening.households_seen = count.people, count.households
    screening.people_hit, screening.households_hit = count.hit_people, count.hit_households
    screening.by_kelurahan, screening.by_decile = dict(count.kelurahan), dict(count.decile)
    screening.proposed, screening.finished_at = proposed, timezone.now()
    screening.save()


def _kinds_in(expression: str) -> set[str]:
    return {kind for name, kind in facts.KINDS.items() if re.search(rf"\b{name}\b", expression)}


def _hits(versions: list[ExclusionRule], day: date) -> Iterator[tuple[facts.Home, list[Hit]]]:
    """Each household with what the versions say of it and its members."""
    ready = [(version, rules.of(version), _kinds_in(version.expression)) for version in versions]
    for home in facts.homes(day):
        hits = []
        for version, holds, kinds in ready:
            if version.scope == ExclusionRule.Scope.HOUSEHOLD:
                if holds(home.facts):
                    hits.append(Hit(version, home, None, _rests_on(home.evidence, kinds)))
                continue
            of_home = "household." in version.expression
            for member in home.members:
                if holds(member.facts):
                    known = home.evidence if of_home else member.evidence
                    hits.append(Hit(version, home, member, _rests_on(known, kinds)))
        yield home, hits


def _rests_on(known: list[tuple[int, str]], kinds: set[str]) -> tuple[int, ...]:
    return tuple(pk for pk, kind in known if kind in kinds)


def _propose(screening: Screening, hits: list[Hit]) -> int:
    """Proposals of those hits that are neither undecided, nor rejected on the same basis, nor excluded already."""
    if not hits:
        return 0
    people = [hit.person.pk for hit in hits if hit.person]
    households = [hit.household.pk for hit in hits if not hit.person]
    about = Q(person__in=people) | Q(household__in=households)
    subject = ("code", "person_id", "household_id")
    open_ones = set(Proposal.objects.filter(about, status=Proposal.Status.UNDECIDED).values_list(*subject)) | set(
        Exclusion.objects.filter(about, ends_on__isnull=True).values_list(*subject)
    )
    # One that was accepted and whose exclusion was lifted is made again only on a new basis, as a rejected one is.
    decided = {
        (code, person, household, bytes(basis))
        for code, person, household, basis in Proposal.objects.filter(about)
        .exclude(status=Proposal.Status.UNDECIDED)
        .values_list(*subject, "basis")
    }
    made: list[Proposal] = []
    links: list[tuple[int, ...]] = []
    for hit in hits:
        person, household = (hit.person.pk, None) if hit.person else (None, hit.household.pk)
        key = (hit.version.code, person, household)
        if key in open_ones or (*key, hit.basis) in decided:
            continue
        made.append(
            Proposal(
                screening=screening,
                rule=hit.version,
                code=hit.version.code,
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


@transaction.atomic
def accept(proposal: Proposal, by: User, reason: str, starts_on: date, noticed_on: date | None = None) -> Exclusion:
    """The officer excludes: an exclusion from the day on, with an end of the time to object in working days from notice.

    What is in a payment batch already stays that batch's. Raises ProposalDecided, AlreadyExcluded.
    """
    proposal = _decide(proposal, Proposal.Status.ACCEPTED, by, reason)
    already = Exclusion.objects.filter(
        code=proposal.code, person=proposal.person_id, household=proposal.household_id, ends_on__isnull=True
    )
    if already.exists():
        raise AlreadyExcluded
    noticed_on = noticed_on or timezone.localdate()
    return Exclusion.objects.create(
        proposal=proposal,
        code=proposal.code,
        person_id=proposal.person_id,
        household_id=proposal.household_id,
        reason=proposal.rule.reason,
        legal_basis=proposal.rule.legal_basis,
        starts_on=starts_on,
        noticed_on=noticed_on,
        objection_until=working_days.after(noticed_on, settings.SCREENING["objection_days"]),
        accepted_by=by,
    )


@transaction.atomic
def reject(proposal: Proposal, by: User, reason: str) -> Proposal:
    """Nobody is excluded, and the same is not proposed again on the same evidence. Raises ProposalDecided."""
    return _decide(proposal, Proposal.Status.REJECTED, by, reason)


def _decide(proposal: Proposal, status: Proposal.Status, by: User, reason: str) -> Proposal:
    hit = Proposal.objects.filter(pk=proposal.pk, status=Proposal.Status.UNDECIDED).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=reason
    )
    if not hit:
        raise ProposalDecided
    return Proposal.objects.select_related("rule").get(pk=proposal.pk)


def lift(exclusion: Exclusion, by: User, reason: str, ends_on: date) -> Exclusion:
    """Aid may flow again from the day on: what was excluded before stays excluded. Raises NotInForce, LiftBeforeStart.

    Lifted on the day it began, it never was.
    """
    if ends_on < exclusion.starts_on:
        raise LiftBeforeStart(starts_on=exclusion.starts_on.isoformat())
    hit = Exclusion.objects.filter(pk=exclusion.pk, ends_on__isnull=True).update(
        ends_on=ends_on, lifted_by=by, lifted_at=timezone.now(), lift_reason=reason
    )
    if not hit:
        raise NotInForce
    exclusion.refresh_from_db()
    return exclusion
