"""Imports in the office: upload, look at what would happen, save, take back; and what was refused, to be corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from beneficiaries import registry, registry_undo, reveals
from beneficiaries.admin import import_columns, import_figures, import_pages, import_sheets
from beneficiaries.admin.file_imports import FileImportAdmin, UploadForm
from beneficiaries.admin.reveals import address_of
from beneficiaries.admin.sealed_upload import FIELD, SealedFile
from beneficiaries.errors import BeneficiaryError, said
from beneficiaries.models import ImportProgress, RegistryImport, RegistrySource, Reveal
from beneficiaries.refusals import title
from wallet.admin.decorators import action, display
from wallet.admin.rows import change_url
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take

S = RegistryImport.State
ERRORS = (BeneficiaryError,)
# What each step needs of the state.
POSSIBLE = {
    "look_again": (S.PREVIEWED, S.FAILED),
    "map_columns": (S.FAILED,),
    "choose_sheet": (S.FAILED,),
    "save_it": (S.PREVIEWED,),
    "cancel": (S.UPLOADED, S.CHECKING, S.PREVIEWED, S.COMMITTING, S.FAILED),
    "undo": (S.COMMITTED,),
}


class RegistryFileForm(UploadForm):
    """A file, whose it is, and whether it holds everybody of theirs."""

    file = forms.FileField(label=_("Berkas registri"), widget=UnfoldAdminFileFieldWidget)
    source = forms.CharField(
        label=_("Sumber"),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "list": "sources"}),
        help_text=_("Siapa yang mengirim berkas ini, misalnya DTSEN. Selalu tulis sama."),
    )
    sheet = forms.CharField(
        label=_("Lembar"),
        max_length=31,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Hanya untuk buku kerja Excel. Kosongkan bila hanya satu lembar yang berisi daftar orang."),
    )
    complete = forms.BooleanField(
        label=_("Berkas lengkap"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "Berkas memuat semua orang dari sumber ini. Yang tidak ada di dalamnya keluar dari registri (tidak dihapus); "
            "daftarnya ditunjukkan dulu, dan orang lain yang menyimpannya."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("complete") and not cleaned.get("source", "").strip():
            self.add_error("source", _("Isi sumbernya: berkas lengkap mengeluarkan orang dari sumber itu saja."))
        return cleaned


class SaveForm(forms.Form):
    """Which preview the officer has seen."""

    seen = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])


class ManyLeaveForm(SaveForm):
    """Somebody says that it is right."""

    confirmed = forms.BooleanField(
        label=_("Saya sudah memeriksa daftarnya, dan orang sebanyak itu memang keluar"),
        widget=UnfoldBooleanSwitchWidget,
    )


@admin.register(RegistryImport)
class RegistryImportAdmin(FileImportAdmin):
    """An import changes by its steps only, and each step is somebody's."""

    list_display = (
        "number",
        "file_name",
        "source",
        "status_label",
        "created_at",
        "by",
        "rows",
        "added",
        "changed",
        "left",
        "refused",
    )
    list_display_links = ("number", "file_name")
    list_select_related = ("by",)
    list_filter = ("state", "complete", "source", "created_at")
    search_fields = ("file_name", "source")
    search_help_text = _("Nama berkas atau sumber")
    ordering = ("-pk",)
    upload_form = RegistryFileForm
    upload_template = "beneficiaries/admin/import_upload.html"
    fieldsets = (
        (None, {"fields": (("file_name", "sheet"), "source", "digest", ("rows", "households_without_head"))}),
        (
            _("Siapa dan kapan"),
            {
                "fields": (
                    ("by", "created_at"),
                    ("committed_by", "committed_at"),
                    ("ended_by", "ended_at"),
                    "end_reason",
                )
            },
        ),
    )
    readonly_fields = (
        "file_name",
        "sheet",
        "source",
        "digest",
        "rows",
        "households_without_head",
        "by",
        "created_at",
        "committed_by",
        "committed_at",
        "ended_by",
        "ended_at",
        "end_reason",
    )
    stop_states = POSSIBLE["cancel"]
    stop_text = _("Tidak ada dari berkas ini yang masuk ke registri, dan berkas yang diunggah dihapus.")
    actions_detail = ("save_it", "map_columns", "choose_sheet", "look_again", "cancel", "undo")

    def has_save_it_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who uploads saves; a complete file is for somebody else, who may make people leave."""
        user = request.user
        return user.has_perm("beneficiaries.add_registryimport") or user.has_perm(
            "beneficiaries.commit_complete_registryimport"
        )

    def has_cancel_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may upload withdraws, whoever may save refuses."""
        return self.has_save_it_permission(request)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "progress": self.progress_view,
            "refused": self.refused_view,
            "refused.csv": self.errors_view,
            "leaving": self.leaving_view,
            "changing": self.changing_view,
        }
        own = [
            path(
                f"<int:run>/{name}/" if "." not in name else f"<int:run>/{name}",
                self.admin_site.admin_view(view),
                name=f"beneficiaries_import_{name.replace('.', '_')}",
            )
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The steps that the import's state allows, out of those that are the officer's."""
        run = self.get_object(request, str(object_id))
        if run is None:
            return []
        steps = super().get_actions_detail(request, object_id)
        shown = []
        for step in steps:
            name = step.action_name.removeprefix("beneficiaries_registryimport_")
            fits = {
                "save_it": _may_save(request, run),
                "map_columns": import_columns.is_wrong_header(run),
                "choose_sheet": import_sheets.is_wrong_sheet(run),
            }
            if run.state in POSSIBLE[name] and fits.get(name, True):
                shown.append(step)
        return shown

    # --- Uploading ---

    def uploaded(self, request: HttpRequest, form: UploadForm) -> HttpResponse:
        file: SealedFile = form.cleaned_data[FIELD]
        run = registry.begin(
            file.upload,
            file_name=file.name or "",
            by=request.user,  # type: ignore[arg-type]
            source=form.cleaned_data["source"],
            complete=form.cleaned_data["complete"],
            sheet=form.cleaned_data["sheet"],
        )
        registry.ring_check(run)
        self.log_addition(request, run, gettext("Berkas diunggah."))
        messages.success(request, gettext("Berkas diunggah dan sedang diperiksa. Registri belum berubah."))
        return HttpResponseRedirect(change_url(run))

    def upload_context(self) -> dict[str, Any]:
        names = RegistrySource.objects.order_by("name").values_list("name", flat=True)
        return {"title": _("Unggah berkas registri"), "sources": names}

    def stop(self, run: RegistryImport, **told: Any) -> bool:
        return registry.cancel(run, **told)

    def stop_facts(self, run: RegistryImport) -> list[tuple[Any, Any]]:
        return self._facts(run)[:3]

    # --- What it looks like ---

    @admin.display(description=_("nomor"), ordering="pk")
    def number(self, run: RegistryImport) -> str:
        return f"#{run.pk}"

    @display(description=_("status"), label=import_figures.TONES)
    def status_label(self, run: RegistryImport) -> tuple[str, str]:
        return run.state, run.get_state_display()

    def shown(self, request: HttpRequest, run: RegistryImport) -> dict[str, Any]:
        return {
            "import": run,
            "progress": self.progress(run),
            "trouble": said(run.error_code, run.error_data) if run.error_code else "",
            "cards": import_figures.cards(run),
            "warnings": import_figures.warnings(run),
            "kept": import_figures.kept(run),
            "links": self._links(request, run),
            "reasons": import_figures.bars({title(key): count for key, count in run.refusals.items()}),
            "fields": import_figures.bars(run.fields_changed),
        }

    def _links(self, request: HttpRequest, run: RegistryImport) -> list[tuple[Any, str]]:
        links: list[tuple[Any, str]] = []
        if run.refused:
            links.append((_("Lihat baris yang ditolak"), import_pages.url(run, "refused")))
            if import_pages.has_errors_file(run) and request.user.has_perm("beneficiaries.add_registryimport"):
                links.append((_("Unduh berkas kesalahan"), import_pages.url(run, "refused_csv")))
        if run.state == S.PREVIEWED and run.added + run.changed and request.user.has_perm("beneficiaries.view_person"):
            links.append((_("Lihat siapa yang berubah"), import_pages.url(run, "changing")))
        if run.left and request.user.has_perm("beneficiaries.view_person"):
            links.append((_("Lihat siapa yang keluar"), import_pages.url(run, "leaving")))
        return links

    # --- Pages beside it ---

    def progress(self, run: RegistryImport) -> dict[str, Any]:
        now = ImportProgress.objects.filter(run=run).first() or ImportProgress(run=run)
        taking_back = run.state == S.UNDOING and now.part == ImportProgress.Part.SAVING
        return {
            "url": import_pages.url(run, "progress"),
            "status": run.state,
            "status_label": str(run.get_state_display()),
            "tone": import_figures.TONES[S(run.state)],
            "next": str(import_figures.NEXT[S(run.state)]),
            "live": run.state in RegistryImport.WORKING,
            "part": gettext("Mengembalikan data") if taking_back else str(now.get_part_display()),
            "rows": import_figures.counted(now.rows),
            "refused": import_figures.counted(now.refused),
            "share": f"{now.permille / 10:.1f}",
        }

    def refused_view(self, request: HttpRequest, run: int) -> HttpResponse:
        """The refused lines, page by page: where, why, and what to do; nothing of anybody."""
        return import_pages.refused(self, request, self.seen(request, run))

    def errors_view(self, request: HttpRequest, run: int) -> HttpResponseBase:
        """The refused rows with what is wrong, to be corrected and uploaded again: for those who upload.

        They are whole, whoever uploaded them: the access log says so before.
        """
        row = self.seen(request, run, "beneficiaries.add_registryimport")
        try:
            reveals.log(
                row,
                reveals.REFUSED_ROWS,
                reason=Reveal.Reason.OTHER,
                note=f"#{row.pk}",
                by=request.user,  # type: ignore[arg-type]
                address=address_of(request),
            )
            answer = import_pages.errors_file(row)
        except BeneficiaryError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        self.log_change(request, row, gettext("Berkas kesalahan diunduh."))
        return answer

    def leaving_view(self, request: HttpRequest, run: int) -> HttpResponseBase:
        """Who leaves with a complete file, masked, page by page or as a file."""
        row = self.seen(request, run, "beneficiaries.view_person")
        if request.GET.get("file"):
            self.log_change(request, row, gettext("Daftar orang yang keluar diunduh."))
            return import_pages.leaving_file(row)
        return import_pages.leaving(self, request, row)

    def changing_view(self, request: HttpRequest, run: int) -> HttpResponseBase:
        """Who is new, changes or comes back, while the import is previewed; masked, page by page or as a file."""
        row = self.seen(request, run, "beneficiaries.view_person")
        if request.GET.get("file"):
            self.log_change(request, row, gettext("Daftar orang yang berubah diunduh."))
            return import_pages.changing_file(request, row)
        return import_pages.changing(self, request, row)

    # --- Steps ---

    def _facts(self, run: RegistryImport) -> list[tuple[Any, Any]]:
        return [
            (_("Berkas"), run.file_name),
            (_("Sumber"), run.source or "–"),
            (_("Diunggah oleh"), run.by or "–"),
            *import_figures.cards(run),
        ]

    @action(description=_("Simpan ke registri"), permissions=["save_it"], icon="save")
    def save_it(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = row_of(self, request, object_id)
        if not _may_save(request, run):
            raise PermissionDenied
        many = registry.leaving_is_many(run)
        warnings = import_figures.warnings(run)
        possible = run.state in POSSIBLE["save_it"]
        if not possible:
            warnings.insert(0, _("Impor ini berstatus %(status)s.") % {"status": run.get_state_display()})
        elif run.complete and run.by_id == request.user.pk:
            possible = False
            warnings.insert(0, _("Anda yang mengunggah berkas lengkap ini, jadi harus orang lain yang menyimpannya."))

        def do(data: dict[str, Any]) -> Done:
            confirmed = bool(data.get("confirmed"))
            registry.request_commit(run, by=request.user, leaving_confirmed=confirmed, seen=data["seen"])  # type: ignore[arg-type]
            return Done(gettext("Impor sedang disimpan atas nama Anda."))

        step = Step(
            title=_("Simpan impor ke registri"),
            button=_("Simpan ke registri"),
            text=_(
                "Yang dipratinjau disimpan semuanya dalam satu langkah. Bila registri sudah berubah sehingga hasilnya akan "
                "lain, tidak ada yang disimpan dan pratinjau baru diminta."
            ),
            facts=self._facts(run),
            warnings=warnings,
            form=ManyLeaveForm if many else SaveForm,
            hidden={"seen": f"{run.previewed_at:%Y-%m-%dT%H:%M:%S.%f%z}"} if run.previewed_at else {},
            possible=possible,
            errors=ERRORS,
        )
        return take(self, request, step, do, run)

    @action(description=_("Periksa ulang"), permissions=["beneficiaries.add_registryimport"], icon="refresh")
    def look_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = row_of(self, request, object_id)

        def do(data: dict[str, Any]) -> Done:
            registry.request_check(run)
            return Done(gettext("Berkas diperiksa ulang."))

        step = Step(
            title=_("Periksa ulang berkas"),
            button=_("Periksa ulang"),
            text=_("Berkas dibaca lagi dan dibandingkan dengan registri yang sekarang. Registri tidak berubah."),
            possible=run.state in POSSIBLE["look_again"] and run.upload is not None,
            errors=ERRORS,
        )
        return take(self, request, step, do, run)

    @action(description=_("Tentukan arti kolom"), permissions=["beneficiaries.change_registrysource"], icon="table")
    def map_columns(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the file's own titles mean, remembered for its source."""
        run = row_of(self, request, object_id)

        def do(data: dict[str, Any]) -> Done:
            import_columns.remember(run, data)
            registry.request_check(run)
            return Done(
                gettext("Arti kolom diingat untuk sumber %(source)s; berkas diperiksa ulang.") % {"source": run.source}
            )

        return take(self, request, import_columns.step(run, possible=run.state in POSSIBLE["map_columns"]), do, run)

    @action(description=_("Pilih lembar"), permissions=["beneficiaries.add_registryimport"], icon="tab")
    def choose_sheet(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Which of a workbook's sheets is meant."""
        run = row_of(self, request, object_id)

        def do(data: dict[str, Any]) -> Done:
            import_sheets.choose(run, data)
            return Done(gettext("Lembar dipilih; berkas diperiksa ulang."))

        return take(self, request, import_sheets.step(run, possible=run.state in POSSIBLE["choose_sheet"]), do, run)

    @action(description=_("Urungkan"), permissions=["beneficiaries.undo_registryimport"], icon="undo")
    def undo(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = row_of(self, request, object_id)
        possible, warnings = run.state in POSSIBLE["undo"], []
        if possible and request.method == "GET":
            try:
                registry_undo.assert_possible(run)
                warnings += registry_undo.goes_with(run)
            except BeneficiaryError as error:
                possible = False
                warnings.append(str(error))

        def do(data: dict[str, Any]) -> Done:
            registry_undo.request_undo(run, by=request.user, reason=data["reason"])  # type: ignore[arg-type]
            return Done(gettext("Impor sedang diurungkan."))

        step = Step(
            title=_("Urungkan impor"),
            button=_("Ya, urungkan impor ini"),
            text=_(
                "Semua yang diubah impor ini kembali seperti semula, dan orang serta keluarga yang ditambahkannya dihapus. "
                "Riwayatnya tetap ada. Hanya mungkin selama belum ada yang diajukan untuk dibayar atau diubah sesudahnya."
            ),
            facts=self._facts(run),
            warnings=warnings,
            form=ReasonForm,
            danger=True,
            possible=possible,
            errors=ERRORS,
        )
        return take(self, request, step, do, run)


def _may_save(request: HttpRequest, run: RegistryImport) -> bool:
    needed = "commit_complete" if run.complete else "add"
    return bool(request.user.has_perm(f"beneficiaries.{needed}_registryimport"))
