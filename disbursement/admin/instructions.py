"""Payment instructions and approvals: to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import execution
from disbursement.admin.people import masked_nik, narrowed
from disbursement.errors import ContentChanged, DisbursementError
from disbursement.models import Instruction
from wallet.admin.decorators import action, display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link, money
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.errors import WalletError
from wallet.models import Transfer
from wallet.money import rupiah

ERRORS = (DisbursementError, WalletError)

FAILURES = {
    "wallet_frozen": _("Dompet dibekukan"),
    "wallet_closed": _("Dompet ditutup"),
    "balance_limit_exceeded": _("Saldo dompet akan melebihi batas"),
    "monthly_limit_exceeded": _("Dana masuk bulan ini akan melebihi batas"),
    "given_up": _("Tidak dibayar dalam batch ini, atas keputusan petugas"),
    ContentChanged.code: _("Isi potongan berbeda dari yang disetujui"),
}


@admin.register(Instruction)
class InstructionAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("id", "person", "nik", "amount_shown", "status_label", "why", "batch_id")
    list_display_links = ("id", "person")
    list_filter = (
        "status",
        by_number("batch", _("batch")),
        by_number("chunk", _("potongan")),
        by_number("enrolment", _("kepesertaan")),
    )
    list_select_related = ("enrolment__person",)
    search_fields = ("enrolment__person__name",)
    search_help_text = _("NIK (16 angka) atau nama")
    fields = (
        "person",
        "nik",
        "enrolment",
        "batch",
        "chunk",
        "wallet",
        "amount_shown",
        "attempt",
        "status_label",
        "why",
        "transfer",
    )
    readonly_fields = ("person", "nik", "amount_shown", "status_label", "why", "transfer")
    actions_detail = ("take_back",)

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

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Instruction) -> SafeString:
        return money(row.amount)

    @display(
        description=_("status"),
        label={
            Instruction.Status.PENDING: "info",
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
        return str(FAILURES.get(row.failure, row.failure)) or "-"

    @admin.display(description=_("transfer"))
    def transfer(self, row: Instruction) -> SafeString | str:
        posted = Transfer.objects.filter(key=row.key).first()
        return link(change_url(posted), gettext("Transfer %(number)s") % {"number": posted.pk}) if posted else "-"

    @action(description=_("Tarik kembali"), permissions=["disbursement.take_back_instruction"], icon="undo")
    def take_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            done = execution.take_back(row, data["reason"])
            said = {"amount": rupiah(done.amount), "reason": done.failure}
            return Done(gettext("%(amount)s ditarik kembali: %(reason)s") % said)

        paid = row.status == Instruction.Status.PAID
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
            warnings=[] if paid else [_("Hanya yang sudah dibayar dapat ditarik kembali.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, row)
