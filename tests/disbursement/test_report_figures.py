"""A report's figures are what anybody would count by hand, and what the ledger says: whatever happened to the money."""

from __future__ import annotations

import contextlib
import os
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beneficiaries.errors import BeneficiaryError
from beneficiaries.models import DuplicatePair, Household, Person
from disbursement import approvals, batches, enrolments, owed, preflight
from disbursement.errors import DisbursementError, NothingToPay
from disbursement.models import Batch, Chunk, Enrolment, Instruction, Report
from disbursement.reports import figures
from disbursement.reports.columns import ADDITIVE, COLUMNS, USES
from tests import money
from tests.disbursement import merging
from tests.disbursement.report_oracle import expected
from tests.disbursement.report_world import (
    NOVEMBER,
    OCTOBER,
    computed,
    groups_of,
    lapse,
    line_of,
    paid,
    person,
    programme,
    purse_of,
    reported,
    spend,
    take_back,
    wallet_of,
)
from tests.owner import tamper
from wallet import ledger
from wallet.errors import WalletError
from wallet.models import Transfer, Wallet

REFUSED = (WalletError, DisbursementError, BeneficiaryError, DuplicatePair.DoesNotExist)
GROUPINGS = Report.Grouping.values
EXAMPLES = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 12
REFUND_LATE = timedelta(days=40)  # after the purses' time


def agrees(**asked: Any) -> None:
    """Every grouping with these filters says what is counted by hand, and adds up."""
    for grouping in GROUPINGS:
        report = Report(grouping=grouping, **asked)
        told, wanted = computed(report), expected(report)
        assert told.keys() == wanted.keys(), grouping
        for key, group in wanted.items():
            assert told[key] == group, (grouping, key)
        adds_up(told)


def adds_up(told: dict[str, dict[str, Any]]) -> None:
    groups = [group for key, group in told.items() if key]
    for name in ADDITIVE:
        assert sum(group[name] for group in groups) == told[""][name], name
    for group in told.values():
        assert group["paid_total"] + group["added"] == sum(group[name] for name in USES)
        assert group["instructed"] == sum(
            group[state] for state in ("paid", "pending", "failed", "left_out", "returned")
        )
        assert group["used"] == sum(group["uses"]) and group["paid_people"] <= group["enrolled"]


# --- by hand ---


@pytest.mark.django_db
def test_what_became_of_the_money_of_each_place() -> None:
    near, far, poor = person(0), person(3), person(3, decile=1)
    made, shop = programme(amount=1_000), money.merchant()
    batch = paid(made, frozen=[poor])
    first = spend(near, shop, 400)
    spend(far, shop, 100)
    money.refund(first, 150)
    told = groups_of(reported("region", programmes=[made.pk]))
    assert told.keys() == {"31.71", "31.74", ""}
    here, there, whole = told["31.71"], told["31.74"], told[""]
    assert (here["enrolled"], here["paid"], here["paid_total"], here["failed"]) == (1, 1, 1_000, 0)
    assert (here["redeemed"], here["refunded"], here["left"], here["used"]) == (250, 150, 750, 1)
    assert (there["enrolled"], there["paid_people"], there["paid_total"]) == (2, 1, 1_000)
    assert (there["failed"], there["failed_total"], there["redeemed"], there["left"]) == (1, 1_000, 100, 900)
    assert (whole["instructed"], whole["paid_total"], whole["redeemed"], whole["lapsed"]) == (3, 2_000, 350, 0)
    report = reported("region", programmes=[made.pk])
    assert report.result is not None and report.result["total"]["reasons"] == {"wallet_frozen": [1, 1_000]}
    assert lapse() == 2
    assert groups_of(reported("programme", batch=batch))[str(made.pk)]["lapsed"] == 2_000 - 350


@pytest.mark.django_db
def test_an_empty_house_has_a_total_of_nothing() -> None:
    for grouping in GROUPINGS:
        told = computed(Report(grouping=grouping))
        assert told.keys() == {""} and not any(told[""][name] for name in ADDITIVE)
        assert (told[""]["wait_median"], told[""]["use_most"], told[""]["enrolled"]) == (None, None, 0)


