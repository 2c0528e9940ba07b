"""Two rows of one person are joined: one enrolment a programme, one wallet, no rupiah lost; and parted again, or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from beneficiaries import duplicates, duplicates_merge
from beneficiaries.errors import (
    HeadJoined,
    MergeRefused,
    MergeUndone,
    PairDecided,
    PersonNotActive,
    PlaceTaken,
    SurvivorMerged,
    SurvivorNotOfPair,
)
from beneficiaries.models import Change, DuplicatePair, Merge, Person
from beneficiaries.privacy_errors import PersonErased
from disbursement import batches, clawback, eligibility, enrolments, owed, preflight, reconciliation
from disbursement.errors import NothingOwed, NothingToPay
from disbursement.models import Batch, Enrolment, Instruction, OwedCycle, Preflight, Programme
from mobile.models import Notice
from mobile.tasks import make_notices
from tests import money
from tests.disbursement.clawing import proposed
from tests.disbursement.merging import (
    DECEMBER,
    NOVEMBER,
    book,
    enrolment,
    fresh,
    merged,
    paid,
    pair_of,
    parted,
    pay,
    programme,
    state,
    twice,
)
from wallet import purses, wallets
from wallet.models import Wallet, WalletStep

pytestmark = pytest.mark.django_db


# --- joining ---


def test_a_head_with_others_at_home_is_not_joined_but_stays() -> None:
    survivor, other = twice()
    child = money.person()
    Person.objects.filter(pk=child.pk).update(household=other.household, relation="child")
    Person.objects.filter(pk=other.pk).update(relation="head")
    with pytest.raises(HeadJoined):
        merged(survivor, other)
    assert merged(other, survivor).survivor == other


def test_a_head_is_not_parted_into_a_household_that_has_another_by_now() -> None:
    survivor, other = twice()
    Person.objects.filter(pk=other.pk).update(relation="head")
    done = merged(survivor, other)
    another = money.person()
    Person.objects.filter(pk=another.pk).update(household=other.household, relation="head")
    with pytest.raises(PlaceTaken):
        parted(done)
    Person.objects.filter(pk=another.pk).update(relation="child")
    assert parted(done).undone_at


def test_the_merged_row_keeps_its_household_and_points_to_the_survivor_and_the_history_says_why() -> None:
    survivor, other = twice()
    officer = money.officer()
    done = merged(survivor, other, officer)
    row = fresh(other)
    assert (row.status, row.merged_into, row.household_id) == ("merged", survivor, other.household_id)
    assert fresh(survivor).status == "active"
    change = Change.objects.filter(person=other).latest("pk")
    assert (change.by, change.reason, change.source) == (officer, "KTP sama", "duplicates")
    assert (done.pair.status, done.pair.decision) == ("merged", "KTP sama")


def test_an_enrolment_that_only_the_other_row_has_moves_with_its_payments() -> None:
    survivor, other = twice()
    made = programme(without=survivor)
    paid(made)
    merged(survivor, other)
    row = enrolment(made, survivor)
    assert row is not None and row.status == "active" and row.instructions.get().status == "paid"
    assert enrolment(made, other) is None
    assert book(survivor) == 300_000
    assert LogEntry.objects.get(object_id=str(row.pk)).change_message.endswith("KTP sama")


def test_who_is_enrolled_twice_keeps_one_and_the_other_is_ended_with_the_reason() -> None:
    survivor, other = twice()
    made = programme()
    merged(survivor, other)
    kept, ended = enrolment(made, survivor), enrolment(made, other)
    assert kept is not None and ended is not None
    assert (kept.status, ended.status) == ("active", "ended")
    assert LogEntry.objects.get(object_id=str(ended.pk)).change_message.endswith("KTP sama")
    assert paid(made).count == 1
    assert eligibility.enrol_eligible(made) == 0


def test_what_was_ended_for_the_survivor_is_not_revived_by_the_other_row() -> None:
    survivor, other = twice()
    made = programme()
    mine = enrolment(made, survivor)
    assert mine is not None
    enrolments.end(mine)
    merged(survivor, other)
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"ended"}


def test_a_household_with_a_place_of_its_own_does_not_get_a_second_one() -> None:
    survivor, other = twice()
    sister = money.person(survivor.household, born=date(1950, 1, 1))
    made = programme(one_per_household=True)
    assert enrolment(made, sister) is not None and enrolment(made, survivor) is None
    merged(survivor, other)
    row = enrolment(made, other)
    assert row is not None and row.status == "ended"


def test_a_moved_enrolment_holds_the_place_of_the_survivors_household() -> None:
    survivor, other = twice()
    made = programme(without=survivor, one_per_household=True)
    merged(survivor, other)
    row = enrolment(made, survivor)
    assert row is not None and row.household_id == survivor.household_id


def test_two_wallets_become_one_and_nothing_is_lost() -> None:
    survivor, other = twice()
    made = programme()
    paid(made)
    before = purses.history(fresh(other).wallet)
    merged(survivor, other)
    assert (book(survivor), book(other)) == (600_000, 0)
    emptied = fresh(other).wallet
    assert (emptied.status, WalletStep.objects.get(wallet=emptied).reason) == ("frozen", "KTP sama")
    assert {entry.id for entry in before} < {entry.id for entry in purses.history(fresh(survivor).wallet)}
    money.assert_books_hold()


def test_a_survivor_without_a_wallet_takes_the_others_with_its_pin() -> None:
    survivor, other = twice()
    made = programme()
    paid(made)
    Enrolment.objects.filter(person=survivor).first()
    Person.objects.filter(pk=survivor.pk).update(wallet=None)
    theirs = fresh(other).wallet
    merged(survivor, other)
    assert fresh(survivor).wallet == theirs and fresh(other).wallet is None
    assert Wallet.objects.get(pk=theirs.pk).status == "active"
    # Enrolling again opens no second wallet for them.
    count = Wallet.objects.count()
    eligibility.enrol_eligible(money.programme())
    assert Wallet.objects.count() == count and fresh(survivor).wallet == theirs


def test_a_batch_under_way_pays_the_person_once() -> None:
    survivor, other = twice()
    made = programme()
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    merged(survivor, other)
    pay(batch)
    assert dict(Instruction.objects.values_list("enrolment__person", "status")) == {
        survivor.pk: "paid",
        other.pk: "failed",
    }
    assert book(survivor) == 300_000
    money.assert_books_hold()


def test_a_line_of_who_was_merged_says_so_and_only_whoever_is_not_paid_after_all_is_told() -> None:
    survivor, other = twice()
    made = programme()
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    merged(survivor, other)
    preflight.soon(batch)
    assert Preflight.objects.get().counts == {"merged": 1}
    pay(batch)
    line = Instruction.objects.get(enrolment__person=other)
    assert (line.status, line.failure) == ("failed", "merged")
    while make_notices():
        pass
    assert list(Notice.objects.values_list("kind", "person")) == [("paid", survivor.pk)]


def test_who_is_merged_out_of_a_batch_that_is_not_submitted_is_told_nothing_either() -> None:
    survivor, other = twice()
    made = programme()
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    merged(survivor, other)
    preflight.soon(batch)
    assert preflight.leave_out_blocked(batch) == 1
    pay(Batch.objects.get(pk=batch.pk))
    assert Instruction.objects.get(enrolment__person=other).failure == "merged"
    while make_notices():
        pass
    assert list(Notice.objects.values_list("kind", "person")) == [("paid", survivor.pk)]


def test_whose_enrolment_moved_while_a_batch_held_the_old_wallet_is_told_and_paid_by_a_follow_up() -> None:
    survivor, other = twice()
    made = programme(without=survivor)
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    elsewhere = programme()
    assert enrolment(elsewhere, survivor)  # so that there is a wallet to pool into
    merged(survivor, other)
    closed = pay(batch)
    assert batch.instructions.get().failure == "merged"
    while make_notices():
        pass
    assert list(Notice.objects.values_list("kind", "person")) == [("refused", survivor.pk)]
    pay(batches.follow_up(closed))
    assert book(survivor) == 300_000


def _of_whom_only_the_other_row_was_paid() -> tuple[Batch, Person]:
    survivor, other = twice()
    made = programme()
    mine = fresh(survivor).wallet
    assert mine is not None
    wallets.freeze(mine, "sengketa")
    batch = paid(made)
    wallets.unfreeze(mine, "selesai")
    assert sorted(batch.instructions.values_list("status", flat=True)) == ["failed", "paid"]
    merged(survivor, other)
    assert book(survivor) == 300_000
    return batch, survivor


def test_a_person_whose_other_row_was_paid_is_not_paid_again_for_the_cycle() -> None:
    batch, survivor = _of_whom_only_the_other_row_was_paid()
    for again in (lambda: batches.follow_up(batch), lambda: batches.prepare(batch.cycle)):
        with pytest.raises(NothingToPay):
            again()
    pay(batches.prepare(batches.cycle_of(batch.cycle.programme, DECEMBER)))
    assert book(survivor) == 600_000


def test_a_person_whose_other_row_was_paid_is_owed_nothing_of_the_cycle() -> None:
    batch, survivor = _of_whom_only_the_other_row_was_paid()
    mine = Enrolment.objects.filter(person=survivor)
    with pytest.raises(NothingOwed):
        owed.owe(mine, batch.cycle, "gagal dibayar", None)
    OwedCycle.objects.create(
        cycle=batch.cycle, enrolment=mine.get(), why="gagal dibayar"
    )  # as if from before the merge
    december = batches.prepare(batches.cycle_of(batch.cycle.programme, DECEMBER))
    assert set(december.instructions.values_list("kind", flat=True)) == {"regular"}


@pytest.mark.parametrize("whose", ["survivor", "other"])
def test_a_frozen_wallet_stands_in_the_way_and_nothing_is_done(whose: str) -> None:
    survivor, other = twice()
    programme()
    frozen = fresh(survivor if whose == "survivor" else other).wallet
    wallets.freeze(frozen, "sengketa", "dewi")
    pair = pair_of(survivor, other)
    before = state()
    with pytest.raises(MergeRefused) as refusal:
        duplicates_merge.merge(pair, survivor, money.officer(), "KTP sama")
    assert str(refusal.value)
    assert state() == before and not Merge.objects.exists()
    pair.refresh_from_db()
    assert pair.status == "open"


def test_only_two_active_rows_of_the_pair_are_joined_and_once() -> None:
    survivor, other = twice()
    pair = pair_of(survivor, other)
    officer = money.officer()
    with pytest.raises(SurvivorNotOfPair):
        duplicates_merge.merge(pair, money.person(), officer, "KTP sama")
    Person.objects.filter(pk=other.pk).update(status=Person.Status.DECEASED)
    with pytest.raises(PersonNotActive):
        duplicates_merge.merge(pair, survivor, officer, "KTP sama")
    Person.objects.filter(pk=other.pk).update(status=Person.Status.ACTIVE)
    duplicates_merge.merge(pair, survivor, officer, "KTP sama")
    with pytest.raises(PairDecided):
        duplicates_merge.merge(pair, survivor, officer, "KTP sama")


# --- who is not active gets nothing new ---


@pytest.mark.parametrize("status", ["left", "deceased"])
def test_who_is_not_active_is_neither_enrolled_nor_counted_nor_put_into_a_batch(status: str) -> None:
    home = money.household()
    here, gone = money.person(home), money.person(home)
    made = programme()
    Person.objects.filter(pk=gone.pk).update(status=status)
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    assert list(batch.instructions.values_list("enrolment__person", flat=True)) == [here.pk]
    [candidate] = eligibility.candidates(money.programme())
    assert (candidate.person, candidate.facts["household"]["size"]) == (here.pk, 1)


# --- several rows of one person ---


def _into() -> dict[int, int]:
    return dict(Person.objects.filter(status="merged").values_list("pk", "merged_into"))


def test_a_chain_of_merges_points_at_the_row_that_is_left_and_parting_puts_it_back() -> None:
    first, second = twice()
    third, fourth = twice()
    merged(third, fourth)
    merged(second, third)
    before = state()
    done = merged(first, second)
    assert _into() == dict.fromkeys((second.pk, third.pk, fourth.pk), first.pk)
    told = Change.objects.filter(person=fourth).latest("pk")
    assert (told.source, told.reason) == ("duplicates", "KTP sama")
    parted(done)
    assert state() == before
    assert _into() == dict.fromkeys((third.pk, fourth.pk), second.pk)


def test_parting_takes_only_those_along_who_came_with_the_row() -> None:
    first, second = twice()
    third, fourth = twice()
    merged(second, third)
    done = merged(first, second)
    merged(first, fourth)
    parted(done)
    assert _into() == {third.pk: second.pk, fourth.pk: first.pk}


# --- parting ---


@pytest.mark.parametrize("whose", ["survivor", "other"])
def test_a_row_that_was_erased_is_not_brought_back(whose: str) -> None:
    survivor, other = twice()
    done = merged(survivor, other)
    row = survivor if whose == "survivor" else other
    status = Person.Status.LEFT if whose == "survivor" else Person.Status.MERGED
    Person.objects.filter(pk=row.pk).update(erased_at=timezone.now(), status=status)
    before = state()
    with pytest.raises(PersonErased):
        parted(done)
    assert state() == before


def test_the_database_keeps_nobody_active_who_was_erased() -> None:
    row = money.person()
    with pytest.raises(DatabaseError, match="person_erased_is_not_active"), transaction.atomic():
        Person.objects.filter(pk=row.pk).update(erased_at=timezone.now())


def _two_wallets() -> tuple[Person, Person, Programme]:
    survivor, other = twice()
    made = programme()
    paid(made)
    return survivor, other, made


def _moved_enrolment() -> tuple[Person, Person, Programme]:
    survivor, other = twice()
    made = programme(without=survivor, one_per_household=True)
    paid(made)
    return survivor, other, made


def _one_wallet() -> tuple[Person, Person, Programme]:
    survivor, other, made = _moved_enrolment()
    Person.objects.filter(pk=survivor.pk).update(wallet=None)
    return survivor, other, made


def _moved_into_a_wallet() -> tuple[Person, Person, Programme]:
    survivor, other, made = _moved_enrolment()
    Person.objects.filter(pk=survivor.pk).update(wallet=money.wallet())
    return survivor, other, made


WORLDS = [_two_wallets, _moved_enrolment, _one_wallet, _moved_into_a_wallet]
World = Callable[[], tuple[Person, Person, Programme]]


@pytest.mark.parametrize("world", WORLDS)
def test_parting_puts_everything_back(world: World) -> None:
    survivor, other, _made = world()
    before = state()
    done = merged(survivor, other)
    assert state() != before
    assert reconciliation.differences() == []
    done = parted(done)
    assert state() == before
    assert done.undone_reason == "ternyata dua orang"
    assert DuplicatePair.objects.get(pk=done.pair_id).status == "different"
    duplicates.find()
    assert not DuplicatePair.objects.waiting().exists()
    with pytest.raises(MergeUndone):
        parted(done)
    assert reconciliation.differences() == []
    money.assert_books_hold()


@pytest.mark.parametrize("world", [_moved_enrolment, _one_wallet, _moved_into_a_wallet])
def test_aid_paid_since_through_a_moved_enrolment_goes_with_it(world: World) -> None:
    survivor, other, made = world()
    done = merged(survivor, other)
    paid(made, DECEMBER)
    assert book(survivor) == 600_000
    parted(done)
    assert (book(survivor), book(other)) == (0, 600_000)
    assert reconciliation.differences() == []
    money.assert_books_hold()


def _spend(survivor: Person) -> None:
    money.pay(fresh(survivor).wallet, money.merchant(), 400_000)


def _top_up_theirs(survivor: Person) -> None:
    money.top_up(fresh(survivor).wallet, 10_000, into=fresh(survivor).wallet.purses.order_by("pk").last())


def _hold_all(survivor: Person) -> None:
    wallet = fresh(survivor).wallet
    money.hold(wallet, money.merchant(), purses.balance(purses.in_wallet(wallet)).usable)


@pytest.mark.parametrize("touch", [_spend, _hold_all])
def test_money_touched_since_keeps_two_rows_together(touch: Callable[[Person], None]) -> None:
    survivor, other, _made = _two_wallets()
    done = merged(survivor, other)
    touch(survivor)
    before = state()
    with pytest.raises(MergeRefused, match="dibelanjakan"):
        parted(done)
    assert state() == before


def test_cash_paid_into_the_others_purse_since_keeps_two_rows_together() -> None:
    survivor, other = twice()
    made = programme(terms=money.terms(cash=True))
    paid(made)
    done = merged(survivor, other)
    theirs = fresh(survivor).wallet.purses.get(pk=done.kept["pooled"]["purses"][0])
    money.top_up(fresh(survivor).wallet, 10_000, into=theirs)
    with pytest.raises(MergeRefused, match="disetor"):
        parted(done)


def test_the_survivors_own_spending_and_a_capture_agreed_before_keep_nobody_together() -> None:
    survivor, other, _made = _two_wallets()
    held = money.hold(fresh(other).wallet, money.merchant(), 100_000)
    done = merged(survivor, other)
    money.capture(held, 100_000)
    mine = money.purse(fresh(survivor).wallet, 50_000, usable_until=timezone.now() + timedelta(days=1))
    money.pay(fresh(survivor).wallet, money.merchant(), 50_000)  # earliest expiry first: their own
    assert money.balance(mine.account) == 0
    parted(done)
    assert (book(survivor), book(other)) == (300_000, 200_000)
    money.assert_books_hold()


def test_aid_of_the_survivors_own_keeps_a_taken_wallet() -> None:
    survivor, other, _made = _one_wallet()
    done = merged(survivor, other)
    own = money.programme(budget=10_000_000)
    eligibility.enrol_eligible(own)
    paid(own)
    with pytest.raises(MergeRefused):
        parted(done)


def test_purses_that_went_on_to_an_heir_do_not_come_back() -> None:
    survivor, other, _made = _two_wallets()
    done = merged(survivor, other)
    money.passed_on(fresh(survivor).wallet, money.wallet())
    assert reconciliation.differences() == []
    with pytest.raises(MergeRefused, match="diwariskan"):
        parted(done)


def test_what_lapsed_or_was_refunded_since_keeps_nobody_together() -> None:
    survivor, other = twice()
    fund = money.fund()
    made = programme(terms=money.terms(lapses_to=fund), purse_days=30)
    paid(made)
    payment = money.pay(fresh(other).wallet, money.merchant(), 100_000)
    done = merged(survivor, other)
    money.refund(payment, 40_000)
    list(purses.lapse_due(timezone.now() + timedelta(days=31)))
    assert money.balance(fund) == 540_000
    parted(done)
    assert (book(survivor), book(other)) == (0, 0)
    money.assert_books_hold()


def test_nobody_is_parted_and_left_with_a_case_about_the_others_payments() -> None:
    survivor, other, _made = _moved_enrolment()
    line = Instruction.objects.get(enrolment__person=other)
    done = merged(survivor, other)
    case = proposed(line, 50_000)
    assert case.person == survivor
    with pytest.raises(MergeRefused, match=f"#{case.pk}"):
        parted(done)
    assert fresh(other).status == "merged"
    clawback.drop(case, by=money.officer(), reason="orang lain")
    parted(done)
    assert proposed(line, 50_000).person == other
    money.assert_books_hold()


def test_a_case_about_both_rows_payments_keeps_them_together() -> None:
    survivor, other = twice()
    batch = paid(programme())
    done = merged(survivor, other)
    claims = dict.fromkeys(batch.instructions.values_list("pk", flat=True), 1_000)
    case = clawback.propose(claims, reason="dibayar dua kali", evidence="BA 1", by=money.officer())
    assert case.person == survivor
    with pytest.raises(MergeRefused, match=f"#{case.pk}"):
        parted(done)


def test_merges_are_undone_from_the_last() -> None:
    first, second = twice()
    third, _fourth = twice()
    done = merged(second, first)
    last = merged(third, second)
    with pytest.raises(SurvivorMerged):
        parted(done)
    parted(last)
    parted(done)
    assert set(Person.objects.values_list("status", flat=True)) == {"active"}


def test_what_a_merge_kept_is_never_rewritten() -> None:
    done = merged(*twice())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_merge SET kept = '{}' WHERE id = %s", [done.pk])
