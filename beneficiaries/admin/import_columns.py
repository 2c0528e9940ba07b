"""The step that says what a source's own titles mean: proposed, confirmed by an officer, and remembered with the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from beneficiaries import uploads
from beneficiaries.errors import BeneficiaryError
from beneficiaries.import_errors import ColumnsDoubled, ColumnsMissing, SourceMissing
from beneficiaries.models import RegistryImport, RegistrySource
from beneficiaries.refusals import ALL_COLUMNS, COLUMNS
from beneficiaries.registry_columns import IGNORED, look_at, propose
from beneficiaries.registry_file import titles_of
from wallet.admin.steps import Step

WRONG_HEADER = frozenset({"columns_unknown", "columns_missing", "columns_doubled"})
CHOICES = [(IGNORED, _("(dilewati)")), *((column, column) for column in ALL_COLUMNS)]
DIGITS = 6  # a title with as many is a person's data, in a file without titles: it is neither shown nor kept


def is_wrong_header(run: RegistryImport) -> bool:
    """True if the file failed over its titles, and is still kept."""
    return run.error_code in WRONG_HEADER and run.upload is not None


def step(run: RegistryImport, *, possible: bool) -> Step:
    """The step's page: a choice for each title that is not ours, as it was remembered or else proposed."""
    titles, warnings = _titles(run) if possible and is_wrong_header(run) else ([], [])
    if not run.source:
        warnings = [_("Impor ini tidak menyebut sumbernya. Unggah lagi berkasnya dengan sumbernya.")]
    known = RegistrySource.objects.mapping_of(run.source)
    fields = {
        f"title_{number}": forms.ChoiceField(
            label=title,
            choices=CHOICES,
            required=False,
            initial=known.get(title, proposed),
            widget=UnfoldAdminSelectWidget,
        )
        for number, (title, proposed) in enumerate(propose(titles).items())
    }
    return Step(
        title=_("Tentukan arti kolom"),
        button=_("Ingat dan periksa ulang"),
        text=_(
            "Pilih arti setiap judul kolom di berkas. Pilihan ini diingat untuk berkas berikutnya dari sumber yang sama."
        ),
        facts=[(_("Sumber"), run.source or "–"), (_("Kolom yang wajib"), ", ".join(COLUMNS))],
        warnings=warnings,
        form=type("ColumnsForm", (forms.Form,), fields),
        possible=bool(fields) and not warnings,
        errors=(BeneficiaryError,),
    )


def remember(run: RegistryImport, data: dict[str, Any]) -> None:
    """Keeps what the officer chose, with the source. Raises SourceMissing, ColumnsMissing, ColumnsDoubled."""
    if not run.source:
        raise SourceMissing
    titles, _warnings = _titles(run)
    source, _made = RegistrySource.objects.get_or_create(name=run.source)
    chosen = {title: data.get(f"title_{number}", IGNORED) for number, title in enumerate(propose(titles))}
    source.mapping = source.mapping | chosen
    found = look_at(titles, source.mapping)
    if found.missing:
        raise ColumnsMissing(columns=", ".join(found.missing), expected=", ".join(COLUMNS))
    if found.doubled:
        raise ColumnsDoubled(columns=", ".join(found.doubled))
    try:
        source.full_clean()
    except ValidationError:  # an older title of the source means the same column: the new ones stand alone
        source.mapping = chosen
    source.save()


def _titles(run: RegistryImport) -> tuple[list[str], list[Any]]:
    try:
        with uploads.open_upload(run.upload, run.size) as stream:
            titles = titles_of(Path(run.file_name), stream, sheet=run.sheet or None)
    except BeneficiaryError as error:
        return [], [str(error)]
    if any(sum(map(str.isdigit, title)) >= DIGITS for title in titles):
        return [], [_("Berkas ini tampaknya tidak punya baris judul. Tambahkan judul kolom di baris pertamanya.")]
    return titles, []
