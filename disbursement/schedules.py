"""Cycles by schedule: setting one, planning its runs, and making the cycle and the draft of each run once it is time.

A run is a row, one for each period of a programme, whoever plans and how often. What is due is asked in SQL: a beat that was
away over the date, two beats, or a clock that jumps change when it is made, and neither whether nor how often.
Submitting and approving the draft stay with people. A run that cannot be made says why, and is tried again once the
cause is gone where the database can tell, else later and later.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from disbursement import batches, cycles, due_dates
from disbursement.due_dates import Due, months_later
from disbursement.errors import (
    CyclesOverlap,
    DisbursementError,
    NoVersion,
    NowhereToLapse,
    ProgrammeInactive,
    RunNotDue,
    ScheduleBroken,
    ScheduleStopped,
)
from disbursement.models import Batch, BatchStep, Programme, Schedule, ScheduledRun
from disbursement.models.schedule import LATE
from wallet import wallets
from wallet.transactions import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)
MONTHS_AHEAD, MONTHS_BACK = 13, 12  # how far runs are planned; how old a first period may be when an officer sets it
LOOKED_AT = 36  # periods whose distances are asked when a schedule is set
PLAN_AGAIN = timedelta(days=1)  # holidays are announced, and the months go by
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
DRAFT_CANCELLED = "draft_cancelled"
COPIED = (
    *("kind", "every", "months", "dates", "day", "hour", "moved", "lead_days"),
    *("first_period", "last_period", "decree"),
)

# Runs whose draft should be there and is not: never made, or cancelled by the system (nobody to pay, filling kept failing). What
# somebody cancelled is their decision. Of some causes the database itself knows whether they are gone.
_DUE = """
SELECT r.id FROM disbursement_scheduledrun r
JOIN disbursement_schedule s ON s.id = r.schedule_id
JOIN disbursement_programme p ON p.id = r.programme_id
LEFT JOIN disbursement_batch b ON b.id = r.batch_id
WHERE r.prepare_at <= %(now)s AND s.stopped_at IS NULL AND (%(run)s::bigint IS NULL OR r.id = %(run)s)
    AND (r.batch_id IS NULL OR (b.status = 'cancelled' AND EXISTS (
        SELECT FROM disbursement_batchstep step
        WHERE step.batch_id = b.id AND step.to_status = 'cancelled' AND step.by_id IS NULL)))
    AND CASE r.trouble_code
        WHEN 'programme_inactive' THEN p.active
        WHEN 'no_version' THEN EXISTS (
            SELECT FROM disbursement_programmeversion v
            WHERE v.programme_id = p.id AND v.enforced_at IS NOT NULL AND v.starts_on <= r.period)
        WHEN 'cycles_overlap' THEN disbursement_overlapping_cycle(p.id, r.period) IS NULL
        ELSE r.retry_at IS NULL OR r.retry_at <= %(now)s END
