"""Appeals against suspensions and exits: in time or marked late, decided by another officer, and what one upheld restores."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from beneficiaries import working_days
from beneficiaries.models import Person
from disbursement import appeals, batches, due_lines, eligibility, enrolments, places, subjects
from disbursement.enrolment_states import R
from disbursement.errors import (
    AppealDecided,
    DeciderTookStep,
    HouseholdHasPlace,
    NothingToAppeal,
    ReasonMissing,
)
from disbursement.models import Enrolment, EnrolmentAppeal, OwedCycle
from tests import money
from tests.disbursement.test_places import programme as programme_of_quota
from tests.owner import as_owner
from tests.processes import alone, together, waiting_for_locks

pytestmark = pytest.mark.usefixtures("any_db")
OFFICE = EnrolmentAppeal.Channel.OFFICE


def one(**fields: Any) -> Enrolment:
    money.person()
    eligibility.enrol_eligible(money.programme(budget=10_000_000, **fields))
    return Enrolment.objects.get()


def filed(row: Enrolment, by: User | None = None, on: date | None = None) -> EnrolmentAppeal:
    return appeals.file(row, "Saya masih di rumah itu.", channel=OFFICE, by=by, filed_on=on)


def test_an_appeal_against_an_exit_is_upheld_by_another_and_the_enrolment_is_back() -> None:
    row, officer, other = one(), money.officer(), money.officer()
    enrolments.end(row, reason=R.MOVED_AWAY, words="pindah", by=officer)
    appeal = filed(row, by=officer)
    assert (appeal.taken_by, appeal.late, appeal.status) == (officer, False, "filed")
    assert appeal.answer_by == working_days.after(timezone.localdate(), 10)
    appeals.uphold(appeal, other, "KTP masih Jakarta")
    row.refresh_from_db()
    last = row.steps.order_by("-pk")[0]
    assert (row.status, last.reason, last.words, last.by) == ("active", "upheld", "KTP masih Jakarta", other)


def test_an_upheld_appeal_against_a_suspension_lifts_it_and_a_denied_one_changes_nothing() -> None:
    row, officer, other = one(), money.officer(), money.officer()
    for decide, status in ((appeals.deny, "suspended"), (appeals.uphold, "active")):
        enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
        decide(filed(row), other, "diperiksa")
        row.refresh_from_db()
        assert row.status == status
        if status == "suspended":
            enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=officer)


def test_the_deadline_counts_working_days_and_a_late_appeal_is_heard_with_its_mark(settings: Any) -> None:
    settings.DISBURSEMENT = settings.DISBURSEMENT | {"appeal_days": 3}
    row = one()
    enrolments.end(row)
    step = row.steps.order_by("-pk")[0]
    last_day = appeals.open_until(step)
    assert last_day == working_days.after(timezone.localdate(step.at), 3)
    with transaction.atomic():
        assert not filed(row, on=last_day).late
        transaction.set_rollback(True)
    assert filed(row, on=last_day + timedelta(days=1)).late


def test_only_the_step_that_stands_is_appealed_against_and_once() -> None:
    row, other = one(), money.officer()
    with pytest.raises(NothingToAppeal):
        filed(row)
    enrolments.end(row)
    with pytest.raises(ReasonMissing):
        appeals.file(row, "  ", channel=OFFICE)
    appeal = filed(row)
    with pytest.raises(NothingToAppeal):
        filed(row)
    with pytest.raises(ReasonMissing):
        appeals.deny(appeal, other, " ")
    appeals.deny(appeal, other, "tidak benar")
    with pytest.raises(AppealDecided):
        appeals.uphold(appeal, other, "benar")
    with pytest.raises(NothingToAppeal):
        filed(row)


def test_who_took_the_step_does_not_decide_and_the_database_says_so_too() -> None:
    row, officer = one(), money.officer()
    enrolments.end(row, by=officer)
    appeal = filed(row)
    with pytest.raises(DeciderTookStep):
        appeals.uphold(appeal, officer, "saya sendiri")
    decided = {"status": "denied", "decided_by": officer, "decided_at": timezone.now(), "decision_reason": "x"}
    with pytest.raises(IntegrityError, match="enrolmentappeal_decided_by_another"), transaction.atomic():
        EnrolmentAppeal.objects.filter(pk=appeal.pk).update(**decided)
    # Nor under another name for who took it.
    with pytest.raises(DatabaseError), transaction.atomic():
        EnrolmentAppeal.objects.filter(pk=appeal.pk).update(**decided | {"taken_by": money.officer()})


def test_the_database_names_who_took_the_step_whatever_is_written() -> None:
    row, officer = one(), money.officer()
    enrolments.end(row, by=officer)
    step = row.steps.order_by("-pk")[0]
    today = timezone.localdate()
    fields = {"step": step, "text": "x", "channel": "office", "filed_on": today, "answer_by": today}
    made = EnrolmentAppeal.objects.create(**fields, taken_by=money.officer())
    made.refresh_from_db()
    assert made.taken_by == officer
    with pytest.raises(DatabaseError, match="nothing to appeal against"), transaction.atomic():
        EnrolmentAppeal.objects.create(**fields | {"step": row.steps.order_by("pk")[0]})


def test_a_decision_stays_even_for_the_owner(committed_db: None) -> None:
    row, other = one(), money.officer()
    enrolments.end(row)
    appeals.deny(filed(row), other, "tidak benar")
    for statement in (
        "UPDATE disbursement_enrolmentappeal SET status = 'upheld'",
        "UPDATE disbursement_enrolmentappeal SET decision_reason = 'lain'",
        "UPDATE disbursement_enrolmentappeal SET text = 'lain'",
        "UPDATE disbursement_enrolmentappeal SET late = true",
        "DELETE FROM disbursement_enrolmentappeal",
        "TRUNCATE disbursement_enrolmentappeal",
    ):
        with pytest.raises(DatabaseError), as_owner() as cursor:
            cursor.execute(statement)
    subjects.forget(row.person)
    assert EnrolmentAppeal.objects.get().text == ""


def test_what_was_decided_after_the_enrolment_went_on_restores_nothing() -> None:
    row, officer, other = one(), money.officer(), money.officer()
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
    appeal = filed(row)
    enrolments.end(row, reason=R.OWN_WISH, words="mundur", by=officer)
    appeals.uphold(appeal, other, "benar")
    row.refresh_from_db()
    assert row.status == "ended"


def test_an_upheld_appeal_names_the_cycles_missed_and_none_that_was_paid_or_not_due() -> None:
    row, officer, other = one(), money.officer(), money.officer()
    money.person()
    made = row.programme
    eligibility.enrol_eligible(made)

    def month(number: int) -> Any:
        return batches.prepare(batches.cycle_of(made, date(2026, number, 1)))

    month(1)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
    month(2)
    month(3)
    batches.cancel(month(4))
    batches.cycle_of(made, date(2026, 5, 1))  # nobody was paid for it yet
    appeal = filed(row)
    assert appeals.missed(appeal) == []
    appeal = appeals.uphold(appeal, other, "benar")
    assert [cycle.period.month for cycle in appeals.missed(appeal)] == [2, 3]
    owed = OwedCycle.objects.filter(enrolment=row).order_by("cycle__period")
    assert [(one.cycle.period.month, one.ground, one.by) for one in owed] == [
        (2, "restored", other),
        (3, "restored", other),
    ]
    later = month(6)
    lines = later.instructions.filter(enrolment=row).values_list("cycle__period__month", "kind")
    assert set(lines) == {(2, "arrears"), (3, "arrears"), (6, "regular")}
    assert appeals.missed(appeal) == []


def test_a_month_in_which_they_moved_while_it_was_prepared_is_missed_as_any_other(monkeypatch: Any) -> None:
    row, officer, other = one(), money.officer(), money.officer()
    money.person()
    eligibility.enrol_eligible(row.programme)
    january, collect = batches.cycle_of(row.programme, date(2026, 1, 1)), due_lines.collect

    def meanwhile(*asked: Any) -> int:
        due = collect(*asked)
        Person.objects.filter(pk=row.person_id).update(household=money.household())
        return due

    with monkeypatch.context() as patched:
        patched.setattr(due_lines, "collect", meanwhile)
        batches.prepare(january)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
    money.person()
    eligibility.enrol_eligible(row.programme)
    batches.prepare(january)
    appeal = appeals.uphold(filed(row), other, "benar")
    assert [cycle.period.month for cycle in appeals.missed(appeal)] == owed_months(row) == [1]


def owed_months(row: Enrolment) -> list[int]:
    months = OwedCycle.objects.filter(enrolment=row, ground="restored").order_by("cycle__period")
    return list(months.values_list("cycle__period__month", flat=True))


@pytest.mark.parametrize("went_on", ["ran out", "was lifted", "ended"])
def test_what_was_missed_is_owed_although_the_enrolment_went_on_before_the_decision(went_on: str) -> None:
    """A suspension mostly runs out before its appeal is decided: what it withheld is no less due."""
    row, officer, other = one(), money.officer(), money.officer()
    money.person()
    eligibility.enrol_eligible(row.programme)

    def month(number: int) -> Any:
        return batches.prepare(batches.cycle_of(row.programme, date(2026, number, 1)))

    tomorrow = timezone.localdate() + timedelta(days=1)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", until=tomorrow, by=officer)
    month(1)
    appeal = filed(row)
    if went_on == "ran out":
        assert enrolments.lift_run_out(tomorrow + timedelta(days=1)) == 1
    elif went_on == "was lifted":
        enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=officer)
    else:
        enrolments.end(row, reason=R.OWN_WISH, words="mundur", by=officer)
    month(2)
    appeal = appeals.uphold(appeal, other, "benar")
    assert [cycle.period.month for cycle in appeals.missed(appeal)] == owed_months(row) == [1]


def test_an_exit_kept_nothing_from_whoever_was_suspended_before() -> None:
    row, officer, other = one(), money.officer(), money.officer()
    money.person()
    eligibility.enrol_eligible(row.programme)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
    enrolments.end(row, reason=R.NOT_FOUND, words="pindah", by=officer)
    batches.prepare(batches.cycle_of(row.programme, date(2026, 1, 1)))
    appeal = appeals.uphold(filed(row), other, "benar")
    assert appeals.missed(appeal) == [] and owed_months(row) == []


def test_a_batch_that_is_being_prepared_at_the_decision_leaves_nothing_unpaid(processes: None) -> None:
    row, officer, other = one(), money.officer(), money.officer()
    money.person()
    eligibility.enrol_eligible(row.programme)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="x", by=officer)
    appeal = filed(row)
    cycle = batches.cycle_of(row.programme, date(2026, 1, 1))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            batches.prepare(cycle)
            deciding = pool.submit(alone, _uphold, appeal.pk, other.pk)
            until = time.monotonic() + 120  # as long as a process may take
            while not waiting_for_locks() and not deciding.done():
                assert time.monotonic() < until
                time.sleep(0.01)
        assert deciding.result().value == "upheld"
    assert owed_months(row) == [1]
    later = batches.prepare(batches.cycle_of(row.programme, date(2026, 2, 1)))
    lines = later.instructions.filter(enrolment=row).values_list("cycle__period__month", "kind")
    assert set(lines) == {(1, "arrears"), (2, "regular")}


def test_a_place_given_away_meanwhile_is_not_taken_back_from_anybody() -> None:
    first, second = (money.person(born=date(year, 1, 1)) for year in (1930, 1940))
    made = programme_of_quota(1)
    eligibility.enrol_eligible(made)
    row = Enrolment.objects.get(person=first)
    enrolments.end(row)
    assert places.fill(made.pk) == 1
    appeals.uphold(filed(row), money.officer(), "benar")
    assert set(made.enrolments.values_list("person", "status")) == {(first.pk, "active"), (second.pk, "active")}
    assert places.of(made).free == 0


def test_who_only_waited_waits_again() -> None:
    money.person(born=date(1930, 1, 1))
    waiting = money.person(born=date(1940, 1, 1))
    eligibility.enrol_eligible(programme_of_quota(1))
    row = Enrolment.objects.get(person=waiting)
    enrolments.end(row)
    appeal = appeals.uphold(filed(row), money.officer(), "benar")
    row.refresh_from_db()
    assert row.status == "waiting" and appeals.missed(appeal) == []


def test_a_household_that_has_another_by_now_is_decided_on_first() -> None:
    home = money.household()
    mother, son = (money.person(home, born=date(year, 1, 1)) for year in (1950, 1980))
    made = money.programme(one_per_household=True)
    eligibility.enrol_eligible(made)
    row = Enrolment.objects.get(person=mother)
    enrolments.end(row)
    eligibility.enrol_eligible(made)
    appeal = filed(row)
    with pytest.raises(HouseholdHasPlace):
        appeals.uphold(appeal, money.officer(), "benar")
    appeal.refresh_from_db()
    assert appeal.status == "filed"
    enrolments.end(Enrolment.objects.get(person=son))
    appeals.uphold(appeal, money.officer(), "benar")
    row.refresh_from_db()
    assert row.status == "active"


def _uphold(appeal: int, officer: int) -> str:
    return appeals.uphold(EnrolmentAppeal.objects.get(pk=appeal), User.objects.get(pk=officer), "benar").status


def _deny(appeal: int, officer: int) -> str:
    return appeals.deny(EnrolmentAppeal.objects.get(pk=appeal), User.objects.get(pk=officer), "tidak").status


def test_an_appeal_is_decided_once_whoever_races(processes: None) -> None:
    row, other = one(), money.officer()
    enrolments.end(row)
    appeal = filed(row)
    outcomes = together([(_uphold, (appeal.pk, other.pk)), (_deny, (appeal.pk, other.pk))] * 2)
    assert sorted(outcome.error for outcome in outcomes) == ["", *["appeal_decided"] * 3]
    appeal.refresh_from_db()
    row.refresh_from_db()
    assert (appeal.status, row.status) in {("upheld", "active"), ("denied", "ended")}
