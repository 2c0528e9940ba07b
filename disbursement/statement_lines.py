"""What a statement's file says, whichever its form: a head, and lines; and how its amounts, days and references are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from wallet import bank_references

MOST_RUPIAH_DIGITS = 15
REFERENCE_LENGTH = 64
TEXT_LENGTH = 2_000
NO_REFERENCE = {"NOTPROVIDED", "NOT-PROVIDED", "NONREF", "NA", "N-A", ""}  # what banks write where there is none

_AMOUNT = re.compile(rf"([+-]?)([0-9]{{1,{MOST_RUPIAH_DIGITS}}})(?:\.([0-9]{{1,5}}))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(slots=True)
class Line:
    """One entry: sen in (positive) or out (negative). `text` may speak of people: it is only ever kept sealed."""

    line: int
    booked_on: date
    amount_sen: int
    settled: bool = True
    reversal: bool = False
    reference: str = ""
    bank_reference: str = ""
    text: str = ""


@dataclass(slots=True)
class Head:
    """What the file says of itself; what it does not say is empty. Whole only when its last line was read."""

    number: str = ""
    account: str = ""
    period_from: date | None = None
    period_to: date | None = None
    opening_sen: int | None = None
    closing_sen: int | None = None
    problems: dict[str, int] = field(default_factory=dict)


def sen(text: str) -> int | None:
    """Sen from ``-1500``, ``1500.00`` or ``1500.5``; None for anything else, and for what could mean two amounts (``1.000``)."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None or len(found[3] or "") == 3:
        return None
    sign, rupiah, decimals = found[1], found[2], (found[3] or "").rstrip("0")
    if len(decimals) > 2:
        return None
    amount = int(rupiah) * 100 + int(decimals.ljust(2, "0"))
    return -amount if sign == "-" else amount


def day(text: str) -> date | None:
    """The day in Jakarta of an ISO 8601 date or moment; a moment without zone is Jakarta's own. None for anything else."""
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if not text.isascii() or not _DAY.fullmatch(text[:10]) or text[10:11] not in ("T", " "):
            return None
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return moment.date() if moment.tzinfo is None else timezone.localdate(moment)
    except (OverflowError, ValueError):  # the first and last day that there is
        return None


def reference(text: str) -> str:
    """The reference as it is shown: one line, no longer than what is kept; empty where the bank says that there is none."""
    shown = " ".join(_UNPRINTABLE.sub(" ", text).split())[:REFERENCE_LENGTH]
    return "" if bank_references.subject(shown) in NO_REFERENCE else shown


def bare(number: str) -> str:
    """An account's number without what only makes it easier to read: ``0012-345-678`` and ``0012345678`` are one."""
    return "".join(character for character in number if character.isalnum()).upper()


def shown_sen(amount: int | None) -> str:
    """``Rp 1.500``, and ``Rp 1.500,25`` where there are sen; a dash for None."""
    if amount is None:
        return "–"
    rupiah, rest = divmod(abs(amount), 100)
    whole = f"Rp {rupiah:,}".replace(",", ".")
    return f"{'-' if amount < 0 else ''}{whole}{f',{rest:02}' if rest else ''}"
