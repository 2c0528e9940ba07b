"""`/metrics` tells whether the books were verified and sealed, to who has the token alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.wallet import books
from wallet import seals, verification

pytestmark = pytest.mark.django_db


def values(client: Client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"Authorization": "Bearer rahasia"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain")
    lines = [line.split() for line in answer.content.decode().splitlines() if not line.startswith("#")]
    ours = [line for line in lines if line[0].startswith("salur_ledger_")]
    return {name.removeprefix("salur_ledger_"): float(value) for name, value in ours}


def test_there_are_no_metrics_without_a_token(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    for headers in ({}, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer ", "Bearer salah", "rahasia", "Basic rahasia", "Bearer é"])
def test_a_wrong_token_is_refused(client: Client, settings: Any, sent: str) -> None:
    settings.METRICS_TOKEN = "rahasia"
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 401


def test_what_was_verified_and_sealed_is_told(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "rahasia"
    assert values(client) == {"unsealed_days": 0}
    books.post_on(books.at(books.days_ago(3)), 2)
    assert values(client) == {"unsealed_days": 3}
    seals.seal_day(books.days_ago(3))
    assert values(client) == {"unsealed_days": 2, "sealed_day_age_days": 3}
    list(seals.seal_due())
    run = verification.record(verification.verify())
    assert values(client) == {
        "unsealed_days": 0,
        "sealed_day_age_days": 1,
        "verification_timestamp_seconds": pytest.approx(run.started_at.timestamp(), abs=1),
        "verification_holds": 1,
        "verification_findings": 0,
        "verified_transfers": 2,
    }
    books.post_on(books.at(books.days_ago(3)))
    verification.record(verification.verify())
    assert (values(client)["verification_holds"], values(client)["verification_findings"]) == (0, 1)