ORDER BY r.due_at, r.id
"""
_STALE = """
SELECT DISTINCT programme_id FROM disbursement_schedule
WHERE stopped_at IS NULL AND (planned_at IS NULL OR planned_at < %s) ORDER BY programme_id
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many programmes were planned anew, and how many runs were made."""

    planned: int
    made: int


# --- Setting one ---


def check(schedule: Schedule) -> None:
    """Raises ScheduleBroken (says what is wrong)."""
    kinds = Schedule.Kind
    if schedule.kind == kinds.DATES:
        if not schedule.dates:
            raise ScheduleBroken(reason=str(ScheduleBroken.NO_DATES))
        months = [day.replace(day=1) for day in schedule.dates]
        if len(set(months)) < len(months):
            raise ScheduleBroken(reason=str(ScheduleBroken.TWO_IN_A_MONTH))
    if schedule.kind == kinds.STAGES and (not schedule.months or not set(schedule.months) <= set(range(1, 13))):
        raise ScheduleBroken(reason=str(ScheduleBroken.NO_MONTHS))
    if schedule.last_period is not None and schedule.last_period < schedule.first_period:
        raise ScheduleBroken(reason=str(ScheduleBroken.ENDS_BEFORE))
    if schedule.first_period < months_later(timezone.localdate().replace(day=1), -MONTHS_BACK):
        raise ScheduleBroken(reason=str(ScheduleBroken.TOO_LONG_AGO))
    periods = [due.period for due in preview(schedule, LOOKED_AT)]
    if not periods:
        raise ScheduleBroken(reason=str(ScheduleBroken.NOTHING))
    lengths = cycles.months_of(schedule.programme_id, periods)
    for (period, following), length in zip(itertools.pairwise(periods), lengths, strict=False):
        if following < months_later(period, length):
            raise ScheduleBroken(reason=str(ScheduleBroken.TOO_OFTEN) % {"months": length})


def preview(schedule: Schedule, count: int) -> list[Due]:
    """The first so many runs that the schedule comes to; it need not be saved."""
    far = months_later(schedule.first_period, 12 * 20)
    found: list[Due] = []
    for due in due_dates.runs(schedule, far):
        found.append(due)
        if len(found) == count:
            break
    return found


@retried
def establish(schedule: Schedule, by: User | None = None) -> Schedule:
    """The programme follows the schedule from its first period on; its runs are planned. Raises ScheduleBroken.

    Periods of before that nobody has prepared are prepared at once, each as a draft of its own.
    """
    Programme.objects.select_for_update().get(pk=schedule.programme_id)  # the next number is one's own
    check(schedule)
    last = Schedule.objects.filter(programme=schedule.programme_id).aggregate(last=Max("number"))["last"] or 0
    schedule.number, schedule.by = last + 1, by
    schedule.save(force_insert=True)
    plan(schedule.programme_id)
    return schedule


@retried
def stop(schedule: Schedule, by: User, reason: str) -> Schedule:
    """No further cycle is made by it, also none that is overdue. Raises ScheduleStopped, wallet.errors.ReasonMissing."""
    reason = wallets.required(reason)
    Programme.objects.select_for_update().get(pk=schedule.programme_id)
    row = Schedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
    if row.stopped_at is not None:
        raise ScheduleStopped
    row.stopped_at, row.stopped_by, row.stop_reason = timezone.now(), by, reason
    row.save(update_fields=["stopped_at", "stopped_by", "stop_reason"])
    plan(row.programme_id)
    return row


def in_force(programme: Programme, period: date | None = None) -> Schedule | None:
    """The schedule that the period (by default this month's) follows, stopped or not; None if there is none."""
    rows = Schedule.objects.filter(programme=programme).order_by("first_period", "number")
    return _of_period(list(rows), (period or timezone.localdate()).replace(day=1))


# --- Planning ---


@retried
def plan(programme: int) -> int:
    """Brings the programme's runs up to date with its schedules and the holidays known; returns how many changed.

    Those for which there is a batch stay as they are. Safe to repeat and to race.
    """
    Programme.objects.select_for_update().get(pk=programme)
    schedules = list(Schedule.objects.filter(programme=programme).order_by("first_period", "number"))
    wanted = _wanted(schedules)
    changed = 0
    known = {run.period: run for run in ScheduledRun.objects.filter(programme=programme)}
    gone = [run.pk for run in known.values() if run.batch_id is None and run.period not in wanted]
    if gone:
        changed += ScheduledRun.objects.filter(pk__in=gone, batch__isnull=True).delete()[0]
    new = []
    for period, (schedule, due) in wanted.items():
        run = known.get(period)
        if run is None:
            new.append(_run(schedule, due))
            continue
        moments = (schedule.pk, due.due_at, due.prepare_at)
        if run.batch_id is None and (run.schedule_id, run.due_at, run.prepare_at) != moments:
            changed += ScheduledRun.objects.filter(pk=run.pk, batch__isnull=True).update(
                schedule=schedule, due_at=due.due_at, prepare_at=due.prepare_at
            )
    ScheduledRun.objects.bulk_create(new)
    Schedule.objects.filter(pk__in=[row.pk for row in schedules]).update(planned_at=timezone.now())
    return changed + len(new)


def _wanted(schedules: list[Schedule]) -> dict[date, tuple[Schedule, Due]]:
    until = months_later(timezone.localdate().replace(day=1), MONTHS_AHEAD)
    return {
        due.period: (schedule, due)
        for schedule in schedules
        if schedule.stopped_at is None
        for due in due_dates.runs(schedule, until)
        if _of_period(schedules, due.period) == schedule
    }


def _of_period(schedules: Iterable[Schedule], period: date) -> Schedule | None:
    """Of schedules in order, the one that the period follows."""
    found = None
    for schedule in schedules:
        if schedule.first_period <= period:
            found = schedule
    return found


def _run(schedule: Schedule, due: Due) -> ScheduledRun:
    return ScheduledRun(
        programme_id=schedule.programme_id,
        schedule=schedule,
        period=due.period,
        due_at=due.due_at,
        prepare_at=due.prepare_at,
    )


# --- Making what is due ---


def sweep() -> Swept:
    """Plans what was not planned for a day, and makes what is due, in the order of their moments. Safe to race."""
    planned = made = 0
    with connection.cursor() as cursor:
        cursor.execute(_STALE, [timezone.now() - PLAN_AGAIN])
        stale = [programme for (programme,) in cursor.fetchall()]
    # One programme's trouble must not keep the others waiting.
    for programme in stale:
        try:
            plan(programme)
            planned += 1
        except Exception:
            logger.exception("schedule: programme %s", programme)
    for run in _due():
        try:
            made += make(run)
        except Exception:
            logger.exception("schedule: run %s", run)
    return Swept(planned, made)


def _due(run: int | None = None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": timezone.now(), "run": run})
        return [number for (number,) in cursor.fetchall()]


@retried
def make(run: int) -> bool:
    """Makes the run's cycle and draft; False if it is not due (any more), somebody else is at it, or it cannot be made.

    All in one transaction: a worker that dies leaves the run as it was.
    """
    row = (
        ScheduledRun.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("programme", "batch")
        .filter(pk=run)
        .first()
    )
    if row is None or not _due(run):
        return False
    others = Batch.objects.filter(cycle__programme=row.programme, cycle__period=row.period)
    other = others.exclude(status=Batch.Status.CANCELLED).select_related("cycle").order_by("-pk").first()
    if other is not None:
        _settle(row, other, made=False)
        return False
    if row.batch is not None and row.trouble_code != DRAFT_CANCELLED:
        step = BatchStep.objects.filter(batch=row.batch, to_status=Batch.Status.CANCELLED).latest("pk")
        _trouble(row, DRAFT_CANCELLED, step.reason)
        return False
    try:
        with transaction.atomic():
            cycle = batches.cycle_of(row.programme, row.period, row.due_at)
            batch = batches.draft(cycle, pay_at=row.due_at, reason=_said(row))
    except (ProgrammeInactive, NoVersion, NowhereToLapse, CyclesOverlap) as error:
        _trouble(row, error.code, str(error))
        return False
    _settle(row, batch, made=True)
    return True


def make_now(run: ScheduledRun) -> ScheduledRun:
    """Tries at once what waits for its next try: for the officer who removed the cause.

    Raises RunNotDue, and what kept it from being made.
    """
    ScheduledRun.objects.filter(pk=run.pk).update(retry_at=None)
    made = make(run.pk)
    run = ScheduledRun.objects.select_related("batch").get(pk=run.pk)
    if not made and not run.by_hand:
        raise RunNotDue if not run.trouble else _Kept(said=run.trouble)
    return run


class _Kept(DisbursementError):
    """What keeps a run from being made, in the words that it keeps."""

    code = "run_not_made"
    message = "%(said)s"


def _settle(row: ScheduledRun, batch: Batch, *, made: bool) -> None:
    row.batch, row.cycle = batch, batch.cycle
    row.made_at = timezone.now() if made else row.made_at
    row.trouble_code = row.trouble = ""
    row.retry_at = None
    row.save(update_fields=["batch", "cycle", "made_at", "trouble_code", "trouble", "retry_at"])


def _trouble(row: ScheduledRun, code: str, said: str) -> None:
    row.attempts += 1
    row.trouble_code, row.trouble = code, said[:300]
    row.retry_at = timezone.now() + min(FIRST_WAIT * 2 ** min(row.attempts - 1, 16), LONGEST_WAIT)
    row.save(update_fields=["attempts", "trouble_code", "trouble", "retry_at"])


def _said(row: ScheduledRun) -> str:
    """Why there is this draft, for its history: which moment it is for, and that it is late if it is."""
    told: dict[str, Any] = {"due": _moment(row.due_at), "at": _moment(row.prepare_at)}
    if timezone.now() - row.prepare_at > LATE:
        return gettext("Menurut jadwal, jatuh tempo %(due)s. Terlambat: seharusnya disiapkan %(at)s.") % told
    return gettext("Menurut jadwal, jatuh tempo %(due)s.") % told


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y H:i")


def in_trouble() -> Q:
    """The runs that could not be made, as a condition."""
    return Q(schedule__stopped_at__isnull=True) & ~Q(trouble_code="")
