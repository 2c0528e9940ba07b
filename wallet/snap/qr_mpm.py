"""Codes that merchants present (QR MPM), between the standard's fields and the wallet: 47, 48, 50, 51, 77, 78.

Each function takes the caller and the fields of its message (`qr_messages`), and returns the reply; refusals that keep
nothing leave as WalletError or SnapError.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from wallet import mpm, mpm_codes, redemption, refunds
from wallet.errors import MerchantUnknown, PaymentUnknown
from wallet.models import MpmCode, Payment
from wallet.mpm_codes import Scan
from wallet.qr_errors import AmountMissing, DigitGuessesExceeded
from wallet.qris import QrisError
from wallet.snap import callers, goods
from wallet.snap.authentication import Caller
from wallet.snap.codes import OTP_CASES, WALLET_CASES, WITHOUT_GOODS, Case, Service, SnapError, refusal
from wallet.snap.envelope import Reply
from wallet.snap.fields import money
from wallet.snap.payments import (
    CANCELLED,
    FAILED,
    INITIATED,
    PAID,
    reason_of,
    refund_history,
    refuse_fee,
    status_of,
    to_fund,
)
from wallet.snap.retries import check_ahead, request_hash, said, said_of
from wallet.snap.timestamps import emit

QR_LENGTH = 512


def generate(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 47. An identical retry gets the same code."""
    refuse_fee(fields)
    partner, number = caller.partner, fields["partnerReferenceNo"]
    check_ahead(
        fields["validityPeriod"],
        settings.WALLET["mpm_lifetime_most"],
        "validityPeriod",
        MpmCode.objects.filter(partner=partner, partner_reference_no=number),
    )
    items = goods.read(fields["additionalInfo"])
    order = mpm_codes.CodeOrder(
        partner=partner,
        merchant_id=fields["merchantId"],
        amount=fields["amount"],
        partner_reference_no=number,
        external_id=caller.external_id,
        request_hash=request_hash(partner, Service.QR_MPM_GENERATE, fields | goods.repeated(items)),
        store=fields["storeId"],
        terminal=fields["terminalId"],
        expires_at=fields["validityPeriod"],
        items=items,
        cash=callers.may_pay_cash(partner),
    )
    try:
        code = mpm_codes.generate(order)
    except AmountMissing as error:
        raise refusal(Case.INVALID_MANDATORY, error, "amount") from error
    except MerchantUnknown as error:
        if not fields["merchantId"]:  # the partner has none, or several
            raise SnapError(Case.INVALID_MANDATORY, "merchantId") from error
        raise
    return Reply(
        Case.SUCCESSFUL,
        {
            "referenceNo": code.reference_no,
            "partnerReferenceNo": code.partner_reference_no,
            "qrContent": code.content,
            "merchantName": code.merchant.name,
            "storeId": code.store,
            "terminalId": code.terminal,
            "additionalInfo": said(caller, Service.QR_MPM_GENERATE, code, fields)
            | {"validUntil": emit(code.expires_at)},
        },
    )


