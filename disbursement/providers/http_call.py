"""One POST over HTTP that says whether it can have arrived: the difference between trying again and asking first.

No redirect is followed, no more than so many bytes are read, and each wait takes no longer than what is left of the time.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST_ANSWER = 2_000_000
PIECE = 65_536


class NotSent(Exception):
    """Nobody was there: no connection came about, so nothing has left us."""


class Lost(Exception):
    """A connection was there, and no whole answer came of it: what we sent may have arrived."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status and body of whatever was answered."""

    status: int
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str], *, connect: float, total: float) -> Response:
    """Sends the body; `connect` and `total` in seconds. Raises NotSent, Lost."""
    until = time.monotonic() + total
    address = urlsplit(url)
    try:
        line = _line(address.scheme, address.hostname or "", address.port, connect)
        line.connect()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotSent(type(error).__name__) from error
    with contextlib.closing(line):
        try:
            path = f"{address.path}?{address.query}" if address.query else address.path
            _allow(line, until)
            line.request("POST", path, body, dict(headers))
            _allow(line, until)
            answer = line.getresponse()
            return Response(answer.status, _read(line, answer, until))
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Lost(type(error).__name__) from error


def _line(scheme: str, host: str, port: int | None, connect: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=connect, context=ssl.create_default_context())
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=connect)
    raise ValueError(scheme)


def _allow(line: http.client.HTTPConnection, until: float) -> None:
    """The next wait may take what is left of the time. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if line.sock is not None:
        line.sock.settimeout(left)


def _read(line: http.client.HTTPConnection, answer: http.client.HTTPResponse, until: float) -> bytes:
    """The body, piece by piece: a partner that drips may not hold a worker."""
    read = b""
    while len(read) <= LARGEST_ANSWER:
        _allow(line, until)
        piece = answer.read1(PIECE)
        if not piece:
            if answer.length:
                raise http.client.IncompleteRead(read, answer.length)
            return read
        read += piece
    raise ValueError("the answer is too large")
