"""The web server of `make serve`, gunicorn with its workers and threads, on a database of the bench and a port of its own."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config import embedded, processes
from config.embedded import ROOT

READY = 120  # seconds: a server that does not answer by then has failed
LOGS = ROOT / ".data" / "bench"


@contextmanager
def serving(database: str, *, broker: str = "memory://") -> Iterator[int]:
    """The port on which it answers, until the end of the block. Raises RuntimeError if it does not begin to."""
    port = embedded.free_port()
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "BENCH_DATABASE": database,
        "BENCH_BROKER": broker,
        "OWNER_DATABASE_URL": "",
    }
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"web-{port}.log"
    with log.open("wb") as output:
        command = [sys.executable, *processes.COMMANDS["web"], "--bind", f"127.0.0.1:{port}"]
        server = processes.start(command, env, output)
    try:
        until = time.monotonic() + READY
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the web server does not answer: see {log}")
            time.sleep(0.1)
        yield port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()
    log.unlink()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v1.0/")
        return connection.getresponse().status == 405
    except OSError:
        return False
    finally:
        connection.close()
