"""What partners that pay for us call: the notice of results of a bulk cash-in (SNAP service 41)."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from disbursement.models.provider import MOST_LINES
from disbursement.providers import notices
from wallet.snap import schema
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, Text, optional, read
from wallet.snap.messages import Message, Outcome
from wallet.snap.signature import body_hash
from wallet.snap.views import TransactionView


class NotifiedLine(Message):
    """One line's result. Who was paid is not read: the reference is ours."""

    partnerReferenceNo = Text(64)
    referenceNo = optional(64)
    responseCode = optional(7, r"[2-5][0-9]{6}")
    responseMessage = optional(150, TEXT)
    latestTransactionStatus = optional(2, r"0[0-7]")
    amount = Amount(required=False, default=None)


@extend_schema_field(NotifiedLine(many=True))
class NotifiedLines(serializers.Field):  # type: ignore[type-arg]
    """As many lines as one request may have, each checked; the first at fault is named."""

    default_error_messages = {"invalid": "not an array of objects"}

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list) or not 0 < len(data) <= MOST_LINES:
            self.fail("invalid")
        if not all(isinstance(line, dict) for line in data):
            self.fail("invalid")
        return [read(NotifiedLine, line) for line in data]

    def to_representation(self, value: Any) -> Any:
        return value


class BulkCashinNotify(Message):
    """Service 41: what became of the lines of a bulk cash-in that we asked for."""

    bulkId = optional(64)
    partnerBulkId = Text(64, help_text="Our number of the bulk request.")
    bulkObject = NotifiedLines(help_text="At most 1,000 lines: partnerReferenceNo, responseCode, referenceNo, amount.")
    additionalInfo = AdditionalInfo()


class BulkCashinNotifyView(TransactionView):
    """Service 41."""

    service = Service.BULK_CASHIN_NOTIFY

    @schema.documented(
        service,
        "Bulk cash-in notify",
        BulkCashinNotify,
        Outcome,
        (*schema.TRANSACTION_CASES, (Case.TRANSACTION_NOT_FOUND, ""), (Case.INCONSISTENT, "")),
    )
    def post(self, request: Request) -> Response:
        digest = body_hash(request._request.body)

        def act(caller: Caller, fields: dict[str, Any]) -> Reply:
            notices.take(
                caller.partner,
                fields["partnerBulkId"],
                fields["bulkObject"],
                external_id=caller.external_id,
                digest=digest,
            )
            return Reply(Case.SUCCESSFUL)

        return self.transact(request, BulkCashinNotify, act)


ROUTE = "emoney/bulk-cashin-notify"
urlpatterns = [
    path(ROUTE, BulkCashinNotifyView.as_view(), name="snap-bulk-cashin-notify"),
    path(f"{ROUTE}.htm", BulkCashinNotifyView.as_view(schema=None)),
]
