"""Changes of merchants' data: proposed on the merchant's page, agreed to or dropped here by another officer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from vault.sealing import CannotOpen
from wallet import baskets, merchant_changes, own_partners
from wallet.admin import above
from wallet.admin.fields import RupiahField
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import by_number, change_url
from wallet.admin.steps import Done, ReasonForm, Step, take
from wallet.ledger import MAX_AMOUNT
from wallet.merchant_categories import in_words
from wallet.models import Merchant, MerchantApplication, MerchantChange, Settlement
from wallet.money import parse_rupiah, rupiah
from wallet.pain001 import NAME_LENGTH

MASK = "•"
BANK_ACCOUNT = RegexValidator(r"\A[0-9]{5,30}\Z", _("Isi 5 sampai 30 angka, tanpa spasi dan tanda."))
BANK_CODE = RegexValidator(r"\A[0-9A-Z]{3,11}\Z", _("Isi kode bank, misalnya 014 atau CENAIDJA."))
LONGEST_ITEM = 60
AMOUNTS = ("limit_payment", "limit_daily", "limit_monthly", "settlement_minimum", "refund_credit")
TEXTS = ("name", "mcc", "city", "region", "criteria", "nmid", "postcode")


def masked(row: Merchant | Settlement | MerchantApplication | MerchantChange, name: str = "bank_account") -> str:
    """The sealed number (by default the bank account) with its last four digits only; empty for none."""
    try:
        number: str = getattr(row, name)
    except CannotOpen:
        return "?"
    return MASK * max(len(number) - 4, 4) + number[-4:] if number else ""


def account_holder_field() -> forms.CharField:
    """In whose name the account is, as the bank has it."""
    return forms.CharField(
        label=_("Nama pemilik rekening"),
        max_length=NAME_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Persis seperti di buku rekening: bank dapat mengembalikan pembayaran atas nama lain."),
    )


def holder(row: Merchant | MerchantApplication | MerchantChange) -> str:
    """In whose name the account is, to be compared with the documents; empty where it is the shop's own."""
    try:
        return str(row.account_holder)
    except CannotOpen:
        return "?"


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """The merchant as it is; whatever is typed differently is proposed."""

    bank_code = forms.CharField(
        label=_("Kode bank"), required=False, widget=UnfoldAdminTextInputWidget(), validators=[BANK_CODE]
    )
    bank_account = forms.CharField(
        label=_("Nomor rekening"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        validators=[BANK_ACCOUNT],
    )
    account_holder = account_holder_field()
    settlement_minimum = RupiahField(
        label=_("Penyelesaian paling sedikit"), required=False, help_text=_("Kosong berarti menurut pengaturan umum.")
    )
    limit_payment = RupiahField(label=_("Batas per belanja"), required=False)
    limit_daily = RupiahField(label=_("Batas per hari"), required=False)
    limit_monthly = RupiahField(label=_("Batas per bulan"), required=False)
    limit_count = forms.IntegerField(
        label=_("Batas jumlah belanja per hari"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    refund_credit = RupiahField(
        label=_("Kredit pengembalian"),
        required=False,
        help_text=_(
            "Yang boleh dikembalikan ke pembeli melebihi yang masih terutang ke pedagang. Kosong berarti tidak ada."
        ),
    )
    prices = forms.CharField(
        label=_("Harga satuan tertinggi barang teratur"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Satu barang per baris, misalnya: minyakita 1 l = 15.700. Daftar ini menggantikan yang lama."),
    )
    reason = ReasonForm.base_fields["reason"]

    class Meta:
        model = Merchant
        fields = (*TEXTS, "settlement_minimum", "bank_code", *merchant_changes.LIMITS, "refund_credit")
        widgets = {name: UnfoldAdminTextInputWidget() for name in TEXTS} | {"criteria": UnfoldAdminSelectWidget()}

    field_order = (
        *TEXTS,
        "bank_code",
        "bank_account",
        "account_holder",
        "settlement_minimum",
        *merchant_changes.LIMITS,
        "refund_credit",
        "prices",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["refund_credit"] = self.instance.refund_credit or None
        prices = merchant_changes.prices_of(self.instance)
        self.initial["prices"] = "\n".join(_price_in_words(item, price) for item, price in prices.items())
        if self.instance.bank_account_sealed:
            self.fields["bank_account"].help_text = _("Sekarang %(masked)s. Kosongkan bila tidak berubah.") % {
                "masked": masked(self.instance)
            }
        # The office's counter hands out cash whatever else it is.
        self.fields["mcc"].disabled = own_partners.is_ours(self.instance.partner)

    def clean_prices(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["prices"].splitlines())):
            name, _sign, told = line.rpartition("=")
            item, price = baskets.words(name), parse_rupiah(told.strip())
            if not item or len(item) > LONGEST_ITEM or not price or price > MAX_AMOUNT:
                raise ValidationError(
                    _("Baris “%(line)s”: tulis barang = harga, misalnya minyakita 1 l = 15.700."), params={"line": line}
                )
            found[item] = price
        return dict(sorted(found.items()))

    def clean_refund_credit(self) -> int:
        return self.cleaned_data["refund_credit"] or 0

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if told.get("bank_account") and not told.get("account_holder") and "account_holder" not in self.errors:
            self.add_error("account_holder", _("Isi nama pemilik rekening yang baru."))
        return told


def propose(admin: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The step on the merchant's page."""

    def run(data: dict[str, Any]) -> Done:
        made = merchant_changes.propose(
            merchant,
            {name: data[name] for name in (*merchant_changes.FIELDS, "prices")},
            data["reason"],
            request.user,  # type: ignore[arg-type]
            bank_account=data["bank_account"],
            account_holder=data["account_holder"],
        )
        return Done(gettext("Diusulkan. Berlaku sesudah petugas lain menyetujuinya."), change_url(made))

    step = Step(
        title=_("Usulkan perubahan"),
        button=_("Usulkan"),
        text=_(
            "Petugas lain menyetujuinya; sampai saat itu data yang lama berlaku, juga rekening penerimanya. Batas berlaku "
            "untuk belanja berikutnya; yang sudah dibelanjakan hari ini ikut dihitung."
        ),
        form=partial(ChangeForm, instance=Merchant.objects.select_related("partner").get(pk=merchant.pk)),
        as_one=True,
    )
    return take(admin, request, step, run, merchant)


@admin.register(MerchantChange)
class MerchantChangeAdmin(ProposalAdmin):
    list_display = ("id", "merchant", "changed", "status_label", "proposed_by", "proposed_at", "decided_by")
    list_display_links = ("id", "merchant")
    list_filter = ("status", by_number("merchant", _("pedagang")))
    list_select_related = ("merchant", "proposed_by", "decided_by")
    fields = ("merchant", "changed", *DECISION)
    readonly_fields = ("changed", "status_label")

    @admin.display(description=_("perubahan"))
    def changed(self, row: MerchantChange) -> SafeString:
        return format_html_join("; ", "{}: {}", self._lines(row))

    def facts(self, row: MerchantChange, request: HttpRequest) -> list[tuple[Any, Any]]:
        return [(_("Pedagang"), f"{row.merchant} ({row.merchant.merchant_id})"), *self._lines(row)]

    def carried_out(self, row: MerchantChange, request: HttpRequest) -> str:
        merchant = merchant_changes.agree(row, request.user)  # type: ignore[arg-type]
        return gettext("Data %(merchant)s diubah.") % {"merchant": merchant}

    def _lines(self, row: MerchantChange) -> list[tuple[Any, Any]]:
        lines = [
            (
                _("harga barang teratur") if name == "prices" else Merchant._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                f"{_in_words(name, row.before[name])} → {_in_words(name, row.after[name])}",
            )
            for name in row.after
        ]
        if row.bank_account_sealed:
            before = gettext(" (sekarang %(masked)s)") % {"masked": masked(row.merchant) or "-"}
            lines.append((_("nomor rekening"), f"→ {masked(row)}{before if row.status == 'proposed' else ''}"))
        if row.account_holder_sealed:
            lines.append((_("nama pemilik rekening"), f"→ {holder(row)}"))
        return lines


def _price_in_words(item: str, price: int) -> str:
    return f"{item} = {price:,}".replace(",", ".")


def _in_words(name: str, value: Any) -> str:
    if name == "prices":
        return ", ".join(_price_in_words(item, price) for item, price in value.items()) or "-"
    if value in (None, ""):
        return "-"
    if name in AMOUNTS:
        return rupiah(value)
    if name == "mcc":
        return f"{value} {in_words(value)}"
    return f"{value} {above.place(value)}" if name == "region" else str(value)
