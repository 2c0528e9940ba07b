"""What waits for an officer: each subject adds its queue here when its pages are registered, and the front page counts them.

A count stops at a limit, so that a queue of a million costs no more than one of a thousand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows that wait. `rows` and `url` are called per request, and only for officers with the permission."""

    title: Any
    permission: str  # "app.codename"
    rows: Callable[[HttpRequest], QuerySet[Any]]
    url: Callable[[], str]
    urgent: bool = False  # shown in red as soon as there is one


QUEUES: list[Queue] = []


def waiting(request: HttpRequest) -> list[dict[str, Any]]:
    """The queues that this officer may see and that are not empty, the urgent first."""
    found = []
    for queue in QUEUES:
        if not request.user.has_perm(queue.permission):  # type: ignore[union-attr]
            continue
        count = queue.rows(request).order_by().values("pk")[: LIMIT + 1].count()
        if count:
            shown = f"{LIMIT:,}+".replace(",", ".") if count > LIMIT else f"{count:,}".replace(",", ".")
            found.append({"title": queue.title, "count": shown, "url": queue.url(), "urgent": queue.urgent})
    return sorted(found, key=lambda row: not row["urgent"])


def may_see_any(request: HttpRequest) -> bool:
    """Whether there is a queue at all that this officer may see."""
    return any(request.user.has_perm(queue.permission) for queue in QUEUES)  # type: ignore[union-attr]
