"""Grievances in the office: a queue by who has to act, a page with the conversation, and steps with reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import grievance_numbers, grievances, identity
from beneficiaries.admin.grievance_forms import (
    SUBJECTS,
    AnswerForm,
    CloseForm,
    FileForForm,
    FileForm,
    RelateForm,
    SortForm,
    TextForm,
    assign_form,
    subject_shown,
)
from beneficiaries.admin.shown import masked_nik, opened
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Grievance, GrievanceCategory, GrievanceMessage, GrievanceStep, Person
from beneficiaries.search import people_found
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, OfficeAdmin, ViewOnlyInline, by_number, change_url, link, list_url
from wallet.admin.steps import AddedByStep, Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError

S = Grievance.Status
ERRORS = (BeneficiaryError, WalletError)
STATUS_TONES = {
    S.RECEIVED: "info",
    S.ASSIGNED: "primary",
    S.ESCALATED: "danger",
    S.REOPENED: "warning",
    S.ANSWERED: "success",
    S.CLOSED: "none",
}
WORK, SUPERVISE = "beneficiaries.work_grievance", "beneficiaries.supervise_grievance"
QUEUE_NAMES: tuple[tuple[str, Any], ...] = (
    ("mine", _("Tugas saya")),
    ("unassigned", _("Belum ada petugas")),
    ("late", _("Lewat tenggat")),
    ("open", _("Belum dijawab")),
)
QUEUES: dict[str, Callable[[Any], QuerySet[Grievance]]] = {
    "mine": lambda officer: Grievance.objects.mine(officer),
    "unassigned": lambda officer: Grievance.objects.unassigned(officer),
    "late": lambda officer: Grievance.objects.late(timezone.now()),
    "open": lambda officer: Grievance.objects.open(),
}


class QueueFilter(admin.SimpleListFilter):
    """By who has to act."""

    title = _("antrean")
    parameter_name = "antrean"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(QUEUE_NAMES)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        narrow = QUEUES.get(self.value() or "")
        return queryset if narrow is None else queryset.filter(pk__in=narrow(request.user).values("pk"))


@admin.register(GrievanceCategory)
class GrievanceCategoryAdmin(OfficeAdmin):
    """Kinds of grievances, their deadlines and whose work they are."""

    list_display = ("name", "deadline_days", "group", "supervisors", "active")
    list_select_related = ("group", "supervisors")
    fields = ("code", "name", "deadline_days", "escalation_days", "group", "supervisors", "active")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: GrievanceCategory | None = None) -> tuple[str, ...]:
        return ("code",) if obj else ()


class StepInline(ViewOnlyInline):
    """What was done, by whom and why."""

    model = GrievanceStep
    fields = readonly_fields = ("at", "to_status", "who", "reason_shown", "group", "assignee")
    ordering = ("pk",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[GrievanceStep]:
        rows: QuerySet[GrievanceStep] = super().get_queryset(request)
        return rows.select_related("by", "group", "assignee")

    @admin.display(description=_("oleh"))
    def who(self, row: GrievanceStep) -> str:
        if row.by is not None:
            return row.by.get_username()
        return gettext("sistem") if row.to_status == S.ESCALATED else gettext("pelapor")

    @admin.display(description=_("alasan"))
    def reason_shown(self, row: GrievanceStep) -> str:
        return gettext(row.reason) if row.reason else "-"


@admin.register(Grievance)
class GrievanceAdmin(AddedByStep, LongTable, OfficeAdmin):
    """Tickets; what changes, changes by the steps."""

    list_display = ("number", "category", "status_label", "priority_label", "due_shown", "group", "assignee")
    list_filter = (
        QueueFilter,
        "status",
        "category",
        "priority",
        "origin",
        by_number("person", _("tentang orang"), "person_id"),
    )
    list_select_related = ("category", "group", "assignee")
    list_before_template = "beneficiaries/admin/queues.html"
    change_form_outer_before_template = "beneficiaries/admin/grievance_conversation.html"
    search_fields = ("number",)
    search_help_text = _("Nomor aduan, NIK atau telepon")
    fields = (
        ("status_label", "priority_label"),
        ("due_shown", "level"),
        ("group", "assignee"),
        ("origin", "created_at"),
        ("reporter_shown", "phone_shown"),
        ("person_shown", "household_shown"),
        ("payment_shown", "subject_shown"),
        ("answered_at", "closed_at"),
        ("satisfied", "rounds"),
        "created_by",
    )
    readonly_fields = (
        "status_label",
        "priority_label",
        "due_shown",
        "reporter_shown",
        "phone_shown",
        "person_shown",
        "household_shown",
        "payment_shown",
        "subject_shown",
    )
    inlines = (StepInline,)
    actions = None
    actions_detail = (
        "take_it",
        "answer",
        {
            "title": _("Langkah"),
            "icon": "more_horiz",
            "items": ["note", "say", "relate", "assign", "sort", "close", "reopen"],
        },
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Grievance], search_term: str
    ) -> tuple[QuerySet[Grievance], bool]:
        """By ticket number with its check digit, else by who reported or is meant."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if (number := grievance_numbers.read(term)) is not None:
            return queryset.filter(number=number), False
        if term.upper().startswith(grievance_numbers.PREFIX):
            self.message_user(request, _("Nomor aduan itu salah dengar atau salah ketik. Periksa angkanya."), "WARNING")
            return queryset.none(), False
        found = people_found(term).values("pk")
        return queryset.filter(Q(person__in=found) | Q(reporter__in=found)), False

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """A queue begins with what is due first, all of them with the newest."""
        return ("due_at", "pk") if request.GET.get(QueueFilter.parameter_name) in QUEUES else self.ordering

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        counts = [
            (label, QUEUES[name](request.user).count(), list_url(Grievance, antrean=name))
            for name, label in QUEUE_NAMES
        ]
        page: HttpResponse = super().changelist_view(request, (extra_context or {}) | {"queues": counts})
        return page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        shown = {} if row is None else _conversation(row)
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that its status allows, out of those that are the officer's."""
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        is_open = row.status in Grievance.OPEN
        possible = {
            "take_it": is_open and row.assignee_id is None,
            "answer": row.status == S.ASSIGNED and row.assignee_id == request.user.pk,
            "note": True,
            "say": row.status != S.CLOSED,
            "relate": row.status != S.CLOSED,
            "assign": is_open,
            "sort": is_open,
            "close": row.status == S.ANSWERED,
            "reopen": row.status in (S.ANSWERED, S.CLOSED),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("beneficiaries_grievance_")]]

    # --- What it looks like ---

    @display(description=_("status"), label=STATUS_TONES)
    def status_label(self, row: Grievance) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description=_("prioritas"), label={"high": "warning", "urgent": "danger"})
    def priority_label(self, row: Grievance) -> tuple[str, str]:
        return row.priority, row.get_priority_display()

    @display(description=_("tenggat"), label={"late": "danger", "due": "none"})
    def due_shown(self, row: Grievance) -> tuple[str, str]:
        late = row.status in Grievance.OPEN and row.due_at <= timezone.now()
        return ("late" if late else "due"), date_format(row.last_day, "j M Y")

    @admin.display(description=_("pelapor"))
    def reporter_shown(self, row: Grievance) -> SafeString | str:
        if row.reporter is not None:
            return link(change_url(row.reporter), row.reporter.name)
        return opened(lambda: row.reporter_name) or gettext("tanpa nama")

    @admin.display(description=_("telepon pelapor"))
    def phone_shown(self, row: Grievance) -> str:
        reporter = row.reporter
        return opened(lambda: identity.mask_phone(row.phone or (reporter.phone if reporter else ""))) or "-"

    @admin.display(description=_("tentang orang"))
    def person_shown(self, row: Grievance) -> SafeString | str:
        return link(change_url(row.person), row.person.name) if row.person else "-"

    @admin.display(description=_("tentang keluarga"))
    def household_shown(self, row: Grievance) -> SafeString | str:
        return link(change_url(row.household), row.household) if row.household else "-"

    @admin.display(description=_("tentang belanja"))
    def payment_shown(self, row: Grievance) -> SafeString | str:
        return link(change_url(row.payment), row.payment.reference_no) if row.payment else "-"

    @admin.display(description=_("tentang"))
    def subject_shown(self, row: Grievance) -> SafeString | str:
        return subject_shown(row.subject_kind, row.subject_id)

    # --- Steps ---

    def _facts(self, row: Grievance) -> list[tuple[Any, Any]]:
        return [
            (_("Kategori"), row.category),
            (_("Status"), row.get_status_display()),
            (_("Ditangani oleh"), f"{row.group}, {row.assignee or '-'}"),
            (_("Tenggat"), self.due_shown(row)),
            (_("Isi"), opened(lambda: row.text)),
        ]

    def adding(self, request: HttpRequest) -> HttpResponse:
        """A grievance that came to the counter or from the neighbourhood, anonymous ones included."""
        return self.filing(request)

    def filing(self, request: HttpRequest, about: Person | None = None) -> HttpResponse:
        """The step, about the person whose page the officer came from, or about whose NIK is typed."""

        def run(data: dict[str, Any]) -> Done:
            reporter = about if data.get("own") else data["reporter"]
            report = grievances.Report(
                origin=Grievance.Origin.OFFICER if reporter else Grievance.Origin.COMMUNITY,
                category=data["category"],
                text=data["text"],
                priority=data["priority"],
                reporter=reporter,
                reporter_name="" if reporter else data["reporter_name"].strip(),
                phone=data["phone"],
                person=about or data["person"] or reporter,
                payment=data["payment"],
                subject=(data["subject_kind"], data["subject_id"]) if data["subject_kind"] else None,
            )
            made = grievances.file(report, by=request.user)  # type: ignore[arg-type]
            self.log_addition(request, made, gettext("Dicatat"))
            said = gettext("Aduan dicatat. Beri tahu nomornya kepada pelapor: %(number)s")
            return Done(said % {"number": made.number}, change_url(made))

        living = about is not None and about.status != Person.Status.DECEASED
        step = Step(
            title=_("Catat aduan"),
            button=_("Catat aduan"),
            text=_("Dari warga di loket, lewat telepon, atau dari lingkungannya. Nama dan telepon boleh kosong."),
            facts=[(_("Tentang"), about.name), ("NIK", masked_nik(about))] if about else [],
            form=FileForForm if about else FileForm,
            initial={"priority": Grievance.Priority.NORMAL, "own": living},
            errors=ERRORS,
        )
        return take(self, request, step, run, back=change_url(about) if about else list_url(Grievance))

    @action(description=_("Kerjakan"), permissions=[WORK], icon="front_hand")
    def take_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.take(row, by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Aduan ini sekarang tugas Anda."))

        step = Step(title=_("Kerjakan aduan"), button=_("Saya kerjakan"), facts=self._facts(row), errors=ERRORS)
        return take(self, request, step, run, row)

    @action(description=_("Jawab"), permissions=[WORK], icon="reply")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.answer(row, data["text"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Dijawab. Pelapor diberi tahu lewat SMS bila ada nomornya."))

        mine = row.assignee_id == request.user.pk
        step = Step(
            title=_("Jawab aduan"),
            button=_("Kirim jawaban"),
            facts=self._facts(row),
            warnings=[] if mine else [_("Hanya petugas yang mengerjakannya yang menjawab.")],
            form=AnswerForm,
            possible=mine and row.status == S.ASSIGNED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tambah catatan"), permissions=[WORK], icon="sticky_note_2")
    def note(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.note(row, data["text"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Catatan disimpan."))

        step = Step(
            title=_("Tambah catatan"),
            button=_("Simpan catatan"),
            text=_("Hanya dibaca petugas, bukan pelapor."),
            form=TextForm,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tulis kata pelapor"), permissions=[WORK], icon="record_voice_over")
    def say(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.say(row, data["text"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Kata pelapor disimpan."))

        step = Step(
            title=_("Tulis kata pelapor"),
            button=_("Simpan"),
            text=_("Bila pelapor menelepon atau datang lagi. Setelah dijawab, ini membuka aduan kembali."),
            form=TextForm,
            possible=row.status != S.CLOSED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Kaitkan"), permissions=[WORK], icon="link")
    def relate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Whom and what it is about, where that was not known when it was filed."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            person, payment = data["person"], data["payment"]
            kind, number = data["subject_kind"], data["subject_id"]
            found = [
                *([gettext("orang #%(number)s") % {"number": person.pk}] if person else []),
                *([gettext("belanja %(number)s") % {"number": payment.reference_no}] if payment else []),
                *([f"{SUBJECTS[kind].label} {number}"] if kind else []),
            ]
            said = gettext("Tentang: %(found)s") % {"found": ", ".join(found)}
            grievances.relate(
                row,
                person=person,
                payment=payment,
                subject=(kind, number) if kind else None,
                told=said,
                by=request.user,  # type: ignore[arg-type]
            )
            return Done(gettext("Aduan dikaitkan."))

        step = Step(
            title=_("Kaitkan aduan"),
            button=_("Kaitkan"),
            text=_(
                "Dengan orang, belanja, batch, kepesertaan, instruksi bayar atau program. Pelapor tidak membacanya."
            ),
            facts=self._facts(row),
            form=RelateForm,
            possible=row.status != S.CLOSED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tugaskan"), permissions=[SUPERVISE], icon="assignment_ind")
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.assign(row, data["officer"], data["reason"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Ditugaskan kepada %(officer)s.") % {"officer": data["officer"]})

        step = Step(
            title=_("Tugaskan aduan"),
            button=_("Tugaskan"),
            facts=self._facts(row),
            form=assign_form(row),
            possible=row.status in Grievance.OPEN,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Ubah kategori / prioritas"), permissions=[SUPERVISE], icon="sort")
    def sort(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            priority = Grievance.Priority(data["priority"])
            grievances.sort(row, data["category"], priority, data["reason"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Kategori dan prioritas diubah: %(reason)s") % data)

        step = Step(
            title=_("Ubah kategori atau prioritas"),
            button=_("Ubah"),
            facts=self._facts(row),
            form=SortForm,
            initial={"category": row.category_id, "priority": row.priority},
            possible=row.status in Grievance.OPEN,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tutup"), permissions=[WORK], icon="task_alt")
    def close(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.close(row, data["reason"], satisfied=data["satisfied"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Aduan ditutup: %(reason)s") % data)

        step = Step(
            title=_("Tutup aduan"),
            button=_("Tutup"),
            facts=self._facts(row),
            form=CloseForm,
            possible=row.status == S.ANSWERED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Buka kembali"), permissions=[WORK], icon="undo")
    def reopen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            grievances.reopen(row, data["reason"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Aduan dibuka kembali: %(reason)s") % data)

        step = Step(
            title=_("Buka kembali aduan"),
            button=_("Buka kembali"),
            text=_("Tenggatnya dihitung lagi sejak sekarang."),
            facts=self._facts(row),
            form=ReasonForm,
            possible=row.status in (S.ANSWERED, S.CLOSED),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)


def _conversation(row: Grievance) -> dict[str, Any]:
    """What the page shows above the fields: the text, and all that was said, notes included."""
    said = [
        {
            "kind": message.kind,
            "who": _speaker(message),
            "at": date_format(timezone.localtime(message.created_at), "j M Y H:i"),
            "text": opened(lambda message=message: message.text),  # type: ignore[misc]
        }
        for message in row.messages.select_related("by").order_by("pk")
    ]
    late = row.status in Grievance.OPEN and row.due_at <= timezone.now()
    return {"grievance": row, "conversation": said, "late": late, "opened": opened(lambda: row.text)}


def _speaker(message: GrievanceMessage) -> str:
    """Who said it: the kind of words, and the officer who wrote them down."""
    kind = message.get_kind_display()
    return f"{kind}, {message.by.get_username()}" if message.by else kind
