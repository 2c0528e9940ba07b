"""The text of a scanned QR code as a merchant's code, or the tag that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from wallet.qris.code import (
    ACCOUNT_FIELDS,
    ACQUIRERS,
    ADDITIONAL_FIELDS,
    COUNTRY,
    CURRENCY,
    KNOWN,
    LANGUAGE_FIELDS,
    LONGEST,
    LONGEST_AMOUNT,
    NATIONAL,
    Account,
    AdditionalData,
    Code,
    Language,
    Others,
    Tip,
    TipKind,
    check,
)
from wallet.qris.crc import crc
from wallet.qris.errors import Fault, QrisError
from wallet.qris.tlv import Elements, read

FIXED = {"00": "01", "53": CURRENCY, "58": COUNTRY}  # what these tags hold in every code of ours
# Whole rupiah, one spelling each; many write the two decimals that rupiah do not have.
AMOUNT = re.compile(r"([1-9][0-9]*)(\.0{0,2})?")
PERCENT = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")


def decode(text: str) -> Code:
    """The code. Raises QrisError with the path of the tag at fault.

    First the grammar is judged, then the checksum, then each value: a code that was cut or changed is told as that.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise QrisError("", Fault.TEXT) from None
    if len(data) > LONGEST:
        raise QrisError("", Fault.LENGTH)
    elements = read(data)
    _check_ends(elements, text)
    for tag, value in FIXED.items():
        if tag not in elements:
            raise QrisError(tag, Fault.MISSING)
        if elements[tag] != value:
            raise QrisError(tag, Fault.VALUE)
    if elements.get("01") not in ("11", "12"):
        raise QrisError("01", Fault.VALUE if "01" in elements else Fault.MISSING)
    code = Code(
        name=elements.get("59", ""),
        city=elements.get("60", ""),
        mcc=elements.get("52", ""),
        accounts=tuple(_account(tag, elements[tag]) for tag in (*ACQUIRERS, NATIONAL) if tag in elements),
        dynamic=elements["01"] == "12",
        amount=_amount("54", elements["54"]) if "54" in elements else None,
        tip=_tip(elements),
        postcode=elements.get("61", ""),
        additional=_additional(elements["62"]) if "62" in elements else AdditionalData(),
        language=_language(elements["64"]) if "64" in elements else None,
        others=_others(elements, KNOWN),
    )
    check(code)
    return code


def _check_ends(elements: Elements, text: str) -> None:
    order = list(elements)
    if not order:
        raise QrisError("", Fault.TRUNCATED)
    for tag, place in (("00", 0), ("63", -1)):
        if tag not in elements:
            raise QrisError(tag, Fault.MISSING)
        if order[place] != tag:
            raise QrisError(tag, Fault.ORDER)
    if len(elements["63"]) != 4:
        raise QrisError("63", Fault.LENGTH)
    if crc(text[:-4]) != elements["63"]:
        raise QrisError("63", Fault.CRC)


def _fields(template: str, fields: Mapping[str, tuple[str, str, int]], within: str) -> tuple[dict[str, str], Others]:
    elements = read(template.encode(), within)
    told = {name: elements[tag] for name, (tag, _, _) in fields.items() if tag in elements}
    return told, _others(elements, {tag for tag, _, _ in fields.values()})


def _others(elements: Elements, known: set[str]) -> Others:
    return tuple(sorted((tag, value) for tag, value in elements.items() if tag not in known))


def _account(tag: str, template: str) -> Account:
    told, others = _fields(template, ACCOUNT_FIELDS, tag)
    return Account(tag=tag, guid=told.pop("guid", ""), others=others, **told)


def _additional(template: str) -> AdditionalData:
    told, others = _fields(template, ADDITIONAL_FIELDS, "62")
    return AdditionalData(others=others, **told)


def _language(template: str) -> Language:
    told, others = _fields(template, LANGUAGE_FIELDS, "64")
    return Language(language=told.pop("language", ""), name=told.pop("name", ""), others=others, **told)


def _amount(tag: str, text: str) -> int:
    if len(text) > LONGEST_AMOUNT:
        raise QrisError(tag, Fault.LENGTH)
    match = AMOUNT.fullmatch(text)
    if match is None:
        raise QrisError(tag, Fault.VALUE)
    return int(match[1])


def _tip(elements: Elements) -> Tip | None:
    if "55" not in elements:
        for tag in ("56", "57"):
            if tag in elements:
                raise QrisError(tag, Fault.UNEXPECTED)
        return None
    try:
        kind = TipKind(elements["55"])
    except ValueError:
        raise QrisError("55", Fault.VALUE) from None
    amount = _amount("56", elements["56"]) if "56" in elements else None
    percent = None
    if "57" in elements:
        if not PERCENT.fullmatch(elements["57"]):
            raise QrisError("57", Fault.VALUE)
        percent = Decimal(elements["57"])
    return Tip(kind, amount, percent)
