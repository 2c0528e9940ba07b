"""Where all the money stands now."""

from __future__ import annotations

from django.db import connection

from wallet.models import Account


def by_kind() -> dict[Account.Kind, int]:
    """Rupiah on the accounts of each kind, in one snapshot: together they are zero. The bank and the budget are outside.

    One statement, because two would see two moments while payments run.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind, sum(balance) FROM wallet_account GROUP BY kind
            UNION ALL
            SELECT 'merchant', sum(
                (SELECT coalesce(sum(t.amount), 0) FROM wallet_transfer t WHERE t.credit_id = a.id AND t.id > a.counted_to)
              - (SELECT coalesce(sum(t.amount), 0) FROM wallet_transfer t WHERE t.debit_id = a.id AND t.id > a.counted_to))
            FROM wallet_account a WHERE a.kind = 'merchant'
            """
        )
        found = dict.fromkeys(Account.Kind, 0)
        for kind, total in cursor.fetchall():
            found[Account.Kind(kind)] += int(total or 0)
    return found
