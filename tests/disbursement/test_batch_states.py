"""Where a batch can go from where it is, who took it there and why; and what of it nobody changes once it was submitted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disbursement import approvals, batch_states, batches, content, execution, pauses
from disbursement.batch_states import RESERVED, TRANSITIONS
from disbursement.errors import ContentChanged, WrongStatus
from disbursement.models import Batch, BatchStep, Programme
from tests import money
from tests.disbursement.changes import CHANGES
from tests.owner import as_owner, triggers_lifted

S = Batch.Status
NOVEMBER = date(2026, 11, 1)


def _steps(batch: Batch) -> list[tuple[str, str]]:
    return list(BatchStep.objects.filter(batch=batch).order_by("pk").values_list("from_status", "to_status"))


def test_a_batch_goes_only_where_the_table_says(committed_db: None) -> None:
    money.people(1)
    batch = money.approved(money.programme(amount=100, budget=100))
    before = len(_steps(batch))
    with triggers_lifted():  # they ask for what leads to a state; this asks for the table alone
        for origin, target in product(S, S):
            with transaction.atomic():
                Batch.objects.filter(pk=batch.pk).update(status=origin)
                batch.refresh_from_db()
                try:
                    batch_states.advance(batch, target)
                except WrongStatus:
                    assert (origin, target) not in TRANSITIONS
                    assert (Batch.objects.get(pk=batch.pk).status, len(_steps(batch))) == (origin, before)
                else:
                    assert (origin, target) in TRANSITIONS
                    assert _steps(batch)[before:] == [(origin, target)]
                transaction.set_rollback(True)


def test_each_step_is_kept_with_who_took_it_and_why(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    maker, approver = money.officer(), money.approver()
    batch = batches.prepare(batches.cycle_of(programme, NOVEMBER), maker)
    batch = approvals.submit(batch, by=maker)
    batch = money.approve(batch, approver, reason="sesuai SK")
    money.pay_out(batch)
    kept = list(BatchStep.objects.order_by("pk").values_list("to_status", "by", "reason"))
    assert kept == [
        ("draft", maker.pk, ""),
        ("prepared", None, ""),
        ("submitted", maker.pk, ""),
        ("approved", approver.pk, "sesuai SK"),
        ("paying", None, ""),
        ("closed", None, ""),
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE disbursement_batchstep SET reason = 'x'", "DELETE FROM disbursement_batchstep"]
)
def test_steps_are_written_once(programme: Programme, statement: str) -> None:
    money.prepared(programme)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_batches_from_before_get_their_states_and_their_past(programme: Programme) -> None:
    """What was approved was being paid; each moment that a batch keeps is a step (migration 0037)."""
    batch = money.approved(programme)
    known = BatchStep.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(import_module("disbursement.migrations.0037_states_of_old_batches").STATES)
    told = BatchStep.objects.order_by("pk")[known:]
    approver = batch.approvals.get().approver_id
    assert [(step.from_status, step.to_status, step.by_id) for step in told] == [
        ("", "prepared", None),
        ("prepared", "submitted", batch.maker_id),
        ("submitted", "approved", approver),
        ("approved", "paying", None),
    ]
    batch.refresh_from_db()
    assert batch.status == S.PAYING
    money.assert_paid_once(money.pay_out(batch), 5)


# --- frozen from submission on ---


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_lets_not_even_its_owner_change_the_lines_of_a_submitted_batch(
    committed_db: None, change: Callable[[Batch, Any], None]
) -> None:
    money.people(5)
    batch = money.submitted(money.programme(amount=100, budget=500))
    before = list(batch.instructions.order_by("pk").values())

    def do(statement: str, *parameters: Any) -> None:
        with as_owner() as cursor:
            cursor.execute(statement, parameters)

    with pytest.raises(DatabaseError, match="stay as they are"):
        change(batch, do)
    assert list(batch.instructions.order_by("pk").values()) == before


@pytest.mark.parametrize("column", ["digest = ''", "count = 1", "number = 9"])
def test_nor_its_chunks(committed_db: None, column: str) -> None:
    money.people(5)
    batch = money.submitted(money.programme(amount=100, budget=500))
    with pytest.raises(DatabaseError, match="stay as they are"), as_owner() as cursor:
        cursor.execute(f"UPDATE disbursement_chunk SET {column} WHERE batch_id = %s", [batch.pk])


def test_an_approval_reads_no_line(programme: Programme, django_assert_num_queries: Any) -> None:
    batch = money.submitted(programme)
    with connection.execute_wrapper(_refuse_lines):
        money.approve(batch)


def _refuse_lines(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    assert "disbursement_instruction" not in sql, sql
    return execute(sql, *rest)


# --- waiting for its moment ---


def test_an_approved_batch_waits_for_its_moment_and_the_sweeper_begins_it(
    programme: Programme, time_machine: Any
) -> None:
    moment = timezone.now() + timedelta(days=2)
    batch = approvals.submit(money.prepared(programme), by=money.officer(), pay_at=moment)
    batch = money.approve(batch)
    assert execution.sweep() == 0
    assert execution.pay_next_chunk(batch.pk) is False
    assert money.balance(batch.clearing_id) == 500  # the money is there, whatever the fund does until then
    time_machine.move_to(moment, tick=False)
    assert execution.sweep() == 1
    batch.refresh_from_db()
    assert batch.status == S.PAYING
    money.assert_paid_once(money.pay_out(batch), 5)


def test_the_moment_is_part_of_what_is_approved(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    moment = timezone.now() + timedelta(days=2)
    batch = approvals.submit(money.prepared(programme), by=money.officer(), pay_at=moment)
    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(pay_at=None)
    batch.pay_at = moment
    assert content.as_submitted(batch)
    batch.pay_at = moment + timedelta(minutes=1)
    assert not content.as_submitted(batch)
    with pytest.raises(ContentChanged):
        money.approve(batch, digest="0" * 64)


def test_a_batch_halted_before_its_moment_waits_for_it_again(programme: Programme) -> None:
    moment = timezone.now() + timedelta(days=2)
    batch = approvals.submit(money.prepared(programme), by=money.officer(), pay_at=moment)
    batch = money.approve(batch)
    batch = pauses.pause(batch, money.officer(), "tunggu kabar")
    assert pauses.resume(batch, money.officer()).status == S.APPROVED
    assert set(RESERVED) == {S.APPROVED, S.PAYING, S.PAUSED}
