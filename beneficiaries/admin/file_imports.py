"""Files that the office uploads and a worker reads: the sealed upload, the page that refreshes itself, the pages beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from beneficiaries import uploads
from beneficiaries.admin.sealed_upload import FIELD, SealedFile, SealedUploadHandler, too_large
from beneficiaries.errors import BeneficiaryError
from wallet.admin.decorators import action
from wallet.admin.rows import OfficeAdmin, list_url, mono
from wallet.admin.steps import Done, ReasonForm, Step, row_of, take


class UploadForm(forms.Form):
    """A form with a file that is sealed while it comes in; the file's own field is each form's."""

    def clean_file(self) -> SealedFile:
        file: SealedFile = self.cleaned_data[FIELD]
        if not file.upload.sha256:
            raise ValidationError(str(too_large()))
        return file


class FileImportAdmin(OfficeAdmin):
    """An import's table and pages. Each kind says what its form asks, what becomes of a file, and what its page shows."""

    upload_form: ClassVar[type[UploadForm]]
    upload_template: ClassVar[str]
    uploaded: Callable[[HttpRequest, Any], HttpResponse]  # the form is right and its file sealed: an import begins
    upload_context: Callable[[], dict[str, Any]]  # what the upload's page shows beside its form
    shown: Callable[[HttpRequest, Any], dict[str, Any]]  # what an import's page shows above its fields
    progress: Callable[[Any], dict[str, Any]]  # how far a worker is with it, for `wallet/progress.js`
    stop: Callable[..., bool]  # cancels it (by, reason); False while a worker is still at it
    stop_states: ClassVar[tuple[str, ...]]
    stop_text: ClassVar[Any]  # what becomes of it then
    stop_facts: Callable[[Any], list[tuple[Any, Any]]]
    actions = None
    change_form_outer_before_template = "beneficiaries/admin/import_preview.html"

    class Media:
        js = ("wallet/progress.js",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # --- The upload ---

    @csrf_exempt
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The upload: exempt from the check against forged requests only until its handler is in place."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            request.upload_handlers = [SealedUploadHandler(request)]
        page: HttpResponse = csrf_protect(self._upload_view)(request)
        return page

    def _upload_view(self, request: HttpRequest) -> HttpResponse:
        form = self.upload_form(request.POST, request.FILES) if request.method == "POST" else self.upload_form()
        if request.method == "POST":
            if form.is_valid():
                return self.uploaded(request, form)
            refused = request.FILES.get(FIELD)
            if isinstance(refused, SealedFile):  # the form comes again with its file
                uploads.forget(refused.upload.uid)
        context = self.admin_site.each_context(request) | self.upload_context()
        context |= {"opts": self.opts, "form": form, "back": list_url(self.model)}
        return TemplateResponse(request, self.upload_template, context)

    # --- Calling it off ---

    @action(description=_("Batalkan"), permissions=["cancel"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = row_of(self, request, object_id)

        def do(data: dict[str, Any]) -> Done:
            if self.stop(run, by=request.user, reason=data["reason"]):
                return Done(gettext("Impor dibatalkan; berkasnya dihapus."))
            return Done(gettext("Impor dihentikan begitu pekerja latar selesai dengan langkahnya yang sekarang."))

        step = Step(
            title=_("Batalkan impor"),
            button=_("Ya, batalkan impor ini"),
            text=self.stop_text,
            facts=self.stop_facts(run),
            form=ReasonForm,
            danger=True,
            possible=run.state in self.stop_states,
            errors=(BeneficiaryError,),
        )
        return take(self, request, step, do, run)

    # --- The page, and those beside it ---

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        shown = self.shown(request, run) if run is not None else {}
        page: HttpResponse = super().change_view(request, object_id, form_url, (extra_context or {}) | shown)
        return page

    @admin.display(description=_("SHA-256 berkas"))
    def digest(self, run: Any) -> SafeString | str:
        return mono(run.file_sha256) if run.file_sha256 else "–"

    def seen(self, request: HttpRequest, number: int, *permissions: str) -> Any:
        """The import of a page beside its own. Raises PermissionDenied, Http404."""
        if not self.has_view_permission(request) or not request.user.has_perms(permissions):
            raise PermissionDenied
        run: Model | None = self.model._default_manager.filter(pk=number).first()
        if run is None:
            raise Http404
        return run

    def progress_view(self, request: HttpRequest, run: int) -> JsonResponse:
        """How far a worker is with it, as JSON, for its page to refresh itself."""
        return JsonResponse(self.progress(self.seen(request, run)))
