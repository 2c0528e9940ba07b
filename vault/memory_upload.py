"""Uploaded files in memory and nowhere else: what somebody sends of a person never lies on a disk in the clear.

The house's only handler of uploads (``FILE_UPLOAD_HANDLERS``), but for pages that seal a file while it comes in. Django's own
would put a larger file, or one sent to a page that wants none, into the folder for temporary files.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest


class MemoryUploadHandler(FileUploadHandler):
    """Keeps ``FILE_UPLOAD_MAX_MEMORY_SIZE`` bytes of all files of a request together.

    A file that has no room is read to its end and comes out without content, but with the size it had: larger than any page
    takes, which each page says in its own words.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.room: int = settings.FILE_UPLOAD_MAX_MEMORY_SIZE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.content: BytesIO | None = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.content is None:
            return
        self.room -= len(raw_data)
        if self.room < 0:
            self.room += self.content.tell() + len(raw_data)
            self.content = None
        else:
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        content = self.content or BytesIO()
        content.seek(0)
        return InMemoryUploadedFile(
            content,
            self.field_name,
            str(self.file_name),
            str(self.content_type),
            file_size,
            self.charset,
            self.content_type_extra,
        )
