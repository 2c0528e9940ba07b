"""A deed as the database sees it, step by step, and processes that are killed right after one of its steps.

A step is what a crash must not leave half done: a statement that locks or writes, the call of a function in the database, a
COMMIT. It is named by what it does to which tables, so that a list of steps in a test can be read beside the code, and a
step that nobody thought of is noticed.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.processes import Outcome, alone

WRITES = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM)\s+"?([a-z]+_[a-z]+)"?')
LOCK = re.compile(r"FOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)")
FROM = re.compile(r'FROM\s+"?([a-z]+_[a-z]+)"?')
CLOSED = re.compile(r"\([^()]*\)")
CALL = re.compile(r"FROM (wallet_[a-z]+)\(")


def name_of(sql: str) -> str:
    """What the statement does to which tables; empty if it only reads."""
    sql = " ".join(sql.split())
    if called := CALL.search(sql):
        return f"call {called[1]}"
    if writes := [f"{verb.split()[0].lower()} {table}" for verb, table in WRITES.findall(sql)]:
        return ", ".join(writes)
    lock = LOCK.search(sql)
    tables = FROM.findall(_same_query(sql[: lock.start()])) if lock else []
    return f"lock {tables[-1]} {lock[1].lower()}" if lock and tables else ""


def _same_query(sql: str) -> str:
    """What belongs to the query that ends here, without the queries within it and around it."""
    without = CLOSED.sub("", sql)
    while without != sql:
        sql, without = without, CLOSED.sub("", without)
    return sql.rpartition("(")[2]


@contextmanager
def watched(after: Callable[[str], None]) -> Iterator[None]:
    """Tells of each step of this connection when it has been done."""

    def statement(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        result = execute(sql, parameters, many, context)
        if name := name_of(sql):
            after(name)
        return result

    commit = connection._commit

    def commit_and_tell() -> None:
        commit()
        after("commit")

    connection._commit = commit_and_tell
    try:
        with connection.execute_wrapper(statement):
            yield
    finally:
        connection._commit = commit


def _do_note(function: Callable[..., Any], *arguments: Any) -> list[str]:
    steps: list[str] = []
    with watched(steps.append):
        function(*arguments)
    return steps


def _do_die(last: int, function: Callable[..., Any], *arguments: Any) -> None:
    steps: list[str] = []

    def after(step: str) -> None:
        steps.append(step)
        if len(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    with watched(after):
        function(*arguments)


def of(function: Callable[..., Any], *arguments: Any) -> list[str]:
    """The steps of the deed, done in a process of its own."""
    outcome = alone(_do_note, function, *arguments)
    if outcome.error:
        raise AssertionError(outcome)
    return list(outcome.value)


def killed_after(step: int, function: Callable[..., Any], *arguments: Any) -> Outcome:
    """Does the deed in a process of its own, which is killed (SIGKILL) right after that step, counted from one."""
    return alone(_do_die, step, function, *arguments)
