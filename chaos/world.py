"""The batch that is paid under chaos: people, their programme with its budget, maker and approver, by the house's functions."""

from __future__ import annotations

import secrets
from datetime import date
from itertools import islice

from django.contrib.auth.models import User
from django.db import connections

from beneficiaries.models import Household, Person
from demo import authenticators
from disbursement import approvals, batches, eligibility, programmes
from disbursement.models import Batch
from wallet.models import PurseTerms

AID = 300_000  # rupiah a line
AT_ONCE = 2_000  # people a statement


def submitted_batch(lines: int) -> Batch:
    """So many people, all of them eligible, and one submitted batch that pays each once; its programme holds just enough."""
    _people(lines)
    terms = PurseTerms.objects.create(name="Sembako", mccs=["5411"])
    programme = programmes.create(
        code="CHAOS", name="Bantuan", amount=AID, eligibility="household.decile <= 4", terms=terms
    )
    eligibility.enrol_eligible(programme)
    _count_rows()
    programmes.fund(programme, lines * AID, "DIPA-1")
    batch = batches.prepare(batches.cycle_of(programme, date(2026, 11, 1)))
    return approvals.submit(batch, by=User.objects.create_user("maker"))


def approve(batch: Batch) -> Batch:
    """Another officer approves, with an authenticator: the workers are rung."""
    password = secrets.token_hex()
    approver = User.objects.create_superuser("approver", password=password)
    authenticators.install(approver, password)
    return authenticators.approve(batch, approver, "chaos")


def _count_rows() -> None:
    """What a database that has been in use knows by itself: tables filled a second ago get plans made for empty ones."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _people(how_many: int) -> None:
    numbers = iter(range(1, how_many + 1))
    while block := list(islice(numbers, AT_ONCE)):
        homes = [_home(number) for number in block]
        Household.objects.bulk_create(homes)
        Person.objects.bulk_create(_person(number, home) for number, home in zip(block, homes, strict=True))


def _home(number: int) -> Household:
    home = Household(decile=2, kelurahan="31.71.01.1001")
    home.kk, home.address = f"317101{number:010}", f"Jl. Merdeka {number}"
    return home


def _person(number: int, home: Household) -> Person:
    person = Person(household=home, name=f"Sutini {number}", sex="P", birth_date=date(1960, 1, 1))
    person.nik = f"317102{number:010}"
    return person
