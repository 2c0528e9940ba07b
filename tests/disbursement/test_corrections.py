"""Corrections: a paid cycle calculated anew; what is short is paid once, what was too much is listed and takes nothing back."""

from __future__ import annotations

import os
import signal
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from disbursement import approvals, batches, clawback, corrections, owed, versions
from disbursement.due_lines import still_due
from disbursement.errors import (
    NothingPaid,
    NothingToPay,
    RecalculationMoved,
    RecalculationOvertaken,
    RecalculationStale,
)
from disbursement.models import (
    Batch,
    Calculation,
    Correction,
    Cycle,
    Enrolment,
    Instruction,
    OwedCycle,
    Programme,
    Recalculation,
)
from tests import money
from tests.disbursement.clawing import in_force
from tests.owner import as_owner
from tests.processes import alone, together
from wallet import doorbell
from wallet.models import Purse

JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)


def cycle(programme: Programme, period: date) -> Cycle:
    return batches.cycle_of(programme, period)


def pay(batch: Batch) -> Batch:
    money.programmes.fund(batch.cycle.programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))


def paid(programme: Programme, period: date = JULY) -> Batch:
    money.eligibility.enrol_eligible(programme)
    return pay(batches.prepare(cycle(programme, period)))


def decreed(programme: Programme, amount: int, **changes: Any) -> None:
    """Another amount, from the beginning of the year on: what was paid since was too little or too much."""
    version = versions.copy(versions.of(programme, JULY), date(2026, 1, 1))
    version.components.update(amount=amount, **changes)
    versions.enforce(version)


def recalculated(programme: Programme, period: date = JULY, enrolment: Enrolment | None = None) -> Recalculation:
    row = corrections.request(cycle(programme, period), money.officer(), enrolment)
    assert corrections.run(row.pk)
    row.refresh_from_db()
    return row


def confirmed(programme: Programme, period: date = JULY, enrolment: Enrolment | None = None) -> Recalculation:
    row = recalculated(programme, period, enrolment)
    return corrections.confirm(row, money.officer(), "besaran diperbaiki", "SK 9/2026")


def test_taking_back_a_correction_of_arrears_leaves_the_arrears_that_were_paid(programme: Programme) -> None:
    late = money.person()
    money.eligibility.enrol_eligible(programme)
    row = Enrolment.objects.get(programme=programme, person=late)
    owed.owe(Enrolment.objects.filter(pk=row.pk), cycle(programme, JULY), "terlewat", money.officer())
    arrears = pay(batches.prepare(cycle(programme, AUGUST))).instructions.get(kind="arrears")
    decreed(programme, 150)
    confirmed(programme, JULY, row)
    corrected = pay(batches.prepare(cycle(programme, SEPTEMBER)))
    line = corrected.instructions.get(kind="correction", cycle__period=JULY)
    assert (line.enrolment_id, line.amount) == (row.pk, 50)
    money.taken_back(line, "keliru dihitung")
    [still] = owed.with_state(OwedCycle.objects.all())
    assert (still.state, still.withdrawn_at, arrears.status) == ("paid", None, "paid")  # type: ignore[attr-defined]
    money.taken_back(arrears, "bukan haknya")
    still.refresh_from_db()
    assert still.withdraw_reason == "bukan haknya"
    assert "arrears" not in {
        kind for kind, _period, _amount in lines(batches.prepare(cycle(programme, date(2026, 10, 1))))
    }
    money.assert_books_hold()


def lines(batch: Batch) -> list[tuple[str, date, int]]:
    return [
        (line.kind, line.cycle.period, line.amount)
        for line in batch.instructions.select_related("cycle").order_by("kind", "pk")
    ]


# --- what is short ---


