"""Files of evidence in the office: uploaded here, read in the background; what was refused comes back to be corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from beneficiaries import evidence_file, evidence_imports, reveals
from beneficiaries.admin.file_imports import FileImportAdmin, UploadForm
from beneficiaries.admin.import_figures import bars, counted, erased
from beneficiaries.admin.reveals import address_of
from beneficiaries.admin.sealed_upload import FIELD, SealedFile
from beneficiaries.errors import BeneficiaryError, said
from beneficiaries.models import EvidenceImport, EvidenceProgress, Reveal
from beneficiaries.refusals import title
from wallet.admin.decorators import display
from wallet.admin.rows import change_url

S = EvidenceImport.State
TONES = {S.WAITING: "info", S.DONE: "success", S.FAILED: "danger", S.CANCELLED: "none"}
NEXT = {
    S.WAITING: _("Semua yang benar disimpan bersama-sama di akhir. Halaman ini memperbarui diri."),
    S.DONE: _("Yang benar sudah disimpan. Yang ditolak dapat diperbaiki dan diimpor lagi."),
    S.FAILED: _("Tidak ada yang disimpan. Atasi penyebabnya, lalu unggah lagi berkasnya."),
    S.CANCELLED: _("Dibatalkan. Tidak ada dari berkas ini yang disimpan, dan berkasnya dihapus."),
}
UPLOADS = "beneficiaries.add_evidenceimport"


class EvidenceForm(UploadForm):
    file = forms.FileField(label=_("Berkas CSV"), widget=UnfoldAdminFileFieldWidget)


def url(run: EvidenceImport, page: str) -> str:
    """The address of one of the pages beside an import's own; it names the import and nothing else."""
    return reverse(f"admin:beneficiaries_evidenceimport_{page}", args=[run.pk])


@admin.register(EvidenceImport)
class EvidenceImportAdmin(FileImportAdmin):
    """An import is uploaded, and then a worker's."""

    list_display = ("file_name", "status_label", "created_at", "by", "rows", "added", "known", "refused")
    list_select_related = ("by",)
    list_filter = ("state", "created_at")
    search_fields = ("file_name",)
    search_help_text = _("Nama berkas")
    ordering = ("-pk",)
    upload_form = EvidenceForm
    upload_template = "beneficiaries/admin/evidence_import.html"
    fieldsets = (
        (
            None,
            {"fields": (("file_name", "by"), "digest", ("created_at", "ended_at"), ("ended_by", "end_reason"))},
        ),
    )
    readonly_fields = ("file_name", "by", "digest", "created_at", "ended_at", "ended_by", "end_reason")
    stop_states = (S.WAITING,)
    stop_text = _("Tidak ada dari berkas ini yang disimpan, dan berkas yang diunggah dihapus.")
    actions_detail = ("cancel",)

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may upload withdraws."""
        return request.user.has_perm(UPLOADS)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        run = self.get_object(request, str(object_id))
        return list(super().get_actions_detail(request, object_id)) if run and run.state in self.stop_states else []

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "beneficiaries_evidenceimport"
        return [
            path("<int:run>/progress/", view(self.progress_view), name=f"{name}_progress"),
            path("<int:run>/refused.csv", view(self.refused_view), name=f"{name}_refused"),
            *super().get_urls(),
        ]

    # --- Uploading ---

    def uploaded(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        file: SealedFile = form.cleaned_data[FIELD]
        run = evidence_imports.begin(file.upload, file_name=file.name or "", by=request.user)  # type: ignore[arg-type]
        self.log_addition(request, run, gettext("Berkas bukti diunggah."))
        messages.success(request, gettext("Berkas diunggah dan sedang dibaca."))
        return HttpResponseRedirect(change_url(run))

    def upload_context(self) -> dict[str, Any]:
        return {"title": _("Impor berkas bukti"), "columns": ", ".join(evidence_file.COLUMNS)}

    def stop(self, run: EvidenceImport, **told: Any) -> bool:
        return evidence_imports.cancel(run, **told)

    def stop_facts(self, run: EvidenceImport) -> list[tuple[Any, Any]]:
        return [(_("Berkas"), run.file_name), (_("Diunggah oleh"), run.by or "–")]

    # --- What it looks like ---

    @display(description=_("status"), label=TONES)
    def status_label(self, run: EvidenceImport) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def shown(self, request: HttpRequest, run: EvidenceImport) -> dict[str, Any]:
        cards = [
            (_("Baris"), run.rows),
            (_("Bukti baru"), run.added),
            (_("Sudah ada"), run.known),
            (_("Baris ditolak"), run.refused),
        ]
        links = []
        if run.refused_upload and request.user.has_perm(UPLOADS):
            links.append((_("Unduh baris yang ditolak"), url(run, "refused")))
        return {
            "progress": self.progress(run),
            "trouble": said(run.error_code, run.error_data) if run.error_code else "",
            "warnings": [*_too_late(run), *erased(run)],
            "cards": [(name, counted(count)) for name, count in cards] if run.state == S.DONE else [],
            "links": links,
            "reasons": bars({title(key): count for key, count in run.refusals.items()}),
        }

    def progress(self, run: EvidenceImport) -> dict[str, Any]:
        now = EvidenceProgress.objects.filter(run=run).first() or EvidenceProgress(run=run)
        return {
            "url": url(run, "progress"),
            "status": run.state,
            "status_label": str(run.get_state_display()),
            "tone": TONES[S(run.state)],
            "next": str(NEXT[S(run.state)]),
            "live": run.state == S.WAITING,
            "part": gettext("Membaca dan menyimpan") if now.attempts else gettext("Menunggu giliran"),
            "rows": counted(now.rows),
            "refused": counted(now.refused),
            "share": f"{now.permille / 10:.1f}",
        }

    # --- Pages beside it ---

    def refused_view(self, request: HttpRequest, run: int) -> HttpResponseBase:
        """The refused rows with what is wrong, to be corrected and imported again: for those who upload.

        They are whole, whoever uploaded them: the access log says so before.
        """
        row = self.seen(request, run, UPLOADS)
        try:
            reveals.log(
                row,
                reveals.REFUSED_ROWS,
                reason=Reveal.Reason.OTHER,
                note=f"#{row.pk}",
                by=request.user,  # type: ignore[arg-type]
                address=address_of(request),
            )
            file = evidence_imports.refused_file(row)
        except BeneficiaryError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        self.log_change(request, row, gettext("Baris yang ditolak diunduh."))
        answer = FileResponse(
            file, as_attachment=True, filename=f"bukti-{row.pk}-ditolak.csv", content_type="text/csv; charset=utf-8"
        )
        answer["Cache-Control"] = "no-store"
        return answer


def _too_late(run: EvidenceImport) -> list[Any]:
    """Somebody wanted it to stop, and all of it was kept by then."""
    if run.state != S.DONE or not EvidenceProgress.objects.filter(run=run, cancel_asked=True).exists():
        return []
    return [_("Pembatalan datang terlambat: semua baris yang benar sudah tersimpan. Catat bantahan atas yang keliru.")]