@pytest.mark.django_db
def test_who_failed_and_was_paid_by_a_follow_up_is_paid_and_no_longer_failed() -> None:
    one, _other = person(), person()
    made = programme()
    batch = paid(made, frozen=[one])
    assert groups_of(reported("sex"))[""]["failed"] == 1
    money.pay_out(money.approve(approvals.submit(batches.follow_up(batch), by=money.officer())))
    whole = groups_of(reported("sex"))[""]
    assert (whole["instructed"], whole["paid"], whole["failed"], whole["paid_people"]) == (2, 2, 0, 2)
    assert groups_of(reported("sex", batch=batch))[""]["failed"] == 1  # of the batch itself that stays true
    agrees()
    agrees(batch=batch)


@pytest.mark.django_db
def test_who_was_left_out_before_approval_is_told_until_another_batch_pays_them() -> None:
    one, _other = person(), person()
    made = money.programme(amount=1_000, budget=10_000)
    batch = money.prepared(made, OCTOBER)
    wallet = batch.instructions.get(enrolment__person=one).wallet
    money.wallets.freeze(wallet, "sengketa")
    preflight.soon(batch)
    preflight.leave_out_blocked(batch)
    batch.refresh_from_db()
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    whole = computed(Report(grouping="sex"))[""]
    assert (whole["instructed"], whole["paid"], whole["failed"]) == (2, 1, 0)
    assert (whole["left_out"], whole["left_out_total"]) == (1, 1_000)
    agrees()
    money.wallets.unfreeze(wallet, "selesai")
    money.pay_out(money.approve(approvals.submit(batches.prepare(batch.cycle), by=money.officer())))
    assert computed(Report(grouping="sex"))[""]["left_out"] == 0
    assert computed(Report(grouping="sex", batch=batch))[""]["left_out"] == 1
    agrees()
    agrees(batch=batch)


@pytest.mark.django_db
def test_what_was_taken_back_is_told_as_long_as_nothing_was_paid_in_its_place() -> None:
    one, _other = person(), person()
    made = programme()
    batch = paid(made)
    take_back(one, batch)
    whole = groups_of(reported("decile"))[""]
    assert (whole["paid"], whole["returned"], whole["returned_total"], whole["paid_total"]) == (1, 1, 1_000, 1_000)
    agrees()
    owed.owe(made.enrolments.filter(person=one), batch.cycle, "tetap berhak", money.officer())
    paid(made)
    whole = groups_of(reported("decile"))[""]
    assert (whole["paid"], whole["returned"], whole["instructed"]) == (2, 0, 2)
    agrees()


@pytest.mark.django_db
def test_a_refund_after_the_purse_s_end_counts_as_lapsed_and_the_rest_goes_where_it_came_from() -> None:
    one = person()
    shop = money.merchant()
    paid(programme(amount=500), OCTOBER)
    paid(programme(amount=700), OCTOBER)
    bought = spend(one, shop, 900)  # of both purses
    money.refund(bought, 50)
    lapse()
    with time_machine.travel(timezone.now() + REFUND_LATE, tick=False):
        money.refund(bought, 300)
    agrees()
    told = groups_of(reported("programme"))
    assert (told[""]["redeemed"], told[""]["refunded"], told[""]["left"]) == (550, 350, 0)
    assert told[""]["lapsed"] == 1_200 - 550
    money.assert_books_hold()


@pytest.mark.django_db
def test_a_holder_s_own_money_in_the_purse_and_a_lapse_undone_keep_the_equation() -> None:
    one, _other = person(), person()
    made = money.programme(amount=1_000, budget=10_000, terms=money.terms(cash=True))
    batch = paid(made)
    money.top_up(wallet_of(one), 300, into=purse_of(line_of(one, batch)))
    spend(one, money.merchant(), 1_200)
    ending = programme(amount=400)
    paid(ending)
    lapse()
    undone = Transfer.objects.filter(kind=Transfer.Kind.LAPSE).order_by("pk")[0]
    ledger.reverse(undone)
    agrees()
    told = groups_of(reported("programme"))
    assert (told[str(made.pk)]["added"], told[str(made.pk)]["paid_total"]) == (300, 2_000)
    assert (told[str(ending.pk)]["lapsed"], told[str(ending.pk)]["left"]) == (400, 400)


