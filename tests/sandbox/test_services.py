"""The other services of the house, with the documented values: merchant's codes, direct debit, cash, balances, bulk."""

from __future__ import annotations

import re
import time

import pytest

from snap_client import SnapClient
from tests.sandbox.conftest import SHOP, Browser, Sandbox, code, unique

pytestmark = pytest.mark.xdist_group("sandbox")


def test_a_merchants_code_is_made_decoded_paid_and_refunded(client: SnapClient) -> None:
    reference, paying = unique("MPM"), unique("PAY")
    made = client.generate_merchant_code(reference, SHOP, 25_000)[1]
    assert made["responseCode"] == "2004700"
    paid = client.pay_merchant_code(
        paying, SHOP, 25_000, otp=code("PAID"), additionalInfo={"qrContent": made["qrContent"]}
    )[1]
    assert paid["responseCode"] == "2005000"
    found = client.query_merchant_code(reference)[1]
    assert (found["responseCode"], found["latestTransactionStatus"]) == ("2005100", "00")
    assert client.refund_merchant_code(reference, unique("REF"), 5_000)[1]["responseCode"] == "2007800"


def test_a_merchants_code_that_cannot_be_paid(client: SnapClient) -> None:
    made = client.generate_merchant_code(unique("MPM"), SHOP, 25_000)[1]
    poor = client.pay_merchant_code(
        unique("PAY"), SHOP, 25_000, otp=code("INSUFFICIENT"), additionalInfo={"qrContent": made["qrContent"]}
    )[1]
    assert poor["responseCode"] == "4035014"


def test_an_order_is_approved_on_its_page(sandbox: Sandbox, client: SnapClient) -> None:
    reference = unique("DEB")
    order = client.debit(reference, SHOP, 25_000)[1]
    assert order["responseCode"] == "2005400"
    page = "/" + order["webRedirectUrl"].split("/", 3)[3]
    payer = Browser(sandbox.url)
    payer.submit(page, page, way="code", code=code("PAID"))
    found = client.query_debit(reference)[1]
    assert (found["responseCode"], found["latestTransactionStatus"]) == ("2005500", "00")


def test_cash_over_a_counter(client: SnapClient) -> None:
    answer = client.cash_out(unique("OUT"), "62811742234", 50_000, otp=code("PAID"))[1]
    assert answer["responseCode"] == "2004400"


def test_a_merchants_balance(client: SnapClient) -> None:
    assert client.balance(unique("BAL"), SHOP)[1]["responseCode"] == "2001100"


def test_many_top_ups_at_once(client: SnapClient) -> None:
    reference = unique("LINE")
    line = {
        "accountNumber": "62811742234",
        "amount": {"value": "5000.00", "currency": "IDR"},
        "partnerReferenceNo": reference,
    }
    assert client.pay_in_bulk(unique("BULK"), [line])[1]["responseCode"] in ("2024000", "2004000")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = client.service("39", {"serviceCode": "40", "originalPartnerReferenceNo": reference})[1]
        if found.get("latestTransactionStatus") != "03":
            break
        time.sleep(0.5)
    assert (found["responseCode"], found["latestTransactionStatus"]) == ("2003900", "00")


def test_the_page_names_every_documented_value(sandbox: Sandbox) -> None:
    page = Browser(sandbox.url).get("/sandbox/").text
    for name in ("SANDBOX-PAID-001", "SANDBOX-LATE-001", "62811742234", "SANDBOXSHOP0001"):
        assert re.search(name, page)
