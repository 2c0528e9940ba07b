"""What files that are still kept hold of people who are forgotten: sealed uploads of imports, and the rows refused of them.

A file of refused rows, and a file of evidence that waits to be read, are written anew without the people's rows; of evidence
about another that only names them, without the cells that do. A registry file that nobody has saved yet cannot be (its preview,
its counts and its line numbers are of the whole file): its import is cancelled and the file dropped, and the source sends
another. What cannot be read any more goes whole: it may hold them.

An upload that has not become an import is dropped within the hour (`uploads.forget_abandoned`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import evidence_file, identity, registry, registry_refused, uploads
from beneficiaries.errors import BeneficiaryError, FieldRefused
from beneficiaries.import_errors import ImportMoved
from beneficiaries.models import Change, EvidenceImport, Household, Person, RegistryImport
from beneficiaries.refusals import KK, NIK
from beneficiaries.registry_file import RawRow, RegistryFile
from beneficiaries.registry_refused import RefusedRows
from beneficiaries.resealing import opened_hex
from vault.sealing import CannotOpen, Sealed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

UNREADABLE = (BeneficiaryError, CannotOpen, ValueError)
PIECE = 1 << 20  # bytes of a line that are looked at together


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a row is known to be of people who are forgotten: read from their rows before those are emptied."""

    numbers: set[str] = field(default_factory=set)  # NIKs, also former ones: nobody else's
    phones: set[str] = field(default_factory=set)  # as they follow +62, also former ones: a family may share one
    names: set[str] = field(default_factory=set)  # also former ones
    kks: set[str] = field(default_factory=set)
    births: set[date] = field(default_factory=set)

    @classmethod
    def of(cls, people: Sequence[Person]) -> Marks:
        """What the rows say; a value that does not open marks nothing."""
        found = cls()
        for person in people:
            found._add(_opened(person, "nik"), _opened(person, "phone"), person.name)
            found.kks.update(filter(None, [_opened(person.household, "kk")]))
            found.births.add(person.birth_date)
        for former in _former(people):
            found._add(*former)
        return found

    def _add(self, nik: str, phone: str, name: str) -> None:
        self.numbers.update(filter(None, [nik]))
        self.phones.update(filter(None, [phone.removeprefix("+62")]))
        self.names.update(filter(None, [_plain(name)]))

    def are_on(self, cells: Sequence[str], nik: str = "") -> bool:
        """True if the row is theirs: it has a number of theirs, or their name or phone.

        Where `nik`, what the row says its person's NIK is, is one and another, a phone is one that they share; and the name is
        a namesake's, if neither the family card nor the birth date is theirs.
        """
        digits = identity.bare("\n".join(cells))
        if any(number in digits for number in self.numbers):
            return True
        if identity.nik_refusal(identity.bare(nik)) is not None:  # no number says that it is somebody else
            return any(phone in digits for phone in self.phones) or self._named_in(cells)
        if not self._named_in(cells):
            return False
        return any(kk in digits for kk in self.kks) or any(_birth(cell) in self.births for cell in cells)

    def _named_in(self, cells: Sequence[str]) -> bool:
        for cell in map(_plain, cells):
            for name in self.names:
                # One word may be part of anybody's name, several are not.
                if cell == name or (" " in name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", cell)):
                    return True
        return False


def wait() -> None:
    """Returns when no worker reads evidence, and lets none begin until the transaction ends. Before anybody's row is locked:
    a worker locks those after its import.
    """
    list(EvidenceImport.objects.select_for_update().filter(state=EvidenceImport.State.WAITING).order_by("pk"))


def forget(marks: Marks, gone: Sequence[Household], *, by: User | None) -> None:
    """Nothing that is kept has a row of theirs any more; nor one of the households `gone`, of which nobody is left.

    Runs in the transaction that erases them, in `registry_lock`'s line: no import is saved meanwhile.
    """
    marks.numbers.update(filter(None, (_opened(household, "kk") for household in gone)))
    for run in RegistryImport.objects.exclude(upload=None).order_by("pk"):
        if _may_hold(run, marks):
            _cancel(run, by)
    for run in RegistryImport.objects.exclude(refused_upload=None).order_by("pk"):
        _clean_refused(run, marks)
    for told in EvidenceImport.objects.select_for_update().exclude(upload=None, refused_upload=None).order_by("pk"):
        _clean_evidence(told, marks)


# --- Registry files ---


def _nik_of(source: RegistryFile | RefusedRows, row: RawRow) -> str:
    whole = len(row.cells) == len(source.header)
    return row.cells[source.header.index(NIK)].removeprefix("'") if whole and NIK in source.header else ""


def _may_hold(run: RegistryImport, marks: Marks) -> bool:
    try:
        with registry.open_file(run) as file:
            return any(marks.are_on(row.cells, _nik_of(file, row)) for row in file.rows())
    except UNREADABLE:
        return True


def _cancel(run: RegistryImport, by: User | None) -> None:
    """At once, or as soon as the worker that is at it asks; whichever step it takes meanwhile."""
    reason = _("Memuat orang yang datanya dihapus. Minta sumbernya mengirim berkas baru.")
    while run.state in (*RegistryImport.WORKING, *RegistryImport.UNDECIDED):
        try:
            registry.cancel(run, by=by, reason=reason)
        except ImportMoved:
            run.refresh_from_db()
        else:
            return
    registry.drop_files(run)


def _clean_refused(run: RegistryImport, marks: Marks) -> None:
    dropped = 0

    def others(rows: RefusedRows) -> Iterator[RawRow]:
        nonlocal dropped
        for row in rows.rows():
            if marks.are_on(row.cells, _nik_of(rows, row)):
                dropped += 1
            else:
                yield row

    try:
        with RefusedRows(run.refused_upload, run.refused_size) as rows:
            kept = registry_refused.keep(rows, others(rows))
    except UNREADABLE:
        _put(run, None, erased=run.refused)
        return
    _replace(run, kept, dropped)


def _replace(run: RegistryImport | EvidenceImport, kept: uploads.Upload, dropped: int, emptied: int = 0) -> None:
    """What was written anew takes the old one's place, if there was anything to drop or to empty and anything is left."""
    erased = run.refused_erased + dropped
    if (dropped or emptied) and erased < run.refused:
        _put(run, kept, erased=erased)
        return
    uploads.forget(kept.uid)
    if dropped:
        _put(run, None, erased=erased)


def _put(run: RegistryImport | EvidenceImport, kept: uploads.Upload | None, *, erased: int) -> None:
    """These refused rows are what is kept from now on; the import says how many went."""
    uploads.forget(run.refused_upload)
    run.refused_upload, run.refused_size = (kept.uid, kept.size) if kept else (None, 0)
    run.refused_erased = erased
    run.save(update_fields=["refused_upload", "refused_size", "refused_erased"])


# --- Files of evidence ---


def _clean_evidence(run: EvidenceImport, marks: Marks) -> None:
    if run.upload is not None:
        _clean_waiting(run, marks)
    if run.refused_upload is not None:
        _clean_refused_evidence(run, marks)


def _clean_waiting(run: EvidenceImport, marks: Marks) -> None:
    """A sign stands where a line of theirs was: the others keep their numbers, and whoever reads it counts it."""
    try:
        kept, dropped, emptied = _without(run.upload, run.size, marks, instead=f"{evidence_file.ERASED}\n".encode())
    except UNREADABLE:
        uploads.forget(run.upload)  # whoever is to read it finds that it is gone
        return
    if dropped or emptied:
        uploads.forget(run.upload)
        run.upload, run.size = kept.uid, kept.size
        run.save(update_fields=["upload", "size"])
    else:
        uploads.forget(kept.uid)


def _clean_refused_evidence(run: EvidenceImport, marks: Marks) -> None:
    try:
        kept, dropped, emptied = _without(run.refused_upload, run.refused_size, marks, instead=b"")
    except UNREADABLE:
        _put(run, None, erased=run.refused)
        return
    _replace(run, kept, dropped, emptied)


def _without(upload: UUID | None, size: int, marks: Marks, *, instead: bytes) -> tuple[uploads.Upload, int, int]:
    """The file sealed anew with something in place of each line of theirs, and how many those were.

    A line about another that has their name or number stays, without the cells that have it: how many those lines were.
    """
    writer, dropped, emptied = uploads.UploadWriter(), 0, 0
    header: list[str] = []
    with uploads.open_upload(upload, size) as stream:
        while line := stream.readline(PIECE):
            cells = _cells(line)
            header = header or [name.removeprefix("\ufeff") for name in cells]
            if marks.are_on(cells):
                if other := _other_subject(header, cells, marks):
                    line = _line(
                        "" if marks.are_on([cell]) and identity.bare(cell) != other else cell for cell in cells
                    )
                    emptied += 1
                else:
                    line = instead
                    dropped += 1
            writer.write(line)
    return writer.finish(), dropped, emptied


def _other_subject(header: Sequence[str], cells: Sequence[str], marks: Marks) -> str:
    """The NIK, or the KK number, of somebody else whom the line is about; empty if no possible number says that it is."""
    if len(cells) != len(header):
        return ""
    row = dict(zip(header, cells, strict=True))
    nik, kk = (identity.bare(row.get(name, "").strip()) for name in (NIK, KK))
    refusal = identity.nik_refusal(nik) if nik else identity.kk_refusal(kk)
    return "" if refusal or (nik or kk) in marks.numbers else nik or kk


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def _cells(line: bytes) -> list[str]:
    text = line.decode("utf-8", "replace")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return [text]


# --- Values ---


def _former(people: Sequence[Person]) -> Iterator[tuple[str, str, str]]:
    """NIK, phone and name as they were before each change of one of them; empty for what was not changed or does not open."""
    uids = {person.pk: person.uid for person in people}
    changes = Change.objects.filter(kind=Change.Kind.CHANGED, person__in=uids)

    def opened(sealed: Sealed, number: int, before: dict[str, Any]) -> str:
        try:
            box = opened_hex(before.get(sealed.column))
            return sealed.unseal(Person._meta.db_table, uids[number], box) if box else ""
        except CannotOpen:
            return ""

    for number, before in changes.values_list("person", "before"):
        yield opened(Person.nik, number, before), opened(Person.phone, number, before), before.get("name", "")


def _opened(row: Person | Household, name: str) -> str:
    try:
        return str(getattr(row, name))
    except CannotOpen:
        return ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _birth(cell: str) -> date | None:
    try:
        return identity.parse_birth_date(cell.strip(), today=timezone.localdate())
    except FieldRefused:
        return None
