"""The life of an import: looked at without writing, saved as previewed or not at all, and cancelled."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from beneficiaries import (
    errors,
    import_errors,
    import_states,
    registry,
    registry_merge,
    registry_undo,
    registry_work,
    tasks,
    uploads,
)
from beneficiaries.models import (
    Change,
    Household,
    ImportProgress,
    Person,
    RefusedRow,
    RegistryImport,
    RegistrySource,
    UploadBlock,
)
from beneficiaries.refusals import COLUMNS
from config.celery import app
from tests.beneficiaries.conftest import Office, person
from tests.beneficiaries.imports import OTHER_KK, again, committed, previewed, saved, statuses, undone, uploaded
from tests.owner import as_owner

S = RegistryImport.State
pytestmark = pytest.mark.usefixtures("committed_db")


def kept(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM beneficiaries_{table}")
        return int(cursor.fetchone()[0])


def test_a_preview_counts_everything_and_writes_nothing() -> None:
    committed(person(), person(2), person(3, KK=OTHER_KK))
    before = list(Person.objects.values()) + list(Household.objects.values())
    run = previewed(
        person(NAMA="SITI AMINAH HASAN", DESIL="3"),  # and with it the household, so that the second row changes too
        person(2, DESIL="3"),
        person(3, KK=OTHER_KK),
        person(4, KK="3171011506150005"),
        person(5, NIK="1"),
        person(6, DESIL="11", NAMA="X2"),
    )
    assert (run.state, run.rows, run.added, run.changed, run.unchanged) == (S.PREVIEWED, 6, 1, 2, 1)
    assert (run.refused, run.households_added, run.households_changed) == (2, 1, 1)
    assert run.refusals == {"NIK.length": 1, "NAMA.name_letters": 1}
    assert run.fields_changed == {"NAMA": 1, "DESIL": 1}
    assert list(Person.objects.values()) + list(Household.objects.values()) == before
    assert not Change.objects.filter(source=run.told_as).exists()
    [first, second] = registry.refused_rows(run, after=0, limit=50)
    assert (first[0], [refusal.code for refusal in first[1]]) == (6, ["length"])
    assert (second[0], [refusal.field for refusal in second[1]]) == (7, ["NAMA", "DESIL"])
    assert registry.refused_rows(run, after=6, limit=50) == [second]


def test_what_was_previewed_is_saved_in_the_name_of_who_stands_for_it() -> None:
    maker = User.objects.create_user("dewi")
    run = saved(previewed(person(), person(2, NIK="1"), by=maker), by=maker)
    assert (run.state, run.committed_by) == (S.COMMITTED, maker)
    [change] = Change.objects.filter(person__isnull=False)
    assert (change.kind, change.source, change.by_id) == ("added", run.told_as, maker.pk)
    # The clean rows are in the registry now; what was refused stays to be corrected.
    assert (kept("stagedperson"), kept("stagedhousehold"), RefusedRow.objects.count()) == (0, 0, 1)
    assert UploadBlock.objects.exists()
    with registry.open_refused(run) as file:
        [(row, [refusal])] = registry.errors_of(run, file)
    assert (row.line, refusal.code) == (3, "length")


def test_the_same_file_again_changes_nothing() -> None:
    committed(person(), person(2))
    told = Change.objects.count()
    run = committed(person(), person(2))
    assert (run.added, run.changed, run.unchanged, run.fields_changed) == (0, 0, 2, {})
    assert Change.objects.count() == told


def test_a_source_written_in_other_capitals_is_the_one_that_is_known() -> None:
    committed(person(), person(2), source="DTSEN", complete=True)
    run = previewed(person(), source=" dtsen ", complete=True)
    assert (run.source, run.left, run.left_of) == ("DTSEN", 1, 2)
    assert list(RegistrySource.objects.values_list("name", flat=True)) == ["DTSEN"]


def test_only_what_differs_stands_in_the_history() -> None:
    committed(person())
    run = committed(person(NAMA="SITI", DESIL="3"))
    told = {
        (change.person_id and "person") or "household": change for change in Change.objects.filter(source=run.told_as)
    }
    assert set(told["person"].before) == {"name"} and told["household"].before == {"decile": 2}


def test_the_steps_of_an_import_are_those_of_its_table() -> None:
    for state in S:
        for target in S:
            RegistryImport.objects.update(state=S.CANCELLED)
            run = RegistryImport.objects.create(file_name="x", state=state)
            if (state, target) in import_states.TRANSITIONS:
                import_states.advance(run, target)
                assert run.state == target
            else:
                with pytest.raises(import_errors.ImportMoved):
                    import_states.advance(run, target)


def test_an_import_that_moved_meanwhile_is_not_moved_again() -> None:
    run = previewed(person())
    stale = RegistryImport.objects.get(pk=run.pk)
    registry.cancel(run, by=None)
    with pytest.raises(import_errors.ImportMoved):
        registry.request_commit(stale, by=None)
    registry_work.commit(run.pk)
    assert not Person.objects.exists()


def test_a_file_that_cannot_be_read_fails_with_its_reason_and_can_be_looked_at_again() -> None:
    run = registry.begin(uploads.store(io.BytesIO(b"KK;NIK\n")), file_name="x.csv")
    assert again(run).state == S.FAILED
    assert "Baris 1: kolom NAMA" in errors.said(run.error_code, run.error_data)
    registry.request_check(run)
    assert (run.state, run.error_code) == (S.CHECKING, "")
    assert again(run).state == S.FAILED
    assert registry.cancel(run, by=None)
    assert not UploadBlock.objects.exists()


# --- The registry moves between preview and commit ---


def add_the_same_person() -> None:
    committed(person(2))


def change_the_same_person() -> None:
    committed(person(NAMA="SITI"))


def change_the_household() -> None:
    committed(person(DESIL="9"))


def lose_the_staged_rows() -> None:
    with as_owner() as cursor:  # as a crash of the database does
        cursor.execute("TRUNCATE beneficiaries_stagedperson, beneficiaries_stagedhousehold")


def leave() -> None:
    Person.objects.update(status="left")


@pytest.mark.parametrize(
    "move", [add_the_same_person, change_the_same_person, change_the_household, lose_the_staged_rows, leave]
)
def test_where_the_outcome_would_be_another_nothing_is_saved_and_a_new_preview_is_asked(move: Any) -> None:
    committed(person())
    run = previewed(person(NAMA="SITI"), person(2))
    move()
    before = list(Person.objects.values())
    run = saved(run)
    assert (run.state, run.error_code) == (S.FAILED, "preview_outdated")
    assert list(Person.objects.values()) == before
    registry.request_check(run)
    run = saved(again(run))
    assert run.state == S.COMMITTED
    assert set(Person.objects.values_list("name", "status")) == {("SITI", "active"), ("SITI AMINAH", "active")}


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_what_the_database_asks_to_do_again_is_no_failure_and_is_rung_again(
    sqlstate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(cursor: Any, *_: Any, **__: Any) -> None:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$")

    run = previewed(person())
    with monkeypatch.context() as patched:
        patched.setattr(registry_merge, "merge", lose)
        with pytest.raises(OperationalError):
            saved(run)
    run.refresh_from_db()
    assert run.state == S.COMMITTING and not Person.objects.exists()
    rung: list[int] = []
    monkeypatch.setattr(registry_work, "ring", lambda _task, number: rung.append(number))
    ImportProgress.objects.update(at=timezone.now() - timedelta(minutes=1))
    registry_work.sweep()
    assert rung == [run.pk]
    registry_work.commit(run.pk)
    run.refresh_from_db()
    assert run.state == S.COMMITTED


def test_a_move_that_changes_nothing_of_the_outcome_is_none() -> None:
    committed(person())
    run = previewed(person(NAMA="SITI"), person(2))
    committed(person(7, KK=OTHER_KK))
    Person.objects.filter(name="SITI AMINAH").update(occupation="trader")
    assert saved(run).state == S.COMMITTED


@pytest.mark.parametrize("known_household", [True, False])
def test_who_was_looked_up_under_an_older_index_key_is_looked_up_again(settings: Any, known_household: bool) -> None:
    settings.BLIND_INDEX_KEY, settings.BLIND_INDEX_KEYS = bytes(32), {}
    if known_household:
        committed(person())
    run = previewed(person(2))
    settings.BLIND_INDEX_KEYS = {1: bytes([1]) * 32}
    committed(person(2), source="Dinsos")
    people = Person.objects.count()
    run = saved(run)
    assert (run.state, run.error_code) == (S.FAILED, "preview_outdated")
    assert Person.objects.count() == people
    registry.request_check(run)
    run = saved(again(run))
    assert (run.state, run.added, run.unchanged) == (S.COMMITTED, 0, 1)


# --- One at a time, and stopping ---


def test_only_one_import_commits_at_a_time() -> None:
    first, second = previewed(person()), previewed(person(2, KK=OTHER_KK))
    registry.request_commit(first, by=None)
    with pytest.raises(import_errors.AnotherImportCommits):
        registry.request_commit(second, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistryImport.objects.filter(pk=second.pk).update(state="committing")
    registry_work.commit(first.pk)
    second.refresh_from_db()
    assert saved(second).state == S.COMMITTED


@pytest.mark.parametrize("state", ["check", "commit"])
def test_cancelled_at_work_it_stops_before_its_next_set_and_leaves_nothing(state: str) -> None:
    run = uploaded(person())
    if state == "commit":
        registry.request_commit(again(run), by=None)
    told: list[registry.Progress] = []

    def stop(progress: registry.Progress) -> None:
        if not told:
            other = RegistryImport.objects.get(pk=run.pk)
            assert other.state in (S.CHECKING, S.COMMITTING)
            _ask_elsewhere(run.pk)
        told.append(progress)

    getattr(registry_work, state)(run.pk, stop)
    run.refresh_from_db()
    assert run.state == S.CANCELLED and told
    assert not Person.objects.exists() and not UploadBlock.objects.exists() and kept("stagedperson") == 0


def _ask_elsewhere(number: int) -> None:
    """What the officer's request does, on another connection."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_importprogress SET cancel_asked = true WHERE run_id = %s", [number])
    other.close()


