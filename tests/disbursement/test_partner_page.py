"""The simulated partner's own page: every fault has words, the form makes the plan, and what was paid is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.emoney_partner import page
from demo.emoney_partner.accounts import Books, Line
from demo.emoney_partner.faults import ACCOUNTS, BULK, INQUIRY, Plan, plan_of
from demo.emoney_partner.notifier import Notifier
from demo.emoney_partner.server import Server, World


@pytest.fixture
def partner() -> Iterator[Server]:
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    books = Books()
    notifier = Notifier("http://127.0.0.1:9", "PARTNER", key.decode(), books)
    server = Server(0, World("SALUR", "", "", books, notifier, Plan()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _seen(server: Server, path: str = "/", fields: Any = None) -> str:
    body = None if fields is None else urlencode(fields, doseq=True).encode()
    with urlopen(f"http://127.0.0.1:{server.server_address[1]}{path}", body, timeout=20) as answer:
        return str(answer.read().decode())


def test_every_fault_has_words() -> None:
    assert (
        {*page.BULK_WORDS} == {*BULK} and {*page.INQUIRY_WORDS} == {*INQUIRY} and {*page.ACCOUNT_WORDS} == {*ACCOUNTS}
    )
    assert {*page.NOTICE_WORDS, "times", "delay"} == {*Plan().notices.__slots__}  # type: ignore[attr-defined]


def test_the_form_makes_the_plan_and_shows_what_is_still_to_come(partner: Server) -> None:
    assert partner.world.plan.bulk == []
    sent = {"bulk": ["no_float", "ok", "garbage"], "inquiry": ["pending", "ok", "ok"], "held": "on", "times": "2"}
    seen = _seen(partner, "/_partner/page", sent)
    plan = partner.world.plan
    assert (plan.bulk, plan.inquiry) == (["no_float", "ok", "garbage"], ["pending"])
    assert (plan.notices.held, plan.notices.lost, plan.notices.times, plan.notices.delay) == (True, False, 2, 0)
    assert '<option value="no_float" selected>titipan habis' in seen and 'name="held" checked' in seen
    assert plan.next_bulk() == "no_float"
    assert '<option value="no_float" selected>' not in _seen(partner)


@pytest.mark.parametrize("fields", [{"bulk": "nothing"}, {"times": "dua"}])
def test_a_form_that_nobody_sent_changes_nothing(partner: Server, fields: dict[str, str]) -> None:
    partner.world.plan = plan_of({"bulk": ["garbage"]})
    with pytest.raises(HTTPError, match="400"):
        _seen(partner, "/_partner/page", fields)
    assert partner.world.plan.bulk == ["garbage"]


def test_what_was_paid_is_told_by_its_last_digits_and_what_is_held_can_be_sent(partner: Server) -> None:
    partner.world.books.pay([Line("R<1>", "628120001000", "50000.00"), Line("R2", "628120009001", "50000.00")])
    partner.world.plan = plan_of({"notices": {"held": True}})
    partner.world.notifier.tell("B1", ["R<1>"], partner.world.plan)
    seen = _seen(partner)
    assert (
        "Sudah dibayar: 1" in seen
        and "R&lt;1&gt;" in seen
        and "…1000" in seen
        and "50.000" in seen
        and "62812" not in seen
    )
    assert "0 terkirim, 1 ditahan" in seen
    assert "1 terkirim, 0 ditahan" in _seen(partner, "/_partner/page/notify", {})
