"""Statements are taken in once: sealed, read, looked at, booked; what is wrong is kept as a reason and nothing else."""

from __future__ import annotations

import io
import os
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from beneficiaries import uploads
from beneficiaries.models import UploadBlock
from disbursement import statement_errors, statements
from disbursement.models import Break, BreakStep, Statement, StatementAccount, StatementEntry
from tests import money
from tests.disbursement.statement_files import DAY, Entry, account, booked, camt, csv, read, told, uploaded
from tests.processes import alone, together

FILE = camt(Entry(1_000, "SP2D-1", text="Dari Budi Santoso"), Entry(-10, "X-1"), number="STM-1", opening=5)


@pytest.mark.django_db
def test_a_statement_is_read_looked_at_and_booked() -> None:
    statement = read(FILE, account("funding"))
    assert statement.state == Statement.State.PREVIEWED
    assert (statement.number, statement.period_from, statement.entry_count) == ("STM-1", DAY, 2)
    assert (statement.opening_sen, statement.in_sen, statement.out_sen, statement.closing_sen) == (
        500,
        100_000,
        1_000,
        99_500,
    )
    statements.book(statement, money.officer())
    statement.refresh_from_db()
    assert statement.state == "booked" and statement.upload is None and not UploadBlock.objects.exists()


@pytest.mark.django_db
def test_what_speaks_of_people_is_sealed_from_the_first_byte() -> None:
    statement = uploaded(FILE, account("funding"))
    assert b"Budi" not in bytes(UploadBlock.objects.get(upload=statement.upload).sealed)
    statements.read(statement.pk)
    entry = StatementEntry.objects.get(reference="SP2D-1")
    assert entry.text == "Dari Budi Santoso" and b"Budi" not in bytes(entry.text_sealed)


@pytest.mark.django_db
def test_an_upload_that_waits_is_not_swept_away() -> None:
    statement = uploaded(FILE, account("funding"))
    stray = uploads.store(io.BytesIO(b"x"))
    UploadBlock.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert uploads.forget_abandoned() == 1
    assert UploadBlock.objects.get().upload == statement.upload != stray.uid


# --- twice ---


@pytest.mark.django_db
def test_the_same_file_again_changes_nothing() -> None:
    of = account("funding")
    first = booked(FILE, of)
    before = list(StatementEntry.objects.values())
    with pytest.raises(statement_errors.FileKnown) as refused:
        uploaded(FILE, of)
    assert f"#{first.pk}" in str(refused.value)
    with pytest.raises(statement_errors.FileKnown):
        uploaded(FILE, account("settlement"))
    assert list(StatementEntry.objects.values()) == before and Statement.objects.count() == 1


@pytest.mark.django_db
def test_the_same_statement_in_another_file_is_refused_with_the_reason() -> None:
    of = account("funding")
    first = booked(FILE, of)
    again = read(FILE + b"\n", of)
    assert again.state == "failed" and again.error_code == "statement_number_known"
    said = statements.said(again.error_code, again.error_data)
    assert "STM-1" in said and f"#{first.pk}" in said
    assert StatementEntry.objects.count() == 2 and not again.entries.exists()
    assert read(FILE + b"\n", account("settlement")).state == "previewed"  # another bank counts for itself


@pytest.mark.django_db
def test_a_refused_or_cancelled_file_may_come_again() -> None:
    of = account("funding")
    statements.cancel(read(FILE, of))
    assert not StatementEntry.objects.exists() and not UploadBlock.objects.exists()
    assert read(FILE, of).state == "previewed"


def _upload(of: int, content: bytes) -> int:
    return uploaded(content, StatementAccount.objects.get(pk=of)).pk


def _read(statement: int) -> str:
    statements.read(statement)
    return Statement.objects.get(pk=statement).state


def _book(statement: int) -> str:
    return statements.book(Statement.objects.get(pk=statement), money.officer()).state


@pytest.mark.usefixtures("processes")
def test_two_officers_at_once_take_a_file_in_once_read_it_once_and_book_it_once() -> None:
    of = account("funding")
    outcomes = together([(_upload, (of.pk, FILE))] * 3)
    assert sorted(outcome.error for outcome in outcomes) == ["", "statement_file_known", "statement_file_known"]
    statement = Statement.objects.get()
    together([(_read, (statement.pk,))] * 3)
    assert StatementEntry.objects.count() == 2
    outcomes = together([(_book, (statement.pk,))] * 3)
    assert sorted(outcome.error for outcome in outcomes) == ["", "statement_moved", "statement_moved"]


@pytest.mark.usefixtures("processes")
def test_two_files_of_one_statement_at_once_are_one() -> None:
    of = account("funding")
    waiting = [uploaded(FILE + b"\n" * extra, of).pk for extra in range(3)]
    outcomes = together([(_read, (number,)) for number in waiting])
    assert sorted(str(outcome.value) for outcome in outcomes) == ["failed", "failed", "previewed"]
    assert StatementEntry.objects.count() == 2


def _die_reading(statement: int) -> None:
    statements._keep = lambda *_: os.kill(os.getpid(), 9)
    statements.read(statement)