def test_progress_is_seen_while_it_lasts() -> None:
    run = uploaded(person(), person(2, NIK="1"))
    seen: list[tuple[Any, ...]] = []

    def look(_: registry.Progress) -> None:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT run.state, part, at.rows, at.refused, permille, attempts FROM beneficiaries_registryimport AS run"
                " JOIN beneficiaries_importprogress AS at ON run_id = id"
            )
            seen.extend(cursor.fetchall())
        other.close()

    registry_work.check(run.pk, look)
    assert seen[0] == ("checking", "reading", 2, 1, 1000, 1)
    assert seen[-1][:2] == ("checking", "comparing")
    registry.request_commit(RegistryImport.objects.get(pk=run.pk), by=None)
    seen.clear()
    registry_work.commit(run.pk, look)
    assert [line[1] for line in seen] == ["saving"] * len(seen) and seen[-1][4] == 1000


# --- What is kept, and how long ---


def ago(run: RegistryImport, **time: int) -> None:
    """Everything about the import was so long ago."""
    for name in ("created_at", "previewed_at", "committed_at", "ended_at"):
        RegistryImport.objects.filter(pk=run.pk).update(**{name: F(name) - timedelta(**time)})


def test_an_upload_lies_sealed() -> None:
    previewed(person(), person(2, NIK="1"))
    block = bytes(UploadBlock.objects.get().sealed)
    assert person()["NIK"].encode() not in block and b"SITI" not in block


