"""Objections and grievances that somebody still has to decide on or answer: their words are read for that, so they stay.

The words go with whoever is erased (`erasure_traces`); until then they are a ground to keep the person's data, which whoever
decides ends. Retention leaves the same people for later.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext, gettext_noop

from beneficiaries import merged_rows
from beneficiaries.models import Grievance, Objection, Person

GROUNDS: dict[Any, str] = {
    Objection: gettext_noop("sanggahannya atas pengecualian belum diputuskan; putuskan dahulu."),
    Grievance: gettext_noop("aduan darinya atau tentangnya belum dijawab; jawab dahulu."),
}


def of_person(person: Person | OuterRef) -> tuple[QuerySet[Any], ...]:
    """What the person wrote themselves, and what is about them; each in a query of its own, which its own index answers."""
    to_answer = Grievance.objects.open()
    return (
        Objection.objects.filter(status=Objection.Status.FILED, exclusion__person=person),
        to_answer.filter(reporter=person),
        to_answer.filter(person=person),
    )


def of_wallet(wallet: int | OuterRef) -> tuple[QuerySet[Any], ...]:
    """What is about a payment from the wallet, declined ones among them."""
    return (Grievance.objects.open().filter(payment__wallet=wallet),)


def of_household(household: int | OuterRef) -> tuple[QuerySet[Any], ...]:
    """What is about the household, whose words go with the last of it."""
    return (
        Objection.objects.filter(status=Objection.Status.FILED, exclusion__household=household),
        Grievance.objects.open().filter(household=household),
    )


def hold_of(person: Person) -> str:
    """Whose objection or grievance waits is known by name until it was decided on; so is whom a grievance is about."""
    found = of_person(person)
    if person.wallet_id is not None:
        found += of_wallet(person.wallet_id)
    others = Person.objects.filter(household=person.household_id, erased_at__isnull=True)
    if not others.exclude(pk__in=merged_rows.numbers(person)).exists():
        found += of_household(person.household_id)
    return next((gettext(GROUNDS[rows.model]) for rows in found if rows.exists()), "")
