"""Cases of clawback in the office: proposed from a payment, told by letter, decided by two, recovered for all to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import merged_rows, regions
from beneficiaries.models import Person
from disbursement import clawback
from disbursement.admin.clawback_forms import (
    DecideForm,
    ObjectionForm,
    StepForm,
    claim_of,
    give_back_form,
)
from disbursement.admin.clawback_parts import GiveBackInline, PaymentInline, StepInline, WithholdingInline
from disbursement.admin.clawback_proposal import PROPOSE
from disbursement.admin.kinds import part_name
from disbursement.admin.people import masked_nik, narrowed
from disbursement.admin.programmes import ERRORS
from disbursement.clawback_states import TRANSITIONS
from disbursement.models import Clawback
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.money import rupiah

S = Clawback.Status
DECIDE = "disbursement.decide_clawback"
TONES = {
    S.PROPOSED: "info",
    S.NOTICED: "warning",
    S.OBJECTED: "danger",
    S.DECIDED: "info",
    S.IN_FORCE: "primary",
    S.SETTLED: "success",
    S.DROPPED: "none",
    S.WRITTEN_OFF: "none",
}


class DeceasedFilter(admin.SimpleListFilter):
    title, parameter_name = _("penerima meninggal"), "meninggal"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ya", _("ya"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Clawback]) -> QuerySet[Clawback]:
        return of_the_dead(queryset) if self.value() == "ya" else queryset


def of_the_dead(cases: QuerySet[Clawback]) -> QuerySet[Clawback]:
    """The cases whose person has died, merged into another row or not."""
    dead = Person.Status.DECEASED
    return cases.filter(Q(person__status=dead) | Q(person__merged_into__status=dead))


@admin.register(Clawback)
class ClawbackAdmin(LongTable, ViewOnlyAdmin):
    """A case changes by its steps only; it is proposed on the page of a payment."""

    list_display = ("number", "person", "nik", "programme", "claim_shown", "status_label", "objection_until")
    list_display_links = ("number", "person")
    list_filter = ("status", "programme", DeceasedFilter, by_number("person", _("penerima")))
    list_select_related = ("person", "programme")
    search_fields = ("person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("status_label", "programme"),
                    ("person", "nik"),
                    "progress",
                    ("share_shown", "evidence"),
                    "reason",
                )
            },
        ),
        (
            _("Pemberitahuan dan keberatan"),
            {
                "fields": (
                    ("noticed_at", "objection_until"),
                    "notice_shown",
                    ("objected_on", "objection_channel", "answer_by"),
                    "objection",
                )
            },
        ),
        (_("Siapa"), {"fields": (("proposed_by", "proposed_at"), ("enforced_by", "enforced_at"))}),
    )
    readonly_fields = ("status_label", "nik", "progress", "share_shown", "notice_shown")
    inlines = (PaymentInline, WithholdingInline, GiveBackInline, StepInline)
    actions_detail = ("notify", "letter", "object_to", "decide", "enforce", "give_back", "drop", "write_off")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Clawback], search_term: str
    ) -> tuple[QuerySet[Clawback], bool]:
        return narrowed(queryset, "person", search_term), False

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that lead on from where the case is."""
        case = self.get_object(request, str(object_id))
        if case is None:
            return []
        possible = {
            "notify": _leads(case, S.NOTICED),
            "letter": _has_letter(case),
            "object_to": _leads(case, S.OBJECTED),
            "decide": case.status == S.OBJECTED,
            "enforce": _leads(case, S.IN_FORCE) and case.status != S.SETTLED,
            "give_back": case.status == S.IN_FORCE,
            "drop": _leads(case, S.DROPPED) and case.status != S.OBJECTED,
            "write_off": _leads(case, S.WRITTEN_OFF),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("disbursement_clawback_")]]

    # --- What it looks like ---

    @admin.display(description=_("perkara"), ordering="pk")
    def number(self, case: Clawback) -> str:
        return f"#{case.pk}"

    @admin.display(description="NIK")
    def nik(self, case: Clawback) -> str:
        return masked_nik(case.person)

    @admin.display(description=_("tuntutan"))
    def claim_shown(self, case: Clawback) -> SafeString:
        return money(case.claim)

    @display(description=_("status"), label=TONES)
    def status_label(self, case: Clawback) -> tuple[str, str]:
        return case.status, case.get_status_display()

    @admin.display(description=_("paling banyak dipotong"))
    def share_shown(self, case: Clawback) -> str:
        return gettext("%(share)s%% dari bantuan tiap siklus") % {"share": case.share}

    @admin.display(description=_("isi pemberitahuan"))
    def notice_shown(self, case: Clawback) -> str:
        return clawback.notice(case) if case.noticed_at else "-"

    @admin.display(description=_("dikembalikan"))
    def progress(self, case: Clawback) -> SafeString:
        """A bar with what is recovered, what waits in batches, and what is left."""
        now = clawback.standing(case)
        recovered, waiting = 100 * now.recovered / case.claim, 100 * now.waiting / case.claim
        return format_html(
            '<div class="office-bar" role="img" aria-label="{}"><span class="tone-paid" style="width:{}%"></span>'
            '<span class="tone-clearing" style="width:{}%"></span></div><div class="office-legend">'
            '<span><i class="tone-paid"></i>{} <b class="money">{}</b></span>'
            '<span><i class="tone-clearing"></i>{} <b class="money">{}</b></span>'
            '<span><i class="tone-waiting"></i>{} <b class="money">{}</b></span>'
            '<span>{} <b class="money">{}</b></span></div>',
            gettext("Kemajuan pengembalian"),
            f"{min(recovered, 100):.2f}",
            f"{min(waiting, 100):.2f}",
            gettext("Sudah kembali"),
            rupiah(now.recovered),
            gettext("Menunggu dibayar"),
            rupiah(now.waiting),
            gettext("Sisa"),
            rupiah(now.left),
            gettext("Tuntutan"),
            rupiah(now.claim),
        )

    def _facts(self, case: Clawback) -> list[tuple[Any, Any]]:
        now = clawback.standing(case)
        return [
            (_("Penerima"), case.person),
            ("NIK", self.nik(case)),
            (_("Program"), case.programme),
            (_("Tuntutan"), money(case.claim)),
            (_("Sisa"), money(now.left)),
            (_("Alasan"), case.reason),
            (_("Bukti"), case.evidence),
            (_("Diusulkan oleh"), case.proposed_by),
        ]

    # --- Steps ---

    def _take(
        self,
        request: HttpRequest,
        object_id: str,
        deed: Callable[..., Clawback],
        *,
        done: Any,
        to: Clawback.Status,
        another: bool = False,
        form: type[forms.Form] = StepForm,
        **words: Any,
    ) -> HttpResponse:
        """A step with its reason; where it is `another` officer's, the proposer is told so before they try."""
        case = row_of(self, request, object_id)
        own = another and case.proposed_by_id == request.user.pk
        possible = _leads(case, to)

        def run(data: dict[str, Any]) -> Done:
            deed(case, by=request.user, **data)
            return Done(str(done))

        warnings: list[Any] = (
            [] if possible else [_("Perkara ini berstatus %(status)s.") % {"status": case.get_status_display()}]
        )
        if own:
            warnings.append(_("Anda yang mengusulkan perkara ini; petugas lain yang memutuskannya."))
        step = Step(
            **words,
            facts=self._facts(case),
            form=form,
            warnings=warnings,
            possible=possible and not own,
            errors=ERRORS,
        )
        return take(self, request, step, run, case)

    @action(description=_("Beri tahu penerima"), permissions=[PROPOSE], icon="mark_email_read")
    def notify(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._take(
            request,
            object_id,
            clawback.notify,
            to=S.NOTICED,
            done=_("Diberitahukan. Cetak suratnya dan sampaikan kepada penerima."),
            title=_("Beri tahu penerima"),
            button=_("Beri tahu sekarang"),
            text=_("Mulai hari ini penerima dapat mengajukan keberatan. Belum ada yang dipotong."),
        )

    @action(description=_("Catat keberatan"), permissions=[PROPOSE], icon="record_voice_over")
    def object_to(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            by: Any = request.user
            clawback.object_to(case, data["text"], channel=data["channel"], objected_on=data["objected_on"], by=by)
            return Done(gettext("Keberatan dicatat. Petugas lain memutuskannya."))

        step = Step(
            title=_("Catat keberatan"),
            button=_("Catat"),
            text=_("Tidak ada yang dipotong sebelum keberatan diputus oleh petugas lain."),
            facts=self._facts(case),
            form=ObjectionForm,
            initial={"objected_on": timezone.localdate()},
            possible=_leads(case, S.OBJECTED),
            errors=ERRORS,
        )
        return take(self, request, step, run, case)

    @action(description=_("Putuskan keberatan"), permissions=[DECIDE], icon="gavel")
    def decide(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def deed(case: Clawback, *, by: Any, **data: Any) -> Clawback:
            return clawback.decide(case, by=by, reason=data["reason"], claim=claim_of(data))

        return self._take(
            request,
            object_id,
            deed,
            to=S.DECIDED,
            another=True,
            form=DecideForm,
            done=_("Keberatan diputus."),
            title=_("Putuskan keberatan"),
            button=_("Putuskan atas nama saya"),
            text=format_html(
                "{} {}", gettext("Keberatan penerima:"), row_of(self, request, object_id).objection or "-"
            ),
        )

    @action(description=_("Berlakukan"), permissions=[DECIDE], icon="verified")
    def enforce(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._take(
            request,
            object_id,
            clawback.enforce,
            to=S.IN_FORCE,
            another=True,
            done=_("Berlaku. Batch berikutnya memotong bantuannya."),
            title=_("Berlakukan tuntutan"),
            button=_("Berlakukan atas nama saya"),
            text=_("Batch program ini yang disiapkan sesudahnya membayar lebih sedikit, sampai semuanya kembali."),
        )

    @action(description=_("Gugurkan"), permissions=[DECIDE], icon="cancel")
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._take(
            request,
            object_id,
            clawback.drop,
            to=S.DROPPED,
            another=row_of(self, request, object_id).status in clawback.HEARD,
            done=_("Perkara gugur. Tidak ada yang dipotong."),
            title=_("Gugurkan perkara"),
            button=_("Gugurkan"),
            text=_("Bila ternyata tidak ada kelebihan bayar. Langkah ini tidak dapat ditarik kembali."),
            danger=True,
        )

    @action(description=_("Hapuskan"), permissions=[DECIDE], icon="delete_sweep")
    def write_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._take(
            request,
            object_id,
            clawback.write_off,
            to=S.WRITTEN_OFF,
            another=True,
            done=_("Sisa tuntutan dihapuskan."),
            title=_("Hapuskan sisa tuntutan"),
            button=_("Hapuskan atas nama saya"),
            text=_(
                "Kelebihannya benar, tetapi sisanya tidak dikembalikan, misalnya karena penerima meninggal. Yang sudah kembali "
                "tetap; batch yang sudah disiapkan tetap memotong. Langkah ini tidak dapat ditarik kembali."
            ),
            danger=True,
        )

    @action(description=_("Catat pengembalian sukarela"), permissions=[DECIDE], icon="volunteer_activism")
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        case = row_of(self, request, object_id)
        purses = {purse.pk: purse for purse in clawback.purses_for(case)}

        def run(data: dict[str, Any]) -> Done:
            purse = purses[data.pop("purse")]
            given = clawback.give_back(case, purse, by=request.user, **data)  # type: ignore[arg-type]
            return Done(gettext("%(amount)s kembali ke dana program.") % {"amount": rupiah(given.amount)})

        warnings = [] if purses else [_("Tidak ada kantong program ini yang masih berisi.")]
        step = Step(
            title=_("Catat pengembalian sukarela"),
            button=_("Kembalikan sekarang"),
            text=_("Hanya bila penerima menyetujuinya secara tertulis. Uangnya langsung pindah dari kantongnya."),
            facts=self._facts(case),
            form=give_back_form(case),
            initial={"agreed_on": timezone.localdate()},
            warnings=warnings,
            possible=case.status == S.IN_FORCE and bool(purses),
            errors=ERRORS,
        )
        return take(self, request, step, run, case)

    @action(description=_("Cetak surat"), permissions=["disbursement.view_clawback"], icon="print")
    def letter(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The notice on paper, A4: without street and number, for the kelurahan office hands it over."""
        case = row_of(self, request, object_id)
        if not _has_letter(case):
            return HttpResponseRedirect(change_url(case))
        self.log_change(request, case, gettext("Surat pemberitahuan dicetak."))
        with translation.override(settings.LANGUAGE_CODE):  # whatever language the officer reads
            page = TemplateResponse(request, "disbursement/admin/clawback_letter.html", _letter(case))
            return page.render()


def _has_letter(case: Clawback) -> bool:
    """True while the letter is true: nobody is to read of a claim that was dropped or written off."""
    return case.noticed_at is not None and case.status not in (S.DROPPED, S.WRITTEN_OFF)


def _letter(case: Clawback) -> dict[str, Any]:
    """What the letter says, in the language that is active."""
    person = merged_rows.survivor(case.person)
    payments = case.payments.select_related("instruction__cycle").order_by("instruction__cycle__period", "pk")
    return {
        "case": case,
        "reason": clawback.reason_told(case),
        "name": person.name,
        "nik": masked_nik(person),
        "place": regions.short_name(person.household.kelurahan),
        "payments": [
            {
                "month": date_format(row.instruction.cycle.period, "F Y"),
                "part": part_name(row.instruction),
                "paid": rupiah(row.instruction.amount),
                "too_much": rupiah(row.amount),
            }
            for row in payments
        ],
        "claim": rupiah(case.claim),
        "back": change_url(case),
    }


def _leads(case: Clawback, to: Clawback.Status) -> bool:
    return (S(case.status), to) in TRANSITIONS