def test_of_a_saved_file_the_refused_rows_alone_are_kept_and_only_for_a_time() -> None:
    run = previewed(person(NAMA="BERSIH"), person(2, NIK="1", NAMA="DITOLAK"))
    before, file = run.upload, registry.open_file(run)
    with file:
        wanted = [(row.line, row.cells, refusals) for row, refusals in registry.errors_of(run, file)]
    run = saved(run)
    assert run.upload is None and not UploadBlock.objects.filter(upload=before).exists()
    blocks = UploadBlock.objects.all()
    assert [block.upload for block in blocks] == [run.refused_upload]
    with uploads.open_upload(run.refused_upload, run.refused_size) as stream:
        kept = stream.read()
    assert b"DITOLAK" in kept and b"BERSIH" not in kept and person()["NIK"].encode() not in kept
    with registry.open_refused(run) as rows:
        assert rows.header == list(COLUMNS)
        assert [(row.line, row.cells, refusals) for row, refusals in registry.errors_of(run, rows)] == wanted
    UploadBlock.objects.update(created_at=timezone.now() - timedelta(hours=2))
    ago(run, days=29)
    assert registry.drop_old_contents() == 0 and UploadBlock.objects.exists()
    ago(run, days=2)
    assert registry.drop_old_contents() == 1
    assert not UploadBlock.objects.exists() and not RefusedRow.objects.exists()
    run.refresh_from_db()
    assert (run.state, run.refused_upload, run.refused) == (S.COMMITTED, None, 1)
    with pytest.raises(import_errors.UploadGone):
        registry.open_refused(run)


