"""How the SNAP services appear in the OpenAPI document: headers, signatures, examples, refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from wallet.snap import examples
from wallet.snap.codes import Case, Service
from wallet.snap.envelope import Reply
from wallet.snap.fields import Text
from wallet.snap.messages import Outcome

TAG = "SNAP BI"


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=description)


_TIME = _header("X-TIMESTAMP", f"yyyy-MM-ddTHH:mm:ss+07:00 ({examples.TIMESTAMP}), within 300 s of our clock.")
_ANSWERED_AT = OpenApiParameter(
    "X-TIMESTAMP", str, OpenApiParameter.HEADER, response=True, description="When we answered."
)
_AGAIN = OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, response=["429"], description="Seconds to wait.")
TOKEN_HEADERS = [
    _TIME,
    _header("X-CLIENT-KEY", "Your client id."),
    _header("X-SIGNATURE", "SHA256withRSA of `client_id|X-TIMESTAMP` under your private key, base64 or hex."),
    _ANSWERED_AT,
    _AGAIN,
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
    _AGAIN,
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
    (Case.FEATURE_NOT_ALLOWED, ""),
    (Case.CONFLICT, ""),
    (Case.NOT_SUPPORTED, ""),
    (Case.TOO_MANY, ""),
    (Case.GENERAL_ERROR, ""),
)
# What any payment may be refused or declined for, whoever shows whose code (wallet_choose in wallet/sql, `codes.WALLET_CASES`).
PAYMENT_CASES = (
    *TRANSACTION_CASES,
    (Case.EXCEEDS_AMOUNT_LIMIT, ""),
    (Case.SUSPECTED_FRAUD, ""),
    (Case.INSUFFICIENT_FUNDS, ""),
    (Case.NOT_PERMITTED, "Item not allowed: Rokok"),
    (Case.SUSPEND_TRANSACTION, ""),
    (Case.INACTIVE, ""),
    (Case.MERCHANT_BLACKLISTED, ""),
    (Case.MERCHANT_LIMIT, ""),
    (Case.ACCOUNT_LIMIT_EXCEED, ""),
    (Case.INVALID_MERCHANT, ""),
    (Case.INCONSISTENT, ""),
)


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


class TextField(OpenApiSerializerFieldExtension):  # type: ignore[misc]
    """A text's shape is checked, so it is told."""

    target_class = Text

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        field: Text = self.target
        told: dict[str, Any] = auto_schema._map_serializer_field(field, direction, bypass_extensions=True)
        return told | {"pattern": f"^({field.shape.pattern})$"}


def documented(
    service: str,
    summary: str,
    request: Any,
    response: Any,
    cases: Iterable[tuple[Case, str]],
    headers: Iterable[OpenApiParameter] = (),
) -> Callable[[Any], Any]:
    """The `extend_schema` of one service. `cases` are the refusals it may answer with, each with a sample detail; `headers`
    what it reads besides the usual ones.
    """
    shown: dict[int, list[OpenApiExample]] = {200: [_example(service, Case.SUCCESSFUL, "")]}
    for case, detail in cases:
        shown.setdefault(case.status, []).append(_example(service, case, detail))
    responses = {
        status: OpenApiResponse(
            response if status < 300 else Outcome,
            description=" · ".join(example.name for example in of_status),
            examples=of_status,
        )
        for status, of_status in sorted(shown.items())
    }
    decorated: Callable[[Any], Any] = extend_schema(
        tags=[TAG],
        summary=f"{summary} (service {service})",
        description=request.__doc__,
        parameters=[*(TOKEN_HEADERS if service == Service.ACCESS_TOKEN else TRANSACTION_HEADERS), *headers],
        request=request,
        responses=responses,
        examples=[OpenApiExample(summary, value=examples.REQUESTS[service], request_only=True)],
    )
    return decorated


def _example(service: str, case: Case, detail: str) -> OpenApiExample:
    """What is accepted tells of the example's transaction; what is refused says why."""
    fields = examples.ANSWERS[service] if case.status < 300 else {}
    return OpenApiExample(
        f"{case.code(service)} {case.message().rstrip('. ')}",
        value=Reply(case, fields, detail).body(service),
        response_only=True,
        status_codes=[str(case.status)],
    )
