"""A partner that listens is told of payments, by the time outside, late where that is documented, and the run sees it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from snap_client import Notification, NotificationRefused, read_notification
from snap_client.client import money
from tests.sandbox.conftest import LATE_SECONDS, SHOP, Browser, Sandbox, code, finish_run, unique

pytestmark = pytest.mark.xdist_group("sandbox")


class Listener:
    """A partner's address: checks every notification with the provider's published keys, and keeps those that hold."""

    def __init__(self, url: str) -> None:
        self.came: list[tuple[float, Notification]] = []
        self.refused: list[str] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                keys = requests.get(f"{url}/docs/snap/notification-keys", timeout=30).json()["keys"]
                try:
                    told = read_notification(self.path, dict(self.headers), body, [key["publicKey"] for key in keys])
                    listener.came.append((time.monotonic(), told))
                    status, answer = 200, told.answer
                except NotificationRefused as refused:
                    listener.refused.append(str(refused))
                    status, answer = refused.status, refused.answer
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def wait_for(self, reference: str, seconds: float = 60) -> float:
        """When it was told about that number."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for at, told in list(self.came):
                if reference in (told.fields.get("originalPartnerReferenceNo"), told.fields.get("partnerBulkId")):
                    return at
            time.sleep(0.1)
        raise AssertionError(f"not told about {reference}; refused: {self.refused}")


@pytest.fixture
def listener(sandbox: Sandbox, browser: Browser) -> Iterator[Listener]:
    listener = Listener(sandbox.url)
    assert "disimpan" in browser.submit("/sandbox/notices/", url=listener.address).text
    yield listener
    browser.submit("/sandbox/notices/", url="")
    listener.server.shutdown()


def test_told_in_time_and_told_late(sandbox: Sandbox, browser: Browser, listener: Listener, run_page: str) -> None:
    browser.submit("/sandbox/clock/", days="1", hours="0", minutes="0")  # notices are signed by the time outside
    client, late, soon = sandbox.client(), unique("INV"), unique("INV")
    assert client.pay(late, code("LATE"), SHOP, 5_000)[1]["responseCode"] == "2006000"
    begun = time.monotonic()
    assert client.pay(soon, code("PAID"), SHOP, 5_000)[1]["responseCode"] == "2006000"
    assert listener.wait_for(soon) < listener.wait_for(late)
    assert listener.wait_for(late) - begun >= LATE_SECONDS - 1
    time.sleep(1)  # the worker writes down what we answered
    shown = browser.get(run_page).text
    report = json.loads(finish_run(browser, run_page)["report"])
    results = {step["step"]: step["result"] for step in report["steps"]}
    assert (results["notified"], results["notified_late"]) == ("passed", "passed"), shown
    assert listener.refused == []


def test_a_run_of_bulk_cash_ins_alone_sees_how_their_notice_was_taken(
    sandbox: Sandbox, browser: Browser, listener: Listener, run_page: str
) -> None:
    client, bulk = sandbox.client(), unique("BULK")
    line = {"accountNumber": "62811742234", "amount": money(5_000), "partnerReferenceNo": unique("LINE")}
    assert client.pay_in_bulk(bulk, [line])[1]["responseCode"] == "2024000"
    listener.wait_for(bulk)
    time.sleep(1)  # the worker writes down what we answered
    report = json.loads(finish_run(browser, run_page)["report"])
    results = {step["step"]: step["result"] for step in report["steps"]}
    assert (report["passed"], results["bulk"], results["notified"]) == (True, "passed", "passed"), results
    assert [one["reference"] for one in report["exchanges"] if one["service"] in ("40", "41")] == [bulk, bulk]


def test_an_address_that_cannot_be_is_refused_with_a_word(browser: Browser) -> None:
    for url in ("ftp://example.org", "http://user@127.0.0.1:9000", "http://127.0.0.1:22"):
        assert "tidak dapat dipakai" in browser.submit("/sandbox/notices/", url=url).text
