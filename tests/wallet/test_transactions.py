"""A deadlock is PostgreSQL asking to try again: the outermost transaction does, at most three times."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from tests import money
from tests.processes import together
from wallet.models import Account
from wallet.transactions import ATTEMPTS, retried


def _do_lock_both(first: int, second: int, within: bool = False) -> int:
    """Locks the two, the second only when the other process holds its first; returns how many attempts it took."""
    attempts = 0

    @retried
    def lock_both() -> None:
        nonlocal attempts
        attempts += 1
        Account.objects.select_for_update().get(pk=first)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [first])
            while attempts == 1:
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid IN (%s, %s)"
                    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                    [first, second],
                )
                if cursor.fetchone() == (2,):
                    break
                time.sleep(0.01)
        Account.objects.select_for_update().get(pk=second)

    if not within:
        lock_both()
        return attempts
    with transaction.atomic():
        lock_both()
    return attempts


def test_the_victim_of_a_deadlock_runs_again_and_both_succeed(processes: None) -> None:
    one, other = money.fund().pk, money.fund().pk
    outcomes = together([(_do_lock_both, (one, other)), (_do_lock_both, (other, one))])
    assert [outcome.error for outcome in outcomes] == ["", ""]
    assert sorted(outcome.value for outcome in outcomes) == [1, 2]


def test_inside_another_transaction_the_victim_is_not_repeated(processes: None) -> None:
    one, other = money.fund().pk, money.fund().pk
    outcomes = together([(_do_lock_both, (one, other, True)), (_do_lock_both, (other, one, True))])
    assert sorted(outcome.error for outcome in outcomes) == ["", "OperationalError"]


class _Deadlock(Exception):
    pgcode = "40P01"


@pytest.mark.parametrize(("pgcode", "expected"), [("40P01", ATTEMPTS), ("40001", ATTEMPTS), ("55P03", 1), (None, 1)])
def test_only_what_may_succeed_next_time_is_tried_again_and_not_for_ever(
    committed_db: None, pgcode: Any, expected: int
) -> None:
    attempts = 0

    @retried
    def fail() -> None:
        nonlocal attempts
        attempts += 1
        cause = _Deadlock()
        cause.pgcode = pgcode
        raise OperationalError from cause

    with pytest.raises(OperationalError):
        fail()
    assert attempts == expected == (4 if expected > 1 else 1)


def test_a_transaction_that_failed_leaves_nothing_behind(committed_db: None) -> None:
    attempts = 0

    @retried
    def make_one() -> None:
        nonlocal attempts
        attempts += 1
        money.fund()
        if attempts == 1:
            raise OperationalError from _Deadlock()

    make_one()
    assert (attempts, Account.objects.count()) == (2, 1)
