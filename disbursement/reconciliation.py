"""Reconciliation of instructions with the ledger: what is marked paid was posted, and what was posted is marked paid."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from disbursement.models import Instruction

MOST = 100

# An instruction's key, and the rupiah that the two books have; null where there is nothing. Who is paid is a wallet, or, below
# zero, the account of the partner that paid.
DIFFERENCES = f"""
SELECT coalesce(i.key, t.key) AS key, i.amount AS instructed, t.amount AS posted
FROM (SELECT {Instruction.key_in_sql()} AS key, coalesce(-partner.account_id, wallet_id) AS payee, amount
      FROM disbursement_instruction LEFT JOIN disbursement_route route ON route.id = route_id
      LEFT JOIN disbursement_provideraccount partner ON partner.id = route.provider_id WHERE status = 'paid') i
FULL JOIN (SELECT posted.key, coalesce(passed.first_wallet, purse.wallet_id) AS payee, posted.amount
           FROM wallet_transfer posted JOIN wallet_purse purse ON purse.account_id = posted.credit_id
           LEFT JOIN (SELECT DISTINCT ON (account) account, predecessor_id AS first_wallet
                      FROM wallet_succession CROSS JOIN unnest(purses) AS account ORDER BY account, id
           ) passed ON passed.account = purse.account_id
           WHERE posted.kind = 'disbursement' AND posted.key LIKE 'disburse:%%' AND NOT EXISTS (
               SELECT FROM wallet_transfer back WHERE back.reverses_id = posted.id)
           UNION ALL
           SELECT posted.key, -posted.credit_id, posted.amount FROM wallet_transfer posted
           WHERE posted.kind = 'remittance' AND NOT EXISTS (
               SELECT FROM wallet_transfer back WHERE back.reverses_id = posted.id)) t ON t.key = i.key
WHERE (i.payee, i.amount) IS DISTINCT FROM (t.payee, t.amount)
"""  # noqa: S608  # a constant of ours


@dataclass(frozen=True, slots=True)
class Difference:
    """An instruction's key, and what the two books say of it: rupiah, None where there is nothing."""

    key: str
    instructed: int | None
    posted: int | None


def differences() -> list[Difference]:
    """Where paid instructions and posted disbursements do not agree in key, payee and amount; the first hundred.

    A disbursement that was reversed is not posted any more. A purse that was passed on counts where it was opened.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{DIFFERENCES} ORDER BY 1 LIMIT %s", [MOST])
        return [Difference(*row) for row in cursor.fetchall()]
