"""One provider, one partner: an access token kept until it nearly expires, and requests signed in either way."""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import requests

from snap_client import service_codes, signing

Answer = tuple[int, dict[str, Any]]  # HTTP status, and the response's fields
DEAD_TOKEN = "01", "03"  # case codes of 401: the token is no longer valid, or unknown
RENEW_BEFORE = 30  # seconds before a token expires


class TokenRefused(PermissionError):
    """The provider gives no access token; the text is its response code and message."""


class TokenUnavailable(requests.RequestException):
    """The provider cannot give an access token at the moment (5xx, 429): ask again later, nothing was refused."""


class Transport:
    """Sends signed requests as one partner. Not shared between threads: make one for each.

    `asymmetric` signs with the private key and needs no token; `hexadecimal` writes signatures in hex instead of base64;
    `suffix` is appended to every path (".htm" with some providers).
    Raises `requests.RequestException` when there is no answer (TokenUnavailable when there is no token for now), ValueError when
    the answer is no JSON object, TokenRefused.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        private_key_pem: str,
        client_secret: str,
        *,
        channel_id: str = "95221",
        timeout: float = 10,
        asymmetric: bool = False,
        hexadecimal: bool = False,
        suffix: str = "",
    ) -> None:
        """`base_url` is the address in front of ``/v1.0``; `timeout` in seconds, for connecting and for each read."""
        self.base_url, self.client_id, self.channel_id = base_url.rstrip("/"), client_id, channel_id
        self.asymmetric, self.hexadecimal, self.suffix = asymmetric, hexadecimal, suffix
        self._key, self._secret, self._timeout = signing.private_key(private_key_pem), client_secret, timeout
        self._session = requests.Session()
        self._token, self._token_until = "", 0.0

    def call(self, path: str, fields: dict[str, Any], *, external_id: str = "", customer: str = "") -> Answer:
        """The answer to one request, under an X-EXTERNAL-ID of its own unless one is given.

        `customer` is what a customer gave you to act for them: the bearer token of Authorization-Customer.
        A token that died meanwhile is renewed and the request sent once more; a refused request has had no effect.
        """
        status, answer = self._transaction(path, fields, external_id, customer)
        if not self.asymmetric and status == 401 and str(answer.get("responseCode"))[-2:] in DEAD_TOKEN:
            self._token = ""  # revoked, or our clock runs slow
            status, answer = self._transaction(path, fields, external_id, customer)
        return status, answer

    def access_token(self) -> str:
        """The token in use, a fresh one where there is none or it is about to expire. Raises TokenRefused."""
        if not self._token or time.monotonic() >= self._token_until:
            at = signing.timestamp()
            signature = signing.sign_asymmetric(self._key, signing.token_string(self.client_id, at))
            headers = {"X-TIMESTAMP": at, "X-CLIENT-KEY": self.client_id, "X-SIGNATURE": self._written(signature)}
            body = signing.compact({"grantType": "client_credentials", "additionalInfo": {}})
            status, answer = self._post(service_codes.ACCESS_TOKEN + self.suffix, body, headers)
            if status != 200:
                refused = TokenUnavailable if status >= 500 or status == 429 else TokenRefused
                raise refused(f"no access token: {answer.get('responseCode')} {answer.get('responseMessage')}")
            self._token = str(answer["accessToken"])
            self._token_until = time.monotonic() + int(answer["expiresIn"]) - RENEW_BEFORE
        return self._token

    def _transaction(self, path: str, fields: dict[str, Any], external_id: str, customer: str) -> Answer:
        token = None if self.asymmetric else self.access_token()
        path, body, at = path + self.suffix, signing.compact(fields), signing.timestamp()
        text = signing.string_to_sign("POST", urlsplit(self.base_url).path + path, body, at, token)
        signature = (
            signing.sign_asymmetric(self._key, text) if token is None else signing.sign_symmetric(self._secret, text)
        )
        headers = {
            "X-TIMESTAMP": at,
            "X-SIGNATURE": self._written(signature),
            "X-PARTNER-ID": self.client_id,
            "X-EXTERNAL-ID": external_id or f"{time.time_ns()}{secrets.randbelow(10**9):09d}",
            "CHANNEL-ID": self.channel_id,
        }
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if customer:
            headers["Authorization-Customer"] = f"Bearer {customer}"
        return self._post(path, body, headers)

    def _written(self, signature: str) -> str:
        return base64.b64decode(signature).hex() if self.hexadecimal else signature

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        response = self._session.post(
            self.base_url + path,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=self._timeout,
            allow_redirects=False,  # a signed request goes where it was signed for
        )
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError(f"{path}: the answer is not a JSON object")
        return response.status_code, answer
