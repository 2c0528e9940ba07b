"""Suspending, lifting, ending, appealing and deciding in the office: one at a time and many at once, for whom it should be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from beneficiaries.models import Household
from disbursement import appeals, conflicts, eligibility, enrolments, versions
from disbursement.enrolment_states import R
from disbursement.models import (
    ConflictNote,
    Enrolment,
    EnrolmentAppeal,
    Programme,
    ProgrammeConflict,
    ProgrammeVersion,
)
from tests import money
from tests.disbursement.admin.conftest import House, add_people, lived

LIST = "/admin/disbursement/enrolment/"
QUEUE = "/admin/disbursement/enrolmentappeal/"
PAIRS = "/admin/disbursement/programmeconflict/"


def text(answer: Any) -> str:
    said: str = answer.content.decode()
    return said


def chosen(client: Client, action: str, rows: list[Enrolment], **said: Any) -> Any:
    """The list's action for the rows: first its page, then, with what it asks, the step itself."""
    page = client.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]})
    assert page.status_code == 200
    if not said:
        return page
    hidden = {
        "action": action,
        "select_across": "1",
        "_selected_action": "0",
        "chosen": ",".join(str(row.pk) for row in rows),
    }
    return client.post(LIST, hidden | said, follow=True)


def test_one_is_suspended_and_lifted_and_the_page_says_why(house: House) -> None:
    row, client = Enrolment.objects.order_by("pk")[0], house.client("petugas")
    until = timezone.localdate() + timedelta(days=30)
    said = {"why": "verify", "reason": "alamat kosong", "until": until.isoformat(), "reference": "BA 3"}
    page = f"{LIST}{row.pk}/change/"
    assert "tetap membayarnya" in text(client.get(f"{LIST}{row.pk}/suspend/"))
    client.post(f"{LIST}{row.pk}/suspend/", said)
    shown = text(client.get(page))
    assert "Ditangguhkan" in shown and "alamat kosong" in shown and "tidak masuk batch mana pun" in shown
    assert f"{LIST}{row.pk}/suspend/" not in shown and f"{LIST}{row.pk}/lift/" in shown
    client.post(f"{LIST}{row.pk}/lift/", {"why": "cleared", "reason": "sudah bertemu"})
    row.refresh_from_db()
    assert row.status == "active"
    assert "sudah bertemu" in text(client.get(page))


def test_many_are_suspended_at_once_after_a_page_that_says_how_many(house: House) -> None:
    rows, client = list(Enrolment.objects.order_by("pk")[:3]), house.client("petugas")
    enrolments.end(rows[0])
    page = text(chosen(client, "suspend_many", rows))
    assert "2 orang" in page and "1 dari yang dipilih" in page
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"active", "ended"}
    assert "harus diisi" in text(chosen(client, "suspend_many", rows, why="", reason="x"))
    done = text(chosen(client, "suspend_many", rows, why="verify", reason="pemeriksaan acak"))
    assert "2 kepesertaan ditangguhkan" in done
    assert Enrolment.objects.filter(status="suspended").count() == 2
    assert "2 penangguhan dicabut" in text(chosen(client, "lift_many", rows, why="cleared", reason="selesai"))
    assert "2 kepesertaan diakhiri" in text(chosen(client, "end_many", rows, why="graduated", reason="mandiri"))
    assert "sudah berubah" in text(chosen(client, "end_many", rows, why="graduated", reason="mandiri"))


def test_whoever_may_only_look_takes_no_step(house: House) -> None:
    row = Enrolment.objects.order_by("pk")[0]
    for name in ("auditor", "penyetuju"):
        client = house.client(name)
        assert client.post(f"{LIST}{row.pk}/suspend/", {"why": "verify", "reason": "x"}).status_code == 403
        client.post(LIST, {"action": "end_many", "select_across": "1", "_selected_action": "0", "chosen": str(row.pk)})
    client = house.client("petugas")
    lived(house)
    appeal = EnrolmentAppeal.objects.get()
    assert client.post(f"{QUEUE}{appeal.pk}/uphold/", {"reason": "x"}).status_code == 403
    assert client.get(f"{PAIRS}add/").status_code == 403
    row.refresh_from_db()
    assert row.status == "active"


def test_an_appeal_is_noted_queued_and_decided_by_another(house: House) -> None:
    row, client = Enrolment.objects.order_by("pk")[0], house.client("petugas")
    client.post(f"{LIST}{row.pk}/end/", {"why": "not_eligible", "reason": "desil naik"})
    filed = client.post(
        f"{LIST}{row.pk}/appeal/", {"channel": "community", "text": "Warga menilai miskin"}, follow=True
    )
    assert "harus dijawab sampai" in text(filed)
    appeal = EnrolmentAppeal.objects.get()
    assert "Keberatan kepesertaan menunggu putusan" in text(house.client("penyetuju").get("/admin/"))
    queue = text(house.client("penyetuju").get(QUEUE))
    assert "hari lagi" in queue and "Berakhir" in queue
    page = text(house.client("penyetuju").get(f"{QUEUE}{appeal.pk}/change/"))
    assert "Berakhir · Tidak lagi memenuhi syarat" in page and "desil naik" in page
    own = house.officers["petugas"]
    own.user_permissions.add(*_decides())
    assert "petugas lain yang memutuskan" in text(client.get(f"{QUEUE}{appeal.pk}/uphold/"))
    assert "harus diputuskan petugas lain" in text(
        client.post(f"{QUEUE}{appeal.pk}/uphold/", {"reason": "x"}, follow=True)
    )
    done = house.client("penyetuju").post(f"{QUEUE}{appeal.pk}/uphold/", {"reason": "musyawarah benar"}, follow=True)
    assert "Keberatan dikabulkan" in text(done)
    row.refresh_from_db()
    assert row.status == "active"
    assert "Dikabulkan" in text(client.get(f"{LIST}{row.pk}/change/"))


