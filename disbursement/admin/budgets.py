"""Budgets in the office: set by decree, kept as history, and a page of what each region reserves, pays and has left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from beneficiaries import regions
from beneficiaries.admin.entry_forms import DayInput
from disbursement import budgets
from disbursement.admin.programmes import ERRORS
from disbursement.models import Batch, Budget, Programme, VersionTrial
from wallet.admin import sheets
from wallet.admin.decorators import action, display
from wallet.admin.fields import RupiahField
from wallet.admin.rows import ViewOnlyAdmin, list_url, money
from wallet.admin.steps import AddedByStep, Done, Step, take
from wallet.money import rupiah


def places() -> list[tuple[Any, Any]]:
    """Every region that a budget may be for: the whole, the province, and by city it and its kecamatan."""
    cities = [
        (
            regions.short_name(city.code),
            [
                (city.code, gettext("%(city)s seluruhnya") % {"city": regions.short_name(city.code)}),
                *((district.code, regions.short_name(district.code)) for district in regions.districts_of(city.code)),
            ],
        )
        for city in regions.children(regions.JAKARTA)
    ]
    return [("", gettext("Seluruh wilayah")), (regions.JAKARTA, regions.short_name(regions.JAKARTA)), *cities]


class BudgetForm(forms.Form):
    programme = forms.ModelChoiceField(
        Programme.objects.order_by("name"), label=_("Program"), widget=UnfoldAdminSelectWidget()
    )
    year = forms.IntegerField(
        label=_("Tahun"), min_value=Budget.FIRST, max_value=Budget.LAST, widget=UnfoldAdminIntegerFieldWidget()
    )
    region = forms.ChoiceField(label=_("Wilayah"), required=False, choices=places, widget=UnfoldAdminSelectWidget())
    amount = RupiahField(label=_("Anggaran"), required=False, help_text=_("Kosong berarti tidak dibatasi lagi."))
    decree = forms.CharField(
        label=_("Dasar hukum"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "placeholder": "DPA 5/2026"}),
    )
    starts_on = forms.DateField(label=_("Berlaku mulai"), widget=DayInput())


class ChoiceForm(forms.Form):
    """Which programme's budgets of which year are shown."""

    programme = forms.ModelChoiceField(
        Programme.objects.order_by("name"), label=_("Program"), widget=UnfoldAdminSelectWidget()
    )
    year = forms.IntegerField(
        label=_("Tahun"), min_value=Budget.FIRST, max_value=Budget.LAST, widget=UnfoldAdminIntegerFieldWidget()
    )


@admin.register(Budget)
class BudgetAdmin(AddedByStep, ViewOnlyAdmin):
    """Set on a page of its own; never changed, only followed by a later row."""

    list_display = ("programme", "year_shown", "region_shown", "amount_shown", "decree", "starts_on", "state")
    list_display_links = ("programme",)
    list_filter = ("programme", "year")
    list_select_related = ("programme",)
    search_fields = ("decree",)
    search_help_text = _("Dasar hukum")
    ordering = ("-year", "programme__name", "region", "-starts_on", "-pk")
    fields = (
        "programme",
        "year_shown",
        "region_shown",
        "amount_shown",
        "decree",
        "starts_on",
        "state",
        ("by", "made_at"),
    )
    readonly_fields = ("year_shown", "region_shown", "amount_shown", "state")
    actions_list = ("by_region",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("disbursement.add_budget"))  # type: ignore[union-attr]

    @admin.display(description=_("tahun"), ordering="year")
    def year_shown(self, row: Budget) -> str:
        return str(row.year)  # no thousands in a year

    @admin.display(description=_("wilayah"), ordering="region")
    def region_shown(self, row: Budget) -> str:
        return capfirst(budgets.name_of(row.region))

    @admin.display(description=_("anggaran"), ordering="amount")
    def amount_shown(self, row: Budget) -> SafeString | str:
        return gettext("tidak dibatasi") if row.amount is None else money(row.amount)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """Each with `newest`: the number of the row that counts in its place today."""
        same = Budget.objects.filter(
            programme=OuterRef("programme"), year=OuterRef("year"), region=OuterRef("region"),
            starts_on__lte=timezone.localdate(),
        )  # fmt: skip
        rows: QuerySet[Budget] = super().get_queryset(request)
        return rows.annotate(newest=Subquery(same.order_by("-starts_on", "-pk").values("pk")[:1]))

    @display(description=_("keadaan"), label={"force": "success", "later": "info", "past": "none"})
    def state(self, row: Any) -> tuple[str, str]:
        if row.starts_on > timezone.localdate():
            return "later", gettext("belum mulai")
        return ("force", gettext("berlaku")) if row.newest == row.pk else ("past", gettext("diganti"))

    def adding(self, request: HttpRequest) -> HttpResponse:

        def run(data: dict[str, Any]) -> Done:
            programme, year = data.pop("programme"), data.pop("year")
            made = budgets.set_budget(programme, year, data.pop("region"), data.pop("amount"), by=request.user, **data)  # type: ignore[arg-type]
            self.log_addition(request, made, made.decree)
            return Done(gettext("Anggaran ditetapkan."), page_url(programme, year))

        step = Step(
            title=_("Tetapkan anggaran"),
            button=_("Tetapkan"),
            text=_(
                "Mulai hari itu batch program ini tidak dapat diajukan atau disetujui melebihi anggaran. Yang sudah disetujui "
                "tetap. Anggaran yang lama tetap tercatat."
            ),
            form=BudgetForm,
            initial={
                "programme": request.GET.get("programme"),
                "year": timezone.localdate().year,
                "starts_on": timezone.localdate(),
            },
            errors=ERRORS,
        )
        return take(self, request, step, run, back=list_url(Budget))

    @action(description=_("Anggaran per wilayah"), permissions=["disbursement.view_budget"], icon="bar_chart")
    def by_region(self, request: HttpRequest) -> HttpResponseBase:
        """The year's budgets with bars, or the same as a file (``file=csv``)."""
        if not request.user.has_perm("disbursement.view_budget"):  # type: ignore[union-attr]
            raise PermissionDenied
        today = timezone.localdate()
        first = Programme.objects.filter(active=True).order_by("name").first()
        asked = {"programme": first and first.pk, "year": today.year} | request.GET.dict()
        form = ChoiceForm(asked)
        context = self.admin_site.each_context(request) | {
            "title": _("Anggaran per wilayah"),
            "opts": self.opts,
            "form": form,
        }
        if form.is_valid():
            programme, year = form.cleaned_data["programme"], form.cleaned_data["year"]
            rows = budgets.standings(programme, year)
            if request.GET.get("file") == "csv":
                return _csv(programme, year, rows)
            context |= {
                "programme": programme,
                "year": year,
                "rows": [_row(row) for row in rows],
                "csv": f"{page_url(programme, year)}&file=csv",
            }
        return TemplateResponse(request, "disbursement/admin/budget_regions.html", context)