@pytest.mark.parametrize("end", ["saved", "cancelled", "cancelled at work", "undone", "at once"])
def test_of_a_file_without_refused_rows_nothing_is_kept_once_it_is_decided(end: str, office: Office) -> None:
    if end == "at once":
        office.load(person(), person(2, NIK="1"))
    else:
        run = previewed(person(), *[person(2, NIK="1")][: end != "saved"])
        if end == "cancelled at work":
            registry.request_check(run)
            ImportProgress.objects.update(cancel_asked=True)
            registry_work.check(run.pk)
        elif end == "cancelled":
            assert registry.cancel(run, by=None)
        else:
            run = saved(run)
            if end == "undone":
                assert UploadBlock.objects.exists()
                undone(run)
    assert not UploadBlock.objects.exists()


@pytest.mark.parametrize("state", [S.PREVIEWED, S.FAILED])
def test_what_nobody_decides_on_expires_after_a_week_and_its_file_is_gone(state: str) -> None:
    run = previewed(person()) if state == S.PREVIEWED else again(uploaded({"NIK": "1"}))
    assert run.state == state
    ago(run, days=6, hours=23)
    assert registry.drop_old_contents() == 0
    ago(run, hours=2)
    registry_work.sweep()
    run.refresh_from_db()
    assert (run.state, run.upload) == (S.EXPIRED, None) and run.ended_at
    assert not UploadBlock.objects.exists()
    with pytest.raises(import_errors.ImportMoved):
        registry.request_commit(run, by=None)
    with pytest.raises(import_errors.ImportMoved):
        registry.request_check(run)


def test_what_somebody_saves_at_the_moment_of_its_end_is_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    run = previewed(person())
    late = previewed(person(2))
    ago(run, days=8)
    ago(late, days=8)
    real = registry.kept_until

    def decide(row: RegistryImport) -> Any:
        until = real(row)
        if row.pk == run.pk:
            registry.request_commit(RegistryImport.objects.get(pk=run.pk), by=None)
        return until

    monkeypatch.setattr(registry, "kept_until", decide)
    assert registry.drop_old_contents() == 1
    registry_work.commit(run.pk)
    run.refresh_from_db()
    late.refresh_from_db()
    assert (run.state, late.state) == (S.COMMITTED, S.EXPIRED)


def test_an_upload_that_became_no_import_is_dropped_after_an_hour() -> None:
    upload = uploads.store(io.BytesIO(b"x" * 10))
    assert uploads.forget_abandoned() == 0
    UploadBlock.objects.update(created_at=timezone.now() - timedelta(hours=2))
    run = uploaded(person())
    UploadBlock.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert uploads.forget_abandoned() == 1
    assert UploadBlock.objects.get().upload == run.upload != upload.uid


@pytest.mark.parametrize("size", [0, 1, uploads.BLOCK - 1, uploads.BLOCK, uploads.BLOCK + 1, 2 * uploads.BLOCK + 7])
def test_an_upload_reads_as_it_was_written(size: int) -> None:
    whole = bytes(number % 251 for number in range(size))
    upload = uploads.store(io.BytesIO(whole))
    assert upload.size == size
    with uploads.open_upload(upload.uid, size) as stream:
        assert stream.read() == whole
        stream.seek(max(0, size - 3))
        assert stream.read() == whole[-3:]
        assert stream.seek(0, io.SEEK_END) == size


