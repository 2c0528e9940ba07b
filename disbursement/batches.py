"""A batch before it is submitted (prepare, cancel), and what is decided of chunks that failed; between the two: approvals.py."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from disbursement import exclusions, execution
from disbursement.batch_states import advance
from disbursement.errors import NothingToPay, NowhereToLapse, ProgrammeInactive
from disbursement.models import Batch, Chunk, Cycle, Instruction, Programme
from wallet.transactions import retried


def cycle_of(programme: Programme, period: date) -> Cycle:
    """The programme's cycle for the month of the date; made if it is missing, one whoever races."""
    cycle, _ = Cycle.objects.get_or_create(programme=programme, period=period.replace(day=1))
    return cycle


def prepare(cycle: Cycle) -> Batch:
    """A batch with one instruction for each active enrolment of an active person that has none pending or paid in this cycle.

    Who is excluded on the cycle's first day is left out, and the exclusion kept as the reason (models.LeftOut), also where
    that leaves nobody. Raises ProgrammeInactive, NowhereToLapse, NothingToPay.
    """
    with transaction.atomic():
        # Two officers at once: the second finds nothing left.
        Cycle.objects.select_for_update().get(pk=cycle.pk)
        programme = Programme.objects.select_related("terms").get(pk=cycle.programme_id)  # as it is now, under the lock
        if not programme.active:
            raise ProgrammeInactive
        if programme.purse_days and programme.terms.lapses_to_id is None:
            raise NowhereToLapse
        with connection.cursor() as cursor:
            exclusions.note_left_out(cursor, cycle)
        made, nothing = None, NothingToPay()
        try:
            with transaction.atomic():
                made = _filled(cycle, programme)
        except NothingToPay as error:
            nothing = error
        with connection.cursor() as cursor:
            exclusions.forget_left_out(cursor)
    if made is not None:
        return made
    raise nothing  # after the commit: what an upheld objection owes rests on the notes


def _filled(cycle: Cycle, programme: Programme) -> Batch:
    batch = Batch.objects.create(cycle=cycle, purse_title=f"{programme.code} {cycle.period:%m/%Y}")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE due ON COMMIT DROP AS
            SELECT e.id AS enrolment, p.wallet_id AS wallet,
                   (row_number() OVER (ORDER BY e.id) - 1) / %s + 1 AS number, coalesce(earlier.attempts, 0) + 1 AS attempt
            FROM disbursement_enrolment e JOIN beneficiaries_person p ON p.id = e.person_id
            LEFT JOIN (SELECT enrolment_id, count(*) AS attempts, bool_or(live) AS live
                       FROM disbursement_instruction WHERE cycle_id = %s GROUP BY enrolment_id) earlier
                ON earlier.enrolment_id = e.id
            WHERE e.programme_id = %s AND e.status = 'active' AND p.status = 'active' AND p.wallet_id IS NOT NULL
                AND NOT coalesce(earlier.live, false)
                AND e.person_id NOT IN (SELECT person FROM excluded)
            """,
            [settings.DISBURSEMENT["chunk_size"], cycle.pk, programme.pk],
        )
        cursor.execute(
            "INSERT INTO disbursement_chunk (batch_id, number, count) SELECT %s, number, count(*) FROM due GROUP BY number",
            [batch.pk],
        )
        cursor.execute(
            """
            INSERT INTO disbursement_instruction (batch_id, chunk_id, cycle_id, enrolment_id, wallet_id, amount, attempt)
            SELECT c.batch_id, c.id, %s, due.enrolment, due.wallet, %s, due.attempt
            FROM due JOIN disbursement_chunk c ON c.batch_id = %s AND c.number = due.number ORDER BY due.enrolment
            """,
            [cycle.pk, programme.amount, batch.pk],
        )
        batch.count = cursor.rowcount
        cursor.execute("DROP TABLE due")
    if batch.count == 0:
        raise NothingToPay
    batch.total = batch.count * programme.amount
    batch.save(update_fields=["count", "total"])
    return batch


@transaction.atomic
def cancel(batch: Batch) -> Batch:
    """Nothing of it will be paid: its instructions are free for another batch. Raises WrongStatus once it is submitted."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    advance(batch, Batch.Status.CANCELLED)
    Instruction.objects.filter(chunk__batch=batch).update(status=Instruction.Status.CANCELLED)
    return batch


def retry_failed(batch: Batch) -> int:
    """Chunks that ran out of attempts are due again; returns how many. For the officer who removed the cause."""
    due = Chunk.objects.filter(batch=batch, status=Chunk.Status.FAILED).update(
        status=Chunk.Status.PENDING, attempts=0, due_at=timezone.now()
    )
    execution.call_workers(batch.pk, due)
    return due


@retried
def give_up_failed(batch: Batch) -> int:
    """Nobody in the chunks that ran out of attempts is paid by this batch; returns how many chunks that were.

    Their money returns to the fund when the batch closes, which follows at once if nothing else is open; the people are free
    for a follow-up batch. The transaction that would pay a chunk marks it, so a failed chunk has paid nobody.
    """
    chunks = Chunk.objects.select_for_update().filter(batch=batch, status=Chunk.Status.FAILED)
    given_up = list(chunks.values_list("pk", flat=True))
    Instruction.objects.filter(chunk__in=given_up, status=Instruction.Status.PENDING).update(
        status=Instruction.Status.FAILED, failure="given_up"
    )
    Chunk.objects.filter(pk__in=given_up).update(status=Chunk.Status.BLOCKED, finished_at=timezone.now())
    execution.close_if_done(batch.pk)
    return len(given_up)
