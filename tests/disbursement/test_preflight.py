"""Before approval the batch says whom it would not, or should not, pay, and why; an officer may leave them out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from beneficiaries import evidence
from beneficiaries.models import DuplicatePair, Evidence, EvidenceKind, Household, Person
from disbursement import approvals, batches, eligibility, preflight, programme_file, programmes, tasks
from disbursement.errors import PreflightMissing, WrongStatus
from disbursement.models import Batch, Enrolment, Instruction, Preflight, PreflightFinding, Programme
from tests import money
from tests.beneficiaries.evidence_told import excluded, tell
from tests.processes import together
from wallet.models import Wallet

NOVEMBER = date(2026, 11, 1)


def _freeze(line: Instruction, settings: Any) -> None:
    money.wallets.freeze(line.wallet, "sengketa")


def _close(line: Instruction, settings: Any) -> None:
    Wallet.objects.filter(pk=line.wallet_id).update(status=Wallet.Status.CLOSED)


def _die(line: Instruction, settings: Any) -> None:
    Person.objects.filter(pk=line.enrolment.person_id).update(
        status=Person.Status.DECEASED, deceased_on=date(2026, 11, 2)
    )


def _is_said_to_be_dead(line: Instruction, settings: Any) -> None:
    Evidence.objects.create(
        person=line.enrolment.person,
        kind=EvidenceKind.DEATH,
        value={},
        source="Dukcapil",
        fact_date=timezone.localdate() - timedelta(days=9),
        fingerprint=bytes(32),
    )


def _leave(line: Instruction, settings: Any) -> None:
    Person.objects.filter(pk=line.enrolment.person_id).update(status=Person.Status.LEFT)


def _exclude(line: Instruction, settings: Any) -> None:
    excluded(line.enrolment.person.household, NOVEMBER)


def _suspect(line: Instruction, settings: Any) -> None:
    other = money.person()
    low, high = sorted([line.enrolment.person, other], key=lambda person: person.pk)
    prints = {"low_fingerprint": uuid.uuid4(), "high_fingerprint": uuid.uuid4()}
    DuplicatePair.objects.create(low=low, high=high, score=80, reasons={}, **prints)


def _hold_too_much(line: Instruction, settings: Any) -> None:
    money.purse(line.wallet, 1)
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": line.amount, "unregistered": 0}}


def _receive_too_much(line: Instruction, settings: Any) -> None:
    money.purse(line.wallet, 1)
    settings.WALLET = settings.WALLET | {"monthly_limit": {"registered": line.amount, "unregistered": 0}}


def _lose_the_wallet(line: Instruction, settings: Any) -> None:
    Person.objects.filter(pk=line.enrolment.person_id).update(wallet=None)


STRUCK: list[tuple[Callable[[Instruction, Any], None], str]] = [
    (_freeze, "wallet_frozen"),
    (_close, "wallet_closed"),
    (_die, "deceased"),
    (_is_said_to_be_dead, "deceased"),
    (_leave, "left_registry"),
    (_exclude, "excluded"),
    (_suspect, "duplicate"),
    (_hold_too_much, "balance_limit_exceeded"),
    (_receive_too_much, "monthly_limit_exceeded"),
    (_lose_the_wallet, "no_wallet"),
]


def _found(batch: Batch) -> list[tuple[str, int]]:
    return list(PreflightFinding.objects.filter(batch=batch).values_list("reason", "enrolment"))


@pytest.mark.parametrize(("strike", "reason"), STRUCK)
def test_who_is_struck_is_named_with_the_reason_and_nobody_else(
    programme: Programme, settings: Any, strike: Callable[[Instruction, Any], None], reason: str
) -> None:
    batch = money.prepared(programme)
    line = batch.instructions.order_by("pk")[1]
    strike(line, settings)
    preflight.soon(batch)
    checked = preflight.latest(batch)
    assert checked is not None and checked.done_at is not None
    assert (_found(batch), checked.counts) == ([(reason, line.enrolment_id)], {reason: 1})


def test_a_death_told_of_a_row_that_was_merged_into_theirs_is_theirs(programme: Programme, settings: Any) -> None:
    batch = money.prepared(programme)
    line = batch.instructions.order_by("pk")[1]
    other = money.person()
    Person.objects.filter(pk=other.pk).update(status="merged", merged_into=line.enrolment.person_id)
    tell(other, "death", {})
    preflight.soon(batch)
    assert _found(batch) == [("deceased", line.enrolment_id)]


def test_nothing_is_found_where_nothing_is_wrong(programme: Programme) -> None:
    batch = money.prepared(programme)
    preflight.soon(batch)
    assert (Preflight.objects.get().counts, _found(batch)) == ({}, [])


def test_a_pair_that_was_decided_and_evidence_that_was_contested_strike_nobody(
    programme: Programme, settings: Any
) -> None:
    batch = money.prepared(programme)
    first, second = batch.instructions.order_by("pk")[:2]
    _suspect(first, settings)
    decided = {"decided_by": money.officer(), "decided_at": timezone.now(), "decision": "beda"}
    DuplicatePair.objects.update(status=DuplicatePair.Status.DIFFERENT, **decided)
    _is_said_to_be_dead(second, settings)
    evidence.contest(Evidence.objects.get(), money.officer(), "masih hidup")
    preflight.soon(batch)
    assert _found(batch) == []


def test_who_restricted_their_data_is_paid_what_was_promised(programme: Programme) -> None:
    batch = money.prepared(programme)
    line = batch.instructions.earliest("pk")
    Person.objects.filter(pk=line.enrolment.person_id).update(restricted=True)
    preflight.soon(batch)
    assert _found(batch) == []
    assert preflight.leave_out_blocked(batch) == 0


def test_who_does_not_fulfil_the_rule_any_more_is_named_and_not_left_out_by_itself(programme: Programme) -> None:
    eligibility.enrol_eligible(programme)
    rich, restricted = Enrolment.objects.order_by("pk")[:2]
    homes = [rich.person.household_id, restricted.person.household_id]
    Household.objects.filter(pk__in=homes).update(decile=9)  # the quarterly refresh
    Person.objects.filter(pk=restricted.person_id).update(restricted=True)
    batch = money.prepared(programme)
    assert batch.count == 5
    preflight.soon(batch)
    assert _found(batch) == [("not_eligible", rich.pk)]
    assert preflight.leave_out_blocked(batch) == 0


def test_the_rule_is_asked_once_for_all_who_share_their_facts(programme: Programme, monkeypatch: Any) -> None:
    batch, asked = money.prepared(programme), []
    monkeypatch.setattr(preflight, "_admitted", lambda rule, known: asked.append(known) or True)
    preflight.soon(batch)
    assert asked == [{"household": {"decile": 2}}]


def test_where_everybodys_facts_are_their_own_they_are_read_in_groups_and_the_lines_once(
    db: None, monkeypatch: Any
) -> None:
    made = money.programme(eligibility="household.decile <= 4")
    people = [money.person(money.household()) for _ in range(6)]
    eligibility.enrol_eligible(made)
    for decile, one in enumerate(people, 4):
        Household.objects.filter(pk=one.household_id).update(decile=decile)
    batch = money.prepared(made)
    monkeypatch.setattr(preflight, "GROUP", 2)
    with CaptureQueriesContext(connection) as asked:
        preflight.soon(batch)
    struck = Enrolment.objects.filter(person__in=people[1:]).order_by("pk")
    assert _found(batch) == [("not_eligible", row.pk) for row in struck]
    assert len([one for one in asked if "FROM known" in one["sql"] and "number >" in one["sql"]]) == 4
    assert len([one for one in asked if "disbursement_calculation" in one["sql"]]) == 2


def test_looking_again_replaces_what_was_found(programme: Programme) -> None:
    batch = money.prepared(programme)
    line = batch.instructions.earliest("pk")
    money.wallets.freeze(line.wallet, "sengketa")
    preflight.soon(batch)
    money.wallets.unfreeze(line.wallet, "selesai")
    assert len(_found(batch)) == 1
    preflight.soon(batch)
    assert (_found(batch), Preflight.objects.get().counts) == ([], {})


def test_a_large_batch_is_looked_at_by_a_worker(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "AT_ONCE", 4)
    batch = money.prepared(programme)
    assert preflight.run(batch.pk) is False  # nobody asked
    preflight.soon(batch)
    assert Preflight.objects.get().done_at is None
    assert preflight.sweep() == 1
    tasks.preflight(batch.pk)
    assert Preflight.objects.get().done_at is not None
    assert (preflight.sweep(), preflight.run(batch.pk)) == (0, False)


def _do_check(batch: int) -> bool:
    return preflight.run(batch)


def test_workers_at_once_look_once(processes: None) -> None:
    money.people(20)
    batch = money.prepared(money.programme(amount=100))
    for line in batch.instructions.all():
        money.wallets.freeze(line.wallet, "sengketa")
    preflight.request(batch)
    outcomes = together([(_do_check, (batch.pk,))] * 4)
    assert sorted((outcome.value, outcome.error) for outcome in outcomes) == [(False, "")] * 3 + [(True, "")]
    assert Preflight.objects.get().counts == {"wallet_frozen": 20}


# --- leaving out ---


def test_who_is_blocked_can_be_left_out_and_the_others_are_paid(
    programme: Programme, settings: Any, small_chunks: None
) -> None:
    batch = money.prepared(programme)
    frozen, dead, twin, *_ = lines = list(batch.instructions.order_by("pk"))
    _freeze(frozen, settings)
    _die(dead, settings)
    _suspect(twin, settings)
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 2
    batch.refresh_from_db()
    assert (batch.count, batch.total) == (3, 300)
    assert list(batch.chunks.order_by("number").values_list("count", flat=True)) == [0, 2, 1]
    left = batch.instructions.filter(status="cancelled").values_list("enrolment", "failure")
    assert set(left) == {(frozen.enrolment_id, "wallet_frozen"), (dead.enrolment_id, "deceased")}
    batch = approvals.submit(batch, by=money.officer())
    assert (batch.count, batch.total) == (3, 300)
    money.approve(batch)
    batch = money.pay_out(batch)
    assert set(batch.chunks.values_list("status", flat=True)) == {"done"}
    assert (batch.status, batch.instructions.filter(status="paid").count(), money.balance(programme.fund)) == (
        "closed",
        3,
        200,
    )
    money.wallets.unfreeze(frozen.wallet, "selesai")
    again = batches.prepare(batch.cycle)  # who was left out is due again, once the cause is gone
    assert list(again.instructions.values_list("enrolment", "attempt")) == [(lines[0].enrolment_id, 2)]
    money.assert_books_hold()


def test_nobody_is_left_out_unseen_or_after_submission(programme: Programme) -> None:
    batch = money.prepared(programme)
    with pytest.raises(PreflightMissing), transaction.atomic():
        preflight.leave_out_blocked(batch)
    preflight.soon(batch)
    approvals.submit(batch, by=money.officer())
    with pytest.raises(WrongStatus), transaction.atomic():
        preflight.leave_out_blocked(batch)


@pytest.fixture
def child_of_kjp(db: None) -> Batch:
    """A prepared batch with two parts of one child: 150,000, and 100,000 in cash."""
    programme_file.load()
    made = Programme.objects.get(code="KJP")
    programmes.fund(made, 10_000_000, "DIPA-1")
    child = money.person(born=date(2017, 1, 1))
    Person.objects.filter(pk=child.pk).update(schooling="sd")
    return money.prepared(made, date(2026, 10, 1))


@pytest.mark.parametrize(("limit", "paid"), [(200_000, {"main"}), (120_000, {"cash"}), (90_000, set())])
def test_of_parts_that_are_too_much_together_those_that_paying_refuses_are_left_out(
    child_of_kjp: Batch, settings: Any, limit: int, paid: set[str]
) -> None:
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": limit, "unregistered": limit}}
    preflight.soon(child_of_kjp)
    found = preflight.latest(child_of_kjp)
    assert found is not None and found.counts == {"balance_limit_exceeded": 1}
    with transaction.atomic():  # what paying does, if nobody is left out
        batch = money.pay_out(money.approve(approvals.submit(child_of_kjp, by=money.officer())))
        assert set(batch.instructions.filter(status="paid").values_list("part", flat=True)) == paid
        transaction.set_rollback(True)
    assert preflight.leave_out_blocked(child_of_kjp) == 1
    left = child_of_kjp.instructions.filter(status="cancelled").values_list("part", "failure")
    assert dict(left) == dict.fromkeys({"main", "cash"} - paid, "balance_limit_exceeded")
    found = preflight.latest(child_of_kjp)
    assert found is not None and found.counts == {}


@pytest.mark.django_db
def test_the_check_of_a_follow_up_speaks_of_its_own_people(programme: Programme) -> None:
    batch = money.approved(programme)
    frozen, moneyless = batch.instructions.order_by("pk")[:2]
    for line in (frozen, moneyless):
        money.wallets.freeze(line.wallet, "sengketa")
    money.pay_out(batch)
    money.wallets.unfreeze(frozen.wallet, "selesai")
    newcomer = money.person()
    eligibility.enrol_eligible(programme)
    Person.objects.filter(pk__in=[newcomer.pk, moneyless.enrolment.person_id]).update(wallet=None)
    again = batches.follow_up(batch)
    preflight.soon(again)
    assert (again.count, _found(again)) == (1, [("no_wallet", moneyless.enrolment_id)])
