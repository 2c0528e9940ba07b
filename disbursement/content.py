"""What a batch says, as digests: computed at submission, at approval and at execution, and compared.

An instruction's line is ``enrolment|wallet|amount|attempt``; a chunk's digest is SHA-256 over its lines in enrolment order; the
batch's is SHA-256 over its terms and its chunks' digests. So one chunk can be proved without reading the others' lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import F

from disbursement.models import Approval, Batch, Chunk


@dataclass(frozen=True, slots=True)
class Content:
    """Instructions, rupiah, the batch's digest (hex), and each chunk's digest by chunk id."""

    count: int
    total: int
    digest: str
    chunks: dict[int, str]


@dataclass(frozen=True, slots=True)
class _Lines:
    count: int
    total: int
    digest: str


def of(batch: Batch) -> Content:
    """The content as the rows stand now."""
    lines = _lines_by_chunk(list(batch.chunks.values_list("id", flat=True)))
    chunks = {chunk: row.digest for chunk, row in lines.items()}
    return Content(
        count=sum(row.count for row in lines.values()),
        total=sum(row.total for row in lines.values()),
        digest=_batch_digest(batch, (chunks[chunk] for chunk in sorted(chunks))),
        chunks=chunks,
    )


def as_submitted(batch: Batch) -> bool:
    """True if terms, count and the chunks' frozen digests are those that were submitted; as cheap for a million lines as for ten.

    The lines themselves the database keeps as they were submitted, and whoever pays a chunk recomputes its own.
    """
    frozen = list(batch.chunks.order_by("id").values_list("digest", "count"))
    count = sum(many for _, many in frozen)
    return (count, _batch_digest(batch, (digest for digest, _ in frozen))) == (batch.count, batch.digest)


def as_approved(chunk: Chunk) -> bool:
    """True if the chunk's instructions, and the terms of its whole batch, are those that were approved."""
    lines = _lines_by_chunk([chunk.pk]).get(chunk.pk)
    if lines is None or (lines.count, lines.digest) != (chunk.count, chunk.digest):
        return False
    frozen = Chunk.objects.filter(batch_id=chunk.batch_id).order_by("id").values_list("digest", flat=True)
    digest = _batch_digest(chunk.batch, frozen)
    # The approvals, which the database never changes, decide; the batch's own digest could be rewritten with its rows.
    submission = chunk.batch.submission
    if submission is None:
        return False
    approved = Approval.objects.filter(submission=submission, batch=chunk.batch_id, digest=digest)
    return approved.exclude(approver=F("maker")).count() == submission.needed


def _batch_digest(batch: Batch, chunk_digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([_terms_line(batch), *chunk_digests]).encode()).hexdigest()


def _terms_line(batch: Batch) -> str:
    """What the purses will be: who pays, from which fund, spendable where, as cash, until when, and what happens then."""
    programme = batch.cycle.programme
    terms = programme.terms
    parts = (
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
    return "|".join(str(part) for part in parts)


def _lines_by_chunk(chunks: list[int]) -> dict[int, _Lines]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT chunk_id, count(*), sum(amount), encode(sha256(convert_to(string_agg(
                enrolment_id || '|' || wallet_id || '|' || amount || '|' || attempt, E'\\n' ORDER BY enrolment_id
            ), 'UTF8')), 'hex')
            FROM disbursement_instruction WHERE chunk_id = ANY(%s) GROUP BY chunk_id
            """,
            [chunks],
        )
        return {row[0]: _Lines(int(row[1]), int(row[2]), row[3]) for row in cursor.fetchall()}
