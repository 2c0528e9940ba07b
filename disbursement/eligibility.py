"""Who may be in a programme: a CEL expression over a person and their household, and the enrolment of those it admits."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from beneficiaries import identity, rules
from beneficiaries.models import Person
from beneficiaries.screening_errors import RuleBroken
from disbursement.errors import InvalidRule
from disbursement.exclusions import EXCLUDED
from disbursement.models import Enrolment, Programme
from wallet import wallets
from wallet.transactions import retried

GROUP = 2_000  # people enrolled in one transaction
EXAMPLE = {
    "person": {"age": 30, "sex": "P"},
    "household": {"decile": 5, "size": 4, "kelurahan": "31.71.01.1001", "city": "31.71"},
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible person with the facts that made them so."""

    person: int
    uid: Any
    household: int
    facts: dict[str, Any]


def compiled(expression: str) -> rules.Rule:
    """The rule as a function of facts (shape: EXAMPLE). Raises InvalidRule if it does not compile or is no yes-or-no.

    The function raises it too, for facts on which the rule breaks (a division by zero): it never decides by accident.
    """
    try:
        rule = rules.compiled(expression, EXAMPLE)
    except RuleBroken as error:
        raise InvalidRule(**error.data) from error

    def admits(facts: dict[str, Any]) -> bool:
        try:
            return rule(facts)
        except RuleBroken as error:
            raise InvalidRule(**error.data) from error

    return admits


def candidates(
    programme: Programme, day: date | None = None, homes: Collection[int] | None = None
) -> Iterator[Candidate]:
    """Every active person whom the rule admits on the day, oldest first; one per household where the programme says so.

    With `homes`, of those households alone.
    Who is excluded on the day, alone or with the household, is not admitted.
    Who left the registry, died or was merged counts neither as a candidate nor in the household's size.
    """
    rule, day = compiled(programme.eligibility), day or timezone.localdate()
    ended = Enrolment.objects.filter(programme=programme, status=Enrolment.Status.ENDED)
    taken: set[int] = set()
    excluded = RawSQL(f"SELECT person FROM ({EXCLUDED}) excluded", [day] * 4)  # noqa: S608, S611  # a constant of ours
    people = (
        Person.objects.processable()
        .filter(status=Person.Status.ACTIVE)
        .exclude(pk__in=ended.values("person"))  # who was taken out is not put back by a rule
        .exclude(pk__in=excluded)
        .select_related("household")
        .annotate(size=Count("household__members", filter=Q(household__members__status=Person.Status.ACTIVE)))
        .only("uid", "sex", "birth_date", "household__decile", "household__kelurahan")
        .order_by("birth_date", "pk")
    )
    if homes is not None:
        people = people.filter(household__in=homes)
    for person in people.iterator(chunk_size=GROUP):
        household = person.household
        facts = {
            "person": {"age": identity.age(person.birth_date, day), "sex": person.sex},
            "household": {
                "decile": household.decile,
                "size": person.size,  # type: ignore[attr-defined]  # annotated above
                "kelurahan": household.kelurahan,
                "city": household.kelurahan[:5],
            },
        }
        if household.pk in taken or not rule(facts):
            continue
        if programme.one_per_household:
            taken.add(household.pk)
        yield Candidate(person.pk, person.uid, household.pk, facts)


def enrol_eligible(programme: Programme, day: date | None = None) -> int:
    """Enrols everyone eligible who is not enrolled yet, opening their wallets; returns how many were new.

    Where somebody moves meanwhile, or leaves the registry, their households are asked again: they, or another, may be
    eligible there now.
    """
    new, day = 0, day or timezone.localdate()
    homes: set[int] | None = None
    while homes is None or homes:
        eligible = candidates(programme, day, homes)
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
