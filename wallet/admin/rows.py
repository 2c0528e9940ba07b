"""What every table of the office shares: nothing is deleted, money reads as money, long lists stay cheap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets, SimpleListFilter
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.checks import UnfoldModelAdminChecks
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from wallet import ledger
from wallet.errors import WalletError
from wallet.money import rupiah

NUMBER = re.compile(r"[0-9]{1,18}")  # a row's id: always within BIGINT


def stylesheet(request: HttpRequest) -> str:
    """The address of the office's own few styles, for UNFOLD["STYLES"]."""
    return static("wallet/office.css")


def money(amount: int | None) -> SafeString:
    """Rupiah that never break across lines; a dash where there is no amount."""
    return format_html('<span class="money">{}</span>', "-" if amount is None else rupiah(amount))


def goods(rows: Iterable[dict[str, Any]]) -> SafeString | str:
    """What a code or an order says is bought, a line each; a dash where it says nothing."""
    lines = ((row["quantity"], row["name"], money(row["price"])) for row in rows)
    return format_html_join(SafeString("<br>"), "{} × {}, {}", lines) or "-"


def change_url(row: Model) -> str:
    """The address of a row's page in the office."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_url(model: type[Model], **filters: object) -> str:
    """The address of a table in the office, filtered."""
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + (
        f"?{query}" if query else ""
    )


def link(url: str, text: object) -> SafeString:
    """A link in the office's own look."""
    return format_html('<a class="office-link" href="{}">{}</a>', url, text)


def mono(code: object) -> SafeString:
    """A code that people compare sign by sign."""
    return format_html('<span class="office-mono">{}</span>', code)


class OfficeChecks(UnfoldModelAdminChecks):  # type: ignore[misc]
    """The theme's checks without the one that reads permissions from the database.

    Checks run before `migrate`; on a new database the table is not there yet. The tests prove that they exist.
    """

    def _check_unfold_action_permission_methods(self, obj: Any) -> list[Any]:
        return []


class OfficeAdmin(ModelAdmin):  # type: ignore[misc]
    """A table whose rows are never deleted here; books and rights depend on them."""

    checks_class = OfficeChecks
    list_per_page = 50
    show_facets = ShowFacets.NEVER  # counting every choice of every filter is a scan for each
    show_full_result_count = False  # an unfiltered count(*) beside every filtered list costs more than the list

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A rule that refuses what was typed is said on the row's page, read anew: somebody may have been faster."""
        try:
            page: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except WalletError as refusal:
            if request.method != "POST":
                raise
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.path)
        return page


class ViewOnlyAdmin(OfficeAdmin):
    """Rows that only the system writes. Superusers are nobody special: the database would refuse them too."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LongTable:
    """For tables of millions: next and previous instead of page numbers, because counting them is a scan."""

    paginator = InfinitePaginator
    ordering: tuple[str, ...] = ("-pk",)
    sortable_by: tuple[str, ...] = ()

    def get_paginator(self, request: HttpRequest, rows: Any, *args: Any, **kwargs: Any) -> Paginator[Any]:
        """Of the table's own rows; a row's history, which Django asks for here too, is short and has page numbers."""
        made = self.paginator if rows.model is self.model else Paginator  # type: ignore[attr-defined]
        return made(rows, *args, **kwargs)


class ViewOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows beside their parent, to look at; each opens its own page where there is one."""

    template = "wallet/admin/rows_beside.html"
    extra = 0
    per_page = 20
    can_delete = False
    show_change_link = True

    @property
    def opens_rows(self) -> bool:
        return bool(self.show_change_link and self.has_registered_model)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class BalancesChangeList(ChangeList):  # type: ignore[misc]
    """A list whose rows carry `balance_now`, read for the whole page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        balances = ledger.balances_of(self.model_admin.account_of(row) for row in rows)
        for row in rows:
            row.balance_now = balances[self.model_admin.account_of(row)]
        self.result_list: list[Any] = rows


def balance_now(row: Any, account: int) -> int:
    """The row's balance from its list page, or read now on its own page."""
    return row.balance_now if hasattr(row, "balance_now") else ledger.balance_of(account)


class NumberFilter(SimpleListFilter):
    """A list narrowed to one row's belongings, as its page links to it; offers nothing by itself.

    Django's own related filter would list every row of the other table.
    """

    narrow: Callable[[QuerySet[Any], int], QuerySet[Any]]  # each filter's own

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        chosen = request.GET.get(str(self.parameter_name), "")
        return [(chosen, chosen)] if NUMBER.fullmatch(chosen) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        return self.narrow(queryset, int(chosen)) if NUMBER.fullmatch(chosen) else queryset


def by_number(name: str, title: Any, field: str | None = None) -> type[NumberFilter]:
    """A NumberFilter over one foreign key."""

    def narrow(self: NumberFilter, rows: QuerySet[Any], number: int) -> QuerySet[Any]:
        return rows.filter(**{field or f"{name}_id": number})

    return type(f"{name.title()}Filter", (NumberFilter,), {"parameter_name": name, "title": title, "narrow": narrow})
