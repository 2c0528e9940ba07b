"""The pages beside an import's own: which lines were refused and why, the errors file, who changes, and who leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries import registry, registry_changes
from beneficiaries.admin.shown import masked_nik, place
from beneficiaries.models import Leaving, RegistryImport
from beneficiaries.registry_changes import Kind as K
from beneficiaries.registry_file import NOTE_COLUMNS, noted
from wallet.admin import sheets
from wallet.admin.rows import NUMBER, OfficeAdmin, change_url

KINDS = {K.NEW: _("Baru"), K.RETURNS: _("Kembali"), K.CHANGED: _("Berubah")}
LINES = 50
FILE_LINES = 2_000
PIECE = 65_536  # characters of a streamed file at a time


def url(run: RegistryImport, page: str) -> str:
    """The address of one of these pages; it names the import and nothing else."""
    return reverse(f"admin:beneficiaries_import_{page}", args=[run.pk])


def has_errors_file(run: RegistryImport) -> bool:
    """True as long as the refused rows themselves are kept."""
    return bool(run.refused and (run.upload or run.refused_upload))


def refused(admin: OfficeAdmin, request: HttpRequest, run: RegistryImport) -> HttpResponse:
    """The refused lines after the one named in the address, each with all that is wrong with it."""
    found = registry.refused_rows(run, after=_after(request), limit=LINES)
    lines = [(line, refusal) for line, refusals in found for refusal in refusals]
    more = f"?after={found[-1][0]}" if len(found) == LINES else ""
    file = (
        url(run, "refused_csv")
        if has_errors_file(run) and request.user.has_perm("beneficiaries.add_registryimport")
        else ""
    )
    context = _context(admin, request, run, _("Baris yang ditolak")) | {"lines": lines, "next": more, "file": file}
    return TemplateResponse(request, "beneficiaries/admin/import_refused.html", context)


def errors_file(run: RegistryImport) -> StreamingHttpResponse:
    """The errors file, written while the sealed rows are read. Raises UploadGone."""
    file = registry.open_refused(run)
    language = translation.get_language()

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if file.has_bom:
            buffer.write("\ufeff")
        writer.writerow([*file.header, *NOTE_COLUMNS])
        with file, translation.override(language):  # the request's language is gone when this runs
            for row, refusals in registry.errors_of(run, file):
                writer.writerow(noted(row, refusals))
                if buffer.tell() > PIECE:
                    yield buffer.getvalue()
                    buffer.seek(0)
                    buffer.truncate()
            yield buffer.getvalue()

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="impor-{run.pk}.errors.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def leaving(admin: OfficeAdmin, request: HttpRequest, run: RegistryImport) -> HttpResponse:
    """Who leaves, masked as everywhere in the office."""
    found = list(_leaving(run, _after(request))[:LINES])
    people = [dict(zip(("name", "nik", "place", "status"), _masked(row), strict=True)) for row in found]
    more = f"?after={found[-1].pk}" if len(found) == LINES else ""
    context = _context(admin, request, run, _("Siapa yang keluar")) | {
        "people": people,
        "next": more,
        "file": "?file=csv",
    }
    return TemplateResponse(request, "beneficiaries/admin/import_leaving.html", context)


def leaving_file(run: RegistryImport) -> StreamingHttpResponse:
    """The same as a file, masked too."""

    def rows() -> Iterator[list[Any]]:
        after = 0
        while found := list(_leaving(run, after)[:FILE_LINES]):
            yield from map(_masked, found)
            after = found[-1].pk

    header = [gettext("nama"), "NIK", gettext("kelurahan"), gettext("status")]
    return sheets.download(f"impor-{run.pk}-keluar", header, rows())


def changing(admin: OfficeAdmin, request: HttpRequest, run: RegistryImport) -> HttpResponse:
    """Who is new, changes or comes back, with what it was and what it becomes, masked as everywhere in the office."""
    column = _column(request)
    found = registry_changes.previewed(run, after=_after(request), limit=LINES, column=column)
    query = {"kolom": column} if column else {}
    more = f"?{urlencode(query | {'after': found[-1].line})}" if len(found) == LINES else ""
    context = _context(admin, request, run, _("Siapa yang berubah")) | {
        "people": [(one, KINDS[one.kind], _person_url(one.person)) for one in found],
        "columns": [name for name in registry_changes.COLUMNS if run.fields_changed.get(name)],
        "column": column,
        "next": more,
        "file": f"?{urlencode(query | {'file': 'csv'})}",
    }
    return TemplateResponse(request, "beneficiaries/admin/import_changing.html", context)


def changing_file(request: HttpRequest, run: RegistryImport) -> StreamingHttpResponse:
    """The same as a file, a line for each difference."""
    header = [
        gettext("baris"),
        gettext("nama"),
        "NIK",
        gettext("menjadi"),
        gettext("kolom"),
        gettext("semula"),
        gettext("baru"),
    ]
    rows = (
        [one.line, one.name, one.nik, KINDS[one.kind], *difference]
        for one in registry_changes.every(run, column=_column(request), batch=FILE_LINES)
        for difference in ([(each.column, each.before, each.after) for each in one.differences] or [("", "", "")])
    )
    return sheets.download(f"impor-{run.pk}-berubah", header, rows)


def _column(request: HttpRequest) -> str:
    named = request.GET.get("kolom", "")
    return named if named in registry_changes.COLUMNS else ""


def _person_url(number: int | None) -> str:
    return reverse("admin:beneficiaries_person_change", args=[number]) if number else ""


def _after(request: HttpRequest) -> int:
    text = request.GET.get("after", "")
    return int(text) if NUMBER.fullmatch(text) and len(text) < 10 else 0


def _context(admin: OfficeAdmin, request: HttpRequest, run: RegistryImport, title: Any) -> dict[str, Any]:
    context: dict[str, Any] = admin.admin_site.each_context(request)
    return context | {
        "title": title,
        "subtitle": run,
        "opts": admin.opts,
        "original": run,
        "back": change_url(run),
    }


def _leaving(run: RegistryImport, after: int) -> QuerySet[Leaving]:
    return Leaving.objects.filter(run=run, pk__gt=after).select_related("person__household").order_by("pk")


def _masked(row: Leaving) -> list[Any]:
    person = row.person
    return [person.name, masked_nik(person), place(person.household.kelurahan), str(person.get_status_display())]
