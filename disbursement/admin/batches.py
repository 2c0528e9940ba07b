"""Batches: what they hold, who stands for them, and how far they are paid."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import batches, execution
from disbursement.admin.batch_approvals import ApprovalSteps, signatures
from disbursement.admin.programmes import ERRORS, counted
from disbursement.models import Batch, Chunk, Instruction
from wallet.admin import purses
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, ViewOnlyInline, by_number, link, list_url, money
from wallet.admin.steps import Done, Step, row_of, take
from wallet.money import rupiah

S = Batch.Status
STATUS_TONES = {
    S.PREPARED: "info",
    S.SUBMITTED: "warning",
    S.APPROVED: "primary",
    S.CLOSED: "success",
    S.CANCELLED: "danger",
}
NEXT = {
    S.PREPARED: _("Periksa isinya, lalu ajukan. Belum ada uang yang bergerak."),
    S.SUBMITTED: _("Menunggu persetujuan orang lain, bukan yang mengajukannya. Belum ada uang yang bergerak."),
    S.APPROVED: _("Sedang dibayar. Halaman ini memperbarui diri."),
    S.CLOSED: _("Selesai. Yang tidak terbayar sudah kembali ke dana program."),
    S.CANCELLED: _("Dibatalkan. Tidak ada yang dibayar."),
}


class ChunkInline(ViewOnlyInline):
    model = Chunk
    fields = ("part", "paid_of", "paid_shown", "status_label", "trouble")
    readonly_fields = ("part", "paid_of", "paid_shown", "status_label", "trouble")
    ordering = ("number",)
    show_change_link = False
    verbose_name_plural = _("Potongan")

    @admin.display(description=_("potongan"))
    def part(self, chunk: Chunk) -> SafeString:
        return link(list_url(Instruction, chunk=chunk.pk), f"{chunk.number}")

    @admin.display(description=_("dibayar"))
    def paid_of(self, chunk: Chunk) -> str:
        return f"{counted(chunk.paid_count)} / {counted(chunk.count)}"

    @admin.display(description=_("kesalahan"))
    def trouble(self, chunk: Chunk) -> str:
        if not chunk.error:
            return "-"
        return gettext("%(error)s (percobaan ke-%(attempts)s)") % {"error": chunk.error, "attempts": chunk.attempts}

    @admin.display(description=_("jumlah dibayar"))
    def paid_shown(self, chunk: Chunk) -> SafeString:
        return money(chunk.paid_total)

    @display(
        description=_("status"),
        label={
            Chunk.Status.PENDING: "info",
            Chunk.Status.DONE: "success",
            Chunk.Status.BLOCKED: "danger",
            Chunk.Status.FAILED: "danger",
        },
    )
    def status_label(self, chunk: Chunk) -> tuple[str, str]:
        return chunk.status, chunk.get_status_display()


def shares(count: int, paid: int, failed: int) -> tuple[float, float]:
    """Paid and failed in percent of the count."""
    return (100 * paid / count, 100 * failed / count) if count else (0.0, 0.0)


@admin.register(Batch)
class BatchAdmin(ApprovalSteps, ViewOnlyAdmin):
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
    list_select_related = ("cycle__programme", "maker")
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
                    "terms",
                    "digest_shown",
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
        "lines",
    )
    inlines = (ChunkInline,)
    actions_detail = ("submit", "approve", "refuse", "withdraw", "retry", "give_up", "cancel")
    change_form_outer_before_template = "disbursement/admin/batch_progress.html"

    class Media:
        js = ("wallet/progress.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        """With what was paid and what failed, summed in the same query."""
        chunks = Chunk.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
        paid = chunks.annotate(many=Sum("paid_count")).values("many")
        ended = chunks.annotate(many=Sum("count", filter=~Q(status=Chunk.Status.PENDING))).values("many")
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
        failed = batch.status == S.APPROVED and batch.chunks.filter(status=Chunk.Status.FAILED).exists()
        possible = {
            "submit": batch.status == S.PREPARED,
            "approve": batch.status == S.SUBMITTED,
            "refuse": batch.status == S.SUBMITTED and batch.maker_id != request.user.pk,
            "withdraw": batch.status == S.SUBMITTED and batch.maker_id == request.user.pk,
            "cancel": batch.status == S.PREPARED,
            "retry": failed,
            "give_up": failed,
        }
        steps = super().get_actions_detail(request, object_id)
        return [step for step in steps if possible[step.action_name.removeprefix("disbursement_batch_")]]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)
        shown = {"progress": self._progress(batch), "signatures": signatures(batch)} if batch is not None else {}
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

    @admin.display(description=_("penerima"), ordering="count")
    def count_shown(self, batch: Batch) -> str:
        return counted(batch.count)

    @admin.display(description=_("jumlah"), ordering="total")
    def total_shown(self, batch: Batch) -> SafeString:
        return money(batch.total)

    @admin.display(description=_("dibayar"))
    def paid_bar(self, batch: Any) -> SafeString | str:
        if batch.status not in (S.APPROVED, S.CLOSED):
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
        days = batch.cycle.programme.purse_days
        return gettext("%(days)s hari sejak dibayar") % {"days": days} if days else gettext("tanpa batas waktu")

    @admin.display(description=_("aturan kantong"))
    def terms(self, batch: Batch) -> str:
        return purses.in_words(batch.cycle.programme.terms)

    @admin.display(description=_("sidik isi (SHA-256)"))
    def digest_shown(self, batch: Batch) -> SafeString:
        return format_html('<span class="office-mono">{}</span>', batch.digest or gettext("dihitung saat diajukan"))

    @admin.display(description=_("isi"))
    def lines(self, batch: Batch) -> SafeString:
        return link(list_url(Instruction, batch=batch.pk), _("Lihat semua instruksi bayar"))

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
            "live": batch.status == S.APPROVED,
            "moved": batch.status in (S.APPROVED, S.CLOSED),
            "count": counted(now.count),
            "total": rupiah(batch.total),
            "paid": counted(now.paid),
            "failed": counted(now.failed),
            "waiting": counted(now.count - now.paid - now.failed),
            "paid_total": rupiah(now.paid_total),
            "paid_share": f"{paid:.2f}",
            "failed_share": f"{failed:.2f}",
            "percent": f"{int(paid)} %",
            "chunks": f"{counted(now.chunks_ended)} / {counted(now.chunks)}",
            "stuck": stuck,
        }

    # --- Steps ---

    def facts(self, batch: Batch) -> list[tuple[Any, Any]]:
        programme = batch.cycle.programme
        return [
            (_("Program"), programme),
            (_("Periode"), self.month(batch)),
            (_("Penerima"), counted(batch.count)),
            (_("Jumlah"), money(batch.total)),
            (_("Judul kantong"), batch.purse_title),
            (_("Masa pakai"), self.purse_life(batch)),
            (_("Aturan kantong"), self.terms(batch)),
            (_("Saldo dana program"), money(programme.fund.balance)),
            (_("Saldo dana sesudahnya"), money(programme.fund.balance - batch.total)),
        ]

    @action(description=_("Batalkan"), permissions=["disbursement.submit_batch"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            batches.cancel(batch)
            return Done(gettext("Batch dibatalkan. Pesertanya dapat masuk batch lain."))

        possible = batch.status == S.PREPARED
        step = Step(
            title=_("Batalkan batch"),
            button=_("Ya, batalkan batch ini"),
            text=_("Tidak ada yang dibayar dari batch ini, dan langkah ini tidak dapat ditarik kembali."),
            facts=self.facts(batch)[:4],
            danger=True,
            possible=possible,
            warnings=[]
            if possible
            else [_("Batch ini berstatus %(status)s.") % {"status": batch.get_status_display()}],
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Lepaskan potongan gagal"), permissions=["disbursement.approve_batch"], icon="block")
    def give_up(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)
        failed = list(batch.chunks.filter(status=Chunk.Status.FAILED).order_by("number")[:10])

        def run(data: dict[str, Any]) -> Done:
            count = batches.give_up_failed(batch)
            return Done(gettext("%(count)s potongan tidak dibayar; dananya kembali.") % {"count": count})

        step = Step(
            title=_("Lepaskan potongan gagal"),
            button=_("Ya, jangan dibayar"),
            text=_("Penerima dalam potongan ini tidak dibayar oleh batch ini dan dapat masuk batch susulan."),
            facts=[(gettext("Potongan %(number)s") % {"number": chunk.number}, chunk.error or "-") for chunk in failed],
            possible=bool(failed),
            warnings=[] if failed else [_("Tidak ada potongan yang gagal.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)

    @action(description=_("Coba lagi potongan gagal"), permissions=["disbursement.submit_batch"], icon="replay")
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = row_of(self, request, object_id)
        failed = list(batch.chunks.filter(status=Chunk.Status.FAILED).order_by("number")[:10])

        def run(data: dict[str, Any]) -> Done:
            due = batches.retry_failed(batch)
            return Done(gettext("%(count)s potongan dicoba lagi.") % {"count": due})

        step = Step(
            title=_("Coba lagi potongan gagal"),
            button=_("Coba lagi"),
            text=_("Lakukan setelah penyebabnya diatasi. Yang sudah dibayar tidak dibayar dua kali."),
            facts=[(gettext("Potongan %(number)s") % {"number": chunk.number}, chunk.error or "-") for chunk in failed],
            possible=bool(failed),
            warnings=[] if failed else [_("Tidak ada potongan yang gagal.")],
            errors=ERRORS,
        )
        return take(self, request, step, run, batch)
