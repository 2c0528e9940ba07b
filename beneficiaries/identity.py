"""NIK, KK number and phone: what each may be, how it is stored, how it is shown.

A NIK is ``PPKKCC DDMMYY SSSS``: the district of first registration, the birth date with 40 added to a woman's day, a
serial. It has no check digit, so these checks find what cannot be a NIK, not what was never issued. A KK number is
built alike from the day the card was recorded. Digits are ASCII ``[0-9]`` everywhere.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import phonenumbers

from beneficiaries import regions
from beneficiaries.errors import FieldRefused
from beneficiaries.refusals import BIRTH_DATE, KK, NIK, PHONE, Refusal

FEMALE_DAY = 40
MASK = "•"
OLDEST_YEARS = 125

_DIGITS = re.compile(r"[0-9]+")
_PLAIN_MOBILE = re.compile(r"(?:\+?62|0)[ -]?(8[0-9]+(?:[ -][0-9]+)*)")
_NATIONAL_MOBILE = re.compile(r"8[1-35-9][0-9]{7,10}")
_BETWEEN_DIGITS = re.compile(r"[ .-]")
_PHONE_CHARACTERS = re.compile(r"\+?[0-9]+(?:[ .-][0-9]+)*")
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{2}")


@lru_cache(maxsize=16_384)
def _is_date(day: int, month: int, year_of_century: int) -> bool:
    """True if the day exists in some century: 29 February of 00 does in 2000, not in 1900."""
    for century in (1900, 2000):
        try:
            date(century + year_of_century, month, day)
        except ValueError:
            continue
        return True
    return False


def _numbers(number: str) -> tuple[int, int, int]:
    return int(number[6:8]), int(number[8:10]), int(number[10:12])


def _number_refusal(field: str, number: str) -> Refusal | None:
    """What a NIK and a KK number have in common, but for the date."""
    if not number:
        return Refusal(field, "missing")
    if not _DIGITS.fullmatch(number):
        if _SCIENTIFIC.fullmatch(number):
            return Refusal(field, "scientific")
        return Refusal(field, "not_digits")
    if len(number) != 16:
        return Refusal(field, "length", {"length": len(number)})
    if not regions.is_region(number[:6]):
        return Refusal(field, "region")
    return None


def nik_refusal(nik: str) -> Refusal | None:
    """What keeps text from being a NIK, or None. Any text may be given."""
    if refusal := _number_refusal(NIK, nik):
        return refusal
    day, month, year = _numbers(nik)
    if not _is_date(day - FEMALE_DAY if day > FEMALE_DAY else day, month, year):
        return Refusal(NIK, "date_part")
    if nik[12:] == "0000":
        return Refusal(NIK, "serial")
    return None


def kk_refusal(kk: str) -> Refusal | None:
    """What keeps text from being a KK number, or None. Any text may be given."""
    if refusal := _number_refusal(KK, kk):
        return refusal
    if not _is_date(*_numbers(kk)):
        return Refusal(KK, "date_part")
    if kk[12:] == "0000":
        return Refusal(KK, "serial")
    return None


def agreement_refusals(nik: str, *, birth_date: date | None, sex: str | None) -> list[Refusal]:
    """Where a valid NIK contradicts a birth date or a sex ("L" or "P"); None leaves that one out."""
    day, month, year = _numbers(nik)
    female = day > FEMALE_DAY
    refusals = []
    if birth_date is not None:
        stated = (birth_date.day, birth_date.month, birth_date.year % 100)
        if (day - FEMALE_DAY if female else day, month, year) != stated:
            refusals.append(Refusal(NIK, "nik_birth_date"))
    if sex is not None and female != (sex == "P"):
        refusals.append(Refusal(NIK, "nik_sex"))
    return refusals


def check_nik(text: str, *, birth_date: date | None = None, sex: str | None = None) -> str:
    """The NIK, if it can be one and agrees with the birth date and sex given. Raises FieldRefused."""
    refusal = nik_refusal(text)
    if refusal is None:
        refusal = next(iter(agreement_refusals(text, birth_date=birth_date, sex=sex)), None)
    if refusal is not None:
        raise FieldRefused(refusal)
    return text


def parse_date(field: str, text: str) -> date:
    """The date of ``YYYY-MM-DD`` or, as Excel writes it here, ``DD/MM/YYYY``; the day comes before the month, always.

    Raises FieldRefused, with the field's name.
    """
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
        if day_first := _DAY_FIRST.fullmatch(text):
            return date(int(day_first[4]), int(day_first[3]), int(day_first[1]))
    except ValueError:  # no day of the calendar
        raise FieldRefused(Refusal(field, "date_format")) from None
    raise FieldRefused(Refusal(field, "date_two_digits" if _TWO_DIGIT_YEAR.fullmatch(text) else "date_format"))


def parse_birth_date(text: str, *, today: date) -> date:
    """The date as `parse_date` reads it, not after today and not more than 125 years before. Raises FieldRefused.

    A file that has months before days contradicts its NIKs.
    """
    birth_date = parse_date(BIRTH_DATE, text)
    if birth_date > today:
        raise FieldRefused(Refusal(BIRTH_DATE, "date_future"))
    if age(birth_date, today) > OLDEST_YEARS:
        raise FieldRefused(Refusal(BIRTH_DATE, "date_old", {"years": OLDEST_YEARS}))
    return birth_date


def age(birth_date: date, on: date) -> int:
    """Completed years of life on a day. Someone born on 29 February ages on 1 March of a common year."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def parse_phone(text: str) -> str:
    """An Indonesian mobile number in E.164 (``+628…``), from any usual way to write it. Raises FieldRefused."""
    if plain := _PLAIN_MOBILE.fullmatch(text):  # nearly all of them; the parser takes ten times as long
        national = plain[1].replace("-", "").replace(" ", "")
        if _NATIONAL_MOBILE.fullmatch(national):
            return f"+62{national}"
    refused = FieldRefused(Refusal(PHONE, "phone"))
    if not _PHONE_CHARACTERS.fullmatch(text):
        raise refused
    # "62812…" without its plus is how SNAP and most exports write it; the parser would take it for a national number.
    candidate = f"+{text}" if text.startswith("62") else text
    try:
        number = phonenumbers.parse(candidate, "ID")
    except phonenumbers.NumberParseException:
        raise refused from None
    national = str(number.national_number)
    if number.country_code != 62 or number.extension or not _NATIONAL_MOBILE.fullmatch(national):
        raise refused
    return f"+62{national}"


def show_phone(phone: str) -> str:
    """A stored phone as people write it: ``0812-3456-7890``; empty for none."""
    if not phone:
        return ""
    national = f"0{phone.removeprefix('+62')}"
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def bare(text: str) -> str:
    """A number as it is typed, without the spaces, dots and dashes that cards have between its digits."""
    return _BETWEEN_DIGITS.sub("", text)


def mask_number(number: str) -> str:
    """A NIK or KK number with its region and serial only: ``3171••••••••0001``; empty for none."""
    if len(number) <= 8:
        return MASK * len(number)
    return number[:4] + MASK * (len(number) - 8) + number[-4:]


def mask_phone(phone: str) -> str:
    """A stored phone with its last three digits only: ``0812-••••-•890``; empty for none."""
    shown = show_phone(phone)
    return shown[:4] + re.sub(r"[0-9]", MASK, shown[4:-3]) + shown[-3:] if shown else ""
