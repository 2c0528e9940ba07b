"""How the beneficiaries' API is told to its readers: one tag, the bearer token, and errors with examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema

from mobile.errors import MobileError, TokenExpired, TokenInvalid, TokenMissing, TokenRevoked
from mobile.serializers import Error
from wallet.errors import WalletError

View = TypeVar("View", bound=Callable[..., Any])
Refused = type[MobileError] | type[WalletError]

TAG = "Penerima"
TOKEN_ERRORS: tuple[Refused, ...] = (TokenMissing, TokenInvalid, TokenRevoked, TokenExpired)


class DeviceTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    """Tells drf-spectacular what `DeviceAuthentication` wants."""

    target_class = "mobile.authentication.DeviceAuthentication"
    name = "deviceToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "Token perangkat dari `activation/confirm`."}


def described(
    *,
    summary: str,
    answer: Any,
    example: dict[str, Any] | None,
    sent: Any = None,
    sent_example: dict[str, Any] | None = None,
    status: int = 200,
    refusals: tuple[Refused, ...] = (),
    signed_in: bool = True,
    **more: Any,
) -> Callable[[View], View]:
    """`extend_schema` for one operation: what is sent and answered, with examples, and each error it can end in."""
    examples = []
    if sent_example is not None:
        examples.append(OpenApiExample("Permintaan", sent_example, request_only=True))
    if example is not None:
        examples.append(OpenApiExample("Jawaban", example, response_only=True, status_codes=[str(status)]))
    responses = {status: answer, **_errors((*refusals, *(TOKEN_ERRORS if signed_in else ())))}
    if sent is not None or more.get("parameters"):
        responses.setdefault(400, _error_response(()))
    decorate: Callable[[View], View] = extend_schema(
        tags=[TAG], summary=summary, request=sent, responses=responses, examples=examples, **more
    )
    return decorate


def _errors(refusals: tuple[Refused, ...]) -> dict[int, Any]:
    """An error response for each HTTP status among the refusals."""
    statuses = sorted({refused.status for refused in refusals})
    return {
        status: _error_response(tuple(refused for refused in refusals if refused.status == status))
        for status in statuses
    }


_INVALID = {"code": "field_invalid", "message": "Isi dengan teks satu baris.", "field": "phone"}
# What the placeholders of a message may hold, for the examples.
_SAMPLE = {
    "wait": 240,
    "left": 3,
    "until": "14:30",
    "limit": 10_000_000,
    "item": "Rokok Surya 12",
    "amount": 0,
    "most": 2_000,
    "megabytes": 5,
    "age": 18,
    "law": "UU 13/2011",
    "version": 3,
    "consequence": "Pendaftaran otomatis berhenti.",
    "tag": "62.07",
    "problem": "isinya terpotong",
    "remedy": "Pindai lagi kode utuhnya.",
}


def _error_response(refusals: tuple[Refused, ...]) -> OpenApiResponse:
    shown = [OpenApiExample(refused.code, {"error": _example_of(refused)}) for refused in refusals]
    if not refusals or refusals[0].status == 400:
        shown.append(OpenApiExample("field_invalid", {"error": _INVALID}))
    return OpenApiResponse(Error, description=", ".join(example.name for example in shown), examples=shown)


def _example_of(refused: Refused) -> dict[str, Any]:
    message = str(refused.message)
    data = {name: value for name, value in _SAMPLE.items() if f"%({name})s" in message}
    error: dict[str, Any] = {"code": refused.code, "message": message % data}
    if field := getattr(refused, "field", None):
        error["field"] = field
    if data:
        error["data"] = data
    return error