@pytest.mark.django_db
def test_arrears_belong_to_the_cycle_that_they_are_for_and_can_be_asked_for_alone() -> None:
    one, _other = person(), person()
    made = programme()
    paid(made, OCTOBER, frozen=[one])
    batch = batches.prepare(batches.cycle_of(made, NOVEMBER))
    owed = line_of(one, batch)
    old = batches.cycle_of(made, OCTOBER)
    Instruction.objects.create(
        batch=batch, chunk=owed.chunk, cycle=old, enrolment=owed.enrolment, wallet=owed.wallet, kind="arrears", amount=1_000
    )  # fmt: skip
    Chunk.objects.filter(pk=owed.chunk_id).update(count=3)
    Batch.objects.filter(pk=batch.pk).update(count=3, total=3_000)
    money.pay_out(money.approve(approvals.submit(batch, by=money.officer())))
    told = groups_of(reported("cycle"))
    assert (told["2026-10-01"]["paid"], told["2026-10-01"]["failed"], told["2026-11-01"]["paid"]) == (2, 0, 2)
    assert (told[""]["enrolled"], told[""]["paid_people"]) == (2, 2)  # each once
    assert groups_of(reported("cycle", kind="arrears"))[""]["paid"] == 1
    for kind in ("", *Instruction.Kind.values):
        agrees(kind=kind)
    agrees(period_from=NOVEMBER)
    agrees(period_to=OCTOBER)


@pytest.mark.django_db
def test_places_ages_and_filters_divide_everybody_once() -> None:
    for at in range(12):
        person(at, at, "LP"[at % 2], 1 + at % 10)
    made, other = programme(), programme(amount=2_000)
    paid(made)
    paid(other, NOVEMBER)
    for region in ("31", "31.71.01", "31.71.01.1001", "33"):
        agrees(region=region)
    agrees(programmes=[other.pk])
    assert groups_of(reported("region", region="31.71"))[""]["enrolled"] == 2 * 8  # of two programmes
    assert groups_of(reported("region", region="31")).keys() == {"31.71", "31.74", ""}


@pytest.mark.django_db
def test_age_changes_on_the_birthday_and_a_leap_day_is_one_day_later() -> None:
    now = timezone.localdate()
    for days in (-1, 0, 1):
        money.person(born=now.replace(year=now.year - 60) + timedelta(days=days))
    paid(programme())
    told = groups_of(reported("age"))
    assert (told["60"]["enrolled"], told["40"]["enrolled"]) == (2, 1)
    today = date(2027, 2, 28)
    assert [figures.born_by(age, today) for age in (7, 60)] == [date(2020, 2, 28), date(1967, 2, 28)]
    assert figures.born_by(7, date(2028, 2, 29)) == date(2021, 2, 28)


# --- who counts ---


@pytest.mark.django_db
def test_who_was_merged_counts_once_and_their_payments_with_the_survivor() -> None:
    survivor, other = merging.twice()
    Household.objects.filter(pk=other.household_id).update(decile=7)
    made = programme()
    paid(made)
    before = groups_of(reported("decile"))
    assert (before["7"]["enrolled"], before[""]["paid_total"]) == (1, 2_000)
    merging.merged(survivor, other)
    told = groups_of(reported("decile"))
    assert told.keys() == {"2", ""}
    assert (told["2"]["enrolled"], told["2"]["paid_people"]) == (1, 1)
    assert (told["2"]["paid"], told["2"]["paid_total"]) == (2, 2_000)
    agrees()


@pytest.mark.django_db
def test_who_was_erased_or_left_the_programme_stays_in_the_totals() -> None:
    one, _other = person(), person()
    made = programme()
    paid(made)
    enrolments.end(Enrolment.objects.get(person=one))
    # What erasing leaves of a person (beneficiaries.erasure).
    born = one.birth_date.replace(month=1, day=1)
    Person.objects.filter(pk=one.pk).update(
        name="", nik_index=None, birth_date=born, status="left", erased_at=timezone.now()
    )
    told = groups_of(reported("region"))[""]
    assert (told["enrolled"], told["paid_people"], told["paid_total"]) == (2, 2, 2_000)
    agrees()


