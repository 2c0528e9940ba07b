"""Recalculations in the office: what they found, before and after, and confirming or dropping them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from disbursement import corrections
from disbursement.admin.calculations import arithmetic, in_words
from disbursement.admin.clawback_proposal import PROPOSE
from disbursement.admin.people import OfEnrolment
from disbursement.admin.programmes import ERRORS, counted
from disbursement.forms import decree_field
from disbursement.models import Calculation, Correction, Instruction, Recalculation
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take, take_with_reason
from wallet.money import rupiah

S = Recalculation.Status


class ConfirmForm(ReasonForm):
    decree = decree_field()


@admin.register(Recalculation)
class RecalculationAdmin(ViewOnlyAdmin):
    list_display = ("id", "cycle", "status_label", "found_in_words", "created_at")
    list_display_links = ("id", "cycle")
    list_filter = ("status", by_number("cycle", _("siklus")))
    list_select_related = ("cycle__programme", "by", "decided_by", "enrolment__person")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "cycle",
        "enrolment",
        "status_label",
        "found_in_words",
        "more_shown",
        "less_shown",
        "who",
        "by",
        "created_at",
        "decided_by",
        "decided_at",
        "reason",
        "decree",
    )
    actions_detail = ("confirm", "drop")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        undecided = row is not None and row.status == S.DONE
        return list(super().get_actions_detail(request, object_id)) if undecided else []

    @display(
        description=_("status"),
        label={S.WAITING: "info", S.DONE: "warning", S.CONFIRMED: "success", S.DROPPED: "none", S.FAILED: "danger"},
    )
    def status_label(self, row: Recalculation) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("hasil"))
    def found_in_words(self, row: Recalculation) -> str:
        if row.status == S.FAILED:
            return row.failure
        if row.status == S.WAITING:
            return gettext("sedang dihitung; muat ulang halaman ini")
        return gettext("%(seen)s diperiksa; %(more)s kurang dibayar, %(less)s lebih dibayar") % {
            "seen": counted(row.seen),
            "more": counted(row.more),
            "less": counted(row.less),
        }

    @admin.display(description=_("kurang dibayar"))
    def more_shown(self, row: Recalculation) -> SafeString:
        return money(row.more_total)

    @admin.display(description=_("lebih dibayar"))
    def less_shown(self, row: Recalculation) -> SafeString:
        return money(row.less_total)

    @admin.display(description=_("siapa saja"))
    def who(self, row: Recalculation) -> SafeString:
        return link(list_url(Correction, recalculation=row.pk), _("lihat semula, seharusnya dan selisih tiap orang"))

    def _facts(self, row: Recalculation) -> list[tuple[Any, Any]]:
        return [
            (_("Siklus"), row.cycle),
            (_("Hasil"), self.found_in_words(row)),
            (_("Kurang dibayar"), self.more_shown(row)),
            (_("Lebih dibayar"), self.less_shown(row)),
            (_("Rincian"), self.who(row)),
        ]

    @action(description=_("Tetapkan"), permissions=["disbursement.confirm_recalculation"], icon="gavel")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        user: Any = request.user

        def run(data: dict[str, Any]) -> Done:
            corrections.confirm(row, user, data["reason"], data["decree"])
            return Done(gettext("Ditetapkan: %(reason)s") % data)

        step = Step(
            title=_("Tetapkan perhitungan ulang"),
            button=_("Tetapkan"),
            text=_(
                "Kekurangannya dibayar oleh batch berikutnya dari program ini sebagai koreksi, setelah disetujui seperti yang "
                "lain. Kelebihannya tidak ditarik di sini: hanya dicatat untuk diproses tersendiri."
            ),
            facts=self._facts(row),
            form=ConfirmForm,
            possible=row.status == S.DONE,
            errors=ERRORS,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Batalkan"), permissions=["disbursement.add_recalculation"], icon="cancel")
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        return take_with_reason(
            self,
            request,
            row,
            corrections.drop,
            gettext("Perhitungan ulang dibatalkan: %(reason)s"),
            title=_("Batalkan perhitungan ulang"),
            button=_("Batalkan perhitungan ini"),
            text=_("Hasilnya tidak berlaku; tidak ada yang dibayar atau dicatat karenanya."),
            facts=self._facts(row),
            danger=True,
            possible=row.status == S.DONE,
            errors=ERRORS,
        )


class DifferenceFilter(admin.SimpleListFilter):
    title, parameter_name = _("selisih"), "selisih"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("kurang", _("kurang dibayar")),
            ("lebih", _("lebih dibayar")),
            ("belum-ditagih", _("lebih dibayar, belum ditagih")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Correction]) -> QuerySet[Correction]:
        if self.value() == "kurang":
            return queryset.filter(difference__gt=0)
        if self.value() == "belum-ditagih":
            return queryset.filter(pk__in=corrections.overpaid().values("pk"))
        return queryset.filter(difference__lt=0) if self.value() == "lebih" else queryset


@admin.register(Correction)
class CorrectionAdmin(OfEnrolment, LongTable, ViewOnlyAdmin):
    """Who, before, after, difference, and why."""

    list_display = ("id", "person", "nik", "month", "before_shown", "total_shown", "difference_shown")
    list_display_links = ("id", "person")
    list_filter = (
        DifferenceFilter,
        by_number("recalculation", _("perhitungan ulang")),
        by_number("enrolment", _("kepesertaan")),
    )
    list_select_related = ("enrolment__person", "cycle", "recalculation", "version")
    fields = readonly_fields = (
        "person",
        "nik",
        "enrolment",
        "month",
        "before_shown",
        "total_shown",
        "difference_shown",
        "payments_shown",
        "lines_shown",
        "lines_before",
        "facts_shown",
        "version_shown",
        "recalculation",
    )

    @admin.display(description=_("periode"))
    def month(self, row: Correction) -> str:
        return date_format(row.cycle.period, "F Y")

    @admin.display(description=_("semula"))
    def before_shown(self, row: Correction) -> SafeString:
        return money(row.before)

    @admin.display(description=_("seharusnya"))
    def total_shown(self, row: Correction) -> SafeString:
        return money(row.total)

    @admin.display(description=_("selisih"))
    def difference_shown(self, row: Correction) -> str:
        return f"{'+' if row.difference > 0 else '-' if row.difference < 0 else ''}{rupiah(abs(row.difference))}"

    @admin.display(description=_("pembayarannya"))
    def payments_shown(self, row: Correction) -> SafeString | str:
        """Where a clawback of what was too much begins: on the page of a payment."""
        paid = Instruction.objects.filter(
            cycle=row.cycle_id, enrolment=row.enrolment_id, live=True, status=Instruction.Status.PAID
        )
        shown: list[str] = [link(change_url(one), f"{one} · {rupiah(one.amount)}") for one in paid.order_by("pk")]
        found: Any = corrections.overpaid().filter(pk=row.pk).first()
        if found is not None:
            shown.append(gettext("lebih %(amount)s, belum ditagih kembali") % {"amount": rupiah(found.excess)})
        return format_html_join(SafeString("<br>"), "{}", ((one,) for one in shown)) or "-"

    @admin.display(description=_("perhitungan seharusnya"))
    def lines_shown(self, row: Correction) -> SafeString | str:
        return arithmetic(row.lines) if row.lines else gettext("tidak ada komponen yang syaratnya terpenuhi")

    @admin.display(description=_("perhitungan semula"))
    def lines_before(self, row: Correction) -> SafeString | str:
        """How it was reckoned when it was paid, with the facts of then."""
        found = Calculation.objects.filter(enrolment=row.enrolment_id, cycle=row.cycle_id).exclude(kind="correction")
        before = found.order_by("-pk").first()
        if before is None:
            return "-"
        facts = in_words(before.facts)
        return SafeString(arithmetic(before.lines) + (link(change_url(before), facts or gettext("lihat"))))

    @admin.display(description=_("fakta sekarang"))
    def facts_shown(self, row: Correction) -> str:
        return in_words(row.facts) or "-"

    @admin.display(description=_("versi program"))
    def version_shown(self, row: Correction) -> SafeString:
        return link(change_url(row.version), row.version)


queues.QUEUES.extend(
    (
        queues.Queue(
            _("Perhitungan ulang menunggu keputusan"),
            "disbursement.confirm_recalculation",
            lambda request: Recalculation.objects.filter(status=S.DONE),
            lambda: list_url(Recalculation, status__exact=S.DONE.value),
        ),
        queues.Queue(
            _("Kelebihan bayar menurut koreksi belum ditagih"),
            PROPOSE,
            lambda request: corrections.overpaid(),
            lambda: list_url(Correction, selisih="belum-ditagih"),
        ),
    )
)