def test_nothing_is_paid_before_somebody_confirms(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    row = recalculated(programme)
    assert (row.status, row.seen, row.more, row.more_total, row.less) == ("done", 5, 5, 150, 0)
    assert set(row.corrections.values_list("before", "total", "difference")) == {(100, 130, 30)}
    assert {kind for kind, *_ in lines(batches.prepare(cycle(programme, AUGUST)))} == {"regular"}


def test_what_is_short_comes_with_the_next_batch_and_is_told_line_by_line(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    batch = batches.prepare(cycle(programme, AUGUST))
    assert lines(batch) == [("correction", JULY, 30)] * 5 + [("regular", AUGUST, 130)] * 5
    told = Calculation.objects.filter(batch=batch, kind="correction").first()
    assert told is not None
    assert (told.total, told.parts, told.cycle.period) == (30, {"main": 30}, JULY)
    assert [(line["name"], line["total"]) for line in told.lines] == [
        *(("Bantuan", 130), ("Sudah diberikan sebelumnya", -100)),
    ]
    assert set(batch.chunks.values_list("title", flat=True)) == {
        *(f"{programme.code} 08/2026", f"{programme.code} 07/2026 koreksi"),
    }


def test_a_correction_is_paid_into_purses_once(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    batch = pay(batches.prepare(cycle(programme, JULY)))
    assert lines(batch) == [("correction", JULY, 30)] * 5
    money.assert_paid_once(batch, 5)
    assert Purse.objects.filter(title__endswith="koreksi").count() == 5
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))


def test_correcting_twice_pays_the_remaining_difference(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    pay(batches.prepare(cycle(programme, JULY)))
    decreed(programme, 200)
    row = confirmed(programme)
    assert set(row.corrections.values_list("before", "total", "difference")) == {(130, 200, 70)}
    again = batches.prepare(cycle(programme, JULY))
    assert lines(again) == [("correction", JULY, 70)] * 5
    assert set(again.instructions.values_list("attempt", flat=True)) == {2}
    pay(again)
    money.assert_books_hold()
    assert not recalculated(programme).corrections.exists()


def test_a_second_recalculation_before_the_first_is_paid_replaces_it(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    decreed(programme, 110)
    confirmed(programme)
    assert lines(batches.prepare(cycle(programme, JULY))) == [("correction", JULY, 10)] * 5


def test_a_correction_that_was_put_right_again_pays_nothing(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    decreed(programme, 100)
    row = confirmed(programme)
    assert set(row.corrections.values_list("difference", flat=True)) == {0}
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))


def test_one_enrolment_can_be_corrected_alone(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    row = Enrolment.objects.earliest("pk")
    assert confirmed(programme, enrolment=row).seen == 1
    batch = batches.prepare(cycle(programme, JULY))
    assert list(batch.instructions.values_list("enrolment", "amount")) == [(row.pk, 30)]


def test_arrears_are_corrected_as_regular_pay_is(programme: Programme) -> None:
    paid(programme, date(2026, 6, 1))
    owed.owe(Enrolment.objects.all(), cycle(programme, JULY), "terlewat", money.officer())
    pay(batches.prepare(cycle(programme, AUGUST)))
    decreed(programme, 130)
    confirmed(programme)
    assert ("correction", JULY, 30) in lines(batches.prepare(cycle(programme, SEPTEMBER)))


def test_a_cancelled_batch_leaves_its_corrections_for_the_next(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    first = batches.prepare(cycle(programme, JULY))
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))
    batches.cancel(first)
    assert lines(batches.prepare(cycle(programme, AUGUST)))[0] == ("correction", JULY, 30)


def test_corrections_that_failed_are_in_the_follow_up_batch(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    batch = batches.prepare(cycle(programme, JULY))
    money.programmes.fund(programme, batch.total, "DIPA-9")
    approved = money.approve(approvals.submit(batch, by=money.officer()))
    wallet = batch.instructions.earliest("pk").wallet
    money.wallets.freeze(wallet, "sengketa")
    money.pay_out(approved)
    money.wallets.unfreeze(wallet, "selesai")
    after = batches.follow_up(approved)
    assert lines(after) == [("correction", JULY, 30)]
    assert set(after.instructions.values_list("wallet", "attempt")) == {(wallet.pk, 2)}


def test_what_was_taken_back_is_not_corrected(programme: Programme) -> None:
    batch = paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    money.taken_back(batch.instructions.earliest("pk"), "salah orang")
    assert len(lines(batches.prepare(cycle(programme, AUGUST)))) == 4 + 5


def test_a_correction_taken_back_is_paid_again_only_by_a_later_recalculation(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    batch = batches.prepare(cycle(programme, JULY))
    pay(batch)
    line = batch.instructions.earliest("pk")
    money.taken_back(line, "salah hitung")
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))
    confirmed(programme)
    again = batches.prepare(cycle(programme, JULY))
    assert list(again.instructions.values_list("enrolment", "amount", "attempt")) == [(line.enrolment_id, 30, 2)]


# --- what was too much ---


def test_a_negative_difference_pays_nothing_and_is_listed(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 60)
    row = confirmed(programme)
    assert (row.less, row.less_total, row.more) == (5, 200, 0)
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))
    found = corrections.overpaid()
    assert set(found.values_list("cycle", "total", "before", "excess")) == {(row.cycle_id, 60, 100, 40)}
    assert set(found.values_list("enrolment", flat=True)) == set(Enrolment.objects.values_list("pk", flat=True))


