"""Fields of a request that take what they say and nothing that merely looks like it.

Django REST framework's own fields turn numbers into text and "1_000" or "١٠٠" into numbers; money and PINs may not.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from wallet.errors import InvalidAmount, PinInvalid


class Text(serializers.CharField):
    """Text that was sent as text, on one line, without control characters."""

    default_error_messages = {"field_invalid": _("Isi dengan teks satu baris.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data.isprintable():
            self.fail("field_invalid")
        return super().to_internal_value(data)


class LongText(serializers.CharField):
    """Text that was sent as text, on any number of lines, without other control characters."""

    default_error_messages = {"field_invalid": _("Isi dengan teks.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not data.replace("\r", "").replace("\n", "").isprintable():
            self.fail("field_invalid")
        return super().to_internal_value(data)


class SixDigits(serializers.CharField):
    """A text of exactly six ASCII digits; `refusal` is the code of the error otherwise."""

    default_error_messages = {"field_invalid": _("Isi dengan 6 angka.")}
    refusal = "field_invalid"

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not re.fullmatch("[0-9]{6}", data):
            self.fail(self.refusal)
        return data


class Pin(SixDigits):
    """A PIN by its shape alone; whether it is too simple is for `wallet.pins` to say."""

    default_error_messages = {PinInvalid.code: PinInvalid.message}
    refusal = PinInvalid.code


class Rupiah(serializers.IntegerField):
    """A whole JSON number: no text, no boolean, no fraction. How much it may be is for the wallet to say."""

    default_error_messages = {InvalidAmount.code: InvalidAmount.message}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:  # isinstance would take True for 1
            self.fail(InvalidAmount.code)
        return data


class WholeNumber(serializers.IntegerField):
    """A whole JSON number: no text, no boolean, no fraction."""

    default_error_messages = {"field_invalid": _("Isi dengan bilangan bulat.")}

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:  # isinstance would take True for 1
            self.fail("field_invalid")
        return data


class QueryNumber(serializers.IntegerField):
    """A whole number above zero from a query string: ASCII digits, as many as BIGINT holds of any value."""

    default_error_messages = {"field_invalid": _("Isi dengan bilangan bulat lebih dari nol.")}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not re.fullmatch("[0-9]{1,18}", data) or int(data) == 0:
            self.fail("field_invalid")
        return int(data)


class Day(serializers.DateField):
    """A date written YYYY-MM-DD in ASCII digits."""

    default_error_messages = {"field_invalid": _("Tulis tanggal sebagai TTTT-BB-HH, misalnya 1970-12-31.")}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            self.fail("field_invalid")
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail("field_invalid")
