"""Each documented value does what is documented of it, and faults happen once."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.outcomes import OUTCOMES, SHOPS, Fault
from sandbox.telephones import TELEPHONES
from snap_client import SnapClient, until_answered
from tests.sandbox.conftest import PATIENCE, SHOP, SILENCE_SECONDS, Sandbox, code, unique

pytestmark = pytest.mark.xdist_group("sandbox")


@pytest.mark.parametrize("outcome", [it for it in OUTCOMES.values() if it.fault is None], ids=lambda it: it.name)
def test_a_code_is_answered_as_documented(client: SnapClient, outcome: object) -> None:
    assert client.pay(unique("INV"), code(outcome.name), SHOP, 25_000)[1]["responseCode"] == outcome.response


TILLS = [shop for shop in SHOPS if shop.mcc != "6010"]  # an agent is for cash: test_services.py


@pytest.mark.parametrize("shop", TILLS, ids=lambda it: it.name)
def test_a_shop_is_answered_as_documented(client: SnapClient, shop: object) -> None:
    expected = {"SANDBOXSHOP0003": "4036015", "SANDBOXSHOP0004": "4036019", "SANDBOXSHOP0005": "4046008"}
    answer = client.pay(unique("INV"), code("PAID"), shop.merchant_id, 25_000)[1]
    assert answer["responseCode"] == expected.get(shop.merchant_id, "2006000")
    assert answer["responseCode"] in str(shop.meaning) or answer["responseCode"] == "2006000"


def test_a_code_pays_once_like_every_code(client: SnapClient) -> None:
    shown = code("PAID")
    assert client.pay(unique("INV"), shown, SHOP, 1_000)[0] == 200
    assert client.pay(unique("INV"), shown, SHOP, 1_000)[1]["responseCode"] == "4046000"


def test_what_is_no_documented_value_is_the_services_own_affair(client: SnapClient) -> None:
    for value in ("SANDBOX-NOTHING-1", "SANDBOX-PAID-", "SANDBOX-PAID-\u0661", "sandbox-paid-1"):
        assert client.pay(unique("INV"), value, SHOP, 1_000)[1]["responseCode"] == "4046001"


def test_silence_after_the_credit(sandbox: Sandbox) -> None:
    impatient, reference, shown = sandbox.client(timeout=PATIENCE), unique("INV"), code("TIMEOUT")
    with pytest.raises(requests.Timeout):
        impatient.pay(reference, shown, SHOP, 25_000)
    _, found = impatient.query(reference)
    assert (found["responseCode"], found["latestTransactionStatus"]) == ("2006100", "00")
    again = impatient.pay(reference, shown, SHOP, 25_000)[1]
    assert (again["responseCode"], again["referenceNo"]) == ("2006000", found["originalReferenceNo"])


def test_a_patient_client_hears_a_time_out(client: SnapClient) -> None:
    begun = time.monotonic()
    status, answer = client.pay(unique("INV"), code("TIMEOUT"), SHOP, 25_000)
    assert (status, answer["responseCode"]) == (504, "5046000")
    assert time.monotonic() - begun >= SILENCE_SECONDS


def test_an_error_comes_before_anything_is_done(client: SnapClient) -> None:
    reference, shown = unique("INV"), code("ERROR")
    assert client.pay(reference, shown, SHOP, 25_000)[1]["responseCode"] == "5006000"
    assert client.query(reference)[1]["responseCode"] == "4046101"
    assert client.pay(reference, shown, SHOP, 25_000)[1]["responseCode"] == "2006000"


def test_too_many_is_told_before_anything_is_done(client: SnapClient) -> None:
    reference, shown = unique("INV"), code("BUSY")
    status, answer = client.pay(reference, shown, SHOP, 25_000)
    assert (status, answer["responseCode"], answer["responseMessage"]) == (429, "4296000", "Too Many Requests")
    assert client.query(reference)[1]["responseCode"] == "4046101"
    assert client.pay(reference, shown, SHOP, 25_000)[1]["responseCode"] == "2006000"


def test_the_reference_client_gets_through_every_fault(sandbox: Sandbox) -> None:
    client = sandbox.client(timeout=PATIENCE)
    for outcome in (it for it in OUTCOMES.values() if it.fault in (Fault.ERROR, Fault.BUSY, Fault.SILENCE)):
        reference, shown = unique("INV"), code(outcome.name)
        _, answer = until_answered(lambda: client.pay(reference, shown, SHOP, 25_000), waits=(0.1, 0.1))  # noqa: B023
        assert answer["responseCode"] == "2006000"


def test_a_fault_is_for_who_is_signed_alone(sandbox: Sandbox) -> None:
    forger = SnapClient(sandbox.url, sandbox.client_id, sandbox.private_key, "not-the-secret")
    reference, shown = unique("INV"), code("ERROR")
    assert forger.pay(reference, shown, SHOP, 25_000)[1]["responseCode"] == "4016000"
    assert sandbox.client().pay(reference, shown, SHOP, 25_000)[1]["responseCode"] == "5006000"


def test_one_new_code_shown_at_ten_tills_at_once_pays_once(sandbox: Sandbox) -> None:
    shown = code("PAID")
    clients = [sandbox.client() for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda it: it.pay(unique("INV"), shown, SHOP, 1_000)[1]["responseCode"], clients))
    assert sorted(answers) == ["2006000"] + ["4046000"] * 9


@pytest.mark.parametrize("telephone", [it for it in TELEPHONES if it.fault is None], ids=lambda it: it.prefix)
def test_a_telephone_is_answered_as_documented(client: SnapClient, telephone: object) -> None:
    for number in (telephone.example, f"{telephone.prefix}{uuid.uuid4().int % 10**5:05}"):
        assert client.top_up(unique("TOP"), number, 25_000)[1]["responseCode"] == telephone.response


def test_numbers_of_nobody(client: SnapClient) -> None:
    assert client.top_up(unique("TOP"), "6281399999999", 25_000)[1]["responseCode"] == "4043811"
    assert client.inquire_account("62811742234", 25_000)[1]["responseCode"] == "2003700"


def test_a_used_up_deposit_is_refused_once(client: SnapClient) -> None:
    [telephone] = [it for it in TELEPHONES if it.fault is Fault.EXHAUSTED]
    reference = unique("TOP")
    refused = client.top_up(reference, telephone.example, 5_000)[1]
    assert refused["responseCode"] == telephone.response == "4033814"
    assert refused["additionalInfo"]["reason"] == "insufficient_funds"
    assert client.query_top_up(reference)[1]["responseCode"] == "4043901"
    assert client.top_up(reference, telephone.example, 5_000)[1]["responseCode"] == "2003800"


@pytest.mark.parametrize("telephone", [it for it in TELEPHONES if it.fault is Fault.ERROR], ids=lambda it: it.prefix)
def test_an_error_of_a_top_up(client: SnapClient, telephone: object) -> None:
    reference = unique("TOP")
    assert client.top_up(reference, telephone.example, 25_000)[1]["responseCode"] == telephone.response
    assert client.query_top_up(reference)[1]["responseCode"] == "4043901"
    assert client.top_up(reference, telephone.example, 25_000)[1]["responseCode"] == "2003800"


def test_silence_after_a_top_up(sandbox: Sandbox) -> None:
    impatient, reference = sandbox.client(timeout=PATIENCE), unique("TOP")
    with pytest.raises(requests.Timeout):
        impatient.top_up(reference, "628551005454", 25_000)
    assert impatient.query_top_up(reference)[1]["latestTransactionStatus"] == "00"
    assert impatient.top_up(reference, "628551005454", 25_000)[1]["responseCode"] == "2003800"
