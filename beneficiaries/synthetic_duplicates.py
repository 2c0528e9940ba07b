"""Invents a registry in which some people stand twice, and says which: to measure how well they are found.

To the rows of `synthetic`, clean ones only, come further rows of named kinds. Of most kinds both rows are one human being
under two NIKs; of the last three they are two who look alike, and whoever proposes them is wrong. The rows of one pair are
told apart by their NIKs. The variants of spelling are drawn from a list of their own, not from what `names` undoes.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from beneficiaries import regions, synthetic
from beneficiaries.identity import FEMALE_DAY
from beneficiaries.refusals import BIRTH_DATE, COLUMNS, KELURAHAN, KK, NAME, NIK, PHONE, SEX
from beneficiaries.synthetic_details import Details
from beneficiaries.synthetic_names import COMMUNITIES

Row = dict[str, str]

SPELLINGS = (
    ("U", "OE"), ("J", "DJ"), ("Y", "J"), ("C", "TJ"), ("SY", "SJ"), ("NY", "NJ"), ("KH", "CH"), ("KH", "K"), ("F", "P"),
    ("V", "F"), ("P", "F"), ("Z", "J"), ("T", "TH"), ("D", "DH"), ("AI", "AE"), ("I", "IE"), ("N", "NN"), ("L", "LL"),
    ("S", "SS"), ("M", "MM"), ("MM", "M"), ("LL", "L"), ("RR", "R"), ("H", ""), ("O", "OE"),
)  # fmt: skip
WHOLE_NAMES = {
    "MUHAMMAD": ("MOHAMAD", "MOCHAMAD", "MUH.", "MOH.", "MOCH.", "M."),
    "ABDUL": ("ABD.", "ABD", "ABDOEL"),
    "AHMAD": ("ACHMAD", "AKHMAD"),
    "SITI": ("ST.", "SITTI"),
}
TITLES_BEFORE = {"L": ("H. ", "DRS. ", "IR. ", "UST. ", "H "), "P": ("HJ. ", "DRA. ", "IBU ", "HJ ")}
TITLES_AFTER = (", S.PD", " SE", ", S.H.", " SPD.I", ", AMD", ", M.SI")
STAND_IN = (1, 1)
LATEST = date(2026, 1, 1)  # no birth date that is made here lies in anybody's future


class Impossible(Exception):
    """This person cannot be doubled in this way: nothing in the name to spell otherwise, no day that can be a month."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of pair. `double` gives the second row (its KK, NIK and home still those of the first) or raises Impossible."""

    name: str
    double: Callable[[random.Random, Row], Row]
    same_person: bool = True
    # How often the second row lives in: the same household, another in the kelurahan, another anywhere.
    homes: tuple[int, int, int] = (3, 4, 3)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows by their NIKs, in the order of the file, and of which kind they are."""

    first: str
    second: str
    kind: str
    same_person: bool


def _born(row: Row) -> date:
    return date.fromisoformat(row[BIRTH_DATE])


def _reborn(row: Row, day: date) -> Row:
    if day > LATEST:
        raise Impossible
    return row | {BIRTH_DATE: day.isoformat()}


def _spelling(rng: random.Random, row: Row) -> Row:
    words = row[NAME].split()
    numbers = [number for number, word in enumerate(words) if len(word) > 3 or word in WHOLE_NAMES]
    for number in rng.sample(numbers, len(numbers)):
        word = words[number]
        if word in WHOLE_NAMES and len(words) > 1:
            words[number] = rng.choice(WHOLE_NAMES[word])
            return row | {NAME: " ".join(words)}
        fitting = [(new, old) for new, old in SPELLINGS if new in word[1:] or (old and word.startswith(new))]
        if fitting:
            new, old = rng.choice(fitting)
            words[number] = (
                word.replace(new, old, 1) if word.startswith(new) and old else word[0] + word[1:].replace(new, old, 1)
            )
            return row | {NAME: " ".join(words)}
    raise Impossible


def _letter(rng: random.Random, row: Row) -> Row:
    """One letter lost, doubled in error, or exchanged with its neighbour: a slip, no spelling."""
    words = row[NAME].split()
    numbers = [number for number, word in enumerate(words) if len(word) >= 5]
    if not numbers:
        raise Impossible
    number = rng.choice(numbers)
    word, at = words[number], rng.randrange(1, len(words[number]) - 1)
    slips = (word[:at] + word[at + 1 :], word[:at] + rng.choice("AEIOUNRT") + word[at + 1 :],
             word[:at] + word[at + 1] + word[at] + word[at + 2 :])  # fmt: skip
    words[number] = rng.choice([slip for slip in slips if slip != word])
    return row | {NAME: " ".join(words)}


def _title(rng: random.Random, row: Row) -> Row:
    if rng.random() < 0.6:
        return row | {NAME: rng.choice(TITLES_BEFORE[row[SEX]]) + row[NAME]}
    return row | {NAME: row[NAME] + rng.choice(TITLES_AFTER)}


def _initials(rng: random.Random, row: Row) -> Row:
    words = row[NAME].split()
    if len(words) < 2:
        raise Impossible
    number = rng.randrange(len(words))
    if sum(len(word) > 1 for at, word in enumerate(words) if at != number) == 0:
        raise Impossible
    words[number] = words[number][0] + rng.choice(("", "."))
    return row | {NAME: " ".join(words)}


def _word_order(rng: random.Random, row: Row) -> Row:
    words = row[NAME].split()
    if len(words) < 2:
        raise Impossible
    return row | {NAME: " ".join(reversed(words))}


def _second_name_dropped(_rng: random.Random, row: Row) -> Row:
    words = row[NAME].split()
    if len(words) < 2 or words[0] in WHOLE_NAMES:
        raise Impossible
    return row | {NAME: " ".join(words[:-1])}


def _swapped_date(_rng: random.Random, row: Row) -> Row:
    born = _born(row)
    if born.day > 12 or born.day == born.month:
        raise Impossible
    return _reborn(row, date(born.year, born.day, born.month))


def _date_typo(rng: random.Random, row: Row) -> Row:
    text = row[BIRTH_DATE]
    at = rng.choice((3, 6, 8, 9, 9))
    for digit in rng.sample("0123456789", 10):
        try:
            born = date.fromisoformat(text[:at] + digit + text[at + 1 :])
        except ValueError:
            continue
        if digit != text[at] and born <= LATEST:
            return _reborn(row, born)
    raise Impossible


def _stand_in_date(_rng: random.Random, row: Row) -> Row:
    born = _born(row)
    if (born.month, born.day) == STAND_IN:
        raise Impossible
    return _reborn(row, date(born.year, *STAND_IN))


def _same(_rng: random.Random, row: Row) -> Row:
    return dict(row)


def _married(rng: random.Random, row: Row) -> Row:
    if row[SEX] != "P" or not 1981 <= _born(row).year <= 2008:
        raise Impossible
    return row | ({PHONE: ""} if rng.random() < 0.5 else {})


def _twin(rng: random.Random, row: Row) -> Row:
    """Born on one day, of one household, and called alike: all words but the last the same, or Rina and Rini."""
    sex = rng.choice("LP") if rng.random() < 0.3 else row[SEX]
    words = row[NAME].split()
    ending = words[0][-2:]
    if (
        sex == row[SEX]
        and ending[-1] in "AIO"
        and ending[0] not in "AIUEO"
        and len(words[0]) <= 6
        and rng.random() < 0.5
    ):
        words[0] = words[0][:-1] + rng.choice([vowel for vowel in "AIO" if vowel != words[0][-1]])
        return row | {NAME: " ".join(words), PHONE: ""}
    community = rng.choice(COMMUNITIES)
    given = community.male if sex == "L" else community.female
    other = rng.choice(given.young + given.grown).upper()
    if other in words or _born(row).year < 1950:
        raise Impossible
    if len(words) > 1:
        words[-1] = other
    else:
        words = [other]
    return row | {NAME: " ".join(words), SEX: sex, PHONE: ""}


def _neighbour(rng: random.Random, row: Row) -> Row:
    born = _born(row) + timedelta(days=rng.choice((-1, 1)) * rng.randint(20, 3650))
    return _reborn(row, born) | {PHONE: ""}


def _son(rng: random.Random, row: Row) -> Row:
    born = _born(row) + timedelta(days=rng.randint(19 * 365, 38 * 365))
    if row[SEX] != "L":
        raise Impossible
    return _reborn(row, born)


KINDS = (
    Kind("spelling", _spelling),
    Kind("letter", _letter),
    Kind("title", _title),
    Kind("initials", _initials),
    Kind("word_order", _word_order),
    Kind("second_name_dropped", _second_name_dropped),
    Kind("swapped_date", _swapped_date),
    Kind("date_typo", _date_typo),
    Kind("stand_in_date", _stand_in_date),
    Kind("moved_household", _same, homes=(0, 3, 7)),
    Kind("married_new_kk", _married, homes=(0, 3, 7)),
    Kind("spelling_and_moved", _spelling, homes=(0, 0, 1)),
    Kind("twin", _twin, same_person=False, homes=(1, 0, 0)),
    Kind("same_name_neighbour", _neighbour, same_person=False, homes=(0, 1, 0)),
    Kind("father_and_son", _son, same_person=False, homes=(1, 0, 0)),
)


class _Doubler:
    def __init__(self, rng: random.Random, rows: list[Row]) -> None:
        self.rng, self.rows = rng, rows
        self.niks = {row[NIK] for row in rows}
        self.by_kelurahan: dict[str, list[Row]] = {}
        for row in rows:
            self.by_kelurahan.setdefault(row[KELURAHAN], []).append(row)

    def double(self, row: Row, kind: Kind) -> Row:
        """The second row of the pair. Raises Impossible."""
        made = kind.double(self.rng, row)
        where = self.rng.choices(("here", "near", "anywhere"), kind.homes)[0]
        if where != "here":
            home = self.rng.choice(self.by_kelurahan[row[KELURAHAN]] if where == "near" else self.rows)
            if home[KK] == row[KK]:
                raise Impossible
            # Whatever the file says of a household goes with it.
            own = (NIK, NAME, SEX, BIRTH_DATE, PHONE)
            made = {column: made[column] if column in own else home[column] for column in COLUMNS}
        if made[PHONE] and self.rng.random() < 0.5:
            made[PHONE] = ""
        return made | {NIK: self._nik(made)}

    def _nik(self, row: Row) -> str:
        born, female = _born(row), row[SEX] == "P"
        while True:
            district = self.rng.choice(regions.districts_of(regions.JAKARTA)).code.replace(".", "")
            day = born.day + (FEMALE_DAY if female else 0)
            nik = f"{district}{day:02d}{born:%m%y}{self.rng.randint(100, 9999):04d}"
            if nik not in self.niks:
                self.niks.add(nik)
                return nik


def pairs(rows: list[Row], doubled: int, *, seed: int) -> Iterator[tuple[Row, Pair]]:
    """Second rows for so many of the rows, each person once, the kinds in turn; with what each pair is."""
    rng = random.Random(f"duplicates {seed}")
    doubler = _Doubler(rng, list(rows))
    turn = 0
    for row in rng.sample(rows, len(rows)):
        if turn == doubled:
            return
        kind = KINDS[turn % len(KINDS)]
        try:
            made = doubler.double(row, kind)
        except Impossible:  # the next person, for the same kind
            continue
        turn += 1
        yield made, Pair(row[NIK], made[NIK], kind.name, kind.same_person)


def write(path: Path, people: int, doubled: int, *, seed: int, today: date) -> list[Pair]:
    """Writes a registry file of `people` clean rows and `doubled` further ones; returns the pairs. Raises OSError."""
    rng = random.Random(seed)
    details = Details(random.Random(0))  # which no pair is made of
    clean = (
        dict(zip(COLUMNS, cells, strict=False)) for home in synthetic.households(rng, today, details) for cells in home
    )
    rows = list(islice(clean, people))
    second, made = [], []
    for row, pair in pairs(rows, doubled, seed=seed):
        second.append(row)
        made.append(pair)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *second])
    return made
