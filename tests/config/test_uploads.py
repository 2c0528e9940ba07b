"""Uploads: whatever is sent to whichever page, in the clear it lies in memory only, and what is too large is said to be."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from beneficiaries import objections
from beneficiaries.models import Objection, ObjectionFile, RegistryImport, Representation, UploadBlock
from mobile import devices
from tests import money
from tests.beneficiaries import cases
from tests.beneficiaries.evidence_told import excluded
from tests.mobile import people

LARGE = b"%PDF-1.7 kuitansi Siti ".ljust(7 * 2**20, b"x")
MEGABYTE = 2**20

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(*_: Any, **__: Any) -> None:
        pytest.fail("a temporary file was made")

    for name in ("_mkstemp_inner", "TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, made)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", made)


@pytest.fixture
def office() -> Client:
    call_command("roles", stdout=StringIO())
    client = Client()
    client.force_login(User.objects.create_superuser("kepala"))
    return client


def file(content: bytes = LARGE) -> SimpleUploadedFile:
    return SimpleUploadedFile("kuitansi.pdf", content)


def objection() -> Objection:
    exclusion = excluded(money.person().household)
    return objections.file(exclusion, "Mobil sudah dijual.", channel=Objection.Channel.OFFICE)


@pytest.mark.usefixtures("no_temporary_files")
def test_a_proof_at_the_desk(office: Client) -> None:
    answer = office.post(f"/admin/beneficiaries/objection/{objection().pk}/add_proof/", {"file": file()})
    assert "paling besar 5 MB. Foto ulang" in answer.content.decode()
    assert not ObjectionFile.objects.exists() and not UploadBlock.objects.exists()


@pytest.mark.usefixtures("no_temporary_files")
def test_a_scan_of_a_guardians_document(office: Client) -> None:
    url = "/admin/beneficiaries/representation/add/"
    assert 'name="scan"' in office.get(url).content.decode()
    answer = office.post(url, {"for_nik": cases.person().nik, "scan": file()})
    assert "Berkas lebih besar dari 2000 KB." in answer.content.decode().replace(".000", "000")
    assert not Representation.objects.exists()


@pytest.mark.usefixtures("no_temporary_files")
@pytest.mark.parametrize("kind", ["registryimport", "evidenceimport"])
def test_a_file_of_an_import(office: Client, kind: str, settings: Any) -> None:
    settings.REGISTRY = settings.REGISTRY | {"upload_limit": MEGABYTE}
    answer = office.post(f"/admin/beneficiaries/{kind}/add/", {"file": file()})
    assert "lebih besar dari" in answer.content.decode()
    assert not RegistryImport.objects.exists() and not UploadBlock.objects.exists()


@pytest.mark.usefixtures("no_temporary_files")
def test_a_proof_from_the_phone(monkeypatch: pytest.MonkeyPatch) -> None:
    siti = people.register()
    exclusion = excluded(siti.household)
    objections.file(exclusion, "Sudah dijual.", channel=Objection.Channel.APP)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {devices.issue(siti, 'HP')[1]}")
    for most, status in ((5_300_000, 413), (10**8, 400)):  # refused unread, and read
        monkeypatch.setattr("mobile.exclusion_views.ObjectionFilesView.body_bytes", most)
        answer = client.post("/api/v1/objections/files", {"exclusion": exclusion.pk, "file": file()})
        assert answer.status_code == status
    assert answer.json()["error"]["code"] == "file_refused"
    assert not UploadBlock.objects.exists()


@pytest.mark.usefixtures("no_temporary_files")
def test_where_no_file_is_asked_for() -> None:
    assert Client().post("/admin/login/", {"username": "x", "password": "y", "file": file()}).status_code == 200


# --- What is kept in memory ---


def sent(**files: bytes) -> Callable[[str], Any]:
    request = RequestFactory().post("/", {name: file(content) for name, content in files.items()})
    return request.FILES.__getitem__


def test_what_is_small_comes_whole() -> None:
    got = sent(a=b"satu", b=b"\0" * 5 * MEGABYTE)
    assert got("a").read() == b"satu" and got("b").read() == b"\0" * 5 * MEGABYTE
    assert (got("a").name, got("a").size, got("b").size) == ("kuitansi.pdf", 4, 5 * MEGABYTE)


def test_of_what_is_too_large_nothing_is_kept_but_how_large_it_was() -> None:
    got = sent(a=LARGE, b=b"satu")
    assert (got("a").read(), got("a").size) == (b"", len(LARGE))
    assert got("b").read() == b"satu"


def test_many_files_have_no_more_room_than_one() -> None:
    got = sent(**{str(number): b"x" * 4 * MEGABYTE for number in range(3)})
    assert [len(got(str(number)).read()) for number in range(3)] == [4 * MEGABYTE, 0, 0]


def test_an_empty_file_is_one() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.pdf"\r\n\r\n\r\n--x--\r\n'
    request = RequestFactory().generic(
        "POST", "/", BytesIO(body).read(), content_type="multipart/form-data; boundary=x"
    )
    assert request.FILES["a"].size == 0 and request.FILES["a"].read() == b""


def test_there_is_room_for_the_largest_that_a_page_takes(settings: Any) -> None:
    largest = max(settings.SCREENING["proof_bytes"], settings.REGISTRY["scan_bytes"])
    assert largest < settings.FILE_UPLOAD_MAX_MEMORY_SIZE
