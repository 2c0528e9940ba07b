"""Programmes as a file: versions, components, terms, budgets, schedules and conflicts, so that a decree is set up without code.

`data/jakarta.json` is one. A file may be loaded again: what is there already stays; a version that no version in force from
that day on has said yet becomes the next version, and a schedule that says something else the next schedule. A schedule
without a first period begins with the month after it was loaded.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from disbursement import budgets, conflicts, programmes, schedules, versions
from disbursement.due_dates import months_later
from disbursement.errors import DisbursementError, ProgrammeFileBroken
from disbursement.models import Component, Programme, ProgrammeConflict, ProgrammeVersion, Schedule
from wallet import baskets
from wallet.models import PurseTerms

JAKARTA = Path(__file__).parent / "data" / "jakarta.json"
_PROGRAMME = ("code", "name", "versions", "terms"), ("one_per_household", "budgets", "schedule")
_TERMS = ("name",), ("mccs", "regions", "cash", "lapses", "items")
_ITEMS: tuple[tuple[str, ...], tuple[str, ...]] = (), ("banned", "allowed", "price_ceilings")
_VERSION = (
    ("starts_on", "eligibility", "terms", "components"),
    ("decree", "cash_terms", "purse_days", "most_people", "quota", "priority", "back_pay_months", "months"),
)
_BUDGET = ("year", "amount", "decree"), ("region",)
_COMPONENT = ("code", "name", "amount"), ("condition", "per", "most_people", "months", "cash_limit", "terms")
_SAID_BY_TERMS = (
    "mccs",
    "regions",
    "cash_allowed",
    "lapses_to_id",
    "items_required",
    "banned_items",
    "allowed_items",
    "price_ceilings",
)
_CONFLICT = ("programmes", "scope", "starts_on", "decree"), ("ends_on",)
_SCHEDULE = (
    ("kind", "day", "decree"),
    ("every", "months", "dates", "hour", "moved", "lead_days", "first_period", "last_period"),
)
_WHOLE_OF_SCHEDULE = ("every", "months", "day", "hour", "lead_days")
_TERMS_OF_VERSION = ("terms", "cash_terms")
_WHOLE = ("amount", "months", "cash_limit", "most_people", "purse_days", "quota", "back_pay_months")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one programme of the file came to: new or not, the numbers of the versions that were added, and of a new schedule."""

    programme: Programme
    new: bool
    added: tuple[int, ...]
    scheduled: int | None = None


