"""Several workers, and workers that are killed after any step: every notice arrives, and in the order of its payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import money, steps
from tests.processes import together
from tests.wallet.webhooks.conftest import SERVICE, tell
from tests.wallet.webhooks.receiver import Receiver, accepted
from wallet.models import Partner, Webhook, WebhookAttempt
from wallet.webhooks import delivery, keys

pytestmark = pytest.mark.usefixtures("processes")
S = Webhook.State
STEPS = [
    "lock wallet_webhookendpoint no key update",
    "update wallet_webhook",
    "update wallet_webhookendpoint",
    "insert wallet_webhookattempt",
    "commit",  # claimed: from here on it may have arrived
    "lock wallet_webhook no key update",
    "update wallet_webhookattempt",
    "update wallet_webhook",
    "update wallet_webhookendpoint",
    "commit",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(lambda got: accepted(SERVICE)).serving() as serving:
        yield serving


def _listening(url: str) -> Partner:
    made = money.partner()
    made.notify_url = url
    made.save()
    keys.current(timezone.now())
    return made


def _deliver_one() -> None:
    parcel = delivery.claim()
    assert parcel is not None
    delivery.record(parcel, delivery.send(parcel))


def _deliver() -> int:
    return delivery.deliver(20)


def test_delivery_has_these_steps(receiver: Receiver) -> None:
    tell(_listening(receiver.url), "P-1")
    assert [step.removeprefix("update wallet_webhook, ") for step in steps.of(_deliver_one)] == STEPS


def test_killed_after_any_step_the_notice_arrives_and_the_next_waits_for_it(receiver: Receiver) -> None:
    partner = _listening(receiver.url)
    for step in range(1, len(STEPS) + 1):
        key = f"P-{step}"
        tell(partner, key, 1)
        tell(partner, key, 2)
        killed = steps.killed_after(step, _deliver_one)
        assert killed.signal == 9
        with time_machine.travel(timezone.now() + timedelta(seconds=120)):
            _deliver()
        hooks = Webhook.objects.filter(ordering_key=key)
        assert set(hooks.values_list("state", flat=True)) == {S.DELIVERED}
        numbers = [got.fields["number"] for got in receiver.got if got.fields["key"] == key]
        # Once, or twice where nobody can know; never the second before the first.
        assert numbers in ([1, 2], [1, 1, 2]), (step, numbers)
    assert not WebhookAttempt.objects.filter(outcome="").exists()


def test_two_workers_keep_the_order_and_send_nothing_twice(receiver: Receiver) -> None:
    partners = [_listening(f"{receiver.url}/{number}") for number in range(3)]
    for number in range(8):
        for partner in partners:
            for key in ("A", "B"):
                tell(partner, key, number)
    done = together([(_deliver, ()), (_deliver, ()), (_deliver, ())])
    assert not any(outcome.error for outcome in done)
    _deliver()  # what a worker that ended early left to another
    assert set(Webhook.objects.values_list("state", "attempts")) == {(S.DELIVERED, 1)}
    arrived: dict[tuple[str, str], list[int]] = {}
    for got in receiver.got:
        arrived.setdefault((got.path, got.fields["key"]), []).append(got.fields["number"])
    assert len(arrived) == 6
    assert all(numbers == list(range(8)) for numbers in arrived.values())
