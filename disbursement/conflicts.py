"""Programmes that one person, or one household, may not be in at once: who is kept out of which, and who has to be decided on.

A place is held while it is active or suspended; waiting holds none. The database refuses a second place itself, whoever asks
for it and however many at once; here it is known beforehand, so that the others of a group are enrolled all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from disbursement.enrolment_states import HOLDING
from disbursement.errors import ConflictBroken
from disbursement.models import ConflictNote, Enrolment, Programme, ProgrammeConflict

# Each pair both ways, as of a day.
_PAIRS = """
    SELECT c.id, c.scope, pair.programme, pair.other FROM disbursement_programmeconflict c,
        LATERAL (VALUES (c.first_id, c.second_id), (c.second_id, c.first_id)) AS pair (programme, other)
    WHERE c.starts_on <= %(day)s AND (c.ends_on IS NULL OR c.ends_on > %(day)s)
"""
_HELD = f"""
WITH pairs AS ({_PAIRS}), held AS (
    SELECT pairs.id AS conflict, pairs.scope, e.id AS enrolment, e.person_id AS person
    FROM pairs JOIN disbursement_enrolment e ON e.programme_id = pairs.other AND e.status IN ('active', 'suspended')
    WHERE pairs.programme = %(programme)s
)
SELECT DISTINCT ON (person) person, conflict, enrolment FROM (
    SELECT person, conflict, enrolment FROM held
    UNION ALL
    SELECT q.id, held.conflict, held.enrolment
    FROM held JOIN beneficiaries_person p ON p.id = held.person JOIN beneficiaries_person q ON q.household_id = p.household_id
    WHERE held.scope = 'household'
) everyone
WHERE %(people)s::bigint[] IS NULL OR person = ANY(%(people)s::bigint[])
ORDER BY person, conflict, enrolment
"""  # noqa: S608  # constants of ours
_IN_THE_WAY = f"""
WITH pairs AS ({_PAIRS})
SELECT EXISTS (
    SELECT FROM pairs JOIN disbursement_enrolment e ON e.programme_id = pairs.other AND e.status IN ('active', 'suspended')
    JOIN beneficiaries_person p ON p.id = e.person_id
    WHERE pairs.programme = %(programme)s AND (
        (%(own)s AND e.person_id = %(person)s)
        OR (pairs.scope = 'household' AND p.household_id = %(household)s AND NOT e.person_id = ANY(%(never)s))))
"""  # noqa: S608  # constants of ours
_MANY_TO_DECIDE = f"""
WITH pairs AS ({_PAIRS} AND c.id = ANY(%(conflicts)s)), mine AS (
    SELECT pairs.id AS conflict, pairs.scope, pairs.other, e.id, e.person_id, p.household_id
    FROM pairs JOIN disbursement_enrolment e ON e.programme_id = pairs.programme AND e.status IN ('active', 'suspended')
    JOIN beneficiaries_person p ON p.id = e.person_id
)
SELECT conflict, count(*) FROM (
    SELECT mine.conflict, mine.id FROM mine
    JOIN disbursement_enrolment e ON e.person_id = mine.person_id AND e.programme_id = mine.other
    WHERE e.status IN ('active', 'suspended')
    UNION
    SELECT mine.conflict, mine.id FROM mine JOIN beneficiaries_person q ON q.household_id = mine.household_id
    JOIN disbursement_enrolment e ON e.person_id = q.id AND e.programme_id = mine.other
    WHERE mine.scope = 'household' AND e.status IN ('active', 'suspended')
) found GROUP BY conflict
"""  # noqa: S608  # constants of ours
_NOTE = """
INSERT INTO disbursement_conflictnote (programme_id, person_id, conflict_id, enrolment_id)
SELECT %(programme)s, note.person, note.conflict, note.enrolment
FROM unnest(%(people)s::bigint[], %(conflicts)s::bigint[], %(enrolments)s::bigint[]) AS note (person, conflict, enrolment)
WHERE NOT EXISTS (SELECT FROM disbursement_enrolment e WHERE e.programme_id = %(programme)s AND e.person_id = note.person)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Held:
    """The place that keeps somebody out of a programme, and the conflict that says so."""

    conflict: int
    enrolment: int


def set_up(
    one: Programme,
    other: Programme,
    *,
    scope: ProgrammeConflict.Scope,
    starts_on: date,
    decree: str,
    by: User | None = None,
    ends_on: date | None = None,
) -> ProgrammeConflict:
    """From the day on nobody newly comes to hold a place in both; who holds both by then is decided on. Raises ConflictBroken."""
    if one.pk == other.pk:
        raise ConflictBroken(reason=str(ConflictBroken.SAME))
    if not decree.strip():
        raise ConflictBroken(reason=str(ConflictBroken.NO_DECREE))
    if ends_on is not None and ends_on < starts_on:
        raise ConflictBroken(reason=str(ConflictBroken.ENDS_EARLY))
    first, second = sorted((one, other), key=lambda programme: programme.pk)
    try:
        with transaction.atomic():
            return ProgrammeConflict.objects.create(
                first=first,
                second=second,
                scope=scope,
                starts_on=starts_on,
                ends_on=ends_on,
                decree=decree.strip(),
                by=by,
            )
    except IntegrityError:
        raise ConflictBroken(reason=str(ConflictBroken.KNOWN)) from None


