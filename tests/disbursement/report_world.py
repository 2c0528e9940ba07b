"""Small worlds for reports, built through the real functions: people of several places and ages, and cycles paid to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from beneficiaries.models import Person
from disbursement import approvals, batches, eligibility
from disbursement.models import Batch, Cycle, Instruction, Programme, Report
from disbursement.reports import figures, making
from disbursement.reports.making import Question
from tests import money
from wallet import purses, wallets
from wallet.models import Merchant, Payment, Purse, Transfer, Wallet

PLACES = ("31.71.01.1001", "31.71.01.1002", "31.71.02.1001", "31.74.01.1001", "32.01.01.2001")
BIRTHS = (date(2024, 5, 1), date(2016, 2, 29), date(2010, 1, 1), date(1980, 1, 1), date(1960, 1, 1), date(1940, 1, 1))
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def person(place: int = 0, birth: int = 4, sex: str = "P", decile: int = 2) -> Person:
    home = money.household(decile=decile, kelurahan=PLACES[place % len(PLACES)])
    return money.person(home, born=BIRTHS[birth % len(BIRTHS)], sex=sex)


def programme(**fields: Any) -> Programme:
    """For everyone, funded, whose purses end and return to the fund."""
    made = money.programme(
        budget=100_000_000, eligibility="household.decile <= 10", purse_days=30, **({"amount": 1_000} | fields)
    )
    version = made.versions.get()
    type(version.terms).objects.filter(pk=version.terms_id).update(lapses_to=made.fund)
    return made


def paid(
    made: Programme, period: date = OCTOBER, *, frozen: Iterable[Person] = (), late: timedelta | None = None
) -> Batch:
    """A paid batch of everyone, in which whose wallet is frozen is not paid; due so long ago."""
    eligibility.enrol_eligible(made)
    cycle = batches.cycle_of(made, period)
    Cycle.objects.filter(pk=cycle.pk).update(due_at=timezone.now() - (late or timedelta(hours=2)))
    batch = batches.prepare(cycle)
    with frozen_wallets(frozen):
        return money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))


class frozen_wallets:
    """These people's wallets are frozen meanwhile."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.wallets = [wallet_of(one) for one in people]

    def __enter__(self) -> None:
        for wallet in self.wallets:
            wallets.freeze(wallet, "diperiksa", "petugas")

    def __exit__(self, *_: object) -> None:
        for wallet in self.wallets:
            wallets.unfreeze(Wallet.objects.get(pk=wallet.pk), "selesai", "petugas")


def wallet_of(one: Person) -> Wallet:
    return Wallet.objects.get(pk=Person.objects.get(pk=one.pk).wallet_id)


def spend(one: Person, at: Merchant, amount: int) -> Payment:
    return money.pay(wallet_of(one), at, amount)


def line_of(one: Person, batch: Batch) -> Instruction:
    return batch.instructions.get(enrolment__person=one)


def purse_of(line: Instruction) -> Purse:
    return Purse.objects.get(pk=Transfer.objects.get(key=line.key).credit_id)


def lapse() -> int:
    """Every purse's time ends now, and what is unspent returns to the funds: how many purses that were."""
    return len(list(purses.lapse_due(timezone.now() + timedelta(days=31))))


def take_back(one: Person, batch: Batch) -> None:
    money.taken_back(line_of(one, batch), "salah orang")


def reported(grouping: str, **asked: Any) -> Report:
    """A finished report."""
    report = making.request(Question(grouping, **asked), money.officer())
    assert making.make(report)
    report.refresh_from_db()
    assert report.status == "done"
    return report


def groups_of(report: Report) -> dict[str, dict[str, Any]]:
    """Its figures by key, the total under the empty one."""
    assert report.result is not None
    told = {group["key"]: group["figures"] for group in report.result["groups"]}
    return told | {"": report.result["total"]["figures"]}


def computed(report: Report) -> dict[str, dict[str, Any]]:
    """The figures of a report that is not kept."""
    found = figures.compute(report)
    return {key: group.figures for key, group in found.groups.items()} | {"": found.total.figures}
