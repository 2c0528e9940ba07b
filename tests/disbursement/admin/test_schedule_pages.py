"""Schedules, arrears and corrections as officers meet them: looked at first, asked for with reasons, and said in words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from disbursement import batches, clawback, corrections, owed, schedules, versions
from disbursement.due_dates import months_later
from disbursement.models import (
    Batch,
    Calculation,
    Correction,
    Enrolment,
    OwedCycle,
    Recalculation,
    Schedule,
    ScheduledRun,
)
from tests import money
from tests.disbursement.admin.conftest import House, add_people, scheduled
from tests.disbursement.scheduling import established, this_month
from wallet.money import rupiah


def _url(name: str, *args: Any) -> str:
    return reverse(f"admin:disbursement_{name}", args=args)


def _form(**changes: Any) -> dict[str, Any]:
    plain = {
        "kind": "stages",
        "months": ["1", "4", "7", "10"],
        "day": "31",
        "hour": "9",
        "moved": "previous",
        "lead_days": "10",
        "first_period": f"{months_later(this_month(), 1):%Y-%m-%d}",
        "decree": "Kepgub 5/2027",
    }
    return plain | changes


# --- schedules ---


def test_a_schedules_dates_are_shown_before_it_is_in_force(house: House) -> None:
    client = house.client("bendahara")
    url = _url("programme_schedule", house.programme.pk)
    assert "Tetapkan jadwal" in client.get(url).content.decode()
    shown = client.post(url, _form())
    page = shown.content.decode()
    assert "Periksa tanggal-tanggalnya" in page and "Jatuh tempo" in page
    assert not Schedule.objects.exists()
    seen = shown.context["step"].hidden["seen"]
    other = client.post(url, _form(day="20", seen=seen))
    assert "Periksa tanggal-tanggalnya" in other.content.decode() and not Schedule.objects.exists()
    assert client.post(url, _form(seen=seen)).status_code == 302
    made = Schedule.objects.get()
    assert (made.kind, made.months, made.day, made.by) == ("stages", [1, 4, 7, 10], 31, house.officers["bendahara"])
    assert made.runs.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"months": []}, "satu bulan"),
        ({"kind": "dates", "dates": "besok"}, "Bukan tanggal: besok"),
        ({"kind": "dates", "dates": ""}, "satu tanggal"),
        ({"day": "32"}, "31"),
    ],
)
def test_what_is_no_schedule_is_said_in_words(house: House, changes: dict[str, Any], said: str) -> None:
    page = house.client("bendahara").post(_url("programme_schedule", house.programme.pk), _form(**changes))
    assert said in page.content.decode()
    assert not Schedule.objects.exists()


def test_a_schedule_rests_on_something(house: House) -> None:
    page = house.client("bendahara").post(_url("programme_schedule", house.programme.pk), _form(decree=""))
    assert list(page.context["form"].errors) == ["decree"]
    assert not Schedule.objects.exists()


def test_single_dates_are_typed_as_indonesians_write_them(house: House) -> None:
    client = house.client("bendahara")
    url = _url("programme_schedule", house.programme.pk)
    day = months_later(this_month(), 3).replace(day=17)
    form = _form(kind="dates", months=[], dates=f"{day:%d-%m-%Y}")
    seen = client.post(url, form).context["step"].hidden["seen"]
    client.post(url, form | {"seen": seen})
    assert Schedule.objects.get().dates == [day]


def test_the_next_runs_are_listed_with_a_chart(house: House) -> None:
    established(house.programme)
    page = house.client("petugas").get(_url("scheduledrun_changelist")).content.decode()
    assert page.count("<circle") >= 8
    assert "Direncanakan" in page and "hari ini" in page


def test_what_became_of_a_run_is_told_with_its_batch_and_that_it_was_late(house: House) -> None:
    established(house.programme, day=1, hour=0, lead_days=0, first_period=months_later(this_month(), -5))
    schedules.sweep()
    late = ScheduledRun.objects.filter(made_at__isnull=False).earliest("period")
    page = house.client("auditor").get(_url("scheduledrun_change", late.pk)).content.decode()
    assert f"#{late.batch_id}" in page and "terlambat" in page
    batch = house.client("auditor").get(_url("batch_change", late.batch_id)).content.decode()
    assert "Menurut jadwal" in batch


def test_trouble_is_said_on_the_page_and_in_the_queue_and_tried_at_once_when_asked(house: House) -> None:
    other = money.programme(amount=100)
    established(other, day=1, hour=0, lead_days=0, first_period=this_month())
    schedules.sweep()
    batches.fill(Batch.objects.latest("pk").pk)
    schedules.sweep()
    run = ScheduledRun.objects.filter(programme=other).earliest("period")
    client = house.client("petugas")
    page = client.get(_url("scheduledrun_change", run.pk)).content.decode()
    assert "Terkendala" in page and "Tidak ada peserta" in page and "Dicoba lagi" in page
    assert "Penyaluran terjadwal terkendala" in client.get("/admin/").content.decode()
    money.eligibility.enrol_eligible(other)
    url = _url("scheduledrun_make_now", run.pk)
    assert house.client("bendahara").post(url).status_code == 403
    assert client.post(url).status_code == 302
    run.refresh_from_db()
    assert (run.trouble, run.batch is not None and run.batch.status) == ("", "draft")


def test_a_schedule_is_stopped_with_a_reason_by_whoever_may(house: House) -> None:
    schedule = established(house.programme)
    url = _url("schedule_stop", schedule.pk)
    assert house.client("petugas").post(url, {"reason": "x"}).status_code == 403
    client = house.client("bendahara")
    client.post(url, {"reason": ""})
    schedule.refresh_from_db()
    assert schedule.stopped_at is None
    client.post(url, {"reason": "program ditutup"})
    schedule.refresh_from_db()
    assert schedule.stop_reason == "program ditutup"
    assert "Dihentikan" in client.get(_url("schedule_change", schedule.pk)).content.decode()


def test_the_maker_of_a_scheduled_batch_finds_its_moment_filled_in(house: House) -> None:
    due = timezone.now() + timedelta(days=20)
    cycle = batches.cycle_of(house.programme, date(2027, 5, 1), due)
    batch = batches.prepare(cycle)
    page = house.client("petugas").get(_url("batch_submit", batch.pk)).content.decode()
    assert f'value="{timezone.localtime(due):%Y-%m-%dT%H:%M}"' in page


# --- arrears ---


def _late(house: House) -> Enrolment:
    add_people(1, start=50)
    money.eligibility.enrol_eligible(house.programme)
    return Enrolment.objects.latest("pk")


def test_an_officer_owes_a_cycle_by_number_with_reason_and_decree(house: House) -> None:
    late = _late(house)
    client = house.client("petugas")
    url = _url("cycle_owe", house.closed.cycle_id)
    page = client.get(url).content.decode()
    assert "Pengecualian dibatalkan" in page and f"no. {late.pk}" in page
    assert "Pilih paling sedikit" in client.post(url, {"reason": "x", "decree": "y"}).content.decode()
    assert "Bukan nomor" in client.post(url, {"numbers": "1;2", "reason": "x", "decree": "y"}).content.decode()
    assert not OwedCycle.objects.exists()
    client.post(url, {"numbers": str(late.pk), "reason": "terlewat saat pendataan", "decree": "BA 3/2026"})
    row = OwedCycle.objects.get()
    assert (row.enrolment, row.ground, row.why, row.decree) == (late, "other", "terlewat saat pendataan", "BA 3/2026")
    assert row.by == house.officers["petugas"]


def test_a_ground_without_anybody_is_said_and_keeps_nothing(house: House) -> None:
    said = {"grounds": ["failed"], "reason": "x", "decree": "y"}
    page = house.client("petugas").post(_url("cycle_owe", house.closed.cycle_id), said).content.decode()
    assert "Tidak seorang pun" in page
    assert not OwedCycle.objects.exists()


def test_who_has_the_cycle_already_is_named_as_the_reason(house: House) -> None:
    paid = house.closed.instructions.earliest("pk").enrolment_id
    said = {"numbers": str(paid), "reason": "x", "decree": "y"}
    page = house.client("petugas").post(_url("cycle_owe", house.closed.cycle_id), said).content.decode()
    assert "sudah dibayar" in page and not OwedCycle.objects.exists()


def test_only_who_may_owes_a_cycle(house: House) -> None:
    for name in ("penyetuju", "bendahara", "auditor"):
        assert house.client(name).post(_url("cycle_owe", house.closed.cycle_id), {}).status_code == 403


def test_an_enrolments_page_owes_it_a_past_cycle(house: House) -> None:
    late = _late(house)
    client = house.client("petugas")
    url = _url("enrolment_owe", late.pk)
    assert "September 2026" in client.get(url).content.decode()
    client.post(url, {"cycle": house.closed.cycle_id, "reason": "baru terdaftar", "decree": "BA 4/2026"})
    assert OwedCycle.objects.get().enrolment == late


def _paid_arrears(house: House) -> Batch:
    late = _late(house)
    owed.owe(Enrolment.objects.filter(pk=late.pk), house.closed.cycle, "terlewat", None, decree="BA 5/2026")
    return batches.prepare(batches.cycle_of(house.programme, date(2026, 12, 1)))


def test_why_a_line_is_arrears_is_told_in_words(house: House) -> None:
    batch = _paid_arrears(house)
    line = batch.instructions.get(kind="arrears")
    client = house.client("auditor")
    page = client.get(_url("instruction_change", line.pk)).content.decode()
    assert "Rapel September 2026" in page
    why = Calculation.objects.get(batch=batch, kind="arrears")
    told = client.get(_url("calculation_change", why.pk)).content.decode()
    assert "Rapel September 2026" in told and "terlewat · BA 5/2026" in told and "Rp 300.000" in told
    assert "arrears" not in told
    assert "Rapel September 2026" in client.get(_url("instruction_changelist"), {"batch": batch.pk}).content.decode()


def test_a_batchs_page_and_its_approval_say_what_it_holds_by_kind(house: House) -> None:
    batch = _paid_arrears(house)
    for url in (_url("batch_change", batch.pk), _url("batch_submit", batch.pk)):
        page = house.client("petugas").get(url).content.decode()
        assert "Rutin Desember 2026: 7" in page
        assert "Rapel September 2026: 1" in page and "Rp 300.000" in page
    assert [(one.kind, one.count, one.total) for one in batches.contents(batch)] == [
        *(("regular", 7, 2_100_000), ("arrears", 1, 300_000)),
    ]


def test_a_batchs_file_says_what_each_line_is_for(house: House) -> None:
    batch = _paid_arrears(house)
    answer = house.client("petugas").get(_url("batch_csv", batch.pk))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "jenis dan periode" in text.splitlines()[0]
    assert text.count("Rapel September 2026") == 1 and text.count("Rutin Desember 2026") == 7


def test_arrears_are_withdrawn_with_a_reason_as_long_as_nobody_pays_them(house: House) -> None:
    late = _late(house)
    owed.owe(Enrolment.objects.filter(pk=late.pk), house.closed.cycle, "terlewat", None)
    row = OwedCycle.objects.get()
    client = house.client("petugas")
    page = client.get(_url("owedcycle_change", row.pk)).content.decode()
    assert "Menunggu batch berikutnya" in page and "Cabut" in page
    client.post(_url("owedcycle_withdraw", row.pk), {"reason": "keliru orang"})
    row.refresh_from_db()
    assert row.withdraw_reason == "keliru orang"
    page = client.get(_url("owedcycle_changelist"), {"keadaan": "withdrawn"}).content.decode()
    assert "Dicabut" in page


# --- corrections ---


def test_a_recalculation_shows_who_before_after_and_why_and_is_confirmed_with_a_decree(house: House) -> None:
    scheduled(house)
    row = Recalculation.objects.get()
    client = house.client("petugas")
    page = client.get(_url("recalculation_change", row.pk)).content.decode()
    assert "6 diperiksa; 6 kurang dibayar, 0 lebih dibayar" in page and "Rp 300.000" in page
    listed = client.get(_url("correction_changelist"), {"recalculation": row.pk}).content.decode()
    assert "+Rp 50.000" in listed and "Rp 350.000" in listed
    one = Correction.objects.earliest("pk")
    told = client.get(_url("correction_change", one.pk)).content.decode()
    assert "perhitungan semula" in told.lower() and "versi 2" in told
    url = _url("recalculation_confirm", row.pk)
    assert house.client("bendahara").post(url, {}).status_code == 403
    client.post(url, {"reason": "besaran baru", "decree": ""})
    assert Recalculation.objects.get().status == "done"
    client.post(url, {"reason": "besaran baru", "decree": "Kepgub 9/2026"})
    row.refresh_from_db()
    assert (row.status, row.decree, row.decided_by) == ("confirmed", "Kepgub 9/2026", house.officers["petugas"])


def test_what_was_too_much_waits_in_a_queue_until_a_case_claims_it(house: House) -> None:
    scheduled(house)
    newest = versions.of(house.programme, house.closed.cycle.period)
    cheaper = versions.copy(newest, newest.starts_on)
    cheaper.components.update(amount=230_000)
    versions.enforce(cheaper)
    row = corrections.request(house.closed.cycle, house.officers["petugas"])
    assert corrections.run(row.pk)
    row.refresh_from_db()
    corrections.confirm(row, house.officers["petugas"], "keliru", "Kepgub 9/2026")
    client, one = house.client("petugas"), corrections.overpaid().earliest("pk")
    front = client.get("/admin/").content.decode()
    assert "Kelebihan bayar menurut koreksi belum ditagih" in front
    listed = client.get(_url("correction_changelist"), {"selisih": "belum-ditagih"}).content.decode()
    assert _url("correction_change", one.pk) in listed
    page = client.get(_url("correction_change", one.pk)).content.decode()
    paid = house.closed.instructions.get(enrolment=one.enrolment_id)
    assert f"lebih {rupiah(one.excess)}, belum ditagih kembali" in page and _url("instruction_change", paid.pk) in page
    clawback.propose({paid.pk: one.excess}, reason="keliru", evidence="BA 1", by=house.officers["petugas"])
    assert "belum ditagih kembali" not in client.get(_url("correction_change", one.pk)).content.decode()
    listed = client.get(_url("correction_changelist"), {"selisih": "belum-ditagih"}).content.decode()
    assert _url("correction_change", one.pk) not in listed


def test_why_a_line_is_a_correction_is_told_line_by_line(house: House) -> None:
    scheduled(house)
    corrections.confirm(Recalculation.objects.get(), house.officers["petugas"], "besaran baru", "Kepgub 9/2026")
    batch = batches.prepare(batches.cycle_of(house.programme, date(2026, 12, 1)))
    why = Calculation.objects.filter(batch=batch, kind="correction").earliest("pk")
    page = house.client("auditor").get(_url("calculation_change", why.pk)).content.decode()
    assert "Koreksi September 2026" in page and "besaran baru · Kepgub 9/2026" in page
    assert "Sudah diberikan sebelumnya" in page and "350.000" in page


def test_a_cycle_is_calculated_anew_from_its_page_or_for_one_enrolment(house: House) -> None:
    client = house.client("petugas")
    client.post(_url("cycle_recalculate", house.closed.cycle_id))
    assert Recalculation.objects.get().status == "waiting"
    enrolment = house.closed.instructions.earliest("pk").enrolment_id
    client.post(_url("enrolment_recalculate", enrolment), {"cycle": house.closed.cycle_id})
    row = Recalculation.objects.latest("pk")
    assert (row.enrolment_id, row.status, row.seen) == (enrolment, "done", 1)
    assert house.client("auditor").post(_url("cycle_recalculate", house.closed.cycle_id)).status_code == 403


def test_a_recalculation_is_dropped_with_a_reason(house: House) -> None:
    scheduled(house)
    row = Recalculation.objects.get()
    house.client("petugas").post(_url("recalculation_drop", row.pk), {"reason": "versi keliru"})
    row.refresh_from_db()
    assert (row.status, row.reason) == ("dropped", "versi keliru")
