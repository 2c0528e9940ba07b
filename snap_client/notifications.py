"""What a provider sends to its partner (services 41, 52, 56, 79): is it from the provider, is it new, and what to answer.

A notification is signed with the provider's private key, as a request with the asymmetric signature is. It may come more than
once and late: act once for each number in it, and answer success to each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from snap_client import signing

TOLERANCE = timedelta(minutes=5)
SERVICES = {
    "/v1.0/emoney/bulk-cashin-notify": "41",
    "/v1.0/qr/qr-mpm-notify": "52",
    "/v1.0/debit/notify": "56",
    "/v1.0/qr/qr-cpm-notify": "79",
}


class NotificationRefused(Exception):
    """It is not from the provider, or too old to be sure; `status` and `answer` are what to reply with."""

    def __init__(self, status: int, answer: dict[str, str]) -> None:
        self.status, self.answer = status, answer
        super().__init__(answer["responseMessage"])


@dataclass(frozen=True, slots=True)
class Notification:
    """A genuine notification: the service's code, its fields, and the answer that tells it was taken."""

    service: str
    fields: dict[str, Any]

    @property
    def answer(self) -> dict[str, str]:
        """To be sent with HTTP status 200 once it is written down."""
        return _answer(200, self.service, "00", "Successful")


def read_notification(
    endpoint_url: str,
    headers: Mapping[str, str],
    body: bytes,
    public_keys: list[str],
    *,
    service: str = "",
    now: datetime | None = None,
) -> Notification:
    """The notification that came to this path (with its query), signed with one of the provider's keys (PEM).

    `service` is its code where your address does not end in the standard's path. `now` is our clock, aware.
    Raises NotificationRefused (401: signature or time; 400: no JSON object).
    """
    given = {name.lower(): value for name, value in headers.items()}
    at, signature = given.get("x-timestamp", ""), given.get("x-signature", "")
    service = service or next(
        (code for path, code in SERVICES.items() if endpoint_url.split("?")[0].removesuffix(".htm").endswith(path)),
        "00",
    )
    texts = [signing.string_to_sign("POST", endpoint_url, it, at) for it in (signing.minify(body), body)]
    if not any(signing.signed_by(key, texts, signature) for key in public_keys):
        raise NotificationRefused(401, _answer(401, service, "00", "Unauthorized. Signature"))
    if not _is_current(at, now or datetime.now(UTC)):
        raise NotificationRefused(401, _answer(401, service, "00", "Unauthorized. X-TIMESTAMP"))
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise NotificationRefused(400, _answer(400, service, "00", "Bad Request"))
    return Notification(service, fields)


def _is_current(at: str, now: datetime) -> bool:
    try:
        return abs(datetime.fromisoformat(at) - now) <= TOLERANCE
    except (ValueError, TypeError):  # no time, or one without an offset
        return False


def _answer(status: int, service: str, case: str, message: str) -> dict[str, str]:
    return {"responseCode": f"{status}{service}{case}", "responseMessage": message}
