"""Settlement a day at a time, the files by which the bank pays, and what it answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from vault.sealing import CannotOpen
from wallet import bank_answers, doorbell, payouts
from wallet.admin import settlement_chart
from wallet.admin.decorators import action, display
from wallet.admin.merchant_changes import masked
from wallet.admin.proposals import DECISION, ProposalAdmin
from wallet.admin.rows import ViewOnlyAdmin, ViewOnlyInline, by_number, change_url, link, list_url, money
from wallet.admin.sheets import download
from wallet.admin.steps import Done, ReasonForm, Refused, Step, row_of, take, take_with_reason
from wallet.errors import WalletError
from wallet.models import (
    AnswerReturns,
    BankAnswer,
    BankAnswerFile,
    PayoutFile,
    Settlement,
    SettlementOutcome,
    SettlementRun,
)
from wallet.money import rupiah

S, K, A = PayoutFile.Status, SettlementOutcome.Kind, BankAnswer.State
NEW_ACCOUNTS: dict[payouts.NewAccount | None, Any] = {
    payouts.NewAccount.FIRST: _("(pembayaran pertama)"),
    payouts.NewAccount.CHANGED: _("(berubah sejak pembayaran sebelumnya)"),
}
REFUSALS = {
    "unknown_reference": _("Tidak ada penyelesaian dengan rujukan itu."),
    "amount_differs": _("Jumlahnya tidak sama dengan penyelesaiannya."),
    "not_sent": _("Penyelesaian itu tidak ada di berkas yang dikirim ke bank. Periksa mutasi bank."),
    "returned_before": _("Penyelesaian itu sudah dikembalikan bank sebelumnya. Periksa mutasi bank."),
}


ANSWER_TONES = {
    A.APPLIED: "success",
    A.KNOWN: "info",
    A.REFUSED: "danger",
    A.DROPPED: "danger",
    A.WAITING: "warning",
}


class OutcomeInline(ViewOnlyInline):
    model = SettlementOutcome
    fields = ("merchant", "kind", "amount_shown", "recovered_shown", "settled")
    readonly_fields = ("amount_shown", "recovered_shown", "settled")
    ordering = ("pk",)
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementOutcome]:
        rows: QuerySet[SettlementOutcome] = super().get_queryset(request)
        return rows.select_related("merchant", "settlement")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: SettlementOutcome) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("potongan talangan"))
    def recovered_shown(self, row: SettlementOutcome) -> SafeString:
        return money(row.recovered or None)

    @admin.display(description=_("penyelesaian"))
    def settled(self, row: SettlementOutcome) -> SafeString | str:
        return link(change_url(row.settlement), row.settlement_id) if row.settlement else "-"


@admin.register(SettlementRun)
class SettlementRunAdmin(ViewOnlyAdmin):
    """One row a business day; above them what was settled, as a chart."""

    list_display = ("business_day", "cut_off", "settled", "carried", "total", "state")
    list_filter = ("business_day",)
    ordering = ("-business_day",)
    fields = ("business_day", "cut_off", "state", "settled", "carried", "total", "started_at", "finished_at")
    readonly_fields = ("settled", "carried", "total", "state")
    inlines = (OutcomeInline,)
    list_before_template = "wallet/admin/settlement_chart.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SettlementRun]:
        rows: QuerySet[SettlementRun] = super().get_queryset(request)
        return rows.annotate(
            settled_count=Count("outcomes", filter=Q(outcomes__kind=K.SETTLED)),
            other_count=Count("outcomes", filter=~Q(outcomes__kind=K.SETTLED)),
            settled_total=Sum("outcomes__amount", filter=Q(outcomes__kind=K.SETTLED), default=0),
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        page: HttpResponse = super().changelist_view(
            request, (extra_context or {}) | {"settlement_chart": settlement_chart.drawn()}
        )
        return page

    @admin.display(description=_("diselesaikan"))
    def settled(self, row: Any) -> int:
        return int(row.settled_count)

    @admin.display(description=_("dibawa atau tertahan"))
    def carried(self, row: Any) -> int:
        return int(row.other_count)

    @admin.display(description=_("jumlah"))
    def total(self, row: Any) -> SafeString:
        return money(int(row.settled_total))

    @display(description=_("keadaan"), label={"done": "success", "open": "warning"})
    def state(self, row: SettlementRun) -> tuple[str, str]:
        return ("done", gettext("Selesai")) if row.finished_at else ("open", gettext("Berjalan"))


class LineInline(ViewOnlyInline):
    model = Settlement
    fields = ("merchant", "business_day", "amount_shown", "account", "status")
    readonly_fields = ("amount_shown", "account")
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Settlement]:
        rows: QuerySet[Settlement] = super().get_queryset(request)
        return rows.select_related("merchant", "payout_file")

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: Settlement) -> SafeString:
        return money(row.amount)

    @admin.display(description=_("rekening tujuan"))
    def account(self, row: Settlement) -> str:
        """Masked, and whether it is another than before: whoever sends the file looks at these."""
        if row.payout_file is not None and self.new_accounts is None:
            self.new_accounts = payouts.new_accounts(row.payout_file)
        said = NEW_ACCOUNTS.get((self.new_accounts or {}).get(row.pk), "")
        return " ".join(filter(None, (row.bank_code, masked(row), str(said))))

    new_accounts: dict[int, payouts.NewAccount] | None = None  # read once a page


@admin.register(PayoutFile)
class PayoutFileAdmin(ViewOnlyAdmin):
    list_display = ("message_id", "execution_day", "count", "total_shown", "status_label", "made_by", "lines")
    list_filter = ("status", "execution_day")
    list_select_related = ("made_by",)
    search_fields = ("message_id",)
    search_help_text = _("Nomor berkas")
    ordering = ("-pk",)
    fields = (
        "message_id",
        "execution_day",
        "payer",
        "count",
        "total_shown",
        "status_label",
        "lines",
        "made_by",
        "made_at",
        "ended_by",
        "ended_at",
        "end_reason",
        "digest",
    )
    readonly_fields = ("payer", "total_shown", "status_label", "lines")
    inlines = (LineInline,)
    actions_list = ("make",)
    actions_detail = ("send", "withdraw", "xml", "sheet")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutFile]:
        rows: QuerySet[PayoutFile] = super().get_queryset(request)
        return rows.annotate(
            paid_lines=Count("settlements", filter=Q(settlements__status=Settlement.Status.PAID)),
            returned_lines=Count("settlements", filter=Q(settlements__status=Settlement.Status.RETURNED)),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        if row is None:
            return []
        shown = {S.MADE: ("_send", "_withdraw"), S.SENT: ("_xml", "_sheet")}.get(row.status, ())
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if shown and step.action_name.endswith(shown)]

    @admin.display(description=_("jumlah"))
    def total_shown(self, row: PayoutFile) -> SafeString:
        return money(row.total)

    @admin.display(description=_("dari rekening"))
    def payer(self, row: PayoutFile) -> str:
        return f"{row.debtor_name}, {row.debtor_bank} {row.debtor_account}"

    @display(description=_("status"), label={S.MADE: "warning", S.SENT: "success", S.WITHDRAWN: "danger"})
    def status_label(self, row: PayoutFile) -> tuple[str, str]:
        return row.status, row.get_status_display()

    @admin.display(description=_("jawaban bank"))
    def lines(self, row: Any) -> str:
        told = {"paid": row.paid_lines, "returned": row.returned_lines}
        return gettext("%(paid)s dibayar, %(returned)s dikembalikan") % told

    @action(description=_("Buat berkas pembayaran"), permissions=["wallet.add_payoutfile"], icon="note_add")
    def make(self, request: HttpRequest) -> HttpResponse:
        waits = payouts.waiting().aggregate(count=Count("pk"), total=Sum("amount", default=0))

        def run(data: dict[str, Any]) -> Done:
            try:
                made = payouts.make(request.user)  # type: ignore[arg-type]
            except CannotOpen as error:
                raise Refused(said=gettext("Ada rekening tujuan yang tidak dapat dibuka.")) from error
            said = {"count": made.count, "total": rupiah(made.total)}
            return Done(gettext("Berkas dibuat: %(count)s pembayaran, %(total)s. Petugas lain yang mengirimnya.") % said,
                        change_url(made))  # fmt: skip

        step = Step(
            title=_("Buat berkas pembayaran"),
            button=_("Buat berkas"),
            text=_(
                "Semua penyelesaian yang menunggu masuk ke satu berkas. Petugas lain memeriksa dan mengirimnya ke bank."
            ),
            facts=[(_("Penyelesaian yang menunggu"), waits["count"]), (_("Jumlah"), money(waits["total"]))],
            possible=bool(waits["count"]),
            warnings=[] if waits["count"] else [_("Tidak ada penyelesaian yang menunggu dibayar.")],
        )
        return take(self, request, step, run, back=list_url(PayoutFile))

    @action(description=_("Kirim"), permissions=["wallet.send_payoutfile"], icon="send")
    def send(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            try:
                payouts.send(row, request.user)  # type: ignore[arg-type]
            except CannotOpen as error:
                raise Refused(said=gettext("Ada rekening tujuan yang tidak dapat dibuka.")) from error
            return Done(gettext("Dikirim. Unduh berkasnya dan unggah di bank."))

        mine = row.made_by_id == request.user.pk
        step = Step(
            title=_("Kirim berkas pembayaran"),
            button=_("Ya, kirim ke bank"),
            text=_("Sesudah ini berkasnya dapat diunduh dan tidak dapat ditarik lagi."),
            facts=self._facts(row),
            danger=True,
            possible=not mine,
            warnings=[_("Anda yang membuatnya; petugas lain yang mengirim.")] if mine else [],
        )
        return take(self, request, step, run, row)

    @action(description=_("Tarik"), permissions=["wallet.withdraw_payoutfile"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            payouts.withdraw(row, data["reason"], request.user)  # type: ignore[arg-type]
            return Done(gettext("Ditarik: %(reason)s") % {"reason": data["reason"]})

        step = Step(
            title=_("Tarik berkas pembayaran"),
            button=_("Tarik"),
            text=_("Penyelesaian di dalamnya menunggu berkas berikutnya."),
            facts=self._facts(row),
            form=ReasonForm,
            danger=True,
        )
        return take(self, request, step, run, row)

    @action(description=_("Unduh pain.001"), permissions=["wallet.download_payoutfile"], icon="code")
    def xml(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = row_of(self, request, object_id)
        return self._downloaded(request, row, lambda: _xml(row))

    @action(description=_("Unduh CSV"), permissions=["wallet.download_payoutfile"], icon="table")
    def sheet(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = row_of(self, request, object_id)
        return self._downloaded(
            request, row, lambda: download(row.message_id, payouts.TITLES, list(payouts.table(row)))
        )

    def _downloaded(self, request: HttpRequest, row: PayoutFile, make: Any) -> HttpResponseBase:
        try:
            answer: HttpResponseBase = make()
        except WalletError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        except CannotOpen:
            messages.error(request, gettext("Ada rekening tujuan yang tidak dapat dibuka."))
            return HttpResponseRedirect(change_url(row))
        self.log_change(request, row, gettext("Berkas diunduh"))
        answer["Cache-Control"] = "no-store"
        return answer

    def _facts(self, row: PayoutFile) -> list[tuple[Any, Any]]:
        return [
            (_("Nomor berkas"), row.message_id),
            (_("Dari rekening"), self.payer(row)),
            (_("Hari bayar"), f"{row.execution_day:%d/%m/%Y}"),
            (_("Pembayaran"), row.count),
            (_("Jumlah"), money(row.total)),
            (_("Rekening baru atau berubah"), len(payouts.new_accounts(row))),
            (_("Dibuat oleh"), row.made_by),
        ]


def _xml(row: PayoutFile) -> HttpResponse:
    answer = HttpResponse(payouts.content(row), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{row.message_id}.xml"'
    return answer


class AnswerInline(ViewOnlyInline):
    model = BankAnswer
    fields = ("line", "reference", "says", "amount_shown", "reason", "state_label", "settled")
    readonly_fields = ("amount_shown", "state_label", "settled")
    ordering = ("line",)

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: BankAnswer) -> SafeString:
        return money(row.amount)

    @display(description=_("keadaan"), label=ANSWER_TONES)
    def state_label(self, row: BankAnswer) -> tuple[str, str]:
        return row.state, str(REFUSALS.get(row.refusal, row.get_state_display()))

    @admin.display(description=_("penyelesaian"))
    def settled(self, row: BankAnswer) -> SafeString | str:
        return link(change_url(Settlement(pk=row.settlement_id)), row.settlement_id) if row.settlement_id else "-"


@admin.register(BankAnswer)
class BankAnswerAdmin(ViewOnlyAdmin):
    """Single answers, to find those that could not be applied and to say what came of looking into them."""

    list_display = ("id", "file", "reference", "says", "amount_shown", "state_label", "reviewed")
    list_display_links = ("id", "reference")
    list_filter = ("state", ("review", admin.EmptyFieldListFilter))
    list_select_related = ("file", "review__by")
    search_fields = ("reference",)
    search_help_text = _("Rujukan")
    ordering = ("-pk",)
    fields = ("file", "line", "reference", "says", "amount_shown", "reason", "state_label", "settlement", "reviewed")
    readonly_fields = ("amount_shown", "state_label", "reviewed")
    actions_detail = ("review",)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = self.get_object(request, str(object_id))
        waits = row is not None and row.state == A.REFUSED and not hasattr(row, "review")
        return list(super().get_actions_detail(request, object_id)) if waits else []

    @admin.display(description=_("jumlah"))
    def amount_shown(self, row: BankAnswer) -> SafeString:
        return money(row.amount)

    @display(description=_("keadaan"), label=ANSWER_TONES)
    def state_label(self, row: BankAnswer) -> tuple[str, str]:
        return row.state, str(REFUSALS.get(row.refusal, row.get_state_display()))

    @admin.display(description=_("hasil pemeriksaan"))
    def reviewed(self, row: BankAnswer) -> str:
        return f"{row.review.reason} ({row.review.by})" if hasattr(row, "review") else "-"

    @action(description=_("Selesai diperiksa"), permissions=["wallet.add_answerreview"], icon="task_alt")
    def review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = row_of(self, request, object_id)
        return take_with_reason(
            self,
            request,
            row,
            lambda row, by, reason: bank_answers.review(row, reason, by),
            gettext("Diperiksa: %(reason)s"),
            title=_("Selesai diperiksa"),
            button=_("Simpan hasilnya"),
            text=_("Cocokkan dengan mutasi bank dahulu. Uang tidak berpindah; jawaban ini tidak menunggu lagi."),
            facts=[
                (_("Rujukan"), row.reference),
                (_("Jawaban"), row.get_says_display()),
                (_("Kenapa tidak"), REFUSALS.get(row.refusal, "-")),
            ],
        )


class AnswerForm(forms.Form):
    file = forms.FileField(
        label=_("Berkas jawaban bank"),
        widget=UnfoldAdminFileFieldWidget(),
        help_text=_("pain.002 (XML), atau CSV dengan kolom reference, status, amount, reason."),
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Its name and bytes, read only if there are not too many of them."""
        file = self.cleaned_data["file"]
        if file.size > settings.WALLET["answer_bytes"]:
            raise ValidationError(_("Berkas terlalu besar."))
        return file.name, file.read()


