"""Around the answer: crashes, races, other methods and addresses; nothing leaves without the standard's shape."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import PAY, QUERY, REFUND, TOKEN, Answer
from wallet import redemption, refunds
from wallet.errors import InsufficientFunds
from wallet.models import ExternalId, Payment, Transfer


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"])
@pytest.mark.parametrize(("path", "service"), [(TOKEN, "73"), (PAY, "60"), (QUERY, "61"), (REFUND, "80")])
def test_other_methods(world: World, method: str, path: str, service: str) -> None:
    answer = world.sender.send(path, b"", {}, method)
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    if method != "HEAD":
        assert answer.body == {
            "responseCode": f"405{service}00",
            "responseMessage": "Requested Function Is Not Supported",
        }


@pytest.mark.parametrize("path", ["/v1.0/", "/v1.0/debit/unheard-of", f"{PAY}/", f"{PAY}.html", "/v1.0/é\n"])
def test_other_addresses(world: World, path: str) -> None:
    assert world.sender.send(path, b"{}", {}).body == {
        "responseCode": "4040002",
        "responseMessage": "Invalid Routing",
    }
    assert world.sender.send(path, b"", {}, "GET").code == "4050000"


def _break(monkeypatch: pytest.MonkeyPatch, error: Exception, times: int = 1) -> list[int]:
    """`redemption.pay` raises after its work, this many times."""
    real, calls = redemption.pay, [0]

    def pay(order: redemption.PaymentOrder) -> Payment:
        payment = real(order)
        calls[0] += 1
        if calls[0] <= times:
            raise error
        return payment

    monkeypatch.setattr(redemption, "pay", pay)
    return calls


def test_a_crash_spends_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    order = world.order(title="Obat untuk Siti")
    _break(monkeypatch, RuntimeError(f"secret of {order['qrContent']}"))
    with caplog.at_level(logging.DEBUG):
        crashed = world.sender.post(PAY, order, external_id="1")
    assert crashed.body == {"responseCode": "5006000", "responseMessage": "General Error"}
    assert not Payment.objects.exists()
    assert world.balance() == 100_000
    [record] = [record for record in caplog.records if record.name == "wallet.snap.envelope"]
    assert "RuntimeError" in record.getMessage()
    assert "qr_cpm.py" in record.getMessage()
    assert record.exc_info is None
    for private in (order["qrContent"], "Siti", world.sender.token):
        assert private not in caplog.text
    assert world.sender.post(PAY, order, external_id="1").code == "2006000"


def test_a_refusal_takes_its_work_back_but_spends_the_id(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.order()
    _break(monkeypatch, InsufficientFunds())
    assert world.sender.post(PAY, order, external_id="1").code == "4036014"
    assert not Payment.objects.exists()
    assert world.sender.post(PAY, order, external_id="1").code == "4096000"
    assert world.sender.post(PAY, order, external_id="2").code == "2006000"


@pytest.fixture
def deadlocks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Makes the next payments end in a real 40P01, raised by PostgreSQL itself."""

    def arrange(times: int) -> list[int]:
        real, calls = redemption.pay, [0]

        def pay(order: redemption.PaymentOrder) -> Payment:
            payment = real(order)
            calls[0] += 1
            if calls[0] <= times:
                with connection.cursor() as cursor:
                    cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock' USING ERRCODE = '40P01'; END $$")
            return payment

        monkeypatch.setattr(redemption, "pay", pay)
        return calls

    return arrange


def test_a_deadlock_is_run_again(committed_world: World, deadlocks: Callable[[int], list[int]]) -> None:
    calls = deadlocks(3)
    assert committed_world.sender.post(PAY, committed_world.order(), external_id="1").code == "2006000"
    assert calls == [4]
    assert (ExternalId.objects.count(), Payment.objects.count()) == (1, 1)
    assert committed_world.balance() == 90_000


def test_deadlocks_without_end_are_a_general_error(
    committed_world: World, deadlocks: Callable[[int], list[int]]
) -> None:
    calls = deadlocks(99)
    assert committed_world.sender.post(PAY, committed_world.order()).code == "5006000"
    assert calls == [4]
    assert not ExternalId.objects.exists()


def _at_once(requests: list[Callable[[], Answer]]) -> list[Answer]:
    def closing(request: Callable[[], Answer]) -> Answer:
        try:
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(closing, requests))


def test_one_external_id_sent_at_once_passes_once(committed_world: World) -> None:
    world = committed_world
    world.sender.token = world.sender.access_token().body["accessToken"]
    orders = [world.order(amount=rupiah(1_000)) for _ in range(6)]
    answers = _at_once([lambda order=order: world.sender.post(PAY, order, external_id="1") for order in orders])
    assert sorted(answer.code for answer in answers) == ["2006000"] + ["4096000"] * 5
    assert world.balance() == 99_000


def test_one_reference_sent_at_once_pays_once(committed_world: World) -> None:
    world = committed_world
    world.sender.token = world.sender.access_token().body["accessToken"]
    order = world.order()
    answers = _at_once([lambda: world.sender.post(PAY, order)] * 6)
    assert {answer.code for answer in answers} == {"2006000"}
    assert len({answer.body["referenceNo"] for answer in answers}) == 1
    assert world.balance() == 90_000
    assert Transfer.objects.filter(kind=Transfer.Kind.REDEMPTION).count() == 1


def test_one_code_shown_to_many_tills_pays_once(committed_world: World) -> None:
    world = committed_world
    world.sender.token = world.sender.access_token().body["accessToken"]
    code = world.code()
    orders = [world.order(qrContent=code) for _ in range(6)]
    answers = _at_once([lambda order=order: world.sender.post(PAY, order) for order in orders])
    assert sorted(answer.code for answer in answers) == ["2006000"] + ["4046000"] * 5
    assert world.balance() == 90_000


def test_one_refund_sent_at_once_is_made_once(committed_world: World) -> None:
    world = committed_world
    order = world.order()
    world.sender.post(PAY, order)
    fields: dict[str, Any] = {"originalPartnerReferenceNo": order["partnerReferenceNo"], "partnerRefundNo": "R"}
    answers = _at_once([lambda: world.sender.post(REFUND, fields)] * 6)
    assert {answer.code for answer in answers} == {"2008000"}
    assert len({answer.body["refundNo"] for answer in answers}) == 1
    assert world.balance() == 100_000


def test_a_crash_in_a_refund_gives_nothing_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = world.order()
    world.sender.post(PAY, order)
    real = refunds.refund

    def refund(asked: refunds.RefundOrder) -> None:
        real(asked)
        raise RuntimeError

    monkeypatch.setattr(refunds, "refund", refund)
    assert world.refund(order["partnerReferenceNo"]).code == "5008000"
    assert world.balance() == 90_000


def test_redis_is_not_needed(world: World, settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert world.pay().code == "2006000"