@transaction.atomic
def load(path: Path = JAKARTA) -> list[Loaded]:
    """Sets up the file's programmes with their versions in force, and their conflicts; all of it or nothing.

    Raises ProgrammeFileBroken.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProgrammeFileBroken(where=path.name, reason=str(error)) from error
    _keys(said, ("programmes",), ("conflicts",), path.name)
    loaded = [_load(one, f"programmes[{at}]") for at, one in enumerate(said["programmes"])]
    for at, one in enumerate(said.get("conflicts", [])):
        _conflict(one, f"conflicts[{at}]")
    return loaded


def _load(said: dict[str, Any], where: str) -> Loaded:
    _keys(said, *_PROGRAMME, where)
    programme = Programme.objects.filter(code=said["code"]).first()
    new = programme is None
    if programme is None:
        plain = {"code": said["code"], "name": said["name"], "one_per_household": said.get("one_per_household", False)}
        programme = programmes.found(**plain)
        _clean(programme, where, exclude={"fund"})
    terms = {key: _terms(one, programme, f"{where}.terms.{key}") for key, one in said["terms"].items()}
    added = []
    for at, one in enumerate(said["versions"]):
        version = _version(one, programme, terms, f"{where}.versions[{at}]")
        if version is not None:
            added.append(version.number)
    for at, one in enumerate(said.get("budgets", [])):
        _budget(one, programme, f"{where}.budgets[{at}]")
    scheduled = None
    if "schedule" in said:
        scheduled = _schedule(said["schedule"], programme, f"{where}.schedule")
    return Loaded(programme, new, tuple(added), scheduled)


def _schedule(said: Any, programme: Programme, where: str) -> int | None:
    """The number of the schedule, in force; None if the newest one says the same already."""
    _keys(said, *_SCHEDULE, where)
    fields = dict(said)
    if not isinstance(said.get("months", []), list):
        raise ProgrammeFileBroken(where=f"{where}.months", reason=f"{said['months']!r}")
    for name in _WHOLE_OF_SCHEDULE:
        told = said.get(name, 0)
        if not all(type(one) is int for one in (told if isinstance(told, list) and name == "months" else [told])):
            raise ProgrammeFileBroken(where=f"{where}.{name}", reason=f"{said[name]!r}")
    try:
        fields["dates"] = [date.fromisoformat(day) for day in said.get("dates", [])]
        for name in ("first_period", "last_period"):
            if fields.get(name) is not None:
                fields[name] = date.fromisoformat(fields[name]).replace(day=1)
    except (TypeError, ValueError) as error:
        raise ProgrammeFileBroken(where=where, reason=str(error)) from error
    newest = Schedule.objects.filter(programme=programme).order_by("-number").first()
    if fields.get("first_period") is None:
        begins = months_later(timezone.localdate(), 1)
        fields["first_period"] = newest.first_period if newest else begins
    wanted = Schedule(programme=programme, **fields)
    _clean(wanted, where, exclude={"number"})
    if newest and all(getattr(newest, name) == getattr(wanted, name) for name in schedules.COPIED):
        return None
    if newest and "first_period" not in said:
        wanted.first_period = months_later(timezone.localdate(), 1)
    try:
        return schedules.establish(wanted).number
    except DisbursementError as error:
        raise ProgrammeFileBroken(where=where, reason=str(error)) from error


def _terms(said: dict[str, Any], programme: Programme, where: str) -> PurseTerms:
    """The terms of that name, which must say the same, or new ones: else money would return to another programme's fund."""
    _keys(said, *_TERMS, where)
    made = PurseTerms(
        name=said["name"],
        mccs=said.get("mccs", []),
        regions=said.get("regions", []),
        cash_allowed=said.get("cash", False),
        lapses_to_id=programme.fund_id if said.get("lapses") else None,
        **_goods(said["items"], f"{where}.items") if "items" in said else {},
    )
    known = PurseTerms.objects.filter(name=made.name).first()
    if known is not None:
        if any(getattr(known, name) != getattr(made, name) for name in _SAID_BY_TERMS):
            raise ProgrammeFileBroken(where=f"{where}.name", reason=str(ProgrammeFileBroken.OTHER_TERMS))
        return known
    _clean(made, where)
    made.save()
    return made


def _goods(said: Any, where: str) -> dict[str, Any]:
    """What terms say of goods: that the till has to name them, which are banned or alone allowed, and what one may cost."""
    _keys(said, *_ITEMS, where)
    for name in ("banned", "allowed"):
        listed = said.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) and baskets.words(one) for one in listed):
            raise ProgrammeFileBroken(where=f"{where}.{name}", reason=f"{listed!r}")
    ceilings = said.get("price_ceilings", {})
    if not isinstance(ceilings, dict) or not all(
        baskets.words(item) and type(price) is int and price > 0 for item, price in ceilings.items()
    ):
        raise ProgrammeFileBroken(where=f"{where}.price_ceilings", reason=f"{ceilings!r}")
    return {
        "items_required": True,
        "banned_items": baskets.entries(said.get("banned", [])),
        "allowed_items": baskets.entries(said.get("allowed", [])),
        "price_ceilings": {baskets.words(item): price for item, price in ceilings.items()},
    }


def _version(
    said: dict[str, Any], programme: Programme, terms: dict[str, PurseTerms], where: str
) -> ProgrammeVersion | None:
    """The version, in force; None if one of that day has said so already, also where officers have corrected it since."""
    _keys(said, *_VERSION, where)
    fields = _with_terms({name: said[name] for name in said if name != "components"}, terms, where)
    try:
        starts_on = date.fromisoformat(fields.pop("starts_on"))
    except (TypeError, ValueError) as error:
        raise ProgrammeFileBroken(where=f"{where}.starts_on", reason=str(error)) from error
    components = []
    for at, one in enumerate(said["components"]):
        place = f"{where}.components[{at}]"
        _keys(one, *_COMPONENT, place)
        component = _with_terms(one, terms, place)
        _clean(Component(**component), place, exclude={"version"})
        components.append(component)
    _clean(ProgrammeVersion(programme=programme, number=1, starts_on=starts_on, **fields), where)
    if _says_the_same(programme, starts_on, fields, components):
        return None
    try:
        return versions.enforce(versions.draft(programme, starts_on, components, **fields))
    except DisbursementError as error:
        raise ProgrammeFileBroken(where=where, reason=str(error)) from error


