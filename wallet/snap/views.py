"""The addresses of the payment API: read the message, call one function, tell the reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from wallet import credentials
from wallet.snap import access_token, callers, messages, pace, qr_cpm, schema, timestamps
from wallet.snap.authentication import CONTENT_TYPE, PARTNER_ID, SIGNATURE, Caller, SnapAuthentication, current, header
from wallet.snap.codes import Case, Service, SnapError
from wallet.snap.envelope import Reply, SnapView, once
from wallet.snap.fields import read


class AccessTokenView(SnapView):
    """Service 73: a bearer token for whoever signs with the partner's private key."""

    service = Service.ACCESS_TOKEN

    def check_throttles(self, request: Request) -> None:
        """Anybody may ask, and each asking costs signatures: counted at the address. Raises SnapError (429/00)."""
        pace.of_address(callers.address_of(request))

    @schema.documented(
        service,
        "Access token B2B",
        messages.AccessTokenB2B,
        messages.AccessTokenB2BResponse,
        (
            *schema.AUTHENTICATION_CASES,
            (Case.NOT_SUPPORTED, ""),
            (Case.TOO_MANY, ""),
            (Case.GENERAL_ERROR, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        header(request, "Content-Type", CONTENT_TYPE)
        timestamp = header(request, "X-TIMESTAMP", timestamps.SHAPE)
        client_id = header(request, "X-CLIENT-KEY", PARTNER_ID)
        signature = header(request, "X-SIGNATURE", SIGNATURE)
        current(timestamp)
        proved = access_token.prove_client(client_id, timestamp, signature)
        callers.check_network(proved.partner, request)
        credentials.note_use(proved.key, timezone.now())
        fields = read(messages.AccessTokenB2B, dict(request.data))
        token = access_token.issue(proved)
        told = {
            "accessToken": token.text,
            "tokenType": "Bearer",
            "expiresIn": str(token.lifetime),
            "additionalInfo": fields["additionalInfo"],
        }
        return self.respond(Reply(Case.SUCCESSFUL, told))


class TransactionView(SnapView):
    """A service that a partner calls for a transaction."""

    authentication_classes = [SnapAuthentication]

    def transact(
        self, request: Request, message: type[messages.Message], act: Callable[[Caller, dict[str, Any]], Reply]
    ) -> Response:
        """Answers with what `act` makes of the message, its X-EXTERNAL-ID spent."""
        caller = cast(Caller, request.auth)  # as SnapAuthentication left it
        return self.respond(once(caller, lambda: act(caller, read(message, dict(request.data)))))


class PaymentView(TransactionView):
    """Service 60."""

    service = Service.QR_CPM_PAYMENT

    @schema.documented(
        service,
        "QR CPM payment",
        messages.QrCpmPayment,
        messages.QrCpmPaymentResponse,
        (
            *schema.PAYMENT_CASES,
            (Case.TRANSACTION_EXPIRED, ""),
            (Case.ACTIVITY_COUNT_LIMIT, ""),
            (Case.INVALID_STATUS, ""),
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.INVALID_AMOUNT, ""),
            (Case.INVALID_TERMINAL, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, messages.QrCpmPayment, qr_cpm.pay)


class QueryView(TransactionView):
    """Service 61."""

    service = Service.QR_CPM_QUERY

    @schema.documented(
        service,
        "QR CPM query",
        messages.QrCpmQuery,
        messages.QrCpmQueryResponse,
        (
            *schema.TRANSACTION_CASES,
            (Case.TRANSACTION_NOT_FOUND, ""),
            (Case.INVALID_MERCHANT, ""),
            (Case.INVALID_AMOUNT, ""),
        ),
    )
    def post(self, request: Request) -> Response:
        return self.transact(request, messages.QrCpmQuery, qr_cpm.query)


class RefundView(TransactionView):
    """Service 80."""

    service = Service.QR_CPM_REFUND

    @schema.documented(
        service,
        "QR CPM refund",
        messages.QrCpmRefund,
        messages.QrCpmRefundResponse,
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
        return self.transact(request, messages.QrCpmRefund, qr_cpm.refund)


class UnknownView(SnapView):
    """Any other address under /v1.0: 404/02, and not 404/01, which a client would take for a payment that never was."""

    schema = None

    def post(self, request: Request) -> Response:
        raise SnapError(Case.INVALID_ROUTING)
