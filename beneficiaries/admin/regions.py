"""The country's regions in the office: found by name or code, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Region
from wallet.admin.rows import LongTable, ViewOnlyAdmin


@admin.register(Region)
class RegionAdmin(LongTable, ViewOnlyAdmin):
    """Regions: a search by code (dotted or not, or its beginning) or by part of a name."""

    list_display = ("code", "name", "level", "parent", "postal_code", "in_force")
    list_filter = ("level", "in_force")
    list_select_related = ("parent",)
    search_fields = ("name",)
    search_help_text = _("Kode wilayah (31.71 atau 3171) atau nama")
    ordering = ("code",)
    fields = readonly_fields = ("code", "name", "level", "whole_place", "postal_code", "in_force")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Region], search_term: str
    ) -> tuple[QuerySet[Region], bool]:
        """The regions found; all of them without a term."""
        if not search_term.strip():
            return queryset, False
        return queryset & Region.objects.found(search_term), False

    @admin.display(description=_("bagian dari"))
    def whole_place(self, region: Region) -> str:
        """The regions it lies in, the nearest first."""
        above, names = region.parent, []
        while above:
            names.append(above.name)
            above = above.parent
        return ", ".join(names) or "–"
