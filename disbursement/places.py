"""Places of a programme: how many its quota has, who waits for one and in which order, and giving free ones to who is next.

Who is active or suspended holds a place. Who waits is ranked by the priority of the version in force, as the registry is now;
ties go by who was registered first. A higher quota fills; a lower one, or somebody restored beyond it, throws nobody out and
fills nothing. One transaction at a time gives places of a programme (its row is locked), so that two never give the same one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, connection
from django.db.models import Count
from django.utils import timezone

from beneficiaries import facts
from beneficiaries.models import Person
from disbursement import conflicts, versions
from disbursement.conditions import compiled
from disbursement.enrolment_states import HOLDING, R, S, advance, is_conflict
from disbursement.enrolments import give_wallets
from disbursement.errors import ConflictHeld, NoVersion
from disbursement.exclusions import EXCLUDED
from disbursement.models import Enrolment, PlaceLook, Programme, ProgrammeVersion
from wallet import doorbell
from wallet.transactions import retried

GROUP = 2_000  # of those who wait, looked at in one transaction
FEW = 50
ATTEMPTS = 3
OVERLAP = timedelta(minutes=5)  # what had happened and was not committed when places were last looked for

PO = Enrolment.PassedOver
P = ProgrammeVersion.Priority
_FIRST = {
    P.POOREST: "h.decile, p.birth_date",
    P.OLDEST: "p.birth_date",
    P.YOUNGEST: "p.birth_date DESC",
    P.EARLIEST: "p.created_at",
}
# The same for lists of enrolments.
_FIRST_OF_ROWS = {
    P.POOREST: ("person__household__decile", "person__birth_date"),
    P.OLDEST: ("person__birth_date",),
    P.YOUNGEST: ("-person__birth_date",),
    P.EARLIEST: (),
}
# Who waits, in order. All of them, whether they still may or not: that is asked when there is a place.
_RANKED = """
SELECT e.id FROM disbursement_enrolment e
JOIN beneficiaries_person p ON p.id = e.person_id JOIN beneficiaries_household h ON h.id = p.household_id
WHERE e.programme_id = %s AND e.status = 'waiting' ORDER BY {first}, p.created_at, p.id
"""
_RANKS = """
SELECT id, rank FROM (
    SELECT e.id, row_number() OVER (ORDER BY {first}, p.created_at, p.id) AS rank FROM disbursement_enrolment e
    JOIN beneficiaries_person p ON p.id = e.person_id JOIN beneficiaries_household h ON h.id = p.household_id
    WHERE e.programme_id = %s AND e.status = 'waiting'
) ranked WHERE id = ANY(%s)
"""
# Programmes with somebody who waits, to be looked at again: not today yet, or a place may have come free since.
_DUE = """
SELECT p.id FROM disbursement_programme p LEFT JOIN disbursement_placelook l ON l.programme_id = p.id
WHERE p.active AND EXISTS (SELECT FROM disbursement_enrolment e WHERE e.programme_id = p.id AND e.status = 'waiting')
    AND (l.looked_at IS NULL OR l.looked_at < %(midnight)s
         OR EXISTS (SELECT FROM disbursement_enrolmentstep s JOIN disbursement_enrolment e ON e.id = s.enrolment_id
                    WHERE s.to_status = 'ended' AND e.programme_id = p.id
                        AND s.at > l.looked_at - make_interval(secs => %(overlap)s))
         OR EXISTS (SELECT FROM disbursement_programmeversion v
                    WHERE v.programme_id = p.id AND v.enforced_at > l.looked_at - make_interval(secs => %(overlap)s)))
ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Places:
    """A programme's places: the quota (None: as many as there are), how many are taken, and how many people wait."""

    quota: int | None
    taken: int
    waiting: int

    @property
    def free(self) -> int | None:
        """None where there is no quota; never below zero, though more may be taken than the quota has."""
        return None if self.quota is None else max(self.quota - self.taken, 0)


def of(programme: Programme, day: date | None = None) -> Places:
    """The programme's places on the day; without a quota where no version is in force."""
    rows = Enrolment.objects.filter(programme=programme).exclude(status=S.ENDED)
    many: dict[str, int] = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    return Places(_quota(programme, day), sum(many.get(status, 0) for status in HOLDING), many.get(S.WAITING, 0))


def ranks_of(enrolments: Collection[Enrolment], day: date | None = None) -> dict[int, int]:
    """The rank of each that waits, by its id: 1 is next. One query a programme."""
    waiting = [row for row in enrolments if row.status == S.WAITING]
    found: dict[int, int] = {}
    for number in sorted({row.programme_id for row in waiting}):
        first = _FIRST[_priority(Programme.objects.get(pk=number), day)]
        with connection.cursor() as cursor:
            cursor.execute(
                _RANKS.format(first=first), [number, [row.pk for row in waiting if row.programme_id == number]]
            )
            found |= dict(cursor.fetchall())
    return found


def order_of(programme: Programme, day: date | None = None) -> tuple[str, ...]:
    """How a list of the programme's enrolments that wait is ordered so that the next comes first."""
    return (*_FIRST_OF_ROWS[_priority(programme, day)], "person__created_at", "person")


