"""Recomputes the ledger from its transfers and tells where the books differ from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, transaction

from wallet.models import Account


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that does not agree with the transfers."""

    check: str
    row: int
    stored: int
    recomputed: int


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` saw, in one snapshot: counts, rupiah by kind of account, findings (100 a check at most)."""

    accounts: int
    transfers: int
    balances: dict[str, int]
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.findings and sum(self.balances.values()) == 0


# Each check selects (row, stored, recomputed) where the two differ.
MOVED = """
    SELECT account, sum(delta) AS delta FROM (
        SELECT credit_id AS account, amount AS delta FROM wallet_transfer
        UNION ALL SELECT debit_id, -amount FROM wallet_transfer) legs GROUP BY account
"""
CHECKS = {
    "account balance": f"""
        SELECT a.id, a.balance, coalesce(moved.delta, 0)
        FROM wallet_account a LEFT JOIN ({MOVED}) moved ON moved.account = a.id
        WHERE a.kind <> 'merchant' AND a.balance <> coalesce(moved.delta, 0)
    """,  # noqa: S608
    "merchant checkpoint": """
        SELECT a.id, a.balance, coalesce(moved.delta, 0) FROM wallet_account a LEFT JOIN LATERAL (
            SELECT (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE credit_id = a.id AND id <= a.counted_to)
                 - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE debit_id = a.id AND id <= a.counted_to)
                AS delta) moved ON true
        WHERE a.kind = 'merchant' AND a.balance <> coalesce(moved.delta, 0)
    """,
    "merchant below zero": f"""
        SELECT a.id, 0, moved.delta FROM wallet_account a JOIN ({MOVED}) moved ON moved.account = a.id
        WHERE a.kind = 'merchant' AND moved.delta < 0
    """,  # noqa: S608
    "payment amount": """
        SELECT p.id, CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END, coalesce(sum(t.amount), 0)
        FROM wallet_payment p LEFT JOIN wallet_transfer t ON t.payment_id = p.id AND t.kind IN ('redemption', 'cash_out')
        GROUP BY p.id HAVING CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END <> coalesce(sum(t.amount), 0)
    """,
    "payment refunds": """
        SELECT p.id, p.refunded, coalesce(sum(t.amount), 0)
        FROM wallet_payment p LEFT JOIN wallet_transfer t ON t.payment_id = p.id AND t.kind = 'refund'
        GROUP BY p.id HAVING p.refunded <> coalesce(sum(t.amount), 0)
    """,
    "refund above its purse": """
        SELECT t.payment_id, sum(t.amount) FILTER (WHERE t.kind <> 'refund'),
               sum(t.amount) FILTER (WHERE t.kind = 'refund')
        FROM wallet_transfer t JOIN wallet_purse p
            ON p.account_id = CASE t.kind WHEN 'refund' THEN t.credit_id ELSE t.debit_id END
        WHERE t.kind IN ('redemption', 'cash_out', 'refund') GROUP BY t.payment_id, p.account_id
        HAVING coalesce(sum(t.amount) FILTER (WHERE t.kind = 'refund'), 0)
             > coalesce(sum(t.amount) FILTER (WHERE t.kind <> 'refund'), 0)
    """,
    "refund amount": """
        SELECT r.id, r.amount, coalesce(sum(t.amount), 0) FROM wallet_refund r
        LEFT JOIN wallet_transfer t ON t.kind = 'refund' AND split_part(t.key, ':', 2) = r.id::text
        GROUP BY r.id HAVING r.amount <> coalesce(sum(t.amount), 0)
    """,
    "settlement amount": """
        SELECT s.id, s.amount, coalesce(t.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'settle:' || s.id
        WHERE s.amount <> coalesce(t.amount, 0)
    """,
    "settlement payout": """
        SELECT s.id, CASE s.status WHEN 'paid' THEN s.amount ELSE 0 END, coalesce(t.amount, 0) - coalesce(back.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'payout:' || s.id
            LEFT JOIN wallet_transfer back ON back.reverses_id = t.id
        WHERE CASE s.status WHEN 'paid' THEN s.amount ELSE 0 END <> coalesce(t.amount, 0) - coalesce(back.amount, 0)
    """,
    "settlement returned": """
        SELECT s.id, CASE s.status WHEN 'returned' THEN s.amount ELSE 0 END, coalesce(back.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'settle:' || s.id
            LEFT JOIN wallet_transfer back ON back.reverses_id = t.id
        WHERE CASE s.status WHEN 'returned' THEN s.amount ELSE 0 END <> coalesce(back.amount, 0)
    """,
    "top-up amount": """
        SELECT u.id, u.amount, coalesce(t.amount, 0) FROM wallet_topup u
        LEFT JOIN wallet_transfer t ON t.key = 'top_up:' || u.id AND t.credit_id = u.purse_id AND t.kind = 'top_up'
        WHERE u.amount <> coalesce(t.amount, 0)
    """,
    "held by holds": """
        SELECT a.id, a.held, coalesce(reserved.amount, 0) FROM wallet_account a LEFT JOIN (
            SELECT part.purse_id, sum(part.amount - part.captured) AS amount
            FROM wallet_holdpart part JOIN wallet_hold h ON h.id = part.hold_id
            WHERE h.status = 'held' GROUP BY part.purse_id) reserved ON reserved.purse_id = a.id
        WHERE a.held <> coalesce(reserved.amount, 0)
    """,
    "hold parts": """
        SELECT h.id, CASE h.status WHEN 'declined' THEN 0 ELSE h.amount END, coalesce(sum(part.amount), 0)
        FROM wallet_hold h LEFT JOIN wallet_holdpart part ON part.hold_id = h.id
        GROUP BY h.id HAVING CASE h.status WHEN 'declined' THEN 0 ELSE h.amount END <> coalesce(sum(part.amount), 0)
    """,
    "hold captures": """
        SELECT h.id, h.captured, coalesce(sum(p.amount), 0)
        FROM wallet_hold h LEFT JOIN wallet_payment p ON p.hold_id = h.id AND p.status = 'paid'
        GROUP BY h.id HAVING h.captured <> coalesce(sum(p.amount), 0)
    """,
    "hold parts captured": """
        SELECT h.id, h.captured, coalesce(sum(part.captured), 0)
        FROM wallet_hold h LEFT JOIN wallet_holdpart part ON part.hold_id = h.id
        GROUP BY h.id HAVING h.captured <> coalesce(sum(part.captured), 0)
    """,
    # By purse, so that nothing captured came out of one the hold had not reserved, or beyond what it had.
    "capture of its purse": """
        SELECT coalesce(part.hold_id, taken.hold_id), least(part.captured, part.amount), coalesce(taken.amount, 0)
        FROM wallet_holdpart part FULL JOIN (
            SELECT p.hold_id, t.debit_id AS purse_id, sum(t.amount) AS amount
            FROM wallet_payment p JOIN wallet_transfer t ON t.payment_id = p.id AND t.kind IN ('redemption', 'cash_out')
            WHERE p.hold_id IS NOT NULL GROUP BY p.hold_id, t.debit_id) taken
            ON (taken.hold_id, taken.purse_id) = (part.hold_id, part.purse_id)
        WHERE coalesce(least(part.captured, part.amount), 0) <> coalesce(taken.amount, 0)
    """,
    "reversal mirrors": """
        SELECT t.id, t.amount, o.amount FROM wallet_transfer t JOIN wallet_transfer o ON o.id = t.reverses_id
        WHERE (t.debit_id, t.credit_id, t.amount) <> (o.credit_id, o.debit_id, o.amount)
    """,
}


def verify() -> Report:
    """Compares every balance, payment, hold, refund and settlement with the transfers, in one snapshot."""
    findings: list[Finding] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:  # only the outermost transaction may choose its snapshot
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for check, query in CHECKS.items():
            cursor.execute(f"{query} ORDER BY 1 LIMIT 100")
            findings += [Finding(check, int(row), int(stored or 0), int(now or 0)) for row, stored, now in cursor]
        cursor.execute("SELECT (SELECT count(*) FROM wallet_account), (SELECT count(*) FROM wallet_transfer)")
        accounts, transfers = cursor.fetchone()
        return Report(accounts, transfers, _balances(), findings)


def _balances() -> dict[str, int]:
    """Rupiah by kind of account, recomputed from the transfers alone."""
    query = f"""
        SELECT a.kind, sum(moved.delta) FROM wallet_account a
        JOIN ({MOVED}) moved ON moved.account = a.id GROUP BY a.kind
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {kind: int(total) for kind, total in cursor.fetchall()}
    return {kind.value: found.get(kind.value, 0) for kind in Account.Kind}
