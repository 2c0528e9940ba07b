"""What officers type: a programme, a budget order, a month, a reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from disbursement import conditions
from disbursement.errors import InvalidRule, PayAtPast
from disbursement.models import Confirmation, Programme
from officers.admin.fields import CodeField
from wallet.admin.fields import RupiahField
from wallet.models import PurseTerms

MONTHS_BACK, MONTHS_AHEAD = 6, 2  # what an office pays late or early; a typing error is further away


DECISION_HELP = _("Nomor keputusan atau berita acara.")
RULE_HELP = _(
    'Ungkapan CEL, misalnya: person.age >= 60 && household.decile <= 4. Yang dapat dipakai: person.age, .sex ("L" atau '
    '"P"), .relation, .schooling, .disability, .occupation, .pregnant; household.decile, .size, .kelurahan, .city, .njop, '
    ".vehicles.cars, .employed.state, .judged_poor; members.pregnant, .disabled, .aged_0_6, .aged_60_up, .sd, .smp, .sma, "
    ".smk, .pkbm (banyaknya anggota keluarga); evidence.employment, .double_aid, .private_school, .njop."
)


def batch_field(help_text: Any = "") -> forms.IntegerField:
    """A field for a batch's number, which may stay empty."""
    return forms.IntegerField(
        label=_("Nomor batch"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=help_text,
    )


def decree_field(help_text: Any = DECISION_HELP) -> forms.CharField:
    """A field for what an officer's decision rests on."""
    return forms.CharField(
        label=_("Dasar"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=help_text,
    )


def rule_field(label: Any, most: int, *, required: bool = True, rows: int = 3) -> forms.CharField:
    """A field for a CEL expression."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": rows, "class": "office-mono", "spellcheck": "false"}),
        help_text=RULE_HELP if required else _("Ungkapan CEL; kosong berarti selalu."),
    )


def clean_rule(text: str) -> str:
    """The rule without blanks around it; the form's error says why it is none."""
    rule = text.strip()
    try:
        conditions.compiled(rule or "true")
    except InvalidRule as error:
        raise ValidationError(str(error)) from error
    return rule


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Programme
        fields = ("code", "name", "one_per_household", "active")


class NewProgrammeForm(ProgrammeForm):
    """A programme that pays everyone the same amount, as its first version has it; others get their components there."""

    amount = RupiahField(label=_("Jumlah per siklus"), help_text=_("Yang diterima tiap peserta setiap siklus."))
    eligibility = rule_field(_("Syarat"), 2000)
    purse_days = forms.IntegerField(
        label=_("Masa pakai (hari)"),
        required=False,
        min_value=1,
        max_value=3660,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_("Kosong berarti tanpa batas waktu."),
    )
    terms = forms.ModelChoiceField(
        PurseTerms.objects.order_by("name"), label=_("Aturan kantong"), widget=UnfoldAdminSelectWidget()
    )

    def clean_eligibility(self) -> str:
        return clean_rule(self.cleaned_data["eligibility"])


class FundForm(forms.Form):
    amount = RupiahField(label=_("Jumlah"))
    reference = forms.CharField(
        label=_("Nomor surat anggaran"),
        max_length=50,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "SP2D-0123/2026"}),
        help_text=_("Satu nomor membukukan dana satu kali, berapa kali pun dikirim."),
    )

    def clean_reference(self) -> str:
        """One spelling for one order, so that it cannot be booked twice as "sp2d 1" and "SP2D  1"."""
        return " ".join(self.cleaned_data["reference"].split()).upper()


def _months() -> list[tuple[str, str]]:
    today = timezone.localdate()
    first = today.year * 12 + today.month - 1
    months = [date((first + step) // 12, (first + step) % 12 + 1, 1) for step in range(-MONTHS_BACK, MONTHS_AHEAD + 1)]
    return [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in reversed(months)]


class MonthForm(forms.Form):
    month = forms.ChoiceField(label=_("Periode"), widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["month"]
        field.choices = _months()  # type: ignore[attr-defined]
        field.initial = f"{timezone.localdate():%Y-%m}"

    def clean_month(self) -> date:
        year, month = self.cleaned_data["month"].split("-")
        return date(int(year), int(month), 1)


class SubmitForm(forms.Form):
    """From which moment on it is paid; none: as soon as it is approved."""

    pay_at = forms.DateTimeField(
        label=_("Dibayar mulai"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text=_("Waktu Jakarta. Kosongkan untuk membayar segera setelah disetujui."),
    )

    def clean_pay_at(self) -> datetime | None:
        moment: datetime | None = self.cleaned_data["pay_at"]
        if moment is not None and moment <= timezone.now():
            raise ValidationError(str(PayAtPast()))
        return moment


class ApproveForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput(), max_length=64)
    reason = forms.CharField(
        label=_("Alasan menyetujui"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Misalnya: jumlah peserta sudah dicocokkan dengan SK penerima."),
    )
    code = CodeField()


class ConfirmationForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Jawaban penerima"), choices=Confirmation.Answer.choices, widget=UnfoldAdminSelectWidget
    )
    channel = forms.ChoiceField(
        label=_("Disampaikan lewat"),
        choices=[choice for choice in Confirmation.Channel.choices if choice[0] != Confirmation.Channel.APP],
        initial=Confirmation.Channel.OFFICE,
        widget=UnfoldAdminSelectWidget,
    )
