"""The theme's decorators with types: without them every decorated method would lose its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from unfold import decorators

F = TypeVar("F", bound=Callable[..., Any])


def action(*, description: Any, permissions: list[str], icon: str) -> Callable[[F], F]:
    """A button on a page; who lacks a permission neither sees it nor gets past it (403)."""
    made: Callable[[F], F] = decorators.action(description=description, permissions=permissions, icon=icon)
    return made


def display(*, description: Any, label: dict[Any, str]) -> Callable[[F], F]:
    """A coloured label; the method gives (value, text)."""
    made: Callable[[F], F] = decorators.display(description=description, label=label)
    return made
