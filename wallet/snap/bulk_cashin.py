"""Bulk cash-ins by partners (service 40), and the notice of how they went (service 41)."""

from __future__ import annotations

from typing import Any

from wallet import bulk_cash_ins, doorbell
from wallet.bulk_cash_ins import BulkLine, BulkOrder, ReferenceTaken
from wallet.models import BulkCashIn, BulkCashInLine
from wallet.snap.authentication import Caller
from wallet.snap.codes import Case, Service, SnapError
from wallet.snap.emoney_topup import case_of_refusal
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.retries import request_hash
from wallet.webhooks import outbox

NOTIFY_PATH = "/v1.0/emoney/bulk-cashin-notify"


def accept(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 40: 202/00 while lines wait, 200/00 once a retry finds them done. What became of each line, 39 and 41 tell."""
    lines = fields["bulkObject"]
    seen: set[str] = set()
    for place, line in enumerate(lines):
        if line["partnerReferenceNo"] in seen:
            raise SnapError(Case.INVALID_FORMAT, f"bulkObject[{place}].partnerReferenceNo")
        seen.add(line["partnerReferenceNo"])
    order = BulkOrder(
        partner=caller.partner,
        partner_bulk_id=fields["partnerBulkId"],
        external_id=caller.external_id,
        request_hash=request_hash(caller.partner, Service.BULK_CASHIN, _without_info(fields)),
        lines=[
            BulkLine(line["partnerReferenceNo"], line["accountNumber"], line["amount"], line["additionalInfo"])
            for line in lines
        ],
        extra=fields["additionalInfo"],
    )
    try:
        bulk = bulk_cash_ins.accept(order)
    except ReferenceTaken as taken:
        place = next(at for at, line in enumerate(lines) if line["partnerReferenceNo"] == taken.data["reference"])
        raise SnapError(
            Case.DUPLICATE_REFERENCE,
            info={"reason": taken.code, "field": f"bulkObject[{place}].partnerReferenceNo"},
        ) from taken
    doorbell.ring_after_commit("wallet.tasks.pay_bulk_cash_ins")
    done = bulk.state == BulkCashIn.State.DONE
    return Reply(
        Case.SUCCESSFUL if done else Case.IN_PROGRESS,
        {
            "bulkId": bulk.bulk_id,
            **({"partnerBulkId": bulk.partner_bulk_id} if bulk.partner_bulk_id else {}),
            "additionalInfo": fields["additionalInfo"],
        },
    )


def _without_info(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that a retry must repeat: of the lines, too, all but what is only echoed."""
    lines = [{name: value for name, value in line.items() if name != "additionalInfo"} for line in fields["bulkObject"]]
    return fields | {"bulkObject": lines}


def tell(bulk: BulkCashIn) -> None:
    """Puts the notice of a request that is done into the outbox, in the caller's transaction."""
    outbox.notify(
        bulk.partner,
        service=Service.BULK_CASHIN_NOTIFY,
        path=NOTIFY_PATH,
        ordering_key=f"bulk:{bulk.pk}",
        body=notice_of(bulk),
    )


def notice_of(bulk: BulkCashIn) -> dict[str, Any]:
    """The fields of service 41: each line with its code as the synchronous service would have answered it.

    Numbers are masked, and what the partner said of the lines is put in when it is sent (`webhooks.bodies`): the partner knows
    its line by partnerReferenceNo, and what waits to be sent names nobody.
    """
    return {
        "bulkId": bulk.bulk_id,
        "partnerBulkId": bulk.partner_bulk_id or bulk.bulk_id,
        "bulkObject": [_line(line) for line in bulk.lines.select_related("wallet").order_by("number")],
        "additionalInfo": {},
    }


def _line(line: BulkCashInLine) -> dict[str, Any]:
    case = Case.SUCCESSFUL if line.state == BulkCashInLine.State.PAID else case_of_refusal(line)
    return {
        "customerNumber": line.account_masked,
        "amount": money(line.amount),
        "referenceNo": line.reference_no,
        "partnerReferenceNo": line.partner_reference_no,
        "responseCode": case.code(Service.BULK_CASHIN),
        "responseMessage": case.message(),
        "additionalInfo": {"reason": line.refusal} if line.refusal else {},
    }