@pytest.mark.usefixtures("processes")
def test_a_reader_that_dies_leaves_the_file_waiting_and_one_that_always_dies_is_given_up() -> None:
    statement = uploaded(FILE, account("funding"))
    assert alone(_die_reading, statement.pk).signal == 9
    assert _read(statement.pk) == "previewed"
    other = uploaded(FILE + b"\n", account("settlement"))
    for _ in range(statements.ATTEMPTS):
        alone(_die_reading, other.pk)
    assert _read(other.pk) == "failed"
    other.refresh_from_db()
    assert other.error_code == "statement_kept_dying"


# --- what is refused ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (camt(Entry(10, "A"), closing=11), "statement_does_not_add_up"),
        (camt(Entry(10, "A", day=date(2026, 12, 1))), "statement_outside_period"),
        (camt(Entry(10, "A"), account_number="9999"), "statement_other_account"),
        (b"<a>", "statement_not_camt053"),
    ],
    ids=["sums", "period", "account", "form"],
)
def test_a_file_that_does_not_hold_is_refused_whole(content: bytes, code: str) -> None:
    statement = read(content, account("funding"))
    assert (statement.state, statement.error_code) == ("failed", code)
    assert statements.said(code, statement.error_data) != code
    assert not StatementEntry.objects.exists() and not UploadBlock.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["0012-345-678", "0012 345 678", "0012.345.678", " 0012345678"])
def test_an_account_number_is_the_same_however_it_is_written(typed: str) -> None:
    for book, ours, theirs in (("funding", typed, "0012345678"), ("settlement", "0012345678", typed)):
        statement = read(camt(account_number=theirs), account(book, number=ours))
        assert (statement.state, statement.error_code) == ("previewed", "")


@pytest.mark.django_db
def test_an_entry_of_zero_does_not_refuse_the_statement() -> None:
    statement = booked(camt(Entry(1_000, "SP2D-1"), Entry(0, "BUNGA")), account("funding"))
    assert (statement.entry_count, statement.unsettled_count, statement.in_sen) == (2, 1, 100_000)
    assert statement.entries.get(reference="BUNGA").settled is False


@pytest.mark.django_db
def test_a_csv_is_checked_against_what_the_officer_says_of_it() -> None:
    of, rows = account("disbursement"), [("A", 10, DAY, "SUCCESS"), ("B", 5, DAY, "FAILED")]
    right = read(csv(rows), of, told=told(opening_sen=0, closing_sen=1_000))
    assert right.state == "previewed" and right.unsettled_count == 1 and right.in_sen == 1_000
    wrong = read(csv([*rows, ("C", 1, DAY, "")]), of, told=told(opening_sen=0, closing_sen=1_000))
    assert wrong.error_code == "statement_does_not_add_up"
    broken = read(csv([("A", "x", DAY, "")]), of, told=told())
    assert broken.error_code == "statement_cell_wrong" and broken.error_data["line"] == 2


@pytest.mark.django_db
def test_what_an_officer_should_look_at_is_counted() -> None:
    of = account("funding")
    booked(camt(Entry(10, "A"), Entry(20, "B")), of)
    statement = read(camt(Entry(10, "A"), Entry(-3), opening=30), of)
    assert statement.problems == {"no_reference": 1, "known": 1, "overlaps": 1}


@pytest.mark.django_db
def test_a_statement_is_looked_at_again_when_it_is_booked() -> None:
    of = account("funding")
    first, second = (read(camt(Entry(10, "A"), number=f"STM-{number}"), of) for number in (1, 2))
    assert (first.problems, second.problems) == ({}, {})
    statements.book(first, money.officer())
    with pytest.raises(statement_errors.LookAgain):
        statements.book(second, money.officer())
    second.refresh_from_db()
    assert (second.state, second.problems) == ("previewed", {"known": 1, "overlaps": 1})
    assert statements.book(second, money.officer()).state == "booked"  # now that somebody has seen it


@pytest.mark.usefixtures("processes")
def test_of_two_statements_that_overlap_booked_at_once_one_is_looked_at_again() -> None:
    of = account("funding")
    waiting = [read(camt(Entry(10, "A"), number=f"STM-{number}"), of).pk for number in (1, 2)]
    outcomes = together([(_book, (number,)) for number in waiting])
    assert sorted(outcome.error for outcome in outcomes) == ["", "statement_look_again"]


@pytest.mark.django_db
def test_too_large_and_inactive_are_refused_at_once(settings: Any) -> None:
    with pytest.raises(statement_errors.AccountInactive):
        uploaded(FILE, account("funding", active=False))
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"statement_bytes": 10}
    with pytest.raises(statement_errors.FileTooLarge):
        uploaded(FILE, account("settlement"))


# --- what is booked stays ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disbursement_statement SET in_sen = 1",
        "UPDATE disbursement_statement SET state = 'cancelled'",
        "DELETE FROM disbursement_statement",
        "DELETE FROM disbursement_statemententry",
        "UPDATE disbursement_statemententry SET amount_sen = 1",
        "INSERT INTO disbursement_statemententry (uid, statement_id, line, booked_on, amount_sen)"
        " SELECT gen_random_uuid(), id, 9, period_to, 1 FROM disbursement_statement",
    ],
)
def test_the_database_keeps_what_was_booked(statement: str) -> None:
    booked(FILE, account("funding"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_a_statement_moves_no_money_and_makes_no_break_by_itself() -> None:
    read(FILE, account("funding"))
    money.assert_books_hold()
    assert not Break.objects.exists() and not BreakStep.objects.exists()
