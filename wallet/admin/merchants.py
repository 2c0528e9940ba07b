"""The merchants that partners bring."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wallet import business_days, ledger, settlement_runs
from wallet.admin import above, merchant_changes, merchant_steps, statements
from wallet.admin.decorators import action, display
from wallet.admin.ledger import checkpoint_of
from wallet.admin.merchant_changes import masked
from wallet.admin.merchant_parts import OutletInline, StepInline
from wallet.admin.qr import sticker_page
from wallet.admin.rows import BalancesChangeList, OfficeAdmin, balance_now, change_url, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.merchant_categories import in_words
from wallet.models import Hold, Merchant, MerchantChange, Outlet, Payment, Settlement, Transfer
from wallet.money import rupiah

SECONDS = 10  # of a request: whoever pressed the button waits


@admin.register(Merchant)
class MerchantAdmin(OfficeAdmin):
    list_display = ("merchant_id", "name", "category", "city", "partner", "status_label", "owed")
    list_display_links = ("merchant_id", "name")
    list_filter = ("status", "partner")
    list_select_related = ("partner",)
    search_fields = ("name", "merchant_id")
    search_help_text = _("Nama atau id pedagang")
    ordering = ("name", "pk")
    actions = None
    actions_list = ("settle_all",)
    actions_detail = ("statement", "report", "sticker", "activate", "suspend", "reactivate", "propose", "close")
    inlines = (OutletInline, StepInline)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status_label", "owed", "advanced"),
                    "checkpoint",
                    "books",
                    ("partner", "merchant_id"),
                    ("name", "city"),
                    ("mcc", "category"),
                    "region",
                    "place",
                    ("criteria", "nmid", "postcode"),
                    "limits",
                    "change_waiting",
                )
            },
        ),
        (_("Rekening penerima penyelesaian"), {"fields": ("bank_code", "bank_account_masked", "settlement_minimum")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Merchant | None = None) -> tuple[str, ...]:
        """All of them: what changes is proposed. Outlets are written here, and the merchant's history stands beside them."""
        named = [one for _title, options in self.fieldsets for one in options["fields"]]
        return tuple(name for one in named for name in (one if isinstance(one, tuple) else (one,)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BalancesChangeList]:
        return BalancesChangeList

    def account_of(self, row: Merchant) -> int:
        return row.account_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a merchant comes of an application that another officer approved

    def save_model(self, request: HttpRequest, obj: Merchant, form: Any, change: bool) -> None:
        """Nothing of its own is typed here; what a task or another officer changes meanwhile stays."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        merchant = self.get_object(request, str(object_id))
        steps = super().get_actions_detail(request, object_id)
        if merchant is None:
            return []
        hidden = merchant_steps.hidden(merchant)
        return [step for step in steps if step.action_name.removeprefix("wallet_merchant_") not in hidden]

    @admin.display(description=_("kategori"))
    def category(self, merchant: Merchant) -> str:
        return in_words(merchant.mcc)

    @admin.display(description=_("tempat usaha"))
    def place(self, merchant: Merchant) -> str:
        return above.place(merchant.region) if merchant.region else "-"

    @display(description=_("status"), label=merchant_steps.TONES)
    def status_label(self, merchant: Merchant) -> tuple[str, str]:
        return merchant.status, merchant_steps.status_in_words(merchant)

    @admin.display(description=_("batas"))
    def limits(self, merchant: Merchant) -> str:
        return merchant_steps.limits_in_words(merchant)

    @admin.display(description=_("perubahan yang diusulkan"))
    def change_waiting(self, merchant: Merchant) -> SafeString | str:
        change = merchant.changes.filter(status=MerchantChange.Status.PROPOSED).first()
        return link(change_url(change), gettext("menunggu petugas lain")) if change else "-"

    @admin.display(description=_("belum dibayar ke pedagang"))
    def owed(self, merchant: Merchant) -> SafeString:
        return money(balance_now(merchant, merchant.account_id))

    @admin.display(description=_("talangan yang belum kembali"))
    def advanced(self, merchant: Merchant) -> SafeString:
        """What it owes us for refunds that were advanced; the next settlement is less by it."""
        return money(-ledger.balance_of(merchant.advance_id) if merchant.advance_id else 0)

    @admin.display(description=_("nomor rekening"))
    def bank_account_masked(self, merchant: Merchant) -> str:
        return masked(merchant) or "-"

    @admin.display(description=_("pembukuan"))
    def books(self, merchant: Merchant) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(Payment, merchant=merchant.pk), _("belanja")),
                    link(list_url(Settlement, merchant=merchant.pk), _("penyelesaian")),
                    link(list_url(Hold, merchant=merchant.pk), _("penahanan")),
                    link(list_url(Outlet, merchant=merchant.pk), _("gerai")),
                    link(list_url(Transfer, account=merchant.account_id), _("transfer")),
                )
            )
        )

    @admin.display(description=_("titik hitung terakhir"))
    def checkpoint(self, merchant: Merchant) -> SafeString | str:
        return checkpoint_of(merchant.account_id)

    @action(
        description=_("Rekening koran"),
        permissions=["wallet.view_merchant", "wallet.view_account"],
        icon="receipt_long",
    )
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        merchant = row_of(self, request, object_id)
        return statements.show(self, request, merchant, merchant.account_id)

    @action(description=_("Stiker QRIS"), permissions=["wallet.view_merchant"], icon="qr_code_2")
    def sticker(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return sticker_page(self, request, row_of(self, request, object_id))

    @action(description=_("Laporan penjualan"), permissions=["wallet.view_payment"], icon="summarize")
    def report(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return merchant_steps.report(self, request, row_of(self, request, object_id))

    @action(description=_("Aktifkan"), permissions=["wallet.suspend_merchant"], icon="play_circle")
    def activate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return merchant_steps.activate(self, request, row_of(self, request, object_id))

    @action(description=_("Tangguhkan"), permissions=["wallet.suspend_merchant"], icon="block")
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return merchant_steps.suspend(self, request, row_of(self, request, object_id))

    @action(description=_("Aktifkan lagi"), permissions=["wallet.suspend_merchant"], icon="check_circle")
    def reactivate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return merchant_steps.reactivate(self, request, row_of(self, request, object_id))

    @action(description=_("Usulkan perubahan"), permissions=["wallet.add_merchantchange"], icon="edit")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return merchant_changes.propose(self, request, row_of(self, request, object_id))

    @action(description=_("Tutup"), permissions=["wallet.suspend_merchant"], icon="cancel")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return merchant_steps.close(self, request, row_of(self, request, object_id))

    @action(description=_("Jalankan penyelesaian"), permissions=["wallet.add_settlement"], icon="account_balance")
    def settle_all(self, request: HttpRequest) -> HttpResponse:
        day, _cut_off = business_days.last_cut_off(timezone.now())

        def run(data: dict[str, Any]) -> Done:
            until, amounts, more = time.monotonic() + SECONDS, [], False
            for outcome in settlement_runs.run_due():
                if outcome.settlement_id is not None:
                    amounts.append(outcome.amount)
                    said = gettext("Diselesaikan: %(amount)s") % {"amount": rupiah(outcome.amount)}
                    self.log_change(request, outcome.merchant, said)
                if more := time.monotonic() > until:
                    break
            if more:
                messages.warning(request, gettext("Belum semua; jalankan lagi untuk sisanya."))
            if not amounts:
                return Done(gettext("Tidak ada pedagang yang perlu dibayar."), level=messages.INFO)
            said = ngettext(
                "%(count)s penyelesaian dibuat, jumlahnya %(total)s.",
                "%(count)s penyelesaian dibuat, jumlahnya %(total)s.",
                len(amounts),
            )
            return Done(
                said % {"count": len(amounts), "total": rupiah(sum(amounts))},
                list_url(Settlement, status__exact="pending"),
            )

        step = Step(
            title=_("Jalankan penyelesaian"),
            button=_("Jalankan"),
            text=_(
                "Penyelesaian hari buku terakhir yang batas waktunya lewat, dengan aturan yang sama seperti bila berjalan "
                "sendiri: yang sudah terjual saat itu, minimum, penahanan, satu hasil per pedagang. Aman diulang."
            ),
            facts=[(_("Hari buku"), f"{day:%d/%m/%Y}")],
        )
        return take(self, request, step, run, back=list_url(Merchant))
