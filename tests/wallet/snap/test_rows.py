"""Every code that a service documents has its row in the tables of these tests, and every row's code is documented."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.wallet.snap import (
    test_bulk_cashin,
    test_direct_debit,
    test_emoney_services,
    test_goods,
    test_qr_response_codes,
    test_services,
)
from tests.wallet.snap.published import SERVICES
from wallet.snap import schema

TABLES = (
    test_bulk_cashin,
    test_direct_debit,
    test_emoney_services,
    test_goods,
    test_qr_response_codes,
    test_services,
)
# Of the envelope, whatever is asked: test_authentication, test_envelope and test_access_matrix have these for every service.
EVERYWHERE = {"20000"} | {f"{case.status}{case.number}" for case, _ in schema.TRANSACTION_CASES}
# 73 has no cases but those of the envelope; 97 answers each claim by itself (test_offline).
OF_THEIR_OWN = sorted(SERVICES.keys() - {"73", "97"})


def _without_service(code: str) -> str:
    return code[:3] + code[5:]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get(reverse("snap-schema"), {"format": "json"}).content)
    return found


@pytest.mark.parametrize("service", OF_THEIR_OWN)
def test_the_documented_cases_are_the_rows(document: dict[str, Any], service: str) -> None:
    answers = document["paths"][f"/v1.0/{SERVICES[service].path}"]["post"]["responses"].values()
    documented = {
        _without_service(example["value"]["responseCode"])
        for answer in answers
        for example in answer["content"]["application/json"]["examples"].values()
    }
    codes = [row[0] for table in TABLES for row in table.ROWS] + ["4049801"]  # 98: test_offline
    rows = {_without_service(code) for code in codes if code[3:5] == service}
    assert rows - EVERYWHERE == documented - EVERYWHERE
