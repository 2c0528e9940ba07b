"""The sandbox's clock: Python's and PostgreSQL's, ahead of the real one by the same span, which only grows.

The span stands in the database (sql/clock.sql). PostgreSQL's functions of the time are shadowed through the search path of this
database; `django.utils.timezone.now`, by which the house tells the time, is replaced in the processes of the sandbox and reads
the span at the beginning of each request and task. The time in signed headers stays the real one: a partner's clock is
not ours to advance. See docs/adr/0043.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import unquote, urlsplit

import psycopg2
from django.db import connection
from django.utils import timezone

SCHEMA = Path(__file__).with_name("sql") / "clock.sql"
SEARCH_PATH = "public, salur_clock, pg_catalog"  # tables are made in the first, functions found in the order
LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=50 * 366)  # from the real time: beyond, dates that the house reckons with would end

_ahead = timedelta()
_thread = threading.local()
P = ParamSpec("P")
R = TypeVar("R")


class NotASandbox(Exception):
    """The database has tables that were made with the real clock: it is no sandbox, and is not made one."""


class CannotAdvance(ValueError):
    """The clock goes forward only, by a second at least and 366 days at most in one step, and by 50 years in all."""


def install(owner_url: str) -> None:
    """Gives an empty database its clock; safe to repeat. Call it before the first migration. Raises NotASandbox."""
    parts = urlsplit(owner_url)
    made = psycopg2.connect(
        host=parts.hostname,
        port=parts.port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        dbname=parts.path.removeprefix("/"),
    )
    with closing(made), made, made.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations'), to_regnamespace('salur_clock')")
        [(migrated, clock)] = cursor.fetchall()
        if migrated and not clock:
            raise NotASandbox(parts.path.removeprefix("/"))
        cursor.execute(SCHEMA.read_text())
        name = parts.path.removeprefix("/").replace('"', '""')
        cursor.execute(f'ALTER DATABASE "{name}" SET search_path = {SEARCH_PATH}')


def follow() -> None:
    """From here on this process tells the sandbox's time, the real one until the first `read`."""
    timezone.now = now


def now() -> datetime:
    """The sandbox's time, aware, in UTC; within `outside` the real one."""
    return real() if getattr(_thread, "outside", False) else real() + _ahead


def real() -> datetime:
    """The time outside."""
    return datetime.now(UTC)


def ahead() -> timedelta:
    """How far the sandbox is ahead, as this process read it last."""
    return _ahead


def read(**_: Any) -> timedelta:
    """Reads how far the sandbox is ahead; this process tells the time by it until the next reading."""
    global _ahead
    with connection.cursor() as cursor:
        cursor.execute("SELECT salur_clock.ahead()")
        [span] = cursor.fetchone()
    _ahead = cast(timedelta, span)
    return _ahead


def advance(by: timedelta) -> datetime:
    """Moves both clocks forward for good and for everybody; the time it is then. Raises CannotAdvance."""
    if not timedelta(seconds=1) <= by <= LONGEST or read() + by > FARTHEST:
        raise CannotAdvance(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT salur_clock.advance(%s)", [int(by.total_seconds())])
    read()
    return now()


def outside(work: Callable[P, R]) -> Callable[P, R]:
    """The same function, by the time outside: for what partners sign and check with their own clocks."""

    @wraps(work)
    def by_real_time(*args: P.args, **kwargs: P.kwargs) -> R:
        before, _thread.outside = getattr(_thread, "outside", False), True
        try:
            return work(*args, **kwargs)
        finally:
            _thread.outside = before

    return by_real_time
