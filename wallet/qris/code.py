"""What a QRIS code says, and what of it is allowed. Both directions, `encoding` and `decoding`, judge by `check`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from wallet.qris.errors import Fault, QrisError
from wallet.qris.tlv import size

NATIONAL = "51"
NATIONAL_GUID = "ID.CO.QRIS.WWW"
ACQUIRERS = tuple(f"{number:02}" for number in range(26, 46))
CRITERIA = ("UMI", "UKE", "UME", "UBE", "URE")  # micro, small, medium, large, regular
CURRENCY, COUNTRY = "360", "ID"  # ISO 4217 and ISO 3166-1
LONGEST = 512  # EMVCo: a payload has at most so many bytes
LONGEST_AMOUNT = 13
# Tags whose meaning is written here; any other is kept as it came.
KNOWN = {"00", "01", *ACQUIRERS, NATIONAL, *(str(number) for number in range(52, 65))}

Others = tuple[tuple[str, str], ...]

# The classes of characters. A control character, or half of a surrogate pair, is none that a merchant's name has.
TEXT = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+"
ASCII = r"[\x20-\x7e]+"


class TipKind(StrEnum):
    """Tag 55: who says how much the tip is."""

    PROMPT = "01"
    FIXED = "02"
    PERCENT = "03"


@dataclass(frozen=True, slots=True)
class Tip:
    """Tags 55, 56 and 57. `amount` is rupiah, of a fixed one; `percent` above 0 and below 100 with two decimals at most."""

    kind: TipKind
    amount: int | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Tags 26 to 45, an acquirer's, or 51, the national one: whose merchant it is there.

    In 51 the merchant's id is the NMID. The PAN has no check digit that could be relied on: published samples fail Luhn.
    """

    tag: str
    guid: str
    pan: str = ""
    merchant_id: str = ""
    criteria: str = ""
    others: Others = ()


@dataclass(frozen=True, slots=True)
class AdditionalData:
    """Tag 62: what the till adds for itself."""

    bill: str = ""
    mobile: str = ""
    store: str = ""
    loyalty: str = ""
    reference: str = ""
    customer: str = ""
    terminal: str = ""
    purpose: str = ""
    asked_of_consumer: str = ""
    others: Others = ()


@dataclass(frozen=True, slots=True)
class Language:
    """Tag 64: the merchant's name and city once more, in another language (ISO 639)."""

    language: str
    name: str
    city: str = ""
    others: Others = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A merchant's code. `amount` is whole rupiah; a dynamic code speaks for one payment, a static one for any number."""

    name: str
    city: str
    mcc: str
    accounts: tuple[Account, ...]
    dynamic: bool = False
    amount: int | None = None
    tip: Tip | None = None
    postcode: str = ""
    additional: AdditionalData = field(default_factory=AdditionalData)
    language: Language | None = None
    others: Others = ()

    @property
    def nmid(self) -> str:
        """The national merchant id; empty where the code has none."""
        return next((account.merchant_id for account in self.accounts if account.tag == NATIONAL), "")


# Sub-tags by field, with what each may hold: a shape, and the greatest length.
ACCOUNT_FIELDS = {
    "guid": ("00", ASCII, 32),
    "pan": ("01", r"[0-9]+", 19),
    "merchant_id": ("02", ASCII, 15),
    "criteria": ("03", "|".join(CRITERIA), 3),
}
ADDITIONAL_FIELDS = {
    "bill": ("01", TEXT, 25),
    "mobile": ("02", TEXT, 25),
    "store": ("03", TEXT, 25),
    "loyalty": ("04", TEXT, 25),
    "reference": ("05", TEXT, 25),
    "customer": ("06", TEXT, 25),
    "terminal": ("07", TEXT, 25),
    "purpose": ("08", TEXT, 25),
    "asked_of_consumer": ("09", "[AME]{1,3}", 3),
}
LANGUAGE_FIELDS = {
    "language": ("00", "[A-Za-z]{2}", 2),
    "name": ("01", TEXT, 25),
    "city": ("02", TEXT, 15),
}
NMID = re.compile(r"ID[0-9]{13}")


