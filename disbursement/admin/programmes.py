"""Programmes: set up, funded, tried against the registry, filled, and turned into batches."""

from __future__ import annotations

import heapq
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import regions
from disbursement import batches, eligibility, entitlement, places, preflight, programmes, versions
from disbursement.admin import reports
from disbursement.admin.charts import places_bar
from disbursement.admin.schedule_step import ScheduleStep
from disbursement.batch_states import RUNNING
from disbursement.errors import DisbursementError, NoVersion
from disbursement.forms import FundForm, MonthForm, NewProgrammeForm, ProgrammeForm
from disbursement.models import Batch, Budget, Chunk, Enrolment, Programme, ProgrammeVersion, ScheduledRun
from wallet.admin import above
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, change_url, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import PurseTerms, Transfer
from wallet.money import rupiah

ERRORS = (DisbursementError, WalletError)
IN_THE_DIGEST = ("code",)  # what a batch under way was submitted with


def counted(number: int) -> str:
    """A count with its thousands apart."""
    return number_format(number, force_grouping=True)


def _terms_are_running(terms: PurseTerms) -> bool:
    return Chunk.objects.filter(terms=terms, batch__status__in=RUNNING).exists()


above.BINDINGS.append(_terms_are_running)
above.PLACE_NAMES.append(regions.short_name)