@admin.register(BankAnswerFile)
class BankAnswerFileAdmin(ViewOnlyAdmin):
    list_display = ("id", "name", "form", "count", "applied", "refused", "waiting", "created_at", "by")
    list_display_links = ("id", "name")
    list_filter = ("form", "created_at", by_number("by", _("diunggah oleh")))
    list_select_related = ("by",)
    ordering = ("-pk",)
    fields = ("name", "form", "count", "applied", "refused", "waiting", "came_back", "digest", "by", "created_at")
    readonly_fields = ("applied", "refused", "waiting", "came_back")
    inlines = (AnswerInline,)
    actions_list = ("upload",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankAnswerFile]:
        rows: QuerySet[BankAnswerFile] = super().get_queryset(request)
        return rows.annotate(
            applied_lines=Count("answers", filter=Q(answers__state__in=[A.APPLIED, A.KNOWN])),
            refused_lines=Count("answers", filter=Q(answers__state__in=[A.REFUSED, A.DROPPED])),
            waiting_lines=Count("answers", filter=Q(answers__state=A.WAITING)),
        )

    @admin.display(description=_("diterapkan"))
    def applied(self, row: Any) -> int:
        return int(row.applied_lines)

    @admin.display(description=_("tidak diterapkan"))
    def refused(self, row: Any) -> int:
        return int(row.refused_lines)

    @admin.display(description=_("menunggu"))
    def waiting(self, row: Any) -> int:
        return int(row.waiting_lines)

    @admin.display(description=_("pengembalian oleh bank"))
    def came_back(self, row: BankAnswerFile) -> SafeString | str:
        return link(change_url(row.returns), row.returns.get_status_display()) if hasattr(row, "returns") else "-"

    @action(description=_("Unggah jawaban bank"), permissions=["wallet.add_bankanswerfile"], icon="upload_file")
    def upload(self, request: HttpRequest) -> HttpResponse:
        def run(data: dict[str, Any]) -> Done:
            name, content = data["file"]
            file = bank_answers.take_in(name, content, request.user)  # type: ignore[arg-type]
            doorbell.ring_after_commit("wallet.tasks.apply_bank_answers")
            said = gettext("%(count)s jawaban diterima; diterapkan satu per satu di latar belakang.")
            if hasattr(file, "returns"):
                said = gettext(
                    "%(count)s jawaban diterima. Yang dikembalikan diterapkan sesudah petugas lain menyetujuinya."
                )
            return Done(said % {"count": file.count}, change_url(file))

        step = Step(
            title=_("Unggah jawaban bank"),
            button=_("Unggah"),
            text=_(
                "Yang dibayar ditandai dibayar; yang dikembalikan terutang lagi ke pedagangnya, sesudah petugas lain "
                "menyetujuinya."
            ),
            form=AnswerForm,
        )
        return take(self, request, step, run, back=list_url(BankAnswerFile))


