"""A partner that listens: a real server on the loopback which answers as a test says, and raw sockets for what no server does."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass(frozen=True)
class Told:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def accepted(service: str) -> Told:
    return Told(200, json.dumps({"responseCode": f"200{service}00", "responseMessage": "Successful"}).encode())


class Receiver:
    """What arrived, in the order in which it was answered; `answer` decides what is said."""

    def __init__(self, answer: Callable[[Got], Told]) -> None:
        self.answer = answer
        self.got: list[Got] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                got = Got(self.path, dict(self.headers), self.rfile.read(length))
                receiver.got.append(got)
                told = receiver.answer(got)
                with suppress(OSError):  # who asked may have hung up
                    self.send_response(told.status)
                    for name, value in told.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(told.body)))
                    self.end_headers()
                    self.wfile.write(told.body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    @contextmanager
    def serving(self) -> Iterator[Receiver]:
        thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()


@contextmanager
def raw(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server that does to each connection whatever the test says."""
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                lines.append(line)
                threading.Thread(target=talk, args=(line,), daemon=True).start()

    def talk(line: socket.socket) -> None:
        with suppress(OSError):
            speak(line)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for line in lines:
            line.close()
