"""Codes, what was bought with them, and what came back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import errors
from wallet.admin import above
from wallet.admin.decorators import display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, money
from wallet.models import BasketItem, Payment, PaymentCode, Refund, Transfer


def _decline_messages() -> dict[str, str]:
    """Each stored reason to decline, in the words its error has for people."""
    family: list[type[errors.WalletError]] = [errors.WalletError, *errors.WalletError.__subclasses__()]
    plain = {error.code: str(error.message) for error in family if "%(" not in str(error.message)}
    return plain | {errors.LimitExceeded.code: str(errors.LimitExceeded(limit=settings.WALLET["payment_limit"]))}


def in_words(decline: str, detail: str = "") -> str:
    """A stored reason to decline, for people; `detail` is the good or the field that it is about."""
    for error in errors.WalletError.__subclasses__():
        if detail and error.code == decline:
            return str(error(item=detail))
    return _decline_messages().get(decline, decline)


@admin.register(PaymentCode)
class PaymentCodeAdmin(LongTable, ViewOnlyAdmin):
    """That a code was made, never the code: only its digest exists, and nobody needs to see that."""

    list_display = ("id", "wallet", "state", "ceiling_shown", "created_at", "expires_at", "used_at")
    list_filter = ("created_at", by_number("wallet", _("dompet")))
    list_select_related = ("wallet",)
    fields = ("wallet", "state", "ceiling_shown", "created_at", "expires_at", "used_at")
    readonly_fields = ("state", "ceiling_shown")

    @display(description=_("keadaan"), label={"used": "success", "open": "info", "expired": "warning"})
    def state(self, code: PaymentCode) -> tuple[str, str]:
        if code.used_at:
            return "used", gettext("Dipakai")
        return ("open", gettext("Berlaku")) if code.expires_at > timezone.now() else ("expired", gettext("Kedaluwarsa"))

    @admin.display(description=_("paling banyak"))
    def ceiling_shown(self, code: PaymentCode) -> SafeString:
        return money(code.ceiling)


class RefundInline(ViewOnlyInline):
    model = Refund
    fields = ("refund_no", "amount_shown", "to_fund_shown", "reason", "created_at")
    readonly_fields = ("amount_shown", "to_fund_shown")
    ordering = ("pk",)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Refund) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("ke dana program"))
    def to_fund_shown(self, row: Refund) -> SafeString:
        return money(row.to_fund)


class ItemInline(ViewOnlyInline):
    model = BasketItem
    fields = ("number", "name", "sku", "category", "quantity", "price_shown")
    readonly_fields = ("price_shown",)
    ordering = ("number",)
    show_change_link = False

    @admin.display(description=_("harga satuan"))
    def price_shown(self, row: BasketItem) -> SafeString:
        return money(row.price)


class TransferInline(ViewOnlyInline):
    model = Transfer
    fields = ("opened", "kind", "debit", "credit", "amount_shown")
    readonly_fields = ("opened", "amount_shown")
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transfer]:
        rows: QuerySet[Transfer] = super().get_queryset(request)
        return rows.select_related("debit", "credit")

    @admin.display(description=_("transfer"))
    def opened(self, row: Transfer) -> SafeString:
        return link(change_url(row), row.pk)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Transfer) -> SafeString:
        return money(row.amount)


@admin.register(Payment)
class PaymentAdmin(LongTable, ViewOnlyAdmin):
    list_display = (
        "reference_no",
        "created_at",
        "merchant",
        "amount_shown",
        "refunded_shown",
        "status_label",
        "wallet",
    )
    list_filter = (
        "status",
        "created_at",
        "partner",
        by_number("merchant", _("pedagang")),
        by_number("wallet", _("dompet")),
        by_number("hold", _("penahanan")),
    )
    list_select_related = ("merchant", "wallet")
    search_fields = ("reference_no",)
    search_help_text = _("Nomor kami atau nomor mitra, lengkap")
    fields = (
        "created_at",
        "status_label",
        "decline_reason",
        "merchant",
        "partner",
        "amount_shown",
        "refunded_shown",
        "title",
        "terminal_id",
        "reference_no",
        "partner_reference_no",
        "external_id",
        "wallet",
        "code",
        "hold",
    )
    readonly_fields = ("status_label", "decline_reason", "amount_shown", "refunded_shown")
    inlines = (ItemInline, RefundInline, TransferInline)
    change_form_outer_before_template = "wallet/admin/payment_fetched.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        payment = self.get_object(request, object_id)
        shown = {} if payment is None else {"fetched_by": above.fetched_by(request, payment)}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        text = search_term.strip()
        found = Q(reference_no=text) | Q(partner_reference_no=text)
        return (queryset.filter(found) if text else queryset), False

    @display(description=_("status"), label={Payment.Status.PAID: "success", Payment.Status.DECLINED: "danger"})
    def status_label(self, row: Payment) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("alasan ditolak"))
    def decline_reason(self, row: Payment) -> str:
        return in_words(row.decline, row.decline_detail) or "-"

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Payment) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("dikembalikan"))
    def refunded_shown(self, row: Payment) -> SafeString:
        return money(row.refunded or None)


@admin.register(Refund)
class RefundAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("refund_no", "created_at", "payment", "amount_shown", "to_fund_shown", "reason")
    list_filter = ("created_at", "partner")
    list_select_related = ("payment",)
    search_fields = ("refund_no",)
    search_help_text = _("Nomor pengembalian kami atau mitra, atau nomor belanja, lengkap")
    fields = (
        "created_at",
        "payment",
        "partner",
        "amount_shown",
        "to_fund_shown",
        "reason",
        "refund_no",
        "partner_refund_no",
    )
    readonly_fields = ("amount_shown", "to_fund_shown")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        text = search_term.strip()
        found = Q(refund_no=text) | Q(partner_refund_no=text) | Q(payment__reference_no=text)
        return (queryset.filter(found) if text else queryset), False

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Refund) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("ke dana program"))
    def to_fund_shown(self, row: Refund) -> SafeString:
        return money(row.to_fund)
