"""Subjects' requests and breaches at the office: queues with the time that is left, and the steps that answer them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
)

from beneficiaries import data_requests, erasure, reveals, subject_data
from beneficiaries.admin import shown
from beneficiaries.admin.reveals import address_of
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Breach, DataRequest, Person, ProposedChange, Reveal
from wallet.admin.decorators import action, display
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, by_number, change_url, link
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

K, S = DataRequest.Kind, DataRequest.State
ERRORS = (BeneficiaryError,)
TONES = {S.OPEN: "warning", S.PROPOSED: "info", S.DONE: "success", S.REFUSED: "danger"}
MASKED = {*reveals.PERSON_FIELDS, *reveals.HOUSEHOLD_FIELDS, data_requests.MOVE}
SOON = 24  # hours: what has less is coloured


def time_left(due_at: datetime, *, over: bool) -> tuple[str, str]:
    """A tone and words: how long there still is, or for how long it is late; nothing once it is over."""
    if over:
        return "none", "–"
    hours = (due_at - timezone.now()).total_seconds() / 3600
    if hours < 0:
        return "danger", gettext("terlambat %(hours)s jam") % {"hours": int(-hours)}
    return ("warning" if hours < SOON else "success"), gettext("%(hours)s jam lagi") % {"hours": int(hours)}


class ReceiveForm(forms.Form):
    """What somebody asks for, and since when we know."""

    kind = forms.ChoiceField(label=_("Permintaan"), choices=K.choices, widget=UnfoldAdminSelectWidget())
    channel = forms.CharField(
        label=_("Diterima lewat"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Misalnya loket, surat bernomor, JAKI."),
    )
    received_at = forms.SplitDateTimeField(
        label=_("Diterima pada"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget(),
        help_text=_("Kosongkan bila baru saja. Jawabannya harus selesai 3×24 jam sesudahnya."),
    )


class RequestSteps:
    """For a person's page: writing down what they ask for."""

    request_actions = ("receive_request",)

    @action(description=_("Catat permintaan data"), permissions=["beneficiaries.add_datarequest"], icon="contact_page")
    def receive_request(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Starts the 72 hours."""
        office: Any = self
        person: Person = row_of(office, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            made = data_requests.receive(person, by=request.user, **data)  # type: ignore[arg-type]
            due = date_format(timezone.localtime(made.due_at), "j F Y H:i")
            said = gettext("Permintaan dicatat. Jawab sebelum %(due)s.") % {"due": due}
            if made.person_id != person.pk:
                other = gettext("Data ini sudah digabung, jadi permintaannya dicatat pada data #%(row)s.")
                said = f"{said} {other % {'row': made.person_id}}"
            return Done(said, change_url(made))

        step = Step(
            title=_("Catat permintaan data"),
            button=_("Catat"),
            text=_("Hak orang atas datanya sendiri: melihat, memperbaiki, membatasi, menghapus (UU 27/2022)."),
            form=ReceiveForm,
            errors=ERRORS,
        )
        return take(office, request, step, run, person)


def _among(label: Any, choices: list[tuple[Any, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", "–"), *choices], widget=UnfoldAdminSelectWidget()
    )


class CorrectionForm(forms.Form):
    """What is to be different; what stays empty stays as it is."""

    name = forms.CharField(label=_("Nama"), required=False, max_length=120, widget=UnfoldAdminTextInputWidget())
    nik = forms.CharField(
        label="NIK", required=False, max_length=16, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"})
    )
    sex = _among(_("Jenis kelamin"), Person.Sex.choices)
    birth_date = forms.CharField(
        label=_("Tanggal lahir"),
        required=False,
        max_length=10,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "1990-12-31"}),
    )
    phone = forms.CharField(label=_("Telepon"), required=False, max_length=20, widget=UnfoldAdminTextInputWidget())
    relation = _among(_("Hubungan dengan kepala keluarga"), Person.Relation.choices)
    schooling = _among(_("Jenjang sekolah"), Person.Schooling.choices)
    disability = _among(_("Disabilitas"), Person.Disability.choices)
    occupation = _among(_("Pekerjaan"), Person.Occupation.choices)
    pregnant = _among(_("Hamil"), [("yes", _("Ya")), ("no", _("Tidak"))])
    address = forms.CharField(
        label=_("Alamat"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Alamat, wilayah dan nomor KK berubah untuk seluruh anggota keluarganya."),
    )
    kelurahan = forms.CharField(
        label=_("Kode kelurahan"),
        required=False,
        max_length=13,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "31.71.01.1001"}),
    )
    rt = forms.CharField(label="RT", required=False, max_length=3, widget=UnfoldAdminTextInputWidget())
    rw = forms.CharField(label="RW", required=False, max_length=3, widget=UnfoldAdminTextInputWidget())
    kk = forms.CharField(
        label=_("Nomor KK yang benar"),
        required=False,
        max_length=16,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    household = forms.CharField(
        label=_("Pindah ke keluarga dengan nomor KK"),
        required=False,
        max_length=16,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Hanya orang ini yang pindah. Pilih juga hubungannya di keluarga itu."),
    )


# What an officer sets going, who proposes it or carries it out.
FOLLOWS = {
    K.RESTRICTION: _(
        "Datanya tidak dipakai untuk hal baru sampai pembatasannya dicabut: tidak didaftarkan pada program, tidak disaring, "
        "tidak dicocokkan."
    ),
    K.RELEASE: _("Datanya dapat dipakai lagi seperti sebelum dibatasi."),
    K.ERASURE: _("Penghapusan tidak dapat ditarik kembali."),
}


def _whose(row: DataRequest) -> list[tuple[Any, Any]]:
    return [
        (_("Permintaan"), row.get_kind_display()),
        (_("Orang"), link(change_url(row.person), row.person.name)),
        ("NIK", shown.masked_nik(row.person)),
    ]


def _held(row: DataRequest) -> list[str]:
    """Why it cannot be done yet, before somebody tries."""
    held = erasure.grounds(row.person) if row.kind == K.ERASURE else []
    return [_("Data belum boleh dihapus: %(grounds)s") % {"grounds": ground} for ground in held]


def _in_words(change: ProposedChange) -> str:
    """The value as the form offered it."""
    field = CorrectionForm().fields[change.field]
    chosen: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    return str(dict(chosen).get(change.value, change.value))


class AnswerForm(ReasonForm):
    """How the answer is handed over."""

    form = forms.ChoiceField(
        label=_("Bentuk"),
        choices=[("text", _("Teks untuk dibaca")), ("json", _("JSON untuk dipindahkan"))],
        widget=UnfoldAdminSelectWidget(),
    )


@admin.register(DataRequest)
class DataRequestAdmin(ViewOnlyAdmin):
    """The queue of requests: the most urgent first, and decided by somebody else than who prepared it."""

    list_display = ("number", "whose", "kind", "state_label", "left", "received_at", "decided_by")
    list_display_links = ("number",)
    list_filter = ("state", "kind", by_number("person", _("orang")))
    list_select_related = ("person", "decided_by")
    fields = readonly_fields = (
        "whose",
        "kind",
        "state_label",
        "left",
        "channel",
        "received_at",
        "due_at",
        "proposed",
        "recorded_by",
        "proposed_by",
        "decided_by",
        "decided_at",
        "reason",
    )
    actions_detail = ("answer", "propose", "approve", "refuse")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataRequest]:
        """Open ones first, by what is left of their time."""
        rows: QuerySet[DataRequest] = super().get_queryset(request)
        return rows.order_by(F("decided_at").desc(nulls_first=True), "due_at")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that the request's kind and state allow, out of those that are the officer's."""
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        possible = {
            "answer": row.kind == K.ACCESS and row.state == S.OPEN,
            "propose": row.kind != K.ACCESS and row.state == S.OPEN,
            "approve": row.state == S.PROPOSED,
            "refuse": row.state in DataRequest.OPEN,
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("beneficiaries_datarequest_")]]

    # --- What it looks like ---

    @admin.display(description=_("nomor"), ordering="pk")
    def number(self, row: DataRequest) -> str:
        return f"#{row.pk}"

    @admin.display(description=_("orang"))
    def whose(self, row: DataRequest) -> SafeString:
        return link(change_url(row.person), row.person)

    @display(description=_("status"), label=TONES)
    def state_label(self, row: DataRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(
        description=_("sisa waktu"),
        label={"danger": "danger", "warning": "warning", "success": "success", "none": "none"},
    )
    def left(self, row: DataRequest) -> tuple[str, str]:
        return time_left(row.due_at, over=row.state not in DataRequest.OPEN)

    @admin.display(description=_("yang diperbaiki"))
    def proposed(self, row: DataRequest) -> SafeString | str:
        """Which fields, not their values: those are in the step of whoever decides."""
        names = {name: field.label for name, field in CorrectionForm().fields.items()}
        return format_html_join(", ", "{}", ((names[change.field],) for change in row.changes.all())) or "–"

    # --- Steps ---

    @action(
        description=_("Jawab dengan salinan data"), permissions=["beneficiaries.decide_datarequest"], icon="download"
    )
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A file with everything, once: the access log says so before."""
        row = row_of(self, request, object_id)
        step = Step(
            title=_("Jawab dengan salinan data"),
            button=_("Catat dan unduh"),
            text=_(
                "Berkas berisi semua yang disimpan tentang orang ini, juga NIK, telepon, alamat dan riwayatnya. Serahkan "
                "kepada orangnya sendiri setelah identitasnya dicocokkan, lalu hapus salinan Anda."
            ),
            form=AnswerForm,
            errors=ERRORS,
        )
        made: list[HttpResponse] = []

        def run(data: dict[str, Any]) -> Done:
            told = data_requests.answer(row, by=request.user, reason=data["reason"], address=address_of(request))  # type: ignore[arg-type]
            as_json = data["form"] == "json"
            content = subject_data.as_json(told) if as_json else subject_data.as_text(told)
            file = HttpResponse(content, content_type="application/json" if as_json else "text/plain; charset=utf-8")
            name = f"permintaan-{row.pk}.{'json' if as_json else 'txt'}"
            file["Content-Disposition"] = f'attachment; filename="{name}"'
            made.append(file)
            return Done(gettext("Salinan data diserahkan: %(reason)s") % data)

        page = take(self, request, step, run, row)
        return made[0] if made else page

    @action(description=_("Usulkan"), permissions=["beneficiaries.add_datarequest"], icon="send")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lays it before a second officer."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            data_requests.propose(row, by=request.user, changes=data)  # type: ignore[arg-type]
            return Done(gettext("Diusulkan. Sekarang orang lain harus memutuskannya."))

        step = Step(
            title=_("Usulkan"),
            button=_("Usulkan atas nama saya"),
            text=FOLLOWS.get(row.kind, ""),
            facts=_whose(row),
            warnings=_held(row),
            form=CorrectionForm if row.kind == K.CORRECTION else forms.Form,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Setujui dan laksanakan"), permissions=["beneficiaries.decide_datarequest"], icon="verified")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Carries it out."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            data_requests.approve(row, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Dilaksanakan: %(reason)s") % data)

        mine = row.proposed_by_id == request.user.pk
        values = [] if mine else list(row.changes.order_by("pk"))
        labels = {name: field.label for name, field in CorrectionForm().fields.items()}
        step = Step(
            title=_("Setujui dan laksanakan"),
            button=row.get_kind_display(),
            text=FOLLOWS.get(row.kind, ""),
            facts=[*_whose(row), *((labels[change.field], _in_words(change)) for change in values)],
            warnings=[
                *([_("Anda yang mengusulkannya, jadi harus orang lain yang memutuskan.")] if mine else []),
                *_held(row),
            ],
            form=ReasonForm,
            danger=row.kind == K.ERASURE,
            possible=not mine,
            errors=ERRORS,
            as_one=True,
        )
        page = take(self, request, step, run, row)
        # Whenever it is to be drawn, also once more after a reason that was missing; it is drawn after this.
        drawn = isinstance(page, TemplateResponse)
        if drawn and {change.field for change in values} & MASKED:
            try:
                reveals.log(
                    row.person,
                    reveals.PROPOSED,
                    reason=Reveal.Reason.REQUEST,
                    note=f"#{row.pk}",
                    by=request.user,  # type: ignore[arg-type]
                    address=address_of(request),
                )
            except BeneficiaryError as error:
                messages.error(request, str(error))
                return HttpResponseRedirect(change_url(row))
        return page

    @action(description=_("Tolak"), permissions=["beneficiaries.decide_datarequest"], icon="block")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With the ground that the subject is told."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            data_requests.refuse(row, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Ditolak: %(reason)s") % data)

        step = Step(
            title=_("Tolak permintaan"),
            button=_("Tolak"),
            text=_("Alasannya disampaikan kepada orang yang meminta."),
            facts=_whose(row),
            warnings=_held(row),
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)


@admin.register(Breach)
class BreachAdmin(OfficeAdmin):
    """The register of breaches: what the law wants told, to whom, and how long there still is."""

    list_display = ("number", "discovered_at", "left", "people", "subjects_told_at", "agency_told_at")
    list_display_links = ("number",)
    ordering = ("-pk",)
    actions = None
    fieldsets = (
        (None, {"fields": ("discovered_at", "due", "happened", "what", "people", "how", "remedy")}),
        (_("Pemberitahuan"), {"fields": ("told", "subjects_told_at", "agency_told_at", "public")}),
        (_("Dicatat"), {"fields": ("recorded_by", "recorded_at")}),
    )
    readonly_fields = ("due", "recorded_by", "recorded_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who recorded it, and when, once it is recorded."""
        sets = super().get_fieldsets(request, obj)
        return sets if obj else sets[:-1]

    def save_model(self, request: HttpRequest, obj: Breach, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)

    @admin.display(description=_("nomor"), ordering="pk")
    def number(self, row: Breach) -> str:
        return f"#{row.pk}"

    @display(
        description=_("sisa waktu"),
        label={"danger": "danger", "warning": "warning", "success": "success", "none": "none"},
    )
    def left(self, row: Breach) -> tuple[str, str]:
        return time_left(row.due_at, over=bool(row.subjects_told_at and row.agency_told_at))

    @admin.display(description=_("harus diberitahukan sebelum"))
    def due(self, row: Breach) -> str:
        return date_format(timezone.localtime(row.due_at), "j F Y H:i") if row.due_at else "–"
