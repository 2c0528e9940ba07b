"""What our own books say that a bank or provider must say too: one query for each kind of money, by its reference.

A further kind is one more row of BOOKS, and nothing else changes; each partner that pays for us has one of its own. Each query
is seen from the statement: what comes into that account is positive. What was reversed is told twice, there and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from disbursement.models import Instruction, ProviderAccount
from wallet import counter

# A reference without what banks change on its way; the same in Python: wallet.bank_references.
SUBJECT = "upper(trim(BOTH '-' FROM regexp_replace({}, '[^A-Za-z0-9]+', '-', 'g')))"


@dataclass(frozen=True, slots=True)
class Book:
    """`query` gives (reference, rupiah as the statement has it, the day in Jakarta, instruction or null)."""

    code: str
    title: Any
    query: str


# What was posted, and what took it back: {picked} gives transfers with their reference, sign and instruction.
_WITH_REVERSALS = """
WITH picked (id, reference, amount, posted_at, instruction_id) AS ({picked}), moved AS (
    SELECT reference, amount, posted_at, instruction_id FROM picked
    UNION ALL
    SELECT p.reference, -p.amount, back.posted_at, p.instruction_id
    FROM wallet_transfer back JOIN picked p ON p.id = back.reverses_id WHERE back.reverses_id IS NOT NULL
)
SELECT reference, amount, (posted_at AT TIME ZONE 'Asia/Jakarta')::date, instruction_id FROM moved
"""
FUNDING = Book(
    "funding",
    _("Dana program dari anggaran"),
    _WITH_REVERSALS.format(
        picked="""
        SELECT t.id, substring(t.key FROM '^fund:[0-9]+:(.*)$'), t.amount, t.posted_at, NULL::bigint FROM wallet_transfer t
        WHERE t.debit_id = (SELECT id FROM wallet_account WHERE kind = 'budget') AND t.kind = 'funding'
            AND starts_with(t.key, 'fund:')
        """
    ),
)
SETTLEMENT = Book(
    "settlement",
    _("Penyelesaian ke bank pedagang"),
    _WITH_REVERSALS.format(
        picked="""
        SELECT t.id, replace(s.uid::text, '-', ''), -t.amount, t.posted_at, NULL::bigint
        FROM wallet_transfer t JOIN wallet_settlement s ON t.key = 'payout:' || s.id
        WHERE t.credit_id = (SELECT id FROM wallet_account WHERE kind = 'bank') AND t.kind = 'payout'
        """
    ),
)
DISBURSEMENT = Book(
    "disbursement",
    _("Bantuan ke penerima"),
    _WITH_REVERSALS.format(
        picked=f"""
        SELECT t.id, t.key, t.amount, t.posted_at, i.id
        FROM wallet_transfer t
        JOIN disbursement_instruction i ON t.key = {Instruction.key_in_sql("i")}
        WHERE t.kind = 'disbursement'
        """  # noqa: S608  # a constant of ours
    ),
)
DEPOSIT = Book(
    "deposit",
    _("Titipan mitra"),
    _WITH_REVERSALS.format(
        picked="""
        SELECT t.id, substring(t.key FROM '^deposit(?:_back)?:[0-9]*:(.*)$'),
            CASE WHEN starts_with(t.key, 'deposit_back:') THEN -t.amount ELSE t.amount END, t.posted_at, NULL::bigint
        FROM wallet_transfer t WHERE t.kind = 'deposit'
        """
    ),
)
# Cash over the office's own counter, by the number of each form: compared with what was counted there, or paid in at the bank.
COUNTER = Book(
    "counter",
    _("Kas loket kantor"),
    _WITH_REVERSALS.format(
        picked=f"""
        SELECT t.id, u.partner_reference_no, t.amount, t.posted_at, NULL::bigint
        FROM wallet_topup u JOIN wallet_partner p ON p.id = u.partner_id
        JOIN wallet_transfer t ON t.key = 'top_up:' || u.id
        WHERE p.client_id = '{counter.CLIENT_ID}'
        UNION ALL
        SELECT t.id, d.partner_reference_no, -t.amount, t.posted_at, NULL::bigint
        FROM wallet_payment d JOIN wallet_partner p ON p.id = d.partner_id
        JOIN wallet_transfer t ON t.payment_id = d.id AND t.kind = 'cash_out'
        WHERE p.client_id = '{counter.CLIENT_ID}'
        """  # noqa: S608  # a constant of ours
    ),
)
BOOKS: dict[str, Book] = {book.code: book for book in (FUNDING, SETTLEMENT, DISBURSEMENT, DEPOSIT, COUNTER)}


def of_partner(code: str) -> Book:
    """What the partner with that code has paid for us, under the references that it knows."""
    return Book(
        partner_code(code),
        _("Bantuan lewat mitra %(code)s") % {"code": code},
        _WITH_REVERSALS.format(
            picked=f"""
            SELECT t.id, l.reference, t.amount, t.posted_at, i.id
            FROM wallet_transfer t
            JOIN disbursement_instruction i ON t.key = {Instruction.key_in_sql("i")}
            JOIN disbursement_payoutline l ON l.instruction_id = i.id
            JOIN disbursement_provideraccount p ON p.id = l.provider_id
            WHERE t.kind = 'remittance' AND p.code = '{code}'
            """  # noqa: S608  # a slug
        ),
    )


def partner_code(code: str) -> str:
    """The code of a partner's book."""
    return f"mitra-{code}"


def every() -> dict[str, Book]:
    """All books by code, the partners' among them."""
    partners = (of_partner(code) for code in ProviderAccount.objects.order_by("code").values_list("code", flat=True))
    return BOOKS | {book.code: book for book in partners}
