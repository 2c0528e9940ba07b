"""Short times, a silent bell, and small keys for every test of the notices to partners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import money
from tests.wallet.webhooks.receiver import Receiver, accepted
from wallet import doorbell
from wallet.models import Partner
from wallet.webhooks import keys, outbox

SERVICE, PATH = "56", "/v1.0/debit/notify"


@pytest.fixture(autouse=True)
def _quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": True, "connect_seconds": 1, "answer_seconds": 1}
    monkeypatch.setattr(keys, "BITS", 2048)


@pytest.fixture(autouse=True)
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda task, *ids, times=1: heard.append(task))
    monkeypatch.setattr(outbox, "_next_ring", 0.0)
    return heard


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(lambda got: accepted(SERVICE)).serving() as serving:
        yield serving


def listening(url: str) -> Partner:
    """A partner with a notify address."""
    made = money.partner()
    made.notify_url = url
    made.save()
    return made


def tell(partner: Partner, key: str, number: int = 0, **how: Any) -> None:
    outbox.notify(partner, service=SERVICE, path=PATH, ordering_key=key, body={"number": number, "key": key}, **how)
