"""Aid paid by mistake is taken back while all of it is there: the fund has it again, and no batch pays it by itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from disbursement import approvals, batches, eligibility, execution, owed, reconciliation, subjects, taking_back
from disbursement.errors import AlreadySpent, NothingToPay, NotPaid, TakeBackProposed
from disbursement.models import Batch, Enrolment, Instruction, OwedCycle, TakeBack
from disbursement.provider_errors import NoProposal, ProposalIsOwn
from tests import money
from wallet import ledger
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
    back = money.taken_back(line, " salah orang ")
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
    money.taken_back(line, "salah orang")
    with pytest.raises(NotPaid):
        money.taken_back(line, "lain lagi")
    with pytest.raises(NoProposal):
        taking_back.agree(line, money.officer())
    line.refresh_from_db()
    assert (line.failure, execution.progress(batch).paid) == ("salah orang", 2)
    assert Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).count() == 1
    money.assert_books_hold()


def test_while_the_batch_is_open_the_money_waits_in_its_clearing_and_returns_when_it_closes() -> None:
    batch = money.approved_crowd(3, amount=100)
    assert execution.pay_next_chunk(batch.pk)
    before = fund_of(batch)
    money.taken_back(line_of(batch), "salah orang")
    assert (fund_of(batch), money.balance(batch.clearing_id)) == (before, 100)
    assert execution.close_if_done(batch.pk)
    assert (fund_of(batch), money.balance(batch.clearing_id)) == (before + 100, 0)
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_the_next_batch_of_the_cycle_leaves_them_out(batch: Batch) -> None:
    money.taken_back(line_of(batch), "salah orang")
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    money.people(1)
    eligibility.enrol_eligible(batch.cycle.programme)
    assert batches.prepare(batch.cycle).count == 1  # the new one


def test_once_it_is_owed_again_another_attempt_pays_in_the_same_cycle(batch: Batch) -> None:
    line = line_of(batch)
    money.taken_back(line, "salah jumlah")
    owed.owe(Enrolment.objects.filter(pk=line.enrolment_id), batch.cycle, "tetap berhak", money.officer())
    followed = approvals.submit(batches.prepare(batch.cycle), by=money.officer())
    assert (followed.count, followed.instructions.get().enrolment_id) == (1, line.enrolment_id)
    money.approve(followed)
    money.pay_out(followed)
    assert followed.instructions.get().status == "paid"
    assert sorted(Purse.objects.filter(wallet=line.wallet).values_list("account__balance", flat=True)) == [0, 100]
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_one_officer_alone_takes_nothing_back(batch: Batch) -> None:
    line, first, second = line_of(batch), money.officer(), money.officer()
    taking_back.propose(line, "salah orang", first)
    line.refresh_from_db()
    assert (line.status, money.balance(Purse.objects.get(wallet=line.wallet).account_id)) == ("paid", 100)
    with pytest.raises(TakeBackProposed):
        taking_back.propose(line, "salah jumlah", second)
    with pytest.raises(ProposalIsOwn):
        taking_back.agree(line, first)
    taking_back.refuse(line, second, "orangnya benar")
    with pytest.raises(IntegrityError), transaction.atomic():  # the database's rule too
        Instruction.objects.filter(pk=line.pk).update(status="returned", returned_at=timezone.now())
    row = TakeBack.objects.get()
    assert (row.agreed, row.proposed_by, row.decided_by, row.note) == (False, first, second, "orangnya benar")
    for change in ({"agreed": True}, {"reason": "lain"}, {"decided_by": first}):
        with pytest.raises(DatabaseError), transaction.atomic():
            TakeBack.objects.filter(pk=row.pk).update(**change)
    money.taken_back(line, "salah orang")
    assert TakeBack.objects.filter(agreed=True).count() == 1


def test_what_was_spent_even_in_part_is_not_taken_back(batch: Batch) -> None:
    line = line_of(batch)
    payment = money.pay(line.wallet, money.merchant(), 1)
    with pytest.raises(AlreadySpent):
        money.taken_back(line, "salah orang")
    money.refund(payment, None)
    assert money.taken_back(line, "salah orang").status == "returned"
    money.assert_books_hold()


def test_what_a_merchant_holds_is_not_taken_back(batch: Batch) -> None:
    line = line_of(batch)
    money.hold(line.wallet, money.merchant(), 1)
    with pytest.raises(AlreadySpent):
        money.taken_back(line, "salah orang")
    line.refresh_from_db()
    assert line.status == "paid"
    money.assert_books_hold()


def test_only_what_was_paid_is_taken_back_and_not_without_a_reason(batch: Batch) -> None:
    waiting = line_of(money.submitted(money.programme()))
    with pytest.raises(NotPaid):
        money.taken_back(waiting, "salah orang")
    with pytest.raises(ReasonMissing):
        money.taken_back(line_of(batch), "")


def test_a_purse_that_was_passed_on_agrees_with_the_instruction_and_is_taken_back_from_the_heir(batch: Batch) -> None:
    line, heir, last = line_of(batch), money.wallet(), money.wallet()
    money.passed_on(line.wallet, heir)
    money.passed_on(heir, last)
    assert reconciliation.differences() == []
    money.taken_back(line, "meninggal sebelum dibayar")
    assert Purse.objects.get(wallet=last).account.balance == 0
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_a_reversal_that_no_instruction_tells_of_is_a_difference(batch: Batch) -> None:
    line = line_of(batch)
    ledger.reverse(Transfer.objects.get(key=line.key), row_kept=True)
    assert reconciliation.differences() == [reconciliation.Difference(line.key, 100, None)]


def test_the_next_cycle_is_not_touched(batch: Batch) -> None:
    money.taken_back(line_of(batch), "salah orang")
    follows = batches.cycle_of(batch.cycle.programme, date(2026, 12, 1))
    assert batches.prepare(follows).count == 3


def test_its_words_are_forgotten_with_the_person_wherever_they_stand_and_reworded_by_nobody(batch: Batch) -> None:
    line = line_of(batch)
    taking_back.propose(line, "salah orang", money.officer())
    waiting = TakeBack.objects.filter(decided_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        waiting.update(reason="dihapus")
    taking_back.agree(line, money.officer(), "tetangganya yang dimaksud")
    made = TakeBack.objects.filter(instruction=line)
    for words in ({"reason": "lain"}, {"note": "lain"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            made.update(**words)
    subjects.forget(line.enrolment.person)
    line.refresh_from_db()
    assert (made.get().reason, made.get().note, line.failure) == ("dihapus", "dihapus", "dihapus")
    assert (made.get().agreed, line.status) == (True, "returned") and reconciliation.differences() == []


def test_so_are_the_words_of_arrears(batch: Batch) -> None:
    enrolment = line_of(batch).enrolment
    row = OwedCycle.objects.create(cycle=batch.cycle, enrolment=enrolment, why="telat didaftar", by=money.officer())
    with pytest.raises(DatabaseError), transaction.atomic():
        OwedCycle.objects.update(why="lain")
    OwedCycle.objects.update(withdrawn_at=timezone.now(), withdraw_reason="keliru")
    subjects.forget(enrolment.person)
    row.refresh_from_db()
    assert (row.why, row.withdraw_reason) == ("dihapus", "dihapus")
