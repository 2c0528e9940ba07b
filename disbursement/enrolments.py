"""Enrolments after they were made: suspended, taken up again, ended, readmitted; and what becomes of them in a move."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries.models import Person
from disbursement import conflicts
from disbursement.enrolment_states import HOLDING, LIVE, R, S, advance
from disbursement.errors import EnrolmentEnded, EnrolmentMoved, SuspensionEndsEarly
from disbursement.models import Enrolment, EnrolmentStep
from wallet import doorbell, wallets

# What an officer may give as the reason of a step.
SUSPENDING = (R.VERIFY, R.NOT_FOUND, R.DOCUMENTS, R.REPORTED, R.OTHER)
LIFTING = (R.CLEARED, R.OTHER)
GONE = (R.DECEASED, R.LEFT)  # as the system suspends
ENDING = (
    R.GRADUATED, R.NOT_ELIGIBLE, R.DECEASED, R.MOVED_AWAY, R.OWN_WISH, R.DOUBLE_AID, R.UNTRUE, R.OTHER,
)  # fmt: skip
# Suspensions whose last day is over, of all or of those given.
_RUN_OUT = """
SELECT e.id FROM disbursement_enrolment e
JOIN LATERAL (
    SELECT s.until FROM disbursement_enrolmentstep s WHERE s.enrolment_id = e.id ORDER BY s.id DESC LIMIT 1) last ON true
WHERE e.status = 'suspended' AND last.until < %(day)s AND (%(of)s::bigint[] IS NULL OR e.id = ANY(%(of)s))
"""
# Each is left to whoever is at it.
_RUN_OUT_LOCKED = f"{_RUN_OUT} ORDER BY e.id FOR NO KEY UPDATE OF e SKIP LOCKED"

# Places of people who died or left the registry; not again where an officer has lifted that, or upheld an appeal against it:
# their last step is that officer's, and the one before it is this suspension.
_GONE = """
SELECT e.id, p.status FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
WHERE e.status = 'active' AND p.status IN ('deceased', 'left') AND NOT EXISTS (
    SELECT FROM (
        SELECT s.by_id, lead(s.by_id) OVER newest AS before_by, lead(s.reason) OVER newest AS before_reason
        FROM disbursement_enrolmentstep s WHERE s.enrolment_id = e.id WINDOW newest AS (ORDER BY s.id DESC)
        ORDER BY s.id DESC LIMIT 1) last
    WHERE by_id IS NOT NULL AND before_by IS NULL AND before_reason IN ('deceased', 'left'))
"""
# Those of them that the system suspended, and whose people are active in the registry again.
_CAME_BACK = """
SELECT e.id FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
JOIN LATERAL (SELECT s.* FROM disbursement_enrolmentstep s WHERE s.enrolment_id = e.id ORDER BY s.id DESC LIMIT 1) last ON true
WHERE e.status = 'suspended' AND p.status = 'active' AND last.by_id IS NULL AND last.reason IN ('deceased', 'left')
"""


@transaction.atomic
def suspend(
    enrolments: Collection[int],
    *,
    reason: EnrolmentStep.Reason,
    words: str,
    by: User,
    until: date | None = None,
    reference: str = "",
) -> int:
    """Those of the enrolments that are active are not paid until that is lifted, or their last day is over; returns how many.

    They keep their places. What is in a batch already is that batch's: the pre-flight check names them. Raises
    SuspensionEndsEarly, EnrolmentMoved if none was active.
    """
    if until is not None and until <= timezone.localdate():
        raise SuspensionEndsEarly
    return _moved(advance(enrolments, S.SUSPENDED, reason=reason, words=words, reference=reference, until=until, by=by))


@transaction.atomic
def lift(
    enrolments: Collection[int], *, reason: EnrolmentStep.Reason, words: str, by: User, reference: str = ""
) -> int:
    """Those of the enrolments that are suspended are paid again from the next batch on; returns how many.

    Raises EnrolmentMoved if none was suspended.
    """
    return _moved(
        advance(enrolments, S.ACTIVE, reason=reason, words=words, reference=reference, by=by, origins=[S.SUSPENDED])
    )


@transaction.atomic
def lift_run_out(day: date | None = None) -> int:
    """Takes up again every enrolment whose suspension's last day is before the day (today); returns how many. Safe to race."""
    with connection.cursor() as cursor:
        asked = {"day": day or timezone.localdate(), "of": None}
        cursor.execute(_RUN_OUT_LOCKED, asked)
        locked = [number for (number,) in cursor.fetchall()]
        # Again, under the locks: somebody may have suspended them anew, until later, just before.
        cursor.execute(_RUN_OUT, asked | {"of": locked})
        due = [number for (number,) in cursor.fetchall()]
    return len(advance(due, S.ACTIVE, reason=R.EXPIRED, origins=[S.SUSPENDED])) if due else 0


