"""Exclusions and objections in the office: who is excluded and why, who objects, and until when it must be answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminTextareaWidget

from beneficiaries import merged_rows, objections, screening
from beneficiaries.admin import panels
from beneficiaries.admin.evidence import ERRORS
from beneficiaries.admin.objection_files import ProofSteps
from beneficiaries.admin.panels import Panel, badge
from beneficiaries.admin.subjects import SubjectColumns, found, masked
from beneficiaries.models import Exclusion, Household, Merge, Objection, Person
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, change_url, link
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label=_("Isi sanggahan"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 5})
    )


class LiftForm(ReasonForm):
    ends_on = forms.DateField(
        label=_("Dibayar lagi mulai"),
        widget=UnfoldAdminDateWidget(),
        help_text=_("Siklus sebelum tanggal ini tetap tidak dibayar."),
    )


TONES = {"active": "danger", "lifted": "none", "annulled": "success"}
PANEL_ROWS = 20


def standing(row: Exclusion) -> tuple[str, Any]:
    """Whether it is in force, in words."""
    if row.active:
        return "active", _("Berlaku")
    return ("annulled", _("Dibatalkan")) if row.annulled else ("lifted", _("Dicabut"))


def objected(row: Exclusion) -> SafeString:
    """The objections to it, each with what became of it; nothing where there is none."""
    made = sorted(row.objections.all(), key=lambda one: one.pk)
    return format_html_join(
        "", "<div>{} · {}</div>", ((link(change_url(one), one), one.get_status_display()) for one in made)
    )


def _panel(request: HttpRequest, struck: Q) -> Panel | None:
    """Nothing where nobody was ever excluded: most people's pages stay as short as they are."""
    if not request.user.has_perm("beneficiaries.view_exclusion"):  # type: ignore[union-attr]
        return None
    found = Exclusion.objects.filter(struck).select_related("proposal__rule", "person", "household")
    told = []
    for row in found.prefetch_related("objections").order_by("-starts_on", "-pk")[:PANEL_ROWS]:
        state, text = standing(row)
        told.append(
            (
                link(change_url(row), row.proposal.rule.title),
                _("Keluarga") if row.person is None else row.person.name,
                badge(text, TONES[state]),
                row.starts_on,
                row.ends_on or "–",
                objected(row) or "–",
                row.objection_until,
            )
        )
    columns = (_("aturan"), _("tentang"), _("keadaan"), _("mulai"), _("berakhir"), _("sanggahan"), _("sanggah sampai"))
    return Panel(_("Pengecualian"), columns, told) if told else None


def _of_person(request: HttpRequest, person: Person) -> Panel | None:
    """Of the human being, whichever row it struck, and of the household; of an old one, what was before they left it so."""
    rows = merged_rows.numbers(person)
    merged_since = Merge.objects.filter(
        merged__in=rows, merged__household=OuterRef("household"), undone_at__isnull=True, at__gt=OuterRef("created_at")
    )
    return _panel(request, Q(person__in=rows) | Q(household=person.household) | Q(Exists(merged_since)))


def _of_household(request: HttpRequest, household: Household, members: Sequence[Person]) -> Panel | None:
    return _panel(request, Q(household=household) | Q(person__in=[row.pk for row in members]))


panels.PERSON.append(_of_person)
panels.HOUSEHOLD.append(_of_household)


