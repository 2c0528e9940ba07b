"""Payments through partners that have no outcome yet: a queue by age, asked again, or settled by two officers with evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from beneficiaries.admin import queues
from disbursement.admin.people import masked_account, masked_nik, narrowed
from disbursement.admin.programmes import ERRORS, counted
from disbursement.admin.providers import ExchangeInline
from disbursement.models import PayoutLine, Resolution
from disbursement.providers import ages, calling, resolutions, words
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take

S = PayoutLine.State
TONES = {S.READY: "info", S.SENT: "info", S.UNKNOWN: "warning", S.PAID: "success", S.FAILED: "danger"}
OUTCOMES = {
    "dibayar": (S.PAID,),
    "gagal": (S.FAILED,),
    "semua": tuple(S),
}
BAR_TONES = ("#16a34a", "#65a30d", "#ca8a04", "#ea580c", "#dc2626", "#991b1b")


class OutcomeFilter(admin.SimpleListFilter):
    """Without a choice only those that have no outcome: the list is a queue first."""

    title, parameter_name = _("hasil"), "hasil"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("dibayar", _("Dibayar")),
            ("gagal", _("Gagal")),
            ("dibantah", _("Dibantah mitra")),
            ("semua", _("Semua")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PayoutLine]) -> QuerySet[PayoutLine]:
        chosen = self.value() or ""
        if chosen == "dibantah":
            return queryset.exclude(contradiction="")
        return queryset.filter(state__in=OUTCOMES.get(chosen, PayoutLine.OPEN))

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            if choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name]):
                choice["display"] = _("Belum ada hasil")
            yield choice


class AgeFilter(admin.SimpleListFilter):
    title, parameter_name = _("umur"), "umur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return ages.TITLES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[PayoutLine]) -> QuerySet[PayoutLine]:
        return ages.aged(queryset, self.value() or "") if self.value() in ages.BUCKETS else queryset


class ResolutionInline(ViewOnlyInline):
    model = Resolution
    fields = ("proposed_at", "outcome", "evidence", "proposed_by", "agreed", "decided_by", "decided_at", "note")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Penetapan oleh petugas")


class ProposeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Hasil"), choices=Resolution.Outcome.choices, widget=UnfoldAdminSelectWidget)
    evidence = forms.CharField(
        label=_("Bukti"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "Nomor surat atau rekening koran mitra, dan di mana disimpan. Jangan menulis NIK, nama, atau nomor akun orang."
        ),
    )


def _note(*, needed: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Catatan"), max_length=300, required=needed, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class AgreeForm(forms.Form):
    note = _note(needed=False)


class RefuseForm(forms.Form):
    note = _note(needed=True)


def age_in_words(age: timedelta) -> str:
    """Minutes, hours or days, whichever says it best."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 60:
        return gettext("%(count)s menit") % {"count": minutes}
    if minutes < 48 * 60:
        return gettext("%(count)s jam") % {"count": minutes // 60}
    return gettext("%(count)s hari") % {"count": minutes // (24 * 60)}


@admin.register(PayoutLine)
class PayoutLineAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("reference", "person", "nik", "amount_shown", "state_label", "age", "said", "provider")
    list_display_links = ("reference",)
    list_filter = (
        OutcomeFilter,
        AgeFilter,
        "state",
        "provider",
        by_number("request", _("permintaan")),
        by_number("batch", _("batch"), "chunk__batch_id"),
    )
    list_select_related = ("provider", "instruction__enrolment__person")
    search_fields = ("reference",)
    search_help_text = _("Rujukan lengkap, NIK (16 angka), atau nama")
    ordering = ("opened_at", "pk")
    fields = (
        ("reference", "partner_reference"),
        ("person", "nik"),
        ("provider", "account_shown"),
        ("amount_shown", "state_label"),
        ("age", "tried"),
        ("said", "last_at"),
        ("settled_at", "settled_by"),
        "contradiction_shown",
        ("instruction", "request"),
        "due_at",
    )
    readonly_fields = (
        "person",
        "nik",
        "account_shown",
        "amount_shown",
        "state_label",
        "age",
        "tried",
        "said",
        "contradiction_shown",
    )
    inlines = (ExchangeInline, ResolutionInline)
    actions_list = ("by_age",)
    actions_detail = ("ask_again", "propose", "agree", "refuse")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PayoutLine], search_term: str
    ) -> tuple[QuerySet[PayoutLine], bool]:
        text = search_term.strip().replace("\x00", "")
        if text and (exact := queryset.filter(reference=text)).exists():
            return exact, False
        return narrowed(queryset, "instruction__enrolment__person", text), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None or row.state not in PayoutLine.OPEN or not row.sends:
            return []
        waits = resolutions.proposal_of(row) is not None
        possible = ("ask_again", "agree", "refuse") if waits else ("ask_again", "propose")
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if step.action_name.removeprefix("disbursement_payoutline_") in possible]

    @admin.display(description=_("penerima"))
    def person(self, row: PayoutLine) -> str:
        return row.instruction.enrolment.person.name

    @admin.display(description="NIK")
    def nik(self, row: PayoutLine) -> str:
        return masked_nik(row.instruction.enrolment.person)

    @admin.display(description=_("akun di mitra"))
    def account_shown(self, row: PayoutLine) -> str:
        return masked_account(row.instruction.route)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: PayoutLine) -> SafeString:
        return money(row.amount)

    @display(description=_("keadaan"), label=TONES)
    def state_label(self, row: PayoutLine) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @admin.display(description=_("umur"))
    def age(self, row: PayoutLine) -> str:
        return age_in_words((row.settled_at or timezone.now()) - row.opened_at)

    @admin.display(description=_("dikirim / ditanyakan"))
    def tried(self, row: PayoutLine) -> str:
        return f"{row.sends}× / {row.asks}×"

    @admin.display(description=_("jawaban terakhir"))
    def said(self, row: PayoutLine) -> str:
        """In words; that a whole request was taken is no outcome of its lines, whatever the code is called."""
        if row.state in PayoutLine.OPEN and words.is_success(row.last_code):
            return gettext("Permintaan diterima mitra, hasilnya belum ada (%(code)s)") % {"code": row.last_code}
        return words.of(row.last_code)

    @admin.display(description=_("dibantah dengan"))
    def contradiction_shown(self, row: PayoutLine) -> str:
        if not row.contradiction:
            return "–"
        return gettext("%(said)s; menjadi selisih untuk diperiksa") % {"said": words.of(row.contradiction)}

    def get_fields(self, request: HttpRequest, obj: PayoutLine | None = None) -> Any:
        """Of a payment whose outcome is known nothing is asked any more."""
        asked = obj is None or obj.state in PayoutLine.OPEN
        return self.fields if asked else tuple(field for field in self.fields or () if field != "due_at")

    # --- The picture ---

    @action(description=_("Menurut umur"), permissions=["disbursement.view_payoutline"], icon="hourglass_top")
    def by_age(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = ages.buckets()
        most = max((bucket.count for bucket in found), default=0) or 1
        rows = [
            {
                "title": ages.TITLES[bucket.key],
                "count": counted(bucket.count),
                "unknown": counted(bucket.unknown),
                "rupiah": money(bucket.rupiah),
                "url": list_url(PayoutLine, umur=bucket.key),
                "share": f"{100 * bucket.count / most:.2f}",
                "fill": tone,
            }
            for bucket, tone in zip(found, BAR_TONES, strict=True)
        ]
        context = self.admin_site.each_context(request) | {
            "title": _("Pembayaran lewat mitra menurut umur"),
            "opts": self.opts,
            "rows": rows,
            "count": counted(sum(bucket.count for bucket in found)),
            "unknown": counted(sum(bucket.unknown for bucket in found)),
            "rupiah": money(sum(bucket.rupiah for bucket in found)),
            "all_url": list_url(PayoutLine),
        }
        return TemplateResponse(request, "disbursement/admin/payout_ages.html", context)

    # --- Steps ---

    def _facts(self, row: PayoutLine) -> list[tuple[Any, Any]]:
        return [
            (_("Penerima"), self.person(row)),
            ("NIK", self.nik(row)),
            (_("Mitra"), row.provider),
            (_("Akun di mitra"), self.account_shown(row)),
            (_("Rujukan"), row.reference),
            (_("Jumlah"), money(row.amount)),
            (_("Umur"), self.age(row)),
            (_("Dikirim / ditanyakan"), self.tried(row)),
            (_("Jawaban terakhir"), self.said(row)),
        ]

    @action(description=_("Tanyakan sekarang"), permissions=["disbursement.work_payoutline"], icon="contact_support")
    def ask_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            if calling.ask_now(row):
                return Done(gettext("Mitra akan ditanyai segera; muat ulang halaman ini sebentar lagi."))
            return Done(gettext("Tidak ada yang perlu ditanyakan: hasilnya sudah diketahui, atau sedang dikirim."))

        step = Step(
            title=_("Tanyakan hasilnya kepada mitra"),
            button=_("Tanyakan sekarang"),
            text=_("Hanya bertanya. Tidak ada yang dikirim ulang karenanya."),
            facts=self._facts(row),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Usulkan hasil"), permissions=["disbursement.work_payoutline"], icon="rule")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            resolutions.propose(row, data["outcome"], data["evidence"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Diusulkan. Sekarang orang lain harus memutuskannya."))

        step = Step(
            title=_("Usulkan hasil"),
            button=_("Usulkan atas nama saya"),
            text=_(
                "Bila mitra tidak dapat lagi menjawab sendiri. Belum ada uang yang bergerak: orang lain harus menyetujuinya. "
                "Menetapkan gagal apa yang sebenarnya dibayar berarti membayar dua kali."
            ),
            facts=self._facts(row),
            form=ProposeForm,
            possible=row.state in PayoutLine.OPEN,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    def _decide(self, request: HttpRequest, object_id: str, *, agrees: bool) -> HttpResponse:
        row = row_of(self, request, object_id)
        proposal = resolutions.proposal_of(row)
        own = proposal is not None and proposal.proposed_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            deed = resolutions.agree if agrees else resolutions.refuse
            deed(row, request.user, data["note"])  # type: ignore[arg-type]
            if agrees:
                return Done(gettext("Hasil ditetapkan."))
            return Done(gettext("Usulan ditolak; hasilnya tetap belum diketahui."))

        step = Step(
            title=_("Setujui hasil") if agrees else _("Tolak usulan hasil"),
            button=_("Setujui atas nama saya") if agrees else _("Tolak"),
            text=_("Hasil ini tetap. Bila mitra kemudian mengatakan lain, itu menjadi selisih dan tidak mengubahnya."),
            facts=[
                *self._facts(row),
                (_("Hasil yang diusulkan"), proposal.get_outcome_display() if proposal else "–"),
                (_("Bukti"), proposal.evidence if proposal else "–"),
                (_("Diusulkan oleh"), proposal.proposed_by if proposal else "–"),
            ],
            warnings=[_("Anda yang mengusulkannya, jadi harus orang lain yang memutuskannya.")] if own else [],
            form=AgreeForm if agrees else RefuseForm,
            danger=agrees,
            possible=proposal is not None and not own,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Setujui hasil"), permissions=["disbursement.resolve_payoutline"], icon="verified")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, agrees=True)

    @action(description=_("Tolak usulan"), permissions=["disbursement.resolve_payoutline"], icon="undo")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, agrees=False)


def shown(line: PayoutLine) -> SafeString:
    """A link to the payment with what is known of it."""
    return link(change_url(line), f"{line.reference} · {line.get_state_display()}")


LATE = timedelta(hours=1)
queues.QUEUES.extend(
    (
        queues.Queue(
            _("Hasil pembayaran mitra menunggu penyetuju"),
            "disbursement.resolve_payoutline",
            lambda request: PayoutLine.objects.filter(
                state__in=PayoutLine.OPEN, resolutions__decided_at=None, resolutions__isnull=False
            ),
            lambda: list_url(PayoutLine),
        ),
        queues.Queue(
            _("Pembayaran lewat mitra lebih dari satu jam tanpa hasil"),
            "disbursement.work_payoutline",
            lambda request: PayoutLine.objects.filter(state__in=PayoutLine.OPEN, opened_at__lt=timezone.now() - LATE),
            lambda: list_url(PayoutLine),
            urgent=True,
        ),
    )
)
