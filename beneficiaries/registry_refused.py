"""The refused rows of a saved import, kept sealed in place of its file: what is to be corrected stays, nobody else's data does.

They lie in an upload of their own (`uploads`), a line of JSON each: the row's number in the file and its cells as they stood.
What is wrong with them stands in `RefusedRow`.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from beneficiaries import uploads
from beneficiaries.registry_file import RawRow, RegistryFile

PIECE = 65_536  # characters handed on at a time


def keep(source: RegistryFile | RefusedRows, rows: Iterable[RawRow]) -> uploads.Upload:
    """Seals these rows of the file and its titles, holding some of them at a time."""
    writer = uploads.UploadWriter()
    pieces = io.StringIO()
    pieces.write(json.dumps({"header": source.header, "has_bom": source.has_bom}) + "\n")
    for row in rows:
        # As ASCII: a broken half of a character, which no encoding takes, is kept as it is.
        pieces.write(json.dumps([row.line, row.cells]) + "\n")
        if pieces.tell() > PIECE:
            writer.write(pieces.getvalue().encode())
            pieces = io.StringIO()
    writer.write(pieces.getvalue().encode())
    return writer.finish()


class RefusedRows:
    """The rows again, in file order, with the titles that an errors file needs. Raises UploadGone."""

    def __init__(self, upload: uuid.UUID | None, size: int) -> None:
        self.stream = uploads.open_upload(upload, size)
        told = json.loads(self.stream.readline())
        self.header: list[str] = told["header"]
        self.has_bom: bool = told["has_bom"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stream.close()

    def rows(self) -> Iterator[RawRow]:
        """Every kept row."""
        for line in self.stream:
            number, cells = json.loads(line)
            yield RawRow(number, cells, None)
