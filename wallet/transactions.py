"""Database transactions that are run again when PostgreSQL asks for it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")

RETRIED_SQLSTATES = {"40P01", "40001"}  # deadlock detected, serialization failure
ATTEMPTS = 4  # the first and at most three more


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Runs the function in one transaction; as the outermost, again after a deadlock, at most three times.

    Inside another transaction it only joins it: what that one did cannot be repeated from here.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                sqlstate = getattr(error.__cause__, "pgcode", None)
                if not outermost or sqlstate not in RETRIED_SQLSTATES or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    return run


def retried_statement(function: Callable[P, R]) -> Callable[P, R]:
    """Runs a function of one statement, which is a transaction by itself; outside of any, again after a deadlock.

    Saves the round trips of BEGIN and COMMIT where they would be most of the time.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                sqlstate = getattr(error.__cause__, "pgcode", None)
                if connection.in_atomic_block or sqlstate not in RETRIED_SQLSTATES or attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    return run
