"""Proof with objections: what may be added, kept as sealed blocks, opened for who decides, and forgotten.

What a file is, its first bytes say: neither its name nor the sender is believed. Nobody looks for viruses here; a file is
only ever handed out to be saved.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from beneficiaries import uploads
from beneficiaries.models import Objection, ObjectionFile, UploadBlock
from beneficiaries.representation import BEGINNINGS
from beneficiaries.screening_errors import ObjectionDecided, ProofRefused, ProofsTooMany

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NAME_MOST = 100  # characters


@transaction.atomic
def add(objection: Objection, name: str, content: bytes, *, by: User | None = None) -> ObjectionFile:
    """Keeps the file with the objection, sealed; the same bytes sent again are the file that is there.

    Raises ProofRefused (too large, empty, or none of PDF, JPEG, PNG), ObjectionDecided, ProofsTooMany.
    """
    kind = kind_of(content)
    row = Objection.objects.select_for_update(no_key=True).get(pk=objection.pk)  # files at once are counted one by one
    digest = hashlib.sha256(content).hexdigest()
    if known := row.files.filter(sha256=digest).first():
        return known
    if row.status != Objection.Status.FILED:
        raise ObjectionDecided
    most: int = settings.SCREENING["proof_files"]
    if row.files.count() >= most:
        raise ProofsTooMany(most=most)
    upload = uploads.store(io.BytesIO(content))
    made = ObjectionFile(objection=row, upload=upload.uid, content_type=kind, size=upload.size, sha256=digest, by=by)
    made.name = _bare(name)
    made.save(force_insert=True)
    return made


def kind_of(content: bytes) -> str:
    """The media type by the first bytes. Raises ProofRefused."""
    most: int = settings.SCREENING["proof_bytes"]
    kind = next((kind for beginning, kind in BEGINNINGS.items() if content.startswith(beginning)), "")
    if not kind or len(content) > most:
        raise ProofRefused(megabytes=most >> 20)
    return kind


def opened(file: ObjectionFile) -> bytes:
    """The file as it was sent. Raises UploadGone, CannotOpen."""
    with uploads.open_upload(file.upload, file.size) as stream:
        return stream.read()


def drop(files: QuerySet[ObjectionFile]) -> None:
    """Nothing of the files stays but that there was an objection."""
    found = list(files.values_list("pk", "upload"))
    UploadBlock.objects.filter(upload__in=[upload for _pk, upload in found]).delete()
    ObjectionFile.objects.filter(pk__in=[pk for pk, _upload in found]).delete()


def _bare(name: str) -> str:
    """The name without folders and control characters; what is too long loses its beginning, not its ending."""
    bare = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable()).strip()
    return bare[-NAME_MOST:] or "berkas"
