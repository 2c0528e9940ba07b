"""The messages of the services we answer: what each request must hold, and what each response tells.

Source: ASPI, SNAP developer pages, services 60, 61, 73 and 80. Two choices are ours. `amount` of a payment is optional in
the standard, since a code may carry one; ours carry none, so it is mandatory. A query must name the payment by at
least one of its three numbers. Fields that are not listed here are ignored: the standard has more than we need.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from wallet.snap.codes import Service
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, Moment, Text, optional

Message = serializers.Serializer[Any]


class AccessTokenB2B(Message):
    """Service 73: a bearer token, proved by the partner's RSA key."""

    grantType = Text(18, "client_credentials", help_text="client_credentials")
    additionalInfo = AdditionalInfo()


class QrCpmPayment(Message):
    """Service 60: the merchant asks for the money of whoever showed the code."""

    partnerReferenceNo = Text(64, help_text="Your number for this payment; a retry carries the same.")
    qrContent = Text(512, TEXT, help_text="What the till scanned, as it is.")
    merchantId = Text(64)
    amount = Amount()
    title = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class QrCpmQuery(Message):
    """Service 61: what became of a payment."""

    serviceCode = Text(2, Service.QR_CPM_PAYMENT, help_text="Service of the original transaction: 60")
    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    transactionDate = Moment(required=False, default=None)
    amount = Amount(required=False, default=None)
    additionalInfo = AdditionalInfo()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names = "originalPartnerReferenceNo", "originalReferenceNo", "originalExternalId"
        if not any(attrs[name] for name in names):
            raise serializers.ValidationError({names[0]: "one of the three numbers"}, code="required")
        return attrs


class QrCpmRefund(Message):
    """Service 80: money of a payment goes back to the purses it came from."""

    originalPartnerReferenceNo = Text(64)
    originalReferenceNo = optional(64)
    partnerRefundNo = Text(64, help_text="Your number for this refund; a retry carries the same.")
    refundAmount = Amount(required=False, default=None, help_text="Missing: all that is left.")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class Outcome(Message):
    """What every response holds. If the wallet refused, `additionalInfo.reason` is its own code for why."""

    responseCode = serializers.CharField(max_length=7)
    responseMessage = serializers.CharField(max_length=150)
    additionalInfo = serializers.DictField(required=False)


class AccessTokenB2BResponse(Outcome):
    """The token, told this once."""

    accessToken = serializers.CharField()
    tokenType = serializers.CharField(help_text="Bearer")
    expiresIn = serializers.CharField(help_text="Seconds, as a string.")


class QrCpmPaymentResponse(Outcome):
    """The payment under our number; a retry gets the same again."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    amount = Amount()
    transactionDate = serializers.DateTimeField()


class QrCpmQueryResponse(Outcome):
    """The payment as it stands; `additionalInfo` tells its refunds, or why it was declined."""

    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField()
    serviceCode = serializers.CharField()
    latestTransactionStatus = serializers.CharField(help_text="00 success, 04 refunded in full, 06 failed")
    transactionStatusDesc = serializers.CharField()
    transactionDate = serializers.DateTimeField()
    amount = Amount()


class QrCpmRefundResponse(Outcome):
    """The refund under our number; `additionalInfo` tells what went to the programme's fund, its purse having expired."""

    originalPartnerReferenceNo = serializers.CharField()
    originalReferenceNo = serializers.CharField()
    refundNo = serializers.CharField()
    partnerRefundNo = serializers.CharField()
    refundAmount = Amount()
    refundTime = serializers.DateTimeField()
