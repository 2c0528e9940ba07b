"""One human being may stand in several rows of the registry: the one that stays, and those that were merged into it."""

from __future__ import annotations

from beneficiaries.models import Person


def survivor(person: Person) -> Person:
    """The row that stands for the human being: the person's own, or the one that theirs was merged into, however deep."""
    row = Person.objects.get(pk=person.pk)  # it may have been merged since it was read
    while row.merged_into_id is not None:
        row = Person.objects.get(pk=row.merged_into_id)
    return row


def other_phone(one: Person, other: Person) -> bool:
    """True if the two rows have not the same telephone; one that has none differs from one that has.

    By the blind index: while its key is being replaced, the same number may count as another, never another as the same.
    """
    return bytes(one.phone_index or b"") != bytes(other.phone_index or b"")


def numbers(person: Person) -> list[int]:
    """The numbers of all rows of the human being: the survivor's first, then those merged into it, however deep."""
    found: list[int] = []
    level = [survivor(person).pk]
    while level:
        found += level
        level = list(Person.objects.filter(merged_into__in=level).order_by("pk").values_list("pk", flat=True))
    return found


def of(person: Person) -> list[Person]:
    """The same rows, each with its household."""
    order = numbers(person)
    found = {row.pk: row for row in Person.objects.filter(pk__in=order).select_related("household")}
    return [found[number] for number in order]


def locked(person: Person) -> list[Person]:
    """The same rows, locked in the order of their numbers as a merge locks them; nothing is merged or parted meanwhile."""
    while True:
        order = numbers(person)
        rows = Person.objects.select_for_update(of=("self",)).filter(pk__in=order).order_by("pk")
        found = {row.pk: row for row in rows}
        if numbers(person) == order:  # else one was merged or parted while we waited
            return [found[number] for number in order]
