"""Files of evidence in the office: sealed, read by a worker, wholly or not at all, however often it is rung or killed."""

from __future__ import annotations

import csv
import io
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from beneficiaries import evidence, evidence_file, evidence_imports, registry, uploads
from beneficiaries.import_errors import EvidenceImportEnded, UploadGone
from beneficiaries.models import Evidence, EvidenceImport, EvidenceProgress, Person, Reveal, UploadBlock
from beneficiaries.tasks import import_evidence, sweep
from tests import money, steps
from tests.processes import together
from vault import rotation
from wallet import doorbell

NIK = "3171015708900001"
HEADER = "NIK,JENIS,SUMBER,TANGGAL,KENDARAAN,PLAT"
ADD = "/admin/beneficiaries/evidenceimport/add/"
S = EvidenceImport.State
committed = pytest.mark.usefixtures("committed_db")


def car(plate: str, nik: str = NIK) -> str:
    return f"{nik},vehicle,Bapenda,2026-10-01,car,{plate}"


def content(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def begun(*lines: str, file: bytes | None = None) -> EvidenceImport:
    if not Person.objects.exists():
        siti = money.person()
        siti.nik = NIK
        siti.save()
    upload = uploads.store(io.BytesIO(content(*lines) if file is None else file))
    return evidence_imports.begin(upload, file_name="bukti.csv", by=None)


def done(run: EvidenceImport) -> EvidenceImport:
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    return run


def refused(run: EvidenceImport) -> list[dict[str, str]]:
    with evidence_imports.refused_file(run) as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline="")))


# --- One worker ---


@committed
def test_what_is_right_is_kept_and_what_is_wrong_comes_back_sealed() -> None:
    run = done(begun(car("B 1 AA"), car("?"), car("B 2 AA"), car("B 3 AA", nik="3171015708900002")))
    assert (run.state, run.rows, run.added, run.known, run.refused) == (S.DONE, 4, 2, 0, 2)
    assert run.refusals == {"PLAT.plate": 1, "NIK.not_known": 1} and run.ended_at and run.upload is None
    assert [(row["BARIS"], row["KOLOM"], row["NIK"][-1]) for row in refused(run)] == [
        ("3", "PLAT", "1"),
        ("5", "NIK", "2"),
    ]
    blocks = list(UploadBlock.objects.all())
    assert {block.upload for block in blocks} == {run.refused_upload}
    assert all(b"vehicle" not in bytes(block.sealed) for block in blocks)
    progress = EvidenceProgress.objects.get(run=run)
    assert (progress.rows, progress.refused, progress.permille, progress.attempts) == (4, 2, 1000, 1)


@committed
def test_a_file_without_a_fault_leaves_no_file_behind() -> None:
    run = done(begun(car("B 1 AA")))
    assert (run.state, run.added, run.refused_upload) == (S.DONE, 1, None)
    assert not UploadBlock.objects.exists()
    with pytest.raises(UploadGone):
        evidence_imports.refused_file(run)


@committed
@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "file_empty"),
        (b"PK\x03\x04", "columns_unknown"),
        (content(*[car(f"B {n} AA") for n in range(1, 4)]) + b"\xff\n", "not_utf8"),
    ],
)
def test_a_file_that_is_none_fails_with_its_reason_and_keeps_nothing(file: bytes, code: str) -> None:
    run = done(begun(file=file))
    assert (run.state, run.error_code, run.rows, run.added) == (S.FAILED, code, 0, 0)
    assert not Evidence.objects.exists() and not UploadBlock.objects.exists()
    assert done(run).state == S.FAILED


@committed
def test_it_is_read_once_however_often_it_is_rung() -> None:
    run = begun(car("B 1 AA"), car("?"))
    import_evidence(run.pk)
    import_evidence(run.pk)
    run.refresh_from_db()
    assert (run.added, run.known, Evidence.objects.count()) == (1, 0, 1)
    assert EvidenceProgress.objects.get(run=run).attempts == 1
    import_evidence(0)


# --- Several workers, and dead ones ---


def _standing() -> list[Any]:
    blocks = sorted((str(block.upload), block.number) for block in UploadBlock.objects.all())
    return [sorted(row.number for row in Evidence.objects.all()), blocks]


