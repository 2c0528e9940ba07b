"""Evidence in the office: what is on file of whom, noting one by hand, contesting; and the agencies that send it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import evidence, evidence_file, evidence_values, evidence_words, identity
from beneficiaries.admin import panels
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.admin.reveals import RevealSteps
from beneficiaries.admin.shown import opened
from beneficiaries.admin.subjects import SubjectColumns, found
from beneficiaries.api.authentication import new_key
from beneficiaries.errors import BeneficiaryError, PersonNotKnown
from beneficiaries.models import (
    Evidence,
    EvidenceAccess,
    EvidenceKind,
    EvidenceSource,
    Household,
    Person,
)
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, OfficeAdmin, ViewOnlyAdmin, by_number, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.money import rupiah

ERRORS = (BeneficiaryError,)

WORDS: dict[str, Any] = {
    "employer": _("pemberi kerja"),
    "vehicle": _("kendaraan"),
    "plate": _("plat"),
    "pkb": _("pajak"),
    "owned": _("masih dimiliki"),
    "njop": "NJOP",
    "object": "NOP",
    "programme": _("program"),
    "receiving": _("menerima"),
    "judgement": _("putusan"),
    "note": _("catatan"),
    "pns": "PNS",
    "pppk": "PPPK",
    "tni": "TNI",
    "polri": "Polri",
    "bumn": "BUMN",
    "bumd": "BUMD",
    "parliament": "DPR/DPRD",
    "private": _("swasta"),
    "informal": _("informal"),
    "pensioner": _("pensiunan"),
    "none": _("tidak bekerja"),
    "car": _("mobil"),
    "motorcycle": _("sepeda motor"),
    "truck": _("truk"),
    "bus": _("bus"),
    "other": _("lainnya"),
    "paid": _("lunas"),
    "due": _("menunggak"),
    "unknown": _("tidak diketahui"),
    "poor": _("miskin"),
    "not_poor": _("tidak miskin"),
}


def in_words(row: Evidence) -> str:
    """What the evidence says, as a line for people; its number masked."""

    def said(name: str, value: Any) -> str:
        if isinstance(value, bool):
            return gettext("ya") if value else gettext("tidak")
        if name == "njop":
            return rupiah(value)
        return str(WORDS.get(value, value)) if name not in ("note", "programme") else str(value)

    lines = [f"{WORDS.get(name, name)}: {said(name, value)}" for name, value in row.value.items()]
    if row.number_sealed:
        name = evidence_values.NUMBERS[EvidenceKind(row.kind)]
        lines.insert(0, f"{WORDS[name]}: {opened(lambda: evidence_values.mask(row.kind, row.number))}")
    return "; ".join(lines) or "-"


def standing(row: Evidence) -> tuple[str, Any]:
    """Whether the evidence still counts, as a code and in words."""
    if row.contested_at:
        return "contested", _("Dibantah")
    if row.superseded_at:
        return "superseded", _("Digantikan")
    if row.valid_until and row.valid_until < timezone.localdate():
        return "expired", _("Kedaluwarsa")
    return "standing", _("Berlaku")


class EvidenceColumns(SubjectColumns):
    """What lists and pages show of evidence."""

    @admin.display(description=_("isi"))
    def said(self, row: Evidence) -> str:
        return in_words(row)

    @display(
        description=_("keadaan"),
        label={"standing": "success", "superseded": "none", "contested": "warning", "expired": "none"},
    )
    def state(self, row: Evidence) -> tuple[str, Any]:
        return standing(row)


PANEL_ROWS = 20
TONES = {"standing": "success", "superseded": "none", "contested": "warning", "expired": "none"}


def _panel(request: HttpRequest, rows: QuerySet[Evidence]) -> Panel | None:
    if not request.user.has_perm("beneficiaries.view_evidence"):  # type: ignore[union-attr]
        return None
    told = []
    for row in rows.select_related("person", "household").order_by("-fact_date", "-pk")[:PANEL_ROWS]:
        state, text = standing(row)
        told.append(
            (
                link(change_url(row), row.get_kind_display()),
                in_words(row),
                row.source,
                row.fact_date,
                badge(text, TONES[state]),
            )
        )
    return Panel(
        _("Bukti"), (_("jenis"), _("isi"), _("sumber"), _("tanggal fakta"), _("keadaan")), told, _("Tidak ada bukti.")
    )


def _of_person(request: HttpRequest, person: Person) -> Panel | None:
    return _panel(request, Evidence.objects.filter(person=person))


def _of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return _panel(request, Evidence.objects.filter(Q(household=household) | Q(person__in=[row.pk for row in members])))


panels.PERSON.append(_of_person)
panels.HOUSEHOLD.append(_of_household)


class EvidenceForm(forms.Form):
    """One piece of evidence as an officer notes it; only the fields of its kind are filled."""

    number = forms.CharField(label=_("NIK atau nomor KK"), max_length=20)
    kind = forms.ChoiceField(label=_("Jenis"), choices=EvidenceKind.choices, widget=UnfoldAdminSelectWidget())
    source = forms.CharField(label=_("Sumber"), max_length=100, help_text=_("Misalnya: Bapenda, musyawarah RW 03."))
    date = forms.CharField(label=_("Tanggal fakta"), max_length=10, help_text=_("Seperti 2026-10-01 atau 01/10/2026."))
    valid_until = forms.CharField(label=_("Berlaku sampai"), max_length=10, required=False)
    document = forms.CharField(label=_("Nomor dokumen"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column, name in evidence_file.VALUES.items():
            label = str(WORDS[name]).capitalize() if name not in ("njop", "object") else WORDS[name]
            options = evidence_words.options(name)
            self.fields[column] = (
                forms.ChoiceField(
                    label=label, choices=[("", "–"), *options], required=False, widget=UnfoldAdminSelectWidget()
                )
                if options
                else forms.CharField(label=label, max_length=300, required=False)
            )
        for field in self.fields.values():
            if not isinstance(field, forms.ChoiceField):
                field.widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        number = identity.bare(data.get("number", ""))
        row = {column: data.get(column, "") for column in evidence_file.VALUES}
        row |= {column: data.get(name, "") for column, name in evidence_file.FIELDS.items()}
        told = evidence_file.told_of(row) | {"nik": "", "kk": ""}
        # 16 digits may be either: a kind that is about one of the two decides, else who is found.
        read = evidence.read(told | {"nik": number}, today=timezone.localdate())
        other = evidence.read(told | {"kk": number}, today=timezone.localdate())
        choices = [one for one in (read, other) if isinstance(one, evidence.Told)]
        if not choices:
            refusals = min((one for one in (read, other) if isinstance(one, list)), key=len)
            raise ValidationError(
                [f"{one.field}: {one.reason} {one.remedy}" for one in map(evidence_file.column_of, refusals)]
            )
        subjects = [(subject, one) for subject, one in zip(evidence.subjects(choices), choices, strict=True) if subject]
        if not subjects:
            raise ValidationError(str(PersonNotKnown()))
        return data | {"found": subjects[0]}


@admin.register(Evidence)
class EvidenceAdmin(RevealSteps, EvidenceColumns, LongTable, ViewOnlyAdmin):
    """Evidence is superseded or contested, never edited."""

    list_display = ("subject", "kind", "said", "source", "fact_date", "state")
    list_display_links = ("subject",)
    list_filter = ("kind", by_number("person", _("orang")), by_number("household", _("keluarga")))
    list_select_related = ("person", "household")
    search_fields = ("source",)
    search_help_text = _("NIK, nomor KK, nomor telepon, nama, nomor polisi, atau NOP")
    fields = readonly_fields = (
        "subject_link",
        "kind",
        "said",
        "state",
        "source",
        "fact_date",
        "valid_until",
        "document",
        "received_at",
        "by",
        "sent_by",
        "reference",
        "supersedes",
        "superseded_at",
        "contested_at",
        "contested_by",
        "contest_reason",
    )
    actions_list = ("note",)
    actions_detail = ("contest", *RevealSteps.reveal_actions)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Evidence], search_term: str
    ) -> tuple[QuerySet[Evidence], bool]:
        if not search_term.strip():
            return queryset, False
        numbers = evidence_values.numbers_meant(search_term)
        return found(queryset, search_term) | queryset.filter(pk__in=Evidence.objects.with_number(*numbers)), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        fits = {"contest": not (row.contested_at or row.superseded_at), "reveal": bool(row.number_sealed)}
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if fits[step.action_name.removeprefix("beneficiaries_evidence_")]]

    @action(description=_("Catat bukti"), permissions=["beneficiaries.add_evidence"], icon="note_add")
    def note(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> Done:
            [outcome] = evidence.record([data["found"]], by=request.user, patience=evidence.PATIENCE)  # type: ignore[arg-type]
            if outcome is evidence.Outcome.NOT_KNOWN:  # erased since the form was read
                raise PersonNotKnown
            if outcome is evidence.Outcome.KNOWN:
                return Done(gettext("Bukti ini sudah ada."), level=messages.INFO)
            return Done(gettext("Bukti dicatat."))

        step = Step(
            title=_("Catat bukti"),
            button=_("Catat"),
            text=_("Isi hanya kolom yang sesuai jenisnya. Bukti lama tentang hal yang sama digantikan, tidak dihapus."),
            form=EvidenceForm,
            errors=ERRORS,
        )
        return take(self, request, step, run, back=list_url(Evidence))

    @action(description=_("Catat bantahan"), permissions=["beneficiaries.contest_evidence"], icon="contract_delete")
    def contest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            evidence.contest(row, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Bukti ditandai dibantah dan tidak dihitung lagi."))

        step = Step(
            title=_("Catat bantahan"),
            button=_("Tandai dibantah"),
            text=_("Misalnya mobil yang sudah dijual tetapi belum balik nama. Bukti tetap tersimpan."),
            facts=[(_("Tentang"), self.subject(row)), (_("Jenis"), row.get_kind_display()), (_("Isi"), in_words(row))],
            form=ReasonForm,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    kinds = forms.MultipleChoiceField(
        label=_("Jenis yang boleh dikirim"), choices=EvidenceKind.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = EvidenceSource
        fields = ("code", "name", "kinds", "active")


@admin.register(EvidenceSource)
class EvidenceSourceAdmin(OfficeAdmin):
    """Agencies that send evidence; their key is shown once, when it is made."""

    form = SourceForm
    list_display = ("name", "code", "active")
    ordering = ("name",)
    actions = None
    actions_detail = ("make_key",)

    def save_model(self, request: HttpRequest, obj: EvidenceSource, form: Any, change: bool) -> None:
        if not change:
            key = new_key(obj)
            messages.warning(request, gettext("Kunci, hanya ditampilkan sekali ini: %(key)s") % {"key": key})
        super().save_model(request, obj, form, change)

    @action(description=_("Buat kunci baru"), permissions=["beneficiaries.new_key_evidencesource"], icon="key")
    def make_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        source = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            key = new_key(source)
            source.save(update_fields=["key_sha256"])
            messages.warning(request, gettext("Kunci, hanya ditampilkan sekali ini: %(key)s") % {"key": key})
            return Done(gettext("Kunci baru dibuat: %(reason)s") % data)

        step = Step(
            title=_("Buat kunci baru"),
            button=_("Buat"),
            text=_("Kunci lama langsung tidak berlaku."),
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
        )
        return take(self, request, step, run, source)


@admin.register(EvidenceAccess)
class EvidenceAccessAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("evidence_source", "at", "status", "items", "added", "known", "refused")
    list_filter = ("evidence_source",)
    list_select_related = ("evidence_source",)
    fields = readonly_fields = ("evidence_source", "at", "status", "items", "added", "known", "refused")
