"""What stands below a batch: its chunks, and its steps with who took them and why."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement import failures
from disbursement.admin.programmes import counted
from disbursement.models import BatchStep, Chunk, Instruction
from wallet.admin.decorators import display
from wallet.admin.rows import ViewOnlyInline, link, list_url, money


class ChunkInline(ViewOnlyInline):
    model = Chunk
    fields = ("part", "payer", "paid_of", "paid_shown", "status_label", "trouble", "remedy")
    readonly_fields = ("part", "payer", "paid_of", "paid_shown", "status_label", "trouble", "remedy")
    ordering = ("number",)
    show_change_link = False
    verbose_name_plural = _("Potongan")

    @admin.display(description=_("potongan"))
    def part(self, chunk: Chunk) -> SafeString:
        return link(list_url(Instruction, chunk=chunk.pk), f"{chunk.number}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        rows: QuerySet[Chunk] = super().get_queryset(request)
        return rows.select_related("provider")

    @admin.display(description=_("lewat"))
    def payer(self, chunk: Chunk) -> str:
        return str(chunk.provider) if chunk.provider else gettext("dompet sendiri")

    @admin.display(description=_("dibayar"))
    def paid_of(self, chunk: Chunk) -> str:
        return f"{counted(chunk.paid_count)} / {counted(chunk.count)}"

    @admin.display(description=_("kesalahan"))
    def trouble(self, chunk: Chunk) -> str:
        if not chunk.failure and not chunk.error:
            return "-"
        words = failures.of(chunk.failure).words if chunk.failure else chunk.error
        if not chunk.attempts:
            return str(words)
        return gettext("%(error)s (percobaan ke-%(attempts)s)") % {"error": words, "attempts": chunk.attempts}

    @admin.display(description=_("yang dapat dilakukan"))
    def remedy(self, chunk: Chunk) -> str:
        return str(failures.of(chunk.failure).remedy) if chunk.failure else "-"

    @admin.display(description=_("jumlah dibayar"))
    def paid_shown(self, chunk: Chunk) -> SafeString:
        return money(chunk.paid_total)

    @display(
        description=_("status"),
        label={
            Chunk.Status.PENDING: "info",
            Chunk.Status.SENT: "warning",
            Chunk.Status.DONE: "success",
            Chunk.Status.BLOCKED: "danger",
            Chunk.Status.FAILED: "danger",
        },
    )
    def status_label(self, chunk: Chunk) -> tuple[str, str]:
        return chunk.status, chunk.get_status_display()


class StepInline(ViewOnlyInline):
    model = BatchStep
    fields = ("at", "to_status", "by_shown", "reason")
    readonly_fields = ("by_shown",)
    ordering = ("pk",)
    show_change_link = False
    verbose_name_plural = _("Langkah")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BatchStep]:
        rows: QuerySet[BatchStep] = super().get_queryset(request)
        return rows.select_related("by")

    @admin.display(description=_("oleh"))
    def by_shown(self, step: BatchStep) -> str:
        return str(step.by) if step.by else gettext("sistem")
