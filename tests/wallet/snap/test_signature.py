"""Signatures: the published vector, and what minifying may and may not change."""

from __future__ import annotations

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.snap.keys import PRIVATE_KEY, PUBLIC_KEY
from wallet.snap import signature

BODY = (
    b'{"partnerReferenceNo":"2020102900000000000001","amount":{"value":"12345678.00","currency":"IDR"},'
    b'"feeAmount":{"value":"12345678.00","currency":"IDR"},"merchantId":"00007100010926","terminalId":"213141251124",'
    b'"validityPeriod":"2009-07-03T12:08:56-07:00"}'
)
VECTOR = "wmzT7yjg1SxxCsxNsFgCR9SYXiZGGbceF6fV8xe97sAMHxZ+7OEBMIBmvb6Sj6GcksGp3iv77DiomgSbcST3XQ=="
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_published_vector() -> None:
    assert signature.body_hash(BODY) == "01463f60dbb6ca538581579dd95b31c8ba9fc6600eca750e4d8460ca4e402111"
    text = signature.string_to_sign(
        "POST", "/v1.0/qr/qr-mpm-generate", BODY, "2024-03-05T10:37:16.196Z", "myaccesstoken"
    )
    assert signature.sign_symmetric("myclientsecret", text) == VECTOR
    assert signature.verify_symmetric("myclientsecret", [text], VECTOR)


def test_no_body_hashes_the_empty_string() -> None:
    assert signature.body_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(value=JSON, indent=st.sampled_from([None, 1, 4, "\t"]), ascii_only=st.booleans())
def test_minify_is_the_compact_form(value: object, indent: int | str | None, ascii_only: bool) -> None:
    spaced = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert signature.minify(spaced) == compact


@given(st.binary())
def test_minify_never_fails_and_is_idempotent(raw: bytes) -> None:
    once = signature.minify(raw)
    assert signature.minify(once) == once


def test_minify_keeps_order_nulls_escapes_and_inner_spaces() -> None:
    raw = b'{ "b" : null,\r\n\t"a" : "x \\" y \\\\" , "c" : [ 1, 2 ] }'
    assert signature.minify(raw) == b'{"b":null,"a":"x \\" y \\\\","c":[1,2]}'


@pytest.mark.parametrize("hostile", [b'"' + b'\\"' * 500_000, b'"\\' * 400_000, b" " * 1_000_000])
def test_minify_of_a_hostile_body_is_linear(hostile: bytes) -> None:
    started = time.perf_counter()
    signature.minify(hostile)
    assert time.perf_counter() - started < 2


def test_accepted_strings_are_the_minified_and_the_raw_one() -> None:
    minified, raw = signature.accepted_strings("post", "/v1.0/x?y=1", b'{ "a": 1 }', "T", "token")
    short, long = signature.body_hash(b'{"a":1}'), signature.body_hash(b'{ "a": 1 }')
    assert (minified, raw) == (f"POST:/v1.0/x?y=1:token:{short}:T", f"POST:/v1.0/x?y=1:token:{long}:T")


def test_asymmetric_string_has_no_token() -> None:
    assert signature.string_to_sign("POST", "/p", b"", "T") == f"POST:/p:{signature.body_hash(b'')}:T"


@pytest.mark.parametrize("upper", [False, True])
def test_hex_is_read_too(upper: bool) -> None:
    for made, verify in (
        (signature.sign_symmetric("s", "text"), lambda given: signature.verify_symmetric("s", ["text"], given)),
        (
            signature.sign_asymmetric(PRIVATE_KEY, "text"),
            lambda given: signature.verify_asymmetric(PUBLIC_KEY, ["text"], given),
        ),
    ):
        hexadecimal = base64.b64decode(made).hex()
        assert verify(hexadecimal.upper() if upper else hexadecimal)


@pytest.mark.parametrize("given", ["", "x", "=", "00" * 64, "0" * 127, "é" * 10, "A" * 88, " " * 88, "00" * 256])
def test_what_is_no_signature_is_refused(given: str) -> None:
    assert not signature.verify_symmetric("s", ["text"], given)
    assert not signature.verify_asymmetric(PUBLIC_KEY, ["text"], given)


def test_another_text_key_or_secret_is_refused() -> None:
    assert not signature.verify_symmetric("s", ["other"], signature.sign_symmetric("s", "text"))
    assert not signature.verify_symmetric("S", ["text"], signature.sign_symmetric("s", "text"))
    assert not signature.verify_asymmetric(PUBLIC_KEY, ["other"], signature.sign_asymmetric(PRIVATE_KEY, "text"))
    assert not signature.verify_asymmetric(
        signature.NOBODYS_KEY, ["text"], signature.sign_asymmetric(PRIVATE_KEY, "text")
    )


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    shape = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(*shape).decode()


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "not a key",
        _pem(ed25519.Ed25519PrivateKey.generate()),
        _pem(rsa.generate_private_key(65537, 1024)),
    ],
    ids=["empty", "garbage", "ed25519", "1024 bits"],
)
def test_an_unusable_public_key_verifies_nothing(pem: str) -> None:
    with pytest.raises(ValueError):
        signature.public_key(pem)
    assert not signature.verify_asymmetric(pem, ["text"], signature.sign_asymmetric(PRIVATE_KEY, "text"))


def test_the_key_that_stands_in_for_an_unusable_one_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "NOBODYS_KEY", PUBLIC_KEY)
    assert not signature.verify_asymmetric("not a key", ["text"], signature.sign_asymmetric(PRIVATE_KEY, "text"))


def test_only_rsa_signs() -> None:
    key = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError):
        signature.sign_asymmetric(key.decode(), "text")
