"""Whoever is erased stands in no file any more that is kept of an import: refused rows, undecided uploads, waiting evidence."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from beneficiaries import erasure, evidence_imports, registry, registry_merge, registry_work, uploads
from beneficiaries.admin import import_pages
from beneficiaries.kept_files import Marks
from beneficiaries.models import (
    Evidence,
    EvidenceImport,
    Household,
    ImportProgress,
    Person,
    RegistryImport,
    UploadBlock,
)
from tests import money
from tests.beneficiaries.conftest import person
from tests.beneficiaries.imports import OTHER_KK, committed, previewed, saved, uploaded
from tests.processes import together

NAME, OTHER = "MURNIASIH HANDAYANI", "SRI REJEKI"
NIK, OTHER_NIK = person(1)["NIK"], person(2)["NIK"]
KK = person(1)["KK"]
HEADER = "NIK,KK,JENIS,SUMBER,TANGGAL,KENDARAAN,PLAT,CATATAN"
S, E = RegistryImport.State, EvidenceImport.State
committed_rows = pytest.mark.usefixtures("committed_db")
database = pytest.mark.django_db


def erased(nik: str = NIK) -> Person:
    found = Person.objects.with_nik(nik).get()
    erasure.erase(found, by=money.officer(), reason="diminta orangnya")
    return found


def registered(*more: Any) -> None:
    """Two women of one family, and whoever else is given."""
    committed(person(1, NAMA=NAME), person(2, NAMA=OTHER), *more)


def kept() -> str:
    """All files of imports, opened."""
    found = []
    for run in (*RegistryImport.objects.all(), *EvidenceImport.objects.all()):
        for upload, size in ((run.upload, run.size), (run.refused_upload, run.refused_size)):
            if upload:
                with uploads.open_upload(upload, size) as stream:
                    found.append(stream.read().decode())
    known = {one for pair in RegistryImport.objects.values_list("upload", "refused_upload") for one in pair}
    known |= {one for pair in EvidenceImport.objects.values_list("upload", "refused_upload") for one in pair}
    assert set(UploadBlock.objects.values_list("upload", flat=True)) <= known
    return "\n".join(found)


def evidence(*lines: str) -> EvidenceImport:
    upload = uploads.store(io.BytesIO("\n".join([HEADER, *lines, ""]).encode()))
    return evidence_imports.begin(upload, file_name="bukti.csv", by=None)


def car(nik: str, plate: str, note: str = "") -> str:
    return f"{nik},,vehicle,Bapenda,2026-10-01,car,{plate},{note}"


# --- Refused rows of saved imports ---


def errors(run: RegistryImport) -> list[dict[str, str]]:
    text = b"".join(import_pages.errors_file(run)).decode()  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


@database
def test_refused_rows_lose_whoever_is_erased_and_keep_the_others_with_their_reasons() -> None:
    registered()
    run = committed(
        person(1, NAMA=NAME, ALAMAT=""),
        person(2, NAMA=OTHER, ALAMAT=""),
        person(1, NAMA="DITULIS LAIN", NIK="3171-0157-0890-0001", ALAMAT=""),
        person(3, NAMA=NAME, NIK="317101570890"),
        person(4, NAMA=OTHER, DESIL="11"),
    )
    before = errors(run)
    assert (run.refused, len(before)) == (5, 5) and NIK in kept() and NAME in kept()
    erased()
    run.refresh_from_db()
    assert NIK not in kept() and NAME not in kept() and "0890-0001" not in kept()
    assert errors(run) == [before[1], before[4]]
    assert (run.refused, run.refused_erased) == (5, 3) and sum(run.refusals.values()) == 5


@database
def test_a_namesake_with_a_number_and_a_life_of_her_own_stays() -> None:
    registered()
    other = person(9, NAMA=NAME, NIK="3171011203850009", KK=OTHER_KK, TANGGAL_LAHIR="1985-03-12", ALAMAT="")
    run = committed(other, person(3, NAMA=NAME, ALAMAT=""))  # the second is of her family, her NIK mistyped
    erased()
    run.refresh_from_db()
    assert [row["NIK"] for row in errors(run)] == ["3171011203850009"] and run.refused_erased == 1


@database
def test_of_a_file_with_none_but_hers_nothing_is_kept() -> None:
    registered()
    run = committed(person(2, NAMA=OTHER), person(1, NAMA=NAME, ALAMAT=""))
    erased()
    run.refresh_from_db()
    assert (run.refused_upload, run.refused, run.refused_erased) == (None, 1, 1) and not UploadBlock.objects.exists()


@database
def test_a_former_number_and_a_phone_are_hers_too() -> None:
    registered()
    siti = Person.objects.with_nik(NIK).get()
    siti.nik = "3171015708900077"
    siti.save()
    run = committed(
        person(1, NAMA="X", ALAMAT=""),
        person(5, NAMA="Y", NIK="317101570890", TELEPON="0812-3450-0001", ALAMAT=""),
        person(6, NAMA=OTHER, ALAMAT=""),
    )
    erased("3171015708900077")
    run.refresh_from_db()
    assert [row["NIK"] for row in errors(run)] == [person(6)["NIK"]]


@database
def test_a_phone_that_a_family_shares_says_nothing_of_whose_row_it_is() -> None:
    shared = "081234500001"
    committed(person(1, NAMA=NAME, TELEPON=shared), person(2, NAMA=OTHER, TELEPON=shared))
    refused = committed(person(2, NAMA=OTHER, TELEPON=shared, ALAMAT=""), person(3, NAMA="LAIN", ALAMAT=""))
    waiting = previewed(person(2, NAMA="SRI REJEKI PUTRI", TELEPON=shared))
    erased()
    refused.refresh_from_db()
    waiting.refresh_from_db()
    assert [row["NAMA"] for row in errors(refused)] == [OTHER, "LAIN"] and refused.refused_erased == 0
    assert waiting.state == S.PREVIEWED


@database
def test_what_she_was_called_and_her_phone_before_are_hers_too() -> None:
    committed(person(1, NAMA=NAME, TELEPON="081234500001"), person(2, NAMA=OTHER))
    run = committed(
        person(3, NAMA=NAME, NIK="317101570890", ALAMAT=""),
        person(4, NAMA="X", NIK="317101570890", TELEPON="0812-3450-0001", ALAMAT=""),
        person(6, NAMA=OTHER, ALAMAT=""),
    )
    siti = Person.objects.with_nik(NIK).get()
    siti.name, siti.phone = "MURNIASIH BARU", "+6281234500099"
    siti.save()
    erased()
    run.refresh_from_db()
    assert [row["NAMA"] for row in errors(run)] == [OTHER] and run.refused_erased == 2


@database
@pytest.mark.parametrize("damaged", [False, True])
def test_a_former_phone_that_does_not_open_marks_nothing_and_stops_nothing(damaged: bool) -> None:
    committed(person(1, NAMA=NAME, TELEPON="" if damaged else "081234500001"), person(2, NAMA=OTHER))
    if damaged:
        Person.objects.with_nik(NIK).update(phone_sealed=b"\x01damaged")
    siti = Person.objects.with_nik(NIK).get()
    siti.phone = "+6281234500099"
    siti.save()
    assert Marks.of([siti]).phones == {"81234500099"} | (set() if damaged else {"81234500001"})


@database
def test_a_familys_card_goes_with_the_last_of_it() -> None:
    registered()
    run = committed(person(7, NAMA="ANAK BARU", ALAMAT=""), person(8, NAMA="LAIN", KK=OTHER_KK, ALAMAT=""))
    erased()
    assert KK in kept()
    erased(OTHER_NIK)
    run.refresh_from_db()
    assert KK not in kept() and [row["KK"] for row in errors(run)] == [OTHER_KK]


@database
def test_what_cannot_be_opened_any_more_goes_whole() -> None:
    registered()
    run = committed(person(1, NAMA=NAME, ALAMAT=""), person(2, NAMA=OTHER, ALAMAT=""))
    UploadBlock.objects.update(sealed=b"\x01broken")
    erased()
    run.refresh_from_db()
    assert (run.refused_upload, run.refused_erased) == (None, 2) and not UploadBlock.objects.exists()


@database
def test_the_imports_page_says_that_rows_went(admin_client: Client) -> None:
    registered()
    run = committed(person(1, NAMA=NAME, ALAMAT=""), person(2, NAMA=OTHER, ALAMAT=""))
    told = evidence(car(OTHER_NIK, "?"))
    EvidenceImport.objects.filter(pk=told.pk).update(refused=3, refused_erased=2, state=E.DONE)
    erased()
    for kind, row, count in (("registryimport", run, 1), ("evidenceimport", told, 2)):
        shown = admin_client.get(f"/admin/beneficiaries/{kind}/{row.pk}/change/").content.decode()
        assert f"{count} baris yang ditolak tidak disimpan lagi" in shown


# --- Registry files that nobody has saved ---


@database
@pytest.mark.parametrize("state", [S.UPLOADED, S.PREVIEWED, S.FAILED])
def test_an_undecided_file_that_names_her_is_dropped_and_its_import_cancelled(state: S) -> None:
    registered()
    row = person(1, NAMA=NAME, DESIL="3")
    run = uploaded(row) if state == S.UPLOADED else previewed(row)
    if state == S.FAILED:
        RegistryImport.objects.filter(pk=run.pk).update(state=S.FAILED)
    assert NIK in kept()
    erased()
    run.refresh_from_db()
    assert run.state == S.CANCELLED and "datanya dihapus" in run.end_reason and run.ended_by is not None
    assert kept() == "" and not UploadBlock.objects.exists()
    registry_work.check(run.pk)
    registry_work.commit(run.pk)
    assert not Person.objects.with_nik(NIK).exists()


@database
def test_an_undecided_file_of_others_stays_and_can_be_saved() -> None:
    registered()
    run = previewed(person(2, NAMA="SRI REJEKI PUTRI"), person(4, KK=OTHER_KK, NAMA="LAIN"))
    erased()
    run.refresh_from_db()
    assert run.state == S.PREVIEWED
    assert saved(run).state == S.COMMITTED and Person.objects.with_nik(OTHER_NIK).get().name == "SRI REJEKI PUTRI"


@database
def test_a_file_that_is_none_goes_because_it_may_hold_her() -> None:
    registered()
    upload = uploads.store(io.BytesIO(f"apa;saja\n{NIK};{NAME}\n".encode()))
    run = registry.begin(upload, file_name="x.csv")
    registry_work.check(run.pk)
    erased()
    run.refresh_from_db()
    assert run.state == S.CANCELLED and kept() == ""


@committed_rows
@pytest.mark.parametrize("state", [S.CHECKING, S.COMMITTING])
def test_a_worker_that_is_at_such_a_file_stops_and_drops_it(state: S) -> None:
    registered()
    run = previewed(person(1, NAMA=NAME, DESIL="3"))
    RegistryImport.objects.filter(pk=run.pk).update(state=state)
    worker = connection.copy()
    with worker.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [int.from_bytes(b"impo"), run.pk])
    erased()
    worker.close()
    run.refresh_from_db()
    assert run.state == state and ImportProgress.objects.get(run=run).cancel_asked
    (registry_work.check if state == S.CHECKING else registry_work.commit)(run.pk)
    run.refresh_from_db()
    assert run.state == S.CANCELLED and "datanya dihapus" in run.end_reason and kept() == ""


@committed_rows
def test_whoever_asks_at_the_last_moment_is_heard_too(monkeypatch: pytest.MonkeyPatch) -> None:
    run = uploaded(person(1))
    count = registry_merge.count_refusals

    def asked(*args: Any) -> Any:
        beside = connection.copy()
        with beside.cursor() as cursor:
            cursor.execute("UPDATE beneficiaries_importprogress SET cancel_asked = true WHERE run_id = %s", [run.pk])
        beside.close()
        return count(*args)

    monkeypatch.setattr(registry_merge, "count_refusals", asked)
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert run.state == S.CANCELLED and not UploadBlock.objects.exists()


# --- Files of evidence ---


def refused(run: EvidenceImport) -> list[dict[str, str]]:
    with evidence_imports.refused_file(run) as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, "utf-8", newline="")))


@committed_rows
def test_refused_evidence_loses_whoever_is_erased() -> None:
    registered()
    run = evidence(car(NIK, "?"), car(OTHER_NIK, "?"), car(OTHER_NIK, "?", f"atas nama {NAME.title()}"))
    evidence_imports.work(run.pk)
    assert NIK in kept()
    erased()
    run.refresh_from_db()
    assert NIK not in kept() and NAME.casefold() not in kept().casefold() and OTHER_NIK in kept()
    assert (run.refused, run.refused_erased) == (3, 1)
    assert [(row["NIK"], row["BARIS"], row["CATATAN"]) for row in refused(run)] == [
        (OTHER_NIK, "3", ""),
        (OTHER_NIK, "4", ""),
    ]


@committed_rows
def test_waiting_evidence_is_read_without_whoever_was_erased() -> None:
    registered()
    run = evidence(car(NIK, "B 1 AA"), car(OTHER_NIK, "?"), car(OTHER_NIK, "B 2 AA"))
    erased()
    assert NIK not in kept()
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows, run.added, run.refused, run.refused_erased) == (E.DONE, 3, 1, 2, 1)
    assert sum(run.refusals.values()) == 2
    assert [row["BARIS"] for row in refused(run)] == ["3"] and NIK not in kept()


@committed_rows
def test_waiting_evidence_of_another_stays_without_the_words_that_name_her(admin_client: Client) -> None:
    registered()
    run = evidence(
        car(OTHER_NIK, "B 1 AA", f"laporan {NAME.title()} tetangga"),
        car(OTHER_NIK, "B 2 AA", f"milik {NIK}"),
        f",{KK},other,Kelurahan,2026-10-01,,,{NAME} punya toko",
        f"{OTHER_NIK},,other,Kelurahan,2026-10-01,,,{NAME} punya toko",
        f"317101,,other,Kelurahan,2026-10-01,,,{NAME} punya toko",
    )
    erased()
    assert NIK not in kept() and NAME.casefold() not in kept().casefold()
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    assert (run.rows, run.added, run.refused, run.refused_erased) == (5, 2, 3, 1)
    assert {row.number for row in Evidence.objects.all()} == {"B 1 AA", "B 2 AA"}
    assert [(row["BARIS"], row["KOLOM"]) for row in refused(run)] == [("4", "CATATAN"), ("5", "CATATAN")]
    shown = admin_client.get(f"/admin/beneficiaries/evidenceimport/{run.pk}/change/").content.decode()
    assert "1 baris yang ditolak tidak disimpan lagi" in shown


@committed_rows
def test_of_waiting_evidence_with_none_but_hers_no_refused_rows_are_kept() -> None:
    registered()
    run = evidence(car(NIK, "B 1 AA"))
    erased()
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows, run.refused, run.refused_erased) == (E.DONE, 1, 1, 1)
    assert run.refused_upload is None and not UploadBlock.objects.exists()


@committed_rows
def test_waiting_evidence_that_cannot_be_opened_fails() -> None:
    registered()
    run = evidence(car(NIK, "B 1 AA"))
    UploadBlock.objects.update(sealed=b"\x01broken")
    erased()
    evidence_imports.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (E.FAILED, "upload_gone") and not UploadBlock.objects.exists()


def _erase(number: int) -> None:
    erasure.erase(Person.objects.get(pk=number), by=None, reason="diminta orangnya")


@pytest.mark.usefixtures("processes")
def test_reading_evidence_and_erasing_at_once_end_both_and_leave_nothing() -> None:
    registered()
    run = evidence(
        *[car(NIK if number % 2 else OTHER_NIK, f"B {number} AA") for number in range(1, 300)], car(NIK, "?")
    )
    her = Person.objects.with_nik(NIK).get().pk
    outcomes = together([(evidence_imports.work, (run.pk,)), (_erase, (her,)), (evidence_imports.work, (run.pk,))])
    assert not any(outcome.error or outcome.signal for outcome in outcomes)
    evidence_imports.work(run.pk)  # as the sweeper rings where the erasure was first
    run.refresh_from_db()
    assert run.state == E.DONE and NIK not in kept()
    assert not Evidence.objects.filter(person=her).exclude(number_sealed=b"").exists()


# --- By what a row is known ---


@database
def test_one_word_is_anybodys_name() -> None:
    home = Household(kelurahan="31.71.01.1001", decile=2)
    marks = Marks.of([Person(household=home, name="Siti", birth_date=money.person().birth_date)])
    assert marks.are_on(["SITI"]) and marks.are_on([" siti "])
    assert not marks.are_on(["SITI AMINAH"]) and not marks.are_on(["JL. SITI 3"]) and not marks.are_on([])
