"""A family for tests of the office's work by hand, registered through the real function."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User

from beneficiaries import households
from beneficiaries.household_rules import HomeEntry, PersonEntry
from beneficiaries.models import Household, Person
from tests import money


def home(**changed: Any) -> HomeEntry:
    fields: dict[str, Any] = {"address": "Jl. Melati 7", "kelurahan": "31.74.01.1001"}
    fields |= {"kk": f"317401150615{money.number() % 10_000:04d}", "decile": 2, "rt": "003", "rw": "005"}
    return HomeEntry(**(fields | changed))


def entry(relation: str = "head", sex: str = "L", born: date = date(1970, 8, 17), **changed: Any) -> PersonEntry:
    day = born.day + (40 if sex == "P" else 0)
    nik = f"317401{day:02d}{born:%m%y}{money.number() % 10_000:04d}"
    fields: dict[str, Any] = {"nik": nik, "name": "Sutrisno", "sex": sex, "birth_date": born, "relation": relation}
    return PersonEntry(**(fields | changed))


def officer(name: str = "dewi") -> User:
    return User.objects.get_or_create(username=name)[0]


def family() -> Household:
    """Sutrisno, his wife Sri and their daughter Ani."""
    return households.register(
        home(),
        [
            entry(phone="081234567890"),
            entry("wife", "P", date(1972, 3, 12), name="Sri Wahyuni"),
            entry("child", "P", date(2010, 5, 5), name="Ani", schooling="smp"),
        ],
        by=officer(),
        reason="KK baru",
    )


def member(of: Household, name: str) -> Person:
    return of.members.get(name=name)


def told(of: Household, reason: str = "laporan RT") -> dict[str, Any]:
    """What every deed asks for beside its subject."""
    return {"seen": households.version_of(of), "by": officer(), "reason": reason}
