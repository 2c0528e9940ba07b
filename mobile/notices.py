"""Notices are made here: of one thing by `tell`, of what a batch paid and did not pay in groups, out of its rows.

The paying path writes nothing for them. A worker takes a chunk that has ended and has no notices yet (FOR NO KEY UPDATE SKIP
LOCKED), and writes notices, their first deliveries and the mark that it is done in one transaction: one that dies leaves the
chunk as it was. Memory does not grow with the number of lines: they never leave the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from disbursement.models import Batch, Chunk
from mobile.models import Notice, NoticedBatch, NoticedChunk, NoticedOutcomes
from wallet import doorbell

GROUP = 5_000  # enrolments that a transaction looks at
AGAIN = timedelta(minutes=1)  # between two looks at a chunk that waits at a partner: outcomes come one by one
K = Notice.Kind

# The first channel of what was just made (`made`: id, person, reachable): the application where it can be woken, else the phone,
# else the list of the office. Whoever was merged since is reached through the row that stayed.
_FIRST_CHANNEL = """
INSERT INTO mobile_delivery (notice_id, channel, due_at)
SELECT id, channel, CASE channel WHEN 'sms' THEN %(sms_from)s ELSE now() END
FROM (
    SELECT made.id, CASE
        WHEN %(push)s AND EXISTS (
            SELECT FROM mobile_device d JOIN mobile_pushtoken t ON t.device_id = d.id
            WHERE d.person_id = reached.id AND d.revoked_at IS NULL AND d.expires_at > now()) THEN 'push'
        WHEN made.reachable OR reached.phone_sealed <> '' THEN 'sms'
        ELSE 'list' END AS channel
    FROM made
    LEFT JOIN beneficiaries_person told ON told.id = made.person_id
    LEFT JOIN beneficiaries_person reached ON reached.id = coalesce(told.merged_into_id, told.id)
    WHERE reached.id IS NOT NULL OR made.reachable) AS chosen
"""
_TELL = f"""
WITH new AS (
    INSERT INTO mobile_notice (kind, subject, person_id, until, amount)
    SELECT %(kind)s, %(subject)s, person, %(until)s, %(amount)s FROM unnest(%(people)s::bigint[]) AS person
    ON CONFLICT DO NOTHING RETURNING id, person_id),
made AS (SELECT id, person_id, %(reachable)s AS reachable FROM new),
delivered AS ({_FIRST_CHANNEL})
SELECT count(*) FROM new
"""  # noqa: S608  # our own constants
_TELL_EACH = f"""
WITH new AS (
    INSERT INTO mobile_notice (kind, subject, person_id)
    SELECT * FROM unnest(%(kinds)s::text[], %(subjects)s::bigint[], %(people)s::bigint[])
    ON CONFLICT DO NOTHING RETURNING id, person_id),
made AS (SELECT id, person_id, false AS reachable FROM new),
delivered AS ({_FIRST_CHANNEL})
SELECT count(*) FROM new
"""  # noqa: S608
# Of a row that was merged nobody is refused anything: the row that stands has its own line.
_STANDS = """NOT (i.failure = 'merged' AND EXISTS (
            SELECT FROM beneficiaries_person p WHERE p.id = e.person_id AND p.merged_into_id IS NOT NULL))"""
# A line that failed says why by its code; which kind of notice it is, its status.
_OF_CHUNK = f"""
WITH new AS (
    INSERT INTO mobile_notice (kind, subject, person_id)
    SELECT CASE i.status WHEN 'paid' THEN 'paid' ELSE 'refused' END, i.id, e.person_id
    FROM disbursement_instruction i JOIN disbursement_enrolment e ON e.id = i.enrolment_id
    WHERE i.chunk_id = %(chunk)s AND i.status IN ('paid', 'failed') AND {_STANDS}
        -- Of what a partner pays some may be told already, perhaps under a row that was merged since.
        AND (i.route_id IS NULL OR NOT EXISTS (
            SELECT FROM mobile_notice n WHERE n.kind IN ('paid', 'refused') AND n.subject = i.id))
    ORDER BY i.id
    ON CONFLICT DO NOTHING RETURNING id, person_id),
made AS (SELECT id, person_id, false AS reachable FROM new),
delivered AS ({_FIRST_CHANNEL})
SELECT count(*) FROM new
"""  # noqa: S608
# Told once for each reason in a row: who gets nothing for the same reason every month was told in the first.
_OF_GROUP = f"""
WITH looked_at AS (
    SELECT id, enrolment_id, total, reason FROM disbursement_calculation
    WHERE batch_id = %(batch)s AND enrolment_id > %(after)s
    ORDER BY enrolment_id FETCH FIRST %(group)s ROWS WITH TIES),  -- of one enrolment there may be several
new AS (
    INSERT INTO mobile_notice (kind, subject, person_id)
    SELECT 'unpaid', c.id, e.person_id FROM looked_at c JOIN disbursement_enrolment e ON e.id = c.enrolment_id
    WHERE c.total = 0 AND c.reason <> coalesce((
        SELECT earlier.reason FROM disbursement_calculation earlier
        WHERE earlier.enrolment_id = c.enrolment_id AND earlier.id < c.id ORDER BY earlier.id DESC LIMIT 1), '')
    UNION ALL
    -- Whom an officer left out before the batch was submitted keeps why; not who has it from another batch by now.
    SELECT 'refused', i.id, e.person_id
    FROM (SELECT DISTINCT enrolment_id FROM looked_at) asked
    JOIN disbursement_instruction i ON i.batch_id = %(batch)s AND i.enrolment_id = asked.enrolment_id
    JOIN disbursement_enrolment e ON e.id = i.enrolment_id
    WHERE i.status = 'cancelled' AND i.failure <> '' AND {_STANDS} AND NOT EXISTS (
        SELECT FROM disbursement_instruction other
        WHERE other.enrolment_id = i.enrolment_id AND other.cycle_id = i.cycle_id AND other.part = i.part AND other.live
            AND (other.kind = 'correction') = (i.kind = 'correction'))
    ON CONFLICT DO NOTHING RETURNING id, person_id),
