"""Uploaded files of imports and objections, as sealed blocks in the database: none lies on a disk in the clear.

A block is bound to its upload and its number, and the upload's size is known, so none can be swapped, left out or cut.
Blocks are dropped when their import is saved or cancelled (of a saved one its refused rows are kept, in blocks of their own),
and otherwise in time (`registry.drop_old_contents`).
Those of a proof go with it (beneficiaries.objection_files).
"""

from __future__ import annotations

import hashlib
import io
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from beneficiaries.import_errors import UploadGone
from beneficiaries.models import EvidenceImport, ObjectionFile, RegistryImport, UploadBlock
from vault.sealing import seal_bytes, unseal_bytes

BLOCK = 1 << 20  # bytes: what a reader holds
ABANDONED_AFTER = timedelta(hours=1)  # an upload that never became an import or a proof


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that lies in sealed blocks."""

    uid: uuid.UUID
    size: int
    sha256: str


class UploadWriter:
    """Seals a file piece by piece while it comes in, holding one block."""

    def __init__(self) -> None:
        self.uid, self.size, self._blocks = uuid.uuid4(), 0, 0
        self._digest, self._pending = hashlib.sha256(), bytearray()

    def write(self, piece: bytes) -> None:
        """Takes the file's next bytes, as many as there are."""
        self._digest.update(piece)
        self.size += len(piece)
        self._pending += piece
        while len(self._pending) >= BLOCK:
            self._keep(bytes(self._pending[:BLOCK]))
            del self._pending[:BLOCK]

    def finish(self) -> Upload:
        """The file is whole."""
        if self._pending:
            self._keep(bytes(self._pending))
            self._pending.clear()
        return Upload(self.uid, self.size, self._digest.hexdigest())

    def discard(self) -> None:
        """Nothing of it stays."""
        forget(self.uid)

    def _keep(self, content: bytes) -> None:
        sealed = seal_bytes(
            content, table=UploadBlock._meta.db_table, field="sealed", row=_place(self.uid, self._blocks)
        )
        UploadBlock.objects.create(upload=self.uid, number=self._blocks, sealed=sealed)
        self._blocks += 1


def sealed_anew(block: UploadBlock) -> bytes:
    """The piece sealed under the key in use. Raises CannotOpen."""
    place = {"table": UploadBlock._meta.db_table, "field": "sealed", "row": _place(block.upload, block.number)}
    return seal_bytes(unseal_bytes(bytes(block.sealed), **place), **place)


def store(stream: BinaryIO) -> Upload:
    """Seals a whole file, read once from where it stands."""
    writer = UploadWriter()
    while piece := stream.read(BLOCK):
        writer.write(piece)
    return writer.finish()


def open_upload(uid: uuid.UUID | None, size: int) -> BinaryIO:
    """The file again, to read and seek in. Raises UploadGone if it is not kept any more."""
    if uid is None or (size and not UploadBlock.objects.filter(upload=uid, number=0).exists()):
        raise UploadGone
    return io.BufferedReader(_SealedReader(uid, size), BLOCK)


def forget(uid: uuid.UUID | None) -> None:
    """Drops an upload's blocks."""
    if uid is not None:
        UploadBlock.objects.filter(upload=uid).delete()


def forget_abandoned() -> int:
    """Drops uploads that never became an import or a proof (a connection was cut, a form refused); returns how many blocks."""
    old = UploadBlock.objects.filter(created_at__lt=timezone.now() - ABANDONED_AFTER)
    of_import = Q(upload=OuterRef("upload")) | Q(refused_upload=OuterRef("upload"))
    abandoned = old.filter(
        ~Exists(RegistryImport.objects.filter(of_import)),
        ~Exists(EvidenceImport.objects.filter(of_import)),
        ~Exists(ObjectionFile.objects.filter(upload=OuterRef("upload"))),
    )
    for model in settings.REGISTRY["uploads_of"]:  # of the apps above this one
        of_theirs = apps.get_model(model)._default_manager.filter(upload=OuterRef("upload"))
        abandoned = abandoned.filter(~Exists(of_theirs))
    return abandoned.delete()[0]


def limit() -> int:
    """How many bytes an upload may have."""
    return int(settings.REGISTRY["upload_limit"])


def _place(uid: uuid.UUID, number: int) -> str:
    return f"{uid}:{number}"


class _SealedReader(io.RawIOBase):
    """The opened blocks as one file. Raises UploadGone where one is missing, CannotOpen where one was changed."""

    def __init__(self, uid: uuid.UUID, size: int) -> None:
        self.uid, self.size, self.at = uid, size, 0
        self._number, self._content = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence])
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self.at >= self.size:
            return 0
        number, start = divmod(self.at, BLOCK)
        if number != self._number:
            self._number, self._content = number, self._opened(number)
        piece = self._content[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self.at += len(piece)
        return len(piece)

    def _opened(self, number: int) -> bytes:
        block = UploadBlock.objects.filter(upload=self.uid, number=number).first()
        if block is None:
            raise UploadGone
        content = unseal_bytes(
            bytes(block.sealed), table=UploadBlock._meta.db_table, field="sealed", row=_place(self.uid, number)
        )
        if len(content) != min(BLOCK, self.size - number * BLOCK):
            raise UploadGone
        return content
