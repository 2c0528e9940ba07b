"""The ledger: with the functions of wallet/sql, the only code that writes accounts' balances and transfers.

Money is whole rupiah. One `Leg` becomes one transfer row; the legs of one `post` stand or fall together. Locks are
taken in one order everywhere (payment or hold, wallet, then accounts by id), and what decides is read in the statement
after the lock: a statement that waits for a lock has taken its snapshot before. Whoever takes money out of a purse holds
its wallet's lock.

Merchants' accounts are not locked when credited, only pinned (FOR KEY SHARE), and their balance is a checkpoint plus
what came since. Whoever moves a checkpoint locks the account FOR UPDATE: that waits until every pinned transfer has
committed and keeps new ones from drawing their id, so "up to id N" can never miss one that commits later. The same
lock, on any account, makes a statement final up to its cut (wallet.statements): what moves money pins or locks both of its
accounts before it draws ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from wallet.errors import (
    AlreadyReversed,
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    NotReversible,
    WalletInactive,
)
from wallet.models import Account, Checkpoint, Purse, PurseTerms, Transfer, Wallet
from wallet.transactions import retried

MAX_AMOUNT = 10**15  # a quadrillion rupiah: above any budget, far below BIGINT
CLAIMED_BY_A_ROW = {
    Transfer.Kind.RESERVATION,
    Transfer.Kind.RELEASE,
    Transfer.Kind.DISBURSEMENT,
    Transfer.Kind.REMITTANCE,
    Transfer.Kind.TOP_UP,
    Transfer.Kind.GIVE_BACK,
    Transfer.Kind.ADVANCE,
    Transfer.Kind.RECOVERY,
    Transfer.Kind.SETTLEMENT,
    Transfer.Kind.PAYOUT,
    Transfer.Kind.LOSS,
    Transfer.Kind.DEPOSIT,  # the booking of two officers, who book it back where it was wrong
}


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer to be posted. `key` makes it happen once: the same key with another content is refused."""

    debit: int
    credit: int
    amount: int
    kind: str
    key: str
    payment: int | None = None
    reverses: int | None = None

    def same_as(self, posted: Transfer) -> bool:
        return (self.debit, self.credit, self.amount, self.kind, self.payment, self.reverses) == (
            posted.debit_id,
            posted.credit_id,
            posted.amount,
            posted.kind,
            posted.payment_id,
            posted.reverses_id,
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """One purse to be opened with its money."""

    key: str
    wallet: int
    amount: int


@dataclass(frozen=True, slots=True)
class GrantQuery:
    """Grants that stand in the database already: SQL that selects (key, wallet, amount), with its parameters."""

    sql: str
    parameters: Sequence[Any]


def check_amount(amount: int) -> None:
    """Refuses what is not whole rupiah above zero. Raises InvalidAmount."""
    if type(amount) is not int or not 0 < amount <= MAX_AMOUNT:
        raise InvalidAmount(amount=amount)


def open_account(kind: Account.Kind, name: str = "") -> Account:
    """A new, empty account."""
    return Account.objects.create(kind=kind, name=name)


def singleton(kind: Account.Kind) -> Account:
    """The one account of its kind: budget source, settlement clearing, bank."""
    account, _ = Account.objects.get_or_create(kind=kind)
    return account


@retried
def post(legs: Sequence[Leg]) -> list[Transfer]:
    """Posts all legs, or none; posted before under the same keys, they are returned and nothing moves.

    Raises InvalidAmount, InsufficientFunds (an account that is not external would fall below zero) and
    IdempotencyConflict (a key was used for something else, or for a part of this group only).
    """
    if not legs:
        return []
    for leg in legs:
        check_amount(leg.amount)
    balances = _lock(legs)
    posted = {transfer.key: transfer for transfer in Transfer.objects.filter(key__in=[leg.key for leg in legs])}
    if posted:
        return [_replayed(leg, posted) for leg in legs]
    for leg in legs:
        if leg.debit in balances:
            balances[leg.debit] -= leg.amount
            if balances[leg.debit] < 0:
                raise InsufficientFunds(account=leg.debit, short=-balances[leg.debit])
        if leg.credit in balances:
            balances[leg.credit] += leg.amount
    _keep_balances(legs)
    return _insert(legs)


def _replayed(leg: Leg, posted: dict[str, Transfer]) -> Transfer:
    transfer = posted.get(leg.key)
    if transfer is None or not leg.same_as(transfer):
        raise IdempotencyConflict(key=leg.key)
    return transfer


def _lock(legs: Sequence[Leg]) -> dict[int, int]:
    """Locks what is debited or kept, pins merchants that are only credited; returns what may be taken from each.

    That is the balance less what is held. External accounts may go below zero and are left out of the answer, but are
    locked: their balance is kept.
    """
    debited = {leg.debit for leg in legs}
    touched = debited | {leg.credit for leg in legs}
    kinds = dict(Account.objects.filter(id__in=touched).values_list("id", "kind"))
    if missing := touched - kinds.keys():
        raise Account.DoesNotExist(f"no such account: {sorted(missing)}")
    pinned = [account for account in touched - debited if kinds[account] == Account.Kind.MERCHANT]
    locked = sorted(touched - set(pinned))
    with connection.cursor() as cursor:
        if spent := [account for account in debited if kinds[account] == Account.Kind.PURSE]:
            lock_wallets_of(spent)
        if pinned:
            cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [pinned])
        cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [locked])
        bounded = [account for account in locked if kinds[account] not in Account.EXTERNAL]
        cursor.execute("SELECT id, held FROM wallet_account WHERE id = ANY(%s) AND held > 0", [bounded])
        held = dict(cursor.fetchall())
    return {account: balance - held.get(account, 0) for account, balance in balances_of(bounded).items()}


