"""Corrections: a paid cycle calculated anew after facts or a decree were put right, looked at, and confirmed.

A recalculation says what each enrolment should have got. What is short of it, the next batch of the programme pays as an
instruction of kind correction: the target less all that was given, so that correcting twice pays the remaining difference
alone. What was too much pays nothing and takes nothing back here: `overpaid` lists it.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from beneficiaries import facts
from disbursement import entitlement, versions
from disbursement.due_lines import GIVEN, STANDING
from disbursement.errors import (
    DisbursementError,
    NothingPaid,
    RecalculationMoved,
    RecalculationOvertaken,
    RecalculationStale,
)
from disbursement.models import (
    Clawback,
    ClawbackPayment,
    Correction,
    Cycle,
    Enrolment,
    Instruction,
    Recalculation,
    Withholding,
)
from wallet import doorbell, wallets
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)
S = Recalculation.Status
GROUP = 2_000  # enrolments calculated at once
ATTEMPTS = 3
TASK = "disbursement.tasks.recalculate"

# Everybody who was paid in the cycle (or the one who is asked for), with what they were given and the target that counts so far.
_PAID = f"""
CREATE TEMPORARY TABLE recalculated ON COMMIT DROP AS
WITH given AS ({
    GIVEN.format(asked="cycle_id = %(cycle)s AND (%(enrolment)s::bigint IS NULL OR enrolment_id = %(enrolment)s)")
}),
latest AS ({STANDING.format(of="c.cycle_id = %(cycle)s")})
SELECT row_number() OVER (ORDER BY given.enrolment) AS number, given.enrolment, e.person_id AS person,
       p.household_id AS household, p.restricted, given.base, given.corrected, latest.parts AS target
FROM given JOIN disbursement_enrolment e ON e.id = given.enrolment JOIN beneficiaries_person p ON p.id = e.person_id
LEFT JOIN latest ON latest.enrolment_id = given.enrolment
WHERE given.paid AND p.status = 'active'
"""  # noqa: S608  # our own constants
_GROUP = """
SELECT enrolment, person, household, restricted, base, corrected, target FROM recalculated
WHERE number > %s AND number <= %s ORDER BY number
"""


@retried
def request(cycle: Cycle, by: User | None, enrolment: Enrolment | None = None) -> Recalculation:
    """A recalculation for the workers to do, of everybody who was paid in the cycle or of one. Raises NothingPaid, NoVersion."""
    versions.of(cycle.programme, cycle.period)
    paid = Instruction.objects.filter(cycle=cycle, live=True, status=Instruction.Status.PAID)
    if enrolment is not None:
        paid = paid.filter(enrolment=enrolment)
    if not paid.exists():
        raise NothingPaid
    made = Recalculation.objects.create(cycle=cycle, enrolment=enrolment, by=by, created_at=timezone.now())
    doorbell.ring_after_commit(TASK, made.pk)
    return made


def run(number: int) -> bool:
    """Fills the recalculation with that number; False if it does not wait (any more), or a worker is at it. Safe to repeat.

    One transaction: a worker that dies leaves it as it was. After so many deaths (ATTEMPTS) it has failed, and says so.
    """
    waiting = Recalculation.objects.filter(pk=number, status=S.WAITING)
    with transaction.atomic():
        row = waiting.select_for_update(skip_locked=True).first()
        if row is None:
            return False
        row.attempts += 1  # committed before the work, or a worker that dies would not count
        if row.attempts > ATTEMPTS:
            row.status, row.failure = S.FAILED, f"{ATTEMPTS}×"
        row.save(update_fields=["attempts", "status", "failure"])
    with transaction.atomic():
        row = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("cycle__programme").first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                _fill(row)
        except DisbursementError as error:
            row.status, row.failure = S.FAILED, str(error)[:300]
            row.save(update_fields=["status", "failure"])
    return True


def sweep() -> int:
    """Rings for every recalculation that waits; returns how many."""
    waiting = list(Recalculation.objects.filter(status=S.WAITING).order_by("pk").values_list("pk", flat=True))
    for number in waiting:
        doorbell.ring(TASK, number)
    return len(waiting)


@retried
def confirm(row: Recalculation, by: User, reason: str, decree: str) -> Recalculation:
    """From now on it says what the enrolments should have got: the next batch pays what is short.

    Raises RecalculationMoved, RecalculationStale (a later one of the same people was confirmed), RecalculationOvertaken (an
    earlier one was, after this one was worked out), wallet.errors.ReasonMissing.
    """
    reason, decree = wallets.required(reason), wallets.required(decree)
    row = _undecided(row)
    others = _confirmed(row)
    if others.filter(pk__gt=row.pk).exists():
        raise RecalculationStale
    # It keeps only who differs from what counted then: whoever it leaves out would keep what the other one says.
    if others.count() != row.known:
        raise RecalculationOvertaken
    return _decide(row, S.CONFIRMED, by, reason, decree)


@retried
def drop(row: Recalculation, by: User, reason: str) -> Recalculation:
    """It counts for nothing. Raises RecalculationMoved, wallet.errors.ReasonMissing."""
    reason = wallets.required(reason)
    return _decide(_undecided(row), S.DROPPED, by, reason, "")


def overpaid() -> QuerySet[Correction]:
    """Whoever was given more for a cycle than the correction that counts gives them; by how many rupiah says `excess`.

    What the payments withheld for cases of clawback was given too: it paid what was owed. What cases claim of the payments
    already is no excess. What is in a batch and not yet paid does not count, nor what was taken back.
    """
    mine = {"cycle": OuterRef("cycle"), "enrolment": OuterRef("enrolment")}
    later = Correction.objects.filter(
        **mine, recalculation__status=S.CONFIRMED, recalculation__gt=OuterRef("recalculation")
    )
    payments = Instruction.objects.filter(**mine, live=True, status=Instruction.Status.PAID).order_by()
    withheld = Withholding.objects.filter(
        instruction__cycle=OuterRef("cycle"),
        instruction__enrolment=OuterRef("enrolment"),
        instruction__live=True,
        instruction__status=Instruction.Status.PAID,
    ).order_by()
    claims = ClawbackPayment.objects.filter(
        instruction__cycle=OuterRef("cycle"), instruction__enrolment=OuterRef("enrolment")
    ).exclude(clawback__status=Clawback.Status.DROPPED)
    counting = Correction.objects.filter(~Exists(later), recalculation__status=S.CONFIRMED)
    given = _sum(payments, "enrolment") + _sum(withheld, "instruction__enrolment")
    unclaimed = given - _sum(claims.order_by(), "instruction__enrolment")
    return counting.annotate(excess=unclaimed - F("total")).filter(excess__gt=0)


def _sum(rows: QuerySet[Any], by: str) -> Coalesce:
    """The rows' rupiah, 0 if there is none; they are all of one `by`."""
    total = rows.values(by).annotate(rupiah=Sum("amount")).values("rupiah")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())


