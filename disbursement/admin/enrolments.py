"""Enrolments: who is in which programme or waits for it, on which facts, and every step since."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from beneficiaries import regions
from beneficiaries.admin.queues import QUEUES, Queue
from disbursement import appeals, conflicts, enrolments, exclusions, owed, places
from disbursement.admin import calculations, enrolment_steps
from disbursement.admin.enrolment_routes import ProposedRouteFilter, RouteSteps
from disbursement.admin.owed import EnrolmentSteps
from disbursement.admin.people import TONES, masked_nik, narrowed
from disbursement.admin.programmes import ERRORS
from disbursement.models import (
    Batch,
    Enrolment,
    EnrolmentStep,
    Instruction,
    Programme,
    ProgrammeConflict,
)
from wallet.admin.decorators import action, display
from wallet.admin.rows import NUMBER, LongTable, ViewOnlyAdmin, ViewOnlyInline, change_url, link, list_url
from wallet.admin.steps import Done, Step, row_of, take

S = Enrolment.Status
CHANGES = ["disbursement.change_enrolment"]


class RankedChangeList(ChangeList):  # type: ignore[misc]
    """A list whose rows that wait carry their `rank`, read for the whole page in one query a programme."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        ranks = places.ranks_of(rows)
        for row in rows:
            row.rank_now = ranks.get(row.pk)
        self.result_list: list[Any] = rows


class ConflictFilter(admin.SimpleListFilter):
    """Places that may not be held together, all of them or of one conflict, as its page links to them."""

    title, parameter_name = _("rangkap program"), "rangkap"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        of_today = ProgrammeConflict.objects.on(timezone.localdate()).select_related("first", "second").order_by("pk")
        pairs = [(str(row.pk), str(row)) for row in of_today]
        return [("semua", _("harus diputuskan")), *pairs] if pairs else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        chosen = self.value()
        if chosen is None:
            return queryset
        conflict = None if chosen == "semua" else ProgrammeConflict.objects.filter(pk=chosen).first()
        return queryset.filter(pk__in=conflicts.to_decide(conflict).values("pk"))


