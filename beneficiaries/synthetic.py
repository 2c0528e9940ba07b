"""Invents a registry of Jakarta households, as a social office would send it: nobody in it exists.

Names, dates, addresses and numbers are drawn independently from common lists; a NIK that happens to be somebody's is
chance. The same number of people, seed and day give the same bytes. The file holds one row for each of the people
asked for; of about 2 % of them the row is spoiled, and where the spoiling is a doubling, a further row follows it.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from beneficiaries import regions
from beneficiaries.identity import FEMALE_DAY, show_phone
from beneficiaries.refusals import ALL_COLUMNS
from beneficiaries.synthetic_details import Details
from beneficiaries.synthetic_dirt import Cells, Kind, Spoiler
from beneficiaries.synthetic_names import BALINESE_ORDER, COMMUNITIES, Community
from beneficiaries.synthetic_workbook import write_workbook

DIRTY_SHARE = 0.02

# Residents in thousands, rounded from the census: how often a household lies in each city.
CITY_WEIGHTS = {"31.01": 28, "31.71": 1_080, "31.72": 1_800, "31.73": 2_480, "31.74": 2_250, "31.75": 3_080}
# A social registry leans to the poor.
DECILE_WEIGHTS = (19, 20, 18, 14, 10, 7, 5, 3, 2, 2)
SHAPES = {
    "elderly_alone": 5,
    "elderly_couple": 5,
    "single": 5,
    "couple": 9,
    "couple_children": 50,
    "parent_children": 12,
    "three_generations": 14,
}
# Operators' prefixes without the leading 0.
PHONE_PREFIXES = tuple(
    str(number)
    for first, last in ((811, 819), (821, 823), (831, 833), (838, 838), (851, 859), (877, 878), (881, 883), (895, 899))
    for number in range(first, last + 1)
)
STREETS = tuple(
    name.strip()
    for name in """
    KEBON KACANG, KRAMAT, MANGGA BESAR, TANAH TINGGI, RAWA BADAK, WARAKAS, PADEMANGAN, KALI BARU, TAMAN SARI, DURI
    KOSAMBI, JEMBATAN BESI, ANGKE, KEDOYA, MERUYA, PESANGGRAHAN, CIPULIR, MAMPANG, BANGKA, PEJATEN, LENTENG AGUNG,
    CIGANJUR, TEBET, MANGGARAI, MATRAMAN, UTAN KAYU, PISANGAN, CIPINANG, KLENDER, PONDOK BAMBU, DUREN SAWIT, CAKUNG,
    PENGGILINGAN, KRAMAT JATI, CONDET, CIRACAS, CIBUBUR, MAKASAR, HALIM, MELATI, MAWAR, KENANGA, ANGGREK, FLAMBOYAN,
    CEMPAKA, DAHLIA, SAWO, RAMBUTAN, JAMBU, NUSA INDAH, MASJID AL-HUDA, H. MUHI, H. NAMAN, SWADAYA, GOTONG ROYONG,
    PEMUDA, PERINTIS, BUNTU, LANGGAR
    """.replace("\n    ", " ").split(",")
)
ROMAN = ("", "", "", " I", " II", " III", " IV", " V")


@dataclass(frozen=True, slots=True)
class Member:
    """One invented person before numbers are given out."""

    name: str
    sex: str
    birth_date: date
    age: int
    community: Community
    relation: str = "head"


@dataclass(slots=True)
class Summary:
    """What a file holds: rows, households, rows per kind of dirt, and what an import will count as refused and why."""

    rows: int = 0
    people: int = 0
    households: int = 0
    dirty: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def add_dirt(self, kind: Kind) -> None:
        """Counts one spoiled person."""
        self.dirty[kind.name] += 1
        self.refused += kind.refused
        self.answers[kind.answer] += kind.refused


class Numbers:
    """Gives out NIKs, KK numbers and phones, none of them twice."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.serials: Counter[str] = Counter()
        self.phones: set[str] = set()

    def _serial(self, stem: str) -> str:
        # The office numbers a day's registrations from 1; most days see few.
        self.serials[stem] += self.rng.choice((1, 1, 1, 2, 3, 5))
        return f"{stem}{self.serials[stem]:04d}"

    def nik(self, region: str, birth_date: date, sex: str) -> str:
        """A NIK first registered in a district (six digits)."""
        day = birth_date.day + (FEMALE_DAY if sex == "P" else 0)
        return self._serial(f"{region}{day:02d}{birth_date:%m%y}")

    def kk(self, region: str) -> str:
        """A KK number recorded in a district (six digits) in the last twenty years."""
        recorded = self.today - timedelta(days=self.rng.randrange(20 * 365))
        return self._serial(f"{region}{recorded:%d%m%y}")

    def phone(self) -> str:
        """A mobile number in E.164."""
        while True:
            digits = self.rng.choice((7, 8, 8, 8))
            number = f"+62{self.rng.choice(PHONE_PREFIXES)}{self.rng.randrange(10**digits):0{digits}d}"
            if number not in self.phones:
                self.phones.add(number)
                return number