def test_what_a_case_claims_is_listed_no_more_until_the_case_is_dropped(programme: Programme) -> None:
    batch = paid(programme)
    decreed(programme, 60)
    confirmed(programme)
    line = batch.instructions.earliest("pk")

    def excess() -> list[int]:
        return list(corrections.overpaid().filter(enrolment=line.enrolment_id).values_list("excess", flat=True))

    cases = [
        clawback.propose({line.pk: amount}, reason="besaran keliru", evidence="BA 1", by=money.officer())
        for amount in (15, 25)
    ]
    assert excess() == [] and corrections.overpaid().count() == 4
    clawback.drop(cases[0], by=money.officer(), reason="salah hitung")
    assert excess() == [15]


def test_what_a_payment_withheld_for_a_case_was_given_too(programme: Programme) -> None:
    in_force(paid(programme).instructions.earliest("enrolment_id", "pk"), 100, share=20)
    batch = pay(batches.prepare(cycle(programme, AUGUST)))
    lower = batch.instructions.get(amount=80)
    decreed(programme, 60)
    row = confirmed(programme, AUGUST)
    found = corrections.overpaid().filter(cycle=row.cycle_id)
    assert set(found.values_list("before", "excess")) == {(100, 40)}
    clawback.propose({lower.pk: 40}, reason="besaran keliru", evidence="BA 1", by=money.officer())
    assert not found.filter(enrolment=lower.enrolment_id).exists()


def test_a_later_correction_alone_says_what_was_too_much(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 60)
    confirmed(programme)
    decreed(programme, 90)
    confirmed(programme)
    assert {one.excess for one in corrections.overpaid()} == {10}
    decreed(programme, 100)
    confirmed(programme)
    assert not corrections.overpaid().exists()


def test_who_should_have_got_nothing_is_listed_with_all_of_it(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 100, condition="person.age < 5")
    confirmed(programme)
    assert {one.excess for one in corrections.overpaid()} == {100}


def test_what_was_taken_back_is_no_overpayment(programme: Programme) -> None:
    batch = paid(programme)
    decreed(programme, 60)
    confirmed(programme)
    money.taken_back(batch.instructions.earliest("pk"), "salah orang")
    assert len(corrections.overpaid()) == 4


# --- deciding ---


def test_without_anybody_paid_there_is_nothing_to_recalculate(programme: Programme) -> None:
    money.prepared(programme, JULY)
    with pytest.raises(NothingPaid):
        corrections.request(cycle(programme, JULY), money.officer())


def test_a_recalculation_is_decided_once(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    row = confirmed(programme)
    with pytest.raises(RecalculationMoved):
        corrections.confirm(row, money.officer(), "lagi", "SK")
    with pytest.raises(RecalculationMoved):
        corrections.drop(row, money.officer(), "batal")


def test_a_dropped_recalculation_counts_for_nothing(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    corrections.drop(recalculated(programme), money.officer(), "keliru")
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))


