"""JSON as money needs it: no doubled keys, no floats where any could be read, no NUL, no lone surrogates, no endless numbers.

RFC 8259 leaves all of these to the reader, and readers differ: what is signed, hashed and posted must be one thing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DIGITS = 18  # BIGINT holds 18 digits of any value
MAX_DIGITS_UNREAD = 100
MAX_DEPTH = 32
QUOTED = 64  # how much of a name is quoted back


def parse(raw: bytes, *, fractions: bool = False) -> dict[str, Any]:
    """The JSON object in the bytes (UTF-8), numbers as int. Raises rest_framework ParseError (400) naming the fault.

    With `fractions`, finite fractions pass as float and whole numbers may be longer: for messages whose senders add fields that
    nobody reads, and whose every field that is read is checked for its type.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_fraction if fractions else _refuse_number,
            parse_constant=_refuse_number,
            parse_int=_long_number if fractions else _whole_number,
        )
    except (ValueError, RecursionError):
        raise ParseError("The body is not JSON.") from None
    if not isinstance(value, dict):
        raise ParseError("The body must be a JSON object.")
    _check(value, "body", 0)
    return value


class StrictJSONParser(BaseParser):
    """Django REST framework's door to `parse`; no body at all reads as no fields."""

    media_type = "application/json"
    fractions = False

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        # Django holds request.body to this limit, but not a stream read past it.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise ParseError(f"The body is larger than {limit} bytes.")
        return parse(raw, fractions=self.fractions) if raw else {}


class MessageParser(StrictJSONParser):
    """As StrictJSONParser, for messages that may hold more than is read of them, fractions among it."""

    fractions = True


def _refuse_number(text: str) -> NoReturn:
    raise ParseError(f"{text[:20]}: numbers must be whole; write an amount as the standard says.")


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ParseError(f"{text[:20]}: the number is too large.")
    return value


def _whole_number(text: str, most: int = MAX_DIGITS) -> int:
    if len(text.lstrip("-")) > most:
        raise ParseError(f"{text[:20]}…: a number has at most {most} digits.")
    return int(text)


def _long_number(text: str) -> int:
    return _whole_number(text, MAX_DIGITS_UNREAD)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ParseError(f"{_quoted(name)}: given twice; send each field once.")
        found[name] = value
    return found


def _check(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"{_quoted(where)}: nested too deeply.")
    if isinstance(value, str):
        if not _is_text(value):
            raise ParseError(f"{_quoted(where)}: holds a character that is not text (NUL or a lone surrogate).")
    elif isinstance(value, dict):
        for name, part in value.items():
            if not _is_text(name):
                raise ParseError(f"{_quoted(name)}: a name that is not text (NUL or a lone surrogate).")
            _check(part, name, depth + 1)
    elif isinstance(value, list):
        for part in value:
            _check(part, where, depth + 1)


def _is_text(value: str) -> bool:
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)


def _quoted(name: str) -> str:
    """A sender's name as it may be told back: cut, with what is not printable ASCII escaped: it goes into messages and logs."""
    return name[:QUOTED].encode("unicode_escape").decode()
