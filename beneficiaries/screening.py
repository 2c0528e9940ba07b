"""Holding the exclusion rules against the registry: trials that only count, and runs that propose. Neither excludes anyone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries import facts, rules, working_days
from beneficiaries.models import Exclusion, ExclusionRule, Person, Proposal, Screening, TrialHit
from beneficiaries.proposing import Hit, propose
from beneficiaries.screening_errors import (
    AlreadyExcluded,
    LiftBeforeStart,
    NotInForce,
    ProposalDecided,
    RuleBroken,
    SubjectErased,
    SubjectRestricted,
    TellerAccepts,
    TextMissing,
)

WRITE = 5_000  # rows written in one statement
_LOCK = int.from_bytes(b"screens")  # held by who makes proposals


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
    """Does the oldest screening that waits, all of it or nothing; False if none does.

    One at a time makes proposals, so that two runs propose nothing twice: meanwhile others do trials alone, and whoever is
    done takes what was left.
    """
    with transaction.atomic():
        waiting = Screening.objects.filter(status=Screening.Status.WAITING).order_by("pk")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            [proposing] = cursor.fetchone()
        if not proposing:
            waiting = waiting.filter(rule__isnull=False)
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
            proposed += propose(screening, found)
            found = []
    TrialHit.objects.bulk_create(trial_rows)
    proposed += propose(screening, found)
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


@transaction.atomic
def accept(proposal: Proposal, by: User, reason: str, starts_on: date, noticed_on: date | None = None) -> Exclusion:
    """The officer excludes: an exclusion from the day on, with an end of the time to object in working days from notice.

    Whoever `settings.SCREENING["on_exclusion"]` names tells the people, within the same transaction. What is in a payment
    batch already stays that batch's. Who noted evidence that it rests on does not accept (a trigger says so too). Raises
    TextMissing, TellerAccepts, SubjectErased, SubjectRestricted, ProposalDecided, AlreadyExcluded.
    """
    if proposal.evidence.filter(by=by).exists():
        raise TellerAccepts
    _check_subject(proposal)
    proposal = _decide(proposal, Proposal.Status.ACCEPTED, by, reason)
    already = Exclusion.objects.filter(
        code=proposal.code, person=proposal.person_id, household=proposal.household_id, ends_on__isnull=True
    )
    if already.exists():
        raise AlreadyExcluded
    noticed_on = noticed_on or timezone.localdate()
    made = Exclusion.objects.create(
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
    import_string(settings.SCREENING["on_exclusion"])(made)
    return made


def _check_subject(proposal: Proposal) -> None:
    """Locks whom it is about, before the proposal as erasing does. Raises SubjectErased, SubjectRestricted.

    A household may still be excluded while it has a member who has not restricted what is done with their data.
    """
    people = Person.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    if proposal.person_id is not None:
        [own] = people.filter(pk=proposal.person_id)
        found = list(people.filter(pk=own.merged_into_id or own.pk))
        erased = found[0].erased_at is not None
    else:
        found = list(people.filter(household=proposal.household_id, status=Person.Status.ACTIVE))
        erased = Proposal.objects.filter(pk=proposal.pk, household__kk_index__isnull=True).exists()
    if erased:
        raise SubjectErased
    if found and all(person.restricted for person in found):
        raise SubjectRestricted


@transaction.atomic
def reject(proposal: Proposal, by: User, reason: str) -> Proposal:
    """Nobody is excluded, and the same is not proposed again on the same evidence. Raises TextMissing, ProposalDecided."""
    return _decide(proposal, Proposal.Status.REJECTED, by, reason)


def _decide(proposal: Proposal, status: Proposal.Status, by: User, reason: str) -> Proposal:
    hit = Proposal.objects.filter(pk=proposal.pk, status=Proposal.Status.UNDECIDED).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=required(reason)
    )
    if not hit:
        raise ProposalDecided
    return Proposal.objects.select_related("rule").get(pk=proposal.pk)


@transaction.atomic
def lift(exclusion: Exclusion, by: User, reason: str, ends_on: date) -> Exclusion:
    """Aid may flow again from the day on: what was excluded before stays excluded.

    Whoever `settings.SCREENING["on_lifting"]` names tells the people, within the same transaction. Raises TextMissing,
    NotInForce, LiftBeforeStart.
    """
    end(exclusion, by, reason, ends_on)
    import_string(settings.SCREENING["on_lifting"])(exclusion)
    return exclusion


def end(exclusion: Exclusion, by: User, reason: str, ends_on: date) -> None:
    """Ends it and tells nobody: that is left to the caller. Ended on the day it began, it never was. Raises as `lift`."""
    if ends_on < exclusion.starts_on:
        raise LiftBeforeStart(starts_on=exclusion.starts_on.isoformat())
    hit = Exclusion.objects.filter(pk=exclusion.pk, ends_on__isnull=True).update(
        ends_on=ends_on, lifted_by=by, lifted_at=timezone.now(), lift_reason=required(reason)
    )
    if not hit:
        raise NotInForce
    exclusion.refresh_from_db()


def required(text: str) -> str:
    """The text without blanks around it. Raises TextMissing if nothing is left."""
    text = text.strip()
    if not text:
        raise TextMissing
    return text
