"""Sources of registry files in the office: what each one's own titles mean."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import RegistrySource
from beneficiaries.registry_columns import IGNORED
from wallet.admin.rows import OfficeAdmin


@admin.register(RegistrySource)
class RegistrySourceAdmin(OfficeAdmin):
    """Sources: a name, and its titles as pairs of title and column; an empty column passes a title over."""

    list_display = ("name", "mapped", "passed_over", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "mapping")

    @admin.display(description=_("judul dipetakan"))
    def mapped(self, source: RegistrySource) -> int:
        """How many titles mean a column."""
        return sum(column != IGNORED for column in source.mapping.values())

    @admin.display(description=_("judul dilewati"))
    def passed_over(self, source: RegistrySource) -> int:
        """How many titles are passed over."""
        return sum(column == IGNORED for column in source.mapping.values())