made AS (SELECT id, person_id, false AS reachable FROM new),
delivered AS ({_FIRST_CHANNEL})
SELECT max(enrolment_id) FROM looked_at
"""  # noqa: S608


def tell(
    kind: Notice.Kind,
    subject: int,
    people: Iterable[int | None],
    *,
    until: datetime | None = None,
    amount: int | None = None,
    reachable: bool = False,
) -> int:
    """Tells these people of one thing, each once; returns how many were not told before. Belongs to the caller's transaction.

    `amount` is in rupiah. `reachable` says that the subject itself knows a phone (who reported a grievance without a name).
    Rings for the delivery once that is committed.
    """
    values = {
        "kind": kind.value,
        "subject": subject,
        "people": list(people),
        "until": until,
        "amount": amount,
        "reachable": reachable,
    }
    return _rung(int(_run(_TELL, values)))


def tell_each(told: Sequence[tuple[Notice.Kind, int, int]]) -> int:
    """`tell` for many things at once, each with its subject and its person, in one statement."""
    if not told:
        return 0
    kinds, subjects, people = (list(column) for column in zip(*told, strict=True))
    return _rung(
        int(_run(_TELL_EACH, {"kinds": [str(kind) for kind in kinds], "subjects": subjects, "people": people}))
    )


def _rung(made: int) -> int:
    if made:
        doorbell.ring_after_commit("mobile.tasks.deliver_notices")
    return made


def make_next() -> bool:
    """Makes the notices of one chunk that has ended or whose partner told something, or of one group of a closed batch.

    False if there is none to take.
    """
    return _of_next_chunk() or _of_next_outcomes() or _of_next_group()


def waiting() -> bool:
    """Whether a chunk or a batch has notices to be made."""
    return _unnoticed_chunks().exists() or _unnoticed_outcomes().exists() or _unnoticed_batches().exists()


def _unnoticed_chunks() -> QuerySet[Chunk]:
    ended = Chunk.objects.filter(status__in=[Chunk.Status.DONE, Chunk.Status.BLOCKED])
    return ended.filter(~Exists(NoticedChunk.objects.filter(chunk=OuterRef("pk"))))


def _unnoticed_outcomes() -> QuerySet[Chunk]:
    """Chunks that wait at a partner, of which more outcomes are known than when they were last looked at, a while ago."""
    told = NoticedOutcomes.objects.filter(chunk=OuterRef("pk"))
    known = Q(settled__gte=OuterRef("count") - OuterRef("open_count"))
    waiting = Chunk.objects.filter(status=Chunk.Status.SENT, open_count__lt=F("count"))
    return waiting.filter(~Exists(told.filter(known | Q(at__gt=timezone.now() - AGAIN))))


def _unnoticed_batches() -> QuerySet[Batch]:
    closed = Batch.objects.filter(status=Batch.Status.CLOSED)
    return closed.filter(~Exists(NoticedBatch.objects.filter(batch=OuterRef("pk"), done=True)))


@transaction.atomic
def _of_next_chunk() -> bool:
    chunk = _unnoticed_chunks().select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("pk").first()
    # What was chosen before the lock may have been done by another worker meanwhile: read anew.
    if chunk is None:
        return False
    if not NoticedChunk.objects.filter(chunk=chunk).exists():
        made = _run(_OF_CHUNK, {"chunk": chunk.pk})
        NoticedChunk.objects.create(chunk=chunk, count=made)
    return True


@transaction.atomic
def _of_next_outcomes() -> bool:
    chunk = _unnoticed_outcomes().select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("pk").first()
    if chunk is None:
        return False
    # Counted under the chunk's lock, which whoever settles a line of it needs.
    settled = {"settled": chunk.count - chunk.open_count, "at": timezone.now()}
    NoticedOutcomes.objects.update_or_create(chunk=chunk, defaults=settled)
    _run(_OF_CHUNK, {"chunk": chunk.pk})
    return True


@transaction.atomic
def _of_next_group() -> bool:
    batch = _unnoticed_batches().select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("pk").first()
    if batch is None:
        return False
    row, _made = NoticedBatch.objects.get_or_create(batch=batch)
    if not row.done:
        reached = _run(_OF_GROUP, {"batch": batch.pk, "after": row.reached, "group": GROUP})
        NoticedBatch.objects.filter(pk=row.pk).update(reached=reached or row.reached, done=reached is None)
    return True


def sms_from(moment: datetime) -> datetime:
    """From when on a text message of what happens at the moment may go: what falls together waits to go as one, and by day."""
    return by_day(moment + settings.MOBILE["sms_wait"])


def by_day(moment: datetime) -> datetime:
    """The moment itself by day in Jakarta, else the next morning's."""
    first, last = settings.MOBILE["sms_hours"]
    local = timezone.localtime(moment)
    if first <= local.hour < last:
        return moment
    morning = local.replace(hour=first, minute=0, second=0, microsecond=0)
    return morning if local.hour < first else morning + timedelta(days=1)


def _run(sql: str, values: dict[str, Any]) -> Any:
    """The one number that the statement says; it also writes the first delivery of each notice."""
    chosen = {"push": bool(settings.MOBILE["push_gateway"]), "sms_from": sms_from(timezone.now())}
    with connection.cursor() as cursor:
        cursor.execute(sql, values | chosen)
        [(number,)] = cursor.fetchall()
    return number