def test_an_older_recalculation_is_not_confirmed_after_a_newer_one(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    old = recalculated(programme)
    confirmed(programme)
    with pytest.raises(RecalculationStale):
        corrections.confirm(old, money.officer(), "sesuai", "SK 9/2026")


def test_one_that_does_not_know_of_another_is_not_confirmed_after_it(programme: Programme) -> None:
    """The newer one finds everybody paid as they should be, and says so by leaving them out: it cannot undo the older."""
    paid(programme)
    decreed(programme, 130)
    old = recalculated(programme)
    decreed(programme, 100)
    new = recalculated(programme)
    corrections.confirm(old, money.officer(), "sesuai", "SK 9/2026")
    with pytest.raises(RecalculationOvertaken):
        corrections.confirm(new, money.officer(), "besaran semula", "SK 10/2026")
    confirmed(programme)
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))


def test_recalculations_of_different_people_are_confirmed_in_any_order(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    first, second = (recalculated(programme, enrolment=one) for one in Enrolment.objects.order_by("pk")[:2])
    for row in (second, first):
        corrections.confirm(row, money.officer(), "sesuai", "SK 9/2026")
    assert batches.prepare(cycle(programme, JULY)).total == 60


def test_facts_put_right_since_are_what_counts(programme: Programme) -> None:
    """Half of the story of a correction: the decree stands, the registry was wrong."""
    made = money.programmes.found(code=money.unique("P"), name="Lansia")
    components = [{"code": "tua", "name": "Lansia", "amount": 100, "condition": "person.age >= 60"}]
    components.append({"code": "semua", "name": "Dasar", "amount": 50, "condition": ""})
    version = versions.draft(
        made, date(2026, 1, 1), components, eligibility="household.decile <= 4", terms=money.terms()
    )
    versions.enforce(version)
    young = money.person(born=date(1990, 1, 1))
    paid(made)
    young.birth_date = date(1950, 1, 1)
    young.save(update_fields=["birth_date"])
    row = confirmed(made)
    [one] = row.corrections.all()
    assert (one.enrolment.person, one.before, one.total) == (young, 50, 150)
    assert one.facts["person"]["age"] == 76


# --- processes ---


def _do_prepare(number: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=number)).pk


def _do_run(number: int) -> bool:
    return corrections.run(number)


