"""A customer's code by way of a partner (59), and cancelling with codes that customers show (62)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from wallet import cpm_codes, six_digits
from wallet.errors import CodeUnknown
from wallet.models import CpmCode
from wallet.qr_errors import DigitGuessesExceeded
from wallet.snap.authentication import Caller, customer_token
from wallet.snap.codes import Case, Service, SnapError, refusal
from wallet.snap.envelope import Reply, refused
from wallet.snap.payments import to_fund
from wallet.snap.retries import check_ahead, request_hash, said
from wallet.snap.timestamps import emit


def generate(caller: Caller, fields: dict[str, Any], authorization_customer: str) -> Reply:
    """Service 59. Wrong digits are an answer, and their count is kept with it; an error would take the count along.

    A retry repeats the digits wherever they stand; the partner's own time of the request is not part of what is asked.
    """
    digits = _digits(fields, authorization_customer)
    asked = {name: value for name, value in fields.items() if name not in ("userAccessToken", "partnerTrxDate")}
    check_ahead(
        fields["validityPeriod"],
        settings.WALLET["mpm_lifetime_most"],
        "validityPeriod",
        CpmCode.objects.filter(partner=caller.partner, partner_reference_no=fields["partnerReferenceNo"]),
    )
    order = cpm_codes.ExchangeOrder(
        partner=caller.partner,
        digits=digits,
        amount=fields["amount"],
        partner_reference_no=fields["partnerReferenceNo"],
        external_id=caller.external_id,
        request_hash=request_hash(caller.partner, Service.QR_CPM_GENERATE, asked | {"otp": digits}),
        expires_at=fields["validityPeriod"],
    )
    try:
        exchanged = cpm_codes.exchange(order)
    except DigitGuessesExceeded as error:
        raise refusal(Case.OTP_BLOCKED, error) from error
    made = exchanged.made
    if made is None:
        return refused(refusal(Case.INVALID_OTP, CodeUnknown()))
    return Reply(
        Case.SUCCESSFUL,
        {
            "referenceNo": made.reference_no,
            "partnerReferenceNo": made.partner_reference_no,
            "qrContent": exchanged.content,
            "expiryTime": emit(made.code.expires_at),
            "additionalInfo": said(caller, Service.QR_CPM_GENERATE, made, fields)
            | {"validUntil": emit(made.code.expires_at)},
        },
    )


def _digits(fields: dict[str, Any], authorization_customer: str) -> str:
    """What speaks for the customer, from the first place where it is given. Raises SnapError: 400/02, or 401/02 for a header."""
    if given := fields["otp"] or fields["userAccessToken"]:
        return str(given)
    if not authorization_customer:
        raise SnapError(Case.INVALID_MANDATORY, "userAccessToken")
    token = customer_token(authorization_customer)
    if not six_digits.SHAPE.fullmatch(token):
        raise SnapError(Case.INVALID_CUSTOMER_TOKEN)
    return token


def cancel(caller: Caller, fields: dict[str, Any]) -> Reply:
    """Service 62. Whoever cancels again is told the same."""
    done = cpm_codes.cancel(
        caller.partner,
        partner_reference_no=fields["originalPartnerReferenceNo"],
        reference_no=fields["originalReferenceNo"],
        external_id=fields["originalExternalId"],
        merchant_id=fields["merchantId"],
        amount=fields["amount"],
        reason=fields["reason"],
    )
    original = done.payment or done.made
    return Reply(
        Case.SUCCESSFUL,
        {
            "originalPartnerReferenceNo": fields["originalPartnerReferenceNo"],
            "originalReferenceNo": original.reference_no if original else "",
            "originalExternalId": original.external_id if original else "",
            "cancelTime": emit(done.at),
            "transactionDate": emit(original.created_at if original else done.at),
            "additionalInfo": fields["additionalInfo"] | (to_fund(done.refund) if done.refund else {}),
        },
    )
