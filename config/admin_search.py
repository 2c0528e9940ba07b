"""What officers search for stands in no address: a NIK in one would lie in every log and history between here and there.

The search box posts. The term stays in the officer's session, sealed, for an hour, and the list's address carries a random
word for it (``?q=~…``), which pages, filters and links pass on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import ResolverMatch
from django.utils.http import urlencode

from beneficiaries.admin.search_terms import MARK, recall, remember


class SearchTermMiddleware:
    """Turns a posted search into a word, and the word into the term for as long as the list is being made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """After the check against forged requests, before the list."""
        if not _is_list(request.resolver_match) or not getattr(request.user, "is_staff", False):
            return None
        if request.method == "POST" and "_search" in request.POST:
            told = request.POST.copy()
            for name in ("_search", "csrfmiddlewaretoken", "p"):
                told.pop(name, None)
            term = str(told.get("q", "")).replace("\x00", "").strip()
            told.pop("q", None)
            if term:
                told["q"] = remember(request, term)
            query = told.urlencode()
            return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)
        word = request.GET.get("q", "")
        if word.startswith(MARK):
            asked = request.GET.copy()
            asked["q"] = recall(request, word)
            request.asked_with = request.GET  # type: ignore[attr-defined]
            request.GET = asked  # type: ignore[assignment]
        return None

    def process_template_response(self, request: HttpRequest, response: Any) -> Any:
        """Before the page is drawn: its links carry the word."""
        asked_with: QueryDict | None = getattr(request, "asked_with", None)
        if asked_with is None or response.context_data is None:
            return response
        term, word = urlencode({"q": str(request.GET["q"])}), urlencode({"q": str(asked_with["q"])})
        request.GET = asked_with  # type: ignore[assignment]
        lists = response.context_data.get("cl")
        if lists is not None:
            lists.params["q"] = asked_with["q"]
            if "q" in lists.filter_params:
                lists.filter_params["q"] = [asked_with["q"]]
            for name, value in vars(lists).items():  # links that the list has made already
                if isinstance(value, str) and value.startswith("?"):
                    setattr(lists, name, value.replace(term, word))
            preserved = urlencode({"_changelist_filters": asked_with.urlencode()})
            lists.preserved_filters = response.context_data["preserved_filters"] = preserved
        return response


def _is_list(match: ResolverMatch | None) -> bool:
    return bool(match and match.app_name == "admin" and (match.url_name or "").endswith("_changelist"))
