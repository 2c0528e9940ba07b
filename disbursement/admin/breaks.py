"""Breaks in the office: a queue by age and owner, each worked by two; and what beneficiaries and comparisons have said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from beneficiaries.admin import queues
from disbursement import breaks
from disbursement.admin import reconciliation
from disbursement.admin.programmes import ERRORS
from disbursement.admin.reconciliation import AGE_TITLES, AGES, aged
from disbursement.models import Break, BreakStep, Comparison, Confirmation, StatementEntry
from disbursement.statement_lines import shown_sen
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, ViewOnlyInline, by_number, link, list_url
from wallet.admin.steps import Done, Step, row_of, take

S = Break.State
TONES = {S.OPEN: "danger", S.PROPOSED: "warning", S.RESOLVED: "success", S.EXPLAINED: "none"}


class AgeFilter(admin.SimpleListFilter):
    title, parameter_name = _("umur"), "umur"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return AGE_TITLES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Break]) -> QuerySet[Break]:
        return aged(queryset, self.value() or "") if self.value() in AGES else queryset


class OwnerFilter(admin.SimpleListFilter):
    title, parameter_name = _("penanggung jawab"), "pemilik"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("saya", _("saya")), ("tanpa", _("belum ada"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Break]) -> QuerySet[Break]:
        if self.value() == "saya":
            return queryset.filter(owner=request.user.pk)
        return queryset.filter(owner=None) if self.value() == "tanpa" else queryset


class StepInline(ViewOnlyInline):
    model = BreakStep
    fk_name = "subject"
    fields = ("at", "kind", "by", "owner", "reason", "note", "ledger_shown", "statement_shown", "statement")
    readonly_fields = ("ledger_shown", "statement_shown")
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Riwayat")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BreakStep]:
        rows: QuerySet[BreakStep] = super().get_queryset(request)
        return rows.select_related("by", "owner", "statement__account")

    @admin.display(description=_("menurut buku besar"))
    def ledger_shown(self, row: BreakStep) -> str:
        return shown_sen(row.ledger_sen)

    @admin.display(description=_("menurut yang lain"))
    def statement_shown(self, row: BreakStep) -> str:
        return shown_sen(row.statement_sen)


def _workers() -> QuerySet[User]:
    may = Permission.objects.filter(codename="work_break", content_type__app_label="disbursement")
    held = Q(is_superuser=True) | Q(user_permissions__in=may) | Q(groups__permissions__in=may)
    return User.objects.filter(held, is_active=True).distinct().order_by("username")


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(
        label=_("Penanggung jawab"), queryset=User.objects.none(), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _workers()  # type: ignore[attr-defined]


def _note(*, needed: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Catatan"),
        max_length=300,
        required=needed,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Apa yang diperiksa dan di mana buktinya. Jangan menulis NIK, nama, atau nomor rekening orang."),
    )


class ProposeForm(forms.Form):
    reason = forms.ChoiceField(label=_("Penyelesaian"), choices=Break.Reason.choices, widget=UnfoldAdminSelectWidget)
    note = _note(needed=True)


class AgreeForm(forms.Form):
    note = _note(needed=False)


class RefuseForm(forms.Form):
    note = _note(needed=True)


@admin.register(Break)
class BreakAdmin(ViewOnlyAdmin):
    """A break moves no money and changes by its steps only; the second look is another officer's."""

    list_display = ("id", "kind", "reference", "account", "ledger_shown", "other_shown", "age", "owner", "status_label")
    list_display_links = ("id", "kind")
    list_filter = (AgeFilter, OwnerFilter, "state", "kind", "account", by_number("instruction", _("instruksi bayar")))
    list_select_related = ("account", "owner")
    search_fields = ("reference", "owner__username")
    search_help_text = _("Rujukan atau penanggung jawab")
    ordering = ("opened_at", "pk")
    fields = (
        ("kind", "status_label"),
        ("account", "reference"),
        "instruction",
        ("ledger_shown", "other_shown"),
        ("since", "opened_at", "age", "times_opened"),
        ("owner", "present"),
        ("reason", "proposed_by", "resolved_by", "closed_at"),
        "entries",
    )
    readonly_fields = ("status_label", "ledger_shown", "other_shown", "age", "entries")
    inlines = (StepInline,)
    actions_list = ("side_by_side",)
    actions_detail = ("assign", "propose", "agree", "refuse")

    @action(description=_("Rekonsiliasi per hari"), permissions=["disbursement.view_break"], icon="balance")
    def side_by_side(self, request: HttpRequest) -> HttpResponse:
        return reconciliation.page(request, self.admin_site, self.opts)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        possible: dict[str, tuple[str, ...]] = {
            "assign": Break.UNDECIDED,
            "propose": (S.OPEN,),
            "agree": (S.PROPOSED,),
            "refuse": (S.PROPOSED,),
        }
        steps = super().get_actions_detail(request, object_id)
        name = "disbursement_break_"
        return [step for step in steps if row and row.state in possible[step.action_name.removeprefix(name)]]

    @display(description=_("status"), label=TONES)
    def status_label(self, row: Break) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @admin.display(description=_("menurut buku besar"), ordering="ledger_sen")
    def ledger_shown(self, row: Break) -> str:
        return shown_sen(row.ledger_sen)

    @admin.display(description=_("menurut yang lain"), ordering="statement_sen")
    def other_shown(self, row: Break) -> str:
        return shown_sen(row.statement_sen)

    @admin.display(description=_("umur"), ordering="opened_at")
    def age(self, row: Break) -> str:
        return gettext("%(days)s hari") % {"days": ((row.closed_at or timezone.now()) - row.opened_at).days}

    @admin.display(description=_("mutasi"))
    def entries(self, row: Break) -> SafeString | str:
        if row.account_id is None or row.kind == Break.Kind.BALANCE_GAP or not row.reference:
            return "–"
        return link(list_url(StatementEntry, q=row.reference), _("Lihat mutasi dengan rujukan ini"))

    def _facts(self, row: Break) -> list[tuple[Any, Any]]:
        return [
            (_("Jenis"), row.get_kind_display()),
            (_("Rekening"), row.account or "–"),
            (_("Rujukan"), row.reference or "–"),
            (_("Menurut buku besar"), shown_sen(row.ledger_sen)),
            (_("Menurut yang lain"), shown_sen(row.statement_sen)),
            (_("Umur"), self.age(row)),
            (_("Penanggung jawab"), row.owner or "–"),
            *([(_("Penyelesaian"), row.get_reason_display())] if row.reason else []),
        ]

    @action(description=_("Tugaskan"), permissions=["disbursement.work_break"], icon="person_add")
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            breaks.assign(row, data["owner"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Ditugaskan kepada %(owner)s.") % data)

        step = Step(
            title=_("Tugaskan selisih"),
            button=_("Tugaskan"),
            facts=self._facts(row),
            form=AssignForm,
            possible=row.state in Break.UNDECIDED,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Usulkan penyelesaian"), permissions=["disbursement.work_break"], icon="task_alt")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            breaks.propose(row, data["reason"], data["note"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Diusulkan. Sekarang orang lain harus menyetujuinya."))

        step = Step(
            title=_("Usulkan penyelesaian"),
            button=_("Usulkan atas nama saya"),
            text=_("Tidak ada uang bergerak karenanya. Orang lain harus menyetujuinya."),
            facts=self._facts(row),
            form=ProposeForm,
            possible=row.state == S.OPEN,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    def _second_look(self, request: HttpRequest, object_id: str, *, agrees: bool) -> HttpResponse:
        row = row_of(self, request, object_id)
        own = row.proposed_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            deed = breaks.agree if agrees else breaks.refuse
            deed(row, data["note"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Selisih selesai.") if agrees else gettext("Usulan ditolak; selisih tetap terbuka."))

        proposal = row.steps.filter(kind=BreakStep.Kind.PROPOSED).order_by("-pk").first()
        step = Step(
            title=_("Setujui penyelesaian") if agrees else _("Tolak penyelesaian"),
            button=_("Setujui atas nama saya") if agrees else _("Tolak"),
            text=_("Selisih ini dibuka lagi dengan sendirinya bila jumlahnya berubah. Tidak ada uang bergerak."),
            facts=[
                *self._facts(row),
                (_("Diusulkan oleh"), row.proposed_by or "–"),
                (_("Catatan"), proposal.note if proposal else "–"),
            ],
            warnings=[_("Anda yang mengusulkannya, jadi harus orang lain yang menyetujuinya.")]
            if own and agrees
            else [],
            form=AgreeForm if agrees else RefuseForm,
            danger=not agrees,
            possible=row.state == S.PROPOSED and not (own and agrees),
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Setujui penyelesaian"), permissions=["disbursement.resolve_break"], icon="verified")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._second_look(request, object_id, agrees=True)

    @action(description=_("Tolak penyelesaian"), permissions=["disbursement.resolve_break"], icon="undo")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._second_look(request, object_id, agrees=False)


@admin.register(Confirmation)
class ConfirmationAdmin(ViewOnlyAdmin):
    list_display = ("id", "instruction", "answer", "channel", "by", "at")
    list_filter = ("answer", "channel", by_number("instruction", _("instruksi bayar")))
    list_select_related = ("instruction__batch__cycle__programme", "by")
    ordering = ("-pk",)
    fields = ("instruction", "answer", "channel", "by", "at")


@admin.register(Comparison)
class ComparisonAdmin(ViewOnlyAdmin):
    list_display = ("at", "statements", "opened", "reopened", "changed", "explained", "undecided")
    ordering = ("-pk",)
    fields = ("at", "statements", "opened", "reopened", "changed", "explained", "undecided")


queues.QUEUES.extend(
    (
        queues.Queue(
            _("Selisih menunggu penyetuju"),
            "disbursement.resolve_break",
            lambda request: Break.objects.filter(state=S.PROPOSED),
            lambda: list_url(Break, state__exact=S.PROPOSED.value),
        ),
        queues.Queue(
            _("Selisih tanpa penanggung jawab"),
            "disbursement.work_break",
            lambda request: Break.objects.filter(state=S.OPEN, owner=None),
            lambda: list_url(Break, state__exact=S.OPEN.value, pemilik="tanpa"),
            urgent=True,
        ),
    )
)
