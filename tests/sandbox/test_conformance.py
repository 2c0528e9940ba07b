"""A partner starts a run from a web page, its client calls, and a signed report comes of it that anyone can check."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from config.embedded import ROOT
from sandbox.steps import CUSTOMERS_CODES, STEPS, TOP_UPS
from snap_client import signing, until_answered
from tests.sandbox.conftest import PATIENCE, SHOP, Browser, Sandbox, code, finish_run, start_run, unique

pytestmark = pytest.mark.xdist_group("sandbox")
UNTESTED = [step.code for step in STEPS if step.only_with and not step.only_with & (CUSTOMERS_CODES | TOP_UPS)]
TESTED = len(STEPS) - len(UNTESTED)
NOBODYS = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _conform(sandbox: Sandbox, **kind: bool) -> None:
    """Everything that a run asks for, as a good client does it; `asymmetric` for one that knows that kind alone."""
    client, reference, shown = sandbox.client(timeout=PATIENCE, **kind), unique("INV"), code("PAID")
    client.pay(reference, shown, SHOP, 25_000, external_id=unique("X")[:36])
    external_id = unique("X")[:36]
    client.pay(reference, shown, SHOP, 25_000, external_id=external_id)
    if not kind:
        client.pay(reference, shown, SHOP, 25_000, external_id=external_id)
    client.pay(reference, shown, SHOP, 26_000)
    if kind:
        client.query(reference)
    else:
        sandbox.client(asymmetric=True, hexadecimal=True, suffix=".htm").query(reference)
    for outcome in ("INSUFFICIENT", "FROZEN", "EXPIRED"):
        client.pay(unique("INV"), code(outcome), SHOP, 5_000)
    lost = unique("INV")
    with pytest.raises(requests.Timeout):
        client.pay(lost, code("TIMEOUT"), SHOP, 5_000)
    client.query(lost)
    broken, shown = unique("INV"), code("ERROR")
    client.pay(broken, shown, SHOP, 5_000)
    client.pay(broken, shown, SHOP, 5_000)
    refund = unique("REF")
    for _ in range(2):
        client.refund(reference, refund, 5_000)
    client.refund(reference, unique("REF"), 20_001)
    filled = unique("TOP")
    for _ in range(2):
        client.top_up(filled, "62811742234", 5_000)
    client.top_up(unique("TOP"), "628996647679", 5_000)
    for number in ("628551005454", "628121111111"):
        until_answered(lambda: client.top_up(f"{filled}-{number}", number, 5_000), waits=(0.1, 0.1))  # noqa: B023


def _check(file: Path, key: str) -> subprocess.CompletedProcess[str]:
    """As whoever was handed the report checks it: with the script alone."""
    command = [sys.executable, "-I", str(ROOT / "audit" / "check_conformance.py"), str(file), "--public-key", key]
    return subprocess.run(command, cwd="/", env={}, capture_output=True, text=True, timeout=60)


def test_a_conforming_client_gets_a_report_that_proves_it(
    sandbox: Sandbox, browser: Browser, run_page: str, tmp_path: Path
) -> None:
    _conform(sandbox)
    watched = browser.get(run_page).text
    assert f"{TESTED} dari {TESTED} langkah yang diuji lulus; {len(UNTESTED)} tidak diuji" in watched, re.findall(
        r'class="(?:failed|waiting)"><strong>(.*?)<', watched
    )
    assert 'http-equiv="refresh"' in watched and "<script" not in watched
    signed = finish_run(browser, run_page)
    assert json.loads(signed["report"])["passed"] is True
    results = {step["step"]: step["result"] for step in json.loads(signed["report"])["steps"]}
    assert set(results.values()) == {"passed", "untested"}
    assert [step for step, result in results.items() if result == "untested"] == UNTESTED
    assert {"47", "54", "97"} <= set(json.loads(signed["report"])["servicesNotCalled"])
    assert sandbox.secret not in signed["report"]
    key = requests.get(f"{sandbox.url}/sandbox/public-key", timeout=30).text.strip()
    file = tmp_path / "report.json"
    file.write_text(json.dumps(signed))
    done = _check(file, key)
    assert done.returncode == 0 and "SANDBOX-PARTNER conforms" in done.stdout, done.stderr

    assert _check(file, NOBODYS).returncode == 1
    for change in (
        {"report": signed["report"].replace('"passed":true', '"passed":false', 1)},
        {"report": signed["report"] + " "},
        {"signature": "00" * 64},
    ):
        file.write_text(json.dumps(signed | change))
        assert "NOT signed so" in _check(file, key).stderr
    printed = browser.get(f"{run_page}report/").text
    assert signed["signature"] in printed and "Laporan uji kesesuaian" in printed


def test_a_client_with_one_kind_of_signature_conforms(sandbox: Sandbox, browser: Browser, run_page: str) -> None:
    """It asks for no token, and its library draws each X-EXTERNAL-ID."""
    _conform(sandbox, asymmetric=True)
    report = json.loads(finish_run(browser, run_page)["report"])
    assert report["passed"] is True
    without = {step["step"]: step["result"] for step in report["steps"] if step["step"] not in UNTESTED}
    assert {step for step, result in without.items() if result == "untested"} == {"token", "symmetric", "conflict"}


def test_a_client_that_pays_under_another_number_does_not_conform(
    sandbox: Sandbox, browser: Browser, run_page: str, tmp_path: Path
) -> None:
    client, shown = sandbox.client(timeout=PATIENCE), code("TIMEOUT")
    with pytest.raises(requests.Timeout):
        client.pay(unique("INV"), shown, SHOP, 5_000)
    client.pay(unique("INV"), shown, SHOP, 5_000)
    assert "dikirim dengan nomor lain" in browser.get(run_page).text
    signed = finish_run(browser, run_page)
    file = tmp_path / "report.json"
    file.write_text(json.dumps(signed))
    done = _check(file, signed["publicKey"])
    assert done.returncode == 2 and "NOT passed silence" in " ".join(done.stdout.split())


def test_a_report_never_changes(sandbox: Sandbox, browser: Browser, run_page: str) -> None:
    first = finish_run(browser, run_page)
    sandbox.client().query("INV-NONE")  # nothing is watched any more
    browser.submit(f"{run_page}finish/", "/sandbox/")
    assert browser.get(f"{run_page}report.json").json() == first
    another = start_run(browser)
    assert another != run_page
    finish_run(browser, another)


def test_a_run_that_is_open_is_gone_on_with(browser: Browser, run_page: str) -> None:
    assert start_run(browser) == run_page


def test_nobody_else_sees_a_run(sandbox: Sandbox, browser: Browser, run_page: str) -> None:
    stranger = Browser(sandbox.url)
    for address in (run_page, f"{run_page}report/", f"{run_page}report.json"):
        assert stranger.get(address).url.endswith("/sandbox/login/")
    assert browser.get("/sandbox/runs/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_signing_in_with_the_key(sandbox: Sandbox) -> None:
    browser = Browser(sandbox.url)
    challenge = re.search(r'id="challenge">([^<]+)<', browser.get("/sandbox/login/").text)
    assert challenge
    proof = signing.sign_asymmetric(signing.private_key(sandbox.private_key), challenge[1])
    # The page of the form draws another text: what was shown last counts.
    form = browser.session.get(f"{sandbox.url}/sandbox/", timeout=30).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "client_id": sandbox.client_id, "signature": proof}
    answer = browser.session.post(f"{sandbox.url}/sandbox/login/", data=fields, timeout=30)
    assert "Anda masuk sebagai" in answer.text


@pytest.mark.parametrize("client_id", ["SANDBOX-PARTNER", "NOBODY"])
def test_a_wrong_proof_opens_nothing(sandbox: Sandbox, client_id: str) -> None:
    for fields in (
        {"secret": "wrong"},
        {"secret": ""},
        {"signature": base64.b64encode(bytes(256)).decode()},
        {"signature": "é"},
    ):
        browser = Browser(sandbox.url)
        answer = browser.submit("/sandbox/login/", "/sandbox/login/", client_id=client_id, **fields)
        assert answer.status_code == 200 and "tidak cocok" in answer.text
        assert "Masuk sebagai mitra" in browser.get("/sandbox/").text


def test_the_pages_speak_both_languages(sandbox: Sandbox) -> None:
    """Indonesian first; whoever chose English gets pages marked as English."""
    browser = Browser(sandbox.url)
    assert '<html lang="id">' in browser.get("/sandbox/").text
    browser.submit("/i18n/setlang/", language="en", next="/sandbox/")
    assert '<html lang="en">' in browser.get("/sandbox/").text
