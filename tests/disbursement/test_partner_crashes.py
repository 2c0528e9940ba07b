"""A worker is killed right after each of its steps while it speaks to a partner: everyone is paid once, whatever it had done.

As in test_crashes.py: each deed has its steps in a table, and the table is compared with what the deed really does.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from disbursement import execution
from disbursement.models import Batch, PayoutLine, ProviderAccount
from disbursement.providers import calling
from tests import money, steps
from tests.disbursement import partners

pytestmark = pytest.mark.usefixtures("processes", "impatient")
LINES = "disbursement_payoutline"
HAND_OVER = {
    "the batch is locked": "lock disbursement_batch update",
    "the batch is being paid": "update disbursement_batch",
    "that is kept": "insert disbursement_batchstep",
    "that is committed": "commit",
    "the chunk is claimed": "lock disbursement_chunk update",
    "the terms are bound": "update wallet_purseterms",
    "who has died fails": "update disbursement_instruction",
    "the wallets are pinned": "lock wallet_wallet key share",
    "who has no account fails": "update disbursement_instruction",
    "the request is written": "insert disbursement_bulkrequest",
    "its lines are written": f"insert {LINES}",
    "the lines are handed over": "update disbursement_instruction",
    "the chunk waits": "update disbursement_chunk",
    "it is committed": "commit",
}
TOKEN = {
    "the place of the token is made": "insert disbursement_providertoken",
    "that is committed too": "commit",
    "the token is kept": "update disbursement_providertoken",
}
SETTLE = {
    "the chunk is locked": "lock disbursement_chunk update",
    "the lines are locked": f"lock {LINES} update",
    "the lines are settled": f"update {LINES}",
    "the instructions are settled": "update disbursement_instruction",
}
SEND = {
    "the request is claimed": "lock disbursement_bulkrequest update",
    "its lines are claimed": f"lock {LINES} update",
    "the request is being sent": "update disbursement_bulkrequest",
    "its lines may be there": f"update {LINES}",
    "the exchange is written": "insert disbursement_exchange",
    "the claim is committed": "commit",
    **TOKEN,
    "the answer is written": "update disbursement_exchange",
    "the request is locked": "lock disbursement_bulkrequest update",
    **SETTLE,
    "the request was accepted": "update disbursement_bulkrequest",
    "it is committed": "commit",
}
ASK = {
    "a line is claimed": f"lock {LINES} update",
    "it was asked about": f"update {LINES}",
    "the exchange is written": "insert disbursement_exchange",
    "the claim is committed": "commit",
    "the answer is written": "update disbursement_exchange",
    **SETTLE,
    "the accounts are locked": "lock wallet_account no key update",
    "the balances are kept": "update wallet_account",
    "the transfer is written": "insert wallet_transfer",
    "the chunk is counted": "update disbursement_chunk",
    "it is committed": "commit",
}
PEOPLE = 2


@pytest.fixture
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here nothing waits; the killed processes keep the real times."""
    settings.PARTNERS = settings.PARTNERS | {"not_found_grace": timedelta(0), "sending_stale": timedelta(0)}


@pytest.fixture
def provider(committed_db: None) -> ProviderAccount:
    return partners.provider()


@pytest.fixture
def running(provider: ProviderAccount) -> Iterator[partners.Running]:
    started = partners.start(provider)
    yield started
    started.stop()


def _hand_over(batch: int) -> None:
    execution.pay_next_chunk(batch)


def _send(provider: int) -> None:
    calling.send_next(provider)


def _ask(provider: int) -> None:
    calling.ask_next(provider)


def _finish(batch: Batch, provider: ProviderAccount) -> None:
    """As workers and sweeps do, until the batch is closed."""
    for _ in range(8):
        partners.handed_over(batch)
        calling.give_up_stale()
        partners.hurry()
        partners.work(provider)
        if partners.finished(batch).status == Batch.Status.CLOSED:
            return
    raise AssertionError(list(PayoutLine.objects.values_list("state", "sends", "asks")))


def test_the_table_of_handing_over_has_every_step(provider: ProviderAccount) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    assert steps.of(_hand_over, batch.pk) == list(HAND_OVER.values())


def test_the_tables_of_sending_and_asking_have_every_step(provider: ProviderAccount, running: partners.Running) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    partners.handed_over(batch)
    assert steps.of(_send, provider.pk) == list(SEND.values())
    partners.hurry()
    assert steps.of(_ask, provider.pk) == list(ASK.values())


@pytest.mark.parametrize("number", range(1, len(HAND_OVER) + 1), ids=list(HAND_OVER))
def test_killed_while_handing_over(provider: ProviderAccount, running: partners.Running, number: int) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    assert steps.killed_after(number, _hand_over, batch.pk).signal == signal.SIGKILL
    assert running.credits() == {}
    _finish(batch, provider)
    partners.assert_settled(batch, provider, running, paid=PEOPLE)


@pytest.mark.parametrize("number", range(1, len(SEND) + 1), ids=list(SEND))
def test_killed_while_sending(provider: ProviderAccount, running: partners.Running, number: int) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    partners.handed_over(batch)
    assert steps.killed_after(number, _send, provider.pk).signal == signal.SIGKILL
    committed = list(SEND).index("the claim is committed") + 1
    sent = list(SEND).index("the token is kept") + 1
    assert set(PayoutLine.objects.values_list("sends", flat=True)) == {int(number >= committed)}
    assert sum(running.credits().values()) == (PEOPLE if number > sent else 0)
    _finish(batch, provider)
    partners.assert_settled(batch, provider, running, paid=PEOPLE)
    assert running.state()["resent"] == 0


@pytest.mark.parametrize("number", range(1, len(ASK) + 1), ids=list(ASK))
def test_killed_while_asking(provider: ProviderAccount, running: partners.Running, number: int) -> None:
    batch = partners.batch_through(provider, PEOPLE)
    partners.handed_over(batch)
    _send(provider.pk)
    partners.hurry()
    assert steps.killed_after(number, _ask, provider.pk).signal == signal.SIGKILL
    money.assert_books_hold()
    _finish(batch, provider)
    partners.assert_settled(batch, provider, running, paid=PEOPLE)
