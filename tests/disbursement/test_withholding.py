"""What later batches withhold for a clawback: a share, never more than is left, and counted only where the line is paid."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from disbursement import approvals, batches, clawback, content, execution, programmes, reconciliation, tasks, versions
from disbursement.models import Batch, Calculation, Clawback, Programme, Withholding
from disbursement.withholding import Case, take
from tests import money
from tests.disbursement.clawing import DECEMBER, NOVEMBER, OCTOBER, amounts, in_force, line, paid, prepared, world
from tests.disbursement.merging import fresh, merged, parted, twice
from wallet import wallets

pytestmark = pytest.mark.django_db


def standing(case: Clawback) -> tuple[int, int, int]:
    """Recovered, waiting, left."""
    now = clawback.standing(case)
    return now.recovered, now.waiting, now.left


def pay(batch: Batch) -> Batch:
    batch = approvals.submit(batch, by=money.officer())
    programmes.fund(batch.cycle.programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(batch))


# --- the arithmetic ---


@given(
    entitled=st.integers(1, 10**9),
    cases=st.lists(st.tuples(st.integers(1, 99), st.integers(0, 10**9)), max_size=6),
)
def test_a_line_always_pays_something_and_withholds_no_more_than_share_and_claim(
    entitled: int, cases: list[tuple[int, int]]
) -> None:
    rows = [Case(number, share, left) for number, (share, left) in enumerate(cases)]
    taken = take(rows, entitled)
    together = 0
    for one in taken:
        share, left = cases[one.case]
        together += one.amount
        assert one.amount > 0 and one.left == left - one.amount >= 0
        assert together * 100 <= entitled * share
    assert entitled - together >= 1
    assert [one.case for one in taken] == sorted(one.case for one in taken)


@given(entitled=st.integers(1, 10**6), share=st.integers(1, 99), left=st.integers(1, 10**6))
def test_one_case_takes_all_that_it_may(entitled: int, share: int, left: int) -> None:
    assert sum(one.amount for one in take([Case(1, share, left)], entitled)) == min(left, entitled * share // 100)


# --- in a batch ---


def test_the_next_batch_pays_less_by_the_share_and_the_money_stays_in_the_fund() -> None:
    batch = world(people=2)
    case = in_force(line(batch), 50_000)
    next_month = prepared(batch)
    assert sorted(amounts(next_month)) == [80_000, 100_000]
    assert next_month.total == 180_000
    assert standing(case) == (0, 20_000, 30_000)
    pay(next_month)
    assert standing(case) == (20_000, 0, 30_000)
    assert money.balance(next_month.cycle.programme.fund) == 0
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_the_calculation_says_what_is_withheld_and_for_which_case() -> None:
    batch = world()
    case = in_force(line(batch), 50_000)
    next_month = prepared(batch)
    kept = Calculation.objects.get(batch=next_month)
    assert (kept.total, kept.withheld, kept.parts, kept.reason) == (80_000, 20_000, {"main": 100_000}, "")
    row = Withholding.objects.get()
    assert (row.clawback, row.instruction.batch_id, row.entitled, row.amount, row.left) == (
        case, next_month.pk, 100_000, 20_000, 30_000,
    )  # fmt: skip


def test_month_after_month_until_all_is_recovered_and_then_nothing_more() -> None:
    batch = world()
    case = in_force(line(batch), 50_000)
    got = []
    for month in (11, 12):
        got += amounts(pay(prepared(batch, OCTOBER.replace(month=month))))
    for month in (1, 2):
        got += amounts(pay(prepared(batch, OCTOBER.replace(year=2027, month=month))))
        tasks.sweep()
    case.refresh_from_db()
    assert got == [80_000, 80_000, 90_000, 100_000]
    assert (case.status, standing(case)) == ("settled", (50_000, 0, 0))
    money.assert_books_hold()


def test_the_oldest_case_comes_first_and_together_they_take_no_more_than_the_largest_share() -> None:
    batch = world()
    first = in_force(line(batch), 5_000, share=10)
    second = in_force(line(batch), 50_000, share=20)
    prepared(batch)
    assert [standing(case)[1] for case in (first, second)] == [5_000, 15_000]


def test_a_share_leaves_at_least_a_rupiah() -> None:
    batch = world(amount=1)
    case = in_force(line(batch), 1, share=99)
    assert amounts(prepared(batch)) == [1]
    assert standing(case) == (0, 0, 1)


def test_another_programme_withholds_nothing() -> None:
    batch = world()
    in_force(line(batch), 50_000)
    assert amounts(money.prepared(money.programme(amount=100_000))) == [100_000]


def test_only_a_case_in_force_withholds() -> None:
    batch = world()
    case = in_force(line(batch), 50_000)
    clawback.write_off(case, by=money.officer(), reason="tidak mampu")
    assert amounts(prepared(batch)) == [100_000]


def test_what_was_approved_is_the_lower_amount() -> None:
    batch = world()
    in_force(line(batch), 50_000)
    submitted = approvals.submit(prepared(batch), by=money.officer())
    clawback.write_off(Clawback.objects.get(), by=money.officer(), reason="tidak mampu")
    assert content.of(submitted).digest == submitted.digest
    assert amounts(pay_submitted(submitted)) == [80_000]


def pay_submitted(batch: Batch) -> Batch:
    programmes.fund(batch.cycle.programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(batch))


# --- what is not paid frees it again ---


def test_a_cancelled_batch_frees_what_it_withheld() -> None:
    batch = world()
    case = in_force(line(batch), 50_000)
    batches.cancel(prepared(batch))
    assert standing(case) == (0, 0, 50_000)
    assert amounts(prepared(batch)) == [80_000]


def test_a_line_that_failed_frees_it_and_the_follow_up_withholds_anew() -> None:
    batch = world()
    case = in_force(line(batch), 50_000)
    wallet = line(batch).wallet
    wallets.freeze(wallet, "hilang", "dewi")
    failed = pay(prepared(batch))
    assert list(failed.instructions.values_list("status", flat=True)) == ["failed"]
    assert standing(case) == (0, 0, 50_000)
    wallet.refresh_from_db()
    wallets.unfreeze(wallet, "ketemu", "dewi")
    followed = batches.follow_up(failed)
    assert (amounts(followed), standing(case)) == ([80_000], (0, 20_000, 30_000))


def test_taking_a_paid_line_back_gives_it_back_and_opens_a_settled_case_again() -> None:
    batch = world()
    case = in_force(line(batch), 20_000)
    next_month = pay(prepared(batch))
    tasks.sweep()
    case.refresh_from_db()
    assert case.status == "settled"
    money.taken_back(line(next_month), "salah jumlah")
    case.refresh_from_db()
    assert (case.status, standing(case)) == ("in_force", (0, 0, 20_000))
    assert amounts(prepared(batch, DECEMBER)) == [80_000]
    money.assert_books_hold()


def test_a_case_is_not_settled_by_what_waits() -> None:
    batch = world()
    case = in_force(line(batch), 20_000)
    prepared(batch)
    tasks.sweep()
    case.refresh_from_db()
    assert case.status == "in_force"


def test_the_rest_of_a_cycle_counts_what_its_paid_part_withheld() -> None:
    """Two parts, of which one fails: the calculation of the follow-up says what the whole cycle withholds."""
    money.people(1)
    programme = _split_programme()
    first = paid(programme, OCTOBER)
    in_force(first.instructions.get(part="main"), 40_000)
    batch = batches.prepare(batches.cycle_of(programme, NOVEMBER))
    assert {row.part: row.amount for row in batch.instructions.all()} == {"main": 48_000, "cash": 32_000}
    batch = approvals.submit(batch, by=money.officer())
    programmes.fund(programme, batch.total, money.unique("DIPA"))
    batch = money.approve(batch)
    cash = batch.instructions.get(part="cash")
    execution.give_up([cash.chunk_id], "given_up")
    money.pay_out(batch)
    followed = batches.follow_up(batch)
    assert [(row.part, row.amount) for row in followed.instructions.all()] == [("cash", 32_000)]
    kept = Calculation.objects.get(batch=followed)
    assert (kept.total, kept.withheld) == (80_000, 20_000)


def _split_programme() -> Programme:
    made = programmes.found(code=money.unique("S"), name="Bantuan terbagi")
    version = versions.draft(
        made,
        OCTOBER,
        [{"code": "dasar", "name": "Dasar", "amount": 100_000, "cash_limit": 40_000}],
        eligibility="household.decile <= 4",
        terms=money.terms(),
        cash_terms=money.terms(cash=True),
    )
    versions.enforce(version)
    return made


# --- one human being ---


def test_the_case_follows_who_is_merged_and_stays_with_who_is_parted() -> None:
    survivor, other = twice()
    batch = paid(money.programme(amount=100_000), OCTOBER)
    case = in_force(batch.instructions.get(enrolment__person=other), 50_000)
    done = merged(survivor, other)
    next_month = prepared(batch)
    assert (amounts(next_month), standing(case)[1]) == ([80_000], 20_000)
    batches.cancel(next_month)
    parted(done)
    lower = {row.enrolment.person_id: row.amount for row in prepared(batch).instructions.select_related("enrolment")}
    assert lower == {survivor.pk: 100_000, other.pk: 80_000}
    assert fresh(other).status == "active"


def test_a_case_begun_after_a_merge_is_of_the_row_that_was_paid() -> None:
    survivor, other = twice()
    batch = paid(money.programme(amount=100_000), OCTOBER)
    done = merged(survivor, other)
    case = in_force(batch.instructions.get(enrolment__person=other), 50_000)
    assert case.person == other
    next_month = prepared(batch)
    assert (amounts(next_month), standing(case)[1]) == ([80_000], 20_000)
    batches.cancel(next_month)
    parted(done)
    lower = {row.enrolment.person_id: row.amount for row in prepared(batch).instructions.select_related("enrolment")}
    assert lower == {survivor.pk: 100_000, other.pk: 80_000}


# --- round the database ---


def _refused(statement: str, *parameters: object) -> str:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        return str(getattr(error.__cause__, "pgcode", "?"))
    return ""


_ADD = (
    'INSERT INTO disbursement_withholding (clawback_id, instruction_id, entitled, amount, "left")'
    " VALUES (%s, %s, %s, %s, %s)"
)


def test_the_database_withholds_only_what_is_due_of_a_line_that_is_lower_by_it() -> None:
    batch = world(people=2)
    case = in_force(line(batch), 50_000)
    next_month = prepared(batch)
    mine = next_month.instructions.get(enrolment=line(batch).enrolment)
    other = next_month.instructions.exclude(pk=mine.pk).get()
    second = in_force(line(batch), 50_000, share=30)
    assert _refused(_ADD, case.pk, other.pk, 100_001, 1, 29_999) == "23001"  # another's line
    assert _refused(_ADD, second.pk, mine.pk, 100_000, 10_001, 39_999) == "23514"  # above the share
    assert _refused(_ADD, second.pk, mine.pk, 100_000, 10_000, 1) == "23514"  # says another rest
    assert _refused(_ADD, second.pk, mine.pk, 100_000, 10_000, 40_000) == "23514"  # the line is not lower
    approvals.submit(next_month, by=money.officer())
    assert _refused(_ADD, second.pk, mine.pk, 100_000, 10_000, 40_000) == "23001"  # what was submitted stays
    paid_line = line(batch)
    assert _refused(_ADD, second.pk, paid_line.pk, 110_000, 10_000, 40_000) == "23001"


def test_the_database_withholds_no_more_than_is_claimed() -> None:
    batch = world()
    case = in_force(line(batch), 30_000, share=20)
    prepared(batch)
    waiting = line(prepared(batch, DECEMBER))
    assert standing(case) == (0, 30_000, 0)
    assert _refused(_ADD, case.pk, waiting.pk, waiting.amount + 1, 1, -1) == "23514"
    other_month = line(prepared(batch, OCTOBER.replace(month=9)))
    assert _refused(_ADD, case.pk, other_month.pk, 100_001, 1, 0) == "23514"