def check(code: Code) -> None:
    """Returns if the code is one that may be presented. Raises QrisError naming the first tag at fault."""
    if not code.accounts:
        raise QrisError(NATIONAL, Fault.MISSING)
    tags = [account.tag for account in code.accounts]
    for account in code.accounts:
        if account.tag not in ACQUIRERS and account.tag != NATIONAL:
            raise QrisError(account.tag, Fault.TAG)
        if tags.count(account.tag) > 1:
            raise QrisError(account.tag, Fault.DUPLICATE)
        _check_account(account)
    _check_text("52", code.mcc, "[0-9]{4}", 4)
    if code.amount is not None:
        _check_amount("54", code.amount)
    if code.tip is not None:
        _check_tip(code.tip)
    _check_text("59", code.name, TEXT, 25)
    _check_text("60", code.city, TEXT, 15)
    if code.postcode:
        _check_text("61", code.postcode, ASCII, 10)
    for name, (tag, shape, longest) in ADDITIONAL_FIELDS.items():
        if value := getattr(code.additional, name):
            _check_text(f"62.{tag}", value, shape, longest)
    _check_others(code.additional.others, {tag for tag, _, _ in ADDITIONAL_FIELDS.values()}, "62")
    if code.language is not None:
        for name, (tag, shape, longest) in LANGUAGE_FIELDS.items():
            value = getattr(code.language, name)
            if value or name != "city":
                _check_text(f"64.{tag}", value, shape, longest)
        _check_others(code.language.others, {tag for tag, _, _ in LANGUAGE_FIELDS.values()}, "64")
    _check_others(code.others, KNOWN, "")


def _check_account(account: Account) -> None:
    for name, (tag, shape, longest) in ACCOUNT_FIELDS.items():
        value = getattr(account, name)
        if value or name == "guid":
            _check_text(f"{account.tag}.{tag}", value, shape, longest)
    _check_others(account.others, {tag for tag, _, _ in ACCOUNT_FIELDS.values()}, account.tag)
    if account.tag == NATIONAL:
        if account.guid != NATIONAL_GUID:
            raise QrisError(f"{NATIONAL}.00", Fault.VALUE)
        if not account.merchant_id:
            raise QrisError(f"{NATIONAL}.02", Fault.MISSING)
        if not NMID.fullmatch(account.merchant_id):
            raise QrisError(f"{NATIONAL}.02", Fault.VALUE)


def _check_text(path: str, value: str, shape: str, longest: int) -> None:
    if not value:
        raise QrisError(path, Fault.MISSING)
    if not re.fullmatch(shape, value):
        raise QrisError(path, Fault.VALUE)
    if size(value) > longest:
        raise QrisError(path, Fault.LENGTH)


def _check_amount(path: str, amount: int) -> None:
    if amount <= 0:
        raise QrisError(path, Fault.VALUE)
    if len(str(amount)) > LONGEST_AMOUNT:
        raise QrisError(path, Fault.LENGTH)


def _check_tip(tip: Tip) -> None:
    if tip.kind == TipKind.FIXED and tip.amount is None:
        raise QrisError("56", Fault.MISSING)
    if tip.kind == TipKind.PERCENT and tip.percent is None:
        raise QrisError("57", Fault.MISSING)
    if tip.amount is not None:
        if tip.kind != TipKind.FIXED:
            raise QrisError("56", Fault.UNEXPECTED)
        _check_amount("56", tip.amount)
    if tip.percent is not None:
        if tip.kind != TipKind.PERCENT:
            raise QrisError("57", Fault.UNEXPECTED)
        if not 0 < tip.percent < 100 or tip.percent != tip.percent.quantize(Decimal("0.01")):
            raise QrisError("57", Fault.VALUE)


def _check_others(others: Others, known: set[str], within: str) -> None:
    seen: set[str] = set()
    for tag, value in others:
        path = f"{within}.{tag}" if within else tag
        if not re.fullmatch("[0-9]{2}", tag) or tag in known:
            raise QrisError(path, Fault.TAG)
        if tag in seen:
            raise QrisError(path, Fault.DUPLICATE)
        seen.add(tag)
        _check_text(path, value, TEXT, 99)