def fill(number: int, day: date | None = None) -> int:
    """Gives the free places of the programme with that number to who waits and still is eligible; returns to how many.

    Who died, left, was merged, is excluded, holds a place elsewhere or is not eligible now is passed over, and waits on. Safe to
    repeat and to race. Raises InvalidRule.
    """
    day = day or timezone.localdate()
    programme = Programme.objects.get(pk=number)
    PlaceLook.objects.update_or_create(programme=programme, defaults={"looked_at": timezone.now()})
    try:
        version = versions.of(programme, day)
    except NoVersion:
        return 0
    now = of(programme, day)
    if not programme.active or now.free == 0 or not now.waiting:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RANKED.format(first=_FIRST[P(version.priority)]), [number])
        queue = [enrolment for (enrolment,) in cursor.fetchall()]
    excluded, given, at = _excluded(day), 0, 0
    free = now.free
    while at < len(queue) and free != 0:
        size = GROUP if free is None else min(GROUP, max(FEW, free + free // 4))
        free, new = _offer(programme, version, queue[at : at + size], day, excluded)
        given, at = given + new, at + size
    return given


def sweep() -> int:
    """Rings for every programme whose free places should be looked for; returns how many."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"midnight": midnight, "overlap": OVERLAP.total_seconds()})
        due = [number for (number,) in cursor.fetchall()]
    for number in due:
        doorbell.ring("disbursement.tasks.fill_places", number)
    return len(due)


def _quota(programme: Programme, day: date | None) -> int | None:
    try:
        return versions.of(programme, day or timezone.localdate()).quota
    except NoVersion:
        return None


def _priority(programme: Programme, day: date | None) -> ProgrammeVersion.Priority:
    try:
        return P(versions.of(programme, day or timezone.localdate()).priority)
    except NoVersion:
        return P.EARLIEST


def _excluded(day: date) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT person FROM ({EXCLUDED}) excluded", [day] * 4)  # noqa: S608  # a constant of ours
        return {person for (person,) in cursor.fetchall()}


def _offer(
    programme: Programme, version: ProgrammeVersion, group: Sequence[int], day: date, excluded: set[int]
) -> tuple[int | None, int]:
    """How many places are free after the group was asked in its order, and how many it got.

    Again where somebody came to hold a place elsewhere at this moment: then that is known.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _offer_once(programme, version, group, day, excluded)
        except ConflictHeld:
            if attempt == ATTEMPTS:
                raise
        except IntegrityError as error:
            if attempt == ATTEMPTS or not is_conflict(error):
                raise
    raise AssertionError("unreachable")


@retried
def _offer_once(
    programme: Programme, version: ProgrammeVersion, group: Sequence[int], day: date, excluded: set[int]
) -> tuple[int | None, int]:
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    free = None
    if version.quota is not None:  # counted after the lock
        taken = Enrolment.objects.filter(programme=programme, status__in=HOLDING).count()
        free = max(version.quota - taken, 0)
        if not free:
            return 0, 0
    waiting = dict(Enrolment.objects.filter(pk__in=group, status=S.WAITING).values_list("pk", "person"))
    people = Person.objects.processable().filter(pk__in=waiting.values(), status=Person.Status.ACTIVE)
    locked = people.select_for_update(no_key=True).order_by("pk")
    rows = {row["pk"]: row for row in locked.values("pk", "uid", "wallet_id", "household_id")}
    held = conflicts.holders(programme, timezone.localdate(), list(rows))
    rule = compiled(version.eligibility)
    known: dict[int, dict[str, Any]] = {}
    for home in facts.homes(day, sorted({row["household_id"] for row in rows.values()})):
        known |= {member.pk: member.facts for member in home.members if member.pk in rows}
    admitted: list[int] = []
    passed: dict[str, list[int]] = {reason: [] for reason in PO.values}
    for enrolment in group:
        if free is not None and len(admitted) == free:
            break
        person = waiting.get(enrolment)
        if person is None:
            continue
        if person not in rows:
            passed[PO.GONE].append(enrolment)
        elif person in excluded:
            passed[PO.EXCLUDED].append(enrolment)
        elif person in held:
            passed[PO.CONFLICT].append(enrolment)
        elif person not in known or not rule(known[person]):
            passed[PO.NOT_ELIGIBLE].append(enrolment)
        else:
            admitted.append(enrolment)
    for reason, enrolments in passed.items():
        if enrolments:
            Enrolment.objects.filter(pk__in=enrolments).exclude(passed_over=reason).update(passed_over=reason)
    if admitted:
        _admit(version, {enrolment: known[waiting[enrolment]] for enrolment in admitted})
        without = [rows[waiting[enrolment]] for enrolment in admitted if rows[waiting[enrolment]]["wallet_id"] is None]
        give_wallets({row["pk"]: row["uid"] for row in without})
    return (None if free is None else free - len(admitted)), len(admitted)


def _admit(version: ProgrammeVersion, known: dict[int, dict[str, Any]]) -> None:
    """They hold a place from now on, for the facts that are true now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_enrolment e SET facts = told.facts, version_id = %s
            FROM unnest(%s::bigint[], %s::jsonb[]) AS told (enrolment, facts)
            WHERE e.id = told.enrolment AND e.status = 'waiting'
            """,
            [version.pk, list(known), [json.dumps(one) for one in known.values()]],
        )
    advance(list(known), S.ACTIVE, reason=R.PLACE, origins=[S.WAITING])