@pytest.mark.django_db
def test_who_has_been_enrolled_since_the_period_is_not_of_it() -> None:
    made = programme()
    for day, period in ((date(2026, 5, 31), date(2026, 6, 1)), (date(2026, 11, 1), NOVEMBER)):
        someone = person()
        someone.wallet = Wallet.objects.create(holder=someone.uid)
        someone.save(update_fields=["wallet"])
        at = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
        Enrolment.objects.create(programme=made, person=someone, created_at=at)
        paid(made, period)
    assert groups_of(reported("programme", period_to=date(2026, 10, 31)))[""]["enrolled"] == 1
    assert groups_of(reported("programme", period_to=date(2026, 11, 30)))[""]["enrolled"] == 2
    agrees(period_to=date(2026, 10, 31))


# --- the ledger ---


@pytest.mark.django_db
def test_all_programmes_together_are_what_the_ledger_has_paid_out() -> None:
    crowd = [person(at, at, "LP"[at % 2]) for at in range(6)]
    shop = money.merchant()
    for amount in (1_000, 700):
        made = programme(amount=amount)
        batch = paid(made, frozen=crowd[:1])
        take_back(crowd[1], batch)
        paid(made, NOVEMBER)
    money.refund(spend(crowd[2], shop, 2_500), 900)
    lapse()
    for grouping in GROUPINGS:
        told = computed(Report(grouping=grouping))[""]
        moved = Transfer.objects.filter(kind=Transfer.Kind.DISBURSEMENT).aggregate(total=Sum("amount"))["total"]
        back = Transfer.objects.filter(reverses__kind=Transfer.Kind.DISBURSEMENT).aggregate(total=Sum("amount"))[
            "total"
        ]
        assert (told["paid_total"], told["returned_total"]) == (moved - back, back)
        assert told["redeemed"] + told["lapsed"] + told["left"] == told["paid_total"]
    money.assert_books_hold()


# --- how long it took ---


@pytest.mark.usefixtures("committed_db")
def test_lengths_of_time_are_measured_to_the_second_by_the_ledger_s_clock() -> None:
    crowd = [person() for _ in range(10)]
    shop = money.merchant()
    batch = paid(programme())
    due = batch.cycle.due_at
    for at, one in enumerate(crowd):
        moment = due + timedelta(hours=at, milliseconds=999)
        opened = line_of(one, batch).key
        tamper("UPDATE wallet_transfer SET posted_at = %s WHERE key = %s", moment, opened)
        if at < 4:
            bought = spend(one, shop, 10)
            spend(one, shop, 10)
            for step, transfer in enumerate(
                Transfer.objects.filter(debit=purse_of(line_of(one, batch)).pk).order_by("pk")
            ):
                later = moment + timedelta(days=at, minutes=step)
                tamper("UPDATE wallet_transfer SET posted_at = %s WHERE id = %s", later, transfer.pk)
            assert bought.pk
    told = groups_of(reported("programme"))[""]
    hour, day = 3_600, 86_400
    assert (told["wait_median"], told["wait_most"]) == (4 * hour, 8 * hour)
    assert (told["use_median"], told["use_most"], told["used"]) == (1 * day, 3 * day, 4)
    assert told["waits"] == [2, 8, 0, 0, 0, 0]
    assert told["uses"] == [1, 1, 2, 0, 0, 0]
    agrees()


@pytest.mark.django_db
def test_paid_before_it_was_due_is_paid_at_once() -> None:
    person()
    paid(programme(), late=timedelta(days=-3))
    told = groups_of(reported("programme"))[""]
    assert (told["wait_median"], told["waits"][0]) == (0, 1)


# --- any world ---

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["spend", "spend", "spend", "refund", "late_refund", "take_back", "lapse", "leave", "merge"]),
        st.integers(0, 50),
        st.integers(1, 1_500),
    ),
    max_size=14,
)
PEOPLE = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 5), st.sampled_from("LP"), st.integers(1, 10)), min_size=1, max_size=7
)


