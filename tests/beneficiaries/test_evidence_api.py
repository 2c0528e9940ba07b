"""The agencies' API: who may send what, an answer for each item, and sending it again."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from beneficiaries.api.authentication import new_key
from beneficiaries.models import Evidence, EvidenceAccess, EvidenceSource, Person
from tests import money
from tests.beneficiaries.evidence_told import CAR

pytestmark = pytest.mark.django_db
NIK = "3171015708900001"
ITEM: dict[str, Any] = {"reference": "B-1", "nik": NIK, "kind": "vehicle", "value": CAR, "date": "2026-10-01"}


@pytest.fixture
def siti() -> Person:
    siti = money.person()
    siti.nik = NIK
    siti.save()
    return siti


def agency(*kinds: str, code: str = "bapenda") -> APIClient:
    source = EvidenceSource(code=code, name="Bapenda DKI", kinds=list(kinds))
    key = new_key(source)
    source.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def send(client: APIClient, *items: Any) -> Any:
    return client.post("/evidence/v1/items", {"items": list(items)}, format="json")


def test_each_item_is_answered_in_its_place_and_what_is_right_is_kept(siti: Person) -> None:
    answer = send(
        agency("vehicle"),
        ITEM,
        ITEM | {"reference": "B-2", "value": CAR | {"plate": "?"}},
        ITEM | {"reference": "B-3", "nik": "3171015708900002"},
        ITEM | {"reference": "B-4", "kind": "employment", "value": {"employer": "pns"}},
        ITEM | {"reference": "B-5", "colour": "red"},
        {key: value for key, value in ITEM.items() if key != "reference"},
    )
    assert answer.status_code == 200
    body = answer.json()
    assert (body["added"], body["known"], body["refused"]) == (1, 0, 5)
    told = [
        (one["reference"], one["status"], [refusal["code"] for refusal in one["refusals"]]) for one in body["items"]
    ]
    assert told == [
        ("B-1", "added", []),
        ("B-2", "refused", ["plate"]),
        ("B-3", "refused", ["not_known"]),
        ("B-4", "refused", ["scope"]),
        ("B-5", "refused", ["unknown_field"]),
        (None, "refused", ["missing"]),
    ]
    row = Evidence.objects.get()
    assert (row.person, row.source, row.sent_by.code, row.reference) == (siti, "Bapenda DKI", "bapenda", "B-1")


def test_sending_it_again_is_known_and_a_reference_means_one_thing(siti: Person) -> None:
    client = agency("vehicle")
    send(client, ITEM)
    assert send(client, ITEM).json()["items"][0]["status"] == "known"
    [other] = send(client, ITEM | {"value": CAR | {"pkb": "due"}}).json()["items"]
    assert [refusal["code"] for refusal in other["refusals"]] == ["reference_taken"]
    twice = send(
        client, ITEM | {"reference": "B-9", "date": "2026-10-02"}, ITEM | {"reference": "B-9", "date": "2026-10-03"}
    )
    assert [one["status"] for one in twice.json()["items"]] == ["added", "refused"]
    another = agency("vehicle", code="samsat")
    EvidenceSource.objects.filter(code="samsat").update(name="Samsat")
    assert send(another, ITEM).json()["items"][0]["status"] == "added"


@pytest.mark.parametrize("header", ["", "Bearer short", "Basic abc", f"Bearer {'x' * 43}"])
def test_nobody_else_gets_in(header: str) -> None:
    client = APIClient()
    client.credentials(**({"HTTP_AUTHORIZATION": header} if header else {}))
    assert send(client, ITEM).status_code == 401


def test_an_inactive_agency_gets_in_no_more() -> None:
    client = agency("vehicle")
    EvidenceSource.objects.update(active=False)
    assert send(client, ITEM).status_code == 401


@pytest.mark.parametrize("body", [{}, [], {"items": []}, {"items": ["x"]}, {"items": [{}] * 1001}, {"items": "x"}])
def test_a_body_of_another_shape_is_refused_whole(body: Any) -> None:
    assert agency("vehicle").post("/evidence/v1/items", body, format="json").status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"nik": True},
        {"nik": ["x"]},
        {"kind": ["vehicle"]},
        {"value": "car"},
        {"value": {"plate": {"a": 1}}},
        {"date": 20261001},
        {"valid_until": ["x"]},
        {"reference": 7},
        {"document": 7},
        {"reference": "x" * 65},
    ],
)
def test_strange_values_are_refused_not_a_crash(siti: Person, changed: dict[str, Any]) -> None:
    answer = send(agency("vehicle"), ITEM | changed)
    assert answer.status_code == 200 and answer.json()["refused"] == 1


def test_every_call_is_on_file_and_no_number_in_the_log(siti: Person, caplog: pytest.LogCaptureFixture) -> None:
    client = agency("vehicle")
    with (
        caplog.at_level(logging.DEBUG, logger="django.request"),
        caplog.at_level(logging.DEBUG, logger="beneficiaries"),
    ):
        send(client, ITEM, ITEM | {"reference": "B-2", "nik": "1"})
        client.post("/evidence/v1/items", {}, format="json")
    calls = EvidenceAccess.objects.order_by("pk").values_list("status", "items", "added", "refused")
    assert list(calls) == [(200, 2, 1, 1), (400, 0, 0, 0)]
    assert NIK not in caplog.text


def test_the_document_describes_it() -> None:
    schema = Client().get("/docs/evidence/schema").content.decode()
    assert "/evidence/v1/items" in schema and "agencyKey" in schema and "BAPENDA-2026-000123" in schema
