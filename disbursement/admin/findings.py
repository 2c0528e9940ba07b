"""Whom the pre-flight check of a batch named, and why: the lists behind the counts on its page; and the steps of batches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from disbursement import failures
from disbursement.admin.people import OfEnrolment
from disbursement.models import BatchStep, PreflightFinding
from disbursement.preflight import SEVERITY, Severity
from wallet.admin.decorators import display
from wallet.admin.rows import LongTable, ViewOnlyAdmin, by_number, change_url, link


class ReasonFilter(admin.SimpleListFilter):
    """By the code of the reason, in its words."""

    title = _("alasan")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(reason, failures.of(reason).words) for reason in SEVERITY]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PreflightFinding]) -> QuerySet[PreflightFinding]:
        return queryset.filter(reason=self.value()) if self.value() in SEVERITY else queryset


@admin.register(PreflightFinding)
class PreflightFindingAdmin(OfEnrolment, LongTable, ViewOnlyAdmin):
    list_display = ("person", "nik", "severity_label", "words", "remedy", "batch_link")
    list_display_links = ("person",)
    list_filter = (ReasonFilter, by_number("batch", _("batch")))
    list_select_related = ("enrolment__person", "batch__cycle__programme")
    fields = ("person", "nik", "enrolment", "severity_label", "words", "remedy", "batch_link")
    readonly_fields = ("person", "nik", "severity_label", "words", "remedy", "batch_link")

    @display(description=_("bobot"), label={Severity.BLOCK: "danger", Severity.WARN: "warning"})
    def severity_label(self, row: PreflightFinding) -> tuple[Severity, Any]:
        severity = SEVERITY.get(row.reason, Severity.WARN)
        return severity, _("Terhalang") if severity is Severity.BLOCK else _("Perlu dilihat")

    @admin.display(description=_("alasan"))
    def words(self, row: PreflightFinding) -> str:
        return str(failures.of(row.reason).words)

    @admin.display(description=_("yang dapat dilakukan"))
    def remedy(self, row: PreflightFinding) -> str:
        return str(failures.of(row.reason).remedy)

    @admin.display(description=_("batch"))
    def batch_link(self, row: PreflightFinding) -> SafeString:
        return link(change_url(row.batch), row.batch)


@admin.register(BatchStep)
class BatchStepAdmin(LongTable, ViewOnlyAdmin):
    list_display = ("at", "batch", "from_status", "to_status", "by", "reason")
    list_filter = ("to_status", by_number("batch", _("batch")))
    list_select_related = ("batch__cycle__programme", "by")
    search_fields = ("by__username",)
    search_help_text = _("Nama pengguna")
    fields = ("at", "batch", "from_status", "to_status", "by", "reason")
