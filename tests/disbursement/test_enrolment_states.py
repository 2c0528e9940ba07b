"""The life of an enrolment: suspended, lifted, ended, readmitted, each with a step; and what the database holds of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from beneficiaries.models import Person
from disbursement import appeals, batches, eligibility, enrolments, preflight, subjects, tasks
from disbursement.enrolment_states import TRANSITIONS, R, S, advance
from disbursement.errors import EnrolmentEnded, EnrolmentMoved, NothingToPay, SuspensionEndsEarly
from disbursement.models import Enrolment, EnrolmentAppeal, EnrolmentStep, PreflightFinding
from tests import money
from tests.disbursement.merging import NOVEMBER, merged, parted, twice
from tests.owner import as_owner
from tests.processes import alone, together
from wallet import wallets

pytestmark = pytest.mark.usefixtures("any_db")


def one() -> Enrolment:
    money.person()
    eligibility.enrol_eligible(money.programme())
    return Enrolment.objects.get()


def steps(row: Enrolment) -> list[tuple[str, str, str]]:
    return list(row.steps.order_by("pk").values_list("from_status", "to_status", "reason"))


def suspended(row: Enrolment, **more: Any) -> None:
    enrolments.suspend([row.pk], reason=R.VERIFY, words="tidak di rumah", by=money.officer(), **more)


def test_an_enrolment_is_suspended_lifted_and_ended_and_every_step_says_why_and_by_whom() -> None:
    row, officer = one(), money.officer()
    until = timezone.localdate() + timedelta(days=30)
    enrolments.suspend([row.pk], reason=R.VERIFY, words="alamat kosong", by=officer, until=until, reference="BA 7/2026")
    enrolments.lift([row.pk], reason=R.CLEARED, words="ketemu", by=officer)
    enrolments.end(row, reason=R.GRADUATED, words="punya usaha", by=officer)
    assert row.status == "ended"
    assert steps(row) == [
        ("", "active", "rule"),
        ("active", "suspended", "verify"),
        ("suspended", "active", "cleared"),
        ("active", "ended", "graduated"),
    ]
    second = row.steps.order_by("pk")[1]
    assert (second.words, second.until, second.reference, second.by) == ("alamat kosong", until, "BA 7/2026", officer)


def test_why_somebody_was_enrolled_is_kept_with_the_version_and_who_asked() -> None:
    made, officer = money.programme(), money.officer()
    money.person()
    eligibility.enrol_eligible(made, by=officer)
    row = Enrolment.objects.get()
    assert (row.version, row.by, row.facts["household"]["decile"]) == (made.versions.get(), officer, 2)
    assert row.steps.get().by == officer


def test_a_step_is_taken_once_and_only_from_where_it_begins() -> None:
    row, officer = one(), money.officer()
    with pytest.raises(EnrolmentMoved):
        enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=officer)
    suspended(row)
    with pytest.raises(EnrolmentMoved):
        suspended(row)
    enrolments.end(row)
    with pytest.raises(EnrolmentEnded):
        enrolments.end(row)
    assert len(steps(row)) == 3


def test_many_are_moved_in_one_statement_and_those_who_are_elsewhere_stay() -> None:
    money.people(5)
    eligibility.enrol_eligible(money.programme())
    rows = list(Enrolment.objects.order_by("pk"))
    enrolments.end(rows[0])
    count = enrolments.suspend([row.pk for row in rows], reason=R.VERIFY, words="x", by=money.officer())
    assert count == 4
    assert list(Enrolment.objects.order_by("pk").values_list("status", flat=True)) == ["ended", *["suspended"] * 4]


def test_a_suspension_ends_by_itself_after_its_last_day_and_not_on_it() -> None:
    row, today = one(), timezone.localdate()
    with pytest.raises(SuspensionEndsEarly):
        suspended(row, until=today)
    suspended(row, until=today + timedelta(days=2))
    assert enrolments.lift_run_out(today + timedelta(days=2)) == 0
    assert enrolments.lift_run_out(today + timedelta(days=3)) == 1
    assert enrolments.lift_run_out(today + timedelta(days=3)) == 0
    assert steps(row)[-1] == ("suspended", "active", "expired")
    suspended(row)
    assert enrolments.lift_run_out(today + timedelta(days=999)) == 0


def test_a_suspension_that_comes_back_with_its_exit_undone_keeps_its_last_day() -> None:
    row, today = one(), timezone.localdate()
    suspended(row, until=today + timedelta(days=2))
    enrolments.end(row, reason=R.UNTRUE, words="x", by=money.officer())
    appeal = appeals.file(row, "Data saya benar.", channel=EnrolmentAppeal.Channel.OFFICE)
    appeals.uphold(appeal, money.officer(), "benar")
    row.refresh_from_db()
    assert row.status == "suspended"
    assert enrolments.lift_run_out(today + timedelta(days=2)) == 0
    assert enrolments.lift_run_out(today + timedelta(days=3)) == 1


def test_who_died_or_left_the_registry_is_suspended_by_the_system_and_back_with_the_registry() -> None:
    people = [money.person() for _ in range(4)]
    eligibility.enrol_eligible(money.programme())
    looked_at = Enrolment.objects.get(person=people[3])
    suspended(looked_at)
    Person.objects.filter(pk=people[3].pk).update(status="left")  # stays suspended for what it is
    Person.objects.filter(pk=people[0].pk).update(status="deceased", deceased_on=timezone.localdate())
    Person.objects.filter(pk=people[1].pk).update(status="left")
    assert (enrolments.suspend_gone(), enrolments.suspend_gone()) == (2, 0)
    rows = {row.person_id: row for row in Enrolment.objects.all()}
    dead, left, here = (rows[one.pk] for one in people[:3])
    assert (steps(dead)[-1], steps(left)[-1]) == (("active", "suspended", "deceased"), ("active", "suspended", "left"))
    assert here.status == "active"
    assert set(enrolments.gone()) == {dead, left, looked_at}
    Person.objects.filter(pk=people[1].pk).update(status="active")  # an import was undone
    assert (enrolments.suspend_gone(), enrolments.suspend_gone()) == (1, 0)
    assert steps(left)[-1] == ("suspended", "active", "cleared")
    assert set(enrolments.gone()) == {dead, looked_at}


def test_whom_an_officer_took_up_again_the_system_does_not_suspend_anew() -> None:
    row = one()
    Person.objects.filter(pk=row.person_id).update(status="left")
    assert enrolments.suspend_gone() == 1
    enrolments.lift([row.pk], reason=R.CLEARED, words="surat pindah keliru", by=money.officer())
    assert enrolments.suspend_gone() == 0
    assert list(enrolments.gone()) == [row]  # an officer sees whose place it is until the registry is put right


def test_who_was_taken_up_again_after_another_suspension_is_suspended_when_they_die() -> None:
    row = one()
    suspended(row)
    enrolments.lift([row.pk], reason=R.CLEARED, words="ketemu", by=money.officer())
    Person.objects.filter(pk=row.person_id).update(status="deceased", deceased_on=timezone.localdate())
    assert (enrolments.suspend_gone(), enrolments.suspend_gone()) == (1, 0)
    assert steps(row)[-1] == ("active", "suspended", "deceased")


def test_an_older_suspensions_end_does_not_lift_a_later_one() -> None:
    row, today = one(), timezone.localdate()
    suspended(row, until=today + timedelta(days=1))
    enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=money.officer())
    suspended(row)
    assert enrolments.lift_run_out(today + timedelta(days=9)) == 0


def test_the_sweeper_lifts_what_has_run_out(monkeypatch: Any) -> None:
    row, today = one(), timezone.localdate()
    suspended(row, until=today + timedelta(days=1))
    monkeypatch.setattr(enrolments.timezone, "localdate", lambda *_: today + timedelta(days=2))
    tasks.sweep()
    row.refresh_from_db()
    assert row.status == "active"


def test_who_is_suspended_is_not_paid_and_the_check_before_approval_names_who_was_suspended_since() -> None:
    money.people(3)
    made = money.programme(budget=1_000_000)
    eligibility.enrol_eligible(made)
    before, since, out = Enrolment.objects.order_by("pk")
    suspended(before)
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    assert set(batch.instructions.values_list("enrolment", flat=True)) == {since.pk, out.pk}
    suspended(since)
    enrolments.end(out)
    preflight.soon(batch)
    found = set(PreflightFinding.objects.filter(batch=batch).values_list("enrolment", "reason"))
    assert found == {(since.pk, "suspended"), (out.pk, "enrolment_ended")}
    assert preflight.leave_out_blocked(batch) == 2
    with pytest.raises(NothingToPay):
        batches.prepare(batches.cycle_of(made, NOVEMBER))


def test_a_follow_up_passes_over_who_was_suspended_since() -> None:
    money.people(2)
    made = money.programme(budget=1_000_000)
    batch = money.approve(money.submitted(made))
    first, second = Enrolment.objects.order_by("pk")
    for row in (first, second):
        wallets.freeze(row.person.wallet, "hilang")
    money.pay_out(batch)
    for row in (first, second):
        wallets.unfreeze(row.person.wallet, "ketemu")
    suspended(first)
    follow_up = batches.follow_up(batch)
    assert list(follow_up.instructions.values_list("enrolment", flat=True)) == [second.pk]


def test_who_was_taken_out_comes_back_by_an_officer_and_not_by_the_rule() -> None:
    row = one()
    enrolments.end(row, reason=R.OWN_WISH)
    assert eligibility.enrol_eligible(row.programme) == 0
    enrolments.readmit(row, words="mohon kembali", by=money.officer())
    tasks.fill_places(row.programme_id)
    row.refresh_from_db()
    assert row.status == "active"
    assert [step[2] for step in steps(row)] == ["rule", "own_wish", "readmitted", "place"]
    with pytest.raises(EnrolmentMoved):
        enrolments.readmit(row, words="lagi", by=money.officer())


def test_steps_of_a_merge_say_so_and_parting_brings_back_what_was() -> None:
    survivor, other = twice()
    eligibility.enrol_eligible(money.programme())
    theirs = Enrolment.objects.get(person=other)
    suspended(theirs)
    done = merged(survivor, other)
    assert steps(theirs)[-1] == ("suspended", "ended", "merged")
    parted(done)
    assert steps(theirs)[-1] == ("ended", "suspended", "undone")


def test_what_was_written_about_somebody_goes_when_they_are_forgotten_and_the_steps_stay() -> None:
    row = one()
    enrolments.suspend([row.pk], reason=R.REPORTED, words="kata tetangganya", by=money.officer(), reference="BA 1")
    enrolments.end(row, words="x")
    subjects.forget(row.person)
    assert set(row.steps.values_list("words", "reference")) == {("", "")}
    assert len(steps(row)) == 3


# --- what the database holds, whoever asks ---


def refused(statement: str, *parameters: Any) -> str:
    """What the database says to a statement that it refuses."""
    with pytest.raises(DatabaseError) as said, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(said.value)


INSERT = (
    "INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason) VALUES (%s, %s, %s, 'other')"
)


def test_no_status_moves_without_its_step() -> None:
    row = one()
    said = refused("UPDATE disbursement_enrolment SET status = 'ended' WHERE id = %s", row.pk)
    assert "moves with a step" in said
    with pytest.raises(DatabaseError, match="moves with a step"), transaction.atomic():
        Enrolment.objects.filter(pk=row.pk).update(status=S.SUSPENDED)


@pytest.mark.parametrize("origin", S.values)
@pytest.mark.parametrize("target", S.values)
def test_the_database_takes_the_steps_of_the_table_and_no_other(origin: str, target: str) -> None:
    person, made = money.person(), money.programme()
    row = Enrolment.objects.create(programme=made, person=person, status=origin)
    if (S(origin), S(target)) in TRANSITIONS:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [row.pk, origin, target])
        row.refresh_from_db()
        assert row.status == target
    else:
        assert "no enrolment goes from" in refused(INSERT, row.pk, origin, target)


def test_a_step_from_where_the_enrolment_is_not_is_refused_as_are_two_at_once() -> None:
    row = one()
    assert "are where their step says" in refused(INSERT, row.pk, "suspended", "ended")
    twice_over = (
        "INSERT INTO disbursement_enrolmentstep (enrolment_id, from_status, to_status, reason)"
        " SELECT %s, 'active', 'ended', 'other' FROM generate_series(1, 2)"
    )
    assert "are where their step says" in refused(twice_over, row.pk)
    assert "comes with the enrolment" in refused(INSERT, row.pk, "", "active")


def test_a_step_has_a_reason_and_only_a_suspension_an_end() -> None:
    row = one()
    assert "enrolmentstep_has_a_reason" in refused(INSERT.replace("'other'", "''"), row.pk, "active", "ended")
    with_end = INSERT.replace("reason)", "reason, until)").replace("'other')", "'other', '2030-01-01')")
    assert "enrolmentstep_until_is_of_a_suspension" in refused(with_end, row.pk, "active", "ended")


def test_why_an_enrolment_was_made_stays_even_for_the_owner(committed_db: None) -> None:
    row = one()
    for change in (
        "facts = '{\"x\": 1}'",
        "version_id = NULL",
        "programme_id = programme_id + 1",
        "created_at = now()",
    ):
        with pytest.raises(DatabaseError, match=r"why it was made stays|violates foreign key"), as_owner() as cursor:
            cursor.execute(f"UPDATE disbursement_enrolment SET {change} WHERE id = %s", [row.pk])
    with as_owner() as cursor:
        cursor.execute("UPDATE disbursement_enrolment SET facts = '{}' WHERE id = %s", [row.pk])


def test_steps_stay_as_written_even_for_the_owner(committed_db: None) -> None:
    row = one()
    suspended(row)
    for statement in (
        "UPDATE disbursement_enrolmentstep SET reason = 'other'",
        "UPDATE disbursement_enrolmentstep SET words = 'lain' WHERE words <> ''",
        "UPDATE disbursement_enrolmentstep SET at = now() - interval '1 day'",
        "DELETE FROM disbursement_enrolmentstep",
        "TRUNCATE disbursement_enrolmentstep CASCADE",
        "DELETE FROM disbursement_enrolment",
        "UPDATE disbursement_enrolment SET status = 'ended'",
    ):
        with pytest.raises(DatabaseError), as_owner() as cursor:
            cursor.execute(statement)
    assert EnrolmentStep.objects.count() == 2


def test_a_step_bears_the_databases_time() -> None:
    row = one()
    made = EnrolmentStep.objects.create(
        enrolment=row, from_status="active", to_status="ended", reason=R.OTHER, at=timezone.now() - timedelta(days=90)
    )
    made.refresh_from_db()
    assert abs(timezone.now() - made.at) < timedelta(minutes=5)


def _suspend(enrolment: int) -> int:
    return len(advance([enrolment], S.SUSPENDED, reason=R.VERIFY))


def _end(enrolment: int) -> int:
    return len(advance([enrolment], S.ENDED, reason=R.OTHER))


def _do_lift_slowly(day: str) -> int:
    """Has begun to look for what has run out, and comes to its rows a second later."""

    def slow(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if "SKIP LOCKED" in sql:
            sql = sql.replace("WHERE e.status", "WHERE pg_sleep(1) IS NOT NULL AND e.status")
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(slow):
        return enrolments.lift_run_out(date.fromisoformat(day))


def _asleep() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')"
        )
        return bool(cursor.fetchone()[0])


def test_who_is_just_being_suspended_anew_stays_so(processes: None) -> None:
    row, today = one(), timezone.localdate()
    suspended(row, until=today + timedelta(days=1))
    with ThreadPoolExecutor(1) as pool:
        lifting = pool.submit(alone, _do_lift_slowly, str(today + timedelta(days=2)))
        until = time.monotonic() + 120  # as long as a process may take
        while not _asleep():
            assert time.monotonic() < until
            time.sleep(0.01)
        with transaction.atomic():
            enrolments.lift([row.pk], reason=R.CLEARED, words="x", by=money.officer())
            suspended(row, until=today + timedelta(days=30))
        assert lifting.result().value == 0
    row.refresh_from_db()
    assert row.status == "suspended"


def test_whoever_races_each_step_begins_where_the_one_before_ended(processes: None) -> None:
    row = one()
    outcomes = together([(_suspend, (row.pk,))] * 3 + [(_end, (row.pk,))] * 3)
    assert [outcome.error for outcome in outcomes] == [""] * 6
    assert sum(outcome.value for outcome in outcomes[:3]) <= 1
    assert sum(outcome.value for outcome in outcomes[3:]) == 1
    taken = steps(row)
    assert all(before[1] == after[0] for before, after in pairwise(taken))
    row.refresh_from_db()
    assert row.status == taken[-1][1] == "ended"
