"""What is paid out to merchants: confirmed, or sent back, as the bank says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from wallet import settlement, settlement_returns
from wallet.admin.decorators import action, display
from wallet.admin.merchant_changes import masked
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import ViewOnlyAdmin, by_number, change_url, link, money, mono
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take
from wallet.models import Settlement, SettlementReturn, Transfer
from wallet.money import rupiah

STATUS_TONES = {
    Settlement.Status.PENDING: "warning",
    Settlement.Status.PAID: "success",
    Settlement.Status.RETURNED: "danger",
}


class EvidenceForm(ReasonForm):
    evidence = forms.CharField(
        label=_("Bukti"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Di mana uang kembalinya terlihat, misalnya nomor mutasi bank. Petugas lain mencocokkannya."),
    )


@admin.register(Settlement)
class SettlementAdmin(ViewOnlyAdmin):
    list_display = ("id", "merchant", "business_day", "amount_shown", "status_label", "paid_at")
    list_display_links = ("id", "merchant")
    list_filter = ("status", "business_day", by_number("merchant", _("pedagang")))
    list_select_related = ("merchant",)
    search_fields = ("merchant__name", "merchant__merchant_id")
    search_help_text = _("Nama atau id pedagang")
    ordering = ("-pk",)
    fields = (
        "merchant",
        "business_day",
        "amount_shown",
        "bank",
        "reference",
        "status_label",
        "payout_file",
        "return_reason",
        "transfers",
        "created_at",
        "paid_at",
        "returned_at",
    )
    readonly_fields = ("amount_shown", "bank", "reference", "status_label", "transfers")
    actions_detail = ("mark_paid", "send_back")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None or row.status == Settlement.Status.RETURNED:
            return []
        steps = super().get_actions_detail(request, object_id)
        paid = row.status == Settlement.Status.PAID
        return [step for step in steps if not (paid and step.action_name.endswith("_mark_paid"))]

    @admin.display(description=_("jumlah"), ordering="amount")
    def amount_shown(self, row: Settlement) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("rekening tujuan"))
    def bank(self, row: Settlement) -> str:
        return f"{row.bank_code} {masked(row)}"

    @admin.display(description=_("rujukan untuk bank"))
    def reference(self, row: Settlement) -> SafeString:
        """What the transfer has to carry (EndToEndId, 32 signs), so that the bank's statement is found by it."""
        return mono(row.uid.hex)

    @display(description=_("status"), label=STATUS_TONES)
    def status_label(self, row: Settlement) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("transfer"))
    def transfers(self, row: Settlement) -> SafeString:
        keys = [f"settle:{row.pk}", f"payout:{row.pk}"]
        rows = Transfer.objects.filter(Q(key__in=keys) | Q(reverses__key__in=keys)).order_by("pk")
        return SafeString(
            " · ".join(link(change_url(one), f"{one.get_kind_display()} {one.pk}") for one in rows) or "-"
        )

    @action(description=_("Tandai dibayar bank"), permissions=["wallet.change_settlement"], icon="done_all")
    def mark_paid(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            settlement.confirm_paid(row)
            return Done(
                gettext("Ditandai dibayar: %(amount)s ke %(merchant)s.")
                % {
                    "amount": rupiah(row.amount),
                    "merchant": row.merchant,
                }
            )

        step = Step(
            title=_("Tandai dibayar bank"),
            button=_("Ya, bank sudah membayarnya"),
            text=_(
                "Lakukan setelah mutasi bank menunjukkan pembayaran ini. Bila bank mengembalikannya kemudian, pilih "
                "Dikembalikan bank."
            ),
            facts=[
                (_("Pedagang"), row.merchant),
                (_("Rekening tujuan"), self.bank(row)),
                (_("Hari buku"), f"{row.business_day:%d/%m/%Y}"),
                (_("Jumlah"), money(row.amount)),
            ],
            possible=row.status == Settlement.Status.PENDING,
            warnings=[]
            if row.status == Settlement.Status.PENDING
            else [_("Status penyelesaian ini: %(status)s.") % {"status": row.get_status_display()}],
        )
        return take(self, request, step, run, row)

    @action(description=_("Dikembalikan bank"), permissions=["wallet.return_settlement"], icon="keyboard_return")
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        two = settlement_returns.takes_two(row)

        def run(data: dict[str, Any]) -> Done:
            if two:
                made = settlement_returns.propose(row, data["reason"], data["evidence"], request.user)  # type: ignore[arg-type]
                return Done(gettext("Diusulkan. Berlaku sesudah petugas lain menyetujuinya."), change_url(made))
            done = settlement_returns.take_back(row, data["reason"])
            said = {"amount": rupiah(done.amount), "merchant": row.merchant, "reason": done.return_reason}
            return Done(gettext("%(amount)s terutang lagi ke %(merchant)s: %(reason)s") % said)

        back_already = row.status == Settlement.Status.RETURNED
        step = Step(
            title=_("Dikembalikan bank"),
            button=_("Usulkan pengembalian") if two else _("Ya, tidak dibayar"),
            text=_(
                "Uangnya terutang lagi ke pedagang, dan penyelesaian berikutnya membayarnya lagi. Perbaiki rekening "
                "pedagang dahulu bila itu sebabnya. Yang sudah dikirim ke bank atau dibayar dikembalikan oleh jawaban bank, "
                "atau oleh dua petugas dengan bukti. Langkah ini tidak dapat ditarik kembali."
            ),
            facts=[
                (_("Pedagang"), row.merchant),
                (_("Rekening tujuan"), self.bank(row)),
                (_("Hari buku"), f"{row.business_day:%d/%m/%Y}"),
                (_("Jumlah"), money(row.amount)),
                (_("Status"), row.get_status_display()),
            ],
            form=EvidenceForm if two else ReasonForm,
            danger=True,
            as_one=True,
            possible=not back_already,
            warnings=[_("Bank sudah mengembalikan penyelesaian ini.")] if back_already else [],
        )
        return take(self, request, step, run, row)


@admin.register(SettlementReturn)
class SettlementReturnAdmin(ProposalAdmin):
    list_display = ("id", "settlement", "amount_shown", "status_label", "proposed_by", "proposed_at", "decided_by")
    list_display_links = ("id", "settlement")
    list_select_related = ("settlement__merchant", "proposed_by", "decided_by")
    fields = ("settlement", "amount_shown", "evidence", *DECISION)
    readonly_fields = ("amount_shown", "status_label")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: SettlementReturn) -> SafeString:
        return money(row.settlement.amount)

    def facts(self, row: SettlementReturn, request: HttpRequest) -> list[tuple[Any, Any]]:
        of = row.settlement
        return [
            (_("Pedagang"), of.merchant),
            (_("Rekening tujuan"), f"{of.bank_code} {masked(of)}"),
            (_("Rujukan untuk bank"), of.uid.hex),
            (_("Jumlah"), money(of.amount)),
            (_("Status"), of.get_status_display()),
            (_("Bukti"), row.evidence),
        ]

    def carried_out(self, row: SettlementReturn, request: HttpRequest) -> str:
        done = settlement_returns.agree(row, request.user)  # type: ignore[arg-type]
        said = {"amount": rupiah(done.amount), "merchant": done.merchant, "reason": done.return_reason}
        return gettext("%(amount)s terutang lagi ke %(merchant)s: %(reason)s") % said
