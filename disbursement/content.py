"""What a batch says, as digests: computed at submission, at approval and at execution, and compared.

An instruction's line is ``enrolment|cycle|part|kind|wallet|amount|attempt``; a chunk's digest is SHA-256 over what its purses
will be and its lines in this order; the batch's is SHA-256 over who pays what from which fund and its chunks' digests. So one
chunk can be proved without reading the others' lines.
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
    lines = _lines_by_chunk(batch.chunks.select_related("terms"))
    chunks = {chunk: row.digest for chunk, row in lines.items()}
    return Content(
        count=sum(row.count for row in lines.values()),
        total=sum(row.total for row in lines.values()),
        digest=_batch_digest(batch, (chunks[chunk] for chunk in sorted(chunks))),
        chunks=chunks,
    )


def as_approved(chunk: Chunk) -> bool:
    """True if the chunk's instructions, and what its purses will be, are those that were approved."""
    lines = _lines_by_chunk([chunk]).get(chunk.pk)
    if lines is None or (lines.count, lines.digest) != (chunk.count, chunk.digest):
        return False
    frozen = Chunk.objects.filter(batch_id=chunk.batch_id).order_by("id").values_list("digest", flat=True)
    digest = _batch_digest(chunk.batch, frozen)
    # The approval, which the database never changes, decides; the batch's own digest could be rewritten with its rows.
    return Approval.objects.filter(batch=chunk.batch_id, digest=digest).exclude(approver=F("maker")).exists()


def _batch_digest(batch: Batch, chunk_digests: Iterable[str]) -> str:
    programme = batch.cycle.programme
    parts = (batch.pk, batch.cycle.period.isoformat(), programme.code, programme.fund_id, batch.version_id)
    line = "|".join(str(part) for part in parts)
    return hashlib.sha256("\n".join([line, *chunk_digests]).encode()).hexdigest()


def _terms_line(chunk: Chunk) -> str:
    """What the purses will be: called what, spendable where, as cash, until when, and what happens then."""
    terms = chunk.terms
    parts = (
        chunk.title,
        chunk.purse_days,
        terms.pk,
        ",".join(sorted(terms.mccs)),
        ",".join(sorted(terms.regions)),
        terms.cash_allowed,
        terms.lapses_to_id,
    )
    return "|".join(str(part) for part in parts)


def _lines_by_chunk(chunks: Iterable[Chunk]) -> dict[int, _Lines]:
    """What is in each of the chunks that has anything in it."""
    terms_of = {chunk.pk: _terms_line(chunk) for chunk in chunks}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT i.chunk_id, count(*), sum(i.amount), encode(sha256(convert_to(min(of_chunk.terms) || E'\\n' || string_agg(
                i.enrolment_id || '|' || i.cycle_id || '|' || i.part || '|' || i.kind || '|' || i.wallet_id || '|' || i.amount
                || '|' || i.attempt, E'\\n' ORDER BY i.enrolment_id, i.cycle_id, i.part, i.kind, i.attempt
            ), 'UTF8')), 'hex')
            FROM unnest(%s::bigint[], %s::text[]) AS of_chunk (id, terms)
            JOIN disbursement_instruction i ON i.chunk_id = of_chunk.id GROUP BY i.chunk_id
            """,
            [list(terms_of), list(terms_of.values())],
        )
        return {row[0]: _Lines(int(row[1]), int(row[2]), row[3]) for row in cursor.fetchall()}
