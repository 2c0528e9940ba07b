"""The page of a batch: its check, halting and going on, its follow-up, its lines as files; as quick for many as for few."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import batches, execution, pauses, preflight, programme_file, programmes, versions
from disbursement.admin.batch_parts import ChunkInline
from disbursement.models import Batch, BatchStep, Chunk, Instruction, PreflightFinding, Programme
from tests import money
from tests.disbursement.admin.conftest import House
from wallet import wallets
from wallet.models import Purse

S = Batch.Status


def _url(batch: Batch, page: str) -> str:
    return f"/admin/disbursement/batch/{batch.pk}/{page}/"


def _page(house: House, name: str, batch: Batch, page: str = "change") -> str:
    answer = house.client(name).get(_url(batch, page))
    assert answer.status_code == 200
    return answer.content.decode()


def _post(house: House, name: str, batch: Batch, page: str, **data: str) -> str:
    return house.client(name).post(_url(batch, page), data, follow=True).content.decode()


def _approved(house: House) -> Batch:
    batch = Batch.objects.get(pk=house.submitted.pk)
    return money.approve(batch, house.officers["penyetuju"])


def _failed(house: House) -> tuple[Batch, Instruction]:
    """A closed batch in which one line failed."""
    batch = _approved(house)
    line = batch.instructions.earliest("pk")
    wallets.freeze(line.wallet, "sengketa")
    while execution.pay_next_chunk(batch.pk):
        pass
    execution.close_if_done(batch.pk)
    wallets.unfreeze(line.wallet, "selesai")
    return Batch.objects.get(pk=batch.pk), Instruction.objects.get(pk=line.pk)


@pytest.mark.parametrize(("officer", "page"), [("petugas", "submit"), ("penyetuju", "approve")])
def test_whoever_signs_reads_that_another_version_counts_by_now(house: House, officer: str, page: str) -> None:
    batch = house.prepared if page == "submit" else house.submitted
    assert "kini berlaku" not in _page(house, officer, batch, page)
    versions.enforce(versions.copy(versions.of(batch.cycle.programme, batch.cycle.period), batch.cycle.period))
    said = _page(house, officer, batch, page)
    assert "versi 1, sedangkan untuk periode ini kini berlaku" in said and "versi 2" in said


def test_the_list_of_lines_says_parts_in_words(house: House) -> None:
    listed = (
        house.client("petugas").get(f"/admin/disbursement/instruction/?batch={house.submitted.pk}").content.decode()
    )
    assert ">utama<" in listed and ">main<" not in listed
    assert f">#{house.submitted.pk}<" in listed and "Batch id" not in listed


def test_who_prepares_a_month_twice_reads_that_it_may_stand_in_another_batch(house: House) -> None:
    address = f"/admin/disbursement/programme/{house.programme.pk}/prepare/"
    month = {"month": f"{house.prepared.cycle.period:%Y-%m}"}
    count = Batch.objects.count()
    said = house.client("petugas").post(address, month, follow=True).content.decode()
    assert "sudah ada dalam batch lain" in said and Batch.objects.count() == count


def test_the_failed_are_one_click_from_the_batch(house: House) -> None:
    batch, line = _failed(house)
    address = f"/admin/disbursement/instruction/?batch={batch.pk}&amp;status__exact=failed"
    assert address in _page(house, "petugas", batch)
    listed = house.client("petugas").get(address.replace("&amp;", "&")).content.decode()
    assert f"/instruction/{line.pk}/change/" in listed and listed.count("/change/?_changelist_filters") <= 2


# --- the check ---


@pytest.mark.parametrize("page", ["change", "approve"])
def test_whoever_approves_reads_who_was_named_and_finds_the_list(house: House, page: str) -> None:
    opened = _page(house, "penyetuju", house.submitted, page)
    assert "Diduga terdaftar ganda" in opened
    address = f"/admin/disbursement/preflightfinding/?batch={house.submitted.pk}&amp;reason=duplicate"
    assert address in opened
    listed = house.client("penyetuju").get(address.replace("&amp;", "&")).content.decode()
    assert listed.count("Diduga terdaftar ganda") >= 2 and "3171••••" in listed


def test_the_check_is_asked_for_and_the_blocked_are_left_out(house: House) -> None:
    assert "Pemeriksaan awal belum dijalankan" in _page(house, "petugas", house.prepared, "submit")
    line = house.prepared.instructions.earliest("pk")
    wallets.freeze(line.wallet, "sengketa")
    assert "Pemeriksaan awal diminta" in _post(house, "petugas", house.prepared, "precheck")
    assert "Terhalang: 1 orang" in _page(house, "petugas", house.prepared, "submit")
    assert "1 orang dikeluarkan" in _post(house, "petugas", house.prepared, "leave_out")
    assert Batch.objects.get(pk=house.prepared.pk).count == 5
    assert not PreflightFinding.objects.filter(batch=house.prepared, reason="wallet_frozen").exists()
    shown = house.client("petugas").get(f"/admin/disbursement/instruction/{line.pk}/change/").content.decode()
    assert "Dompet dibekukan" in shown


def test_a_check_that_is_not_done_is_said_to_be_under_way(house: House) -> None:
    preflight.request(house.submitted)
    assert "Pemeriksaan awal sedang berjalan" in _page(house, "penyetuju", house.submitted, "approve")


# --- drafts and moments ---


def test_a_large_programmes_batch_is_filled_in_the_background(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 2)
    house.client("petugas").post(_url(house.prepared, "cancel"))
    month = f"{timezone.localdate():%Y-%m}"
    address = f"/admin/disbursement/programme/{house.programme.pk}/prepare/"
    answer = house.client("petugas").post(address, {"month": month}, follow=True)
    batch = Batch.objects.latest("pk")
    assert batch.status == S.DRAFT and "diisi di latar belakang" in answer.content.decode()
    told = house.client("petugas").get(_url(batch, "progress")).json()
    assert (told["filling"], told["live"], told["filled"]) == (True, True, "0 / 0")
    batches.fill(batch.pk)
    assert house.client("petugas").get(_url(batch, "progress")).json()["status"] == "prepared"


def test_the_moment_of_payment_is_chosen_with_the_submission(house: House) -> None:
    past = f"{timezone.localtime() - timedelta(hours=1):%Y-%m-%dT%H:%M}"
    assert "sudah lewat" in _post(house, "petugas", house.prepared, "submit", pay_at=past)
    ahead = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    _post(house, "petugas", house.prepared, "submit", pay_at=ahead)
    batch = Batch.objects.get(pk=house.prepared.pk)
    assert batch.status == S.SUBMITTED and batch.pay_at is not None
    assert f"{timezone.localtime(batch.pay_at):%Y-%m-%dT%H:%M}" == ahead
    assert f"{timezone.localtime(batch.pay_at):%H:%M}" in _page(house, "penyetuju", batch, "approve")


# --- halting ---


def test_halting_going_on_and_ending(house: House) -> None:
    batch = _approved(house)
    assert "errorlist" in _post(house, "petugas", batch, "pause", reason="")
    assert "Batch dijeda" in _post(house, "petugas", batch, "pause", reason="cek laporan")
    assert "cek laporan" in _page(house, "auditor", batch)
    assert house.client("petugas").post(_url(batch, "resume"), {"reason": "x"}).status_code == 403
    assert "Batch dilanjutkan" in _post(house, "penyetuju", batch, "resume", reason="beres")
    assert "berstatus" in _page(house, "penyetuju", batch, "stop")
    _post(house, "penyetuju", batch, "pause", reason="salah daftar")
    assert "Batch dihentikan" in _post(house, "penyetuju", batch, "stop", reason="salah daftar")
    assert Batch.objects.get(pk=batch.pk).status == S.CLOSED
    by = BatchStep.objects.filter(batch=batch, to_status="closed").get().by
    assert by == house.officers["penyetuju"]


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("prepared", {"submit", "precheck", "csv", "xlsx", "cancel"}),
        ("submitted", {"approve", "refuse", "precheck", "csv", "xlsx"}),
        ("approved", {"pause", "csv", "xlsx"}),
        ("paused", {"resume", "stop", "csv", "xlsx"}),
        ("closed", {"csv", "xlsx"}),
    ],
)
def test_the_page_offers_what_is_possible(house: House, status: str, offered: set[str]) -> None:
    batch = {"prepared": house.prepared, "submitted": house.submitted, "closed": house.closed}.get(status)
    if batch is None:
        batch = _approved(house)
        if status == "paused":
            pauses.pause(batch, house.officers["petugas"], "cek")
    opened = _page(house, "admin", batch)
    steps = (
        "submit",
        "approve",
        "refuse",
        "withdraw",
        "pause",
        "resume",
        "stop",
        "retry",
        "give_up",
        "follow_up",
        "precheck",
        "leave_out",
        "csv",
    )
    every = {*steps, "xlsx", "cancel"}
    assert {step for step in every if f"{_url(batch, step).rstrip('/')}" in opened} == offered


def test_a_draft_is_cancelled_from_its_page(house: House) -> None:
    batch = batches.draft(house.prepared.cycle)
    assert _url(batch, "cancel").rstrip("/") in _page(house, "petugas", batch)
    house.client("petugas").post(_url(batch, "cancel"))
    assert Batch.objects.get(pk=batch.pk).status == S.CANCELLED


# --- follow-up ---


def test_a_follow_up_is_made_from_the_page_and_both_name_each_other(house: House) -> None:
    batch, line = _failed(house)
    assert "Batch susulan" in _post(house, "petugas", batch, "follow_up")
    made = Batch.objects.latest("pk")
    assert (made.follows, made.count, made.instructions.get().enrolment) == (batch, 1, line.enrolment)
    assert f"#{made.pk}" in _page(house, "auditor", batch) and f"#{batch.pk}" in _page(house, "auditor", made)
    assert "Tidak ada peserta" in _post(house, "petugas", batch, "follow_up")


# --- lines ---


def _csv(house: House, batch: Batch) -> list[list[str]]:
    answer = house.client("petugas").get(_url(batch, "csv"))
    assert answer["Content-Type"].startswith("text/csv") and "no-store" in answer["Cache-Control"]
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_lines_are_downloaded_with_what_became_of_them_and_masked_names(house: House) -> None:
    batch, line = _failed(house)
    header, *rows = _csv(house, batch)
    assert len(header) == 9 and len(rows) == 6
    [failed] = [row for row in rows if row[1] == str(line.enrolment_id)]
    assert failed[0] == "W••• 0•••"
    assert failed[2:5] == ["300000", "Gagal", "Dompet dibekukan"] and "batch susulan" in failed[5]
    assert failed[6] == line.key and failed[7].startswith("Rutin ") and failed[8] == "utama"
    assert {row[3] for row in rows} == {"Gagal", "Dibayar"}
    assert not any("Warga" in cell for row in rows for cell in row)
    assert LogEntry.objects.filter(object_id=str(batch.pk), change_message__contains="CSV").count() == 1


def test_a_line_taken_back_in_words_that_look_like_a_formula_does_not_run(house: House) -> None:
    spent = Purse.objects.filter(account__debits__isnull=False)
    unclaimed = house.closed.instructions.filter(clawback_payments=None)
    line = unclaimed.exclude(wallet__in=spent.values("wallet")).latest("pk")
    money.taken_back(line, "=1+1")
    assert [row[4] for row in _csv(house, house.closed) if row[1] == str(line.enrolment_id)] == ["'=1+1"]


def test_the_same_as_a_workbook(house: House) -> None:
    batch, line = _failed(house)
    answer = house.client("petugas").get(_url(batch, "xlsx"))
    package = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row>") == 7 and line.key in sheet and "<v>300000</v>" in sheet and "Warga" not in sheet


def test_a_waiting_line_says_why_its_chunk_is_tried_again(house: House) -> None:
    batch = _approved(house)
    Chunk.objects.filter(batch=batch).update(failure="connection", error="x", attempts=1)
    assert {row[4] for row in _csv(house, batch)[1:]} == {"Sambungan terputus"}
    line = batch.instructions.earliest("pk")
    shown = house.client("petugas").get(f"/admin/disbursement/instruction/{line.pk}/change/").content.decode()
    assert "Sambungan terputus" in shown and "ya, oleh sistem" in shown


def test_what_was_taken_back_is_told_apart_and_needs_no_follow_up(house: House) -> None:
    batch = money.pay_out(_approved(house))
    money.taken_back(batch.instructions.filter(status="paid").earliest("pk"), "salah orang")
    shown = _page(house, "petugas", batch)
    assert re.search(r"Ditarik kembali <b[^>]*>1</b>", shown) and re.search(r"Gagal <a[^>]*><b[^>]*>0</b>", shown)
    assert "/follow_up/" not in shown


def test_people_left_out_are_counted_as_people(house: House) -> None:
    Programme.objects.filter(pk=house.programme.pk).update(code="LAMA")
    programme_file.load()
    kjp = Programme.objects.get(code="KJP")
    programmes.fund(kjp, 1_000_000, "DIPA-1")
    child = money.person(born=date(2017, 1, 1))
    Person.objects.filter(pk=child.pk).update(schooling="sd")
    batch = money.prepared(kjp, date(2026, 10, 1))
    assert batch.count == 2  # two parts of one person
    wallets.freeze(batch.instructions.earliest("pk").wallet, "sengketa")
    preflight.soon(batch)
    assert "1 orang dikeluarkan" in _post(house, "petugas", batch, "leave_out")


def test_what_a_halt_is_told_counts_lines_as_lines(house: House) -> None:
    approved = _approved(house)
    pauses.pause(approved, house.officers["petugas"], "periksa")
    stop = _page(house, "admin", approved, "stop")
    assert "Instruksi bayar" in stop and "Penerima</dt>" not in stop


# --- many lines ---


@pytest.mark.parametrize("page", ["change", "approve", "pause"])
def test_no_page_reads_the_lines(house: House, page: str) -> None:
    batch: Any = _approved(house) if page == "pause" else house.submitted
    client = house.client("admin")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(_url(batch, page)).status_code == 200
    assert [query["sql"] for query in queries if '"disbursement_instruction"' in query["sql"]] == []


def test_what_a_batch_holds_is_told_without_reading_its_regular_lines(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {batches._CONTENTS}", [house.submitted.pk])
        [plan] = cursor.fetchone()[0]
    [summed] = [node for node in _nodes(plan["Plan"]) if node.get("Alias") == "extra"]
    assert summed["Actual Loops"] == 0


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)


def test_chunks_are_shown_with_few_readings_of_each(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The theme's own rows read each cell six times, through some twenty templates: seconds, of a large batch."""
    read: list[int] = []
    part = ChunkInline.part
    monkeypatch.setattr(ChunkInline, "part", lambda self, chunk: read.append(chunk.pk) or part(self, chunk))
    chunks = house.submitted.chunks.count()
    shown = _page(house, "admin", house.submitted)
    rows = re.search(r'id="chunks-data">.*?<tbody>(.*?)</tbody>', shown, re.DOTALL)
    assert rows and rows[1].count("<tr>") == chunks and rows[1].count('data-label="Yang dapat dilakukan"') == chunks
    assert len(read) <= 2 * chunks
