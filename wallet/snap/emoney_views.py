"""The addresses of the e-money services: read the message, call one function, tell the reply."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from wallet.snap import balance_inquiry, bulk_cashin, emoney_messages, emoney_topup, otc_cashout, schema
from wallet.snap.authentication import CUSTOMER_HEADER, Caller
from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply
from wallet.snap.views import TransactionView

STATUS_CASES = (*schema.TRANSACTION_CASES, (Case.TRANSACTION_NOT_FOUND, ""), (Case.INVALID_AMOUNT, ""))
INCOMING_CASES = (
    (Case.EXCEEDS_AMOUNT_LIMIT, ""),
    (Case.DO_NOT_HONOR, ""),
    (Case.INACTIVE, ""),
    (Case.ACCOUNT_LIMIT_EXCEED, ""),
    (Case.INVALID_CUSTOMER, ""),
)


class BalanceInquiryView(TransactionView):
    """Service 11."""

    service = Service.BALANCE_INQUIRY

    @schema.documented(
        service,
        "Balance inquiry",
        emoney_messages.BalanceInquiry,
        emoney_messages.BalanceInquiryResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.INVALID_CUSTOMER_TOKEN, ""),
            (Case.CUSTOMER_TOKEN_NOT_FOUND, ""),
            (Case.INVALID_CUSTOMER, ""),
        ),
        headers=[
            OpenApiParameter(
                CUSTOMER_HEADER,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="For a wallet: `Bearer` and the code that its holder made to show the balance.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        shown = request.headers.get(CUSTOMER_HEADER, "")

        def act(caller: Caller, fields: dict[str, Any]) -> Reply:
            return balance_inquiry.inquire(caller, fields, shown)

        return self.transact(request, emoney_messages.BalanceInquiry, act)


class AccountInquiryView(TransactionView):
    """Service 37."""

    service = Service.ACCOUNT_INQUIRY

    @schema.documented(
        service,
        "Account inquiry for a top-up",
        emoney_messages.AccountInquiry,
        emoney_messages.AccountInquiryResponse,
        (*schema.TRANSACTION_CASES, *INCOMING_CASES),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.AccountInquiry, emoney_topup.inquire)


class TopupView(TransactionView):
    """Service 38."""

    service = Service.TOPUP

    @schema.documented(
        service,
        "Customer top-up",
        emoney_messages.Topup,
        emoney_messages.TopupResponse,
        (
            *schema.TRANSACTION_CASES,
            *INCOMING_CASES,
            (Case.INSUFFICIENT_FUNDS, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INCONSISTENT, ""),
            (Case.DUPLICATE_REFERENCE, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.Topup, emoney_topup.top_up)


class TopupStatusView(TransactionView):
    """Service 39."""

    service = Service.TOPUP_STATUS

    @schema.documented(
        service, "Top-up status", emoney_messages.TopupStatus, emoney_messages.StatusResponse, STATUS_CASES
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.TopupStatus, emoney_topup.status)


class BulkCashinView(TransactionView):
    """Service 40."""

    service = Service.BULK_CASHIN

    @schema.documented(
        service,
        "Bulk cash-in",
        emoney_messages.BulkCashin,
        emoney_messages.BulkCashinResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.IN_PROGRESS, ""),
            (Case.INCONSISTENT, ""),
            (Case.DUPLICATE_REFERENCE, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.BulkCashin, bulk_cashin.accept)


class OtcCashoutView(TransactionView):
    """Service 44."""

    service = Service.OTC_CASHOUT

    @schema.documented(
        service,
        "Cash-out over a counter",
        emoney_messages.OtcCashout,
        emoney_messages.OtcCashoutResponse,
        (
            *schema.PAYMENT_CASES,
            (Case.OTP_BLOCKED, ""),
            (Case.OTP_EXPIRED, ""),
            (Case.INVALID_CUSTOMER, ""),
            (Case.INVALID_OTP, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.OtcCashout, otc_cashout.cash_out)


class OtcStatusView(TransactionView):
    """Service 45."""

    service = Service.OTC_STATUS

    @schema.documented(
        service,
        "Cash-out status",
        emoney_messages.OtcStatus,
        emoney_messages.StatusResponse,
        (*STATUS_CASES, (Case.INVALID_CUSTOMER, "")),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, emoney_messages.OtcStatus, otc_cashout.status)
