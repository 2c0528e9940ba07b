"""Breaks: found by comparing all the books at once, and worked by officers until somebody else agrees how each is resolved.

`find` is one comparison, set-based and repeatable: what is new is opened, what returned is opened again, what is not found any
more is explained, and what officers have resolved stays so while the books say the same. Nothing here moves money.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from disbursement import books as booking
from disbursement.books import SUBJECT
from disbursement.models import (
    Break,
    BreakStep,
    Comparison,
    Confirmation,
    Instruction,
    PayoutLine,
    Statement,
    StatementAccount,
)
from disbursement.reconciliation import DIFFERENCES
from disbursement.statement_errors import BreakMoved, NoteMissing, OwnerUnfit, SecondLookIsOwn
from wallet.transactions import retried

TASK = "disbursement.tasks.find_breaks"
NIGHT = time(2)  # in Jakarta: after the day's statements have come
CONFIRMED_AFTER = timedelta(hours=1)  # how soon a "not received" becomes a break at the latest
RUN_LOCK, STEP_LOCK = (
    0x62726B31,
    0x62726B32,
)  # one comparison at a time; officers' steps beside each other, not beside it
S = Break.State
K = BreakStep.Kind

# --- Finding ---

# What our books say, by account and reference. Some days before `starts_on`, too: their statement may have come after it.
_LEDGER = """
SELECT a.id AS account_id, '{code}' AS book, {subject} AS subject, q.reference, q.amount, q.on_day, q.instruction_id
FROM ({query}) AS q (reference, amount, on_day, instruction_id)
JOIN disbursement_statementaccount a ON '{code}' = ANY (a.books) AND q.on_day >= a.starts_on - 31
"""
_NOTHING = "SELECT NULL::bigint, NULL, NULL, NULL, NULL::bigint, NULL::date, NULL::bigint WHERE false"

# One statement, hence one moment: a transfer posted meanwhile is on no side.
_FIND = """
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
WITH booked AS (
    SELECT e.*, s.account_id FROM disbursement_statemententry e JOIN disbursement_statement s ON s.id = e.statement_id
    WHERE s.state = 'booked' AND e.settled
), covered AS (
    SELECT account_id, max(period_to) AS until FROM disbursement_statement WHERE state = 'booked' GROUP BY account_id
), ledger (account_id, book, subject, reference, amount, on_day, instruction_id) AS ({ledger}
), ours AS (
    SELECT account_id, subject, min(book) AS book, min(reference) AS reference, sum(amount) * 100 AS sen, count(*) AS many,
           min(on_day) AS first_day, max(on_day) AS last_day, min(instruction_id) AS instruction_id
    FROM ledger GROUP BY account_id, subject
), theirs AS (
    SELECT account_id, subject, min(reference) AS reference, sum(amount_sen) AS sen, count(*) AS many,
           count(DISTINCT amount_sen) AS amounts, min(booked_on) AS first_day
    FROM booked WHERE subject <> '' GROUP BY account_id, subject
), compared AS (
    SELECT CASE WHEN o.subject IS NULL THEN 'missing_in_ledger' WHEN t.subject IS NULL THEN 'missing_in_statement'
                WHEN t.many > o.many AND t.many > t.amounts THEN 'duplicate' ELSE 'amount' END AS kind,
           account_id, account_id || ':' || subject AS subject, coalesce(o.book, '') AS book,
           coalesce(o.reference, t.reference) AS reference, o.instruction_id, o.sen AS ledger_sen, t.sen AS statement_sen,
           coalesce(o.first_day, t.first_day) AS since, o.first_day, o.last_day, o.many
    FROM ours o FULL JOIN theirs t USING (account_id, subject)
    WHERE coalesce(o.sen, 0) <> coalesce(t.sen, 0)
), gaps AS (
    SELECT id, account_id, number, opening_sen, period_from,
           lag(closing_sen) OVER (PARTITION BY account_id ORDER BY period_from, period_to, id) AS before_sen
    FROM disbursement_statement WHERE state = 'booked' AND opening_sen IS NOT NULL
), answers AS (
    SELECT DISTINCT ON (instruction_id) instruction_id, answer, at FROM disbursement_confirmation
    ORDER BY instruction_id, id DESC
)
SELECT c.kind, c.account_id, c.subject, c.book, c.reference, c.instruction_id, c.ledger_sen, c.statement_sen, c.since
FROM compared c JOIN disbursement_statementaccount a ON a.id = c.account_id LEFT JOIN covered USING (account_id)
WHERE CASE c.kind WHEN 'missing_in_statement' THEN c.first_day >= a.starts_on AND c.last_day + a.grace_days <= covered.until
                  WHEN 'missing_in_ledger' THEN true
                  ELSE c.many = 1 OR c.last_day + a.grace_days <= covered.until END
