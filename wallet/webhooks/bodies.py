"""What a notice says when it is sent: the row's body, and what the partner has said of the transaction, which is kept sealed."""

from __future__ import annotations

from typing import Any

from wallet import bulk_cash_ins, partner_info
from wallet.models import BulkCashIn, Webhook

BULK_CASH_IN = "41"
TELLS_OF = {"79": "60", "56": "54", "52": "47"}  # the service of the transaction that a notice is about


def whole(hook: Webhook) -> dict[str, Any]:
    """The message as it goes out. Ours come last: a reason that we tell is no one's to overwrite."""
    body: dict[str, Any] = hook.body
    if hook.service == BULK_CASH_IN:
        return _of_bulk(body)
    service, number = TELLS_OF.get(hook.service), body.get("originalPartnerReferenceNo")
    said = partner_info.kept(hook.partner, service, number) if service and number else {}
    return body | {"additionalInfo": said | body.get("additionalInfo", {})} if said else body


def _of_bulk(body: dict[str, Any]) -> dict[str, Any]:
    bulk = BulkCashIn.objects.filter(bulk_id=body["bulkId"]).first()
    if bulk is None:
        return body
    extra, *extras = bulk_cash_ins.extras(bulk)
    lines = [
        line | {"additionalInfo": said | line["additionalInfo"]}
        for line, said in zip(body["bulkObject"], extras, strict=True)
    ]
    return body | {"bulkObject": lines, "additionalInfo": extra | body["additionalInfo"]}
