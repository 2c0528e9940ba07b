"""The messages of direct debit: what services 54, 55, 57 and 58 must hold, and what their responses tell.

Source: ASPI, SNAP developer pages, "Direct Debit". Choices of ours: `amount` of an order is mandatory, since nothing else says
what is to be paid; `merchantId` may be missing where the partner has one merchant only; of several addresses of one type in
`urlParams` the first is used; `payOptionDetails` is not read, for there is one way to pay here. Clients differ in how they write
the addresses (docs/adr/0038): `urlParam` too is read, and one object alone, and NOTIFICATION, which is PAY_NOTIFY. So they do in
how they list goods: `additionalInfo.items`, or `additionalInfo.order.goods`.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wallet.snap import goods
from wallet.snap.codes import Service
from wallet.snap.fields import TEXT, AdditionalInfo, Amount, Moment, Text, optional, read_part
from wallet.snap.messages import Message, Outcome, one_of_the_numbers

PAY_RETURN, PAY_NOTIFY = "PAY_RETURN", "PAY_NOTIFY"
MEANT = {PAY_RETURN: PAY_RETURN, PAY_NOTIFY: PAY_NOTIFY, "NOTIFICATION": PAY_NOTIFY}
MOST_ADDRESSES = 10


class Address(str):
    """An address as it was sent, and where: `place` is its index in `urlParams`."""

    place: int

    def __new__(cls, url: str, place: int) -> Address:
        made = super().__new__(cls, url)
        made.place = place
        return made


class UrlParam(Message):
    """Where the payer returns to (PAY_RETURN), or where the notice of service 56 goes (PAY_NOTIFY)."""

    url = Text(512, help_text="https, on one of the hosts registered for you.")
    type = Text(32, "|".join(MEANT), help_text=f"{PAY_RETURN} or {PAY_NOTIFY}; NOTIFICATION is the latter.")
    isDeeplink = optional(1, "[YN]", help_text="Y or N; both must be https.")


@extend_schema_field(UrlParam(many=True))
class UrlParams(serializers.Field):  # type: ignore[type-arg]
    """The first address of each type, as a dictionary by type: the standard's own sample has two of one."""

    default_error_messages = {"invalid": f"not an array of at most {MOST_ADDRESSES} objects"}

    def to_internal_value(self, data: Any) -> dict[str, Address]:
        listed = [data] if isinstance(data, dict) else data
        if (
            not isinstance(listed, list)
            or len(listed) > MOST_ADDRESSES
            or not all(isinstance(one, dict) for one in listed)
        ):
            self.fail("invalid")
        found = [read_part(UrlParam, one, f"{self.field_name}[{place}]") for place, one in enumerate(listed)]
        by_type: dict[str, Address] = {}
        for place, one in enumerate(found):
            by_type.setdefault(MEANT[one["type"]], Address(one["url"], place))
        return by_type

    def to_representation(self, value: Any) -> Any:
        return value


class DebitPayment(Message):
    """Service 54: an order that its payer approves on our page."""

    partnerReferenceNo = Text(64, help_text="Your number for this payment; a retry carries the same.")
    merchantId = optional(64, help_text="May be missing if you have one merchant only.")
    amount = Amount()
    urlParams = UrlParams(required=False, default=dict)
    urlParam = UrlParams(required=False, default=dict, help_text="As urlParams, under the name that some clients use.")
    validUpTo = Moment(required=False, default=None, help_text="Missing: 30 minutes from now. At most seven days.")
    title = optional(256, TEXT)
    additionalInfo = AdditionalInfo(apart="items", help_text=goods.HELP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        other = attrs.pop("urlParam")
        return attrs | {"urlParams": attrs["urlParams"] or other}


class _Original(Message):
    """Which order is meant: by at least one of its three numbers."""

    originalPartnerReferenceNo = optional(64)
    originalReferenceNo = optional(64)
    originalExternalId = optional(36)
    merchantId = optional(64)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of_the_numbers(attrs)


class DebitStatus(_Original):
    """Service 55: what became of an order."""

    serviceCode = Text(2, Service.DEBIT_PAYMENT, help_text="Service of the original transaction: 54")
    transactionDate = Moment(required=False, default=None)
    amount = Amount(required=False, default=None)
    additionalInfo = AdditionalInfo()


class DebitCancel(_Original):
    """Service 57: the order is taken back; if it is paid, all of the money goes back too."""

    amount = Amount(required=False, default=None)
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class DebitRefund(_Original):
    """Service 58: money of a paid order goes back to the purses it came from, in part or whole."""

    partnerRefundNo = Text(64, help_text="Your number for this refund; a retry carries the same.")
    refundAmount = Amount(required=False, default=None, help_text="Missing: all that is left.")
    reason = optional(256, TEXT)
    additionalInfo = AdditionalInfo()


class DebitPaymentResponse(Outcome):
    """The order under our number, and the page that its payer opens; a retry gets the same again."""

    referenceNo = serializers.CharField()
    partnerReferenceNo = serializers.CharField()
    webRedirectUrl = serializers.CharField()


class DebitStatusResponse(Outcome):
    """The order as it stands; `refundHistory` lists what went back."""

    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField()
    serviceCode = serializers.CharField()
    latestTransactionStatus = serializers.CharField(
        help_text="00 success, 01 initiated, 04 refunded in full, 05 canceled, 06 failed or expired"
    )
    transactionStatusDesc = serializers.CharField()
    transAmount = Amount()
    amount = Amount()
    paidTime = serializers.DateTimeField(required=False)
    refundHistory = serializers.ListField(required=False)


class DebitCancelResponse(Outcome):
    """The order that is cancelled, and since when; a retry gets the same again."""

    originalReferenceNo = serializers.CharField()
    originalPartnerReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField()
    cancelTime = serializers.DateTimeField()
    transactionDate = serializers.DateTimeField()


class DebitRefundResponse(Outcome):
    """The refund under our number; `additionalInfo` tells what went to the programme's fund, its purse having expired."""

    originalPartnerReferenceNo = serializers.CharField()
    originalReferenceNo = serializers.CharField()
    originalExternalId = serializers.CharField()
    refundNo = serializers.CharField()
    partnerRefundNo = serializers.CharField()
    refundAmount = Amount()
    refundTime = serializers.DateTimeField()
