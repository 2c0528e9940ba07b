"""What officers fill in for a grievance, and what it may be about in the apps above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from beneficiaries import identity
from beneficiaries.errors import FieldRefused
from beneficiaries.grievances import TEXT_MOST
from beneficiaries.models import Grievance, GrievanceCategory, Person
from wallet.admin.steps import ReasonForm
from wallet.models import Payment


@dataclass(frozen=True, slots=True)
class Subject:
    """Something of an app above that a grievance may be about: its name, and a link to the row of a number, or None."""

    label: Any
    show: Callable[[int], SafeString | None]


# By kind, which is stored with the grievance: a-z and underscores.
SUBJECTS: dict[str, Subject] = {}


def subject_shown(kind: str, number: int | None) -> SafeString | str:
    """What a grievance is about, as a link; its kind and number where nobody can tell more."""
    if not kind or number is None:
        return "-"
    known = SUBJECTS.get(kind)
    return (known.show(number) if known else None) or f"{kind} {number}"


def _long(rows: int = 5) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(attrs={"rows": rows})


def _person(text: str) -> Person | None:
    """The person of a typed NIK, None for an empty field. Raises ValidationError for a NIK that nobody has."""
    digits = identity.bare(text)
    if not digits:
        return None
    found = Person.objects.with_nik(digits).select_related("household", "merged_into__household").first()
    if found is None:
        raise forms.ValidationError(_("Tidak ada orang dengan NIK itu di registri."))
    return found.merged_into or found


class FileForm(forms.Form):
    """A grievance that somebody brings to the office: about themselves, or about others, named or not."""

    category = forms.ModelChoiceField(
        label=_("Kategori"),
        queryset=GrievanceCategory.objects.filter(active=True).order_by("name"),
        widget=UnfoldAdminSelectWidget(),
    )
    priority = forms.ChoiceField(
        label=_("Prioritas"), choices=Grievance.Priority.choices, widget=UnfoldAdminSelectWidget()
    )
    text = forms.CharField(label=_("Apa yang terjadi"), max_length=TEXT_MOST, widget=_long())
    reporter = forms.CharField(
        label=_("NIK pelapor"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Bila pelapor ada di registri: ia dapat membaca aduan dan jawabannya di aplikasinya."),
    )
    reporter_name = forms.CharField(
        label=_("Nama pelapor"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Boleh kosong: warga boleh mengadu tanpa nama."),
    )
    phone = forms.CharField(
        label=_("Telepon pelapor"),
        max_length=32,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Hanya untuk memberi tahu bahwa aduan sudah dijawab."),
    )
    person = forms.CharField(
        label=_("NIK orang yang diadukan atau dibantu"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Kosong: tentang pelapor sendiri, atau tentang tidak seorang pun."),
    )
    payment = forms.CharField(
        label=_("Nomor belanja"), max_length=64, required=False, widget=UnfoldAdminTextInputWidget()
    )
    subject_kind = forms.ChoiceField(label=_("Tentang"), required=False, widget=UnfoldAdminSelectWidget())
    subject_id = forms.IntegerField(
        label=_("Nomornya"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(kind, subject.label) for kind, subject in sorted(SUBJECTS.items())]
        self.fields["subject_kind"].choices = [("", "-"), *kinds]  # type: ignore[attr-defined]

    def clean_reporter(self) -> Person | None:
        return _person(self.cleaned_data["reporter"])

    def clean_person(self) -> Person | None:
        return _person(self.cleaned_data["person"])

    def clean_phone(self) -> str:
        """E.164, or nothing."""
        text = self.cleaned_data["phone"].strip()
        if not text:
            return ""
        try:
            return identity.parse_phone(text)
        except FieldRefused as error:
            raise forms.ValidationError(str(error)) from None

    def clean_payment(self) -> Payment | None:
        text = self.cleaned_data["payment"].strip()
        if not text:
            return None
        found = Payment.objects.filter(reference_no=text).first()
        if found is None:
            raise forms.ValidationError(_("Tidak ada belanja dengan nomor itu."))
        return found

    def clean(self) -> dict[str, Any]:
        """Kind and number belong together, and the row must be there."""
        data = self.cleaned_data
        kind, number = data.get("subject_kind", ""), data.get("subject_id")
        if bool(kind) != bool(number):
            self.add_error("subject_id", _("Isi keduanya: tentang apa, dan nomornya."))
        elif kind and number and SUBJECTS[kind].show(number) is None:
            self.add_error("subject_id", _("Nomor itu tidak ada."))
        return data


class FileForForm(FileForm):
    """The same on the page of whom it is about: nobody types their NIK again, and they are its reporter unless told otherwise."""

    own = forms.BooleanField(
        label=_("Ia sendiri yang melapor"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=_("Kosongkan bila orang lain yang melapor tentang dirinya."),
    )
    person = None  # type: ignore[assignment]
    field_order = ("category", "priority", "text", "own")

    def clean(self) -> dict[str, Any]:
        """One reporter: the person, or somebody else."""
        data = super().clean()
        for name in ("reporter", "reporter_name"):
            if data.get("own") and data.get(name):
                self.add_error(name, _("Kosongkan, atau hapus centang di atas: pelapornya satu."))
        return data


class RelateForm(FileForm):
    """Whom and what a grievance is about, once an officer has found out."""

    category = priority = text = reporter = reporter_name = phone = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].help_text = _("Kosong: tetap seperti sekarang.")


class TextForm(forms.Form):
    """Words for the conversation."""

    text = forms.CharField(label=_("Teks"), max_length=TEXT_MOST, widget=_long())


class AnswerForm(TextForm):
    """What the citizen will read."""

    text = forms.CharField(
        label=_("Jawaban"),
        max_length=TEXT_MOST,
        widget=_long(8),
        help_text=_(
            "Dibaca pelapor di aplikasinya, atau di halaman aduan dengan nomor dan kodenya. Tulis apa yang sudah dilakukan dan "
            "apa yang dapat ia lakukan."
        ),
    )


class AssignForm(ReasonForm):
    """Who works on it; the choices are set by the step."""

    officer = forms.ModelChoiceField(label=_("Petugas"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget())
    field_order = ("officer", "reason")


class SortForm(ReasonForm):
    """Another category or priority."""

    category = forms.ModelChoiceField(
        label=_("Kategori"),
        queryset=GrievanceCategory.objects.filter(active=True).order_by("name"),
        widget=UnfoldAdminSelectWidget(),
    )
    priority = forms.ChoiceField(
        label=_("Prioritas"), choices=Grievance.Priority.choices, widget=UnfoldAdminSelectWidget()
    )
    field_order = ("category", "priority", "reason")


class CloseForm(ReasonForm):
    """How the citizen takes the answer."""

    satisfied = forms.ChoiceField(
        label=_("Pelapor puas?"),
        choices=[("", _("Tidak menjawab")), ("yes", _("Ya")), ("no", _("Tidak"))],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("satisfied", "reason")

    def clean_satisfied(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data["satisfied"])


def assign_form(grievance: Grievance) -> type[AssignForm]:
    """The form with the officers of the category's two groups."""
    groups = [grievance.category.group_id, grievance.category.supervisors_id]
    officers = User.objects.filter(is_active=True, is_staff=True, groups__in=groups).distinct().order_by("username")

    class OfficersForm(AssignForm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.fields["officer"].queryset = officers  # type: ignore[attr-defined]

    return OfficersForm
