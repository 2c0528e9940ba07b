"""The messages of the QR services 47, 48, 50, 51, 59, 62, 77 and 78: what each must hold, and what each response tells.

Source: ASPI, SNAP developer pages. Choices of ours (docs/adr/0036): `otp` is the customer's one-time code and mandatory in 50;
in 59 it is the six digits, which the standard's `userAccessToken` or `Authorization-Customer` may carry as well;
`additionalInfo.qrContent` names the code that 50 pays; a fee on top for the buyer is refused; `validityPeriod` lies ahead, by
settings.WALLET["mpm_lifetime_most"] at most.
"""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from wallet.snap import goods
from wallet.snap.codes import Service
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, AmountOrZero, Moment, Text, optional
from wallet.snap.messages import Message, Outcome, one_of_the_numbers

LABEL = r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?"  # what a tag of the QR code may hold
DIGITS = "[0-9]{6}"
CODE_NUMBER = "Your number for this code; a retry carries the same. Missing: ours, and no retry is known as one."


class QrMpmGenerate(Message):
    """Service 47: a dynamic code for one payment. Without an amount, the payer fills it in."""

    partnerReferenceNo = optional(64, help_text=CODE_NUMBER)
    amount = Amount(required=False, default=None)
    feeAmount = AmountOrZero(required=False, default=0, help_text="The buyer pays none: 0.00 or nothing.")
    merchantId = optional(64, help_text="May be missing if you have one merchant only.")
    subMerchantId = optional(32)
    storeId = optional(64, LABEL, help_text="Stands in the code if it has 25 characters at most.")
    terminalId = optional(16, LABEL, help_text="One of the merchant's terminals, where it has registered any.")
    validityPeriod = Moment(required=False, default=None, help_text="Until when the code may be paid.")
    additionalInfo = AdditionalInfo(apart="items", help_text=goods.HELP)


class QrMpmDecode(Message):
    """Service 48: what a scanned code says, and whether it can still be paid."""

    partnerReferenceNo = optional(64)
    qrContent = Text(512, TEXT, help_text="What was scanned, as it is.")
    amount = Amount(required=False, default=None)
    merchantId = optional(64)
    scanTime = Moment()
    additionalInfo = AdditionalInfo()


class QrMpmPayment(Message):
    """Service 50: a customer of yours pays at a merchant's code, with the one-time code that they made in their application.

    `additionalInfo.qrContent` is what was scanned; without it, the payment goes to `merchantId` as by its static code. Goods
    come with the merchant's dynamic code (47): aid that asks for them is not spent at a static one.
    """

    partnerReferenceNo = Text(64, help_text="Your number for this payment; a retry carries the same.")
    merchantId = optional(64)
    subMerchantId = optional(32)
    amount = Amount(required=False, default=None, help_text="Mandatory where the code names none.")
    feeAmount = AmountOrZero(required=False, default=0, help_text="The buyer pays none: 0.00 or nothing.")
    otp = Text(64, help_text="The customer's one-time code: six digits, or the content of its QR code.")
    verificationId = optional(64)
    title = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class QrMpmQuery(Message):
    """Service 51: what became of a code (serviceCode 47), or of a payment that you sent (50)."""

    serviceCode = Text(
        2, f"{Service.QR_MPM_GENERATE}|{Service.QR_MPM_PAYMENT}", help_text="Service of the original: 47 or 50"
    )
    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    transactionDate = Moment(required=False, default=None)
    amount = Amount(required=False, default=None)
    merchantId = optional(64)
    additionalInfo = AdditionalInfo()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of_the_numbers(attrs)


class QrMpmCancel(Message):
    """Service 77: gives up a code that nobody has paid, or takes back whole what was paid with it today."""

    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    merchantId = optional(64)
    amount = Amount(required=False, default=None, help_text="If given, the whole amount: a part is refunded (78).")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of_the_numbers(attrs)


