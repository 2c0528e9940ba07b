"""Two rows of one person with their aid, merged and parted: for the tests of what that does and of what happens at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.models import User

from beneficiaries import duplicates, duplicates_merge
from beneficiaries.models import DuplicatePair, Household, Merge, Person
from disbursement import approvals, batches, eligibility
from disbursement.models import Batch, Enrolment, Programme
from tests import money
from wallet import purses
from wallet.models import Wallet

NAME = "Ngatiyem Lestari"
NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


def twice() -> tuple[Person, Person]:
    """Two rows of one person, in two households, the first the older."""
    rows = [money.person(), money.person()]
    Person.objects.filter(pk__in=[row.pk for row in rows]).update(name=NAME)
    return (fresh(rows[0]), fresh(rows[1]))


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def pair_of(one: Person, other: Person) -> DuplicatePair:
    duplicates.find()
    return DuplicatePair.objects.get(low=min(one.pk, other.pk), high=max(one.pk, other.pk))


def merged(survivor: Person, other: Person, by: User | None = None) -> Merge:
    return duplicates_merge.merge(pair_of(survivor, other), survivor, by or money.officer(), "KTP sama")


def parted(done: Merge) -> Merge:
    return duplicates_merge.unmerge(done, money.officer(), "ternyata dua orang")


def paid(programme: Programme, period: date = NOVEMBER) -> Batch:
    """One month of the programme, paid."""
    batch = batches.prepare(batches.cycle_of(programme, period))
    return pay(batch)


def pay(batch: Batch) -> Batch:
    batch = approvals.submit(batch, by=money.officer())
    batch = money.approve(batch)
    return money.pay_out(batch)


def programme(without: Person | None = None, **fields: Any) -> Programme:
    """A programme of everybody, or of all but the household of one."""
    made = money.programme(budget=100_000_000, **fields)
    homes = Household.objects.filter(pk=without.household_id if without else None)
    homes.update(decile=9)
    eligibility.enrol_eligible(made)
    homes.update(decile=2)
    return made


def enrolment(made: Programme, person: Person) -> Enrolment | None:
    return Enrolment.objects.filter(programme=made, person=person).first()


def book(person: Person) -> int:
    wallet = fresh(person).wallet
    return purses.balance(purses.in_wallet(wallet)).book if wallet else 0


def state() -> dict[str, Any]:
    """Everything that a merge may touch."""
    return {
        "people": list(Person.objects.order_by("pk").values("pk", "status", "merged_into", "wallet", "household")),
        "enrolments": list(Enrolment.objects.order_by("pk").values("pk", "person", "household", "status")),
        "wallets": list(Wallet.objects.order_by("pk").values("pk", "status", "holder")),
        "purses": list(Wallet.objects.order_by("pk").values_list("pk", "purses__pk", "purses__account__balance")),
    }
