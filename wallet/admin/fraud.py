"""Suspected fraud: the queue with its figures and chart, a case with its evidence, and what an officer decides and holds."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet.admin import above
from wallet.admin.decorators import action, display
from wallet.admin.rows import NUMBER, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.fraud import cases, holds
from wallet.models import FraudCase, FraudHold, FraudScan, FraudSignal, Transfer, Wallet

S, Kind = FraudCase.Status, FraudHold.Kind
CHART_DAYS, SHOWN = 30, 50
CHART_HEIGHT, COLUMN = 80, 18  # pixels
TONES = (("confirmed", "#dc2626"), ("dismissed", "#94a3b8"), ("open", "#f59e0b"))


class HoldInline(ViewOnlyInline):
    model = FraudHold
    fields = ("placed_at", "kind", "reason", "placed_by", "until", "released_at", "release_reason")
    ordering = ("-pk",)
    show_change_link = True
    verbose_name_plural = _("Yang ditahan")


@admin.register(FraudCase)
class FraudCaseAdmin(ViewOnlyAdmin):
    list_display = ("__str__", "score", "subject", "found", "day", "status_label", "held")
    list_filter = (
        "status",
        "signals__rule__signal",
        "day",
        by_number("wallet", _("dompet")),
        by_number("merchant", _("pedagang")),
    )
    list_select_related = ("wallet", "merchant")
    ordering = ("-score", "pk")
    search_fields = ("pk",)
    search_help_text = _("Nomor dugaan")
    list_before_template = "wallet/admin/fraud_queue.html"
    change_form_outer_before_template = "wallet/admin/fraud_case.html"
    fields = ("subject", "day", "score", "status_label", "opened_at", "decided_by", "decided_at", "decision_reason")
    readonly_fields = ("subject", "status_label")
    inlines = (HoldInline,)
    actions_detail = ("confirm", "dismiss", "hold_payments", "hold_settlement", "release")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FraudCase]:
        rows: QuerySet[FraudCase] = super().get_queryset(request)
        return rows.prefetch_related("signals__rule", "holds")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FraudCase], search_term: str
    ) -> tuple[QuerySet[FraudCase], bool]:
        text = search_term.strip()
        if not text:
            return queryset, False
        return (queryset.filter(pk=int(text)) if NUMBER.fullmatch(text) else queryset.none()), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        days = cases.of_the_last_days(CHART_DAYS)
        counts = {status: FraudCase.objects.filter(status=status).count() for status in S}
        figures = [(status.label, counts[status], list_url(FraudCase, status__exact=status.value)) for status in S]
        in_force = FraudHold.objects.filter(released_at=None).count()
        figures.append((_("Sedang ditahan"), in_force, list_url(FraudHold, released_at__isempty=1)))
        more = {"figures": figures, "chart": _chart(days), "chart_width": max(len(days), 1) * COLUMN}
        answer: HttpResponse = super().changelist_view(request, (extra_context or {}) | more)
        return answer

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, object_id) if object_id else None
        found = [] if case is None else [_evidence(signal) for signal in case.signals.order_by("-points")]
        answer: HttpResponse = super().changeform_view(
            request, object_id, form_url, (extra_context or {}) | {"found": found}
        )
        return answer

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        case = self.get_object(request, str(object_id))
        if case is None:
            return []
        held = {hold.kind for hold in case.holds.all() if hold.released_at is None}
        open_still = case.status == S.OPEN
        possible = {
            "confirm": open_still,
            "dismiss": open_still,
            "hold_payments": case.status != S.DISMISSED and case.device is None and Kind.PAYMENTS not in held,
            "hold_settlement": case.status != S.DISMISSED
            and case.merchant_id is not None
            and Kind.SETTLEMENT not in held,
            "release": bool(held),
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_fraudcase_")]]

    @admin.display(description=_("tentang"))
    def subject(self, case: FraudCase) -> SafeString | str:
        if case.merchant is not None:
            return link(change_url(case.merchant), case.merchant)
        if case.wallet is not None:
            return link(change_url(case.wallet), case.wallet)
        return gettext("Perangkat %(digest)s") % {"digest": bytes(case.device or b"").hex()[:12]}

    @admin.display(description=_("sinyal"))
    def found(self, case: FraudCase) -> str:
        return ", ".join(signal.rule.get_signal_display() for signal in case.signals.all())

    @admin.display(description=_("ditahan"), boolean=True)
    def held(self, case: FraudCase) -> bool:
        return any(hold.released_at is None for hold in case.holds.all())

    @display(description=_("status"), label={S.OPEN: "warning", S.CONFIRMED: "danger", S.DISMISSED: "success"})
    def status_label(self, case: FraudCase) -> tuple[str, str]:
        return case.status, case.get_status_display()

    def _take(self, request: HttpRequest, object_id: str, run: Any, **step: Any) -> HttpResponse:
        case: FraudCase = row_of(self, request, object_id)
        facts = [
            (_("Tentang"), self.subject(case)),
            (_("Nilai"), case.score),
            (_("Sinyal"), self.found(case)),
        ]
        if case.wallet is not None:
            facts.append((_("Pemegang"), above.holder(request, case.wallet) or case.wallet.holder))
        officer = cast(User, request.user)
        return take(
            self,
            request,
            Step(facts=facts, **({"form": ReasonForm} | step)),
            lambda data: Done(run(case, officer, data)),
            case,
        )

    @action(description=_("Terbukti"), permissions=["wallet.decide_fraudcase"], icon="gavel")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(case: FraudCase, by: User, data: dict[str, Any]) -> str:
            cases.confirm(case, by, data["reason"])
            return gettext("Dinyatakan terbukti: %(reason)s") % data

        text = _("Yang ditahan aturan tetap ditahan, kini atas nama Anda, sampai ada yang melepasnya.")
        return self._take(
            request, object_id, run, title=_("Dugaan terbukti"), button=_("Nyatakan terbukti"), text=text, danger=True
        )

    @action(description=_("Tidak terbukti"), permissions=["wallet.decide_fraudcase"], icon="check")
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(case: FraudCase, by: User, data: dict[str, Any]) -> str:
            cases.dismiss(case, by, data["reason"])
            return gettext("Dinyatakan tidak terbukti: %(reason)s") % data

        text = _("Yang ditahan karena dugaan ini dilepas semua.")
        return self._take(
            request, object_id, run, title=_("Dugaan tidak terbukti"), button=_("Nyatakan tidak terbukti"), text=text
        )

    @action(description=_("Tahan belanja baru"), permissions=["wallet.hold_fraudcase"], icon="front_hand")
    def hold_payments(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Kasir mendapat jawaban bahwa transaksinya dihentikan sementara. Yang sudah dibayar tidak berubah.")
        return self._hold(request, object_id, Kind.PAYMENTS, _("Tahan belanja baru"), text)

    @action(description=_("Tahan penyelesaian"), permissions=["wallet.hold_fraudcase"], icon="account_balance")
    def hold_settlement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Yang terutang kepada pedagang tetap terutang, dan tidak disetor ke banknya sampai dilepas.")
        return self._hold(request, object_id, Kind.SETTLEMENT, _("Tahan penyelesaian"), text)

    def _hold(self, request: HttpRequest, object_id: str, kind: FraudHold.Kind, title: Any, text: Any) -> HttpResponse:
        def run(case: FraudCase, by: User, data: dict[str, Any]) -> str:
            holds.place(case, kind, by, data["reason"])
            return gettext("%(kind)s: %(reason)s") % {"kind": kind.label, **data}

        return self._take(request, object_id, run, title=title, button=_("Tahan"), text=text, danger=True)

    @action(description=_("Lepas"), permissions=["wallet.hold_fraudcase"], icon="lock_open_right")
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(case: FraudCase, by: User, data: dict[str, Any]) -> str:
            for hold in case.holds.filter(released_at=None, kind__in=data["kinds"]):
                holds.release(hold, by, data["reason"])
            return gettext("Dilepas: %(reason)s") % data

        return self._take(request, object_id, run, title=_("Lepas yang ditahan"), button=_("Lepas"), form=ReleaseForm)


class ReleaseForm(ReasonForm):
    """What is let go, and why."""

    kinds = forms.MultipleChoiceField(
        label=_("Yang dilepas"), choices=Kind.choices, initial=Kind.values, widget=forms.CheckboxSelectMultiple
    )


@admin.register(FraudHold)
class FraudHoldAdmin(ViewOnlyAdmin):
    list_display = ("placed_at", "kind", "wallet", "merchant", "reason", "placed_by", "until", "released_at")
    list_filter = ("kind", ("released_at", admin.EmptyFieldListFilter), "placed_at")
    list_select_related = ("wallet", "merchant", "placed_by")
    ordering = ("-pk",)
    fields = (
        "case",
        "wallet",
        "merchant",
        "kind",
        "reason",
        "placed_by",
        "placed_at",
        "until",
        "released_by",
        "released_at",
        "release_reason",
    )


@admin.register(FraudScan)
class FraudScanAdmin(ViewOnlyAdmin):
    list_display = ("since", "until", "found", "opened", "made_at")
    ordering = ("-until",)
    fields = ("since", "until", "found", "opened", "made_at")


def _evidence(signal: FraudSignal) -> dict[str, Any]:
    """A signal as the case's page shows it: the measure beside the threshold, and the transfers concerned, newest last."""
    transfers: QuerySet[Transfer] = signal.evidence.select_related("payment__merchant", "debit", "credit")
    return {
        "signal": signal.rule.get_signal_display(),
        "rule": link(change_url(signal.rule), signal.rule),
        "measured": signal.measured,
        "threshold": signal.rule.threshold,
        "points": signal.points,
        "count": len(signal.transfers),
        "wallets": [link(change_url(Wallet(pk=number)), number) for number in signal.wallets[:SHOWN]],
        "transfers": [
            {
                "id": link(change_url(transfer), transfer.pk),
                "at": date_format(timezone.localtime(transfer.posted_at), "j M Y H:i:s"),
                "kind": transfer.get_kind_display(),
                "from": str(transfer.debit),
                "to": str(transfer.payment.merchant)
                if transfer.payment and transfer.kind != "refund"
                else str(transfer.credit),
                "amount": money(transfer.amount),
            }
            for transfer in transfers[:SHOWN]
        ],
    }


def _chart(days: list[cases.Day]) -> list[dict[str, Any]]:
    """The days as columns of an SVG: confirmed, dismissed and open on top of each other, in proportion to the fullest day."""
    most = max((day.open + day.confirmed + day.dismissed for day in days), default=1)
    columns = []
    for place, day in enumerate(days):
        bottom, parts = CHART_HEIGHT, []
        for name, tone in TONES:
            height = round(getattr(day, name) * CHART_HEIGHT / most)
            bottom -= height
            parts.append({"y": bottom, "height": height, "tone": tone})
        title = f"{date_format(day.day, 'j M')}: {day.open} / {day.confirmed} / {day.dismissed}"
        columns.append({"x": place * COLUMN + 2, "width": COLUMN - 4, "parts": parts, "title": title})
    return columns
