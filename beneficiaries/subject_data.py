"""Everything that is kept about one person, for that person: as JSON for machines and as text to read.

What refers to people is found by introspection, so that a table added later is in it; what other apps know beside that
is told by the functions of ``settings.PRIVACY["told_by"]``. Other people in it are numbers, and who told of somebody
is not even that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from beneficiaries import identity, objection_files, regions
from beneficiaries.models import Change, Grievance, Household, Person, Representation
from beneficiaries.resealing import opened_hex
from vault.rotation import sealed_attributes
from vault.sealing import CannotOpen

Told = dict[str, Any]
# What rows say of somebody else than the one they refer to so: a neighbour who reports, a guardian from outside.
OF_OTHERS = {
    (Grievance, "person"): ("text", "reporter_name", "phone", "reporter", "reference"),
    (Representation, "for_person"): ("name", "nik", "phone"),
}


def collect(person: Person) -> Told:
    """All of it, in JSON's types: times in UTC, sealed values opened, a damaged one as null."""
    household = person.household
    return {
        "made_at": _value(timezone.now()),
        "person": row_of(person),
        "household": row_of(household) | {"region": _region(household.kelurahan)},
        "history": [_change(change, person) for change in person.changes.order_by("pk")],
        "household_history": [_change(change, household) for change in household.changes.order_by("pk")],
        "kept_elsewhere": {name: rows for name, rows in _referring(person) if rows},
        "objection_files": [
            {"name": _opened(file, "name"), "at": _value(file.created_at)} for file in objection_files.of(person)
        ],
        "told_by_programmes": {path: import_string(path)(person) for path in settings.PRIVACY["told_by"]},
    }


def as_json(told: Told) -> str:
    """For machines: UTF-8, indented."""
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_text(told: Told) -> str:
    """To read and to print: a line a value, indented under its heading."""
    titles = {
        "made_at": _("Dibuat"),
        "person": _("Data Anda"),
        "household": _("Keluarga Anda"),
        "history": _("Riwayat perubahan data Anda"),
        "household_history": _("Riwayat perubahan data keluarga"),
        "kept_elsewhere": _("Catatan lain tentang Anda"),
        "objection_files": _("Berkas bukti sanggahan Anda"),
        "told_by_programmes": _("Bantuan"),
    }
    return "\n".join(line for name, value in told.items() for line in _lines(titles.get(name, name), value, 0)) + "\n"


def _lines(name: str, value: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        yield f"{indent}{name}:"
        for key, inner in value.items():
            yield from _lines(str(key), inner, depth + 1)
    elif isinstance(value, list):
        yield f"{indent}{name}: {len(value)}"
        for number, inner in enumerate(value, 1):
            yield from _lines(f"#{number}", inner, depth + 1)
    else:
        yield f"{indent}{name}: {'-' if value in (None, '') else value}"


def row_of(row: models.Model, without: Iterable[str] = ()) -> Told:
    """A row's columns by their names for people, without technical bytes and those named; sealed values in the clear."""
    told: Told = {}
    for field in row._meta.concrete_fields:
        if isinstance(field, models.BinaryField) or field.name in ("uid", *without):
            continue
        value = getattr(row, field.attname)
        label = str(field.verbose_name)
        told[label] = _value(dict(field.flatchoices).get(value, value) if field.flatchoices else value)
    for attribute in sealed_attributes(type(row)):
        if attribute.name not in without:
            told[attribute.name] = _opened(row, attribute.name)
    return told


def _opened(row: Any, name: str) -> str | None:
    try:
        value: str = getattr(row, name)
    except CannotOpen:
        return None
    return identity.show_phone(value) if name == "phone" else value


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _region(code: str) -> str:
    region = regions.kelurahan(code)
    return region.path if region else code


def _change(change: Change, row: Person | Household) -> Told:
    before = dict(change.before)
    for attribute in sealed_attributes(type(row)):
        if attribute.column in before:
            box = opened_hex(before.pop(attribute.column))
            try:
                before[attribute.name] = attribute.unseal(row._meta.db_table, row.uid, box) if box else ""
            except CannotOpen:
                before[attribute.name] = None
    return {
        "at": _value(change.at),
        "kind": str(change.get_kind_display()),
        "before": before,
        "after": {name: value for name, value in change.after.items() if not name.endswith("_sealed")},
        "source": change.source,
        "reason": change.reason,
    }


def _referring(person: Person) -> Iterator[tuple[str, list[Told]]]:
    """Each table that refers to the person, and its rows that do."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model is Change:
            continue
        model, field = relation.related_model, relation.field
        rows = model._base_manager.filter(**{field.name: person.pk})
        if (model, field.name) == (Grievance, "reporter"):
            rows = Grievance.objects.reported_by(person)
        without = OF_OTHERS.get((model, field.name), ())
        told = [row_of(row, without) for row in rows.order_by("pk")]
        yield f"{model._meta.verbose_name} ({field.verbose_name})", told
