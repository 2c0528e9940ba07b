"""The theme's decorators with types: without them every decorated method would lose its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold import decorators

F = TypeVar("F", bound=Callable[..., Any])


def action(*, description: Any, permissions: list[str], icon: str) -> Callable[[F], F]:
    """A button on a page; who lacks a permission neither sees it nor gets past it (403)."""
    made: Callable[[F], F] = decorators.action(description=description, permissions=permissions, icon=icon)
    return made


def display(*, description: Any, label: dict[Any, str]) -> Callable[[Callable[[Any, Any], tuple[Any, Any]]], Any]:
    """A coloured label, in lists and on pages alike (the theme's own is for lists only); the method gives (value, text)."""

    def decorate(method: Callable[[Any, Any], tuple[Any, Any]]) -> Any:
        @wraps(method)
        def shown(self: Any, row: Any) -> SafeString:
            value, text = method(self, row)
            return format_html('<span class="office-label tone-{}">{}</span>', label.get(value, "none"), text)

        return admin.display(description=description)(shown)

    return decorate


def read_once(shown: F) -> F:
    """A column or field that is computed once for each row object: a page of the admin asks for each of its fields five times.

    For what takes a query that grows with the row. The row object lives as long as the request.
    """
    kept = f"_shown_{shown.__name__}"

    @wraps(shown)
    def read(self: Any, row: Any) -> Any:
        if kept not in row.__dict__:
            row.__dict__[kept] = shown(self, row)
        return row.__dict__[kept]

    return read  # type: ignore[return-value]
