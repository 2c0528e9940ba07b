"""The client's own rules, without a provider: when it sends again, and which notification it believes."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from snap_client import NotificationRefused, OutcomeUnknown, SnapClient, read_notification, signing, until_answered
from snap_client.retries import is_final
from snap_client.transport import TokenRefused, TokenUnavailable
from tests.wallet.snap.keys import OTHER_PUBLIC_KEY, PRIVATE_KEY, PUBLIC_KEY


@pytest.mark.parametrize(
    ("status", "code", "final"),
    [
        (200, "2006000", True),
        (202, "2023800", False),
        (400, "4006001", True),
        (401, "4016000", True),
        (403, "4036014", True),
        (404, "4046018", True),
        (409, "4096000", False),
        (409, "4096001", True),
        (429, "4296000", False),
        (500, "5006000", False),
        (504, "5046000", False),
    ],
)
def test_what_is_an_answer(status: int, code: str, final: bool) -> None:
    assert is_final(status, code) is final


def _provider(*script: Any) -> Any:
    """Answers as told, in turn: with a status, or a whole response code."""
    left = list(script)

    def send() -> tuple[int, dict[str, Any]]:
        told = left.pop(0)
        if isinstance(told, Exception):
            raise told
        return (told, {"responseCode": f"{told}6000"}) if told < 600 else (told // 10_000, {"responseCode": str(told)})

    return send


def test_it_sends_again_until_there_is_an_answer() -> None:
    waited: list[float] = []
    send = _provider(requests.Timeout(), 504, requests.ConnectionError(), ValueError(), 409, 200)
    assert until_answered(send, waits=[1, 2, 3, 4, 5], pause=waited.append)[0] == 200
    assert waited == [1, 2, 3, 4, 5]


def test_a_refusal_is_not_sent_again() -> None:
    assert until_answered(_provider(403), pause=pytest.fail)[0] == 403


def test_after_the_last_try_it_says_that_nobody_knows() -> None:
    with pytest.raises(OutcomeUnknown, match="504"):
        until_answered(_provider(500, 504), waits=[0], pause=lambda _: None)
    with pytest.raises(OutcomeUnknown, match="Timeout"):
        until_answered(_provider(requests.Timeout()), waits=[])


@pytest.mark.parametrize("lost", [requests.Timeout(), 504, 202, ValueError()])
@pytest.mark.parametrize("then", [401, 4036001, 4056000, TokenRefused("4017300")])
def test_who_is_let_in_no_more_does_not_know_what_became_of_a_try_before(lost: Any, then: Any) -> None:
    with pytest.raises(OutcomeUnknown, match=r"40[135]"):
        until_answered(_provider(lost, then), pause=lambda _: None)


@pytest.mark.parametrize("refusal", [4036014, 4046018, 4006001, 4056201])
def test_a_refusal_of_the_request_tells_what_became_of_a_try_before(refusal: int) -> None:
    assert until_answered(_provider(requests.Timeout(), refusal), pause=lambda _: None)[0] == refusal // 10_000


@pytest.mark.parametrize("before", [429, 409, TokenUnavailable("5007300")])
def test_what_was_surely_not_done_leaves_a_refusal_a_refusal(before: Any) -> None:
    assert until_answered(_provider(before, 401), pause=lambda _: None)[0] == 401
    assert until_answered(_provider(before, 4036001), pause=lambda _: None)[0] == 403
    with pytest.raises(TokenRefused):
        until_answered(_provider(before, TokenRefused("4017300")), pause=lambda _: None)


def test_while_there_is_no_token_it_is_asked_again() -> None:
    script = (requests.Timeout(), TokenUnavailable("5007300"), TokenUnavailable("4297300"), 200)
    assert until_answered(_provider(*script), pause=lambda _: None)[0] == 200


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, TokenUnavailable), (504, TokenUnavailable), (429, TokenUnavailable), (401, TokenRefused)],
)
def test_a_token_refused_is_told_from_one_that_is_not_to_be_had_now(
    status: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = SnapClient("http://127.0.0.1:9", "PARTNER-1", PRIVATE_KEY, "secret")
    monkeypatch.setattr(client, "_post", lambda *_: (status, {"responseCode": f"{status}7300"}))
    with pytest.raises(error, match=f"{status}7300"):
        client.access_token()


@pytest.mark.parametrize("hostile", [b'"' + b'\\"' * 500_000, b'"\\' * 400_000, b" " * 1_000_000])
def test_a_hostile_body_is_minified_in_no_more_time_than_its_length(hostile: bytes) -> None:
    started = time.perf_counter()
    signing.minify(hostile)
    assert time.perf_counter() - started < 2


PATH = "/hooks/v1.0/qr/qr-mpm-notify"
FIELDS = {"originalReferenceNo": "1", "amount": {"value": "1000.00", "currency": "IDR"}}
NOW = datetime.now(UTC)


def _signed(body: bytes, at: str, path: str = PATH, *, hashed: bytes | None = None) -> dict[str, str]:
    text = signing.string_to_sign("POST", path, body if hashed is None else hashed, at)
    signature = signing.sign_asymmetric(signing.private_key(PRIVATE_KEY), text)
    return {"x-timestamp": at, "X-SIGNATURE": signature}


def test_a_genuine_notification_is_read_and_answered() -> None:
    body = json.dumps(FIELDS, indent=2).encode()
    at = signing.timestamp(NOW)
    for headers in (_signed(body, at), _signed(body, at, hashed=signing.minify(body))):
        told = read_notification(PATH, headers, body, [OTHER_PUBLIC_KEY, PUBLIC_KEY], now=NOW)
        assert (told.service, told.fields) == ("52", FIELDS)
        assert told.answer == {"responseCode": "2005200", "responseMessage": "Successful"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"path": "/hooks/v1.0/qr/qr-cpm-notify"}, 401),
        ({"body": b'{"amount":{"value":"9000.00","currency":"IDR"}}'}, 401),
        ({"keys": [OTHER_PUBLIC_KEY]}, 401),
        ({"signature": ""}, 401),
        ({"signature": "zz"}, 401),
        ({"at": signing.timestamp(NOW - timedelta(minutes=6))}, 401),
        ({"at": signing.timestamp(NOW + timedelta(minutes=6))}, 401),
        ({"at": "yesterday"}, 401),
        ({"at": "2026-11-24T10:37:16"}, 401),
        ({"signed_body": b"[]"}, 400),
        ({"signed_body": b"{"}, 400),
    ],
)
def test_a_false_or_old_notification_is_refused(change: dict[str, Any], status: int) -> None:
    body = change.get("signed_body", signing.compact(FIELDS))
    headers = _signed(body, change.get("at", signing.timestamp(NOW)))
    if "signature" in change:
        headers["X-SIGNATURE"] = change["signature"]
    with pytest.raises(NotificationRefused) as refused:
        read_notification(
            change.get("path", PATH), headers, change.get("body", body), change.get("keys", [PUBLIC_KEY]), now=NOW
        )
    assert refused.value.status == status
    assert refused.value.answer["responseCode"].startswith(str(status))
