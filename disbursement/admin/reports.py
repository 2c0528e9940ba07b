"""Reports in the office: asked for, watched while a worker computes them, read with charts, and taken along as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disbursement.admin.report_charts import svg
from disbursement.admin.report_form import ReportForm, question
from disbursement.errors import DisbursementError
from disbursement.models import Report
from disbursement.reports import drawing, making, pdf, reading, sheet
from disbursement.reports.columns import TABLE_TITLES, Table, Unit
from wallet import doorbell
from wallet.admin import sheets
from wallet.admin.decorators import action, display
from wallet.admin.rows import ViewOnlyAdmin, change_url, link, list_url
from wallet.admin.steps import AddedByStep, Done, Step, row_of, take

S = Report.Status
TONES = {S.WAITING: "info", S.RUNNING: "primary", S.DONE: "success", S.FAILED: "danger", S.CANCELLED: "none"}
NEXT = {
    S.WAITING: _("Menunggu giliran. Halaman ini memperbarui diri."),
    S.RUNNING: _("Sedang dihitung di latar belakang. Halaman ini memperbarui diri."),
    S.DONE: _("Selesai dan tidak berubah lagi."),
    S.FAILED: _("Tidak dapat dihitung. Buat lagi; bila berulang, laporkan kepada pengelola sistem."),
    S.CANCELLED: _("Dibatalkan. Tidak ada hasil yang disimpan."),
}
EVERYTHING = "disbursement.see_small_groups"
PUBLIC = "umum"  # in a file's address: with small groups masked, whoever takes it


def link_to(text: Any, **asked: object) -> SafeString:
    """A link to the form of a new report with these filters filled in."""
    return link(f"{reverse('admin:disbursement_report_add')}?{urlencode(asked)}", text)


@admin.register(Report)
class ReportAdmin(AddedByStep, ViewOnlyAdmin):
    list_display = ("number", "grouping", "programme_count", "period", "place", "status_label", "as_of_shown", "by")
    list_display_links = ("number",)
    list_filter = ("status", "grouping")
    list_select_related = ("by",)
    ordering = ("-pk",)
    fields = readonly_fields = ("by", "created_at", "finished_at")
    actions_detail = ("again", "cancel")
    change_form_outer_before_template = "disbursement/admin/report.html"

    class Media:
        js = ("wallet/progress.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:number>/progress/", view(self.progress_view), name="disbursement_report_progress"),
            path("<int:number>/unduh/<str:form>/", view(self.file_view), name="disbursement_report_file"),
            path("<int:number>/unduh/<str:form>/umum/", view(self.public_file_view), name="disbursement_report_public"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("disbursement.add_report")  # type: ignore[union-attr]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        report = self.get_object(request, str(object_id))
        steps = list(super().get_actions_detail(request, object_id))
        if report is None or report.status in Report.ENDED:
            return [step for step in steps if not step.action_name.endswith("_cancel")]
        return steps

    # --- asking for one ---

    def adding(self, request: HttpRequest) -> HttpResponse:
        """The form; small reports are done at once, for others a worker is rung."""

        def run(asked: dict[str, Any]) -> Done:
            report = making.request(question(asked), request.user)  # type: ignore[arg-type]
            self.log_addition(request, report, gettext("Laporan diminta."))
            if making.is_small(report) and making.make(report):
                return Done(gettext("Laporan selesai dihitung."), change_url(report))
            doorbell.ring_after_commit("disbursement.tasks.make_reports")
            return Done(gettext("Laporan sedang dihitung di latar belakang."), change_url(report))

        step = Step(
            title=_("Laporan penyaluran"),
            button=_("Hitung laporan"),
            text=_(
                "Siapa terdaftar, berapa yang dibayar, gagal, dibelanjakan dan hangus, dan berapa lama. Semua angka dari saat "
                "yang sama; tidak ada yang berubah dan tidak ada uang yang bergerak."
            ),
            form=ReportForm,
            initial=_asked(request),
            errors=(DisbursementError,),
        )
        return take(self, request, step, run, back=list_url(Report))

    @action(description=_("Hitung lagi"), permissions=["disbursement.add_report"], icon="refresh")
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The form with the same filters: what was kept stays as it was."""
        report = row_of(self, request, object_id)
        asked = {
            "grouping": report.grouping,
            "programmes": report.programmes,
            "period_from": f"{report.period_from:%Y-%m}" if report.period_from else "",
            "period_to": f"{report.period_to:%Y-%m}" if report.period_to else "",
            "region": report.region,
            "kind": report.kind,
            "batch": report.batch_id or "",
        }
        address = f"{reverse('admin:disbursement_report_add')}?{urlencode(asked, doseq=True)}"
        return HttpResponseRedirect(address)

    @action(description=_("Batalkan"), permissions=["disbursement.add_report"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        report = row_of(self, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            making.cancel(report)
            return Done(gettext("Laporan dibatalkan."))

        step = Step(
            title=_("Batalkan laporan"),
            button=_("Ya, batalkan laporan ini"),
            text=_("Penghitungan berhenti dan tidak ada hasil yang disimpan."),
            facts=list(reading.filters(report)),
            danger=True,
            possible=report.status not in Report.ENDED,
            errors=(DisbursementError,),
        )
        return take(self, request, step, run, report)

    # --- what it looks like ---

    @admin.display(description=_("nomor"), ordering="pk")
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @admin.display(description=_("program"))
    def programme_count(self, report: Report) -> str:
        many = len(report.programmes)
        return gettext("%(count)s program") % {"count": many} if many else gettext("semua")

    @admin.display(description=_("periode"))
    def period(self, report: Report) -> str:
        return reading.period(report)

    @admin.display(description=_("wilayah"))
    def place(self, report: Report) -> str:
        return reading.place(report)

    @display(description=_("status"), label=TONES)
    def status_label(self, report: Report) -> tuple[str, str]:
        return report.status, report.get_status_display()

    @admin.display(description=_("keadaan pada"), ordering="as_of")
    def as_of_shown(self, report: Report) -> str:
        return reading.moment(report)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        report = self.get_object(request, object_id)
        shown = self._shown(request, report) if report is not None else {}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    def _shown(self, request: HttpRequest, report: Report) -> dict[str, Any]:
        told: dict[str, Any] = {"progress": self._progress(report), "asked": list(reading.filters(report))}
        if report.result is None:
            return told
        everything = request.user.has_perm(EVERYTHING)  # type: ignore[union-attr]
        read = reading.read(report, everything=everything)
        return told | {
            "reading": read,
            "figures": _figures(read),
            "tables": [(TABLE_TITLES[table], *_table(read, table)) for table in Table],
            "charts": [(one.title, svg(one, at)) for at, one in enumerate(drawing.drawings(read))],
            "files": [(title, self._file_url(report, form, "file")) for form, title in TITLES.items()],
            "public_files": [(title, self._file_url(report, form, "public")) for form, title in TITLES.items()],
            "everything": everything,
        }

    def _file_url(self, report: Report, form: str, kind: str) -> str:
        return reverse(f"admin:disbursement_report_{kind}", args=[report.pk, form])

    # --- how far it is ---

    def progress_view(self, request: HttpRequest, number: int) -> JsonResponse:
        """The report's progress as JSON, for its page to refresh itself."""
        return JsonResponse(self._progress(self._seen(request, number)))

    def _progress(self, report: Report) -> dict[str, Any]:
        return {
            "url": reverse("admin:disbursement_report_progress", args=[report.pk]),
            "status": report.status,
            "status_label": str(report.get_status_display()),
            "tone": TONES[S(report.status)],
            "next": str(NEXT[S(report.status)]),
            "live": report.status in (S.WAITING, S.RUNNING),
            "lines": f"{reading.number(report.lines_done)} / {reading.number(report.lines)}",
            "share": f"{100 * report.lines_done / report.lines:.2f}" if report.lines else "0",
        }

    def _seen(self, request: HttpRequest, number: int) -> Report:
        """The report of a page beside its own. Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        report = Report.objects.filter(pk=number).first()
        if report is None:
            raise Http404
        return report

    # --- files ---

    def file_view(self, request: HttpRequest, number: int, form: str) -> HttpResponseBase:
        """The report as a file, with small groups as far as the officer may see them."""
        return self._file(request, number, form, everything=request.user.has_perm(EVERYTHING))  # type: ignore[union-attr]

    def public_file_view(self, request: HttpRequest, number: int, form: str) -> HttpResponseBase:
        """The report as a file for everybody: small groups are masked."""
        return self._file(request, number, form, everything=False)

    def _file(self, request: HttpRequest, number: int, form: str, *, everything: bool) -> HttpResponseBase:
        report = self._seen(request, number)
        if form not in FILES or report.result is None:
            raise Http404
        said = gettext("Laporan diunduh sebagai %(form)s.") % {"form": form.upper()}
        masked = gettext("Kelompok kecil disamarkan.")
        self.log_change(request, report, said if everything else f"{said} {masked}")
        read = reading.read(report, everything=everything)
        return FILES[form](f"laporan-{report.pk}" if everything else f"laporan-{report.pk}-{PUBLIC}", read)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form fills in; the form itself refuses what is none of its choices."""
    asked: dict[str, Any] = {name: request.GET[name] for name in ReportForm.base_fields if name in request.GET}
    if "programmes" in asked:
        asked["programmes"] = [one for one in request.GET.getlist("programmes") if one.isascii() and one.isdecimal()]
    return asked


def _figures(read: reading.Reading) -> list[tuple[Any, str, str]]:
    """The whole in a few figures: name, figure, and what is said below it."""
    if not read.total.shown:
        return []
    total = read.total.figures
    paid = gettext("%(paid)s dari %(of)s instruksi") % {
        "paid": reading.number(total["paid"]),
        "of": reading.number(total["instructed"]),
    }
    people = gettext("%(count)s dibayar") % {"count": reading.number(total["paid_people"])}
    failed = gettext("%(count)s instruksi") % {"count": reading.number(total["failed"])}
    return [
        (_("Peserta"), reading.number(total["enrolled"]), people),
        (_("Dibayar"), f"Rp {reading.number(total['paid_total'])}", paid),
        (_("Gagal"), f"Rp {reading.number(total['failed_total'])}", failed),
        (_("Dibelanjakan"), f"Rp {reading.number(total['redeemed'])}", reading.percent(read.total.redeemed_share)),
    ]


def _table(read: reading.Reading, table: Table) -> tuple[list[str], list[dict[str, Any]]]:
    """The table's header and its rows; the last is the total."""
    columns = read.columns(table)
    header = [str(column.title) + (" (Rp)" if column.unit is Unit.RUPIAH else "") for column in columns]
    rows = []
    for line in read.rows(table):
        cells = [reading.cell(line, column) for column in columns]
        for place, column in enumerate(columns):
            if column.name == "redeemed" and line.shown:
                cells[place] += f" ({reading.percent(line.redeemed_share)})"
        rows.append({"title": line.title, "cells": list(zip(header, cells, strict=True)), "total": line is read.total})
    return header, rows


def _csv(name: str, read: reading.Reading) -> HttpResponseBase:
    return sheets.download(name, sheet.header(read), list(sheet.rows(read)))


def _xlsx(name: str, read: reading.Reading) -> HttpResponseBase:
    return sheets.download_workbook(name, gettext("Laporan"), sheet.header(read), list(sheet.rows(read)))


def _pdf(name: str, read: reading.Reading) -> HttpResponseBase:
    disposition = f'attachment; filename="{name}.pdf"'
    return HttpResponse(
        pdf.document(read), content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


FILES: dict[str, Callable[[str, reading.Reading], HttpResponseBase]] = {"csv": _csv, "xlsx": _xlsx, "pdf": _pdf}
TITLES = {"pdf": "PDF", "xlsx": "Excel", "csv": "CSV"}
