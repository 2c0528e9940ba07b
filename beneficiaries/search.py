"""One box to find people and households by: NIK, KK number, phone, or a name however it is spelt.

Numbers are found by their blind indexes. Names are found in steps, from the surest to the farthest: the whole name, its
beginning, a part of it, another spelling (Sutrisno, Soetrisno), something alike. Every step goes through the trigram index and
stops after so many rows: a common name in a registry of millions costs no more than a rare one, and nothing is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from beneficiaries import identity
from beneficiaries.errors import BeneficiaryError, FieldRefused
from beneficiaries.models import Household, Person
from beneficiaries.models.household import PersonQuerySet

LIMIT = 100  # rows of each step
ALIKE_LIMIT = 40
ALIKE = 0.5  # of the trigrams: two letters changed places in a word of eight
CANDIDATES = 400  # of which the best are taken
SHORTEST = 3  # letters: what a trigram has
LONGEST = 120  # characters, as the column
WORDS = 6
SPELLINGS = 12  # of a word

_SIXTEEN_DIGITS = re.compile(r"[0-9]{16}")
_MOSTLY_DIGITS = re.compile(r"[+0-9][0-9 .-]{4,}")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’`][^\W\d_]+)*")
# Van Ophuijsen's, Soewandi's and today's spelling, and Arabic names by ear: one way at a time, the likeliest first.
_SPELT = tuple(
    (re.compile(pattern), other)
    for pattern, other in (
        (r"OE", "U"), (r"U", "OE"), (r"DJ", "J"), (r"(?:^|(?<=[AEIOU]))J", "DJ"), (r"TJ", "C"), (r"C(?!H)", "TJ"),
        (r"(?<=[AEIOUH])Y(?=[AEIOU])", "J"), (r"(?<=[AEIOUH])J(?=[AEIOU])", "Y"), (r"SJ", "SY"), (r"SY", "S"), (r"NJ", "NY"),
        (r"CH", "KH"), (r"KH", "CH"), (r"KH", "H"), (r"(?<=[AEIOU])MM(?=[AEIOU])", "M"), (r"I$", "Y"), (r"Y$", "I"),
        (r"F", "P"), (r"V", "F"), (r"P(?=[AEIOU])", "F"), (r"Z", "S"), (r"(?<=[AEIOU])S(?=[AEIOU])", "Z"), (r"DH", "D"),
        (r"TH", "T"), (r"(?<=[AEIOU])H$", ""), (r"Q", "K"), (r"(?<=[AEIOU])M(?=[AEIOU])", "MM"),
    )
)  # fmt: skip
_MUHAMMAD = re.compile(r"M[UO]C?K?HAMM?[AE]D")
_MUHAMMADS = ("MUHAMMAD", "MUHAMAD", "MOHAMMAD", "MOHAMAD", "MOCHAMMAD", "MOCHAMAD", "MUHAMMED", "MOHAMED")


class TermTooShort(BeneficiaryError):
    code = "term_too_short"
    message = _("Ketik sedikitnya %(letters)s huruf nama, 16 angka NIK atau nomor KK, atau nomor telepon lengkap.")


class NumberNotWhole(BeneficiaryError):
    code = "number_not_whole"
    message = _(
        "Itu bukan NIK, nomor KK atau nomor telepon yang lengkap. Periksa jumlah angkanya: NIK dan KK 16 angka."
    )


class Match(models.TextChoices):
    """Why somebody is among the found, from the surest to the farthest."""

    NIK = "nik", _("NIK sama")
    KK = "kk", _("KK sama")
    PHONE = "phone", _("telepon sama")
    EXACT = "exact", _("nama sama")
    PREFIX = "prefix", _("awal nama")
    PART = "part", _("bagian nama")
    SPELLING = "spelling", _("ejaan lain")
    ALIKE = "alike", _("mirip")


@dataclass(frozen=True, slots=True)
class Hit:
    """One person found, or one household (by its KK number)."""

    match: Match
    person: int | None = None
    household: int | None = None


def find(text: str) -> list[Hit]:
    """Whom a term means, the surest first; each once. Raises TermTooShort, NumberNotWhole."""
    text = " ".join(text.replace("\x00", "").split())
    number = identity.bare(text)
    if _SIXTEEN_DIGITS.fullmatch(number):
        return _with_number(number)
    if _MOSTLY_DIGITS.fullmatch(text):
        try:
            phone = identity.parse_phone(text)
        except FieldRefused:
            raise NumberNotWhole from None
        found = Person.objects.with_phone(phone).order_by("pk").values_list("pk", flat=True)[:LIMIT]
        return [Hit(Match.PHONE, person) for person in found]
    return _named(text)


def people_found(text: str) -> PersonQuerySet:
    """The people of `find`, for lists with an order of their own; nobody for a term that is refused."""
    try:
        hits = find(text)
    except BeneficiaryError:
        hits = []
    return Person.objects.filter(pk__in={hit.person for hit in hits if hit.person})


def households_found(text: str) -> list[int]:
    """The households of a KK number by their ids, also those without members; none for any other term."""
    number = identity.bare(text)
    whole = _SIXTEEN_DIGITS.fullmatch(number)
    return list(Household.objects.with_kk(number).values_list("pk", flat=True)) if whole else []


def spellings(word: str) -> list[str]:
    """The word (capitals) as it is, then as it may be written otherwise: at most so many."""
    if _MUHAMMAD.fullmatch(word):
        return [word, *(way for way in _MUHAMMADS if way != word)]
    found = [word]
    for known in found:  # grows meanwhile
        for pattern, other in _SPELT:
            spelt = pattern.sub(other, known)
            if spelt not in found and len(spelt) >= SHORTEST:
                found.append(spelt)
        if len(found) >= SPELLINGS:
            break
    return found[:SPELLINGS]


def _with_number(number: str) -> list[Hit]:
    hits = [Hit(Match.NIK, person) for person in Person.objects.with_nik(number).values_list("pk", flat=True)]
    for household in Household.objects.with_kk(number).values_list("pk", flat=True):
        members = Person.objects.filter(household=household).order_by("birth_date", "pk").values_list("pk", flat=True)
        hits += [Hit(Match.KK, household=household), *(Hit(Match.KK, person) for person in members[:LIMIT])]
    return hits


def _named(text: str) -> list[Hit]:
    text = text[:LONGEST].upper()
    words = _LETTERS.findall(text)[:WORDS]
    if not any(len(word) >= SHORTEST for word in words):
        raise TermTooShort(letters=SHORTEST)
    hits: dict[int, Match] = {}

    def take(match: Match, where: str, values: Iterable[Any], limit: int = LIMIT) -> None:
        for person in _rows(where, list(values), text, list(hits), limit):
            hits[person] = match

    take(Match.EXACT, "upper(name) = %s", [text])
    begins = f"{_plain(text)}%"
    take(Match.PREFIX, "upper(name) LIKE %s AND upper(name) <> %s", [begins, text])
    as_typed, typed = _every([word] for word in words)
    take(Match.PART, f"{as_typed} AND upper(name) NOT LIKE %s", [*typed, begins])
    spelt = [spellings(word) if len(word) > SHORTEST else [word] for word in words]
    if any(len(ways) > 1 for ways in spelt):
        other, others = _every(spelt)
        take(Match.SPELLING, f"{other} AND NOT ({as_typed})", [*others, *typed])
    if len(hits) < LIMIT:
        take(Match.ALIKE, "%s <%% upper(name)", [text], ALIKE_LIMIT)
    return [Hit(match, person) for person, match in hits.items()]


def _every(words: Iterable[list[str]]) -> tuple[str, list[str]]:
    """Each word in one of its spellings, anywhere in the name, in any order."""
    conditions, values = [], []
    for ways in words:
        conditions.append(f"({' OR '.join(['upper(name) LIKE %s'] * len(ways))})")
        values += [f"%{_plain(way)}%" for way in ways]
    return " AND ".join(conditions), values


def _plain(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _rows(where: str, values: list[Any], text: str, known: list[int], limit: int) -> list[int]:
    # The inner limit without an order is what bounds the cost; who is farther along in the table is found by a longer term.
    statement = f"""
        SELECT id FROM (
            SELECT id, upper(name) AS name, status FROM beneficiaries_person
            WHERE {where} AND id <> ALL(%s) LIMIT %s
        ) candidate
        ORDER BY status <> 'active', word_similarity(%s, name) DESC, similarity(%s, name) DESC, id LIMIT %s
    """  # noqa: S608  # fixed conditions; what was typed goes as values
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
        cursor.execute(statement, [*values, known, CANDIDATES, text, text, limit])
        return [row[0] for row in cursor.fetchall()]
