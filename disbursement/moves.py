"""What becomes of places in household programmes when an import moves people, all of them at once, and when it is taken back.

The registry calls these (settings.REGISTRY) within its own transaction. As `enrolments.follow` does for one person: the place
goes along, and where the new household has its one in that programme already, or one that excludes it, it is ended. Here
everybody moves at the same moment, so two who exchange homes exchange places; of several who arrive, the enrolment made first
keeps the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from beneficiaries.import_errors import UsedSince
from beneficiaries.models import Person, RegistryImport
from disbursement.enrolment_states import SUSPENDED_UNTIL
from disbursement.enrolments import offer_places
from disbursement.models import Enrolment, FollowedMove

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ATTEMPTS = 3  # others may enrol somebody into these households meanwhile: then it is asked again who is there
BATCH = 5_000

# Places of households that are another by now, and places that one in the new household may exclude.
_REMEMBER = """
INSERT INTO disbursement_followedmove (run_id, enrolment_id, household_id, status, ended)
SELECT %s, enrolment.id, enrolment.household_id, enrolment.status, false
FROM disbursement_enrolment AS enrolment JOIN beneficiaries_person AS person ON person.id = enrolment.person_id
WHERE person.id IN ({people}) AND (
    enrolment.household_id <> person.household_id
    OR (enrolment.status IN ('active', 'suspended') AND enrolment.programme_id IN (
        SELECT unnest(ARRAY[conflict.first_id, conflict.second_id]) FROM disbursement_programmeconflict AS conflict
        WHERE conflict.scope = 'household' AND conflict.starts_on <= disbursement_today()
            AND (conflict.ends_on IS NULL OR conflict.ends_on > disbursement_today()))))
ORDER BY enrolment.id FOR NO KEY UPDATE OF enrolment
"""
# Who stays there has the place; of those who arrive, the first. An ended enrolment takes no place.
_WHO_LOSES = """
WITH arriving AS (
    SELECT moved.id, enrolment.programme_id, person.household_id,
           row_number() OVER (PARTITION BY enrolment.programme_id, person.household_id ORDER BY enrolment.id) AS number
    FROM disbursement_followedmove AS moved JOIN disbursement_enrolment AS enrolment ON enrolment.id = moved.enrolment_id
    JOIN beneficiaries_person AS person ON person.id = enrolment.person_id
    WHERE moved.run_id = %(run)s AND moved.status <> 'ended' AND moved.household_id IS NOT NULL
)
UPDATE disbursement_followedmove AS moved SET ended = true FROM arriving
WHERE moved.id = arriving.id AND (number > 1 OR EXISTS (
    SELECT FROM disbursement_enrolment AS there
    WHERE there.programme_id = arriving.programme_id AND there.household_id = arriving.household_id
      AND there.status <> 'ended' AND NOT EXISTS (
          SELECT FROM disbursement_followedmove AS leaving
          WHERE leaving.run_id = %(run)s AND leaving.enrolment_id = there.id)))
"""
# Whom a place of another in the new household excludes: who stays there has theirs; of those who arrive, the first.
_WHO_CONFLICTS = """
UPDATE disbursement_followedmove AS moved SET ended = true, excluded = true
FROM disbursement_enrolment AS enrolment, beneficiaries_person AS person
WHERE moved.run_id = %(run)s AND NOT moved.ended AND moved.status IN ('active', 'suspended')
    AND enrolment.id = moved.enrolment_id AND person.id = enrolment.person_id AND EXISTS (
        SELECT FROM disbursement_programmeconflict AS conflict
        JOIN disbursement_enrolment AS there
            ON there.programme_id = conflict.first_id + conflict.second_id - enrolment.programme_id
        JOIN beneficiaries_person AS other ON other.id = there.person_id
        LEFT JOIN disbursement_followedmove AS too ON too.run_id = %(run)s AND too.enrolment_id = there.id
        WHERE enrolment.programme_id IN (conflict.first_id, conflict.second_id) AND conflict.scope = 'household'
            AND conflict.starts_on <= disbursement_today()
            AND (conflict.ends_on IS NULL OR conflict.ends_on > disbursement_today())
            AND there.status IN ('active', 'suspended') AND other.household_id = person.household_id AND other.id <> person.id
            AND (too.id IS NULL OR (NOT too.ended AND there.id < enrolment.id)))
"""
# The unique index looks at every row as it is written, so whoever exchanges places first has none.
_LET_GO = """
UPDATE disbursement_enrolment AS enrolment SET household_id = NULL
FROM disbursement_followedmove AS moved
WHERE moved.run_id = %(run)s AND moved.household_id IS NOT NULL AND enrolment.id = moved.enrolment_id
"""
_END = """
INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, words, by_id)
SELECT enrolment.id, enrolment.status, 'ended', CASE WHEN moved.excluded THEN 'double_aid' ELSE 'household' END,
       %(words)s, %(by)s::bigint
