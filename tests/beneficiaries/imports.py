"""Imports for tests, step by step: a file uploaded, looked at and saved as the office and its workers do."""

from __future__ import annotations

import csv
import io

from django.contrib.auth.models import User

from beneficiaries import registry, registry_undo, registry_work, uploads
from beneficiaries.models import Person, RegistryImport
from tests.beneficiaries.conftest import Row

SOURCE = "DTSEN"
OTHER_KK = "3171011506150004"


def content(*rows: Row) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def uploaded(*rows: Row, by: User | None = None, source: str = SOURCE, complete: bool = False) -> RegistryImport:
    upload = uploads.store(io.BytesIO(content(*rows)))
    return registry.begin(upload, file_name="registry.csv", by=by, source=source, complete=complete)


def previewed(*rows: Row, by: User | None = None, source: str = SOURCE, complete: bool = False) -> RegistryImport:
    run = uploaded(*rows, by=by, source=source, complete=complete)
    return again(run)


def again(run: RegistryImport) -> RegistryImport:
    registry_work.check(run.pk)
    run.refresh_from_db()
    return run


def committed(*rows: Row, by: User | None = None, source: str = SOURCE, complete: bool = False) -> RegistryImport:
    return saved(previewed(*rows, by=by, source=source, complete=complete))


def saved(run: RegistryImport, by: User | None = None) -> RegistryImport:
    registry.request_commit(run, by=by, leaving_confirmed=True)
    registry_work.commit(run.pk)
    run.refresh_from_db()
    return run


def undone(run: RegistryImport, by: User | None = None) -> RegistryImport:
    registry_undo.request_undo(run, by=by, reason="salah berkas")
    registry_work.undo(run.pk)
    run.refresh_from_db()
    return run


def statuses() -> dict[str, str]:
    """The last digit of each NIK with the person's status."""
    return {row.nik[-1]: row.status for row in Person.objects.all()}
