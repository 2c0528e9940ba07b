"""Trials of versions: how far they are, and what they found, as figures, a chart and a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.forms import DateField, Form
from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from beneficiaries import regions
from disbursement import leavers
from disbursement.admin import enrolment_steps
from disbursement.admin.budgets import outlook_in_words
from disbursement.admin.charts import diverging
from disbursement.admin.people import masked_nik
from disbursement.admin.programmes import ERRORS
from disbursement.models import EnrolmentStep, TrialChange, TrialRegion, VersionTrial
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.money import rupiah

MOST_BARS = 25
CHANGE = "disbursement.change_enrolment"


class SuspendLeaversForm(enrolment_steps.WordsForm):
    until = DateField(
        label=_("Sampai dengan"),
        required=False,
        widget=UnfoldAdminDateWidget(),
        help_text=_("Berakhir sendiri sesudah hari itu. Kosong berarti sampai dicabut petugas."),
    )


def counted(number: int) -> str:
    """A count with its thousands apart."""
    return number_format(number, force_grouping=True)


def outcome(trial: VersionTrial) -> str:
    """What a trial found, as a line."""
    if trial.status == VersionTrial.Status.DONE:
        said = gettext("%(enters)s masuk, %(leaves)s keluar; biaya satu siklus %(cost)s (sekarang %(now)s).") % {
            "enters": counted(trial.enters),
            "leaves": counted(trial.leaves),
            "cost": rupiah(trial.cost),
            "now": rupiah(trial.cost_now),
        }
        told = [said]
        if trial.waits:
            told.append(gettext("%(count)s menunggu karena kuota.") % {"count": counted(trial.waits)})
        if trial.leaves:
            told.append(
                gettext(
                    "Yang keluar tetap dibayar, dan terhitung, sampai kepesertaannya ditangguhkan atau diakhiri petugas."
                )
            )
        return " ".join(told)
    if trial.status == VersionTrial.Status.RUNNING and trial.households:
        share = min(99, 100 * trial.households_seen // trial.households)
        return gettext("Sedang dihitung: %(share)s %%") % {"share": share}
    return trial.failure or str(trial.get_status_display())


@admin.register(VersionTrial)
class VersionTrialAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "version", "day", "status_label", "found_in_words", "created_at")
    list_filter = ("status", by_number("version", _("versi program")))
    list_select_related = ("version__programme",)
    ordering = ("-pk",)
    actions_detail = ("suspend_leavers", "end_leavers")
    fields = readonly_fields = (
        "status_label",
        "found_in_words",
        "progress",
        "version",
        "day",
        "costs",
        "budgets",
        "who",
        "cities",
        "kecamatans",
        "table",
        "by",
        "created_at",
        "finished_at",
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        trial = self.get_object(request, str(object_id))
        acts = trial is not None and bool(trial.leaves) and leavers.in_force(trial)
        return list(super().get_actions_detail(request, object_id)) if acts else []

    @action(description=_("Tangguhkan yang keluar"), permissions=[CHANGE], icon="pause_circle")
    def suspend_leavers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._leavers(request, object_id, leavers.suspend, SuspendLeaversForm, enrolment_steps.SUSPEND)

    @action(description=_("Akhiri yang keluar"), permissions=[CHANGE], icon="person_remove")
    def end_leavers(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._leavers(request, object_id, leavers.end, enrolment_steps.WordsForm, enrolment_steps.END)

    def _leavers(
        self,
        request: HttpRequest,
        object_id: str,
        deed: Callable[..., int],
        form: type[Form],
        many: enrolment_steps.Many,
    ) -> HttpResponse:
        trial = row_of(self, request, object_id)
        now = leavers.of(trial).filter(status__in=many.origins).count()

        def run(data: dict[str, Any]) -> Done:
            more = {name: value for name, value in data.items() if name != "reason"}
            return Done(many.done(deed(trial, words=data["reason"], by=request.user, **more)))

        step = Step(
            title=_("%(what)s yang tidak lagi memenuhi syarat") % {"what": many.button},
            button=many.button,
            text=many.text,
            facts=[
                (_("Program"), trial.version.programme),
                (_("Versi"), trial.version),
                (_("Keluar menurut percobaan"), _("%(count)s orang") % {"count": counted(trial.leaves)}),
                (_("Masih terdaftar"), _("%(count)s orang") % {"count": counted(now)}),
                (_("Alasan"), EnrolmentStep.Reason.NOT_ELIGIBLE.label),
            ],
            warnings=[
                _("Syaratnya ditanyakan lagi kepada data sekarang: yang memenuhi syarat lagi dilewati."),
                *([_("Paling banyak %(most)s sekaligus; ulangi untuk sisanya.") % {"most": counted(leavers.MOST)}]
                  if now > leavers.MOST else []),
            ],
            form=form,
            danger=many.danger,
            possible=now > 0 and leavers.in_force(trial),
            errors=ERRORS,
            as_one=True,
        )  # fmt: skip
        return take(self, request, step, run, trial)

    @display(
        description=_("status"),
        label={"waiting": "info", "running": "primary", "done": "success", "failed": "danger"},
    )
    def status_label(self, trial: VersionTrial) -> tuple[str, str]:
        return trial.status, trial.get_status_display()

    @admin.display(description=_("hasil"))
    def found_in_words(self, trial: VersionTrial) -> str:
        return outcome(trial)

    @admin.display(description=_("diperiksa"))
    def progress(self, trial: VersionTrial) -> SafeString:
        """The office's bar; the page is loaded again to see it move."""
        share = 100 * trial.households_seen / trial.households if trial.households else 0.0
        return format_html(
            '{} / {} {} <span class="office-bar office-bar-small"><span class="tone-paid" style="width:{}%"></span></span>',
            counted(trial.households_seen),
            counted(trial.households),
            gettext("keluarga"),
            f"{min(share, 100):.1f}",
        )

    @admin.display(description=_("biaya satu siklus"))
    def costs(self, trial: VersionTrial) -> SafeString:
        return format_html(
            "{} {} · {} {}", money(trial.cost), gettext("dengan versi ini"), money(trial.cost_now), gettext("sekarang")
        )

    @admin.display(description=_("terhadap anggaran"))
    def budgets(self, trial: VersionTrial) -> SafeString | str:
        return outlook_in_words(trial) if trial.status == VersionTrial.Status.DONE else "-"

    @admin.display(description=_("siapa saja"))
    def who(self, trial: VersionTrial) -> SafeString:
        links = (
            link(list_url(TrialChange, trial=trial.pk, change__exact=change), name)
            for change, name in TrialChange.Change.choices
        )
        return SafeString(" · ".join(links))

    def _of(self, trial: VersionTrial, digits: int) -> list[tuple[str, int, int, int, int, int, int]]:
        """What was found by region codes so long, with the most changes first: enters, leaves, stays, waits, cost, cost now."""
        found: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
        for row in TrialRegion.objects.filter(trial=trial):
            of_code = found[row.code[:digits]]
            for at, much in enumerate((row.enters, row.leaves, row.stays, row.waits, row.cost, row.cost_now)):
                of_code[at] += much
        rows = [
            (regions.short_name(code), enters, leaves, stays, waits, cost, now)
            for code, (enters, leaves, stays, waits, cost, now) in found.items()
        ]
        return sorted(rows, key=lambda row: (-row[1] - row[2], row[0]))

    @admin.display(description=_("per kota"))
    def cities(self, trial: VersionTrial) -> SafeString:
        return diverging([row[:3] for row in self._of(trial, 5)])

    @admin.display(description=_("per kecamatan"))
    def kecamatans(self, trial: VersionTrial) -> SafeString:
        rows = [row[:3] for row in self._of(trial, 8)]
        rest = rows[MOST_BARS:]
        if rest:
            others = (gettext("lainnya"), sum(row[1] for row in rest), sum(row[2] for row in rest))
            return diverging([*rows[:MOST_BARS], others])
        return diverging(rows)

    @admin.display(description=_("biaya per kecamatan"))
    def table(self, trial: VersionTrial) -> SafeString:
        names = (_("Kecamatan"), _("Masuk"), _("Keluar"), _("Tetap"), _("Menunggu"), _("Biaya"), _("Biaya sekarang"))
        head = format_html_join("", "<th>{}</th>", [(name,) for name in names])
        rows = format_html_join(
            "",
            '<tr><td>{}</td><td class="right">{}</td><td class="right">{}</td><td class="right">{}</td>'
            '<td class="right">{}</td><td class="right money">{}</td><td class="right money">{}</td></tr>',
            (
                (name, counted(enters), counted(leaves), counted(stays), counted(waits), rupiah(cost), rupiah(now))
                for name, enters, leaves, stays, waits, cost, now in self._of(trial, 8)
            ),
        )
        return format_html(
            '<div class="office-scroll"><table class="office-table"><tr>{}</tr>{}</table></div>', head, rows
        )


@admin.register(TrialChange)
class TrialChangeAdmin(LongTable, ViewOnlyAdmin):
    """Whom a tried version would let in or find no longer eligible: by name, with the NIK masked."""

    list_display = ("name", "nik", "change", "amount_shown", "place", "decile")
    list_display_links = None
    list_filter = (by_number("trial", _("percobaan")), "change")
    list_select_related = ("person__household",)
    fields = readonly_fields = ("name", "nik", "change", "amount_shown", "place", "decile")

    @admin.display(description=_("nama"))
    def name(self, row: TrialChange) -> str:
        return row.person.name

    @admin.display(description="NIK")
    def nik(self, row: TrialChange) -> str:
        return masked_nik(row.person)

    @admin.display(description=_("jumlah satu siklus"))
    def amount_shown(self, row: TrialChange) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("kelurahan"))
    def place(self, row: TrialChange) -> str:
        return regions.short_name(row.person.household.kelurahan)

    @admin.display(description=_("desil"))
    def decile(self, row: TrialChange) -> int:
        return row.person.household.decile
