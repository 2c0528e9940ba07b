"""People who need a guardian, in the office: counted, and listed by who has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person, Ward
from beneficiaries.search import people_found
from wallet.admin.rows import LongTable, ViewOnlyAdmin, change_url, link, list_url


class NeedFilter(admin.SimpleListFilter):
    """Of those who need a guardian: who has none."""

    title = _("antrean")
    parameter_name = "antrean"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_NEED_NAMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrow = _NEEDS.get(self.value() or "")
        return queryset if narrow is None else queryset.filter(pk__in=narrow().values("pk"))


def _needing() -> Any:
    return Ward.objects.needing(timezone.localdate())


_NEED_NAMES: tuple[tuple[str, Any], ...] = (
    ("paid", _("Menerima bantuan, tanpa wali")),
    ("none", _("Tanpa wali")),
    ("all", _("Semua yang perlu wali")),
)
_NEEDS: dict[str, Callable[[], QuerySet[Ward]]] = {
    "paid": lambda: _needing().without_guardian(timezone.localdate()).filter(wallet__isnull=False),
    "none": lambda: _needing().without_guardian(timezone.localdate()),
    "all": _needing,
}


@admin.register(Ward)
class WardAdmin(LongTable, ViewOnlyAdmin):
    """People who cannot act alone: those with a wallet and without a guardian come first."""

    list_display = ("opened", "birth_date", "relation", "disability", "household")
    list_filter = (NeedFilter, "disability")
    list_select_related = ("household",)
    list_display_links = None
    list_before_template = "beneficiaries/admin/queues.html"
    search_fields = ("name",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Ward.objects.needing(timezone.localdate()).order_by("-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ward], search_term: str
    ) -> tuple[QuerySet[Ward], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=people_found(search_term).values("pk")), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        counts = [(label, _NEEDS[name]().count(), list_url(Ward, antrean=name)) for name, label in _NEED_NAMES]
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"queues": counts})
        return page

    @admin.display(description=_("nama"))
    def opened(self, ward: Ward) -> SafeString:
        return link(change_url(Person(pk=ward.pk)), ward.name)
