"""What officers type: a programme, a budget order, a month, a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from disbursement import eligibility
from disbursement.errors import InvalidRule
from disbursement.models import Programme
from officers.admin.fields import CodeField
from wallet.admin.fields import RupiahField

MONTHS_BACK, MONTHS_AHEAD = 6, 2  # what an office pays late or early; a typing error is further away


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    amount = RupiahField(label=_("Jumlah per siklus"), help_text=_("Yang diterima tiap peserta setiap siklus."))
    eligibility = forms.CharField(
        label=_("Syarat"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "class": "office-mono", "spellcheck": "false"}),
        help_text=_(
            "Ungkapan CEL, misalnya: person.age >= 60 && household.decile <= 4. Yang dapat dipakai: person.age, "
            'person.sex ("L" atau "P"), household.decile, household.size, household.kelurahan, household.city.'
        ),
    )

    class Meta:
        model = Programme
        fields = ("code", "name", "amount", "eligibility", "one_per_household", "purse_days", "terms", "active")

    def clean_eligibility(self) -> str:
        rule: str = self.cleaned_data["eligibility"].strip()
        try:
            eligibility.compiled(rule)
        except InvalidRule as error:
            raise ValidationError(str(error)) from error
        return rule


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


class ApproveForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput(), max_length=64)
    reason = forms.CharField(
        label=_("Alasan menyetujui"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Misalnya: jumlah peserta sudah dicocokkan dengan SK penerima."),
    )
    code = CodeField()