@pytest.mark.usefixtures("processes")
def test_killed_after_any_step_nothing_is_half_imported_and_the_next_worker_finishes() -> None:
    run = begun(car("B 1 AA"), car("?"), car("B 2 AA"))
    before, number = _standing(), 0
    while True:
        number += 1
        outcome = steps.killed_after(number, evidence_imports.work, run.pk)
        assert not outcome.error
        run.refresh_from_db()
        if run.state == S.DONE:
            break
        assert outcome.signal == signal.SIGKILL, "it ended and did not do it"
        assert run.state == S.WAITING and _standing() == before, number
        EvidenceProgress.objects.update(attempts=0)  # that it gives up after three is shown below
    assert number > 5
    finished = _standing()
    assert finished[0] == ["B 1 AA", "B 2 AA"] and len(refused(run)) == 1
    evidence_imports.work(run.pk)
    assert _standing() == finished


@pytest.mark.usefixtures("processes")
def test_two_workers_at_once_do_it_once() -> None:
    run = begun(*[car(f"B {number} AA") for number in range(1, 400)])
    outcomes = together([(evidence_imports.work, (run.pk,))] * 3)
    assert not any(outcome.error or outcome.signal for outcome in outcomes)
    run.refresh_from_db()
    assert (run.state, run.added, run.known) == (S.DONE, 399, 0)
    assert EvidenceProgress.objects.get(run=run).attempts == 1


@pytest.mark.usefixtures("processes")
def test_what_kills_every_worker_is_given_up_after_three() -> None:
    run = begun(car("B 1 AA"))
    for _ in range(3):
        assert steps.killed_after(2, evidence_imports.work, run.pk).signal == signal.SIGKILL
    assert (done(run).state, run.error_code) == (S.FAILED, "import_kept_dying")
    assert not Evidence.objects.exists()


# --- Called off ---


@committed
def test_called_off_before_a_worker_has_it_nothing_of_it_is_read_or_kept() -> None:
    run, by = begun(car("B 1 AA"), car("?")), money.officer()
    assert evidence_imports.cancel(run, by=by, reason="salah berkas")
    assert (run.state, run.ended_by, run.end_reason, run.upload) == (S.CANCELLED, by, "salah berkas", None)
    assert run.ended_at and not UploadBlock.objects.exists()
    assert done(run).state == S.CANCELLED and not Evidence.objects.exists()


