"""Notices of results that partners send us (SNAP service 41): late, twice, out of order, or of what we never asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from disbursement.models import BulkNotice, BulkRequest, PayoutLine, ProviderAccount
from disbursement.providers import results, snap_answers
from wallet.models import Partner
from wallet.snap.codes import Case, SnapError
from wallet.transactions import retried


@retried
def take(
    partner: Partner, bulk_id: str, lines: Sequence[Mapping[str, Any]], *, external_id: str, digest: str
) -> BulkNotice:
    """Applies what the notice says of each of our lines, and keeps that it came. Safe to repeat, in any order.

    Raises SnapError: 404/01 if the partner does not pay for us or the request was never ours, 404/18 if it names a line twice.
    """
    provider = ProviderAccount.objects.filter(partner=partner).first()
    if provider is None or not BulkRequest.objects.filter(provider=provider, bulk_id=bulk_id).exists():
        raise SnapError(Case.TRANSACTION_NOT_FOUND)
    told = {line["partnerReferenceNo"]: snap_answers.of_notified(line) for line in lines}
    if len(told) != len(lines):
        raise SnapError(Case.INCONSISTENT, "bulkObject")
    applied = results.settle(provider, told, PayoutLine.Source.NOTICE)
    return BulkNotice.objects.create(
        provider=provider,
        bulk_id=bulk_id,
        external_id=external_id,
        digest=digest,
        lines=len(lines),
        settled=applied.settled,
        repeated=applied.repeated,
        contradicted=applied.contradicted,
        unknown=applied.unknown,
    )
