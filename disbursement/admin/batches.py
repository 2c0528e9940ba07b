"""Batches: what they hold, who stands for them, and how far they are paid."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import batches, execution, filling, preflight
from disbursement.admin import budgets, kinds, reports
from disbursement.admin.batch_approvals import ApprovalSteps, signatures
from disbursement.admin.batch_parts import ChunkInline, StepInline
from disbursement.admin.batch_running import RunningSteps, findings, only_when
from disbursement.admin.programmes import ERRORS, counted
from disbursement.batch_states import RESERVED
from disbursement.models import Batch, Chunk, Instruction, PayoutLine
from wallet.admin import purses
from wallet.admin.decorators import action, display, read_once
from wallet.admin.rows import by_number, link, list_url, money, mono
from wallet.admin.steps import Done, Step, row_of, take
from wallet.money import rupiah

S = Batch.Status
MOVED = (*RESERVED, S.CLOSED)
STATUS_TONES = {
    S.DRAFT: "none",
    S.PREPARED: "info",
    S.SUBMITTED: "warning",
    S.APPROVED: "info",
    S.PAYING: "primary",
    S.PAUSED: "warning",
    S.CLOSED: "success",
    S.CANCELLED: "danger",
}
NEXT = {
    S.DRAFT: _("Sedang diisi di latar belakang. Halaman ini memperbarui diri."),
    S.PREPARED: _("Periksa isinya, lalu ajukan. Belum ada uang yang bergerak."),
    S.SUBMITTED: _("Menunggu persetujuan orang lain, bukan yang mengajukannya. Belum ada uang yang bergerak."),
    S.APPROVED: _("Disetujui. Pembayaran dimulai dengan sendirinya, pada waktunya."),
    S.PAYING: _("Sedang dibayar. Halaman ini memperbarui diri."),
    S.PAUSED: _("Dijeda. Tidak ada yang dibayar sampai dilanjutkan, atau dihentikan."),
    S.CLOSED: _("Selesai. Yang tidak terbayar sudah kembali ke dana program."),
    S.CANCELLED: _("Dibatalkan. Tidak ada yang dibayar."),
}


def shares(count: int, paid: int, failed: int) -> tuple[float, float]:
    """Paid and failed in percent of the count."""
    return (100 * paid / count, 100 * failed / count) if count else (0.0, 0.0)


@admin.register(Batch)
class BatchAdmin(ApprovalSteps, RunningSteps):
    """A batch changes by its steps only, and each step is somebody's."""

    list_display = (
        "number",
        "programme",
        "month",
        "status_label",
        "count_shown",
        "total_shown",
        "paid_bar",
        "prepared_at",
    )
    list_display_links = ("number", "programme")
    list_filter = ("status", "cycle__programme", by_number("programme", _("program"), "cycle__programme_id"))
    list_select_related = ("cycle__programme", "maker", "version", "follows")
    search_fields = ("purse_title", "cycle__programme__name")
    search_help_text = _("Program atau judul kantong")
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("programme", "month"),
                    ("count_shown", "total_shown"),
                    ("purse_title", "purse_life"),
                    "version",
                    ("pay_at", "chain_shown"),
                    "terms",
                    "digest_shown",
                    "contents_shown",
                    "lines",
                )
            },
        ),
        (_("Siapa dan kapan"), {"fields": ("maker", ("prepared_at", "submitted_at"), ("approved_at", "closed_at"))}),
    )
    readonly_fields = (
        "programme",
        "month",
        "count_shown",
        "total_shown",
        "purse_life",
        "terms",
        "digest_shown",
        "contents_shown",
        "lines",
        "chain_shown",
    )
    inlines = (StepInline, ChunkInline)
    actions_detail = (
        "submit",
        "approve",
        "refuse",
        "withdraw",
        "pause",
        "resume",
        "retry",
        "follow_up",
        "precheck",
        "leave_out",
        "csv",
        "xlsx",
        "give_up",
        "stop",
        "cancel",
    )
    change_form_outer_before_template = "disbursement/admin/batch_progress.html"

    class Media:
        js = ("wallet/progress.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        """With what was paid and what failed, summed in the same query."""
        chunks = Chunk.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
        paid = chunks.annotate(many=Sum("paid_count")).values("many")
        begun = Sum("count", filter=~Q(status=Chunk.Status.PENDING))
        ended = chunks.annotate(many=begun - Sum("open_count") - Sum("returned_count")).values("many")
        rows: QuerySet[Batch] = super().get_queryset(request)
        return rows.annotate(
            paid=Coalesce(Subquery(paid, output_field=IntegerField()), 0),
            ended=Coalesce(Subquery(ended, output_field=IntegerField()), 0),
        )

    def get_urls(self) -> list[URLPattern]:
        progress = path(
            "<int:batch>/progress/",
            self.admin_site.admin_view(self.progress_view),
            name="disbursement_batch_progress",
        )
        return [progress, *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that the batch's status allows, out of those that are the officer's."""
        batch = self.get_object(request, str(object_id))
        if batch is None:
            return []
        stuck = batch.status in RESERVED and batch.chunks.filter(status=Chunk.Status.FAILED).exists()
        filled = batch.status not in (S.DRAFT, S.CANCELLED)
        possible = {
            "submit": batch.status == S.PREPARED,
            "approve": batch.status == S.SUBMITTED,
            "refuse": batch.status == S.SUBMITTED and batch.maker_id != request.user.pk,
            "withdraw": batch.status == S.SUBMITTED and batch.maker_id == request.user.pk,
            "cancel": batch.status in (S.DRAFT, S.PREPARED),
            "retry": stuck,
            "give_up": stuck,
            "pause": batch.status in (S.APPROVED, S.PAYING),
            "resume": batch.status == S.PAUSED,
            "stop": batch.status == S.PAUSED,
            "follow_up": batch.status == S.CLOSED and execution.progress(batch).failed > 0,
            "precheck": batch.status in (S.PREPARED, S.SUBMITTED),
            "leave_out": batch.status == S.PREPARED and any(found["blocks"] for found in findings(batch)),
            "csv": filled,
            "xlsx": filled,
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("disbursement_batch_")]]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)
        shown = {}
        if batch is not None:
            shown = {"progress": self._progress(batch), "signatures": signatures(batch), **self._checked(batch)}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    # --- What it looks like ---

    @admin.display(description=_("nomor"), ordering="pk")
    def number(self, batch: Batch) -> str:
        return f"#{batch.pk}"

    @admin.display(description=_("program"))
    def programme(self, batch: Batch) -> str:
        return batch.cycle.programme.name

    @admin.display(description=_("periode"), ordering="cycle__period")
    def month(self, batch: Batch) -> str:
        return date_format(batch.cycle.period, "F Y")

    @display(description=_("status"), label=STATUS_TONES)
    def status_label(self, batch: Batch) -> tuple[str, str]:
        return batch.status, batch.get_status_display()

    @admin.display(description=_("instruksi bayar"), ordering="count")
    def count_shown(self, batch: Batch) -> str:
        return counted(batch.count)

    @admin.display(description=_("jumlah"), ordering="total")
    def total_shown(self, batch: Batch) -> SafeString:
        return money(batch.total)

    @admin.display(description=_("dibayar"))
    def paid_bar(self, batch: Any) -> SafeString | str:
        if batch.status not in MOVED:
            return "-"
        paid, failed = shares(batch.count, batch.paid, batch.ended - batch.paid)
        return format_html(
            '<span class="office-bar office-bar-small" title="{}"><span class="tone-paid" style="width:{}%"></span>'
            '<span class="tone-failed" style="width:{}%"></span></span>',
            f"{counted(batch.paid)} / {counted(batch.count)}",
            f"{paid:.2f}",
            f"{failed:.2f}",
        )

    @admin.display(description=_("masa pakai"))
    def purse_life(self, batch: Batch) -> str:
        days = batch.version.purse_days
        return gettext("%(days)s hari sejak dibayar") % {"days": days} if days else gettext("tanpa batas waktu")

    @admin.display(description=_("aturan kantong"))
    @read_once
    def terms(self, batch: Batch) -> SafeString | str:
        """How the money of each kind of purse in it may be used."""
        kinds = Chunk.objects.filter(batch=batch).order_by("title", "terms").distinct("title", "terms")
        rows = [(chunk.title, purses.in_words(chunk.terms)) for chunk in kinds.select_related("terms")]
        if len(rows) == 1:
            return rows[0][1]
        return format_html_join("", "<div>{}: {}</div>", rows)

    @admin.display(description=_("sidik isi (SHA-256)"))
    def digest_shown(self, batch: Batch) -> SafeString:
        return mono(batch.digest or gettext("dihitung saat diajukan"))

    @admin.display(description=_("rangkaian"))
    def chain_shown(self, batch: Batch) -> SafeString | str:
        return self.chain(batch)

    @admin.display(description=_("isi menurut jenis"))
    @read_once
    def contents_shown(self, batch: Batch) -> SafeString | str:
        return kinds.of_batch(batch)

    @admin.display(description=_("isi"))
    def lines(self, batch: Batch) -> SafeString:
        lines = link(list_url(Instruction, batch=batch.pk), _("Lihat semua instruksi bayar"))
        report = reports.link_to(_("Buat laporan batch ini"), batch=batch.pk, grouping="region")
        return format_html("{} · {}", lines, report)

    # --- How far it is ---

    def progress_view(self, request: HttpRequest, batch: int) -> JsonResponse:
        """The batch's progress as JSON, for its page to refresh itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = Batch.objects.filter(pk=batch).first()
        if row is None:
            raise Http404
        return JsonResponse(self._progress(row))

    def _progress(self, batch: Batch) -> dict[str, Any]:
        now = execution.progress(batch)
        paid, failed = shares(now.count, now.paid, now.failed)
        tone = STATUS_TONES[S(batch.status)]
        stuck = Chunk.objects.filter(batch=batch, status=Chunk.Status.FAILED).count()
        return {
            "url": reverse("admin:disbursement_batch_progress", args=[batch.pk]),
            "status": batch.status,
            "status_label": str(batch.get_status_display()),
            "tone": tone,
            "next": str(NEXT[S(batch.status)]),
            "live": batch.status in (S.DRAFT, S.APPROVED, S.PAYING),
            "moved": batch.status in MOVED,
            "count": counted(now.count),
            "total": rupiah(batch.total),
            "paid": counted(now.paid),
            "failed": counted(now.failed),
            "waiting": counted(now.count - now.paid - now.failed - now.returned - now.open),
            "returned": counted(now.returned) if now.returned else "",
            "open": counted(now.open) if now.open else "",
            "open_url": list_url(PayoutLine, batch=batch.pk),
            "failed_url": list_url(Instruction, batch=batch.pk, status__exact=Instruction.Status.FAILED.value),
            "paid_total": rupiah(now.paid_total),
            "paid_share": f"{paid:.2f}",
            "failed_share": f"{failed:.2f}",
            "percent": f"{int(paid)} %",
            "chunks": f"{counted(now.chunks_ended)} / {counted(now.chunks)}",
            "stuck": stuck,
            **self._filled(batch),
        }

    def _filled(self, batch: Batch) -> dict[str, Any]:
        """How far a draft is filled."""
        if batch.status != S.DRAFT or (told := filling.progress(batch)) is None:
            return {"filling": False}
        share, _none = shares(told.of, told.lines, 0)
        return {
            "filling": True,
            "filled": f"{counted(told.lines)} / {counted(told.of)}",
            "filled_share": f"{share:.2f}",
        }

    def _checked(self, batch: Batch) -> dict[str, Any]:
        """What the check before approval found, and which budgets have too little, for the page."""
        short = budgets.short_in_words(batch)
        said: dict[str, Any] = {"short_of_budget": short} if short else {}
        said["budget_url"] = budgets.page_url(batch.cycle.programme, batch.cycle.period.year)
        checked = preflight.latest(batch)
        if checked is None or batch.status in (S.DRAFT, S.CANCELLED):
            return said
        return said | {"checked": checked, "findings": findings(batch)}

    # --- Steps ---

    def facts(self, batch: Batch) -> list[tuple[Any, Any]]:
        programme = batch.cycle.programme
        return [
            (_("Program"), programme),
            (_("Periode"), self.month(batch)),
            (_("Instruksi bayar"), counted(batch.count)),
            (_("Jumlah"), money(batch.total)),
            (_("Menurut jenis"), self.contents_shown(batch)),
            (_("Judul kantong"), batch.purse_title),
            (_("Masa pakai"), self.purse_life(batch)),
            (_("Dibayar mulai"), self._moment(batch)),
            (_("Aturan kantong"), self.terms(batch)),
            (_("Saldo dana program"), money(programme.fund.balance)),
            (_("Saldo dana sesudahnya"), money(programme.fund.balance - batch.total)),
        ]

    def _moment(self, batch: Batch) -> str:
        if batch.pay_at is None:
            return gettext("segera setelah disetujui")
        return date_format(timezone.localtime(batch.pay_at), "j F Y H:i")

    @action(description=_("Batalkan"), permissions=["disbursement.submit_batch"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            batches.cancel(batch, by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Batch dibatalkan. Pesertanya dapat masuk batch lain."))

        step = Step(
            title=_("Batalkan batch"),
            button=_("Ya, batalkan batch ini"),
            text=_("Tidak ada yang dibayar dari batch ini, dan langkah ini tidak dapat ditarik kembali."),
            facts=self.facts(batch)[:4],
            danger=True,
            **only_when(batch, S.DRAFT, S.PREPARED),
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)
