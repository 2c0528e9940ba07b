"""Cash paid in, at agents and over the counter."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, money
from wallet.models import TopUp, Transfer


@admin.register(TopUp)
class TopUpAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("reference_no", "created_at", "wallet", "amount_shown", "place", "partner")
    list_filter = ("created_at", "partner", by_number("agent", _("agen")), by_number("wallet", _("dompet")))
    list_select_related = ("wallet", "agent", "partner")
    search_fields = ("reference_no",)
    search_help_text = _("Nomor kami atau nomor mitra, lengkap")
    fields = (
        "created_at",
        "wallet",
        "purse",
        "amount_shown",
        "place",
        "partner",
        "reference_no",
        "partner_reference_no",
        "transfer",
    )
    readonly_fields = ("amount_shown", "place", "transfer")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TopUp], search_term: str
    ) -> tuple[QuerySet[TopUp], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(reference_no=text) | queryset.filter(partner_reference_no=text), False

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: TopUp) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("disetor di"))
    def place(self, row: TopUp) -> str:
        if row.from_deposit:
            return gettext("Titipan mitra")
        return row.agent.name if row.agent else gettext("Loket")

    @admin.display(description=_("transfer"))
    def transfer(self, row: TopUp) -> SafeString | str:
        posted = Transfer.objects.filter(key=f"top_up:{row.pk}").first()
        return link(change_url(posted), gettext("Transfer %(number)s") % {"number": posted.pk}) if posted else "-"
