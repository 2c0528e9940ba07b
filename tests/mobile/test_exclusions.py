"""A beneficiary's own exclusions, and objecting to them from the phone."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from beneficiaries import objections, screening
from beneficiaries.models import Objection, Person
from tests import money
from tests.beneficiaries.evidence_told import TODAY, excluded


def object_to(client: APIClient, exclusion: Any, text: str = "Mobil sudah saya jual.") -> Any:
    return client.post("/api/v1/objections", {"exclusion": exclusion, "text": text}, format="json")


def test_one_sees_the_reason_the_law_and_the_last_day_and_objects(hers: APIClient, siti: Person) -> None:
    assert hers.get("/api/v1/exclusions").json() == {"exclusions": []}
    exclusion = excluded(siti.household)
    [told] = hers.get("/api/v1/exclusions").json()["exclusions"]
    assert told["reason"] == exclusion.reason and "1250" in told["legal_basis"]
    assert told["objection_until"] == exclusion.objection_until.isoformat() and told["objections"] == []
    answer = object_to(hers, exclusion.pk)
    assert answer.status_code == 201 and answer.json()["status"] == "filed"
    objections.deny(Objection.objects.get(), money.officer(), "nama di STNK sama")
    [objection] = hers.get("/api/v1/exclusions").json()["exclusions"][0]["objections"]
    assert (objection["status"], objection["decision_reason"]) == ("denied", "nama di STNK sama")


def test_another_familys_exclusion_is_as_unknown_as_none(hers: APIClient) -> None:
    other = excluded(money.person().household)
    assert hers.get("/api/v1/exclusions").json() == {"exclusions": []}
    answers = [object_to(hers, number) for number in (other.pk, 10**9)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert not Objection.objects.exists()


def test_one_objection_at_a_time_and_none_to_what_was_lifted(hers: APIClient, siti: Person) -> None:
    exclusion = excluded(siti.household)
    object_to(hers, exclusion.pk)
    assert object_to(hers, exclusion.pk).json()["error"]["code"] == "objection_not_possible"
    objections.deny(Objection.objects.get(), money.officer(), "tidak terbukti")
    screening.lift(exclusion, money.officer(), "mobil dijual", TODAY)
    assert object_to(hers, exclusion.pk).status_code == 409


@pytest.mark.parametrize(("exclusion", "text"), [("x", "a"), (0, "a"), (1, ""), (1, "a" * 2001), (None, "a")])
def test_what_is_wrong_is_named(hers: APIClient, exclusion: Any, text: str) -> None:
    answer = object_to(hers, exclusion, text)
    assert answer.status_code == 400 and answer.json()["error"]["field"] in ("exclusion", "text")


def test_nobody_is_told_without_a_token(api: APIClient, db: None) -> None:
    assert api.get("/api/v1/exclusions").status_code == 401
    assert object_to(api, 1).status_code == 401
