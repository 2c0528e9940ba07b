"""Reconciliation of instructions with the ledger: what is marked paid was posted, and what was posted is marked paid."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

MOST = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """An instruction's key, and what the two books say of it: rupiah, None where there is nothing."""

    key: str
    instructed: int | None
    posted: int | None


def differences() -> list[Difference]:
    """Where paid instructions and posted disbursements do not agree in key, wallet and amount; the first hundred."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(i.key, t.key), i.amount, t.amount
            FROM (SELECT 'disburse:' || batch_id || ':' || enrolment_id || ':' || attempt AS key, wallet_id, amount
                  FROM disbursement_instruction WHERE status = 'paid') i
            FULL JOIN (SELECT posted.key, purse.wallet_id, posted.amount
                       FROM wallet_transfer posted JOIN wallet_purse purse ON purse.account_id = posted.credit_id
                       WHERE posted.kind = 'disbursement' AND posted.key LIKE 'disburse:%%') t ON t.key = i.key
            WHERE (i.wallet_id, i.amount) IS DISTINCT FROM (t.wallet_id, t.amount) ORDER BY 1 LIMIT %s
            """,
            [MOST],
        )
        return [Difference(*row) for row in cursor.fetchall()]