def _do_die(number: int) -> None:
    def die(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'INSERT INTO "disbursement_correction"' in sql:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(die):
        corrections.run(number)


def test_batches_prepared_at_once_pay_a_correction_once(processes: None) -> None:
    money.people(10)
    programme = money.programme(amount=100)
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    cycles = [cycle(programme, period).pk for period in (JULY, AUGUST, SEPTEMBER)]
    outcomes = together([(_do_prepare, (number,)) for number in cycles])
    assert {outcome.error for outcome in outcomes} <= {"", "nothing_to_pay"}
    corrected = Instruction.objects.filter(kind="correction")
    assert corrected.count() == corrected.values("enrolment").distinct().count() == 10


def test_workers_at_once_fill_a_recalculation_once(processes: None) -> None:
    money.people(10)
    programme = money.programme(amount=100)
    paid(programme)
    decreed(programme, 130)
    row = corrections.request(cycle(programme, JULY), None)
    assert corrections.sweep() == 1
    outcomes = together([(_do_run, (row.pk,))] * 3)
    assert [outcome.error for outcome in outcomes] == [""] * 3
    assert sum(outcome.value for outcome in outcomes) >= 1
    row.refresh_from_db()
    assert (row.status, row.more, row.corrections.count(), corrections.sweep()) == ("done", 10, 10, 0)


def test_a_worker_that_dies_over_a_recalculation_leaves_it_for_the_next(processes: None) -> None:
    money.people(4)
    programme = money.programme(amount=100)
    paid(programme)
    decreed(programme, 130)
    row = corrections.request(cycle(programme, JULY), None)
    assert alone(_do_die, row.pk).signal == signal.SIGKILL
    assert not Correction.objects.exists()
    assert corrections.sweep() == 1
    assert corrections.run(row.pk)
    assert Recalculation.objects.get().corrections.count() == 4


def test_a_recalculation_that_kills_every_worker_is_given_up(processes: None) -> None:
    money.people(2)
    programme = money.programme(amount=100)
    paid(programme)
    decreed(programme, 130)
    row = corrections.request(cycle(programme, JULY), None)
    for _ in range(corrections.ATTEMPTS):
        assert alone(_do_die, row.pk).signal == signal.SIGKILL
    corrections.run(row.pk)
    assert (Recalculation.objects.get().status, corrections.sweep()) == ("failed", 0)


def test_a_rule_that_breaks_fails_and_says_why(programme: Programme, monkeypatch: Any) -> None:
    monkeypatch.setattr(doorbell, "ring", lambda *ring, times=1: None)
    paid(programme)
    decreed(programme, 100, condition="1 / (household.size - 1) >= 0")
    row = corrections.request(cycle(programme, JULY), None)
    corrections.run(row.pk)
    row.refresh_from_db()
    assert row.status == "failed"
    assert "Syarat" in row.failure
    assert not Correction.objects.exists()


# --- what the database holds ---


def test_the_database_refuses_a_second_correction_of_one_attempt(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    line = batches.prepare(cycle(programme, JULY)).instructions.earliest("pk")
    other = batches.prepare(cycle(programme, AUGUST))
    line.pk, line.batch, line.chunk = None, other, other.chunks.earliest("pk")  # type: ignore[assignment]
    with pytest.raises(IntegrityError, match="correction_once"), transaction.atomic():
        line.save()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE disbursement_correction SET total = total + 1, difference = difference + 1",
        "DELETE FROM disbursement_correction",
        "TRUNCATE disbursement_correction",
        "UPDATE disbursement_recalculation SET more = 1",
        "UPDATE disbursement_recalculation SET status = 'done', decided_at = NULL, reason = ''",
        "UPDATE disbursement_recalculation SET cycle_id = cycle_id - 1",
        "DELETE FROM disbursement_recalculation",
    ],
)
def test_what_was_confirmed_never_changes(committed_db: None, sql: str) -> None:
    money.people(2)
    programme = money.programme(amount=100)
    paid(programme)
    decreed(programme, 130)
    confirmed(programme)
    with as_owner() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic("owner"):
        cursor.execute(sql)


def test_no_correction_is_slipped_in_afterwards(programme: Programme) -> None:
    paid(programme)
    decreed(programme, 130)
    one = confirmed(programme).corrections.earliest("pk")
    money.person()
    money.eligibility.enrol_eligible(programme)
    one.pk, one.enrolment = None, Enrolment.objects.latest("pk")  # type: ignore[assignment]
    with pytest.raises(IntegrityError, match="when its recalculation is filled"), transaction.atomic():
        one.save(force_insert=True)


# --- arithmetic ---

PARTS = st.dictionaries(st.sampled_from(["main", "cash", "buku"]), st.integers(1, 10**9), max_size=3)


@given(PARTS, PARTS)
def test_what_is_still_due_is_the_whole_difference_and_never_more(
    target: dict[str, int], given: dict[str, int]
) -> None:
    due = still_due(target, given)
    assert sum(due.values()) == max(0, sum(target.values()) - sum(given.values()))
    assert all(0 < much <= target[part] - given.get(part, 0) for part, much in due.items())


@given(PARTS, PARTS)
def test_once_it_is_paid_nothing_is_due(target: dict[str, int], given: dict[str, int]) -> None:
    due = still_due(target, given)
    after = {part: given.get(part, 0) + due.get(part, 0) for part in {*given, *due}}
    assert still_due(target, after) == {}
