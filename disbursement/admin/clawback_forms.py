"""What officers type about a case of clawback."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from beneficiaries.admin.entry_forms import DayInput
from disbursement import clawback
from disbursement.admin.kinds import part_name
from disbursement.models import Clawback, Instruction
from wallet.admin.fields import RupiahField
from wallet.admin.steps import ReasonForm
from wallet.money import rupiah

MOST_PAYMENTS = 24  # offered on one page, the newest
AMOUNT = "amount_"  # followed by the instruction's number
NO_NAMES = _("Jangan menulis NIK, nama, atau nomor rekening orang.")


def payments_like(instruction: Instruction) -> list[tuple[Instruction, int]]:
    """What the programme paid to the same person, the newest first, each with the rupiah that no case claims yet."""
    rows = (
        Instruction.objects.filter(
            enrolment__person=instruction.enrolment.person_id,
            enrolment__programme=instruction.enrolment.programme_id,
            status=Instruction.Status.PAID,
        )
        .select_related("cycle", "chunk")
        .order_by("-cycle__period", "-pk")[:MOST_PAYMENTS]
    )
    found = [(row, clawback.claimable(row)) for row in rows]
    return [(row, most) for row, most in found if most]


class _ProposeForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Ditulis di surat kepada penerima: apa yang keliru dan sejak kapan."),
    )
    evidence = forms.CharField(
        label=_("Bukti"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Nomor berita acara atau dokumen lain."),
    )
    share = forms.IntegerField(
        label=_("Paling banyak dipotong tiap siklus (%)"),
        min_value=1,
        max_value=clawback.MOST_SHARE,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def propose_form(payments: list[tuple[Instruction, int]]) -> type[forms.Form]:
    """A form with a field for how much of each payment was too much."""
    fields: dict[str, Any] = {
        f"{AMOUNT}{row.pk}": RupiahField(
            label=gettext("Kelebihan %(month)s, %(part)s")
            % {"month": date_format(row.cycle.period, "F Y"), "part": part_name(row)},
            required=False,
            help_text=gettext("Dibayar %(paid)s; paling banyak %(most)s dapat dituntut kembali.")
            % {"paid": rupiah(row.amount), "most": rupiah(most)},
        )
        for row, most in payments
    }
    return type("ProposeForm", (_ProposeForm,), fields)


def amounts_of(data: dict[str, Any]) -> dict[int, int]:
    """By instruction what was typed into its field."""
    return {int(name.removeprefix(AMOUNT)): data[name] or 0 for name in data if name.startswith(AMOUNT)}


def default_share() -> int:
    """Percent that are withheld where nothing else is said."""
    share: int = settings.DISBURSEMENT["clawback_share"]
    return share


class StepForm(ReasonForm):
    """A reason that stays in the case for good."""

    reason = forms.CharField(
        label=_("Alasan"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), help_text=NO_NAMES
    )


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("Isi keberatan"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5})
    )
    channel = forms.ChoiceField(
        label=_("Disampaikan lewat"),
        choices=[channel for channel in Clawback.Channel.choices if channel[0] != Clawback.Channel.APP],
        widget=UnfoldAdminSelectWidget,
    )
    objected_on = forms.DateField(label=_("Tanggal disampaikan"), widget=DayInput())


class DecideForm(StepForm):
    outcome = forms.ChoiceField(
        label=_("Putusan"),
        choices=[
            ("stands", _("Keberatan ditolak: tuntutan tetap")),
            ("lowered", _("Keberatan diterima sebagian: tuntutan diturunkan")),
            ("dropped", _("Keberatan diterima: perkara gugur")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    claim = RupiahField(
        label=_("Tuntutan yang baru"), required=False, help_text=_("Hanya bila keberatan diterima sebagian.")
    )
    field_order = ("outcome", "claim", "reason")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") == "lowered" and not data.get("claim") and "claim" not in self.errors:
            self.add_error("claim", _("Isi tuntutan yang baru."))
        return data


def claim_of(data: dict[str, Any]) -> int | None:
    """What the decision makes of the claim: nothing (None), less, or nothing of it (0)."""
    claims: dict[str, int | None] = {"stands": None, "lowered": data.get("claim"), "dropped": 0}
    return claims[data["outcome"]]


class _GiveBackForm(forms.Form):
    amount = RupiahField(label=_("Jumlah"), help_text=_("Tidak lebih dari isi kantong dan sisa tuntutan."))
    agreed_on = forms.DateField(label=_("Tanggal persetujuan"), widget=DayInput())
    consent = forms.CharField(
        label=_("Surat persetujuan"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Nomor surat yang ditandatangani penerima."),
    )
    field_order = ("purse", "amount", "agreed_on", "consent")


def give_back_form(case: Clawback) -> type[forms.Form]:
    """A form that offers the purses that may be given back from, with what is free in each."""
    choices = [
        (purse.pk, f"{purse.title} · {rupiah(purse.account.balance - purse.account.held)}")
        for purse in clawback.purses_for(case)
    ]
    field = forms.TypedChoiceField(label=_("Kantong"), coerce=int, choices=choices, widget=UnfoldAdminSelectWidget)
    return type("GiveBackForm", (_GiveBackForm,), {"purse": field})
