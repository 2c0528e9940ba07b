"""A beneficiary says over the API that aid has come, or has not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from rest_framework.test import APIClient

from beneficiaries.models import Person
from disbursement import batches, breaks, eligibility, owed, programmes, versions
from disbursement.models import Break, Confirmation, Enrolment, Instruction, OwedCycle, ProgrammeVersion
from mobile import devices
from tests import money
from tests.disbursement import clawing, merging, owing
from tests.e2e import servers
from tests.mobile import people
from tests.mobile.people import error_of


def paid(amount: int = 100) -> Any:
    """A paid batch of everyone in the registry."""
    batch = money.submitted(money.programme(amount=amount))
    programmes.fund(batch.cycle.programme, batch.total, "DIPA-1")
    money.approve(batch)
    return money.pay_out(batch)


def answer(client: APIClient, payment: Any, received: Any = True) -> Any:
    return client.post("/api/v1/payments/confirmations", {"payment": payment, "received": received}, format="json")


def test_one_sees_ones_payments_and_says_whether_they_came(hers: APIClient, siti: Person) -> None:
    assert hers.get("/api/v1/payments").json() == {"payments": []}
    line = paid().instructions.get(enrolment__person=siti)
    [told] = hers.get("/api/v1/payments").json()["payments"]
    assert (told["id"], told["amount"], told["period"], told["answer"]) == (line.pk, 100, "2026-11-01", None)
    said = answer(hers, line.pk, received=False)
    assert said.status_code == 201 and said.json()["answer"] == "not_received"
    breaks.find()
    assert Break.objects.get().state == "open"
    assert answer(hers, line.pk).json()["answer"] == "received"
    breaks.find()
    assert Break.objects.get().state == "explained"
    assert list(Confirmation.objects.values_list("channel", "by").distinct()) == [("app", None)]


def test_one_sees_how_the_amount_came_about(hers: APIClient, siti: Person) -> None:
    october = clawing.paid(money.programme(amount=100_000), clawing.OCTOBER)
    clawing.in_force(october.instructions.get(enrolment__person=siti), 30_000, share=20)
    clawing.paid(october.cycle.programme, clawing.NOVEMBER)
    later, first = hers.get("/api/v1/payments").json()["payments"]
    assert (later["kind"], later["amount"], first["amount"]) == ("regular", 80_000, 100_000)
    whole = {"people": 1, "each": 100_000, "months": 1, "total": 100_000}
    [line] = first["why"]["lines"]
    assert {name: line[name] for name in whole} == whole and line["name"]
    assert (first["why"]["withheld"], first["why"]["total"]) == (0, 100_000)
    assert (later["why"]["withheld"], later["why"]["total"]) == (20_000, 80_000)
    assert later["why"]["lines"] == first["why"]["lines"]
    assert set(later["why"]) == {"lines", "withheld", "total", "decree"}  # no facts: others of the family stand in them


@pytest.mark.parametrize(
    ("of_version", "of_arrears", "told"),
    [
        ("", "BA 1/2026", "BA 1/2026"),
        ("Kepgub 1250/2021", "BA 1/2026", "Kepgub 1250/2021; BA 1/2026"),
        ("Kepgub 1250/2021", "Kepgub 1250/2021", "Kepgub 1250/2021"),
        ("Kepgub 1250/2021", "", "Kepgub 1250/2021"),
        ("", "", ""),
    ],
)
def test_arrears_name_the_decree_that_they_were_noted_with(
    hers: APIClient, siti: Person, of_version: str, of_arrears: str, told: str
) -> None:
    made = money.programme()
    version = versions.copy(versions.of(made, owing.OCTOBER), owing.OCTOBER)
    ProgrammeVersion.objects.filter(pk=version.pk).update(decree=of_version)
    versions.enforce(ProgrammeVersion.objects.get(pk=version.pk))
    batch = owing.arrears_paid(made, siti, decree=of_arrears)
    shown = {one["kind"]: one["why"]["decree"] for one in hers.get("/api/v1/payments").json()["payments"]}
    assert shown == {"regular": of_version, "arrears": told}
    said = answer(hers, batch.instructions.get(kind="arrears").pk).json()
    assert said["why"]["decree"] == told


def test_arrears_that_were_withdrawn_before_name_the_decree_of_those_that_were_paid(
    hers: APIClient, siti: Person
) -> None:
    made = money.programme()
    eligibility.enrol_eligible(made)
    row, october = Enrolment.objects.filter(person=siti), batches.cycle_of(made, owing.OCTOBER)
    owed.owe(row, october, "terlewat", money.officer(), decree="BA 0/2026")
    owed.withdraw(OwedCycle.objects.get(), money.officer(), "salah nomor")
    owing.arrears_paid(made, siti, decree="BA 1/2026")
    shown = {one["kind"]: one["why"]["decree"] for one in hers.get("/api/v1/payments").json()["payments"]}
    assert shown["arrears"] == "BA 1/2026"


@pytest.mark.django_db
def test_what_was_paid_under_a_row_that_was_merged_is_ones_own() -> None:
    one, other = merging.twice()
    line = paid().instructions.get(enrolment__person=other)
    merging.merged(one, other)
    client = people.client_of(merging.fresh(one))
    assert line.pk in [told["id"] for told in client.get("/api/v1/payments").json()["payments"]]
    assert answer(client, line.pk).status_code == 201


def test_anothers_payment_is_as_unknown_as_none(hers: APIClient, siti: Person) -> None:
    other = money.person()
    paid()
    theirs = Instruction.objects.get(enrolment__person=other)
    answers = [answer(hers, number) for number in (theirs.pk, 10**12)]
    assert [one.status_code for one in answers] == [404, 404] and answers[0].json() == answers[1].json()
    assert error_of(answers[0])["field"] == "payment" and not Confirmation.objects.exists()


@pytest.mark.parametrize(("payment", "received"), [("x", True), (0, True), (1, "mungkin"), (None, True), (1, None)])
def test_what_is_wrong_is_named(hers: APIClient, payment: Any, received: Any) -> None:
    said = answer(hers, payment, received)
    assert said.status_code == 400 and error_of(said)["field"] in ("payment", "received")


def test_nobody_is_told_without_a_token(api: APIClient, db: None) -> None:
    assert api.get("/api/v1/payments").status_code == 401
    assert answer(api, 1).status_code == 401


def test_many_payments_take_as_many_queries_as_one(
    hers: APIClient, siti: Person, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        paid()
    with django_assert_max_num_queries(6):
        assert len(hers.get("/api/v1/payments").json()["payments"]) == 3


@pytest.mark.usefixtures("committed_db")
def test_over_http_on_a_real_server(process_env: dict[str, str], tmp_path: Path) -> None:
    siti = people.register()
    line = paid().instructions.get()
    _device, token = devices.issue(siti, "HP Ibu")
    env = process_env | {"SMS_SPOOL": str(tmp_path / "sms"), "DEBUG": "True"}
    with servers.web(env, tmp_path / "web.log") as address:
        headers = {"Authorization": f"Bearer {token}"}
        sent = {"payment": line.pk, "received": False}
        url = f"{address}/api/v1/payments/confirmations"
        assert requests.post(url, json=sent, headers=headers, timeout=60).status_code == 201
        assert requests.post(url, json=sent, headers=headers, timeout=60).status_code == 201
    assert Confirmation.objects.get().answer == "not_received"
