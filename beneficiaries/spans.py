"""Spans of time: since a moment, and before when; None is without limit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Q

Span = tuple[datetime | None, datetime | None]

_EVER = datetime.min.replace(tzinfo=UTC)


def within(column: str, span: Span) -> Q:
    """That the column's moment lies in the span: a condition that excludes nothing where the span has no limit."""
    since, until = span
    wanted = Q()
    if since is not None:
        wanted &= Q((f"{column}__gte", since))
    if until is not None:
        wanted &= Q((f"{column}__lt", until))
    return wanted


def united(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as it takes, the earliest first; those that last no time are left out."""
    found: list[Span] = []
    for since, until in sorted(filter(_lasts, spans), key=lambda span: span[0] or _EVER):
        if found and (found[-1][1] is None or since is None or since <= found[-1][1]):
            before, end = found.pop()
            found.append((before, max(end, until) if end and until else None))
        else:
            found.append((since, until))
    return found


def _lasts(span: Span) -> bool:
    since, until = span
    return since is None or until is None or since < until
