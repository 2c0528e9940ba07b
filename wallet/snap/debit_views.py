"""The addresses of direct debit: read the message, call one function, tell the reply."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from wallet.snap import debit_messages, direct_debit, schema
from wallet.snap.codes import Case, Service
from wallet.snap.views import TransactionView

FOUND = ((Case.TRANSACTION_NOT_FOUND, ""), (Case.INVALID_MERCHANT, ""))


class DebitPaymentView(TransactionView):
    """Service 54."""

    service = Service.DEBIT_PAYMENT

    @schema.documented(
        service,
        "Direct debit payment",
        debit_messages.DebitPayment,
        debit_messages.DebitPaymentResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.EXCEEDS_AMOUNT_LIMIT, ""),
            (Case.MERCHANT_BLACKLISTED, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INCONSISTENT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        place = partial(direct_debit.place, page_of=partial(_page, request))
        return self.transact(request, debit_messages.DebitPayment, place)


class DebitStatusView(TransactionView):
    """Service 55."""

    service = Service.DEBIT_STATUS

    @schema.documented(
        service,
        "Direct debit status",
        debit_messages.DebitStatus,
        debit_messages.DebitStatusResponse,
        (*schema.TRANSACTION_CASES, *FOUND, (Case.INVALID_AMOUNT, "")),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, debit_messages.DebitStatus, direct_debit.status)


class DebitCancelView(TransactionView):
    """Service 57."""

    service = Service.DEBIT_CANCEL

    @schema.documented(
        service,
        "Direct debit cancel",
        debit_messages.DebitCancel,
        debit_messages.DebitCancelResponse,
        (
            *schema.TRANSACTION_CASES,
            *FOUND,
            (Case.TRANSACTION_EXPIRED, ""),
            (Case.INSUFFICIENT_FUNDS, ""),
            (Case.INVALID_STATUS, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.NOT_ALLOWED_NOW, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, debit_messages.DebitCancel, direct_debit.cancel)


class DebitRefundView(TransactionView):
    """Service 58."""

    service = Service.DEBIT_REFUND

    @schema.documented(
        service,
        "Direct debit refund",
        debit_messages.DebitRefund,
        debit_messages.DebitRefundResponse,
        (
            *schema.TRANSACTION_CASES,
            *FOUND,
            (Case.INSUFFICIENT_FUNDS, ""),
            (Case.INVALID_STATUS, ""),
            (Case.TRANSACTION_CANCELLED, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INCONSISTENT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, debit_messages.DebitRefund, direct_debit.refund)


def _page(request: Request, uid: UUID) -> str:
    """The whole address of an order's page: under PUBLIC_URL, or where the partner has called us."""
    path = reverse("debit-page", args=[uid])
    base: str = settings.PUBLIC_URL
    return f"{base.rstrip('/')}{path}" if base else str(request.build_absolute_uri(path))
