"""Reports in the office: asked for with filters, watched, read with charts, taken along; and what each role may see."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from disbursement.models import Report
from disbursement.reports import making
from tests.disbursement.admin.conftest import House

ADD = "/admin/disbursement/report/add/"
QUESTION = {"grouping": "region", "period_from": "", "period_to": "", "region": "", "kind": "", "batch": ""}


def page_of(report: Report, *more: str) -> str:
    return f"/admin/disbursement/report/{report.pk}/" + "".join(f"{part}/" for part in more or ("change",))


def made(house: House) -> Report:
    return Report.objects.filter(status="done").latest("pk")


def test_a_small_report_is_there_at_once_with_its_charts_and_tables(house: House) -> None:
    client = house.client("petugas")
    answer = client.post(ADD, QUESTION | {"programmes": [house.programme.pk], "region": "31.71"})
    report = Report.objects.latest("pk")
    assert answer.status_code == 302 and answer["Location"] == page_of(report)
    assert (report.status, report.region, report.programmes, report.by) == (
        "done", "31.71", [house.programme.pk], house.officers["petugas"],
    )  # fmt: skip
    page = client.get(page_of(report)).content.decode()
    assert "Laporan penyaluran menurut wilayah" in page and "Kecamatan Gambir" in page
    assert page.count('<svg class="office-chart"') == 2 and 'aria-labelledby="chart-0-title chart-0-desc"' in page
    assert "Rp 1.800.000" in page and "Jakarta Pusat" in page and "Arti kolom" in page
    assert "Warga" not in page.split("report-progress")[1]  # nobody is named


@pytest.mark.parametrize(
    ("typed", "code"),
    [("31.71.01 Kecamatan Gambir", "31.71.01"), ("317101", "31.71.01"), ("jakarta selatan", "31.74"), ("Tebet", "31.74.01"),
     ("31", "31"), ("3171011001", "31.71.01.1001")],
)  # fmt: skip
def test_a_region_is_found_by_its_code_or_its_name(house: House, typed: str, code: str) -> None:
    assert house.client("bendahara").post(ADD, QUESTION | {"region": typed}).status_code == 302
    assert Report.objects.latest("pk").region == code


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"region": "Atlantis"}, "Wilayah ini tidak dikenal"),
        ({"region": "31.99"}, "Wilayah ini tidak dikenal"),
        ({"batch": "999999999"}, "Batch itu tidak ada"),
        ({"period_from": "2026-10", "period_to": "2026-09"}, "Sebelum periode awalnya"),
        ({"grouping": "name"}, "name"),
        ({"period_from": "2026-13"}, "2026-13"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_form(house: House, wrong: dict[str, str], said: str) -> None:
    before = Report.objects.count()
    page = house.client("petugas").post(ADD, QUESTION | wrong)
    assert page.status_code == 200 and said in page.content.decode()
    assert Report.objects.count() == before


def test_a_large_report_waits_for_a_worker_and_its_page_watches_it(house: House, monkeypatch: Any) -> None:
    rung: list[str] = []
    monkeypatch.setattr("wallet.doorbell.ring", lambda task, *ids, **how: rung.append(task))
    monkeypatch.setattr("wallet.doorbell.ring_after_commit", lambda task, *ids, **how: rung.append(task))
    monkeypatch.setattr(making, "AT_ONCE", 1)
    client = house.client("petugas")
    client.post(ADD, QUESTION)
    report = Report.objects.latest("pk")
    assert (report.status, rung) == ("waiting", ["disbursement.tasks.make_reports"])
    page = client.get(page_of(report)).content.decode()
    assert 'data-live="1"' in page and "Menunggu giliran" in page and "Batalkan" in page
    told = client.get(page_of(report, "progress")).json()
    assert (told["status"], told["live"], told["share"]) == ("waiting", True, "0")
    assert client.get(page_of(report, "unduh", "pdf")).status_code == 404  # there is nothing yet
    assert making.run_next()
    assert client.get(page_of(report, "progress")).json()["live"] is False
    page = client.get(page_of(report)).content.decode()
    assert 'data-live="0"' in page and "Unduh PDF" in page


def test_a_report_that_waits_is_cancelled_and_one_that_is_done_is_not(house: House) -> None:
    client = house.client("petugas")
    waiting = making.request(making.Question("sex"), house.officers["petugas"])
    cancel = reverse("admin:disbursement_report_cancel", args=[waiting.pk])
    assert "Ya, batalkan laporan ini" in client.get(cancel).content.decode()
    client.post(cancel)
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    done = made(house)
    client.post(reverse("admin:disbursement_report_cancel", args=[done.pk]))
    assert Report.objects.get(pk=done.pk).status == "done"
    assert "Batalkan" not in client.get(page_of(done)).content.decode()


def test_the_same_filters_are_asked_again_on_the_form(house: House) -> None:
    client = house.client("petugas")
    client.post(ADD, QUESTION | {"programmes": [house.programme.pk], "period_from": "2026-09", "region": "31.71"})
    again = client.get(reverse("admin:disbursement_report_again", args=[Report.objects.latest("pk").pk]), follow=True)
    page = again.content.decode()
    assert 'value="31.71"' in page and '<option value="2026-09" selected>' in page and "checked" in page


def test_links_lead_from_programme_cycle_and_batch_to_their_report(house: House) -> None:
    client = house.client("petugas")
    cycle = house.closed.cycle
    for url, link in (
        (f"/admin/disbursement/programme/{house.programme.pk}/change/", f"{ADD}?programmes={house.programme.pk}"),
        (f"/admin/disbursement/cycle/{cycle.pk}/change/", "period_from=2026-09&amp;period_to=2026-09"),
        (f"/admin/disbursement/batch/{house.closed.pk}/change/", f"{ADD}?batch={house.closed.pk}"),
    ):
        assert link in client.get(url).content.decode(), url
    page = client.get(ADD, {"programmes": "x", "batch": "<b>", "grouping": "cycle", "period_from": "2026-09"})
    assert page.status_code == 200 and "<b>" not in page.content.decode()
    assert '<option value="cycle" selected>' in page.content.decode()


# --- files ---


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_files_are_logged_never_cached_and_say_their_kind(house: House) -> None:
    client, report = house.client("petugas"), made(house)
    for form, kind, start in (
        ("csv", "text/csv; charset=utf-8", "\ufeffWilayah,peserta".encode()),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("pdf", "application/pdf", b"%PDF"),
    ):
        answer = client.get(page_of(report, "unduh", form))
        assert answer["Content-Type"] == kind and "no-store" in answer["Cache-Control"]
        assert f'filename="laporan-{report.pk}.{form}"' in answer["Content-Disposition"]
        assert content(answer).startswith(start)
    said = LogEntry.objects.filter(object_id=str(report.pk)).values_list("change_message", flat=True)
    assert "Laporan diunduh sebagai PDF." in said
    assert client.get(page_of(report, "unduh", "exe")).status_code == 404
    assert client.get(page_of(Report(pk=10**9), "unduh", "csv")).status_code == 404


def test_what_is_for_the_public_hides_small_groups_whoever_takes_it(house: House) -> None:
    house.client("petugas").post(ADD, QUESTION | {"grouping": "decile"})
    report = Report.objects.latest("pk")  # six people in four deciles
    for name, mine, public in (("auditor", False, True), ("bendahara", True, True)):
        client = house.client(name)
        for address, masked in (("unduh", mine), ("umum", public)):
            parts = ("unduh", "csv") if address == "unduh" else ("unduh", "csv", "umum")
            answer = client.get(page_of(report, *parts))
            assert ("<5" in content(answer).decode()) is masked, (name, address)
            assert ("umum" in answer["Content-Disposition"]) is masked
        page = client.get(page_of(report)).content.decode()
        assert ("&lt;5" in page) is mine and ("Untuk diumumkan" in page) is not mine
    book = content(house.client("bendahara").get(page_of(report, "unduh", "xlsx")))
    with zipfile.ZipFile(io.BytesIO(book)) as package:
        assert "&lt;5" in package.read("xl/worksheets/sheet1.xml").decode()


# --- who may ---


def test_who_has_no_role_neither_sees_nor_asks(house: House) -> None:
    client, report = house.client("kosong"), made(house)
    for address in (ADD, page_of(report), page_of(report, "progress"), page_of(report, "unduh", "csv")):
        assert client.get(address).status_code == 403, address
    assert client.get(page_of(report, "unduh", "csv", "umum")).status_code == 403
    assert client.post(ADD, QUESTION).status_code == 403


@pytest.mark.parametrize("name", ["petugas", "penyetuju", "bendahara", "auditor"])
def test_every_role_that_reads_disbursement_asks_for_reports(house: House, name: str) -> None:
    assert house.client(name).post(ADD, QUESTION | {"grouping": "age"}).status_code == 302
    assert Report.objects.latest("pk").by == house.officers[name]


def test_the_list_tells_what_was_asked(house: House) -> None:
    house.client("petugas").post(ADD, QUESTION | {"grouping": "cycle", "period_to": "2026-09", "kind": "regular"})
    page = house.client("auditor").get("/admin/disbursement/report/").content.decode()
    assert "sampai September 2026" in page and "Siklus" in page and "Selesai" in page
