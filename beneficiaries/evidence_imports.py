"""Files of evidence that the office uploads: sealed as they come in, read by a worker, all of one or nothing of it.

One transaction reads a file, keeps its evidence and seals what was refused, behind the lock of the import's row, which ends
with it, whatever ends it. So a worker that is killed leaves the import as it was, the sweeper rings, and the next one begins
anew; a task that is delivered twice finds the row locked or the file read. Small files go the same way as large ones.
Whoever wants it to stop writes so beside the row (EvidenceProgress), and the worker asks after each batch and before the end:
all of the file is kept then, or nothing.
"""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from beneficiaries import evidence_file, uploads
from beneficiaries.errors import BeneficiaryError
from beneficiaries.import_errors import EvidenceImportEnded, ImportCancelled
from beneficiaries.models import EvidenceImport, EvidenceProgress
from beneficiaries.work_channel import SILENT, Channel
from wallet.doorbell import ring, ring_after_commit

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = EvidenceImport.State
TASK = "beneficiaries.tasks.import_evidence"


@transaction.atomic
def begin(upload: uploads.Upload, *, file_name: str, by: User | None) -> EvidenceImport:
    """An import of an uploaded file; a worker is rung for it."""
    run = EvidenceImport.objects.create(
        file_name=Path(file_name).name[-200:], file_sha256=upload.sha256, upload=upload.uid, size=upload.size, by=by
    )
    EvidenceProgress.objects.create(run=run)
    ring_after_commit(TASK, run.pk)
    return run


@transaction.atomic
def cancel(run: EvidenceImport, *, by: User | None, reason: str = "") -> bool:
    """Nothing of it is to be kept; False while a worker is still at it, which stops after its batch.

    A worker that has asked for the last time keeps all of it: the import is DONE then, and says so. What was uploaded is
    dropped. Raises EvidenceImportEnded if it was read, failed or was cancelled already.
    """
    asked = EvidenceProgress.objects.filter(run=run, run__state=S.WAITING)
    if not asked.update(cancel_asked=True, cancel_by=by, cancel_reason=reason):
        run.refresh_from_db()
        raise EvidenceImportEnded(state=run.get_state_display())
    waiting = _take(run.pk)
    if waiting is None:
        return False
    _cancelled(waiting)
    run.refresh_from_db()
    return True


def work(number: int, *, today: date | None = None) -> None:
    """Reads an import's file, if nobody has and nobody is at it.

    What is wrong with the file is kept: it is FAILED then. Where somebody wanted it to stop it is CANCELLED.
    """
    try:
        with Channel(EvidenceProgress._meta.db_table, number) as channel, transaction.atomic():
            run = _take(number)
            if run is not None:
                channel.count_attempt()
                _read(run, channel, today)
    except BeneficiaryError as error:
        _fail(number, error)


def refused_file(run: EvidenceImport) -> BinaryIO:
    """The refused rows with reason and remedy, to correct and import again. Raises UploadGone."""
    return uploads.open_upload(run.refused_upload, run.refused_size)


def sweep() -> None:
    """Rings for what is due and not being worked at, and drops refused rows that were kept long enough."""
    now = timezone.now()
    silent = EvidenceImport.objects.filter(state=S.WAITING, progress__at__lt=now - SILENT)
    for number in silent.order_by("pk").values_list("pk", flat=True):
        ring(TASK, number)
    old = EvidenceImport.objects.filter(
        refused_upload__isnull=False, ended_at__lt=now - settings.REGISTRY["upload_retention"]
    )
    for run in old:
        with transaction.atomic():
            uploads.forget(run.refused_upload)
            EvidenceImport.objects.filter(pk=run.pk).update(refused_upload=None)


def _take(number: int) -> EvidenceImport | None:
    """The import, if it waits and no other worker has it."""
    waiting = EvidenceImport.objects.select_for_update(skip_locked=True, of=("self",))
    return waiting.filter(pk=number, state=S.WAITING).first()


def _read(run: EvidenceImport, channel: Channel, today: date | None) -> None:
    def report(counts: evidence_file.Counts) -> None:
        share = counts.position / run.size if run.size else 1.0
        if channel.keep(rows=counts.rows, refused=counts.refused, share=share, returning="cancel_asked"):
            raise ImportCancelled

    refused = uploads.UploadWriter()
    out = codecs.getwriter("utf-8")(refused)  # type: ignore[arg-type]  # it writes, and nothing else is asked of it
    with uploads.open_upload(run.upload, run.size) as stream:
        counts = evidence_file.read(stream, out, by=run.by, today=today, report=report)
    report(counts)
    kept = refused.finish()
    any_kept = counts.refused > counts.refused_erased
    if not any_kept:
        refused.discard()
    _end(
        run,
        state=S.DONE,
        refused_upload=kept.uid if any_kept else None,
        refused_size=kept.size if any_kept else 0,
        **evidence_file.outcome(counts),
    )


@transaction.atomic
def _fail(number: int, error: BeneficiaryError) -> None:
    run = _take(number)
    if run is None:
        return
    if EvidenceProgress.objects.filter(run=run, cancel_asked=True).exists():
        _cancelled(run)
    else:
        _end(run, state=S.FAILED, error_code=error.code, error_data=error.data)


def _cancelled(run: EvidenceImport) -> None:
    asked = EvidenceProgress.objects.get(run=run)
    _end(run, state=S.CANCELLED, ended_by=asked.cancel_by, end_reason=asked.cancel_reason)


def _end(run: EvidenceImport, **changes: Any) -> None:
    """The file itself is of no more use."""
    uploads.forget(run.upload)
    EvidenceImport.objects.filter(pk=run.pk).update(upload=None, ended_at=timezone.now(), **changes)
