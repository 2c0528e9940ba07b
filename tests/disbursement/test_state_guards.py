"""The database holds the statuses: whoever writes around the code cannot have a line paid twice, or strand a batch's money."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Model

from disbursement import batch_states, batches
from disbursement.models import Batch, Chunk, Instruction, Programme
from tests import money

pytestmark = pytest.mark.django_db

STEPS = importlib.import_module("disbursement.migrations.0136_states_in_order").STEPS


def _refused(rows: Any, **change: Any) -> str:
    with pytest.raises(DatabaseError) as told, transaction.atomic():
        rows.update(**change)
    return str(told.value)


def test_the_database_knows_the_steps_that_the_code_takes() -> None:
    told = {(str(before), str(after)) for before, after in batch_states.TRANSITIONS}
    assert told == {(before, after) for before, afters in STEPS["batch"].items() for after in afters}


def _others(model: type[Model], steps: dict[str, list[str]]) -> Iterable[tuple[str, str]]:
    statuses = model.Status.values  # type: ignore[attr-defined]
    return [(b, a) for b, a in product(statuses, statuses) if b != a and a not in steps.get(b, [])]


def test_what_was_paid_is_nothing_but_returned(programme: Programme) -> None:
    batch = money.pay_out(money.approved(programme))
    lines = Instruction.objects.filter(batch=batch)
    assert {after for before, after in _others(Instruction, STEPS["instruction"]) if before == "paid"} == {
        *Instruction.Status.values
    } - {"paid", "returned"}
    for status in {*Instruction.Status.values} - {"paid", "returned"}:
        assert f"nothing leads from paid to {status}" in _refused(lines, status=status)
    assert "no transfer has taken it back" in _refused(lines, status="returned")
    line = money.taken_back(batch.instructions.earliest("pk"), "salah orang")
    assert "nothing leads from returned to paid" in _refused(lines.filter(pk=line.pk), status="paid")


@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_line_that_ended_unpaid_stays_so(programme: Programme, end: str) -> None:
    batch = money.prepared(programme)
    lines = Instruction.objects.filter(batch=batch)
    lines.update(status=end)
    for status in {*Instruction.Status.values} - {end}:
        assert f"nothing leads from {end} to {status}" in _refused(lines, status=status)


def test_an_approved_batch_does_not_go_back(programme: Programme) -> None:
    batch = money.approved(programme)
    mine = Batch.objects.filter(pk=batch.pk)
    for status in ("draft", "prepared", "submitted", "cancelled", "closed"):
        assert f"nothing leads from approved to {status}" in _refused(mine, status=status)
    batch = money.pay_out(batch)
    for status in {*Batch.Status.values} - {"closed"}:
        assert f"nothing leads from closed to {status}" in _refused(mine, status=status)


def test_a_batch_that_was_thrown_away_stays_so(programme: Programme) -> None:
    batch = batches.cancel(money.prepared(programme))
    for status in ("draft", "prepared"):
        assert "nothing leads from cancelled" in _refused(Batch.objects.filter(pk=batch.pk), status=status)


def test_a_chunk_is_not_paid_a_second_time_nor_before_the_money_is_reserved(programme: Programme) -> None:
    chunks = Chunk.objects.filter(batch=(batch := money.prepared(programme)))
    for status in ("done", "blocked"):
        assert "is not reserved" in _refused(chunks, status=status)
    money.approve(money.approvals.submit(batch, by=money.officer()))
    money.pay_out(Batch.objects.get(pk=batch.pk))
    for status in {*Chunk.Status.values} - {"done"}:
        assert f"nothing leads from done to {status}" in _refused(chunks, status=status)


# --- the account that a batch is paid from ---


def test_the_account_of_an_approved_batch_is_not_exchanged(programme: Programme) -> None:
    batch, other = money.approved(programme), money.fund(9_000)
    clearing = money.ledger.open_account(money.Account.Kind.CLEARING)
    for account in (other, clearing, None):
        _refused(Batch.objects.filter(pk=batch.pk), clearing=account)


def test_a_batch_is_not_approved_with_an_account_that_is_no_clearing(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, other = money.submitted(programme), money.fund(9_000)
    monkeypatch.setattr(money.ledger, "open_account", lambda *_: other)
    with pytest.raises(DatabaseError, match="no clearing account"), transaction.atomic():
        money.approve(batch)


def test_a_batch_has_no_account_before_its_approval(programme: Programme) -> None:
    batch = money.prepared(programme)
    clearing = money.ledger.open_account(money.Account.Kind.CLEARING)
    assert "comes with its approval" in _refused(Batch.objects.filter(pk=batch.pk), clearing=clearing)
    with pytest.raises(DatabaseError, match="comes with its approval"), transaction.atomic():
        Batch.objects.create(cycle=batch.cycle, version=batch.version, status="prepared", clearing=clearing)
