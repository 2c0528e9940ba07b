"""How the SNAP services appear in the OpenAPI document: headers, signatures, examples, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply
from wallet.snap.messages import Outcome

TAG = "SNAP BI"
TIMESTAMP = "2026-11-24T10:37:16+07:00"


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)


_TIME = _header("X-TIMESTAMP", f"yyyy-MM-ddTHH:mm:ss+07:00 ({TIMESTAMP}), within 300 s of our clock.")
_ANSWERED_AT = OpenApiParameter(
    "X-TIMESTAMP", str, OpenApiParameter.HEADER, response=True, description="When we answered."
)
TOKEN_HEADERS = [
    _TIME,
    _header("X-CLIENT-KEY", "Your client id."),
    _header("X-SIGNATURE", "SHA256withRSA of `client_id|X-TIMESTAMP` under your private key, base64 or hex."),
    _ANSWERED_AT,
]
TRANSACTION_HEADERS = [
    _TIME,
    _header(
        "X-SIGNATURE",
        "With a bearer token: HMAC-SHA512 of `METHOD:EndpointUrl:AccessToken:hash:X-TIMESTAMP` under your client "
        "secret. Without one: SHA256withRSA of `METHOD:EndpointUrl:hash:X-TIMESTAMP` under your private key. "
        "EndpointUrl is the path with its query, hash the lower-case hex SHA-256 of the minified body. Base64 or hex.",
    ),
    _header("X-PARTNER-ID", "Your client id, String(36)."),
    _header("X-EXTERNAL-ID", "A number of this request alone, used once a day, String(36). A retry carries a new one."),
    _header("CHANNEL-ID", "String(5)."),
    _ANSWERED_AT,
]
AUTHENTICATION_CASES = (
    (Case.BAD_REQUEST, "amount: given twice; send each field once."),
    (Case.INVALID_FORMAT, "amount.value"),
    (Case.INVALID_MANDATORY, "X-SIGNATURE"),
    (Case.UNAUTHORIZED, "Signature"),
)
TRANSACTION_CASES = (
    *AUTHENTICATION_CASES,
    (Case.INVALID_TOKEN, ""),
    (Case.TOKEN_NOT_FOUND, ""),
    (Case.CONFLICT, ""),
    (Case.NOT_SUPPORTED, ""),
    (Case.GENERAL_ERROR, ""),
)
AMOUNT = {"value": "10000.00", "currency": "IDR"}
EXAMPLES: dict[str, dict[str, Any]] = {
    Service.BULK_CASHIN_NOTIFY: {
        "bulkId": "B0001",
        "partnerBulkId": "SLR7c0f0e4b9d5a4f0f8f4b1d7e6a2c9b30",
        "bulkObject": [
            {"partnerReferenceNo": "SLR-1", "referenceNo": "P0001", "responseCode": "2004000", "amount": AMOUNT}
        ],
    },
    Service.ACCESS_TOKEN: {"grantType": "client_credentials", "additionalInfo": {}},
    Service.QR_CPM_PAYMENT: {
        "partnerReferenceNo": "2026112400000000000001",
        "qrContent": "7H2K9QW3ZB5N1X8D4RTC6VJ0MF",
        "merchantId": "00007100010926",
        "amount": AMOUNT,
        "title": "Beras 5 kg",
        "additionalInfo": {"cashier": "02"},
    },
    Service.QR_CPM_QUERY: {
        "serviceCode": Service.QR_CPM_PAYMENT,
        "originalPartnerReferenceNo": "2026112400000000000001",
    },
    Service.QR_CPM_REFUND: {
        "originalPartnerReferenceNo": "2026112400000000000001",
        "partnerRefundNo": "2026112400000000000002",
        "refundAmount": AMOUNT,
        "reason": "Barang dikembalikan",
    },
}


class SnapScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """The bearer token of signature (1), or none with signature (2)."""

    target_class = "wallet.snap.authentication.SnapAuthentication"
    name = "snapToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "accessToken of POST /v1.0/access-token/b2b, for requests signed with HMAC-SHA512.",
        }

    # Signature (2) needs no token: the generator adds "or none" itself, since permission is left to the signature.


def documented(
    service: str, summary: str, request: Any, response: Any, cases: Iterable[tuple[Case, str]]
) -> Callable[[Any], Any]:
    """The `extend_schema` of one service. `cases` are the refusals it may answer with, each with a sample detail."""
    by_status: dict[int, list[OpenApiExample]] = {}
    for case, detail in cases:
        example = OpenApiExample(
            f"{case.code(service)} {case.message().rstrip('. ')}",
            value=Reply(case, detail=detail).body(service),
            response_only=True,
            status_codes=[str(case.status)],
        )
        by_status.setdefault(case.status, []).append(example)
    responses: dict[int, Any] = {
        status: OpenApiResponse(
            Outcome, description=" · ".join(example.name for example in examples), examples=examples
        )
        for status, examples in sorted(by_status.items())
    }
    decorated: Callable[[Any], Any] = extend_schema(
        tags=[TAG],
        summary=f"{summary} (service {service})",
        description=request.__doc__,
        parameters=TOKEN_HEADERS if service == Service.ACCESS_TOKEN else TRANSACTION_HEADERS,
        request=request,
        responses={200: response} | responses,
        examples=[OpenApiExample(summary, value=EXAMPLES[service], request_only=True)],
    )
    return decorated
