"""A beneficiary's own exclusions, and objecting to them from the phone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from beneficiaries import objections, screening
from beneficiaries.models import Objection, ObjectionFile, Person
from tests import money
from tests.beneficiaries.evidence_told import TODAY, excluded
from tests.mobile.people import error_of


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


# --- proof ---

PDF = b"%PDF-1.7 kuitansi"


def send(client: APIClient, exclusion: Any, content: bytes = PDF, name: str = "kuitansi.pdf") -> Any:
    return client.post("/api/v1/objections/files", {"exclusion": exclusion, "file": SimpleUploadedFile(name, content)})


def test_proof_is_sent_with_an_objection_that_waits(hers: APIClient, siti: Person) -> None:
    exclusion = excluded(siti.household)
    assert error_of(send(hers, exclusion.pk))["code"] == "file_not_possible"
    object_to(hers, exclusion.pk)
    for number in range(5):
        answer = send(hers, exclusion.pk, PDF + bytes([number]))
        assert answer.status_code == 201 and answer.json()["files"] == number + 1
    assert send(hers, exclusion.pk, PDF + b"\0").json()["files"] == 5
    assert error_of(send(hers, exclusion.pk))["data"] == {"most": 5}
    assert {file.by for file in ObjectionFile.objects.all()} == {None}
    [told] = hers.get("/api/v1/exclusions").json()["exclusions"]
    assert told["objections"][0]["files"] == 5
    objections.deny(Objection.objects.get(), money.officer(), "tidak terbukti")
    assert error_of(send(hers, exclusion.pk))["code"] == "file_not_possible"


@pytest.mark.parametrize("content", [b"MZ", b"<svg/>", b"%PDF-" + b"x" * 5 * 2**20])
def test_only_a_document_or_a_photograph_is_taken(hers: APIClient, siti: Person, content: bytes) -> None:
    exclusion = excluded(siti.household)
    object_to(hers, exclusion.pk)
    answer = send(hers, exclusion.pk, content, "foto.jpg")
    assert answer.status_code == 400 and error_of(answer)["code"] == "file_refused"
    assert not ObjectionFile.objects.exists()


def test_what_is_wrong_with_a_file_is_named(hers: APIClient, siti: Person) -> None:
    exclusion = excluded(siti.household)
    object_to(hers, exclusion.pk)
    assert error_of(hers.post("/api/v1/objections/files", {"exclusion": exclusion.pk}))["field"] == "file"
    assert error_of(send(hers, "x"))["field"] == "exclusion"
    empty = send(hers, exclusion.pk, b"")
    assert empty.status_code == 400 and error_of(empty)["field"] == "file"
    assert send(hers, exclusion.pk, b"%PDF-" + b"x" * 5_300_000).status_code == 413
    assert hers.post("/api/v1/objections/files", {"exclusion": 1}, format="json").status_code == 415


def test_proof_of_another_familys_objection_is_refused_as_unknown(hers: APIClient) -> None:
    other = excluded(money.person().household)
    objections.file(other, "Bukan.", channel=Objection.Channel.APP)
    assert error_of(send(hers, other.pk)) == error_of(send(hers, 10**9))
    assert not ObjectionFile.objects.exists()
