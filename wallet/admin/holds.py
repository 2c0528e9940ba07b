"""What merchants have reserved and not yet captured, and the one thing an officer may do about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import holds
from wallet.admin.decorators import action, display
from wallet.admin.payments import in_words
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.models import Hold, HoldPart, Payment
from wallet.money import rupiah

S = Hold.Status


class ExpiringFilter(admin.SimpleListFilter):
    """Those that still hold money, by how soon they let go of it."""

    title = _("berakhir")
    parameter_name = "expiring"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (
            ("overdue", _("Sudah lewat waktunya")),
            ("hour", _("Dalam satu jam")),
            ("day", _("Dalam sehari")),
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Hold]) -> QuerySet[Hold]:
        now, held = timezone.now(), queryset.filter(status=S.HELD)
        if self.value() == "overdue":
            return held.filter(expires_at__lte=now)
        if self.value() == "hour":
            return held.filter(expires_at__gt=now, expires_at__lte=now + timedelta(hours=1))
        if self.value() == "day":
            return held.filter(expires_at__gt=now, expires_at__lte=now + timedelta(days=1))
        return queryset


class HoldPartInline(ViewOnlyInline):
    model = HoldPart
    fields = ("purse", "amount_shown", "captured_shown")
    readonly_fields = ("amount_shown", "captured_shown")
    ordering = ("number",)
    show_change_link = False
    verbose_name_plural = _("Dari kantong")

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoldPart]:
        rows: QuerySet[HoldPart] = super().get_queryset(request)
        return rows.select_related("purse")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, part: HoldPart) -> SafeString:
        return money(part.amount)

    @admin.display(description=_("ditagih"))
    def captured_shown(self, part: HoldPart) -> SafeString:
        return money(part.captured or None)


@admin.register(Hold)
class HoldAdmin(LongTable, ViewOnlyAdmin):
    list_display = (
        "reference_no",
        "created_at",
        "merchant",
        "amount_shown",
        "left",
        "status_label",
        "expires_at",
        "wallet",
    )
    list_filter = (
        "status",
        ExpiringFilter,
        "created_at",
        "partner",
        by_number("merchant", _("pedagang")),
        by_number("wallet", _("dompet")),
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
        "captured_shown",
        "left",
        "title",
        "expires_at",
        "ended_at",
        "reference_no",
        "partner_reference_no",
        "external_id",
        "wallet",
        "code",
        "captures",
    )
    readonly_fields = ("status_label", "decline_reason", "amount_shown", "captured_shown", "left", "captures")
    inlines = (HoldPartInline,)
    actions_detail = ("void",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Hold], search_term: str
    ) -> tuple[QuerySet[Hold], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return queryset.filter(reference_no=text) | queryset.filter(partner_reference_no=text), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        hold = self.get_object(request, str(object_id))
        # Tills without a network rely on an offline allowance's reserve: it ends with its own page's step.
        held = hold is not None and hold.status == S.HELD and hold.merchant_id is not None
        return list(super().get_actions_detail(request, object_id)) if held else []

    @display(
        description=_("status"),
        label={S.HELD: "info", S.CAPTURED: "success", S.DECLINED: "danger", S.VOIDED: "warning", S.EXPIRED: "warning"},
    )
    def status_label(self, hold: Hold) -> tuple[str, str]:
        return hold.status, hold.get_status_display()

    @admin.display(description=_("alasan ditolak"))
    def decline_reason(self, hold: Hold) -> str:
        return in_words(hold.decline, hold.decline_detail) or "-"

    @admin.display(description=_("jumlah"))
    def amount_shown(self, hold: Hold) -> SafeString:
        return money(hold.amount)

    @admin.display(description=_("ditagih"))
    def captured_shown(self, hold: Hold) -> SafeString:
        return money(hold.captured or None)

    @admin.display(description=_("masih ditahan"))
    def left(self, hold: Hold) -> SafeString:
        return money(hold.amount - hold.captured if hold.status == S.HELD else None)

    @admin.display(description=_("tagihan"))
    def captures(self, hold: Hold) -> SafeString:
        return link(list_url(Payment, hold=hold.pk), _("Lihat tagihan atas penahanan ini"))

    @action(description=_("Batalkan penahanan"), permissions=["wallet.void_hold"], icon="lock_open_right")
    def void(self, request: HttpRequest, object_id: str) -> HttpResponse:
        hold = row_of(self, request, object_id)
        left = hold.amount - hold.captured

        def run(data: dict[str, Any]) -> Done:
            ended = holds.void(hold.partner, reference_no=hold.reference_no)
            said = {"amount": rupiah(ended.amount - ended.captured), "reason": data["reason"]}
            return Done(gettext("%(amount)s dilepas ke kantong pemegang: %(reason)s") % said)

        open_still = hold.status == S.HELD and hold.expires_at > timezone.now()
        step = Step(
            title=_("Batalkan penahanan"),
            button=_("Lepaskan uangnya"),
            text=_(
                "Uang yang ditahan dapat dipakai pemegangnya lagi, dan pedagang tidak dapat menagihnya lagi. "
                "Yang sudah ditagih tetap dibayar. Pastikan pesanannya memang tidak jadi: pedagang mungkin sudah mengirim barang."
            ),
            facts=[
                (_("Pedagang"), hold.merchant),
                (_("Jumlah"), money(hold.amount)),
                (_("Sudah ditagih"), money(hold.captured)),
                (_("Masih ditahan"), money(left if hold.status == S.HELD else 0)),
                (_("Ditahan sampai"), date_format(timezone.localtime(hold.expires_at), "j M Y H:i")),
            ],
            form=ReasonForm,
            danger=True,
            possible=open_still,
            warnings=[] if open_still else [_("Penahanan ini sudah berakhir.")],
            as_one=True,
        )
        return take(self, request, step, run, hold)
