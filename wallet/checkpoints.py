"""Merchants' checkpoints: moved on in the background, and what they make cheap to tell, the balance at any moment.

A checkpoint is exact in id and in time: under the cut nobody who posts to the account has drawn an id and not committed, so
what is at or below `counted_to` was posted by `made_at`, and what follows gets a higher id and a later clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from wallet import ledger
from wallet.models import Account, Checkpoint
from wallet.transactions import retried

MOVED = """
    SELECT
    (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE credit_id = %(account)s AND id > %(since)s AND id <= %(to)s)
  - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE debit_id = %(account)s AND id > %(since)s AND id <= %(to)s)
"""
# From the last checkpoint made by then to the first made after: what is outside was counted, or came later. The clock as a
# sum, lest its index be asked for all of history where statistics are old.
BALANCE_AT = """
    WITH last AS (
        SELECT counted_to, balance FROM wallet_checkpoint
        WHERE account_id = %(account)s AND made_at <= %(moment)s ORDER BY counted_to DESC LIMIT 1
    ), bounds AS (
        SELECT coalesce((SELECT counted_to FROM last), 0) AS since, coalesce((SELECT balance FROM last), 0) AS balance,
               coalesce((SELECT min(counted_to) FROM wallet_checkpoint
                         WHERE account_id = %(account)s AND made_at > %(moment)s), 9223372036854775807) AS upto
    )
    SELECT bounds.balance
         + (SELECT coalesce(sum(amount), 0) FROM wallet_transfer
            WHERE credit_id = %(account)s AND id > since AND id <= upto AND posted_at + interval '0' <= %(moment)s)
         - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer
            WHERE debit_id = %(account)s AND id > since AND id <= upto AND posted_at + interval '0' <= %(moment)s)
    FROM bounds
"""
# Ends as soon as the n-th transfer since the checkpoint is found, and asks merchants only: not the millions of purses. A range
# of (account, id), because by equality the planner may walk the primary key.
STOP_EARLY = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off"  # both read all of a merchant's first
DUE = """
    SELECT account.id FROM wallet_merchant merchant JOIN wallet_account account ON account.id = merchant.account_id
    WHERE EXISTS (SELECT FROM wallet_transfer transfer
                  WHERE transfer.credit_id <= account.id
                    AND (transfer.credit_id, transfer.id) > (account.id, account.counted_to)
                  ORDER BY transfer.credit_id, transfer.id OFFSET %s LIMIT 1)
    ORDER BY account.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Cut:
    """An account at a cut: its last transfer, the clock, and how far its checkpoint reached."""

    last: int
    at: datetime
    counted_to: int


def advance(account: int) -> Checkpoint | None:
    """Moves a merchant's checkpoint to its last transfer; None if there is nothing to count or another was faster.

    Payments wait for the cut only, which reads two index entries; they are summed while payments go on.
    """
    cut = _cut(account)
    if cut is None or cut.last <= cut.counted_to:
        return None
    came_in = moved(account, cut.counted_to, cut.last)
    return ledger.move_checkpoint(account, since=cut.counted_to, to=cut.last, moved=came_in, made_at=cut.at)


@retried
def _cut(account: int) -> _Cut | None:
    last = ledger.cut(account)
    at = ledger.clock()
    row = Account.objects.filter(pk=account, kind=Account.Kind.MERCHANT).values_list("counted_to", flat=True).first()
    return None if row is None else _Cut(last, at, row)


def moved(account: int, since: int, to: int) -> int:
    """Rupiah that the account's transfers after `since` up to and including `to` brought in, net."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"account": account, "since": since, "to": to})
        [net] = cursor.fetchone()
    return int(net)


def due(most: int) -> list[int]:
    """Merchants' accounts with `settings.WALLET["checkpoint_after"]` transfers or more since their checkpoint."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STOP_EARLY)
        cursor.execute(DUE, [settings.WALLET["checkpoint_after"] - 1, most])
        return [account for (account,) in cursor.fetchall()]


def advance_due(most: int = 100) -> Iterator[Checkpoint]:
    """Moves the checkpoints that are due, at most so many, one transaction each; safe to repeat and to race."""
    for account in due(most):
        if (made := advance(account)) is not None:
            yield made


def balance_at(account: int, moment: datetime) -> int:
    """The balance of any account as of that moment, in rupiah: of what was posted up to and including it.

    Final once nobody who was posting at that moment is still uncommitted; `ledger.cut` makes sure for the past.
    """
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_AT, {"account": account, "moment": moment})
        [balance] = cursor.fetchone()
    return int(balance)


def bound_at(account: int, moment: datetime) -> int | None:
    """An id that no transfer posted by then exceeds, on that account: of its first checkpoint made after; None without one."""
    later = Checkpoint.objects.filter(account_id=account, made_at__gt=moment).order_by("counted_to")
    return later.values_list("counted_to", flat=True).first()
