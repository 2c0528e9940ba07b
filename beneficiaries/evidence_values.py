"""What a piece of evidence may say, by its kind, checked and in one spelling.

- ``employment`` (a person): ``{"employer": …}`` of EMPLOYMENTS; "none" says that someone works there no more.
- ``vehicle``: ``{"vehicle": …, "plate": "B 1234 XYZ", "pkb": "paid" | "due" | "unknown", "owned": true}``.
- ``property``: ``{"njop": 1250000000, "object": "31.71.010.001.001-0001.0"}``; whole rupiah; 0 says that it was sold. A tax
  number (NOP) is kept as its 18 digits however it was written; what is none, as it was written.
- ``death`` (a person): ``{}``, the date is the evidence's.
- ``double_aid`` (a person): ``{"programme": …, "receiving": true}``.
- ``school`` (a person): ``{"private": true}``, whether the school that they attend is a private one.
- ``community_judgement`` (a household): ``{"judgement": "poor" | "not_poor"}``.
- ``other``: ``{"note": …}``.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from beneficiaries import identity
from beneficiaries.errors import FieldRefused
from beneficiaries.models import EvidenceKind
from beneficiaries.refusals import Refusal

STATE = ("pns", "pppk", "tni", "polri", "bumn", "bumd", "parliament")
EMPLOYMENTS = (*STATE, "private", "informal", "pensioner", "none")
VEHICLES = {"car": "cars", "motorcycle": "motorcycles", "truck": "others", "bus": "others", "other": "others"}
PKB = ("paid", "due", "unknown")
JUDGEMENTS = ("poor", "not_poor")
FOR_PEOPLE = (EvidenceKind.EMPLOYMENT, EvidenceKind.DEATH, EvidenceKind.DOUBLE_AID, EvidenceKind.SCHOOL)
FOR_HOUSEHOLDS = (EvidenceKind.COMMUNITY_JUDGEMENT,)
NJOP_LIMIT = 10**15
TEXT_LIMIT = 60
NOTE_LIMIT = 300

_PLATE = re.compile(r"([A-Z]{1,2})[ .-]*([1-9][0-9]{0,3})[ .-]*([A-Z]{0,3})")
_IDENTITY_NUMBER = re.compile(r"[0-9]{16}")
_NOP = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{3})([0-9]{3})([0-9]{3})([0-9]{4})([0-9])")


def plate(text: Any) -> str:
    """An Indonesian plate as ``B 1234 XYZ``, from any usual way to write it. Raises FieldRefused."""
    found = _PLATE.fullmatch(text.strip().upper()) if isinstance(text, str) and text.isascii() else None
    if found is None:
        raise FieldRefused(Refusal("plate", "plate"))
    return " ".join(part for part in found.groups() if part)


def text(name: str, said: Any, limit: int = TEXT_LIMIT, *, empty: bool = False) -> str:
    """One line without anyone's number in it, blanks as one. Raises FieldRefused."""
    clean = " ".join(said.split()) if isinstance(said, str) else ""
    if not clean and not (empty and said in ("", None)):
        raise FieldRefused(Refusal(name, "missing"))
    if len(clean) > limit or not clean.isprintable() or _IDENTITY_NUMBER.search(identity.bare(clean)):
        raise FieldRefused(Refusal(name, "evidence_text", {"limit": limit}))
    return clean


def day(name: str, said: Any, *, today: date | None = None) -> date:
    """The date of ``YYYY-MM-DD`` and nothing else, not after today where that is given. Raises FieldRefused.

    Machines send it, and some of them write the month before the day: no order is guessed.
    """
    try:
        found = identity.parse_date(name, said if isinstance(said, str) else "")
    except FieldRefused as error:
        if error.refusal.code == "date_two_digits":
            raise
        raise FieldRefused(Refusal(name, "date_iso")) from None
    if said != found.isoformat():
        raise FieldRefused(Refusal(name, "date_iso"))
    if today is not None and found > today:
        raise FieldRefused(Refusal(name, "evidence_future"))
    return found


def _choice(name: str, said: Any, choices: Any) -> str:
    if not isinstance(said, str) or said not in choices:
        raise FieldRefused(Refusal(name, "choice", {"choices": ", ".join(choices)}))
    return said


def _yes(name: str, said: Any) -> bool:
    if not isinstance(said, bool):
        raise FieldRefused(Refusal(name, "yes_no"))
    return said


def _njop(said: Any) -> int:
    if type(said) is not int or not 0 <= said <= NJOP_LIMIT:
        raise FieldRefused(Refusal("njop", "rupiah"))
    return said


