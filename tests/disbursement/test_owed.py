"""Arrears: an enrolment that is owed a past cycle gets it with the next batch, once, under that cycle's version."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from beneficiaries import objections
from beneficiaries.models import Objection, Person
from disbursement import (
    approvals,
    batches,
    content,
    due_lines,
    entitlement,
    failures,
    owed,
    preflight,
    preparation,
    subjects,
    versions,
)
from disbursement import enrolments as enrolment_steps
from disbursement.enrolment_states import R
from disbursement.errors import NothingOwed, NothingToPay, OwedNoMore
from disbursement.models import (
    Batch,
    Calculation,
    Chunk,
    Cycle,
    Enrolment,
    Instruction,
    OwedCycle,
    Programme,
)
from tests import money
from tests.beneficiaries.evidence_told import excluded
from tests.owner import as_owner
from tests.processes import alone, together
from wallet.errors import ReasonMissing
from wallet.models import Purse

JULY, AUGUST, SEPTEMBER = date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1)
G = OwedCycle.Ground


def cycle(programme: Programme, period: date) -> Cycle:
    return batches.cycle_of(programme, period)


def enrolments(programme: Programme) -> Any:
    return Enrolment.objects.filter(programme=programme).order_by("pk")


def left_out(programme: Programme, period: date = JULY) -> Enrolment:
    """Somebody who was not in the cycle's batch: they were enrolled after it."""
    money.eligibility.enrol_eligible(programme)
    batches.prepare(cycle(programme, period))
    money.person()
    money.eligibility.enrol_eligible(programme)
    return Enrolment.objects.filter(programme=programme).latest("pk")


def only(*rows: Enrolment) -> Any:
    return Enrolment.objects.filter(pk__in=[row.pk for row in rows])


def owe(row: Enrolment, period: date = JULY, **how: Any) -> int:
    by = how.pop("by", None) or money.officer()
    return owed.owe(only(row), cycle(row.programme, period), "terlewat", by, **how)


def lines(batch: Batch) -> list[tuple[str, date, int]]:
    rows = batch.instructions.order_by("pk").values_list("kind", "cycle__period", "amount")
    return [(kind, period, amount) for kind, period, amount in rows]


# --- paying ---


def test_the_next_batch_pays_what_is_owed_of_an_older_cycle(programme: Programme) -> None:
    late = left_out(programme)
    assert owe(late, ground=G.LATE, decree="SK 7/2026") == 1
    batch = batches.prepare(cycle(programme, AUGUST))
    assert Counter(lines(batch)) == {("regular", AUGUST, 100): 6, ("arrears", JULY, 100): 1}
    assert (batch.count, batch.total) == (7, 700)
    line = batch.instructions.get(kind="arrears")
    assert (line.enrolment, line.status, line.attempt) == (late, "pending", 1)


