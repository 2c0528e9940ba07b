"""Statements of banks and providers: sealed as they come in, read by a worker, looked at, then booked or cancelled.

One transaction reads a file and keeps its entries, behind the lock of the statement's row, or keeps why it was refused. An
entry counts from the moment its statement is booked. The same file, or another file of the same statement, is refused and
changes nothing: a statement taken in twice would bring up each of its entries as a duplicate.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from beneficiaries import uploads
from beneficiaries.errors import BeneficiaryError
from beneficiaries.errors import said as said_by_registry
from disbursement import breaks, statement_errors, statement_lines
from disbursement.models import Statement, StatementAccount, StatementEntry
from disbursement.statement_camt import Camt053Statement
from disbursement.statement_csv import CsvStatement
from disbursement.statement_errors import StatementError
from disbursement.statement_lines import Head, Line
from wallet import bank_references
from wallet.doorbell import ring, ring_after_commit
from wallet.transactions import retried

S = Statement.State
TASK = "disbursement.tasks.read_statement"
ROWS_AT_ONCE = 2_000  # what a reader holds
ATTEMPTS = 3
SILENT = timedelta(minutes=5)  # a worker that has not ended by then is lost
_COLUMNS = (
    *("uid", "statement_id", "line", "booked_on", "amount_sen", "settled", "reversal"),
    *("reference", "subject", "bank_reference", "text_sealed"),
)
READERS: dict[Statement.Format, type[CsvStatement] | type[Camt053Statement]] = {
    Statement.Format.CSV: CsvStatement,
    Statement.Format.CAMT053: Camt053Statement,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer says of a file that does not say it itself (CSV). Balances are in sen, both or neither."""

    number: str = ""
    period_from: date | None = None
    period_to: date | None = None
    opening_sen: int | None = None
    closing_sen: int | None = None


