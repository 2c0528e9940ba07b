"""The addresses of the QR services beside paying, asking and refunding with a customer's code (`views`)."""

from __future__ import annotations

from functools import partial

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from wallet.snap import qr_cpm_codes, qr_messages, qr_mpm, schema
from wallet.snap.authentication import CUSTOMER_HEADER
from wallet.snap.codes import Case, Service
from wallet.snap.views import TransactionView

CANCEL_CASES = (
    (Case.TRANSACTION_EXPIRED, ""),
    (Case.INSUFFICIENT_FUNDS, ""),
    (Case.TRANSACTION_NOT_FOUND, ""),
    (Case.INVALID_MERCHANT, ""),
    (Case.INVALID_AMOUNT, ""),
    (Case.NOT_ALLOWED_NOW, ""),
)


class MpmGenerateView(TransactionView):
    """Service 47."""

    service = Service.QR_MPM_GENERATE

    @schema.documented(
        service,
        "QR MPM generate",
        qr_messages.QrMpmGenerate,
        qr_messages.QrMpmGenerateResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.EXCEEDS_AMOUNT_LIMIT, ""),
            (Case.NOT_PERMITTED, ""),
            (Case.MERCHANT_BLACKLISTED, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INVALID_TERMINAL, ""),
            (Case.INCONSISTENT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmGenerate, qr_mpm.generate)


class MpmDecodeView(TransactionView):
    """Service 48."""

    service = Service.QR_MPM_DECODE

    @schema.documented(
        service,
        "QR MPM decode",
        qr_messages.QrMpmDecode,
        qr_messages.QrMpmDecodeResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.TRANSACTION_EXPIRED, ""),
            (Case.NOT_PERMITTED, ""),
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.INVALID_ROUTING, ""),
            (Case.TRANSACTION_CANCELLED, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.PAID_BILL, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmDecode, qr_mpm.decode)


class MpmPaymentView(TransactionView):
    """Service 50."""

    service = Service.QR_MPM_PAYMENT

    @schema.documented(
        service,
        "QR MPM payment",
        qr_messages.QrMpmPayment,
        qr_messages.QrMpmPaymentResponse,
        (
            *schema.PAYMENT_CASES,
            (Case.TRANSACTION_EXPIRED, ""),
            (Case.OTP_BLOCKED, ""),
            (Case.OTP_EXPIRED, ""),
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.INVALID_ROUTING, ""),
            (Case.TRANSACTION_CANCELLED, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.PAID_BILL, ""),
            (Case.INVALID_OTP, ""),
            (Case.INVALID_TERMINAL, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmPayment, qr_mpm.pay)


class MpmQueryView(TransactionView):
    """Service 51."""

    service = Service.QR_MPM_QUERY

    @schema.documented(
        service,
        "QR MPM query",
        qr_messages.QrMpmQuery,
        qr_messages.QrMpmQueryResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmQuery, qr_mpm.query)


class MpmCancelView(TransactionView):
    """Service 77."""

    service = Service.QR_MPM_CANCEL

    @schema.documented(
        service,
        "QR MPM cancel",
        qr_messages.QrMpmCancel,
        qr_messages.CancelResponse,
        (*schema.TRANSACTION_CASES, *CANCEL_CASES),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmCancel, qr_mpm.cancel)


class MpmRefundView(TransactionView):
    """Service 78."""

    service = Service.QR_MPM_REFUND

    @schema.documented(
        service,
        "QR MPM refund",
        qr_messages.QrMpmRefund,
        qr_messages.QrMpmRefundResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.INSUFFICIENT_FUNDS, ""),
            (Case.INVALID_STATUS, ""),
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.TRANSACTION_CANCELLED, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INCONSISTENT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrMpmRefund, qr_mpm.refund)


class CpmGenerateView(TransactionView):
    """Service 59."""

    service = Service.QR_CPM_GENERATE

    @schema.documented(
        service,
        "QR CPM generate",
        qr_messages.QrCpmGenerate,
        qr_messages.QrCpmGenerateResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.INVALID_CUSTOMER_TOKEN, ""),
            (Case.OTP_BLOCKED, ""),
            (Case.INACTIVE, ""),
            (Case.INVALID_OTP, ""),
            (Case.INCONSISTENT, ""),
        ),
        headers=[
            OpenApiParameter(
                CUSTOMER_HEADER,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="`Bearer` and the six digits, where the body has them nowhere.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        shown = request.headers.get(CUSTOMER_HEADER, "")
        generate = partial(qr_cpm_codes.generate, authorization_customer=shown)
        return self.transact(request, qr_messages.QrCpmGenerate, generate)


class CpmCancelView(TransactionView):
    """Service 62."""

    service = Service.QR_CPM_CANCEL

    @schema.documented(
        service,
        "QR CPM cancel",
        qr_messages.QrCpmCancel,
        qr_messages.CancelResponse,
        (*schema.TRANSACTION_CASES, *CANCEL_CASES, (Case.INVALID_STATUS, "")),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, qr_messages.QrCpmCancel, qr_cpm_codes.cancel)
