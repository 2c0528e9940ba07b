"""Payments with a code the customer shows (QR CPM): pay, query, refund, between the standard's fields and the wallet.

Each function takes the caller and the fields of its message (`messages`), and returns the reply; refusals that keep
nothing leave as WalletError or SnapError.
"""

from __future__ import annotations

from typing import Any

from wallet import redemption, refunds
from wallet.models import Payment
from wallet.snap import callers, goods
from wallet.snap.authentication import Caller
from wallet.snap.codes import WALLET_CASES, Case, Service, SnapError
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.payments import reason_of, refund_history, refuse_fee, status_of, to_fund
from wallet.snap.retries import request_hash, said, said_of
from wallet.snap.timestamps import emit


def pay(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 60. A declined payment is kept and replied to with its case, our number and the reason."""
    refuse_fee(fields)
    listed = goods.of_payment(fields)
    asked = {name: value for name, value in fields.items() if name not in ("items", "expiryTime")}
    payment = redemption.pay(
        redemption.PaymentOrder(
            partner=caller.partner,
            merchant_id=fields["merchantId"],
            qr_content=fields["qrContent"],
            amount=fields["amount"],
            partner_reference_no=fields["partnerReferenceNo"],
            external_id=caller.external_id,
            request_hash=request_hash(
                caller.partner,
                Service.QR_CPM_PAYMENT,
                asked | goods.repeated(listed.items),
                later=("terminalId", "feeAmount"),
            ),
            title=fields["title"],
            terminal=fields["terminalId"],
            items=listed.items,
            cash=callers.may_pay_cash(caller.partner),
            expires_at=fields["expiryTime"],
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
            "additionalInfo": said(caller, Service.QR_CPM_PAYMENT, payment, fields)
            | reason_of(payment, lacking=listed.fault),
        },
        detail=goods.told(payment.decline, listed.fault or payment.decline_detail),
    )


def query(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 61. All numbers given must be of one payment of the caller's; an `amount` given must be its amount.

    `paidTime` is when the payment was decided, paid or declined: the standard asks for it always.
    """
    payment = redemption.find(
        caller.partner,
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
        external_id=fields["originalExternalId"],
        merchant_id=fields["merchantId"],
    )
    if fields["amount"] not in (None, payment.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    status, description = status_of(payment)
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalReferenceNo": payment.reference_no,
            "originalPartnerReferenceNo": payment.partner_reference_no,
            "originalExternalId": payment.external_id,
            "serviceCode": Service.QR_CPM_PAYMENT,
            "latestTransactionStatus": status,
            "transactionStatusDesc": description,
            **({"title": payment.title} if payment.title else {}),
            "paidTime": emit(payment.created_at),
            "transactionDate": emit(payment.created_at),
            "amount": money(payment.amount),
            "additionalInfo": said_of(caller, Service.QR_CPM_PAYMENT, payment, fields)
            | reason_of(payment)
            | refund_history(payment),
        },
    )


def refund(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 80, in part or whole. What went to the programme's fund, its purse having expired, is told."""
    made = refunds.refund(
        refunds.RefundOrder(
            partner=caller.partner,
            partner_refund_no=fields["partnerRefundNo"],
            request_hash=request_hash(
                caller.partner, Service.QR_CPM_REFUND, fields, later=("originalExternalId", "merchantId")
            ),
            amount=fields["refundAmount"],
            reason=fields["reason"],
            original_partner_reference_no=fields["originalPartnerReferenceNo"],
            original_reference_no=fields["originalReferenceNo"],
            original_external_id=fields["originalExternalId"],
            merchant_id=fields["merchantId"],
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
            "additionalInfo": fields["additionalInfo"] | to_fund(made),
        },
    )
