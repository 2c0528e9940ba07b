"""Who would be new, would change, or would come back, person by person, as an import's preview found; masked like any page.

It reads what the preview kept for the commit (`registry_merge.keep`) beside the registry, in the order of the file's lines. Once
the import is saved, the history tells the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext

from beneficiaries import identity, regions
from beneficiaries.models import Household, Person, RegistryImport
from beneficiaries.refusals import (
    ADDRESS,
    BIRTH_DATE,
    DECILE,
    DISABILITY,
    KELURAHAN,
    KK,
    NAME,
    OCCUPATION,
    PHONE,
    PREGNANT,
    RELATION,
    RT,
    RW,
    SCHOOLING,
    SEX,
)
from beneficiaries.registry_merge import PERSON_DIFFERENCES
from vault.sealing import CannotOpen

_HOME_DIFFERENCES = {  # beside the household that is known: one that is new was nothing before
    ADDRESS: "home.id IS NOT NULL AND said.same_address IS FALSE",
    KELURAHAN: "told.kelurahan <> home.kelurahan",
    DECILE: "told.decile <> home.decile",
    RT: "told.rt <> home.rt",
    RW: "told.rw <> home.rw",
}
_OF_PERSON = {
    column: f"coalesce(told.known AND NOT told.same AND {differs}, false)"
    for column, differs in PERSON_DIFFERENCES.items()
}
_OF_HOME = {
    column: f"coalesce(NOT told.household_same AND {differs}, false)" for column, differs in _HOME_DIFFERENCES.items()
}
_DIFFERS = _OF_PERSON | _OF_HOME
COLUMNS = tuple(_DIFFERS)
_ROWS = """
SELECT told.line, told.known, told.returns, told.uid, told.nik_sealed, told.name, told.sex, told.birth_date, told.relation,
       told.schooling, told.disability, told.occupation, told.pregnant, told.kelurahan, told.decile, told.rt, told.rw,
       person.id AS person_id, home.id AS home_id, said.uid AS new_home, said.kk_sealed, {differs}
FROM beneficiaries_stagedperson AS told
LEFT JOIN beneficiaries_person AS person ON told.known AND person.nik_index = told.nik_index
LEFT JOIN beneficiaries_household AS household ON household.id = person.household_id
LEFT JOIN beneficiaries_household AS home ON home.kk_index = told.kk_index
LEFT JOIN beneficiaries_stagedhousehold AS said
       ON NOT told.household_same AND said.run_id = told.run_id AND said.kk_index = told.kk_index
WHERE told.run_id = %(run)s AND told.line > %(after)s AND {wanted} ORDER BY told.line LIMIT %(limit)s
"""
_ANY = "(NOT told.known OR NOT told.same OR told.returns OR NOT told.household_same)"
_CHOICES: dict[str, tuple[str, Any]] = {
    SEX: ("sex", Person.Sex),
    RELATION: ("relation", Person.Relation),
    SCHOOLING: ("schooling", Person.Schooling),
    DISABILITY: ("disability", Person.Disability),
    OCCUPATION: ("occupation", Person.Occupation),
}


class Kind(StrEnum):
    """What becomes of a person."""

    NEW = "new"
    RETURNS = "returns"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that says something else than the registry; of what is sealed only that it does."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """A line of the file: whom it is about (NIK masked), what becomes of them, and what differs."""

    line: int
    person: int | None
    name: str
    nik: str
    kind: Kind
    differences: list[Difference] = field(default_factory=list)


def previewed(run: RegistryImport, *, after: int, limit: int, column: str = "") -> list[Previewed]:
    """The next `limit` lines after a line that are not as before; of one `column` (`COLUMNS`), those that differ in it."""
    wanted = _DIFFERS[column] if column else _ANY
    differs = ", ".join(f"{expression} AS differs_{name.lower()}" for name, expression in _DIFFERS.items())
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(wanted=wanted, differs=differs), {"run": run.pk, "after": after, "limit": limit})
        names = [one.name for one in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    people = Person.objects.select_related("household").in_bulk([row["person_id"] for row in rows if row["person_id"]])
    homes = Household.objects.in_bulk([row["home_id"] for row in rows if row["home_id"]])
    return [_read(row, people.get(row["person_id"]), homes.get(row["home_id"])) for row in rows]


def every(run: RegistryImport, *, column: str = "", batch: int = 2_000) -> Iterator[Previewed]:
    """All of them, reading `batch` lines at a time."""
    after = 0
    while found := previewed(run, after=after, limit=batch, column=column):
        yield from found
        after = found[-1].line


def _read(row: dict[str, Any], person: Person | None, home: Household | None) -> Previewed:
    kind = Kind.CHANGED if row["known"] else Kind.NEW
    differing = [name for name in COLUMNS if row[f"differs_{name.lower()}"]]
    found = [_difference(name, row, person, home) for name in differing]
    if row["returns"]:
        kind = Kind.RETURNS
    nik = _masked(lambda: _nik(row, person))
    return Previewed(row["line"], row["person_id"], person.name if person else row["name"], nik, kind, found)


def _nik(row: dict[str, Any], person: Person | None) -> str:
    """Of somebody known whom the index finds no more (keys are being replaced), nothing: the file is to be looked at again."""
    if person is not None:
        return person.nik
    sealed = row["nik_sealed"]
    return Person.nik.unseal(Person._meta.db_table, row["uid"], sealed) if sealed else ""


def _difference(column: str, row: dict[str, Any], person: Person | None, home: Household | None) -> Difference:
    if column in (PHONE, ADDRESS):
        return Difference(column, "••••", "••••")
    if column == KK and person:
        return Difference(column, _masked(lambda: person.household.kk), _masked(lambda: _next_kk(row, home)))
    if column in _OF_HOME:
        before = {KELURAHAN: "kelurahan", DECILE: "decile", RT: "rt", RW: "rw"}[column]
        return Difference(column, _said(column, getattr(home, before, "")), _said(column, row[before]))
    name, _choices = _CHOICES.get(column, (_PLAIN.get(column, ""), None))
    return Difference(column, _said(column, getattr(person, name, "")), _said(column, row[name]))


_PLAIN = {NAME: "name", BIRTH_DATE: "birth_date", PREGNANT: "pregnant"}


def _next_kk(row: dict[str, Any], home: Household | None) -> str:
    return home.kk if home else Household.kk.unseal(Household._meta.db_table, row["new_home"], row["kk_sealed"])


def _said(column: str, value: Any) -> str:
    """As an officer reads it; a dash for what is not known."""
    if column == PREGNANT:
        value = {"yes": True, "no": False}.get(value, value)
        return {True: gettext("Ya"), False: gettext("Tidak")}.get(value, "–")
    if value in ("", None):
        return "–"
    if column == KELURAHAN:
        region = regions.kelurahan(value)
        return region.name if region else str(value)
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return str(_CHOICES[column][1](value).label) if column in _CHOICES else str(value)


def _masked(read: Any) -> str:
    try:
        return identity.mask_number(read())
    except CannotOpen:
        return "–"
