"""Clawback with real commits: batches prepared at once, money given back beside one, and what a later transaction may not add."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import DatabaseError, transaction

from disbursement import batches, clawback
from disbursement.models import Clawback, ClawbackPayment, Instruction, Programme
from tests import money
from tests.disbursement.clawing import NOVEMBER, OCTOBER, in_force, line, paid, proposed, world
from tests.owner import tamper
from tests.processes import alone, together
from tests.steps import killed_after, of


def _do_prepare(programme: int, month: int) -> int:
    made = Programme.objects.get(pk=programme)
    return batches.prepare(batches.cycle_of(made, OCTOBER.replace(month=month))).pk


def _do_give_back(case: int, amount: int) -> int:
    row = Clawback.objects.get(pk=case)
    purse = clawback.purses_for(row)[0]
    by = row.enforced_by
    assert by is not None
    return clawback.give_back(row, purse, amount, agreed_on=OCTOBER, consent="SP-1", by=by).amount


def test_batches_prepared_at_once_never_withhold_more_than_is_left(processes: None) -> None:
    batch = world(people=3)
    cases = [in_force(line(batch, place), 50_000, share=40) for place in range(3)]
    outcomes = together([(_do_prepare, (batch.cycle.programme_id, month)) for month in (11, 12)])
    assert {outcome.error for outcome in outcomes} == {""}, outcomes
    for case in cases:
        taken = list(case.withholdings.order_by("pk").values_list("amount", "left"))
        assert taken == [(40_000, 10_000), (10_000, 0)]
    assert Counter(Instruction.objects.filter(status="pending").values_list("amount", flat=True)) == {
        60_000: 3,
        90_000: 3,
    }


def test_giving_back_beside_a_preparation_never_takes_more_than_is_claimed(processes: None) -> None:
    for _ in range(3):
        batch = world()
        case = in_force(line(batch), 30_000)
        jobs = [(_do_prepare, (batch.cycle.programme_id, 11)), (_do_give_back, (case.pk, 30_000))]
        preparing, giving = together(jobs)
        now = clawback.standing(case)
        assert preparing.error == "" and giving.error in ("", "gives_back_too_much"), (preparing, giving)
        assert now.waiting + now.given in (20_000, 30_000) and now.claim >= now.waiting + now.given
    money.assert_books_hold()


def test_a_payment_is_added_to_a_case_only_while_it_is_proposed(committed_db: None) -> None:
    batch = world()
    later = line(paid(batch.cycle.programme, NOVEMBER))
    case = proposed(line(batch), 10)
    with pytest.raises(DatabaseError, match="what it was proposed for"), transaction.atomic():
        ClawbackPayment.objects.create(clawback=case, instruction=later, amount=1)


def test_when_nobody_objected_in_time_a_second_officer_puts_it_into_force(committed_db: None) -> None:
    case = clawback.notify(proposed(line(world()), 10), by=money.officer(), reason="surat")
    tamper("UPDATE disbursement_clawback SET objection_until = current_date - 1 WHERE id = %s", case.pk)
    assert clawback.enforce(case, by=money.officer(), reason="tidak ada keberatan").status == "in_force"
    assert not clawback.notices_due().exists()


def test_whoever_is_killed_while_giving_back_gives_back_once(processes: None) -> None:
    steps = of(_do_give_back, in_force(line(world()), 30_000).pk, 30_000)
    assert {"insert disbursement_giveback", "insert wallet_transfer", "update disbursement_clawback", "commit"} <= {
        *steps
    }
    for number in range(1, len(steps) + 1):
        case = in_force(line(world()), 30_000)
        assert killed_after(number, _do_give_back, case.pk, 30_000).signal == 9, steps[number - 1]
        again = alone(_do_give_back, case.pk, 30_000)
        assert again.error == "", (steps[number - 1], again)
        case.refresh_from_db()
        assert (case.status, clawback.standing(case).given) == ("settled", 30_000)
    money.assert_books_hold()
