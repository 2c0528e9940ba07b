"""Arrears in the office: who is owed which cycle, on whose word, and what became of it; and owing one enrolment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from disbursement import corrections, owed
from disbursement.admin.people import OfEnrolment
from disbursement.errors import DisbursementError
from disbursement.models import Calculation, Cycle, Enrolment, Instruction, OwedCycle
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take, take_with_reason
from wallet.errors import WalletError

ERRORS = (DisbursementError, WalletError)
STATES = {
    "waiting": _("Menunggu batch berikutnya"),
    "in_batch": _("Dalam batch"),
    "paid": _("Dibayar"),
    "nothing": _("Dihitung nol"),
    "withdrawn": _("Dicabut"),
}
TONES = {"waiting": "info", "in_batch": "primary", "paid": "success", "nothing": "warning", "withdrawn": "none"}


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = _("keadaan"), "keadaan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return STATES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() in STATES else queryset


@admin.register(OwedCycle)
class OwedCycleAdmin(OfEnrolment, LongTable, ViewOnlyAdmin):
    list_display = ("id", "person", "nik", "programme", "month", "ground", "state_label", "created_at")
    list_display_links = ("id", "person")
    list_filter = (StateFilter, "ground", by_number("cycle", _("siklus")), by_number("enrolment", _("kepesertaan")))
    list_select_related = ("enrolment__person", "cycle__programme", "by", "withdrawn_by")
    fields = readonly_fields = (
        "person",
        "nik",
        "enrolment",
        "programme",
        "month",
        "state_label",
        "paid_by",
        "ground",
        "why",
        "decree",
        "by",
        "created_at",
        "withdrawn_at",
        "withdrawn_by",
        "withdraw_reason",
    )
    actions_detail = ("withdraw",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[OwedCycle]:
        return owed.with_state(super().get_queryset(request))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        open_ = row is not None and row.state in ("waiting", "nothing")
        return list(super().get_actions_detail(request, object_id)) if open_ else []

    @admin.display(description=_("program"))
    def programme(self, row: OwedCycle) -> str:
        return row.cycle.programme.name

    @admin.display(description=_("periode"))
    def month(self, row: OwedCycle) -> str:
        return date_format(row.cycle.period, "F Y")

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, row: Any) -> tuple[str, Any]:
        return row.state, STATES[row.state]

    @admin.display(description=_("perhitungan"))
    def paid_by(self, row: OwedCycle) -> SafeString | str:
        """The calculations of the cycle, each with its batch."""
        found = Calculation.objects.filter(enrolment=row.enrolment_id, cycle=row.cycle_id).order_by("pk")
        links = (link(change_url(one), f"#{one.batch_id} {Instruction.Kind(one.kind).label}") for one in found)
        return SafeString(" · ".join(links)) or "-"

    @action(description=_("Cabut"), permissions=["disbursement.withdraw_owedcycle"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        return take_with_reason(
            self,
            request,
            row,
            owed.withdraw,
            gettext("Rapel dicabut: %(reason)s"),
            title=_("Cabut rapel"),
            button=_("Cabut"),
            text=_("Siklus ini tidak dibayarkan lagi kepadanya. Dapat dicatat kembali kemudian dengan alasan baru."),
            facts=[
                (_("Penerima"), self.person(row)),
                (_("Program"), self.programme(row)),
                (_("Periode"), self.month(row)),
                (_("Alasan rapel"), row.why),
            ],
            danger=True,
            errors=ERRORS,
        )


def _cycle_field(label: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    return forms.ModelChoiceField(Cycle.objects.none(), label=label, widget=UnfoldAdminSelectWidget)


class OneForm(ReasonForm):
    """One enrolment's cycle, why, and on what it rests."""

    cycle = _cycle_field(_("Siklus"))
    decree = forms.CharField(label=_("Dasar"), max_length=200, widget=UnfoldAdminTextInputWidget)
    field_order = ("cycle", "reason", "decree")


class CycleForm(forms.Form):
    cycle = _cycle_field(_("Siklus"))


class EnrolmentSteps:
    """Steps of an enrolment's page: being owed a past cycle, and having one calculated anew."""

    @action(description=_("Rapel"), permissions=["disbursement.add_owedcycle"], icon="history")
    def owe(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: Enrolment = row_of(self, request, object_id)  # type: ignore[arg-type]
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            one = Enrolment.objects.filter(pk=row.pk)
            owed.owe(one, data["cycle"], data["reason"], user, decree=data["decree"])
            return Done(gettext("Dicatat sebagai rapel: %(reason)s") % data)

        step = Step(
            title=_("Rapel"),
            button=_("Catat sebagai rapel"),
            text=_("Batch berikutnya dari program ini membayarkan siklus yang dipilih, menurut versi siklus itu."),
            facts=[(_("Penerima"), row.person), (_("Program"), row.programme)],
            form=_of_programme(OneForm, row),
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)  # type: ignore[arg-type]

    @action(description=_("Hitung ulang"), permissions=["disbursement.add_recalculation"], icon="calculate")
    def recalculate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: Enrolment = row_of(self, request, object_id)  # type: ignore[arg-type]
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            made = corrections.request(data["cycle"], user, row)
            corrections.run(made.pk)
            return Done(gettext("Dihitung ulang. Periksa hasilnya, lalu tetapkan atau batalkan."), change_url(made))

        step = Step(
            title=_("Hitung ulang"),
            button=_("Hitung ulang"),
            text=_(
                "Hak orang ini pada siklus yang dipilih dihitung lagi. Belum ada yang dibayar sampai hasilnya ditetapkan."
            ),
            facts=[(_("Penerima"), row.person), (_("Program"), row.programme)],
            form=_of_programme(CycleForm, row),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)  # type: ignore[arg-type]


def _of_programme(form: type[forms.Form], row: Enrolment) -> type[forms.Form]:
    """The form with the cycles of the enrolment's programme, the newest first, by their months."""

    class Narrowed(form):  # type: ignore[valid-type,misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            field = self.fields["cycle"]
            field.queryset = Cycle.objects.filter(programme=row.programme_id).order_by("-period")
            field.label_from_instance = lambda cycle: date_format(cycle.period, "F Y")

    return Narrowed
