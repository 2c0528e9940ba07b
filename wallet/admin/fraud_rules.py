"""Fraud rules: drafted and tried by one officer, put in force by another, with how often they were right so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wallet.admin.decorators import action, display
from wallet.admin.rows import OfficeAdmin
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.fraud import cases, rules
from wallet.models import FraudRule

S = FraudRule.Status
FIGURES = (
    "signal",
    "threshold",
    "window",
    "minimum_amount",
    "minimum_count",
    "from_hour",
    "to_hour",
    "weight",
    "action",
)
Decision = Callable[[FraudRule, Any, str], FraudRule]


@admin.register(FraudRule)
class FraudRuleAdmin(OfficeAdmin):
    list_display = (
        "__str__",
        "threshold",
        "window",
        "weight",
        "action",
        "status_label",
        "valid_from",
        "tried",
        "precision",
    )
    list_filter = ("status", "signal")
    ordering = ("signal", "-pk")
    actions = None
    fields = (
        *FIGURES,
        "reason",
        "status_label",
        "tried",
        "precision",
        "written_by",
        "proposed_by",
        "decided_by",
        "valid_from",
        "valid_until",
        "end_proposed_by",
        "ended_by",
    )
    actions_detail = ("try_out", "propose", "agree", "send_back", "withdraw", "propose_end", "end")

    def get_readonly_fields(self, request: HttpRequest, obj: FraudRule | None = None) -> tuple[str, ...]:
        told = (
            "status_label",
            "tried",
            "precision",
            "written_by",
            "proposed_by",
            "decided_by",
            "valid_from",
            "valid_until",
            "end_proposed_by",
            "ended_by",
        )
        return (*told, "signal") if obj else told

    def has_change_permission(self, request: HttpRequest, obj: FraudRule | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and (obj is None or obj.status == S.DRAFT)

    def save_model(self, request: HttpRequest, obj: FraudRule, form: Any, change: bool) -> None:
        """A draft with other figures was not tried with them."""
        if not change:
            obj.written_by = request.user
            super().save_model(request, obj, form, change)
            return
        names = [name for name in form.changed_data if name in (*FIGURES, "reason")]
        rules.change(obj, written_by=request.user, **{name: getattr(obj, name) for name in names})

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        rule = self.get_object(request, str(object_id))
        status = "" if rule is None else rule.status
        ends = rule is not None and rule.status == S.AGREED and rule.valid_until is None
        possible = {
            "try_out": status in (S.DRAFT, S.PROPOSED),
            "propose": status == S.DRAFT,
            "agree": status == S.PROPOSED,
            "send_back": status == S.PROPOSED,
            "withdraw": status in (S.DRAFT, S.PROPOSED),
            "propose_end": ends and rule is not None and rule.end_proposed_by_id is None,
            "end": ends and rule is not None and rule.end_proposed_by_id is not None,
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("wallet_fraudrule_")]]

    @display(
        description=_("status"),
        label={S.DRAFT: "none", S.PROPOSED: "info", S.AGREED: "success", S.WITHDRAWN: "warning"},
    )
    def status_label(self, rule: FraudRule) -> tuple[str, Any]:
        if rule.status == S.AGREED and rule.valid_until is not None:
            return S.WITHDRAWN, _("Sudah diganti")
        return rule.status, rule.get_status_display()

    @admin.display(description=_("dicoba pada riwayat"))
    def tried(self, rule: FraudRule) -> str:
        if rule.tried_found is None or rule.tried_from is None or rule.tried_until is None:
            return gettext("Belum")
        said = {
            "found": rule.tried_found,
            "days": (rule.tried_until - rule.tried_from).days,
            "confirmed": rule.tried_confirmed or 0,
        }
        return gettext("Akan menandai %(found)s dalam %(days)s hari; %(confirmed)s di antaranya sudah terbukti") % said

    @admin.display(description=_("ketepatan"))
    def precision(self, rule: FraudRule) -> str:
        right, decided = cases.precision(rule)
        return gettext("%(right)s dari %(decided)s") % {"right": right, "decided": decided} if decided else "-"

    @action(description=_("Coba pada riwayat"), permissions=["wallet.propose_fraudrule"], icon="science")
    def try_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            return Done(self.tried(rules.try_out(rule)))

        step = Step(
            title=_("Coba pada 30 hari terakhir"),
            button=_("Coba"),
            text=_("Hanya menghitung: tidak ada dugaan yang dibuka dan tidak ada yang ditahan."),
        )
        return take(self, request, step, run, rule)

    def _decide(self, request: HttpRequest, object_id: str, decide: Decision, **step: Any) -> HttpResponse:
        rule = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = decide(rule, cast(User, request.user), data["reason"])
            return Done(gettext("Aturan kini: %(status)s (%(reason)s)") % {"status": done.get_status_display(), **data})

        return take(self, request, Step(form=ReasonForm, facts=[(_("Dicoba"), self.tried(rule))], **step), run, rule)

    @action(description=_("Usulkan"), permissions=["wallet.propose_fraudrule"], icon="forward")
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, rules.propose, title=_("Usulkan aturan"), button=_("Usulkan"))

    @action(description=_("Setujui"), permissions=["wallet.agree_fraudrule"], icon="gavel")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Berlaku sejak sekarang, menggantikan aturan sinyal yang sama.")
        return self._decide(
            request, object_id, rules.agree, title=_("Setujui aturan"), button=_("Berlakukan"), text=text
        )

    @action(description=_("Kembalikan"), permissions=["wallet.agree_fraudrule"], icon="undo")
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, rules.send_back, title=_("Kembalikan usul"), button=_("Kembalikan"))

    @action(description=_("Tarik"), permissions=["wallet.propose_fraudrule"], icon="delete")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(
            request, object_id, rules.withdraw, title=_("Tarik rancangan"), button=_("Tarik"), danger=True
        )

    @action(description=_("Usulkan akhirnya"), permissions=["wallet.propose_fraudrule"], icon="event_upcoming")
    def propose_end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        text = _("Petugas lain mengakhirinya; sampai saat itu aturan ini berlaku.")
        return self._decide(
            request, object_id, rules.propose_end, title=_("Usulkan akhir aturan"), button=_("Usulkan"), text=text
        )

    @action(description=_("Akhiri"), permissions=["wallet.agree_fraudrule"], icon="event_busy")
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, rules.end, title=_("Akhiri aturan"), button=_("Akhiri"), danger=True)