def _decides() -> Any:
    return Permission.objects.filter(codename="decide_enrolmentappeal")


def test_a_late_answer_is_counted_in_red(house: House) -> None:
    lived(house)
    row = EnrolmentAppeal.objects.get().step.enrolment
    enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=house.officers["petugas"])
    enrolments.end(row)
    today = timezone.localdate()
    appeals.file(row, "x", channel=EnrolmentAppeal.Channel.OFFICE, filed_on=today - timedelta(days=40))
    assert "Keberatan kepesertaan lewat tenggat" in text(house.client("penyetuju").get("/admin/"))
    assert "terlambat" in text(house.client("penyetuju").get(QUEUE))


def test_who_is_in_two_is_decided_on_from_the_page_of_the_conflict(house: House) -> None:
    treasurer, client = house.client("bendahara"), house.client("petugas")
    other = money.programme()
    eligibility.enrol_eligible(other)
    said = {
        "one": house.programme.pk,
        "other": other.pk,
        "scope": "person",
        "starts_on": timezone.localdate().isoformat(),
        "decree": "SK 9",
    }
    assert "dua program yang berbeda" in text(treasurer.post(f"{PAIRS}add/", said | {"other": house.programme.pk}))
    assert "Larangan rangkap dicatat" in text(treasurer.post(f"{PAIRS}add/", said, follow=True))
    conflict = ProgrammeConflict.objects.get()
    assert conflict.by == house.officers["bendahara"]
    many = conflicts.to_decide().count()
    assert f"{many} kepesertaan" in text(client.get(f"{PAIRS}{conflict.pk}/change/"))
    listed = text(client.get(LIST, {"rangkap": conflict.pk}))
    row = conflicts.to_decide().filter(programme=other).order_by("pk")[0]
    assert f"{LIST}{row.pk}/change/" in listed
    assert "Pertahankan di program ini" in text(client.get(f"{LIST}{row.pk}/change/"))
    done = client.post(f"{LIST}{row.pk}/keep/", {"reason": "pilihannya"}, follow=True)
    assert "Tetap di program ini" in text(done)
    assert conflicts.to_decide().count() == many - 2
    end = treasurer.post(f"{PAIRS}{conflict.pk}/end/", {"ends_on": timezone.localdate().isoformat()}, follow=True)
    assert "Larangan rangkap berakhir" in text(end)
    assert not conflicts.to_decide().exists()


def test_whom_another_programme_keeps_out_stands_on_their_page_and_in_the_list(house: House) -> None:
    lived(house)
    note = ConflictNote.objects.select_related("person").order_by("pk")[0]
    client = house.client("petugas")
    assert "Kartu Lansia" in text(client.get("/admin/disbursement/conflictnote/"))
    page = text(client.get(f"/admin/beneficiaries/person/{note.person.pk}/change/"))
    assert "tidak didaftarkan: masih peserta Kartu Lansia" in page


@pytest.fixture
def queued(house: House) -> Programme:
    """The programme with a quota of six, and two more people who wait."""
    last = versions.newest(house.programme)
    assert last is not None
    later = versions.copy(last, timezone.localdate())
    ProgrammeVersion.objects.filter(pk=later.pk).update(quota=6, priority="oldest")
    versions.enforce(ProgrammeVersion.objects.get(pk=later.pk))
    add_people(2, start=60)
    eligibility.enrol_eligible(house.programme)
    return house.programme


def test_a_programmes_page_shows_its_places_and_the_list_the_ranks(house: House, queued: Programme) -> None:
    client = house.client("petugas")
    page = text(client.get(f"/admin/disbursement/programme/{queued.pk}/change/"))
    assert "<b>6</b> terisi" in page and "<b>0</b> kosong" in page and "2 menunggu" in page
    listed = client.get(LIST, {"programme__id__exact": queued.pk, "status__exact": "waiting"})
    assert "Daftar tunggu" in text(listed)
    first, second = Enrolment.objects.filter(status="waiting").order_by("pk")
    assert [(row.pk, row.rank_now) for row in listed.context["cl"].result_list] == [(first.pk, 1), (second.pk, 2)]
    Household.objects.filter(pk=second.person.household_id).update(decile=9)
    Enrolment.objects.filter(pk=second.pk).update(passed_over="not_eligible")
    shown = text(client.get(f"{LIST}{second.pk}/change/"))
    assert "2, dilewati: saat ini tidak memenuhi syarat" in shown


def test_enrolling_says_how_many_wait_and_how_many_were_left_out(house: House, queued: Programme) -> None:
    add_people(3, start=80)
    client = house.client("petugas")
    done = text(client.post(f"/admin/disbursement/programme/{queued.pk}/enrol/", follow=True))
    assert "3 orang masuk daftar tunggu" in done
    assert Household.objects.count() == 11


def test_who_was_taken_out_is_readmitted_into_the_queue(house: House) -> None:
    row, client = Enrolment.objects.order_by("pk")[0], house.client("petugas")
    enrolments.end(row)
    done = client.post(f"{LIST}{row.pk}/readmit/", {"reason": "kembali dari luar kota"}, follow=True)
    assert "Masuk daftar tunggu" in text(done)
    row.refresh_from_db()
    assert row.status == "waiting"
