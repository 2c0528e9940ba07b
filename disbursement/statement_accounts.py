"""The accounts that are compared: which expects which book on which days, and how that ends by two officers.

Whoever could change what is expected could let breaks vanish that nobody agreed to. So it is free until a statement is booked
and stays from then on, which the database holds; only days that no booked statement covers can still be given to another account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Max, Q, QuerySet

from disbursement import books
from disbursement.models import Statement, StatementAccount
from disbursement.statement_errors import EndBeforeStart, EndIsOwn, EndMoved, EndTooEarly
from wallet.transactions import retried

ONE_LOCK = 0x61636331  # accounts are written one at a time (migration 0111)


def compared_until(account: StatementAccount) -> date | None:
    """The last day that a booked statement of the account covers; None before the first one, when everything may change."""
    rows = Statement.objects.filter(account=account, state=Statement.State.BOOKED)
    until: date | None = rows.aggregate(until=Max("period_to"))["until"]
    return until


def expecting(codes: Iterable[str], since: date, but: int | None = None) -> QuerySet[StatementAccount]:
    """The accounts that already expect one of the books on that day or later; `but` is not asked.

    Asked in a transaction, nobody adds or changes an account until that ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_LOCK])
    rows = StatementAccount.objects.filter(_until(since), books__overlap=list(codes)).exclude(
        pk__in=[but] if but else []
    )
    return rows.order_by("starts_on", "pk")


def not_expected(day: date) -> list[books.Book]:
    """The books that no account expects on that day: nothing of them is compared."""
    rows = StatementAccount.objects.filter(_until(day), starts_on__lte=day)
    named = {code for codes in rows.values_list("books", flat=True) for code in codes}
    return [book for book in books.every().values() if book.code not in named]


def _until(day: date) -> Q:
    return Q(end_agreed_by=None) | Q(ends_on__gte=day)


@retried
def propose_end(account: StatementAccount, ends_on: date, by: User) -> StatementAccount:
    """What we book after that day is not expected on the account, once another officer agrees; replaces another proposal.

    Raises EndMoved if it was agreed to already, EndBeforeStart, EndTooEarly.
    """
    account = _locked(account)
    if account.end_agreed_by_id is not None:
        raise EndMoved
    if ends_on < account.starts_on:
        raise EndBeforeStart(since=f"{account.starts_on:%d/%m/%Y}")
    _must_not_be_compared(account, ends_on)
    return _save(account, ends_on, by)


@retried
def agree_end(account: StatementAccount, by: User) -> StatementAccount:
    """The end as that row shows it is in force for good. Raises EndMoved, EndIsOwn, EndTooEarly."""
    account = _proposed(account)
    if account.end_by_id == by.pk:
        raise EndIsOwn
    assert account.ends_on is not None
    _must_not_be_compared(account, account.ends_on)
    account.end_agreed_by = by
    account.save(update_fields=["end_agreed_by"])
    return account


@retried
def refuse_end(account: StatementAccount) -> StatementAccount:
    """The proposal as that row shows it is dropped; whoever made it may do so, too. Raises EndMoved."""
    return _save(_proposed(account), None, None)


def _locked(account: StatementAccount) -> StatementAccount:
    """The account as it is now, while no statement of it is booked."""
    return StatementAccount.objects.select_for_update(no_key=True).get(pk=account.pk)


def _proposed(shown: StatementAccount) -> StatementAccount:
    account = _locked(shown)
    same = (account.ends_on, account.end_by_id) == (shown.ends_on, shown.end_by_id)
    if not same or account.ends_on is None or account.end_agreed_by_id is not None:
        raise EndMoved
    return account


def _must_not_be_compared(account: StatementAccount, ends_on: date) -> None:
    until = compared_until(account)
    if until is not None and ends_on < until:
        raise EndTooEarly(until=f"{until:%d/%m/%Y}")


def _save(account: StatementAccount, ends_on: date | None, by: User | None) -> StatementAccount:
    account.ends_on, account.end_by = ends_on, by
    account.save(update_fields=["ends_on", "end_by"])
    return account
