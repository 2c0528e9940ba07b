"""Acting on a trial: whom the version in force does not admit any more is suspended, or their enrolment is ended, in sets.

A trial tells whom its version would put out; the version itself puts nobody out. So an officer does, for all of them at once,
as long as that version is in force: and the rule is asked again first, because the registry goes on changing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from disbursement import eligibility, enrolments, versions
from disbursement.enrolment_states import HOLDING, R, S
from disbursement.errors import EnrolmentMoved, NoVersion, TrialNotInForce
from disbursement.models import Enrolment, TrialChange, VersionTrial

GROUP = 2_000  # people whose facts are read at once
MOST = 20_000  # enrolments of one step; whoever is left is there for the next
C = TrialChange.Change


def of(trial: VersionTrial) -> QuerySet[Enrolment]:
    """The enrolments that hold a place now, of the people whom the trial found to leave."""
    leaving = TrialChange.objects.filter(trial=trial, change=C.LEAVES).values("person")
    return Enrolment.objects.filter(programme=trial.version.programme_id, status__in=HOLDING, person__in=leaving)


def in_force(trial: VersionTrial) -> bool:
    """True if the trial is done and its version is the one that counts today."""
    try:
        now = versions.of(trial.version.programme, timezone.localdate())
    except NoVersion:
        return False
    return trial.status == VersionTrial.Status.DONE and now.pk == trial.version_id


@transaction.atomic
def suspend(trial: VersionTrial, *, words: str, by: User, until: date | None = None, reference: str = "") -> int:
    """Suspends those who still do not fulfil the rule, until an officer lifts it or the last day is over; returns how many.

    Raises TrialNotInForce, EnrolmentMoved (that leaves nobody), SuspensionEndsEarly, InvalidRule.
    """
    out = _still(trial, [S.ACTIVE])
    return enrolments.suspend(out, reason=R.NOT_ELIGIBLE, words=words, by=by, until=until, reference=reference)


@transaction.atomic
def end(trial: VersionTrial, *, words: str, by: User, reference: str = "") -> int:
    """Ends the enrolments of those who still do not fulfil the rule; returns how many. Their places go to who waits.

    Raises TrialNotInForce, EnrolmentMoved (that leaves nobody), InvalidRule.
    """
    return enrolments.end_all(_still(trial, HOLDING), reason=R.NOT_ELIGIBLE, words=words, by=by, reference=reference)


def _still(trial: VersionTrial, at: Collection[Enrolment.Status]) -> list[int]:
    """The first MOST enrolments at one of the statuses whom the rule does not admit today either, as the registry is now.

    Whom it admits again takes up nobody's room, however many they are.
    """
    if not in_force(trial):
        raise TrialNotInForce
    rows = of(trial).filter(status__in=at).order_by("person").values_list("person", "pk")
    found: list[int] = []
    after = 0
    while len(found) < MOST and (group := dict(rows.filter(person__gt=after)[:GROUP])):
        out = eligibility.no_longer(trial.version, group, timezone.localdate())
        found += [group[person] for person in sorted(out)]
        after = max(group)
    if not found:
        raise EnrolmentMoved
    return found[:MOST]
