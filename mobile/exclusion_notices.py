"""Who is told of exclusions, their lifting and decisions on objections, in the transaction of what it tells.

A household is told once for each phone that its active members have; where none has one, its head is told.
"""

from __future__ import annotations

from django.db.models import Case, When

from beneficiaries.models import Exclusion, Objection, Person
from mobile import notices, receivers
from mobile.models import Notice

ALIVE = (Person.Status.ACTIVE, Person.Status.LEFT)


def tell_of_exclusion(exclusion: Exclusion) -> int:
    """Tells whoever the exclusion strikes: from when, why, and until when and how to object. Returns how many."""
    return notices.tell(Notice.Kind.EXCLUDED, exclusion.pk, _receivers(exclusion))


def tell_of_lifting(exclusion: Exclusion) -> int:
    """Tells whoever the exclusion struck from when on it does not, and whether another goes on. Returns how many."""
    return notices.tell(Notice.Kind.LIFTED, exclusion.pk, _receivers(exclusion))


def tell_of_decision(objection: Objection) -> int:
    """Tells whoever the exclusion strikes what became of the objection, and why. Returns how many."""
    return notices.tell(Notice.Kind.DECIDED, objection.pk, _receivers(objection.exclusion))


def _receivers(exclusion: Exclusion) -> list[int]:
    """The numbers of whom to tell; one without a phone if nobody has any, nobody if nobody is left."""
    if exclusion.person is not None:
        person = exclusion.person.merged_into or exclusion.person
        return [person.pk] if person.status in ALIVE and person.erased_at is None else []
    head_first = Case(When(relation=Person.Relation.HEAD, then=0), default=1)
    members = list(
        Person.objects.filter(household=exclusion.household_id, status=Person.Status.ACTIVE).order_by(
            head_first, "birth_date", "pk"
        )
    )
    by_phone: dict[str, int] = {}
    for member in members:
        by_phone.setdefault(receivers.phone_of(member), member.pk)
    by_phone.pop("", None)
    return list(by_phone.values()) or [member.pk for member in members[:1]]
