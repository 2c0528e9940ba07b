"""The messages of the services we answer: what each request must hold, and what each response tells.

Source: ASPI, SNAP developer pages, services 60, 61, 73 and 80. Choices of ours: `amount` of a payment is optional in the
standard, since a code may carry one; ours carry none, so it is mandatory. A query must name the payment by at least one of its
three numbers, and may say `serviceCode`, `amount` and `transactionDate`, which 61 does not have. Fields that are not listed here
are ignored: the standard has more than we need.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from wallet.snap import goods
from wallet.snap.codes import Service
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, AmountOrZero, Moment, Text, optional
from wallet.snap.goods import StandardGoods

Message = serializers.Serializer[Any]
NUMBERS = "originalPartnerReferenceNo", "originalReferenceNo", "originalExternalId"


def one_of_the_numbers(attrs: dict[str, Any]) -> dict[str, Any]:
    """The fields, if one of the three numbers names the original. Raises ValidationError (400/02), naming the first."""
    if not any(attrs[name] for name in NUMBERS):
        raise serializers.ValidationError({NUMBERS[0]: "one of the three numbers"}, code="required")
    return attrs


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
    terminalId = optional(32, help_text="One of the merchant's terminals, where it has registered any.")
    feeAmount = AmountOrZero(required=False, default=0, help_text="The buyer pays none: 0.00 or nothing.")
    expiryTime = Moment(
        required=False,
        default=None,
        help_text="Until when you wait for this payment, by our clock; later, nothing is paid (403/00).",
    )
    items = StandardGoods(
        required=False,
        default=list,
        help_text="The standard's list of goods, read where `additionalInfo.items` has none: productId, productName and qty, and "
        "`price` of one as an amount, which a single good need not have. A list that cannot be read as goods is none.",
    )
    additionalInfo = AdditionalInfo(apart="items", help_text=goods.HELP)


class QrCpmQuery(Message):
    """Service 61: what became of a payment."""

    serviceCode = optional(2, Service.QR_CPM_PAYMENT, help_text="60, or nothing: there is no other.")
    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    transactionDate = Moment(required=False, default=None)
    amount = Amount(required=False, default=None)
    merchantId = optional(64)
    additionalInfo = AdditionalInfo()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of_the_numbers(attrs)


class QrCpmRefund(Message):
    """Service 80: money of a payment goes back to the purses it came from."""

    originalPartnerReferenceNo = Text(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    merchantId = optional(64)
    partnerRefundNo = Text(64, help_text="Your number for this refund; a retry carries the same.")
    refundAmount = Amount(required=False, default=None, help_text="Missing: all that is left.")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class OfflineClaimItem(Message):
    """One payment that a till accepted without a network, as its code was scanned then."""

    partnerReferenceNo = Text(64, help_text="Your number for this payment; a retry carries the same.")
    qrContent = Text(1024, help_text="The offline code, as it was scanned.")
    merchantId = Text(64)
    amount = Amount()
    transactionDate = Moment(help_text="When the till accepted it, by its own clock.")
    additionalInfo = AdditionalInfo()


class OfflineClaims(Message):
    """Service 97 (ours): what tills accepted without a network, each claim answered by itself and once."""

    partnerBulkId = optional(64)
    claims = serializers.ListField(
        child=serializers.JSONField(),
        min_length=1,
        max_length=settings.WALLET["offline_claims"],
        help_text="Objects with partnerReferenceNo, qrContent, merchantId, amount, transactionDate, additionalInfo.",
    )
    additionalInfo = AdditionalInfo()


class OfflineClaimStatus(Message):
    """Service 98 (ours): where a claim stands now, after an officer's decision too."""

    serviceCode = Text(2, Service.OFFLINE_CLAIMS, help_text="Service of the original transaction: 97")
    originalPartnerReferenceNo = Text(64)
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
    title = serializers.CharField(required=False)
    paidTime = serializers.DateTimeField(help_text="When it was decided, paid or declined.")
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


class OfflineClaimAnswer(Outcome):
    """A claim's first answer: 200/00 paid, 202/00 an officer decides, otherwise refused; `additionalInfo.reason` says why."""

    partnerReferenceNo = serializers.CharField(allow_blank=True)
    referenceNo = serializers.CharField(required=False)
    amount = Amount(required=False)
    transactionDate = serializers.DateTimeField(required=False)
    latestTransactionStatus = serializers.CharField(required=False, help_text="00 success, 03 pending, 06 failed")


class OfflineClaimsResponse(Outcome):
    """The claims' answers, in the order in which they were sent."""

    partnerBulkId = serializers.CharField(allow_blank=True)
    claims = OfflineClaimAnswer(many=True)


class OfflineClaimStatusResponse(Outcome):
    """The claim as it stands."""

    serviceCode = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalReferenceNo = serializers.CharField()
    latestTransactionStatus = serializers.CharField(help_text="00 success, 03 pending, 06 failed")
    transactionStatusDesc = serializers.CharField()
    amount = Amount()
    transactionDate = serializers.DateTimeField()
