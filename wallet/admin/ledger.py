"""Accounts and transfers: to look at, by everybody, changed by nobody; and the check of the books."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet import ledger, seal_verification, verification
from wallet.admin import statements
from wallet.admin.decorators import action
from wallet.admin.rows import (
    NUMBER,
    BalancesChangeList,
    LongTable,
    NumberFilter,
    ViewOnlyAdmin,
    balance_now,
    change_url,
    link,
    list_url,
    money,
)
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.models import Account, Checkpoint, Payment, Transfer
from wallet.money import rupiah

# What each check of wallet.verification compares, in the reader's words.
CHECK_NAMES = {
    "account balance": _("Saldo akun"),
    "merchant checkpoint": _("Titik hitung saldo pedagang"),
    "merchant below zero": _("Utang ke pedagang di bawah nol"),
    "payment amount": _("Jumlah belanja"),
    "payment refunds": _("Jumlah pengembalian"),
    "refund above its purse": _("Pengembalian melebihi kantong asalnya"),
    "settlement amount": _("Jumlah penyelesaian"),
    "refund amount": _("Jumlah pengembalian dan transfernya"),
    "settlement payout": _("Penyelesaian dan setoran ke bank"),
    "reversal mirrors": _("Pembatalan bukan cermin transfernya"),
    "transfer without its row": _("Transfer tanpa belanja, isi saldo, penyelesaian, atau pengembaliannya"),
    "settlement returned": _("Penyelesaian yang dikembalikan bank"),
    "top-up amount": _("Jumlah isi saldo"),
    "loss amount": _("Tagihan luring yang dibayar dari dana kerugian"),
    "held by holds": _("Dana yang ditahan"),
    "hold parts": _("Penahanan dan bagiannya"),
    "hold captures": _("Tagihan atas penahanan"),
    "hold parts captured": _("Tagihan atas bagian penahanan"),
    "capture of its purse": _("Tagihan melebihi kantong yang ditahan"),
    "checkpoint history": _("Riwayat titik hitung saldo pedagang"),
    seal_verification.CHANGED: _("Transfer berubah sesudah disegel"),
    seal_verification.MISSING: _("Transfer hilang sesudah disegel"),
    seal_verification.ADDED: _("Transfer disisipkan sesudah disegel"),
    seal_verification.ROOT: _("Isi hari berbeda dari segelnya"),
    seal_verification.BLOCK: _("Blok segel berubah"),
    seal_verification.CHAIN: _("Rantai segel putus"),
    seal_verification.SIGNATURE: _("Tanda tangan segel salah"),
    seal_verification.KEY: _("Kunci segel tidak dikenal"),
    seal_verification.DAY_MISSING: _("Segel hilang"),
}


def finding_rows(findings: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Kept findings as rows of a table: check, row, sealed day, recorded, as it should be."""

    def shown(finding: dict[str, Any], number: int | None) -> Any:
        if number is None:
            return "-"
        counted = finding["check"] in seal_verification.SEAL_CHECKS
        return number_format(number, force_grouping=True) if counted else money(number)

    return [
        (
            CHECK_NAMES.get(finding["check"], finding["check"]),
            str(finding["row"]),
            finding["day"] or "-",
            shown(finding, finding["stored"]),
            shown(finding, finding["recomputed"]),
        )
        for finding in findings
    ]


