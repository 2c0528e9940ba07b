"""A batch holds everyone due once, is submitted as it stands, and is cancelled or sent back whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from disbursement import approvals, batches, content, enrolments, owed
from disbursement.errors import (
    NothingOwed,
    NothingToPay,
    NowhereToLapse,
    ProgrammeInactive,
    WrongStatus,
)
from disbursement.models import Batch, Cycle, Enrolment, Instruction, OwedCycle, Programme
from tests import money
from tests.owner import as_owner
from tests.processes import together

NOVEMBER = date(2026, 11, 1)


# --- prepare ---


def test_a_batch_has_one_instruction_for_each_active_enrolment(programme: Programme, small_chunks: None) -> None:
    batch = money.prepared(programme)
    assert (batch.status, batch.count, batch.total) == ("prepared", 5, 500)
    assert list(batch.chunks.order_by("number").values_list("number", "count")) == [(1, 2), (2, 2), (3, 1)]
    assert set(batch.instructions.values_list("amount", "attempt", "status")) == {(100, 1, "pending")}
    assert batch.instructions.values("enrolment").distinct().count() == 5


def test_who_has_left_the_programme_is_not_in_the_batch(programme: Programme) -> None:
    cycle = batches.cycle_of(programme, NOVEMBER)
    money.eligibility.enrol_eligible(programme)
    gone = Enrolment.objects.first()
    assert gone is not None
    enrolments.end(gone)
    batch = batches.prepare(cycle)
    assert batch.count == 4
    assert not batch.instructions.filter(enrolment=gone).exists()


def test_who_is_in_a_batch_of_the_cycle_is_not_in_another(programme: Programme) -> None:
    batch = money.prepared(programme)
    with pytest.raises(NothingToPay):
        batches.prepare(batch.cycle)
    money.person()
    assert money.prepared(programme).count == 1
    assert Batch.objects.count() == 2


def test_another_month_is_another_cycle(programme: Programme) -> None:
    assert money.prepared(programme, date(2026, 11, 24)).cycle == batches.cycle_of(programme, NOVEMBER)
    assert money.prepared(programme, date(2026, 12, 1)).count == 5


def test_the_database_itself_refuses_a_second_pending_instruction(programme: Programme) -> None:
    line = money.prepared(programme).instructions.first()
    assert line is not None
    line.pk, line.attempt = None, 2
    with pytest.raises(IntegrityError, match="instruction_once_a_cycle"):
        line.save()


def test_an_inactive_programme_prepares_no_batch(programme: Programme) -> None:
    Programme.objects.filter(pk=programme.pk).update(active=False)
    programme.refresh_from_db()
    with pytest.raises(ProgrammeInactive):
        money.prepared(programme)
    assert not Batch.objects.exists()


def test_a_programme_whose_money_ends_must_say_where_the_rest_goes(programme: Programme) -> None:
    with pytest.raises(NowhereToLapse):
        money.prepared(money.programme(purse_days=30))


def _do_prepare(cycle: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=cycle)).count


def _do_make_cycle(programme: int) -> int:
    return batches.cycle_of(Programme.objects.get(pk=programme), NOVEMBER).pk


def test_batches_prepared_at_once_never_share_a_person(processes: None) -> None:
    money.people(50)
    programme = money.programme()
    money.eligibility.enrol_eligible(programme)
    [cycle] = {outcome.value for outcome in together([(_do_make_cycle, (programme.pk,))] * 4)}
    outcomes = together([(_do_prepare, (cycle,))] * 4)
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "nothing_to_pay": 3}
    assert (Batch.objects.count(), Instruction.objects.count()) == (1, 50)


# --- submit and cancel ---


def test_submission_freezes_count_total_and_digest_and_names_the_maker(programme: Programme) -> None:
    maker = money.officer()
    batch = approvals.submit(money.prepared(programme), by=maker)
    now = content.of(batch)
    assert (batch.status, batch.maker, batch.count, batch.total) == ("submitted", maker, 5, 500)
    assert (batch.digest, len(batch.digest)) == (now.digest, 64)
    assert dict(batch.chunks.values_list("pk", "digest")) == {pk: chunk.digest for pk, chunk in now.chunks.items()}


@pytest.mark.parametrize("column", ["digest", "total", "count", "maker_id"])
def test_what_was_submitted_stays_in_the_database(programme: Programme, column: str) -> None:
    batch = money.submitted(programme)
    value = {"digest": "0" * 64, "total": 1, "count": 1, "maker_id": money.officer().pk}[column]
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(**{column: value})


def test_a_cancelled_batch_frees_its_people_for_another(programme: Programme) -> None:
    batch = money.prepared(programme)
    batches.cancel(batch)
    again = batches.prepare(batch.cycle)
    assert again.count == 5
    assert set(again.instructions.values_list("attempt", flat=True)) == {2}


STEPS: dict[str, Callable[[Batch], Any]] = {
    "submit": lambda batch: approvals.submit(batch, by=money.officer()),
    "approve": lambda batch: money.approve(batch),
    "refuse": lambda batch: approvals.refuse(batch, by=money.approver(), reason="salah"),
    "withdraw": lambda batch: approvals.withdraw(batch, by=batch.maker or money.officer(), reason="salah"),
    "cancel": batches.cancel,
}


@pytest.mark.parametrize(
    ("status", "forbidden"),
    [
        ("prepared", ["approve", "refuse", "withdraw"]),
        ("submitted", ["submit", "cancel"]),
        ("approved", ["submit", "approve", "refuse", "withdraw", "cancel"]),
        ("closed", ["submit", "approve", "refuse", "withdraw", "cancel"]),
        ("cancelled", ["submit", "approve", "refuse", "withdraw", "cancel"]),
    ],
)
def test_no_step_is_taken_out_of_turn(programme: Programme, status: str, forbidden: list[str]) -> None:
    made: dict[str, Callable[[], Batch]] = {
        "prepared": lambda: money.prepared(programme),
        "submitted": lambda: money.submitted(programme),
        "approved": lambda: money.approved(programme),
        "closed": lambda: money.pay_out(money.approved(programme)),
        "cancelled": lambda: batches.cancel(money.prepared(programme)),
    }
    batch = made[status]()
    assert batch.status == status
    for step in forbidden:
        with pytest.raises(WrongStatus), transaction.atomic():
            STEPS[step](batch)
    batch.refresh_from_db()
    assert batch.status == status
    money.assert_books_hold()


def test_a_stale_copy_of_a_batch_does_not_act_on_what_it_remembers(programme: Programme) -> None:
    stale = money.submitted(programme)
    assert stale.maker is not None
    approvals.withdraw(Batch.objects.get(pk=stale.pk), by=stale.maker, reason="salah siklus")
    assert stale.status == "submitted"
    with pytest.raises(WrongStatus):
        money.approve(stale)


# --- one place a family ---


def _family() -> tuple[Programme, Enrolment, Enrolment]:
    """A family whose first member was paid in November, and whose second has the place now."""
    home = money.household()
    first, second = money.person(home, born=date(1950, 1, 1)), money.person(home, born=date(1955, 1, 1))
    made = money.programme(amount=300, budget=10_000, one_per_household=True)
    money.eligibility.enrol_eligible(made)
    batch = money.pay_out(money.approve(approvals.submit(money.prepared(made, NOVEMBER), by=money.officer())))
    assert batch.instructions.get().enrolment.person == first
    enrolments.end(Enrolment.objects.get(person=first))
    money.eligibility.enrol_eligible(made)
    return made, Enrolment.objects.get(person=first), Enrolment.objects.get(person=second, status="active")


@pytest.mark.django_db
def test_a_family_that_was_paid_is_not_paid_again_through_another_member() -> None:
    made, _first, second = _family()
    november = batches.cycle_of(made, NOVEMBER)
    with pytest.raises(NothingToPay):
        batches.prepare(november)
    with pytest.raises(NothingOwed):
        owed.owe(Enrolment.objects.filter(pk=second.pk), november, "terlambat", None)
    OwedCycle.objects.create(cycle=november, enrolment=second, why="terlambat")
    december = batches.prepare(batches.cycle_of(made, date(2026, 12, 1)))
    assert december.instructions.values_list("enrolment", "kind").get() == (second.pk, "regular")


@pytest.mark.django_db
def test_a_family_that_is_owed_a_cycle_through_two_members_has_it_once() -> None:
    made, *both = _family()
    october = batches.cycle_of(made, date(2026, 10, 1))
    for enrolment in both:
        OwedCycle.objects.create(cycle=october, enrolment=enrolment, why="terlambat")
    december = batches.prepare(batches.cycle_of(made, date(2026, 12, 1)))
    assert sorted(december.instructions.values_list("enrolment", "kind")) == [
        (both[0].pk, "arrears"),
        (both[1].pk, "regular"),
    ]


@pytest.mark.django_db
def test_the_database_itself_refuses_a_family_its_second_line_of_a_cycle() -> None:
    made, first, second = _family()
    line = Instruction.objects.get(enrolment=first)
    open_batch = batches.prepare(batches.cycle_of(made, date(2026, 12, 1)))
    line.pk, line.enrolment, line.batch, line.chunk = None, second, open_batch, open_batch.chunks.get()
    line.status = "pending"
    with pytest.raises(IntegrityError, match="household_once_a_cycle"), transaction.atomic():
        line.save()
    line.household = None
    with pytest.raises(IntegrityError, match="names the household"), transaction.atomic():
        line.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Instruction.objects.filter(enrolment=first).update(household=None)


def test_not_even_the_owner_forgets_whose_family_a_line_paid(committed_db: None) -> None:
    _made, first, _second = _family()
    with pytest.raises(DatabaseError, match="stays as it is"), as_owner() as cursor:
        cursor.execute("UPDATE disbursement_instruction SET household_id = NULL WHERE enrolment_id = %s", [first.pk])
