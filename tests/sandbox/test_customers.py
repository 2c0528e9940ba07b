"""What no documented value stands for is had from a new customer on the page: services 59, 62, 97, and 54 with addresses."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from snap_client import SnapClient, offline_claim
from tests.sandbox.conftest import SHOP, Browser, Sandbox, unique

pytestmark = pytest.mark.xdist_group("sandbox")
SHOWN = re.compile(r"Pelanggan baru menunjukkan: ([^<\s]+)")


def _shows(browser: Browser, what: str) -> str:
    found = SHOWN.search(browser.submit("/sandbox/customer/", shows=what).text)
    assert found
    return html.unescape(found[1])


def _rupiah(amount: int) -> dict[str, str]:
    return {"value": f"{amount}.00", "currency": "IDR"}


def _code(client: SnapClient, path: str, fields: dict[str, Any]) -> str:
    return str(client.call(path, fields)[1]["responseCode"])


@pytest.mark.parametrize("what", ["qr", "digits"])
def test_a_code_is_paid(client: SnapClient, browser: Browser, what: str) -> None:
    assert client.pay(unique("INV"), _shows(browser, what), SHOP, 25_000)[1]["responseCode"] == "2006000"


def test_a_deposit_that_was_used_up_is_filled_again(client: SnapClient, browser: Browser) -> None:
    assert client.top_up(unique("TOP"), "62811742234", 5_000)[0] == 200
    page = browser.get("/sandbox/").text
    account = re.search(r'id="deposit">([0-9]+)<', page)
    assert account and "Rp 1.000.000.000" not in page
    assert "Rp 1.000.000.000" in browser.submit("/sandbox/deposit/").text
    told = client.balance(unique("BAL"), account[1])[1]["accountInfos"][0]["availableBalance"]
    assert told == _rupiah(1_000_000_000)
    assert "Rp 1.000.000.000" in browser.submit("/sandbox/deposit/").text  # full: nothing is done


def test_six_digits_are_exchanged_and_the_code_is_taken_back(client: SnapClient, browser: Browser) -> None:
    number = unique("CPM")
    fields = {"partnerReferenceNo": number, "otp": _shows(browser, "digits")}
    assert _code(client, "/v1.0/qr/qr-cpm-generate", fields) == "2005900"
    assert _code(client, "/v1.0/qr/qr-cpm-cancel", {"originalPartnerReferenceNo": number}) == "2006200"


def test_a_balance_is_shown_with_a_code_that_pays_nothing(client: SnapClient, browser: Browser) -> None:
    shown = _shows(browser, "balance")
    status, answer = client.balance(unique("BAL"), customer=shown)
    assert (status, answer["responseCode"]) == (200, "2001100")
    assert answer["accountInfos"][0]["availableBalance"]["value"] == "1000000.00"
    assert client.pay(unique("INV"), shown, SHOP, 1_000)[1]["responseCode"][-2:] != "00"
    assert client.balance(unique("BAL"), customer=shown)[0] == 200  # until it ends: a retry tells the same


def test_a_voucher_is_claimed(sandbox: Sandbox, client: SnapClient, browser: Browser) -> None:
    [[now]] = sandbox.sql("SELECT now()")  # the sandbox's, which other tests have advanced
    number, voucher = unique("OFF"), _shows(browser, "voucher")
    _, answer = client.claim_offline([offline_claim(number, voucher, SHOP, 10_000, now)], partner_bulk_id=unique("B"))
    assert [one["responseCode"] for one in answer["claims"]] == ["2009700"]
    status, answer = client.query_offline_claim(number)
    assert (status, answer["responseCode"], answer["latestTransactionStatus"]) == (200, "2009800", "00")


def test_a_day_of_practice_takes_more_vouchers_than_a_desk_hands_out(browser: Browser) -> None:
    assert len({_shows(browser, "voucher") for _ in range(31)}) == 31


def test_an_order_may_send_its_payer_back_to_a_host_that_was_named(client: SnapClient, browser: Browser) -> None:
    fields = {
        "merchantId": SHOP,
        "amount": _rupiah(5_000),
        "urlParams": [{"url": "https://toko.example/kembali", "type": "PAY_RETURN", "isDeeplink": "N"}],
    }
    order = fields | {"partnerReferenceNo": unique("DD")}
    path = "/v1.0/debit/payment-host-to-host"
    browser.submit("/sandbox/return-hosts/", hosts="")
    assert _code(client, path, order) == "4005401"
    assert "bukan nama host" in browser.submit("/sandbox/return-hosts/", hosts="nothing").text
    assert "toko.example" in browser.submit("/sandbox/return-hosts/", hosts="toko.example, lain.example").text
    assert _code(client, path, order) == "2005400"


def test_a_value_that_is_none_makes_nothing(sandbox: Sandbox, browser: Browser) -> None:
    before = sandbox.sql("SELECT count(*) FROM wallet_wallet")
    assert "menunjukkan: " not in browser.submit("/sandbox/customer/", shows="gold").text
    assert sandbox.sql("SELECT count(*) FROM wallet_wallet") == before