def _budget(said: dict[str, Any], programme: Programme, where: str) -> None:
    """Sets the budget from today on, unless the one that counts says the same already."""
    _keys(said, *_BUDGET, where)
    year, region = said["year"], said.get("region", "")
    if type(year) is not int or not isinstance(region, str):
        raise ProgrammeFileBroken(where=where, reason=f"{year!r} {region!r}")
    wanted = (year, region, said["amount"], said["decree"])
    if any((row.year, row.region, row.amount, row.decree) == wanted for row in budgets.in_force(programme)):
        return
    try:
        budgets.set_budget(programme, year, region, said["amount"], decree=str(said["decree"]))
    except DisbursementError as error:
        raise ProgrammeFileBroken(where=where, reason=str(error)) from error


def _says_the_same(
    programme: Programme, starts_on: date, fields: dict[str, Any], components: list[dict[str, Any]]
) -> bool:
    wanted = ProgrammeVersion(**fields)
    told = [
        tuple(row.terms_id if name == "terms" else getattr(row, name) for name in versions.COMPONENT)
        for row in (Component(**one) for one in components)
    ]
    return any(
        all(getattr(there, name) == getattr(wanted, name) for name in versions.COPIED)
        and list(there.components.order_by("pk").values_list(*versions.COMPONENT)) == told
        for there in programme.versions.filter(starts_on=starts_on, enforced_at__isnull=False)
    )


def _conflict(said: dict[str, Any], where: str) -> None:
    """Each two of the programmes exclude each other; what is known already of two stays as it is."""
    _keys(said, *_CONFLICT, where)
    days = {}
    for name in ("starts_on", "ends_on"):
        try:
            days[name] = None if said.get(name) is None else date.fromisoformat(said[name])
        except (TypeError, ValueError) as error:
            raise ProgrammeFileBroken(where=f"{where}.{name}", reason=str(error)) from error
    if said["scope"] not in ProgrammeConflict.Scope.values or days["starts_on"] is None:
        raise ProgrammeFileBroken(where=f"{where}.scope", reason=f"{said['scope']!r}")
    named = said["programmes"] if isinstance(said["programmes"], list) else []
    known = {one.code: one for one in Programme.objects.filter(code__in=[str(code) for code in named])}
    if len(known) != len(named) or len(known) < 2:
        raise ProgrammeFileBroken(where=f"{where}.programmes", reason=f"{said['programmes']!r}")
    scope = ProgrammeConflict.Scope(said["scope"])
    for one, other in itertools.combinations(sorted(known.values(), key=lambda row: row.pk), 2):
        same = ProgrammeConflict.objects.filter(first=one, second=other, scope=scope, starts_on=days["starts_on"])
        if same.exists():
            continue
        try:
            conflicts.set_up(
                one,
                other,
                scope=scope,
                starts_on=days["starts_on"],
                ends_on=days["ends_on"],
                decree=str(said["decree"]),
            )
        except DisbursementError as error:
            raise ProgrammeFileBroken(where=where, reason=str(error)) from error


def _with_terms(said: dict[str, Any], terms: dict[str, PurseTerms], where: str) -> dict[str, Any]:
    """The same with the terms themselves in the place of their keys."""
    told = dict(said)
    for name in _TERMS_OF_VERSION:
        if told.get(name) is not None:
            if told[name] not in terms:
                raise ProgrammeFileBroken(where=f"{where}.{name}", reason=f"{told[name]} ?")
            told[name] = terms[told[name]]
    for name in _WHOLE:
        if told.get(name) is not None and type(told[name]) is not int:
            raise ProgrammeFileBroken(where=f"{where}.{name}", reason=f"{told[name]!r}")
    return told


def _keys(said: Any, needed: Collection[str], possible: Collection[str], where: str) -> None:
    if not isinstance(said, dict):
        raise ProgrammeFileBroken(where=where, reason="{ }")
    wrong = [name for name in said if name not in {*needed, *possible}]
    missing = [name for name in needed if name not in said]
    if wrong or missing:
        reason = ", ".join([*(f"+{name}" for name in wrong), *(f"-{name}" for name in missing)])
        raise ProgrammeFileBroken(where=where, reason=reason)


def _clean(row: Model, where: str, exclude: Collection[str] = ()) -> None:
    try:
        row.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        reason = "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise ProgrammeFileBroken(where=where, reason=reason) from error
