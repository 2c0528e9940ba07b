"""QRIS in the office: printed stickers, dynamic codes, and guessed digits."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from wallet import mpm_codes
from wallet.admin.decorators import display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, goods, money
from wallet.errors import WalletError
from wallet.models import DigitGuesses, Merchant, MpmCode, Terminal
from wallet.qris import sticker as drawing

TERMINAL = r"\A[0-9A-Za-z][0-9A-Za-z ._-]{0,24}\Z"


class TerminalForm(forms.Form):
    terminal = forms.CharField(
        label=_("Terminal"),
        required=False,
        max_length=25,
        widget=UnfoldAdminTextInputWidget(attrs={"list": "terminals", "autocomplete": "off"}),
        validators=[RegexValidator(TERMINAL, _("Isi huruf, angka, titik, garis atau spasi, paling banyak 25."))],
        help_text=_("Kosong: satu stiker untuk seluruh toko."),
    )


def sticker_page(admin_page: ModelAdmin, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """The sticker as the page shows it, or with ``format=svg`` or ``pdf`` as a file."""
    form = TerminalForm(request.GET or None)
    terminal = form.cleaned_data["terminal"] if form.is_valid() else ""
    try:
        sticker = mpm_codes.sticker(
            merchant, terminal=terminal, footer=gettext("Belanja bantuan: tanpa biaya tambahan")
        )
    except WalletError as error:
        sticker, said = None, str(error)
    else:
        said = ""
    wanted = request.GET.get("format")
    if sticker is not None and not form.errors and wanted in FORMATS:
        kind, draw = FORMATS[wanted]
        answer = HttpResponse(draw(sticker), content_type=kind)
        name = "-".join(["qris", re.sub(r"[^0-9A-Za-z]", "", merchant.merchant_id), *(terminal.split() or [])])
        answer["Content-Disposition"] = f'attachment; filename="{name}.{wanted}"'
        return answer
    context = admin_page.admin_site.each_context(request) | {
        "title": _("Stiker QRIS"),
        "subtitle": merchant,
        "opts": admin_page.opts,
        "form": form,
        "said": said,
        "terminals": _terminals(merchant),
        "registered": bool(merchant.nmid),
        "preview": _preview(sticker) if sticker else "",
        "back": change_url(merchant),
    }
    return TemplateResponse(request, "wallet/admin/sticker.html", context)


def _terminals(merchant: Merchant) -> list[str]:
    """Those that a sticker may be printed for, where the merchant has any."""
    at_work = Terminal.objects.filter(outlet__merchant=merchant, outlet__active=True, active=True)
    return list(at_work.order_by("terminal_id").values_list("terminal_id", flat=True).distinct())


def _pdf(sticker: drawing.Sticker) -> bytes:
    return drawing.pdf(sticker)


def _svg(sticker: drawing.Sticker) -> bytes:
    return drawing.svg(sticker).encode()


FORMATS: dict[str | None, tuple[str, Any]] = {"svg": ("image/svg+xml", _svg), "pdf": ("application/pdf", _pdf)}


def _preview(sticker: drawing.Sticker) -> SafeString:
    return mark_safe(drawing.svg(sticker).partition("\n")[2])  # noqa: S308  # its letters are escaped where it is drawn


@admin.register(MpmCode)
class MpmCodeAdmin(LongTable, ViewOnlyAdmin):
    """Dynamic codes and what became of them."""

    list_display = ("reference_no", "created_at", "merchant", "amount_shown", "state_label", "expires_at")
    list_filter = ("state", "created_at", "partner", by_number("merchant", _("pedagang")))
    list_select_related = ("merchant",)
    fields = (
        "created_at",
        "state_label",
        "expires_at",
        "ended_at",
        "merchant",
        "store",
        "terminal",
        "partner",
        "amount_shown",
        "goods_shown",
        "reference_no",
        "partner_reference_no",
        "external_id",
        "payment",
        "content",
    )
    readonly_fields = ("state_label", "amount_shown", "goods_shown")

    @display(
        description=_("keadaan"),
        label={
            MpmCode.State.OPEN: "info",
            MpmCode.State.PAID: "success",
            MpmCode.State.CANCELLED: "warning",
            MpmCode.State.EXPIRED: "warning",
        },
    )
    def state_label(self, code: MpmCode) -> tuple[str, str]:
        return code.state, code.get_state_display()

    @admin.display(description=_("jumlah"))
    def amount_shown(self, code: MpmCode) -> SafeString:
        return money(code.amount)

    @admin.display(description=_("barang"))
    def goods_shown(self, code: MpmCode) -> SafeString | str:
        return goods(code.items)


@admin.register(DigitGuesses)
class DigitGuessesAdmin(ViewOnlyAdmin):
    """Where six digits that spoke for nothing came from."""

    list_display = ("partner", "merchant", "wrong", "since", "blocked_until")
    list_filter = ("partner",)
    list_select_related = ("partner", "merchant")
    ordering = ("-since", "pk")
    fields = ("partner", "merchant", "wrong", "since", "blocked_until")
