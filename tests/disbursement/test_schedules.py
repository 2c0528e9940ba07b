"""Each period of a schedule becomes one cycle with one draft: whoever sweeps, however late, whatever the clock does."""

from __future__ import annotations

import signal
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from disbursement import batches, schedules, tasks, versions
from disbursement.due_dates import months_later
from disbursement.errors import RunNotDue, ScheduleBroken, ScheduleStopped
from disbursement.models import Batch, BatchStep, Cycle, Enrolment, Instruction, Programme, Schedule, ScheduledRun
from tests import clock, money, steps
from tests.disbursement.scheduling import established, this_month, unsaved
from tests.owner import as_owner
from tests.processes import together


def _enrolled(programme: Programme) -> Programme:
    money.eligibility.enrol_eligible(programme)
    return programme


def _overdue(programme: Programme, months: int = 3, **fields: Any) -> Schedule:
    """A schedule whose first so many runs, and this month's, should have been made already; it ends with this month."""
    plain = {"first_period": months_later(this_month(), -months), "last_period": this_month()}
    return established(programme, **(plain | {"day": 1, "hour": 0, "lead_days": 0} | fields))


def _made(programme: Programme) -> list[date]:
    rows = ScheduledRun.objects.filter(programme=programme, made_at__isnull=False).order_by("made_at", "period")
    return list(rows.values_list("period", flat=True))


# --- planning ---


def test_a_schedule_plans_its_runs_for_a_year_ahead(programme: Programme) -> None:
    established(programme)
    periods = list(ScheduledRun.objects.order_by("period").values_list("period", flat=True))
    assert periods == [months_later(this_month(), number) for number in range(1, 14)]
    assert not Cycle.objects.exists()


def test_planning_again_changes_nothing_until_time_goes_by(programme: Programme) -> None:
    established(programme)
    assert schedules.plan(programme.pk) == 0
    assert schedules.sweep().planned == 0
    with clock.moved(days=32):
        assert schedules.sweep().planned == 1
        last = months_later(this_month(), schedules.MONTHS_AHEAD)
    assert ScheduledRun.objects.latest("period").period == last


def test_a_new_schedule_replaces_the_old_one_from_its_first_period_on(programme: Programme) -> None:
    old = established(programme)
    from_there = months_later(this_month(), 4)
    new = established(programme, kind="stages", months=[1, 4, 7, 10], day=20, first_period=from_there)
    assert new.number == old.number + 1
    rows = ScheduledRun.objects.order_by("period").values_list("period", "schedule")
    assert [row for row in rows if row[0] < from_there] == [
        (months_later(this_month(), number), old.pk) for number in range(1, 4)
    ]
    later = [row for row in rows if row[0] >= from_there]
    assert {schedule for _period, schedule in later} == {new.pk}
    assert {period.month for period, _schedule in later} <= {1, 4, 7, 10}


def test_a_schedule_that_ends_lets_no_earlier_one_through(programme: Programme) -> None:
    established(programme)
    one = months_later(this_month(), 3)
    established(programme, first_period=one, last_period=one)
    assert max(ScheduledRun.objects.values_list("period", flat=True)) == one


def test_a_stopped_schedule_makes_nothing_more_also_not_what_is_overdue(programme: Programme) -> None:
    schedule = _overdue(_enrolled(programme))
    schedules.stop(schedule, money.officer(), "program ditutup")
    assert not ScheduledRun.objects.exists()
    assert schedules.sweep().made == 0
    with pytest.raises(ScheduleStopped):
        schedules.stop(schedule, money.officer(), "lagi")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "dates", "dates": []}, "satu tanggal"),
        ({"kind": "stages", "months": []}, "satu bulan"),
        ({"last_period": date(2026, 1, 1)}, "lebih awal"),
        ({"first_period": date(2020, 1, 1)}, "lama berlalu"),
    ],
)
def test_a_schedule_that_says_no_date_is_refused(programme: Programme, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ScheduleBroken, match=said):
        established(programme, **fields)
    assert not Schedule.objects.exists()


def test_two_dates_in_one_month_are_refused(programme: Programme) -> None:
    month = months_later(this_month(), 2)
    with pytest.raises(ScheduleBroken, match="dua tanggal"):
        established(programme, kind="dates", dates=[month, month.replace(day=5)])


# --- making ---


