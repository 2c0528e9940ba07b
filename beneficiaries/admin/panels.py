"""What other subjects show on the page of a person or household: each adds a function here when its own pages are registered.

The registry knows no programmes and no money; who does, tells it. A function returns a Panel, or None where there is nothing to
say or this officer may not see it; it must cost the same few queries however many members there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from beneficiaries.models import Household, Person


@dataclass(frozen=True, slots=True)
class Panel:
    """A table with a title; cells are text or safe HTML, and each row has as many as there are columns."""

    title: Any
    columns: Sequence[Any] = ()
    rows: Sequence[Sequence[Any]] = field(default_factory=list)
    empty: Any = ""  # said where there are no rows
    url: str = ""  # where there is more
    url_text: Any = ""

    @property
    def labelled_rows(self) -> list[list[tuple[Any, Any]]]:
        """Each cell with its column's name, which it bears where a row is a card."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


PERSON: list[Callable[[HttpRequest, Person], Panel | None]] = []
HOUSEHOLD: list[Callable[[HttpRequest, Household, Sequence[Person]], Panel | None]] = []


def of_person(request: HttpRequest, person: Person) -> list[Panel]:
    """What there is to show of the person, in the order of registration."""
    return [panel for make in PERSON if (panel := make(request, person)) is not None]


def of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> list[Panel]:
    """What there is to show of the household."""
    return [panel for make in HOUSEHOLD if (panel := make(request, household, members)) is not None]


def badge(text: Any, tone: str = "none") -> SafeString:
    """A coloured label: success, info, warning, danger, primary or none."""
    return format_html('<span class="office-label tone-{}">{}</span>', tone, text)
