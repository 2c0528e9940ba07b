"""An officer's steps on a merchant: at work, suspended, closed; and its statement of sales."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from wallet import merchant_report_pdf, merchant_reports, merchants
from wallet.admin.sheets import download
from wallet.admin.steps import Done, ReasonForm, Step, take
from wallet.merchant_states import TRANSITIONS
from wallet.models import Merchant
from wallet.money import rupiah

S = Merchant.Status
TONES = {S.APPROVED: "info", S.ACTIVE: "success", S.SUSPENDED: "warning", S.CLOSED: "danger"}
MOST_DAYS = 93  # of one statement: a quarter; each of its payments is laid out in this request


class SuspendForm(ReasonForm):
    until = forms.SplitDateTimeField(
        label=_("Sampai"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
        help_text=_("Kosong berarti sampai diaktifkan lagi."),
    )


class ReportForm(forms.Form):
    first = forms.DateField(label=_("Dari"), widget=UnfoldAdminDateWidget())
    last = forms.DateField(label=_("Sampai"), widget=UnfoldAdminDateWidget())
    form = forms.ChoiceField(
        label=_("Sebagai"), choices=[("pdf", "PDF"), ("csv", "CSV")], widget=UnfoldAdminSelectWidget()
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and not first <= last < first + timedelta(days=MOST_DAYS):
            raise ValidationError(_("Isi paling banyak %(days)s hari, hari pertama dahulu.") % {"days": MOST_DAYS})
        return data


def hidden(merchant: Merchant) -> set[str]:
    """The steps that are none from where the merchant stands."""
    ahead = TRANSITIONS[merchant.status]
    steps = {
        "activate": merchant.status == S.APPROVED,
        "suspend": S.SUSPENDED in ahead,
        "reactivate": merchant.status == S.SUSPENDED,
        "close": S.CLOSED in ahead,
    }
    return {name for name, possible in steps.items() if not possible}


def status_in_words(merchant: Merchant) -> str:
    """The status, and until when."""
    said = str(merchant.get_status_display())
    if merchant.suspended_until is None:
        return said
    until = date_format(timezone.localtime(merchant.suspended_until), "j M Y H:i")
    return gettext("%(status)s sampai %(until)s") % {"status": said, "until": until}


def limits_in_words(merchant: Merchant) -> str:
    """What it may take at most."""
    parts = [
        (gettext("%(amount)s per belanja"), merchant.limit_payment),
        (gettext("%(amount)s per hari"), merchant.limit_daily),
        (gettext("%(amount)s per bulan"), merchant.limit_monthly),
    ]
    said = [text % {"amount": rupiah(amount)} for text, amount in parts if amount is not None]
    if merchant.limit_count is not None:
        said.append(gettext("%(count)s belanja per hari") % {"count": merchant.limit_count})
    if merchant.refund_credit:
        said.append(gettext("kredit pengembalian %(amount)s") % {"amount": rupiah(merchant.refund_credit)})
    return "; ".join(said) or gettext("tanpa batas sendiri")


def activate(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    step = Step(
        title=_("Aktifkan pedagang"),
        button=_("Aktifkan"),
        text=_("Pedagang ini dapat menerima belanja sejak sekarang. NMID dan rekening banknya harus sudah terisi."),
        form=ReasonForm,
    )
    return take(
        admin,
        request,
        step,
        lambda data: _said(merchants.activate(merchant, data["reason"], _by(request)), data["reason"]),
        merchant,
    )


def suspend(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    step = Step(
        title=_("Tangguhkan pedagang"),
        button=_("Tangguhkan"),
        text=_(
            "Belanja baru di pedagang ini ditolak sejak sekarang. Yang sudah dibelanjakan tetap dibayarkan kepadanya."
        ),
        form=SuspendForm,
        danger=True,
    )

    def run(data: dict[str, Any]) -> Done:
        return _said(merchants.suspend(merchant, data["reason"], _by(request), data["until"]), data["reason"])

    return take(admin, request, step, run, merchant)


def reactivate(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    step = Step(
        title=_("Aktifkan lagi pedagang"),
        button=_("Aktifkan lagi"),
        text=_("Pedagang ini dapat menerima belanja lagi."),
        form=ReasonForm,
    )
    return take(
        admin,
        request,
        step,
        lambda data: _said(merchants.reactivate(merchant, data["reason"], _by(request)), data["reason"]),
        merchant,
    )


def close(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    step = Step(
        title=_("Tutup pedagang"),
        button=_("Tutup untuk selamanya"),
        text=_("Pedagang ini tidak menerima belanja lagi. Yang masih terutang kepadanya tetap diselesaikan."),
        form=ReasonForm,
        danger=True,
    )
    return take(
        admin,
        request,
        step,
        lambda data: _said(merchants.close(merchant, data["reason"], _by(request)), data["reason"]),
        merchant,
    )


def report(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponseBase:
    """The statement of sales of some days, as a PDF or for a spreadsheet."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        read = merchant_reports.of(merchant, data["first"], data["last"])
        name = f"penjualan-{merchant.merchant_id}-{read.first:%Y%m%d}-{read.last:%Y%m%d}"
        if data["form"] == "csv":
            return download(name, SHEET, _sheet(read))
        answer = HttpResponse(merchant_report_pdf.document(read), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return answer
    first, last = _last_month(timezone.localdate())
    step = Step(
        title=_("Laporan penjualan"),
        button=_("Unduh"),
        text=_("Bruto, pengembalian, biaya, dan neto; penyelesaiannya; dan tiap belanja dengan barangnya."),
        form=ReportForm,
        initial={"first": first, "last": last},
    )
    return take(admin, request, step, lambda data: Done(""), merchant)


SHEET = ("waktu", "jenis", "nomor_kami", "nomor_mitra", "keterangan", "barang", "jumlah")


def _sheet(read: merchant_reports.Report) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (
            f"{timezone.localtime(sale.at):%Y-%m-%d %H:%M:%S}",
            sale.kind,
            sale.reference_no,
            sale.partner_reference_no,
            sale.title,
            sale.items,
            sale.amount,
        )
        for sale in merchant_reports.sales(read)
    ]
    blank = ("",) * 4
    totals = (
        ("gross", read.gross),
        ("refunds", -read.refunds),
        ("fee", -read.fee),
        ("net", read.net),
        ("opening", read.opening),
        ("covered", read.covered),
        ("settled", -sum(one.amount for one in read.settlements)),
        ("returned", sum(one.amount for one in read.returned)),
        ("closing", read.closing),
    )
    return [*rows, *(("", name, *blank, amount) for name, amount in totals)]


def _last_month(today: date) -> tuple[date, date]:
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _by(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _said(merchant: Merchant, reason: str) -> Done:
    words = {"status": status_in_words(merchant), "reason": reason}
    return Done(gettext("Status pedagang: %(status)s. %(reason)s") % words)
