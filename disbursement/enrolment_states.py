"""The legal changes of an enrolment's status, and the one statement that makes them for one or for a hundred thousand."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction

from disbursement.errors import ConflictHeld, HouseholdHasPlace
from disbursement.models import Enrolment, EnrolmentStep

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = Enrolment.Status
R = EnrolmentStep.Reason
TRANSITIONS = {
    (S.WAITING, S.ACTIVE),  # a place is free, and they are next
    (S.WAITING, S.ENDED),  # they wait no longer
    (S.ACTIVE, S.SUSPENDED),  # not paid for now; the place stays theirs
    (S.ACTIVE, S.ENDED),  # out: the place is free
    (S.ACTIVE, S.WAITING),  # a merge is undone: the place goes back to the row that had it
    (S.SUSPENDED, S.ACTIVE),  # lifted, run out, or appealed with success
    (S.SUSPENDED, S.ENDED),  # out: the place is free
    (S.ENDED, S.ACTIVE),  # an appeal was upheld, or what ended it is undone
    (S.ENDED, S.SUSPENDED),  # what ended it is undone
    (S.ENDED, S.WAITING),  # readmitted by an officer, or what ended it is undone
}
HOLDING = (S.ACTIVE, S.SUSPENDED)  # these count for the quota and in conflicts
LIVE = (S.WAITING, *HOLDING)  # these are a person's one in the programme, and a household's

# Until when the enrolment was suspended last: who is suspended again because their exit is undone, is so until then.
SUSPENDED_UNTIL = """(
    SELECT s.until FROM disbursement_enrolmentstep s WHERE s.enrolment_id = {enrolment} AND s.to_status = 'suspended'
    ORDER BY s.id DESC LIMIT 1)"""
_ADVANCE = f"""
WITH here AS (
    SELECT id, status FROM disbursement_enrolment WHERE id = ANY(%(ids)s) AND status = ANY(%(origins)s)
    ORDER BY id FOR NO KEY UPDATE
)
INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, words, reference, until, by_id)
SELECT id, status, %(to)s, %(reason)s, %(words)s, %(reference)s,
       CASE WHEN status = 'ended' AND %(to)s = 'suspended' THEN {SUSPENDED_UNTIL.format(enrolment="here.id")}
            ELSE %(until)s::date END, %(by)s::bigint
FROM here ORDER BY id
RETURNING enrolment_id
"""  # noqa: S608  # our own constants


def advance(
    enrolments: Collection[int],
    to: Enrolment.Status,
    *,
    reason: EnrolmentStep.Reason,
    origins: Collection[Enrolment.Status] = LIVE,
    words: str = "",
    reference: str = "",
    until: date | None = None,
    by: User | None = None,
) -> list[int]:
    """Moves those of the enrolments that are at one of the origins to the status, each with its step; returns which.

    Whoever is elsewhere by now stays as they are. A suspension that comes back with its exit undone keeps its last day. All of
    them or none. Raises ConflictHeld, HouseholdHasPlace.
    """
    possible = [origin.value for origin, target in TRANSITIONS if target == to and origin in origins]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _ADVANCE,
                {
                    "ids": list(enrolments),
                    "origins": possible,
                    "to": to.value,
                    "reason": reason.value,
                    "words": words[:300],
                    "reference": reference[:120],
                    "until": until,
                    "by": by.pk if by else None,
                },
            )
            return [number for (number,) in cursor.fetchall()]
    except IntegrityError as error:
        match _constraint(error):
            case "enrolment_no_conflict":
                raise ConflictHeld from error
            case "enrolment_one_per_household":
                raise HouseholdHasPlace from error
        raise


def is_conflict(error: IntegrityError) -> bool:
    """True if the database refused a place because of one in another programme."""
    return _constraint(error) == "enrolment_no_conflict"


def _constraint(error: IntegrityError) -> str:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