def test_arrears_have_a_calculation_of_their_own_under_the_version_of_their_cycle(programme: Programme) -> None:
    late = left_out(programme)
    dearer = versions.copy(versions.of(programme, JULY), AUGUST)
    dearer.components.update(amount=250)
    versions.enforce(dearer)
    owe(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    told = {row.kind: row for row in Calculation.objects.filter(batch=batch, enrolment=late)}
    assert {kind: (row.total, row.cycle.period) for kind, row in told.items()} == {
        "regular": (250, AUGUST),
        "arrears": (100, JULY),
    }
    assert told["arrears"].version == versions.of(programme, JULY)
    assert dict(batch.instructions.filter(enrolment=late).values_list("kind", "amount")) == {
        "regular": 250,
        "arrears": 100,
    }


def test_facts_count_as_of_the_cycle_that_is_owed(programme: Programme) -> None:
    """Who became 60 in August is 59 in July: each cycle asks for its own first day."""
    turned = money.person(born=date(1966, 7, 20))
    made = money.programmes.found(code=money.unique("P"), name="Lansia")
    components = [
        {"code": "tua", "name": "Enam puluh ke atas", "amount": 300, "condition": "person.age >= 60"},
        {"code": "muda", "name": "Di bawah enam puluh", "amount": 50, "condition": "person.age < 60"},
    ]
    version = versions.draft(
        made, date(2026, 1, 1), components, eligibility="household.decile <= 4", terms=money.terms()
    )
    versions.enforce(version)
    money.eligibility.enrol_eligible(made)
    row = Enrolment.objects.get(programme=made, person=turned)
    owe(row)
    batch = batches.prepare(cycle(made, AUGUST))
    assert dict(batch.instructions.filter(enrolment=row).values_list("kind", "amount")) == {
        "regular": 300,
        "arrears": 50,
    }


def test_several_cycles_are_owed_at_once_and_each_has_its_own_purse_and_title(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    owe(late, AUGUST)
    money.programmes.fund(programme, 300, "DIPA-2")
    batch = batches.prepare(cycle(programme, SEPTEMBER))
    titles = set(Chunk.objects.filter(batch=batch).values_list("title", flat=True))
    assert titles == {f"{programme.code} 09/2026", f"{programme.code} 07/2026 rapel", f"{programme.code} 08/2026 rapel"}
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    money.assert_paid_once(batch, 8)
    assert set(Purse.objects.filter(wallet=late.person.wallet).values_list("title", flat=True)) == titles


def test_a_batch_may_pay_arrears_alone(programme: Programme) -> None:
    late = left_out(programme)
    batches.prepare(cycle(programme, AUGUST))
    owe(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    assert lines(batch) == [("arrears", JULY, 100)]
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, AUGUST))


def test_who_left_the_programme_is_still_paid_what_they_are_owed(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    money.eligibility.enrol_eligible(programme)
    enrolment_steps.end(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    assert list(batch.instructions.filter(enrolment=late).values_list("kind", flat=True)) == ["arrears"]


def test_who_is_excluded_since_is_owed_what_was_before(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    excluded(late.person.household, AUGUST)
    batch = batches.prepare(cycle(programme, AUGUST))
    assert list(batch.instructions.filter(enrolment=late).values_list("kind", flat=True)) == ["arrears"]
    preflight.soon(batch)
    assert preflight.latest(batch).counts.get("excluded") is None  # type: ignore[union-attr]


# --- never twice ---


def test_regular_pay_and_arrears_of_a_cycle_exclude_each_other(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    again = batches.prepare(cycle(programme, JULY))  # the old cycle itself: regular
    assert lines(again) == [("regular", JULY, 100)]
    assert Counter(kind for kind, *_ in lines(batches.prepare(cycle(programme, AUGUST)))) == {"regular": 6}
    batches.cancel(again)
    assert lines(batches.prepare(cycle(programme, AUGUST))) == [("arrears", JULY, 100)]
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))


def test_the_database_itself_refuses_arrears_beside_regular_pay(programme: Programme) -> None:
    line = money.prepared(programme, JULY).instructions.earliest("pk")
    line.pk, line.kind = None, "arrears"
    with pytest.raises(IntegrityError, match="instruction_once_a_cycle"), transaction.atomic():
        line.save()


def _do_prepare(number: int) -> int:
    return batches.prepare(Cycle.objects.get(pk=number)).pk


@pytest.mark.parametrize("periods", [(AUGUST, SEPTEMBER), (JULY, AUGUST), (JULY, JULY, AUGUST, SEPTEMBER)])
def test_batches_prepared_at_once_pay_an_old_cycle_once(processes: None, periods: Sequence[date]) -> None:
    money.people(20)
    programme = money.programme(amount=100)
    money.eligibility.enrol_eligible(programme)
    batches.prepare(cycle(programme, date(2026, 6, 1)))
    owed.owe(enrolments(programme), cycle(programme, JULY), "siklus terlewat", None)
    cycles = [cycle(programme, period).pk for period in periods]
    outcomes = together([(_do_prepare, (one,)) for one in cycles])
    assert {outcome.error for outcome in outcomes} <= {"", "nothing_to_pay"}
    of_july = Instruction.objects.filter(cycle__period=JULY)
    assert of_july.count() == of_july.values("enrolment").distinct().count() == 20
    assert Instruction.objects.filter(cycle__period__gt=JULY).count() == 20 * len({*periods} - {JULY})


def _do_owe(programme: int) -> int:
    row = Programme.objects.get(pk=programme)
    return owed.owe(enrolments(row), batches.cycle_of(row, JULY), "terlewat", None)


def test_who_is_owed_by_two_officers_at_once_is_owed_once(processes: None) -> None:
    money.people(10)
    programme = money.programme(amount=100)
    money.eligibility.enrol_eligible(programme)
    cycle(programme, JULY)
    outcomes = together([(_do_owe, (programme.pk,))] * 3)
    assert {outcome.error for outcome in outcomes} <= {"", "nothing_owed"}
    assert OwedCycle.objects.count() == 10


def _do_withdraw(row: int) -> None:
    owed.withdraw(OwedCycle.objects.get(pk=row), None, "keliru")


def test_what_is_withdrawn_while_a_batch_is_prepared_is_paid_or_withdrawn_and_never_both(processes: None) -> None:
    money.people(4)
    programme = money.programme(amount=100)
    late = left_out(programme)
    owe(late)
    row = OwedCycle.objects.get()
    august = cycle(programme, AUGUST)
    outcomes = together([(_do_prepare, (august.pk,)), (_do_withdraw, (row.pk,))])
    assert outcomes[0].error == "" and outcomes[1].error in ("", "owed_no_more")
    row.refresh_from_db()
    paid = Instruction.objects.filter(kind="arrears").exists()
    assert paid != (row.withdrawn_at is not None)


def _do_die_over(number: int) -> None:
    def die(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    preparation._Filling.finish = die  # type: ignore[method-assign]
    batches.prepare(Cycle.objects.get(pk=number))


def test_a_worker_that_dies_over_arrears_leaves_them_owed(processes: None) -> None:
    money.people(4)
    programme = money.programme(amount=100)
    owe(left_out(programme))
    august = cycle(programme, AUGUST)
    assert alone(_do_die_over, august.pk).signal == signal.SIGKILL
    assert not Instruction.objects.filter(kind="arrears").exists()
    assert Counter(kind for kind, *_ in lines(batches.prepare(august))) == {"regular": 5, "arrears": 1}


# --- failing and following up ---


def _paid_but(batch: Batch, row: Enrolment) -> Batch:
    """The batch paid, but for the enrolment whose wallet is frozen meanwhile."""
    wallet = row.person.wallet
    assert wallet is not None
    money.programmes.fund(batch.cycle.programme, batch.total, money.unique("DIPA"))
    approved = money.approve(approvals.submit(batch, by=money.officer()))
    money.wallets.freeze(wallet, "sengketa")
    money.pay_out(approved)
    money.wallets.unfreeze(wallet, "selesai")
    approved.refresh_from_db()
    return approved


def test_arrears_that_failed_are_in_the_follow_up_batch(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    closed = _paid_but(batches.prepare(cycle(programme, AUGUST)), late)
    assert set(closed.instructions.filter(status="failed").values_list("kind", "failure")) == {
        *(("regular", "wallet_frozen"), ("arrears", "wallet_frozen")),
    }
    assert failures.of("wallet_frozen").remedy
    after = batches.follow_up(closed)
    assert Counter(lines(after)) == {("regular", AUGUST, 100): 1, ("arrears", JULY, 100): 1}
    assert set(after.instructions.values_list("enrolment", "attempt")) == {(late.pk, 2)}
    assert after.follows == closed


def test_arrears_that_failed_come_with_the_next_batch_if_nobody_follows_up(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    _paid_but(batches.prepare(cycle(programme, AUGUST)), late)
    batch = batches.prepare(cycle(programme, SEPTEMBER))
    assert Counter(lines(batch)) == {("regular", SEPTEMBER, 100): 6, ("arrears", JULY, 100): 1}


def test_arrears_taken_back_are_owed_only_on_a_new_decision(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    money.programmes.fund(programme, 700, "DIPA-2")
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    line = batch.instructions.get(kind="arrears")
    money.taken_back(line, "salah orang")
    withdrawn = OwedCycle.objects.get()
    assert withdrawn.withdrawn_at is not None and withdrawn.withdraw_reason == "salah orang"
    first = batches.prepare(cycle(programme, SEPTEMBER))
    assert {kind for kind, _period, _amount in lines(first)} == {"regular"}
    batches.cancel(first)
    owe(late)
    assert ("arrears", JULY, 100) in lines(batches.prepare(cycle(programme, SEPTEMBER)))


# --- what is approved ---


def test_what_is_approved_names_kind_and_cycle(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    before = content.of(batch)
    line = batch.instructions.get(kind="arrears")
    with transaction.atomic():
        Instruction.objects.filter(pk=line.pk).update(status="cancelled")
        assert content.of(batch).digest != before.digest
        transaction.set_rollback(True)
    assert content.of(batch).digest == before.digest


@pytest.mark.parametrize("change", ["kind = 'correction'", "cycle_id = (SELECT min(id) FROM disbursement_cycle)"])
def test_a_line_whose_kind_or_cycle_changes_has_another_digest(committed_db: None, change: str) -> None:
    money.people(3)
    programme = money.programme(amount=100)
    cycle(programme, date(2026, 1, 1))
    late = left_out(programme)
    owe(late)
    batch = batches.prepare(cycle(programme, AUGUST))
    before = content.of(batch).digest
    with as_owner() as cursor:
        cursor.execute(f"UPDATE disbursement_instruction SET {change} WHERE kind = 'arrears'")
        assert cursor.rowcount == 1
    assert content.of(batch).digest != before


def test_a_submitted_batchs_arrears_stay_as_they_are(committed_db: None) -> None:
    money.people(2)
    programme = money.programme(amount=100)
    owe(left_out(programme))
    approvals.submit(batches.prepare(cycle(programme, AUGUST)), by=money.officer())
    for change in ("kind = 'regular'", "cycle_id = cycle_id - 1"):
        with as_owner() as cursor, pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic("owner"):
            cursor.execute(f"UPDATE disbursement_instruction SET {change} WHERE kind = 'arrears'")


# --- who is owed ---


def test_who_has_the_cycle_is_not_owed_it(programme: Programme) -> None:
    late = left_out(programme)
    assert owed.owe(enrolments(programme), cycle(programme, JULY), "semua", money.officer()) == 1
    assert OwedCycle.objects.get().enrolment == late
    with pytest.raises(NothingOwed):
        owe(late)


def test_who_was_excluded_in_that_cycle_is_not_owed_it(programme: Programme) -> None:
    late = left_out(programme)
    excluded(late.person.household, JULY)
    with pytest.raises(NothingOwed):
        owe(late)


def test_nobody_is_owed_without_a_reason_or_of_another_programme(programme: Programme) -> None:
    late = left_out(programme)
    with pytest.raises(ReasonMissing):
        owed.owe(only(late), cycle(programme, JULY), "  ", money.officer())
    with pytest.raises(NothingOwed):
        owed.owe(only(late), cycle(money.programme(), JULY), "salah program", money.officer())
    assert not OwedCycle.objects.exists()


def test_what_was_withdrawn_is_not_paid_and_can_be_owed_anew(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)
    row = owed.withdraw(OwedCycle.objects.get(), money.officer(), "keliru")
    assert Counter(kind for kind, *_ in lines(batches.prepare(cycle(programme, AUGUST)))) == {"regular": 6}
    with pytest.raises(OwedNoMore):
        owed.withdraw(row, money.officer(), "lagi")
    assert owe(late) == 1


def test_what_is_in_a_batch_cannot_be_withdrawn(programme: Programme) -> None:
    owe(left_out(programme))
    batches.prepare(cycle(programme, AUGUST))
    with pytest.raises(OwedNoMore):
        owed.withdraw(OwedCycle.objects.get(), money.officer(), "keliru")


def _proposed(of: Cycle) -> dict[str, list[int]]:
    found = {str(ground): list(rows.values_list("pk", flat=True)) for ground, rows in owed.proposals(of).items()}
    return {ground: rows for ground, rows in found.items() if rows}


def test_whose_exclusion_was_annulled_is_proposed(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    exclusion = excluded(row.person.household, JULY)
    batches.prepare(cycle(programme, JULY))
    assert _proposed(cycle(programme, JULY)) == {}
    objection = objections.file(exclusion, "Bukan saya.", channel=Objection.Channel.APP)
    objections.uphold(objection, money.officer(), "benar")
    assert _proposed(cycle(programme, JULY)) == {"exclusion": [row.pk]}


def test_who_failed_and_was_never_followed_up_is_proposed(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    _paid_but(batches.prepare(cycle(programme, JULY)), row)
    assert _proposed(cycle(programme, JULY)) == {"failed": [row.pk]}
    owe(row, ground=G.FAILED)
    assert _proposed(cycle(programme, JULY)) == {}


@pytest.mark.parametrize(("reason", "proposed"), [(R.GRADUATED, True), (R.UNTRUE, False)], ids=["graduated", "untrue"])
def test_who_failed_and_was_ended_since_is_proposed_unless_their_data_were_untrue(
    programme: Programme, reason: Any, proposed: bool
) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    _paid_but(batches.prepare(cycle(programme, JULY)), row)
    enrolment_steps.end(row, reason=reason, words="diperiksa", by=money.officer())
    assert _proposed(cycle(programme, JULY)) == ({"failed": [row.pk]} if proposed else {})
    assert owe(row) == 1


def test_who_was_left_out_before_approval_is_proposed_once_the_batch_has_closed(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = batches.prepare(cycle(programme, JULY))
    money.wallets.freeze(batch.instructions.get(enrolment=row).wallet, "sengketa")
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 1
    batch.refresh_from_db()
    assert "left_out" not in _proposed(cycle(programme, JULY))  # nobody has been paid yet
    money.programmes.fund(programme, batch.total, "DIPA-9")
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    assert _proposed(cycle(programme, JULY)) == {"left_out": [row.pk]}
    money.wallets.unfreeze(batch.instructions.get(enrolment=row).wallet, "selesai")
    owe(row, ground=G.LEFT_OUT)
    money.programmes.fund(programme, 1_000, "DIPA-10")
    money.pay_out(money.approve(approvals.submit(batches.prepare(cycle(programme, AUGUST)), by=money.officer())))
    assert _proposed(cycle(programme, JULY)) == {}


def _prepared_while(monkeypatch: pytest.MonkeyPatch, of: Cycle, row: Enrolment, **changed: Any) -> Batch:
    """A batch of the cycle; something of the enrolment's person changes when it is known who is due, and not yet of what."""
    collect = due_lines.collect

    def meanwhile(*asked: Any) -> int:
        due = collect(*asked)
        Person.objects.filter(pk=row.person_id).update(**changed)
        return due

    with monkeypatch.context() as patched:
        patched.setattr(due_lines, "collect", meanwhile)
        return batches.prepare(of)


def _paid(batch: Batch) -> Batch:
    money.programmes.fund(batch.cycle.programme, batch.total, money.unique("DIPA"))
    return money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))


def test_who_moved_while_a_batch_was_filled_is_proposed_once_it_has_closed_and_paid_by_the_next(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = _prepared_while(monkeypatch, cycle(programme, JULY), row, household=money.household())
    assert Calculation.objects.get(batch=batch, enrolment=row).reason == "changed"
    assert _proposed(cycle(programme, JULY)) == {"other": [row.pk]}  # nobody has been told yet
    _paid(batch)
    assert _proposed(cycle(programme, JULY)) == {"failed": [row.pk]}
    owe(row, ground=G.FAILED)
    assert ("arrears", JULY, 100) in lines(_paid(batches.prepare(cycle(programme, AUGUST))))
    assert _proposed(cycle(programme, JULY)) == {}


def test_who_died_while_a_batch_was_filled_is_not_proposed_with_a_group(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    money.eligibility.enrol_eligible(programme)
    row, gone = enrolments(programme)[0], {"status": Person.Status.DECEASED, "deceased_on": JULY}
    _paid(_prepared_while(monkeypatch, cycle(programme, JULY), row, **gone))
    assert "failed" not in _proposed(cycle(programme, JULY))


def test_who_moved_while_a_batch_was_filled_and_got_nothing_by_the_next_is_not_proposed_with_a_group(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    _paid(_prepared_while(monkeypatch, cycle(programme, JULY), row, household=money.household()))
    young = versions.copy(versions.of(programme, JULY), date(2026, 1, 1))
    young.components.update(condition="person.age < 5")
    versions.enforce(young)
    money.person(born=timezone.localdate() - timedelta(days=400))
    money.eligibility.enrol_eligible(programme)
    again = batches.prepare(cycle(programme, JULY))
    assert _proposed(cycle(programme, JULY)) == {"other": [row.pk]}
    batches.cancel(again)  # it told nobody anything
    assert "failed" in _proposed(cycle(programme, JULY))


def test_arrears_of_who_moved_while_their_batch_was_filled_still_wait(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = left_out(programme)
    owe(late)
    batch = _prepared_while(monkeypatch, cycle(programme, AUGUST), late, household=money.household())
    assert set(Calculation.objects.filter(batch=batch, enrolment=late).values_list("kind", "reason")) == {
        ("regular", "changed"),
        ("arrears", "changed"),
    }
    assert owed.with_state(OwedCycle.objects.all()).get().state == "waiting"  # type: ignore[attr-defined]
    assert owed.waiting(OwedCycle.objects.all()).exists()
    assert "rapelnya" in subjects.hold_of(late.person)
    assert ("arrears", JULY, 100) in lines(batches.prepare(cycle(programme, SEPTEMBER)))


def _left_out(batch: Batch) -> None:
    """Whom the check blocks is left out, and the rest is paid."""
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 1
    batch.refresh_from_db()
    money.programmes.fund(batch.cycle.programme, batch.total, "DIPA-9")
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))


def _suspend(row: Enrolment) -> None:
    enrolment_steps.suspend([row.pk], reason=R.REPORTED, words="dilaporkan", by=money.officer())


def test_who_was_left_out_as_suspended_is_proposed_once_that_is_lifted_and_not_when_it_ends(
    programme: Programme,
) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = batches.prepare(cycle(programme, JULY))
    _suspend(row)
    _left_out(batch)
    assert _proposed(cycle(programme, JULY)) == {}
    enrolment_steps.lift([row.pk], reason=R.CLEARED, words="tidak benar", by=money.officer())
    assert _proposed(cycle(programme, JULY)) == {"left_out": [row.pk]}
    enrolment_steps.end(row, reason=R.UNTRUE, words="ternyata benar", by=money.officer())
    assert _proposed(cycle(programme, JULY)) == {}


def test_who_was_left_out_and_is_not_to_be_paid_is_not_proposed_with_a_group(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = batches.prepare(cycle(programme, JULY))
    enrolment_steps.end(row, reason=R.UNTRUE, words="data palsu", by=money.officer())
    _left_out(batch)
    assert batch.instructions.get(enrolment=row).failure == "enrolment_ended"
    assert _proposed(cycle(programme, JULY)) == {}
    assert owe(row) == 1  # by name an officer may say so all the same


def test_whose_enrolment_ended_after_they_were_left_out_is_owed_by_name_alone(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = batches.prepare(cycle(programme, JULY))
    money.wallets.freeze(batch.instructions.get(enrolment=row).wallet, "sengketa")
    _left_out(batch)
    enrolment_steps.end(row, reason=R.UNTRUE, words="data palsu", by=money.officer())
    assert _proposed(cycle(programme, JULY)) == {}
    assert owe(row) == 1


def test_who_was_left_out_as_excluded_is_proposed_once_that_was_annulled(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    row = enrolments(programme)[0]
    batch = batches.prepare(cycle(programme, JULY))
    exclusion = excluded(row.person.household, JULY)
    _left_out(batch)
    assert _proposed(cycle(programme, JULY)) == {}
    objection = objections.file(exclusion, "Bukan saya.", channel=Objection.Channel.APP)
    objections.uphold(objection, money.officer(), "benar")
    assert _proposed(cycle(programme, JULY)) == {"left_out": [row.pk]}


def test_who_was_enrolled_late_is_proposed_as_far_back_as_the_version_allows(programme: Programme) -> None:
    period = timezone.localdate().replace(day=1)
    late = left_out(programme, period)
    assert _proposed(cycle(programme, period)) == {"other": [late.pk]}
    generous = versions.copy(versions.of(programme, period), date(2026, 1, 1))
    generous.back_pay_months = 2
    generous.save()
    versions.enforce(generous)
    assert _proposed(cycle(programme, period)) == {"late": [late.pk]}


def test_of_a_cycle_that_was_never_prepared_nobody_is_proposed(programme: Programme) -> None:
    money.eligibility.enrol_eligible(programme)
    assert _proposed(cycle(programme, JULY)) == {}


def test_each_is_known_by_what_became_of_it(programme: Programme) -> None:
    late = left_out(programme)
    owe(late)

    def state() -> str:
        return owed.with_state(OwedCycle.objects.all()).get().state  # type: ignore[attr-defined,no-any-return]

    assert state() == "waiting"
    batch = batches.prepare(cycle(programme, AUGUST))
    assert state() == "in_batch"
    money.programmes.fund(programme, 700, "DIPA-2")
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    assert state() == "paid"


def test_arrears_that_come_to_nothing_say_so(programme: Programme) -> None:
    late = left_out(programme)
    young = versions.copy(versions.of(programme, JULY), date(2026, 1, 1))
    young.components.update(condition="person.age < 5")
    versions.enforce(young)
    assert entitlement.of_version(young).parts
    owe(late)
    with pytest.raises(NothingToPay):
        batches.prepare(cycle(programme, JULY))
    money.person(born=timezone.localdate() - timedelta(days=400))
    money.eligibility.enrol_eligible(programme)
    batch = batches.prepare(cycle(programme, AUGUST))
    assert owed.with_state(OwedCycle.objects.all()).get().state == "nothing"  # type: ignore[attr-defined]
    batches.cancel(batch)
    assert owed.with_state(OwedCycle.objects.all()).get().state == "waiting"  # type: ignore[attr-defined]


# --- what the database holds ---


def test_what_is_owed_is_written_once(committed_db: None) -> None:
    money.people(2)
    owe(left_out(money.programme(amount=100)))
    for sql in (
        "UPDATE disbursement_owedcycle SET why = 'lain'",
        "UPDATE disbursement_owedcycle SET enrolment_id = enrolment_id - 1",
        "DELETE FROM disbursement_owedcycle",
        "TRUNCATE disbursement_owedcycle",
    ):
        with as_owner() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic("owner"):
            cursor.execute(sql)
    owed.withdraw(OwedCycle.objects.get(), money.officer(), "keliru")
    with as_owner() as cursor, pytest.raises(IntegrityError, match="refused"), transaction.atomic("owner"):
        cursor.execute("UPDATE disbursement_owedcycle SET withdrawn_at = NULL, withdraw_reason = ''")


def test_an_enrolment_is_never_owed_a_cycle_of_another_programme(programme: Programme) -> None:
    late = left_out(programme)
    with pytest.raises(IntegrityError, match="own programme"), transaction.atomic():
        OwedCycle.objects.create(cycle=cycle(money.programme(), JULY), enrolment=late, why="x")