def decode(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 48. A code that cannot be paid any more is refused for that reason."""
    scan = _scan(fields["qrContent"], "qrContent")
    if scan.code is not None:
        mpm_codes.refuse_ended(scan.code, timezone.now())
    if fields["merchantId"] not in ("", scan.merchant.merchant_id):
        raise MerchantUnknown(merchant_id=fields["merchantId"])
    if fields["amount"] is not None and scan.amount not in (None, fields["amount"]):
        raise SnapError(Case.INVALID_AMOUNT)
    accounts = [account for account in scan.qris.accounts if account.pan] if scan.qris else []
    told = {
        "partnerReferenceNo": fields["partnerReferenceNo"],
        "merchantName": scan.merchant.name,
        "merchantCategory": scan.merchant.mcc,
        "merchantLocation": scan.merchant.city,
        "merchantInfos": [{"merchantPAN": account.pan, "acquirerName": account.guid} for account in accounts],
        "additionalInfo": fields["additionalInfo"] | {"merchantId": scan.merchant.merchant_id},
    }
    if scan.code is not None:
        told["referenceNo"] = scan.code.reference_no
    if scan.amount is not None:
        told["transactionAmount"] = money(scan.amount)
    return Reply(Case.SUCCESSFUL, told)


def pay(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 50. A declined payment is kept and replied to with its case, our number and the reason."""
    refuse_fee(fields)
    partner, number = caller.partner, fields["partnerReferenceNo"]
    content = fields["additionalInfo"].get("qrContent")
    # Who pays is in `otp`, and what is paid in additionalInfo, which is otherwise only echoed: a retry must repeat both.
    asked = request_hash(partner, Service.QR_MPM_PAYMENT, fields | {"qrContent": content})
    # Before the code is read: what it leads to may have changed since it was paid.
    if (earlier := redemption.answered(partner, number, asked)) is not None:
        return _paid(caller, earlier, fields)
    scan = _scanned_or_named(content, fields["merchantId"])
    try:
        payment = mpm.pay(
            mpm.PayOrder(
                scan=scan,
                partner=partner,
                partner_reference_no=number,
                external_id=caller.external_id,
                request_hash=asked,
                amount=fields["amount"],
                customer_code=fields["otp"],
                title=fields["title"],
                cash=callers.may_pay_cash(partner),
            )
        )
    except AmountMissing as error:
        raise refusal(Case.INVALID_MANDATORY, error, "amount") from error
    except DigitGuessesExceeded as error:
        raise refusal(Case.OTP_BLOCKED, error) from error
    return _paid(caller, payment, fields)


def _paid(caller: Caller, payment: Payment, fields: dict[str, Any]) -> Reply:
    declined = payment.status == Payment.Status.DECLINED
    cases = WALLET_CASES | OTP_CASES | WITHOUT_GOODS
    return Reply(
        cases.get(payment.decline, Case.GENERAL_ERROR) if declined else Case.SUCCESSFUL,
        {
            "referenceNo": payment.reference_no,
            "partnerReferenceNo": payment.partner_reference_no,
            "amount": money(payment.amount),
            "transactionDate": emit(payment.created_at),
            "additionalInfo": said(caller, Service.QR_MPM_PAYMENT, payment, fields) | reason_of(payment, to_payer=True),
        },
        detail=goods.told(payment.decline, payment.decline_detail, listed=False),
    )


def query(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 51, of a code (47; or a payment at a static code, as the notice numbered it) or of a payment sent (50)."""
    numbers = _numbers(fields)
    if fields["serviceCode"] == Service.QR_MPM_PAYMENT:
        payment = mpm.find_sent(caller.partner, **numbers)
        return _payment_told(payment, _with_said(caller, payment, fields), sent=True)
    try:
        code = mpm.find_code(caller.partner, **numbers)
    except PaymentUnknown:
        payment = mpm.find_received(caller.partner, **numbers)
        code_of = payment.mpm.code
        return _payment_told(payment, _with_said(caller, code_of, fields) if code_of else fields, code_of)
    return _code_told(code, _with_said(caller, code, fields))


def _with_said(caller: Caller, made: MpmCode | Payment, fields: dict[str, Any]) -> dict[str, Any]:
    return fields | {"additionalInfo": said_of(caller, fields["serviceCode"], made, fields)}


def cancel(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 77. Whoever cancels again is told the same."""
    done = mpm.cancel(
        caller.partner,
        **_numbers(fields),
        merchant_id=fields["merchantId"],
        amount=fields["amount"],
        reason=fields["reason"],
    )
    payment, code = done.payment, done.code
    reference = code.reference_no if code else payment.reference_no if payment else ""
    made_at = payment.created_at if payment else code.created_at if code else done.at
    info = to_fund(done.refund) if done.refund else {}
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalPartnerReferenceNo": fields["originalPartnerReferenceNo"] or _number(code, payment),
            "originalReferenceNo": reference,
            "originalExternalId": code.external_id if code else "",
            "cancelTime": emit(done.at),
            "transactionDate": emit(made_at),
            "additionalInfo": fields["additionalInfo"] | info,
        },
    )


