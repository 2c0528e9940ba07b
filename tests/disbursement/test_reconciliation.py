"""Instructions and ledger are two books; where they differ, it is said."""

from __future__ import annotations

import pytest

from disbursement import reconciliation
from disbursement.models import Batch
from tests import money
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("committed_db")  # the owner tampers, over a connection of its own


@pytest.fixture
def batch() -> Batch:
    return money.pay_out(money.approved_crowd(3, amount=100))


def test_a_paid_batch_agrees_with_the_ledger(batch: Batch) -> None:
    assert reconciliation.differences() == []


def test_an_instruction_that_forgot_it_was_paid_is_found(batch: Batch) -> None:
    line = batch.instructions.first()
    assert line
    tamper("UPDATE disbursement_instruction SET status = 'failed' WHERE id = %s", line.pk)
    assert reconciliation.differences() == [reconciliation.Difference(line.key, None, 100)]


def test_an_instruction_that_was_never_posted_or_with_another_amount_is_found(batch: Batch) -> None:
    first, second = batch.instructions.order_by("pk")[:2]
    tamper("UPDATE disbursement_instruction SET attempt = 9 WHERE id = %s", first.pk)
    tamper("UPDATE disbursement_instruction SET amount = 99 WHERE id = %s", second.pk)
    found = {row.key: (row.instructed, row.posted) for row in reconciliation.differences()}
    first.attempt = 9
    assert found[first.key] == (100, None)
    assert found[second.key] == (99, 100)
    assert len(found) == 3
