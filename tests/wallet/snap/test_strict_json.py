"""The strict parser by itself: it reads what json reads, less what readers disagree on."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from wallet import strict_json

PLAIN = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
OBJECTS = st.dictionaries(
    PLAIN,
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | PLAIN,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
        max_leaves=10,
    ),
)


@given(OBJECTS, st.booleans())
def test_reads_what_json_wrote(value: dict[str, object], ascii_only: bool) -> None:
    assert strict_json.parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=64))
def test_any_bytes_are_an_object_or_a_refusal_that_can_be_sent(raw: bytes) -> None:
    try:
        found = strict_json.parse(raw)
    except ParseError as error:
        found = {}
        str(error.detail).encode()
    assert isinstance(found, dict)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"a":1,"a":1}', "a: given twice"),
        (b'{"a":{"b":1,"b":2}}', "b: given twice"),
        (b'{"\\ud800":1,"\\ud800":1}', "\\ud800: given twice"),
        (b'{"a":"\\u0000"}', "a: holds a character"),
        (b'{"a":["\\udfff"]}', "a: holds a character"),
        (b'{"\\ud800":1}', "\\ud800: a name that is not text"),
        (b'{"a":1.0}', "1.0: numbers must be whole"),
        (b'{"a":-Infinity}', "-Infinity: numbers must be whole"),
        (b'{"a":1000000000000000000}', "at most 18 digits"),
        (b"[]", "must be a JSON object"),
        (b'{"a":01}', "not JSON"),
        (b'{"a":"\t"}', "not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", "a: nested too deeply"),
        (b"[" * 200_000, "not JSON"),
    ],
)
def test_the_fault_is_named(raw: bytes, told: str) -> None:
    with pytest.raises(ParseError) as refusal:
        strict_json.parse(raw)
    assert told in str(refusal.value.detail)


def test_a_message_may_hold_fractions_and_long_numbers_that_nobody_reads() -> None:
    raw = b'{"a":{"latitude":-6.2,"tax":1.1e1},"b":[10000000000000000000]}'
    assert strict_json.parse(raw, fractions=True) == {"a": {"latitude": -6.2, "tax": 11.0}, "b": [10**19]}
    for refused in (b'{"a":1e400}', b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1' + b"0" * 100 + b"}"):
        with pytest.raises(ParseError):
            strict_json.parse(refused, fractions=True)


def test_eighteen_digits_pass() -> None:
    assert strict_json.parse(b'{"a":-999999999999999999}') == {"a": -999_999_999_999_999_999}


def test_a_stream_is_held_to_the_upload_limit(settings: object) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20  # type: ignore[attr-defined]
    parser = strict_json.StrictJSONParser()
    assert parser.parse(io.BytesIO(b'{"a":"xxxxxxxxxxxx"}')) == {"a": "x" * 12}
    assert parser.parse(io.BytesIO(b"")) == {}
    with pytest.raises(ParseError, match="larger than 20 bytes"):
        parser.parse(io.BytesIO(b'{"a":"xxxxxxxxxxxxx"}'))