def end(conflict: ProgrammeConflict, ends_on: date) -> None:
    """From the day on both may be held. Raises ConflictBroken for a day before it began, and for one that has its end."""
    hit = 0
    if ends_on >= conflict.starts_on:
        hit = ProgrammeConflict.objects.filter(pk=conflict.pk, ends_on=None).update(ends_on=ends_on)
    if not hit:
        raise ConflictBroken(reason=str(ConflictBroken.ENDS_EARLY))
    conflict.refresh_from_db(fields=["ends_on"])


def holders(programme: Programme, day: date, people: Collection[int] | None = None) -> dict[int, Held]:
    """Whom a place elsewhere keeps out of the programme on the day, each with that place; of the people given, or of all."""
    wanted: dict[str, Any] = {"programme": programme.pk, "day": day, "people": None if people is None else list(people)}
    with connection.cursor() as cursor:
        cursor.execute(_HELD, wanted)
        return {person: Held(conflict, enrolment) for person, conflict, enrolment in cursor.fetchall()}


def in_the_way(
    programme: int,
    person: int,
    household: int,
    *,
    own: bool = True,
    never: Collection[int] = (),
    day: date | None = None,
) -> bool:
    """True if the person (unless not `own`) or another of the household holds a place that excludes one in the programme.

    `never` names people of the household who do not count, beside the person.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_THE_WAY,
            {
                "programme": programme,
                "person": person,
                "household": household,
                "own": own,
                "never": [person, *never],
                "day": day or timezone.localdate(),
            },
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def note(programme: Programme, kept_out: Mapping[int, Held]) -> None:
    """Keeps whom the rule admits and a place elsewhere keeps out, in the place of what was noted before."""
    ConflictNote.objects.filter(programme=programme).delete()
    held = list(kept_out.values())
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "programme": programme.pk,
                "people": list(kept_out),
                "conflicts": [one.conflict for one in held],
                "enrolments": [one.enrolment for one in held],
            },
        )


def to_decide(conflict: ProgrammeConflict | None = None, day: date | None = None) -> QuerySet[Enrolment]:
    """Places whose person, or household, holds another one that excludes it: from before the conflict, or after a move."""
    wanted = ProgrammeConflict.objects.on(day or timezone.localdate())
    if conflict is not None:
        wanted = wanted.filter(pk=conflict.pk)
    found = Q(pk__in=[])
    for row in wanted:
        for mine, other in ((row.first_id, row.second_id), (row.second_id, row.first_id)):
            elsewhere = Enrolment.objects.filter(programme=other, status__in=HOLDING)
            if row.scope == ProgrammeConflict.Scope.HOUSEHOLD:
                elsewhere = elsewhere.filter(person__household=OuterRef("person__household"))
            else:
                elsewhere = elsewhere.filter(person=OuterRef("person"))
            found |= Q(Exists(elsewhere), programme=mine)
    return Enrolment.objects.filter(found, status__in=HOLDING)


def many_to_decide(rows: Collection[ProgrammeConflict], day: date | None = None) -> dict[int, int]:
    """How many places `to_decide` finds of each of the conflicts, by its id, where there are any. One query."""
    asked: dict[str, Any] = {"day": day or timezone.localdate(), "conflicts": [row.pk for row in rows]}
    with connection.cursor() as cursor:
        cursor.execute(_MANY_TO_DECIDE, asked)
        return dict(cursor.fetchall())


def excluding(enrolment: Enrolment, day: date | None = None) -> list[Enrolment]:
    """The places that exclude this one, held by the person or in their household."""
    day = day or timezone.localdate()
    of_programme = Q(first=enrolment.programme_id) | Q(second=enrolment.programme_id)
    found: dict[int, Enrolment] = {}
    for row in ProgrammeConflict.objects.on(day).filter(of_programme):
        other = row.second_id if row.first_id == enrolment.programme_id else row.first_id
        rows = Enrolment.objects.filter(programme=other, status__in=HOLDING).select_related("programme", "person")
        if row.scope == ProgrammeConflict.Scope.HOUSEHOLD:
            rows = rows.filter(person__household=enrolment.person.household_id)
        else:
            rows = rows.filter(person=enrolment.person_id)
        found |= {one.pk: one for one in rows}
    return [found[number] for number in sorted(found)]
