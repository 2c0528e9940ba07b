"""Enrolments: who is in which programme, and on which facts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import regions
from disbursement import enrolments, exclusions
from disbursement.admin import calculations
from disbursement.admin.people import masked_nik, narrowed
from disbursement.admin.programmes import ERRORS
from disbursement.models import Batch, Enrolment, Instruction, ProviderAccount, Route
from disbursement.providers import routes
from vault.sealing import CannotOpen
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, link, list_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take


class RouteForm(forms.Form):
    provider = forms.ModelChoiceField(
        label=_("Lewat"),
        queryset=ProviderAccount.objects.none(),
        required=False,
        empty_label=_("Dompet sendiri"),
        widget=UnfoldAdminSelectWidget,
    )
    number = forms.CharField(
        label=_("Nomor akun di mitra"),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Angka saja, misalnya 628123456789. Disimpan tersegel. Kosongkan untuk dompet sendiri."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = ProviderAccount.objects.filter(active=True).order_by("name")
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]


def _masked(route: Route) -> str:
    try:
        return routes.masked(route)
    except CannotOpen:
        return "?"


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
class EnrolmentAdmin(LongTable, ViewOnlyAdmin):
    """Enrolments are made by the programme's rule, never by hand; here one is looked up, or ended."""

    list_display = ("person", "nik", "programme", "status_label", "created_at")
    list_display_links = ("person",)
    list_filter = ("programme", "status")
    list_select_related = ("person", "programme")
    search_fields = ("person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = (
        "programme",
        "person",
        "nik",
        "household",
        "status_label",
        "route_shown",
        "facts_shown",
        "instructions",
        "calculations",
        "left_out",
        "created_at",
    )
    readonly_fields = ("nik", "status_label", "route_shown", "facts_shown", "instructions", "calculations", "left_out")
    actions_detail = ("set_route", "end")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Enrolment], search_term: str
    ) -> tuple[QuerySet[Enrolment], bool]:
        return narrowed(queryset, "person", search_term), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        enrolment = self.get_object(request, str(object_id))
        if enrolment is None or enrolment.status != Enrolment.Status.ACTIVE:
            return []
        return list(super().get_actions_detail(request, object_id))

    @admin.display(description="NIK")
    def nik(self, enrolment: Enrolment) -> str:
        return masked_nik(enrolment.person)

    @display(description=_("status"), label={Enrolment.Status.ACTIVE: "success", Enrolment.Status.ENDED: "warning"})
    def status_label(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.status, enrolment.get_status_display()

    @admin.display(description=_("dibayar lewat"))
    def route_shown(self, enrolment: Enrolment) -> str:
        route = routes.of(enrolment)
        return f"{route.provider}, {_masked(route)}" if route else gettext("dompet sendiri")

    @action(description=_("Jalur bayar"), permissions=["disbursement.set_route"], icon="alt_route")
    def set_route(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            if data["provider"] is None:
                routes.set_own_wallet(enrolment, request.user)  # type: ignore[arg-type]
                return Done(gettext("Mulai batch berikutnya dibayar ke dompet sendiri."))
            routes.set_partner(enrolment, data["provider"], data["number"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Mulai batch berikutnya dibayar lewat %(provider)s.") % {"provider": data["provider"]})

        step = Step(
            title=_("Tetapkan jalur bayar"),
            button=_("Tetapkan"),
            text=_(
                "Berlaku mulai batch yang disiapkan sesudah ini. Batch yang sudah disiapkan membayar lewat jalur yang disetujui."
            ),
            facts=[
                (_("Penerima"), enrolment.person),
                ("NIK", self.nik(enrolment)),
                (_("Program"), enrolment.programme),
                (_("Sekarang"), self.route_shown(enrolment)),
            ],
            form=RouteForm,
            errors=ERRORS,
        )
        return take(self, request, step, run, enrolment)

    @admin.display(description=_("fakta saat didaftarkan"))
    def facts_shown(self, enrolment: Enrolment) -> str:
        return facts_in_words(enrolment.facts)

    @admin.display(description=_("pembayaran"))
    def instructions(self, enrolment: Enrolment) -> SafeString:
        return link(list_url(Instruction, enrolment=enrolment.pk), _("Lihat instruksi bayarnya"))

    @admin.display(description=_("mengapa sebanyak itu"))
    def calculations(self, enrolment: Enrolment) -> SafeString:
        return calculations.all_of(enrolment.pk)

    @admin.display(description=_("siklus yang terlewat"))
    def left_out(self, enrolment: Enrolment) -> SafeString | str:
        """Each cycle that left the person out, with the reason, and what is owed since an objection was upheld."""
        rows = enrolment.left_out.select_related("cycle", "exclusion").order_by("cycle__period", "pk")
        owed = {missed.cycle.pk for row in rows for missed in exclusions.missed(row.exclusion, enrolment)}
        lines = (
            (
                date_format(row.cycle.period, "F Y"),
                row.exclusion.reason,
                gettext("pengecualian dibatalkan: siapkan batch siklus ini untuk membayarnya")
                if row.exclusion.annulled and row.cycle_id in owed
                else "",
            )
            for row in rows
        )
        return format_html_join("", "<div>{} · {} {}</div>", lines) or "-"

    @action(description=_("Akhiri kepesertaan"), permissions=["disbursement.change_enrolment"], icon="person_remove")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        enrolment = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            enrolments.end(enrolment)
            return Done(gettext("Kepesertaan berakhir: %(reason)s") % data)

        open_batches = (
            Batch.objects.filter(
                instructions__enrolment=enrolment,
                instructions__status=Instruction.Status.PENDING,
            )
            .annotate(lines=Count("pk"))
            .select_related("cycle__programme")
        )
        step = Step(
            title=_("Akhiri kepesertaan"),
            button=_("Akhiri"),
            text=_("Batch berikutnya tidak lagi membayar orang ini. Uang yang sudah diterimanya tetap miliknya."),
            facts=[
                (_("Penerima"), enrolment.person),
                ("NIK", self.nik(enrolment)),
                (_("Program"), enrolment.programme),
            ],
            warnings=[
                _("Masih ada di batch %(batch)s (%(status)s); batch itu tetap membayarnya kecuali dibatalkan.")
                % {"batch": batch, "status": batch.get_status_display()}
                for batch in open_batches
            ],
            form=ReasonForm,
            danger=True,
            errors=ERRORS,
        )
        return take(self, request, step, run, enrolment)
