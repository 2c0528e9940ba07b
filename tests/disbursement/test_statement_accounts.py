"""Accounts that are compared: a book is one account's on any day, what is expected stays, and ends by two officers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from disbursement import breaks, programmes, statement_accounts, statement_errors, statements
from disbursement.models import Break, Statement, StatementAccount
from tests import money
from tests.disbursement.statement_files import Entry, account, booked, camt, read
from tests.owner import tamper
from tests.processes import together


def today() -> date:
    return timezone.localdate()


def ended(of: StatementAccount, on: date) -> StatementAccount:
    return statement_accounts.agree_end(statement_accounts.propose_end(of, on, money.officer()), money.officer())


@pytest.fixture
def compared(db: None) -> StatementAccount:
    """An account whose statement, until five days from now, lacks a thousand of SP2D-1/2026."""
    programmes.fund(money.programme(), 1_000, "SP2D-1/2026")
    of = account("funding")
    booked(camt(since=today(), until=today() + timedelta(days=5)), of)
    breaks.find()
    assert Break.objects.get().state == "open"
    return of


CHANGES: list[dict[str, Any]] = [{"grace_days": 3_000}, {"starts_on": date(2030, 1, 1)}, {"books": ["settlement"]}]


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_compared_account_expects_does_not_change(compared: StatementAccount, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        StatementAccount.objects.filter(pk=compared.pk).update(**change)
    StatementAccount.objects.filter(pk=compared.pk).update(name="Bank DKI", active=False)
    breaks.find()
    assert Break.objects.get().state == "open"


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_before_its_first_statement_is_booked_everything_may_be_put_right(change: dict[str, Any]) -> None:
    of = account("funding")
    read(camt(since=today(), until=today()), of)
    assert statement_accounts.compared_until(of) is None
    assert StatementAccount.objects.filter(pk=of.pk).update(**change) == 1


@pytest.mark.usefixtures("committed_db")
def test_a_grace_that_became_longer_past_the_triggers_explains_no_break() -> None:
    programmes.fund(money.programme(), 1_000, "SP2D-1/2026")
    booked(camt(since=today(), until=today() + timedelta(days=5)), account("funding"))
    breaks.find()
    tamper("UPDATE disbursement_statementaccount SET grace_days = 3000")
    breaks.find()
    assert Break.objects.get().state == "open", "closed, and nobody agreed"


# --- one book, one account ---


@pytest.mark.django_db
@pytest.mark.parametrize("second", [{}, {"active": False}, {"starts_on": date(2030, 1, 1)}])
def test_two_accounts_do_not_expect_one_book_on_one_day(second: dict[str, Any]) -> None:
    first = account("funding", "disbursement")
    with pytest.raises(IntegrityError), transaction.atomic():
        account("settlement", "funding", **second)
    other = account("settlement")
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementAccount.objects.filter(pk=other.pk).update(books=["settlement", "disbursement"])
    assert list(statement_accounts.expecting(["funding", "settlement"], date(2026, 1, 1))) == [first, other]
    assert list(statement_accounts.expecting(["funding"], date(2026, 1, 1), but=first.pk)) == []


def _account(book: str) -> int:
    return account(book).pk


@pytest.mark.usefixtures("processes")
def test_of_two_accounts_for_one_book_at_once_one_is_made() -> None:
    outcomes = together([(_account, ("funding",))] * 3)
    assert StatementAccount.objects.count() == 1
    assert len([outcome for outcome in outcomes if outcome.error]) == 2


@pytest.mark.django_db
def test_a_transfer_is_expected_on_the_account_of_its_day_alone() -> None:
    old, made = account("funding", grace_days=0), money.programme()
    ended(old, today() - timedelta(days=1))
    new = account("funding", starts_on=today(), grace_days=0)
    programmes.fund(made, 1_000, "SP2D-1/2026")
    booked(camt(since=today(), until=today()), old)
    booked(camt(Entry(1_000, "SP2D-1/2026", day=today()), since=today(), until=today()), new)
    breaks.find()
    assert not Break.objects.exists()
    again = camt(Entry(1_000, "SP2D-1/2026", day=today()), since=today(), until=today())
    booked(again, old)  # both banks have it
    breaks.find()
    row = Break.objects.get()
    assert (row.kind, row.account) == ("missing_in_ledger", old)


@pytest.mark.django_db
def test_what_nobody_expects_is_named() -> None:
    def codes(day: date) -> list[str]:
        return [book.code for book in statement_accounts.not_expected(day)]

    of, now = account("funding", "settlement"), today()
    assert codes(now) == ["disbursement", "deposit", "counter"]
    statement_accounts.propose_end(of, now, money.officer())
    assert codes(now + timedelta(days=1)) == ["disbursement", "deposit", "counter"]
    statement_accounts.agree_end(StatementAccount.objects.get(), money.officer())
    assert codes(now) == ["disbursement", "deposit", "counter"]
    assert codes(now + timedelta(days=1)) == ["funding", "settlement", "disbursement", "deposit", "counter"]


# --- its end ---


def test_an_end_is_agreed_to_by_another_and_leaves_what_was_compared(compared: StatementAccount) -> None:
    one, other, until = money.officer(), money.officer(), today() + timedelta(days=5)
    with pytest.raises(statement_errors.EndTooEarly):
        statement_accounts.propose_end(compared, until - timedelta(days=1), one)
    with pytest.raises(statement_errors.EndBeforeStart):
        statement_accounts.propose_end(compared, compared.starts_on - timedelta(days=1), one)
    proposed = statement_accounts.propose_end(compared, until, one)
    with pytest.raises(statement_errors.EndIsOwn):
        statement_accounts.agree_end(proposed, one)
    with pytest.raises(IntegrityError), transaction.atomic():
        account("funding", starts_on=until + timedelta(days=1))  # nobody has agreed yet
    statement_accounts.agree_end(proposed, other)
    account("funding", starts_on=until + timedelta(days=1))
    breaks.find()
    assert Break.objects.get().state == "open"
    for late in (
        lambda: statement_accounts.propose_end(compared, until, one),
        lambda: statement_accounts.agree_end(proposed, money.officer()),
        lambda: statement_accounts.refuse_end(proposed),
    ):
        with pytest.raises(statement_errors.EndMoved):
            late()


@pytest.mark.django_db
def test_only_the_end_that_was_looked_at_is_agreed_to_or_refused() -> None:
    of = account("funding")
    shown = statement_accounts.propose_end(of, today(), money.officer())
    statement_accounts.propose_end(of, today() + timedelta(days=9), money.officer())
    for late in (
        lambda: statement_accounts.agree_end(shown, money.officer()),
        lambda: statement_accounts.refuse_end(shown),
    ):
        with pytest.raises(statement_errors.EndMoved):
            late()
    statement_accounts.refuse_end(StatementAccount.objects.get())
    of.refresh_from_db()
    assert (of.ends_on, of.end_by, of.end_agreed_by) == (None, None, None)


@pytest.mark.django_db
def test_an_end_that_a_statement_has_overtaken_is_not_agreed_to() -> None:
    proposed = statement_accounts.propose_end(account("funding"), today(), money.officer())
    booked(camt(since=today(), until=today() + timedelta(days=1)), proposed)
    with pytest.raises(statement_errors.EndTooEarly):
        statement_accounts.agree_end(proposed, money.officer())


@pytest.mark.django_db
def test_the_database_holds_the_end_and_its_two_officers() -> None:
    of, one, other = account("funding"), money.officer(), money.officer()
    rows = StatementAccount.objects.filter(pk=of.pk)

    def refused(**change: Any) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)

    refused(ends_on=today())
    refused(ends_on=today(), end_by=one, end_agreed_by=other)  # nobody saw the proposal
    rows.update(ends_on=today(), end_by=one)
    refused(end_agreed_by=one)
    refused(end_agreed_by=other, ends_on=today() + timedelta(days=1))
    booked(camt(since=today(), until=today() + timedelta(days=1)), of)
    refused(end_agreed_by=other)
    rows.update(ends_on=today() + timedelta(days=1))
    rows.update(end_agreed_by=other)
    refused(ends_on=None, end_by=None, end_agreed_by=None)
    refused(grace_days=3)


def _agree(of: int, by: int) -> str:
    statement_accounts.agree_end(StatementAccount.objects.get(pk=of), User.objects.get(pk=by))
    return "ended"


def _book(statement: int, by: int) -> str:
    statements.book(Statement.objects.get(pk=statement), User.objects.get(pk=by))
    return "booked"


@pytest.mark.usefixtures("processes")
def test_a_statement_and_an_end_at_once_wait_for_each_other() -> None:
    of = statement_accounts.propose_end(account("funding"), today(), money.officer())
    statement = read(camt(since=today(), until=today() + timedelta(days=1)), of)
    ending, booking = together([(_agree, (of.pk, money.officer().pk)), (_book, (statement.pk, money.officer().pk))])
    assert booking.value == "booked"  # also of an account that has ended: its last statement comes afterwards
    assert ending.value == "ended" or ending.error == "statement_account_end_too_early"
