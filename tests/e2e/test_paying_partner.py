"""The demo's partner on real servers: a connection that breaks after the credit, notices twice, and everybody is paid once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.request import urlopen

import pytest

from demo import paying_partner
from demo.proof import Proof
from disbursement import approvals, batches, eligibility
from disbursement.models import Batch, Programme
from tests import money
from tests.e2e import servers

pytestmark = pytest.mark.usefixtures("committed_db")


def test_what_the_demo_claims_of_a_partner_holds_and_can_be_played_again(
    process_env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = process_env | {"DEBUG": "True", "LOG_LEVEL": "INFO", "SMS_SPOOL": str(tmp_path / "sms")}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(servers.ROOT))
    money.people(6)
    klj = money.programme(code="KLJ", amount=100_000, budget=1_200_000)
    eligibility.enrol_eligible(klj)
    money.officer("petugas")
    money.phone(money.approver("admin"))
    with servers.running("worker", env, tmp_path / "worker.log"), servers.web(env, tmp_path / "web.log") as address:
        for month in (11, 12):
            period = date(2026, month, 1)
            money.pay_out(money.approve(money.submitted(klj) if month == 11 else _again(klj, period)))
            proof = Proof()
            monkeypatch.setattr("demo.authenticators.approve", lambda batch, by, reason: money.approve(batch, by))
            [batch] = paying_partner.pay(address, period, proof)
            assert not proof.broken
            assert len(proof.claims) == 6
            assert (batch.status, batch.count) == ("closed", 5)
        with paying_partner.at_hand(address) as partner_url, urlopen(partner_url, timeout=20) as page:  # noqa: S310
            assert "Mitra uang elektronik simulasi" in page.read().decode()
            assert Programme.objects.get(code="EMONEY").active
    money.assert_books_hold()


def _again(programme: Programme, period: date) -> Batch:
    return approvals.submit(batches.prepare(batches.cycle_of(programme, period)), by=money.officer())
