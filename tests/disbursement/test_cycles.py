"""No month of a programme is paid by two cycles: each covers what its version says, and holds it while it has a batch."""

from __future__ import annotations

import importlib
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from disbursement import batches, cycles, owed, programme_file, schedules, versions
from disbursement.due_dates import months_later
from disbursement.errors import CyclesOverlap, NothingToPay, ScheduleBroken, VersionBroken
from disbursement.models import Batch, Cycle, Enrolment, OwedCycle, Programme, ScheduledRun
from tests import clock, money
from tests.disbursement.scheduling import established, unsaved
from tests.owner import as_owner, lift_triggers
from tests.processes import together

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
DECEMBER, JANUARY, AUGUST = date(2026, 12, 1), date(2027, 1, 1), date(2026, 8, 1)


def quarterly(programme: Programme, starts_on: date = date(2026, 1, 1), **fields: Any) -> Programme:
    """The programme, of which a cycle covers three months from the day on."""
    copied = versions.copy(versions.newest(programme), starts_on)  # type: ignore[arg-type]
    for name, value in ({"months": 3} | fields).items():
        setattr(copied, name, value)
    copied.save()
    versions.enforce(copied)
    return programme


@pytest.fixture
def thrice(programme: Programme) -> Programme:
    return quarterly(programme)


def covers(cycle: Cycle) -> tuple[int, bool]:
    cycle.refresh_from_db()
    return cycle.months, cycle.held


# --- what a cycle covers ---


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "months"), [("PKH", 3), ("SEMBAKO", 2), ("KJP", 1), ("KLJ", 3), ("KAJ", 3), ("KPDJ", 3)]
)
def test_the_programmes_of_jakarta_say_how_many_months_a_cycle_covers(code: str, months: int) -> None:
    programme_file.load()
    made = batches.cycle_of(Programme.objects.get(code=code), OCTOBER)
    assert covers(made) == (months, False)


@pytest.mark.django_db
def test_three_months_at_once_are_not_paid_again_the_month_after() -> None:
    programme_file.load()
    klj = Programme.objects.get(code="KLJ")
    money.person(born=date(1950, 1, 1))
    assert money.prepared(klj, OCTOBER).total == 900_000  # October, November and December
    for month in (AUGUST, SEPTEMBER, NOVEMBER, DECEMBER):
        with pytest.raises(CyclesOverlap) as told:
            batches.cycle_of(klj, month)
        assert "Oktober 2026 - Desember 2026" in str(told.value)
    assert Cycle.objects.count() == 1
    assert batches.prepare(batches.cycle_of(klj, JANUARY)).total == 900_000


def test_a_version_may_not_cover_fewer_months_than_a_component_pays(programme: Programme) -> None:
    copied = versions.copy(versions.newest(programme), OCTOBER)  # type: ignore[arg-type]
    copied.components.update(months=4)
    copied.months = 3
    copied.save()
    with pytest.raises(VersionBroken):
        versions.enforce(copied)
    type(copied).objects.filter(pk=copied.pk).update(months=None)
    versions.enforce(copied)
    assert cycles.months_of(programme.pk, [SEPTEMBER, OCTOBER]) == [1, 4]


# --- holding and letting go ---


def test_a_cycle_without_a_batch_stands_in_nobodys_way(thrice: Programme) -> None:
    by_mistake = batches.cycle_of(thrice, SEPTEMBER)
    with pytest.raises(NothingToPay):
        batches.prepare(by_mistake)
    assert covers(by_mistake) == (3, False)
    right = money.prepared(thrice, OCTOBER).cycle
    assert covers(right) == (3, True)
    with pytest.raises(CyclesOverlap):
        batches.prepare(by_mistake)
    with pytest.raises(CyclesOverlap):
        batches.draft(by_mistake)


def test_a_cancelled_batch_lets_go_of_its_months(thrice: Programme) -> None:
    batch = money.prepared(thrice, SEPTEMBER)
    batches.cancel(batch)
    assert covers(batch.cycle) == (3, False)
    assert money.prepared(thrice, OCTOBER).count == 5


def test_of_two_batches_of_a_cycle_the_one_that_stands_holds_its_months(thrice: Programme) -> None:
    one, other = money.prepared(thrice, OCTOBER), batches.draft(batches.cycle_of(thrice, OCTOBER))
    batches.cancel(one)
    assert covers(one.cycle) == (3, True)
    batches.fill(other.pk)
    batches.cancel(Batch.objects.get(pk=other.pk))
    assert covers(one.cycle) == (3, False)


def test_what_is_owed_of_a_cycle_holds_its_months_until_it_is_withdrawn(thrice: Programme) -> None:
    money.eligibility.enrol_eligible(thrice)
    october, november = batches.cycle_of(thrice, OCTOBER), batches.cycle_of(thrice, NOVEMBER)
    owed.owe(Enrolment.objects.all(), october, "terlewat", None)
    assert covers(october) == (3, True)
    with pytest.raises(CyclesOverlap):
        owed.owe(Enrolment.objects.all(), november, "terlewat", None)
    for row in OwedCycle.objects.all():
        assert covers(october) == (3, True)
        owed.withdraw(row, money.officer(), "keliru")
    assert covers(october) == (3, False)
    assert owed.owe(Enrolment.objects.all(), november, "terlewat", None) == 5


# --- versions that come later ---


def test_a_version_from_an_earlier_day_lengthens_the_cycles_that_it_is_for(programme: Programme) -> None:
    september, october = (money.prepared(programme, month).cycle for month in (SEPTEMBER, OCTOBER))
    assert covers(october) == (1, True)
    quarterly(programme, OCTOBER)
    assert (covers(september), covers(october)) == ((1, True), (3, True))
    with pytest.raises(CyclesOverlap):
        batches.cycle_of(programme, NOVEMBER)
    quarterly(programme, OCTOBER, months=1)
    assert covers(october) == (3, True)  # for which it has paid


