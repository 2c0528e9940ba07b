"""Each service against the published fields and codes: by its document, by what it refuses, and by real answers."""

from __future__ import annotations

import copy
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from tests.wallet.offline import world as offline
from tests.wallet.snap import emoney
from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.published import CODES, NOTICES, SERVICES, STATUSES, Field, fields
from tests.wallet.snap.sender import Answer
from wallet import bulk_cash_ins, debits, six_digits
from wallet.models import DebitOrder, Merchant, Partner, Webhook
from wallet.offline import allowances
from wallet.snap import bulk_cashin
from wallet.snap.codes import Case
from wallet.snap.examples import REQUESTS
from wallet.snap.timestamps import emit

COMMON = {"responseCode", "responseMessage", "additionalInfo"}


EVERY_FIELD = [(service, field) for service in SERVICES for field in fields(service)]
MANDATORY = [(service, field) for service, field in EVERY_FIELD if field.mandatory]
LIMITED = [(service, field) for service, field in EVERY_FIELD if field.length]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get(reverse("snap-schema"), {"format": "json"}).content)
    return found


def _schema(document: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a body, with what it refers to."""
    named = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    return {**document["components"]["schemas"][named], "components": document["components"]}


def _post(document: dict[str, Any], service: str) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][f"/v1.0/{SERVICES[service].path}"]["post"]
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_request_has_the_published_fields(document: dict[str, Any], service: str) -> None:
    schema = _schema(document, _post(document, service)["requestBody"])
    published = fields(service)
    assert schema["properties"].keys() == {field.name for field in published} | {"additionalInfo"}
    assert set(schema.get("required", [])) == {field.name for field in published if field.mandatory}
    for field in published:
        told = schema["properties"][field.name]
        longest = max((one.get("maxLength", 0) for one in (told, *told.get("oneOf", []))), default=0)
        assert (longest or None) == field.length, field.name


@pytest.mark.parametrize("service", SERVICES)
def test_the_answer_has_the_published_fields(document: dict[str, Any], service: str) -> None:
    schema = _schema(document, _post(document, service)["responses"]["200"])
    published = SERVICES[service].response.split(", ")
    assert schema["properties"].keys() >= {name.removesuffix("?") for name in published} | COMMON
    assert set(schema["required"]) >= {name for name in published if not name.endswith("?")}


def _example(service: str) -> dict[str, Any]:
    """The documented request, with an end that still lies ahead."""
    ends = {
        name: emit(timezone.now() + timedelta(minutes=10)) for name in ("validityPeriod", "validUpTo", "expiryTime")
    }
    example: dict[str, Any] = copy.deepcopy(REQUESTS[service])
    return example | {name: end for name, end in ends.items() if name in example}


@pytest.mark.parametrize(("service", "field"), MANDATORY, ids=lambda value: getattr(value, "name", value))
def test_a_mandatory_field_that_is_missing_is_named(world: World, service: str, field: Field) -> None:
    for value in ("missing", None):
        body = _example(service)
        if value is None:
            body[field.name] = None
        else:
            del body[field.name]
        answer = _send(world, service, body)
        assert (answer.code, answer.body["responseMessage"]) == (
            f"400{service}02",
            f"Invalid Mandatory Field {field.name}",
        )


@pytest.mark.parametrize(("service", "field"), LIMITED, ids=lambda value: getattr(value, "name", value))
def test_a_text_that_is_too_long_is_named(world: World, service: str, field: Field) -> None:
    answer = _send(world, service, _example(service) | {field.name: "1" * ((field.length or 0) + 1)})
    assert (answer.code, answer.body["responseMessage"]) == (f"400{service}01", f"Invalid Field Format {field.name}")


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_optional_may_be_missing_and_what_is_not_read_is_ignored(world: World, service: str) -> None:
    mandatory = {field.name for field in fields(service) if field.mandatory}
    conditional = {field.name for field in fields(service) if field.need == "C"}
    least = {name: value for name, value in _example(service).items() if name in mandatory | conditional}
    unread = {name: {"any": ["thing", 1]} for name in SERVICES[service].unread.split(", ") if name}
    for body in (least, least | unread | {"neverHeardOf": "x"}):
        answer = _send(world, service, body)
        assert answer.code[:3] != "500"
        assert answer.code[5:] not in ("01", "02") or answer.status != 400, answer.body


def _send(world: World, service: str, body: dict[str, Any]) -> Answer:
    path = f"/v1.0/{SERVICES[service].path}"
    if service != "73":
        return world.sender.post(path, body)
    headers = world.sender.token_headers()
    return world.sender.send(path, json.dumps(body).encode(), headers)


@pytest.mark.parametrize("case", Case, ids=lambda case: f"{case.status}/{case.number}")
def test_a_code_that_we_use_is_a_published_one(case: Case) -> None:
    assert CODES[case.status, case.number] == case.message()


def test_every_documented_answer_has_a_published_code(document: dict[str, Any]) -> None:
    seen = set()
    for operations in document["paths"].values():
        for response in operations.get("post", {"responses": {}})["responses"].values():
            for example in response["content"]["application/json"]["examples"].values():
                code, message = example["value"]["responseCode"], example["value"]["responseMessage"]
                assert message.startswith(CODES[int(code[:3]), code[5:]]), code
                seen.add((int(code[:3]), code[5:]))
    assert len(seen) > 30


# --- real answers ---


@pytest.fixture
def answers(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Answer]]:
    """Every service once, in a world where each succeeds."""
    # The tries at an order are committed apart, which a test inside a transaction cannot do.
    monkeypatch.setattr(debits, "_count_try", lambda uid: DebitOrder.objects.get(uid=uid).attempts + 1)
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None
    settings.WEBHOOKS = settings.WEBHOOKS | {"local": False}
    Partner.objects.update(notify_url="https://mitra.example/snap", return_hosts=["toko.example"])
    Merchant.objects.filter(merchant_id="WARUNG").update(
        nmid="ID1020012345678", criteria="UMI", postcode="13330", city="JAKARTA TIMUR"
    )
    till = emoney.furnish(world)
    told: dict[str, list[Answer]] = {"73": [world.sender.access_token()]}
    _money_in_and_out(world, till, told)
    _codes_of_merchants(world, told)
    _codes_of_customers(world, told)
    _orders(world, told)
    _claims(world, told)
    assert {service: answer.code for service, sent in told.items() for answer in sent if answer.status > 202} == {}
    return told


def _asking(world: World, told: dict[str, list[Answer]], service: str, by: str = "sender", **body: Any) -> Answer:
    """The published fields, with some that we do not read among them."""
    unread = {name: "x" for name in SERVICES[service].unread.split(", ") if name}
    answer: Answer = getattr(world, by).post(f"/v1.0/{SERVICES[service].path}", unread | body)
    told.setdefault(service, []).append(answer)
    return answer


def _number() -> str:
    return uuid.uuid4().hex


def _money_in_and_out(world: World, till: emoney.Till, told: dict[str, list[Answer]]) -> None:
    _asking(world, told, "11", accountNo="WARUNG", partnerReferenceNo="1", balanceTypes=["Cash"])
    asked = _asking(world, told, "37", customerNumber=till.phone, amount=rupiah(5_000))
    top_up = _number()
    _asking(
        world,
        told,
        "38",
        partnerReferenceNo=top_up,
        customerNumber=till.phone,
        amount=rupiah(5_000),
        sessionId=asked.body["sessionId"],
    )
    _asking(world, told, "39", serviceCode="38", originalPartnerReferenceNo=top_up)
    line = till.line()
    _asking(world, told, "40", partnerBulkId=_number(), transactionDate=emoney.MOMENT, bulkObject=[line])
    list(bulk_cash_ins.pay_due(bulk_cashin.tell))
    _asking(world, told, "39", serviceCode="40", originalPartnerReferenceNo=line["partnerReferenceNo"])
    out = _number()
    _asking(
        world,
        told,
        "44",
        partnerReferenceNo=out,
        customerNumber=till.phone,
        otp=world.code(),
        amount=rupiah(10_000),
        additionalInfo={"merchantId": "AGEN"},
    )
    _asking(world, told, "45", serviceCode="44", originalPartnerReferenceNo=out)


def _codes_of_merchants(world: World, told: dict[str, list[Answer]]) -> None:
    numbers = [_number(), _number()]
    contents = [
        _asking(
            world, told, "47", partnerReferenceNo=number, merchantId="WARUNG", amount=rupiah(4_000), terminalId="T1"
        ).body["qrContent"]
        for number in numbers
    ]
    _asking(world, told, "48", qrContent=contents[0], scanTime=emoney.MOMENT)
    _asking(world, told, "51", serviceCode="47", originalPartnerReferenceNo=numbers[0])
    for content in contents[:1]:
        _asking(
            world,
            told,
            "50",
            by="other",
            partnerReferenceNo=_number(),
            otp=six_digits.issue(world.wallet).qr_content,
            amount=rupiah(4_000),
            additionalInfo={"qrContent": content},
        )
    _asking(world, told, "51", serviceCode="47", originalPartnerReferenceNo=numbers[0])
    _asking(
        world, told, "78", originalPartnerReferenceNo=numbers[0], partnerRefundNo=_number(), refundAmount=rupiah(1_000)
    )
    _asking(world, told, "77", originalPartnerReferenceNo=numbers[1])


def _codes_of_customers(world: World, told: dict[str, list[Answer]]) -> None:
    digits = [six_digits.issue(world.wallet).qr_content for _ in range(2)]
    _asking(world, told, "59", userAccessToken=digits[0], partnerTrxDate=emoney.MOMENT)
    made = _asking(world, told, "59", partnerReferenceNo=_number(), otp=digits[1])
    numbers = [_number(), _number()]
    for number, content in zip(numbers, (made.body["qrContent"], world.code()), strict=True):
        _asking(
            world,
            told,
            "60",
            partnerReferenceNo=number,
            qrContent=content,
            merchantId="WARUNG",
            amount=rupiah(3_000),
            title="Beras",
        )
    _asking(world, told, "61", serviceCode="60", originalPartnerReferenceNo=numbers[0], amount=rupiah(3_000))
    _asking(world, told, "61", originalPartnerReferenceNo=numbers[1], merchantId="WARUNG")
    _asking(world, told, "80", originalPartnerReferenceNo=numbers[0], partnerRefundNo=_number())
    _asking(world, told, "61", serviceCode="60", originalPartnerReferenceNo=numbers[0])
    _asking(world, told, "62", originalPartnerReferenceNo=numbers[1])


def _orders(world: World, told: dict[str, list[Answer]]) -> None:
    returning = [{"url": "https://toko.example/kembali", "type": "PAY_RETURN", "isDeeplink": "N"}]
    numbers = [_number(), _number()]
    for number in numbers:
        _asking(
            world,
            told,
            "54",
            partnerReferenceNo=number,
            merchantId="WARUNG",
            amount=rupiah(2_000),
            urlParams=returning,
        )
        _asking(world, told, "55", serviceCode="54", originalPartnerReferenceNo=number)
    paid = DebitOrder.objects.get(partner_reference_no=numbers[0])
    assert debits.approve_with_code(paid.uid, world.code()).decline == ""
    _asking(world, told, "55", serviceCode="54", originalPartnerReferenceNo=numbers[0])
    _asking(
        world, told, "58", originalPartnerReferenceNo=numbers[0], partnerRefundNo=_number(), refundAmount=rupiah(500)
    )
    _asking(world, told, "57", originalPartnerReferenceNo=numbers[1])


def _claims(world: World, told: dict[str, list[Answer]]) -> None:
    card = allowances.issue_card(world.wallet, [10_000], by="petugas", reason="KTP asli")
    claim = {
        "partnerReferenceNo": _number(),
        "qrContent": allowances.vouchers(card)[0],
        "merchantId": "WARUNG",
        "amount": rupiah(10_000),
        "transactionDate": emit(timezone.now()),
    }
    _asking(world, told, "97", partnerBulkId=_number(), claims=[claim])
    _asking(world, told, "98", serviceCode="97", originalPartnerReferenceNo=claim["partnerReferenceNo"])


def test_real_answers_have_the_published_fields_and_no_others(
    document: dict[str, Any], answers: dict[str, list[Answer]]
) -> None:
    assert answers.keys() == SERVICES.keys()
    for service, sent in answers.items():
        published = SERVICES[service].response.split(", ")
        needed = {name for name in published if not name.endswith("?")}
        for answer in sent:
            schema = _schema(document, _post(document, service)["responses"][str(answer.status)])
            validator = Draft202012Validator(schema, format_checker=FormatChecker())
            assert [error.message for error in validator.iter_errors(answer.body)] == [], service
            assert answer.body.keys() >= needed | COMMON, service
            assert answer.body.keys() <= schema["properties"].keys(), service
            assert answer.body["responseMessage"] == CODES[answer.status, "00"]
            if "latestTransactionStatus" in answer.body and service != "97":
                status = answer.body["latestTransactionStatus"]
                assert answer.body["transactionStatusDesc"] == STATUSES[status]


def test_real_notices_have_the_published_fields(document: dict[str, Any], answers: dict[str, list[Answer]]) -> None:
    kept = {service: list(Webhook.objects.filter(service=service)) for service in NOTICES}
    called = {service: name for name, service in ((hook.path, hook.service) for hook in Webhook.objects.all())}
    for service, hooks in kept.items():
        assert hooks, service
        name = called[service].removeprefix("/v1.0/")
        schema = _schema(document, document["webhooks"][name]["post"]["requestBody"])
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        for hook in hooks:
            assert [error.message for error in validator.iter_errors(hook.body)] == [], service
            assert hook.body.keys() == set(NOTICES[service].split(", ")) | {"additionalInfo"}
            assert schema["properties"].keys() == hook.body.keys()
