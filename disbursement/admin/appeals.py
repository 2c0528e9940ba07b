"""Appeals in the office: the queue of what is not answered, the most urgent first; each is decided by another officer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin.queues import QUEUES, Queue
from disbursement import appeals
from disbursement.admin.people import masked_nik, narrowed
from disbursement.admin.programmes import ERRORS
from disbursement.models import EnrolmentAppeal
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

S = EnrolmentAppeal.Status
DECIDES = ["disbursement.decide_enrolmentappeal"]


@admin.register(EnrolmentAppeal)
class EnrolmentAppealAdmin(LongTable, ViewOnlyAdmin):
    """Filed on the page of the enrolment, decided here."""

    list_display = ("about", "programme", "what", "status_label", "answer_by", "urgency", "filed_on")
    list_display_links = ("about",)
    list_filter = ("status", "late", "step__enrolment__programme")
    list_select_related = ("step__enrolment__person", "step__enrolment__programme")
    search_fields = ("step__enrolment__person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = (
        "about",
        "nik",
        "enrolment_link",
        "against",
        "taken_by",
        "text",
        ("channel", "filed_by"),
        ("filed_on", "late"),
        ("status_label", "urgency"),
        "answer_by",
        "decided_by",
        "decided_at",
        "decision_reason",
        "missed",
    )
    readonly_fields = ("about", "nik", "enrolment_link", "against", "status_label", "urgency", "missed")
    actions_detail = ("uphold", "deny")

    def get_ordering(self, request: HttpRequest) -> Any:
        waits = Case(When(status=S.FILED, then=Value(0)), default=Value(1), output_field=IntegerField())
        return (waits, "answer_by", "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EnrolmentAppeal], search_term: str
    ) -> tuple[QuerySet[EnrolmentAppeal], bool]:
        return narrowed(queryset, "step__enrolment__person", search_term), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        return list(super().get_actions_detail(request, object_id)) if row is not None and row.status == S.FILED else []

    @admin.display(description=_("tentang"))
    def about(self, row: EnrolmentAppeal) -> str:
        return row.step.enrolment.person.name

    @admin.display(description="NIK")
    def nik(self, row: EnrolmentAppeal) -> str:
        return masked_nik(row.step.enrolment.person)

    @admin.display(description=_("program"))
    def programme(self, row: EnrolmentAppeal) -> str:
        return row.step.enrolment.programme.name

    @admin.display(description=_("kepesertaan"))
    def enrolment_link(self, row: EnrolmentAppeal) -> SafeString:
        return link(change_url(row.step.enrolment), row.step.enrolment)

    @admin.display(description=_("atas"))
    def what(self, row: EnrolmentAppeal) -> str:
        return str(row.step.get_to_status_display())

    @admin.display(description=_("keberatan atas"))
    def against(self, row: EnrolmentAppeal) -> SafeString:
        at = date_format(timezone.localtime(row.step.at), "j M Y")
        return format_html("{}<div>{}</div>", row.step, " · ".join(part for part in (at, row.step.words) if part))

    @display(description=_("status"), label={S.FILED: "info", S.UPHELD: "success", S.DENIED: "danger"})
    def status_label(self, row: EnrolmentAppeal) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description=_("tenggat jawaban"), label={"late": "danger", "due": "info"})
    def urgency(self, row: EnrolmentAppeal) -> tuple[str, Any]:
        if row.status != S.FILED:
            return "none", "-"
        days = (row.answer_by - timezone.localdate()).days
        if row.overdue:
            return "late", gettext("terlambat %(days)s hari") % {"days": -days}
        return "due", gettext("%(days)s hari lagi") % {"days": days}

    @admin.display(description=_("siklus yang terlewat"))
    def missed(self, row: EnrolmentAppeal) -> str:
        return ", ".join(date_format(cycle.period, "F Y") for cycle in appeals.missed(row)) or "-"

    def _step(self, request: HttpRequest, object_id: str, decide: Any, said: Any, **words: Any) -> HttpResponse:
        row = row_of(self, request, object_id)
        own = row.taken_by_id is not None and row.taken_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            decided = decide(row, request.user, data["reason"])
            missed = ", ".join(date_format(cycle.period, "F Y") for cycle in appeals.missed(decided))
            told = gettext("Siklus yang terlewat: %(cycles)s.") % {"cycles": missed} if missed else ""
            return Done(f"{said} {told}".strip())

        step = Step(
            facts=[
                (_("Tentang"), self.about(row)),
                ("NIK", self.nik(row)),
                (_("Program"), self.programme(row)),
                (_("Keberatan atas"), self.against(row)),
                (_("Isi keberatan"), row.text),
            ],
            warnings=[_("Anda yang mengambil langkah ini; petugas lain yang memutuskan keberatannya.")] if own else [],
            possible=not own and row.status == S.FILED,
            form=ReasonForm,
            errors=ERRORS,
            as_one=True,
            **words,
        )
        return take(self, request, step, run, row)

    @action(description=_("Kabulkan"), permissions=DECIDES, icon="check_circle")
    def uphold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request,
            object_id,
            appeals.uphold,
            gettext("Keberatan dikabulkan; kepesertaannya berlaku lagi."),
            title=_("Kabulkan keberatan"),
            button=_("Kabulkan"),
            text=_("Kepesertaan kembali seperti sebelum langkah itu, juga bila kuotanya sudah penuh."),
        )

    @action(description=_("Tolak"), permissions=DECIDES, icon="cancel")
    def deny(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request,
            object_id,
            appeals.deny,
            gettext("Keberatan ditolak; langkahnya tetap berlaku."),
            title=_("Tolak keberatan"),
            button=_("Tolak"),
            text=_("Langkah itu tetap berlaku. Alasan Anda dibaca warga."),
            danger=True,
        )


QUEUES.extend(
    (
        Queue(
            _("Keberatan kepesertaan lewat tenggat"),
            "disbursement.view_enrolmentappeal",
            lambda request: EnrolmentAppeal.objects.filter(status=S.FILED, answer_by__lt=timezone.localdate()),
            lambda: list_url(EnrolmentAppeal, status__exact=S.FILED.value),
            urgent=True,
        ),
        Queue(
            _("Keberatan kepesertaan menunggu putusan"),
            "disbursement.view_enrolmentappeal",
            lambda request: EnrolmentAppeal.objects.filter(status=S.FILED),
            lambda: list_url(EnrolmentAppeal, status__exact=S.FILED.value),
        ),
    )
)
