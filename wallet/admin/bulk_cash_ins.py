"""Bulk cash-ins of partners, and what became of each line."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, money
from wallet.models import BulkCashIn, BulkCashInLine


class LineInline(ViewOnlyInline):
    model = BulkCashInLine
    fields = ("number", "partner_reference_no", "account_masked", "amount_shown", "state", "refusal", "settled_at")
    readonly_fields = ("amount_shown",)
    ordering = ("number",)
    show_change_link = False
    verbose_name_plural = _("Baris")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: BulkCashInLine) -> SafeString:
        return money(row.amount)


@admin.register(BulkCashIn)
class BulkCashInAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("bulk_id", "created_at", "partner", "count", "total_shown", "state", "done_at")
    list_filter = ("state", "partner")
    list_select_related = ("partner",)
    search_fields = ("bulk_id",)
    search_help_text = _("Nomor kami atau nomor mitra, lengkap")
    fields = ("created_at", "partner", "bulk_id", "partner_bulk_id", "count", "total_shown", "state", "done_at")
    readonly_fields = ("total_shown",)
    inlines = (LineInline,)

    @admin.display(description=_("jumlah"))
    def total_shown(self, row: BulkCashIn) -> SafeString:
        return money(row.total)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(bulk_id=text) | queryset.filter(partner_bulk_id=text), False
