"""Payment instructions and approvals: to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.admin import queues
from disbursement import confirmations, taking_back
from disbursement.admin import calculations, clawback_proposal, payouts
from disbursement.admin.batch_lines import reason_of
from disbursement.admin.kinds import in_words, part_name
from disbursement.admin.people import OfEnrolment
from disbursement.errors import DisbursementError
from disbursement.failures import Retry
from disbursement.forms import ConfirmationForm
from disbursement.models import Confirmation, Instruction, PayoutLine, TakeBack
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import Transfer
from wallet.money import rupiah

TAKE_BACK = "disbursement.take_back_instruction"
ERRORS = (DisbursementError, WalletError)
RETRIES = {
    Retry.AUTOMATIC: _("ya, oleh sistem"),
    Retry.FOLLOW_UP: _("ya, oleh batch susulan"),
    Retry.NEVER: _("tidak"),
}


class ProposedFilter(admin.SimpleListFilter):
    """Instructions that are to be taken back, once a second officer agrees."""

    title, parameter_name = _("penarikan kembali"), "penarikan"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("usulan", _("menunggu orang kedua"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Instruction]) -> QuerySet[Instruction]:
        return queryset.filter(pk__in=taking_back.waiting().values("instruction")) if self.value() else queryset


class TakeBackInline(ViewOnlyInline):
    model = TakeBack
    fields = ("proposed_at", "proposed_by", "reason", "agreed", "decided_by", "decided_at", "note")
    ordering = ("pk",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[TakeBack]:
        rows: QuerySet[TakeBack] = super().get_queryset(request)
        return rows.select_related("proposed_by", "decided_by")


@admin.register(Instruction)
class InstructionAdmin(OfEnrolment, LongTable, ViewOnlyAdmin):
    list_display = ("id", "person", "nik", "kind_shown", "part_shown", "amount_shown", "status_label", "why", "number")
    list_display_links = ("id", "person")
    list_filter = (
        "status",
        "kind",
        by_number("batch", _("batch")),
        by_number("chunk", _("potongan")),
        by_number("enrolment", _("kepesertaan")),
        ProposedFilter,
    )
    list_select_related = ("enrolment__person", "chunk", "cycle")
    fields = (
        "person",
        "nik",
        "enrolment",
        "batch",
        "chunk",
        "wallet",
        "through",
        "part_shown",
        "kind_shown",
        "amount_shown",
        "calculation",
        "attempt",
        "status_label",
        "why",
        ("retry", "remedy"),
        "transfer",
        "confirmations",
    )
    readonly_fields = (
        "person",
        "nik",
        "through",
        "part_shown",
        "kind_shown",
        "amount_shown",
        "calculation",
        "status_label",
        "why",
        "retry",
        "remedy",
        "transfer",
        "confirmations",
    )
    inlines = (TakeBackInline,)
    actions_detail = ("confirm", "propose_take_back", "take_back", "refuse_take_back", "claim_back")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None or row.status != Instruction.Status.PAID:
            return []
        waits = taking_back.proposed(row) is not None
        never = ("propose_take_back",) if waits else ("take_back", "refuse_take_back")
        unfit = {f"disbursement_instruction_{name}" for name in never}
        return [one for one in super().get_actions_detail(request, object_id) if one.action_name not in unfit]

    @admin.display(description=_("dibayar lewat"))
    def through(self, row: Instruction) -> SafeString | str:
        if row.route is None:
            return gettext("dompet sendiri")
        line = PayoutLine.objects.filter(pk=row.pk).first()
        return payouts.shown(line) if line else str(row.route.provider)

    @admin.display(description=_("untuk"))
    def kind_shown(self, row: Instruction) -> str:
        return in_words(row.kind, row.cycle.period)

    @admin.display(description=_("bagian"))
    def part_shown(self, row: Instruction) -> str:
        return part_name(row)

    @admin.display(description=_("batch"))
    def number(self, row: Instruction) -> str:
        return f"#{row.batch_id}"

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Instruction) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("mengapa sebanyak ini"))
    def calculation(self, row: Instruction) -> SafeString | str:
        return calculations.why(row)

    @display(
        description=_("status"),
        label={
            Instruction.Status.PENDING: "info",
            Instruction.Status.SENT: "info",
            Instruction.Status.UNKNOWN: "warning",
            Instruction.Status.PAID: "success",
            Instruction.Status.FAILED: "danger",
            Instruction.Status.CANCELLED: "warning",
            Instruction.Status.RETURNED: "warning",
        },
    )
    def status_label(self, row: Instruction) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("alasan gagal"))
    def why(self, row: Instruction) -> str:
        reason = reason_of(row, row.chunk)
        return str(reason.words) if reason else "-"

    @admin.display(description=_("dicoba lagi"))
    def retry(self, row: Instruction) -> str:
        reason = reason_of(row, row.chunk)
        return str(RETRIES[reason.retry]) if reason else "-"

    @admin.display(description=_("yang dapat dilakukan"))
    def remedy(self, row: Instruction) -> str:
        reason = reason_of(row, row.chunk)
        return str(reason.remedy) if reason else "-"

    @admin.display(description=_("transfer"))
    def transfer(self, row: Instruction) -> SafeString | str:
        posted = Transfer.objects.filter(key=row.key).first()
        return link(change_url(posted), gettext("Transfer %(number)s") % {"number": posted.pk}) if posted else "-"

    @admin.display(description=_("konfirmasi penerimaan"))
    def confirmations(self, row: Instruction) -> SafeString | str:
        latest = Confirmation.objects.filter(instruction=row).order_by("-pk").first()
        return link(list_url(Confirmation, instruction=row.pk), latest.get_answer_display()) if latest else "-"

    @action(description=_("Catat konfirmasi"), permissions=["disbursement.add_confirmation"], icon="how_to_vote")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For whoever has no phone: at the counter, or by an SMS or call that an officer took."""
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            received = data["answer"] == Confirmation.Answer.RECEIVED
            said = confirmations.confirm(row, received=received, channel=data["channel"], by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Dicatat: %(answer)s.") % {"answer": said.get_answer_display()})

        step = Step(
            title=_("Catat konfirmasi penerima"),
            button=_("Catat"),
            text=_("Tanyakan kepada penerima atau kuasanya. Yang belum diterima menjadi selisih untuk diperiksa."),
            facts=[
                (_("Penerima"), self.person(row)),
                ("NIK", self.nik(row)),
                (_("Batch"), row.batch),
                (_("Jumlah"), money(row.amount)),
                (_("Jawaban terakhir"), self.confirmations(row)),
            ],
            form=ConfirmationForm,
            possible=row.status == Instruction.Status.PAID,
            errors=ERRORS,
        )
        return take(self, request, step, run, row)

    @action(description=_("Usulkan pengembalian"), permissions=[clawback_proposal.PROPOSE], icon="assignment_return")
    def claim_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return clawback_proposal.propose(self, request, row_of(self, request, object_id))

    @action(description=_("Usulkan tarik kembali"), permissions=["disbursement.propose_take_back"], icon="undo")
    def propose_take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            taking_back.propose(row, data["reason"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Diusulkan ditarik kembali. Sekarang orang lain harus menyetujuinya."))

        return self._take_back(
            request,
            row,
            run,
            title=_("Usulkan tarik kembali"),
            button=_("Usulkan atas nama saya"),
            text=_(
                "Bila bantuan ini dibayar karena kesalahan. Hanya selama kantongnya masih utuh: belum ada yang dipakai dan "
                "tidak ada yang ditahan. Orang lain harus menyetujuinya; penerima diberi tahu alasannya. Bila sudah dipakai, "
                "usulkan pengembalian."
            ),
            form=ReasonForm,
            possible=taking_back.proposed(row) is None,
        )

    @action(description=_("Tarik kembali"), permissions=[TAKE_BACK], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = taking_back.agree(row, request.user)  # type: ignore[arg-type]
            said = {"amount": rupiah(done.amount), "reason": done.failure}
            return Done(gettext("%(amount)s ditarik kembali: %(reason)s") % said)

        return self._take_back(
            request,
            row,
            run,
            title=_("Tarik kembali bantuan"),
            button=_("Setujui dan tarik kembali"),
            text=_(
                "Uangnya kembali ke kliring batch, atau ke dana program bila batchnya sudah selesai. Tidak ada batch yang "
                "membayarnya lagi dengan sendirinya. Penerima diberi tahu alasannya dan di mana dapat berkeberatan."
            ),
            danger=True,
            possible=taking_back.proposed(row) is not None,
        )

    @action(description=_("Tolak penarikan"), permissions=[TAKE_BACK], icon="block")
    def refuse_take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            taking_back.refuse(row, request.user, data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Usulan ditolak: bantuan tetap pada penerimanya."))

        return self._take_back(
            request,
            row,
            run,
            title=_("Tolak penarikan"),
            button=_("Tolak"),
            form=ReasonForm,
            possible=taking_back.proposed(row) is not None,
        )

    def _take_back(
        self,
        request: HttpRequest,
        row: Instruction,
        run: Callable[[dict[str, Any]], Done],
        *,
        possible: bool,
        **words: Any,
    ) -> HttpResponse:
        paid = row.status == Instruction.Status.PAID and row.route_id is None
        proposal = taking_back.proposed(row)
        facts = [
            (_("Penerima"), self.person(row)),
            ("NIK", self.nik(row)),
            (_("Batch"), row.batch),
            (_("Jumlah"), money(row.amount)),
            (_("Status"), row.get_status_display()),
        ]
        if proposal is not None:
            facts += [(_("Alasan"), proposal.reason), (_("Diusulkan oleh"), proposal.proposed_by)]
        step = Step(
            facts=facts,
            possible=paid and possible,
            warnings=[] if paid else [_("Hanya yang sudah dibayar, ke dompet sendiri, dapat ditarik kembali.")],
            errors=ERRORS,
            **words,
        )
        return take(self, request, step, run, row)


queues.QUEUES.append(
    queues.Queue(
        _("Penarikan kembali menunggu orang kedua"),
        TAKE_BACK,
        lambda request: taking_back.waiting(),
        lambda: list_url(Instruction, penarikan="usulan"),
    )
)