def refund(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 78, in part or whole. A code that nobody has paid has nothing to give back."""
    try:
        payment = mpm.find_received(caller.partner, **_numbers(fields))
    except PaymentUnknown:
        unpaid = mpm.find_code(caller.partner, **_numbers(fields))
        redemption.refuse_other_merchant(unpaid.merchant, fields["merchantId"])
        raise SnapError(Case.INVALID_STATUS, info={"reason": "not_paid"}) from None
    redemption.refuse_other_merchant(payment.merchant, fields["merchantId"])
    code = payment.mpm.code
    made = refunds.refund(
        refunds.RefundOrder(
            partner=caller.partner,
            partner_refund_no=fields["partnerRefundNo"],
            request_hash=request_hash(caller.partner, Service.QR_MPM_REFUND, fields),
            amount=fields["refundAmount"],
            reason=fields["reason"],
        ),
        of=payment,
    )
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalPartnerReferenceNo": fields["originalPartnerReferenceNo"],
            "originalReferenceNo": code.reference_no if code else payment.reference_no,
            "refundNo": made.refund_no,
            "partnerRefundNo": made.partner_refund_no,
            "refundAmount": money(made.amount),
            "refundTime": emit(made.created_at),
            "additionalInfo": fields["additionalInfo"] | to_fund(made),
        },
    )


def _numbers(fields: dict[str, Any]) -> dict[str, str]:
    return {
        "partner_reference_no": fields["originalPartnerReferenceNo"],
        "reference_no": fields["originalReferenceNo"],
        "external_id": fields["originalExternalId"],
    }


def _number(code: MpmCode | None, payment: Payment | None) -> str:
    """The number by which the merchant's partner knows what was paid or given up: its code's, or ours at a static code."""
    code = code or (payment.mpm.code if payment else None)
    return code.partner_reference_no if code else payment.reference_no if payment else ""


def _scan(content: str, field: str) -> Scan:
    try:
        return mpm_codes.scan(content)
    except QrisError as error:
        info = {"reason": error.code, "reasonMessage": str(error), "tag": error.tag, "fault": str(error.fault)}
        raise SnapError(Case.INVALID_FORMAT, field, info=info) from error


def _scanned_or_named(content: Any, merchant_id: str) -> Scan:
    if content is None or content == "":
        if not merchant_id:
            raise SnapError(Case.INVALID_MANDATORY, "merchantId")
        return mpm_codes.named(merchant_id)
    if not isinstance(content, str) or len(content) > QR_LENGTH:
        raise SnapError(Case.INVALID_FORMAT, "additionalInfo.qrContent")
    scan = _scan(content, "additionalInfo.qrContent")
    if merchant_id not in ("", scan.merchant.merchant_id):
        raise MerchantUnknown(merchant_id=merchant_id)
    return scan


def _code_told(code: MpmCode, fields: dict[str, Any]) -> Reply:
    states = {
        MpmCode.State.OPEN: INITIATED if code.expires_at > timezone.now() else FAILED,
        MpmCode.State.CANCELLED: CANCELLED,
        MpmCode.State.EXPIRED: FAILED,
        MpmCode.State.PAID: PAID,
    }
    if code.payment is not None:
        return _payment_told(code.payment, fields, code)
    redemption.refuse_other_merchant(code.merchant, fields["merchantId"])
    _refuse_other_amount(fields, code.amount)
    status, description = states[MpmCode.State(code.state)]
    info = {"validUntil": emit(code.expires_at)} | ({"reason": "qr_expired"} if (status, description) == FAILED else {})
    told = {
        "originalReferenceNo": code.reference_no,
        "originalPartnerReferenceNo": code.partner_reference_no,
        "originalExternalId": code.external_id,
        "serviceCode": fields["serviceCode"],
        "latestTransactionStatus": status,
        "transactionStatusDesc": description,
        "terminalId": code.terminal,
        "additionalInfo": fields["additionalInfo"] | info,
    }
    if code.amount is not None:
        told["amount"] = money(code.amount)
    return Reply(Case.SUCCESSFUL, told)


def _payment_told(
    payment: Payment, fields: dict[str, Any], code: MpmCode | None = None, *, sent: bool = False
) -> Reply:
    """With the numbers of whoever asks: the one that sent it, or the merchant's partner, which is told none of the sender's."""
    redemption.refuse_other_merchant(payment.merchant, fields["merchantId"])
    _refuse_other_amount(fields, payment.amount)
    status, description = status_of(payment)
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalReferenceNo": code.reference_no if code else payment.reference_no,
            "originalPartnerReferenceNo": payment.partner_reference_no if sent else _number(code, payment),
            "originalExternalId": payment.external_id if sent else code.external_id if code else "",
            "serviceCode": fields["serviceCode"],
            "latestTransactionStatus": status,
            "transactionStatusDesc": description,
            "paidTime": emit(payment.created_at),
            "amount": money(payment.amount),
            "terminalId": payment.mpm.terminal,
            "additionalInfo": fields["additionalInfo"]
            | {"paymentReferenceNo": payment.reference_no}
            | reason_of(payment, to_payer=True)
            | refund_history(payment),
        },
    )


def _refuse_other_amount(fields: dict[str, Any], amount: int | None) -> None:
    if fields["amount"] not in (None, amount):
        raise SnapError(Case.INVALID_AMOUNT)
