"""What a run saw is kept as it was, whoever asks the database; and hostile requests meet the service's own words."""

from __future__ import annotations

import json

import psycopg2
import pytest

from snap_client import signing
from tests.sandbox.conftest import SHOP, Browser, Sandbox, code, finish_run, unique

pytestmark = pytest.mark.xdist_group("sandbox")


def test_exchanges_faults_and_reports_are_not_rewritten(sandbox: Sandbox, browser: Browser, run_page: str) -> None:
    sandbox.client().pay(unique("INV"), code("ERROR"), SHOP, 1_000)
    finish_run(browser, run_page)
    uid = run_page.rstrip("/").rsplit("/", 1)[1]
    [[exchanges]] = sandbox.sql(
        "SELECT count(*) FROM sandbox_exchange e JOIN sandbox_run r ON r.id = e.run_id WHERE r.uid = %s", uid
    )
    assert exchanges >= 1
    for statement in (
        "DELETE FROM sandbox_exchange RETURNING 1",
        "UPDATE sandbox_exchange SET seen = '{}' RETURNING 1",
        "DELETE FROM sandbox_fault RETURNING 1",
        "DELETE FROM sandbox_run RETURNING 1",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            sandbox.sql(statement)
    with pytest.raises(psycopg2.errors.CheckViolation):
        sandbox.sql("UPDATE sandbox_run SET report = report || ' ' WHERE uid = %s RETURNING 1", uid)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "4006002"),  # read as no fields at all
        (b"[]", "4006000"),
        (b"{", "4006000"),
        (b'"text"', "4006000"),
        (b"\xff\xfe", "4006000"),
        (b'{"qrContent":{"a":1}}', "4006002"),
        (b'{"qrContent":"SANDBOX-ERROR-x","partnerReferenceNo":"\\u0000"}', "5006000"),  # as documented for this value
        (b'{"qrContent":"SANDBOX-PAID-x","partnerReferenceNo":"\\ud800"}', "4006000"),
        (b'{"partnerReferenceNo":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "4006000"),
        (b'{"partnerReferenceNo":' + b"9" * 20_000 + b"}", "4006000"),
    ],
    ids=range(10),
)
@pytest.mark.usefixtures("run_page")  # watched, too
def test_whatever_is_sent_is_answered_in_snaps_terms(sandbox: Sandbox, body: bytes, code: str) -> None:
    client = sandbox.client(asymmetric=True)
    at, path = signing.timestamp(), "/v1.0/qr/qr-cpm-payment"
    signature = signing.sign_asymmetric(
        signing.private_key(sandbox.private_key), signing.string_to_sign("POST", path, signing.minify(body), at)
    )
    headers = {
        "Content-Type": "application/json",
        "X-TIMESTAMP": at,
        "X-SIGNATURE": signature,
        "X-PARTNER-ID": sandbox.client_id,
        "X-EXTERNAL-ID": unique("X")[:36],
        "CHANNEL-ID": "95221",
    }
    answer = client._session.post(sandbox.url + path, data=body, headers=headers, timeout=60)
    told = json.loads(answer.content)
    assert (str(answer.status_code), told["responseCode"]) == (code[:3], code)
