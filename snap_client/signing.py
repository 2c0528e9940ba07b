"""What SNAP BI signs, and how: both kinds of signature, minified bodies, times in Jakarta."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

JAKARTA = timezone(timedelta(hours=7))
# A string (ended, or cut off by the end of the body) or white space. Possessive: a body that anybody sends takes no more time
# than its length, where going back over an unended string would take the square of it.
_STRING_OR_SPACE = re.compile(rb'("(?:[^"\\]|\\.)*+"?)|[ \t\r\n]+', re.DOTALL)


def timestamp(moment: datetime | None = None) -> str:
    """The moment, or now, as the standard writes it: ``2026-11-24T10:37:16+07:00``."""
    return (moment or datetime.now(UTC)).astimezone(JAKARTA).isoformat(timespec="seconds")


def compact(fields: dict[str, Any]) -> bytes:
    """The fields as JSON that is minified already, so that what is hashed is what is sent."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def minify(body: bytes) -> bytes:
    """The body without the whitespace outside of its strings; order of keys and nulls stay."""
    return _STRING_OR_SPACE.sub(lambda match: match[1] or b"", body)


def token_string(client_id: str, at: str) -> str:
    """What the request for an access token signs."""
    return f"{client_id}|{at}"


def string_to_sign(method: str, endpoint_url: str, body: bytes, at: str, access_token: str | None = None) -> str:
    """What a request signs: with the access token for the symmetric signature, without one for the asymmetric.

    `endpoint_url` is the path with its query; `body` the bytes whose hash is signed, already minified.
    """
    parts = [method.upper(), endpoint_url, hashlib.sha256(body).hexdigest(), at]
    if access_token is not None:
        parts.insert(2, access_token)
    return ":".join(parts)


def private_key(pem: str) -> rsa.RSAPrivateKey:
    """The RSA key in the PEM. Raises ValueError if it holds another kind."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("SNAP signs with RSA keys")
    return key


def sign_symmetric(secret: str, text: str) -> str:
    """HMAC-SHA512 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()).decode()


def sign_asymmetric(key: rsa.RSAPrivateKey, text: str) -> str:
    """SHA256withRSA (PKCS #1 v1.5) in base64."""
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def signed_by(public_key_pem: str, texts: list[str], signature: str) -> bool:
    """True if the signature, in base64 or hex, is SHA256withRSA of one of the texts. Raises ValueError: no RSA key."""
    key = serialization.load_pem_public_key(public_key_pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("SNAP signs with RSA keys")
    length = (key.key_size + 7) // 8
    try:
        given = bytes.fromhex(signature) if len(signature) == 2 * length else base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_verifies(key, text, given) for text in texts)


def _verifies(key: rsa.RSAPublicKey, text: str, signature: bytes) -> bool:
    try:
        key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