class GoneFilter(admin.SimpleListFilter):
    """Places of people who died or left the registry: to be ended, so that others get them."""

    title, parameter_name = _("orangnya"), "tiada"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("ya", _("meninggal atau keluar dari registri"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        return queryset.filter(pk__in=enrolments.gone().values("pk")) if self.value() else queryset


class RestoredFilter(admin.SimpleListFilter):
    """Who missed a cycle by an exclusion that an objection annulled: their arrears are to be noted."""

    title, parameter_name = _("sanggahan"), "sanggahan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("dikabulkan", _("dikabulkan, rapelnya belum dicatat"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
        return queryset.filter(pk__in=owed.restored_by_objections().values("pk")) if self.value() else queryset


class StepInline(ViewOnlyInline):
    model = EnrolmentStep
    fields = ("at", "from_status", "to_status", "reason", "words", "reference", "until", "by")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Riwayat")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EnrolmentStep]:
        rows: QuerySet[EnrolmentStep] = super().get_queryset(request)
        return rows.select_related("by")


def facts_in_words(facts: dict[str, Any]) -> str:
    """The facts that made someone eligible, as a line for people."""
    person, household = facts.get("person", {}), facts.get("household", {})
    parts = []
    if "age" in person:
        parts.append(gettext("umur %(age)s tahun") % {"age": person["age"]})
    if person.get("sex") in ("L", "P"):
        parts.append(gettext("laki-laki") if person["sex"] == "L" else gettext("perempuan"))
    if "decile" in household:
        parts.append(gettext("desil %(decile)s") % {"decile": household["decile"]})
    if "size" in household:
        parts.append(gettext("%(size)s orang sekeluarga") % {"size": household["size"]})
    if code := household.get("kelurahan"):
        region = regions.kelurahan(str(code))
        parts.append(gettext("kelurahan %(name)s") % {"name": region.name if region else code})
    return ", ".join(parts) or "-"


@admin.register(Enrolment)
class EnrolmentAdmin(EnrolmentSteps, RouteSteps, LongTable, ViewOnlyAdmin):
    """Enrolments are made by the programme's rule, never by hand; here one is looked up, suspended, ended or taken up again."""

    list_display = ("person", "nik", "programme", "status_label", "rank", "created_at")
    list_display_links = ("person",)
    list_filter = ("programme", "status", ConflictFilter, ProposedRouteFilter, GoneFilter, RestoredFilter)
    list_select_related = ("person", "programme")
    search_fields = ("person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = (
        ("programme", "status_label"),
        ("person", "nik"),
        "household",
        "standing",
        "rank",
        "route_shown",
        "facts_shown",
        ("version_shown", "by"),
        "instructions",
        "calculations",
        "left_out",
        "appeals_made",
        "excluding",
        "created_at",
    )
    readonly_fields = (
        "nik", "status_label", "standing", "rank", "route_shown", "facts_shown", "version_shown", "instructions", "calculations",
        "left_out", "appeals_made", "excluding",
    )  # fmt: skip
    inlines = (StepInline,)
    actions = ("suspend_many", "lift_many", "end_many")  # type: ignore[assignment]
    actions_detail = (
        "propose_route", "agree_route", "refuse_route", "own_wallet",
        "owe", "recalculate", "suspend", "lift", "end", "appeal", "readmit", "keep",
    )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RankedChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """The newest first; of one programme those who wait, the next first."""
        number, status = request.GET.get("programme__id__exact", ""), request.GET.get("status__exact")
        if status == S.WAITING and NUMBER.fullmatch(number):
            programme = Programme.objects.filter(pk=number).first()
            if programme is not None:
                return places.order_of(programme)
        return super().get_ordering(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Enrolment], search_term: str
    ) -> tuple[QuerySet[Enrolment], bool]:
        return narrowed(queryset, "person", search_term), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        fits = {
            **self.route_steps(row),
            "owe": True,
            "recalculate": True,
            "suspend": row.status == S.ACTIVE,
            "lift": row.status == S.SUSPENDED,
            "end": row.status != S.ENDED,
            "appeal": appeals.against(row) is not None,
            "readmit": row.status == S.ENDED,
            "keep": row.status != S.ENDED and bool(conflicts.excluding(row)),
        }
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if any(fit and one.action_name.endswith(f"_{name}") for name, fit in fits.items())]

    # --- what it looks like ---

    @admin.display(description="NIK")
    def nik(self, enrolment: Enrolment) -> str:
        return masked_nik(enrolment.person)

    @display(description=_("status"), label=TONES)
    def status_label(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.status, enrolment.get_status_display()

    @admin.display(description=_("urutan tunggu"))
    def rank(self, enrolment: Any) -> str:
        known = hasattr(enrolment, "rank_now")
        rank = enrolment.rank_now if known else places.ranks_of([enrolment]).get(enrolment.pk)
        if rank is None:
            return "-"
        if not enrolment.passed_over:
            return str(rank)
        return gettext("%(rank)s, dilewati: %(reason)s") % {
            "rank": rank,
            "reason": enrolment.get_passed_over_display(),
        }

    @admin.display(description=_("mengapa"))
    def standing(self, enrolment: Enrolment) -> SafeString | str:
        """The last step in words: why this person is not paid, or is again."""
        step = enrolments.last_step(enrolment)
        if step is None:
            return "-"
        said = [str(step.get_reason_display()), step.words, step.reference]
        if step.until:
            said.append(gettext("sampai dengan %(day)s") % {"day": date_format(step.until)})
        told = " · ".join(part for part in said if part)
        if enrolment.status == S.SUSPENDED:
            return format_html("{}<div>{}</div>", told, _("Selama ditangguhkan tidak masuk batch mana pun."))
        return told

    @admin.display(description=_("fakta saat didaftarkan"))
    def facts_shown(self, enrolment: Enrolment) -> str:
        return facts_in_words(enrolment.facts)

    @admin.display(description=_("diterima menurut"))
    def version_shown(self, enrolment: Enrolment) -> SafeString | str:
        return link(change_url(enrolment.version), enrolment.version) if enrolment.version else "-"

    @admin.display(description=_("pembayaran"))
    def instructions(self, enrolment: Enrolment) -> SafeString:
        return link(list_url(Instruction, enrolment=enrolment.pk), _("Lihat instruksi bayarnya"))

    @admin.display(description=_("mengapa sebanyak itu"))
    def calculations(self, enrolment: Enrolment) -> SafeString:
        return calculations.all_of(enrolment.pk)

    @admin.display(description=_("siklus yang terlewat"))
    def left_out(self, enrolment: Enrolment) -> SafeString | str:
        """Each cycle that left the person out, with the reason, and what is owed since an objection or appeal was upheld."""
        rows = enrolment.left_out.select_related("cycle", "exclusion").order_by("cycle__period", "pk")
        missed = {one.cycle.pk for row in rows for one in exclusions.missed(row.exclusion, enrolment)}
        noted = set(owed.waiting(enrolment.owed.all()).values_list("cycle", flat=True))
        lines = [
            (
                date_format(row.cycle.period, "F Y"),
                row.exclusion.reason,
                ""
                if row.cycle_id not in missed
                else gettext("pengecualian dibatalkan: sudah dicatat sebagai rapel, dibayar batch berikutnya")
                if row.cycle_id in noted
                else gettext("pengecualian dibatalkan: catat rapelnya, atau siapkan batch siklus ini"),
            )
            for row in rows
        ]
        lines += [
            (
                date_format(cycle.period, "F Y"),
                step.get_reason_display(),
                gettext("keberatan dikabulkan: dicatat sebagai rapel, dibayar batch berikutnya"),
            )
            for step in enrolment.steps.filter(appeal__status="upheld").select_related("appeal").order_by("pk")
            for cycle in appeals.missed(step.appeal)
        ]
        return format_html_join("", "<div>{} · {} {}</div>", lines) or "-"

    @admin.display(description=_("keberatan"))
    def appeals_made(self, enrolment: Enrolment) -> SafeString | str:
        steps = enrolment.steps.filter(appeal__isnull=False).select_related("appeal").order_by("pk")
        made = ((link(change_url(one.appeal), one.appeal), one.appeal.get_status_display()) for one in steps)
        return format_html_join("", "<div>{} · {}</div>", made) or "-"

    @admin.display(description=_("tidak boleh dirangkap dengan"))
    def excluding(self, enrolment: Enrolment) -> SafeString | str:
        others = [] if enrolment.status == S.ENDED else conflicts.excluding(enrolment)
        return format_html_join("", "<div>{}</div>", ((link(change_url(row), row),) for row in others)) or "-"

    # --- steps ---

    def has_step_permission(self, request: HttpRequest) -> bool:
        """Held with the model's change permission; there is nothing else to change."""
        return bool(request.user.has_perm(CHANGES[0]))  # type: ignore[union-attr]

    @admin.action(description=_("Tangguhkan yang dipilih"), permissions=["step"])
    def suspend_many(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> HttpResponse | None:
        return enrolment_steps.ask_many(self, request, queryset, enrolment_steps.SUSPEND)

    @admin.action(description=_("Cabut penangguhan yang dipilih"), permissions=["step"])
    def lift_many(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> HttpResponse | None:
        return enrolment_steps.ask_many(self, request, queryset, enrolment_steps.LIFT)

    @admin.action(description=_("Akhiri yang dipilih"), permissions=["step"])
    def end_many(self, request: HttpRequest, queryset: QuerySet[Enrolment]) -> HttpResponse | None:
        return enrolment_steps.ask_many(self, request, queryset, enrolment_steps.END)

    def _facts(self, enrolment: Enrolment) -> list[tuple[Any, Any]]:
        return [
            (_("Penerima"), enrolment.person),
            ("NIK", self.nik(enrolment)),
            (_("Program"), enrolment.programme),
            (_("Status"), enrolment.get_status_display()),
        ]

    def _in_batches(self, enrolment: Enrolment) -> list[Any]:
        pending = Batch.objects.filter(
            instructions__enrolment=enrolment, instructions__status=Instruction.Status.PENDING
        )
        return [
            _("Masih ada di batch %(batch)s (%(status)s); batch itu tetap membayarnya kecuali dibatalkan.")
            % {"batch": batch, "status": batch.get_status_display()}
            for batch in pending.annotate(lines=Count("pk")).select_related("cycle__programme")
        ]

    def _step(
        self,
        request: HttpRequest,
        object_id: str,
        run: Callable[[Enrolment, dict[str, Any]], Done],
        *,
        possible: Callable[[Enrolment], bool] = lambda row: True,
        in_batches: bool = False,
        facts: Callable[[Enrolment], list[tuple[Any, Any]]] = lambda row: [],
        **words: Any,
    ) -> HttpResponse:
        row = row_of(self, request, object_id)
        step = Step(
            facts=[*self._facts(row), *facts(row)],
            warnings=self._in_batches(row) if in_batches else [],
            possible=possible(row),
            errors=ERRORS,
            as_one=True,
            **words,
        )
        return take(self, request, step, lambda data: run(row, data), row)

    def _worded(
        self,
        request: HttpRequest,
        object_id: str,
        deed: Callable[..., Any],
        said: Callable[[Any, dict[str, Any]], str],
        **words: Any,
    ) -> HttpResponse:
        """A step that takes an officer's words and a reference; `said` tells of what the deed returned."""

        def run(row: Enrolment, data: dict[str, Any]) -> Done:
            done = deed(row, words=data["reason"], reference=data["reference"], by=request.user)
            return Done(said(done, data))

        return self._step(request, object_id, run, form=enrolment_steps.WordsForm, **words)

    @action(description=_("Tangguhkan"), permissions=CHANGES, icon="pause_circle")
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(row: Enrolment, data: dict[str, Any]) -> Done:
            enrolment_steps.suspend([row.pk], data, request.user)
            return Done(gettext("Kepesertaan ditangguhkan: %(reason)s") % data)

        many = enrolment_steps.SUSPEND
        return self._step(
            request, object_id, run, in_batches=True, title=many.title, button=many.button, text=many.text,
            form=many.form, danger=True,
        )  # fmt: skip

    @action(description=_("Cabut penangguhan"), permissions=CHANGES, icon="play_circle")
    def lift(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(row: Enrolment, data: dict[str, Any]) -> Done:
            enrolment_steps.lift([row.pk], data, request.user)
            return Done(gettext("Penangguhan dicabut: %(reason)s") % data)

        many = enrolment_steps.LIFT
        return self._step(request, object_id, run, title=many.title, button=many.button, text=many.text, form=many.form)

    @action(description=_("Akhiri kepesertaan"), permissions=CHANGES, icon="person_remove")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(row: Enrolment, data: dict[str, Any]) -> Done:
            reason = EnrolmentStep.Reason(data["why"])
            by: Any = request.user
            enrolments.end(row, reason=reason, words=data["reason"], reference=data["reference"], by=by)
            return Done(gettext("Kepesertaan berakhir: %(reason)s") % data)

        many = enrolment_steps.END
        return self._step(
            request, object_id, run, in_batches=True, title=many.title, button=many.button, text=many.text,
            form=many.form, danger=True,
        )  # fmt: skip

    @action(
        description=_("Catat keberatan"), permissions=["disbursement.add_enrolmentappeal"], icon="record_voice_over"
    )
    def appeal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(row: Enrolment, data: dict[str, Any]) -> Done:
            made = appeals.file(row, data["text"], channel=data["channel"], by=request.user)  # type: ignore[arg-type]
            said = {"day": date_format(made.answer_by)}
            return Done(gettext("Keberatan dicatat; harus dijawab sampai %(day)s.") % said, url=change_url(made))

        def facts(row: Enrolment) -> list[tuple[Any, Any]]:
            step = appeals.against(row)
            if step is None:
                return []
            return [(_("Keberatan atas"), step), (_("Batas waktunya"), date_format(appeals.open_until(step)))]

        return self._step(
            request,
            object_id,
            run,
            title=_("Catat keberatan"),
            button=_("Catat"),
            text=_("Diputuskan petugas lain. Yang lewat batas waktu tetap diterima dan ditandai terlambat."),
            form=enrolment_steps.AppealForm,
            facts=facts,
            possible=lambda row: appeals.against(row) is not None,
        )

    @action(description=_("Daftarkan kembali"), permissions=CHANGES, icon="person_add")
    def readmit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._worded(
            request,
            object_id,
            enrolments.readmit,
            lambda _none, data: gettext("Masuk daftar tunggu: %(reason)s") % data,
            title=_("Daftarkan kembali"),
            button=_("Daftarkan kembali"),
            text=_("Masuk daftar tunggu, lalu mendapat tempat bila masih memenuhi syarat dan ada yang kosong."),
        )

    @action(description=_("Pertahankan di program ini"), permissions=CHANGES, icon="rule")
    def keep(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def said(out: list[Enrolment], _data: dict[str, Any]) -> str:
            ended = {"programmes": ", ".join(str(one.programme) for one in out)}
            return gettext("Tetap di program ini; kepesertaan lain diakhiri: %(programmes)s") % ended

        return self._worded(
            request,
            object_id,
            enrolments.keep,
            said,
            title=_("Pertahankan di program ini"),
            button=_("Pertahankan di sini, akhiri yang lain"),
            text=_("Kepesertaan yang tidak boleh dirangkap dengan ini diakhiri. Orangnya dapat mengajukan keberatan."),
            facts=lambda row: [(_("Diakhiri"), one) for one in conflicts.excluding(row)],
            possible=lambda row: row.status != S.ENDED and bool(conflicts.excluding(row)),
            danger=True,
        )


QUEUES.extend(
    (
        Queue(
            _("Peserta yang meninggal atau keluar dari registri"),
            CHANGES[0],
            lambda request: enrolments.gone(),
            lambda: list_url(Enrolment, tiada="ya"),
        ),
        Queue(
            _("Sanggahan dikabulkan, rapel belum dicatat"),
            "disbursement.add_owedcycle",
            lambda request: owed.restored_by_objections(),
            lambda: list_url(Enrolment, sanggahan="dikabulkan"),
        ),
    )
)
