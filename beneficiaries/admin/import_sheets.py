"""The step that asks which sheet of a workbook is meant, where several hold people or the one that was named is not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from beneficiaries import registry, uploads
from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import RegistryImport
from beneficiaries.registry_file import sheets_of
from wallet.admin.steps import Step

WRONG_SHEET = frozenset({"sheets_ambiguous", "sheet_missing", "no_sheets"})


def is_wrong_sheet(run: RegistryImport) -> bool:
    """True if the file failed over its sheets, and is still kept."""
    return run.error_code in WRONG_SHEET and run.upload is not None


def step(run: RegistryImport, *, possible: bool) -> Step:
    """The step's page: a choice of the workbook's sheets; of a file that has none, to leave the name out."""
    sheets, warnings = _sheets(run) if possible and is_wrong_sheet(run) else ([], [])
    choices: list[tuple[str, Any]] = [(name, name) for name in sheets] or [("", _("(tanpa lembar)"))]
    field = forms.ChoiceField(
        label=_("Lembar"), choices=choices, required=bool(sheets), widget=UnfoldAdminSelectWidget, initial=run.sheet
    )
    return Step(
        title=_("Pilih lembar"),
        button=_("Periksa lembar ini"),
        text=_("Pilih lembar buku kerja yang berisi daftar orang. Lembar lain tidak dibaca."),
        facts=[(_("Berkas"), run.file_name)],
        warnings=warnings,
        form=type("SheetForm", (forms.Form,), {"sheet": field}),
        possible=possible and is_wrong_sheet(run) and not warnings,
        errors=(BeneficiaryError,),
    )


def choose(run: RegistryImport, data: dict[str, Any]) -> None:
    """The sheet that the officer chose is read. Raises ImportMoved."""
    registry.choose_sheet(run, data["sheet"])


def _sheets(run: RegistryImport) -> tuple[list[str], list[Any]]:
    try:
        with uploads.open_upload(run.upload, run.size) as stream:
            return sheets_of(Path(run.file_name), stream), []
    except BeneficiaryError as error:
        return [], [str(error)]
