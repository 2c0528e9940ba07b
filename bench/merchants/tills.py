"""Tills that pay over HTTP: one connection each, kept alive, and no more of Python than signing takes.

What a till costs, the server beside it on the same cores does not get: a library for HTTP would cost as much as the server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bench.clients import Start, Tally
from bench.ledger.queue_world import PRICE, merchant_id, qr_content
from wallet.snap import timestamps

PAY, CEILING = "/v1.0/qr/qr-cpm-payment", "/ceiling"
PATIENCE = 60  # seconds for one answer
LINE = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
SIGNED = (
    "Authorization: Bearer {token}\r\nX-TIMESTAMP: {time}\r\nX-SIGNATURE: {signature}\r\nX-PARTNER-ID: {partner}\r\n"
    "X-EXTERNAL-ID: {external_id}\r\nCHANNEL-ID: 95221\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Access:
    """Where to pay, and as whom."""

    port: int
    partner: str = ""
    secret: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Served:
    """What one till did, and how long each answer took, in seconds."""

    tally: Tally
    took: Sequence[float]


def pay(start: Start, access: Access, client: int, spent: int, shops: int, warm_up: int, seconds: float) -> Served:
    """Pays with one code after the other, each request signed anew. Raises RuntimeError if one is not paid."""
    return _ask(start, access.port, _payments(access, client, spent, shops), b'"2006000"', warm_up, seconds)


def ask_ceiling(start: Start, access: Access, client: int, shops: int, warm_up: int, seconds: float) -> Served:
    """Asks the view beside ours as often as it answers. Raises RuntimeError if it refuses."""
    return _ask(start, access.port, _questions(access, client, shops), b'"merchantId"', warm_up, seconds)


def _payments(access: Access, client: int, spent: int, shops: int) -> Iterator[bytes]:
    keyed = hmac.new(access.secret.encode(), digestmod="sha512")
    second, now, number = 0, "", spent
    while True:
        number += 1
        reference = qr_content(client, number)  # unlike any other: the code, the payment's number and the request's
        body = (
            f'{{"partnerReferenceNo":"{reference}","qrContent":"{reference}","merchantId":'
            f'"{merchant_id(1 + (client + number) % shops)}","amount":{{"value":"{PRICE}.00","currency":"IDR"}}}}'
        ).encode()
        if int(time.time()) != second:
            second = int(time.time())
            now = timestamps.emit(datetime.fromtimestamp(second, timestamps.JAKARTA))
        signing = keyed.copy()
        signing.update(f"POST:{PAY}:{access.token}:{hashlib.sha256(body).hexdigest()}:{now}".encode())
        head = SIGNED.format(
            token=access.token,
            time=now,
            signature=base64.b64encode(signing.digest()).decode(),
            partner=access.partner,
            external_id=reference,
        )
        yield LINE.format(path=PAY, length=len(body)).encode() + head.encode() + body


def _questions(access: Access, client: int, shops: int) -> Iterator[bytes]:
    number = 0
    while True:
        number += 1
        body = f'{{"merchantId":"{merchant_id(1 + (client + number) % shops)}"}}'.encode()
        head = f"{LINE.format(path=CEILING, length=len(body))}Authorization: Token {access.token}\r\n\r\n"
        yield head.encode() + body


def _ask(start: Start, port: int, requests: Iterator[bytes], expected: bytes, warm_up: int, seconds: float) -> Served:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(warm_up):
            _exchange(line, next(requests), expected)
        start()
        took: list[float] = []
        began = moment = time.monotonic()
        while moment < began + seconds:
            _exchange(line, next(requests), expected)
            before, moment = moment, time.monotonic()
            took.append(moment - before)
    return Served(Tally(len(took), began, moment), took)


def _exchange(line: socket.socket, request: bytes, expected: bytes) -> None:
    line.sendall(request)
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(line, answer)
    head = answer[:end].lower()
    at = head.index(b"content-length:") + 15
    whole = end + 4 + int(head[at:].partition(b"\r\n")[0])
    while len(answer) < whole:
        answer += _more(line, answer)
    if not answer.startswith(b"HTTP/1.1 200 ") or expected not in answer:
        raise RuntimeError(f"not served: {answer[:1000].decode(errors='replace')}")


def _more(line: socket.socket, answer: bytes) -> bytes:
    if part := line.recv(65536):
        return part
    raise RuntimeError(f"the server hung up after {answer[:200]!r}")
