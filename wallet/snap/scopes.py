"""The services that can be granted to partners: whatever has an address and asks for a partner's signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from wallet.snap.authentication import SnapAuthentication
from wallet.snap.codes import Service
from wallet.snap.envelope import SnapView


def services() -> dict[str, str]:
    """The address of each service by its number, as the house's address table has them: a new one joins by itself."""
    found: dict[str, str] = {}
    for pattern in _addresses(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        if not (isinstance(view, type) and issubclass(view, SnapView)) or view.service == Service.NONE:
            continue
        if SnapAuthentication in view.authentication_classes:
            found.setdefault(view.service, str(pattern.pattern).removesuffix(".htm"))
    return dict(sorted(found.items()))


def _addresses(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns)
        else:
            yield pattern
