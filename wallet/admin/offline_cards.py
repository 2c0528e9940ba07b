"""The printed card at the kelurahan: reserved for an identified holder; each printing leaves a line in the history."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from wallet import pins
from wallet.admin.rows import change_url, money
from wallet.admin.steps import Done, Step, take
from wallet.admin.wallet_figures import figures
from wallet.models import OfflineAllowance, Wallet
from wallet.money import rupiah
from wallet.offline import allowances, cards

PIECE = re.compile(r"([1-9][0-9]?) *[x×] *([1-9][0-9]{0,2}(?:\.[0-9]{3})*|[1-9][0-9]{2,6})", re.ASCII)


class CardForm(forms.Form):
    """Which vouchers, and by what the officer knows that the holder is the holder."""

    vouchers = forms.CharField(
        label=_("Kupon"),
        max_length=100,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "10 x 10.000 + 4 x 25.000"}),
        help_text=_("Lembar x rupiah, dipisah tanda tambah: 10 x 10.000 + 4 x 25.000. Tidak ada uang kembali."),
    )
    pin = forms.CharField(
        label=_("PIN pemegang"),
        max_length=6,
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Diketik pemegangnya sendiri. Kosongkan hanya bila ia belum pernah membuat PIN."),
    )
    reason = forms.CharField(
        label=_("Bukti jati diri"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Misalnya: KTP asli dicocokkan dengan orangnya. Jangan tulis NIK."),
    )

    def clean_vouchers(self) -> list[int]:
        amounts: list[int] = []
        for piece in self.cleaned_data["vouchers"].split("+"):
            found = PIECE.fullmatch(piece.strip())
            if found is None:
                raise ValidationError(_("Tulis seperti 10 x 10.000 + 4 x 25.000."))
            amounts += [int(found[2].replace(".", ""))] * int(found[1])
        return amounts


def issue(admin: ModelAdmin, request: HttpRequest, wallet: Wallet) -> HttpResponse:
    """Reserves the vouchers' sum for the holder at the desk, and goes on to the card's page, where it is printed."""

    def run(data: dict[str, Any]) -> Done:
        pins.check_if_made(wallet, data["pin"])
        by = request.user.get_username()
        made = allowances.issue_card(wallet, data["vouchers"], by=by, reason=data["reason"])
        said = {"amount": rupiah(made.ceiling), "number": made.number}
        return Done(
            gettext("%(amount)s disisihkan untuk kartu luring %(number)s. Cetak kartunya.") % said, change_url(made)
        )

    step = Step(
        title=_("Buat kartu luring"),
        button=_("Sisihkan uangnya"),
        text=_(
            "Untuk tempat tanpa sinyal: kupon sekali pakai berkode QR di atas kertas. Uangnya disisihkan sekarang; yang tidak "
            "dipakai kembali sesudah masanya. Siapa memegang kertasnya dapat memakainya, seperti uang."
        ),
        facts=figures(wallet),
        form=CardForm,
    )
    return take(admin, request, step, run, wallet)


def sheet(admin: ModelAdmin, request: HttpRequest, allowance: OfflineAllowance, kind: str) -> HttpResponse:
    """The sheet as a file; that it was printed, and by whom, is kept. `kind` is pdf, or svg with ?page=.

    Raises OfflineUnavailable, and then nothing was printed.
    """
    if kind == "pdf":
        answer = HttpResponse(cards.pdf(allowance), content_type="application/pdf")
    else:
        page = request.GET.get("page", "1")
        number = int(page) if page in {str(one) for one in range(1, cards.pages(allowance) + 1)} else 1
        answer = HttpResponse(cards.svg(allowance, number), content_type="image/svg+xml")
    admin.log_change(request, allowance, gettext("Kartu luring dicetak (%(kind)s).") % {"kind": kind})
    answer["Content-Disposition"] = f'attachment; filename="kartu-luring-{allowance.number}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer


def in_rupiah(allowance: OfflineAllowance) -> list[tuple[Any, Any]]:
    """What its page and its steps tell of the money."""
    hold = allowance.hold
    held = hold.amount - hold.captured if hold.status == hold.Status.HELD else 0
    return [
        (_("Pagu"), money(allowance.ceiling)),
        (_("Sudah ditagih"), money(hold.captured)),
        (_("Masih disisihkan"), money(held)),
    ]