def test_what_is_due_becomes_a_cycle_and_a_draft_that_waits_for_its_moment(programme: Programme) -> None:
    _enrolled(programme)
    established(programme)
    run = ScheduledRun.objects.earliest("period")
    with clock.moved(days=(run.prepare_at - timezone.now()).days + 1):
        assert schedules.sweep().made == 1
        assert schedules.sweep().made == 0
    run.refresh_from_db()
    batch = Batch.objects.get()
    assert (run.batch, run.cycle, run.trouble) == (batch, batch.cycle, "")
    assert (batch.status, batch.pay_at, batch.cycle.period, batch.cycle.due_at) == (
        *("draft", run.due_at, run.period, run.due_at),
    )
    assert "Menurut jadwal" in BatchStep.objects.get().reason
    batches.fill(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.count, batch.pay_at) == ("prepared", 5, run.due_at)


def test_before_its_time_nothing_is_made(programme: Programme) -> None:
    _enrolled(programme)
    established(programme)
    run = ScheduledRun.objects.earliest("period")
    with clock.moved(seconds=(run.prepare_at - timezone.now()).total_seconds() - 60):
        assert schedules.sweep().made == 0
    assert not Cycle.objects.exists()


def test_after_a_downtime_each_missed_cycle_is_made_once_in_order_and_said_to_be_late(programme: Programme) -> None:
    _overdue(_enrolled(programme))
    assert schedules.sweep().made == 4
    assert _made(programme) == [months_later(this_month(), number) for number in range(-3, 1)]
    assert schedules.sweep().made == 0
    late = ScheduledRun.objects.earliest("period")
    assert late.is_late and late.batch is not None
    assert "Terlambat" in BatchStep.objects.get(batch=late.batch).reason
    assert Counter(Batch.objects.values_list("cycle__period", flat=True)).most_common(1)[0][1] == 1


@pytest.mark.parametrize("jump", [-1, 1])
def test_a_clock_that_jumps_a_day_loses_no_cycle_and_doubles_none(programme: Programme, jump: int) -> None:
    _enrolled(programme)
    established(programme)
    first, second = ScheduledRun.objects.order_by("period")[:2]
    ahead = (first.prepare_at - timezone.now()).total_seconds() + 60
    for seconds in (ahead, ahead + jump * 86_400, ahead + 120, ahead - jump * 86_400, ahead + 180):
        with clock.moved(seconds=seconds):
            schedules.sweep()
            schedules.plan(programme.pk)
    assert _made(programme) == [first.period]
    with clock.moved(seconds=(second.prepare_at - timezone.now()).total_seconds() + 60):
        schedules.sweep()
    assert _made(programme) == [first.period, second.period]
    assert Batch.objects.count() == Cycle.objects.count() == 2


def test_a_cycle_that_somebody_prepared_before_is_left_to_them(programme: Programme) -> None:
    by_hand = batches.prepare(batches.cycle_of(_enrolled(programme), this_month()))
    _overdue(programme, months=0)
    assert schedules.sweep().made == 0
    run = ScheduledRun.objects.earliest("period")
    assert run.by_hand and run.batch == by_hand
    assert Batch.objects.count() == 1


def test_a_draft_that_an_officer_cancelled_is_not_made_again(programme: Programme) -> None:
    _overdue(_enrolled(programme), months=0)
    schedules.sweep()
    batch = Batch.objects.get()
    batches.fill(batch.pk)
    batches.cancel(Batch.objects.get(), by=money.officer(), reason="anggaran belum ada")
    with clock.moved(days=10):
        assert schedules.sweep().made == 0
    assert Batch.objects.count() == 1


# --- trouble ---


def test_without_a_version_it_says_so_and_is_made_as_soon_as_there_is_one(programme: Programme) -> None:
    made = money.programmes.found(code=money.unique("P"), name="Tanpa versi")
    _overdue(made, months=0)
    assert schedules.sweep().made == 0
    run = ScheduledRun.objects.earliest("period")
    assert (run.trouble_code, run.attempts) == ("no_version", 1)
    assert "belum punya versi" in run.trouble
    with clock.moved(days=5):
        assert schedules.sweep().made == 0  # the cause stands: nothing is tried
    run.refresh_from_db()
    assert run.attempts == 1
    money.eligibility.enrol_eligible(programme)
    version = versions.draft(
        made,
        this_month(),
        [{"code": "a", "name": "A", "amount": 100}],
        eligibility="household.decile <= 4",
        terms=money.terms(),
    )
    versions.enforce(version)
    assert schedules.sweep().made == 1
    run.refresh_from_db()
    assert (run.trouble, run.trouble_code, run.batch is not None) == ("", "", True)


