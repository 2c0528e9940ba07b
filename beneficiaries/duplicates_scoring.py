"""How alike two people are: points for each compared field, added up to 0–100, with what was seen of each.

The weights (points) were set by looking at generated registries (`bench.registry.duplicates`; other seeds than those whose
figures are published) and say what a clerk would: a name and a birth date together make a case, a rare name
makes a better one, place and phone support it, and what contradicts weighs more than what is missing.

    field       most   what gives them
    name          45   the same once normalised; less with what differs; nothing where two real words stand against each other
    rarity        20   nobody else is called so; 8 less for each tenfold; -5 from about a thousand on
    birth_date    30   the same; 24 day and month changed round; 18 one digit another; 14 the same year, one of them a date
                       that stands for an unknown one; -10 the same year alone; -40 another
    sex            0   the same; -30 another
    place         10   the same household; 8 the same kelurahan; 4 the same district
    phone         10   the same (by blind index; the number is never opened)
    siblings       0   -30 in one household, born on one day, and named to rhyme (Rina and Rini): twins, not a slip of the pen
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from beneficiaries.names import MUHAMMAD, skeleton

THRESHOLD = 76  # from here on a pair is worth an officer's look

NAME, RARE_NAME = 45, 20
SAME_DATE, SWAPPED_DATE, DIGIT_OFF, STAND_IN_DATE, SAME_YEAR, OTHER_DATE = 30, 24, 18, 14, -10, -40
OTHER_SEX = -30
SAME_HOUSEHOLD, SAME_KELURAHAN, SAME_DISTRICT = 10, 8, 4
SAME_PHONE = 10
SIBLINGS = -30

# Words that half the country bears say little: what each counts for beside a whole word.
WORD_WEIGHTS = {MUHAMMAD: 0.3, "ABDUL": 0.4, "SITI": 0.5, "NUR": 0.5, "AHMAD": 0.7, "DEWI": 0.7, "SRI": 0.5}
AGAINST, DROPPED = 2.0, 0.15  # for each word that contradicts, that is missing on one side
# The initial of a name in its old spelling: D. is Djoko, whom the normalised name calls Joko.
OLD_INITIALS = {("D", "J"), ("C", "K"), ("T", "C")}
INITIAL_WEIGHT, INITIAL_LIKENESS = 0.4, 0.85
# Put down for people who do not know their day: the first and last of a year, and its middle.
STAND_IN_DAYS = {(1, 1), (12, 31), (7, 1), (6, 30)}
VOWELS = set("AEIOU")
SPELT_EITHER_WAY = ({"O", "U"}, {"I", "E"})

Reasons = dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared of one person. `name` is normalised; `phone` a blind index or empty; `bearers` have the same name."""

    name: str
    name_key: str
    sex: str
    birth_date: date
    household: int
    kelurahan: str
    phone: bytes
    bearers: int


def score(one: Compared, other: Compared) -> tuple[int, Reasons]:
    """The points of a pair, 0–100, and by field what gave them: fields that say nothing are left out. Symmetrical."""
    seen: dict[str, tuple[int, str]] = {
        "name": _name(one, other),
        "birth_date": _birth_date(one.birth_date, other.birth_date),
        "sex": (0, "") if one.sex == other.sex else (OTHER_SEX, "other"),
        "place": _place(one, other),
        "phone": (SAME_PHONE, "same") if one.phone and one.phone == other.phone else (0, ""),
    }
    if seen["name"][0] >= NAME * 0.6:
        seen["rarity"] = _rarity(max(one.bearers, other.bearers))
    if one.household == other.household and one.birth_date == other.birth_date and _rhyme(one.name, other.name):
        seen["siblings"] = (SIBLINGS, "rhyme")
    reasons = {field: found for field, found in seen.items() if found[1]}
    return max(0, min(100, sum(points for points, _what in reasons.values()))), reasons


