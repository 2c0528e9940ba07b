"""Statements, breaks and confirmations in the office: uploaded, booked, assigned, resolved by two; the pages open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries.models import Reveal, UploadBlock
from disbursement import breaks, statements
from disbursement.models import Break, Confirmation, Instruction, Statement, StatementAccount
from tests.disbursement import statement_files
from tests.disbursement.admin.conftest import House
from tests.disbursement.statement_files import Entry, camt, csv

UPLOAD = "/admin/disbursement/statement/add/"


def upload(client: Client, content: bytes, **fields: object) -> str:
    account = StatementAccount.objects.get()
    sent = {"account": account.pk, "format": "camt053", "file": SimpleUploadedFile("koran.xml", content)} | fields
    answer = client.post(UPLOAD, sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_statement_is_uploaded_read_shown_and_booked(house: House) -> None:
    treasurer = house.client("bendahara")
    now = timezone.localdate()
    content = camt(Entry(500, "SP2D-9", day=now), since=now, until=now, number="STM-77", opening=-7)
    page = upload(treasurer, content)
    assert "Sedang dibaca" in page
    row = Statement.objects.latest("pk")
    statements.read(row.pk)
    page = treasurer.get(f"/admin/disbursement/statement/{row.pk}/change/").content.decode()
    assert "STM-77" in page and "Rp 500" in page and "Menunggu dibukukan" in page and "bertumpang" in page
    page = treasurer.post(f"/admin/disbursement/statement/{row.pk}/book/", follow=True).content.decode()
    assert "sedang dicocokkan" in page
    breaks.find()
    assert Break.objects.filter(reference="SP2D-9", kind="missing_in_ledger").exists()
    assert "sudah diunggah" in upload(treasurer, content)
    assert not UploadBlock.objects.exists()


def test_a_csv_needs_what_it_does_not_say(house: House) -> None:
    treasurer, rows = house.client("bendahara"), csv([("A", 5, timezone.localdate(), "SUCCESS")])
    page = upload(treasurer, rows, format="csv", opening_sen="1.000", closing_sen="5")
    assert "Isi untuk berkas CSV" in page and "tanpa titik ribuan" in page
    today = timezone.localdate().isoformat()
    more = {"number": "CSV-1", "period_from": today, "period_to": today}
    assert "Sedang dibaca" in upload(treasurer, rows, format="csv", **more)
    row = Statement.objects.latest("pk")
    statements.read(row.pk)
    page = treasurer.post(f"/admin/disbursement/statement/{row.pk}/cancel/", follow=True).content.decode()
    assert "tidak ada yang disimpan" in page


def test_a_refused_file_says_why(house: House) -> None:
    treasurer = house.client("bendahara")
    upload(treasurer, b"<html></html>")
    row = Statement.objects.latest("pk")
    statements.read(row.pk)
    assert "bukan camt.053" in treasurer.get(f"/admin/disbursement/statement/{row.pk}/change/").content.decode()


def test_a_break_is_assigned_proposed_and_agreed_to_by_another(house: House) -> None:
    row = Break.objects.get(kind="missing_in_ledger")
    at = f"/admin/disbursement/break/{row.pk}"
    treasurer, approver = house.client("bendahara"), house.client("penyetuju")
    assert (
        "Ditugaskan"
        in treasurer.post(f"{at}/assign/", {"owner": house.officers["petugas"].pk}, follow=True).content.decode()
    )
    said = {"reason": "bank_charge", "note": "biaya administrasi"}
    assert "orang lain harus" in treasurer.post(f"{at}/propose/", said, follow=True).content.decode()
    assert "biaya administrasi" in approver.get(f"{at}/agree/").content.decode()
    assert "Selisih selesai" in approver.post(f"{at}/agree/", {"note": ""}, follow=True).content.decode()
    page = approver.get(f"{at}/change/").content.decode()
    assert "Penyelesaian disetujui" in page and "Biaya, pajak" in page


def test_the_proposer_is_not_the_second_look_superuser_or_not(house: House) -> None:
    row = Break.objects.get(kind="not_received")
    client, at = house.client("admin"), f"/admin/disbursement/break/{row.pk}"
    client.post(f"{at}/propose/", {"reason": "other", "note": "dicek"})
    assert "harus orang lain" in client.get(f"{at}/agree/").content.decode()
    page = client.post(f"{at}/agree/", {"note": ""}, follow=True).content.decode()
    assert "bukan yang mengusulkannya" in page
    row.refresh_from_db()
    assert row.state == "proposed"


def test_an_accounts_end_is_proposed_by_one_and_agreed_to_by_another(house: House) -> None:
    account, until = StatementAccount.objects.get(), timezone.localdate() + timedelta(days=1)
    at = f"/admin/disbursement/statementaccount/{account.pk}"
    treasurer, approver = house.client("bendahara"), house.client("penyetuju")
    early = treasurer.post(f"{at}/end/", {"ends_on": until - timedelta(days=2)}, follow=True).content.decode()
    assert "sudah dibukukan sampai" in early
    page = treasurer.post(f"{at}/end/", {"ends_on": until}, follow=True).content.decode()
    assert "orang lain harus menyetujuinya" in page and "menunggu persetujuan" in page
    assert treasurer.post(f"{at}/agree_end/").status_code == 403
    assert "Pengakhiran rekening menunggu penyetuju" in approver.get("/admin/").content.decode()
    listed = approver.get("/admin/disbursement/statementaccount/?ends_on__isnull=False&end_agreed_by__isnull=True")
    assert account.name in listed.content.decode() and f"{until:%d/%m/%Y} (diusulkan)" in listed.content.decode()
    assert f"{until:%d/%m/%Y}" in approver.get(f"{at}/agree_end/").content.decode()
    assert "sampai hari itu" in approver.post(f"{at}/agree_end/", follow=True).content.decode()
    account.refresh_from_db()
    assert (account.end_by, account.end_agreed_by) == (house.officers["bendahara"], house.officers["penyetuju"])


def test_a_refused_end_leaves_the_account_and_nobody_agrees_to_their_own(house: House) -> None:
    account, admin = StatementAccount.objects.get(), house.client("admin")
    at = f"/admin/disbursement/statementaccount/{account.pk}"
    admin.post(f"{at}/end/", {"ends_on": timezone.localdate()})
    assert "harus orang lain" in admin.get(f"{at}/agree_end/").content.decode()
    assert "bukan yang mengusulkannya" in admin.post(f"{at}/agree_end/", follow=True).content.decode()
    assert "tetap dicocokkan" in house.client("penyetuju").post(f"{at}/refuse_end/", follow=True).content.decode()
    account.refresh_from_db()
    assert account.ends_on is None


def test_what_a_compared_account_expects_is_shown_and_not_asked(house: House) -> None:
    account, treasurer = StatementAccount.objects.get(), house.client("bendahara")
    at = f"/admin/disbursement/statementaccount/{account.pk}/change/"
    page = treasurer.get(at).content.decode()
    assert 'name="grace_days"' not in page and 'name="books"' not in page and "Dana program dari anggaran" in page
    sent = {"code": account.code, "name": "Bank DKI", "kind": "bank", "number": "0012-345-678", "active": "on"}
    treasurer.post(at, sent | {"books": ["settlement"], "grace_days": 99, "starts_on": "2030-01-01"})
    before = (account.books, account.grace_days, account.starts_on)
    account.refresh_from_db()
    assert account.name == "Bank DKI" and (account.books, account.grace_days, account.starts_on) == before


def test_a_book_that_another_account_expects_is_refused_with_its_name(house: House) -> None:
    account, treasurer = StatementAccount.objects.get(), house.client("bendahara")
    sent = {
        "code": "lain",
        "name": "Bank lain",
        "kind": "bank",
        "starts_on": "2026-12-01",
        "grace_days": 1,
        "active": "on",
    }
    page = treasurer.post("/admin/disbursement/statementaccount/add/", sent | {"books": ["settlement", "funding"]})
    assert f"pada rekening {account.name}" in page.content.decode()
    page = treasurer.post("/admin/disbursement/statementaccount/add/", sent | {"books": ["settlement"]}, follow=True)
    made = StatementAccount.objects.get(code="lain")
    assert made.books == ["settlement"]
    at = f"/admin/disbursement/statementaccount/{made.pk}/change/"
    treasurer.post(at, sent | {"books": ["settlement", "disbursement"], "grace_days": 2})
    made.refresh_from_db()
    assert (made.books, made.grace_days) == (["settlement", "disbursement"], 2)  # nothing of it was compared yet


def test_a_statement_whose_warnings_changed_is_shown_again_before_it_is_booked(house: House) -> None:
    account, treasurer = StatementAccount.objects.get(), house.client("bendahara")
    day = timezone.localdate() + timedelta(days=9)
    files = [camt(Entry(10, "A", day=day), since=day, until=day, opening=-7, number=f"S-{name}") for name in "12"]
    first, second = (statement_files.read(content, account) for content in files)
    at = "/admin/disbursement/statement/{}/book/"
    treasurer.post(at.format(first.pk))
    page = treasurer.post(at.format(second.pk), follow=True).content.decode()
    assert "Baca peringatannya" in page and "kemungkinan berulang" in page and "Menunggu dibukukan" in page
    assert "sedang dicocokkan" in treasurer.post(at.format(second.pk), follow=True).content.decode()


def test_who_has_no_phone_answers_at_the_counter(house: House) -> None:
    line = Instruction.objects.filter(status="paid").order_by("-pk").first()
    assert line
    at, sent = f"/admin/disbursement/instruction/{line.pk}", {"answer": "received", "channel": "office"}
    assert "Sudah diterima" in house.client("petugas").post(f"{at}/confirm/", sent, follow=True).content.decode()
    made = Confirmation.objects.latest("pk")
    assert (made.instruction, made.channel, made.by) == (line, "office", house.officers["petugas"])
    assert "Sudah diterima" in house.client("petugas").get(f"{at}/change/").content.decode()


@pytest.mark.parametrize(
    ("address", "may"),
    [
        (UPLOAD, {"bendahara"}),
        ("/admin/disbursement/statementaccount/add/", {"bendahara"}),
        ("/admin/disbursement/statementaccount/{account}/end/", {"bendahara"}),
        ("/admin/disbursement/statementaccount/{account}/agree_end/", {"penyetuju"}),
        ("/admin/disbursement/statementaccount/{account}/refuse_end/", {"penyetuju"}),
        ("/admin/disbursement/break/", {"petugas", "penyetuju", "bendahara", "auditor"}),
        ("/admin/disbursement/break/side_by_side/", {"petugas", "penyetuju", "bendahara", "auditor"}),
        ("/admin/disbursement/break/{row}/propose/", {"petugas", "bendahara"}),
        ("/admin/disbursement/break/{row}/assign/", {"petugas", "bendahara"}),
        ("/admin/disbursement/break/{row}/agree/", {"penyetuju"}),
        ("/admin/disbursement/break/{row}/refuse/", {"penyetuju"}),
        ("/admin/disbursement/instruction/{line}/confirm/", {"petugas"}),
    ],
)
def test_each_page_is_for_its_roles_alone(house: House, address: str, may: set[str]) -> None:
    line = Instruction.objects.filter(status="paid").first()
    url = address.format(row=Break.objects.first().pk, line=line.pk, account=StatementAccount.objects.get().pk)
    for name in ("petugas", "penyetuju", "bendahara", "auditor", "kosong"):
        assert house.client(name).get(url).status_code == (200 if name in may else 403), (name, url)


def test_what_the_bank_wrote_is_for_who_works_on_breaks(house: House) -> None:
    entry = Statement.objects.get().entries.get()
    url = f"/admin/disbursement/statemententry/{entry.pk}/change/"
    assert "keterangan bank" in house.client("bendahara").get(url).content.decode().lower()
    assert "keterangan bank" not in house.client("auditor").get(url).content.decode().lower()


def test_what_the_bank_wrote_opens_with_a_reason_and_stands_in_the_access_log(house: House) -> None:
    now = timezone.localdate()
    content = camt(Entry(500, "SP2D-9", day=now, text="TRF DARI SITI AMINAH"), since=now, until=now, number="STM-77")
    entry = statement_files.booked(content, StatementAccount.objects.get()).entries.get()
    client, page = house.client("bendahara"), f"/admin/disbursement/statemententry/{entry.pk}/"
    assert "SITI" not in client.get(f"{page}change/").content.decode()
    why = {"field": "text", "reason": "other", "note": "selisih 7"}
    assert "SITI" not in client.post(f"{page}show_text/", why | {"note": ""}).content.decode()
    assert house.client("petugas").get(f"{page}show_text/").status_code == 200
    assert house.client("auditor").post(f"{page}show_text/", why).status_code == 403
    assert not Reveal.objects.exists()
    assert "SITI AMINAH" in client.post(f"{page}show_text/", why).content.decode()
    row = Reveal.objects.get()
    assert (row.subject_kind, row.subject_id, row.fields, row.by.username) == (
        "statement_entry",
        entry.pk,
        "text",
        "bendahara",
    )


def test_days_without_money_have_no_highest_bar(house: House) -> None:
    page = (
        house.client("auditor").get("/admin/disbursement/break/side_by_side/", {"day": "2020-01-31"}).content.decode()
    )
    assert "Tertinggi <b>Rp 0</b>" in page


def test_the_three_columns_stand_side_by_side_with_a_chart(house: House) -> None:
    line = Instruction.objects.filter(status="paid").order_by("-pk").first()
    assert line
    of = statement_files.account("disbursement", number="")
    today = timezone.localdate()
    rows = csv([(line.key, 300_000, today, "SUCCESS")])
    statement_files.booked(rows, of, told=statement_files.told(since=today, until=today))
    client = house.client("auditor")
    assert (
        "Tidak ada rekening yang mencocokkan: Penyelesaian ke bank pedagang, Titipan mitra, Kas loket kantor."
        in client.get("/admin/disbursement/break/side_by_side/").content.decode()
    )
    page = client.get("/admin/disbursement/break/side_by_side/", {"batch": house.closed.pk}).content.decode()
    of_batch = re.sub(r"\s+", " ", page[page.index('id="of-batch"') :])
    assert (
        "Rp 1.800.000" in of_batch
        and "Rp 300.000" in of_batch
        and "<rect" in page
        and "Belum menjawab <b>5</b>" in of_batch
    )
    for strange in ({"batch": "x"}, {"batch": 10**12}, {"day": "kemarin"}, {"day": "0001-02-03"}):
        assert client.get("/admin/disbursement/break/side_by_side/", strange).status_code == 200
    url = "/admin/disbursement/break/side_by_side/"
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    assert len(asked) < 40


@pytest.mark.parametrize(
    "query", ["umur=0", "umur=31", "umur=x", "pemilik=saya", "pemilik=tanpa", "state__exact=open", "q=SP2D"]
)
def test_the_queue_is_narrowed_by_age_and_owner(house: House, query: str) -> None:
    assert house.client("petugas").get(f"/admin/disbursement/break/?{query}").status_code == 200
