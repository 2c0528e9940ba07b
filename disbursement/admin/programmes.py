"""Programmes: set up, funded, tried against the registry, filled, and turned into batches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import regions
from disbursement import batches, eligibility, preflight, programmes
from disbursement.batch_states import RUNNING
from disbursement.errors import DisbursementError
from disbursement.forms import FundForm, MonthForm, ProgrammeForm
from disbursement.models import Batch, Cycle, Enrolment, Programme
from wallet.admin import above, purses
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, ViewOnlyAdmin, change_url, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import PurseTerms, Transfer
from wallet.money import rupiah

ERRORS = (DisbursementError, WalletError)
IN_THE_DIGEST = ("code", "amount", "purse_days", "terms")  # what a batch under way was submitted with


def counted(number: int) -> str:
    """A count with its thousands apart."""
    return number_format(number, force_grouping=True)


def _terms_are_running(terms: PurseTerms) -> bool:
    return Batch.objects.filter(cycle__programme__terms=terms, status__in=RUNNING).exists()


above.BINDINGS.append(_terms_are_running)
above.PLACE_NAMES.append(regions.short_name)


@admin.register(Programme)
class ProgrammeAdmin(OfficeAdmin):
    form = ProgrammeForm
    list_display = ("name", "code", "amount_shown", "enrolled", "fund_balance", "active")
    list_display_links = ("name",)
    list_filter = ("active",)
    list_select_related = ("fund",)
    search_fields = ("name", "code")
    search_help_text = _("Nama atau kode")
    ordering = ("name",)
    actions = None
    actions_detail = ("fund_it", "try_rule", "enrol", "prepare")
    add_fieldsets = (
        (None, {"fields": (("name", "code"), ("amount", "purse_days"))}),
        (_("Siapa yang berhak"), {"fields": ("eligibility", "one_per_household")}),
        (_("Bagaimana dipakai"), {"fields": ("terms",)}),
    )
    fieldsets = (
        (
            None,
            {"fields": (("fund_balance", "enrolled"), "books", ("name", "code"), ("amount", "purse_days"), "active")},
        ),
        (_("Siapa yang berhak"), {"fields": ("eligibility", "one_per_household")}),
        (_("Bagaimana dipakai"), {"fields": ("terms", "rule")}),
    )

    class Media:
        js = ("wallet/office.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        active = Enrolment.objects.filter(programme=OuterRef("pk"), status=Enrolment.Status.ACTIVE).order_by()
        count = active.values("programme").annotate(many=Count("pk")).values("many")
        rows: QuerySet[Programme] = super().get_queryset(request)
        return rows.annotate(many=Coalesce(Subquery(count, output_field=IntegerField()), 0))

    def get_fieldsets(self, request: HttpRequest, obj: Programme | None = None) -> Any:
        """Amounts read as money where they cannot be typed."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or (self.has_change_permission(request, obj) and not is_running(obj)):
            return fieldsets
        shown = dict(fieldsets[0][1])
        shown["fields"] = tuple(
            ("amount_shown", "purse_days") if "amount" in line else line for line in shown["fields"]
        )
        return ((fieldsets[0][0], shown), *fieldsets[1:])

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> tuple[str, ...]:
        computed = ("fund_balance", "enrolled", "books", "rule", "amount_shown")
        if obj is None:
            return computed
        bound = IN_THE_DIGEST if is_running(obj) else ()
        # Families enrolled under one reading of the rule would break the other.
        counted_by = ("one_per_household",) if obj.enrolments.exists() else ()
        return (*computed, *bound, *counted_by)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        programme = self.get_object(request, str(object_id))
        steps = super().get_actions_detail(request, object_id)
        if programme is not None and programme.active:
            return list(steps)
        return [step for step in steps if step.action_name.endswith("_try_rule")]

    def save_model(self, request: HttpRequest, obj: Programme, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = programmes.create(**form.cleaned_data)
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()

    def response_change(self, request: HttpRequest, obj: Programme) -> HttpResponse:
        """Says so when a batch was submitted between opening the page and saving it."""
        if is_running(obj) and any(name in request.POST for name in IN_THE_DIGEST):
            messages.warning(
                request,
                _("Kode, jumlah, masa pakai dan aturan tidak diubah: ada batch yang sudah diajukan dan belum selesai."),
            )
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    @admin.display(description=_("jumlah per siklus"), ordering="amount")
    def amount_shown(self, programme: Programme) -> SafeString:
        return money(programme.amount)

    @admin.display(description=_("peserta aktif"))
    def enrolled(self, programme: Any) -> str:
        return counted(programme.many)

    @admin.display(description=_("saldo dana"), ordering="fund__balance")
    def fund_balance(self, programme: Programme) -> SafeString:
        return money(programme.fund.balance)

    @admin.display(description=_("aturan dalam kata-kata"))
    def rule(self, programme: Programme) -> str:
        return purses.in_words(programme.terms)

    @admin.display(description=_("pembukuan"))
    def books(self, programme: Programme) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(Enrolment, programme__id__exact=programme.pk), _("kepesertaan")),
                    link(list_url(Batch, programme=programme.pk), _("batch")),
                    link(list_url(Transfer, account=programme.fund_id), _("mutasi dana")),
                )
            )
        )

    @action(description=_("Danai"), permissions=["disbursement.fund_programme"], icon="savings")
    def fund_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        programme = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            key = programmes.funding_key(programme, data["reference"])
            known = Transfer.objects.filter(key=key).exists()
            programmes.fund(programme, data["amount"], data["reference"])
            said = {"amount": rupiah(data["amount"]), "reference": data["reference"]}
            if known:
                return Done(
                    gettext("Surat %(reference)s sudah dibukukan sebesar %(amount)s. Tidak ada dana yang bertambah.")
                    % said,
                    level=messages.WARNING,
                )
            return Done(gettext("%(amount)s masuk ke dana program (%(reference)s).") % said)

        step = Step(
            title=_("Danai program"),
            button=_("Bukukan dana"),
            text=_("Memindahkan anggaran ke dana program ini. Pastikan jumlahnya sama dengan surat anggaran."),
            facts=[(_("Program"), programme), (_("Saldo dana sekarang"), money(programme.fund.balance))],
            form=FundForm,
            possible=programme.active,
            warnings=[] if programme.active else [_("Program ini tidak aktif.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, programme)

    @action(description=_("Uji syarat"), permissions=["disbursement.view_programme"], icon="rule")
    def try_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Looks only: who the rule admits today, and what paying them once costs."""
        programme = row_of(self, request, object_id)
        warnings: list[Any] = []
        facts: list[tuple[Any, Any]] = [(_("Syarat"), programme.eligibility)]
        try:
            facts += _outlook(programme, warnings)
        except ERRORS as error:
            warnings.append(str(error))
        step = Step(
            title=_("Uji syarat"),
            button="",
            text=_("Dihitung dari registri saat ini. Tidak ada yang didaftarkan dan tidak ada uang yang bergerak."),
            facts=facts,
            warnings=warnings,
            possible=False,
        )
        return take(self, request, step, lambda data: Done(""), programme)

    @action(description=_("Daftarkan yang berhak"), permissions=["disbursement.add_enrolment"], icon="group_add")
    def enrol(self, request: HttpRequest, object_id: str) -> HttpResponse:
        programme = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            new = eligibility.enrol_eligible(programme)
            if new == 0:
                return Done(gettext("Semua yang berhak sudah terdaftar."), level=messages.INFO)
            return Done(gettext("%(count)s orang didaftarkan dan dompetnya dibuka.") % {"count": counted(new)})

        step = Step(
            title=_("Daftarkan yang berhak"),
            button=_("Daftarkan"),
            text=_(
                "Semua orang di registri yang memenuhi syarat hari ini dan belum terdaftar menjadi peserta, dan dompetnya "
                "dibuka. Belum ada uang yang bergerak. Gunakan Uji syarat untuk melihat jumlahnya dahulu."
            ),
            facts=[(_("Syarat"), programme.eligibility), (_("Peserta aktif sekarang"), counted(programme.many))],
            possible=programme.active,
            warnings=[] if programme.active else [_("Program ini tidak aktif.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, programme)

    @action(description=_("Siapkan batch"), permissions=["disbursement.submit_batch"], icon="playlist_add_check")
    def prepare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        programme = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            cycle = batches.cycle_of(programme, data["month"])
            if batches.is_large(cycle):
                begun = batches.draft(cycle, request.user)  # type: ignore[arg-type]
                return Done(gettext("Batch sedang diisi di latar belakang."), change_url(begun))
            batch = batches.prepare(cycle, request.user)  # type: ignore[arg-type]
            preflight.soon(batch)
            said = {"count": counted(batch.count), "total": rupiah(batch.total)}
            return Done(
                gettext("Batch disiapkan: %(count)s peserta, %(total)s. Periksa, lalu ajukan.") % said,
                change_url(batch),
            )

        step = Step(
            title=_("Siapkan batch"),
            button=_("Siapkan"),
            text=_(
                "Setiap peserta aktif yang belum dibayar pada periode ini mendapat satu instruksi bayar. "
                "Belum ada uang yang bergerak sampai orang lain menyetujuinya."
            ),
            facts=[
                (_("Peserta aktif"), counted(programme.many)),
                (_("Jumlah per peserta"), money(programme.amount)),
                (_("Saldo dana"), money(programme.fund.balance)),
            ],
            form=MonthForm,
            possible=programme.active,
            warnings=[] if programme.active else [_("Program ini tidak aktif.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, programme)


def is_running(programme: Programme) -> bool:
    """True while a batch of the programme is between its submission and its end."""
    return Batch.objects.filter(cycle__programme=programme, status__in=RUNNING).exists()


def _outlook(programme: Programme, warnings: list[Any]) -> list[tuple[Any, Any]]:
    """Whom the rule admits today and what that costs. Raises InvalidRule."""
    enrolled = set(Enrolment.objects.filter(programme=programme).values_list("person_id", flat=True))
    admitted = new = 0
    for candidate in eligibility.candidates(programme):
        admitted += 1
        new += candidate.person not in enrolled
    active = Enrolment.objects.filter(programme=programme, status=Enrolment.Status.ACTIVE).count()
    cost, balance = (active + new) * programme.amount, programme.fund.balance
    if cost > balance:
        warnings.append(
            _("Dana program kurang %(short)s untuk membayar semuanya satu kali.") % {"short": rupiah(cost - balance)}
        )
    return [
        (_("Memenuhi syarat hari ini"), counted(admitted)),
        (_("Belum terdaftar"), counted(new)),
        (_("Peserta aktif sekarang"), counted(active)),
        (_("Biaya satu siklus bila semua terdaftar"), money(cost)),
        (_("Saldo dana"), money(balance)),
        (_("Cukup untuk"), _("%(count)s siklus") % {"count": balance // cost if cost else "-"}),
    ]


@admin.register(Cycle)
class CycleAdmin(ViewOnlyAdmin):
    list_display = ("programme", "month", "due_at", "batch_links")
    list_display_links = ("programme", "month")
    list_filter = ("programme",)
    list_select_related = ("programme",)
    search_fields = ("programme__name",)
    search_help_text = _("Nama program")
    ordering = ("-period", "programme")
    fields = ("programme", "month", "due_at", "batch_links")
    readonly_fields = ("month", "batch_links")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cycle]:
        rows: QuerySet[Cycle] = super().get_queryset(request)
        return rows.prefetch_related("batches")

    @admin.display(description=_("periode"), ordering="period")
    def month(self, cycle: Cycle) -> str:
        return date_format(cycle.period, "F Y")

    @admin.display(description=_("batch"))
    def batch_links(self, cycle: Cycle) -> SafeString:
        links = (link(change_url(batch), f"#{batch.pk} {batch.get_status_display()}") for batch in cycle.batches.all())
        return SafeString(" · ".join(links) or "-")
