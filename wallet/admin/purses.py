"""Wallets, their purses, and the rules that purses carry."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from wallet import pins, wallets
from wallet.admin.decorators import action, display
from wallet.admin.rows import (
    NUMBER,
    LongTable,
    OfficeAdmin,
    ViewOnlyAdmin,
    ViewOnlyInline,
    by_number,
    change_url,
    link,
    list_url,
    money,
)
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.merchant_categories import all_in_words
from wallet.models import Account, Payment, Purse, PurseTerms, Transfer, Wallet

UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


def in_words(terms: PurseTerms) -> str:
    """A purse's rule as one sentence for people."""
    parts = [
        gettext("Hanya di pedagang %(categories)s") % {"categories": all_in_words(terms.mccs)}
        if terms.mccs
        else gettext("Di pedagang apa pun"),
        gettext("boleh tunai") if terms.cash_allowed else gettext("tidak boleh tunai"),
        gettext("sisa kembali ke %(fund)s") % {"fund": terms.lapses_to}
        if terms.lapses_to
        else gettext("sisa tetap milik penerima"),
    ]
    return "; ".join(parts) + "."


class WalletMoved(WalletError):
    code = "wallet_moved"
    message = _("Status dompet sudah berubah. Muat ulang halaman.")


class PurseInline(ViewOnlyInline):
    model = Purse
    fields = ("opened", "balance", "rule", "usable_from", "usable_until")
    readonly_fields = ("opened", "balance", "rule")
    ordering = ("-account_id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Purse]:
        rows: QuerySet[Purse] = super().get_queryset(request)
        return rows.select_related("account", "terms__lapses_to")

    @admin.display(description=_("bantuan"))
    def opened(self, purse: Purse) -> SafeString:
        return link(change_url(purse), purse.title)

    @admin.display(description=_("saldo"))
    def balance(self, purse: Purse) -> SafeString:
        return money(purse.account.balance)

    @admin.display(description=_("aturan"))
    def rule(self, purse: Purse) -> str:
        return in_words(purse.terms)


@admin.register(Wallet)
class WalletAdmin(LongTable, OfficeAdmin):
    """A wallet is opened by enrolment; here it is frozen, freed, or given a fresh start with its PIN."""

    list_display = ("id", "holder", "status_label", "pin_state", "created_at")
    list_filter = ("status",)
    search_fields = ("holder",)
    search_help_text = _("Nomor dompet atau pemegang (UUID)")
    fields = ("holder", "status_label", "status_reason", "pin_state", "payments", "created_at")
    readonly_fields = fields
    inlines = (PurseInline,)
    actions = None
    actions_detail = ("freeze", "unfreeze", "reset_pin")

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

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the steps that make sense for the wallet as it stands."""
        wallet = self.get_object(request, str(object_id))
        possible = {
            "freeze": wallet is not None and wallet.status == Wallet.Status.ACTIVE,
            "unfreeze": wallet is not None and wallet.status == Wallet.Status.FROZEN,
            "reset_pin": wallet is not None and bool(wallet.pin_hash),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_wallet_")]]

    @display(
        description=_("status"),
        label={Wallet.Status.ACTIVE: "success", Wallet.Status.FROZEN: "warning", Wallet.Status.CLOSED: "danger"},
    )
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

    @admin.display(description=_("belanja"))
    def payments(self, wallet: Wallet) -> SafeString:
        return link(list_url(Payment, wallet=wallet.pk), _("Lihat belanja dompet ini"))

    @action(description=_("Bekukan"), permissions=["wallet.change_wallet"], icon="ac_unit")
    def freeze(self, request: HttpRequest, object_id: str) -> HttpResponse:
        wallet = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            wallets.freeze(wallet, data["reason"], by=request.user.get_username())
            _expect(wallet, Wallet.Status.FROZEN)
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
            _expect(wallet, Wallet.Status.ACTIVE)
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
            pins.reset(wallet)
            return Done(gettext("PIN dihapus (%(reason)s). Pemegang dapat membuat PIN baru di aplikasinya.") % data)

        step = Step(
            title=_("Atur ulang PIN"),
            button=_("Hapus PIN lama"),
            text=_(
                "Lakukan hanya setelah pemegangnya hadir dan KTP-nya diperiksa. PIN lama dihapus; "
                "siapa pun yang memegang telepon yang terdaftar dapat membuat PIN baru."
            ),
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, run, wallet)


def _expect(wallet: Wallet, status: Wallet.Status) -> None:
    """The change was a conditional update: make sure that it was ours to make."""
    wallet.refresh_from_db(fields=["status"])
    if wallet.status != status:
        raise WalletMoved


@admin.register(Purse)
class PurseAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("account_id", "title", "wallet", "balance", "terms", "usable_until")
    list_display_links = ("account_id", "title")
    list_filter = ("terms", by_number("wallet", _("dompet")))
    list_select_related = ("account", "terms", "wallet")
    search_fields = ("title",)
    search_help_text = _("Nomor akun kantong atau nomor dompet")
    fields = ("title", "wallet", "balance", "rule", "usable_from", "usable_until", "transfers")
    readonly_fields = ("balance", "rule", "transfers")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Purse], search_term: str
    ) -> tuple[QuerySet[Purse], bool]:
        text = search_term.strip()
        if NUMBER.fullmatch(text):
            return queryset.filter(pk=int(text)) | queryset.filter(wallet_id=int(text)), False
        return (queryset.none() if text else queryset), False

    @admin.display(description=_("saldo"))
    def balance(self, purse: Purse) -> SafeString:
        return money(purse.account.balance)

    @admin.display(description=_("aturan"))
    def rule(self, purse: Purse) -> str:
        return in_words(purse.terms)

    @admin.display(description=_("transfer"))
    def transfers(self, purse: Purse) -> SafeString:
        return link(list_url(Transfer, account=purse.pk), _("Lihat semua transfer kantong ini"))


class CategoriesField(forms.CharField):
    """Merchant categories typed as ``5411, 5912``; empty for any merchant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "widget": UnfoldAdminTextInputWidget()} | kwargs))

    def clean(self, value: Any) -> list[str]:
        codes = [code for code in re.split(r"[,;\s]+", super().clean(value)) if code]
        if wrong := [code for code in codes if not re.fullmatch(r"[0-9]{4}", code)]:
            raise ValidationError(
                _("Bukan kategori pedagang: %(codes)s. Isi empat angka.") % {"codes": ", ".join(wrong)}
            )
        return sorted(set(codes))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    mccs = CategoriesField(
        label=_("Kategori pedagang (MCC)"),
        help_text=_("Empat angka, dipisah koma, misalnya 5411, 5499. Kosong berarti pedagang apa pun."),
    )

    class Meta:
        model = PurseTerms
        fields = ("name", "mccs", "cash_allowed", "lapses_to")


