"""Debit orders: what partners asked people to pay on our page, and what became of it. To look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wallet import debits
from wallet.admin.decorators import display
from wallet.admin.payments import in_words
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, goods, link, list_url, money
from wallet.admin.webhooks import without_query
from wallet.models import DebitOrder, PagePinTries, Webhook

S = DebitOrder.Status


@admin.register(DebitOrder)
class DebitOrderAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("reference_no", "created_at", "merchant", "amount_shown", "status_label", "expires_at", "paid_with")
    list_filter = ("status", "created_at", "partner", by_number("merchant", _("pedagang")))
    list_select_related = ("merchant", "payment")
    search_fields = ("reference_no",)
    search_help_text = _("Nomor kami atau nomor mitra, lengkap")
    fields = (
        "created_at",
        "status_label",
        "cancelled_by",
        "merchant",
        "partner",
        "amount_shown",
        "title",
        "goods_shown",
        "expires_at",
        "ended_at",
        "attempts",
        "last_decline",
        "paid_with",
        "reference_no",
        "partner_reference_no",
        "external_id",
        "returns_to",
        "notices",
    )
    readonly_fields = (
        "status_label",
        "amount_shown",
        "goods_shown",
        "last_decline",
        "paid_with",
        "returns_to",
        "notices",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DebitOrder], search_term: str
    ) -> tuple[QuerySet[DebitOrder], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(reference_no=text) | queryset.filter(partner_reference_no=text), False

    @display(
        description=_("status"),
        label={S.OPEN: "info", S.PAID: "success", S.CANCELLED: "warning", S.EXPIRED: "warning", S.FAILED: "danger"},
    )
    def status_label(self, order: DebitOrder) -> tuple[str, Any]:
        status = debits.status_of(order)
        return status, status.label

    @admin.display(description=_("jumlah"))
    def amount_shown(self, order: DebitOrder) -> SafeString:
        return money(order.amount)

    @admin.display(description=_("barang"))
    def goods_shown(self, order: DebitOrder) -> SafeString | str:
        return goods(order.items)

    @admin.display(description=_("penolakan terakhir"))
    def last_decline(self, order: DebitOrder) -> str:
        return in_words(order.decline, order.decline_detail) or "-"

    @admin.display(description=_("belanja"))
    def paid_with(self, order: DebitOrder) -> SafeString | str:
        return link(change_url(order.payment), order.payment) if order.payment else "-"

    @admin.display(description=_("alamat kembali"))
    def returns_to(self, order: DebitOrder) -> str:
        return without_query(order.return_url) or "-"

    @admin.display(description=_("notifikasi"))
    def notices(self, order: DebitOrder) -> SafeString:
        return link(list_url(Webhook, q=order.reference_no), _("Lihat notifikasi pesanan ini"))


@admin.register(PagePinTries)
class PagePinTriesAdmin(ViewOnlyAdmin):
    """Where wrong PINs were typed on payment pages, and what is stopped for it."""

    list_display = ("subject", "wrong", "since", "blocked_until")
    search_fields = ("subject",)
    ordering = ("-since", "pk")
    fields = ("subject", "wrong", "since", "blocked_until")
