"""Households as they were when somebody left them: the present row, and every change since taken back (docs/adr/0018)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q

from beneficiaries.models import Change, Household
from beneficiaries.resealing import opened_hex


class FormerHome(NamedTuple):
    """A household as it was, not to be saved; not `known` where the contents of a change since then were dropped."""

    household: Household
    known: bool


def as_left(moments: Mapping[int, datetime | None]) -> list[FormerHome]:
    """The households of the numbers that are in the registry, each as it was at its moment; two queries."""
    homes = Household.objects.in_bulk(list(moments))
    since = Q(pk__in=[])
    for number, moment in moments.items():
        if moment is not None:  # else they never left it, as far as is known
            since |= Q(household=number, at__gte=moment)
    dropped = set()
    changes = Change.objects.filter(since, kind=Change.Kind.CHANGED, household__in=homes).order_by("-pk")
    for number, before in changes.values_list("household", "before"):
        if not before:
            dropped.add(number)
        _take_back(homes[number], before)
    return [FormerHome(homes[number], number not in dropped) for number in moments if number in homes]


def _take_back(household: Household, before: dict[str, Any]) -> None:
    for column in household._meta.concrete_fields:
        if column.attname in before:
            told = before[column.attname]
            sealed = isinstance(column, models.BinaryField)
            setattr(household, column.attname, opened_hex(told) if sealed else column.to_python(told))
