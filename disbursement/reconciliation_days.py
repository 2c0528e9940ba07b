"""The three columns side by side: what the ledger, the statements and the beneficiaries say of a day, or of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Abs

from disbursement.books import SUBJECT
from disbursement.breaks import ledger_query
from disbursement.models import Batch, Confirmation, Instruction, StatementEntry


@dataclass(frozen=True, slots=True)
class Side:
    """So many lines and so many sen, there and back alike."""

    count: int = 0
    sen: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """How many payments were said to have come, or not to."""

    received: int = 0
    not_received: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One day."""

    on: date
    ledger: Side
    statement: Side
    answers: Answers


@dataclass(frozen=True, slots=True)
class OfBatch:
    """One batch: what was paid, what a provider's statements have of it, and what its people say."""

    paid: Side
    statement: Side
    answers: Answers

    @property
    def unanswered(self) -> int:
        return self.paid.count - self.answers.received - self.answers.not_received


def by_day(until: date, days: int = 31) -> list[Row]:
    """Each of the days up to that one, the latest first; three queries."""
    since = until - timedelta(days=days - 1)
    ledger = _ledger(since, until)
    statement = {
        on: Side(count, total)
        for on, count, total in StatementEntry.objects.filter(
            statement__state="booked", settled=True, booked_on__range=(since, until)
        )
        .values_list("booked_on")
        .annotate(many=Count("pk"), total=Sum(Abs("amount_sen")))
    }
    answers = _answers(since, until)
    on_days = [until - timedelta(days=back) for back in range(days)]
    return [Row(on, ledger.get(on, Side()), statement.get(on, Side()), answers.get(on, Answers())) for on in on_days]


def _ledger(since: date, until: date) -> dict[date, Side]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT on_day, count(*), sum(abs(amount)) * 100
            FROM ({ledger_query()}) AS l (account_id, book, subject, reference, amount, on_day, instruction_id)
            WHERE on_day BETWEEN %s AND %s GROUP BY on_day
            """,  # noqa: S608  # the books' own queries
            [since, until],
        )
        return {on: Side(count, int(total)) for on, count, total in cursor.fetchall()}


def _answers(since: date, until: date) -> dict[date, Answers]:
    rows = (
        Confirmation.objects.filter(at__date__range=(since, until))
        .values_list("at__date")
        .annotate(yes=Count("pk", filter=Q(answer="received")), no=Count("pk", filter=Q(answer="not_received")))
    )
    return {on: Answers(yes, no) for on, yes, no in rows}


def of_batch(batch: Batch) -> OfBatch:
    """The three columns of one batch; three queries, however many lines it has."""
    newest = Confirmation.objects.filter(instruction=OuterRef("pk")).order_by("-pk")
    paid = Instruction.objects.filter(batch=batch, status=Instruction.Status.PAID)
    told = paid.annotate(answer=Subquery(newest.values("answer")[:1])).aggregate(
        count=Count("pk"),
        total=Sum("amount", default=0),
        yes=Count("pk", filter=Q(answer="received")),
        no=Count("pk", filter=Q(answer="not_received")),
    )
    reference = f"coalesce(l.reference, {Instruction.key_in_sql('i')})"  # a partner knows it by another
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*), coalesce(sum(abs(e.amount_sen)), 0) FROM disbursement_instruction i
            LEFT JOIN disbursement_payoutline l ON l.instruction_id = i.id
            JOIN disbursement_statemententry e ON e.subject = {SUBJECT.format(reference)}
            JOIN disbursement_statement s ON s.id = e.statement_id
            WHERE i.batch_id = %s AND s.state = 'booked' AND e.settled
            """,  # noqa: S608  # constants of ours
            [batch.pk],
        )
        count, total = cursor.fetchone()
    return OfBatch(Side(told["count"], told["total"] * 100), Side(count, int(total)), Answers(told["yes"], told["no"]))
