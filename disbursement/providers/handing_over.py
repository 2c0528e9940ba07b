"""A chunk is handed to a partner: what will be asked is committed to rows first (the outbox), and nothing is sent here.

The money stays in the batch's clearing account until a line's outcome is known.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import connection
from django.utils import timezone

from disbursement.models import BulkRequest, Chunk, Instruction, PayoutLine, ProviderAccount
from disbursement.provider_errors import ProviderInactive
from disbursement.providers import own_wallet
from wallet import doorbell

CALL = "disbursement.tasks.call_partner"

_LINES = """
INSERT INTO disbursement_payoutline (instruction_id, chunk_id, provider_id, request_id, reference, amount, due_at, opened_at)
SELECT id, chunk_id, %(provider)s, (%(requests)s::bigint[])[1 + (number - 1) / %(size)s], %(prefix)s || '-' || id, amount,
       %(now)s, %(now)s
FROM (SELECT id, chunk_id, amount, row_number() OVER (ORDER BY id) AS number FROM disbursement_instruction
      WHERE chunk_id = %(chunk)s AND status = 'pending') AS line
"""


class Partner:
    """Commits the chunk's lines to the partner's outbox; workers send them (`calling`)."""

    def hand_over(self, chunk: Chunk, now: datetime) -> None:
        """See `protocol.Provider`. Raises ProviderInactive."""
        provider = ProviderAccount.objects.get(pk=cast(int, chunk.provider_id))
        if not provider.active:
            raise ProviderInactive(provider=provider.name)
        _fail_who_may_not_receive(chunk)
        pending = Instruction.objects.filter(chunk=chunk, status=Instruction.Status.PENDING)
        count = pending.count()
        requests = new_requests(provider, chunk, [min(provider.bulk_size, count - start)
                                                  for start in range(0, count, provider.bulk_size)])  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                _LINES,
                {
                    "provider": provider.pk,
                    "requests": [request.pk for request in requests],
                    "size": provider.bulk_size,
                    "prefix": provider.reference_prefix,
                    "chunk": chunk.pk,
                    "now": now,
                },
            )
        pending.update(status=Instruction.Status.SENT)
        status = Chunk.Status.SENT if count else Chunk.Status.DONE
        Chunk.objects.filter(pk=chunk.pk).update(
            status=status, open_count=count, failure="", error="", finished_at=None if count else now
        )
        doorbell.ring_after_commit(CALL, provider.pk)


def new_requests(provider: ProviderAccount, chunk: Chunk, sizes: Sequence[int]) -> list[BulkRequest]:
    """Requests of so many lines each, due at once."""
    now = timezone.now()
    return BulkRequest.objects.bulk_create(
        BulkRequest(provider=provider, chunk=chunk, bulk_id=new_bulk_id(provider), count=size, due_at=now)
        for size in sizes
    )


def new_bulk_id(provider: ProviderAccount) -> str:
    """A partnerBulkId that nobody had before; at most 36 characters."""
    return f"{provider.reference_prefix}-{secrets.token_hex(8)}"


def _fail_who_may_not_receive(chunk: Chunk) -> None:
    """Who died, or whose wallet is frozen or closed, is not paid by another way either; nor whose account number is gone."""
    own_wallet.fail_who_died(chunk)
    pending = Instruction.objects.filter(chunk=chunk, status=Instruction.Status.PENDING)
    found: dict[str, list[int]] = {}
    for wallet, reason in own_wallet.inactive(own_wallet.grants(chunk, Instruction.Status.PENDING)).items():
        found.setdefault(reason, []).append(wallet)
    for reason, refused in found.items():
        pending.filter(wallet__in=refused).update(status=Instruction.Status.FAILED, failure=reason)
    pending.filter(route__number_sealed=b"").update(status=Instruction.Status.FAILED, failure="no_account")


def cancel_unsent(chunks: Sequence[int], code: str) -> None:
    """Lines of these chunks, which the caller has locked, that nobody has ever sent will not be; each keeps the code."""
    ended: Counter[int] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_payoutline
            SET state = 'failed', settled_at = %s, settled_by = 'officer', last_code = %s
            WHERE chunk_id = ANY(%s) AND state = 'ready' AND sends = 0 RETURNING chunk_id, instruction_id
            """,
            [timezone.now(), code, list(chunks)],
        )
        unsent = cursor.fetchall()
    ended.update(chunk for chunk, _line in unsent)
    lines = [line for _chunk, line in unsent]
    Instruction.objects.filter(pk__in=lines).update(status=Instruction.Status.FAILED, failure=code)
    count_ended({chunk: Ended(many) for chunk, many in ended.items()})


@dataclass(slots=True)
class Ended:
    """How many lines of a chunk got their outcome, how many of these were paid, and their rupiah."""

    lines: int = 0
    paid: int = 0
    rupiah: int = 0


def count_ended(ended: Mapping[int, Ended]) -> None:
    """Each chunk, which the caller has locked, has so many lines less in doubt; one without any is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_chunk c
            SET open_count = c.open_count - ended.lines, paid_count = c.paid_count + ended.paid,
                paid_total = c.paid_total + ended.rupiah,
                status = CASE WHEN c.open_count = ended.lines THEN 'done' ELSE c.status END,
                finished_at = CASE WHEN c.open_count = ended.lines THEN %s ELSE c.finished_at END
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS ended (chunk, lines, paid, rupiah)
            WHERE c.id = ended.chunk
            """,
            [
                timezone.now(),
                list(ended),
                [it.lines for it in ended.values()],
                [it.paid for it in ended.values()],
                [it.rupiah for it in ended.values()],
            ],
        )


def in_doubt(batch: int) -> int:
    """How many lines of the batch were sent, or may have been, and have no outcome yet."""
    return (
        PayoutLine.objects.filter(
            chunk__batch=batch, state__in=[PayoutLine.State.SENT, PayoutLine.State.UNKNOWN]
        ).count()
        + PayoutLine.objects.filter(chunk__batch=batch, state=PayoutLine.State.READY, sends__gt=0).count()
    )
