"""Budgets in the office: set, shown by region with bars, as a file, and said on the batch that asks for too much."""

from __future__ import annotations

import csv
import io

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disbursement import budgets
from disbursement.models import Budget, VersionTrial
from tests.disbursement.admin.conftest import House, tried

PAGE = "/admin/disbursement/budget/by_region/"


def test_a_budget_is_set_with_its_decree_and_shown_with_what_is_used(house: House) -> None:
    client, today = house.client("bendahara"), timezone.localdate().isoformat()
    data = {
        "programme": house.programme.pk, "year": 2026, "region": "31.71.01", "amount": "5.000.000",
        "decree": "DPA 9/2026", "starts_on": today,
    }  # fmt: skip
    page = client.post("/admin/disbursement/budget/add/", data, follow=True).content.decode()
    assert "Anggaran ditetapkan" in page and "Kecamatan Gambir" in page and "Jakarta Pusat" in page
    assert "Rp 1.800.000" in page and "Rp 1.400.000" in page  # paid in September, reserved for October; left
    assert Budget.objects.latest("pk").by == house.officers["bendahara"]
    wrong = client.post("/admin/disbursement/budget/add/", data | {"starts_on": "2020-01-01"}).content.decode()
    assert "tidak dapat berlaku surut" in wrong
    client.post("/admin/disbursement/budget/add/", data | {"region": "x"})
    assert Budget.objects.count() == 2


def test_what_each_row_is_now_is_read_for_the_whole_list_at_once(house: House) -> None:
    client, counts = house.client("auditor"), []
    client.get("/admin/disbursement/budget/")
    for number in range(2):
        with CaptureQueriesContext(connection) as seen:
            page = client.get("/admin/disbursement/budget/").content.decode()
        counts.append(len(seen))
        for region in ("31.71", "31.72", "31.73"):
            budgets.set_budget(house.programme, 2026, region, 50_000_000, decree=f"DPA {number}")
    assert counts[0] == counts[1]
    assert (page.count(">berlaku<"), page.count(">diganti<")) == (3, 1)


def test_the_same_as_a_file(house: House) -> None:
    answer = house.client("auditor").get(PAGE, {"programme": house.programme.pk, "year": 2026, "file": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    _header, row = list(csv.reader(io.StringIO(text)))
    assert row[2:8] == ["31.71", "Jakarta Pusat", "100000000", "1800000", "1800000", "96400000"]


def test_a_year_without_budgets_says_that_only_the_fund_limits(house: House) -> None:
    page = house.client("petugas").get(PAGE, {"programme": house.programme.pk, "year": 2030}).content.decode()
    assert "hanya dananya yang membatasi" in page
    for strange in ({"programme": "x"}, {"year": "99999999999"}, {"programme": 10**18, "file": "csv"}):
        assert house.client("petugas").get(PAGE, strange).status_code == 200


def test_a_batch_that_asks_for_too_much_says_so_before_it_is_submitted(house: House) -> None:
    budgets.set_budget(house.programme, 2026, "31.71", 3_600_001, decree="DPA perubahan")
    client, address = house.client("petugas"), f"/admin/disbursement/batch/{house.prepared.pk}/"
    for page in ("change", "submit"):
        assert "Jakarta Pusat 2026: kurang Rp 1.799.999" in client.get(f"{address}{page}/").content.decode()
    said = client.post(f"{address}submit/", follow=True).content.decode()
    assert "tersisa Rp 1, diminta Rp 1.800.000" in said
    house.prepared.refresh_from_db()
    assert house.prepared.status == "prepared"


def test_a_budget_lowered_since_is_said_to_who_would_approve(house: House) -> None:
    budgets.set_budget(house.programme, 2026, "", 1_800_000, decree="DPA perubahan")
    page = house.client("penyetuju").get(f"/admin/disbursement/batch/{house.submitted.pk}/approve/").content.decode()
    assert "untuk seluruh wilayah kurang Rp 1.800.000" in page and 'name="code"' not in page


def test_a_trial_says_for_how_many_cycles_the_budget_is_enough(house: House) -> None:
    tried(house.programme)
    trial = VersionTrial.objects.get()
    budgets.set_budget(house.programme, trial.day.year, "", 20_000_000, decree="DPA")
    page = house.client("auditor").get(f"/admin/disbursement/versiontrial/{trial.pk}/change/").content.decode()
    assert "Sisa anggaran" in page and "Seluruh wilayah" in page
