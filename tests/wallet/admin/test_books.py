"""Statements, reversals, what the bank returns, regions, and figures of a verification."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from disbursement.models import Instruction
from tests import money
from tests.disbursement.admin.conftest import House, build_house
from tests.wallet import books
from wallet import checkpoints, ledger, merchant_changes, settlement, verification
from wallet.admin import sheets, statements
from wallet.models import Account, Merchant, PurseTerms, Settlement, Transfer, Verification


@pytest.fixture
def house(db: None) -> House:
    return build_house()


def _page(client: Client, address: str, **data: object) -> str:
    answer = client.get(address, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def _sent(client: Client, address: str, **data: object) -> str:
    answer = client.post(address, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


# --- statements ---


def test_a_wallets_statement_runs_page_by_page_to_the_last_rupiah(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "LINES", 2)
    wallet, client = money.wallet(), house.client("petugas")
    for amount in (10_000, 20_000, 30_000, 40_000, 50_000):
        money.top_up(wallet, amount)
    address, seen, pages = f"/admin/wallet/wallet/{wallet.pk}/statement/", [], 0
    page = _page(client, address)
    assert "Rp 150.000" in page
    money.top_up(wallet, 999)  # what comes meanwhile is not in the pages that follow
    while True:
        pages += 1
        seen += re.findall(r'office-in">\+<span class="money">Rp ([0-9.]+)<', page)
        found = re.search(r'href="(\?cursor=[^"]+)"', page)
        if not found:
            break
        page = _page(client, address + found[1].replace("&amp;", "&"))
    assert (pages, seen) == (3, ["50.000", "40.000", "30.000", "20.000", "10.000"])


def test_the_file_has_every_line_and_its_balance(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "FILE_LINES", 2)
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 100_000)
    for amount in (1_000, 2_000, 3_000):
        money.pay(wallet, shop, amount)
    answer = house.client("petugas").get(f"/admin/wallet/wallet/{wallet.pk}/statement/", {"file": "csv"})
    assert answer["Content-Type"].startswith("text/csv") and f"wallet-{wallet.pk}-" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row[6:] for row in rows[1:]] == [
        ["", "3000", "94000"],
        ["", "2000", "97000"],
        ["", "1000", "99000"],
        ["100000", "", "100000"],
    ]


def test_a_shop_whose_name_is_a_formula_does_not_run_in_the_file(house: House) -> None:
    wallet, shop = money.wallet(), money.merchant()
    Merchant.objects.filter(pk=shop.pk).update(name='=HYPERLINK("http://x")')
    money.purse(wallet, 10_000)
    money.pay(wallet, shop, 1_000)
    answer = house.client("petugas").get(f"/admin/wallet/wallet/{wallet.pk}/statement/", {"file": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[1][4] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "  =1", "\r=1", "|x", "＝1", "%0A=1"])
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert sheets.cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), [(-5, "-5"), (0, "0"), ("Warung", "Warung"), (None, ""), ("'=1", "'=1")])
def test_ordinary_cells_stay_as_they_are(value: object, text: str) -> None:
    assert sheets.cell(value) == text


def test_a_statement_is_told_as_of_a_day(house: House) -> None:
    seal_day = books.days_ago(1)
    fund = Account.objects.get(name="Dana lama")
    address, client = f"/admin/wallet/account/{fund.pk}/statement/", house.client("auditor")
    then = _page(client, address, as_of=str(seal_day))
    before = _page(client, address, as_of=str(books.days_ago(2)))
    assert "Pendanaan" in then or "+<span" in then
    assert "Belum ada transfer" in before
    for wrong in ("kemarin", "1999-12-31", "2026-13-01"):
        page = _page(client, address, as_of=wrong)
        assert "errorlist" in page
    assert "errorlist" in _page(client, address, as_of="x", file="csv")


def test_a_cursor_of_another_statement_begins_anew_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "LINES", 1)
    wallet, other, client = money.wallet(), money.wallet(), house.client("petugas")
    for owner in (wallet, other):
        money.top_up(owner, 1_000)
        money.top_up(owner, 2_000)
    page = _page(client, f"/admin/wallet/wallet/{other.pk}/statement/")
    found = re.search(r'href="\?cursor=([^"&]+)', page)
    assert found
    for cursor in (found[1], "garbage", "\x00", found[1][:-1]):
        page = _page(client, f"/admin/wallet/wallet/{wallet.pk}/statement/", cursor=cursor)
        assert "tidak sah" in page and "Rp 3.000" in page


def test_a_merchants_page_shows_its_checkpoint_and_its_statement_the_balance_of_a_day(house: House) -> None:
    shop, client = money.owed(25_000), house.client("bendahara")
    address = f"/admin/wallet/merchant/{shop.pk}"
    assert "sampai transfer" not in _page(client, f"{address}/change/")
    made = checkpoints.advance(shop.account_id)
    assert made is not None
    assert f"sampai transfer {made.counted_to}" in _page(client, f"{address}/change/")
    page = _page(client, f"{address}/statement/")
    assert "Rp 25.000" in page
    assert "Rp 0" in _page(client, f"{address}/statement/", as_of=str(books.days_ago(1)))


# --- reversals ---


def test_a_transfer_that_nothing_claims_is_reversed_once_with_its_reason(house: House) -> None:
    client = house.client("bendahara")
    fund = money.fund(5_000)
    transfer = Transfer.objects.get(credit=fund)
    address = f"/admin/wallet/transfer/{transfer.pk}/reverse_it/"
    _sent(client, address, reason="")
    assert not Transfer.objects.filter(reverses=transfer).exists()
    page = _sent(client, address, reason="salah surat")
    reversal = Transfer.objects.get(reverses=transfer)
    assert "Rp 5.000 kembali: salah surat" in page and ledger.balance_of(fund.pk) == 0
    assert "sudah pernah dibatalkan" in _sent(client, address, reason="lagi")
    seen = house.client("auditor").get(f"/admin/wallet/transfer/{reversal.pk}/change/").content.decode()
    assert f"Membatalkan transfer {transfer.pk}: salah surat (bendahara)" in seen
    assert Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).count() == 1


def test_what_a_row_claims_is_not_reversed_here(house: House) -> None:
    client = house.client("admin")
    kinds = set()
    for transfer in Transfer.objects.exclude(kind=Transfer.Kind.FUNDING):
        address = f"/admin/wallet/transfer/{transfer.pk}"
        assert "Bukukan pembatalan" not in _page(client, f"{address}/reverse_it/")
        assert "/reverse_it/" not in _page(client, f"{address}/change/")
        _sent(client, f"{address}/reverse_it/", reason="x")
        kinds.add(transfer.kind)
    assert kinds >= {"reservation", "disbursement", "redemption", "refund", "top_up", "settlement"}
    assert not Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).exists()


def test_money_that_has_left_the_fund_is_not_reversed_and_no_reason_is_left_behind(house: House) -> None:
    fund = money.fund(5_000)
    transfer = Transfer.objects.get(credit=fund)
    money.move(fund, money.fund(), 1)
    page = _sent(house.client("bendahara"), f"/admin/wallet/transfer/{transfer.pk}/reverse_it/", reason="x")
    assert "Saldo tidak cukup" in page
    assert not LogEntry.objects.filter(object_id=str(transfer.pk)).exists()


# --- the bank, and aid taken back ---


@pytest.mark.parametrize("paid", [False, True])
def test_what_the_bank_returns_is_owed_again(house: House, paid: bool) -> None:
    client, row = house.client("bendahara"), Settlement.objects.get()
    if paid:
        settlement.confirm_paid(row)
    address = f"/admin/wallet/settlement/{row.pk}"
    _sent(client, f"{address}/send_back/", reason="")
    row.refresh_from_db()
    assert row.status != Settlement.Status.RETURNED
    said = _sent(client, f"{address}/send_back/", reason="rekening tutup", evidence="BCA 17/3")
    if paid:
        proposal = f"/admin/wallet/settlementreturn/{row.returns.get().pk}"
        _sent(client, f"{proposal}/agree/")
        row.refresh_from_db()
        assert row.status == Settlement.Status.PAID  # another officer agrees
        assert "BCA 17/3" in _page(house.client("admin"), f"{proposal}/agree/")
        said = _sent(house.client("admin"), f"{proposal}/agree/")
    assert "terutang lagi" in said
    _sent(client, f"{address}/send_back/", reason="lain")
    row.refresh_from_db()
    assert (row.status, row.return_reason) == (Settlement.Status.RETURNED, "rekening tutup")
    assert ledger.balance_of(row.merchant.account_id) == row.amount
    page = _page(client, f"{address}/change/")
    assert "rekening tutup" in page and page.count("Pembatalan ") == (2 if paid else 1)
    assert "/send_back/" not in page and "/mark_paid/" not in page
    assert "mengembalikan penyelesaian ini" in _sent(client, f"{address}/mark_paid/")
    assert verification.verify().holds


def test_aid_paid_by_mistake_is_taken_back_by_two_officers_while_all_of_it_is_there(house: House) -> None:
    maker, client = house.client("petugas"), house.client("penyetuju")
    paid = Instruction.objects.filter(batch=house.closed, status=Instruction.Status.PAID)
    spent = set(Transfer.objects.filter(kind=Transfer.Kind.REDEMPTION).values_list("debit__purse__wallet", flat=True))
    whole = next(row for row in paid if row.wallet_id not in spent)
    used = next(row for row in paid if row.wallet_id in spent)
    propose = "/admin/disbursement/instruction/{}/propose_take_back/"
    address = "/admin/disbursement/instruction/{}/take_back/"
    _sent(maker, propose.format(whole.pk), reason="")
    _sent(client, address.format(whole.pk))
    whole.refresh_from_db()
    assert whole.status == "paid"  # nobody has proposed it
    assert "orang lain harus menyetujuinya" in _sent(maker, propose.format(whole.pk), reason="ganda")
    _sent(maker, propose.format(used.pk), reason="ganda")
    assert "Penarikan kembali menunggu orang kedua" in _page(client, "/admin/")
    assert "ganda" in _page(client, address.format(whole.pk))
    assert "Rp 300.000 ditarik kembali: ganda" in _sent(client, address.format(whole.pk))
    assert "sudah dipakai" in _sent(client, address.format(used.pk))
    assert "bantuan tetap" in _sent(
        client, f"/admin/disbursement/instruction/{used.pk}/refuse_take_back/", reason="terpakai"
    )
    whole.refresh_from_db()
    used.refresh_from_db()
    assert (whole.status, whole.failure, used.status) == ("returned", "ganda", "paid")
    assert Transfer.objects.filter(kind=Transfer.Kind.REVERSAL).count() == 1
    page = _page(client, f"/admin/disbursement/instruction/{whole.pk}/change/")
    assert "ganda" in page and "/take_back/" not in page


# --- regions ---


def test_regions_are_typed_until_granted_and_then_told_in_words(house: House) -> None:
    client = house.client("bendahara")
    data = {"name": "Wilayah", "mccs": "", "regions": "31.75; 31.74.01 31.75"}
    client.post("/admin/wallet/purseterms/add/", data)
    made = PurseTerms.objects.get(name="Wilayah")
    assert made.regions == ["31.74.01", "31.75"]
    for wrong in ("Jakarta", "3174", "31.74.", "31.74.01.1", "３１"):
        page = _sent(client, f"/admin/wallet/purseterms/{made.pk}/change/", **data | {"regions": wrong})
        assert "Bukan kode wilayah" in page
    client.post(f"/admin/wallet/purseterms/{made.pk}/change/", data | {"regions": "31.74"})
    made.refresh_from_db()
    assert made.regions == ["31.74"]
    money.purse(money.wallet(), 1_000, rules=made)
    client.post(f"/admin/wallet/purseterms/{made.pk}/change/", data | {"regions": ""})
    made.refresh_from_db()
    assert made.regions == ["31.74"]
    page = _page(client, f"/admin/wallet/purseterms/{made.pk}/change/")
    assert "31.74 Jakarta Selatan" in page and "sudah ada bantuan yang diberikan" in page
    assert 'name="regions"' not in page


def test_a_merchant_has_its_region(house: House) -> None:
    client, shop = house.client("bendahara"), Merchant.objects.get(merchant_id="W1")
    address = f"/admin/wallet/merchant/{shop.pk}/propose/"
    data = {
        "name": "Warung",
        "mcc": "5411",
        "city": "JAKARTA",
        "bank_code": "014",
        "bank_account": "",
        "reason": "pindah",
    }
    assert "Isi kode seperti" in _sent(client, address, **data, region="3174")
    _sent(client, address, **data, region="31.74.01.1001")
    merchant_changes.agree(shop.changes.get(), money.officer())
    shop.refresh_from_db()
    assert shop.region == "31.74.01.1001"


# --- verification ---


def test_a_verifications_page_has_figures_and_names_the_row_and_its_day(house: House) -> None:
    run = Verification.objects.latest("pk")
    client = house.client("auditor")
    page = _page(client, f"/admin/wallet/verification/{run.pk}/change/")
    assert "tidak ada selisih" in page and "transfer diperiksa" in page.lower()
    [row] = books.post_on(books.at(books.days_ago(1)))
    kept = verification.record(verification.verify())
    page = _page(client, f"/admin/wallet/verification/{kept.pk}/change/")
    assert "Hentikan pembayaran" in page and re.search(rf">{row.pk}</td><td[^>]*>{books.days_ago(1)}</td>", page)


def test_cash_paid_in_is_told_apart_from_what_merchants_were_paid(house: House) -> None:
    money.top_up(money.wallet(), 777_000)
    settlement.confirm_paid(paid := Settlement.objects.get())
    page = _page(house.client("auditor"), "/admin/")
    told = re.findall(r'class="money">(-?Rp [0-9.]+)<', page)
    cash_in = 777_000 + 50_000  # the house's own top-up
    assert {f"Rp {amount:,}".replace(",", ".") for amount in (cash_in, paid.amount)} <= set(told)
    assert "Setoran tunai di loket" in page and "tidak sama dengan anggaran" not in page and "-Rp" not in page