def _object(said: Any) -> str:
    # A tax number of property (NOP) has 18 digits: it may not be taken for a person's.
    clean = " ".join(said.split()).upper() if isinstance(said, str) else ""
    if _NOP.fullmatch(digits := identity.bare(clean)):
        return digits
    if not clean or len(clean) > TEXT_LIMIT or not clean.isprintable():
        raise FieldRefused(Refusal("object", "missing" if not clean else "too_long", {"limit": TEXT_LIMIT}))
    return clean


_Readers = dict[str, Callable[[Any], Any]]
READERS: dict[str, _Readers] = {
    EvidenceKind.EMPLOYMENT: {"employer": lambda said: _choice("employer", said, EMPLOYMENTS)},
    EvidenceKind.VEHICLE: {
        "vehicle": lambda said: _choice("vehicle", said, VEHICLES),
        "plate": plate,
        "pkb": lambda said: _choice("pkb", "unknown" if said is None else said, PKB),
        "owned": lambda said: _yes("owned", True if said is None else said),
    },
    EvidenceKind.PROPERTY: {"njop": _njop, "object": _object},
    EvidenceKind.DEATH: {},
    EvidenceKind.DOUBLE_AID: {
        "programme": lambda said: text("programme", said),
        "receiving": lambda said: _yes("receiving", True if said is None else said),
    },
    EvidenceKind.SCHOOL: {"private": lambda said: _yes("private", said)},
    EvidenceKind.COMMUNITY_JUDGEMENT: {"judgement": lambda said: _choice("judgement", said, JUDGEMENTS)},
    EvidenceKind.OTHER: {"note": lambda said: text("note", said, NOTE_LIMIT)},
}
# What tells apart several things of one kind; a kind that is in neither is had once. Numbers lead to a person: they are sealed.
NUMBERS = {EvidenceKind.VEHICLE: "plate", EvidenceKind.PROPERTY: "object"}
ITEMS = {EvidenceKind.DOUBLE_AID: "programme"}


def read(kind: str, said: Any) -> tuple[dict[str, Any], list[Refusal]]:
    """What is said, in one spelling, and everything wrong with it: use the first only if the second is empty."""
    readers = READERS[kind]
    said = said if isinstance(said, dict) else {}
    value, refusals = {}, [Refusal(str(name)[:40], "unknown_field") for name in said if name not in readers]
    for name, reader in readers.items():
        try:
            value[name] = reader(said.get(name))
        except FieldRefused as error:
            refusals.append(error.refusal)
    return value, refusals


def item_of(kind: str, value: dict[str, Any]) -> str:
    """What tells this thing apart from the subject's others of its kind, in the clear; empty if there is nothing such."""
    name = ITEMS.get(EvidenceKind(kind))
    return str(value[name]) if name else ""


def number_of(kind: str, value: dict[str, Any]) -> str:
    """The thing's number, which is to be sealed; empty if its kind has none."""
    name = NUMBERS.get(EvidenceKind(kind))
    return str(value[name]) if name else ""


def without_number(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """What may be kept in the clear."""
    return {name: said for name, said in value.items() if name != NUMBERS.get(EvidenceKind(kind))}


def numbers_meant(text: str) -> list[str]:
    """What a search term may be as a plate or a tax number, in the spelling that is kept; none for most terms."""
    meant = []
    with contextlib.suppress(FieldRefused):
        meant.append(plate(text))
    with contextlib.suppress(FieldRefused):
        meant.append(_object(text))
    return list(dict.fromkeys(meant))


def mask(kind: str, number: str) -> str:
    """A number as pages show it: of a plate the region and the last letter (``B •••• ••Z``), of a NOP its ends.

    Empty for none.
    """
    if kind == EvidenceKind.VEHICLE:
        region, _blank, rest = number.partition(" ")
        letters = rest.partition(" ")[2]
        shown = (region, identity.MASK * 4, identity.MASK * (len(letters) - 1) + letters[-1:]) if number else ()
        return " ".join(part for part in shown if part)
    if parts := _NOP.fullmatch(number):
        groups = parts.groups()
        number = ".".join(groups[:5]) + "-" + ".".join(groups[5:])
    signs = [at for at, sign in enumerate(number) if sign.isalnum()]
    hidden = set(signs[4:-4] if len(signs) > 12 else signs)
    return "".join(identity.MASK if at in hidden else sign for at, sign in enumerate(number))
