"""Cycles: what was paid for them, who is owed them after all, and calculating them anew."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
)

from disbursement import corrections, cycles, owed
from disbursement.admin import reports
from disbursement.admin.programmes import ERRORS, counted
from disbursement.forms import decree_field
from disbursement.models import Cycle, Enrolment, OwedCycle
from wallet.admin.decorators import action
from wallet.admin.rows import ViewOnlyAdmin, change_url, link, list_url
from wallet.admin.steps import Done, ReasonForm, Refused, Step, row_of, take

G = OwedCycle.Ground
MOST_NUMBERS = 1_000  # typed by hand; more is a ground of its own
NUMBER = re.compile(r"[0-9]{1,18}")


class OweForm(ReasonForm):
    """Who is owed the cycle: everybody of a ground, or those named by the number of their enrolment."""

    grounds = forms.MultipleChoiceField(
        label=_("Semua yang"),
        choices=[(ground.value, ground.label) for ground in (G.EXCLUSION, G.FAILED, G.LEFT_OUT, G.LATE)],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    numbers = forms.CharField(
        label=_("Nomor kepesertaan lain"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "inputmode": "numeric"}),
        help_text=_("Satu nomor per baris, atau dipisah koma. Alasannya sebab lain."),
    )
    decree = decree_field()
    field_order = ("grounds", "numbers", "reason", "decree")

    def clean_numbers(self) -> list[int]:
        told = self.cleaned_data["numbers"].replace(",", " ").split()
        wrong = [one for one in told if not NUMBER.fullmatch(one)]
        if wrong:
            raise ValidationError(_("Bukan nomor kepesertaan: %(wrong)s.") % {"wrong": wrong[0][:20]})
        if len(told) > MOST_NUMBERS:
            raise ValidationError(_("Paling banyak %(most)s nomor sekali isi.") % {"most": MOST_NUMBERS})
        return [int(one) for one in told]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not self.errors and not told["grounds"] and not told["numbers"]:
            raise ValidationError(_("Pilih paling sedikit satu kelompok, atau isi nomor kepesertaan."))
        return told


@admin.register(Cycle)
class CycleAdmin(ViewOnlyAdmin):
    list_display = ("programme", "month", "due_at", "batch_links")
    list_display_links = ("programme", "month")
    list_filter = ("programme",)
    list_select_related = ("programme",)
    search_fields = ("programme__name",)
    search_help_text = _("Nama program")
    ordering = ("-period", "programme")
    fields = ("programme", "month", "due_at", "batch_links", "owed_links", "recalculation_links", "report")
    readonly_fields = ("month", "batch_links", "owed_links", "recalculation_links", "report")
    actions_detail = ("owe", "recalculate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cycle]:
        rows: QuerySet[Cycle] = super().get_queryset(request)
        return rows.prefetch_related("batches")

    @admin.display(description=_("periode"), ordering="period")
    def month(self, cycle: Cycle) -> str:
        return cycles.in_words(cycle.period, cycle.months)

    @admin.display(description=_("batch"))
    def batch_links(self, cycle: Cycle) -> SafeString:
        links = (link(change_url(batch), f"#{batch.pk} {batch.get_status_display()}") for batch in cycle.batches.all())
        return SafeString(" · ".join(links) or "-")

    @admin.display(description=_("rapel"))
    def owed_links(self, cycle: Cycle) -> SafeString:
        count = OwedCycle.objects.filter(cycle=cycle, withdrawn_at__isnull=True).count()
        return link(list_url(OwedCycle, cycle=cycle.pk), _("%(count)s orang") % {"count": counted(count)})

    @admin.display(description=_("perhitungan ulang"))
    def recalculation_links(self, cycle: Cycle) -> SafeString:
        rows = cycle.recalculations.order_by("pk")
        return SafeString(
            " · ".join(link(change_url(row), f"#{row.pk} {row.get_status_display()}") for row in rows) or "-"
        )

    @admin.display(description=_("laporan"))
    def report(self, cycle: Cycle) -> SafeString:
        month = f"{cycle.period:%Y-%m}"
        asked = {"programmes": cycle.programme_id, "period_from": month, "period_to": month, "grouping": "region"}
        return reports.link_to(_("Buat laporan siklus ini"), **asked)

    @action(description=_("Rapel"), permissions=["disbursement.add_owedcycle"], icon="history")
    def owe(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Proposes who may be owed the cycle, and keeps whom the officer says."""
        cycle = row_of(self, request, object_id)
        user: Any = request.user
        proposed = {}
        warnings: list[Any] = []
        try:
            proposed = {str(ground): rows for ground, rows in owed.proposals(cycle).items()}
        except ERRORS as error:
            warnings.append(str(error))

        def run(data: dict[str, Any]) -> Done:
            chosen = {ground: proposed[ground] for ground in data["grounds"]}
            if data["numbers"]:
                chosen[G.OTHER.value] = Enrolment.objects.filter(pk__in=data["numbers"])
            count = 0
            for ground, rows in chosen.items():
                if ground == G.OTHER or rows.exists():
                    count += owed.owe(rows, cycle, data["reason"], user, ground=ground, decree=data["decree"])
            if not count:
                raise Refused(said=gettext("Tidak seorang pun ada dalam kelompok yang dipilih."))
            return Done(
                gettext("%(count)s orang dicatat menerima rapel: %(reason)s") % {"count": counted(count), **data},
                list_url(OwedCycle, cycle=cycle.pk),
            )

        step = Step(
            title=_("Rapel"),
            button=_("Catat sebagai rapel"),
            text=_(
                "Yang dicatat di sini dibayar oleh batch berikutnya dari program ini, untuk siklus ini dan menurut versi "
                "siklus ini. Yang sudah dibayar, sedang dalam batch, atau dikecualikan pada siklus ini dilewati. Belum ada "
                "uang yang bergerak sampai batch itu disetujui."
            ),
            facts=[
                (_("Program"), cycle.programme),
                (_("Periode"), self.month(cycle)),
                *((G(ground).label, _of(rows, ground)) for ground, rows in proposed.items()),
            ],
            warnings=warnings,
            form=OweForm,
            possible=bool(proposed),
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, cycle)

    @action(description=_("Hitung ulang"), permissions=["disbursement.add_recalculation"], icon="calculate")
    def recalculate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        cycle = row_of(self, request, object_id)
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            made = corrections.request(cycle, user)
            return Done(gettext("Perhitungan ulang diminta; hasilnya muncul di halaman ini."), change_url(made))

        step = Step(
            title=_("Hitung ulang"),
            button=_("Hitung ulang siklus ini"),
            text=_(
                "Hak semua yang sudah dibayar pada siklus ini dihitung lagi menurut versi yang kini berlaku untuk periode itu "
                "dan fakta yang kini diketahui. Hasilnya ditunjukkan dahulu: siapa, semula, seharusnya, dan mengapa. Belum "
                "ada yang dibayar atau ditagih."
            ),
            facts=[(_("Program"), cycle.programme), (_("Periode"), self.month(cycle))],
            errors=ERRORS,
        )
        return take(self, request, step, run, cycle)


def _of(rows: QuerySet[Enrolment], ground: str) -> SafeString:
    """How many are of the ground, and the first few by name and number."""
    count, first = rows.count(), rows.select_related("person").order_by("pk")[:5]
    told = _("%(count)s orang") % {"count": counted(count)}
    if ground == G.OTHER:
        told = _("%(count)s orang, dipilih dengan nomornya") % {"count": counted(count)}
    named = ", ".join(f"{row.person.name} (no. {row.pk})" for row in first)
    if not named:
        return format_html("{}", told)
    return format_html("{}: {}{}", told, named, " …" if count > len(first) else "")
