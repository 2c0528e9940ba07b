"""The office's steps with personal data: what is masked opens once, with a reason, for whoever may, and the log has it."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries import consents, data_requests, erasure, grievances, objections, representation, reveals
from beneficiaries.models import (
    Breach,
    Consent,
    ConsentText,
    DataRequest,
    Evidence,
    Objection,
    Person,
    Representation,
    Reveal,
    RevealAllowance,
)
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import CAR, excluded, tell

pytestmark = pytest.mark.django_db
NIK, PHONE = "3171015708900001", "0812-3456-7890"
WHY = {"reason": "verify", "note": "KTP asli"}


class Staff:
    """An officer of each role, signed in when asked for."""

    def __init__(self) -> None:
        with open(os.devnull, "w") as nowhere:
            call_command("roles", stdout=nowhere)

    def __getitem__(self, role: str) -> Client:
        user, made = User.objects.get_or_create(username=role, is_staff=True)
        if made:
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def staff() -> Staff:
    return Staff()


@pytest.fixture
def siti() -> Person:
    made = Person(household=money.household(), name="Siti Aminah", sex="P", birth_date="1990-08-17")
    made.nik, made.phone = NIK, "+6281234567890"
    made.save()
    made.refresh_from_db()
    return made


def step(row: Any, name: str) -> str:
    return f"/admin/beneficiaries/{row._meta.model_name}/{row.pk}/{name}/"


def page(row: Any) -> str:
    return reverse(f"admin:beneficiaries_{row._meta.model_name}_change", args=[row.pk])


def test_a_value_is_in_one_answer_alone_and_in_the_log(staff: Staff, siti: Person) -> None:
    client = staff["Petugas"]
    asked = client.get(step(siti, "reveal")).content.decode()
    assert NIK not in asked and not Reveal.objects.exists()
    assert (
        NIK not in client.post(step(siti, "reveal"), {"field": "nik", "reason": "verify", "note": ""}).content.decode()
    )
    assert not Reveal.objects.exists()
    answer = client.post(step(siti, "reveal"), {"field": "nik", **WHY}, REMOTE_ADDR="10.1.2.3")
    assert NIK in answer.content.decode() and 'http-equiv="refresh" content="60;' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert NIK not in str(client.cookies)
    row = Reveal.objects.get()
    assert (row.person, row.fields, row.by.username, row.address) == (siti, "nik", "Petugas", "10.1.2.3")
    assert NIK not in client.get(page(siti)).content.decode()
    assert PHONE in client.post(step(siti, "reveal"), {"field": "phone", **WHY}).content.decode()
    home = client.post(step(siti.household, "reveal"), {"field": "address", **WHY}).content.decode()
    assert "Jl. Merdeka 1" in home
    assert "Petugas, NIK: Mencocokkan identitas" in client.get(page(siti)).content.decode()
    assert client.post(step(siti, "reveal"), {"field": "kk", **WHY}).status_code == 200 and Reveal.objects.count() == 3


@pytest.mark.parametrize("role", ["Penyetuju", "Auditor", "Bendahara"])
def test_who_may_not_reveal_does_not(staff: Staff, siti: Person, role: str) -> None:
    answer = staff[role].post(step(siti, "reveal"), {"field": "nik", **WHY})
    assert answer.status_code in (302, 403, 404) and NIK not in answer.content.decode()
    assert not Reveal.objects.exists()


def test_behind_a_proxy_the_address_is_what_it_saw(staff: Staff, siti: Person, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    staff["Petugas"].post(
        step(siti, "reveal"), {"field": "nik", **WHY}, headers={"x-forwarded-for": "1.1.1.1, 10.9.9.9"}
    )
    assert Reveal.objects.get().address == "10.9.9.9"


def test_beyond_the_limit_a_supervisor_adds_and_the_auditor_sees(staff: Staff, siti: Person, settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 1, "unusual_reveals": 2}
    client = staff["Petugas"]
    client.post(step(siti, "reveal"), {"field": "nik", **WHY})
    refused = client.post(step(siti, "reveal"), {"field": "nik", **WHY}, follow=True).content.decode()
    assert NIK not in refused and "Minta atasan" in refused
    officer = User.objects.get(username="Petugas")
    form = {"officer": officer.pk, "more": 1, "reason": "antrean panjang"}
    add = reverse("admin:beneficiaries_revealallowance_add")
    assert client.post(add, form).status_code == 403
    assert staff["Penyetuju"].post(add, form).status_code == 302
    own = form | {"officer": User.objects.get(username="Penyetuju").pk}
    assert "bukan oleh diri sendiri" in staff["Penyetuju"].post(add, own).content.decode()
    assert RevealAllowance.objects.count() == 1
    assert NIK in client.post(step(siti, "reveal"), {"field": "nik", **WHY}).content.decode()
    assert client.get(reverse("admin:beneficiaries_reveal_changelist")).status_code == 403
    log = staff["Auditor"].get(reverse("admin:beneficiaries_reveal_changelist")).content.decode()
    assert "Tidak biasa" in log and "KTP asli" in log and NIK not in log
    row = Reveal.objects.first()
    assert staff["Auditor"].get(page(row)).status_code == 200
    assert staff["Auditor"].post(page(row), {"note": "x"}).status_code == 403


def test_consents_are_written_with_the_words_and_shown(staff: Staff, siti: Person) -> None:
    add = reverse("admin:beneficiaries_consenttext_add")
    words = {"purpose": "screening", "title": "Pencocokan", "text": "Saya setuju dicocokkan.", "basis": "consent"}
    dpo = staff["Petugas Data Pribadi"]
    assert dpo.post(add, words).status_code == 302 and dpo.post(add, words | {"text": "Lain"}).status_code == 302
    assert list(ConsentText.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
    law = {"purpose": "payment", "title": "Penyaluran", "text": "Data dipakai.", "basis": "public"}
    assert "Sebutkan dasar hukumnya" in dpo.post(add, law).content.decode()
    ends = {"consequence": "Bantuan berhenti."}
    assert "Akibat penarikan hanya ada" in dpo.post(add, law | ends | {"legal_basis": "UU 13/2011"}).content.decode()
    assert dpo.post(add, law | {"legal_basis": "UU 13/2011"}).status_code == 302
    assert dpo.post(add, words | ends | {"purpose": "photos", "title": "Foto"}).status_code == 302
    client = staff["Petugas"]
    asked = client.get(step(siti, "record_consent")).content.decode()
    assert "Bila ditarik: Foto" in asked and "Bantuan berhenti." in asked and "Data dipakai." not in asked
    assert "Lain" in client.get(step(siti, "record_consent")).content.decode()
    data = {
        "text": ConsentText.objects.get(purpose="screening", version=2).pk,
        "given": "yes",
        "channel": "office",
        "evidence": "F-9",
    }
    client.post(step(siti, "record_consent"), data)
    assert Consent.objects.get().given and "Pencocokan (v2): setuju" in client.get(page(siti)).content.decode()
    client.post(step(siti, "record_consent"), data | {"given": "no"})
    assert "Pencocokan (v2): ditarik" in client.get(page(siti)).content.decode()
    siti.birth_date = timezone.localdate()
    siti.save()
    said = client.post(step(siti, "record_consent"), data).content.decode()
    assert "wali" in said and Consent.objects.count() == 2
    for row in (ConsentText.objects.first(), Consent.objects.first()):
        assert dpo.get(page(row)).status_code == 200 and dpo.post(page(row), words).status_code == 403


def received(staff: Staff, person: Person, kind: str) -> DataRequest:
    staff["Petugas"].post(step(person, "receive_request"), {"kind": kind, "channel": "loket"})
    return DataRequest.objects.get(person=person, kind=kind)


def test_a_subject_gets_a_copy_of_everything(staff: Staff, siti: Person) -> None:
    made = received(staff, siti, "access")
    assert staff["Petugas"].get(step(made, "answer")).status_code in (302, 403)
    dpo = staff["Petugas Data Pribadi"]
    assert "71 jam lagi" in dpo.get(reverse("admin:beneficiaries_datarequest_changelist")).content.decode()
    answer = dpo.post(step(made, "answer"), {"form": "json", "reason": "diserahkan sendiri"})
    assert answer["Content-Disposition"] == f'attachment; filename="permintaan-{made.pk}.json"'
    assert json.loads(answer.content)["person"]["nik"] == NIK
    made.refresh_from_db()
    assert made.state == "done" and Reveal.objects.get().fields == reveals.EVERYTHING
    again = dpo.post(step(made, "answer"), {"form": "json", "reason": "lagi"}, follow=True)
    assert NIK not in again.content.decode()


def test_a_correction_passes_through_two_hands(staff: Staff, siti: Person, settings: Any) -> None:
    made = received(staff, siti, "correction")
    client = staff["Petugas"]
    said = client.post(step(made, "propose"), {"nik": "123", "name": "Siti A"}).content.decode()
    assert "16 angka" in said
    client.post(step(made, "propose"), {"name": "Siti Aminah Putri", "phone": "0812 9999 0000"})
    assert "Nama, Telepon" in client.get(page(made)).content.decode()
    other = staff["Penyetuju"]
    shown = other.get(step(made, "approve")).content.decode()
    assert "Siti Aminah Putri" in shown and "+6281299990000" in shown and Reveal.objects.get().fields == "proposed"
    assert "+6281299990000" not in other.get(page(made)).content.decode()
    again = other.post(step(made, "approve"), {"reason": ""}).content.decode()
    assert "+6281299990000" in again and Reveal.objects.count() == 2
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 2}
    for refused in (other.get(step(made, "approve")), other.post(step(made, "approve"), {"reason": ""})):
        assert refused.status_code == 302 and "+6281299990000" not in refused.content.decode()
    other.post(step(made, "approve"), {"reason": "cocok dengan KTP"})
    assert Reveal.objects.count() == 2
    siti.refresh_from_db()
    assert (siti.name, siti.phone) == ("Siti Aminah Putri", "+6281299990000")


def test_a_scan_is_opened_with_a_line_in_the_access_log_or_not_at_all(
    staff: Staff, siti: Person, settings: Any
) -> None:
    made = cases.proposal(siti, cases.outsider_nik(), name="Budi", scan=cases.PNG)
    row = representation.propose(made, by=money.officer())
    boss = staff["Penyetuju"]
    assert boss.get(step(row, "open_scan")).content == cases.PNG
    log = Reveal.objects.get()
    assert (log.person, log.fields, log.by.username, log.note) == (siti, "scan", "Penyetuju", str(row))
    assert "pindaian dokumen wakil" in staff["Auditor"].get(page(log)).content.decode()
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 1}
    assert boss.get(step(row, "open_scan")).status_code == 302 and Reveal.objects.count() == 1


def test_nobody_decides_what_they_proposed(staff: Staff, siti: Person) -> None:
    made = received(staff, siti, "erasure")
    dpo = staff["Petugas Data Pribadi"]
    dpo.post(step(made, "propose"))
    assert "harus orang lain" in dpo.get(step(made, "approve")).content.decode()
    dpo.post(step(made, "approve"), {"reason": "diminta"})
    dpo.post(step(made, "refuse"), {"reason": "diminta"})
    made.refresh_from_db()
    assert made.state == "proposed"
    staff["Penyetuju"].post(step(made, "approve"), {"reason": "diminta"})
    siti.refresh_from_db()
    assert siti.erased_at
    assert "(data dihapus)" in dpo.get(page(siti)).content.decode()
    assert dpo.get(reverse("admin:beneficiaries_person_changelist")).status_code == 200
    assert dpo.get(page(siti.household)).status_code == 200


def test_whoever_decides_is_told_whose_request_it_is_and_what_follows(staff: Staff, siti: Person) -> None:
    made = received(staff, siti, "restriction")
    staff["Petugas"].post(step(made, "propose"))
    asked = staff["Penyetuju"].get(step(made, "approve")).content.decode()
    assert all(word in asked for word in ("Siti Aminah", "3171••••••••0001", "Pembatasan", "tidak disaring"))
    badge = "Pemrosesan dibatasi</span>"
    assert badge not in staff["Petugas"].get(page(siti)).content.decode()
    staff["Penyetuju"].post(step(made, "approve"), {"reason": "diminta"})
    assert badge in staff["Petugas"].get(page(siti)).content.decode()


def test_a_hold_is_said_and_nothing_is_erased(staff: Staff) -> None:
    money.pay_out(money.approved_crowd(1))
    person = Person.objects.get()
    made = received(staff, person, "erasure")
    staff["Petugas"].post(step(made, "propose"))
    assert "catatan keuangan" in staff["Penyetuju"].get(step(made, "approve")).content.decode()
    said = staff["Penyetuju"].post(step(made, "approve"), {"reason": "diminta"}, follow=True).content.decode()
    assert "catatan keuangan" in said
    person.refresh_from_db()
    assert person.erased_at is None


def test_the_pages_about_who_was_forgotten_still_open(staff: Staff, siti: Person) -> None:
    officer, second = money.officer(), money.officer()
    representation.propose(
        cases.proposal(siti, cases.outsider_nik(), name="Budi", phone="081233334444", scan=cases.PNG), by=officer
    )
    case = cases.grievance(person=siti, reporter_name="Pak Joko", phone="+6281211112222")
    grievances.note(case, "dicatat", by=officer)
    made = excluded(siti.household)
    objection = objections.file(made, "sudah dijual", channel=Objection.Channel.OFFICE, by=officer)
    objections.deny(objection, second, "masih atas namanya")
    worker = cases.officer("pemeriksa", "Petugas")
    grievances.answer(grievances.assign(case, worker, "", by=officer), "sudah diperiksa", by=worker)
    tell(siti, "vehicle", CAR | {"plate": "B 1 A"})
    erasure.erase(siti, by=second, reason="#1")
    boss = Client()
    boss.force_login(User.objects.create_superuser("admin"))
    rows = [case, made, made.proposal, siti, *Representation.objects.all(), *made.objections.all()]
    for row in [*rows, *Evidence.objects.all()]:
        assert boss.get(page(row)).status_code == 200, row
        assert boss.get(reverse(f"admin:beneficiaries_{row._meta.model_name}_changelist")).status_code == 200, row


def test_late_requests_and_breaches_stand_out(staff: Staff, siti: Person, client: Client, settings: Any) -> None:
    officer = money.officer()
    data_requests.receive(siti, "access", by=officer, received_at=timezone.now() - timedelta(hours=80))
    dpo = staff["Petugas Data Pribadi"]
    assert "terlambat 8 jam" in dpo.get(reverse("admin:beneficiaries_datarequest_changelist")).content.decode()
    then = timezone.localtime() - timedelta(hours=75)
    form = {
        "discovered_at_0": f"{then:%Y-%m-%d}",
        "discovered_at_1": f"{then:%H:%M:%S}",
        "happened": "kemarin",
        "what": "Nama dan alamat 12 orang",
        "how": "Surel salah kirim",
        "remedy": "Penerima diminta menghapus",
    }
    empty = dpo.get(reverse("admin:beneficiaries_breach_add")).content.decode()
    assert "Dicatat oleh" not in empty and "expressions" not in empty
    assert dpo.post(reverse("admin:beneficiaries_breach_add"), form).status_code == 302
    breach = Breach.objects.get()
    assert breach.recorded_by.username == "Petugas Data Pribadi"
    assert "terlambat 3 jam" in dpo.get(reverse("admin:beneficiaries_breach_changelist")).content.decode()
    assert dpo.get(page(breach)).status_code == 200
    assert dpo.post(reverse("admin:beneficiaries_breach_delete", args=[breach.pk]), {"post": "yes"}).status_code == 403
    settings.METRICS_TOKEN = "rahasia"
    told = client.get("/metrics", headers={"Authorization": "Bearer rahasia"}).content.decode()
    assert "salur_privacy_requests_late 1.0" in told and "salur_privacy_breaches_late 1.0" in told


def test_the_sidebar_and_every_list_open_for_the_data_protection_officer(staff: Staff, siti: Person) -> None:
    text = consents.word("x", "X", "…", by=None)
    consents.record(siti, text, given=True, channel="app", by=None)
    reveals.reveal(siti, "nik", by=money.officer(), **WHY)
    dpo = staff["Petugas Data Pribadi"]
    front = dpo.get("/admin/").content.decode()
    for name in ("datarequest", "breach", "consent", "consenttext", "reveal", "revealallowance"):
        address = reverse(f"admin:beneficiaries_{name}_changelist")
        assert address in front and dpo.get(address).status_code == 200
