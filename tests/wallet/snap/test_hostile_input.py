"""Hostile input against every service: whatever is sent, the answer is one in the standard's shape and never a fault of ours.

The table is made of the services that have an address; a new one joins by itself, with its own documented example. The senders of
these bodies hold a key: without one, nothing is read.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from tests.wallet.snap.conftest import World
from tests.wallet.snap.sender import Answer
from tests.wallet.snap.test_fields import HOSTILE
from wallet.models import Payment, TopUp, Transfer
from wallet.snap import scopes
from wallet.snap.examples import REQUESTS

ROUTES = {
    service: f"/{route}" if route.startswith("v1.0") else f"/v1.0/{route}"
    for service, route in scopes.services().items()
}
# What a field may be made of. Each is one that some reader takes for something else: Python's int, JavaScript's number, a
# database's text, a spreadsheet, a log file, a page.
VALUES: dict[str, Any] = {
    "underscores": "1_000.00",
    "other digits": "١٠٠٠٠.٠٠",
    "wide digits": "１００００",
    "padded": "  1234567890  ",
    "a number": 10_000,
    "a huge number": 999_999_999_999_999_999,
    "true": True,
    "an array": ["x"] * 50,
    "an object": {"value": {"value": {}}},
    "empty": "",
    "long": "9" * 70_000,
    "end of line": "1\r\nX-TIMESTAMP: 1",
    "direction": "\u202e\u200f1",
    "mark": "\ufeff1",
    "beyond": "\U0010ffff\U0001f600" * 3,
    "formula": "=HYPERLINK(1)",
    "quote": "' OR 1=1 --",
    "path": "../../etc/passwd\\",
    "markup": "<script>alert(1)</script>",
    "template": "{{7*7}}%s%n{0}",
    "last day": "9999-12-31T23:59:59-23:59",
    "first day": "0001-01-01T00:00:00+14:00",
    "no such day": "2026-02-30T00:00:00+07:00",
}
# As bytes, because no text of Python's is written like that.
RAW: dict[str, bytes] = {
    "NUL": b'"a\\u0000b"',
    "lone surrogate": b'"\\ud800"',
    "fraction": b"10000.00",
    "exponent": b"1e4",
    "10**30": b"1" + b"0" * 30,
    "infinity": b"Infinity",
    "doubled": b'{"value":"1.00","value":"2.00","currency":"IDR"}',
}
MARK = "\x01hostile\x01"
HEADERS: dict[str, list[str]] = {
    "X-TIMESTAMP": ["2026-02-30T00:00:00+07:00", "0001-01-01T00:00:00+14:00", "1", "9" * 5_000, "٢٠٢٦-١١-٢٤T10:00:00Z"],
    "X-EXTERNAL-ID": ["x" * 37, "١٢٣", "' OR 1=1", "-" * 37],
    "X-PARTNER-ID": ["x" * 5_000, "a b", "\xff\xfe"],
    "X-SIGNATURE": ["=", "A" * 5_000, "zz" * 64, "\xe9"],
    "CHANNEL-ID": ["123456", "a-b", "\xa0"],
    "Authorization": ["Bearer", "Bearer \xff", "Basic eA==", "Bearer " + "x" * 5_000, "bearer bearer bearer"],
    "Content-Type": ["text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "x" * 500],
    "X-Forwarded-For": ["127.0.0.1, ::1", "x" * 5_000],
    "Authorization-Customer": ["Bearer", "Bearer \xff\xfe", "x" * 5_000],
}
# HTTP status and case. The other headers are nobody's who signs, or service 11's alone.
REFUSED_AS = {
    "X-TIMESTAMP": {"40001"},
    "X-EXTERNAL-ID": {"40001"},
    "X-PARTNER-ID": {"40001"},
    "X-SIGNATURE": {"40001", "40100"},
    "CHANNEL-ID": {"40001"},
    "Authorization": {"40101", "40103"},
    "Content-Type": {"40001"},
}
HARMLESS = {"application/json; charset=utf-16"}  # the body is UTF-8 whatever its header says of it


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in an example something stands that can be replaced."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from _places(part, (*path, name))


def _with(example: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    body: Any = copy.deepcopy(example)
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    found: dict[str, Any] = body
    return found


def _in_shape(answer: Answer, service: str) -> bool:
    """What the sender has looked at already: JSON, X-TIMESTAMP, the status in the code."""
    return (
        answer.status < 500
        and answer.code[3:5] == service
        and len(answer.code) == 7
        and 0 < len(answer.body["responseMessage"]) <= 150
        and answer.body["responseMessage"].isprintable()
    )


def _holdings() -> tuple[int, ...]:
    return Payment.objects.count(), TopUp.objects.count(), Transfer.objects.count()


def test_every_service_that_asks_for_a_signature_is_here() -> None:
    assert ROUTES.keys() <= REQUESTS.keys()
    assert len(ROUTES) >= 25
    assert all(get_resolver().resolve(route) for route in ROUTES.values())


@pytest.mark.parametrize("service", ROUTES)
def test_any_value_in_any_field_is_an_answer(world: World, service: str) -> None:
    before = _holdings()
    for path in _places(REQUESTS[service]):
        # What stands within an object is of a few kinds, each tried at full length in test_fields.
        for name, value in VALUES.items() if len(path) == 1 else ():
            answer = world.sender.post(ROUTES[service], _with(REQUESTS[service], path, value))
            assert _in_shape(answer, service), (path, name, answer)
        for name, raw in RAW.items():
            body = json.dumps(_with(REQUESTS[service], path, MARK)).encode()
            answer = world.sender.post(ROUTES[service], body.replace(json.dumps(MARK).encode(), raw))
            assert _in_shape(answer, service), (path, name, answer)
            told = [answer.code, *(claim["responseCode"] for claim in answer.body.get("claims", []))]
            assert int(told[-1][:3]) >= 400, (path, name)  # each claim of 97 is answered by itself
    assert _holdings() == before


@pytest.mark.parametrize("service", ROUTES)
def test_any_body_is_refused_in_shape(world: World, service: str) -> None:
    before = _holdings()
    for name, body in HOSTILE.items():
        answer = world.sender.post(ROUTES[service], body)
        assert _in_shape(answer, service), name
        assert answer.status == 400 or body.strip() in (b"", b"{}"), name
    marked = b"\xef\xbb\xbf" + json.dumps(REQUESTS[service]).encode()
    assert world.sender.post(ROUTES[service], marked).status == 400
    assert _holdings() == before


@pytest.mark.parametrize("service", ROUTES)
def test_any_header_is_refused_in_shape(world: World, service: str) -> None:
    for name, values in HEADERS.items():
        for value in values:
            answer = world.sender.post(ROUTES[service], REQUESTS[service], **{name.replace("-", "_"): value})
            assert _in_shape(answer, service), (name, value)
            if name in REFUSED_AS and value not in HARMLESS:
                assert answer.code[:3] + answer.code[5:] in REFUSED_AS[name], (name, value, answer.code)


@pytest.mark.parametrize("service", ROUTES)
def test_any_query_is_signed_or_refused(world: World, service: str) -> None:
    for query in ("?a=1", "?%00=%ff", "?" + "a=1&" * 2_000, "?next=//evil.example", ";jsessionid=1"):
        answer = world.sender.post(f"{ROUTES[service]}{query}", REQUESTS[service])
        assert answer.status < 500, query


def test_an_element_that_is_null_is_named_by_its_place(world: World) -> None:
    answer = world.sender.post(ROUTES["97"], {"claims": [{}, None]})
    assert (answer.code, answer.body["responseMessage"]) == ("4009702", "Invalid Mandatory Field claims[1]")
