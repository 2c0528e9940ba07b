"""Budgets at once, in processes of their own: two batches of two cycles never take more than there is."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.contrib.auth.models import User

from disbursement import approvals, budgets
from disbursement.models import Batch, Programme
from tests import money
from tests.processes import together

YEAR = 2026


def _do_submit(batch: int, maker: int) -> str:
    return str(approvals.submit(Batch.objects.get(pk=batch), by=User.objects.get(pk=maker)).status)


def _do_approve(batch: int, approver: int, code: str) -> str:
    chosen = Batch.objects.get(pk=batch)
    by = User.objects.get(pk=approver)
    return str(approvals.approve(chosen, by=by, digest=chosen.digest, reason="ya", code=code).status)


def _do_lower(programme: int, amount: int) -> str:
    budgets.set_budget(Programme.objects.get(pk=programme), YEAR, "", amount, decree="DPA perubahan")
    return "lowered"


def _programme() -> Programme:
    money.people(5)
    return money.programme(amount=100, budget=5_000)


def _taken(programme: Programme) -> int:
    [one] = budgets.standings(programme, YEAR)
    return one.reserved + one.paid


def test_submissions_at_once_never_take_more_than_there_is(processes: None) -> None:
    programme = _programme()
    budgets.set_budget(programme, YEAR, "31.71", 1_000, decree="DPA 5")
    made = [money.prepared(programme, date(YEAR, month, 1)) for month in (9, 10, 11, 12)]
    outcomes = together([(_do_submit, (batch.pk, money.officer().pk)) for batch in made])
    assert Counter(outcome.error for outcome in outcomes) == {"": 2, "budget_exceeded": 2}
    assert _taken(programme) == 1_000


def test_approvals_of_two_cycles_at_once_never_take_more_than_there_is(processes: None) -> None:
    programme = _programme()
    made = [approvals.submit(money.prepared(programme, date(YEAR, month, 1)), by=money.officer()) for month in (11, 12)]
    budgets.set_budget(programme, YEAR, "", 999, decree="DPA 5")  # lowered since: one fits, two do not
    jobs = []
    for batch in made:
        approver = money.approver()
        jobs.append((_do_approve, (batch.pk, approver.pk, money.code(money.phone(approver)))))
    outcomes = together(jobs)
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "budget_exceeded": 1}
    assert sorted(Batch.objects.values_list("status", flat=True)) == ["approved", "submitted"]
    assert money.balance(programme.fund) == 4_500
    money.assert_books_hold()


def test_a_budget_lowered_beside_a_submission_is_before_or_after_it(processes: None) -> None:
    for month in (9, 10, 11):
        programme = _programme()
        budgets.set_budget(programme, YEAR, "", 100_000, decree="DPA 5")
        batch = money.prepared(programme, date(YEAR, month, 1))
        submitted, lowered = together([(_do_submit, (batch.pk, money.officer().pk)), (_do_lower, (programme.pk, 1))])
        assert lowered.error == "" and submitted.error in ("", "budget_exceeded"), submitted
        batch.refresh_from_db()
        assert (batch.status == "submitted") == (submitted.error == "")
