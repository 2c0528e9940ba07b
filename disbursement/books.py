"""What our own books say that a bank or provider must say too: one query for each kind of money, by its reference.

A further kind (another provider, another account) is one more row of BOOKS, and nothing else changes. Each query is seen from
the statement: what comes into that account is positive. What was reversed is told twice, there and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# A reference without what banks change on its way; the same in Python: statement_lines.subject.
SUBJECT = "regexp_replace(upper({}), '[^A-Z0-9]+', '', 'g')"


@dataclass(frozen=True, slots=True)
class Book:
    """`query` gives (reference, rupiah as the statement has it, the day in Jakarta, instruction or null)."""

    code: str
    title: Any
    query: str


_DAY = "(t.posted_at AT TIME ZONE 'Asia/Jakarta')::date"
FUNDING = Book(
    "funding",
    _("Dana program dari anggaran"),
    f"""
    SELECT substring(o.key FROM '^fund:[0-9]+:(.*)$'), CASE WHEN t.id = o.id THEN t.amount ELSE -t.amount END, {_DAY}, NULL::bigint
    FROM wallet_transfer o
    JOIN LATERAL (SELECT o.id, o.amount, o.posted_at UNION ALL
                  SELECT r.id, r.amount, r.posted_at FROM wallet_transfer r WHERE r.reverses_id = o.id) t ON true
    WHERE o.debit_id = (SELECT id FROM wallet_account WHERE kind = 'budget') AND o.kind = 'funding' AND o.key LIKE 'fund:%%'
    """,  # noqa: S608  # our own words
)
SETTLEMENT = Book(
    "settlement",
    _("Penyelesaian ke bank pedagang"),
    f"""
    SELECT replace(s.uid::text, '-', ''), CASE WHEN t.id = o.id THEN -t.amount ELSE t.amount END, {_DAY}, NULL::bigint
    FROM wallet_transfer o JOIN wallet_settlement s ON o.key = 'payout:' || s.id
    JOIN LATERAL (SELECT o.id, o.amount, o.posted_at UNION ALL
                  SELECT r.id, r.amount, r.posted_at FROM wallet_transfer r WHERE r.reverses_id = o.id) t ON true
    WHERE o.credit_id = (SELECT id FROM wallet_account WHERE kind = 'bank') AND o.kind = 'payout'
    """,  # noqa: S608
)
DISBURSEMENT = Book(
    "disbursement",
    _("Bantuan ke penerima"),
    f"""
    SELECT o.key, CASE WHEN t.id = o.id THEN t.amount ELSE -t.amount END, {_DAY}, i.id
    FROM wallet_transfer o
    JOIN disbursement_instruction i ON o.key = 'disburse:' || i.batch_id || ':' || i.enrolment_id || ':' || i.attempt
    JOIN LATERAL (SELECT o.id, o.amount, o.posted_at UNION ALL
                  SELECT r.id, r.amount, r.posted_at FROM wallet_transfer r WHERE r.reverses_id = o.id) t ON true
    WHERE o.kind = 'disbursement'
    """,  # noqa: S608
)
BOOKS: dict[str, Book] = {book.code: book for book in (FUNDING, SETTLEMENT, DISBURSEMENT)}
