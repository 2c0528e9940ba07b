"""The page on which a holder approves a debit order: with phone and PIN, or with a one-time code. Works without JavaScript.

Only the address leads here, and it is drawn at random; nothing on the page tells who anybody is. What a browser sends again is
decided by the order's row, not by the page.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from wallet import debits
from wallet.debit_errors import DebitUnknown
from wallet.errors import WalletError
from wallet.models import DebitOrder
from wallet.money import rupiah
from wallet.snap.callers import address_of
from wallet.webhooks.endpoints import on_registered_host

RETURN_AFTER = 5  # seconds: long enough to read what happened
# What the payer reads for a decline; the till's own words (wallet.errors) speak of the buyer to somebody else.
DECLINED = {
    "code_unknown": _("Kode bayar tidak dikenal. Periksa tulisannya, atau buat kode baru di aplikasi."),
    "code_expired": _("Kode bayar sudah kedaluwarsa. Buat kode baru."),
    "code_used": _("Kode bayar sudah dipakai. Buat kode baru."),
    "code_ceiling": _("Jumlahnya melebihi batas yang Anda pasang pada kode ini."),
    "wallet_inactive": _("Dompet ini dibekukan atau ditutup. Hubungi kantor kelurahan."),
    "insufficient_funds": _("Saldo tidak cukup. Belum ada uang yang keluar."),
    "not_permitted": _("Bantuan di dompet ini tidak dapat dipakai di jenis pedagang atau wilayah ini."),
    "limit_exceeded": _("Jumlahnya melebihi batas per transaksi."),
    "daily_limit_exceeded": _("Batas belanja sehari terlampaui. Coba lagi besok."),
    "merchant_suspended": _("Pedagang ini sedang tidak dapat menerima pembayaran."),
    "merchant_inactive": _("Pedagang ini sedang tidak dapat menerima pembayaran."),
    "merchant_limit_exceeded": _(
        "Jumlah ini melewati batas pedagang: sekali bayar, sehari, atau sebulan. Bayar lebih sedikit, atau di pedagang lain."
    ),
    "terminal_unknown": _("Pedagang ini sedang tidak dapat menerima pembayaran."),
    "cash_out_not_granted": _("Pedagang ini sedang tidak dapat menerima pembayaran."),
    "suspected_fraud": _("Pembayaran ini ditahan untuk diperiksa. Tanyakan ke kantor kelurahan."),
    "transaction_suspended": _("Pembayaran dihentikan sementara oleh petugas. Tanyakan ke kantor kelurahan."),
    "items_missing": _(
        "Bantuan di dompet ini hanya untuk barang tertentu, dan pesanan ini tidak menyebut barangnya. Belanja langsung di toko"
        " dan tunjukkan kode bayar Anda kepada kasir."
    ),
    "item_banned": _("%(item)s tidak boleh dibeli dengan bantuan ini."),
    "item_not_allowed": _("%(item)s bukan barang yang boleh dibeli dengan bantuan ini."),
    "item_too_dear": _("Harga satuan %(item)s melebihi harga tertinggi yang ditetapkan."),
}
OTHERWISE = _("Pembayaran tidak dapat diproses. Belum ada uang yang keluar.")


def told(decline: str, detail: str) -> str:
    """What the payer reads for a decline; `detail` is the good that it is about, if it is about one."""
    said = str(DECLINED.get(decline, OTHERWISE))
    return said % {"item": detail} if "%(item)s" in said else said


class PinForm(forms.Form):
    """Phone and PIN, and the birth date where a family shares the phone."""

    phone = forms.CharField(
        label=_("Nomor telepon"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "0812…"}),
    )
    pin = forms.RegexField(
        r"\A[0-9]{6}\Z",
        label=_("PIN 6 angka"),
        strip=False,
        error_messages={"invalid": _("PIN terdiri dari 6 angka.")},
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": 6}),
    )
    birth_date = forms.DateField(
        label=_("Tanggal lahir"),
        required=False,
        help_text=_("Hanya bila nomor ini dipakai beberapa orang."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class CodeForm(forms.Form):
    """A one-time code, as the application or the card shows it."""

    code = forms.CharField(
        label=_("Kode bayar sekali pakai"),
        max_length=80,
        help_text=_("Dari aplikasi atau loket. Huruf besar dan kecil sama saja."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


@method_decorator(
    [never_cache, csrf_protect, sensitive_post_parameters("phone", "pin", "code", "birth_date")], "dispatch"
)
class DebitPage(View):
    """Shows the order (GET); approves it, or gives it up (POST), and leads back here."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        return self._show(request, uid)

    def post(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        way = request.POST.get("way", "")
        forms_by_way: dict[str, forms.Form] = {}
        said = ""
        try:
            if way == "pin":
                forms_by_way[way] = with_pin = PinForm(request.POST)
                if with_pin.is_valid():
                    said = self._approved(_by_pin(request, uid, with_pin.cleaned_data))
            elif way == "code":
                forms_by_way[way] = with_code = CodeForm(request.POST)
                if with_code.is_valid():
                    said = self._approved(debits.approve_with_code(uid, with_code.cleaned_data["code"]))
            elif way == "cancel":
                debits.give_up(uid)
                return HttpResponseRedirect(request.path)
            else:
                said = str(_("Pilih cara membayar."))
        except DebitUnknown:
            raise Http404 from None
        except WalletError as error:
            said = str(error)
        if not said and all(form.is_valid() for form in forms_by_way.values()):
            return HttpResponseRedirect(request.path)
        return self._show(request, uid, forms_by_way, said)

    @staticmethod
    def _approved(approval: debits.Approval) -> str:
        return told(approval.decline, approval.detail) if approval.decline else ""

    def _show(
        self, request: HttpRequest, uid: UUID, bound: dict[str, forms.Form] | None = None, said: str = ""
    ) -> HttpResponse:
        try:
            order = debits.at_page(uid)
        except DebitUnknown:
            raise Http404 from None
        bound = bound or {}
        status = debits.status_of(order)
        back = order.return_url if on_registered_host(order.partner, order.return_url) else ""
        context: dict[str, Any] = {
            "order": order,
            "amount": rupiah(order.amount),
            "goods": [(good["quantity"], good["name"], rupiah(good["price"])) for good in order.items],
            "refunded": rupiah(order.payment.refunded) if order.payment and order.payment.refunded else "",
            "status": str(status),
            "open": status == DebitOrder.Status.OPEN,
            "said": said,
            "pin_is_enough": debits.pin_is_enough(order),
            "pin_form": bound.get("pin") or PinForm(),
            "code_form": bound.get("code") or CodeForm(),
            "back": back,
            "return_after": RETURN_AFTER,
        }
        answer = TemplateResponse(request, "wallet/pay/order.html", context)
        answer["X-Robots-Tag"] = "noindex"
        return answer


def _by_pin(request: HttpRequest, uid: UUID, given: dict[str, Any]) -> debits.Approval:
    birth_date: date | None = given["birth_date"]
    return debits.approve_with_pin(uid, given["phone"], given["pin"], birth_date, address=address_of(request))