def begin(
    account: StatementAccount,
    upload: uploads.Upload,
    *,
    format: str,
    file_name: str,
    by: User,
    told: Told | None = None,
) -> Statement:
    """A statement of an uploaded file; a worker is rung for it. Raises FileKnown, FileTooLarge, AccountInactive."""
    if not account.active:
        raise statement_errors.AccountInactive
    limit = int(settings.DISBURSEMENT["statement_bytes"])
    if upload.size > limit:
        raise statement_errors.FileTooLarge(limit=limit // 1_000_000)
    told = told or Told()
    try:
        with transaction.atomic():
            made = Statement.objects.create(
                account=account,
                format=format,
                file_name=Path(file_name).name[-200:],
                file_sha256=upload.sha256,
                upload=upload.uid,
                size=upload.size,
                number=statement_lines.reference(told.number),
                period_from=told.period_from,
                period_to=told.period_to,
                opening_sen=told.opening_sen,
                closing_sen=told.closing_sen,
                by=by,
            )
    except IntegrityError:
        known = Statement.objects.filter(file_sha256=upload.sha256).exclude(state__in=Statement.GONE).first()
        if known is None:
            raise
        raise statement_errors.FileKnown(known=known.pk) from None
    ring_after_commit(TASK, made.pk)
    return made


def read(number: int) -> None:
    """Reads a statement's file, if nobody has and nobody is at it. What is wrong with it is kept: it is FAILED then."""
    # In a transaction of its own: a worker that dies of the file must be counted.
    waiting = Statement.objects.filter(pk=number, state=S.WAITING)
    if not waiting.update(attempts=F("attempts") + 1, tried_at=timezone.now()):
        return
    try:
        with transaction.atomic():
            statement = _waiting(number)
            if statement is not None:
                if statement.attempts > ATTEMPTS:
                    raise statement_errors.KeptDying(attempts=ATTEMPTS)
                _read(statement)
    except (StatementError, BeneficiaryError) as error:
        _fail(number, error.code, error.data)


def book(statement: Statement, by: User) -> Statement:
    """The statement counts from now on, and the books are compared with it.

    Raises StatementMoved; LookAgain, if its `problems` were not what they are now (what they are is kept then).
    """
    booked = _book(statement, by)
    if booked is None:
        raise statement_errors.LookAgain
    return booked


@retried
def _book(statement: Statement, by: User) -> Statement | None:
    statement = Statement.objects.select_for_update().get(pk=statement.pk)
    _must_be(statement, S.PREVIEWED)
    # One statement of an account at a time: the other is seen, or waits. What the account expects does not change meanwhile.
    StatementAccount.objects.select_for_update(no_key=True).get(pk=statement.account_id)
    problems = _problems(statement)
    if problems != statement.problems:
        Statement.objects.filter(pk=statement.pk).update(problems=problems)
        return None
    uploads.forget(statement.upload)
    statement.state, statement.booked_by, statement.ended_at = S.BOOKED, by, timezone.now()
    statement.upload = None
    statement.save(update_fields=["state", "booked_by", "ended_at", "upload"])
    ring_after_commit(breaks.TASK)
    return statement


@retried
def cancel(statement: Statement) -> Statement:
    """Nothing of it stays but that it was there; the file may be uploaded again. Raises StatementMoved."""
    statement = Statement.objects.select_for_update().get(pk=statement.pk)
    _must_be(statement, S.PREVIEWED, S.WAITING)
    _end(statement, state=S.CANCELLED)
    return statement


def sweep() -> None:
    """Rings for files that nobody is reading."""
    silent = Statement.objects.filter(state=S.WAITING, tried_at__lt=timezone.now() - SILENT)
    for number in silent.order_by("pk").values_list("pk", flat=True):
        ring(TASK, number)


def said(code: str, data: dict[str, Any]) -> str:
    """The sentence of an error that was kept as its code and data."""
    for family in StatementError.__subclasses__():
        if family.code == code:
            return str(family.message) % data
    return said_by_registry(code, data)


def _must_be(statement: Statement, *states: Statement.State) -> None:
    if statement.state not in states:
        raise statement_errors.StatementMoved(status=statement.get_state_display())


def _waiting(number: int) -> Statement | None:
    """The statement, if it waits and no other worker has it."""
    rows = Statement.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account")
    return rows.filter(pk=number, state=S.WAITING).first()


@transaction.atomic
def _fail(number: int, code: str, data: dict[str, Any]) -> None:
    statement = _waiting(number)
    if statement is not None:
        _end(statement, state=S.FAILED, error_code=code, error_data=data)


def _end(statement: Statement, **changes: Any) -> None:
    """The file and its entries are of no more use."""
    uploads.forget(statement.upload)
    StatementEntry.objects.filter(statement=statement).delete()
    Statement.objects.filter(pk=statement.pk).update(upload=None, ended_at=timezone.now(), **changes)


def _read(statement: Statement) -> None:
    """Keeps every entry, in the caller's transaction. Raises StatementError, BeneficiaryError; then nothing is kept."""
    stream: BinaryIO
    with uploads.open_upload(statement.upload, statement.size) as stream:
        reader = READERS[Statement.Format(statement.format)](stream)
        counts = _keep(statement, reader.lines())
    _complete(statement, reader.head)
    _check(statement, counts)
    values = {
        "number": statement.number,
        "period_from": statement.period_from,
        "period_to": statement.period_to,
        "opening_sen": statement.opening_sen,
        "closing_sen": statement.closing_sen,
        "entry_count": counts.entries,
        "unsettled_count": counts.unsettled,
        "in_sen": counts.in_sen,
        "out_sen": counts.out_sen,
        "problems": _problems(statement),
    }
    try:
        with transaction.atomic():
            Statement.objects.filter(pk=statement.pk).update(state=S.PREVIEWED, **values)
    except IntegrityError:
        raise _number_known(statement) from None


@dataclass(slots=True)
class _Counts:
    entries: int = 0
    unsettled: int = 0
    in_sen: int = 0
    out_sen: int = 0
    first: tuple[date, int] | None = None  # the earliest and latest day, and the line that says so
    last: tuple[date, int] | None = None

    def add(self, line: Line) -> None:
        self.entries += 1
        if not line.settled:
            self.unsettled += 1
            return
        self.in_sen += max(line.amount_sen, 0)
        self.out_sen += max(-line.amount_sen, 0)
        at = (line.booked_on, line.line)
        self.first, self.last = min(self.first or at, at), max(self.last or at, at)


def _keep(statement: Statement, lines: Iterator[Line]) -> _Counts:
    counts = _Counts()
    while some := list(islice(lines, ROWS_AT_ONCE)):
        for line in some:
            counts.add(line)
        _copy(statement, some)
    return counts


def _copy(statement: Statement, lines: Iterable[Line]) -> None:
    """Writes the lines as entries: COPY takes a third of the time of INSERT."""
    table, columns = StatementEntry._meta.db_table, ", ".join(_COLUMNS)
    buffer = io.StringIO()
    write = csv.writer(buffer, lineterminator="\n").writerow
    for line in lines:
        uid = uuid.uuid4()
        sealed = StatementEntry.text.seal(table, uid, line.text) if line.text else b""
        subject = bank_references.subject(line.reference)
        fixed = (uid, statement.pk, line.line, line.booked_on, line.amount_sen, line.settled, line.reversal)
        write((*fixed, line.reference, subject, line.bank_reference, f"\\x{sealed.hex()}"))
    buffer.seek(0)
    with connection.cursor() as cursor:
        # Nothing is NULL: an empty reference is an empty text.
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL E'\\x01')", buffer)


