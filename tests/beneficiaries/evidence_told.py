"""Evidence and rules in force for tests, made through the real functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from beneficiaries import evidence, kepgub_1250_2021, rules, screening
from beneficiaries.models import Evidence, ExclusionRule, Household, Person, Proposal, Screening
from tests import money

TODAY = date(2026, 11, 25)
START = date(2026, 1, 1)
POSSIBLE = "3171011506900003"

CAR = {"vehicle": "car", "plate": "B 1234 XYZ", "pkb": "paid"}


def told(about: Person | Household, kind: str, value: dict[str, Any], **more: Any) -> evidence.Told:
    # The builders' numbers are serials that need not be possible ones: a possible one is read, theirs is put in.
    name, number = ("nik", about.nik) if isinstance(about, Person) else ("kk", about.kk)
    fields = {"source": "Bapenda", "date": "2026-10-01", "kind": kind, "value": value, name: POSSIBLE} | more
    read = evidence.read(fields, today=TODAY)
    assert isinstance(read, evidence.Told), read
    return replace(read, **{name: number})


def tell(about: Person | Household, kind: str, value: dict[str, Any], **more: Any) -> Evidence:
    """The evidence, kept."""
    subject = evidence.Subject(person=about.pk) if isinstance(about, Person) else evidence.Subject(household=about.pk)
    evidence.record([(subject, told(about, kind, value, **more))])
    return Evidence.objects.latest("pk")


def rule(expression: str, scope: str = "household", **more: Any) -> ExclusionRule:
    """A version that was not tried yet."""
    fields = {"code": "uji", "title": "Uji", "legal_basis": "Kepgub", "reason": "Alasan", "valid_from": START} | more
    return ExclusionRule.objects.create(expression=expression, scope=scope, **fields)


def screen(version: ExclusionRule | None = None, day: date = TODAY) -> Screening:
    """A finished screening: a trial of the version, or a run."""
    asked = screening.request(None, day, version)
    assert screening.run_next()
    asked.refresh_from_db()
    return asked


def enforced(version: ExclusionRule) -> ExclusionRule:
    screen(version)
    return rules.enforce(version, by=None)


def kepgub() -> None:
    """The four rules of Kepgub 1250/2021 in force."""
    kepgub_1250_2021.set_up(START)
    for version in ExclusionRule.objects.all():
        enforced(version)


def excluded(home: Household, starts_on: date = TODAY, **more: Any) -> Any:
    """An exclusion of the household for its car."""
    if not ExclusionRule.objects.exists():
        kepgub()
    tell(home, "vehicle", CAR)
    screen()
    proposal = Proposal.objects.get(household=home, status="undecided")
    return screening.accept(proposal, money.officer(), "cocok dengan data Samsat", starts_on, **more)