@admin.register(Programme)
class ProgrammeAdmin(ScheduleStep, OfficeAdmin):
    form = ProgrammeForm
    list_display = ("name", "code", "version_shown", "enrolled", "fund_balance", "active")
    list_display_links = ("name",)
    list_filter = ("active",)
    list_select_related = ("fund",)
    search_fields = ("name", "code")
    search_help_text = _("Nama atau kode")
    ordering = ("name",)
    actions = None
    actions_detail = ("fund_it", "try_rule", "enrol", "prepare", "schedule")
    add_fieldsets = (
        (None, {"fields": (("name", "code"), ("amount", "purse_days"))}),
        (_("Siapa yang berhak"), {"fields": ("eligibility", "one_per_household")}),
        (_("Bagaimana dipakai"), {"fields": ("terms",)}),
    )
    fieldsets = (
        (None, {"fields": (("fund_balance", "enrolled"), "places_shown", "books", ("name", "code"), "active")}),
        (_("Siapa yang berhak"), {"fields": ("version_shown", "eligibility", "one_per_household", "versions")}),
    )

    class Media:
        js = ("wallet/office.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Programme]:
        active = Enrolment.objects.filter(programme=OuterRef("pk"), status=Enrolment.Status.ACTIVE).order_by()
        count = active.values("programme").annotate(many=Count("pk")).values("many")
        rows: QuerySet[Programme] = super().get_queryset(request)
        return rows.annotate(many=Coalesce(Subquery(count, output_field=IntegerField()), 0))

    def get_form(self, request: HttpRequest, obj: Programme | None = None, change: bool = False, **kwargs: Any) -> Any:
        """With the first version's fields for a new programme."""
        return super().get_form(request, obj, change, **({"form": NewProgrammeForm} if obj is None else {}) | kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Programme | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        computed = ("fund_balance", "enrolled", "places_shown", "books", "version_shown", "eligibility", "versions")
        bound = IN_THE_DIGEST if is_running(obj) else ()
        # Families enrolled under one reading of the rule would break the other.
        families = versions.pays_for_families(obj)
        counted_by = ("one_per_household",) if families or obj.enrolments.exists() else ()
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
        made = programmes.propose(**form.cleaned_data, by=request.user)  # type: ignore[arg-type]
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()

    def response_add(self, request: HttpRequest, obj: Programme, post_url_continue: str | None = None) -> HttpResponse:
        """Says that nothing is paid yet: the first version waits for another officer."""
        messages.info(
            request,
            _("Versi pertama program ini masih rancangan. Coba dahulu, lalu minta petugas lain memberlakukannya."),
        )
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return answer

    def response_change(self, request: HttpRequest, obj: Programme) -> HttpResponse:
        """Says so when a batch was submitted between opening the page and saving it."""
        if is_running(obj) and any(name in request.POST for name in IN_THE_DIGEST):
            messages.warning(
                request,
                _("Kode tidak diubah: ada batch yang sudah diajukan dan belum selesai."),
            )
        answer: HttpResponse = super().response_change(request, obj)
        return answer

    @admin.display(description=_("versi hari ini"))
    def version_shown(self, programme: Programme) -> SafeString | str:
        version = in_force_today(programme)
        if version is None:
            return "-"
        return link(change_url(version), gettext("versi %(number)s") % {"number": version.number})

    @admin.display(description=_("syarat"))
    def eligibility(self, programme: Programme) -> str:
        version = in_force_today(programme)
        return version.eligibility if version else "-"

    @admin.display(description=_("semua versi"))
    def versions(self, programme: Programme) -> SafeString:
        return link(list_url(ProgrammeVersion, programme__id__exact=programme.pk), _("lihat, salin atau ubah versi"))

    @admin.display(description=_("peserta aktif"))
    def enrolled(self, programme: Any) -> str:
        return counted(programme.many)

    @admin.display(description=_("tempat"))
    def places_shown(self, programme: Programme) -> SafeString:
        """How many places are taken and free, as a bar, and who waits for one."""
        now = places.of(programme)
        waiting = link(
            list_url(Enrolment, programme__id__exact=programme.pk, status__exact=Enrolment.Status.WAITING.value),
            gettext("%(count)s menunggu") % {"count": counted(now.waiting)},
        )
        return places_bar(now.taken, now.free, waiting)

    @admin.display(description=_("saldo dana"), ordering="fund__balance")
    def fund_balance(self, programme: Programme) -> SafeString:
        return money(programme.fund.balance)

    @admin.display(description=_("pembukuan"))
    def books(self, programme: Programme) -> SafeString:
        return SafeString(
            " · ".join(
                (
                    link(list_url(Enrolment, programme__id__exact=programme.pk), _("kepesertaan")),
                    link(list_url(Batch, programme=programme.pk), _("batch")),
                    link(
                        f"{list_url(Budget)}by_region/?programme={programme.pk}&year={timezone.localdate().year}",
                        _("anggaran"),
                    ),
                    link(list_url(ScheduledRun, programme=programme.pk), _("jadwal")),
                    link(list_url(Transfer, account=programme.fund_id), _("mutasi dana")),
                    reports.link_to(_("laporan"), programmes=programme.pk),
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
        facts: list[tuple[Any, Any]] = [(_("Syarat"), self.eligibility(programme))]
        try:
            facts += _outlook(programme, warnings)
        except ERRORS as error:
            warnings.append(str(error))
            if isinstance(error, NoVersion) and (draft := versions.newest(programme)):
                facts = [(_("Dapat dicoba dari halamannya"), link(change_url(draft), draft))]
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
            by: Any = request.user
            done = eligibility.enrol(programme, by=by)
            said = []
            if done.active:
                said.append(
                    gettext("%(count)s orang didaftarkan dan dompetnya dibuka.") % {"count": counted(done.active)}
                )
            if done.waiting:
                said.append(gettext("%(count)s orang masuk daftar tunggu.") % {"count": counted(done.waiting)})
            if done.kept_out:
                said.append(
                    gettext("%(count)s orang tidak didaftarkan karena masih peserta program lain.")
                    % {"count": counted(done.kept_out)}
                )
            if not done.active and not done.waiting:
                said.insert(0, gettext("Semua yang berhak sudah terdaftar."))
                return Done(" ".join(said), level=messages.INFO)
            return Done(" ".join(said))

        step = Step(
            title=_("Daftarkan yang berhak"),
            button=_("Daftarkan"),
            text=_(
                "Semua orang di registri yang memenuhi syarat hari ini dan belum terdaftar menjadi peserta, dan dompetnya "
                "dibuka. Bila berkuota, tempat diberikan menurut urutan prioritas dan yang lain masuk daftar tunggu. Belum ada "
                "uang yang bergerak. Gunakan Uji syarat untuk melihat jumlahnya dahulu."
            ),
            facts=[(_("Syarat"), self.eligibility(programme)), (_("Peserta aktif sekarang"), counted(programme.many))],
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
                gettext("Batch disiapkan: %(count)s instruksi bayar, %(total)s. Periksa, lalu ajukan.") % said,
                change_url(batch),
            )

        step = Step(
            title=_("Siapkan batch"),
            button=_("Siapkan"),
            text=_(
                "Setiap peserta aktif yang belum dibayar pada periode ini dihitung haknya menurut versi yang berlaku pada "
                "periode itu, dan mendapat instruksi bayar untuk tiap bagiannya. "
                "Belum ada uang yang bergerak sampai orang lain menyetujuinya."
            ),
            facts=[
                (_("Peserta aktif"), counted(programme.many)),
                (_("Komponen"), components_in_words(in_force_today(programme))),
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


def in_force_today(programme: Programme) -> ProgrammeVersion | None:
    """The version that a cycle of today is paid under, if there is one."""
    try:
        return versions.of(programme, timezone.localdate())
    except NoVersion:
        return None


def components_in_words(version: ProgrammeVersion | None) -> str:
    """The version's components with their amounts, as a line."""
    rows = version.components.order_by("pk") if version else []
    return ", ".join(f"{row.name} {rupiah(row.amount * row.months)}" for row in rows) or "-"


def _outlook(programme: Programme, warnings: list[Any]) -> list[tuple[Any, Any]]:
    """Whom the rule admits today and what one cycle of it costs. Raises InvalidRule, NoVersion."""
    version = versions.of(programme, timezone.localdate())
    scale = entitlement.of_version(version)
    rows = Enrolment.objects.filter(programme=programme)
    enrolled = set(rows.values_list("person_id", flat=True))
    new, costs = 0, []
    for candidate in eligibility.candidates(programme):
        new += candidate.person not in enrolled
        costs.append(scale.apply(candidate.facts, candidate.members).total)
    # Who enters is asked of a trial of the version; no cycle costs more than the dearest so many.
    counted_in = costs if version.quota is None else heapq.nlargest(version.quota, costs)
    cost = sum(counted_in)
    active, balance = rows.filter(status=Enrolment.Status.ACTIVE).count(), programme.fund.balance
    if cost > balance:
        warnings.append(
            _("Dana program kurang %(short)s untuk membayar semuanya satu kali.") % {"short": rupiah(cost - balance)}
        )
    quota: list[tuple[Any, Any]] = []
    what_for = _("Biaya satu siklus bagi yang memenuhi syarat")
    if len(counted_in) < len(costs):
        waiting = gettext("%(count)s menunggu") % {"count": counted(len(costs) - len(counted_in))}
        quota = [(_("Kuota peserta"), f"{counted(len(counted_in))} · {waiting}")]
        what_for = _("Biaya satu siklus, paling banyak")
    return [
        (_("Memenuhi syarat hari ini"), counted(len(costs))),
        (_("Belum terdaftar"), counted(new)),
        (_("Peserta aktif sekarang"), counted(active)),
        *quota,
        (what_for, money(cost)),
        (_("Saldo dana"), money(balance)),
        (_("Cukup untuk"), _("%(count)s siklus") % {"count": balance // cost if cost else "-"}),
    ]
