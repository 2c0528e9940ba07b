"""What an officer asks of a report: its grouping, and filters that may all be left empty."""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import regions
from disbursement.forms import batch_field
from disbursement.models import Batch, Cycle, Instruction, Programme, Report
from disbursement.reports.making import Question

_CODE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_DIGITS = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{4})?)?)?")


class RegionInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """A text field that offers Jakarta's regions while one types; any other code of the country is taken too."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = (attrs or {}) | {"list": f"{name}-offered", "autocomplete": "off", "placeholder": "31.74"}
        offered = format_html_join("", '<option value="{}"></option>', ((said,) for said in _offered()))
        field = super().render(name, value, given, renderer)
        return format_html('{}<datalist id="{}-offered">{}</datalist>', field, name, offered)


@cache
def _offered() -> tuple[str, ...]:
    """Jakarta, its cities, kecamatan and kelurahan: code and name."""
    codes = [regions.JAKARTA]
    for city in regions.children(regions.JAKARTA):
        codes.append(city.code)
        for district in regions.children(city.code):
            codes += [district.code, *(kelurahan.code for kelurahan in regions.children(district.code))]
    return tuple(f"{code} {regions.short_name(code)}" for code in codes)


class ReportForm(forms.Form):
    grouping = forms.ChoiceField(
        label=_("Kelompokkan menurut"),
        choices=Report.Grouping.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Wilayah: tingkat berikutnya di bawah wilayah yang dipilih; tanpa pilihan, kota dan kabupaten."),
    )
    programmes = forms.ModelMultipleChoiceField(
        Programme.objects.order_by("name"),
        label=_("Program"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tidak memilih berarti semua."),
    )
    period_from = forms.ChoiceField(label=_("Periode dari"), required=False, widget=UnfoldAdminSelectWidget)
    period_to = forms.ChoiceField(label=_("Periode sampai"), required=False, widget=UnfoldAdminSelectWidget)
    region = forms.CharField(
        label=_("Wilayah"),
        required=False,
        max_length=80,
        widget=RegionInput,
        help_text=_("Ketik nama atau kodenya, misalnya 31.74 atau 31.74.01; kosong berarti semua."),
    )
    kind = forms.ChoiceField(label=_("Jenis instruksi"), required=False, widget=UnfoldAdminSelectWidget)
    batch = batch_field(_("Bila hanya satu batch; kosong berarti semua."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = sorted({day.replace(day=1) for day in Cycle.objects.values_list("period", flat=True).distinct()})
        choices = [("", _("semua")), *((f"{day:%Y-%m}", date_format(day, "F Y")) for day in reversed(months))]
        for name in ("period_from", "period_to"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("semua")), *Instruction.Kind.choices]  # type: ignore[attr-defined]

    def clean_period_from(self) -> date | None:
        return _month(self.cleaned_data["period_from"])

    def clean_period_to(self) -> date | None:
        first = _month(self.cleaned_data["period_to"])
        return first and first.replace(day=calendar.monthrange(first.year, first.month)[1])

    def clean_region(self) -> str:
        """The code that the text begins with, in its dotted form."""
        text: str = self.cleaned_data["region"].strip()
        if not text:
            return ""
        code = text.split()[0]
        if _DIGITS.fullmatch(code):
            code = ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)
        if not _CODE.fullmatch(code):
            code = _code_of(text)
        if not code or regions.short_name(code) == code:
            raise ValidationError(_("Wilayah ini tidak dikenal. Pilih dari daftar, atau isi kodenya, misalnya 31.74."))
        return code

    def clean_batch(self) -> Batch | None:
        number = self.cleaned_data["batch"]
        batch = None if number is None else Batch.objects.filter(pk=number).first()
        if number is not None and batch is None:
            raise ValidationError(_("Batch itu tidak ada. Periksa nomornya."))
        return batch

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = cleaned.get("period_from"), cleaned.get("period_to")
        if since and until and since > until:
            self.add_error("period_to", _("Sebelum periode awalnya. Periksa keduanya."))
        return cleaned


def _month(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None


def _code_of(name: str) -> str:
    """The code of the one region of Jakarta that is called so; nothing if none or several are."""
    wanted = name.casefold()
    found = []
    for said in _offered():
        code, _blank, own = said.partition(" ")
        if own.casefold() in (wanted, f"kecamatan {wanted}", f"kelurahan {wanted}"):
            found.append((own.casefold() != wanted, code))
    exact = [code for other, code in found if not other] or [code for _other, code in found]
    return exact[0] if len(exact) == 1 else ""


def question(asked: dict[str, Any]) -> Question:
    """The form's answers as a report's question."""
    return Question(
        grouping=asked["grouping"],
        programmes=[programme.pk for programme in asked["programmes"]],
        period_from=asked["period_from"],
        period_to=asked["period_to"],
        region=asked["region"],
        kind=asked["kind"],
        batch=asked["batch"],
    )
