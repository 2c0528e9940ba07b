"""Who may be in a programme: the rule of a version held against the registry, and the enrolment of those it admits.

With a quota whoever is admitted waits first, and free places go by priority (disbursement.places). Whom a place in a programme
that excludes this one keeps out is noted, with that place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.utils import timezone

from beneficiaries import facts
from beneficiaries.facts import Member
from beneficiaries.models import Person
from disbursement import conflicts, places, versions
from disbursement.conditions import compiled
from disbursement.conflicts import Held
from disbursement.enrolment_states import R, S, advance, is_conflict
from disbursement.enrolments import give_wallets
from disbursement.exclusions import EXCLUDED
from disbursement.models import Enrolment, Programme, ProgrammeVersion
from wallet.transactions import retried

GROUP = 2_000  # people enrolled in one transaction
_LAST = """
JOIN LATERAL (SELECT s.reason FROM disbursement_enrolmentstep s WHERE s.enrolment_id = e.id ORDER BY s.id DESC LIMIT 1) last
    ON true
"""
_TAKEN_OUT = f"""
SELECT e.person_id FROM disbursement_enrolment e {_LAST}
WHERE e.programme_id = %s AND e.status = 'ended' AND last.reason <> 'undone'
"""  # noqa: S608
# Out with the import that they rested on, and their household has no other place by now.
_ADMISSIBLE = f"""
SELECT e.id FROM disbursement_enrolment e {_LAST}
WHERE e.programme_id = %s AND e.person_id = ANY(%s) AND e.status = 'ended' AND last.reason = 'undone' AND NOT EXISTS (
    SELECT FROM disbursement_enrolment other
    WHERE other.programme_id = e.programme_id AND other.household_id = e.household_id AND other.status <> 'ended')
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible person with the facts that made them so, and the members of their household with theirs.

    `held`: the place elsewhere that keeps them out all the same.
    """

    person: int
    household: int
    facts: dict[str, Any]
    members: list[Member]
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an enrolment run came to: people who got a place, people who wait since, and people kept out by a place elsewhere."""

    active: int
    waiting: int
    kept_out: int


def candidates(
    programme: Programme,
    day: date | None = None,
    version: ProgrammeVersion | None = None,
    homes: Collection[int] | None = None,
) -> Iterator[Candidate]:
    """Every active person whom the rule admits on the day, household by household, the oldest of each first.

    With `homes`, of those households alone.
    The rule is that of the version given, else of the one in force on the day; where the programme says so, one of each
    household. Who is excluded on the day, alone or with the household, is not admitted, nor is who holds a place in a programme
    that excludes this one. Who left the registry, died or was merged counts neither as a candidate nor in the household's size.
    Raises InvalidRule, NoVersion.
    """
    day = day or timezone.localdate()
    held = conflicts.holders(programme, day)
    return (one for one in _admitted(programme, day, version, homes, held) if one.held is None)


def _admitted(
    programme: Programme,
    day: date,
    version: ProgrammeVersion | None,
    homes: Collection[int] | None,
    held: Mapping[int, Held],
) -> Iterator[Candidate]:
    """The candidates, and among them those whom a place elsewhere keeps out."""
    rule = compiled((version or versions.of(programme, day)).eligibility)
    out = kept_out(programme, day)
    for home in facts.homes(day, None if homes is None else list(homes)):
        for member in sorted(home.members, key=lambda one: (one.birth_date, one.pk)):
            if member.pk in out or not rule(member.facts):
                continue
            bar = held.get(member.pk)
            yield Candidate(member.pk, home.pk, member.facts, home.members, bar)
            if programme.one_per_household and bar is None:
                break


