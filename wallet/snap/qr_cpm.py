"""Payments with a code the customer shows (QR CPM): pay, query, refund, between the standard's fields and the wallet.

Each function takes the caller and the fields of its message (`messages`), and returns the reply; refusals that keep
nothing leave as WalletError or SnapError.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings

from wallet import redemption, refunds
from wallet.errors import WalletError
from wallet.models import Partner, Payment, Refund
from wallet.snap.authentication import Caller
from wallet.snap.codes import WALLET_CASES, Case, Service, SnapError
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.timestamps import emit

PAID, REFUNDED, FAILED = ("00", "Success"), ("04", "Refunded"), ("06", "Failed")


def pay(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 60. A declined payment is kept and replied to with its case, our number and the reason."""
    payment = redemption.pay(
        redemption.PaymentOrder(
            partner=caller.partner,
            merchant_id=fields["merchantId"],
            qr_content=fields["qrContent"],
            amount=fields["amount"],
            partner_reference_no=fields["partnerReferenceNo"],
            external_id=caller.external_id,
            request_hash=_request_hash(caller.partner, Service.QR_CPM_PAYMENT, fields),
            title=fields["title"],
        )
    )
    declined = payment.status == Payment.Status.DECLINED
    return Reply(
        WALLET_CASES.get(payment.decline, Case.GENERAL_ERROR) if declined else Case.SUCCESSFUL,
        {
            "referenceNo": payment.reference_no,
            "partnerReferenceNo": payment.partner_reference_no,
            "amount": money(payment.amount),
            "transactionDate": emit(payment.created_at),
            "additionalInfo": fields["additionalInfo"] | _reason(payment),
        },
    )


def query(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 61. All numbers given must be of one payment of the caller's; an `amount` given must be its amount."""
    payment = redemption.find(
        caller.partner,
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
        external_id=fields["originalExternalId"],
    )
    if fields["amount"] not in (None, payment.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    status, description = _status(payment)
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalReferenceNo": payment.reference_no,
            "originalPartnerReferenceNo": payment.partner_reference_no,
            "originalExternalId": payment.external_id,
            "serviceCode": Service.QR_CPM_PAYMENT,
            "latestTransactionStatus": status,
            "transactionStatusDesc": description,
            "transactionDate": emit(payment.created_at),
            "amount": money(payment.amount),
            "additionalInfo": fields["additionalInfo"] | _reason(payment) | _refund_history(payment),
        },
    )


def refund(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 80, in part or whole. What went to the programme's fund, its purse having expired, is told."""
    made = refunds.refund(
        refunds.RefundOrder(
            partner=caller.partner,
            partner_refund_no=fields["partnerRefundNo"],
            request_hash=_request_hash(caller.partner, Service.QR_CPM_REFUND, fields),
            amount=fields["refundAmount"],
            reason=fields["reason"],
            original_partner_reference_no=fields["originalPartnerReferenceNo"],
            original_reference_no=fields["originalReferenceNo"],
        )
    )
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalPartnerReferenceNo": made.payment.partner_reference_no,
            "originalReferenceNo": made.payment.reference_no,
            "refundNo": made.refund_no,
            "partnerRefundNo": made.partner_refund_no,
            "refundAmount": money(made.amount),
            "refundTime": emit(made.created_at),
            "additionalInfo": fields["additionalInfo"] | _to_fund(made),
        },
    )


def _request_hash(partner: Partner, service: str, fields: dict[str, Any]) -> bytes:
    """SHA-256 of what a retry must repeat: partner, service, fields; not additionalInfo, which is only echoed."""
    content = {name: value for name, value in fields.items() if name != "additionalInfo"}
    canonical = json.dumps([partner.client_id, service, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _reason(payment: Payment) -> dict[str, str]:
    """Why it was declined: the wallet's code, and a sentence for the cashier."""
    if payment.status != Payment.Status.DECLINED:
        return {}
    return {"reason": payment.decline, "reasonMessage": _sentence(payment)}


def _sentence(payment: Payment) -> str:
    for kind in WalletError.__subclasses__():
        if kind.code == payment.decline:
            return str(kind(limit=f"{settings.WALLET['payment_limit']:,}".replace(",", ".")))
    return ""


def _status(payment: Payment) -> tuple[str, str]:
    if payment.status == Payment.Status.DECLINED:
        return FAILED
    return REFUNDED if payment.refunded == payment.amount else PAID


def _refund_history(payment: Payment) -> dict[str, Any]:
    if not payment.refunded:
        return {}
    history = [
        {
            "refundNo": made.refund_no,
            "partnerRefundNo": made.partner_refund_no,
            "refundAmount": money(made.amount),
            "refundTime": emit(made.created_at),
            "reason": made.reason,
            **_to_fund(made),
        }
        for made in payment.refunds.order_by("id")
    ]
    return {"refundedAmount": money(payment.refunded), "refundHistory": history}


def _to_fund(made: Refund) -> dict[str, Any]:
    return {"returnedToProgrammeFund": money(made.to_fund)} if made.to_fund else {}
