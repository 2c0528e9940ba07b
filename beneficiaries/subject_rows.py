"""How a table that tells of a subject is declared, whose rows are a subject's, and what a row says in JSON's types.

A subject is a human being: the row that stays and those merged into it, their households, wallets and purses. A household counts
for the time that they belonged to it (`beneficiaries.membership`): what came to be known before or since is of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from beneficiaries import identity, membership, merged_rows
from beneficiaries.models import Household, Person
from beneficiaries.spans import Span
from vault.rotation import sealed_attributes
from vault.sealing import CannotOpen
from wallet.models import Purse, Succession, Wallet

Told = dict[str, Any]
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A human being as all the registry's rows of them: the survivor first, and their household, each with the times there."""

    people: tuple[Person, ...]
    households: dict[int, list[Span]]
    wallets: tuple[int, ...]
    purses: dict[int, Span]

    @property
    def person(self) -> Person:
        return self.people[0]

    @property
    def numbers(self) -> list[int]:
        return [person.pk for person in self.people]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one model that are told, by each path of foreign keys that leads to the subject.

    `where` narrows them down, or finds them where there is no path. `without` names what is not the subject's to read, `also`
    what the row says through its foreign keys (label and attributes), `moment` the column that says since when it is known:
    a path to a household needs it. `lasting` names the columns of the days from which and before which the row holds, where it
    holds for whoever joins the household meanwhile. A row is told once, by the first table that finds it.
    """

    model: type[models.Model]
    paths: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    also: tuple[tuple[Any, str], ...] = ()
    where: Callable[[Subject], Q] | None = None
    moment: str = "created_at"
    lasting: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one app tells of a subject, and why it does not tell the rest: by ``app.Model``, or ``app.Model.path``."""

    tables: tuple[Table, ...]
    absent: dict[str, str] = field(default_factory=dict)


def subject_of(person: Person) -> Subject:
    """The subject whom a row of the registry is of, whichever of their rows it is: seven queries, and one for each depth."""
    people = tuple(merged_rows.of(person))
    wallets = tuple(row.wallet_id for row in people if row.wallet_id is not None)
    return Subject(people, membership.of(people), wallets, _purses(wallets))


def _purses(wallets: tuple[int, ...]) -> dict[int, Span]:
    """The purses of the wallets and those they passed on, each with the time that it was the wallets'."""
    spans: dict[int, Span] = dict.fromkeys(
        Purse.objects.filter(wallet__in=wallets).values_list("pk", flat=True), (None, None)
    )
    passed = Succession.objects.filter(Q(predecessor__in=wallets) | Q(successor__in=wallets)).order_by("pk")
    for succession in passed:
        for purse in succession.purses:
            since, until = spans.get(purse, (None, None))
            if succession.successor_id in wallets and succession.predecessor_id not in wallets:
                since = succession.created_at
            if succession.predecessor_id in wallets and succession.successor_id not in wallets:
                until = succession.created_at
            spans[purse] = (since, until)
    return spans


def rows(table: Table, subject: Subject) -> Iterator[tuple[str, models.Model]]:
    """The rows that the table finds, with the title of the path that found them; one query a path."""
    for path in table.paths or ("",):
        wanted = _of(table, path, subject) if path else Q()
        if table.where is not None:
            wanted &= table.where(subject)
        found = table.model._base_manager.filter(wanted).order_by("pk").defer(*_unread(table))
        joined = {attributes.rpartition(".")[0].replace(".", "__") for _, attributes in table.also}
        if joined:
            found = found.select_related(*sorted(joined))
        title = _title(table.model, path)
        for row in found.iterator(chunk_size=ROWS_AT_ONCE):
            yield title, row


def leads_to(model: type[models.Model], path: str) -> type[models.Model]:
    """The model at the end of a path of foreign keys."""
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model  # type: ignore[assignment]
    return model


def _of(table: Table, path: str, subject: Subject) -> Q:
    target = leads_to(table.model, path)
    if target is Household:
        return membership.during(subject.households, path, table.moment, table.lasting)
    numbers: dict[type[models.Model], Iterable[int]] = {
        Person: subject.numbers,
        Wallet: subject.wallets,
        Purse: subject.purses,
    }
    return Q((f"{path}__in", list(numbers[target])))


def _unread(table: Table) -> list[str]:
    """Bytes that the row would not tell: they are not fetched, a scan is megabytes."""
    told = {one.column for one in sealed_attributes(table.model) if one.name not in table.without}
    columns = table.model._meta.concrete_fields
    return [column.name for column in columns if isinstance(column, models.BinaryField) and column.name not in told]


def _title(model: type[models.Model], path: str) -> str:
    names = []
    at = model
    for name in path.split("__") if path else ():
        step: Any = at._meta.get_field(name)
        at = step.related_model
        names.append(str(getattr(step, "verbose_name", at._meta.verbose_name)))
    title = str(model._meta.verbose_name)
    return f"{title} ({', '.join(names)})" if names else title


def row_of(row: models.Model, without: Iterable[str] = (), also: Iterable[tuple[Any, str]] = ()) -> Told:
    """A row's columns by their names for people, without technical bytes and those named; sealed values in the clear."""
    told: Told = {}
    for column in row._meta.concrete_fields:
        if isinstance(column, models.BinaryField) or column.name in ("uid", *without):
            continue
        found = getattr(row, column.attname)
        told[str(column.verbose_name)] = value(
            dict(column.flatchoices).get(found, found) if column.flatchoices else found
        )
    for attribute in sealed_attributes(type(row)):
        if attribute.name not in without:
            told[attribute.name] = _opened(row, attribute.name)
    for label, attributes in also:
        at: Any = row
        for name in attributes.split("."):
            at = getattr(at, name, None)
        told[str(label)] = value(at)
    return told


def _opened(row: Any, name: str) -> str | None:
    try:
        opened: str = getattr(row, name)
    except CannotOpen:
        return None
    return identity.show_phone(opened) if name == "phone" else opened


def value(found: Any) -> Any:
    """As JSON has it: times in ISO 8601, what JSON has no type for as text."""
    if found is None or isinstance(found, bool | int | float | str | dict | list):
        return found
    if isinstance(found, datetime | date):
        return found.isoformat()
    return str(found)