def kept_out(programme: Programme, day: date) -> set[int]:
    """Whoever is excluded on the day, and whoever was taken out of the programme: no rule puts them back.

    Who is out because the import was taken back that their enrolment rested on was never judged: a rule may admit them anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT person FROM ({EXCLUDED}) excluded", [day] * 4)  # noqa: S608  # a constant of ours
        excluded = {person for (person,) in cursor.fetchall()}
        cursor.execute(_TAKEN_OUT, [programme.pk])
        return excluded | {person for (person,) in cursor.fetchall()}


def no_longer(version: ProgrammeVersion, people: Collection[int], day: date) -> set[int]:
    """Those of the people whom the version's rule does not admit on the day, as the registry is now.

    Who is no active person of the registry, and who restricted what is done with their data, is not looked at, and not among
    them. Raises InvalidRule.
    """
    rule, asked = compiled(version.eligibility), set(people)
    homes = Person.objects.filter(pk__in=asked).order_by("household").values_list("household", flat=True).distinct()
    members = (member for home in facts.homes(day, list(homes)) for member in home.members)
    return {member.pk for member in members if member.pk in asked and not rule(member.facts)}


def enrol_eligible(programme: Programme, day: date | None = None, by: User | None = None) -> int:
    """Enrols everyone eligible who is not enrolled yet, as far as there are places; returns how many are active by that.

    See `enrol`.
    """
    return enrol(programme, day, by).active


def enrol(programme: Programme, day: date | None = None, by: User | None = None) -> Enrolled:
    """Enrols everyone eligible who is not enrolled yet, opening the wallets of those who get a place; the others wait, ranked.

    Where somebody moves meanwhile, or leaves the registry, their households are asked again: they, or another, may be
    eligible there now. Raises InvalidRule, NoVersion.
    """
    day = day or timezone.localdate()
    version = versions.of(programme, day)
    held = conflicts.holders(programme, day)
    before = places.of(programme, day).waiting
    status = S.ACTIVE if version.quota is None and not before else S.WAITING
    new = again = 0
    barred: dict[int, Held] = {}
    homes: set[int] | None = None
    while homes is None or homes:
        eligible = _admitted(programme, day, version, homes, held)
        homes = set()
        while found := list(islice(eligible, GROUP)):
            barred |= {one.person: one.held for one in found if one.held is not None}
            group = [one for one in found if one.held is None]
            enrolled, readmitted, changed = _enrol_known(programme, group, version, status, by)
            new, again = new + enrolled, again + readmitted
            homes |= changed
    conflicts.note(programme, barred)
    if status == S.WAITING:
        new = places.fill(programme.pk, day)
    elif again:
        new += places.fill(programme.pk, day)
    return Enrolled(new, max(places.of(programme, day).waiting - before, 0), len(barred))


def _enrol_known(
    programme: Programme, group: list[Candidate], version: ProgrammeVersion, status: Enrolment.Status, by: User | None
) -> tuple[int, int, set[int]]:
    """`_enrol`, without those who came to hold a place elsewhere at this moment: another run has them in its notes."""
    try:
        return _enrol(programme, group, version, status, by)
    except IntegrityError as error:
        if not is_conflict(error):
            raise
    held = conflicts.holders(programme, timezone.localdate(), [one.person for one in group])
    return _enrol(programme, [one for one in group if one.person not in held], version, status, by)


@retried  # whoever moves a person locks the households first
def _enrol(
    programme: Programme, group: list[Candidate], version: ProgrammeVersion, status: Enrolment.Status, by: User | None
) -> tuple[int, int, set[int]]:
    """How many were new, how many wait anew whose enrolment had gone with an import, and which households changed meanwhile.

    These are the households that one of the group has left, or come to, since they were found eligible.
    """
    # Under a lock, and read again: one of them may be merged into another row, or move, at this moment.
    known = Person.objects.processable().filter(
        pk__in=[candidate.person for candidate in group], status=Person.Status.ACTIVE
    )
    locked = known.select_for_update(no_key=True).order_by("pk")
    rows = list(locked.values_list("pk", "uid", "wallet_id", "household_id"))
    without_wallet = {person: uid for person, uid, wallet, _home in rows if wallet is None}
    home_now = {person: home for person, _uid, _wallet, home in rows}
    changed = [candidate for candidate in group if home_now.get(candidate.person) != candidate.household]
    homes = {candidate.household for candidate in changed}
    homes |= {home_now[candidate.person] for candidate in changed if candidate.person in home_now}
    group = [candidate for candidate in group if home_now.get(candidate.person) == candidate.household]
    if status == S.ACTIVE:
        give_wallets({one.person: without_wallet[one.person] for one in group if one.person in without_wallet})
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO disbursement_enrolment (programme_id, version_id, by_id, status, person_id, household_id, facts)
            SELECT %s, %s, %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[]) ON CONFLICT DO NOTHING
            """,
            [
                programme.pk,
                version.pk,
                by.pk if by else None,
                status.value,
                [candidate.person for candidate in group],
                [candidate.household if programme.one_per_household else None for candidate in group],
                [json.dumps(candidate.facts) for candidate in group],
            ],
        )
        new = int(cursor.rowcount)
        cursor.execute(_ADMISSIBLE, [programme.pk, [candidate.person for candidate in group]])
        admissible = [enrolment for (enrolment,) in cursor.fetchall()]
    return new, len(advance(admissible, S.WAITING, reason=R.RULE, by=by, origins=[S.ENDED])), homes
