"""Kemendagri's official regions: provinces (31), cities (31.71), districts (31.71.01), villages (31.71.01.1001).

The table in force comes with the `lokal` package and is read into memory once, on first use. A NIK keeps the district
of its first registration for life, so some codes that are no longer in force count for a NIK, but not for an address.
A kelurahan or desa is called kelurahan here, as the registry's file calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from lokal import wilayah

JAKARTA = "31"
# The provinces 91 and 92 were divided in 2022 and their districts renumbered; numbers issued before go by the old codes, which
# the table does not have. Accepted by shape: a wrong one is a lesser harm than refusing every Papuan born before.
OLD_PAPUA = re.compile(r"9[12](0[1-9]|[1-7][0-9])(0[1-9]|[1-6][0-9])")

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


# As people say it: "Jakarta Selatan", and a kecamatan with its kind, because its name alone may be a city's too.
_SAID = {"kota": "", "kecamatan": "Kecamatan ", "kelurahan": "Kelurahan ", "desa": "Desa "}
_UNSAID = re.compile("^(Daerah Khusus Ibukota|Kota Administrasi|Kota) |(?<=^Kabupaten) Administrasi")


@cache
def short_name(code: str) -> str:
    """A region of any level (dotted code) as people say it: Jakarta, Jakarta Selatan, Kecamatan Tebet; the code if unknown."""
    found = wilayah.get_wilayah(code)
    if found is None:
        return code
    # Of cities and provinces alone: "Kota Bambu Selatan" is a kelurahan's whole name.
    return _SAID.get(found.type, "") + (_UNSAID.sub("", found.name) if found.level <= 2 else found.name)


@cache
def children(code: str) -> tuple[Region, ...]:
    """The regions directly under a province, city or district (dotted code), in code order; empty if unknown."""
    return tuple(_region(child) for child in sorted(wilayah.list_wilayah(code), key=lambda child: child.code))


def everywhere() -> Iterator[Region]:
    """Every region in force of the whole country, parents before their children."""
    pending = [_region(province) for province in sorted(wilayah.list_wilayah(), key=lambda province: province.code)]
    while pending:
        yield from pending
        pending = [_region(child) for above in pending for child in wilayah.list_wilayah(above.code)]


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
    """Every kecamatan in force, six digits each."""
    provinces = (province.code for province in wilayah.list_wilayah())
    return frozenset(district.code.replace(".", "") for code in provinces for district in districts_of(code))


def is_region(code6: str) -> bool:
    """True if six digits, as a NIK or KK number begins with, name a kecamatan that exists or may have existed."""
    return code6 in district_codes() or OLD_PAPUA.fullmatch(code6) is not None
