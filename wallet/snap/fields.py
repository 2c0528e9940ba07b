"""Fields of SNAP messages as serializer fields that coerce nothing: a string is a string, an amount is whole rupiah."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wallet.money import in_message
from wallet.snap import timestamps
from wallet.snap.codes import Case, SnapError

REFERENCE = r"[\x21-\x7e]+"  # printable ASCII without spaces: two references that look alike are alike
TEXT = r"[^\x00-\x1f\x7f]+"
# String(16,2) of the standard, 16 characters in all. [0-9], for \d takes other scripts' digits too; one spelling per
# amount, so no leading zeros; the fraction must be 00, for money is whole rupiah.
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,12})\.00")
CURRENCY = "IDR"
money = in_message  # the amount as it goes out
INFO_LENGTH = 64_000  # the goods of a large order, as other providers' clients list them
MISSING = {"required", "null", "blank"}
WHOLE = "non_field_errors"


class Text(serializers.CharField):
    """A JSON string of a shape and a greatest length, taken as it came: not trimmed, never made from a number."""

    def __init__(self, max_length: int, shape: str = REFERENCE, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)
        self.shape = re.compile(shape)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not self.shape.fullmatch(data):
            self.fail("invalid")
        return data


def optional(max_length: int, shape: str = REFERENCE, **kwargs: Any) -> Text:
    """A `Text` that may be missing or empty; both read as ""."""
    return Text(max_length, shape, required=False, allow_blank=True, default="", **kwargs)


@extend_schema_field({"type": "string", "pattern": f"^{AMOUNT.pattern}$", "maxLength": 16, "example": "10000.00"})
class _AmountValue(serializers.Field):  # type: ignore[type-arg]
    default_error_messages = {"invalid": "not whole rupiah above zero with two decimals"}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not AMOUNT.fullmatch(data) or data == "0.00":
            self.fail("invalid")
        return int(data[:-3])


@extend_schema_field({"type": "string", "pattern": f"^{AMOUNT.pattern}$", "maxLength": 16, "example": "0.00"})
class _AmountOrZeroValue(serializers.Field):  # type: ignore[type-arg]
    default_error_messages = {"invalid": "not whole rupiah with two decimals"}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not AMOUNT.fullmatch(data):
            self.fail("invalid")
        return int(data[:-3])


class Amount(serializers.Serializer[int]):
    """Whole rupiah above zero as the standard writes money: ``{"value": "10000.00", "currency": "IDR"}``."""

    value = _AmountValue(help_text="Whole rupiah with two decimals, String(16,2): 10000.00")
    currency = Text(3, CURRENCY, help_text=CURRENCY)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]
        rupiah: int = super().to_internal_value(data)["value"]
        return rupiah


class AmountOrZero(Amount):
    """As `Amount`, for what may be nothing: a fee."""

    value = _AmountOrZeroValue(  # type: ignore[assignment]
        help_text="Whole rupiah with two decimals, String(16,2): 0.00"
    )


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field):  # type: ignore[type-arg]
    """A time in the standard's form, as an aware datetime."""

    default_error_messages = {"invalid": "not yyyy-MM-ddTHH:mm:ss+07:00"}

    def to_internal_value(self, data: Any) -> Any:
        try:
            return timestamps.parse(data)
        except (TypeError, ValueError):
            self.fail("invalid")


@extend_schema_field(OpenApiTypes.OBJECT)
class AdditionalInfo(serializers.Field):  # type: ignore[type-arg]
    """Any JSON object up to 64,000 characters; it comes back in the response.

    `apart` names what a message reads by itself: it has its own bounds and does not count here.
    """

    default_error_messages = {"invalid": "not an object of at most 64,000 characters"}

    def __init__(self, *, apart: str = "", **kwargs: Any) -> None:
        self.apart = apart
        super().__init__(required=False, default=dict, **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("invalid")
        counted = {name: value for name, value in data.items() if name != self.apart}
        if len(json.dumps(counted, separators=(",", ":"))) > INFO_LENGTH:
            self.fail("invalid")
        return data


def read(message: type[serializers.Serializer[Any]], data: Mapping[str, Any]) -> dict[str, Any]:
    """The message's fields, checked. Raises SnapError naming the first at fault: 400/02 missing, 400/01 malformed.

    A field that is null is a field that is missing.
    """
    try:
        fields: dict[str, Any] = _reader(message).run_validation(
            {name: value for name, value in data.items() if value is not None}
        )
    except serializers.ValidationError as error:
        raise _first_fault(error.detail) from None
    return fields


@cache
def _reader(message: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One for all requests: it keeps nothing of what it reads, and making its fields anew took longer than reading with them."""
    return message()


def read_part(message: type[serializers.Serializer[Any]], data: Mapping[str, Any], place: str) -> dict[str, Any]:
    """As `read`, for an object within a message; what is at fault is named with its place, e.g. ``bulkObject[2].amount``."""
    try:
        return read(message, data)
    except SnapError as fault:
        raise SnapError(fault.case, f"{place}.{fault.detail}") from None


def _first_fault(errors: Any) -> SnapError:
    path = ""
    while isinstance(errors, Mapping):
        name, errors = next(iter(errors.items()))
        if isinstance(name, int):  # an element, by its place in the array
            path += f"[{name}]"
        elif name != WHOLE:
            path += f".{name}" if path else name
    case = Case.INVALID_MANDATORY if errors[0].code in MISSING else Case.INVALID_FORMAT
    return SnapError(case, path)
