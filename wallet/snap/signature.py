"""Signatures of SNAP BI: what is signed, and how it is made and checked.

Three strings are signed (ASPI, SNAP developer pages, "Standar Teknis dan Keamanan"):

- access token      ``client_ID|X-TIMESTAMP``                             SHA256withRSA
- symmetric         ``METHOD:EndpointUrl:AccessToken:hash:X-TIMESTAMP``   HMAC-SHA512 under the client secret
- asymmetric        ``METHOD:EndpointUrl:hash:X-TIMESTAMP``               SHA256withRSA

EndpointUrl is the relative path with its query; ``hash`` is the lower-case hex SHA-256 of the minified body.
SHA256withRSA is RSASSA-PKCS1-v1_5 (RFC 8017, 8.2). We emit base64, as live senders do; we read base64 and hex, which the
standard's samples are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

logger = logging.getLogger(__name__)

MIN_KEY_BITS = 2048
HMAC_BYTES = hashlib.sha512().digest_size
HEX = re.compile(r"[0-9a-fA-F]+")
# A string (ended, or cut off by the end of the body) or white space. Taking an unended string whole, possessively, keeps
# hostile input linear: it would otherwise be scanned again from each of its escaped quotes.
STRING_OR_SPACE = re.compile(rb'("(?:[^"\\]|\\.)*+"?)|[ \t\r\n]+', re.DOTALL)
# Public half of a key whose private half was thrown away: unknown clients cost the same work as known ones.
NOBODYS_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzRqShgfmGoK/KtvjGgnG
N4tlzKjTxlXdz3lusM72NGg80Xg3ubI8+OiYFs2KI00w9qRN/sZSdHeVnU/Lqcan
nXNnigxXUXKkNVJ+NVR11Hpm0f2NlFgY5rKdRhxP5jvNBdqc/WTsxOf36oZIAhQO
OSpem7X9z4lGqWhKcf5zoB6+GCn1Qcd+4ef7t/l6hbFWyjZRp5BdcLIPqm2hwN0Q
ngSZuEDRvgxvrLe0zee0WpR9P/nJPa4M0hC0a5mDX/GU+QTEda9cxUXnSqLFdgHD
SvsZYmefjlCFoO/4Gv8HDab1o6G+jLrDRfLiyG576UNvKd1CTeWElNWcVz0F9UjM
tQIDAQAB
-----END PUBLIC KEY-----
"""


def minify(body: bytes) -> bytes:
    """The body without white space outside strings; key order, nulls and escapes stay. Never fails, JSON or not."""
    return STRING_OR_SPACE.sub(lambda match: match[1] or b"", body)


def body_hash(body: bytes) -> str:
    """Lower-case hex SHA-256 of these bytes (of ``b""`` if the request has no body)."""
    return hashlib.sha256(body).hexdigest()


def string_to_sign(method: str, endpoint_url: str, body: bytes, timestamp: str, access_token: str | None = None) -> str:
    """What a transaction request signs: symmetric with the access token (without "Bearer "), asymmetric without one."""
    parts = [method.upper(), endpoint_url, body_hash(body), timestamp]
    if access_token is not None:
        parts.insert(2, access_token)
    return ":".join(parts)


def accepted_strings(
    method: str, endpoint_url: str, body: bytes, timestamp: str, access_token: str | None = None
) -> tuple[str, ...]:
    """The strings a sender may have signed: over the minified body, as the standard says, and over the bytes sent.

    Senders differ in which they hash; both bind the same content. A body that came minified has one.
    """
    bodies = dict.fromkeys((minify(body), body))
    return tuple(string_to_sign(method, endpoint_url, each, timestamp, access_token) for each in bodies)


def token_string(client_id: str, timestamp: str) -> str:
    """What the request for an access token signs."""
    return f"{client_id}|{timestamp}"


def sign_symmetric(secret: str, text: str) -> str:
    """HMAC-SHA512 of the text in base64."""
    return base64.b64encode(_hmac(secret, text)).decode()


def verify_symmetric(secret: str, texts: Iterable[str], signature: str) -> bool:
    """True if the signature (base64 or hex) is the HMAC-SHA512 of one of the texts. Compares in constant time."""
    given = _decoded(signature, HMAC_BYTES)
    matches = [hmac.compare_digest(_hmac(secret, text), given) for text in texts]  # all of them: no early end
    return any(matches)


def sign_asymmetric(private_key_pem: str, text: str) -> str:
    """SHA256withRSA of the text in base64. Raises ValueError if the key is not an RSA private key."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def verify_asymmetric(public_key_pem: str, texts: Iterable[str], signature: str) -> bool:
    """True if the signature (base64 or hex) is SHA256withRSA of one of the texts under this public key.

    A key that cannot be used is logged and verifies nothing; the work is done all the same.
    """
    try:
        key, usable = public_key(public_key_pem), True
    except ValueError:
        logger.exception("A partner's public key cannot be used.")
        key, usable = public_key(NOBODYS_KEY), False
    given = _decoded(signature, (key.key_size + 7) // 8)
    matches = [_signed(key, text, given) for text in texts]
    return any(matches) and usable


def matching_secret(secrets: Sequence[str], most: int, texts: Sequence[str], signature: str) -> int | None:
    """Which of the secrets made the signature: its place, or None. The work is that of `most` secrets, however many there are."""
    matches = [verify_symmetric(secret, texts, signature) for secret in _filled(secrets, most, "")]
    return _first(matches[: len(secrets)])


def matching_key(public_keys_pem: Sequence[str], most: int, texts: Sequence[str], signature: str) -> int | None:
    """Which of the keys made the signature: its place, or None. The work is that of `most` keys, however many there are.

    So neither a partner that nobody knows nor one that is changing keys takes another time than the rest.
    """
    matches = [verify_asymmetric(pem, texts, signature) for pem in _filled(public_keys_pem, most, NOBODYS_KEY)]
    return _first(matches[: len(public_keys_pem)])


def _filled(given: Sequence[str], most: int, filling: str) -> list[str]:
    return [*given, *[filling] * (most - len(given))]


def _first(matches: Sequence[bool]) -> int | None:
    return matches.index(True) if any(matches) else None


@lru_cache(maxsize=256)
def public_key(pem: str) -> rsa.RSAPublicKey:
    """The RSA public key in the PEM. Raises ValueError if it is none, or shorter than 2048 bits."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except UnsupportedAlgorithm as error:
        raise ValueError("not an RSA public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise ValueError(f"not an RSA public key of at least {MIN_KEY_BITS} bits")
    return key


def _hmac(secret: str, text: str) -> bytes:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).digest()


def _signed(key: rsa.RSAPublicKey, text: str, signature: bytes) -> bool:
    try:
        key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _decoded(signature: str, length: int) -> bytes:
    """The signature's bytes, hex or base64 told apart by the length they must have; zeros if it is neither."""
    if len(signature) == 2 * length and HEX.fullmatch(signature):
        return bytes.fromhex(signature)
    try:
        decoded = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    return decoded if len(decoded) == length else bytes(length)
