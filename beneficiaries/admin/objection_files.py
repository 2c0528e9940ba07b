"""Proof with objections in the office: added at the desk, opened by whoever decides, and every opening is written down first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from beneficiaries import objection_files, reveals
from beneficiaries.admin.evidence import ERRORS
from beneficiaries.admin.reveals import address_of
from beneficiaries.admin.shown import opened
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import Objection, ObjectionFile, Reveal
from beneficiaries.screening_errors import DeciderAcceptedIt
from vault.sealing import CannotOpen
from wallet.admin.decorators import action
from wallet.admin.rows import change_url
from wallet.admin.steps import Done, Step, row_of, take

SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class ProofForm(forms.Form):
    file = forms.FileField(
        label=_("Berkas"),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        help_text=_(
            "PDF, JPEG atau PNG, paling besar 5 MB. Disegel; dibuka hanya oleh yang memutuskan, dan itu tercatat."
        ),
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Name and bytes, read only if there are not too many of them."""
        file = self.cleaned_data["file"]
        content: bytes = file.read(settings.SCREENING["proof_bytes"] + 1)
        try:
            objection_files.kind_of(content)
        except BeneficiaryError as error:
            raise forms.ValidationError(str(error)) from None
        return file.name, content


def _described(file: ObjectionFile) -> str:
    name = opened(lambda: file.name)
    sent = date_format(timezone.localtime(file.created_at), "j M Y H:i")
    return f"{name} · {SUFFIXES[file.content_type].upper()}, {max(file.size // 1000, 1)} KB · {sent}"


class ProofSteps:
    """For the page of objections: a line for each file, and the steps that add and open one.

    ``actions_detail = (*ProofSteps.proof_actions, …)``, ``readonly_fields = (…, "proofs")``.
    """

    proof_actions = ("add_proof", "open_proof")

    @admin.display(description=_("berkas bukti"))
    def proofs(self, row: Objection) -> SafeString | str:
        lines = ((_described(file), file.by or gettext("dari warga")) for file in row.files.order_by("pk"))
        return format_html_join("", "<div>{} · {}</div>", lines) or "-"

    @action(description=_("Tambah berkas bukti"), permissions=["beneficiaries.add_objection"], icon="attach_file")
    def add_proof(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One file at a time, from the desk."""
        office: Any = self
        row: Objection = row_of(office, request, object_id)

        def run(data: dict[str, Any]) -> Done:
            name, content = data["file"]
            objection_files.add(row, name, content, by=request.user)  # type: ignore[arg-type]
            return Done(gettext("Berkas bukti disimpan."))

        step = Step(
            title=_("Tambah berkas bukti"),
            button=_("Unggah"),
            facts=[(_("Tentang"), office.about(row)), (_("Sudah ada"), self.proofs(row))],
            form=ProofForm,
            possible=row.status == Objection.Status.FILED,
            errors=ERRORS,
            as_one=True,
        )
        return take(office, request, step, run, row)

    @action(description=_("Buka berkas bukti"), permissions=["beneficiaries.decide_objection"], icon="visibility")
    def open_proof(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The chosen file to save, never to run in the office's own page; for another than who accepted the exclusion."""
        office: Any = self
        row: Objection = row_of(office, request, object_id)
        files = {str(file.pk): file for file in row.files.order_by("pk")}
        choices = [(number, _described(file)) for number, file in files.items()]

        class OpenForm(forms.Form):
            file = forms.ChoiceField(label=_("Berkas"), choices=choices, widget=UnfoldAdminSelectWidget())

        own = row.accepted_by_id == request.user.pk
        asked = OpenForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and asked.is_valid():
            try:
                if own:
                    raise DeciderAcceptedIt
                return self._handed_out(request, row, files[asked.cleaned_data["file"]])
            except CannotOpen:
                messages.error(request, gettext("Berkas ini tidak dapat dibuka."))
            except BeneficiaryError as error:
                messages.error(request, str(error))
            return HttpResponseRedirect(change_url(row))
        if not files:
            raise Http404
        step = Step(
            title=_("Buka berkas bukti"),
            button=_("Catat dan buka"),
            text=_("Sebelum berkas diunduh, pembukaan ini dicatat: siapa, kapan, data siapa, dan dari alamat mana."),
            facts=[(_("Tentang"), office.about(row))],
            warnings=[_("Anda yang menerima pengecualian ini; petugas lain yang memutuskan sanggahannya.")]
            if own
            else [],
            possible=not own,
            form=OpenForm,
        )
        return take(office, request, step, lambda data: Done(""), row)

    def _handed_out(self, request: HttpRequest, row: Objection, file: ObjectionFile) -> HttpResponse:
        about: Any = row.exclusion.person or row.exclusion.household
        reveals.log(
            about,
            reveals.PROOF,
            reason=Reveal.Reason.REQUEST,  # whoever objects asks for it to be read
            note=f"{row}, {file}",
            by=request.user,  # type: ignore[arg-type]
            address=address_of(request),
        )
        content = objection_files.opened(file)
        answer = HttpResponse(content, content_type=file.content_type)
        name = f"bukti-sanggahan-{row.pk}-{file.pk}.{SUFFIXES[file.content_type]}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Cache-Control"] = "no-store"
        return answer
