"""Importing a registry file: looked at first, saved when somebody stands for what was seen, all of it or nothing.

1. `begin` takes an uploaded file (`uploads`: sealed blocks) as an import.
2. `preview` reads it (`registry_staging`), compares rows with each other and with the registry (`registry_merge`), and
   keeps what would happen. It writes nothing of the registry.
3. `save` does exactly that, set by set in the caller's transaction, or stops: the registry may have moved since.
4. `errors_of` gives the refused rows back with reason and remedy, out of the sealed blocks.
The office asks for each (`request_check`, `request_commit`, `cancel`), and a worker does it (`registry_work`); `import_file`
does all of it in one call. Taking an import back is `registry_undo`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext

from beneficiaries import (
    import_errors,
    import_states,
    registry_lock,
    registry_merge,
    registry_refused,
    registry_staging,
    uploads,
)
from beneficiaries.history import telling
from beneficiaries.models import Change, ImportProgress, Person, RegistryImport, RegistrySource
from beneficiaries.refusals import KK, Refusal
from beneficiaries.registry_file import ErrorsFile, RawRow, RegistryFile
from beneficiaries.registry_refused import RefusedRows
from beneficiaries.registry_staging import BATCH, Progress
from wallet.doorbell import ring_after_commit
from wallet.transactions import RETRIED_SQLSTATES

if TYPE_CHECKING:
    from django.contrib.auth.models import User

S = RegistryImport.State
# A number that somebody registered, a head whom somebody named, since the preview.
TAKEN_SINCE = ("23505", "23P01")  # unique_violation, exclusion_violation
# Whoever wanted it to stop came too late.
NOT_ENDED: dict[str, Any] = {"ended_by": None, "end_reason": ""}
Report = Callable[[Progress], None]


def _nothing(progress: Progress) -> None:
    pass


# --- An import's life, as the office asks for it ---


@transaction.atomic
def begin(
    upload: uploads.Upload,
    *,
    file_name: str,
    by: User | None = None,
    source: str = "",
    complete: bool = False,
    sheet: str = "",
) -> RegistryImport:
    """An import of an uploaded file, not yet looked at. Raises SourceMissing.

    `sheet` names a workbook's, where it has several with people.
    """
    source = RegistrySource.objects.known_as(source)
    if complete and not source:
        raise import_errors.SourceMissing
    if source:
        RegistrySource.objects.get_or_create(name=source)
    run = RegistryImport.objects.create(
        file_name=Path(file_name).name[-200:],
        file_sha256=upload.sha256,
        upload=upload.uid,
        size=upload.size,
        sheet=sheet.strip(),
        source=source,
        complete=complete,
        by=by,
    )
    ImportProgress.objects.create(run=run)
    return run


def ring_check(run: RegistryImport) -> None:
    """A worker is to look at it; if the ring is lost, the sweeper rings."""
    ring_after_commit("beneficiaries.tasks.check", run.pk)


@transaction.atomic
def request_check(run: RegistryImport) -> None:
    """The file is to be looked at again: the registry has moved, or what made it fail is mended. Raises ImportMoved."""
    start_afresh(run)
    import_states.advance(run, S.CHECKING, error_code="", error_data={})
    ring_check(run)


@transaction.atomic
def choose_sheet(run: RegistryImport, sheet: str) -> None:
    """The file is to be looked at again, by this sheet of it. Raises ImportMoved."""
    request_check(run)
    RegistryImport.objects.filter(pk=run.pk).update(sheet=sheet)
    run.sheet = sheet


@transaction.atomic
def request_commit(
    run: RegistryImport, *, by: User | None, leaving_confirmed: bool = False, seen: datetime | None = None
) -> None:
    """What was previewed is to be saved, and `by` stands for it: for the preview `seen`, by its moment, if that is given.

    Raises MakerCommits, LeavingNotConfirmed, PreviewReplaced, AnotherImportCommits, ImportMoved.
    """
    run.refresh_from_db(from_queryset=RegistryImport.objects.select_for_update())
    if seen is not None and seen != run.previewed_at:
        raise import_errors.PreviewReplaced
    if run.complete and by is not None and by.pk == run.by_id:
        raise import_errors.MakerCommits
    if leaving_is_many(run) and not leaving_confirmed:
        raise import_errors.LeavingNotConfirmed(
            left=run.left, of=run.left_of, share=leaving_share(run), limit=settings.REGISTRY["leaving_share"]
        )
    start_afresh(run)
    _to_committing(run, committed_by=by, leaving_confirmed=leaving_confirmed)
    ring_after_commit("beneficiaries.tasks.commit", run.pk)


def _to_committing(run: RegistryImport, **changes: Any) -> None:
    try:
        with transaction.atomic():
            import_states.advance(run, S.COMMITTING, **changes)
    except IntegrityError:
        raise import_errors.AnotherImportCommits from None


@transaction.atomic
def cancel(run: RegistryImport, *, by: User | None, reason: str = "") -> bool:
    """Nothing of it is to be saved; False while a worker is still at it, which stops before its next set.

    What was uploaded is dropped. Raises ImportMoved if it is saved already, or ended.
    """
    ended = {"ended_by": by, "end_reason": reason}
    if run.state in (S.CHECKING, S.COMMITTING):
        ImportProgress.objects.update_or_create(run=run, defaults={"cancel_asked": True})
        RegistryImport.objects.filter(pk=run.pk, state=run.state).update(**ended)
        if not take(run):
            return False
    import_states.advance(run, S.CANCELLED, ended_at=timezone.now(), **ended)
    drop_contents(run)
    return True


def take(run: RegistryImport) -> bool:
    """Whether nobody else works on this import until the end of the transaction: a lost worker's hold ends with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int.from_bytes(b"impo"), run.pk])
        [taken] = cursor.fetchone()
    return bool(taken)


