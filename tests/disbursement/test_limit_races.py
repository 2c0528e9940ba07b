"""The limits of a wallet hold where several workers bring it something at once: parts of one batch, or several batches."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from beneficiaries.models import Person
from disbursement import approvals, eligibility, execution, programme_file, programmes
from disbursement.models import Batch, Instruction, Programme
from tests import money
from tests.processes import waiting_for_locks
from wallet.models import Purse


@pytest.fixture
def room(committed_db: None, settings: Any) -> None:
    """A wallet holds 200,000 at most."""
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 200_000, "unregistered": 200_000}}


def _pay_another(batch: int) -> bool:
    try:
        return execution.pay_next_chunk(batch)
    finally:
        connection.close()


def _pay_at_once(one: Batch, other: Batch) -> None:
    """A chunk of each, the second begun before the first has committed."""
    execution.start(one.pk)
    execution.start(other.pk)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            chunk = execution._claim(one.pk)
            assert chunk is not None
            execution._pay(chunk)
            second = pool.submit(_pay_another, other.pk)
            while not waiting_for_locks() and not second.done():
                time.sleep(0.01)
        assert second.result() is True


def _held() -> int:
    return sum(Purse.objects.values_list("account__balance", flat=True))


def test_two_parts_of_one_batch(room: None) -> None:
    programme_file.load()
    made = Programme.objects.get(code="KJP")
    programmes.fund(made, 10_000_000, "DIPA-1")
    pupil = money.person(born=date(2017, 1, 1))
    Person.objects.filter(pk=pupil.pk).update(schooling="sd")
    batch = money.approve(approvals.submit(money.prepared(made, date(2026, 10, 1)), by=money.officer()))
    assert sorted(batch.instructions.values_list("amount", flat=True)) == [100_000, 150_000]
    _pay_at_once(batch, batch)
    assert _held() == 150_000
    assert dict(batch.instructions.values_list("part", "status")) == {"main": "paid", "cash": "failed"}


def test_two_batches(room: None) -> None:
    money.person()
    both = []
    for _ in range(2):
        made = money.programme(amount=150_000, budget=150_000)
        eligibility.enrol_eligible(made)
        both.append(money.approved(made))
    _pay_at_once(*both)
    assert _held() == 150_000
    assert sorted(Instruction.objects.values_list("status", flat=True)) == ["failed", "paid"]