def release_held(parts: Mapping[int, int]) -> None:
    """Lowers what is held on each purse's account by so many rupiah; no money moves. Needs a transaction.

    Locks the purses' wallets, then the accounts, until the transaction ends: what is released can be posted by it alone.
    More than is held fails at the account's CHECK (IntegrityError).
    """
    purses = sorted(parts)
    with connection.cursor() as cursor:
        lock_wallets_of(purses)
        cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [purses])
        cursor.execute(
            "UPDATE wallet_account SET held = held - part"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS released (purse, part) WHERE id = purse",
            [purses, [parts[purse] for purse in purses]],
        )


def raise_held(parts: Mapping[int, int]) -> None:
    """Raises what is held on each purse's account by so many rupiah; no money moves. Needs a transaction.

    The mirror of `release_held`, with its locks. More than is there fails at the account's CHECK (IntegrityError).
    """
    release_held({purse: -amount for purse, amount in parts.items()})


def lock_wallets_of(purses: Sequence[int]) -> None:
    """Locks the wallets that hold these purses, in id order. Needs a transaction.

    Looks again after each wait: a succession may have moved a purse while we waited for the wallet it was in.
    """
    locked: list[int] = []
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT DISTINCT wallet_id FROM wallet_purse WHERE account_id = ANY(%s) AND wallet_id <> ALL(%s)",
                [list(purses), locked],
            )
            missing = [wallet for (wallet,) in cursor.fetchall()]
            if not missing:
                return
            cursor.execute("SELECT FROM wallet_wallet WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [missing])
            locked += missing


def balances_of(accounts: Iterable[int]) -> dict[int, int]:
    """Each account's balance as of this statement's snapshot, merchants' checkpoints brought up to date."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, CASE WHEN a.kind <> 'merchant' THEN a.balance ELSE a.balance
                + (SELECT coalesce(sum(t.amount), 0) FROM wallet_transfer t
                   WHERE t.credit_id = a.id AND t.id > a.counted_to)
                - (SELECT coalesce(sum(t.amount), 0) FROM wallet_transfer t
                   WHERE t.debit_id = a.id AND t.id > a.counted_to) END
            FROM wallet_account a WHERE a.id = ANY(%s)
            """,
            [list(accounts)],
        )
        return {account: int(balance) for account, balance in cursor.fetchall()}


