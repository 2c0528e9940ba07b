"""A merchant's side of the payment API: a small SNAP BI client to copy. It needs `requests` and `cryptography`, no more.

    client = SnapClient("https://salur.example", client_id, private_key_pem, client_secret)
    status, answer = client.pay("INV-1", qr_content, "00007100010926", 25_000)

Amounts are whole rupiah. `partner_reference_no` (`partner_refund_no` for a refund) is what makes a request happen once: after a
time-out or a lost connection nobody knows what became of it, so send it again with the same number, or ask with `query`.
Every call carries an X-EXTERNAL-ID of its own; the number in your books is the other one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

JAKARTA = timezone(timedelta(hours=7))
TOKEN_REFUSED = "01", "03"  # case codes of 401: the token is invalid, or unknown
RENEW_BEFORE = 30  # seconds before a token expires

Answer = tuple[int, dict[str, Any]]


class SnapClient:
    """Calls the services of one provider as one partner. Not shared between threads: make one for each.

    Raises `requests.RequestException` when there is no answer, ValueError when the answer is not JSON or the private key is
    not RSA, PermissionError when the provider gives no token.
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
    ) -> None:
        """`base_url` is the address in front of ``/v1.0``; `timeout` in seconds, for connecting and for each read."""
        key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("SNAP signs with RSA keys")
        self.base_url, self.client_id, self.channel_id = base_url.rstrip("/"), client_id, channel_id
        self._key, self._secret, self._timeout = key, client_secret.encode(), timeout
        self._session = requests.Session()
        self._token, self._token_until = "", 0.0

    def pay(
        self,
        partner_reference_no: str,
        qr_content: str,
        merchant_id: str,
        amount: int,
        *,
        title: str = "",
        additional_info: dict[str, Any] | None = None,
    ) -> Answer:
        """Takes `amount` from the customer who showed the code: HTTP status and response."""
        fields: dict[str, Any] = {
            "partnerReferenceNo": partner_reference_no,
            "qrContent": qr_content,
            "merchantId": merchant_id,
            "amount": _money(amount),
        }
        if title:
            fields["title"] = title
        return self._call("/v1.0/qr/qr-cpm-payment", fields, additional_info)

    def query(self, partner_reference_no: str = "", *, reference_no: str = "", external_id: str = "") -> Answer:
        """What became of a payment, by your number, the provider's, or the X-EXTERNAL-ID it was sent with."""
        given = {
            "originalPartnerReferenceNo": partner_reference_no,
            "originalReferenceNo": reference_no,
            "originalExternalId": external_id,
        }
        return self._call("/v1.0/qr/qr-cpm-query", {"serviceCode": "60"} | {k: v for k, v in given.items() if v})

    def refund(
        self, partner_reference_no: str, partner_refund_no: str, amount: int | None = None, *, reason: str = ""
    ) -> Answer:
        """Gives back `amount` of a payment; all that is left of it if None."""
        fields: dict[str, Any] = {
            "originalPartnerReferenceNo": partner_reference_no,
            "partnerRefundNo": partner_refund_no,
        }
        if amount is not None:
            fields["refundAmount"] = _money(amount)
        if reason:
            fields["reason"] = reason
        return self._call("/v1.0/qr/qr-cpm-refund", fields)

    def _call(self, path: str, fields: dict[str, Any], additional_info: dict[str, Any] | None = None) -> Answer:
        if additional_info is not None:
            fields["additionalInfo"] = additional_info
        status, answer = self._transaction(path, fields)
        if status == 401 and str(answer.get("responseCode"))[-2:] in TOKEN_REFUSED:
            self._token = ""  # revoked, or our clock runs slow: once more with a fresh one
            status, answer = self._transaction(path, fields)
        return status, answer

    def _transaction(self, path: str, fields: dict[str, Any]) -> Answer:
        token, timestamp = self._access_token(), _now()
        body = _compact(fields)
        endpoint_url = urlsplit(self.base_url).path + path
        text = ":".join(["POST", endpoint_url, token, hashlib.sha256(body).hexdigest(), timestamp])
        headers = {
            "Authorization": f"Bearer {token}",
            "X-TIMESTAMP": timestamp,
            "X-SIGNATURE": base64.b64encode(hmac.new(self._secret, text.encode(), hashlib.sha512).digest()).decode(),
            "X-PARTNER-ID": self.client_id,
            "X-EXTERNAL-ID": f"{time.time_ns()}{secrets.randbelow(10**9):09d}",
            "CHANNEL-ID": self.channel_id,
        }
        return self._post(path, body, headers)

    def _access_token(self) -> str:
        if not self._token or time.monotonic() >= self._token_until:
            timestamp = _now()
            text = f"{self.client_id}|{timestamp}".encode()
            signature = self._key.sign(text, padding.PKCS1v15(), hashes.SHA256())
            headers = {
                "X-TIMESTAMP": timestamp,
                "X-CLIENT-KEY": self.client_id,
                "X-SIGNATURE": base64.b64encode(signature).decode(),
            }
            body = _compact({"grantType": "client_credentials", "additionalInfo": {}})
            status, answer = self._post("/v1.0/access-token/b2b", body, headers)
            if status != 200:
                raise PermissionError(f"no access token: {answer.get('responseCode')} {answer.get('responseMessage')}")
            self._token = str(answer["accessToken"])
            self._token_until = time.monotonic() + int(answer["expiresIn"]) - RENEW_BEFORE
        return self._token

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


def _money(rupiah: int) -> dict[str, str]:
    return {"value": f"{rupiah}.00", "currency": "IDR"}


def _compact(fields: dict[str, Any]) -> bytes:
    """Already minified, so that what is hashed is what is sent."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _now() -> str:
    return datetime.now(UTC).astimezone(JAKARTA).isoformat(timespec="seconds")
