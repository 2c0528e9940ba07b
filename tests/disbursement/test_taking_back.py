"""Aid paid by mistake is taken back while all of it is there: the fund has it again, and another attempt may pay."""

from __future__ import annotations

from datetime import date

import pytest

from disbursement import approvals, batches, execution, reconciliation
from disbursement.errors import AlreadySpent, NotPaid
from disbursement.models import Batch, Instruction
from tests import money
from wallet import ledger, succession
from wallet.errors import ReasonMissing
from wallet.models import Purse, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return money.pay_out(money.approved_crowd(3, amount=100))


def line_of(batch: Batch) -> Instruction:
    return batch.instructions.order_by("pk")[0]


def fund_of(batch: Batch) -> int:
    return money.balance(batch.cycle.programme.fund_id)


def test_all_of_it_goes_back_to_the_fund(batch: Batch) -> None:
    line = line_of(batch)
    before = fund_of(batch)
    back = execution.take_back(line, " salah orang ")
    assert (back.status, back.get_status_display(), back.failure) == ("returned", "Ditarik kembali", "salah orang")
    assert (fund_of(batch) - before, money.balance(batch.clearing_id)) == (100, 0)
    assert Purse.objects.get(wallet=line.wallet).account.balance == 0
    how_far = execution.progress(batch)
    assert (how_far.paid, how_far.paid_total, how_far.returned) == (2, 200, 1)
    assert how_far.failed == batch.instructions.filter(status="failed").count() == 0  # nobody failed to pay it
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_taken_back_twice_it_moves_once(batch: Batch) -> None:
    line = line_of(batch)
    execution.take_back(line, "salah orang")
    again = execution.take_back(line, "lain lagi")
    assert (again.failure, execution.progress(batch).paid) == ("salah orang", 2)
    assert Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).count() == 1
    money.assert_books_hold()


def test_while_the_batch_is_open_the_money_waits_in_its_clearing_and_returns_when_it_closes() -> None:
    batch = money.approved_crowd(3, amount=100)
    assert execution.pay_next_chunk(batch.pk)
    before = fund_of(batch)
    execution.take_back(line_of(batch), "salah orang")
    assert (fund_of(batch), money.balance(batch.clearing_id)) == (before, 100)
    assert execution.close_if_done(batch.pk)
    assert (fund_of(batch), money.balance(batch.clearing_id)) == (before + 100, 0)
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_another_attempt_pays_in_the_same_cycle(batch: Batch) -> None:
    line = line_of(batch)
    execution.take_back(line, "salah jumlah")
    followed = approvals.submit(batches.prepare(batch.cycle), by=money.officer())
    assert (followed.count, followed.instructions.get().enrolment_id) == (1, line.enrolment_id)
    money.approve(followed)
    money.pay_out(followed)
    assert followed.instructions.get().status == "paid"
    assert sorted(Purse.objects.filter(wallet=line.wallet).values_list("account__balance", flat=True)) == [0, 100]
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_what_was_spent_even_in_part_is_not_taken_back(batch: Batch) -> None:
    line = line_of(batch)
    payment = money.pay(line.wallet, money.merchant(), 1)
    with pytest.raises(AlreadySpent):
        execution.take_back(line, "salah orang")
    money.refund(payment, None)
    assert execution.take_back(line, "salah orang").status == "returned"
    money.assert_books_hold()


def test_what_a_merchant_holds_is_not_taken_back(batch: Batch) -> None:
    line = line_of(batch)
    money.hold(line.wallet, money.merchant(), 1)
    with pytest.raises(AlreadySpent):
        execution.take_back(line, "salah orang")
    line.refresh_from_db()
    assert line.status == "paid"
    money.assert_books_hold()


def test_only_what_was_paid_is_taken_back_and_not_without_a_reason(batch: Batch) -> None:
    waiting = line_of(money.submitted(money.programme()))
    with pytest.raises(NotPaid):
        execution.take_back(waiting, "salah orang")
    with pytest.raises(ReasonMissing):
        execution.take_back(line_of(batch), "")


def test_a_purse_that_was_passed_on_agrees_with_the_instruction_and_is_taken_back_from_the_heir(batch: Batch) -> None:
    line, heir, last = line_of(batch), money.wallet(), money.wallet()
    succession.succeed(line.wallet, heir.holder, "meninggal dunia", "dewi")
    succession.succeed(heir, last.holder, "meninggal dunia", "dewi")
    assert reconciliation.differences() == []
    execution.take_back(line, "meninggal sebelum dibayar")
    assert Purse.objects.get(wallet=last).account.balance == 0
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_a_reversal_that_no_instruction_tells_of_is_a_difference(batch: Batch) -> None:
    line = line_of(batch)
    ledger.reverse(Transfer.objects.get(key=line.key), row_kept=True)
    assert reconciliation.differences() == [reconciliation.Difference(line.key, 100, None)]


def test_the_next_cycle_is_not_touched(batch: Batch) -> None:
    execution.take_back(line_of(batch), "salah orang")
    follows = batches.cycle_of(batch.cycle.programme, date(2026, 12, 1))
    assert batches.prepare(follows).count == 3
