"""One human being may stand in several rows of the registry: the one that stays, and those that were merged into it."""

from __future__ import annotations

from beneficiaries.models import Person


def survivor(person: Person) -> Person:
    """The row that stands for the human being: the person's own, or the one that theirs was merged into, however deep."""
    while person.merged_into_id is not None:
        person = Person.objects.get(pk=person.merged_into_id)
    return person


def numbers(person: Person) -> list[int]:
    """The numbers of all rows of the human being: the survivor's first, then those merged into it, however deep."""
    found: list[int] = []
    level = [survivor(person).pk]
    while level:
        found += level
        level = list(Person.objects.filter(merged_into__in=level).order_by("pk").values_list("pk", flat=True))
    return found