def _birth_date(rng: random.Random, age: int, today: date) -> date:
    birthday = today.replace(year=today.year - age, day=min(today.day, 28))
    return birthday - timedelta(days=rng.randrange(364))


def _given_names(rng: random.Random, community: Community, sex: str, age: int) -> str:
    names = community.male if sex == "L" else community.female
    given = rng.choice(names.old if age > 56 else names.grown if age > 26 else names.young)
    # One-word names are the custom of the old; the register office has asked for two words since 2022.
    if rng.random() < community.single * (1.8 if age > 56 else 1.0 if age > 26 else 0.35):
        return given
    parts = [given]
    if rng.random() < 0.18:
        parts.append(rng.choice(names.grown if age > 26 else names.young))
    if community.custom == "given" or rng.random() < 0.4:
        parts.append(rng.choice(names.second))
    return " ".join(dict.fromkeys(parts))


def _name(rng: random.Random, community: Community, sex: str, age: int, *, family: str, order: int) -> str:
    name = _given_names(rng, community, sex, age)
    if community.custom == "father":
        name = f"{name} {family}"
    elif community.custom == "birth_order":
        name = f"{'I' if sex == 'L' else 'Ni'} {BALINESE_ORDER[order % 4]} {name}"
    return name.upper()


class Families:
    """Draws families: who lives together, how old, and what they are called."""

    def __init__(self, rng: random.Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.shares = [community.share for community in COMMUNITIES]

    def _community(self) -> Community:
        return self.rng.choices(COMMUNITIES, self.shares)[0]

    def _family_name(self, community: Community) -> str:
        return self.rng.choice(community.families) if community.families else ""

    def _member(
        self, community: Community, sex: str, age: int, *, family: str = "", order: int = -1, relation: str = "head"
    ) -> Member:
        if order < 0:
            order = self.rng.randrange(4)
        name = _name(self.rng, community, sex, age, family=family or self._family_name(community), order=order)
        return Member(name, sex, _birth_date(self.rng, age, self.today), age, community, relation)

    def _couple(
        self, community: Community, family: str, wife_age: int, relations: tuple[str, str] = ("head", "wife")
    ) -> list[Member]:
        husband_age = max(19, wife_age + round(self.rng.gauss(3.5, 3)))
        wife_community = community if self.rng.random() < 0.83 else self._community()
        return [
            self._member(community, "L", husband_age, family=family, relation=relations[0]),
            self._member(wife_community, "P", wife_age, relation=relations[1]),
        ]

    def _children(self, community: Community, family: str, mother_age: int, *, least: int) -> list[Member]:
        wanted = max(least, self.rng.choices((0, 1, 2, 3, 4, 5), (6, 25, 37, 21, 8, 3))[0])
        mother_then, children = self.rng.randint(19, 27), []
        for order in range(wanted):
            age = mother_age - mother_then
            if age < 0:
                break
            # Grown children move out, the daughters and the married first.
            if age < 18 or self.rng.random() < max(0.0, 0.9 - (age - 18) * 0.055):
                sex = self.rng.choice("LP")
                children.append(self._member(community, sex, age, family=family, order=order, relation="child"))
            mother_then += self.rng.randint(2, 6)
            if mother_then > 43:
                break
        return children

    def draw(self) -> list[Member]:
        """One family, its head first."""
        rng, community = self.rng, self._community()
        family = self._family_name(community)
        shape = rng.choices(tuple(SHAPES), tuple(SHAPES.values()))[0]
        if shape == "elderly_alone":
            # Women outlive their husbands.
            return [self._member(community, rng.choices("LP", (3, 7))[0], self._elderly_age(), family=family)]
        if shape == "elderly_couple":
            return self._couple(community, family, min(self._elderly_age(), 78))
        if shape == "single":
            return [self._member(community, rng.choice("LP"), rng.randint(19, 58), family=family)]
        if shape == "couple":
            return self._couple(community, family, rng.choice((rng.randint(19, 30), rng.randint(45, 62))))
        mother_age = min(63, max(21, round(rng.gauss(37.5, 9.5))))
        if shape == "parent_children":
            sex = rng.choices("LP", (2, 8))[0]
            # A mother bears her own father's name, her children their father's.
            parent = self._member(community, sex, mother_age, family=family if sex == "L" else "")
            return [parent, *self._children(community, family, mother_age, least=1)]
        members = self._couple(community, family, mother_age)
        members += self._children(community, family, mother_age, least=0)
        if shape == "three_generations":
            members += self._grandparents(community, family, mother_age)
        return members

    def _elderly_age(self) -> int:
        return min(96, 60 + int(self.rng.expovariate(1 / 8.5)))

    def _grandparents(self, community: Community, family: str, mother_age: int) -> list[Member]:
        age = min(94, mother_age + self.rng.randint(20, 32))
        if self.rng.random() < 0.3:
            return self._couple(community, family, age, ("parent", "parent"))
        sex = self.rng.choices("LP", (3, 7))[0]
        return [self._member(community, sex, age, family=family if sex == "L" else "", relation="parent")]


class Homes:
    """Draws where households live and where people were first registered."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.kelurahan = regions.jakarta()
        self.weights = self._weights()
        self.jakarta = [
            district.code for district in regions.districts_of(regions.JAKARTA) if district.city_code != "31.01"
        ]

    def _weights(self) -> list[float]:
        per_city = Counter(region.city_code for region in self.kelurahan)
        # Within a city kelurahan differ severalfold; the code seeds each one's, so it stays from run to run.
        crowds = [random.Random(region.code).uniform(0.4, 1.9) for region in self.kelurahan]
        return [
            CITY_WEIGHTS[region.city_code] / per_city[region.city_code] * crowd
            for region, crowd in zip(self.kelurahan, crowds, strict=True)
        ]

    def draw(self) -> regions.Region:
        """The kelurahan of one household."""
        return self.rng.choices(self.kelurahan, self.weights)[0]

    def address(self) -> str:
        """A street address with RT and RW."""
        rng = self.rng
        street = f"{rng.choice(('JL.', 'JL.', 'GG.'))} {rng.choice(STREETS)}{rng.choice(ROMAN)}"
        comma = "," if rng.random() < 0.3 else ""
        return f"{street} NO. {rng.randint(1, 140)}{comma} RT {rng.randint(1, 16):03d}/RW {rng.randint(1, 12):03d}"

    def first_registration(self, member: Member, home: regions.Region) -> str:
        """Six digits of the district where someone was first registered."""
        rng = self.rng
        share = 0.93 if member.age < 17 else member.community.born_in_jakarta
        if rng.random() < share:
            code = home.district_code if rng.random() < 0.7 else rng.choice(self.jakarta)
        else:
            code = rng.choice(regions.districts_of(rng.choice(member.community.homes))).code
        return code.replace(".", "")


def _phones(rng: random.Random, members: list[Member], numbers: Numbers) -> list[str]:
    """Each member's phone or an empty text; in one family of eight all who would have one share it."""
    shares = [0.9 if 17 <= m.age < 60 else 0.55 if m.age >= 60 else 0.3 if m.age >= 13 else 0.0 for m in members]
    shared = numbers.phone() if rng.random() < 0.125 else None
    return [(shared or numbers.phone()) if rng.random() < share else "" for share in shares]


def _written(rng: random.Random, phone: str) -> str:
    if not phone:
        return ""
    return rng.choices((f"0{phone[3:]}", show_phone(phone), phone), (80, 12, 8))[0]


def households(rng: random.Random, today: date, details: Details) -> Iterator[list[Cells]]:
    """Households without end, each as its members' clean rows."""
    numbers, families, homes = Numbers(rng, today), Families(rng, today), Homes(rng)
    while True:
        members, home = families.draw(), homes.draw()
        kk, address = numbers.kk(home.district_code.replace(".", "")), homes.address()
        decile = rng.choices(range(1, 11), DECILE_WEIGHTS)[0]
        phones = _phones(rng, members, numbers)
        yield [
            [
                kk,
                numbers.nik(homes.first_registration(member, home), member.birth_date, member.sex),
                member.name,
                member.sex,
                member.birth_date.isoformat(),
                _written(rng, phone),
                address,
                home.code,
                str(decile),
                *details.cells(address, member.sex, member.age, member.relation),
            ]
            for member, phone in zip(members, phones, strict=True)
        ]


def rows(people: int, *, seed: int, today: date, summary: Summary) -> Iterator[Cells]:
    """The rows of a registry in file order, cells as ALL_COLUMNS; counts them into `summary`."""
    rng, details = random.Random(seed), Details(random.Random(f"details {seed}"))
    spoiler = Spoiler(random.Random(f"dirt {seed}"), people, DIRTY_SHARE)
    for household in households(rng, today, details):
        summary.households += 1
        clean_before = False
        for cells in household:
            kind = spoiler.take(summary.people, clean_before=clean_before)
            written = kind.spoil(spoiler.rng, cells) if kind else [cells]
            if kind:
                summary.add_dirt(kind)
            clean_before = clean_before or kind is None or kind.name == "doubled_same"
            summary.people += 1
            summary.rows += len(written)
            yield from written
            if summary.people == people:
                return


def write(path: Path, people: int, *, seed: int, today: date, workbook: bool = False) -> Summary:
    """Writes a registry file (CSV in UTF-8, or a workbook) of at least one person and says what is in it. Raises OSError."""
    if people < 1:
        raise ValueError("a registry has at least one person")
    summary = Summary()
    written = itertools.chain([list(ALL_COLUMNS)], rows(people, seed=seed, today=today, summary=summary))
    if workbook:
        write_workbook(path, written)
        return summary
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(written)
    return summary