@pytest.mark.django_db
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(who=PEOPLE, frozen=st.sets(st.integers(0, 6)), steps=STEPS, asked=st.integers(0, 5), follow=st.booleans())
def test_any_world_is_reported_as_it_is_counted_by_hand(
    who: list[tuple[int, int, str, int]], frozen: set[int], steps: list[tuple[str, int, int]], asked: int, follow: bool
) -> None:
    with transaction.atomic():
        crowd = [person(*one) for one in who]
        stopped = [one for at, one in enumerate(crowd) if at in frozen and len(frozen) < len(crowd)]
        ending, lasting = (
            programme(amount=1_000),
            money.programme(amount=600, budget=10**7, eligibility="person.age >= 0"),
        )
        batch = paid(ending, frozen=stopped)
        paid(lasting, NOVEMBER)
        if stopped and follow:
            money.pay_out(money.approve(approvals.submit(batches.follow_up(batch), by=money.officer())))
        _lived(crowd, steps)
        with contextlib.suppress(NothingToPay):  # all may have left
            batches.prepare(batches.cycle_of(lasting, date(2026, 12, 1)))
        chosen: list[dict[str, Any]] = [
            {},
            {"region": "31.71"},
            {"programmes": [ending.pk]},
            {"period_from": NOVEMBER},
            {"batch": batch},
            {"kind": "regular", "period_to": NOVEMBER},
        ]
        agrees(**chosen[asked])
        money.assert_books_hold()
        transaction.set_rollback(True)


def _lived(crowd: list[Person], steps: list[tuple[str, int, int]]) -> None:
    """What happens to the people and their money; what the house refuses does not happen."""
    shop, bought = money.merchant(), []
    for step, at, amount in steps:
        one = Person.objects.get(pk=crowd[at % len(crowd)].pk)
        try:
            with transaction.atomic():
                if step == "spend":
                    bought.append(spend(one, shop, amount))
                elif step in ("refund", "late_refund") and bought:
                    later = timezone.now() + (REFUND_LATE if step == "late_refund" else timedelta(0))
                    with time_machine.travel(later, tick=False):
                        money.refund(bought[at % len(bought)], amount)
                elif step == "take_back":
                    lines = Instruction.objects.filter(status="paid").order_by("pk")
                    money.taken_back(lines[at % len(lines)], "salah orang")
                elif step == "lapse":
                    lapse()
                elif step == "leave":
                    enrolments.end(Enrolment.objects.order_by("pk")[at % Enrolment.objects.count()])
                elif step == "merge":
                    other = Person.objects.get(pk=crowd[(at + 1) % len(crowd)].pk)
                    Person.objects.filter(pk__in=[one.pk, other.pk]).update(
                        name=merging.NAME, birth_date=one.birth_date
                    )
                    merging.merged(merging.fresh(one), merging.fresh(other))
        except REFUSED:
            continue


# --- reading only, at one moment ---


@pytest.mark.usefixtures("committed_db")
def test_a_report_reads_one_moment_and_could_change_nothing(monkeypatch: Any) -> None:
    person()
    made = programme()
    paid(made)
    told: list[str] = []

    def meanwhile(done: int, of: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            told.append(cursor.fetchone()[0])
            cursor.execute("SAVEPOINT here")
            with pytest.raises(DatabaseError, match="read-only transaction"):
                cursor.execute("UPDATE disbursement_programme SET active = active")
            cursor.execute("ROLLBACK TO SAVEPOINT here")
        if len(told) == 1:  # another process pays someone more: the report does not see it
            tamper("UPDATE disbursement_instruction SET status = 'failed'")

    found = figures.compute(Report(grouping="programme"), meanwhile)
    assert set(told) == {"repeatable read"} and len(told) >= 3
    assert (found.total.figures["paid"], found.total.figures["failed"]) == (1, 0)
    assert computed(Report(grouping="programme"))[""]["failed"] == 1


def test_every_figure_has_a_column_and_every_column_a_meaning(db: None) -> None:
    names = {column.name for column in COLUMNS}
    assert names == computed(Report(grouping="sex"))[""].keys()
    assert all(str(column.meaning) and str(column.title) for column in COLUMNS)
    assert set(USES) <= names and len(names) == len(COLUMNS)