@admin.register(Exclusion)
class ExclusionAdmin(SubjectColumns, LongTable, ViewOnlyAdmin):
    list_display = ("subject", "code", "starts_on", "state", "objection_until")
    list_display_links = ("subject",)
    list_filter = ("code",)
    list_select_related = ("person", "household")
    search_fields = ("code",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama")
    fields = readonly_fields = (
        "subject_link",
        "state",
        "reason",
        "legal_basis",
        "proposal",
        "starts_on",
        "ends_on",
        "noticed_on",
        "objection_until",
        "objections_made",
        "accepted_by",
        "lifted_by",
        "lifted_at",
        "lift_reason",
    )
    actions_detail = ("object", "lift")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Exclusion], search_term: str
    ) -> tuple[QuerySet[Exclusion], bool]:
        return (found(queryset, search_term) if search_term.strip() else queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        return list(super().get_actions_detail(request, object_id)) if row is not None and row.active else []

    @display(description=_("keadaan"), label=TONES)
    def state(self, row: Exclusion) -> tuple[str, Any]:
        return standing(row)

    @admin.display(description=_("sanggahan"))
    def objections_made(self, row: Exclusion) -> SafeString | str:
        return objected(row) or "-"

    @action(description=_("Catat sanggahan"), permissions=["beneficiaries.add_objection"], icon="record_voice_over")
    def object(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        late = timezone.localdate() > row.objection_until

        def run(data: dict[str, Any]) -> Done:
            made = objections.file(row, data["text"], channel=Objection.Channel.OFFICE, by=request.user)  # type: ignore[arg-type]
            return Done(
                gettext("Sanggahan dicatat; harus dijawab sampai %(day)s.") % {"day": date_format(made.answer_by)},
                url=change_url(made),
            )

        step = Step(
            title=_("Catat sanggahan"),
            button=_("Catat"),
            facts=[
                (_("Tentang"), self.subject(row)),
                (_("Alasan"), row.reason),
                (_("Batas waktu sanggah"), date_format(row.objection_until)),
            ],
            warnings=[_("Batas waktunya sudah lewat; sanggahan tetap diterima dan ditandai terlambat.")]
            if late
            else [],
            form=ObjectionForm,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Cabut"), permissions=["beneficiaries.lift_exclusion"], icon="lock_open")
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            screening.lift(row, request.user, data["reason"], data["ends_on"])  # type: ignore[arg-type]
            return Done(gettext("Pengecualian dicabut mulai %(day)s.") % {"day": date_format(data["ends_on"])})

        step = Step(
            title=_("Cabut pengecualian"),
            button=_("Cabut"),
            facts=[(_("Tentang"), self.subject(row)), (_("Mulai"), date_format(row.starts_on))],
            form=LiftForm,
            initial={"ends_on": max(timezone.localdate(), row.starts_on)},
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)


@admin.register(Objection)
class ObjectionAdmin(ProofSteps, LongTable, ViewOnlyAdmin):
    """The queue: what is not answered first, the most urgent on top."""

    list_display = ("about", "status_label", "answer_by", "urgency", "filed_on", "channel")
    list_display_links = ("about",)
    list_filter = ("status", "late")
    list_select_related = ("exclusion__person", "exclusion__household")
    fields = readonly_fields = (
        "about",
        "exclusion_link",
        "text",
        "proofs",
        "status_label",
        "urgency",
        "answer_by",
        "filed_on",
        "late",
        "channel",
        "filed_by",
        "accepted_by",
        "decided_by",
        "decided_at",
        "decision_reason",
    )
    actions_detail = (*ProofSteps.proof_actions, "uphold", "deny")

    def get_ordering(self, request: HttpRequest) -> Any:
        waits = Case(When(status=Objection.Status.FILED, then=Value(0)), default=Value(1), output_field=IntegerField())
        return (waits, "answer_by", "pk")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        fits = {
            "add_proof": row.status == Objection.Status.FILED,
            "open_proof": row.files.exists(),
            "uphold": row.status == Objection.Status.FILED,
            "deny": row.status == Objection.Status.FILED,
        }
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if any(fit and one.action_name.endswith(name) for name, fit in fits.items())]

    @admin.display(description=_("tentang"))
    def about(self, row: Objection) -> SafeString:
        subject = row.exclusion.person if row.exclusion.person_id else row.exclusion.household
        return format_html('{} <span class="money">{}</span>', subject, masked(row.exclusion))

    @admin.display(description=_("pengecualian"))
    def exclusion_link(self, row: Objection) -> SafeString:
        return link(change_url(row.exclusion), row.exclusion.reason)

    @display(description=_("status"), label={"filed": "info", "upheld": "success", "denied": "danger"})
    def status_label(self, row: Objection) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @display(description=_("tenggat jawaban"), label={"late": "danger", "due": "info"})
    def urgency(self, row: Objection) -> tuple[str, Any]:
        if row.status != Objection.Status.FILED:
            return "none", "-"
        days = (row.answer_by - timezone.localdate()).days
        if row.overdue:
            return "late", gettext("terlambat %(days)s hari") % {"days": -days}
        return "due", gettext("%(days)s hari lagi") % {"days": days}

    def _step(self, request: HttpRequest, object_id: str, decide: Any, said: Any, **words: Any) -> HttpResponse:
        row = row_of(self, request, object_id)
        own = row.accepted_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            decide(row, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(said)

        step = Step(
            facts=[
                (_("Tentang"), self.about(row)),
                (_("Pengecualian"), row.exclusion.reason),
                (_("Sanggahan"), row.text),
                (_("Berkas bukti"), self.proofs(row)),
            ],
            warnings=[_("Anda yang menerima pengecualian ini; petugas lain yang memutuskan sanggahannya.")]
            if own
            else [],
            possible=not own and row.status == Objection.Status.FILED,
            form=ReasonForm,
            errors=ERRORS,
            as_one=True,
            **words,
        )
        return take(self, request, step, run, row)

    @action(description=_("Kabulkan"), permissions=["beneficiaries.decide_objection"], icon="check_circle")
    def uphold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request,
            object_id,
            objections.uphold,
            _("Sanggahan dikabulkan; pengecualian batal dan siklus yang terlewat dapat dibayar."),
            title=_("Kabulkan sanggahan"),
            button=_("Kabulkan"),
            text=_(
                "Pengecualian batal sejak awal, buktinya ditandai dibantah, dan siklus yang terlewat dapat dibayar."
            ),
        )

    @action(description=_("Tolak"), permissions=["beneficiaries.decide_objection"], icon="cancel")
    def deny(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._step(
            request,
            object_id,
            objections.deny,
            _("Sanggahan ditolak; pengecualian tetap berlaku."),
            title=_("Tolak sanggahan"),
            button=_("Tolak"),
            text=_("Pengecualian tetap berlaku. Alasan Anda dibaca warga."),
            danger=True,
        )