def balance_of(account: int) -> int:
    """One account's balance now, in rupiah."""
    return balances_of([account])[account]


def _keep_balances(legs: Sequence[Leg]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE wallet_account a SET balance = a.balance + moved.delta
            FROM (SELECT account, sum(delta) AS delta
                  FROM unnest(%s::bigint[], %s::bigint[]) AS leg (account, delta) GROUP BY account) moved
            WHERE a.id = moved.account AND a.kind <> 'merchant'
            """,
            [
                [leg.debit for leg in legs] + [leg.credit for leg in legs],
                [-leg.amount for leg in legs] + [leg.amount for leg in legs],
            ],
        )


def _insert(legs: Sequence[Leg]) -> list[Transfer]:
    try:
        return Transfer.objects.bulk_create(
            Transfer(
                debit_id=leg.debit,
                credit_id=leg.credit,
                amount=leg.amount,
                kind=leg.kind,
                key=leg.key,
                payment_id=leg.payment,
                reverses_id=leg.reverses,
            )
            for leg in legs
        )
    except IntegrityError as error:
        # Posts of one key that share no locked account meet only here, at the unique index.
        if getattr(error.__cause__, "pgcode", None) == "23505":
            raise IdempotencyConflict(keys=[leg.key for leg in legs]) from error
        raise


@retried
def sweep(legs: Sequence[Leg]) -> list[Transfer]:
    """Posts legs out of purses into accounts that many such calls fill at the same time, in sets: not into merchants'.

    The caller holds the purses' wallets and has read what may go in the statement after. The receiving accounts are only
    pinned, and updated one by one at the very end, so that two sweepers wait for each other only while committing.
    Raises InvalidAmount, InsufficientFunds (a purse, or what is held in it), IdempotencyConflict (a key was used).
    """
    taken: Counter[int] = Counter()
    received: Counter[int] = Counter()
    for leg in legs:
        check_amount(leg.amount)
        taken[leg.debit] += leg.amount
        received[leg.credit] += leg.amount
    purses = sorted(taken)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [sorted(received)])
        cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [purses])
        try:
            cursor.execute(
                "UPDATE wallet_account SET balance = balance - amount"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS taken (purse, amount) WHERE id = purse",
                [purses, [taken[purse] for purse in purses]],
            )
        except IntegrityError as error:
            raise InsufficientFunds(accounts=purses) from error
    transfers = _insert(legs)
    with connection.cursor() as cursor:
        for account, amount in sorted(received.items()):
            cursor.execute("UPDATE wallet_account SET balance = balance + %s WHERE id = %s", [amount, account])
    return transfers


def pin_wallets(grants: GrantQuery, *, alone: bool = False) -> dict[int, str]:
    """Nobody closes these wallets, or passes them on, until the transaction ends; returns the status of those not active.

    With `alone`, nobody else who asks so brings them anything meanwhile either: what `limits` then says of them stays true.
    Must come before the ids of their purses' transfers are drawn, so that a wallet's statement is final up to its cut.
    Needs a transaction.
    """
    strength = "NO KEY UPDATE" if alone else "KEY SHARE"
    with connection.cursor() as cursor:
        # MATERIALIZED: as a plain subquery the condition would go below the lock, and an active wallet would not be pinned.
        # LATERAL: a lock within it makes the planner look each wallet up by its key, in this order. As a join it reads all
        # wallets there are for every chunk.
        cursor.execute(
            f"""
            WITH pinned AS MATERIALIZED (
                SELECT wallet.id, wallet.status
                FROM (SELECT DISTINCT g.wallet FROM ({grants.sql}) AS g (key, wallet, amount) ORDER BY 1) wanted
                CROSS JOIN LATERAL (
                    SELECT id, status FROM wallet_wallet WHERE id = wanted.wallet FOR {strength}) wallet)
            SELECT id, status FROM pinned WHERE status <> 'active'
            """,  # noqa: S608
            grants.parameters,
        )
        return dict(cursor.fetchall())


def bind(terms: PurseTerms) -> None:
    """From now on nobody changes these terms; reads them as they are bound. Needs a transaction."""
    if terms.granted_at is None:
        PurseTerms.objects.filter(pk=terms.pk, granted_at=None).update(granted_at=Now())
        terms.refresh_from_db()


@retried
def open_purses(
    source: int,
    terms: PurseTerms,
    title: str,
    usable_from: datetime,
    usable_until: datetime | None,
    grants: Sequence[Grant] | GrantQuery,
) -> int:
    """Opens one purse per grant and moves its money there from the source account; returns how many were new.

    Whoever passes a query has pinned its wallets (`pin_wallets`). A grant whose key was posted before is left alone.
    One statement inserts accounts, purses and transfers; no balance but the source's is updated, and that one last, so
    that two workers wait for each other only while committing.
    Raises InvalidAmount, InsufficientFunds (the source), IdempotencyConflict (a key was posted with other content,
    or by another call at the same moment), WalletInactive (a wallet is closed; of a query, the caller knows from the pin).
    """
    if isinstance(grants, GrantQuery):
        query = grants
    else:
        query = _as_query(grants)
        _refuse_closed(query, pin_wallets(query))
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM wallet_account WHERE id = %s FOR KEY SHARE", [source])
    bind(terms)
    values = [terms.pk, title, usable_from, usable_until, source]
    try:
        with transaction.atomic():
            opened, total, most = _insert_purses(query, values)
    except IntegrityError as error:
        # Keys that were posted before are the exception, so nobody else pays for looking.
        if getattr(error.__cause__, "pgcode", None) != "23505":
            raise
        opened, total, most = _insert_purses(_not_yet_posted(query, terms, title, source), values)
    if opened:
        check_amount(most)
        with connection.cursor() as cursor:
            try:
                cursor.execute("UPDATE wallet_account SET balance = balance - %s WHERE id = %s", [total, source])
            except IntegrityError as error:
                raise InsufficientFunds(account=source) from error
    return opened


def open_empty_purse(wallet: int, terms: PurseTerms, title: str, usable_from: datetime) -> int:
    """A purse with nothing in it and no end, for what its holder pays in; returns its account. The caller locked the wallet."""
    bind(terms)
    account = open_account(Account.Kind.PURSE)
    Purse.objects.create(account=account, wallet_id=wallet, terms=terms, title=title, usable_from=usable_from)
    return account.pk


def _refuse_closed(query: GrantQuery, inactive: dict[int, str]) -> None:
    """A closed wallet gets no new purse; what was granted before it was closed may be asked for again."""
    closed = [wallet for wallet, status in inactive.items() if status == Wallet.Status.CLOSED]
    if not closed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT g.wallet FROM ({query.sql}) AS g (key, wallet, amount) WHERE g.wallet = ANY(%s)
                AND NOT EXISTS (SELECT FROM wallet_transfer t WHERE t.key = g.key) LIMIT 1
            """,  # noqa: S608
            [*query.parameters, closed],
        )
        if refused := cursor.fetchone():
            raise WalletInactive(wallet=refused[0])


