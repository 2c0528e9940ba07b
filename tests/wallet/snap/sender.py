"""A partner that sends what a test wants sent: signed in any of the ways the standard allows, or wrongly on purpose."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.wallet.snap.keys import PRIVATE_KEY
from wallet.snap import signature, timestamps

PAY, QUERY, REFUND = "/v1.0/qr/qr-cpm-payment", "/v1.0/qr/qr-cpm-query", "/v1.0/qr/qr-cpm-refund"
TOKEN = "/v1.0/access-token/b2b"
SECRET = "partner-secret"
NUMBERS = itertools.count(1)  # with a letter before them on the wire, so that they never meet an id a test chose


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def code(self) -> str:
        told: str = self.body["responseCode"]
        return told


@dataclass
class Sender:
    """`symmetric` False signs with the private key and sends no token."""

    client_id: str = "PARTNER-1"
    secret: str = SECRET
    private_key: str = PRIVATE_KEY
    client: Client = field(default_factory=Client)
    token: str = ""

    def now(self) -> str:
        return timestamps.emit(timezone.now())

    def access_token(self, **headers: str | None) -> Answer:
        sent = self.token_headers() | headers
        return self.send(TOKEN, b'{"grantType":"client_credentials","additionalInfo":{}}', sent)

    def token_headers(self) -> dict[str, str | None]:
        """What a request for an access token is signed with."""
        timestamp = self.now()
        signed = signature.sign_asymmetric(self.private_key, signature.token_string(self.client_id, timestamp))
        return {"X-TIMESTAMP": timestamp, "X-CLIENT-KEY": self.client_id, "X-SIGNATURE": signed}

    def post(
        self,
        path: str,
        fields: dict[str, Any] | bytes,
        *,
        symmetric: bool = True,
        minified: bool = True,
        hexadecimal: bool = False,
        timestamp: str | None = None,
        external_id: str | None = None,
        without: str | None = None,
        **headers: str,
    ) -> Answer:
        """Sends signed fields. `headers` replace what is sent after signing (underscores for hyphens); `without` drops one."""
        body = fields if isinstance(fields, bytes) else json.dumps(fields, indent=1).encode()
        timestamp = timestamp or self.now()
        if symmetric and not self.token:
            self.token = self.access_token().body["accessToken"]
        texts = signature.accepted_strings("POST", path, body, timestamp, self.token if symmetric else None)
        text = texts[0] if minified else texts[1]
        signed = (
            signature.sign_symmetric(self.secret, text)
            if symmetric
            else signature.sign_asymmetric(self.private_key, text)
        )
        sent: dict[str, str | None] = {
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": base64.b64decode(signed).hex() if hexadecimal else signed,
            "X-PARTNER-ID": self.client_id,
            "X-EXTERNAL-ID": external_id or f"N{next(NUMBERS)}",
            "CHANNEL-ID": "95221",
        }
        if symmetric:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        if without:
            sent[without] = None
        return self.send(path, body, sent)

    def send(self, path: str, body: bytes, headers: dict[str, str | None], method: str = "POST") -> Answer:
        """Sends exactly this; a header that is None is left out."""
        content_type = headers.pop("Content-Type", "application/json") or ""
        kept = {name: value for name, value in headers.items() if value is not None}
        response = self.client.generic(
            method, path, body, content_type=content_type, headers=kept, CONTENT_TYPE=content_type
        )
        assert response["Content-Type"] == "application/json"
        timestamps.parse(response["X-TIMESTAMP"])
        answer = json.loads(response.content) if response.content else {}
        assert answer == {} or answer["responseCode"].startswith(str(response.status_code))
        return Answer(response.status_code, answer, response.headers)