def test_a_version_under_which_cycles_of_before_would_overlap_is_not_put_into_force(programme: Programme) -> None:
    money.prepared(programme, OCTOBER)
    money.prepared(programme, NOVEMBER)
    with pytest.raises(VersionBroken) as told:
        quarterly(programme, OCTOBER)
    assert str(VersionBroken.CYCLES_OVERLAP) in str(told.value)
    assert versions.of(programme, OCTOBER).months is None
    quarterly(programme, DECEMBER)


# --- schedules ---


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "every", "every": 2}, {"kind": "stages", "months": [1, 4, 6]}, {"kind": "stages", "months": [1, 11]}],
)
def test_a_schedule_that_pays_more_often_than_a_cycle_is_long_is_refused(
    thrice: Programme, fields: dict[str, Any]
) -> None:
    with pytest.raises(ScheduleBroken) as told:
        established(thrice, **fields)
    assert "3 bulan" in str(told.value)


def test_a_schedule_in_steps_of_the_length_of_a_cycle_is_kept(thrice: Programme) -> None:
    schedules.check(unsaved(thrice, kind="every", every=3))
    schedules.check(unsaved(thrice, kind="stages", months=[1, 4, 7, 10]))


def test_a_run_whose_cycle_would_overlap_says_why_and_waits_until_it_would_not(thrice: Programme) -> None:
    money.eligibility.enrol_eligible(thrice)
    established(thrice, kind="every", every=3)
    run = ScheduledRun.objects.earliest("period")
    before = batches.prepare(batches.cycle_of(thrice, months_later(run.period, -1)))
    with clock.moved(seconds=(run.prepare_at - timezone.now()).total_seconds() + 60):
        for _ in range(3):
            assert schedules.sweep().made == 0
    with clock.moved(seconds=(run.prepare_at - timezone.now()).total_seconds() + 40 * 86_400):
        assert schedules.sweep().made == 0
        run.refresh_from_db()
        assert (run.trouble_code, run.attempts, run.batch) == ("cycles_overlap", 1, None)
        assert cycles.in_words(before.cycle.period, 3) in run.trouble
        batches.cancel(before)
        assert schedules.sweep().made == 1
    run.refresh_from_db()
    assert run.trouble == "" and run.cycle is not None and covers(run.cycle) == (3, True)


# --- what the database holds by itself ---


@pytest.mark.parametrize("change", ["months = 1", "held = false", "period = '2026-09-01'"])
def test_a_cycle_that_has_a_batch_keeps_its_months(thrice: Programme, change: str) -> None:
    batch = money.prepared(thrice, OCTOBER)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE disbursement_cycle SET {change} WHERE id = %s", [batch.cycle_id])
    assert covers(batch.cycle) == (3, True)


def test_the_database_refuses_a_batch_of_a_cycle_that_another_covers(thrice: Programme) -> None:
    november = batches.cycle_of(thrice, NOVEMBER)
    batch = money.prepared(thrice, OCTOBER)
    with pytest.raises(IntegrityError, match="cycles_do_not_overlap"), transaction.atomic():
        Batch.objects.create(cycle=november, version=batch.version, purse_title="x")
    with pytest.raises(IntegrityError, match="cycles_do_not_overlap"), transaction.atomic():
        Cycle.objects.filter(pk=november.pk).update(held=True)


@pytest.mark.parametrize("claimed", [{"held": True}, {"months": 12}, {"months": 1}])
def test_how_long_a_new_cycle_is_and_that_it_holds_nothing_is_the_databases_word(
    thrice: Programme, claimed: dict[str, Any]
) -> None:
    assert covers(Cycle.objects.create(programme=thrice, period=OCTOBER, **claimed)) == (3, False)


def _do_prepare(cycle: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=cycle)).count


def test_of_two_months_of_one_quarter_prepared_at_once_one_is_paid(processes: None) -> None:
    money.people(20)
    programme = quarterly(money.programme())
    money.eligibility.enrol_eligible(programme)
    made = [batches.cycle_of(programme, month) for month in (OCTOBER, NOVEMBER, DECEMBER)]
    outcomes = together([(_do_prepare, (one.pk,)) for one in made])
    assert sorted(outcome.error for outcome in outcomes) == ["", "cycles_overlap", "cycles_overlap"]
    assert Batch.objects.exclude(status="cancelled").count() == 1


def test_cycles_of_before_that_overlap_stay_and_the_earlier_holds_the_months(committed_db: None) -> None:
    money.people(3)
    programme = money.programme()
    made = [money.prepared(programme, month).cycle for month in (OCTOBER, NOVEMBER, DECEMBER, JANUARY)]
    spare = batches.cycle_of(programme, SEPTEMBER)
    migration = importlib.import_module("disbursement.migrations.0141_cycles_do_not_overlap")
    with as_owner() as cursor, lift_triggers(cursor):
        cursor.execute("UPDATE disbursement_cycle SET held = false, months = 1")
        cursor.execute("UPDATE disbursement_component SET months = 3")
        cursor.execute(migration.OF_BEFORE)
    assert [covers(one) for one in made] == [(3, True), (3, False), (3, False), (3, True)]
    assert covers(spare) == (3, False)
    november = Batch.objects.get(cycle=made[1])
    with pytest.raises(CyclesOverlap):
        batches.draft(made[1])
    batches.cancel(november)
    assert covers(made[1]) == (3, False)