def test_of_an_inactive_programme_nothing_is_made_until_it_is_active(programme: Programme) -> None:
    _overdue(_enrolled(programme), months=0)
    Programme.objects.update(active=False)
    assert schedules.sweep().made == 0
    assert ScheduledRun.objects.earliest("period").trouble_code == "programme_inactive"
    assert schedules.sweep().made == 0
    Programme.objects.update(active=True)
    assert schedules.sweep().made == 1


def test_a_draft_that_finds_nobody_is_tried_again_later_and_later(programme: Programme) -> None:
    _overdue(programme, months=0)  # nobody is enrolled
    assert schedules.sweep().made == 1
    batches.fill(Batch.objects.get().pk)
    assert schedules.sweep().made == 0
    run = ScheduledRun.objects.earliest("period")
    assert (run.trouble_code, run.attempts) == ("draft_cancelled", 1)
    assert "Tidak ada peserta" in run.trouble
    assert schedules.sweep().made == 0
    with clock.moved(minutes=6):
        assert schedules.sweep().made == 1
        batches.fill(Batch.objects.latest("pk").pk)
        schedules.sweep()
        run.refresh_from_db()
        assert run.attempts == 2
        assert run.retry_at is not None and run.retry_at - timezone.now() > timedelta(minutes=9)
    _enrolled(programme)
    with clock.moved(minutes=30):
        assert schedules.sweep().made == 1
    assert batches.fill(Batch.objects.latest("pk").pk)
    assert Batch.objects.latest("pk").count == 5


def test_an_officer_tries_again_at_once(programme: Programme) -> None:
    _overdue(programme, months=0, last_period=months_later(this_month(), 3))
    schedules.sweep()
    batches.fill(Batch.objects.get().pk)
    schedules.sweep()
    run = ScheduledRun.objects.earliest("period")
    assert schedules.make_now(run).batch != run.batch
    with pytest.raises(RunNotDue):
        schedules.make_now(ScheduledRun.objects.latest("period"))


def test_one_programmes_trouble_does_not_keep_the_others(programme: Programme, monkeypatch: Any) -> None:
    other = money.programme(amount=100)
    for each in (programme, other):
        _overdue(_enrolled(each), months=0)
    broken, real = ScheduledRun.objects.earliest("pk").pk, schedules.make

    def make(run: int) -> bool:
        if run == broken:
            raise ConnectionError("putus")
        return real(run)

    monkeypatch.setattr(schedules, "make", make)
    assert schedules.sweep().made == 1


@pytest.mark.parametrize("part", ["plan", "execution"])
def test_trouble_elsewhere_does_not_keep_the_cycles_from_being_made(
    programme: Programme, monkeypatch: Any, part: str
) -> None:
    _overdue(_enrolled(programme), months=0)

    def broken(*_arguments: Any) -> None:
        raise ConnectionError("putus")

    if part == "execution":
        monkeypatch.setattr(tasks.execution, "sweep", broken)
        with pytest.raises(ExceptionGroup) as raised:
            tasks.sweep()
        assert raised.group_contains(ConnectionError, match="putus")
    else:
        Schedule.objects.filter(programme=programme).update(planned_at=None)
        monkeypatch.setattr(schedules, "plan", broken)
        tasks.sweep()
    assert _made(programme) == [this_month()]


# --- processes ---


def _do_sweep() -> int:
    return schedules.sweep().made


def _do_beat() -> None:
    tasks.sweep()


def _do_make(run: int) -> None:
    schedules.make(run)


def _do_establish(programme: int) -> int:
    return schedules.establish(unsaved(Programme.objects.get(pk=programme))).number


def test_two_beats_at_once_make_each_cycle_once(processes: None) -> None:
    money.people(5)
    programme = _enrolled(money.programme(amount=100))
    _overdue(programme)
    outcomes = together([(_do_sweep, ())] * 4)
    assert [outcome.error for outcome in outcomes] == [""] * 4
    assert sum(outcome.value for outcome in outcomes) == 4
    assert Batch.objects.count() == Cycle.objects.count() == len(_made(programme)) == 4


