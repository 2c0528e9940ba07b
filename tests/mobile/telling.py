"""Batches whose people are told, for tests of notices."""

from __future__ import annotations

from datetime import date
from typing import Any

from beneficiaries.models import Person
from disbursement import approvals
from disbursement.models import Batch, Instruction
from mobile import devices, notices, push
from mobile.models import Delivery, Notice
from tests import money
from tests.mobile import people
from wallet.models import Wallet

K = Notice.Kind


def programme(**fields: Any) -> Any:
    """A programme with money for many."""
    return money.programme(budget=100_000_000, **({"name": "Kartu Lansia Jakarta"} | fields))


def paid(*, period: date = date(2026, 11, 1), made: Any = None, **fields: Any) -> Batch:
    """A batch that paid everybody in the registry, before anybody was told."""
    batch = money.prepared(made or programme(**fields), period)
    return money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))


def make_all() -> int:
    """Makes every notice there is to make; returns in how many steps."""
    steps = 0
    while notices.make_next():
        steps += 1
    return steps


def instruction_of(person: Person) -> Instruction:
    return Instruction.objects.get(enrolment__person=person)


def frozen(person: Person) -> None:
    money.wallets.freeze(Wallet.objects.get(pk=person.wallet_id), "sengketa")


def with_app(person: Person, token: str = "tok-1") -> Any:  # noqa: S107  # no secret of ours
    """A signed-in device of the person that can be woken."""
    device, _secret = devices.issue(person, "HP Ibu")
    push.register(device, token, "android")
    return device


def outcomes(**about: Any) -> list[tuple[str, str]]:
    """Channel and state of every delivery, in the order they were made."""
    return list(Delivery.objects.filter(**about).order_by("pk").values_list("channel", "state"))


def without_phone(name: str = "Painem", kelurahan: str = "31.71.01.1001") -> Person:
    person = people.register(name, people.STRANGER)
    Person.objects.filter(pk=person.pk).update(phone_sealed=b"", phone_index=None)
    type(person.household).objects.filter(pk=person.household_id).update(kelurahan=kelurahan, rt="001", rw="002")
    return Person.objects.get(pk=person.pk)