def test_blocks_cannot_be_swapped_cut_or_left_out() -> None:
    whole = b"a" * uploads.BLOCK + b"b" * uploads.BLOCK + b"c"
    upload = uploads.store(io.BytesIO(whole))
    first, second, third = UploadBlock.objects.order_by("number")
    UploadBlock.objects.filter(pk=first.pk).update(sealed=second.sealed)
    with (
        uploads.open_upload(upload.uid, upload.size) as stream,
        pytest.raises(Exception, match="belongs to another row"),
    ):
        stream.read()
    UploadBlock.objects.filter(pk=first.pk).update(sealed=first.sealed)
    third.delete()
    with uploads.open_upload(upload.uid, upload.size) as stream, pytest.raises(import_errors.UploadGone):
        stream.read()


def test_the_sweeper_rings_for_those_nobody_works_at(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(registry_work, "ring", lambda task, number: rung.append((task.rpartition(".")[2], number)))
    new, due = uploaded(person()), previewed(person(2))
    registry.request_commit(due, by=None)
    back = committed_row()
    registry_work.sweep()
    assert rung == []  # told of a moment ago
    ImportProgress.objects.update(at=timezone.now() - timedelta(minutes=1))
    registry_work.sweep()
    assert set(rung) == {("check", new.pk), ("commit", due.pk), ("undo", back.pk)}


def committed_row() -> RegistryImport:
    run = RegistryImport.objects.create(file_name="x", state="undoing")
    ImportProgress.objects.create(run=run)
    return run


# --- The command ---


def test_the_command_asks_before_it_saves(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = office.write(person(), person(2, NIK="1"))
    answers = iter(["tidak", "ya"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    with pytest.raises(CommandError, match="Impor #1 menunggu"):
        call_command("registry", "import", str(path), "--source", "DTSEN")
    assert not Person.objects.exists()
    call_command("registry", "import", str(path), "--source", "DTSEN")
    assert Person.objects.count() == 1
    assert RegistryImport.objects.get(pk=2).source == "DTSEN"
    assert "Baru                     1" in capsys.readouterr().out


def test_the_command_needs_two_people_for_a_complete_file(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.create_user("dewi")
    User.objects.create_superuser("rudi")
    committed(*(person(number) for number in range(1, 11)))
    path = office.write(*(person(number) for number in range(1, 10)))
    order = ("registry", "import", str(path), "--source", "DTSEN", "--complete", "--yes", "--by", "dewi")
    with pytest.raises(CommandError, match="Tidak disimpan"):
        call_command(*order)
    with pytest.raises(CommandError, match="orang lain"):
        call_command(*order, "--approver", "dewi")
    call_command(*order, "--approver", "rudi")
    assert "Keluar                   1" in capsys.readouterr().out
    assert statuses()["0"] == "left"


def test_workers_know_every_task_that_is_rung_for_an_import() -> None:
    app.loader.import_default_modules()
    assert {*registry_work.TASKS.values(), "beneficiaries.tasks.sweep"} <= set(app.tasks)


def test_the_tasks_take_an_import_from_its_upload_to_the_registry_and_back() -> None:
    run = uploaded(person())
    tasks.check(run.pk)
    run.refresh_from_db()
    registry.request_commit(run, by=None)
    tasks.commit(run.pk)
    run.refresh_from_db()
    assert (run.state, Person.objects.count()) == (S.COMMITTED, 1)
    registry_undo.request_undo(run, by=None, reason="x")
    tasks.undo(run.pk)
    assert not Person.objects.exists()
    tasks.sweep()
    tasks.check(999)


def test_a_head_whom_somebody_named_since_the_preview_stops_the_commit() -> None:
    committed(person(2) | {"HUBUNGAN": "Anak"})
    run = previewed(person() | {"HUBUNGAN": "KK"})
    Person.objects.update(relation="head")
    run = saved(run)
    assert (run.state, run.error_code) == (S.FAILED, "registry_changed")
    assert Person.objects.count() == 1