def test_beats_at_once_with_workers_pay_nobody_twice(processes: None) -> None:
    money.people(5)
    _overdue(_enrolled(money.programme(amount=100)), months=1)
    assert [outcome.error for outcome in together([(_do_beat, ())] * 3)] == [""] * 3
    for batch in Batch.objects.order_by("pk"):
        batches.fill(batch.pk)
    assert Counter(Batch.objects.values_list("status", "count")) == {("prepared", 5): 2}
    assert Instruction.objects.count() == 10


def test_schedules_set_at_once_have_numbers_of_their_own(processes: None) -> None:
    programme = money.programme()
    outcomes = together([(_do_establish, (programme.pk,))] * 3)
    assert sorted(outcome.value for outcome in outcomes) == [1, 2, 3]
    assert ScheduledRun.objects.count() == 13


def test_a_worker_that_dies_over_a_run_leaves_it_for_the_next(processes: None) -> None:
    money.people(3)
    for number in range(1, 7):
        programme = _enrolled(money.programme(amount=100))
        _overdue(programme, months=0)
        run = ScheduledRun.objects.filter(programme=programme).earliest("period")
        outcome = steps.killed_after(number, _do_make, run.pk)
        assert outcome.signal == signal.SIGKILL
        schedules.sweep()
        assert Batch.objects.filter(cycle__programme=programme).count() == 1
        assert _made(programme) == [this_month()]


def test_the_steps_of_making_a_run(processes: None) -> None:
    money.people(3)
    _overdue(_enrolled(money.programme(amount=100)), months=0)
    assert steps.of(_do_make, ScheduledRun.objects.earliest("period").pk) == [
        "lock disbursement_scheduledrun update",
        "insert disbursement_cycle",
        "insert disbursement_batch",
        "insert disbursement_batchstep",
        "insert disbursement_filling",
        "update disbursement_scheduledrun",
        "commit",
    ]


# --- what the database holds ---


def test_a_schedule_never_changes_and_never_goes(committed_db: None) -> None:
    schedule = established(money.programme())
    for sql in (
        "UPDATE disbursement_schedule SET day = 20",
        "UPDATE disbursement_schedule SET first_period = '2026-01-01'",
        "DELETE FROM disbursement_schedule",
        "TRUNCATE disbursement_schedule CASCADE",
    ):
        with as_owner() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic("owner"):
            cursor.execute(sql)
    schedules.stop(schedule, money.officer(), "selesai")
    with as_owner() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic("owner"):
        cursor.execute("UPDATE disbursement_schedule SET stopped_at = NULL, stopped_by_id = NULL, stop_reason = ''")


def test_a_run_that_was_made_neither_goes_nor_becomes_another(committed_db: None) -> None:
    money.people(2)
    _overdue(_enrolled(money.programme(amount=100)), months=0)
    schedules.sweep()
    made = ScheduledRun.objects.get(made_at__isnull=False)
    for sql in (
        "DELETE FROM disbursement_scheduledrun WHERE id = %s",
        "UPDATE disbursement_scheduledrun SET period = period + 100 WHERE id = %s",
        "UPDATE disbursement_scheduledrun SET batch_id = NULL WHERE id = %s",
        "UPDATE disbursement_scheduledrun SET due_at = due_at + interval '1 day' WHERE id = %s",
    ):
        with as_owner() as cursor, pytest.raises(IntegrityError, match="was made"), transaction.atomic("owner"):
            cursor.execute(sql, [made.pk])


def test_a_run_takes_no_batch_of_another_period(programme: Programme) -> None:
    other = batches.prepare(batches.cycle_of(_enrolled(programme), date(2026, 3, 1)))
    established(programme)
    run = ScheduledRun.objects.earliest("period")
    with pytest.raises(IntegrityError, match="not of the run"), transaction.atomic():
        ScheduledRun.objects.filter(pk=run.pk).update(batch=other, cycle=other.cycle)


def test_a_period_has_one_run_whoever_writes(programme: Programme) -> None:
    established(programme)
    run = ScheduledRun.objects.earliest("period")
    run.pk = None
    with pytest.raises(IntegrityError, match="scheduled_run_once"), transaction.atomic():
        run.save(force_insert=True)
    assert Enrolment.objects.count() == 0