def _complete(statement: Statement, head: Head) -> None:
    """What the file says of itself goes before what the officer said. Raises OtherAccount."""
    ours, theirs = (statement_lines.bare(number) for number in (statement.account.number, head.account))
    if ours and theirs and ours != theirs:
        raise statement_errors.OtherAccount(found=theirs[-4:])
    statement.number = head.number or statement.number
    statement.period_from = head.period_from or statement.period_from
    statement.period_to = head.period_to or statement.period_to
    if head.opening_sen is not None:
        statement.opening_sen, statement.closing_sen = head.opening_sen, head.closing_sen


def _check(statement: Statement, counts: _Counts) -> None:
    """Raises StatementEmpty, ElementMissing, OutsidePeriod, DoesNotAddUp, NumberKnown."""
    if not counts.entries and statement.opening_sen is None:
        raise statement_errors.StatementEmpty
    if not statement.number or statement.period_from is None or statement.period_to is None:
        raise statement_errors.ElementMissing(element="Stmt/Id, Stmt/Bal/Dt", line=1)
    for at in (counts.first, counts.last):
        if at is not None and not statement.period_from <= at[0] <= statement.period_to:
            raise statement_errors.OutsidePeriod(line=at[1])
    moved = counts.in_sen - counts.out_sen
    if statement.opening_sen is not None and statement.opening_sen + moved != statement.closing_sen:
        shown = statement_lines.shown_sen
        raise statement_errors.DoesNotAddUp(
            opening=shown(statement.opening_sen), moved=shown(moved), closing=shown(statement.closing_sen)
        )
    if _with_number(statement) is not None:
        raise _number_known(statement)


def _with_number(statement: Statement) -> Statement | None:
    rows = Statement.objects.filter(account=statement.account, number=statement.number)
    return rows.exclude(pk=statement.pk).filter(state__in=[S.PREVIEWED, S.BOOKED]).first()


def _number_known(statement: Statement) -> StatementError:
    known = _with_number(statement)
    return statement_errors.NumberKnown(number=statement.number, known=known.pk if known else "?")


# Entries without a reference, lines that are there already in a booked statement of the account, days told twice.
_LOOKED_AT = """
SELECT (SELECT count(*) FROM disbursement_statemententry e WHERE e.statement_id = %(statement)s AND e.settled AND e.subject = ''),
       (SELECT count(*) FROM disbursement_statemententry e WHERE e.statement_id = %(statement)s AND e.settled AND e.subject <> ''
            AND EXISTS (
                SELECT FROM disbursement_statemententry o JOIN disbursement_statement s ON s.id = o.statement_id
                WHERE o.subject = e.subject AND o.amount_sen = e.amount_sen AND o.booked_on = e.booked_on AND o.settled
                    AND s.account_id = %(account)s AND s.state = 'booked')),
       (SELECT count(*) FROM disbursement_statement s WHERE s.account_id = %(account)s AND s.state = 'booked'
            AND s.period_from <= %(until)s AND s.period_to >= %(since)s)
"""


def _problems(statement: Statement) -> dict[str, int]:
    """What an officer should look at before booking, by kind, with how many."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # the planner does not know yet how many entries there are
        cursor.execute(
            _LOOKED_AT,
            {
                "statement": statement.pk,
                "account": statement.account_id,
                "since": statement.period_from,
                "until": statement.period_to,
            },
        )
        found = cursor.fetchone()
        cursor.execute("SET LOCAL enable_nestloop = DEFAULT")
    return {name: count for name, count in zip(("no_reference", "known", "overlaps"), found, strict=True) if count}
