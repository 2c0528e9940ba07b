"""The messages of the e-money services: balance (11), top-up (37-39), bulk cash-in (40, 41), and cash over a counter (44, 45).

Source: ASPI, SNAP developer pages. We have no customer token (B2B2C) that outlives one transaction, so `customerNumber` is
mandatory where the standard asks for either. Fields that are not listed here are ignored.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wallet.bulk_cash_ins import MOST_LINES
from wallet.snap.codes import Service
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, AmountOrZero, Moment, Text, optional, read_part
from wallet.snap.messages import Message, Outcome, one_of_the_numbers

MOST_BALANCE_TYPES = 20
NUMBER = "An account number (88…), or a mobile number as 628…."


@extend_schema_field({"type": "array", "items": {"type": "string"}, "maxItems": MOST_BALANCE_TYPES})
class BalanceTypes(serializers.Field):  # type: ignore[type-arg]
    """Names of kinds of balance; missing or empty asks for all."""

    default_error_messages = {"invalid": "not an array of texts"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, default=list, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or len(data) > MOST_BALANCE_TYPES:
            self.fail("invalid")
        if not all(isinstance(name, str) and 0 < len(name) <= 70 for name in data):
            self.fail("invalid")
        return data


class BalanceInquiry(Message):
    """Service 11: a merchant's or a deposit's balance; a holder's only with the holder's one-time code.

    The code goes in `Authorization-Customer: Bearer <code>`. It was made for this (in the application: purpose
    `balance`), pays nothing, and is good until it ends; a code that pays is as unknown here as any other.
    """

    partnerReferenceNo = optional(64)
    accountNo = optional(
        16, help_text="A merchantId, or a deposit's number (77…). Missing: the wallet of Authorization-Customer."
    )
    balanceTypes = BalanceTypes()
    additionalInfo = AdditionalInfo()


class AccountInquiry(Message):
    """Service 37: who would be topped up, and how much may go in."""

    partnerReferenceNo = optional(64)
    customerNumber = Text(32, help_text=NUMBER)
    amount = Amount()
    transactionDate = Moment(required=False, default=None)
    additionalInfo = AdditionalInfo()


class Topup(Message):
    """Service 38: money out of your deposit into a customer's wallet."""

    partnerReferenceNo = Text(64, help_text="Your number for this top-up; a retry carries the same.")
    customerNumber = Text(32, help_text=NUMBER)
    amount = Amount()
    feeAmount = AmountOrZero(required=False, default=0, help_text="As the inquiry told it: 0.00.")
    transactionDate = Moment(required=False, default=None)
    sessionId = optional(25, help_text="As the inquiry told it.")
    additionalInfo = AdditionalInfo()


class _Status(Message):
    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(64)
    transactionDate = Moment(required=False, default=None)
    amount = Amount(required=False, default=None)
    additionalInfo = AdditionalInfo()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of_the_numbers(attrs)


class TopupStatus(_Status):
    """Service 39: what became of a top-up (38), or of one line of a bulk cash-in (40)."""

    serviceCode = Text(
        2, f"{Service.TOPUP}|{Service.BULK_CASHIN}", help_text="Service of the original transaction: 38 or 40"
    )


class BulkLineMessage(Message):
    """One top-up of a bulk cash-in."""

    accountNumber = Text(32, help_text=NUMBER)
    accountName = optional(255, TEXT)
    amount = Amount()
    partnerReferenceNo = Text(64, help_text="Your number for this top-up, used for no other.")
    additionalInfo = AdditionalInfo()


@extend_schema_field(BulkLineMessage(many=True))
class BulkLines(serializers.Field):  # type: ignore[type-arg]
    """As many top-ups as one request may have, each checked; the first at fault is named by its place."""

    default_error_messages = {"invalid": "not an array of objects"}

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list) or not 0 < len(data) <= MOST_LINES:
            self.fail("invalid")
        if not all(isinstance(line, dict) for line in data):
            self.fail("invalid")
        return [read_part(BulkLineMessage, line, f"bulkObject[{place}]") for place, line in enumerate(data)]

    def to_representation(self, value: Any) -> Any:
        return value


