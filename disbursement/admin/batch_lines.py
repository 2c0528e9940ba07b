"""A batch's lines as a file: who, how much, what became of it, why, and what can be done. Names are masked."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext

from disbursement import failures
from disbursement.admin.kinds import in_words, part_name
from disbursement.admin.people import masked_name
from disbursement.models import Batch, Chunk, Instruction
from wallet.admin import sheets

FORMATS = ("csv", "xlsx")


def download(batch: Batch, form: str) -> StreamingHttpResponse:
    """The lines in the order of the batch, as ``csv`` or ``xlsx``, chunk by chunk while it is read: any number of them."""
    name, header = f"batch-{batch.pk}", _header()
    rows = _rows(batch, translation.get_language() or "id")
    if form == "xlsx":
        answer = sheets.download_workbook(name, f"Batch {batch.pk}", header, rows)
    else:
        answer = sheets.download(name, header, rows)
    answer["Cache-Control"] = "no-store"
    return answer


def _header() -> list[str]:
    return [
        gettext("nama (disamarkan)"),
        gettext("nomor kepesertaan"),
        gettext("jumlah (Rp)"),
        gettext("status"),
        gettext("alasan"),
        gettext("yang dapat dilakukan"),
        gettext("kunci transfer"),
        gettext("jenis dan periode"),
        gettext("bagian"),
    ]


def _rows(batch: Batch, language: str) -> Iterator[list[object]]:
    for chunk in batch.chunks.order_by("number"):
        lines = list(chunk.instructions.select_related("enrolment__person", "cycle").order_by("enrolment_id", "pk"))
        with translation.override(language):  # the request's language is gone when this runs
            yield from [_row(line, chunk) for line in lines]


def _row(line: Instruction, chunk: Chunk) -> list[object]:
    reason = reason_of(line, chunk)
    return [
        masked_name(line.enrolment.person.name),
        line.enrolment_id,
        line.amount,
        str(line.get_status_display()),
        str(reason.words) if reason else "",
        str(reason.remedy) if reason else "",
        line.key,
        in_words(line.kind, line.cycle.period),
        part_name(line),
    ]


def reason_of(line: Instruction, chunk: Chunk) -> failures.Failure | None:
    """Why the line is not paid (any more): its own reason, or, while it waits, what ended its chunk's last attempt.

    Of what is at a partner, what is waited for.
    """
    if line.status in (Instruction.Status.SENT, Instruction.Status.UNKNOWN):
        return failures.of(f"partner_{line.status}")
    waits = line.status == Instruction.Status.PENDING
    code = chunk.failure if waits else line.failure
    return failures.of(code) if code else None