def _as_query(grants: Sequence[Grant]) -> GrantQuery:
    for grant in grants:
        check_amount(grant.amount)
    keys = [grant.key for grant in grants]
    if len(set(keys)) != len(keys):
        raise IdempotencyConflict(keys="doubled within one call")
    columns: list[list[Any]] = [keys, [grant.wallet for grant in grants], [grant.amount for grant in grants]]
    return GrantQuery("SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])", columns)


def _insert_purses(query: GrantQuery, values: Sequence[Any]) -> tuple[int, int, int]:
    """Accounts, purses and transfers in one statement; returns how many, their rupiah, and the largest."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS MATERIALIZED (
                SELECT g.key, g.wallet, g.amount, nextval('wallet_account_id_seq') AS account
                FROM ({query.sql}) AS g (key, wallet, amount)
            ), accounts AS (
                INSERT INTO wallet_account (id, kind, balance) SELECT account, 'purse', amount FROM wanted
            ), purses AS (
                INSERT INTO wallet_purse (account_id, wallet_id, terms_id, title, usable_from, usable_until)
                SELECT account, wallet, %s, %s, %s, %s FROM wanted
            ), transfers AS (
                INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key)
                SELECT %s, account, amount, 'disbursement', key FROM wanted
            )
            SELECT count(*), coalesce(sum(amount), 0), coalesce(max(amount), 0) FROM wanted
            """,  # noqa: S608
            [*query.parameters, *values],
        )
        opened, total, most = cursor.fetchone()
    return int(opened), int(total), int(most)