def _name(one: Compared, other: Compared) -> tuple[int, str]:
    if not (one.name and other.name):
        return 0, "other"
    if one.name == other.name:
        return NAME, "same"
    if one.name_key == other.name_key:
        return NAME - 1, "order"
    if one.name.replace(" ", "") == other.name.replace(" ", ""):
        return NAME - 2, "spaces"
    likeness = name_likeness(one.name.split(), other.name.split())
    points = round(NAME * max(0.0, (likeness - 0.5) / 0.5))
    return (points, "alike") if points else (0, "other")


def name_likeness(one: list[str], other: list[str]) -> float:
    """How alike two names are, 0 to 1, from their normalised words in any order. Symmetrical.

    Each word finds its best counterpart. What is left on one side only was dropped (a second name); words left on both sides
    contradict each other.
    """
    alike = sorted(
        (
            (-likeness, min(a, b), max(a, b), i, j, likeness)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
            if (likeness := _word_likeness(a, b)) > 0
        )
    )
    left, right = set(range(len(one))), set(range(len(other)))
    matched = found = 0.0
    for _order, _low, _high, i, j, likeness in alike:
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            weight = min(_weight(one[i]), _weight(other[j]))
            matched += weight * likeness
            found += weight
    rest_one = sum(_weight(one[i]) for i in left)
    rest_other = sum(_weight(other[j]) for j in right)
    against = min(rest_one, rest_other)
    dropped = max(rest_one, rest_other) - against
    whole = found + AGAINST * against + DROPPED * dropped
    return matched / whole if whole else 0.0


def _weight(word: str) -> float:
    return INITIAL_WEIGHT if len(word) == 1 else WORD_WEIGHTS.get(word, 1.0)


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        initial, word = sorted((one, other), key=len)
        fits = initial[0] == word[0] or (initial[0], word[0]) in OLD_INITIALS
        return INITIAL_LIKENESS if fits and len(word) > 1 else 0.0
    close: float = JaroWinkler.similarity(one, other)
    if close >= 0.85 and skeleton(one) == skeleton(other):
        return 0.96
    shorter = min(len(one), len(other))
    apart = DamerauLevenshtein.distance(one, other, score_cutoff=2)
    if shorter >= 4 and apart <= 1:
        return 0.92
    if shorter >= 7 and apart <= 2:
        return 0.88
    return close * 0.95 if close >= 0.92 else 0.0


def _rhyme(one: str, other: str) -> bool:
    """True if words of the two names differ as twins' do: in their first or last letter alone, or in one vowel.

    O for U and I for E are two spellings, not two names.
    """
    ones, others = set(one.split()), set(other.split())
    return any(
        len(a) == len(b)
        and len(apart := [at for at in range(len(a)) if a[at] != b[at]]) == 1
        and (apart[0] in (0, len(a) - 1) or {a[apart[0]], b[apart[0]]} <= VOWELS)
        and {a[apart[0]], b[apart[0]]} not in SPELT_EITHER_WAY
        for a in ones - others
        for b in others - ones
        if len(a) > 1
    )


def _rarity(bearers: int) -> tuple[int, str]:
    points = max(-5, RARE_NAME - round(8 * math.log10(max(1, bearers))))
    return points, "rare" if points >= RARE_NAME / 2 else "common"


def _birth_date(one: date, other: date) -> tuple[int, str]:
    if one == other:
        return SAME_DATE, "same"
    if one.year == other.year:
        if (one.day, one.month) == (other.month, other.day):
            return SWAPPED_DATE, "swapped"
        if {(one.month, one.day), (other.month, other.day)} & STAND_IN_DAYS:
            return STAND_IN_DATE, "stand_in"
    if sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)) == 1:
        return DIGIT_OFF, "digit"
    return (SAME_YEAR, "year") if one.year == other.year else (OTHER_DATE, "other")


def _place(one: Compared, other: Compared) -> tuple[int, str]:
    if one.household == other.household:
        return SAME_HOUSEHOLD, "household"
    if one.kelurahan == other.kelurahan:
        return SAME_KELURAHAN, "kelurahan"
    if one.kelurahan[:8] == other.kelurahan[:8]:
        return SAME_DISTRICT, "district"
    return 0, ""
