"""What a batch says, as digests: computed at submission, compared at approval, computed again at execution.

An instruction's line is ``enrolment|wallet|amount|attempt``; a chunk's digest is SHA-256 over its lines in enrolment order; the
batch's is SHA-256 over its terms and its chunks' digests. So one chunk can be proved without reading the others' lines, and
the batch from its chunks alone: from submission on the database lets neither lines nor chunks' digests change. A line that was
left out before submission (cancelled) is no content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from django.db import connection
from django.db.models import F

from disbursement.models import Approval, Batch, Chunk


@dataclass(frozen=True, slots=True)
class Content:
    """Instructions, rupiah, the batch's digest (hex), and each chunk's lines by chunk id."""

    count: int
    total: int
    digest: str
    chunks: dict[int, Lines]


@dataclass(frozen=True, slots=True)
class Lines:
    """A chunk's instructions, rupiah and digest (hex)."""

    count: int = 0
    total: int = 0
    digest: str = hashlib.sha256().hexdigest()


def of(batch: Batch) -> Content:
    """The content as the rows stand now."""
    numbers = list(batch.chunks.order_by("id").values_list("id", flat=True))
    found = _lines_by_chunk(numbers)
    chunks = {number: found.get(number, Lines()) for number in numbers}
    return Content(
        count=sum(chunk.count for chunk in chunks.values()),
        total=sum(chunk.total for chunk in chunks.values()),
        digest=_batch_digest(batch, (chunk.digest for chunk in chunks.values())),
        chunks=chunks,
    )


def as_submitted(batch: Batch) -> bool:
    """True if the batch's terms and the digests of its chunks are those that were submitted; reads no line."""
    frozen = list(batch.chunks.order_by("id").values_list("count", "digest"))
    count = sum(count for count, _ in frozen)
    return (batch.count, batch.digest) == (count, _batch_digest(batch, (digest for _, digest in frozen)))


def as_approved(chunk: Chunk) -> bool:
    """True if the chunk's instructions, and the terms of its whole batch, are those that were approved."""
    lines = _lines_by_chunk([chunk.pk]).get(chunk.pk, Lines())
    if (lines.count, lines.digest) != (chunk.count, chunk.digest):
        return False
    frozen = Chunk.objects.filter(batch_id=chunk.batch_id).order_by("id").values_list("digest", flat=True)
    digest = _batch_digest(chunk.batch, frozen)
    # The approval, which the database never changes, decides; the batch's own digest could be rewritten with its rows.
    return Approval.objects.filter(batch=chunk.batch_id, digest=digest).exclude(approver=F("maker")).exists()


def _batch_digest(batch: Batch, chunk_digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([_terms_line(batch), *chunk_digests]).encode()).hexdigest()


def _terms_line(batch: Batch) -> str:
    """What the purses will be: who pays, from which fund, spendable where, as cash, until when, and what happens then."""
    programme = batch.cycle.programme
    terms = programme.terms
    parts: tuple[object, ...] = (
        batch.pk,
        batch.cycle.period.isoformat(),
        programme.code,
        programme.fund_id,
        batch.purse_title,
        programme.purse_days,
        terms.pk,
        ",".join(sorted(terms.mccs)),
        ",".join(sorted(terms.regions)),
        terms.cash_allowed,
        terms.lapses_to_id,
    )
    if (
        batch.pay_at is not None
    ):  # only then, so that what was submitted before there was such a moment keeps its digest
        parts = (*parts, batch.pay_at.astimezone(UTC).isoformat())
    return "|".join(str(part) for part in parts)


def _lines_by_chunk(chunks: list[int]) -> dict[int, Lines]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT chunk_id, count(*), sum(amount), encode(sha256(convert_to(string_agg(
                enrolment_id || '|' || wallet_id || '|' || amount || '|' || attempt, E'\\n' ORDER BY enrolment_id
            ), 'UTF8')), 'hex')
            FROM disbursement_instruction WHERE chunk_id = ANY(%s) AND status <> 'cancelled' GROUP BY chunk_id
            """,
            [chunks],
        )
        return {row[0]: Lines(int(row[1]), int(row[2]), row[3]) for row in cursor.fetchall()}
