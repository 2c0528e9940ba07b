"""A merchant's code as the text that a QR code holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from wallet.qris.code import (
    ACCOUNT_FIELDS,
    ADDITIONAL_FIELDS,
    COUNTRY,
    CURRENCY,
    LANGUAGE_FIELDS,
    LONGEST,
    Code,
    Others,
    check,
)
from wallet.qris.crc import crc
from wallet.qris.errors import Fault, QrisError
from wallet.qris.tlv import size, write


def encode(code: Code) -> str:
    """The code's text, its tags in ascending order and the checksum last. Raises QrisError naming the tag at fault."""
    check(code)
    elements = {"00": "01", "01": "12" if code.dynamic else "11"}
    for account in code.accounts:
        elements[account.tag] = _template(account, ACCOUNT_FIELDS, account.others, account.tag)
    elements |= {"52": code.mcc, "53": CURRENCY, "58": COUNTRY, "59": code.name, "60": code.city}
    if code.amount is not None:
        elements["54"] = str(code.amount)
    if code.tip is not None:
        elements["55"] = code.tip.kind.value
        if code.tip.amount is not None:
            elements["56"] = str(code.tip.amount)
        if code.tip.percent is not None:
            elements["57"] = _percent(code.tip.percent)
    if code.postcode:
        elements["61"] = code.postcode
    if additional := _template(code.additional, ADDITIONAL_FIELDS, code.additional.others, "62"):
        elements["62"] = additional
    if code.language is not None:
        elements["64"] = _template(code.language, LANGUAGE_FIELDS, code.language.others, "64")
    text = _written([*elements.items(), *code.others])
    text += "6304"
    if size(text) + 4 > LONGEST:
        raise QrisError("", Fault.LENGTH)
    return text + crc(text)


def _template(holder: Any, fields: Mapping[str, tuple[str, str, int]], others: Others, path: str) -> str:
    filled = [(tag, getattr(holder, name)) for name, (tag, _, _) in fields.items()]
    return _written([*((tag, value) for tag, value in filled if value), *others], path)


def _written(elements: Iterable[tuple[str, str]], within: str = "") -> str:
    return "".join(
        write(tag, value, f"{within}.{tag}" if within else tag)
        for tag, value in sorted(elements, key=lambda element: element[0])
    )


def _percent(percent: Decimal) -> str:
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
