"""Taking a registry file from a form straight into sealed blocks: no temporary file, no copy in memory.

The handler must be in place before anything reads the form, the check against forged requests included; so the view is
exempt from that check, and asks for it itself once the officer's permission is certain.
"""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from beneficiaries.import_errors import UploadTooLarge
from beneficiaries.uploads import Upload, UploadWriter, limit

FIELD = "file"


class SealedFile(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """What a form gets to see of an uploaded file: its name, its size, and the sealed upload itself."""

    def __init__(self, name: str, upload: Upload, size: int) -> None:
        super().__init__(None, name, "application/octet-stream", size)
        self.upload = upload


class SealedUploadHandler(FileUploadHandler):
    """Seals the form's one file while it comes in; what is larger than allowed is read to its end and not kept."""

    writer: UploadWriter | None = None

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.found: SealedFile | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.received = 0
        wanted = self.field_name == FIELD and self.found is None
        self.writer = UploadWriter() if wanted else None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.writer is None:
            return
        if self.received > limit():
            self.writer.discard()
            self.writer = None
            return
        self.writer.write(raw_data)

    def file_complete(self, file_size: int) -> SealedFile | None:
        if self.field_name != FIELD:
            return None
        upload = self.writer.finish() if self.writer else None
        if upload is None:
            return SealedFile(str(self.file_name), Upload(UploadWriter().uid, 0, ""), file_size)
        self.found = SealedFile(str(self.file_name), upload, file_size)
        return self.found

    def upload_interrupted(self) -> None:
        if self.writer is not None:
            self.writer.discard()


def too_large() -> UploadTooLarge:
    """What to say of a file that was not kept."""
    return UploadTooLarge(limit=limit() // 1_000_000)