UNION ALL
SELECT 'missing_in_ledger', account_id, 'entry:' || id, '', bank_reference, NULL, NULL, amount_sen, booked_on
FROM booked WHERE subject = ''
UNION ALL
SELECT 'balance_gap', account_id, 'statement:' || id, '', number, NULL, before_sen, opening_sen, period_from
FROM gaps WHERE before_sen <> opening_sen
UNION ALL
SELECT 'instruction', NULL, d.key, '', d.key, i.id, d.posted * 100, d.instructed * 100, current_date
FROM ({differences}) d LEFT JOIN disbursement_instruction i
    ON d.key = {key}
UNION ALL
SELECT 'not_received', NULL, 'instruction:' || i.id, '', {key},
       i.id, i.amount * 100, NULL, (answers.at AT TIME ZONE 'Asia/Jakarta')::date
FROM answers JOIN disbursement_instruction i ON i.id = answers.instruction_id
WHERE answers.answer = 'not_received' AND i.status = 'paid'
UNION ALL
-- What a partner said after its outcome was final, or of another amount: what we booked, and what it says now, if it pays.
SELECT 'provider', NULL, 'payout:' || l.instruction_id, '', l.reference, i.id,
       CASE l.state WHEN 'paid' THEN l.amount * 100 ELSE 0 END, CASE l.state WHEN 'failed' THEN l.amount * 100 END,
       (l.contradicted_at AT TIME ZONE 'Asia/Jakarta')::date
FROM disbursement_payoutline l JOIN disbursement_instruction i ON i.id = l.instruction_id WHERE l.contradiction <> ''
"""

_STEP = """
INSERT INTO disbursement_breakstep (subject_id, kind, statement_id, ledger_sen, statement_sen)
SELECT {these}.id, {kind}, newest.id, {these}.ledger_sen, {these}.statement_sen FROM {these}
LEFT JOIN LATERAL (SELECT id FROM disbursement_statement WHERE account_id = {these}.account_id AND state = 'booked'
                   ORDER BY ended_at DESC, id DESC LIMIT 1) newest ON true
"""
_OPEN_NEW = f"""
WITH opened AS (
    INSERT INTO disbursement_break
        (kind, account_id, subject, book, reference, instruction_id, ledger_sen, statement_sen, since)
    SELECT f.* FROM found f
    WHERE NOT EXISTS (SELECT FROM disbursement_break b WHERE (b.kind, b.subject) = (f.kind, f.subject))
    RETURNING id, account_id, ledger_sen, statement_sen)
{_STEP.format(these="opened", kind="'opened'")}
"""  # noqa: S608
# Open ones of which the books now say something else, and closed ones that are back or not what was resolved.
_OPEN_AGAIN = f"""
WITH again AS (
    UPDATE disbursement_break b
    SET present = true, ledger_sen = f.ledger_sen, statement_sen = f.statement_sen, book = f.book, state = 'open', reason = '',
        proposed_by_id = NULL, resolved_by_id = NULL, closed_at = NULL,
        opened_at = CASE WHEN was.closed THEN now() ELSE b.opened_at END,
        times_opened = b.times_opened + was.closed::int
    FROM found f, (SELECT id, state IN ('resolved', 'explained') AS closed FROM disbursement_break) was
    WHERE (b.kind, b.subject) = (f.kind, f.subject) AND was.id = b.id AND (
        b.state = 'explained' OR (b.state = 'resolved' AND NOT b.present)
        OR (b.ledger_sen, b.statement_sen) IS DISTINCT FROM (f.ledger_sen, f.statement_sen))
    RETURNING b.id, b.account_id, b.ledger_sen, b.statement_sen, was.closed)
{_STEP.format(these="again", kind="CASE WHEN again.closed THEN 'reopened' ELSE 'changed' END")}
RETURNING kind
"""  # noqa: S608
_EXPLAIN = f"""
WITH gone AS (
    UPDATE disbursement_break b SET present = false,
        state = CASE WHEN b.state = 'resolved' THEN b.state ELSE 'explained' END,
        closed_at = coalesce(b.closed_at, now())
    WHERE b.present AND NOT EXISTS (SELECT FROM found f WHERE (f.kind, f.subject) = (b.kind, b.subject))
    RETURNING b.id, b.account_id, b.ledger_sen, b.statement_sen, b.state)
{_STEP.format(these="gone", kind="'explained'")} WHERE gone.state = 'explained'
"""  # noqa: S608


@retried
def find() -> Comparison:
    """Compares everything as it stands now and brings the breaks up to date. Safe to repeat and to race."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RUN_LOCK])
        statements = _booked()
        cursor.execute("DROP TABLE IF EXISTS pg_temp.found")
        # After a large import the planner knows nothing of the new rows, and would go through them once for each other one.
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        cursor.execute(
            _FIND.format(ledger=ledger_query(), differences=DIFFERENCES, key=Instruction.key_in_sql("i")).replace(
                "%%", "%"
            )
        )
        cursor.execute("CREATE INDEX ON found (kind, subject); ANALYZE found")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [STEP_LOCK])  # the slow part is over: officers wait now
        cursor.execute(_EXPLAIN)
        explained = cursor.rowcount
        cursor.execute(_OPEN_AGAIN)
        again = [kind for (kind,) in cursor.fetchall()]
        cursor.execute(_OPEN_NEW)
        opened = cursor.rowcount
        cursor.execute("DROP TABLE found; SET LOCAL enable_nestloop = DEFAULT; SET LOCAL jit = DEFAULT")
    return Comparison.objects.create(
        statements=statements,
        opened=opened,
        reopened=again.count(K.REOPENED),
        changed=again.count(K.CHANGED),
        explained=explained,
        undecided=Break.objects.filter(state__in=Break.UNDECIDED).count(),
    )