def drop_contents(run: RegistryImport) -> None:
    """The sealed file and everything its preview kept are dropped; the import and its counts stay."""
    drop_files(run)
    with connection.cursor() as cursor:
        registry_merge.forget(cursor, run.pk)


def drop_files(run: RegistryImport) -> None:
    """The sealed file and the refused rows are dropped; which lines were refused, and why, stays."""
    uploads.forget(run.upload)
    uploads.forget(run.refused_upload)
    RegistryImport.objects.filter(pk=run.pk).update(upload=None, refused_upload=None)
    run.upload = run.refused_upload = None


def kept_until(run: RegistryImport) -> datetime | None:
    """When its file, or what is left of it, will be dropped, and with that the import expire if nobody has decided; or None."""
    if run.state in RegistryImport.UNDECIDED and run.upload:
        since, period = run.previewed_at or run.created_at, settings.REGISTRY["undecided_retention"]
    elif run.state not in RegistryImport.WORKING and (run.upload or run.refused_upload):
        since, period = run.ended_at or run.committed_at or run.created_at, settings.REGISTRY["upload_retention"]
    else:
        return None
    return since + period  # type: ignore[no-any-return]


def drop_old_contents() -> int:
    """Drops what imports have kept longer than is allowed; those that nobody decided on expire. Returns how many they were."""
    kept = RegistryImport.objects.exclude(upload=None, refused_upload=None).exclude(state__in=RegistryImport.WORKING)
    dropped = 0
    for run in kept.order_by("pk"):
        until = kept_until(run)
        if until is None or until >= timezone.now():
            continue
        with contextlib.suppress(import_errors.ImportMoved), transaction.atomic():  # somebody decided at this moment
            if run.state in RegistryImport.UNDECIDED:
                import_states.advance(run, S.EXPIRED, ended_at=timezone.now())
            drop_contents(run)
            dropped += 1
    uploads.forget_abandoned()
    return dropped


