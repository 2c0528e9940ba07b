"""Merging, parting, enrolling and paying at once, in separate processes: one decision counts, and no rupiah is lost."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from beneficiaries import duplicates_merge
from beneficiaries.models import DuplicatePair, Merge
from disbursement import clawback, eligibility
from disbursement.models import Clawback, Enrolment, Programme
from tests import money
from tests.disbursement.merging import book, enrolment, fresh, merged, paid, pair_of, programme, twice
from tests.processes import Outcome, together
from wallet.models import Merchant, Wallet


def _decide(pair: int, what: str, officer: int) -> str:
    row, by = DuplicatePair.objects.get(pk=pair), User.objects.get(pk=officer)
    if what == "different":
        duplicates_merge.different(row, by, "dua orang")
    else:
        duplicates_merge.merge(row, row.low if what == "low" else row.high, by, "satu orang")
    return what


def _enrol(programme: int) -> int:
    return eligibility.enrol_eligible(Programme.objects.get(pk=programme))


def _part(merge: int, officer: int) -> None:
    duplicates_merge.unmerge(Merge.objects.get(pk=merge), User.objects.get(pk=officer), "dua orang")


def _codes(outcomes: list[Outcome]) -> list[str]:
    assert not any(outcome.signal for outcome in outcomes), outcomes
    return sorted(outcome.error for outcome in outcomes)


def test_of_officers_who_decide_at_once_one_does(processes: None) -> None:
    one, other = twice()
    paid(programme())
    pair = pair_of(one, other)
    officers = [money.officer().pk for _ in range(4)]
    outcomes = together(
        [(_decide, (pair.pk, what, by)) for what, by in zip(("low", "high", "different", "low"), officers, strict=True)]
    )
    assert _codes(outcomes) == ["", "pair_decided", "pair_decided", "pair_decided"]
    pair.refresh_from_db()
    assert Merge.objects.count() == (pair.status == "merged")
    assert book(one) + book(other) == 600_000
    money.assert_books_hold()


def test_two_pairs_with_one_person_in_both_join_that_person_once(processes: None) -> None:
    first, second = twice()
    third, _ = twice()
    paid(programme())
    left, right = pair_of(first, second), pair_of(second, third)
    by = money.officer().pk
    outcomes = together([(_decide, (left.pk, "low", by)), (_decide, (right.pk, "high", by))])
    assert _codes(outcomes) == ["", "person_not_active"]
    assert Merge.objects.count() == 1
    money.assert_books_hold()


def test_a_person_who_is_merged_while_being_enrolled_has_one_active_enrolment(processes: None) -> None:
    one, other = twice()
    made = money.programme()
    pair = pair_of(one, other)
    outcomes = together([(_decide, (pair.pk, "low", money.officer().pk)), (_enrol, (made.pk,)), (_enrol, (made.pk,))])
    assert _codes(outcomes) == ["", "", ""]
    assert Enrolment.objects.filter(programme=made, status="active").count() == 1
    assert enrolment(made, one) is not None


def test_of_officers_who_part_at_once_one_does(processes: None) -> None:
    one, other = twice()
    paid(programme())
    done = merged(one, other)
    by = money.officer().pk
    outcomes = together([(_part, (done.pk, by))] * 3)
    assert _codes(outcomes) == ["", "merge_undone", "merge_undone"]
    assert (book(one), book(other)) == (300_000, 300_000)


def _paid(wallet: int, merchant: int, amount: int) -> int:
    """Rupiah paid: none if it was declined, because the wallet was joined after its code was made."""
    payment = money.pay(Wallet.objects.get(pk=wallet), Merchant.objects.get(pk=merchant), amount)
    return payment.amount if payment.status == payment.Status.PAID else 0


def test_paying_while_the_wallets_are_joined_loses_nothing(processes: None) -> None:
    one, other = twice()
    paid(programme())
    pair, shop = pair_of(one, other), money.merchant()
    theirs = fresh(other).wallet_id
    jobs: list[Any] = [(_decide, (pair.pk, "low", money.officer().pk))]
    jobs += [(_paid, (theirs, shop.pk, 100_000))] * 3
    outcomes = together(jobs)
    assert outcomes[0].error == ""
    spent = sum(outcome.value or 0 for outcome in outcomes[1:])
    assert book(one) + book(other) == 600_000 - spent
    assert money.balance(shop.account) == spent
    money.assert_books_hold()


def _claim(line: int, officer: int) -> None:
    clawback.propose({line: 1_000}, reason="keliru", evidence="BA 1", by=User.objects.get(pk=officer))


def test_a_case_begun_while_its_payments_are_parted_is_of_whoever_has_them(processes: None) -> None:
    survivor, other = twice()
    batch = paid(programme(without=survivor))
    done = merged(survivor, other)
    line = batch.instructions.get()
    outcomes = together([(_claim, (line.pk, money.officer().pk)), (_part, (done.pk, money.officer().pk))])
    line.refresh_from_db()
    assert _codes(outcomes) in (["", ""], ["", "merge_refused"])
    assert Clawback.objects.get().person_id == line.enrolment.person_id
    money.assert_books_hold()