def find_due() -> Comparison | None:
    """Compares if it is time: once a night, after a statement was booked or a partner contradicted itself, within the hour of
    a "not received". Else None.
    """
    latest = Comparison.objects.order_by("-pk").first()
    return find() if latest is None or _is_due(latest) else None


def _booked() -> int:
    return Statement.objects.filter(state=Statement.State.BOOKED).count()


def _is_due(latest: Comparison) -> bool:
    now = timezone.localtime()
    night = timezone.make_aware(datetime.combine(now.date(), NIGHT))
    if now < night:
        night -= timedelta(days=1)
    if latest.at < night or latest.statements != _booked():
        return True
    if PayoutLine.objects.exclude(contradiction="").filter(contradicted_at__gte=latest.at).exists():
        return True
    return latest.at < now - CONFIRMED_AFTER and Confirmation.objects.filter(at__gte=latest.at).exists()


def ledger_query() -> str:
    """The query of what our books say on the accounts that are compared; books that no account names are not read."""
    named = {code for books in StatementAccount.objects.values_list("books", flat=True) for code in books}
    parts = [
        _LEDGER.format(code=book.code, subject=SUBJECT.format("q.reference"), query=book.query)
        for book in booking.every().values()
        if book.code in named
    ]
    # No placeholder is in it: whoever runs it with parameters may do so as it is.
    return " UNION ALL ".join(parts) or _NOTHING


# --- Working on them ---


def _locked(row: Break) -> Break:
    """The break as it is now, for this transaction alone; a comparison waits, or is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [STEP_LOCK])
    return Break.objects.select_for_update(of=("self",)).get(pk=row.pk)


def _must_be(row: Break, *states: Break.State) -> None:
    if row.state not in states:
        raise BreakMoved(status=row.get_state_display())


def may_own(user: User) -> bool:
    """Whether breaks can be given to that officer."""
    return user.is_active and user.has_perm("disbursement.work_break")


@transaction.atomic
def assign(row: Break, owner: User, by: User) -> Break:
    """From now on the owner is asked about it. Raises BreakMoved, OwnerUnfit."""
    row = _locked(row)
    _must_be(row, S.OPEN, S.PROPOSED)
    if not may_own(owner):
        raise OwnerUnfit
    row.owner = owner
    row.save(update_fields=["owner"])
    BreakStep.objects.create(subject=row, kind=K.ASSIGNED, by=by, owner=owner)
    return row


@transaction.atomic
def propose(row: Break, reason: str, note: str, by: User) -> Break:
    """Says how it is resolved; another officer has to agree. Who proposes owns it if nobody did.

    Raises BreakMoved, NoteMissing.
    """
    row = _locked(row)
    _must_be(row, S.OPEN)
    if not note.strip():
        raise NoteMissing
    row.state, row.reason, row.proposed_by, row.owner = S.PROPOSED, reason, by, row.owner or by
    row.save(update_fields=["state", "reason", "proposed_by", "owner"])
    BreakStep.objects.create(subject=row, kind=K.PROPOSED, by=by, reason=reason, note=note.strip())
    return row


@transaction.atomic
def agree(row: Break, note: str, by: User) -> Break:
    """The second look: it is resolved so, until the books say something else. Raises BreakMoved, SecondLookIsOwn."""
    row = _locked(row)
    _must_be(row, S.PROPOSED)
    if row.proposed_by_id == by.pk:
        raise SecondLookIsOwn
    row.state, row.resolved_by, row.closed_at = S.RESOLVED, by, timezone.now()
    row.save(update_fields=["state", "resolved_by", "closed_at"])
    BreakStep.objects.create(subject=row, kind=K.AGREED, by=by, reason=row.reason, note=note.strip())
    return row


@transaction.atomic
def refuse(row: Break, note: str, by: User) -> Break:
    """The proposal does not convince; the break stays open with its owner. Raises BreakMoved, NoteMissing."""
    row = _locked(row)
    _must_be(row, S.PROPOSED)
    if not note.strip():
        raise NoteMissing
    reason, row.state, row.reason, row.proposed_by = row.reason, S.OPEN, "", None
    row.save(update_fields=["state", "reason", "proposed_by"])
    BreakStep.objects.create(subject=row, kind=K.REFUSED, by=by, reason=reason, note=note.strip())
    return row
