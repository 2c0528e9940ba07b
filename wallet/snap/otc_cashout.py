"""Cash over a partner's counter (services 44 and 45), against the holder's one-time code."""

from __future__ import annotations

from typing import Any

from wallet import cash_outs, customers, redemption
from wallet.models import Payment
from wallet.qr_errors import DigitGuessesExceeded
from wallet.snap import goods
from wallet.snap.authentication import Caller
from wallet.snap.codes import OTP_CASES, WALLET_CASES, WITHOUT_GOODS, Case, Service, SnapError, refusal
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.payments import refuse_fee, status_of
from wallet.snap.retries import request_hash, said, said_of
from wallet.snap.timestamps import emit

MERCHANT_FIELD = "additionalInfo.merchantId"


def cash_out(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 44. A declined cash-out is kept and replied to with its case, our number and the reason."""
    refuse_fee(fields)
    partner, number = caller.partner, fields["partnerReferenceNo"]
    repeated = fields | {"merchantId": _merchant_id(fields)}
    asked = request_hash(partner, Service.OTC_CASHOUT, repeated, later=("feeAmount",))
    if (earlier := redemption.answered(partner, number, asked)) is not None:
        return _told(caller, earlier, fields)
    customer = customers.find_one(fields["customerNumber"])
    if customer is None:
        raise SnapError(Case.INVALID_CUSTOMER)
    order = redemption.PaymentOrder(
        partner=partner,
        merchant_id="",
        qr_content=fields["otp"],
        amount=fields["amount"],
        partner_reference_no=number,
        external_id=caller.external_id,
        request_hash=asked,
    )
    agent = cash_outs.agent_of(partner, _merchant_id(fields))
    try:
        payment = cash_outs.pay_out(customer.wallet, order, agent)
    except DigitGuessesExceeded as error:
        raise refusal(Case.OTP_BLOCKED, error) from error
    return _told(caller, payment, fields)


def status(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 45. All numbers given must be of one cash-out of the caller's; an `amount` given must be its amount."""
    payment = redemption.find(
        caller.partner,
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
        external_id=fields["originalExternalId"],
        cash=True,
    )
    if fields["customerNumber"]:
        customer = customers.find_one(fields["customerNumber"])
        if customer is None or (payment.wallet_id is not None and customer.wallet.pk != payment.wallet_id):
            raise SnapError(Case.INVALID_CUSTOMER)
    if fields["amount"] not in (None, payment.amount):
        raise SnapError(Case.INVALID_AMOUNT)
    status, description = status_of(payment)
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalReferenceNo": payment.reference_no,
            "originalPartnerReferenceNo": payment.partner_reference_no,
            "originalExternalId": payment.external_id,
            "serviceCode": Service.OTC_CASHOUT,
            "latestTransactionStatus": status,
            "transactionStatusDesc": description,
            "transactionDate": emit(payment.created_at),
            "amount": money(payment.amount),
            "additionalInfo": said_of(caller, Service.OTC_CASHOUT, payment, fields) | _reason(payment),
        },
    )


def _merchant_id(fields: dict[str, Any]) -> str:
    """The agent that is named, nothing for none. Raises SnapError (400/01)."""
    named = fields["additionalInfo"].get("merchantId", "")
    if not isinstance(named, str) or len(named) > 64 or "\x00" in named:
        raise SnapError(Case.INVALID_FORMAT, MERCHANT_FIELD)
    return named


def _told(caller: Caller, payment: Payment, fields: dict[str, Any]) -> Reply:
    declined = payment.status == Payment.Status.DECLINED
    cases = WALLET_CASES | OTP_CASES | WITHOUT_GOODS
    return Reply(
        cases.get(payment.decline, Case.GENERAL_ERROR) if declined else Case.SUCCESSFUL,
        {
            "referenceNo": payment.reference_no,
            "partnerReferenceNo": payment.partner_reference_no,
            "transactionDate": emit(payment.created_at),
            "additionalInfo": said(caller, Service.OTC_CASHOUT, payment, fields) | _reason(payment),
        },
        detail=goods.told(payment.decline, payment.decline_detail, listed=False),
    )


def _reason(payment: Payment) -> dict[str, str]:
    return {"reason": payment.decline} if payment.status == Payment.Status.DECLINED else {}
