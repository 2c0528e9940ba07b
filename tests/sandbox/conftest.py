"""A sandbox as `make sandbox` starts it, on servers of its own in a part of `.data` that only tests use; once for all tests."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests

from config.embedded import ROOT, Postgres, free_port, read_env
from snap_client import SnapClient

PART = "sandbox-tests"
PARTNER = ROOT / ".data" / PART / "partner"
READY_SECONDS = 900
SILENCE_SECONDS = 8.0
LATE_SECONDS = 15
PATIENCE = 5.0  # of a client that meets it; long enough for a service on a busy machine
SHOP = "SANDBOXSHOP0001"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Sandbox:
    """A running one, and its partner's credentials."""

    url: str
    client_id: str
    secret: str
    private_key: str

    def client(self, **options: Any) -> SnapClient:
        return SnapClient(self.url, self.client_id, self.private_key, self.secret, **options)

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the application's role reads in the sandbox's database."""
        with psycopg2.connect(read_env(PART)["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())


def unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:10]}{next(_numbers)}"


def code(outcome: str) -> str:
    """A new payment code of that documented value."""
    return unique(f"SANDBOX-{outcome}")


@dataclass
class Browser:
    """A partner's browser: forms with their token, no JavaScript."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=60)

    def submit(self, path: str, page: str = "/sandbox/", **fields: str) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert token
        data = {"csrfmiddlewaretoken": token[1]} | fields
        return self.session.post(self.url + path, data=data, timeout=60)

    def sign_in(self, client_id: str, secret: str) -> requests.Response:
        return self.submit("/sandbox/login/", "/sandbox/login/", client_id=client_id, secret=secret)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Started from nothing and removed afterwards."""
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    env |= {
        "SALUR_SANDBOX_PART": PART,
        "PORT": str(free_port()),
        "SANDBOX_SILENCE_SECONDS": str(SILENCE_SECONDS),
        "SANDBOX_LATE_SECONDS": str(LATE_SECONDS),
        "PYTHONUNBUFFERED": "1",
    }
    log = tmp_path_factory.mktemp("sandbox") / "log"
    _clean(env)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.serve"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + READY_SECONDS
        while not (PARTNER / "address").exists():
            assert process.poll() is None and time.monotonic() < until, _what_happened(log)
            time.sleep(0.2)
        url, client_id, secret, key = (
            (PARTNER / name).read_text() for name in ("address", "client-id", "client-secret", "private-key.pem")
        )
        yield Sandbox(url, client_id, secret, key)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        kept = os.environ.get("KEEP_SANDBOX_LOGS")
        if kept:
            shutil.copytree(ROOT / ".data" / PART / "run", Path(kept), dirs_exist_ok=True)
        _clean(env)


def _what_happened(log: Path) -> str:
    """What the sandbox said, and the last its servers wrote: whoever reads the report has no other way to see it."""
    logs = [log, Postgres(PART).home / "log", ROOT / ".data" / PART / "valkey" / "log"]
    return "".join(f"\n--- {file}\n{file.read_text()[-5000:]}" for file in logs if file.exists())


def _clean(env: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", "sandbox.stop", "--clean"], cwd=ROOT, env=env, check=True, timeout=120)


@pytest.fixture
def client(sandbox: Sandbox) -> SnapClient:
    return sandbox.client()


@pytest.fixture
def browser(sandbox: Sandbox) -> Browser:
    """The partner's, signed in."""
    browser = Browser(sandbox.url)
    assert "Anda masuk sebagai" in browser.sign_in(sandbox.client_id, sandbox.secret).text
    return browser


def start_run(browser: Browser) -> str:
    """The page of the partner's open run, of a fresh one if none is open."""
    return browser.submit("/sandbox/runs/").url.removeprefix(browser.url)


def finish_run(browser: Browser, page: str) -> dict[str, Any]:
    """Its signed report."""
    browser.submit(f"{page}finish/", page)
    return dict(browser.get(f"{page}report.json").json())


@pytest.fixture
def run_page(browser: Browser) -> Iterator[str]:
    """The page of a run that saw nothing yet; it is over after the test: tests come in any order, and share the partner."""
    page = start_run(browser)
    yield page
    if browser.get(page).url.endswith(page):
        finish_run(browser, page)
