"""Merchants' applications, limits, settlement runs, files for the bank and its answers, through the office's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests import money
from tests.wallet import shops
from vault import rotation
from wallet import bank_answers, settlement, settlement_runs
from wallet.models import (
    AnswerReturns,
    ApplicationDocument,
    BankAnswerFile,
    DocumentView,
    Merchant,
    MerchantApplication,
    PayoutContent,
    PayoutFile,
    Settlement,
    SettlementRun,
)

pytestmark = pytest.mark.django_db
PAYER = {"name": "Dinas Sosial", "bank": "BDKIIDJ1", "account": "10101010101"}


@pytest.fixture(autouse=True)
def _roles(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_payer": PAYER, "settlement_minimum": 1}
    call_command("roles", verbosity=0)


def officer(role: str = "Bendahara") -> tuple[User, Client]:
    user = User.objects.create_user(money.unique("o"), password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return user, client


def page(client: Client, address: str, **data: Any) -> str:
    answer = client.post(address, data, follow=True) if data else client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_shop_becomes_a_merchant_over_two_officers_pages() -> None:
    (_writer, writing), (_checker, checking) = officer(), officer()
    fields = {
        "partner": money.partner().pk,
        "merchant_id": "WBARU",
        "name": "Warung Baru",
        "legal_name": "CV Baru",
        "mcc": "5411",
        "criteria": "UMI",
        "nmid": "ID1020012345678",
        "address": "Jl. Mawar 1",
        "city": "JAKARTA",
        "owner_name": "Siti",
        "owner_nik": "3171014201500001",
        "bank_code": "014",
        "bank_account": "9876543210",
        "account_holder": "SITI RAHAYU",
        "limit_daily": "5.000.000",
        "limit_monthly": "90.000.000",
        "limit_count": "250",
    }
    blank = {
        f"{name}-{of}": 0 for name in ("outlets", "prices", "documents") for of in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    outlet = {"outlets-TOTAL_FORMS": 1, "outlets-0-code": "G1", "outlets-0-name": "Pasar", "outlets-0-active": "on"}
    answer = writing.post("/admin/wallet/merchantapplication/add/", fields | blank | outlet)
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    row = MerchantApplication.objects.get()
    assert (row.owner_nik, row.bank_account, row.limit_daily) == ("3171014201500001", "9876543210", 5_000_000)
    address = f"/admin/wallet/merchantapplication/{row.pk}"
    price = {"prices-TOTAL_FORMS": 1, "prices-0-item": "minyak", "prices-0-price": "15.700"}
    assert writing.post(f"{address}/change/", fields | blank | price).status_code == 302
    assert "KTP pemilik" in page(writing, f"{address}/submit/")  # what is missing
    for kind in ("ktp", "nib", "account"):
        page(writing, f"{address}/attach/", kind=kind, file=SimpleUploadedFile("x.pdf", shops.PDF))
    page(writing, f"{address}/submit/", confirm="1")
    row.refresh_from_db()
    assert row.status == "submitted"
    assert "petugas lain" in page(writing, f"{address}/approve/")
    page(writing, f"{address}/approve/", reason="ya")
    row.refresh_from_db()
    assert row.status == "submitted"
    shown = page(checking, f"{address}/change/")
    assert "3171014201500001" not in shown and "9876543210" not in shown and 'name="_save"' not in shown
    facts = page(checking, f"{address}/approve/")  # all that the approval makes a merchant of
    for told in (money.partner().name, "ID1020012345678", "G1 Pasar", "minyak Rp 15.700", "Rp 90.000.000", "250"):
        assert f">{told}<" in facts, told
    page(checking, f"{address}/approve/", reason="lengkap")
    shop = Merchant.objects.get(merchant_id="WBARU")
    assert (shop.status, shop.limit_daily, shop.outlets.count()) == ("approved", 5_000_000, 1)
    page(checking, f"/admin/wallet/merchant/{shop.pk}/activate/", reason="siap")
    shop.refresh_from_db()
    assert shop.status == "active"


def test_who_corrects_an_application_on_its_pages_finds_nothing_to_approve() -> None:
    (maker, making), (_corrector, correcting), (_third, deciding) = officer(), officer(), officer()
    row = shops.application(maker)
    address, outlet = f"/admin/wallet/merchantapplication/{row.pk}", row.outlets.get()
    outlet_page = f"/admin/wallet/outlet/{outlet.pk}/change/"
    terminals = {"terminals-TOTAL_FORMS": 0, "terminals-INITIAL_FORMS": 0}
    page(correcting, outlet_page, code="G1", name="Gerai lain", **terminals)
    page(making, f"{address}/submit/", confirm="1")
    said = page(correcting, f"{address}/approve/")
    assert "petugas lain" in said
    page(correcting, f"{address}/approve/", reason="ya")
    row.refresh_from_db()
    assert row.status == "submitted"
    shown = page(deciding, f"{address}/approve/")
    assert "••••••7890" in shown and "••••0001" in shown  # to be compared with the documents
    assert "1234567890" not in shown and "3171014201500001" not in shown
    page(deciding, f"{address}/approve/", reason="lengkap")
    row.refresh_from_db()
    assert row.status == "approved"


def test_a_document_opens_with_a_reason_that_its_page_then_shows() -> None:
    user, client = officer()
    document = ApplicationDocument.objects.filter(application=shops.application()).first()
    assert document is not None
    address = f"/admin/wallet/applicationdocument/{document.pk}"
    assert client.post(f"{address}/open_content/", {"reason": ""}).status_code == 200
    assert not DocumentView.objects.exists()
    answer = client.post(f"{address}/open_content/", {"reason": "memeriksa NIK"})
    assert (answer.content, answer["Content-Type"]) == (shops.PDF, "application/pdf")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    assert "memeriksa NIK" in page(client, f"{address}/change/")
    assert DocumentView.objects.get().by == user
    assert officer("Petugas")[1].get(f"{address}/open_content/").status_code == 403


def test_other_data_of_a_merchant_are_proposed_by_one_officer_and_agreed_to_by_another() -> None:
    (_one, proposing), (_other, agreeing) = officer(), officer()
    shop = shops.at_work(name="Warung", nmid="ID1020000000001", postcode="10110")
    address = f"/admin/wallet/merchant/{shop.pk}"
    same = {
        "name": "Warung",
        "mcc": "5411",
        "city": "JAKARTA",
        "criteria": "UMI",
        "nmid": shop.nmid,
        "postcode": "10110",
    }
    same |= {
        "prices": "Minyakita 1 L = 15700",
        "bank_code": "CENAIDJA",
        "region": "",
        "refund_credit": "1.000.000",
        "reason": "kontrak",
    }
    assert "Tidak ada yang berubah" in page(proposing, f"{address}/propose/", **same)
    for wrong in ({"mcc": "54"}, {"bank_account": "12-3456"}, {"bank_code": ""}, {"nmid": "ID1"}, {"region": "3174"}):
        page(proposing, f"{address}/propose/", **(same | wrong))
        assert not shop.changes.exists(), wrong
    assert "tulis barang = harga" in page(proposing, f"{address}/propose/", **(same | {"prices": "beras: 1"}))
    told = same | {
        "prices": "beras medium = 13.500",
        "limit_daily": "2.000.000",
        "limit_count": "9",
        "bank_code": "014",
        "bank_account": "9876543210",
    }
    assert "Isi nama pemilik rekening" in page(proposing, f"{address}/propose/", **told)
    told["account_holder"] = "SITI RAHAYU"
    shown = page(proposing, f"{address}/propose/", **told)
    assert "9876543210" not in shown and "••••••3210" in shown
    change = f"/admin/wallet/merchantchange/{shop.changes.get().pk}"
    page(proposing, f"{change}/agree/", confirm="1")
    shop.refresh_from_db()
    assert (shop.bank_account, shop.limit_daily) == ("1234567890", None)
    asked = page(agreeing, f"{change}/agree/")
    assert "••••••3210" in asked and "sekarang ••••••7890" in asked and "CENAIDJA → 014" in asked
    assert "→ SITI RAHAYU" in asked
    page(agreeing, f"{change}/agree/", confirm="1")
    shop.refresh_from_db()
    assert (shop.bank_code, shop.bank_account, shop.limit_daily, shop.limit_count) == (
        "014",
        "9876543210",
        2_000_000,
        9,
    )
    assert list(shop.prices.values_list("item", "price")) == [("beras medium", 13_500)]
    assert "Rp 2.000.000 per hari" in page(agreeing, f"{address}/change/")
    assert shop.account_holder == "SITI RAHAYU"
    page(proposing, f"{address}/propose/", **(told | {"bank_account": "", "name": "Lain"}))
    page(proposing, f"/admin/wallet/merchantchange/{shop.changes.latest('pk').pk}/drop/", reason="keliru")
    shop.refresh_from_db()
    assert (shop.name, shop.changes.latest("pk").status) == ("Warung", "dropped")
    assert officer("Petugas")[1].get(f"{address}/propose/").status_code == 403


def test_a_merchants_own_page_changes_nothing_of_it() -> None:
    _user, client = officer()
    shop = shops.at_work(name="Warung")
    lines = {f"{name}-{of}": 0 for name in ("outlets", "steps") for of in ("TOTAL_FORMS", "INITIAL_FORMS")}
    told = {"name": "Lain", "mcc": "6011", "bank_code": "014", "bank_account": "9876543210", "settlement_minimum": 1}
    page(client, f"/admin/wallet/merchant/{shop.pk}/change/", **told, **lines)
    shop.refresh_from_db()
    assert (shop.name, shop.mcc, shop.bank_account, shop.settlement_minimum) == ("Warung", "5411", "1234567890", None)


def test_suspension_and_end_are_set_on_the_merchants_page() -> None:
    _user, client = officer()
    shop = shops.at_work()
    address = f"/admin/wallet/merchant/{shop.pk}"
    until = timezone.localtime() + timedelta(days=3)
    page(client, f"{address}/suspend/", reason="libur", until_0=f"{until:%Y-%m-%d}", until_1="08:00:00")
    shop.refresh_from_db()
    assert (shop.status, shop.suspended_until is not None) == ("suspended", True)
    assert "libur" in page(client, f"{address}/change/")
    page(client, f"{address}/close/", reason="pindah")
    shop.refresh_from_db()
    assert (shop.status, shop.suspended_until) == ("closed", None)


@pytest.mark.parametrize(("form", "kind"), [("pdf", "application/pdf"), ("csv", "text/csv; charset=utf-8")])
def test_a_statement_of_sales_is_downloaded(form: str, kind: str) -> None:
    _user, client = officer()
    shop, today = money.owed(100), f"{timezone.localdate():%Y-%m-%d}"
    address = f"/admin/wallet/merchant/{shop.pk}/report/"
    answer = client.post(address, {"first": today, "last": today, "form": form})
    assert answer["Content-Type"] == kind
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF") if form == "pdf" else b"net,,,,,100" in content
    assert client.post(address, {"first": today, "last": "2020-01-01", "form": form}).status_code == 200


def test_settlements_go_to_the_bank_by_two_officers_and_its_answer_comes_back() -> None:
    (_maker, making), (_sender, sending) = officer(), officer()
    paid, back = money.owed(100), money.owed(200)
    for shop in (paid, back):
        settlement.settle(shop, timezone.localdate())
    page(making, "/admin/wallet/payoutfile/make/", confirm="1")
    file = PayoutFile.objects.get()
    address = f"/admin/wallet/payoutfile/{file.pk}"
    assert making.get(f"{address}/xml/").status_code == 302  # not before it is sent
    shown = page(making, f"{address}/change/")
    assert shown.count("CENAIDJA ••••••7890 (pembayaran pertama)") == 2 and "1234567890" not in shown
    page(making, f"{address}/send/", confirm="1")
    file.refresh_from_db()
    assert file.status == "made"
    page(sending, f"{address}/send/", confirm="1")
    xml = sending.get(f"{address}/xml/")
    assert xml["Content-Type"] == "application/xml" and b"<CtrlSum>300.00</CtrlSum>" in xml.content
    table = b"".join(sending.get(f"{address}/sheet/").streaming_content).decode()
    rows = {row.merchant_id: row for row in Settlement.objects.all()}
    assert rows[paid.pk].uid.hex in table
    answers = f"reference,status,amount,reason\n{rows[paid.pk].uid.hex},paid,100,\n{rows[back.pk].uid.hex},returned,200,ditutup\n"
    page(sending, "/admin/wallet/bankanswerfile/upload/", file=SimpleUploadedFile("b.csv", answers.encode()))
    list(bank_answers.apply_waiting())
    assert "1 dibayar, 0 dikembalikan" in page(sending, f"{address}/change/")
    returns = f"/admin/wallet/answerreturns/{AnswerReturns.objects.get().pk}"
    page(sending, f"{returns}/agree/", confirm="1")
    assert AnswerReturns.objects.get().status == "proposed"  # who uploaded it does not agree to it
    assert "1 pembayaran, Rp" in page(making, f"{returns}/agree/")
    page(making, f"{returns}/agree/", confirm="1")
    list(bank_answers.apply_waiting())
    assert "1 dibayar, 1 dikembalikan" in page(sending, f"{address}/change/")
    again = page(sending, "/admin/wallet/bankanswerfile/upload/", file=SimpleUploadedFile("c.csv", answers.encode()))
    assert "sudah diunggah" in again and BankAnswerFile.objects.count() == 1
    assert money.balance(back.account) == 200


def test_a_file_whose_bytes_do_not_open_is_not_sent_and_says_so() -> None:
    (_maker, making), (_sender, sending) = officer(), officer()
    settlement.settle(money.owed(100), timezone.localdate())
    page(making, "/admin/wallet/payoutfile/make/", confirm="1")
    file = PayoutFile.objects.get()
    with connection.cursor() as cursor, rotation.resealing(cursor):
        PayoutContent.objects.filter(file=file).update(xml_sealed=b"torn")
    answer = sending.post(f"/admin/wallet/payoutfile/{file.pk}/send/", {"confirm": "1"}, follow=True)
    assert answer.redirect_chain == [(f"/admin/wallet/payoutfile/{file.pk}/change/", 302)]
    assert "tidak dapat dibuka" in answer.content.decode()
    file.refresh_from_db()
    assert (file.status, file.ended_by) == ("made", None)


def test_the_runs_are_drawn_and_each_shows_its_merchants() -> None:
    _user, client = officer()
    shop = money.owed(12_345)
    run = SettlementRun.objects.create(business_day=timezone.localdate(), cut_off=timezone.now())
    assert "batang tertinggi Rp 1." not in page(
        client, "/admin/wallet/settlementrun/"
    )  # nothing was settled: no bar is a rupiah high
    list(settlement_runs.settle_all(run))
    listed = page(client, "/admin/wallet/settlementrun/")
    assert "<rect" in listed and "Rp 12.345" in listed
    # As wide as for a whole month: one day's bar, stretched to the page, was taller than the page.
    assert 'viewBox="0 0 390 120"' in listed
    assert shop.name in page(client, f"/admin/wallet/settlementrun/{run.pk}/change/")