class QrMpmRefund(Message):
    """Service 78: money of a payment at your merchant's code goes back to the purses it came from."""

    originalPartnerReferenceNo = Text(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    merchantId = optional(64)
    partnerRefundNo = Text(64, help_text="Your number for this refund; a retry carries the same.")
    refundAmount = Amount(required=False, default=None, help_text="Missing: all that is left.")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class QrCpmGenerate(Message):
    """Service 59: a QR code for a customer of yours, in exchange for the six digits that they made in their application.

    The digits come in `otp`, in `userAccessToken` or as the bearer of `Authorization-Customer`: the first that is given is read.
    """

    partnerReferenceNo = optional(64, help_text=CODE_NUMBER)
    userAccessToken = optional(64, DIGITS, help_text="The six digits.")
    partnerTrxDate = Moment(required=False, default=None)
    amount = Amount(
        required=False, default=None, help_text="The most that the code pays; never more than the holder set."
    )
    otp = optional(6, DIGITS, help_text="The six digits.")
    verificationId = optional(64)
    validityPeriod = Moment(required=False, default=None, help_text="Until when the code may be paid.")
    additionalInfo = AdditionalInfo()


class QrCpmCancel(Message):
    """Service 62: takes back whole what your till was paid today (60), or kills the code that you had made (59)."""

    originalPartnerReferenceNo = Text(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    merchantId = optional(64)
    amount = Amount(required=False, default=None, help_text="If given, the whole amount: a part is refunded (80).")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class QrMpmGenerateResponse(Outcome):
    """The code's content, to be shown as a QR code; `additionalInfo.validUntil` tells until when."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    qrContent = serializers.CharField()
    merchantName = serializers.CharField()
    storeId = serializers.CharField(required=False)
    terminalId = serializers.CharField(required=False)


class MerchantInfo(serializers.Serializer[Any]):
    """One acquirer of the merchant, as the code tells it."""

    merchantPAN = serializers.CharField()
    acquirerName = serializers.CharField()


class QrMpmDecodeResponse(Outcome):
    """Whose code it is. `transactionAmount` is there where the code names one."""

    referenceNo = serializers.CharField(required=False)
    partnerReferenceNo = serializers.CharField(required=False)
    merchantName = serializers.CharField()
    merchantCategory = serializers.CharField(help_text="MCC, ISO 18245")
    merchantLocation = serializers.CharField()
    merchantInfos = MerchantInfo(many=True)
    transactionAmount = Amount(required=False)


class QrMpmPaymentResponse(Outcome):
    """The payment under our number; a retry gets the same again."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    amount = Amount()
    transactionDate = serializers.DateTimeField()


class QrMpmQueryResponse(Outcome):
    """The code or the payment as it stands; `additionalInfo` tells its refunds, or why it was declined."""

    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField(
        allow_blank=True, help_text="Yours; empty for a payment at a static code, which you sent nothing for"
    )
    serviceCode = serializers.CharField()
    latestTransactionStatus = serializers.CharField(
        help_text="00 success, 01 initiated, 04 refunded in full, 05 canceled, 06 failed or expired"
    )
    transactionStatusDesc = serializers.CharField()
    paidTime = serializers.DateTimeField(required=False)
    amount = Amount(required=False)
    terminalId = serializers.CharField(required=False)


class CancelResponse(Outcome):
    """What was cancelled and when; whoever cancels again is told the same."""

    originalPartnerReferenceNo = serializers.CharField()
    originalReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField(required=False)
    cancelTime = serializers.DateTimeField()
    transactionDate = serializers.DateTimeField()


class QrMpmRefundResponse(Outcome):
    """The refund under our number; `additionalInfo` tells what went to the programme's fund, its purse having expired."""

    originalPartnerReferenceNo = serializers.CharField()
    originalReferenceNo = serializers.CharField()
    refundNo = serializers.CharField()
    partnerRefundNo = serializers.CharField()
    refundAmount = Amount()
    refundTime = serializers.DateTimeField()


class QrCpmGenerateResponse(Outcome):
    """The code's content, to be shown to the till; `additionalInfo.validUntil` tells until when, too."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    qrContent = serializers.CharField()
    expiryTime = serializers.DateTimeField()
