"""The main job over HTTP, on real servers: a registry file goes in, and a merchant's bank is paid."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import call_command

from beneficiaries import registry
from beneficiaries.models import Person
from demo import serve
from demo.phone_client import Inbox, Phone, Refused
from disbursement import approvals, batches, eligibility
from disbursement.models import Batch
from snap_client import SnapClient
from tests import money
from tests.e2e import servers
from wallet import credentials, settlement, verification
from wallet.models import Merchant

PIN = "482915"
DEAD_BROKER = "redis://127.0.0.1:9/0"
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def env(process_env: dict[str, str], tmp_path: Path) -> dict[str, str]:
    return process_env | {"SMS_SPOOL": str(tmp_path / "sms"), "DEBUG": "True", "LOG_LEVEL": "INFO", "CHUNK_SIZE": "20"}


@pytest.fixture
def shop() -> tuple[Merchant, str]:
    """A grocery, and the private key of its partner (client secret: rahasia)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    partner = money.partner()
    public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    credentials.add_key(partner, public_key.decode())
    private_key = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return money.merchant("5411", of=partner), private_key.decode()


def client(address: str, shop: tuple[Merchant, str]) -> SnapClient:
    return SnapClient(address, shop[0].partner.client_id, shop[1], "rahasia")


def enrolled(tmp_path: Path, people: int) -> Batch:
    """A generated registry, imported; everyone from 60 on enrolled; their batch submitted, its budget there."""
    file = tmp_path / "registry.csv"
    call_command("make_registry", f"--people={people}", "--seed=7", f"--out={file}", verbosity=0)
    registry.import_file(file, tmp_path / "errors.csv")
    programme = money.programme(amount=300_000, budget=people * 300_000, eligibility="person.age >= 60")
    eligibility.enrol_eligible(programme)
    return approvals.submit(batches.prepare(batches.cycle_of(programme, date(2026, 11, 1))), by=money.officer())


def a_phone(address: str) -> Phone:
    person = Person.objects.filter(wallet__isnull=False, phone_index__isnull=False).order_by("pk")[0]
    return Phone(address, person.phone, person.birth_date.isoformat())


def wait_until_closed(batch: Batch) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        batch.refresh_from_db()
        if batch.status == Batch.Status.CLOSED:
            return
        time.sleep(0.1)
    raise AssertionError(f"the worker left the batch {batch.status}")


def test_aid_travels_from_a_registry_file_to_the_merchants_bank(
    env: dict[str, str], shop: tuple[Merchant, str], tmp_path: Path
) -> None:
    batch = enrolled(tmp_path, 400)
    with servers.running("worker", env, tmp_path / "worker.log"), servers.web(env, tmp_path / "web.log") as address:
        money.approve(batch)
        wait_until_closed(batch)
        money.assert_paid_once(batch, batch.count)

        phone = a_phone(address)
        phone.activate(Inbox(tmp_path / "sms"))
        phone.set_pin(PIN)
        assert phone.purses()["book_balance"] == 300_000
        code = phone.code(PIN)
        till = client(address, shop)
        status, paid = till.pay("INV-1", code, shop[0].merchant_id, 120_000)
        assert (status, paid["responseCode"]) == (200, "2006000")
        assert till.pay("INV-1", code, shop[0].merchant_id, 120_000)[1]["referenceNo"] == paid["referenceNo"]
        assert phone.purses()["book_balance"] == 180_000
        assert till.refund("INV-1", "R-1", 20_000)[1]["responseCode"] == "2008000"
        assert phone.purses()["book_balance"] == 200_000
        assert [entry["amount"] for entry in phone.history()["entries"]] == [20_000, -120_000, 300_000]
        with pytest.raises(Refused) as refused:
            phone.code("117733")
        assert refused.value.code == "pin_wrong"

    [settled] = list(settlement.settle_all())
    settlement.confirm_paid(settled)
    balances = verification.verify().balances
    assert balances["bank"] == settled.amount == 100_000
    assert -balances["budget"] == balances["fund"] + balances["purse"] + balances["bank"]
    money.assert_books_hold()


def test_one_code_shown_at_ten_tills_at_once_pays_once(
    env: dict[str, str], shop: tuple[Merchant, str], tmp_path: Path
) -> None:
    owner = money.wallet()
    money.purse(owner, 300_000)
    code = money.codes.issue(owner).qr_content
    with servers.web(env, tmp_path / "web.log") as address, ThreadPoolExecutor(10) as tills:

        def take(number: int) -> str:
            return str(client(address, shop).pay(f"INV-{number}", code, shop[0].merchant_id, 10_000)[1]["responseCode"])

        codes = sorted(tills.map(take, range(10)))
    assert codes == ["2006000"] + ["4046000"] * 9
    assert money.balance(shop[0].account_id) == 10_000


def test_shops_are_served_while_the_broker_is_down(
    env: dict[str, str], shop: tuple[Merchant, str], tmp_path: Path
) -> None:
    owner = money.wallet()
    money.purse(owner, 300_000)
    code = money.codes.issue(owner).qr_content
    with servers.web(env | {"REDIS_URL": DEAD_BROKER}, tmp_path / "web.log") as address:
        answer: dict[str, Any] = client(address, shop).pay("INV-1", code, shop[0].merchant_id, 10_000)[1]
    assert answer["responseCode"] == "2006000"


def test_the_till_on_the_command_line_needs_no_settings(tmp_path: Path) -> None:
    env = {"PATH": "/usr/bin:/bin"}
    shown = subprocess.run(
        [sys.executable, "-m", "demo.till"], cwd=servers.ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (shown.returncode, shown.stderr) == (2, "")
    assert "CODE AMOUNT" in shown.stdout


def test_the_till_that_serve_names_calls_the_port_that_serve_has() -> None:
    assert serve.till_command("http://127.0.0.1:8000") == ".venv/bin/python -m demo.till CODE 25000"
    told = serve.till_command("http://127.0.0.1:8106")
    assert told == "SALUR_URL=http://127.0.0.1:8106 .venv/bin/python -m demo.till CODE 25000"


def test_nothing_personal_reaches_the_logs(env: dict[str, str], shop: tuple[Merchant, str], tmp_path: Path) -> None:
    batch = enrolled(tmp_path, 100)
    with servers.running("worker", env, tmp_path / "worker.log"), servers.web(env, tmp_path / "web.log") as address:
        money.approve(batch)
        wait_until_closed(batch)
        phone = a_phone(address)
        phone.activate(Inbox(tmp_path / "sms"))
        phone.set_pin(PIN)
        code = phone.code(PIN)
        client(address, shop).pay("INV-1", code, shop[0].merchant_id, 10_000)
        client(address, shop).pay("INV-2", code, "no such shop", 10_000)
    person = Person.objects.select_related("household").get(phone_index=Person.phone.index_of(phone.phone))
    secrets = [
        phone.phone,
        phone.phone.removeprefix("+62"),
        person.nik,
        person.name,
        person.household.address,
        PIN,
        code,
    ]
    logs = (tmp_path / "web.log").read_text() + (tmp_path / "worker.log").read_text()
    assert "Booting worker" in logs and "deliver_sms" in logs
    assert [secret for secret in secrets if secret and secret in logs] == []
