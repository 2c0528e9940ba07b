"""How a payment and its refunds are told in the standard's fields, whichever service asks."""

from __future__ import annotations

from typing import Any

from wallet import cancellations, declines
from wallet.models import Payment, Refund
from wallet.qr_errors import SurchargeRefused
from wallet.snap.fields import money
from wallet.snap.timestamps import emit

# latestTransactionStatus of the standard, with its words.
PAID, INITIATED, PENDING, REFUNDED = ("00", "Success"), ("01", "Initiated"), ("03", "Pending"), ("04", "Refunded")
CANCELLED, FAILED = ("05", "Canceled"), ("06", "Failed")


def status_of(payment: Payment) -> tuple[str, str]:
    """latestTransactionStatus and its description."""
    if payment.status == Payment.Status.DECLINED:
        return FAILED
    if cancellations.cancelled(payment):
        return CANCELLED
    return REFUNDED if payment.refunded == payment.amount else PAID


def refuse_fee(fields: dict[str, Any]) -> None:
    """Returns if the buyer is to pay nothing on top. Raises SurchargeRefused."""
    if fields["feeAmount"]:
        raise SurchargeRefused


def reason_of(payment: Payment, *, to_payer: bool = False, lacking: str = "") -> dict[str, str]:
    """Why it was declined: the wallet's code, and a sentence for the cashier or the payer; nothing if it was paid.

    `lacking` is the field that the sentence names where goods are missing, if it is another than ours.
    """
    if payment.status != Payment.Status.DECLINED:
        return {}
    detail = lacking or payment.decline_detail
    error = declines.for_the_payer(payment) if to_payer else declines.error_of(payment.decline, detail)
    return {"reason": payment.decline, "reasonMessage": str(error)}


def refund_history(payment: Payment) -> dict[str, Any]:
    """What was given back so far, and each refund; nothing if none was."""
    if not payment.refunded:
        return {}
    history = [
        {
            "refundNo": made.refund_no,
            "partnerRefundNo": made.partner_refund_no,
            "refundAmount": money(made.amount),
            "refundTime": emit(made.created_at),
            "reason": made.reason,
            **to_fund(made),
        }
        for made in payment.refunds.order_by("id")
    ]
    return {"refundedAmount": money(payment.refunded), "refundHistory": history}


def to_fund(made: Refund) -> dict[str, Any]:
    """What of the refund went to a programme's fund, its purse having expired; nothing if none did."""
    return {"returnedToProgrammeFund": money(made.to_fund)} if made.to_fund else {}