@admin.register(Account)
class AccountAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "kind", "title", "balance_shown", "created_at")
    list_display_links = ("id", "title")
    list_filter = ("kind",)
    search_fields = ("name",)
    search_help_text = _("Nomor akun atau namanya")
    fields = ("kind", "name", "balance_shown", "held_shown", "checkpoint", "transfers", "created_at")
    readonly_fields = ("balance_shown", "held_shown", "checkpoint", "transfers")
    actions_detail = ("statement",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BalancesChangeList]:
        return BalancesChangeList

    def account_of(self, row: Account) -> int:
        return row.pk

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        text = search_term.strip()
        if NUMBER.fullmatch(text):
            return queryset.filter(pk=int(text)), False
        return (queryset.filter(name__icontains=text) if text else queryset), False

    @admin.display(description=_("nama"))
    def title(self, row: Account) -> str:
        return str(row)

    @admin.display(description=_("saldo sekarang"))
    def balance_shown(self, row: Account) -> SafeString:
        return money(balance_now(row, row.pk))

    @admin.display(description=_("ditahan"))
    def held_shown(self, row: Account) -> SafeString:
        return money(row.held or None)

    @admin.display(description=_("titik hitung terakhir"))
    def checkpoint(self, row: Account) -> SafeString | str:
        return checkpoint_of(row.pk)

    @admin.display(description=_("transfer"))
    def transfers(self, row: Account) -> SafeString:
        return link(list_url(Transfer, account=row.pk), _("Lihat semua transfer akun ini"))

    @action(description=_("Rekening koran"), permissions=["wallet.view_account"], icon="receipt_long")
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return statements.show(self, request, row_of(self, request, object_id))


def checkpoint_of(account: int) -> SafeString | str:
    """A merchant's last checkpoint in words; a dash where none was made (other accounts keep their balance)."""
    last = Checkpoint.objects.filter(account_id=account).order_by("-counted_to").first()
    if last is None:
        return "-"
    when = date_format(timezone.localtime(last.made_at), "j M Y H:i")
    return format_html(gettext("{} pada {}, sampai transfer {}"), money(last.balance), when, last.counted_to)


class AccountFilter(NumberFilter):
    title = _("akun")
    parameter_name = "account"

    def narrow(self, rows: QuerySet[Transfer], number: int) -> QuerySet[Transfer]:
        return rows.filter(Q(debit=number) | Q(credit=number))