@committed
@pytest.mark.parametrize("batches", [1, 3])
def test_called_off_while_it_is_read_nothing_of_it_is_kept(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Whether in the middle or with the last batch."""
    monkeypatch.setattr(evidence_file, "BATCH", 2)
    run, by = begun(*[car(f"B {number} AA") for number in range(1, 6)], car("?")), money.officer()
    record, written = evidence.record, []

    def recorded(*args: Any, **said: Any) -> Any:
        written.append(record(*args, **said))
        if len(written) == batches:  # as from another process: the worker has the import's row
            assert _cancel_elsewhere(run.pk, by.pk) == "False"
        return written[-1]

    monkeypatch.setattr(evidence, "record", recorded)
    done(run)
    assert len(written) == batches
    assert (run.state, run.ended_by, run.end_reason, run.upload) == (S.CANCELLED, by, "salah berkas", None)
    assert (run.rows, run.added, run.error_code) == (0, 0, "")
    assert not Evidence.objects.exists() and not UploadBlock.objects.exists()
    assert done(run).state == S.CANCELLED


def _cancel(number: int, by: int) -> str:
    return str(
        evidence_imports.cancel(
            EvidenceImport.objects.get(pk=number), by=User.objects.get(pk=by), reason="salah berkas"
        )
    )


def _cancel_elsewhere(number: int, by: int) -> str:
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(_in_a_connection_of_its_own, number, by).result()


def _in_a_connection_of_its_own(number: int, by: int) -> str:
    try:
        return _cancel(number, by)
    finally:
        connection.close()


@committed
@pytest.mark.parametrize("lines", [[car("B 1 AA")], []])
def test_what_has_ended_is_not_called_off_and_says_so(lines: list[str]) -> None:
    run = done(begun(*lines) if lines else begun(file=b""))
    ended = run.state
    with pytest.raises(EvidenceImportEnded) as refused:
        evidence_imports.cancel(run, by=money.officer(), reason="salah berkas")
    assert run.get_state_display() in str(refused.value)
    assert done(run).state == ended and not EvidenceProgress.objects.get(run=run).cancel_asked


@pytest.mark.usefixtures("processes")
def test_calling_off_and_reading_at_once_is_all_or_nothing() -> None:
    run, by = begun(*[car(f"B {number} AA") for number in range(1, 300)]), money.officer()
    outcomes = together(
        [(evidence_imports.work, (run.pk,)), (_cancel, (run.pk, by.pk)), (evidence_imports.work, (run.pk,))]
    )
    assert {outcome.error for outcome in outcomes} <= {"", "evidence_import_ended"}
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.added, Evidence.objects.count()) in [(S.DONE, 299, 299), (S.CANCELLED, 0, 0)]
    assert not UploadBlock.objects.exists()


@committed
def test_a_lost_ring_is_rung_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *said, **_: rung.append(said))
    monkeypatch.setattr(evidence_imports, "ring", lambda *said: rung.append(said))
    waiting, finished = begun(car("B 1 AA")), done(begun(car("B 2 AA")))
    assert rung == [(evidence_imports.TASK, waiting.pk), (evidence_imports.TASK, finished.pk)]
    rung.clear()
    sweep()
    assert rung == []
    EvidenceProgress.objects.update(at=timezone.now() - timedelta(seconds=31))
    sweep()
    assert rung == [(evidence_imports.TASK, waiting.pk)]


@committed
def test_refused_rows_go_after_their_time_and_not_before(settings: Any) -> None:
    waiting, run = begun(car("?")), done(begun(car("?")))
    UploadBlock.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert uploads.forget_abandoned() == 0
    sweep()
    assert len(refused(run)) == 1
    settings.REGISTRY = settings.REGISTRY | {"upload_retention": timedelta(0)}
    sweep()
    run.refresh_from_db()
    assert run.refused_upload is None and run.refusals == {"PLAT.plate": 1}
    assert {block.upload for block in UploadBlock.objects.all()} == {waiting.upload}


@committed
def test_refused_rows_open_after_keys_were_replaced(settings: Any) -> None:
    run = done(begun(car("?")))
    settings.VAULT_KEYS = settings.VAULT_KEYS | {max(settings.VAULT_KEYS) + 1: bytes([9]) * 32}
    assert not rotation.rotate().broken
    assert len(refused(run)) == 1


# --- The office ---


@pytest.fixture
def office() -> Callable[..., Client]:
    def client(*permissions: str, csrf: bool = False) -> Client:
        from django.contrib.auth.models import Permission

        user = User.objects.create_user(f"p{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        made = Client(enforce_csrf_checks=csrf)
        made.force_login(user)
        return made

    return client


LOOKS, UPLOADS = "view_evidenceimport", "add_evidenceimport"


def post(client: Client, *lines: str, **data: Any) -> Any:
    return client.post(ADD, {"file": SimpleUploadedFile("../bukti.csv", content(*lines)), **data}, follow=True)


def page(run: EvidenceImport, name: str = "change/") -> str:
    return f"/admin/beneficiaries/evidenceimport/{run.pk}/{name}"


@committed
def test_a_file_is_uploaded_sealed_its_page_follows_it_and_what_is_refused_is_downloaded(
    office: Callable[..., Client],
) -> None:
    begun()
    EvidenceProgress.objects.all().delete()
    client = office(LOOKS, UPLOADS)
    assert 'enctype="multipart/form-data"' in client.get(ADD).content.decode()
    shown = post(client, car("B 1 AA"), car("?")).content.decode()
    run = EvidenceImport.objects.latest("pk")
    assert (run.state, run.file_name, run.by, len(run.file_sha256)) == (S.WAITING, "bukti.csv", User.objects.get(), 64)
    assert 'data-live="1"' in shown and "Menunggu giliran" in shown and "progress.js" in shown
    assert b"vehicle" not in bytes(UploadBlock.objects.get(upload=run.upload).sealed)
    told = client.get(page(run, "progress/")).json()
    assert (told["status"], told["live"], told["rows"]) == ("waiting", True, "0")
    done(run)
    told = client.get(page(run, "progress/")).json()
    assert (told["status"], told["live"], told["rows"], told["share"]) == ("done", False, "2", "100.0")
    shown = client.get(page(run)).content.decode()
    assert "1 × PLAT: Bukan nomor polisi Indonesia." in shown and page(run, "refused.csv") in shown
    assert 'data-live="0"' in shown and NIK not in shown and "B 1 AA" not in shown
    answer = client.get(page(run, "refused.csv"))
    assert answer["Content-Disposition"].startswith("attachment") and "no-store" in answer["Cache-Control"]
    assert NIK in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert LogEntry.objects.filter(object_id=str(run.pk)).count() == 2
    assert not EvidenceImport.objects.filter(file_name__contains="/").exists()


@committed
def test_downloading_refused_rows_counts_as_a_look_and_is_refused_beyond_the_days_limit(
    office: Callable[..., Client], settings: Any
) -> None:
    client = office(LOOKS, UPLOADS)
    post(client, car("?"))
    run = EvidenceImport.objects.latest("pk")
    done(run)
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 1}
    assert NIK in b"".join(client.get(page(run, "refused.csv")).streaming_content).decode()  # type: ignore[attr-defined]
    refused = client.get(page(run, "refused.csv"), follow=True).content.decode()
    assert "Anda sudah membuka 1 data hari ini" in refused and NIK not in refused
    looked = Reveal.objects.get()
    assert (looked.evidence_run, looked.by, looked.fields) == (run, User.objects.get(), "refused_rows")


@committed
def test_a_failed_file_says_why(office: Callable[..., Client]) -> None:
    run = done(begun(file=b"NIK;JENIS\n"))
    shown = office(LOOKS).get(page(run)).content.decode()
    assert "Gagal" in shown and "Tidak ada yang disimpan" in shown and "ke-1" in shown


@committed
def test_who_may_only_look_sees_no_file_and_sends_none(office: Callable[..., Client]) -> None:
    run = done(begun(car("?")))
    looks, nobody = office(LOOKS), office()
    assert looks.get(page(run)).status_code == looks.get(page(run, "progress/")).status_code == 200
    assert "refused.csv" not in looks.get(page(run)).content.decode()
    for client in (looks, nobody):
        assert client.get(page(run, "refused.csv")).status_code == 403
        assert post(client, car("B 1 AA")).status_code == 403
    assert nobody.get(page(run)).status_code == nobody.get(page(run, "progress/")).status_code == 403
    assert office(LOOKS, UPLOADS).get("/admin/beneficiaries/evidenceimport/999/refused.csv").status_code == 404
    assert EvidenceImport.objects.count() == 1


@committed
def test_a_forged_or_too_large_upload_leaves_nothing(office: Callable[..., Client], settings: Any) -> None:
    forged = office(UPLOADS, csrf=True)
    assert post(forged, car("B 1 AA")).status_code == 403
    assert not EvidenceImport.objects.exists()
    assert registry.drop_old_contents() == 0
    UploadBlock.objects.all().delete()
    settings.REGISTRY = settings.REGISTRY | {"upload_limit": 20}
    client = office(LOOKS, UPLOADS)
    assert "lebih besar dari" in post(client, car("B 1 AA")).content.decode()
    assert client.post(ADD, {}).status_code == 200
    assert not EvidenceImport.objects.exists() and not UploadBlock.objects.exists()


@committed
def test_refused_rows_that_are_gone_are_said_to_be(office: Callable[..., Client]) -> None:
    run = done(begun(car("?")))
    EvidenceImport.objects.update(refused_upload=None)
    answer = office(LOOKS, UPLOADS).get(page(run, "refused.csv"), follow=True)
    assert "sudah dihapus sesuai masa simpannya" in answer.content.decode()


@committed
def test_the_office_calls_it_off_with_a_reason(office: Callable[..., Client]) -> None:
    run, client = begun(car("B 1 AA")), office(LOOKS, UPLOADS)
    assert page(run, "cancel/") in client.get(page(run)).content.decode()
    assert "Tidak ada dari berkas ini yang disimpan" in client.get(page(run, "cancel/")).content.decode()
    shown = client.post(page(run, "cancel/"), {"reason": "salah berkas"}, follow=True).content.decode()
    assert "Impor dibatalkan; berkasnya dihapus." in shown and "salah berkas" in shown
    assert page(run, "cancel/") not in shown
    run.refresh_from_db()
    assert run.state == S.CANCELLED and run.ended_by == User.objects.get(username="p0")
    assert office(LOOKS).get(page(run, "cancel/")).status_code == 403


@committed
def test_called_off_too_late_its_page_says_that_all_of_it_is_in(office: Callable[..., Client]) -> None:
    run, client = begun(car("B 1 AA")), office(LOOKS, UPLOADS)
    EvidenceProgress.objects.filter(run=run).update(cancel_asked=True)
    EvidenceImport.objects.filter(pk=run.pk).update(state=S.DONE)
    assert "Pembatalan datang terlambat" in client.get(page(run)).content.decode()
    said = client.post(page(run, "cancel/"), {"reason": "salah"}, follow=True).content.decode()
    assert "tidak dapat dibatalkan lagi" in said
