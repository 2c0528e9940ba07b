"""Kemendagri's official regions: provinces (31), cities (31.71), districts (31.71.01), villages (31.71.01.1001).

The table in force comes with the `lokal` package and is read into memory once, on first use. A NIK keeps the district
of its first registration for life, so the districts retired since then (`data/former_districts.txt`) count for a NIK
but not for an address. A kelurahan or desa is called kelurahan here, as the registry's file calls it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from lokal import wilayah

JAKARTA = "31"
FORMER_DISTRICTS = Path(__file__).parent / "data" / "former_districts.txt"

_DOTTED = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}")
_PLAIN = re.compile(r"[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Region:
    """One region: `code` dotted, `path` its name and its parents' from the nearest, `postal_code` of a kelurahan."""

    code: str
    name: str
    path: str
    postal_code: str | None = None

    @property
    def city_code(self) -> str:
        """The city or regency it lies in, as 31.71."""
        return self.code[:5]

    @property
    def district_code(self) -> str:
        """The kecamatan it lies in, as 31.71.01."""
        return self.code[:8]


def _region(found: wilayah.Wilayah) -> Region:
    return Region(found.code, found.name, found.path, found.postal_code)


def dotted(code: str) -> str | None:
    """The kelurahan code in its stored form, 31.71.01.1001, from either form; None if it is neither."""
    if _DOTTED.fullmatch(code):
        return code
    if _PLAIN.fullmatch(code):
        return f"{code[:2]}.{code[2:4]}.{code[4:6]}.{code[6:]}"
    return None


@lru_cache(maxsize=4096)
def kelurahan(code: str) -> Region | None:
    """The kelurahan or desa of a code, dotted or not; None if there is none."""
    in_dots = dotted(code)
    found = wilayah.get_wilayah(in_dots) if in_dots else None
    return _region(found) if found else None


@cache
def children(code: str) -> tuple[Region, ...]:
    """The regions directly under a province, city or district (dotted code), in code order; empty if unknown."""
    return tuple(_region(child) for child in sorted(wilayah.list_wilayah(code), key=lambda child: child.code))


@cache
def kelurahan_of(code: str) -> tuple[Region, ...]:
    """Every kelurahan and desa of a province, city or district (dotted code), in code order."""
    if code.count(".") >= 2:
        return children(code)
    return tuple(region for child in children(code) for region in kelurahan_of(child.code))


def jakarta() -> tuple[Region, ...]:
    """All 267 kelurahan of Jakarta, in code order."""
    return kelurahan_of(JAKARTA)


@cache
def districts_of(code: str) -> tuple[Region, ...]:
    """Every kecamatan of a province or city (dotted code), in code order."""
    if "." in code:
        return children(code)
    return tuple(district for city in children(code) for district in children(city.code))


@cache
def district_codes() -> frozenset[str]:
    """Every kecamatan a NIK or KK number can begin with: six digits each, in force or retired."""
    provinces = (province.code for province in wilayah.list_wilayah())
    current = {district.code.replace(".", "") for code in provinces for district in districts_of(code)}
    return frozenset(current | _former_districts())


def _former_districts() -> set[str]:
    codes: set[str] = set()
    for line in FORMER_DISTRICTS.read_text(encoding="ascii").splitlines():
        if line and not line.startswith("#"):
            city, _, districts = line.partition(": ")
            codes.update(city.replace(".", "") + district for district in districts.split())
    return codes


def is_region(code6: str) -> bool:
    """True if six digits, as a NIK or KK number begins with, name a kecamatan that exists or has existed."""
    return code6 in district_codes()
