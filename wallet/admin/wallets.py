"""Wallets: what they hold, what happened to them, and the steps of the desk."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from wallet import account_numbers, phone_changes, pins, recovery, succession, wallets
from wallet.admin import above, counter, offline_cards, statements
from wallet.admin.decorators import action, display
from wallet.admin.purses import PurseInline
from wallet.admin.recoveries import recovered
from wallet.admin.rows import (
    NUMBER,
    LongTable,
    OfficeAdmin,
    ViewOnlyInline,
    change_url,
    link,
    list_url,
    money,
)
from wallet.admin.steps import AskAgain, Done, ReasonForm, Step, row_of, take
from wallet.admin.successions import heir_facts
from wallet.admin.wallet_figures import figures
from wallet.errors import WalletError
from wallet.models import Hold, Payment, Succession, TopUp, Wallet, WalletStep
from wallet.proposal_errors import HolderLives, RecoveryTakesTwo

UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
S = Wallet.Status


class WalletMoved(WalletError):
    code = "wallet_moved"
    message = _("Status dompet sudah berubah. Muat ulang halaman.")


class RecoverForm(ReasonForm):
    """Who lost a telephone has another one by now, or none: then a card is all that is left, and two officers see to that."""

    without_phone = forms.BooleanField(
        label=_("Pemegangnya tidak punya telepon lagi"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=_("Diusulkan dahulu; sesudah petugas lain menyetujui, kartu luring dapat dibuat tanpa PIN."),
    )


class StepInline(ViewOnlyInline):
    model = WalletStep
    fields = ("created_at", "kind", "reason", "by")
    ordering = ("-pk",)
    show_change_link = False
    verbose_name_plural = _("Langkah yang diambil")


class SucceedForm(forms.Form):
    """Whose wallet the money goes to, by its number, and why."""

    successor = forms.CharField(
        label=_("Nomor dompet penerus"),
        max_length=18,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_(
            "Ada di halaman orangnya dan di halaman dompetnya. Penerus yang belum punya dompet didaftarkan dahulu."
        ),
    )
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "Misalnya nomor akta kematian dan surat keterangan waris. Dibaca oleh siapa pun yang memeriksa nanti."
        ),
    )

    def clean_successor(self) -> Wallet:
        found = wallet_numbered(self.cleaned_data["successor"])
        if found is None:
            raise ValidationError(_("Tidak ada dompet dengan nomor itu."))
        return found


def wallet_numbered(text: str) -> Wallet | None:
    """The wallet of a typed number, None if there is none."""
    text = text.strip()
    return Wallet.objects.filter(pk=int(text)).first() if NUMBER.fullmatch(text) else None


@admin.register(Wallet)
class WalletAdmin(LongTable, OfficeAdmin):
    """A wallet is opened by enrolment; here are its balances, its statement, and every step an officer may take with it."""

    list_display = ("id", "holder", "status_label", "pin_state", "created_at")
    list_filter = ("status",)
    search_fields = ("holder",)
    search_help_text = _("Nomor dompet atau pemegang (UUID)")
    fields = (
        "holder",
        "account_number",
        "status_label",
        "status_reason",
        "pin_state",
        "registered",
        "passed_on",
        "books",
        "created_at",
    )
    readonly_fields = fields
    inlines = (PurseInline, StepInline)
    actions = None
    actions_detail = (
        "statement",
        {"title": _("Loket"), "icon": "storefront", "items": ["pay_in", "pay_out", "offline_card"]},
        {
            "title": _("Langkah"),
            "icon": "manage_accounts",
            "items": ["freeze", "unfreeze", "reset_pin", "recover", "close", "succeed"],
        },
    )
    change_form_outer_before_template = "wallet/admin/wallet_balance.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what changes, changes by the steps above, each with its own page

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Wallet], search_term: str
    ) -> tuple[QuerySet[Wallet], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        if NUMBER.fullmatch(text):
            return queryset.filter(pk=int(text)), False
        return (queryset.filter(holder=text) if UUID.fullmatch(text) else queryset.none()), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        wallet = self.get_object(request, object_id)
        shown = {} if wallet is None else {"balance": figures(wallet), "holder": above.holder(request, wallet)}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the steps that make sense for the wallet as it stands."""
        wallet = self.get_object(request, str(object_id))
        if wallet is None:
            return []
        possible = {
            "statement": True,
            "pay_in": wallet.status == S.ACTIVE,
            "pay_out": wallet.status == S.ACTIVE,
            "offline_card": wallet.status == S.ACTIVE,
            "freeze": wallet.status == S.ACTIVE,
            "unfreeze": wallet.status == S.FROZEN,
            "reset_pin": bool(wallet.pin_hash),
            "recover": wallet.status != S.CLOSED,
            "close": wallet.status != S.CLOSED,
            "succeed": not Succession.objects.filter(predecessor=wallet).exists(),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_wallet_")]]

    # --- What it looks like ---

    @admin.display(description=_("nomor rekening"))
    def account_number(self, wallet: Wallet) -> str:
        return account_numbers.of_wallet(wallet.pk)

    @display(description=_("status"), label={S.ACTIVE: "success", S.FROZEN: "warning", S.CLOSED: "danger"})
    def status_label(self, wallet: Wallet) -> tuple[str, str]:
        return wallet.status, wallet.get_status_display()

    @admin.display(description=_("PIN"))
    def pin_state(self, wallet: Wallet) -> str:
        if not wallet.pin_hash:
            return gettext("Belum dibuat")
        if wallet.pin_locked_until and wallet.pin_locked_until > timezone.now():
            until = timezone.localtime(wallet.pin_locked_until)
            return gettext("Terkunci sampai %(until)s") % {"until": f"{until:%d/%m/%Y %H:%M}"}
        return gettext("Sudah dibuat")

    @admin.display(description=_("pewarisan"))
    def passed_on(self, wallet: Wallet) -> SafeString | str:
        rows = Succession.objects.filter(predecessor=wallet) | Succession.objects.filter(successor=wallet)
        told = [_inheritance(row, wallet) for row in rows.select_related("predecessor", "successor").order_by("pk")]
        return SafeString("<br>".join(told)) if told else "-"

    @admin.display(description=_("pembukuan"))
    def books(self, wallet: Wallet) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(Payment, wallet=wallet.pk), _("belanja")),
                    link(list_url(Hold, wallet=wallet.pk), _("penahanan")),
                    link(list_url(TopUp, wallet=wallet.pk), _("isi saldo")),
                )
            )
        )

    @action(description=_("Rekening koran"), permissions=["wallet.view_wallet"], icon="receipt_long")
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return statements.show(self, request, row_of(self, request, object_id))

    # --- The counter ---

    @action(description=_("Isi saldo di loket"), permissions=["wallet.cash_in_wallet"], icon="add_card")
    def pay_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return counter.pay_in(self, request, row_of(self, request, object_id))

    @action(description=_("Buat kartu luring"), permissions=["wallet.issue_offline_card"], icon="print")
    def offline_card(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return offline_cards.issue(self, request, row_of(self, request, object_id))

    @action(description=_("Tarik tunai di loket"), permissions=["wallet.cash_out_wallet"], icon="payments")
    def pay_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return counter.pay_out(self, request, row_of(self, request, object_id))

    # --- Steps ---

    @action(description=_("Bekukan"), permissions=["wallet.change_wallet"], icon="ac_unit")
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            wallets.freeze(wallet, data["reason"], by=request.user.get_username())
            _expect(wallet, S.FROZEN)
            return Done(gettext("Dompet dibekukan: %(reason)s") % data)

        step = Step(
            title=_("Bekukan dompet"),
            button=_("Bekukan"),
            text=_(
                "Pemegangnya tidak dapat belanja dan tidak dapat membuat kode bayar sampai dompet dibuka lagi. "
                "Bantuan yang sudah diterima tetap ada; bantuan baru tidak masuk selama dompet beku."
            ),
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, run, wallet)

    @action(description=_("Buka kembali"), permissions=["wallet.change_wallet"], icon="lock_open")
    def unfreeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            wallets.unfreeze(wallet, data["reason"], by=request.user.get_username())
            _expect(wallet, S.ACTIVE)
            return Done(gettext("Dompet dapat dipakai lagi."))

        step = Step(
            title=_("Buka kembali dompet"),
            button=_("Buka kembali"),
            text=_("Pemegangnya dapat belanja lagi sejak sekarang."),
            facts=[(_("Dibekukan karena"), wallet.status_reason or "-")],
            form=ReasonForm,
        )
        return take(self, request, step, run, wallet)

    @action(description=_("Atur ulang PIN"), permissions=["wallet.change_wallet"], icon="pin")
    def reset_pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            pins.reset(wallet, data["reason"], by=request.user.get_username())
            return Done(gettext("PIN dihapus (%(reason)s). Pemegang dapat membuat PIN baru di aplikasinya.") % data)

        step = Step(
            title=_("Atur ulang PIN"),
            button=_("Hapus PIN lama"),
            text=_(
                "Lakukan hanya setelah pemegangnya hadir dan KTP-nya diperiksa. PIN lama dihapus; "
                "siapa pun yang memegang telepon yang terdaftar dapat membuat PIN baru. "
                "Bila teleponnya hilang, pilih Telepon hilang."
            ),
            form=ReasonForm,
            danger=True,
            as_one=True,
        )
        return take(self, request, step, run, wallet)

    @action(description=_("Telepon hilang"), permissions=["wallet.recover_wallet"], icon="phonelink_erase")
    def recover(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)
        by_two = phone_changes.takes_two(wallet)

        def run(data: dict[str, Any]) -> Done:
            if by_two or data["without_phone"]:
                made = recovery.propose(wallet, data["reason"], by=request.user)  # type: ignore[arg-type]
                return Done(gettext("Diusulkan. Berlaku sesudah petugas lain menyetujuinya."), change_url(made))
            by = request.user.get_username()
            return Done(recovered(wallet, data["reason"], by, lambda: wallets.recover(wallet, data["reason"], by)))

        step = Step(
            title=_("Pulihkan setelah telepon hilang"),
            button=_("Usulkan") if by_two else _("Matikan semua akses lama"),
            text=RecoveryTakesTwo.message
            if by_two
            else _(
                "Lakukan hanya setelah pemegangnya hadir dan KTP-nya diperiksa. Semua perangkatnya dikeluarkan; kode bayar, "
                "pagu luring teleponnya dan PIN lama tidak berlaku lagi. Kartu cetak tetap berlaku. Uangnya tetap; ia masuk "
                "lagi dengan nomornya dan membuat PIN baru."
            ),
            facts=[(_("Status"), wallet.get_status_display()), (_("PIN"), self.pin_state(wallet))],
            form=RecoverForm,
            danger=True,
            possible=wallet.status != S.CLOSED,
            warnings=[_("Dompet ini sudah ditutup.")] if wallet.status == S.CLOSED else [],
            as_one=True,
        )
        return take(self, request, step, run, wallet)

    @action(description=_("Tutup dompet"), permissions=["wallet.close_wallet"], icon="cancel")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)
        left, held = wallets.money_in(wallet)

        def run(data: dict[str, Any]) -> Done:
            wallets.close(wallet, data["reason"], by=request.user.get_username())
            return Done(gettext("Dompet ditutup: %(reason)s") % data)

        warnings: list[Any] = []
        if wallet.status == S.CLOSED:
            warnings.append(_("Dompet ini sudah ditutup."))
        elif held:
            warnings.append(_("Sebagian uangnya ditahan pedagang. Batalkan penahanannya atau tunggu sampai berakhir."))
        elif left:
            warnings.append(_("Dompet masih berisi. Tunggu sampai habis dipakai, atau wariskan dompet ini."))
        step = Step(
            title=_("Tutup dompet"),
            button=_("Tutup untuk selamanya"),
            text=_(
                "Hanya dompet kosong dapat ditutup. Sesudahnya tidak ada bantuan yang masuk dan tidak ada yang dapat "
                "dibayar dengannya. Dompet yang ditutup tidak dapat dibuka lagi."
            ),
            facts=[(_("Saldo buku"), money(left)), (_("Ditahan"), money(held))],
            warnings=warnings,
            form=ReasonForm,
            danger=True,
            possible=not warnings,
        )
        return take(self, request, step, run, wallet)

    @action(description=_("Wariskan"), permissions=["wallet.add_successionproposal"], icon="family_restroom")
    def succeed(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)
        left, held = wallets.money_in(wallet)
        earlier = Succession.objects.filter(predecessor=wallet).first()
        heir = wallet_numbered(request.POST.get("successor", "")) if request.method == "POST" else None
        warnings: list[Any] = [_inheritance(earlier, wallet)] if earlier else []
        if not earlier and not succession.has_died(wallet):
            warnings.append(HolderLives.message)

        def run(data: dict[str, Any]) -> Done:
            chosen: Wallet = data["successor"]
            # Numbers are easily mistyped and this is for good: who it is must have been on the page that was sent.
            if request.POST.get("seen") != str(chosen.pk):
                raise AskAgain(said=gettext("Periksa penerusnya, lalu tekan sekali lagi."))
            made = succession.propose(wallet, chosen.holder, data["reason"], by=request.user)  # type: ignore[arg-type]
            said = {"wallet": chosen, "reason": data["reason"]}
            return Done(gettext("Diusulkan diwariskan ke %(wallet)s: %(reason)s") % said, change_url(made))

        step = Step(
            title=_("Wariskan dompet"),
            button=_("Usulkan diwariskan ke %(wallet)s") % {"wallet": heir} if heir else _("Lanjutkan"),
            text=_(
                "Bila registri mencatat pemegangnya meninggal. Sesudah petugas lain menyetujui, semua kantongnya pindah ke "
                "dompet penerus dengan aturan dan masa berlakunya; yang ditahan pedagang tetap ditahan. Dompet ini ditutup. "
                "Langkah itu tidak dapat ditarik kembali."
            ),
            facts=[
                (_("Pemegang sekarang"), above.holder(request, wallet) or wallet.holder),
                (_("Saldo buku"), money(left)),
                (_("Ditahan"), money(held)),
                *(heir_facts(request, heir) if heir else []),
            ],
            warnings=warnings,
            form=SucceedForm,
            hidden={"seen": str(heir.pk)} if heir else {},
            danger=heir is not None,
            possible=not warnings,
        )
        return take(self, request, step, run, wallet)


def _inheritance(row: Succession, wallet: Wallet) -> SafeString:
    """A succession as one sentence, seen from one of its wallets."""
    gone = row.predecessor_id == wallet.pk
    other = row.successor if gone else row.predecessor
    said = gettext("{} ke {}, {}, oleh {}: {}") if gone else gettext("{} dari {}, {}, oleh {}: {}")
    when = date_format(timezone.localtime(row.created_at), "j M Y H:i")
    return format_html(said, money(row.amount), link(change_url(other), other), when, row.by, row.reason)


def _expect(wallet: Wallet, status: Wallet.Status) -> None:
    """The change was a conditional update: make sure that it was ours to make."""
    wallet.refresh_from_db(fields=["status"])
    if wallet.status != status:
        raise WalletMoved