@admin.register(AnswerReturns)
class AnswerReturnsAdmin(ProposalAdmin):
    list_display = ("id", "file", "back_shown", "status_label", "proposed_by", "proposed_at", "decided_by")
    list_display_links = ("id", "file")
    list_select_related = ("file", "proposed_by", "decided_by")
    fields = ("file_shown", "back_shown", *DECISION)
    readonly_fields = ("file_shown", "back_shown", "status_label")

    @admin.display(description=_("jawaban bank"))
    def file_shown(self, row: AnswerReturns) -> SafeString:
        return link(change_url(row.file), row.file)

    @admin.display(description=_("terkirim dan kembali"))
    def back_shown(self, row: AnswerReturns) -> str:
        count, total = bank_answers.told_back(row.file)
        return gettext("%(count)s pembayaran, %(total)s") % {"count": count, "total": rupiah(total)}

    def facts(self, row: AnswerReturns, request: HttpRequest) -> list[tuple[Any, Any]]:
        return [(_("Jawaban bank"), row.file), (_("Terkirim dan kembali"), self.back_shown(row))]

    def carried_out(self, row: AnswerReturns, request: HttpRequest) -> str:
        bank_answers.agree(row, request.user)  # type: ignore[arg-type]
        doorbell.ring_after_commit("wallet.tasks.apply_bank_answers")
        return gettext("Disetujui. Yang kembali terutang lagi ke pedagangnya, satu per satu di latar belakang.")
