"""Statements of accounts and wallets: lines newest first, each with the balance after it, page by page.

The first page takes a cut: up to its last transfer the history is final, so the pages after it agree with it whatever is posted
meanwhile. The cursor carries where the page ended and with which balance, and is signed: each page reads its own rows only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from django.core import signing
from django.db import connection
from django.utils import timezone

from wallet import checkpoints, ledger
from wallet.errors import StatementCursorInvalid
from wallet.models import Account, Purse, Wallet
from wallet.transactions import retried

SALT = "wallet.statements"
PAGE_MOST = 1_000
# Two index scans an account, each of a page at most. Written as ranges of (account, id), because an equality lets the planner
# walk the primary key instead, past everybody else's rows; and the clock as a sum, because its own index would fetch all of
# history where statistics are old. What moves between two accounts of the statement changes nothing in it and is left out. The
# names are looked up for the page alone.
LINES = """
    SELECT line.id, line.posted_at, line.kind, line.account, line.counter, line.amount, payment.reference_no,
           coalesce(merchant.name, purse.title, account.name)
    FROM (
        SELECT entry.* FROM unnest(%(accounts)s::bigint[]) AS own (account) CROSS JOIN LATERAL (
            (SELECT id, posted_at, kind, own.account, debit_id AS counter, amount, payment_id FROM wallet_transfer
             WHERE credit_id >= own.account AND (credit_id, id) <= (own.account, %(from)s)
               AND posted_at + interval '0' <= %(moment)s AND debit_id <> ALL (%(accounts)s)
             ORDER BY credit_id DESC, id DESC LIMIT %(limit)s)
            UNION ALL
            (SELECT id, posted_at, kind, own.account, credit_id, -amount, payment_id FROM wallet_transfer
             WHERE debit_id >= own.account AND (debit_id, id) <= (own.account, %(from)s)
               AND posted_at + interval '0' <= %(moment)s AND credit_id <> ALL (%(accounts)s)
             ORDER BY debit_id DESC, id DESC LIMIT %(limit)s)
        ) entry ORDER BY entry.id DESC LIMIT %(limit)s
    ) line
    JOIN wallet_account account ON account.id = line.counter
    LEFT JOIN wallet_payment payment ON payment.id = line.payment_id
    LEFT JOIN wallet_merchant merchant ON merchant.account_id = line.counter
    LEFT JOIN wallet_purse purse ON purse.account_id = line.counter
    ORDER BY line.id DESC
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer: rupiah into (positive) or out of the account, and the statement's balance after it.

    `account` is the statement's own side (in a wallet's statement one of its purses), `counter` the other, by its name too.
    """

    id: int
    at: datetime
    kind: str
    account: int
    counter: int
    counter_name: str
    payment_reference: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A page: its lines newest first, the balance before the oldest of them and after the newest.

    `as_of` is the moment the whole statement tells of. `next` is the cursor of the page before in time, '' at the beginning.
    """

    as_of: datetime
    lines: list[Line]
    opening: int
    closing: int
    next: str


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page begins: the accounts and the moment of the statement, the highest id left, the balance up to there."""

    of: str
    accounts: list[int]
    moment: datetime
    asked: str
    upto: int
    balance: int


def of_account(
    account: int, *, as_of: date | datetime | None = None, cursor: str | None = None, limit: int = 50
) -> Statement:
    """A page of any account's statement, as of now, a moment, or the end of a day in Jakarta.

    With the cursor of another page it goes on there, with the same cut and moment. Call it outside of transactions: the cut
    holds the account until its transaction ends. Raises StatementCursorInvalid, Account.DoesNotExist, ValueError (limit).
    """
    of = f"account:{account}"
    return _page(_position(of, cursor, as_of) if cursor else _begin(of, _cut_account(account), as_of), limit)


def of_wallet(
    wallet: Wallet, *, as_of: date | datetime | None = None, cursor: str | None = None, limit: int = 50
) -> Statement:
    """A page of the statement of all purses in the wallet together, whole histories: what it inherited too.

    As `of_account` otherwise. Raises StatementCursorInvalid, ValueError (limit).
    """
    of = f"wallet:{wallet.pk}"
    return _page(_position(of, cursor, as_of) if cursor else _begin(of, _cut_wallet(wallet.pk), as_of), limit)


def _page(position: _Position, limit: int) -> Statement:
    if not 0 < limit <= PAGE_MOST:
        raise ValueError(f"limit must be 1 to {PAGE_MOST}")
    values: dict[str, Any] = {
        "accounts": position.accounts,
        "from": position.upto,
        "moment": position.moment,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(LINES, values)
        rows = cursor.fetchall()
    lines, balance = [], position.balance
    for number, at, kind, account, counter, amount, reference, name in rows[:limit]:
        lines.append(Line(number, at, kind, account, counter, name, reference or "", int(amount), balance))
        balance -= int(amount)
    more = len(rows) > limit
    after = _Position(
        position.of, position.accounts, position.moment, position.asked, rows[limit][0] if more else 0, balance
    )
    return Statement(position.moment, lines, balance, position.balance, _signed(after) if more else "")


# --- the first page: the cut ---


@dataclass(frozen=True, slots=True)
class _Cut:
    """Accounts at a cut: their last transfer, the clock, and what has been counted of each, up to which transfer."""

    last: int
    at: datetime
    counted: dict[int, tuple[int, int]]


def _begin(of: str, cut: _Cut, as_of: date | datetime | None) -> _Position:
    """Where the statement begins. What has to be summed is summed here, after the cut."""
    moment = cut.at if as_of is None else min(cut.at, _end(as_of))
    upto, balance = cut.last, 0
    for account, (counted, counted_to) in cut.counted.items():
        if moment < cut.at:
            balance += checkpoints.balance_at(account, moment)
        else:
            balance += counted + (checkpoints.moved(account, counted_to, cut.last) if counted_to < cut.last else 0)
    if moment < cut.at and len(cut.counted) == 1:
        [account] = cut.counted  # a merchant's many later transfers are not even looked at
        upto = min(upto, checkpoints.bound_at(account, moment) or upto)
    return _Position(of, list(cut.counted), moment, _asked(as_of), upto, balance)


@retried
def _cut_account(account: int) -> _Cut:
    owner = Purse.objects.filter(pk=account).values_list("wallet_id", flat=True)
    list(Wallet.objects.select_for_update().filter(pk__in=owner))
    return _cut([Account.objects.values_list("pk", flat=True).get(pk=account)])


@retried
def _cut_wallet(wallet: int) -> _Cut:
    # Payments hold the wallet before they choose its purses; the purses change hands under the same lock.
    list(Wallet.objects.select_for_update().filter(pk=wallet))
    return _cut(list(Purse.objects.filter(wallet_id=wallet).order_by("pk").values_list("pk", flat=True)))


def _cut(accounts: list[int]) -> _Cut:
    last = ledger.cut(*accounts)
    at = ledger.clock()
    rows = Account.objects.filter(pk__in=accounts).order_by("pk").values_list("pk", "kind", "balance", "counted_to")
    counted = {
        pk: (balance, counted_to if kind == Account.Kind.MERCHANT else last) for pk, kind, balance, counted_to in rows
    }
    return _Cut(last, at, counted)


def _end(as_of: date | datetime) -> datetime:
    """The last moment that counts: the one given, or the last of the day in Jakarta."""
    if isinstance(as_of, datetime):
        return as_of
    return timezone.make_aware(datetime.combine(as_of, time.max))


# --- the pages after: the cursor ---


def _asked(as_of: date | datetime | None) -> str:
    return "" if as_of is None else _end(as_of).isoformat()


def _signed(position: _Position) -> str:
    carried = asdict(position) | {"moment": position.moment.isoformat()}
    return signing.dumps(carried, salt=SALT, compress=True)


def _position(of: str, cursor: str, as_of: date | datetime | None) -> _Position:
    """What the cursor says. Raises StatementCursorInvalid unless it is ours, and of this statement."""
    try:
        carried: dict[str, Any] = signing.loads(cursor, salt=SALT)
    except signing.BadSignature as error:
        raise StatementCursorInvalid from error
    position = _Position(**carried | {"moment": datetime.fromisoformat(carried["moment"])})
    if position.of != of or (as_of is not None and _asked(as_of) != position.asked):
        raise StatementCursorInvalid
    return position