def page_url(programme: Programme, year: int) -> str:
    """The address of a programme's budgets of a year, with bars."""
    return f"{list_url(Budget)}by_region/?programme={programme.pk}&year={year}"


def short_in_words(batch: Batch) -> list[str]:
    """Of which budgets the batch asks too much, for whoever submits or approves it: beside what it competes with there."""
    if batch.status not in (Batch.Status.PREPARED, Batch.Status.SUBMITTED):
        return []
    beside = budgets.RUNNING if batch.status == Batch.Status.PREPARED else budgets.MOVED
    return [gettext("Anggaran %(words)s.") % {"words": one.in_words()} for one in budgets.short(batch, beside)]


def outlook_in_words(trial: VersionTrial) -> SafeString | str:
    """What one cycle of a tried version would cost each budget of the year, and for how many cycles it is enough."""
    rows = [
        (
            capfirst(budgets.name_of(one.standing.budget.region)),
            rupiah(one.cost),
            _signed(one.standing.left),
            "" if one.cycles is None else gettext("cukup untuk %(count)s siklus") % {"count": one.cycles},
        )
        for one in budgets.outlook(trial)
    ]
    if not rows:
        return gettext("Program ini tidak punya anggaran tahun itu.")
    names = (_("Wilayah"), _("Biaya satu siklus"), _("Sisa anggaran"), "")
    head = format_html_join("", "<th>{}</th>", [(name,) for name in names])
    body = format_html_join(
        "",
        '<tr><td>{}</td><td class="right money">{}</td><td class="right money">{}</td>'
        '<td style="padding-left:16px">{}</td></tr>',
        rows,
    )
    return format_html('<div class="office-scroll"><table class="office-table"><tr>{}</tr>{}</table></div>', head, body)


def _row(row: budgets.Standing) -> dict[str, Any]:
    most = max(row.amount, row.reserved + row.paid, 1)
    return {
        "name": capfirst(budgets.name_of(row.budget.region)),
        "decree": row.budget.decree,
        "amount": rupiah(row.amount),
        "reserved": rupiah(row.reserved),
        "paid": rupiah(row.paid),
        "left": _signed(row.left),
        "over": row.left < 0,
        "reserved_share": f"{100 * row.reserved / most:.2f}",
        "paid_share": f"{100 * row.paid / most:.2f}",
        "percent": f"{100 * (row.reserved + row.paid) // row.amount} %" if row.amount else "-",
    }


def _signed(amount: int) -> str:
    return f"−{rupiah(-amount)}" if amount < 0 else rupiah(amount)


def _csv(programme: Programme, year: int, rows: list[budgets.Standing]) -> HttpResponseBase:
    header = [
        gettext("program"),
        gettext("tahun"),
        gettext("kode wilayah"),
        gettext("wilayah"),
        gettext("anggaran (Rp)"),
        gettext("dicadangkan (Rp)"),
        gettext("dibayar (Rp)"),
        gettext("sisa (Rp)"),
        gettext("dasar hukum"),
    ]
    lines = [
        [
            programme.name,
            year,
            row.budget.region,
            str(budgets.name_of(row.budget.region)),
            row.amount,
            row.reserved,
            row.paid,
            row.left,
            row.budget.decree,
        ]
        for row in rows
    ]
    return sheets.download(f"anggaran-{programme.code}-{year}", header, lines)