@admin.register(Transfer)
class TransferAdmin(LongTable, ViewOnlyAdmin):
    """The ledger's rows. There is nothing here but reading."""

    list_display = ("id", "posted_at", "kind", "debit_name", "credit_name", "amount_shown", "payment_link")
    list_filter = ("kind", "posted_at", AccountFilter)
    list_select_related = ("debit", "credit", "payment")
    search_fields = ("key",)
    search_help_text = _("Nomor transfer, kunci, atau nomor belanja")
    fields = (
        "posted_at",
        "kind",
        "debit_link",
        "credit_link",
        "amount_shown",
        "key",
        "payment_link",
        "reverses_link",
        "reversed_by_link",
        "reason",
    )
    readonly_fields = (
        "debit_link",
        "credit_link",
        "amount_shown",
        "payment_link",
        "reverses_link",
        "reversed_by_link",
        "reason",
    )
    actions_list = ("verify",)
    actions_detail = ("reverse_it",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        return list(super().get_actions_detail(request, object_id)) if row is not None and _may_reverse(row) else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transfer], search_term: str
    ) -> tuple[QuerySet[Transfer], bool]:
        """Exact numbers and keys only, each through its index: reading the ledger from end to end is not a search."""
        text = search_term.strip()
        if not text:
            return queryset, False
        payments = Payment.objects.filter(Q(reference_no=text) | Q(partner_reference_no=text))
        found = Q(key=text) | Q(payment__in=list(payments.values_list("pk", flat=True)[:100]))
        if NUMBER.fullmatch(text):
            found |= Q(pk=int(text))
        return queryset.filter(found), False

    @admin.display(description=_("dari akun"))
    def debit_name(self, row: Transfer) -> str:
        return str(row.debit)

    @admin.display(description=_("ke akun"))
    def credit_name(self, row: Transfer) -> str:
        return str(row.credit)

    @admin.display(description=_("dari akun"))
    def debit_link(self, row: Transfer) -> SafeString:
        return link(change_url(row.debit), row.debit)

    @admin.display(description=_("ke akun"))
    def credit_link(self, row: Transfer) -> SafeString:
        return link(change_url(row.credit), row.credit)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Transfer) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("belanja"), empty_value="-")
    def payment_link(self, row: Transfer) -> SafeString | None:
        return link(change_url(row.payment), row.payment) if row.payment else None

    @admin.display(description=_("membatalkan"), empty_value="-")
    def reverses_link(self, row: Transfer) -> SafeString | None:
        return link(change_url(row.reverses), row.reverses) if row.reverses else None

    @admin.display(description=_("dibatalkan oleh"), empty_value="-")
    def reversed_by_link(self, row: Transfer) -> SafeString | None:
        reversal = Transfer.objects.filter(reverses=row).first()
        return link(change_url(reversal), reversal) if reversal else None

    @admin.display(description=_("alasan"))
    def reason(self, row: Transfer) -> str:
        """Of a reversal taken in the office: kept in its history, with who took it."""
        told = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Transfer), object_id=str(row.pk)
        ).select_related("user")
        return "; ".join(f"{entry.get_change_message()} ({entry.user})" for entry in told.order_by("pk")) or "-"

    @action(description=_("Batalkan transfer"), permissions=["wallet.reverse_transfer"], icon="undo")
    def reverse_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For what no payment, batch, top-up, deposit or settlement claims: those go back through their own steps."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            reversal = ledger.reverse(row)
            said = {"number": row.pk, "reason": data["reason"]}
            self.log_change(request, reversal, gettext("Membatalkan transfer %(number)s: %(reason)s") % said)
            said = {"amount": rupiah(row.amount), "reason": data["reason"]}
            return Done(gettext("Transfer dibatalkan, %(amount)s kembali: %(reason)s") % said, change_url(reversal))

        warnings: list[Any] = []
        if Transfer.objects.filter(reverses=row).exists():
            warnings.append(_("Transfer ini sudah pernah dibatalkan."))
        elif not ledger.reversible(row):
            warnings.append(
                _(
                    "Transfer ini bagian dari belanja, batch, isi saldo, titipan atau penyelesaian, dan dikembalikan lewat "
                    "langkahnya sendiri. Pembatalan tidak dapat dibatalkan."
                )
            )
        step = Step(
            title=_("Batalkan transfer"),
            button=_("Bukukan pembatalan"),
            text=_(
                "Jumlah yang sama dibukukan ke arah sebaliknya; kedua transfer tetap tercatat. Ini hanya dapat dilakukan satu "
                "kali untuk tiap transfer."
            )
            if row.kind != Transfer.Kind.LAPSE
            else _(
                "Jumlah yang sama kembali ke kantongnya. Selama kantong itu tetap kedaluwarsa, uangnya tidak dapat dipakai dan "
                "hangus lagi pada giliran berikutnya."
            ),
            facts=[
                (_("Transfer"), row.pk),
                (_("Jenis"), row.get_kind_display()),
                (_("Dibukukan"), date_format(timezone.localtime(row.posted_at), "j M Y H:i")),
                (_("Dari akun"), row.debit),
                (_("Ke akun"), row.credit),
                (_("Jumlah"), money(row.amount)),
            ],
            warnings=warnings,
            form=ReasonForm,
            danger=True,
            possible=not warnings,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Periksa buku besar"), permissions=["wallet.view_transfer"], icon="fact_check")
    def verify(self, request: HttpRequest) -> HttpResponse:
        """Recomputes the books from the transfers when asked (POST), because it reads them all, and keeps what it found."""
        report = verification.verify() if request.method == "POST" else None
        context = self.admin_site.each_context(request) | {
            "title": _("Periksa buku besar"),
            "opts": self.opts,
            "report": report,
        }
        if report is not None:
            kept = verification.record(report)
            context["balances"] = [(Account.Kind(kind).label, money(total)) for kind, total in report.balances.items()]
            context["counts"] = [
                (_("akun diperiksa"), number_format(report.accounts, force_grouping=True)),
                (_("transfer diperiksa"), number_format(report.transfers, force_grouping=True)),
            ]
            sealed_to = date_format(report.sealed_to, "j F Y") if report.sealed_to else "-"
            context["counts"].append((_("disegel sampai"), sealed_to))
            context["findings"] = finding_rows(kept.findings)
        return TemplateResponse(request, "wallet/admin/verify.html", context)


def _may_reverse(row: Transfer) -> bool:
    return ledger.reversible(row) and not Transfer.objects.filter(reverses=row).exists()
