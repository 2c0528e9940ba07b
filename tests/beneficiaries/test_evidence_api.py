"""The agencies' API: who may send what, an answer for each item, and sending it again."""

from __future__ import annotations

import logging
from datetime import timedelta
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


def test_a_day_that_may_be_a_month_is_not_guessed(siti: Person) -> None:
    [told] = send(agency("vehicle"), ITEM | {"date": "03/04/2026"}).json()["items"]
    [refusal] = told["refusals"]
    assert (told["status"], refusal["field"], refusal["code"]) == ("refused", "date", "date_iso")
    assert "2026-12-31" in refusal["remedy"] and "/" not in refusal["remedy"] and not Evidence.objects.exists()


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


# --- How often ---


def allow(settings: Any, calls: int) -> None:
    settings.EVIDENCE = settings.EVIDENCE | {"calls_a_minute": calls}


def an_earlier_minute(seconds: float) -> None:
    source = EvidenceSource.objects.get()
    assert source.paced_until is not None
    EvidenceSource.objects.update(paced_until=source.paced_until - timedelta(seconds=seconds))


def test_an_agency_that_calls_too_often_is_told_when_to_come_again(siti: Person, settings: Any) -> None:
    allow(settings, 3)
    client = agency("vehicle")
    assert [send(client, ITEM).status_code for _ in range(3)] == [200] * 3
    refused = send(client, ITEM | {"reference": "B-2", "date": "2026-10-02"})
    assert refused.status_code == 429
    wait = int(refused["Retry-After"])
    assert 1 <= wait <= 20
    assert refused.json() == {"detail": f"Terlalu banyak panggilan dari instansi Anda. Coba lagi dalam {wait} detik."}
    assert Evidence.objects.count() == 1
    an_earlier_minute(wait)
    assert send(client, ITEM).status_code == 200
    assert send(client, ITEM).status_code == 429


def test_who_waits_may_call_as_often_as_before_and_never_more(siti: Person, settings: Any) -> None:
    allow(settings, 2)
    client = agency("vehicle")
    send(client, ITEM)
    an_earlier_minute(86_400)
    assert [send(client, ITEM).status_code for _ in range(3)] == [200, 200, 429]


def test_each_agency_has_a_pace_of_its_own_and_a_new_key_does_not_change_it(siti: Person, settings: Any) -> None:
    allow(settings, 1)
    client, other = agency("vehicle"), agency("vehicle", code="samsat")
    assert [send(one, ITEM).status_code for one in (client, other, client, other)] == [200, 200, 429, 429]
    source = EvidenceSource.objects.get(code="bapenda")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {new_key(source)}")
    source.save(update_fields=["key_sha256"])
    assert send(client, ITEM).status_code == 429


def test_a_wrong_key_uses_up_nobodys_calls(siti: Person, settings: Any) -> None:
    allow(settings, 1)
    client, stranger = agency("vehicle"), APIClient()
    stranger.credentials(HTTP_AUTHORIZATION=f"Bearer {'x' * 43}")
    assert [send(stranger, ITEM).status_code for _ in range(3)] == [401] * 3
    assert send(client, ITEM).status_code == 200


def test_a_body_of_another_shape_is_a_call_too(siti: Person, settings: Any) -> None:
    allow(settings, 1)
    client = agency("vehicle")
    assert client.post("/evidence/v1/items", {}, format="json").status_code == 400
    assert send(client, ITEM).status_code == 429


def test_calls_in_vain_are_on_file_once_and_do_not_fill_it(siti: Person, settings: Any) -> None:
    allow(settings, 1)
    client = agency("vehicle")
    statuses = [send(client, ITEM).status_code for _ in range(5)]
    assert statuses == [200, 429, 429, 429, 429]
    assert list(EvidenceAccess.objects.order_by("pk").values_list("status", "items")) == [(200, 1), (429, 0)]


def test_the_pace_needs_no_redis(siti: Person, settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    allow(settings, 1)
    client = agency("vehicle")
    assert [send(client, ITEM).status_code for _ in range(2)] == [200, 429]


def test_the_document_describes_it() -> None:
    schema = Client().get("/docs/evidence/schema").content.decode()
    assert "429" in schema and "Retry-After" in schema
    assert "/evidence/v1/items" in schema and "agencyKey" in schema and "BAPENDA-2026-000123" in schema
