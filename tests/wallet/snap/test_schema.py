"""The OpenAPI document tells the services as they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

SERVICES = {
    "/v1.0/access-token/b2b": "73",
    "/v1.0/qr/qr-cpm-payment": "60",
    "/v1.0/qr/qr-cpm-query": "61",
    "/v1.0/qr/qr-cpm-refund": "80",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    found = SchemaGenerator(patterns=[path("v1.0/", include("wallet.snap.urls"))]).get_schema(public=True)
    assert not GENERATOR_STATS, "the generator warned"
    return found


def test_it_is_valid_and_holds_the_services_alone(document: dict[str, Any]) -> None:
    validate_schema(document)
    assert document["paths"].keys() == SERVICES.keys()


@pytest.mark.parametrize(("address", "service"), SERVICES.items())
def test_each_service_shows_headers_examples_and_refusals(document: dict[str, Any], address: str, service: str) -> None:
    operation = document["paths"][address]["post"]
    assert operation["tags"] == ["SNAP BI"]
    sent = {one["name"] for one in operation["parameters"] if one["in"] == "header" and one["required"]}
    if service == "73":
        assert sent == {"X-TIMESTAMP", "X-CLIENT-KEY", "X-SIGNATURE"}
    else:
        assert sent == {"X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID"}
        assert operation["security"] == [{"snapToken": []}, {}]
    assert operation["requestBody"]["content"]["application/json"]["examples"]
    assert {"200", "400", "401", "405", "500"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        assert "X-TIMESTAMP" in response["headers"]
        for example in response["content"]["application/json"].get("examples", {}).values():
            code = example["value"]["responseCode"]
            assert (code[:3], code[3:5]) == (status, service)


def test_an_amount_is_two_strings(document: dict[str, Any]) -> None:
    amount = document["components"]["schemas"]["AmountRequest"]["properties"]
    assert (amount["value"]["type"], amount["currency"]["type"]) == ("string", "string")