def leaving_share(run: RegistryImport) -> int:
    """How many of the source's people leave, in percent, rounded up."""
    return -(-100 * run.left // run.left_of) if run.left_of else 0


def leaving_is_many(run: RegistryImport) -> bool:
    """More than a file may make leave without somebody saying that it is right."""
    return 100 * run.left > int(settings.REGISTRY["leaving_share"]) * run.left_of


def start_afresh(run: RegistryImport) -> None:
    """A worker is about to be asked for the first time: no progress, no attempts, nobody who wants it to stop."""
    ImportProgress.objects.update_or_create(
        run=run,
        defaults={
            "part": ImportProgress.Part.WAITING,
            "rows": 0,
            "refused": 0,
            "permille": 0,
            "attempts": 0,
            "cancel_asked": False,
            "at": timezone.now(),
        },
    )


# --- What a worker does, in its transaction ---


def preview(run: RegistryImport, progress: Report = _nothing, *, today: date | None = None) -> None:
    """Reads and compares the file and keeps what would happen; the import is PREVIEWED then. Runs in a transaction.

    `today` bounds birth dates. Raises RegistryFileError, ImportRefused, and ImportCancelled if somebody wanted it to stop
    after the last that was heard of its progress.
    """
    with _no_rows_in_errors(), connection.cursor() as cursor, open_file(run) as file:
        registry_merge.create_staging(cursor, run.pk)
        rows, _refused = registry_staging.stage(cursor, file, progress, today or timezone.localdate())
        progress(Progress(rows, _refused, 0.0, merging=True))
        registry_merge.compare(cursor, run.pk, correction=file.is_errors_file, source=run.source, complete=run.complete)
        counts = registry_merge.keep(cursor, run.pk, source=run.source, complete=run.complete)
        refusals = registry_merge.count_refusals(cursor, run.pk)
    import_states.advance(
        run,
        S.PREVIEWED,
        rows=rows,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        households_added=counts.households_added,
        households_changed=counts.households_changed,
        households_without_head=counts.households_without_head,
        returned=counts.returned,
        left=counts.left,
        left_of=counts.left_of,
        refused=sum(refusals.values()),
        refusals=refusals,
        fields_changed=counts.fields_changed,
        previewed_at=timezone.now(),
        **NOT_ENDED,
    )
    # Asked with the import's row in our hands: whoever wants it to stop writes so first, and then waits for the row.
    if ImportProgress.objects.filter(run=run, cancel_asked=True).exists():
        raise import_errors.ImportCancelled


def save(run: RegistryImport, progress: Report = _nothing, *, keep_refused: bool = True) -> None:
    """Does what was previewed, and nothing else; the import is COMMITTED then. Runs in a transaction, in `registry_lock`'s line.

    Its file is dropped; of that the refused rows are kept to be corrected, unless the caller has them.
    The programmes are told who has moved (settings.REGISTRY, `on_moves`). Raises PreviewOutdated, RegistryChanged,
    ImportRefused: then the caller's transaction is to be rolled back.
    """

    def done(share: float) -> None:
        progress(Progress(run.rows, run.refused, share, merging=True))

    with _no_rows_in_errors(), connection.cursor() as cursor:
        done(0.0)
        kept = _refused_of(run) if keep_refused and run.refused else None  # before anybody waits for us
        registry_lock.wait()
        registry_merge.load(cursor, run.pk)
        registry_merge.assert_as_previewed(
            cursor, run.pk, accepted=run.rows - run.refused, source=run.source, complete=run.complete
        )
        with telling(source=run.told_as, by=run.committed_by or run.by):
            registry_merge.merge(cursor, run.pk, source=run.source, complete=run.complete, left=run.left, done=done)
            _tell_of_moves(run)
        registry_merge.forget_staged(cursor, run.pk)
    drop_files(run)
    told = {"refused_upload": kept.uid, "refused_size": kept.size} if kept else {}
    import_states.advance(run, S.COMMITTED, committed_at=timezone.now(), **told, **NOT_ENDED)


def _refused_of(run: RegistryImport) -> uploads.Upload:
    with open_file(run) as file:
        return registry_refused.keep(file, (row for row, _refusals in errors_of(run, file)))


def moved_by(run: RegistryImport) -> QuerySet[Person]:
    """Whom the import has put into another household, as the history tells."""
    moves = Change.objects.filter(source=run.told_as, person__isnull=False, before__has_key="household_id")
    return Person.objects.filter(pk__in=moves.values("person_id"))


def _tell_of_moves(run: RegistryImport) -> None:
    if run.fields_changed.get(KK):
        reason = gettext("Pindah keluarga menurut impor #%(number)s") % {"number": run.pk}
        import_string(settings.REGISTRY["on_moves"])(moved_by(run), run, by=run.committed_by or run.by, reason=reason)


@contextlib.contextmanager
def _no_rows_in_errors() -> Iterator[None]:
    """The database's errors quote the failing row; only their kind may go on to logs and screens.

    What it asks to do again (a deadlock, say, which quotes none) goes on as it is: the import did not fail, and is rung again.
    """
    try:
        yield
    except DatabaseError as error:
        cause: Any = error.__cause__
        sqlstate = getattr(cause, "pgcode", None)
        if sqlstate in RETRIED_SQLSTATES:
            raise
        if sqlstate in TAKEN_SINCE:
            raise import_errors.RegistryChanged from None
        constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
        raise import_errors.ImportRefused(cause=constraint or sqlstate or type(error).__name__) from None


# --- Reading an import's contents ---


def open_file(run: RegistryImport) -> RegistryFile:
    """The import's file, out of its sealed blocks, its titles read as its source means them.

    Raises UploadGone and, for what is no registry file, RegistryFileError.
    """
    mapping = RegistrySource.objects.mapping_of(run.source)
    stream = uploads.open_upload(run.upload, run.size)
    return RegistryFile(Path(run.file_name), stream, mapping=mapping, sheet=run.sheet or None)


def open_refused(run: RegistryImport) -> RegistryFile | RefusedRows:
    """What `errors_of` reads: what is kept of a saved import, else its file. Raises UploadGone."""
    if run.refused_upload:
        return RefusedRows(run.refused_upload, run.refused_size)
    return open_file(run)


def errors_of(run: RegistryImport, file: RegistryFile | RefusedRows) -> Iterator[tuple[RawRow, list[Refusal]]]:
    """The refused rows in file order, each with all that is wrong with it; the file is read once."""
    with connection.cursor() as cursor:
        refused = registry_merge.refusals_by_line(cursor, run.pk, BATCH)
        line, refusals = next(refused, (0, []))
        for raw in file.rows():
            while line and line < raw.line:  # not kept any more: whoever it names was erased (`kept_files`)
                line, refusals = next(refused, (0, []))
            if raw.line == line:
                yield raw, refusals
                line, refusals = next(refused, (0, []))
            if not line:
                return


def refused_rows(run: RegistryImport, *, after: int, limit: int) -> list[tuple[int, list[Refusal]]]:
    """The next `limit` refused lines after a line, each with all that is wrong with it. Says nothing of anybody."""
    found: list[tuple[int, list[Refusal]]] = []
    with connection.cursor() as cursor:
        for line, refusals in registry_merge.refusals_by_line(cursor, run.pk, limit, after):
            found.append((line, refusals))
            if len(found) == limit:
                break
    return found


# --- All of it at once ---


def import_file(
    path: str | Path,
    errors_path: str | Path,
    by: User | None = None,
    progress: Report = _nothing,
    *,
    today: date | None = None,
    source: str = "",
    complete: bool = False,
    sheet: str = "",
) -> RegistryImport:
    """Reads a registry file into the registry: the clean rows enter together, the refused ones go to the errors file.

    The errors file (mode 0600, replaced if it exists, header only if nothing was refused) is corrected and imported
    in its turn; a file of that shape completes known households but changes none. Importing the same file again changes
    no row. `progress` is called after each batch and each set; `today` bounds birth dates. All of it is one transaction: an
    exception leaves nothing, not even the import. Raises RegistryFileError for a file that cannot be read as a whole,
    RegistryChanged and ImportRefused when the database says no.
    """
    path, errors_path = Path(path), Path(errors_path)
    mapping = RegistrySource.objects.mapping_of(source)
    with RegistryFile(path, mapping=mapping, sheet=sheet or None) as given, ErrorsFile(errors_path, given) as written:
        with transaction.atomic():
            registry_lock.wait()
            given.stream.seek(0)
            upload = uploads.store(given.stream)
            run = begin(upload, file_name=path.name, by=by, source=source, complete=complete, sheet=sheet)
            import_states.advance(run, S.CHECKING)
            preview(run, progress, today=today)
            with open_file(run) as file:
                for row, refusals in errors_of(run, file):
                    written.write(row, refusals)
            written.finish()
            _to_committing(run)
            save(run, progress, keep_refused=False)
        written.publish()
    return run