def _undecided(row: Recalculation) -> Recalculation:
    """The recalculation as it is now, locked; and its cycle, so that no batch of it is being prepared."""
    Cycle.objects.select_for_update().get(pk=row.cycle_id)
    row = Recalculation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.status != S.DONE:
        raise RecalculationMoved(status=row.get_status_display())
    return row


def _confirmed(row: Recalculation) -> QuerySet[Recalculation]:
    """The confirmed recalculations of the cycle that say something of the same people."""
    found = Recalculation.objects.filter(cycle=row.cycle_id, status=S.CONFIRMED)
    return found if row.enrolment_id is None else found.filter(Q(enrolment=None) | Q(enrolment=row.enrolment_id))


def _decide(row: Recalculation, status: str, by: User, reason: str, decree: str) -> Recalculation:
    row.status, row.decided_by, row.decided_at, row.reason, row.decree = status, by, timezone.now(), reason, decree
    row.save(update_fields=["status", "decided_by", "decided_at", "reason", "decree"])
    return row


def _fill(row: Recalculation) -> None:
    """Writes who should have got something else, and counts them. Raises InvalidRule, NoVersion."""
    scale = entitlement.of_version(versions.of(row.cycle.programme, row.cycle.period))
    row.known = _confirmed(row).count()  # before it reads what they say: one that comes in between is not known
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"cycle": row.cycle_id, "enrolment": row.enrolment_id})
        row.seen = cursor.rowcount
        for group in _groups(cursor):
            found = _found(row, scale, group)
            Correction.objects.bulk_create(found)
            for one in found:
                row.more += one.difference > 0
                row.more_total += max(one.difference, 0)
                row.less += one.difference < 0
                row.less_total += max(-one.difference, 0)
        cursor.execute("DROP TABLE recalculated")
    row.status = S.DONE
    row.save(update_fields=["status", "known", "seen", "more", "more_total", "less", "less_total"])


@dataclass(frozen=True, slots=True)
class _Given:
    """Somebody who was paid: what they got, by part, and what counts so far as what they should have got."""

    enrolment: int
    person: int
    household: int
    restricted: bool
    given: dict[str, int]
    target: dict[str, int] | None


def _groups(cursor: CursorWrapper) -> Iterator[list[_Given]]:
    first = 0
    while True:
        cursor.execute(_GROUP, [first, first + GROUP])
        rows = cursor.fetchall()
        if not rows:
            return
        yield [_given(*row) for row in rows]
        first += GROUP


def _given(
    enrolment: int, person: int, household: int, restricted: bool, base: Any, corrected: Any, target: Any
) -> _Given:
    given = dict(Counter(_parts(base)) + Counter(_parts(corrected)))
    return _Given(enrolment, person, household, restricted, given, None if target is None else _parts(target))


def _found(row: Recalculation, scale: entitlement.Scale, group: list[_Given]) -> list[Correction]:
    """Of the group those who should have got something else than they were given, or than was said last."""
    of_person = {one.person: one for one in group}
    promised = {one.person for one in group if one.restricted}
    found = []
    for home in facts.homes(row.cycle.period, [one.household for one in group], promised):
        for member in home.members:
            one = of_person.get(member.pk)
            if one is None:
                continue
            due, before = scale.apply(member.facts, home.members), sum(one.given.values())
            if due.parts == one.target if one.target is not None else due.total == before:
                continue
            found.append(
                Correction(
                    recalculation=row,
                    cycle_id=row.cycle_id,
                    enrolment_id=one.enrolment,
                    version=scale.version,
                    facts=due.facts,
                    members=due.members,
                    lines=[line.as_kept() for line in due.lines],
                    parts=due.parts,
                    total=due.total,
                    before=before,
                    difference=due.total - before,
                )
            )
    return found


def _parts(value: Any) -> dict[str, int]:
    """Rupiah by part, whether the driver has read the JSON already or not."""
    return json.loads(value) if isinstance(value, str) else dict(value)