class BulkCashin(Message):
    """Service 40: many top-ups in one request, paid in the background; service 41 tells how they went."""

    partnerBulkId = optional(64, help_text="Your number for this request; a retry carries the same.")
    transactionDate = Moment()
    currency = optional(3, "IDR")
    bulkObject = BulkLines(help_text=f"1 to {MOST_LINES} top-ups.")
    additionalInfo = AdditionalInfo()


class OtcCashout(Message):
    """Service 44: your cash agent hands out money against the holder's one-time code.

    `additionalInfo.merchantId` names the agent; it may be missing if you have exactly one.
    """

    partnerReferenceNo = Text(64, help_text="Your number for this cash-out; a retry carries the same.")
    customerNumber = Text(32, help_text=NUMBER)
    otp = Text(64, help_text="The holder's one-time code, as the holder's application shows it.")
    amount = Amount()
    feeAmount = AmountOrZero(required=False, default=0, help_text="The holder pays none: 0.00 or nothing.")
    additionalInfo = AdditionalInfo()


class OtcStatus(_Status):
    """Service 45: what became of a cash-out."""

    serviceCode = Text(2, Service.OTC_CASHOUT, help_text="Service of the original transaction: 44")
    customerNumber = optional(32, help_text=NUMBER)


class AccountInfo(Message):
    """One kind of balance."""

    balanceType = serializers.CharField()
    amount = AmountOrZero()
    floatAmount = AmountOrZero(required=False, help_text="Not usable yet; not told of a customer.")
    holdAmount = AmountOrZero(required=False, help_text="Not told of a customer.")
    availableBalance = AmountOrZero()
    ledgerBalance = AmountOrZero(required=False, help_text="When the day began in Jakarta; not told of a customer.")
    registrationStatusCode = serializers.CharField()
    status = serializers.CharField(help_text="0001 active, 0002 closed, 0006 restricted, 0007 frozen")


class BalanceInquiryResponse(Outcome):
    """The balance now."""

    partnerReferenceNo = serializers.CharField(required=False)
    accountNo = serializers.CharField()
    name = serializers.CharField()
    accountInfos = AccountInfo(many=True)


class AccountInquiryResponse(Outcome):
    """The customer, masked, and the amounts that may go in now."""

    partnerReferenceNo = serializers.CharField(required=False)
    sessionId = serializers.CharField()
    customerNumber = serializers.CharField()
    customerName = serializers.CharField()
    customerMonthlyInLimit = serializers.CharField(help_text="Rupiah that may still come in this month.")
    minAmount = Amount()
    maxAmount = AmountOrZero()
    amount = Amount()
    feeAmount = AmountOrZero()
    feeType = serializers.CharField()


class TopupResponse(Outcome):
    """The top-up under our number; a retry gets the same again."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    sessionId = serializers.CharField(required=False)
    customerNumber = serializers.CharField()
    amount = Amount()
    transactionDate = serializers.DateTimeField()


class StatusResponse(Outcome):
    """The transaction as it stands; `additionalInfo.reason` tells why it failed."""

    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField()
    serviceCode = serializers.CharField()
    latestTransactionStatus = serializers.CharField(help_text="00 success, 03 pending, 06 failed")
    transactionStatusDesc = serializers.CharField()
    transactionDate = serializers.DateTimeField()
    amount = Amount()


class BulkCashinResponse(Outcome):
    """The request under our number: accepted, not paid yet."""

    bulkId = serializers.CharField()
    partnerBulkId = serializers.CharField(required=False)


class OtcCashoutResponse(Outcome):
    """The cash-out under our number; a retry gets the same again."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    transactionDate = serializers.DateTimeField()
