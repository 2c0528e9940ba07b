"""Purses, and the rules that they carry."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from wallet import baskets
from wallet.admin import above, statements
from wallet.admin.decorators import action
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
from wallet.admin.steps import row_of
from wallet.merchant_categories import all_in_words
from wallet.models import Account, Purse, PurseTerms, Transfer
from wallet.money import parse_rupiah, rupiah

TERMS = (
    "name",
    "mccs",
    "regions",
    "cash_allowed",
    "lapses_to",
    "items_required",
    "banned_items",
    "allowed_items",
    "price_ceilings",
)
REGION = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


def in_words(terms: PurseTerms) -> str:
    """A purse's rule as one sentence for people."""
    parts = [
        gettext("Hanya di pedagang %(categories)s") % {"categories": all_in_words(terms.mccs)}
        if terms.mccs
        else gettext("Di pedagang apa pun"),
        *([gettext("hanya di wilayah %(places)s") % {"places": above.places(terms.regions)}] if terms.regions else []),
        *goods_in_words(terms),
        gettext("boleh tunai") if terms.cash_allowed else gettext("tidak boleh tunai"),
        gettext("sisa kembali ke %(fund)s") % {"fund": terms.lapses_to}
        if terms.lapses_to
        else gettext("sisa tetap milik penerima"),
    ]
    return "; ".join(parts) + "."


def goods_in_words(terms: PurseTerms) -> list[str]:
    """What the rule says of goods, if anything."""
    if not terms.items_required:
        return []
    ceilings = ", ".join(f"{item} {rupiah(price)}" for item, price in sorted(terms.price_ceilings.items()))
    return [
        gettext("hanya dengan daftar barang"),
        *([gettext("tidak untuk %(items)s") % {"items": ", ".join(terms.banned_items)}] if terms.banned_items else []),
        *(
            [gettext("hanya untuk %(items)s") % {"items": ", ".join(terms.allowed_items)}]
            if terms.allowed_items
            else []
        ),
        *([gettext("harga satuan paling tinggi: %(items)s") % {"items": ceilings}] if ceilings else []),
    ]


class PurseInline(ViewOnlyInline):
    model = Purse
    fields = ("opened", "balance", "held", "rule", "usable_from", "usable_until")
    readonly_fields = ("opened", "balance", "held", "rule")
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

    @admin.display(description=_("ditahan"))
    def held(self, purse: Purse) -> SafeString:
        return money(purse.account.held or None)

    @admin.display(description=_("aturan"))
    def rule(self, purse: Purse) -> str:
        return in_words(purse.terms)


@admin.register(Purse)
class PurseAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("account_id", "title", "wallet", "balance", "terms", "usable_until")
    list_display_links = ("account_id", "title")
    list_filter = ("terms", by_number("wallet", _("dompet")))
    list_select_related = ("account", "terms", "wallet")
    search_fields = ("title",)
    search_help_text = _("Nomor akun kantong atau nomor dompet")
    fields = ("title", "wallet", "balance", "held", "rule", "usable_from", "usable_until", "transfers")
    readonly_fields = ("balance", "held", "rule", "transfers")
    actions_detail = ("statement",)

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

    @admin.display(description=_("ditahan"))
    def held(self, purse: Purse) -> SafeString:
        return money(purse.account.held or None)

    @admin.display(description=_("aturan"))
    def rule(self, purse: Purse) -> str:
        return in_words(purse.terms)

    @admin.display(description=_("transfer"))
    def transfers(self, purse: Purse) -> SafeString:
        return link(list_url(Transfer, account=purse.pk), _("Lihat semua transfer kantong ini"))

    @action(description=_("Rekening koran"), permissions=["wallet.view_purse"], icon="receipt_long")
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        return statements.show(self, request, row_of(self, request, object_id))


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


class RegionsField(forms.CharField):
    """Region codes typed as ``31.74, 31.75.01``; empty for anywhere."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "widget": UnfoldAdminTextInputWidget()} | kwargs))

    def clean(self, value: Any) -> list[str]:
        codes = [code for code in re.split(r"[,;\s]+", super().clean(value)) if code]
        if wrong := [code for code in codes if not REGION.fullmatch(code)]:
            raise ValidationError(
                _("Bukan kode wilayah: %(codes)s. Isi kode seperti 31.74 atau 31.74.01.") % {"codes": ", ".join(wrong)}
            )
        return sorted(set(codes))

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class GoodsField(forms.CharField):
    """Kinds of goods, one a line; kept in the form in which goods are compared (wallet.baskets.words)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})} | kwargs))

    def clean(self, value: Any) -> list[str]:
        found = baskets.entries(super().clean(value).splitlines())
        if long := [entry for entry in found if len(entry) > baskets.ENTRY_LENGTH]:
            raise ValidationError(_("Terlalu panjang: %(entry)s.") % {"entry": long[0]})
        return found

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class CeilingsField(forms.CharField):
    """The most that one may cost, typed as ``beras 5 kg = 75.000``, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"required": False, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})} | kwargs))

    def clean(self, value: Any) -> dict[str, int]:
        found = {}
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            item, _sign, price = line.rpartition("=")
            entry, amount = baskets.words(item), parse_rupiah(price.strip())
            if not entry or not amount:
                raise ValidationError(
                    _("Isi seperti: beras 5 kg = 75.000. Yang tidak terbaca: %(line)s") % {"line": line}
                )
            found[entry] = amount
        return found

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{item} = {price}" for item, price in value.items()) if isinstance(value, dict) else value


class TermsForm(forms.ModelForm):  # type: ignore[type-arg]
    mccs = CategoriesField(
        label=_("Kategori pedagang (MCC)"),
        help_text=_("Empat angka, dipisah koma, misalnya 5411, 5499. Kosong berarti pedagang apa pun."),
    )

    regions = RegionsField(
        label=_("Wilayah"),
        help_text=_(
            "Kode wilayah Kemendagri, dipisah koma, misalnya 31.74 atau 31.74.01; berlaku untuk semua di dalamnya. "
            "Kosong berarti di mana pun."
        ),
    )

    banned_items = GoodsField(
        label=_("Barang terlarang"),
        help_text=_("Satu jenis per baris. Cocok dengan kode barang, golongan, atau kata utuh di nama barang."),
    )
    allowed_items = GoodsField(label=_("Hanya barang ini"), help_text=_("Satu jenis per baris. Kosong: semua barang."))
    price_ceilings = CeilingsField(
        label=_("Harga satuan tertinggi"), help_text=_("Satu per baris: beras 5 kg = 75.000")
    )

    class Meta:
        model = PurseTerms
        fields = TERMS

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        listed = any(data.get(name) for name in ("banned_items", "allowed_items", "price_ceilings"))
        if listed and not data.get("items_required"):
            self.add_error("items_required", _("Daftar barang hanya berlaku bila kasir wajib mengirim barangnya."))
        return data


@admin.register(PurseTerms)
class PurseTermsAdmin(OfficeAdmin):
    """Rules may be written until the first purse carries them; from then on they are a promise."""

    form = TermsForm
    list_display = ("name", "rule")
    list_select_related = ("lapses_to",)
    search_fields = ("name",)
    search_help_text = _("Nama aturan")
    fields = TERMS
    readonly_fields = ("rule", "bound")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return self.fields
        return (*self.fields, "rule") if self.has_change_permission(request, obj) else ("name", "rule", "bound")

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
    return terms.granted_at is not None or any(bound(terms) for bound in above.BINDINGS)
