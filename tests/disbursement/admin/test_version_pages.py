"""Versions in the office: copied, edited as a draft, tried, put into force by another; and why somebody gets so much."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import programme_file, programmes, trials, versions
from disbursement.models import (
    Batch,
    Calculation,
    Cycle,
    Enrolment,
    EnrolmentStep,
    Instruction,
    Programme,
    ProgrammeVersion,
    VersionTrial,
)
from tests import money
from tests.disbursement.admin.conftest import House


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def edited(version: ProgrammeVersion, **changes: str) -> dict[str, str]:
    """What the version's form sends."""
    component = version.components.get()
    return {
        "starts_on": "2027-01-01",
        "decree": "Kepgub 1/2027",
        "eligibility": "person.age >= 65",
        "terms": str(version.terms_id),
        "priority": "oldest",
        "back_pay_months": "3",
        "components-TOTAL_FORMS": "1",
        "components-INITIAL_FORMS": "1",
        "components-0-id": str(component.pk),
        "components-0-version": str(version.pk),
        "components-0-code": component.code,
        "components-0-name": component.name,
        "components-0-condition": "",
        "components-0-amount": "350.000",
        "components-0-per": "person",
        "components-0-months": "1",
    } | changes


@pytest.fixture
def draft(house: House) -> ProgrammeVersion:
    first = house.programme.versions.earliest("pk")
    client = house.client("bendahara")
    address = f"/admin/disbursement/programmeversion/{first.pk}/next_version/"
    assert client.post(address, {"starts_on": "2027-01-01"}).status_code == 302
    return ProgrammeVersion.objects.get(number=2)


def test_a_draft_is_edited_tried_and_put_into_force_by_another(house: House, draft: ProgrammeVersion) -> None:
    address = f"/admin/disbursement/programmeversion/{draft.pk}"
    bendahara, penyetuju = house.client("bendahara"), house.client("penyetuju")
    assert bendahara.post(f"{address}/change/", edited(draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.eligibility, draft.components.get().amount) == ("person.age >= 65", 350_000)
    assert "belum dicoba" in page_of(penyetuju, f"{address}/enforce/")
    penyetuju.post(f"{address}/try_it/")
    assert trials.run_next()
    trial = VersionTrial.objects.get()
    seen = page_of(penyetuju, f"/admin/disbursement/versiontrial/{trial.pk}/change/")
    assert "<svg" in seen and "0 masuk, 0 keluar" in seen and "2.100.000" in seen  # six people, 350,000 each
    assert penyetuju.post(f"{address}/enforce/", {"reason": "Kepgub 1/2027"}).status_code == 302
    draft.refresh_from_db()
    assert draft.enforced_by == house.officers["penyetuju"] and draft.by == house.officers["bendahara"]
    assert versions.of(house.programme, date(2027, 1, 1)) == draft
    assert bendahara.post(f"{address}/change/", edited(draft)).status_code == 403
    assert "Akan berlaku" in page_of(bendahara, f"{address}/change/")


def test_who_leaves_by_the_version_in_force_is_suspended_or_ended_from_the_trials_page(house: House) -> None:
    version = house.programme.versions.get()
    old = Enrolment.objects.filter(programme=house.programme, status="active").order_by("pk")
    Person.objects.filter(pk__in=[row.person_id for row in old[:2]]).update(birth_date=date(1990, 1, 1))
    officer = house.client("petugas")
    officer.post(f"/admin/disbursement/programmeversion/{version.pk}/try_it/")
    assert trials.run_next()
    trial = VersionTrial.objects.get()
    address = f"/admin/disbursement/versiontrial/{trial.pk}"
    asked = page_of(officer, f"{address}/suspend_leavers/")
    assert "2 orang" in asked and "Tidak lagi memenuhi syarat" in asked
    assert house.client("penyetuju").post(f"{address}/end_leavers/").status_code == 403
    officer.post(f"{address}/suspend_leavers/", {"reason": "diperiksa dahulu"})
    assert Enrolment.objects.filter(status="suspended").count() == 2
    done = officer.post(f"{address}/end_leavers/", {"reason": "umur dibetulkan"}, follow=True).content.decode()
    assert "2 kepesertaan diakhiri" in done
    assert EnrolmentStep.objects.filter(to_status="ended", reason="not_eligible", words="umur dibetulkan").count() == 2


def test_who_wrote_a_draft_last_stands_for_it_and_another_puts_it_into_force(
    house: House, draft: ProgrammeVersion
) -> None:
    address = f"/admin/disbursement/programmeversion/{draft.pk}"
    both = house.client("admin")  # may edit drafts and put them into force
    both.post(f"{address}/change/", edited(draft))
    draft.refresh_from_db()
    assert draft.by == house.officers["admin"]
    assert "bukan yang menyusunnya" in page_of(both, f"{address}/enforce/")
    both.post(f"{address}/enforce/", {"reason": "sendiri"})
    draft.refresh_from_db()
    assert draft.enforced_at is None
    house.client("penyetuju").post(f"{address}/enforce/", {"reason": "Kepgub 1/2027"})
    draft.refresh_from_db()
    assert draft.enforced_by == house.officers["penyetuju"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("eligibility", "person.tall"), ("components-0-condition", "1 +"), ("eligibility", "person.age")],
)
def test_a_rule_that_is_none_is_an_error_at_its_field(
    house: House, draft: ProgrammeVersion, field: str, value: str
) -> None:
    address = f"/admin/disbursement/programmeversion/{draft.pk}/change/"
    answer = house.client("bendahara").post(address, edited(draft, **{field: value}))
    assert answer.status_code == 200 and "Syarat tidak dapat dibaca" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.eligibility == "person.age >= 60"


