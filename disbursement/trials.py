"""Trying a version before it is in force: who would enter, who would wait, who would leave, what a cycle would cost. Nobody is
enrolled.

With a quota those who are in keep their places; of the others as many enter as places are left, in the order of the version's
priority, and the rest would wait.

Who would leave is no longer eligible, and is paid until an officer suspends them or ends the enrolment (disbursement.leavers):
so the cost counts them.

The registry is read household by household outside any transaction, so that progress shows; the result is written in one. A
worker that dies falls silent, and the next one begins anew: whoever comes back late finds that the trial is not theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from beneficiaries import facts
from beneficiaries.models import Household
from disbursement import conditions, conflicts, eligibility, entitlement, versions
from disbursement.enrolment_states import HOLDING
from disbursement.errors import DisbursementError, NoVersion, TrialKeptFailing
from disbursement.models import Enrolment, ProgrammeVersion, TrialChange, TrialRegion, VersionTrial

S = VersionTrial.Status
SILENT = timedelta(seconds=60)  # a worker tells how far it is every few thousand households
ATTEMPTS = 3
WRITE = 5_000  # rows written in one statement
TELL = facts.GROUP  # households between two tellings


@dataclass(slots=True)
class _Count:
    enters: int = 0
    leaves: int = 0
    stays: int = 0
    waits: int = 0
    cost: int = 0
    cost_now: int = 0

    def add(self, other: _Count) -> None:
        for name in _FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_FIELDS = ("enters", "leaves", "stays", "waits", "cost", "cost_now")


@dataclass(frozen=True, slots=True)
class _Entering:
    """Somebody who may enter: their place in the order, where they live, and what a cycle would pay them (rupiah)."""

    rank: tuple[Any, ...]
    person: int
    region: str
    amount: int


@dataclass(slots=True)
class _Found:
    total: _Count = field(default_factory=_Count)
    regions: dict[str, _Count] = field(default_factory=dict)
    changes: list[tuple[int, str, int]] = field(default_factory=list)  # person, change, rupiah
    entering: list[_Entering] = field(default_factory=list)


class _NotOurs(Exception):
    """Another worker took the trial meanwhile."""


def request(version: ProgrammeVersion, by: User | None, day: date | None = None) -> VersionTrial:
    """A trial for the workers to do, on the registry of the day. Raises InvalidRule, VersionBroken."""
    versions.check(version)
    return VersionTrial.objects.create(version=version, day=day or timezone.localdate(), by=by)


def run_next() -> bool:
    """Does the oldest trial that waits, or that a worker left; False if there is none. A trial that cannot be done says why."""
    trial = _claim()
    if trial is None:
        return False
    try:
        _write(trial, _look(trial))
    except _NotOurs:
        pass
    except DisbursementError as error:
        _ours(trial).update(status=S.FAILED, failure=str(error)[:300], finished_at=timezone.now())
    return True


@transaction.atomic
def _claim() -> VersionTrial | None:
    now = timezone.now()
    due = VersionTrial.objects.filter(Q(status=S.WAITING) | Q(status=S.RUNNING, at__lt=now - SILENT))
    for trial in due.select_for_update(skip_locked=True).order_by("pk"):
        if trial.attempts >= ATTEMPTS:
            _ours(trial).update(status=S.FAILED, failure=str(TrialKeptFailing(attempts=ATTEMPTS)), finished_at=now)
            continue
        trial.status, trial.attempts, trial.at = S.RUNNING, trial.attempts + 1, now
        trial.households, trial.households_seen = Household.objects.count(), 0
        trial.save(update_fields=["status", "attempts", "at", "households", "households_seen"])
        return trial
    return None


def _ours(trial: VersionTrial) -> QuerySet[VersionTrial]:
    """The trial's row as long as no other worker began it anew."""
    return VersionTrial.objects.filter(pk=trial.pk, attempts=trial.attempts).exclude(status__in=[S.DONE, S.FAILED])


def _look(trial: VersionTrial) -> _Found:
    version = ProgrammeVersion.objects.select_related("programme").get(pk=trial.version_id)
    found = _Found()
    for seen, (home, count, changes, entering) in enumerate(_of_homes(version, trial.day), 1):
        if count is not None:
            found.total.add(count)
            found.regions.setdefault(home.kelurahan[:8], _Count()).add(count)
            found.changes += changes
            found.entering += entering
        if seen % TELL == 0 and not _ours(trial).update(households_seen=F("households_seen") + TELL, at=timezone.now()):
            raise _NotOurs
    _share_out(found, version.quota)
    return found


