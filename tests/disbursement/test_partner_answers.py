"""What a partner's answer means: paid and failed only where the standard says so, and unknown for everything else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disbursement import failures
from disbursement.providers import snap_answers
from disbursement.providers.protocol import Outcome, Payee, Sent
from disbursement.providers.snap_answers import of_bulk, of_inquiry, of_notified
from wallet.http_call import Lost, NotSent, post

REFERENCE = "SLR-7"
AMOUNT = {"value": "300000.00", "currency": "IDR"}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["00", "06", "2003900", "2004000"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["responseCode", "latestTransactionStatus", "amount", "value", "currency", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("http_status", "code", "sent", "failure"),
    [
        (200, "2004000", Sent.ACCEPTED, ""),
        (202, "2024000", Sent.ACCEPTED, ""),
        (400, "4004001", Sent.REFUSED, "provider_refused"),
        (401, "4014000", Sent.LATER, ""),
        (401, "4014001", Sent.LATER, ""),
        (403, "4034014", Sent.REFUSED, "provider_float"),
        (403, "4034018", Sent.REFUSED, "provider_account"),
        (403, "4034006", Sent.UNKNOWN, ""),  # not allowed at this time
        (404, "4044011", Sent.REFUSED, "provider_account"),
        (404, "4044001", Sent.UNKNOWN, ""),
        (404, "4044018", Sent.UNKNOWN, ""),  # the reference was used before
        (405, "4054000", Sent.REFUSED, "provider_refused"),
        (409, "4094000", Sent.UNKNOWN, ""),
        (409, "4094001", Sent.UNKNOWN, ""),
        (429, "4294000", Sent.LATER, ""),
        (500, "5004000", Sent.UNKNOWN, ""),
        (500, "5004002", Sent.UNKNOWN, ""),
        (504, "5044000", Sent.UNKNOWN, ""),
        (200, "2003900", Sent.UNKNOWN, ""),  # of another service
        (502, "2004000", Sent.UNKNOWN, ""),  # a proxy's status
        (200, "4034014", Sent.UNKNOWN, ""),
        (200, "", Sent.UNKNOWN, ""),
        (403, "", Sent.UNKNOWN, ""),
    ],
)
def test_the_answer_to_a_bulk_request(http_status: int, code: str, sent: Sent, failure: str) -> None:
    answer = of_bulk(http_status, {"responseCode": code})
    assert (answer.sent, answer.failure) == (sent, failure)
    assert not failure or failure in failures.KNOWN


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("00", Outcome.PAID),
        ("01", Outcome.PENDING),
        ("02", Outcome.PENDING),
        ("03", Outcome.PENDING),
        ("04", Outcome.FAILED),
        ("05", Outcome.FAILED),
        ("06", Outcome.FAILED),
        ("07", Outcome.MISSING),
        ("08", Outcome.UNKNOWN),
        (None, Outcome.UNKNOWN),
        (0, Outcome.UNKNOWN),
    ],
)
def test_the_status_of_a_line(status: Any, outcome: Outcome) -> None:
    body = {"responseCode": "2003900", "latestTransactionStatus": status, "amount": AMOUNT}
    assert of_inquiry(200, body, REFERENCE).told.outcome is outcome


def test_what_was_not_found_is_missing_and_no_failure() -> None:
    assert of_inquiry(404, {"responseCode": "4043901"}, REFERENCE).told.outcome is Outcome.MISSING
    assert of_inquiry(404, {"responseCode": "4043902"}, REFERENCE).told.outcome is Outcome.UNKNOWN  # an address
    assert of_inquiry(404, {}, REFERENCE).told.outcome is Outcome.UNKNOWN


def test_an_answer_about_another_line_says_nothing() -> None:
    body = {"responseCode": "2003900", "latestTransactionStatus": "00", "originalPartnerReferenceNo": "SLR-8"}
    assert of_inquiry(200, body, REFERENCE).told.outcome is Outcome.UNKNOWN


def test_an_amount_that_nobody_can_read_pays_nobody() -> None:
    body = {"responseCode": "2003900", "latestTransactionStatus": "00", "amount": {"value": "3e5", "currency": "IDR"}}
    assert of_inquiry(200, body, REFERENCE).told.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("2004000", Outcome.PAID),
        ("2003800", Outcome.PAID),
        ("2004100", Outcome.PAID),
        ("2024000", Outcome.PENDING),
        ("4034018", Outcome.FAILED),
        ("4044011", Outcome.FAILED),
        ("4044001", Outcome.UNKNOWN),
        ("5004000", Outcome.UNKNOWN),
        ("5044000", Outcome.UNKNOWN),
        ("2006000", Outcome.UNKNOWN),  # of a service that pays no one
        ("", Outcome.UNKNOWN),
    ],
)
def test_the_code_of_a_notified_line(code: str, outcome: Outcome) -> None:
    assert of_notified({"responseCode": code}).outcome is outcome


@given(http_status=st.integers(100, 599), body=JSON)
def test_nothing_but_the_standards_own_words_pays_or_fails_a_line(http_status: int, body: Any) -> None:
    told = of_inquiry(http_status, body, REFERENCE).told
    if told.outcome in (Outcome.PAID, Outcome.FAILED):
        assert http_status == 200
        assert body["responseCode"] == "2003900"
        assert body["latestTransactionStatus"] in ("00", "04", "05", "06")
    answer = of_bulk(http_status, body)
    if answer.sent in (Sent.ACCEPTED, Sent.REFUSED):
        assert body["responseCode"].startswith(f"{http_status}40")
    if isinstance(body, dict):
        notified = of_notified(body)
        assert notified.outcome not in (Outcome.PAID, Outcome.FAILED) or notified.code


@given(rupiah=st.integers(1, 10**13 - 1))
def test_amounts_are_read_as_they_are_written(rupiah: int) -> None:
    assert snap_answers.amount_in({"value": f"{rupiah}.00", "currency": "IDR"}) == rupiah


@given(text=st.text(max_size=20))
def test_whatever_is_no_whole_rupiah_is_no_amount(text: str) -> None:
    read = snap_answers.amount_in({"value": text, "currency": "IDR"})
    assert read is None or text == f"{read}.00"


# --- Whether it can have arrived ---


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """An address where one caller is met."""
    server = socket.create_server(("127.0.0.1", 0))

    def meet() -> None:
        caller, _ = server.accept()
        with caller:
            answer(caller)

    thread = threading.Thread(target=meet, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
    finally:
        thread.join(5)
        server.close()


def _post(url: str, total: float = 0.5) -> Any:
    return post(url, b"{}", {"Content-Type": "application/json"}, connect=0.5, total=total)


def test_nobody_there_means_not_sent() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(NotSent):
        _post(f"http://127.0.0.1:{port}/x")
    with pytest.raises(NotSent):
        _post("http://nowhere.invalid/x")
    with pytest.raises(NotSent):
        _post("ftp://127.0.0.1/x")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf of it",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"not HTTP at all\r\n\r\n",
    ],
)
def test_a_connection_that_ends_without_a_whole_answer_may_have_arrived(answer: bytes) -> None:
    def serve(caller: socket.socket) -> None:
        caller.recv(10_000)
        caller.sendall(answer)

    with listening(serve) as url, pytest.raises(Lost):
        _post(url)


def test_an_answer_that_drips_is_lost_when_the_time_is_up() -> None:
    gone = threading.Event()

    def serve(caller: socket.socket) -> None:
        caller.recv(10_000)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not gone.wait(0.05):
            try:
                caller.sendall(b".")
            except OSError:
                return

    with listening(serve) as url:
        try:
            with pytest.raises(Lost):
                _post(url, total=0.4)
        finally:
            gone.set()


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    def serve(caller: socket.socket) -> None:
        caller.recv(10_000)
        caller.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")

    with listening(serve) as url:
        answer = _post(url)
    assert (answer.status, of_bulk(answer.status, {}).sent) == (302, Sent.UNKNOWN)


def test_a_whole_answer_comes_back() -> None:
    def serve(caller: socket.socket) -> None:
        caller.recv(10_000)
        body = json.dumps({"responseCode": "2004000"}).encode()
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    with listening(serve) as url:
        answer = _post(url)
    assert of_bulk(answer.status, json.loads(answer.body)).sent is Sent.ACCEPTED


def test_whoever_prints_what_is_sent_prints_no_account() -> None:
    """A log that shows the values of a failed call would keep the numbers of five hundred people."""
    assert "628123456789" not in repr([Payee(REFERENCE, "628123456789", 300_000)])
