"""Our own wallet as a provider: purses are opened and the lines marked in one transaction, set-based; nothing is ever unknown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from django.db import connection
from django.utils import timezone

from beneficiaries.models import Person
from disbursement.exclusions import DIED
from disbursement.models import Chunk, Instruction
from wallet import ledger, limits

# LATERAL and OFFSET 0: each line's person and evidence are looked up by their keys, whatever the tables hold.
_FAIL_THE_DEAD = f"""
UPDATE disbursement_instruction SET status = 'failed', failure = 'deceased' WHERE id IN (
    SELECT i.id FROM disbursement_instruction i CROSS JOIN LATERAL (
        SELECT person_id FROM disbursement_enrolment WHERE id = i.enrolment_id OFFSET 0) e
    WHERE i.chunk_id = %(chunk)s AND i.status = 'pending' AND ({DIED.format(person="e.person_id")}))
"""  # noqa: S608  # our own constant


class OwnWallet:
    """Pays at once: whoever may not receive fails for its reason, everybody else is paid when the transaction commits."""

    def hand_over(self, chunk: Chunk, now: datetime) -> None:
        """See `protocol.Provider`."""
        batch = chunk.batch
        fail_who_died(chunk)
        pending = Instruction.objects.filter(chunk=chunk, status=Instruction.Status.PENDING)
        for reason, refused in _not_payable(chunk, now).items():
            pending.filter(wallet__in=refused).update(status=Instruction.Status.FAILED, failure=reason)
        count, total = _mark_paid(chunk)
        Chunk.objects.filter(pk=chunk.pk).update(
            status=Chunk.Status.DONE, paid_count=count, paid_total=total, failure="", error="", finished_at=now
        )
        if count:  # last, because it ends by locking the clearing account that all workers share
            ledger.open_purses(
                source=cast(int, batch.clearing_id),  # the CHECK batch_approved_is_reserved sees to it
                terms=chunk.terms,
                title=chunk.title,
                usable_from=now,
                usable_until=now + timedelta(days=chunk.purse_days) if chunk.purse_days else None,
                grants=grants(chunk, Instruction.Status.PAID),
            )


def fail_who_died(chunk: Chunk) -> None:
    """Whoever has died since the batch was approved is not paid, by whichever way."""
    with connection.cursor() as cursor:
        cursor.execute(_FAIL_THE_DEAD, {"chunk": chunk.pk, "today": timezone.localdate()})


def grants(chunk: Chunk, status: Instruction.Status) -> ledger.GrantQuery:
    """The chunk's instructions of that status as the ledger wants them. The key is that of `Instruction.key`."""
    return ledger.GrantQuery(
        f"SELECT {Instruction.key_in_sql()}, wallet_id, amount"  # noqa: S608  # a constant of ours
        " FROM disbursement_instruction WHERE chunk_id = %s AND status = %s ORDER BY id",
        [chunk.pk, status.value],
    )


def inactive(pending: ledger.GrantQuery, *, alone: bool = False) -> dict[int, str]:
    """Why each of these wallets may not receive now, if it may not; nobody closes the others until we commit.

    A wallet that was emptied into another when its person was merged is frozen too, but there is nothing to open again.
    """
    found = ledger.pin_wallets(pending, alone=alone)
    merged = set(Person.objects.filter(wallet__in=found, merged_into__isnull=False).values_list("wallet", flat=True))
    return {wallet: "merged" if wallet in merged else f"wallet_{status}" for wallet, status in found.items()}


def _not_payable(chunk: Chunk, moment: datetime) -> dict[str, list[int]]:
    """Wallets of the chunk that may not receive its aid now, by the reason; none is closed or passed on until we commit.

    One wallet may be in several chunks, of this batch or another: they come to it one after another, or each would see room
    under the limits and all together pay too much.
    """
    pending = grants(chunk, Instruction.Status.PENDING)
    closed = inactive(pending, alone=True)
    found: dict[str, list[int]] = {}
    for wallet, reason in (limits.exceeded(pending, moment) | closed).items():
        found.setdefault(reason, []).append(wallet)
    return found


def _mark_paid(chunk: Chunk) -> tuple[int, int]:
    """Marks what is still pending as paid; returns how many and their rupiah."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH paid AS (
                UPDATE disbursement_instruction SET status = 'paid' WHERE chunk_id = %s AND status = 'pending'
                RETURNING amount)
            SELECT count(*), coalesce(sum(amount), 0) FROM paid
            """,
            [chunk.pk],
        )
        [(count, total)] = cursor.fetchall()
    return int(count), int(total)
