"""Proposals in the office: each is decided by an officer, with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from beneficiaries import screening
from beneficiaries.admin.evidence import ERRORS, in_words
from beneficiaries.admin.subjects import SubjectColumns, found
from beneficiaries.models import Exclusion, Proposal
from beneficiaries.screening_errors import TellerAccepts
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.money import rupiah


class AcceptForm(ReasonForm):
    starts_on = forms.DateField(
        label=_("Dikecualikan mulai"),
        widget=UnfoldAdminDateWidget(),
        help_text=_("Siklus yang mulai sejak tanggal ini tidak dibayar."),
    )
    noticed_on = forms.DateField(
        label=_("Warga diberi tahu"),
        widget=UnfoldAdminDateWidget(),
        help_text=_("Batas waktu sanggah dihitung dari tanggal ini."),
    )


def _facts_in_words(known: dict[str, Any]) -> str:
    if not known:  # of somebody who was forgotten
        return "–"
    home, own = known["household"], known.get("evidence", {})
    parts = [
        gettext("desil %(decile)s") % home,
        gettext("%(size)s orang sekeluarga") % home,
        gettext("mobil: %(cars)s") % home["vehicles"],
        gettext("pegawai negara: %(state)s") % home["employed"],
        f"NJOP: {rupiah(home['njop'])}",
    ]
    if home["judged_not_poor"]:
        parts.append(gettext("dinilai tidak miskin"))
    if own.get("deceased"):
        parts.append(gettext("meninggal"))
    return "; ".join(parts)


@admin.register(Proposal)
class ProposalAdmin(SubjectColumns, LongTable, ViewOnlyAdmin):
    """The queue: what waits first; each is decided by an officer, with a reason."""

    list_display = ("subject", "rule", "evidence_count", "status_label", "created_at")
    list_display_links = ("subject",)
    list_filter = ("status", "code", by_number("screening", _("penyaringan")))
    list_select_related = ("person", "household", "rule")
    search_fields = ("code",)
    search_help_text = _("NIK, nomor KK, nomor telepon, atau nama")
    fields = readonly_fields = (
        "subject_link",
        "status_label",
        "rule",
        "legal_basis",
        "reason",
        "facts_shown",
        "evidence_shown",
        "screening",
        "created_at",
        "decided_by",
        "decided_at",
        "decision_reason",
        "exclusion_made",
    )
    actions_detail = ("accept", "reject")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows: QuerySet[Proposal] = super().get_queryset(request)
        return rows.annotate(rests_on=Count("evidence"))

    def get_ordering(self, request: HttpRequest) -> Any:
        waits = Case(
            When(status=Proposal.Status.UNDECIDED, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        return (waits, "-pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Proposal], search_term: str
    ) -> tuple[QuerySet[Proposal], bool]:
        return (found(queryset, search_term) if search_term.strip() else queryset), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None or row.status != Proposal.Status.UNDECIDED:
            return []
        return list(super().get_actions_detail(request, object_id))

    @admin.display(description=_("bukti"))
    def evidence_count(self, row: Any) -> int:
        return int(row.rests_on)

    @display(description=_("status"), label={"undecided": "warning", "accepted": "danger", "rejected": "success"})
    def status_label(self, row: Proposal) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("dasar hukum"))
    def legal_basis(self, row: Proposal) -> str:
        return row.rule.legal_basis

    @admin.display(description=_("alasan untuk warga"))
    def reason(self, row: Proposal) -> str:
        return row.rule.reason

    @admin.display(description=_("fakta saat diusulkan"))
    def facts_shown(self, row: Proposal) -> str:
        return _facts_in_words(row.facts)

    @admin.display(description=_("bukti"))
    def evidence_shown(self, row: Proposal) -> SafeString | str:
        rests_on = row.evidence.order_by("pk")
        lines = ((link(change_url(one), one), in_words(one), one.source) for one in rests_on)
        return format_html_join("", "<div>{} · {} · {}</div>", lines) or "-"

    @admin.display(description=_("pengecualian"))
    def exclusion_made(self, row: Proposal) -> SafeString | str:
        made = Exclusion.objects.filter(proposal=row).first()
        return link(change_url(made), made) if made else "-"

    def _facts(self, row: Proposal) -> list[tuple[Any, Any]]:
        return [
            (_("Tentang"), self.subject(row)),
            (_("Aturan"), row.rule.title),
            (_("Fakta"), self.facts_shown(row)),
            (_("Bukti"), self.evidence_shown(row)),
        ]

    @action(description=_("Kecualikan"), permissions=["beneficiaries.decide_proposal"], icon="block")
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        today = timezone.localdate()
        own = row.evidence.filter(by=request.user.pk).exists()

        def run(data: dict[str, Any]) -> Done:
            made = screening.accept(row, request.user, data["reason"], data["starts_on"], data["noticed_on"])  # type: ignore[arg-type]
            return Done(
                gettext("Dikecualikan. Sanggah dapat diajukan sampai %(day)s.")
                % {"day": date_format(made.objection_until)}
            )

        step = Step(
            title=_("Kecualikan"),
            button=_("Kecualikan"),
            text=_(
                "Kepesertaan tetap ada, tetapi batch baru tidak membayarnya. Batch yang sudah disiapkan tetap berjalan."
            ),
            facts=self._facts(row),
            form=AcceptForm,
            initial={"starts_on": today, "noticed_on": today},
            danger=True,
            warnings=[TellerAccepts.message] if own else [],
            possible=row.status == Proposal.Status.UNDECIDED and not own,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Tolak usulan"), permissions=["beneficiaries.decide_proposal"], icon="thumb_down")
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            screening.reject(row, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Usulan ditolak; tidak ada yang dikecualikan."))

        step = Step(
            title=_("Tolak usulan"),
            button=_("Tolak"),
            text=_("Usulan yang sama tidak dibuat lagi selama buktinya tetap."),
            facts=self._facts(row),
            form=ReasonForm,
            possible=row.status == Proposal.Status.UNDECIDED,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)
