"""A worker or an officer's request is killed right after each of its steps: everyone is paid once, and every rupiah is somewhere.

As in tests/wallet/test_crashes.py: each deed has its steps in a table, and the table is compared with what the deed really does.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from disbursement import approvals, execution, reconciliation
from disbursement.models import Approval, Batch, Chunk, Instruction
from tests import money, steps
from wallet import position
from wallet.models import Purse, Transfer

pytestmark = pytest.mark.usefixtures("processes", "small_chunks")
STEP = "insert disbursement_batchstep"
START = {
    "the batch is locked": "lock disbursement_batch update",
    "the batch is being paid": "update disbursement_batch",
    "that is kept": STEP,
}
POST = {
    "the accounts are locked": "lock wallet_account no key update",
    "the balances are kept": "update wallet_account",
    "the transfer is written": "insert wallet_transfer",
}
DONE = {"it is committed": "commit"}
CHUNK = {
    "the chunk is claimed": "lock disbursement_chunk update",
    "the terms are bound": "update wallet_purseterms",
    "who has died is marked": "update disbursement_instruction",
    "the wallets are pinned": "lock wallet_wallet no key update",
    "who cannot be paid is marked": "update disbursement_instruction",
    "who is paid is marked": "update disbursement_instruction",
    "the chunk is done": "update disbursement_chunk",
    "the clearing account is pinned": "lock wallet_account key share",
    "purses, their accounts and transfers are written": "insert wallet_account, insert wallet_purse, insert wallet_transfer",
    "the clearing account is debited": "update wallet_account",
}
PROVE = {
    "the authenticator is locked": "lock officers_authenticator update",
    "the code is spent": "update officers_authenticator",
    "the proof is kept": "insert officers_proof",
    "the proof is committed": "commit",
}
APPROVE = {
    **PROVE,
    "the batch is locked": "lock disbursement_batch update",
    "the approval is kept": "insert disbursement_approval",
    "the programme and its budgets are locked": "lock disbursement_programme no key update",
    "the clearing account is opened": "insert wallet_account",
    **POST,
    "the batch is approved": "update disbursement_batch",
    "that is kept": STEP,
}
CLOSE = {
    "the batch is locked": "lock disbursement_batch update",
    **{f"the rest is released: {name}": step for name, step in POST.items()},
    "what it used of budgets is kept": "update disbursement_batchregion",
    "the batch is closed": "update disbursement_batch",
    "that is kept": STEP,
}
FAILURE = {
    "the chunk of a failure is locked": "lock disbursement_chunk update",
    "the failure is remembered": "update disbursement_chunk",
}
PEOPLE = 6  # in chunks of four, one of them with a frozen wallet


@pytest.fixture
def small_chunks(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"chunk_size": 4}


@dataclass(frozen=True)
class Deed:
    """What is done, after what was prepared, and its steps. The batch's id is the first argument."""

    steps: dict[str, str]
    prepare: Callable[[], tuple[Any, ...]]
    do: Callable[..., Any]


def _prepare_approve() -> tuple[Any, ...]:
    money.people(PEOPLE)
    batch = money.submitted(money.programme(budget=PEOPLE * 300_000))
    money.wallets.freeze(batch.instructions.earliest("pk").wallet, "sengketa")  # so that there is a rest to release
    approver = money.approver()
    money.phone(approver)
    return batch.pk, approver.pk


def _do_approve(batch: int, by: int) -> None:
    row = Batch.objects.get(pk=batch)
    if row.status == Batch.Status.SUBMITTED:  # as the page that the officer reloads offers it
        officer = User.objects.get(pk=by)
        code = money.next_code(officer)
        approvals.approve(row, by=officer, digest=row.digest, reason="ya", code=code)


def _prepare_chunks() -> tuple[Any, ...]:
    batch, officer = _prepare_approve()
    _do_approve(batch, officer)
    return (batch,)


def _do_chunks(batch: int) -> None:
    for _ in range(2):
        execution.pay_next_chunk(batch)


def _prepare_close() -> tuple[Any, ...]:
    [batch] = _prepare_chunks()
    _do_chunks(batch)
    return (batch,)


def _fail(*_: Any, **__: Any) -> None:
    raise ConnectionError("jaringan putus")


def _do_failing_chunk(batch: int) -> None:
    real, execution.ledger.open_purses = execution.ledger.open_purses, _fail
    try:
        execution.pay_next_chunk(batch)
    finally:
        execution.ledger.open_purses = real