FROM disbursement_followedmove AS moved JOIN disbursement_enrolment AS enrolment ON enrolment.id = moved.enrolment_id
WHERE moved.run_id = %(run)s AND moved.ended AND enrolment.status <> 'ended' ORDER BY enrolment.id
"""
_ARRIVE = """
UPDATE disbursement_enrolment AS enrolment SET household_id = person.household_id
FROM disbursement_followedmove AS moved, beneficiaries_person AS person
WHERE moved.run_id = %(run)s AND moved.household_id IS NOT NULL AND enrolment.id = moved.enrolment_id
    AND person.id = enrolment.person_id
"""
# An enrolment that somebody ended since stays ended; one that the move ended is what it was.
_REVIVE = f"""
INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason, words, until, by_id)
SELECT enrolment.id, 'ended', moved.status, 'undone', %(words)s,
       CASE moved.status WHEN 'suspended' THEN {SUSPENDED_UNTIL.format(enrolment="enrolment.id")} END, %(by)s::bigint
FROM disbursement_followedmove AS moved JOIN disbursement_enrolment AS enrolment ON enrolment.id = moved.enrolment_id
WHERE moved.run_id = %(run)s AND moved.ended AND moved.status <> 'ended' AND enrolment.status = 'ended' ORDER BY enrolment.id
"""  # noqa: S608  # our own constants
_RETURN = """
UPDATE disbursement_enrolment AS enrolment SET household_id = moved.household_id
FROM disbursement_followedmove AS moved
WHERE moved.run_id = %(run)s AND moved.household_id IS NOT NULL AND enrolment.id = moved.enrolment_id
"""
_COUNT_TAKEN = """
SELECT count(*)
FROM disbursement_followedmove AS moved JOIN disbursement_enrolment AS enrolment ON enrolment.id = moved.enrolment_id
WHERE moved.run_id = %(run)s AND (moved.ended OR enrolment.status <> 'ended') AND EXISTS (
    SELECT FROM disbursement_enrolment AS there
    WHERE there.programme_id = enrolment.programme_id AND there.household_id = moved.household_id
      AND there.status <> 'ended' AND NOT EXISTS (
          SELECT FROM disbursement_followedmove AS back
          WHERE back.run_id = %(run)s AND back.enrolment_id = there.id))
"""


def follow(people: QuerySet[Person], run: RegistryImport, *, by: User | None, reason: str) -> None:
    """The people have moved with this import: their places are the new households' from now on, or end there.

    Their rows are locked by the import. Raises IntegrityError if others keep enrolling into these households meanwhile.
    """
    of = _said(run, by, reason)
    sql, parameters = people.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER.format(people=sql), [run.pk, *parameters])
        if not cursor.rowcount:
            return
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    for statement in (_WHO_LOSES, _WHO_CONFLICTS, _LET_GO, _END, _ARRIVE):
                        cursor.execute(statement, of)
                break
            except IntegrityError:
                if attempt == ATTEMPTS:
                    raise
        offer_places([row.enrolment_id for row in FollowedMove.objects.filter(run=run, ended=True)])
    _note_ended(run, by, reason)


def taken_since(run: RegistryImport) -> tuple[int, str] | None:
    """How many places could not come back because the household has another one by now, and that in words; or None."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_TAKEN, {"run": run.pk})
        [count] = cursor.fetchone()
    return (count, _("sudah digantikan anggota keluarga asalnya sebagai peserta program")) if count else None


def go_back(run: RegistryImport, *, by: User | None, reason: str) -> None:
    """The import is being taken back, and its people are where they were: so are their places. Raises UsedSince."""
    of = _said(run, by, reason)
    if taken := taken_since(run):
        raise UsedSince(count=taken[0], reason=taken[1])
    _note_ended(run, by, reason)
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                for statement in (_LET_GO, _REVIVE, _RETURN):
                    cursor.execute(statement, of)
        except IntegrityError:  # somebody was enrolled there at this very moment
            taken = taken_since(run) or (1, _("sudah menjadi peserta program lain yang tidak boleh dirangkap"))
            raise UsedSince(count=taken[0], reason=taken[1]) from None
    FollowedMove.objects.filter(run=run).delete()


def _said(run: RegistryImport, by: User | None, reason: str) -> dict[str, Any]:
    return {"run": run.pk, "words": reason[:300], "by": by.pk if by else None}


def _note_ended(run: RegistryImport, by: User | None, reason: str) -> None:
    """Why, in the history of each enrolment that ended or comes back, where ending one by hand keeps it too.

    That history names a user: of an import that nobody stands for (the command line's), `FollowedMove` alone tells.
    """
    if by is None:
        return
    kind = ContentType.objects.get_for_model(Enrolment)
    ended = FollowedMove.objects.filter(run=run, ended=True).select_related("enrolment__person", "enrolment__programme")
    entries = (
        LogEntry(
            user=by,
            content_type=kind,
            object_id=str(moved.enrolment_id),
            object_repr=str(moved.enrolment)[:200],
            action_flag=CHANGE,
            change_message=reason,
        )
        for moved in ended.order_by("pk").iterator(chunk_size=BATCH)
    )
    LogEntry.objects.bulk_create(entries, batch_size=BATCH)
