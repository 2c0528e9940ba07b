"""Proof with objections: what is taken, who may open it, that it is sealed, and that it goes."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db.models import F
from django.test import Client

from beneficiaries import erasure, objection_files, objections, retention, screening, subject_data, uploads
from beneficiaries.models import Objection, ObjectionFile, Person, Proposal, Reveal, UploadBlock
from beneficiaries.screening_errors import ObjectionDecided, ProofRefused, ProofsTooMany
from tests import clock, money
from tests.beneficiaries.evidence_told import CAR, TODAY, excluded, kepgub, screen, tell
from tests.processes import together

PDF, JPEG, PNG = b"%PDF-1.7 kuitansi", b"\xff\xd8\xff\xe0 foto", b"\x89PNG\r\n\x1a\n gambar"
NAME = "kuitansi jual mobil Siti.pdf"


@pytest.fixture
def objection(db: None) -> Objection:
    exclusion = excluded(money.person().household)
    return objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)


# --- what is taken ---


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (JPEG, "image/jpeg"), (PNG, "image/png")])
def test_a_file_is_what_its_first_bytes_say_and_comes_back_whole(
    objection: Objection, content: bytes, kind: str
) -> None:
    made = objection_files.add(objection, "apa saja.txt", content, by=money.officer())
    made = ObjectionFile.objects.get(pk=made.pk)
    assert (made.content_type, made.size, made.name) == (kind, len(content), "apa saja.txt")
    assert objection_files.opened(made) == content


@pytest.mark.parametrize(
    "content", [b"", b"MZ program", b"<html>", b" %PDF-1.7", b"%PDF-" + b"x" * 5 * 2**20, b"GIF89a"]
)
def test_nothing_else_is_taken_and_nothing_is_kept_of_it(objection: Objection, content: bytes) -> None:
    with pytest.raises(ProofRefused):
        objection_files.add(objection, "foto.jpg", content)
    assert not ObjectionFile.objects.exists() and not UploadBlock.objects.exists()


def test_the_largest_file_is_taken(objection: Objection) -> None:
    content = b"%PDF-".ljust(5 * 2**20, b"x")
    assert objection_files.opened(objection_files.add(objection, "besar.pdf", content)) == content
    assert UploadBlock.objects.count() == 5


def test_five_files_and_no_more_each_once(objection: Objection) -> None:
    for number in range(5):
        for _ in range(2):
            objection_files.add(objection, "a.pdf", PDF + bytes([number]))
    assert objection.files.count() == 5  # type: ignore[attr-defined]
    with pytest.raises(ProofsTooMany):
        objection_files.add(objection, "a.pdf", PDF)


def test_nothing_is_added_to_what_was_decided(objection: Objection) -> None:
    objections.deny(objection, money.officer(), "tidak terbukti")
    with pytest.raises(ObjectionDecided):
        objection_files.add(objection, "a.pdf", PDF)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\foto\\a.jpg", "a.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00\nb.pdf", "ab.pdf"),
        ("", "berkas"),
        ("/", "berkas"),
    ],
)
def test_a_name_loses_its_folders_and_what_cannot_be_read(objection: Objection, name: str, kept: str) -> None:
    assert objection_files.add(objection, name, PDF).name == kept
    assert len(objection_files.add(objection, "x" * 300 + ".pdf", JPEG).name) == 100


def test_neither_bytes_nor_name_lie_in_the_clear(objection: Objection) -> None:
    made = objection_files.add(objection, NAME, PDF)
    [block] = UploadBlock.objects.all()
    assert b"kuitansi" not in bytes(block.sealed) and b"Siti" not in bytes(made.name_sealed)


def _add(objection: int, number: int) -> int:
    return objection_files.add(Objection.objects.get(pk=objection), "a.pdf", PDF + bytes([number])).pk


def test_files_sent_at_once_are_counted_one_by_one(processes: None) -> None:
    objection = objections.file(excluded(money.person().household), "Bukan.", channel=Objection.Channel.APP)
    for number in range(3):
        _add(objection.pk, number)
    outcomes = together([(_add, (objection.pk, number)) for number in (3, 4, 5, 6)])
    assert sorted(outcome.error for outcome in outcomes) == ["", "", "proofs_too_many", "proofs_too_many"]
    assert ObjectionFile.objects.count() == UploadBlock.objects.count() == 5


# --- how it goes ---


def test_it_goes_with_the_person(objection: Objection) -> None:
    objection_files.add(objection, NAME, PDF)
    objections.deny(objection, money.officer(), "tidak terbukti")  # until then it keeps them
    erasure.erase(Person.objects.get(), by=money.officer(), reason="diminta orangnya")
    assert not ObjectionFile.objects.exists() and not UploadBlock.objects.exists()


def test_it_goes_when_it_was_kept_long_enough_after_the_decision(objection: Objection, settings: Any) -> None:
    settings.PRIVACY = settings.PRIVACY | {"retention": {"objection_files": 30}}
    objection_files.add(objection, NAME, PDF)
    assert retention.drop() == {"objection_files": 0}
    objections.deny(objection, money.officer(), "tidak terbukti")
    assert retention.drop() == {"objection_files": 0}
    with clock.moved(days=31):
        assert retention.drop() == {"objection_files": 1}
    assert not UploadBlock.objects.exists()


def test_sweeping_abandoned_uploads_leaves_it(objection: Objection) -> None:
    made = objection_files.add(objection, NAME, PDF)
    UploadBlock.objects.update(created_at=F("created_at") - timedelta(days=2))
    assert uploads.forget_abandoned() == 0
    assert objection_files.opened(made) == PDF


def _files(told: subject_data.Told) -> list[dict[str, Any]]:
    """The rows under whatever title tells of proof files."""
    rows = (row for title, rows in told["kept_elsewhere"].items() if title.startswith("berkas bukti") for row in rows)
    return list(rows)


def test_the_persons_data_lists_its_name_and_date(objection: Objection) -> None:
    made = objection_files.add(objection, NAME, PDF)
    told = subject_data.collect(Person.objects.get())
    [file] = _files(told)
    assert file["name"] == NAME and made.created_at.isoformat() in file.values()
    assert made.sha256 not in subject_data.as_text(told) and NAME in subject_data.as_text(told)
    assert _files(subject_data.collect(money.person())) == []


# --- in the office ---


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    """An officer of the desk, and one who decides."""
    call_command("roles", stdout=StringIO())
    found = {}
    for role in ("Petugas", "Penyetuju"):
        officer = User.objects.create_user(role.lower(), is_staff=True)
        officer.groups.add(Group.objects.get(name=role))
        found[role.lower()] = Client()
        found[role.lower()].force_login(officer)
    return found


def url(objection: Objection, step: str) -> str:
    return f"/admin/beneficiaries/objection/{objection.pk}/{step}"


def test_the_desk_adds_a_file_and_sees_its_line(clients: dict[str, Client], objection: Objection) -> None:
    desk = clients["petugas"]
    assert "Tambah berkas bukti" in desk.get(url(objection, "change/")).content.decode()
    sent = desk.post(url(objection, "add_proof/"), {"file": SimpleUploadedFile("kuitansi.pdf", PDF)}, follow=True)
    assert "Berkas bukti disimpan." in sent.content.decode() and "kuitansi.pdf" in sent.content.decode()
    assert ObjectionFile.objects.get().by == User.objects.get(username="petugas")
    refused = desk.post(url(objection, "add_proof/"), {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert "PDF, JPEG atau PNG" in refused.content.decode() and ObjectionFile.objects.count() == 1
    assert desk.get(url(objection, "open_proof/")).status_code == 403


def test_who_decides_opens_it_and_that_is_written_down_first(clients: dict[str, Client], objection: Objection) -> None:
    made = objection_files.add(objection, NAME, PDF)
    decider = clients["penyetuju"]
    assert decider.get(url(objection, "add_proof/")).status_code == 403
    assert decider.get(url(objection, "open_proof/")).status_code == 200 and not Reveal.objects.exists()
    assert decider.post(url(objection, "open_proof/"), {"file": made.pk + 1}).status_code == 200
    assert not Reveal.objects.exists()
    answer = decider.post(url(objection, "open_proof/"), {"file": made.pk})
    assert answer.content == PDF and answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment") and NAME not in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"
    looked = Reveal.objects.get()
    assert (looked.fields, looked.by, looked.household) == (
        "proof",
        User.objects.get(username="penyetuju"),
        objection.exclusion.household,
    )


def test_who_accepted_the_exclusion_opens_nothing(clients: dict[str, Client], db: None) -> None:
    kepgub()
    tell(money.person(), "vehicle", CAR)
    screen()
    own = User.objects.get(username="penyetuju")
    exclusion = screening.accept(Proposal.objects.get(), own, "cocok", TODAY)
    objection = objections.file(exclusion, "Bukan.", channel=Objection.Channel.OFFICE)
    made = objection_files.add(objection, NAME, PDF)
    answer = clients["penyetuju"].post(url(objection, "open_proof/"), {"file": made.pk}, follow=True)
    assert "diputuskan petugas lain" in answer.content.decode() and not Reveal.objects.exists()