@admin.register(PurseTerms)
class PurseTermsAdmin(OfficeAdmin):
    """Rules may be written until the first purse carries them; from then on they are a promise."""

    form = TermsForm
    list_display = ("name", "rule")
    list_select_related = ("lapses_to",)
    search_fields = ("name",)
    search_help_text = _("Nama aturan")
    fields = ("name", "mccs", "cash_allowed", "lapses_to")
    readonly_fields = ("rule", "bound")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields if self.has_change_permission(request, obj) or obj is None else ("name", "rule", "bound")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (not isinstance(obj, PurseTerms) or not is_bound(obj))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "lapses_to":
            kwargs["queryset"] = Account.objects.filter(kind=Account.Kind.FUND).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("aturan"))
    def rule(self, terms: PurseTerms) -> str:
        return in_words(terms)

    @admin.display(description=_("dapat diubah"))
    def bound(self, terms: PurseTerms) -> str:
        if is_bound(terms):
            return gettext(
                "Tidak: sudah ada bantuan yang diberikan dengan aturan ini. Buat aturan baru untuk program lain."
            )
        return gettext("Ya: belum ada bantuan yang diberikan dengan aturan ini.")


def is_bound(terms: PurseTerms) -> bool:
    """True once money was granted under the terms, or is about to be."""
    return Purse.objects.filter(terms=terms).exists() or any(bound(terms) for bound in BINDINGS)


# Apps above this one tell here what else makes terms a promise: a batch under way freezes them before a purse exists.
BINDINGS: list[Any] = []
