"""Everything that is kept about one person, for that person: as JSON for machines and as text to read.

What is in it is declared by each app, table by table (``settings.PRIVACY["told_by"]``): `beneficiaries.subject_tables` says
how, and what stays out. A row that was merged into another is the same person: all of it is in the copy, whichever is asked.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from beneficiaries import former_homes, membership, regions
from beneficiaries.models import Change, Household, Person
from beneficiaries.resealing import opened_hex
from beneficiaries.subject_rows import ROWS_AT_ONCE, Declaration, Subject, Told, row_of, rows, subject_of, value
from vault.rotation import sealed_attributes
from vault.sealing import CannotOpen

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?\+00:00")


def collect(person: Person) -> Told:
    """All of it, in JSON's types: times in UTC, sealed values opened, a damaged one as null.

    The number of queries is that of the declared paths, however many rows there are.
    """
    subject = subject_of(person)
    first, *merged = subject.people
    own, *others = subject.households
    former = former_homes.as_left({number: subject.households[number][-1][1] for number in others})
    return {
        "made_at": value(timezone.now()),
        "person": row_of(first),
        "household": _home(first.household) | _times(subject, own),
        "merged_rows": [row_of(row) for row in merged],
        "former_households": [_former(home) | _times(subject, home.household.pk) for home in former],
        "history": _history_of_people(subject),
        "household_history": _history_of_households(subject, [first.household, *(home.household for home in former)]),
        "kept_elsewhere": _kept(subject),
    }


def declarations() -> list[Declaration]:
    """What the apps tell, the registry's own first."""
    return [import_string(path) for path in settings.PRIVACY["told_by"]]


def _kept(subject: Subject) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = defaultdict(list)
    seen: dict[type[models.Model], set[Any]] = defaultdict(set)
    for declaration in declarations():
        for table in declaration.tables:
            for title, row in rows(table, subject):
                if row.pk not in seen[table.model]:
                    seen[table.model].add(row.pk)
                    told[title].append(row_of(row, table.without, table.also))
    return dict(told)


def _home(household: Household) -> Told:
    return row_of(household) | {"region": _region(household.kelurahan)}


def _former(home: former_homes.FormerHome) -> Told:
    return _home(home.household) if home.known else {str(Household._meta.pk.verbose_name): home.household.pk}


def _times(subject: Subject, household: int) -> Told:
    spans = subject.households[household]
    return {_("masa keanggotaan"): [{_("sejak"): value(since), _("sampai"): value(until)} for since, until in spans]}


def _history_of_people(subject: Subject) -> list[Told]:
    people = {row.pk: row for row in subject.people}
    changes = Change.objects.filter(person__in=people).order_by("pk").iterator(chunk_size=ROWS_AT_ONCE)
    return [_change(change, people[change.person_id]) for change in changes if change.person_id]


def _history_of_households(subject: Subject, homes: Iterable[Household]) -> list[Told]:
    by_number = {home.pk: home for home in homes}
    wanted = membership.during(subject.households, "household", "at") | _added_with_them(subject)
    changes = Change.objects.filter(wanted, household__in=by_number).order_by("pk").iterator(chunk_size=ROWS_AT_ONCE)
    return [_change(change, by_number[change.household_id]) for change in changes if change.household_id]


def _added_with_them(subject: Subject) -> Q:
    """A household is added a statement before its people: told to whom it began with, by the same source for the same reason."""
    added = Change.objects.filter(kind=Change.Kind.ADDED)
    own = added.filter(person__in=subject.numbers, source=OuterRef("source"), reason=OuterRef("reason"))
    wanted = Q(pk__in=[])
    for household, [(since, _until), *_later] in subject.households.items():
        if since is not None:
            wanted |= Q(Exists(own.filter(at=since)), household=household, kind=Change.Kind.ADDED)
    return wanted


def as_json(told: Told) -> str:
    """For machines: UTF-8, indented."""
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_text(told: Told) -> str:
    """To read and to print: a line a value, indented under its heading."""
    columns = [column for model in (Household, Person) for column in model._meta.concrete_fields]
    titles = {column.attname: str(column.verbose_name) for column in columns} | {
        "made_at": _("Dibuat"),
        "person": _("Data Anda"),
        "household": _("Keluarga Anda"),
        "merged_rows": _("Data Anda yang pernah terdaftar ganda"),
        "former_households": _("Keluarga Anda sebelumnya"),
        "history": _("Riwayat perubahan data Anda"),
        "household_history": _("Riwayat perubahan data keluarga"),
        "kept_elsewhere": _("Catatan lain tentang Anda"),
        # What the rows call by a field's name, as the history calls columns.
        "nik": "NIK",
        "kk": _("nomor KK"),
        "phone": _("telepon"),
        "address": _("alamat"),
        "text": _("isi"),
        "value": _("isi"),
        "reporter_name": _("Nama pelapor"),
        "number": _("nomor"),
        "region": _("wilayah"),
        "at": _("waktu"),
        "kind": _("perubahan"),
        "before": _("sebelum"),
        "after": _("sesudah"),
        "source": _("sumber"),
        "reason": _("alasan"),
        "note": _("catatan"),
    }
    return "\n".join(line for name, part in told.items() for line in _lines(name, part, 0, titles)) + "\n"


def _lines(name: str, told: Any, depth: int, titles: dict[str, str]) -> Iterator[str]:
    indent = "  " * depth
    name = titles.get(name, name)
    if isinstance(told, dict):
        yield f"{indent}{name}:"
        for key, inner in told.items():
            yield from _lines(str(key), inner, depth + 1, titles)
    elif isinstance(told, list):
        yield f"{indent}{name}: {len(told)}"
        for number, inner in enumerate(told, 1):
            yield from _lines(f"#{number}", inner, depth + 1, titles)
    else:
        yield f"{indent}{name}: {_said(told)}"


def _said(told: Any) -> str:
    """As people say it: yes or no, and days and times of Jakarta. JSON has them as machines want them."""
    if told in (None, ""):
        return "-"
    if isinstance(told, bool):
        return _("Ya") if told else _("Tidak")
    try:
        if isinstance(told, str) and _DAY.fullmatch(told):
            return date_format(date.fromisoformat(told), "j F Y")
        if isinstance(told, str) and _MOMENT.fullmatch(told):
            return date_format(timezone.localtime(datetime.fromisoformat(told)), "j F Y H:i")
    except (ValueError, OverflowError):
        pass  # somebody's words, a document's number perhaps, and no day
    return str(told)


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
    told = {
        "at": value(change.at),
        "kind": str(change.get_kind_display()),
        "before": before,
        "after": {name: value for name, value in change.after.items() if not name.endswith("_sealed")},
        "source": change.source,
        "reason": change.reason,
    }
    return told | {"note": _("Isinya tidak disimpan lagi.")} if change.is_emptied else told