def _without(steps_of: dict[str, str], *names: str) -> dict[str, str]:
    return {name: step for name, step in steps_of.items() if name not in names}


SECOND = _without(CHUNK, "who cannot be paid is marked", "the terms are bound")
UNPOSTED = dict(list(CHUNK.items())[: list(CHUNK).index("the chunk is done") + 1])
DEEDS = {
    "approve": Deed(APPROVE | DONE, _prepare_approve, _do_approve),
    "pay": Deed(
        {
            **{f"start: {name}": step for name, step in (START | DONE).items()},
            **{f"first chunk: {name}": step for name, step in (CHUNK | DONE).items()},
            **{f"second chunk: {name}": step for name, step in (SECOND | DONE).items()},
        },
        _prepare_chunks,
        _do_chunks,
    ),
    "fail to pay": Deed(
        {f"start: {name}": step for name, step in (START | DONE).items()} | UNPOSTED | FAILURE | DONE,
        _prepare_chunks,
        _do_failing_chunk,
    ),
    "close": Deed(CLOSE | DONE, _prepare_close, execution.close_if_done),
}
POINTS = [
    pytest.param(deed, number, id=f"{name}: {step}")
    for name, deed in DEEDS.items()
    for number, step in enumerate(deed.steps, 1)
]


def _standing() -> list[Any]:
    """Where the money stands, what brought it there, and what batch, chunks and instructions say of it."""
    return [
        {kind.value: amount for kind, amount in position.by_kind().items() if amount},
        Counter(Transfer.objects.values_list("kind", flat=True)),
        list(Batch.objects.values_list("status", flat=True)),
        Approval.objects.count(),
        list(Chunk.objects.order_by("number").values_list("status", "paid_count", "paid_total", "attempts")),
        Counter(Instruction.objects.values_list("status", "failure")),
    ]


def _finish(number: int) -> None:
    """As workers and sweeps do, until the batch is closed."""
    batch = Batch.objects.get(pk=number)
    deadline = time.monotonic() + 60
    while money.pay_out(batch).status != Batch.Status.CLOSED:
        assert time.monotonic() < deadline
        Chunk.objects.filter(batch=batch).update(due_at=timezone.now())  # what failed need not wait here


def _assert_paid(number: int) -> None:
    balances, transfers, statuses, approved, chunks, instructions = _standing()
    paid = (PEOPLE - 1) * 300_000
    assert balances == {"budget": -PEOPLE * 300_000, "fund": 300_000, "purse": paid}
    assert transfers == Counter(funding=1, reservation=1, disbursement=PEOPLE - 1, release=1)
    assert (statuses, approved) == (["closed"], 1)
    assert [chunk[:3] for chunk in chunks] == [("done", 3, 900_000), ("done", 2, 600_000)]
    assert instructions == {("paid", ""): PEOPLE - 1, ("failed", "wallet_frozen"): 1}
    owners = list(Purse.objects.order_by("wallet").values_list("wallet", "account__balance"))
    lines = Instruction.objects.filter(batch=number, status="paid").order_by("wallet")
    assert owners == list(lines.values_list("wallet", "amount"))
    assert reconciliation.differences() == []
    money.assert_books_hold()


@pytest.mark.parametrize("name", DEEDS)
def test_the_table_has_every_step_of_the_deed(name: str) -> None:
    deed = DEEDS[name]
    batch, *others = deed.prepare()
    assert steps.of(deed.do, batch, *others) == list(deed.steps.values())


@pytest.mark.parametrize(("deed", "number"), POINTS)
def test_killed_after_a_step_it_is_taken_up_again_and_everyone_is_paid_once(deed: Deed, number: int) -> None:
    batch, *others = deed.prepare()
    before = _standing()
    assert steps.killed_after(number, deed.do, batch, *others).signal == signal.SIGKILL
    money.assert_books_hold()
    assert reconciliation.differences() == []
    committed = list(deed.steps.values())[:number].count("commit") - (deed.do is _do_approve)  # a proof is no approval
    assert (_standing() == before) == (committed <= 0)
    if deed.do is _do_approve:
        _do_approve(batch, *others)
    _finish(batch)
    _assert_paid(batch)
    deed.do(batch, *others)
    _assert_paid(batch)
