"""Imports in the office: who may do what, what each page says, and that none of them gives anybody away."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from beneficiaries import registry, registry_changes, registry_undo, registry_work, uploads
from beneficiaries.models import ImportProgress, Person, RegistryImport, Reveal, UploadBlock
from tests.beneficiaries.conftest import ADDRESS, Row, person
from tests.beneficiaries.imports import again, committed, content, previewed, saved, uploaded
from tests.beneficiaries.workbooks import several, sheet

pytestmark = pytest.mark.usefixtures("committed_db")
S = RegistryImport.State
ADD = "/admin/beneficiaries/registryimport/add/"
As = Callable[[str], Client]


@pytest.fixture
def officers() -> dict[str, User]:
    call_command("roles", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
    made = {}
    for role in ("Petugas", "Penyetuju", "Bendahara", "Auditor"):
        made[role.lower()] = User.objects.create_user(role.lower(), is_staff=True)
        made[role.lower()].groups.add(Group.objects.get(name=role))
    made["kosong"] = User.objects.create_user("kosong", is_staff=True)
    made["admin"] = User.objects.create_superuser("admin")
    return made


@pytest.fixture
def signed_in(officers: dict[str, User]) -> As:
    def client(name: str) -> Client:
        made = Client(enforce_csrf_checks=False)
        made.force_login(officers[name])
        return made

    return client


def address(run: RegistryImport, page: str = "change/") -> str:
    return f"/admin/beneficiaries/registryimport/{run.pk}/{page}"


def post_file(client: Client, *rows: Row, **data: Any) -> Any:
    file = SimpleUploadedFile("dtsen.csv", content(*rows))
    return client.post(ADD, {"file": file} | data, follow=True)


def text(client: Client, url: str, **query: Any) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def seen(run: RegistryImport) -> dict[str, str]:
    """What the page of saving sends back of the preview that it showed."""
    return {"seen": f"{run.previewed_at:%Y-%m-%dT%H:%M:%S.%f%z}"}


# --- Uploading ---


def test_an_upload_lands_sealed_and_is_looked_at(signed_in: As, officers: dict[str, User]) -> None:
    client = signed_in("petugas")
    assert 'enctype="multipart/form-data"' in text(client, ADD)
    page = post_file(client, person(), person(2, DESIL="0"), source=" DTSEN  2026 ").content.decode()
    run = RegistryImport.objects.get()
    assert (run.state, run.source, run.complete, run.by, run.file_name) == (
        S.UPLOADED,
        "DTSEN 2026",
        False,
        officers["petugas"],
        "dtsen.csv",
    )
    assert "sedang diperiksa" in page and 'data-live="1"' in page
    assert b"SITI" not in bytes(UploadBlock.objects.get().sealed)
    registry_work.check(run.pk)
    page = text(client, address(run))
    assert "Ini yang akan terjadi" in page and 'data-live="0"' in page
    assert re.search(r"Orang baru</div><div class=\"amount\">1<", page)
    assert "1 × DESIL: Bukan bilangan bulat 1 sampai 10." in page
    assert not Person.objects.exists()


def test_a_form_that_is_refused_says_why_and_keeps_no_file(signed_in: As, settings: Any) -> None:
    client = signed_in("petugas")
    page = post_file(client, person(), complete="on").content.decode()
    assert "Isi sumbernya" in page
    assert "Berkas registri" in client.post(ADD, {"source": "DTSEN"}).content.decode()
    settings.REGISTRY = settings.REGISTRY | {"upload_limit": 100}
    assert "lebih besar dari" in post_file(client, person(), person(2)).content.decode()
    assert not RegistryImport.objects.exists() and not UploadBlock.objects.exists()


def test_a_forged_upload_is_refused(officers: dict[str, User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(officers["petugas"])
    assert post_file(client, person()).status_code == 403
    assert not RegistryImport.objects.exists()
    client.get(ADD)
    token = client.cookies["csrftoken"].value
    assert post_file(client, person(), csrfmiddlewaretoken=token).status_code == 200
    assert RegistryImport.objects.count() == 1


def test_who_may_not_upload_leaves_nothing(signed_in: As) -> None:
    for name in ("penyetuju", "bendahara", "auditor", "kosong"):
        assert post_file(signed_in(name), person()).status_code == 403, name
    assert post_file(Client(), person()).status_code == 200  # the login page
    assert not UploadBlock.objects.exists() and not RegistryImport.objects.exists()


# --- Who may do what ---

STEPS = {
    "change/": {"petugas", "penyetuju", "auditor"},
    "progress/": {"petugas", "penyetuju", "auditor"},
    "refused/": {"petugas", "penyetuju", "auditor"},
    "refused.csv": {"petugas"},
    "leaving/": {"petugas", "penyetuju", "auditor"},
    "leaving/?file=csv": {"petugas", "penyetuju", "auditor"},
    "changing/": {"petugas", "penyetuju", "auditor"},
    "changing/?file=csv": {"petugas", "penyetuju", "auditor"},
    "look_again/": {"petugas"},
    "choose_sheet/": {"petugas"},
    "cancel/": {"petugas", "penyetuju"},
    "undo/": {"penyetuju"},
}
SAVE = {False: {"petugas"}, True: {"penyetuju"}}


@pytest.mark.parametrize("complete", [False, True])
def test_each_step_is_for_its_roles_alone(signed_in: As, complete: bool) -> None:
    run = previewed(person(), person(2, NIK="1"), complete=complete)
    for page, allowed in (STEPS | {"save_it/": SAVE[complete]}).items():
        for name in ("petugas", "penyetuju", "bendahara", "auditor", "kosong"):
            expected = 200 if name in allowed else 403
            assert signed_in(name).get(address(run, page)).status_code == expected, (page, name)
            if expected == 403:
                assert signed_in(name).post(address(run, page), {"reason": "x"}).status_code == 403, (page, name)
        assert Client().get(address(run, page)).status_code == 302
    run.refresh_from_db()
    assert run.state == S.PREVIEWED


def test_nobody_changes_or_deletes_an_import_by_hand(signed_in: As) -> None:
    run = previewed(person())
    client = signed_in("admin")
    assert client.post(address(run), {"rows": 9}).status_code == 403
    assert client.post(address(run, "delete/"), {"post": "yes"}).status_code == 403
    assert RegistryImport.objects.filter(pk=run.pk).exists()


# --- From preview to commit and back ---


def test_from_the_preview_to_the_registry_and_back(signed_in: As, officers: dict[str, User]) -> None:
    run = previewed(person(), by=officers["petugas"])
    client = signed_in("petugas")
    assert "Simpan ke registri" in text(client, address(run))
    page = client.post(address(run, "save_it/"), seen(run), follow=True).content.decode()
    assert "sedang disimpan atas nama Anda" in page and 'data-live="1"' in page
    again = client.post(address(run, "save_it/"), seen(run), follow=True).content.decode()
    assert "tidak dapat diambil" in again
    registry_work.commit(run.pk)
    run.refresh_from_db()
    assert (run.state, run.committed_by) == (S.COMMITTED, officers["petugas"])
    assert "Tersimpan di registri" in text(client, address(run))
    approver = signed_in("penyetuju")
    assert "kembali seperti semula" in text(approver, address(run, "undo/"))
    approver.post(address(run, "undo/"), {})  # without a reason nothing happens
    run.refresh_from_db()
    assert run.state == S.COMMITTED
    approver.post(address(run, "undo/"), {"reason": "salah berkas"}, follow=True)
    registry_work.undo(run.pk)
    assert "Registri seperti sebelum impor ini" in text(approver, address(run))
    assert not Person.objects.exists()
    said = list(LogEntry.objects.filter(object_id=str(run.pk)).values_list("user__username", "change_message"))
    assert ("penyetuju", "Impor sedang diurungkan.") in said


def test_a_preview_that_nobody_saw_is_not_saved(signed_in: As, officers: dict[str, User]) -> None:
    run = previewed(person(), by=officers["petugas"])
    client = signed_in("petugas")
    page = text(client, address(run, "save_it/"))
    assert f'name="seen" value="{seen(run)["seen"]}"' in page
    shown = seen(run)
    registry.request_check(run)
    registry_work.check(run.pk)
    assert "sudah diganti" in client.post(address(run, "save_it/"), shown, follow=True).content.decode()
    client.post(address(run, "save_it/"), {})
    run.refresh_from_db()
    assert run.state == S.PREVIEWED


def test_a_complete_file_is_saved_by_another_and_many_who_leave_with_a_word(
    signed_in: As, officers: dict[str, User]
) -> None:
    committed(person(), person(2, NAMA="NENENG"))
    run = previewed(person(), by=officers["petugas"], complete=True)
    assert "Simpan ke registri" not in text(signed_in("petugas"), address(run))
    client = signed_in("penyetuju")
    page = text(client, address(run))
    assert "1 dari 2 orang sumber ini (50 %) akan keluar, lebih dari batas 20 %." in page
    assert re.search(r"Orang keluar</div><div class=\"amount\">1<", page)
    assert client.post(address(run, "save_it/"), seen(run)).status_code == 200
    run.refresh_from_db()
    assert run.state == S.PREVIEWED
    client.post(address(run, "save_it/"), seen(run) | {"confirmed": "on"})
    registry_work.commit(run.pk)
    assert set(Person.objects.values_list("name", "status")) == {("SITI AMINAH", "active"), ("NENENG", "left")}


@pytest.mark.parametrize("superuser", [False, True])
def test_the_maker_of_a_complete_file_does_not_save_it_whoever_it_is(
    signed_in: As, officers: dict[str, User], superuser: bool
) -> None:
    maker = officers["penyetuju"]
    maker.is_superuser = superuser
    maker.save()
    run = previewed(person(), by=maker, complete=True)
    client = signed_in("penyetuju")
    assert "harus orang lain yang menyimpannya" in text(client, address(run, "save_it/"))
    assert (
        "bukan oleh yang mengunggahnya"
        in client.post(address(run, "save_it/"), seen(run), follow=True).content.decode()
    )
    run.refresh_from_db()
    assert run.state == S.PREVIEWED


def test_cancelled_with_a_reason_its_file_is_gone(signed_in: As, officers: dict[str, User]) -> None:
    run = previewed(person())
    page = signed_in("petugas").post(address(run, "cancel/"), {"reason": "keliru"}, follow=True).content.decode()
    assert "Registri tidak berubah karenanya" in page
    run.refresh_from_db()
    assert (run.state, run.ended_by, run.end_reason) == (S.CANCELLED, officers["petugas"], "keliru")
    assert not UploadBlock.objects.exists()


def test_what_failed_says_why_and_is_looked_at_again(signed_in: As) -> None:
    client = signed_in("petugas")
    client.post(ADD, {"file": SimpleUploadedFile("x.csv", b"KK;NIK\n")})
    run = RegistryImport.objects.get()
    registry_work.check(run.pk)
    assert "Baris 1: kolom NAMA, JENIS_KELAMIN" in text(client, address(run))
    assert "diperiksa ulang" in client.post(address(run, "look_again/"), follow=True).content.decode()
    run.refresh_from_db()
    assert run.state == S.CHECKING


def test_why_an_undoing_is_not_possible_is_said_before_it_is_asked(signed_in: As) -> None:
    run = committed(person())
    Person.objects.update(occupation="trader")
    page = text(signed_in("penyetuju"), address(run, "undo/"))
    assert "1 orang atau keluarga dari impor ini diubah lagi sesudahnya" in page
    assert "Ya, urungkan impor ini" not in page


# --- Pages beside it ---


def test_the_progress_is_asked_for_and_says_nothing_of_anybody(signed_in: As) -> None:
    run = uploaded(person())
    ImportProgress.objects.filter(run=run).update(part="reading", rows=12_345, permille=421)
    now = signed_in("auditor").get(address(run, "progress/")).json()
    assert (now["status"], now["live"], now["rows"], now["share"]) == ("uploaded", True, "12.345", "42.1")
    assert signed_in("auditor").get("/admin/beneficiaries/registryimport/999/progress/").status_code == 404


def test_refused_lines_page_by_page_with_reason_and_remedy(signed_in: As) -> None:
    run = previewed(*(person(number, DESIL="0", TELEPON="x") for number in range(1, 61)))
    client = signed_in("penyetuju")
    page = text(client, address(run, "refused/"))
    assert page.count("Isi desil DTSEN keluarga ini") == 50 and page.count("TELEPON") == 50
    assert "?after=51" in page and "refused.csv" not in page
    page = text(client, address(run, "refused/"), after="51")
    assert page.count("Isi desil DTSEN keluarga ini") == 10 and "?after=" not in page
    for strange in ("x", "-1", "9" * 30, "1e3"):
        text(client, address(run, "refused/"), after=strange)
    assert person()["NIK"] not in page


def test_the_errors_file_comes_from_the_office_as_from_the_command(signed_in: As, officers: dict[str, User]) -> None:
    run = previewed(person(), person(2, DESIL="0", NAMA="=A1"), person(3, NIK="1"))
    answer = signed_in("petugas").get(address(run, "refused.csv"))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["BARIS"] for row in rows] == ["3", "4"]
    assert rows[0]["NAMA"] == "'=A1" and rows[0]["NIK"] == person(2)["NIK"]
    assert "Isi desil" in rows[0]["PERBAIKAN"]
    assert answer["Content-Disposition"] == f'attachment; filename="impor-{run.pk}.errors.csv"'
    assert LogEntry.objects.filter(user=officers["petugas"], change_message="Berkas kesalahan diunduh.").exists()
    [looked] = Reveal.objects.all()
    assert (looked.run, looked.by, looked.fields) == (run, officers["petugas"], "refused_rows")
    assert (looked.person, looked.household, looked.note) == (None, None, f"#{run.pk}") and looked.address
    run = previewed(person(4), person(5, NIK="1"))
    RegistryImport.objects.filter(pk=run.pk).update(upload=None)
    page = signed_in("petugas").get(address(run, "refused.csv"), follow=True).content.decode()
    assert "sudah dihapus sesuai masa simpannya" in page


def test_the_errors_file_counts_as_a_look_and_is_refused_beyond_the_days_limit(
    signed_in: As, officers: dict[str, User], settings: Any
) -> None:
    run = previewed(person(), person(2, DESIL="0"))
    settings.PRIVACY = settings.PRIVACY | {"reveals_a_day": 1}
    client = signed_in("petugas")
    assert client.get(address(run, "refused.csv")).streaming
    refused = client.get(address(run, "refused.csv"), follow=True).content.decode()
    assert "Anda sudah membuka 1 data hari ini" in refused and person(2)["NIK"] not in refused
    assert Reveal.objects.count() == 1
    log = text(signed_in("auditor"), reverse("admin:beneficiaries_reveal_changelist"))
    assert "baris impor yang ditolak" in log and str(run) in log


def test_what_shows_masked_numbers_alone_is_no_look(signed_in: As) -> None:
    run = previewed(person(), person(2, DESIL="0"))
    for page in ("refused/", "leaving/", "leaving/?file=csv"):
        signed_in("petugas").get(address(run, page))
    assert not Reveal.objects.exists()


def test_the_errors_file_stays_the_same_once_the_import_is_saved_and_its_file_is_gone(signed_in: As) -> None:
    run = previewed(person(), person(2, DESIL="0", NAMA="=A1"), person(3, NIK="1"))
    client = signed_in("petugas")

    def errors_file() -> bytes:
        return b"".join(client.get(address(run, "refused.csv")).streaming_content)

    before = errors_file()
    run = saved(run)
    assert run.upload is None and errors_file() == before
    page = text(client, address(run))
    assert "Unduh berkas kesalahan" in page and "Berkasnya sudah dihapus; baris yang ditolak masih disimpan" in page
    run = committed(person(7))
    page = text(client, address(run))
    assert "Unduh berkas kesalahan" not in page and "masih disimpan" not in page


def test_the_page_says_until_when_an_import_waits_for_a_decision_and_that_it_has_expired(signed_in: As) -> None:
    client, run = signed_in("petugas"), previewed(person())
    until = timezone.localtime(run.previewed_at) + timedelta(days=7)  # type: ignore[arg-type]
    page = text(client, address(run))
    assert f"sampai {until.day} " in page and "dihapus dan impor ini kedaluwarsa" in page
    RegistryImport.objects.update(previewed_at=timezone.now() - timedelta(days=8))
    registry_work.sweep()
    page = text(client, address(run))
    assert "Kedaluwarsa" in page and "Tidak diputuskan pada waktunya, jadi berkasnya dihapus" in page
    assert "Ya, batalkan" not in page and address(run, "save_it/") not in page
    assert "Kedaluwarsa" in text(client, "/admin/beneficiaries/registryimport/")


def test_who_leaves_is_listed_masked_on_the_page_and_in_the_file(signed_in: As) -> None:
    committed(*(person(number, NAMA="NENENG") for number in range(1, 61)))
    run = previewed(person(99, NAMA="BARU"), complete=True)
    client = signed_in("penyetuju")
    page = text(client, address(run, "leaving/"))
    assert page.count("NENENG") == 50 and "3171••••••••0001" in page
    following = re.search(r"\?after=([0-9]+)", page)
    assert following and text(client, address(run, "leaving/"), after=following[1]).count("NENENG") == 10
    answer = client.get(address(run, "leaving/"), {"file": "csv"})
    file = b"".join(answer.streaming_content).decode()
    assert file.count("NENENG") == 60 and "3171••••••••0060" in file
    for secret in (person()["NIK"], person()["KK"], ADDRESS, "+62812"):
        assert secret not in page + file


def test_who_changes_is_listed_with_before_and_after_masked_on_the_page_and_in_the_file(signed_in: As) -> None:
    other = "3171011506150009"
    committed(*(person(number) for number in range(1, 61)), person(61, KK=other))
    moved = person(1, KK=other, TELEPON="081399900001", NAMA="SITI AMINAH HASAN")
    run = previewed(
        moved, *(person(number, DESIL="7") for number in range(2, 61)), person(61, KK=other), person(62, KK=other)
    )
    client = signed_in("penyetuju")
    assert "Lihat siapa yang berubah" in text(client, address(run))
    first, *decile, new = registry_changes.every(run)
    told = {one.column: (one.before, one.after) for one in first.differences}
    assert told == {
        "KK": ("3171••••••••0003", "3171••••••••0009"),
        "NAMA": ("SITI AMINAH", "SITI AMINAH HASAN"),
        "TELEPON": ("••••", "••••"),
    }
    assert {tuple(one.differences) for one in decile} == {(registry_changes.Difference("DESIL", "2", "7"),)}
    assert (len(decile), new.kind, new.nik, new.person) == (59, "new", "3171••••••••0062", None)
    page = text(client, address(run, "changing/"))
    assert "SITI AMINAH HASAN" in page and "3171••••••••0001" in page
    following = re.search(r"\?after=([0-9]+)", page)
    assert following and "3171••••••••0062" in text(client, address(run, "changing/"), after=following[1])
    only = text(client, address(run, "changing/"), kolom="NAMA")
    assert "SITI AMINAH HASAN" in only and "DESIL: 2" not in only
    answer = client.get(address(run, "changing/"), {"file": "csv"})
    file = b"".join(answer.streaming_content).decode()
    assert file.count("DESIL,2,7") == 59 and "NAMA,SITI AMINAH,SITI AMINAH HASAN" in file
    for secret in (person()["NIK"], person()["KK"], other, ADDRESS, "+62812", "0813999"):
        assert secret not in page + file
    assert list(registry_changes.every(saved(run))) == []


def test_whoever_is_new_or_moves_into_a_new_household_has_no_address_of_before() -> None:
    committed(person())
    run = previewed(person(KK="3171011506150009"), person(2, KK="3171011506150009"))
    moves, new = registry_changes.every(run)
    assert ([one.column for one in moves.differences], new.differences) == (["KK"], [])


def test_a_file_of_titles_alone_says_that_nobody_is_in_it(signed_in: As) -> None:
    titles = content(person()).partition(b"\n")[0]
    run = again(registry.begin(uploads.store(io.BytesIO(titles)), file_name="x.csv"))
    assert "tanpa satu orang pun" in text(signed_in("petugas"), address(run))
    assert "tanpa satu orang pun" not in text(signed_in("petugas"), address(previewed(person())))


def test_while_an_import_is_taken_back_its_page_does_not_say_that_it_is_saved(signed_in: As) -> None:
    run = committed(person())
    registry_undo.request_undo(run, by=None, reason="salah berkas")
    ImportProgress.objects.filter(run=run).update(part=ImportProgress.Part.SAVING)
    told = signed_in("petugas").get(address(run, "progress/")).json()
    assert (told["status"], told["part"]) == (S.UNDOING, "Mengembalikan data")


def test_no_page_of_an_import_gives_anybody_away(signed_in: As) -> None:
    committed(person())
    run = previewed(person(2, NAMA="NENENG"), person(3, DESIL="0"), complete=True)
    client = signed_in("admin")
    pages = [
        text(client, address(run, page))
        for page in ("change/", "refused/", "leaving/", "changing/", "save_it/", "history/")
    ]
    pages.append(text(client, reverse("admin:beneficiaries_registryimport_changelist")))
    for html in pages:
        for number in (1, 2, 3):
            row = person(number)
            assert not any(row[column] in html for column in ("NIK", "KK", "TELEPON", "ALAMAT"))
    assert "Menunggu disimpan" in pages[-1]


def own_titles(**titles: str) -> bytes:
    whole = content(person(), person(2)).decode()
    head, _, rows = whole.partition("\n")
    for ours, theirs in titles.items():
        head = head.replace(ours, theirs)
    return f"{head}\n{rows}".encode()


def test_a_source_s_own_titles_are_confirmed_once_and_remembered(signed_in: As) -> None:
    client = signed_in("petugas")
    file = own_titles(NAMA="Nama Lengkap", TELEPON="Nomor kontak")
    client.post(ADD, {"file": SimpleUploadedFile("x.csv", file), "source": "Dinsos"})
    run = RegistryImport.objects.get()
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error_code) == (S.FAILED, "columns_unknown")
    assert "Tentukan arti kolom" in text(client, address(run))
    page = text(client, address(run, "map_columns/"))
    assert "Nama Lengkap" in page and re.search(r'value="NAMA" selected', page)
    refused = client.post(address(run, "map_columns/"), {"title_0": "NAMA", "title_1": ""}).content.decode()
    assert "kolom TELEPON tidak ada" in refused
    client.post(address(run, "map_columns/"), {"title_0": "NAMA", "title_1": "TELEPON"})
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert (run.state, run.added) == (S.PREVIEWED, 2)
    client.post(ADD, {"file": SimpleUploadedFile("y.csv", file), "source": "Dinsos"})
    run = RegistryImport.objects.latest("pk")
    registry_work.check(run.pk)
    run.refresh_from_db()
    assert run.state == S.PREVIEWED
    assert signed_in("auditor").get(address(run, "map_columns/")).status_code == 403


def book(**sheets: Row) -> SimpleUploadedFile:
    rows = {name: sheet(list(row), list(row.values())) for name, row in sheets.items()}
    return SimpleUploadedFile("dtsen.xlsx", several(rows))


def checked(run: RegistryImport) -> RegistryImport:
    registry_work.check(run.pk)
    run.refresh_from_db()
    return run


def test_of_several_sheets_the_officer_says_which_is_meant(signed_in: As) -> None:
    client = signed_in("petugas")
    client.post(ADD, {"file": book(Jan=person(), Feb=person(2))})
    run = checked(RegistryImport.objects.get())
    assert (run.state, run.error_code) == (S.FAILED, "sheets_ambiguous")
    page = text(client, address(run))
    assert "Lebih dari satu lembar berisi data" in page and "Pilih lembar" in page
    page = text(client, address(run, "choose_sheet/"))
    assert re.findall(r'<option value="(\w*)"', page) == ["Jan", "Feb"]
    client.post(address(run, "choose_sheet/"), {"sheet": "Mar"})
    run.refresh_from_db()
    assert run.state == S.FAILED  # no such choice
    client.post(address(run, "choose_sheet/"), {"sheet": "Feb"})
    run = checked(run)
    assert (run.state, run.added, run.sheet) == (S.PREVIEWED, 1, "Feb")
    page = text(client, address(run))
    assert "Feb" in page and "Pilih lembar" not in page
    saved(run)
    assert Person.objects.get().nik == person(2)["NIK"]


def test_a_sheet_is_named_with_the_upload_and_a_wrong_name_is_mended(signed_in: As) -> None:
    client = signed_in("petugas")
    client.post(ADD, {"file": book(Jan=person(), Feb=person(2)), "sheet": "feb"})
    assert checked(RegistryImport.objects.get()).state == S.PREVIEWED
    client.post(ADD, {"file": SimpleUploadedFile("x.csv", content(person(3))), "sheet": "Feb"})
    run = checked(RegistryImport.objects.latest("pk"))
    assert (run.state, run.error_code) == (S.FAILED, "no_sheets")
    client.post(address(run, "choose_sheet/"), {"sheet": ""})
    assert checked(run).state == S.PREVIEWED


def test_a_file_without_titles_shows_nobody(signed_in: As) -> None:
    client = signed_in("petugas")
    file = content(person()).split(b"\n", 1)[1]
    client.post(ADD, {"file": SimpleUploadedFile("x.csv", file), "source": "Dinsos"})
    run = RegistryImport.objects.get()
    registry_work.check(run.pk)
    page = text(client, address(run, "map_columns/"))
    assert "tidak punya baris judul" in page
    for name in ("NIK", "KK", "TELEPON", "ALAMAT"):
        assert person()[name] not in page