def test_what_is_missing_is_said_when_it_is_put_into_force(house: House, draft: ProgrammeVersion) -> None:
    draft.components.update(cash_limit=100)
    address = f"/admin/disbursement/programmeversion/{draft.pk}/enforce/"
    answer = house.client("penyetuju").post(address, {"reason": "x"}, follow=True)
    assert "isi aturan kantong tunai" in answer.content.decode()


def test_why_435_000(house: House, tmp_path: Path) -> None:
    """The question on the page of the instruction and of the enrolment leads to the arithmetic, the facts and the decree."""
    said = json.loads(programme_file.JAKARTA.read_text(encoding="utf-8"))
    file = tmp_path / "kjp.json"  # the house has paid a KLJ of its own, by the month
    file.write_text(json.dumps({"programmes": [one for one in said["programmes"] if one["code"] == "KJP"]}))
    programme_file.load(file)
    kjp = Programme.objects.get(code="KJP")
    child = money.person(born=date(2012, 1, 1))
    Person.objects.filter(pk=child.pk).update(schooling="smp")
    batch = money.prepared(kjp, date(2026, 10, 1))
    line = Instruction.objects.get(batch=batch, part="cash")
    kept = Calculation.objects.get(batch=batch)
    client = house.client("petugas")
    address = f"/admin/disbursement/calculation/{kept.pk}/change/"
    assert address in page_of(client, f"/admin/disbursement/instruction/{line.pk}/change/")
    listed = page_of(client, f"/admin/disbursement/enrolment/{line.enrolment_id}/change/")
    assert f"/admin/disbursement/calculation/?enrolment={line.enrolment_id}" in listed
    page = page_of(client, address)
    for told in (
        *("Biaya rutin SMP/MTs", "1 orang × Rp", "185.000", "100.000", "Biaya berkala SMP/MTs", "115.000", "300.000"),
        *("umur 14", "sekolah SMP/MTs", "desil 2", "Besaran bantuan 2026", child.name),
    ):
        assert told in page, told
    assert child.nik not in page


def test_a_version_by_which_no_batch_could_be_prepared_is_named_while_it_may_be_changed(
    house: House, draft: ProgrammeVersion
) -> None:
    address = f"/admin/disbursement/programmeversion/{draft.pk}"
    pages = [(house.client("bendahara"), "try_it"), (house.client("penyetuju"), "enforce")]
    assert not any("belum ada batch" in page_of(client, f"{address}/{page}/") for client, page in pages)
    ProgrammeVersion.objects.filter(pk=draft.pk).update(purse_days=60)
    for client, page in pages:
        said = page_of(client, f"{address}/{page}/")
        assert "belum ada batch yang dapat disiapkan" in said and "Sisa kembali ke" in said


def test_a_programme_with_only_a_draft_leads_to_where_it_is_tried(house: House, draft: ProgrammeVersion) -> None:
    ProgrammeVersion.objects.filter(pk=draft.pk).update(starts_on=date(2026, 1, 1))
    made = programmes.propose(
        code="PKD",
        name="Percobaan",
        amount=100_000,
        eligibility="true",
        terms=draft.terms,
        by=house.officers["bendahara"],
    )
    said = page_of(house.client("petugas"), f"/admin/disbursement/programme/{made.pk}/try_rule/")
    assert f"/admin/disbursement/programmeversion/{made.versions.get().pk}/change/" in said
    assert "berlaku pada 20" not in said  # the day is in words


def test_what_a_quota_leaves_out_is_no_cost(house: House) -> None:
    version = versions.copy(versions.of(house.programme, timezone.localdate()), date(2026, 11, 1))
    ProgrammeVersion.objects.filter(pk=version.pk).update(quota=2)
    versions.enforce(version)
    said = page_of(house.client("petugas"), f"/admin/disbursement/programme/{house.programme.pk}/try_rule/")
    assert "Kuota peserta" in said and "2 · 4 menunggu" in said
    assert "Biaya satu siklus, paling banyak" in said and "600.000" in said and "1.800.000" not in said


def test_every_list_and_page_opens_for_whoever_may_look(house: House, draft: ProgrammeVersion) -> None:
    trial = trials.request(draft, None)
    assert trials.run_next()
    for name in ("calculation", "programmeversion", "versiontrial", "trialchange"):
        page_of(house.client("auditor"), f"/admin/disbursement/{name}/")
    page_of(house.client("auditor"), f"/admin/disbursement/versiontrial/{trial.pk}/change/")
    page_of(house.client("auditor"), f"/admin/disbursement/programmeversion/{draft.pk}/change/")


def test_a_month_that_another_cycle_covers_is_refused_on_the_page_and_the_other_is_named(house: House) -> None:
    version = versions.copy(versions.of(house.programme, date(2026, 11, 1)), date(2026, 11, 1))
    ProgrammeVersion.objects.filter(pk=version.pk).update(months=3)
    versions.enforce(version)  # November has a batch: it covers January now
    client, before = house.client("petugas"), Batch.objects.count()
    address = reverse("admin:disbursement_programme_prepare", args=[house.programme.pk])
    page = client.post(address, {"month": "2026-12"}).content.decode()
    assert "beririsan dengan siklus November 2026 - Januari 2027" in page
    assert (Batch.objects.count(), Cycle.objects.filter(period="2026-12-01").exists()) == (before, False)
    assert "November 2026 - Januari 2027" in page_of(client, "/admin/disbursement/cycle/")
