"""What one officer proposed and another decides on: the two steps that all such tables share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vault.sealing import CannotOpen
from wallet import proposals
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin
from wallet.admin.steps import Done, ReasonForm, Refused, Step, row_of, take
from wallet.models.proposal import Proposal

S = Proposal.Status
DECISION = ("status_label", "reason", "proposed_by", "proposed_at", "decided_by", "decided_at", "decision_reason")


class ProposalAdmin(ViewOnlyAdmin):
    """To look at, to agree to (`wallet.agree_` and the table's name) and to drop (who may propose or agree)."""

    list_filter: tuple[Any, ...] = ("status",)
    ordering: tuple[str, ...] = ("-pk",)
    readonly_fields: tuple[str, ...] = ("status_label",)
    actions_detail = ("agree", "drop")

    def facts(self, row: Any, request: HttpRequest) -> list[tuple[Any, Any]]:
        """What will happen, before it is agreed to."""
        raise NotImplementedError

    def carried_out(self, row: Any, request: HttpRequest) -> str:
        """Does what was proposed, and says so."""
        raise NotImplementedError

    def has_agree_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(f"wallet.agree_{self.opts.model_name}")

    def has_drop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        may_propose = request.user.has_perm(f"wallet.add_{self.opts.model_name}")
        return may_propose or self.has_agree_permission(request)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        waits = row is not None and row.status == S.PROPOSED
        return list(super().get_actions_detail(request, object_id)) if waits else []

    @display(description=_("status"), label={S.PROPOSED: "warning", S.AGREED: "success", S.DROPPED: "danger"})
    def status_label(self, row: Proposal) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @action(description=_("Setujui"), permissions=["agree"], icon="verified")
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        mine = row.proposed_by_id == request.user.pk

        def run(data: dict[str, Any]) -> Done:
            try:
                return Done(self.carried_out(row, request))
            except CannotOpen as error:
                raise Refused(said=gettext("Ada rekening yang tidak dapat dibuka.")) from error

        step = Step(
            title=_("Setujui usulan"),
            button=_("Setujui"),
            text=_("Berlaku sejak disetujui. Cocokkan dengan buktinya dahulu."),
            facts=[*self.facts(row, request), (_("Alasan"), row.reason), (_("Diusulkan oleh"), row.proposed_by)],
            warnings=[_("Anda yang mengusulkannya; petugas lain yang menyetujui.")] if mine else [],
            possible=not mine,
            as_one=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Batalkan usulan"), permissions=["drop"], icon="cancel")
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            proposals.drop(row, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Usulan dibatalkan: %(reason)s") % data)

        step = Step(
            title=_("Batalkan usulan"),
            button=_("Batalkan usulan"),
            facts=self.facts(row, request),
            form=ReasonForm,
            danger=True,
            as_one=True,
        )
        return take(self, request, step, run, row)
