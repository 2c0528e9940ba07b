"""What stands below a case of clawback: the payments, what is withheld and given back, the steps; and what a batch withholds."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement.admin.kinds import part_name
from disbursement.models import ClawbackPayment, ClawbackStep, GiveBack, Instruction, Withholding
from wallet.admin.decorators import display
from wallet.admin.rows import ViewOnlyInline, change_url, link, money
from wallet.money import rupiah


class PaymentInline(ViewOnlyInline):
    model = ClawbackPayment
    fields = readonly_fields = ("payment", "paid", "too_much")
    show_change_link = False
    verbose_name_plural = _("Pembayaran yang kelebihan")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClawbackPayment]:
        rows: QuerySet[ClawbackPayment] = super().get_queryset(request)
        return rows.select_related("instruction__cycle").order_by("instruction__cycle__period", "pk")

    @admin.display(description=_("pembayaran"))
    def payment(self, row: ClawbackPayment) -> SafeString:
        return _line(row.instruction)

    @admin.display(description=_("dibayar"))
    def paid(self, row: ClawbackPayment) -> SafeString:
        return money(row.instruction.amount)

    @admin.display(description=_("kelebihan"))
    def too_much(self, row: ClawbackPayment) -> SafeString:
        return money(row.amount)


class StepInline(ViewOnlyInline):
    model = ClawbackStep
    fields = readonly_fields = ("at", "to_status", "by_shown", "reason", "claim_shown")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Langkah")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClawbackStep]:
        rows: QuerySet[ClawbackStep] = super().get_queryset(request)
        return rows.select_related("by")

    @admin.display(description=_("oleh"))
    def by_shown(self, row: ClawbackStep) -> str:
        return str(row.by) if row.by else gettext("sistem")

    @admin.display(description=_("tuntutan"))
    def claim_shown(self, row: ClawbackStep) -> SafeString:
        return money(row.claim)


class WithholdingInline(ViewOnlyInline):
    model = Withholding
    fields = readonly_fields = ("line", "withheld", "left_shown", "counts")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Dipotong dari bantuan")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Withholding]:
        rows: QuerySet[Withholding] = super().get_queryset(request)
        return rows.select_related("instruction__cycle")

    @admin.display(description=_("bantuan"))
    def line(self, row: Withholding) -> SafeString:
        return _line(row.instruction)

    @admin.display(description=_("dipotong"))
    def withheld(self, row: Withholding) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("sisa sesudahnya"))
    def left_shown(self, row: Withholding) -> SafeString:
        return money(row.left)

    @display(description=_("dihitung"), label={"paid": "success", "waits": "info", "not": "none"})
    def counts(self, row: Withholding) -> tuple[str, str]:
        if row.instruction.status == Instruction.Status.PAID:
            return "paid", gettext("ya, sudah dibayar")
        return ("waits", gettext("bila dibayar")) if row.instruction.live else ("not", gettext("tidak: tidak dibayar"))


class GiveBackInline(ViewOnlyInline):
    model = GiveBack
    fields = readonly_fields = ("at", "given", "purse", "agreed_on", "consent", "by")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Dikembalikan sendiri")

    @admin.display(description=_("jumlah"))
    def given(self, row: GiveBack) -> SafeString:
        return money(row.amount)


def withheld_lines(batch: int, enrolment: int) -> SafeString | str:
    """What an enrolment's lines of a batch withhold, as on the page that says why it is so much."""
    rows = Withholding.objects.filter(instruction__batch=batch, instruction__enrolment=enrolment)
    return (
        format_html_join(
            "",
            "<div>{}</div>",
            (
                (
                    format_html(
                        gettext("pengembalian kelebihan bayar −{} ({}, sisa {})"),
                        rupiah(row.amount),
                        link(change_url(row.clawback), row.clawback),
                        rupiah(row.left),
                    ),
                )
                for row in rows.select_related("clawback").order_by("pk")
            ),
        )
        or "-"
    )


def _line(row: Instruction) -> SafeString:
    return link(change_url(row), f"{date_format(row.cycle.period, 'F Y')}, {part_name(row)}")
