"""Real servers for tests over HTTP: gunicorn and a Celery worker on the test's database and broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from config import processes
from config.embedded import free_port
from demo.processes import COMMANDS

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 60


@contextlib.contextmanager
def running(name: str, env: dict[str, str], log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Web or worker, as the demo starts it, ended with all its children afterwards."""
    with log.open("ab") as output:
        process = processes.start([sys.executable, *COMMANDS[name], *arguments], env, output)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@contextlib.contextmanager
def web(env: dict[str, str], log: Path) -> Iterator[str]:
    """The web server's address, once it answers."""
    address = f"http://127.0.0.1:{free_port()}"
    with running("web", env, log, "--bind", address.removeprefix("http://")) as process:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                requests.get(address, timeout=READY_SECONDS)
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"the web server does not answer:\n{log.read_text()}")
        yield address
