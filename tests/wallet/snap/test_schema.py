"""The OpenAPI document tells the services as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator, FormatChecker

SERVICES = {
    "/v1.0/access-token/b2b": "73",
    "/v1.0/balance-inquiry": "11",
    "/v1.0/emoney/account-inquiry": "37",
    "/v1.0/emoney/topup": "38",
    "/v1.0/emoney/topup-status": "39",
    "/v1.0/emoney/bulk-cashin-payment": "40",
    "/v1.0/emoney/bulk-cashin-notify": "41",
    "/v1.0/emoney/otc-cashout": "44",
    "/v1.0/emoney/otc-status": "45",
    "/v1.0/debit/payment-host-to-host": "54",
    "/v1.0/debit/status": "55",
    "/v1.0/debit/cancel": "57",
    "/v1.0/debit/refund": "58",
    "/v1.0/qr/qr-cpm-payment": "60",
    "/v1.0/qr/qr-cpm-query": "61",
    "/v1.0/qr/qr-cpm-refund": "80",
    "/v1.0/offline/claims": "97",
    "/v1.0/offline/claim-status": "98",
    "/v1.0/qr/qr-cpm-generate": "59",
    "/v1.0/qr/qr-cpm-cancel": "62",
    "/v1.0/qr/qr-mpm-generate": "47",
    "/v1.0/qr/qr-mpm-decode": "48",
    "/v1.0/qr/qr-mpm-payment": "50",
    "/v1.0/qr/qr-mpm-query": "51",
    "/v1.0/qr/qr-mpm-cancel": "77",
    "/v1.0/qr/qr-mpm-refund": "78",
}
PUBLIC = "/v1.0/offline/keys"
WEBHOOKS = {"emoney/bulk-cashin-notify": "41", "qr/qr-mpm-notify": "52", "debit/notify": "56", "qr/qr-cpm-notify": "79"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    answer = Client().get(reverse("snap-schema"), {"format": "json"})
    assert answer.status_code == 200
    assert not GENERATOR_STATS, "the generator warned"
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_it_is_valid_and_holds_the_services_alone(document: dict[str, Any]) -> None:
    validate_schema(document)
    assert document["openapi"].startswith("3.1.")
    assert document["paths"].keys() == {*SERVICES, PUBLIC}
    assert document["paths"][PUBLIC].keys() == {"get"}


@pytest.mark.parametrize(("address", "service"), SERVICES.items())
def test_each_service_shows_headers_examples_and_refusals(document: dict[str, Any], address: str, service: str) -> None:
    operation = document["paths"][address]["post"]
    assert operation["tags"] == ["SNAP BI"]
    sent = {one["name"] for one in operation["parameters"] if one["in"] == "header" and one.get("required")}
    if service == "73":
        assert sent == {"X-TIMESTAMP", "X-CLIENT-KEY", "X-SIGNATURE"}
    else:
        assert sent == {"X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID", "CHANNEL-ID"}
        assert operation["security"] == [{"snapToken": []}, {}]
    assert operation["requestBody"]["content"]["application/json"]["examples"]
    assert {"200", "400", "401", "405", "500"} <= operation["responses"].keys()
    for status, response in operation["responses"].items():
        assert "X-TIMESTAMP" in response["headers"]
        shown = response["content"]["application/json"]["examples"]
        codes = [example["value"]["responseCode"] for example in shown.values()]
        assert all((code[:3], code[3:5]) == (status, service) for code in codes)
        assert len(set(codes)) == len(codes)
        assert response["description"].count(" · ") == len(shown) - 1  # each refusal that is told is shown


def _contents(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body that the document describes, with where it stands."""
    operations = [*document["paths"].items(), *document["webhooks"].items()]
    for address, methods in operations:
        for operation in methods.values():
            bodies = {"request": operation.get("requestBody"), **operation["responses"]}
            for name, body in bodies.items():
                if body is not None:
                    yield f"{address} {name}", body["content"]["application/json"]


def test_every_body_has_an_example_that_fits_it(document: dict[str, Any]) -> None:
    seen = 0
    for place, content in _contents(document):
        schema = {"components": document["components"], **content["schema"]}
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        examples = content["examples"]
        assert examples, place
        for name, example in examples.items():
            assert [error.message for error in validator.iter_errors(example["value"])] == [], f"{place} {name}"
            seen += 1
    assert seen > 300


@pytest.mark.parametrize(("name", "service"), WEBHOOKS.items())
def test_each_webhook_shows_headers_and_the_answer_that_is_expected(
    document: dict[str, Any], name: str, service: str
) -> None:
    operation = document["webhooks"][name]["post"]
    assert {one["name"] for one in operation["parameters"]} >= {
        "X-TIMESTAMP",
        "X-SIGNATURE",
        "X-PARTNER-ID",
        "X-EXTERNAL-ID",
        "CHANNEL-ID",
    }
    [answer] = operation["responses"]["200"]["content"]["application/json"]["examples"].values()
    assert answer["value"] == {"responseCode": f"200{service}00", "responseMessage": "Successful"}
    assert document["webhooks"].keys() == WEBHOOKS.keys()


def test_a_browser_shows_it() -> None:
    page = Client().get(reverse("snap-docs"))
    assert page.status_code == 200
    assert b"swagger-ui" in page.content


def test_an_amount_is_two_strings(document: dict[str, Any]) -> None:
    amount = document["components"]["schemas"]["AmountRequest"]["properties"]
    assert (amount["value"]["type"], amount["currency"]["type"]) == ("string", "string")