def _not_yet_posted(query: GrantQuery, terms: PurseTerms, title: str, source: int) -> GrantQuery:
    """The grants whose keys are free. Raises IdempotencyConflict if another was posted with other content."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT g.key FROM ({query.sql}) AS g (key, wallet, amount)
            JOIN wallet_transfer t ON t.key = g.key LEFT JOIN wallet_purse p ON p.account_id = t.credit_id
            WHERE (t.debit_id, t.amount, t.kind, p.terms_id, p.title)
                IS DISTINCT FROM (%s, g.amount, 'disbursement', %s, %s)
               OR (p.wallet_id <> g.wallet AND NOT EXISTS (
                   SELECT FROM wallet_succession s WHERE s.predecessor_id = g.wallet AND p.account_id = ANY (s.purses)))
            LIMIT 1
            """,  # noqa: S608
            [*query.parameters, source, terms.pk, title],
        )
        if conflict := cursor.fetchone():
            raise IdempotencyConflict(key=conflict[0])
    free = (
        f"SELECT g.* FROM ({query.sql}) AS g (key, wallet, amount)"  # noqa: S608
        " WHERE NOT EXISTS (SELECT FROM wallet_transfer t WHERE t.key = g.key)"
    )
    return GrantQuery(free, query.parameters)


@retried
def reverse(transfer: Transfer, *, row_kept: bool = False) -> Transfer:
    """Posts the same amount back, once ever. Raises NotReversible, AlreadyReversed, InsufficientFunds.

    Where a row goes on claiming the money, reversing its transfer alone would make the row lie: a payment's parts go back
    as refunds, which keep the cap; a settlement returns through `settlement.returned`, a batch's money through its
    programme. Such a caller keeps the row true and says so with `row_kept`. A reversal itself is final: post anew what
    should stand.
    """
    if not (reversible(transfer) or (row_kept and transfer.kind in CLAIMED_BY_A_ROW and transfer.payment_id is None)):
        raise NotReversible(transfer=transfer.pk)
    if Transfer.objects.filter(reverses=transfer).exists():
        raise AlreadyReversed(transfer=transfer.pk)
    leg = Leg(
        debit=transfer.credit_id,
        credit=transfer.debit_id,
        amount=transfer.amount,
        kind=Transfer.Kind.REVERSAL,
        key=f"reverse:{transfer.pk}",
        reverses=transfer.pk,
    )
    return post([leg])[0]


def reversible(transfer: Transfer) -> bool:
    """True if no row goes on claiming the money, so that `reverse` alone tells the truth."""
    final = transfer.kind == Transfer.Kind.REVERSAL or transfer.payment_id is not None
    return not final and transfer.kind not in CLAIMED_BY_A_ROW


