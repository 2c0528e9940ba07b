"""Keys are replaced while people are looked up: rows a second, and how many look-ups failed (none may)."""

from __future__ import annotations

import time
import uuid
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection

from bench import clients, database
from bench.measure import Aim, Figures, Plan, Row, Tell, in_rounds
from beneficiaries.models import Household, Person
from vault import rotation

AREA = "registry"
PEOPLE, READERS, SERIALS = 100_000, 2, 5_000
KEYS: dict[str, Any] = {
    "VAULT_KEYS": {1: bytes([1]) * 32, 2: bytes([2]) * 32},
    "BLIND_INDEX_KEY": bytes([3]) * 32,
    "BLIND_INDEX_KEYS": {1: bytes([4]) * 32},
}


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """The rate of rotation with nobody else there and while look-ups go on, and the failures of those look-ups."""
    people = plan.count(PEOPLE)
    template, name = f"{plan.database}_keys_old", f"{plan.database}_keys"
    failed: list[float] = []
    try:
        tell(f"building: {people:,} people under the old keys")
        database.copy(plan.empty, template)
        clients.alone(template, _build, people)
        run = partial(_rotate_among_readers, template, name, people, failed)
        rates = in_rounds({"alone": partial(run, 0), "read": partial(run, READERS)}, min(plan.rounds, 3), tell)
    finally:
        for made in (template, name):
            database.drop(made)
    work = f"replace all keys of {people:,} people"
    return [
        Row(
            AREA, f"{work}, {READERS} clients looking them up", "rows/s", rates["read"], rates["alone"], "nobody there"
        ),
        Row(AREA, f"{work}: look-ups that failed", "look-ups", Figures(tuple(failed)), aim=Aim("<", 1)),
    ]


def nik_of(number: int) -> str:
    """The number-th NIK: a date of birth for every 5,000."""
    day, serial = divmod(number, SERIALS)
    return f"317101{1 + day % 28:02}{1 + day // 28 % 12:02}{60 + day // 336:02}{serial + 1:04}"


def _use_old_keys() -> None:
    settings.VAULT_KEYS, settings.BLIND_INDEX_KEYS = {1: KEYS["VAULT_KEYS"][1]}, {}
    settings.BLIND_INDEX_KEY = KEYS["BLIND_INDEX_KEY"]


def _use_both_keys() -> None:
    for name, value in KEYS.items():
        setattr(settings, name, value)


def _build(start: clients.Start, people: int) -> None:
    start()
    _use_old_keys()
    for first in range(0, people, SERIALS):
        homes, crowd = [], []
        for number in range(first, min(first + SERIALS, people)):
            home = Household(uid=uuid.uuid4(), decile=2, kelurahan="31.71.01.1001")
            home.kk, home.address = nik_of(number), f"Jl. Melati {number}"
            someone = Person(uid=uuid.uuid4(), household=home, name="Sutini", sex="P", birth_date=date(1960, 1, 1))
            someone.nik, someone.phone = nik_of(number), f"+62812{number:08}"
            homes.append(home)
            crowd.append(someone)
        Household.objects.bulk_create(homes)
        for someone in crowd:
            someone.household_id = someone.household.pk
        Person.objects.bulk_create(crowd)


def _rotate_among_readers(template: str, name: str, people: int, failed: list[float], readers: int) -> float:
    """Rows (people and households) a second."""
    database.copy(template, name)
    jobs = [(0, people), *((number, people) for number in range(1, readers + 1))]
    (written, seconds), *others = clients.together(name, _work, jobs)
    if written != 2 * people:
        raise RuntimeError(f"{written} rows were sealed anew, not {2 * people}")
    failed.append(float(sum(errors for _reads, errors in others)))
    return float(written / seconds)


def _work(start: clients.Start, number: int, people: int) -> tuple[float, float]:
    """Number 0 rotates; the others look people up until nobody is under an old key: how often, and how often not found."""
    _use_both_keys()
    connection.ensure_connection()
    start()
    if number == 0:
        began = time.monotonic()
        done = rotation.rotate()
        return done.written, time.monotonic() - began
    reads = errors = 0
    at = number
    while reads % 500 or _old_left():
        at = (at * 31 + 17) % people
        found = Person.objects.with_nik(nik_of(at)).select_related("household").first()
        errors += found is None or found.household.kk != nik_of(at)
        reads += 1
    return reads, errors


def _old_left() -> bool:
    return Person.objects.extra(where=["octet_length(nik_index) = 32"]).exists()