def _share_out(found: _Found, quota: int | None) -> None:
    """The places that the quota leaves beside those who have one go to the first of those who may enter; the others wait."""
    left = len(found.entering) if quota is None else max(quota - found.total.stays - found.total.leaves, 0)
    for at, one in enumerate(sorted(found.entering, key=lambda row: row.rank)):
        count = _Count(enters=1, cost=one.amount) if at < left else _Count(waits=1)
        found.total.add(count)
        found.regions[one.region].add(count)
        found.changes.append((one.person, "enters" if at < left else "waits", one.amount))


def _of_homes(
    version: ProgrammeVersion, day: date
) -> Iterator[tuple[facts.Home, _Count | None, list[tuple[int, str, int]], list[_Entering]]]:
    """Each household with what changes in it; None where nobody gets anything, before or after."""
    programme, rule = version.programme, conditions.compiled(version.eligibility)
    scale = entitlement.of_version(version)
    try:
        scale_now = entitlement.of_version(versions.of(programme, day))
    except NoVersion:
        scale_now = None
    places = Enrolment.objects.filter(programme=programme, status__in=HOLDING)
    status = dict(places.values_list("person_id", "status"))
    kept_out = eligibility.kept_out(programme, day) | conflicts.holders(programme, day).keys()
    for home in facts.homes(day, promised=set(status)):  # who restricted their data is paid what was promised before
        admitted = [member for member in home.members if rule(member.facts)]
        enrolled = [member for member in home.members if member.pk in status]
        if not admitted and not enrolled:
            yield home, None, [], []
            continue
        staying = [member for member in admitted if member.pk in status]
        entering = [member for member in admitted if member.pk not in status and member.pk not in kept_out]
        if programme.one_per_household:
            entering.sort(key=lambda one: (one.birth_date, one.pk))
            entering = [] if enrolled else entering[:1]
        left = [member for member in enrolled if member not in staying]
        # A version puts nobody out: who leaves is paid under it, and keeps the family's place, until their enrolment is ended.
        # Who is suspended keeps the place and is not paid.
        paid = [member for member in enrolled if status[member.pk] == Enrolment.Status.ACTIVE]
        gets = {member.pk: scale.apply(member.facts, home.members).total for member in (*enrolled, *entering)}
        got = {member.pk: scale_now.apply(member.facts, home.members).total if scale_now else 0 for member in enrolled}
        cost, cost_now = (sum(each[member.pk] for member in paid) for each in (gets, got))
        count = _Count(0, len(left), len(staying), 0, cost, cost_now)
        changes = [(member.pk, "leaves", got[member.pk]) for member in left]
        region = home.kelurahan[:8]
        may_enter = [_Entering(_rank(version, home, one), one.pk, region, gets[one.pk]) for one in entering]
        yield home, count, changes, may_enter


def _rank(version: ProgrammeVersion, home: facts.Home, member: facts.Member) -> tuple[Any, ...]:
    """As disbursement.places ranks who waits; who was registered first has the lower id."""
    age = member.birth_date.toordinal()
    first: dict[str, tuple[int, ...]] = {
        ProgrammeVersion.Priority.POOREST: (home.decile, age),
        ProgrammeVersion.Priority.OLDEST: (age,),
        ProgrammeVersion.Priority.YOUNGEST: (-age,),
        ProgrammeVersion.Priority.EARLIEST: (),
    }
    return (*first[version.priority], member.pk)


@transaction.atomic
def _write(trial: VersionTrial, found: _Found) -> None:
    told = {name: getattr(found.total, name) for name in _FIELDS}
    hit = _ours(trial).update(
        status=S.DONE, households_seen=F("households"), at=timezone.now(), finished_at=timezone.now(), **told
    )
    if not hit:
        raise _NotOurs
    TrialRegion.objects.bulk_create(
        TrialRegion(trial=trial, code=code, **{name: getattr(count, name) for name in _FIELDS})
        for code, count in sorted(found.regions.items())
    )
    TrialChange.objects.bulk_create(
        (
            TrialChange(trial=trial, person_id=person, change=change, amount=amount)
            for person, change, amount in found.changes
        ),
        batch_size=WRITE,
    )


def sweep() -> bool:
    """True if a trial waits or was left by its worker: somebody should be rung."""
    silent = Q(status=S.RUNNING, at__lt=timezone.now() - SILENT)
    return VersionTrial.objects.filter(Q(status=S.WAITING) | silent).exists()
