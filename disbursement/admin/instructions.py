"""Payment instructions and approvals: to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import confirmations, execution
from disbursement.admin import calculations, payouts
from disbursement.admin.batch_lines import reason_of
from disbursement.admin.people import masked_nik, narrowed
from disbursement.errors import DisbursementError
from disbursement.failures import Retry
from disbursement.forms import ConfirmationForm
from disbursement.models import Confirmation, Instruction, PayoutLine
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, list_url, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import Transfer
from wallet.money import rupiah

ERRORS = (DisbursementError, WalletError)
RETRIES = {
    Retry.AUTOMATIC: _("ya, oleh sistem"),
    Retry.FOLLOW_UP: _("ya, oleh batch susulan"),
    Retry.NEVER: _("tidak"),
}


@admin.register(Instruction)
class InstructionAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "person", "nik", "part", "amount_shown", "status_label", "why", "batch_id")
    list_display_links = ("id", "person")
    list_filter = (
        "status",
        by_number("batch", _("batch")),
        by_number("chunk", _("potongan")),
        by_number("enrolment", _("kepesertaan")),
    )
    list_select_related = ("enrolment__person", "chunk")
    search_fields = ("enrolment__person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = (
        "person",
        "nik",
        "enrolment",
        "batch",
        "chunk",
        "wallet",
        "through",
        "part",
        "kind",
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
        "amount_shown",
        "calculation",
        "status_label",
        "why",
        "retry",
        "remedy",
        "transfer",
        "confirmations",
    )
    actions_detail = ("confirm", "take_back")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        paid = row is not None and row.status == Instruction.Status.PAID
        return list(super().get_actions_detail(request, object_id)) if paid else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Instruction], search_term: str
    ) -> tuple[QuerySet[Instruction], bool]:
        return narrowed(queryset, "enrolment__person", search_term), False

    @admin.display(description=_("penerima"))
    def person(self, row: Instruction) -> str:
        return row.enrolment.person.name

    @admin.display(description="NIK")
    def nik(self, row: Instruction) -> str:
        return masked_nik(row.enrolment.person)

    @admin.display(description=_("dibayar lewat"))
    def through(self, row: Instruction) -> SafeString | str:
        if row.route is None:
            return gettext("dompet sendiri")
        line = PayoutLine.objects.filter(pk=row.pk).first()
        return payouts.shown(line) if line else str(row.route.provider)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Instruction) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("mengapa sebanyak ini"))
    def calculation(self, row: Instruction) -> SafeString | str:
        return calculations.why(row.batch_id, row.enrolment_id)

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

    @action(description=_("Tarik kembali"), permissions=["disbursement.take_back_instruction"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = execution.take_back(row, data["reason"])
            said = {"amount": rupiah(done.amount), "reason": done.failure}
            return Done(gettext("%(amount)s ditarik kembali: %(reason)s") % said)

        paid = row.status == Instruction.Status.PAID and row.route_id is None
        step = Step(
            title=_("Tarik kembali bantuan"),
            button=_("Tarik kembali"),
            text=_(
                "Bila bantuan ini dibayar karena kesalahan. Hanya selama kantongnya masih utuh: belum ada yang dipakai dan "
                "tidak ada yang ditahan. Uangnya kembali ke kliring batch, atau ke dana program bila batchnya sudah selesai; "
                "peserta ini dapat dibayar lagi dengan batch lain."
            ),
            facts=[
                (_("Penerima"), self.person(row)),
                ("NIK", self.nik(row)),
                (_("Batch"), row.batch),
                (_("Jumlah"), money(row.amount)),
                (_("Status"), row.get_status_display()),
            ],
            form=ReasonForm,
            danger=True,
            possible=paid,
            warnings=[] if paid else [_("Hanya yang sudah dibayar, ke dompet sendiri, dapat ditarik kembali.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, row)
