"""What a batch says, as digests: computed at submission, compared at approval, computed again at execution.

An instruction's line is ``enrolment|cycle|part|kind|wallet|amount|attempt``, and ``|route`` where a partner pays it; a chunk's
digest is SHA-256 over its lines in this order. The batch's is SHA-256 over who pays what from which fund and, of each chunk,
what its purses will be, or which partner pays, and its digest. So one chunk can be proved without reading the others' lines, and
the batch from its chunks alone: from submission on the database lets neither lines nor chunks change. A line that was left out
before submission (cancelled) is no content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from disbursement.models import Approval, Batch, Chunk
from wallet.models import PurseTerms


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
    rows = _chunks(batch.pk)
    found = _lines_by_chunk([row.pk for row in rows])
    chunks = {row.pk: found.get(row.pk, Lines()) for row in rows}
    return Content(
        count=sum(chunk.count for chunk in chunks.values()),
        total=sum(chunk.total for chunk in chunks.values()),
        digest=_batch_digest(batch, ((row, chunks[row.pk].digest) for row in rows)),
        chunks=chunks,
    )


def as_submitted(batch: Batch) -> bool:
    """True if what the batch's purses will be and the digests of its chunks are those that were submitted; reads no line."""
    rows = _chunks(batch.pk)
    digest = _batch_digest(batch, ((row, row.digest) for row in rows))
    return (batch.count, batch.digest) == (sum(row.many for row in rows), digest)


def as_approved(chunk: Chunk) -> bool:
    """True if the chunk's instructions, and what the purses of its whole batch will be, are those that were approved."""
    lines = _lines_by_chunk([chunk.pk]).get(chunk.pk, Lines())
    if (lines.count, lines.digest) != (chunk.count, chunk.digest):
        return False
    digest = _batch_digest(chunk.batch, ((row, row.digest) for row in _chunks(chunk.batch_id)))
    # The approvals, which the database never changes, decide; the batch's own digest could be rewritten with its rows.
    submission = chunk.batch.submission
    if submission is None:
        return False
    approved = Approval.objects.filter(submission=submission, batch=chunk.batch_id, digest=digest)
    return approved.exclude(approver=F("maker")).count() == submission.needed


class _Frozen(NamedTuple):
    """A chunk as far as the batch's digest goes: asked for once with every chunk that is paid, so no model instances."""

    pk: int
    many: int
    digest: str
    title: str
    purse_days: int | None
    terms: int
    provider: int | None


def _chunks(batch: int) -> list[_Frozen]:
    rows = Chunk.objects.filter(batch_id=batch).order_by("id")
    return [
        _Frozen(*row)
        for row in rows.values_list("pk", "count", "digest", "title", "purse_days", "terms_id", "provider_id")
    ]


def _batch_digest(batch: Batch, chunks: Iterable[tuple[_Frozen, str]]) -> str:
    programme = batch.cycle.programme
    parts: tuple[object, ...] = (
        batch.pk,
        batch.cycle.period.isoformat(),
        programme.code,
        programme.fund_id,
        batch.version_id,
        batch.pay_at and batch.pay_at.astimezone(UTC).isoformat(),
    )
    told = list(chunks)
    terms = PurseTerms.objects.in_bulk({chunk.terms for chunk, _digest in told})
    lines = [_line(parts)]
    for chunk, digest in told:
        lines += [_terms_line(chunk, terms[chunk.terms]), digest]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _terms_line(chunk: _Frozen, terms: PurseTerms) -> str:
    """What the purses will be: called what, spendable where, as cash, until when, and what happens then; and who pays."""
    partner = () if chunk.provider is None else (f"provider {chunk.provider}",)
    return _line(
        (
            *partner,
            chunk.title,
            chunk.purse_days,
            terms.pk,
            ",".join(sorted(terms.mccs)),
            ",".join(sorted(terms.regions)),
            terms.cash_allowed,
            terms.lapses_to_id,
            *_goods(terms),
        )
    )


def _goods(terms: PurseTerms) -> tuple[object, ...]:
    """What the terms say of goods, if anything: a batch of others has the digest that it always had."""
    if not terms.items_required:
        return ()
    ceilings = ",".join(f"{item}={price}" for item, price in sorted(terms.price_ceilings.items()))
    return "items", ",".join(sorted(terms.banned_items)), ",".join(sorted(terms.allowed_items)), ceilings


def _line(parts: Iterable[object]) -> str:
    return "|".join(str(part) for part in parts)


def _lines_by_chunk(chunks: list[int]) -> dict[int, Lines]:
    """What is in each of the chunks that has anything in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT chunk_id, count(*), sum(amount), encode(sha256(convert_to(string_agg(
                enrolment_id || '|' || cycle_id || '|' || part || '|' || kind || '|' || wallet_id || '|' || amount || '|'
                || attempt || coalesce('|' || route_id, ''), E'\\n' ORDER BY enrolment_id, cycle_id, part, kind, attempt
            ), 'UTF8')), 'hex')
            FROM disbursement_instruction WHERE chunk_id = ANY(%s) AND status <> 'cancelled' GROUP BY chunk_id
            """,
            [chunks],
        )
        return {row[0]: Lines(int(row[1]), int(row[2]), row[3]) for row in cursor.fetchall()}
