"""What a message may hold: each malformed field is named, and no body, however hostile, is more than a 4xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wallet.snap.conftest import World, rupiah
from tests.wallet.snap.sender import PAY, QUERY, REFUND
from wallet.models import Payment
from wallet.snap import messages
from wallet.snap.codes import Case, SnapError
from wallet.snap.fields import read

VALUES = [
    10_000,
    True,
    None,
    "",
    " ",
    "10000",
    "10000.0",
    "10000.000",
    "10000.50",
    "10000,00",
    "10.000.00",
    "10_000.00",
    "1e4",
    "1e4.00",
    "+10000.00",
    "-10000.00",
    "0.00",
    "00.00",
    "010000.00",
    ".00",
    " 10000.00",
    "10000.00 ",
    "10000.00\n",
    "١٠٠٠٠.٠٠",
    "１００００.００",
    "1٠٠٠٠.00",
    "10000.٠٠",
    "NaN",
    "Infinity",
    "0x10.00",
    "1" * 14 + ".00",
    "1" * 5_000 + ".00",
    ["10000.00"],
    {"value": "10000.00"},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:24])
def test_an_amount_is_whole_rupiah_or_refused(world: World, value: Any) -> None:
    answer = world.pay(amount={"value": value, "currency": "IDR"})
    assert (answer.code, answer.body["responseMessage"]) in {
        ("4006001", "Invalid Field Format amount.value"),
        ("4006002", "Invalid Mandatory Field amount.value"),
    }
    assert answer.code == ("4006002" if value is None else "4006001")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("amount", "code", "field"),
    [
        ({"value": "10000.00", "currency": "USD"}, "01", "amount.currency"),
        ({"value": "10000.00", "currency": "idr"}, "01", "amount.currency"),
        ({"value": "10000.00", "currency": 360}, "01", "amount.currency"),
        ({"value": "10000.00", "currency": ""}, "02", "amount.currency"),
        ({"value": "10000.00"}, "02", "amount.currency"),
        ({"currency": "IDR"}, "02", "amount.value"),
        ({}, "02", "amount.value"),
        ("10000.00", "01", "amount"),
        (10_000, "01", "amount"),
        ([], "01", "amount"),
        (None, "02", "amount"),
    ],
)
def test_an_amount_has_value_and_currency(world: World, amount: Any, code: str, field: str) -> None:
    answer = world.sender.post(PAY, world.order() | {"amount": amount})
    assert answer.code == f"40060{code}"
    assert answer.body["responseMessage"].split()[-1] == field


LENGTHS = [
    (PAY, "partnerReferenceNo", 64),
    (PAY, "qrContent", 512),
    (PAY, "merchantId", 64),
    (PAY, "title", 256),
    (QUERY, "originalPartnerReferenceNo", 64),
    (QUERY, "originalReferenceNo", 64),
    (QUERY, "originalExternalId", 36),
    (REFUND, "originalPartnerReferenceNo", 64),
    (REFUND, "originalReferenceNo", 64),
    (REFUND, "partnerRefundNo", 64),
    (REFUND, "reason", 256),
]
MANDATORY = [
    (PAY, "partnerReferenceNo"),
    (PAY, "qrContent"),
    (PAY, "merchantId"),
    (PAY, "amount"),
    (REFUND, "originalPartnerReferenceNo"),
    (REFUND, "partnerRefundNo"),
]


def _complete(world: World, path: str) -> dict[str, Any]:
    if path == PAY:
        return world.order()
    if path == QUERY:
        return {"serviceCode": "60", "originalReferenceNo": "1"}
    return {"originalPartnerReferenceNo": "1", "partnerRefundNo": "1"}


@pytest.mark.parametrize(("path", "name", "longest"), LENGTHS)
def test_lengths_are_kept(world: World, path: str, name: str, longest: int) -> None:
    fields = _complete(world, path)
    over = world.sender.post(path, fields | {name: "x" * (longest + 1)})
    assert (over.code[:3], over.code[5:]) == ("400", "01")
    assert over.body["responseMessage"] == f"Invalid Field Format {name}"
    assert world.sender.post(path, fields | {name: "x" * longest}).code[:3] != "400"


@pytest.mark.parametrize(("path", "name", "longest"), LENGTHS)
@pytest.mark.parametrize("value", [1, True, ["x"], {"x": "y"}, "a\nb", "\x1b[2J"], ids=repr)
def test_a_string_is_a_string(world: World, path: str, name: str, longest: int, value: Any) -> None:
    answer = world.sender.post(path, _complete(world, path) | {name: value})
    assert (answer.code[:3], answer.code[5:]) == ("400", "01")
    assert answer.body["responseMessage"] == f"Invalid Field Format {name}"


@pytest.mark.parametrize(("path", "name"), MANDATORY)
@pytest.mark.parametrize("value", ["missing", None, ""])
def test_mandatory_fields_are_named(world: World, path: str, name: str, value: Any) -> None:
    fields = _complete(world, path)
    if value == "missing":
        del fields[name]
    else:
        fields[name] = value
    answer = world.sender.post(path, fields)
    expected = "Invalid Field Format amount" if (name, value) == ("amount", "") else f"Invalid Mandatory Field {name}"
    assert (answer.status, answer.body["responseMessage"]) == (400, expected)


@pytest.mark.parametrize("name", ["title", "additionalInfo"])
def test_optional_fields_may_be_null(world: World, name: str) -> None:
    answer = world.sender.post(PAY, world.order() | {name: None})
    assert (answer.code, answer.body["additionalInfo"]) == ("2006000", {})


@pytest.mark.parametrize("value", [[], "x", 1, False, {"a": "x" * 64_000}], ids=lambda value: repr(value)[:10])
def test_additional_info_is_a_small_object(world: World, value: Any) -> None:
    for path in (PAY, QUERY, REFUND):
        answer = world.sender.post(path, _complete(world, path) | {"additionalInfo": value})
        assert answer.body["responseMessage"] == "Invalid Field Format additionalInfo"


@pytest.mark.parametrize("value", ["kemarin", 1, "2026-11-24", [], "2026-13-01T00:00:00Z"])
def test_transaction_date_is_a_time(world: World, value: Any) -> None:
    answer = world.query(originalReferenceNo="1", transactionDate=value)
    assert answer.body["responseMessage"] == "Invalid Field Format transactionDate"


def test_unlisted_fields_are_ignored(world: World) -> None:
    assert world.pay(terminalId="1", feeAmount=rupiah(0)).code == "2006000"


@pytest.mark.parametrize("number", [1.5, -6.2, 10**30], ids=str)
def test_numbers_that_nobody_reads_pass_and_come_back(world: World, number: float) -> None:
    answer = world.pay(additionalInfo={"a": [number]}, latitude=number, items=[{"quantity": number}])
    assert (answer.code, answer.body["additionalInfo"]) == ("2006000", {"a": [number]})


def test_a_number_where_a_text_is_read_is_named(world: World) -> None:
    answer = world.pay(amount={"value": 10000.0, "currency": "IDR"})
    assert (answer.code, answer.body["responseMessage"]) == ("4006001", "Invalid Field Format amount.value")


GOOD = b'"partnerReferenceNo":"1","qrContent":"2","merchantId":"WARUNG","amount":{"value":"1.00","currency":"IDR"}'
HOSTILE = {
    "nothing": b"",
    "space": b" ",
    "not json": b"{",
    "an array": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "two values": b"{}{}",
    "doubled key": b"{" + GOOD + b',"merchantId":"TETANGGA"}',
    "doubled inner key": b"{" + GOOD + b',"additionalInfo":{"a":1,"a":1}}',
    "doubled key that is no text": b"{" + GOOD + b',"\\ud800":1,"\\ud800":2}',
    "exponent": b"{" + GOOD + b',"additionalInfo":{"a":1e400}}',
    "NaN": b"{" + GOOD + b',"additionalInfo":{"a":NaN}}',
    "endless number": b"{" + GOOD + b',"additionalInfo":{"a":' + b"9" * 100_000 + b"}}",
    "NUL in a value": b"{" + GOOD + b',"title":"a\\u0000b"}',
    "NUL in a name": b"{" + GOOD + b',"a\\u0000":1}',
    "lone surrogate": b"{" + GOOD + b',"title":"\\ud83d"}',
    "lone surrogate in a name": b"{" + GOOD + b',"\\ud83d":1}',
    "raw NUL": b"{" + GOOD + b',"title":"\x00"}',
    "not UTF-8": b"{" + GOOD + b',"title":"\xff"}',
    "encoded surrogate": b"{" + GOOD + b',"title":"\xed\xa0\x80"}',
    "UTF-16": ("{" + GOOD.decode() + "}").encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{" + GOOD + b"}",
    "deep": b"{" + GOOD + b',"additionalInfo":{"a":' + b"[" * 100 + b"]" * 100 + b"}}",
    "deeper": b"[" * 100_000,
    "deepest": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "comment": b"{/**/" + GOOD + b"}",
    "single quotes": b"{'a':1}",
    "form": b"partnerReferenceNo=1",
    "too large": b"{" + GOOD + b',"title":"' + b"x" * 1_000_001 + b'"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_in_shape(world: World, name: str) -> None:
    for path in (PAY, QUERY, REFUND):
        answer = world.sender.post(path, HOSTILE[name])
        assert answer.status == 400
        assert answer.code[5:] in {"00", "02"}
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("doubled key", "Bad Request. merchantId: given twice; send each field once."),
        ("exponent", "Bad Request. 1e400: the number is too large."),
        ("NUL in a value", "Bad Request. title: holds a character that is not text (NUL or a lone surrogate)."),
        ("not json", "Bad Request. The body is not JSON."),
        ("not UTF-8", "Bad Request. The body is not UTF-8."),
    ],
)
def test_a_bad_body_is_told_why(world: World, name: str, told: str) -> None:
    answer = world.sender.post(PAY, HOSTILE[name])
    assert (answer.code, answer.body["responseMessage"]) == ("4006000", told)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["partnerReferenceNo", "qrContent", "merchantId", "amount", "title", "additionalInfo"]),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_reading_any_value_is_an_answer(value: Any, name: str) -> None:
    fields = {"partnerReferenceNo": "1", "qrContent": "2", "merchantId": "3", "amount": rupiah(1)} | {name: value}
    sent = json.loads(json.dumps(fields))
    try:
        found, refusal = read(messages.QrCpmPayment, sent), None
    except SnapError as error:
        found, refusal = {}, error
    if refusal is None:
        assert type(found["amount"]) is int
        assert found["amount"] > 0
    else:
        assert refusal.case in (Case.INVALID_FORMAT, Case.INVALID_MANDATORY)
        assert refusal.detail.startswith(name)