@transaction.atomic
def suspend_gone() -> int:
    """Suspends whoever died or left the registry, and takes up again who is back in it; returns how many moved.

    They keep their places until an officer ends the enrolment: a death may be told of the wrong person, an import undone. Who is
    gone is not paid anyway; so it is seen, told, and can be appealed against. Safe to repeat and to race.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GONE)
        gone = cursor.fetchall()
        cursor.execute(_CAME_BACK)
        back = [number for (number,) in cursor.fetchall()]
    dead = [number for number, status in gone if status == Person.Status.DECEASED]
    left = [number for number, status in gone if status == Person.Status.LEFT]
    moved = advance(dead, S.SUSPENDED, reason=R.DECEASED) + advance(left, S.SUSPENDED, reason=R.LEFT)
    said = _("Tercatat aktif lagi di registri.")
    return len(moved + advance(back, S.ACTIVE, reason=R.CLEARED, words=said, origins=[S.SUSPENDED]))


def gone() -> QuerySet[Enrolment]:
    """The places of people who died or left the registry: for an officer to end, so that others get them.

    They are suspended, or the system had suspended them for that and an officer took them up again.
    """
    told = EnrolmentStep.objects.filter(to_status=S.SUSPENDED, reason__in=GONE).values("enrolment")
    return Enrolment.objects.filter(
        pk__in=Enrolment.objects.filter(status=S.SUSPENDED).values("pk").union(told),
        status__in=HOLDING,
        person__status__in=[Person.Status.DECEASED, Person.Status.LEFT],
    )


def end(
    enrolment: Enrolment,
    *,
    reason: EnrolmentStep.Reason = R.OTHER,
    words: str = "",
    by: User | None = None,
    reference: str = "",
) -> None:
    """No later batch pays it; what was paid stays, what is in a batch already is that batch's. Raises EnrolmentEnded."""
    try:
        end_all([enrolment.pk], reason=reason, words=words, by=by, reference=reference)
    except EnrolmentMoved:
        raise EnrolmentEnded from None
    enrolment.refresh_from_db(fields=["status"])


@transaction.atomic
def end_all(
    enrolments: Collection[int], *, reason: EnrolmentStep.Reason, words: str, by: User | None, reference: str = ""
) -> int:
    """Ends those of the enrolments that are not ended; returns how many. Their places go to who waits. Raises EnrolmentMoved."""
    out = advance(enrolments, S.ENDED, reason=reason, words=words, reference=reference, by=by)
    offer_places(out)
    return _moved(out)


@transaction.atomic
def readmit(enrolment: Enrolment, *, words: str, by: User, reference: str = "") -> None:
    """Somebody who was taken out waits for a place again, as anybody else: no rule puts them back by itself.

    Raises EnrolmentMoved if they are in, HouseholdHasPlace.
    """
    back = advance(
        [enrolment.pk], S.WAITING, reason=R.READMITTED, words=words, reference=reference, by=by, origins=[S.ENDED]
    )
    _moved(back)
    ring(enrolment.programme_id)
    enrolment.refresh_from_db(fields=["status"])


@transaction.atomic
def keep(enrolment: Enrolment, *, words: str, by: User, reference: str = "") -> list[Enrolment]:
    """The person stays in this programme: the places that exclude it are ended, and returned. Raises EnrolmentMoved."""
    out = conflicts.excluding(enrolment)
    end_all([one.pk for one in out], reason=R.DOUBLE_AID, words=words, by=by, reference=reference)
    return out


def last_step(enrolment: Enrolment) -> EnrolmentStep | None:
    """Why the enrolment stands as it does."""
    return EnrolmentStep.objects.filter(enrolment=enrolment).select_related("by").order_by("-pk").first()


def offer_places(out: Collection[int]) -> None:
    """Rings for the programmes of enrolments that have just ended; the sweeper would find them too."""
    for programme in Enrolment.objects.filter(pk__in=out).order_by().values_list("programme", flat=True).distinct():
        ring(programme)


def ring(programme: int) -> None:
    """Has a worker offer the programme's free places to who waits, once this transaction has committed."""
    doorbell.ring_after_commit("disbursement.tasks.fill_places", programme)


def _moved(enrolments: Collection[int]) -> int:
    if not enrolments:
        raise EnrolmentMoved
    return len(enrolments)


def give_wallets(holders: Mapping[int, UUID]) -> None:
    """Opens a wallet for each of the people (id and uid), who have none; their rows are locked by the caller."""
    wallet_of = wallets.open_for(list(holders.values()))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE beneficiaries_person p SET wallet_id = opened.wallet
            FROM unnest(%s::bigint[], %s::bigint[]) AS opened (person, wallet)
            WHERE p.id = opened.person AND p.wallet_id IS NULL
            """,
            [list(holders), [wallet_of[uid] for uid in holders.values()]],
        )


# --- moves ---


def follow(person: Person, *, by: User, reason: str) -> None:
    """The person has moved: their places in programmes of one per household are the new household's from now on.

    Where that household has its one already, or holds a place that excludes theirs, the person's is ended, and its history
    says why. The registry calls this (settings.REGISTRY) within its own transaction, with both households and the person locked.
    """
    rows = Enrolment.objects.select_for_update(no_key=True).filter(person=person).order_by("pk")
    out = []
    for row in rows:
        if row.status in HOLDING and conflicts.in_the_way(row.programme_id, person.pk, person.household_id, own=False):
            out += _end_in_move(row, by, reason, R.DOUBLE_AID)
        if row.household_id is None or row.household_id == person.household_id:
            continue
        row.household_id = person.household_id
        try:
            with transaction.atomic():
                row.save(update_fields=["household"])
        except IntegrityError:  # tried rather than asked: another may be enrolled there at this moment
            out += _end_in_move(row, by, reason, R.HOUSEHOLD)
            row.save(update_fields=["household"])
    offer_places(out)


def _end_in_move(row: Enrolment, by: User, reason: str, why: EnrolmentStep.Reason) -> list[int]:
    ended = advance([row.pk], S.ENDED, reason=why, words=reason, by=by, origins=LIVE)
    note(row, by, reason)
    return ended


def note(row: Enrolment, by: User, message: str) -> None:
    """Why, in the enrolment's history, where ending one by hand keeps it too."""
    LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(Enrolment),
        object_id=str(row.pk),
        object_repr=str(row)[:200],
        action_flag=CHANGE,
        change_message=message,
    )
