"""Telling a merchant's partner that its code was paid: the notice of service 52, kept in the transaction of the payment.

The only place where that notice is made.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wallet.models import MpmPayment
from wallet.money import in_message
from wallet.webhooks import outbox

SERVICE, PATH = "52", "/v1.0/qr/qr-mpm-notify"


def paid(made: MpmPayment) -> None:
    """Keeps the notice for the merchant's partner. Needs the transaction of the payment."""
    payment = made.payment
    outbox.notify(
        payment.merchant.partner, service=SERVICE, path=PATH, ordering_key=payment.reference_no, body=body(made)
    )


def body(made: MpmPayment) -> dict[str, Any]:
    """The message of service 52. Nothing in it tells who paid: the merchant needs the money's number, not the person's."""
    payment, code = made.payment, made.code
    return {
        "originalReferenceNo": code.reference_no if code else payment.reference_no,
        "originalPartnerReferenceNo": code.partner_reference_no if code else payment.reference_no,
        "latestTransactionStatus": "00",
        "transactionStatusDesc": "Success",
        "amount": in_message(payment.amount),
        "externalStoreId": made.store,
        "additionalInfo": {
            "merchantId": payment.merchant.merchant_id,
            "terminalId": made.terminal,
            "paymentReferenceNo": payment.reference_no,
            "paidTime": timezone.localtime(payment.created_at).isoformat(timespec="seconds"),
        },
    }
