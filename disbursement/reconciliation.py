"""Reconciliation of instructions with the ledger: what is marked paid was posted, and what was posted is marked paid.

What people gave back of an overpayment is compared alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from disbursement.models import Instruction

MOST = 100

# Of purses that went from wallet to wallet: where each was opened. An heir takes them, a merge pools them; what was paid into the
# pool since through an enrolment that moved goes to the other when the two are parted, and into their own wallet, frozen until
# then, nothing was paid meanwhile.
OPENED_IN = """
SELECT DISTINCT ON (account) account, first_wallet FROM (
    SELECT account, predecessor_id AS first_wallet, created_at AS at
    FROM wallet_succession CROSS JOIN unnest(purses) AS account
    UNION ALL
    SELECT account::bigint, (kept #>> '{pooled,source}')::bigint, at
    FROM beneficiaries_merge CROSS JOIN jsonb_array_elements_text(kept #> '{pooled,purses}') AS account
    UNION ALL
    SELECT purse.account_id, (kept #>> '{pooled,target}')::bigint, undone_at
    FROM beneficiaries_merge
    JOIN wallet_purse purse ON purse.wallet_id = (kept #>> '{pooled,source}')::bigint
    JOIN wallet_transfer paid ON paid.credit_id = purse.account_id AND paid.kind = 'disbursement'
        AND paid.id > (kept #>> '{pooled,last}')::bigint AND paid.posted_at < undone_at
) moved ORDER BY account, at
"""
# An instruction's key, and the rupiah that the two books have; null where there is nothing. Who is paid is a wallet, or, below
# zero, the account of the partner that paid.
DIFFERENCES = f"""
SELECT coalesce(i.key, t.key) AS key, i.amount AS instructed, t.amount AS posted
FROM (SELECT {Instruction.key_in_sql()} AS key, coalesce(-partner.account_id, wallet_id) AS payee, amount
      FROM disbursement_instruction LEFT JOIN disbursement_route route ON route.id = route_id
      LEFT JOIN disbursement_provideraccount partner ON partner.id = route.provider_id WHERE status = 'paid') i
FULL JOIN (SELECT posted.key, coalesce(passed.first_wallet, purse.wallet_id) AS payee, posted.amount
           FROM wallet_transfer posted JOIN wallet_purse purse ON purse.account_id = posted.credit_id
           LEFT JOIN ({OPENED_IN}) passed ON passed.account = purse.account_id
           WHERE posted.kind = 'disbursement' AND posted.key LIKE 'disburse:%%' AND NOT EXISTS (
               SELECT FROM wallet_transfer back WHERE back.reverses_id = posted.id)
           UNION ALL
           SELECT posted.key, -posted.credit_id, posted.amount FROM wallet_transfer posted
           WHERE posted.kind = 'remittance' AND NOT EXISTS (
               SELECT FROM wallet_transfer back WHERE back.reverses_id = posted.id)) t ON t.key = i.key
WHERE (i.payee, i.amount) IS DISTINCT FROM (t.payee, t.amount)
UNION ALL
SELECT coalesce('give_back:' || g.id, t.key), g.amount, t.amount
FROM (SELECT g.id, g.purse_id, p.fund_id, g.amount FROM disbursement_giveback g
      JOIN disbursement_clawback c ON c.id = g.clawback_id JOIN disbursement_programme p ON p.id = c.programme_id) g
FULL JOIN (SELECT key, debit_id, credit_id, amount FROM wallet_transfer posted
           WHERE kind = 'give_back' AND NOT EXISTS (
               SELECT FROM wallet_transfer back WHERE back.reverses_id = posted.id)) t ON t.key = 'give_back:' || g.id
WHERE (g.purse_id, g.fund_id, g.amount) IS DISTINCT FROM (t.debit_id, t.credit_id, t.amount)
"""  # noqa: S608  # a constant of ours


@dataclass(frozen=True, slots=True)
class Difference:
    """An instruction's key, and what the two books say of it: rupiah, None where there is nothing."""

    key: str
    instructed: int | None
    posted: int | None


def differences() -> list[Difference]:
    """Where paid instructions (or what was given back) and the ledger do not agree in key, payee and amount; the first hundred.

    A disbursement that was reversed is not posted any more. A purse that was passed on, or pooled by a merge,
    counts where it was opened.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{DIFFERENCES} ORDER BY 1 LIMIT %s", [MOST])
        return [Difference(*row) for row in cursor.fetchall()]
