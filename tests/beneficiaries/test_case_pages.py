"""Guardians and grievances in the office: who may take which step, what the pages tell, and what they keep to themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import erasure, grievances, representation
from beneficiaries.models import Grievance, GrievanceCategory, Person, Representation
from mobile import notices
from mobile.models import Notice
from tests import clock, money
from tests.beneficiaries import cases

K, S = Representation.Kind, Grievance.Status
ROLES = ("Petugas", "Penyetuju", "Bendahara", "Auditor")


@pytest.fixture
def officers(db: None) -> dict[str, User]:
    call_command("roles", verbosity=0, stdout=open("/dev/null", "w"))  # noqa: SIM115
    made = {name: cases.officer(name.lower(), name) for name in ROLES}
    made["Kedua"] = cases.officer("kedua", "Penyetuju")
    made["admin"] = User.objects.create_superuser("admin", password="x")
    return made


@pytest.fixture
def browser(officers: dict[str, User]) -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(officers[role])
        return client

    return make


@pytest.fixture
def belum(officers: dict[str, User]) -> GrievanceCategory:
    return GrievanceCategory.objects.get(code="belum-terima")


def page(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def post(client: Client, address: str, **data: Any) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def at(row: Any, step: str) -> str:
    return f"/admin/beneficiaries/{row._meta.model_name}/{row.pk}/{step}/"


def ticket(**changed: Any) -> Grievance:
    return cases.grievance(category=GrievanceCategory.objects.get(code="belum-terima"), **changed)


# --- from a person's page ---


def test_who_shall_act_for_somebody_is_proposed_from_their_page(browser: Callable[[str], Client]) -> None:
    person, helper = cases.person(name="Siti Aminah"), cases.person()
    client = browser("Petugas")
    assert at(person, "propose_representative") in page(client, at(person, "change"))
    asked = page(client, at(person, "propose_representative"))
    assert "Siti Aminah" in asked and 'name="for_nik"' not in asked and person.nik not in asked
    data = {"kind": "collector", "nik": helper.nik, "starts_on": "2026-12-01", "document_number": "SK-1"}
    post(client, at(person, "propose_representative"), document="power_of_attorney", **data)
    made = Representation.objects.get()
    assert (made.for_person, made.representative, made.status) == (person, helper, "proposed")


@pytest.mark.parametrize("own", [True, False], ids=["their own", "a neighbour's"])
def test_a_grievance_is_filed_from_the_page_of_whom_it_is_about(
    own: bool, browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    person, neighbour = cases.person(name="Siti Aminah"), cases.person()
    client = browser("Petugas")
    assert at(person, "file_grievance") in page(client, at(person, "change"))
    asked = page(client, at(person, "file_grievance"))
    assert "Siti Aminah" in asked and 'name="person"' not in asked and person.nik not in asked
    data = {"category": belum.pk, "priority": "normal", "text": "Belum masuk.", "reporter": neighbour.nik}
    if own:
        refused = post(client, at(person, "file_grievance"), own="on", **data)
        assert "pelapornya satu" in refused and not Grievance.objects.exists()
        data |= {"own": "on", "reporter": ""}
    post(client, at(person, "file_grievance"), **data)
    made = Grievance.objects.get()
    assert (made.person, made.household) == (person, person.household)
    assert (made.reporter, made.origin) == (person if own else neighbour, "officer")


def test_a_ticket_of_the_open_page_is_related_to_whom_and_what_it_is_about_once_that_is_known(
    browser: Callable[[str], Client],
) -> None:
    case, person, client = ticket(), cases.person(name="Siti Aminah"), browser("Petugas")
    assert at(case, "relate") in page(client, at(case, "change"))
    assert "tidak ada" in post(client, at(case, "relate"), person=cases.outsider_nik()).lower()
    for fields in ({"person": person.nik}, {"person": person.nik}, {}):
        said = post(client, at(case, "relate"), **fields)
    assert "sudah tentang itu" in said
    case.refresh_from_db()
    assert (case.person, case.household, case.payment) == (person, person.household, None)
    [note] = case.messages.all()
    assert (note.kind, note.text, note.by.username) == ("note", f"Tentang: orang #{person.pk}", "petugas")
    assert case.number in page(client, at(person, "change"))
    made = money.programme()
    post(client, at(case, "relate"), subject_kind="programme", subject_id=made.pk)
    case.refresh_from_db()
    assert (case.subject_kind, case.subject_id, case.person) == ("programme", made.pk, person)


def test_a_closed_ticket_is_related_to_nobody(browser: Callable[[str], Client]) -> None:
    case, person, client = ticket(), cases.person(), browser("Petugas")
    worker = cases.officer("pemeriksa", "Petugas")
    grievances.answer(grievances.take(case, by=worker), "Sudah.", by=worker)
    grievances.close(case, "selesai", satisfied=None, by=worker)
    assert at(case, "relate") not in page(client, at(case, "change"))
    assert "Ditutup" in post(client, at(case, "relate"), person=person.nik)
    case.refresh_from_db()
    assert case.person is None and not case.messages.filter(kind="note").exists()


def test_nobody_is_named_in_the_notes_of_a_ticket_that_turned_out_to_be_about_another(
    browser: Callable[[str], Client],
) -> None:
    """Who was meant by mistake is forgotten with the tickets about them, and this is not one of these any more."""
    case, first, second = ticket(), cases.person(name="Siti Aminah"), cases.person()
    client = browser("Petugas")
    for person in (first, second):
        post(client, at(case, "relate"), person=person.nik)
    erasure.erase(first, by=None, reason="diminta")
    assert "Siti Aminah" not in page(client, at(case, "change"))


def test_who_died_is_not_taken_for_the_reporter(browser: Callable[[str], Client]) -> None:
    client, living = browser("Petugas"), cases.person()
    dead = cases.person(status="deceased", deceased_on=date(2026, 11, 1))
    ticked = [
        re.search('name="own"[^>]* checked[ >]', page(client, at(one, "file_grievance"))) for one in (living, dead)
    ]
    assert ticked[0] and not ticked[1]


@pytest.mark.parametrize("gone", ["merged", "erased"])
def test_from_the_page_of_a_row_that_is_no_more_nothing_is_filed_about_it(
    gone: str, browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    person, survivor, helper, client = cases.person(), cases.person(), cases.person(), browser("Petugas")
    if gone == "merged":
        Person.objects.filter(pk=person.pk).update(status="merged", merged_into=survivor)
    else:
        erasure.erase(person, by=None, reason="diminta")
    offered = page(client, at(person, "change"))
    steps = [at(person, step) in offered for step in ("file_grievance", "propose_representative")]
    assert steps == [gone == "merged"] * 2
    data = {"category": belum.pk, "priority": "normal", "text": "Belum masuk.", "own": "on"}
    post(client, at(person, "file_grievance"), **data)
    data = {"kind": "collector", "nik": helper.nik, "starts_on": "2026-12-01", "document_number": "SK-1"}
    post(client, at(person, "propose_representative"), document="power_of_attorney", **data)
    found = [(row.reporter, row.person) for row in Grievance.objects.all()]
    assert found == ([(survivor, survivor)] if gone == "merged" else [])
    assert [row.for_person for row in Representation.objects.all()] == ([survivor] if gone == "merged" else [])


# --- roles ---


def test_each_step_is_for_its_roles_alone(officers: dict[str, User], browser: Callable[[str], Client]) -> None:
    row = representation.propose(
        cases.proposal(cases.person(), cases.outsider_nik(), name="Budi", scan=cases.PNG), by=officers["Kedua"]
    )
    case = ticket()
    workers, boss = {"Petugas", "Penyetuju"}, {"Penyetuju"}
    seen = {"Petugas", "Penyetuju", "Auditor"}
    steps = {
        "/admin/beneficiaries/representation/": seen,
        "/admin/beneficiaries/representation/add/": {"Petugas"},
        at(row, "approve"): boss,
        at(row, "refuse"): workers,
        at(row, "end"): workers,
        at(row, "open_scan"): seen,
        "/admin/beneficiaries/ward/": seen,
        "/admin/beneficiaries/grievance/": seen,
        "/admin/beneficiaries/grievance/add/": workers,
        at(row.for_person, "propose_representative"): {"Petugas"},
        at(row.for_person, "file_grievance"): workers,
        at(case, "change"): seen,
        **{at(case, step): workers for step in ("relate", "take_it", "answer", "note", "say", "close", "reopen")},
        **{at(case, step): boss for step in ("assign", "sort")},
        "/admin/beneficiaries/grievancecategory/add/": boss,
        "/admin/mobile/notice/": {"Petugas", "Auditor"},
    }
    for address, may in steps.items():
        for role in ROLES:
            expected = 200 if role in may else 403
            assert browser(role).get(address).status_code == expected, (role, address)
            if expected == 403:
                assert browser(role).post(address, {"reason": "x", "text": "x"}).status_code == 403, (role, address)


def test_nothing_is_changed_or_deleted_by_hand(officers: dict[str, User], browser: Callable[[str], Client]) -> None:
    row = representation.propose(
        cases.proposal(cases.person(), cases.outsider_nik(), name="Budi"), by=officers["Petugas"]
    )
    for one in (row, ticket()):
        assert 'name="_save"' not in page(browser("admin"), at(one, "change"))
        assert browser("admin").post(at(one, "change"), {"status": "closed"}).status_code == 403
        assert browser("admin").post(at(one, "delete"), {"post": "yes"}).status_code == 403


# --- guardians ---


def proposed(client: Client, for_person: Person, nik: str, **changed: Any) -> str:
    data = {
        "for_nik": for_person.nik,
        "kind": "guardian",
        "nik": nik,
        "starts_on": timezone.localdate().isoformat(),
        "document": "family_card",
        "document_number": "KK-1",
    }
    return post(client, "/admin/beneficiaries/representation/add/", **(data | changed))


def test_one_officer_proposes_with_the_document_and_another_approves(
    officers: dict[str, User], browser: Callable[[str], Client]
) -> None:
    minor, nik = cases.child(name="Aisyah"), cases.outsider_nik()
    scan = SimpleUploadedFile("kk.png", cases.PNG, content_type="text/html")
    said = proposed(browser("Petugas"), minor, nik, name="Budi Santoso", phone="081234567890", scan=scan)
    assert "orang lain harus menyetujuinya" in said and nik not in said
    row = Representation.objects.get()
    shown = page(browser("Penyetuju"), at(row, "change"))
    assert "Budi Santoso" in shown and "Aisyah" in shown and nik not in shown and "1234567" not in shown
    assert f"{nik[:4]}••••••••{nik[-4:]}" in shown
    opened = browser("Penyetuju").get(at(row, "open_scan"))
    assert (opened.content, opened["Content-Type"]) == (cases.PNG, "image/png")
    assert opened["Content-Disposition"].startswith("attachment") and "no-store" in opened["Cache-Control"]
    assert opened["X-Content-Type-Options"] == "nosniff"
    assert LogEntry.objects.filter(change_message__contains="dibuka", user=officers["Penyetuju"]).exists()
    assert "Menunggu persetujuan" in page(browser("Penyetuju"), "/admin/beneficiaries/representation/")
    post(browser("Penyetuju"), at(row, "approve"), reason="cocok dengan KK")
    row.refresh_from_db()
    assert (row.status, row.decision_reason) == ("approved", "cocok dengan KK")
    assert "Budi Santoso" in page(browser("Petugas"), f"/admin/beneficiaries/person/{minor.pk}/change/")
    post(browser("Petugas"), at(row, "end"), reason="anak sudah dewasa")
    row.refresh_from_db()
    assert (row.status, row.end_reason) == ("ended", "anak sudah dewasa")


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_cannot_approve_whoever_it_is(
    officers: dict[str, User], browser: Callable[[str], Client], superuser: bool
) -> None:
    maker = officers["Petugas"]
    maker.groups.add(Group.objects.get(name="Penyetuju"))
    User.objects.filter(pk=maker.pk).update(is_superuser=superuser)
    proposed(browser("Petugas"), cases.child(), cases.person().nik)
    row = Representation.objects.get()
    opened = page(browser("Petugas"), at(row, "approve"))
    assert "harus orang lain yang menyetujuinya" in opened and "Setujui</button>" not in opened
    assert "bukan yang mengusulkannya" in post(browser("Petugas"), at(row, "approve"), reason="x")
    row.refresh_from_db()
    assert row.status == "proposed"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"for_nik": "3171010101010001"}, "Tidak ada orang dengan NIK itu di registri."),
        ({"nik": "123"}, "seharusnya 16 angka"),
        ({}, "Isi namanya seperti pada KTP"),
        ({"name": "Budi", "scan": SimpleUploadedFile("x.png", b"<script>")}, "harus PDF, JPEG atau PNG"),
        ({"name": "Budi", "scan": SimpleUploadedFile("x.pdf", b"%PDF-" + bytes(2_000_000))}, "lebih besar dari 2"),
        ({"name": "Budi", "ends_on": "2020-01-01"}, "sebelum tanggal mulai"),
    ],
)
def test_a_refused_proposal_says_why_on_its_page(
    browser: Callable[[str], Client], changed: dict[str, Any], said: str
) -> None:
    data = {"nik": cases.outsider_nik()} | changed
    assert said in proposed(browser("Petugas"), cases.child(), data.pop("nik"), **data)
    assert not Representation.objects.exists()


def test_the_queues_count_who_waits_ends_and_lost_the_right(
    officers: dict[str, User], browser: Callable[[str], Client]
) -> None:
    for days in (None, 10, 90):
        # The last was approved a hundred days ago, and is over.
        with clock.moved(days=-100 if days == 90 else 0):
            ends_on = timezone.localdate() + timedelta(days=days) if days else None
            row = representation.propose(
                cases.proposal(cases.person(), cases.outsider_nik(), name=f"Wakil {days}", ends_on=ends_on),
                by=officers["Petugas"],
            )
            if days:
                representation.approve(row, by=officers["Penyetuju"])
    over = Representation.objects.latest("pk")
    listed = "/admin/beneficiaries/representation/"
    context = browser("Petugas").get(listed).context
    assert [(str(name), count) for name, count, _url in context["queues"]] == [
        ("Menunggu persetujuan", 1),
        ("Segera berakhir", 1),
        ("Tidak lagi berhak", 1),
    ]
    for queue, name in (("waiting", "Wakil None"), ("ending", "Wakil 10"), ("lapsed", "Wakil 90")):
        shown = page(browser("Petugas"), listed, antrean=queue)
        assert [f"Wakil {days}" in shown for days in (None, 10, 90)] == [
            name == f"Wakil {days}" for days in (None, 10, 90)
        ]
    assert "Tidak lagi berhak" in page(browser("Petugas"), at(over, "change"))


def test_found_by_either_side_and_by_an_outsiders_nik(
    officers: dict[str, User], browser: Callable[[str], Client]
) -> None:
    holder, nik = cases.person(name="Siti Aminah"), cases.outsider_nik()
    representation.propose(cases.proposal(holder, nik, name="Budi"), by=officers["Petugas"])
    representation.propose(cases.proposal(cases.person(), cases.person(name="Neneng").nik), by=officers["Petugas"])
    listed = "/admin/beneficiaries/representation/"
    for term, budi, neneng in (
        (nik, True, False),
        (holder.nik, True, False),
        ("neneng", False, True),
        ("tidak ada", False, False),
    ):
        shown = browser("Petugas").get(listed, {"q": term}, follow=True).content.decode()
        assert ("Budi" in shown, ">Neneng" in shown) == (budi, neneng), term


def test_those_who_need_a_guardian_are_counted_and_listed(
    officers: dict[str, User], browser: Callable[[str], Client]
) -> None:
    minor = cases.child(name="Aisyah")
    cases.person(name="Neneng")
    context = browser("Petugas").get("/admin/beneficiaries/ward/").context
    assert [count for _name, count, _url in context["queues"]] == [0, 1, 1]
    shown = page(browser("Petugas"), "/admin/beneficiaries/ward/", antrean="none")
    assert "Aisyah" in shown and "Neneng" not in shown
    assert f"/admin/beneficiaries/person/{minor.pk}/change/" in shown


# --- grievances ---


def test_an_anonymous_report_is_filed_and_its_number_said(
    browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    data = {"category": belum.pk, "priority": "normal", "text": "Ada pungutan di RT."}
    said = post(browser("Petugas"), "/admin/beneficiaries/grievance/add/", **data)
    row = Grievance.objects.get()
    assert row.number in said and "Ada pungutan di RT." in said and "tanpa nama" in said
    assert (row.origin, row.reporter, row.person, row.phone) == ("community", None, None, "")


def test_a_report_names_reporter_person_and_what_it_is_about(
    browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    reporter, person = cases.person(name="Neneng"), cases.person(name="Aisyah")
    data = {
        "category": belum.pk,
        "priority": "high",
        "text": "Tetangga saya belum menerima.",
        "reporter": reporter.nik,
        "phone": "0812-3456-7890",
        "person": person.nik,
    }
    said = post(browser("Petugas"), "/admin/beneficiaries/grievance/add/", **data)
    row = Grievance.objects.get()
    assert (row.origin, row.reporter, row.person) == ("officer", reporter, person)
    assert row.phone == "+6281234567890" and "81234567890" not in said and "0812-••••-•890" in said
    shown = page(browser("Petugas"), f"/admin/beneficiaries/person/{person.pk}/change/")
    assert row.number in shown
    assert row.number not in page(browser("Petugas"), f"/admin/beneficiaries/person/{reporter.pk}/change/")


def test_what_it_is_about_is_resolved_by_the_app_above(
    browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    from disbursement.models import Programme
    from tests import money

    money.programme()
    programme = Programme.objects.get()
    data = {"category": belum.pk, "priority": "normal", "text": "x", "subject_kind": "programme"}
    address = "/admin/beneficiaries/grievance/add/"
    assert "Nomor itu tidak ada." in post(browser("Petugas"), address, **data, subject_id=programme.pk + 1)
    assert "Isi keduanya" in post(browser("Petugas"), address, **data)
    assert "Tidak ada belanja" in post(browser("Petugas"), address, **data, subject_id=programme.pk, payment="1")
    assert not Grievance.objects.exists()
    said = post(browser("Petugas"), address, **data, subject_id=programme.pk)
    assert f"/admin/disbursement/programme/{programme.pk}/change/" in said


def test_from_the_queue_to_the_answer_and_back(
    officers: dict[str, User], browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    row, client = ticket(), browser("Petugas")
    counts = lambda: [count for _n, count, _u in client.get("/admin/beneficiaries/grievance/").context["queues"]]  # noqa: E731
    assert counts() == [0, 1, 0, 1]
    assert "sekarang tugas Anda" in post(client, at(row, "take_it"))
    assert counts() == [1, 0, 0, 1]
    post(client, at(row, "note"), text="Bank ditelepon.")
    assert "Dijawab" in post(client, at(row, "answer"), text="Dibayar tanggal 27.")
    post(client, at(row, "say"), text="Belum masuk juga.")
    row.refresh_from_db()
    assert row.status == S.REOPENED
    post(browser("Penyetuju"), at(row, "assign"), officer=officers["Petugas"].pk, reason="lanjutkan")
    post(client, at(row, "answer"), text="Sekarang sudah.")
    post(client, at(row, "close"), satisfied="yes", reason="pelapor menelepon")
    shown = page(client, at(row, "change"))
    for text in ("Bank ditelepon.", "Dibayar tanggal 27.", "Belum masuk juga.", "Sekarang sudah.", "pelapor menelepon"):
        assert text in shown
    assert "Pelapor menulis lagi." in shown and "lanjutkan" in shown
    row.refresh_from_db()
    assert (row.status, row.satisfied) == (S.CLOSED, True)
    post(client, at(row, "reopen"), reason="ternyata belum")
    row.refresh_from_db()
    assert row.status == S.REOPENED
    assert not LogEntry.objects.filter(change_message__contains="Bank ditelepon").exists()


def test_a_step_that_is_not_its_turn_is_a_message(
    officers: dict[str, User], browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    row = ticket()
    grievances.take(row, by=officers["Petugas"])
    assert "tidak berlaku lagi" in post(browser("Penyetuju"), at(row, "answer"), text="x")
    assert "tidak berlaku lagi" in post(browser("Penyetuju"), at(row, "take_it"))
    shown = page(browser("Penyetuju"), at(row, "change"))
    assert "/take_it/" not in shown and "/answer/" not in shown and "/assign/" in shown
    assert "/close/" not in shown and "/reopen/" not in shown


def test_late_tickets_are_red_and_escalated_ones_are_the_supervisors(
    browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    row = cases.overdue(category=belum)
    assert row.number in page(browser("Petugas"), "/admin/beneficiaries/grievance/", antrean="late")
    assert "Lewat tenggat." in page(browser("Petugas"), at(row, "change"))
    list(grievances.escalate_late())
    assert "ditangani oleh Penyetuju" in post(browser("Petugas"), at(row, "take_it"))
    unassigned = page(browser("Penyetuju"), "/admin/beneficiaries/grievance/", antrean="unassigned")
    assert row.number in unassigned and "Dieskalasi" in unassigned


def test_a_queue_begins_with_what_is_due_first(browser: Callable[[str], Client], belum: GrievanceCategory) -> None:
    late, newer = cases.overdue(category=belum), ticket()
    for query, first in (({}, newer), ({"antrean": "open"}, late)):
        rows = browser("Petugas").get("/admin/beneficiaries/grievance/", query).context["cl"].result_list
        assert rows[0].number == first.number


def test_a_ticket_is_found_by_its_number_as_it_is_said_and_a_misheard_one_is_told(
    browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    person = cases.person()
    row, other = ticket(person=person), ticket()
    listed, client = "/admin/beneficiaries/grievance/", browser("Petugas")
    for term in (row.number, row.number.lower().replace("-", " "), person.nik):
        shown = page(client, listed, q=term)
        assert row.number in shown and other.number not in shown, term
    wrong = row.number[:-1] + str((int(row.number[-1]) + 1) % 10)
    assert "salah dengar atau salah ketik" in page(client, listed, q=wrong)
    assert client.get(listed, {"q": "\x00"}).status_code in (200, 302)


def test_categories_are_the_supervisors_to_change(browser: Callable[[str], Client], belum: GrievanceCategory) -> None:
    data = {
        "name": "Belum terima",
        "deadline_days": 4,
        "escalation_days": 2,
        "group": belum.group_id,
        "supervisors": belum.supervisors_id,
        "active": "on",
    }
    post(browser("Penyetuju"), at(belum, "change"), **data)
    belum.refresh_from_db()
    assert (belum.code, belum.name, belum.deadline_days) == ("belum-terima", "Belum terima", 4)
    assert browser("Petugas").post(at(belum, "change"), data).status_code == 403


def test_the_lists_ask_as_often_for_many_rows_as_for_few(
    officers: dict[str, User], browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    client = browser("Petugas")

    def fill(many: int) -> None:
        for _ in range(many):
            ticket(person=cases.child())
            proposal = cases.proposal(cases.person(), cases.outsider_nik(), name="Budi")
            representation.propose(proposal, by=officers["Petugas"])

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            page(client, address)
        return len(seen)

    lists = [f"/admin/beneficiaries/{name}/" for name in ("grievance", "representation", "ward")]
    fill(2)
    for address in lists:
        asked(address)
    few = [asked(address) for address in lists]
    fill(6)
    assert [asked(address) for address in lists] == few


def test_answers_that_could_not_be_sent_are_on_the_offices_list(
    officers: dict[str, User], browser: Callable[[str], Client], belum: GrievanceCategory
) -> None:
    row = grievances.take(ticket(reporter=cases.person()), by=officers["Petugas"])
    message = grievances.answer(row, "Sudah.", by=officers["Petugas"])
    notices.tell(Notice.Kind.ANSWERED, message.pk, [row.reporter_id])
    assert "Aduan dijawab" in page(browser("Petugas"), "/admin/mobile/delivery/", antrean="kantor")
    assert row.number in page(browser("Petugas"), f"/admin/mobile/notice/{Notice.objects.get().pk}/change/")
