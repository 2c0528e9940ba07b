"""Who may be in a programme: the rule of a version held against the registry, and the enrolment of those it admits."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from beneficiaries import facts
from beneficiaries.facts import Member
from beneficiaries.models import Person
from disbursement import versions
from disbursement.conditions import compiled
from disbursement.exclusions import EXCLUDED
from disbursement.models import Enrolment, Programme, ProgrammeVersion
from wallet import wallets
from wallet.transactions import retried

GROUP = 2_000  # people enrolled in one transaction


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible person with the facts that made them so, and the members of their household with theirs."""

    person: int
    uid: UUID
    household: int
    facts: dict[str, Any]
    members: list[Member]


def candidates(
    programme: Programme,
    day: date | None = None,
    version: ProgrammeVersion | None = None,
    homes: Collection[int] | None = None,
) -> Iterator[Candidate]:
    """Every active person whom the rule admits on the day, household by household, the oldest of each first.

    With `homes`, of those households alone.
    The rule is that of the version given, else of the one in force on the day; where the programme says so, one of each
    household. Who is excluded on the day, alone or with the household, is not admitted. Who left the registry, died or was
    merged counts neither as a candidate nor in the household's size. Raises InvalidRule, NoVersion.
    """
    day = day or timezone.localdate()
    rule = compiled((version or versions.of(programme, day)).eligibility)
    out = kept_out(programme, day)
    for home in facts.homes(day, None if homes is None else list(homes)):
        for member in sorted(home.members, key=lambda one: (one.birth_date, one.pk)):
            if member.pk in out or not rule(member.facts):
                continue
            yield Candidate(member.pk, member.uid, home.pk, member.facts, home.members)
            if programme.one_per_household:
                break


def kept_out(programme: Programme, day: date) -> set[int]:
    """Whoever is excluded on the day, and whoever was taken out of the programme: no rule puts them back."""
    ended = Enrolment.objects.filter(programme=programme, status=Enrolment.Status.ENDED)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT person FROM ({EXCLUDED}) excluded", [day] * 4)  # noqa: S608  # a constant of ours
        excluded = {person for (person,) in cursor.fetchall()}
    return excluded | set(ended.values_list("person_id", flat=True))


def enrol_eligible(programme: Programme, day: date | None = None) -> int:
    """Enrols everyone eligible who is not enrolled yet, opening their wallets; returns how many were new.

    Where somebody moves meanwhile, or leaves the registry, their households are asked again: they, or another, may be
    eligible there now.
    """
    new, day = 0, day or timezone.localdate()
    homes: set[int] | None = None
    while homes is None or homes:
        eligible = candidates(programme, day, homes=homes)
        homes = set()
        while group := list(islice(eligible, GROUP)):
            enrolled, changed = _enrol(programme, group)
            new += enrolled
            homes |= changed
    return new


@retried  # whoever moves a person locks the households first
def _enrol(programme: Programme, group: list[Candidate]) -> tuple[int, set[int]]:
    """How many were new, and the households that one of the group has left, or come to, since they were found eligible."""
    # Under a lock, and read again: one of them may be merged into another row, or move, at this moment.
    known = Person.objects.processable().filter(
        pk__in=[candidate.person for candidate in group], status=Person.Status.ACTIVE
    )
    locked = known.select_for_update(no_key=True).order_by("pk")
    rows = list(locked.values_list("pk", "wallet_id", "household_id"))
    wallet_known = {person: wallet for person, wallet, _home in rows}
    home_now = {person: home for person, _wallet, home in rows}
    changed = [candidate for candidate in group if home_now.get(candidate.person) != candidate.household]
    homes = {candidate.household for candidate in changed}
    homes |= {home_now[candidate.person] for candidate in changed if candidate.person in home_now}
    group = [candidate for candidate in group if home_now.get(candidate.person) == candidate.household]
    without = [candidate for candidate in group if wallet_known[candidate.person] is None]
    wallet_of = wallets.open_for([candidate.uid for candidate in without])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE beneficiaries_person p SET wallet_id = opened.wallet
            FROM unnest(%s::bigint[], %s::bigint[]) AS opened (person, wallet)
            WHERE p.id = opened.person AND p.wallet_id IS NULL
            """,
            [[candidate.person for candidate in without], [wallet_of[candidate.uid] for candidate in without]],
        )
        cursor.execute(
            """
            INSERT INTO disbursement_enrolment (programme_id, person_id, household_id, facts)
            SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[]) ON CONFLICT DO NOTHING
            """,
            [
                programme.pk,
                [candidate.person for candidate in group],
                [candidate.household if programme.one_per_household else None for candidate in group],
                [json.dumps(candidate.facts) for candidate in group],
            ],
        )
        return int(cursor.rowcount), homes
