"""`make sandbox`: a provider to practise on, until Ctrl-C or `make stop`."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time

import requests

from config import embedded
from config.processes import COMMANDS
from sandbox import environment
from sandbox.processes import PART, SANDBOX

PORT = int(os.environ.get("PORT", "8080"))
READY_SECONDS = 120


def main() -> int:
    """Runs web, worker and beat, says where everything is, and ends them when told to."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("Starting the sandbox's own servers and making its tables: up to a minute at the first time …", flush=True)
    try:
        environment.set_up()
        port = _port()
        base_url = f"http://127.0.0.1:{port}"
        # Threads enough that those which keep silent on purpose hold up nobody.
        SANDBOX.start("web", {}, "--bind", f"127.0.0.1:{port}", "--threads", "16")
        SANDBOX.start("worker", {})
        SANDBOX.start("beat", {})
        _wait_for(base_url)
        environment.FILES.address.write_text(base_url)
        _tell(base_url)
        while all(SANDBOX.pid_of(name) for name in COMMANDS):
            time.sleep(0.5)
        print(f"stopped from outside, or one of the processes ended: see .data/{PART}/run/*.log")
    except KeyboardInterrupt:
        pass
    finally:
        environment.FILES.address.unlink(missing_ok=True)
        SANDBOX.stop_all()
        embedded.stop(PART)
    return 0


def _port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            print(f"port {PORT} is taken; PORT=… chooses another")
            return embedded.free_port()
    return PORT


def _wait_for(base_url: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            requests.get(f"{base_url}/sandbox/", timeout=10).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise TimeoutError(f"the sandbox does not answer: see .data/{PART}/run/web.log")


def _tell(base_url: str) -> None:
    files = environment.FILES
    rows = (
        ("address", base_url),
        ("documented values, clock, conformance run", f"{base_url}/sandbox/"),
        ("every service", f"{base_url}/docs/snap/"),
        ("client id (X-CLIENT-KEY, X-PARTNER-ID)", files.client_id.read_text()),
        ("client secret", str(files.client_secret)),
        ("key pair, freshly drawn", f"{files.private_key}, {files.public_key}"),
        ("from nothing to a paid QR", "docs/quick-start.md"),
    )
    print("The sandbox is running (Ctrl-C or `make stop` ends it)")
    for name, value in rows:
        print(f"  {name:42} {value}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
