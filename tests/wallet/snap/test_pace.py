"""Whoever calls too often hears 429 and nothing is done; others are served as ever, whatever is down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wallet.snap.conftest import World
from tests.wallet.snap.sender import PAY, QUERY, TOKEN, Sender
from wallet import redemption
from wallet.models import AccessToken, ExternalId, Payment
from wallet.snap import pace
from wallet.snap.authentication import SnapAuthentication
from wallet.snap.examples import REQUESTS as EXAMPLES
from wallet.snap.urls import SERVICES

CALLED = {route: view for route, view in SERVICES.items() if SnapAuthentication in view.authentication_classes}
TOO_MANY = "Too Many Requests"


@pytest.fixture
def slow(settings: Any) -> None:
    """One call a second, two at once; three tokens a minute."""
    settings.WALLET = settings.WALLET | {"partner_calls_a_second": 1, "tokens_a_minute": 3}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock of the pace, standing still until a test moves it."""
    now = [1_000.0]
    monkeypatch.setattr("wallet.snap.pace.time.monotonic", lambda: now[0])
    return now


def test_a_partner_that_calls_too_often_waits_and_loses_nothing(world: World, slow: None, clock: list[float]) -> None:
    order = world.order()
    for _ in range(2):
        assert world.sender.post(QUERY, EXAMPLES["61"]).code == "4046101"
    refused = world.sender.post(PAY, order, external_id="42")
    assert (refused.status, refused.body) == (429, {"responseCode": "4296000", "responseMessage": TOO_MANY})
    assert refused.headers["Retry-After"] == "1"
    assert not Payment.objects.exists() and world.balance() == 100_000
    assert not ExternalId.objects.filter(external_id="42").exists()  # the same number may come again
    clock[0] += 1
    assert world.sender.post(PAY, order, external_id="42").code == "2006000"
    assert (Payment.objects.count(), world.balance()) == (1, 90_000)
    assert world.sender.post(QUERY, EXAMPLES["61"]).code == "4296100"


def test_another_partner_does_not_wait_with_it(world: World, slow: None, clock: list[float]) -> None:
    answers = [world.sender.post(QUERY, EXAMPLES["61"]).code for _ in range(4)]
    assert answers == ["4046101", "4046101", "4296100", "4296100"]
    assert world.other.post(QUERY, EXAMPLES["61"]).code == "4046101"


def test_nobody_uses_up_a_partners_calls_by_its_name(world: World, slow: None, clock: list[float]) -> None:
    forger = Sender(secret="guessed", private_key=world.other.private_key)
    for _ in range(5):
        assert forger.post(QUERY, EXAMPLES["61"], symmetric=False).code == "4016100"
    assert world.sender.post(QUERY, EXAMPLES["61"]).code == "4046101"


@pytest.mark.parametrize("route", CALLED)
def test_each_service_tells_it(world: World, slow: None, clock: list[float], route: str) -> None:
    service = CALLED[route].service
    for _ in range(2):
        world.sender.post(QUERY, EXAMPLES["61"])
    refused = world.sender.post(f"/v1.0/{route}", EXAMPLES[service])
    assert refused.body == {"responseCode": f"429{service}00", "responseMessage": TOO_MANY}


def test_tokens_are_counted_at_the_address_whoever_asks(world: World, slow: None, clock: list[float]) -> None:
    def ask(**headers: str) -> str:
        return str(world.sender.send(TOKEN, b"{}", dict(headers)).code)

    assert [ask() for _ in range(4)] == ["4007302"] * 3 + ["4297300"]  # nothing was signed, nothing was looked up
    clock[0] += 20
    assert (ask(), ask()) == ("4007302", "4297300")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),  # one subscriber's
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("no address", "no address", True),
    ],
)
def test_whose_address_it_is(settings: Any, clock: list[float], first: str, second: str, alike: bool) -> None:
    settings.WALLET = settings.WALLET | {"tokens_a_minute": 1}
    pace.of_address(first)
    if alike:
        with pytest.raises(pace.SnapError):
            pace.of_address(second)
    else:
        pace.of_address(second)


def test_none_is_no_pace(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"partner_calls_a_second": 0, "tokens_a_minute": 0}
    for _ in range(1_000):
        pace.of_partner(1)
        pace.of_address("203.0.113.7")


@pytest.mark.parametrize(("a_second", "at_once"), [(1.0, 2), (0.1, 3), (200.0, 400), (7.0, 1)])
def test_as_many_at_once_and_then_as_many_a_second(a_second: float, at_once: int) -> None:
    assert sum(pace.admits("who", a_second, at_once, 50.0) for _ in range(at_once + 10)) == at_once
    assert not pace.admits("who", a_second, at_once, 50.0 + 0.4 / a_second)
    later = 50.0 + 10 / a_second
    assert sum(pace.admits("who", a_second, at_once, later) for _ in range(at_once + 10)) == min(10, at_once)
    rested = later + 10 * at_once / a_second
    assert sum(pace.admits("who", a_second, at_once, rested) for _ in range(at_once + 10)) == at_once


def test_threads_share_one_count() -> None:
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda _: pace.admits("who", 1.0, 100, 50.0), range(1_000)))
    assert sum(done) == 100


def test_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MOST_KNOWN", 100)
    for number in range(1_000):
        assert pace.admits(number, 1.0, 2, 50.0)
        assert len(pace._paid_until) <= 100


def test_it_asks_neither_database_nor_broker(
    world: World, settings: Any, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"  # nobody listens there
    settings.WALLET = settings.WALLET | {"partner_calls_a_second": 1}
    monkeypatch.setattr(redemption, "pay", None)
    for _ in range(3):
        answer = world.sender.post(QUERY, EXAMPLES["61"])
    assert answer.code == "4296100"
    with django_assert_num_queries(0):
        pace.of_partner(10**9)
        pace.of_address("203.0.113.7")
