"""One POST over HTTP that says whether it can have arrived: the difference between trying again and asking first.

No redirect is followed, no more than so many bytes are read, and the call ends when its time is over, whatever the other
side does: one that drips a byte now and then is hung up on. `addresses` pins where the call goes: whoever has checked the
addresses of a name connects to those, and no second look at the name can lead elsewhere.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST_ANSWER = 2_000_000
PIECE = 65_536


class NotSent(Exception):
    """Nobody was there: no connection came about, so nothing has left us."""


class Lost(Exception):
    """A connection was there, and no whole answer came of it: what we sent may have arrived."""


class TooLarge(Lost):
    """The answer is larger than we read."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status and body of whatever was answered."""

    status: int
    body: bytes


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    connect: float,
    total: float,
    largest: int = LARGEST_ANSWER,
    addresses: Sequence[str] = (),
) -> Response:
    """Sends the body; `connect` and `total` in seconds, `largest` in bytes. Raises NotSent, Lost, TooLarge.

    With `addresses` (IP addresses, tried in their order) the host's name is not looked up; it still is what the certificate and
    the Host header must say.
    """
    until = time.monotonic() + total
    address = urlsplit(url)
    try:
        line = _line(address.scheme, address.hostname or "", address.port, connect, addresses)
        line.connect()
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NotSent(type(error).__name__) from error
    with contextlib.closing(line), _hung_up_at(line, until):
        try:
            path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
            _allow(line, until)
            line.request("POST", path, body, dict(headers))
            _allow(line, until)
            answer = line.getresponse()
            return Response(answer.status, _read(line, answer, until, largest))
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Lost(type(error).__name__) from error


def _line(
    scheme: str, host: str, port: int | None, connect: float, addresses: Sequence[str]
) -> http.client.HTTPConnection:
    line: http.client.HTTPConnection
    if scheme == "https":
        line = http.client.HTTPSConnection(host, port, timeout=connect, context=ssl.create_default_context())
    elif scheme == "http":
        line = http.client.HTTPConnection(host, port, timeout=connect)
    else:
        raise ValueError(scheme)
    if addresses:
        # What http.client calls to open its socket; the name stays in line.host, for TLS and for the Host header.
        line._create_connection = _Pinned(addresses, connect)  # type: ignore[attr-defined]
    return line


@dataclass(frozen=True, slots=True)
class _Pinned:
    """Opens the socket to one of the addresses, within the seconds for all of them together."""

    addresses: Sequence[str]
    seconds: float

    def __call__(self, named: tuple[str, int], *_given: object) -> socket.socket:
        until = time.monotonic() + self.seconds
        for number, address in enumerate(self.addresses, start=1):
            left = max(0.05, until - time.monotonic())
            try:
                return socket.create_connection((address, named[1]), left)
            except OSError:
                if number == len(self.addresses) or time.monotonic() >= until:
                    raise
        raise OSError("no address")


@contextlib.contextmanager
def _hung_up_at(line: http.client.HTTPConnection, until: float) -> Iterator[None]:
    """Within it the connection is shut when the time is over: a read that gets a byte now and then never times out itself."""
    wire = line.sock
    # Of the plain socket, not of the TLS one: that would drop its session under the reader.
    watch = threading.Timer(max(0.0, until - time.monotonic()), _shut, [wire])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _shut(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):
        socket.socket.shutdown(wire, socket.SHUT_RDWR)


def _allow(line: http.client.HTTPConnection, until: float) -> None:
    """The next wait may take what is left of the time. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if line.sock is not None:
        line.sock.settimeout(left)


def _read(line: http.client.HTTPConnection, answer: http.client.HTTPResponse, until: float, largest: int) -> bytes:
    """The body, piece by piece: a partner that drips may not hold a worker."""
    read = b""
    while len(read) <= largest:
        _allow(line, until)
        piece = answer.read1(PIECE)
        if not piece:
            if answer.length:
                raise http.client.IncompleteRead(read, answer.length)
            _allow(line, until)  # an end that we made ourselves is none
            return read
        read += piece
    raise TooLarge
