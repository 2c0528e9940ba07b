"""The desk: cash taken in and handed out over the office's own counter, from the wallet's page."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from wallet import counter
from wallet.admin import above
from wallet.admin.fields import RupiahField
from wallet.admin.payments import in_words
from wallet.admin.rows import link, list_url, money
from wallet.admin.steps import Done, Refused, Step, take
from wallet.errors import IdempotencyConflict
from wallet.models import Payment, TopUp, Wallet
from wallet.money import rupiah

REFERENCE = re.compile(r"LOKET-[0-9A-F]{32}")


class PayInForm(forms.Form):
    amount = RupiahField(label=_("Uang yang diterima"))


class PayOutForm(forms.Form):
    code = forms.CharField(
        label=_("Kode bayar"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "office-mono"}
        ),
        help_text=_("26 huruf dan angka yang dibuat pemegang dengan PIN di aplikasinya; pindai QR-nya atau ketik."),
    )
    amount = RupiahField(label=_("Uang yang diserahkan"))

    def clean_code(self) -> str:
        return re.sub(r"[\s-]", "", self.cleaned_data["code"]).upper()


def _with_collectors(choices: list[tuple[str, str]]) -> type[PayOutForm]:
    """The form, asking who came where others than the holder may."""
    if not choices:
        return PayOutForm

    class CollectorForm(PayOutForm):
        collector = forms.ChoiceField(
            label=_("Siapa yang datang"),
            choices=[("", _("Pemegang sendiri")), *choices],
            required=False,
            widget=UnfoldAdminSelectWidget(),
            help_text=_("Periksa KTP-nya. Siapa yang mengambil bagi pemegang tercatat."),
        )
        field_order = ("collector", "code", "amount")

    return CollectorForm


def pay_in(admin: ModelAdmin, request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Cash into the purse of the holder's own money. Permission was checked by whoever calls."""

    def run(data: dict[str, Any]) -> Done:
        reference = _reference(request)
        known = TopUp.objects.filter(partner_reference_no=reference, partner__client_id=counter.CLIENT_ID).exists()
        try:
            made = counter.pay_in(wallet, data["amount"], reference)
        except IdempotencyConflict:
            return _form_was_used()
        said = {"amount": rupiah(made.amount), "number": made.reference_no}
        if known:
            return Done(
                gettext("Sudah dibukukan: %(amount)s (%(number)s). Tidak ada yang bertambah.") % said,
                "",
                messages.WARNING,
            )
        return Done(gettext("%(amount)s masuk ke dompet (%(number)s).") % said)

    step = Step(
        title=_("Isi saldo di loket"),
        button=_("Uang sudah saya terima"),
        text=_(
            "Hitung uangnya dahulu. Uang ini menjadi milik pemegang sendiri: tanpa batas waktu, boleh ditarik tunai."
        ),
        facts=_facts(request, wallet),
        form=PayInForm,
        hidden={"reference": counter.new_reference()},
        possible=wallet.status == Wallet.Status.ACTIVE,
        warnings=_inactive(wallet),
        as_one=True,  # a top-up does not say who took the cash; the history does
    )
    return take(admin, request, step, run, wallet)


def pay_out(admin: ModelAdmin, request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Cash against the holder's one-time code. Permission was checked by whoever calls."""
    may_fetch = above.collectors(request, wallet)

    def run(data: dict[str, Any]) -> Done:
        reference = _reference(request)
        known = Payment.objects.filter(partner_reference_no=reference, partner__client_id=counter.CLIENT_ID).exists()
        by = request.user.get_username()
        fetching = data.get("collector") or request.POST.get("collector", "")
        if fetching and not known:  # of what is booked it was kept then
            if fetching not in dict(may_fetch):  # the form was open while they lost the right
                raise Refused(
                    said=gettext("Yang datang tidak lagi boleh mengambil bagi pemegang. Jangan serahkan uang.")
                )
            # Before the money: what is paid to somebody else is never without their name.
            for keep in above.COLLECTED:
                keep(request, wallet, fetching, reference)
        try:
            made = counter.pay_out(wallet, data["code"], data["amount"], reference, by)
        except IdempotencyConflict:
            return _form_was_used()
        if made.status == Payment.Status.DECLINED:
            raise Refused(said=gettext("Jangan serahkan uang. %(reason)s") % {"reason": in_words(made.decline)})
        said = {"amount": rupiah(made.amount), "number": made.reference_no}
        if known:
            return Done(
                gettext("Sudah dibukukan: %(amount)s (%(number)s). Jangan serahkan uang dua kali.") % said,
                "",
                messages.WARNING,
            )
        if fetching:  # whose name stands on the payment's page, and not in the browser's cookie of this message
            return Done(gettext("Serahkan %(amount)s kepada wakil pemegang (%(number)s).") % said)
        return Done(gettext("Serahkan %(amount)s kepada pemegang (%(number)s).") % said)

    step = Step(
        title=_("Tarik tunai di loket"),
        button=_("Bukukan, lalu serahkan uang"),
        text=_(
            "Pemegang hadir dan membuat kode bayar dengan PIN-nya, atau wakilnya membawa kode itu. "
            "Serahkan uang hanya setelah halaman ini mengatakannya."
        ),
        facts=[*_facts(request, wallet), (_("Dapat ditarik tunai sekarang"), money(counter.cash_available(wallet)))],
        form=_with_collectors(may_fetch),
        hidden={"reference": counter.new_reference()},
        possible=wallet.status == Wallet.Status.ACTIVE,
        warnings=[*_inactive(wallet), *above.cautions(request, wallet)],
    )
    return take(admin, request, step, run, wallet)


def _facts(request: HttpRequest, wallet: Wallet) -> list[tuple[Any, Any]]:
    booked = format_html(
        "{} · {}",
        link(list_url(TopUp, wallet=wallet.pk), _("isi saldo")),
        link(list_url(Payment, wallet=wallet.pk), _("belanja")),
    )
    return [
        (_("Dompet"), wallet),
        (_("Pemegang"), above.holder(request, wallet) or wallet.holder),
        (_("Sudah dibukukan"), booked),
    ]


def _inactive(wallet: Wallet) -> list[Any]:
    return [] if wallet.status == Wallet.Status.ACTIVE else [_("Dompet ini dibekukan atau ditutup.")]


def _reference(request: HttpRequest) -> str:
    """The number that was drawn with the form. Raises Refused for what is none."""
    reference = request.POST.get("reference", "")
    if not REFERENCE.fullmatch(reference):
        raise Refused(said=gettext("Formulir ini tidak lengkap. Periksa isinya dan kirim lagi."))
    return reference


def _form_was_used() -> Done:
    """Sent again with other contents, from the browser's history: what it booked first stands, and nothing else."""
    return Done(
        gettext(
            "Formulir ini sudah dibukukan dengan isi lain. Lihat isi saldo dan belanja dompet ini sebelum mengulang."
        ),
        level=messages.WARNING,
    )
