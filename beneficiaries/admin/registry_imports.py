"""Imports in the admin: what each file held and what became of it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from beneficiaries.admin.view_only import ViewOnly
from beneficiaries.models import RegistryImport
from beneficiaries.refusals import title


@admin.register(RegistryImport)
class RegistryImportAdmin(ViewOnly, ModelAdmin):  # type: ignore[misc]
    """Imports: what each file held and why rows were refused."""

    list_display = ("file_name", "created_at", "by", "rows", "added", "changed", "households_changed", "refused")
    list_select_related = ("by",)
    list_filter = ("created_at",)
    search_fields = ("file_name",)
    ordering = ("-pk",)
    fields = readonly_fields = (
        "file_name",
        "file_sha256",
        "created_at",
        "by",
        "rows",
        "added",
        "changed",
        "unchanged",
        "households_changed",
        "refused",
        "reasons",
    )

    @admin.display(description=_("alasan penolakan"))
    def reasons(self, done: RegistryImport) -> SafeString | str:
        """Each reason with its number of rows, the most frequent first."""
        counts = sorted(done.refusals.items(), key=lambda item: -item[1])
        return format_html_join("", "<div>{} × {}</div>", ((count, title(key)) for key, count in counts)) or "–"