def cut(*accounts: int) -> int:
    """Excludes for a moment whoever moves these accounts' money; returns their last transfer's id, 0 if there is none.

    Up to that id the accounts' history is final, and all that follows gets a higher id and a later `posted_at`. Waits for
    the transactions that are writing them now. Needs a transaction, which should be short.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM wallet_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(accounts)])
        cursor.execute(
            # A range of one account: by equality the planner may walk the primary key until it meets the account.
            """
            SELECT coalesce(max(greatest(
                (SELECT id FROM wallet_transfer WHERE credit_id BETWEEN own.account AND own.account
                 ORDER BY credit_id DESC, id DESC LIMIT 1),
                (SELECT id FROM wallet_transfer WHERE debit_id BETWEEN own.account AND own.account
                 ORDER BY debit_id DESC, id DESC LIMIT 1))), 0)
            FROM unnest(%s::bigint[]) AS own (account)
            """,
            [list(accounts)],
        )
        [last] = cursor.fetchone()
    return int(last)


def clock() -> datetime:
    """The database's clock now, by which transfers are posted; under a `cut`, the moment of the cut."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [moment] = cursor.fetchone()
    return cast(datetime, moment)


def lock_merchant(account: int) -> int:
    """Holds every payment to the merchant until the transaction ends, and returns its balance, certain by now.

    The one lock on a merchant that excludes credits: for milliseconds, to settle it. Needs a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM wallet_account WHERE id = %s AND kind = 'merchant' FOR UPDATE", [account])
    return balance_of(account)


def lock_owed(account: int) -> int:
    """Keeps others from taking out of a merchant's account, and returns what can be taken at least: it only grows. Needs a
    transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM wallet_account WHERE id = %s FOR NO KEY UPDATE", [account])
    return balance_of(account)


def traded_since(account: int, moment: datetime) -> int:
    """Rupiah that a merchant's account gained (or lost) from the moment on, settlements and what returned of them left out.

    Certain only under `lock_merchant`. Reads from the last checkpoint before the moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH since AS (
                SELECT coalesce(max(counted_to), 0) AS id FROM wallet_checkpoint
                WHERE account_id = %(account)s AND made_at <= %(moment)s
            ), moved AS (
                SELECT t.id, t.amount, t.kind, t.reverses_id, t.posted_at FROM wallet_transfer t, since
                WHERE t.credit_id = %(account)s AND t.id > since.id
                UNION ALL
                SELECT t.id, -t.amount, t.kind, t.reverses_id, t.posted_at FROM wallet_transfer t, since
                WHERE t.debit_id = %(account)s AND t.id > since.id
            )
            SELECT coalesce(sum(moved.amount), 0) FROM moved
            LEFT JOIN wallet_transfer reversed ON reversed.id = moved.reverses_id
            WHERE moved.posted_at >= %(moment)s AND moved.kind NOT IN ('settlement', 'recovery')
              AND coalesce(reversed.kind, '') <> 'settlement'
            """,
            {"account": account, "moment": moment},
        )
        [moved] = cursor.fetchone()
    return int(moved)


def times(account: int, kind: str) -> int:
    """How often the account was credited so, for the key of the next time. Needs the account's lock."""
    return Transfer.objects.filter(credit_id=account, kind=kind).count()


@retried
def drain_merchant(account: int, amount: int, credit: int, kind: str, key: str) -> Transfer:
    """Moves all that a merchant's account holds, as told by `lock_merchant`, and sets its checkpoint there."""
    [transfer] = post([Leg(account, credit, amount, kind, key)])
    Account.objects.filter(id=account).update(balance=0, counted_to=transfer.pk)
    # The row's clock: nobody else has been able to post since the lock.
    Checkpoint.objects.create(account_id=account, counted_to=transfer.pk, balance=0)
    return transfer


@retried
def move_checkpoint(account: int, *, since: int, to: int, moved: int, made_at: datetime) -> Checkpoint | None:
    """Moves a merchant's checkpoint from transfer `since` to transfer `to`, between which so many rupiah came in, net.

    `to` and `made_at` are the last id and the clock under one `cut`. None, and nothing is done, if somebody moved the
    checkpoint meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE wallet_account SET balance = balance + %s, counted_to = %s"
            " WHERE id = %s AND kind = 'merchant' AND counted_to = %s RETURNING balance",
            [moved, to, account, since],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    return Checkpoint.objects.create(account_id=account, counted_to=to, balance=int(row[0]), made_at=made_at)
