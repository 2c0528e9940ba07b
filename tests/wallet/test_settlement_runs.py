"""Merchants are settled once a working day, with what stood at the cut-off; under races and crashes too."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from tests import money, steps
from tests.processes import together
from tests.wallet import shops
from vault import rotation
from vault.sealing import CannotOpen
from wallet import business_days, ledger, merchants, settlement, settlement_runs
from wallet.errors import InsufficientFunds
from wallet.fraud import holds
from wallet.models import (
    Account,
    FraudCase,
    FraudHold,
    Merchant,
    Settlement,
    SettlementOutcome,
    SettlementRun,
    Transfer,
)


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def run(cut_off: datetime | None = None, day: date = date(2026, 11, 24)) -> SettlementRun:
    """A run whose cut-off is now, if nothing else is said: what the ledger's clock posted before counts."""
    made, _ = SettlementRun.objects.get_or_create(
        business_day=day, defaults={"cut_off": cut_off or ledger.clock() + timedelta(seconds=1)}
    )
    return made


def settled(made: SettlementRun) -> list[tuple[str, int, int]]:
    return [(one.kind, one.amount, one.recovered) for one in settlement_runs.settle_all(made)]


def with_credit(shop: Merchant, credit: int) -> Merchant:
    return shops.changed(shop, refund_credit=credit)


def bought(shop: Merchant, amount: int) -> Any:
    wallet = money.wallet()
    money.purse(wallet, amount)
    return money.pay(wallet, shop, amount)


# --- which day ---


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-24T22:00", date(2026, 11, 24)),  # a Tuesday
        ("2026-11-24T21:59:59", date(2026, 11, 23)),
        ("2026-11-28T23:00", date(2026, 11, 27)),  # on Saturday, Friday's
        ("2026-11-30T12:00", date(2026, 11, 27)),
        ("2026-11-30T22:00", date(2026, 11, 30)),
        ("2026-12-25T23:00", date(2026, 12, 23)),  # Christmas, and cuti bersama the day before
        ("2026-08-17T23:00", date(2026, 8, 14)),  # independence day, a Monday
    ],
)
def test_a_cut_off_is_on_working_days_only(moment: str, day: date) -> None:
    assert business_days.last_cut_off(at(moment)) == (day, at(f"{day}T22:00"))


def test_the_settings_go_before_the_calendar(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {
        "bank_days_off": frozenset({date(2026, 11, 25)}),
        "bank_working_days": frozenset({date(2026, 12, 25), date(2026, 11, 28)}),
    }
    asked = [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 28), date(2026, 12, 24), date(2026, 12, 25)]
    assert [business_days.is_working(day) for day in asked] == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-24T21:59", date(2026, 11, 24)),
        ("2026-11-24T22:00", date(2026, 11, 25)),
        ("2026-11-27T22:00", date(2026, 11, 30)),
        ("2026-11-28T09:00", date(2026, 11, 30)),
        ("2026-12-23T22:00", date(2026, 12, 28)),
    ],
)
def test_a_sale_is_in_the_next_working_days_settlement(moment: str, day: date) -> None:
    assert business_days.business_day_of(at(moment)) == day


@pytest.mark.django_db
def test_a_business_day_is_run_once_and_the_next_one_anew(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_minimum": 1}
    shop = money.owed(100)
    after = business_days.cut_off(business_days.on_or_after(timezone.localdate() + timedelta(days=1)))
    assert [one.merchant for one in settlement_runs.run_due(after)] == [shop]
    assert list(settlement_runs.run_due(after + timedelta(hours=1))) == []
    assert SettlementRun.objects.get().finished_at is not None
    bought(shop, 50)
    later = business_days.cut_off(business_days.on_or_after(timezone.localdate(after) + timedelta(days=1)))
    assert [(one.merchant, one.amount) for one in settlement_runs.run_due(later)] == [(shop, 50)]
    assert SettlementRun.objects.count() == 2


# --- what is due ---


@pytest.mark.django_db
class TestWhatIsDue:
    @pytest.fixture(autouse=True)
    def _no_minimum(self, settings: Any) -> None:
        settings.WALLET = settings.WALLET | {"settlement_minimum": 1}

    def test_what_was_sold_after_the_cut_off_waits_for_the_next(self) -> None:
        shop = money.owed(100)
        made = run(ledger.clock())
        bought(shop, 50)
        assert settled(made) == [("settled", 100, 0)]
        assert money.balance(shop.account) == 50
        money.assert_books_hold()
        assert settled(made) == []  # a repetition finds the outcome
        assert settled(run(day=date(2026, 11, 25))) == [("settled", 50, 0)]
        money.assert_books_hold()

    def test_refunds_are_taken_off_whenever_they_were(self) -> None:
        shop = money.merchant()
        early, late = bought(shop, 100), bought(shop, 70)
        money.refund(early, 30)
        made = run(ledger.clock())
        money.refund(late, 20)
        assert settled(made) == [("settled", 120, 0)]
        assert money.balance(shop.account) == 0

    def test_a_sale_and_its_refund_after_the_cut_off_change_nothing(self) -> None:
        shop = money.owed(100)
        made = run(ledger.clock())
        money.refund(bought(shop, 50), None)
        assert settled(made) == [("settled", 100, 0)]

    def test_below_the_minimum_it_is_carried_over_until_it_is_enough(self, settings: Any) -> None:
        settings.WALLET = settings.WALLET | {"settlement_minimum": 100}
        shop = money.owed(99)
        assert settled(run()) == [("carried", 99, 0)]
        assert not Settlement.objects.exists()
        bought(shop, 1)
        assert settled(run(day=date(2026, 11, 25))) == [("settled", 100, 0)]

    def test_a_merchants_own_minimum_goes_before_everybodys_and_none_is_asked_at_the_end(self, settings: Any) -> None:
        settings.WALLET = settings.WALLET | {"settlement_minimum": 100}
        own, closed = money.owed(40), money.owed(30)
        shops.changed(own, settlement_minimum=40)
        merchants.close(closed, "pindah", "petugas")
        assert settled(run()) == [("settled", 40, 0), ("settled", 30, 0)]

    def test_without_a_bank_account_it_is_told_and_stays(self) -> None:
        shop, torn = money.owed(100), money.owed(60)
        with connection.cursor() as cursor, rotation.resealing(cursor):  # nobody else writes them
            Merchant.objects.filter(pk=shop.pk).update(bank_code="", bank_account_sealed=b"")
            Merchant.objects.filter(pk=torn.pk).update(bank_account_sealed=b"torn")
        assert settled(run()) == [("no_account", 100, 0), ("no_account", 60, 0)]
        assert money.balance(shop.account) == 100

    @pytest.mark.parametrize("torn", ["bank_account_sealed", "account_holder_sealed"])
    def test_an_account_that_cannot_be_read_whole_stops_nobody_else(self, torn: str) -> None:
        unread, other = money.owed(100), money.owed(60)
        with connection.cursor() as cursor, rotation.resealing(cursor):
            Merchant.objects.filter(pk=unread.pk).update(**{torn: b"torn"})
        made = run()
        assert settled(made) == [("no_account", 100, 0), ("settled", 60, 0)]
        made.refresh_from_db()
        assert made.finished_at is not None
        assert (money.balance(unread.account), money.balance(other.account)) == (100, 0)

    def test_what_the_bank_returned_is_due_again_also_after_the_cut_off(self) -> None:
        shop = money.owed(100)
        first = settlement.settle(shop, date(2026, 11, 23))
        assert first is not None
        made = run(ledger.clock())
        settlement.returned(first, "rekening ditutup")
        assert settled(made) == [("settled", 100, 0)]
        money.assert_books_hold()


# --- refunds after the settlement ---


@pytest.mark.django_db
def test_a_refund_after_the_settlement_is_advanced_and_taken_off_the_next(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_minimum": 1}
    shop = with_credit(money.merchant(), 80)
    payment = bought(shop, 100)
    assert settled(run()) == [("settled", 100, 0)]
    money.refund(payment, 60)
    assert shop.advance is not None
    assert (money.balance(shop.account), money.balance(shop.advance)) == (0, -60)
    money.assert_books_hold()
    assert settled(run(day=date(2026, 11, 25))) == []  # nothing to pay, and nothing negative is paid
    bought(shop, 50)
    assert settled(run(day=date(2026, 11, 26))) == [("nothing", 0, 50)]
    bought(shop, 40)
    assert settled(run(day=date(2026, 11, 27))) == [("settled", 30, 10)]
    assert (money.balance(shop.account), money.balance(shop.advance)) == (0, 0)
    money.assert_books_hold()


@pytest.mark.django_db
def test_a_refund_takes_what_is_owed_first_and_stops_at_the_credit() -> None:
    shop = with_credit(money.merchant(), 50)
    payment = bought(shop, 100)
    settlement.settle(shop, date(2026, 11, 24))
    bought(shop, 20)
    with pytest.raises(InsufficientFunds):
        money.refund(payment, 71)
    money.refund(payment, 70)
    assert shop.advance is not None
    assert (money.balance(shop.account), money.balance(shop.advance)) == (0, -50)
    with pytest.raises(InsufficientFunds):
        money.refund(payment, 1)
    made = settlement.settle(shop, date(2026, 11, 25))
    assert made is None
    money.assert_books_hold()


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["closed", "withheld"])
def test_nothing_is_advanced_to_whom_no_settlement_may_pay_back(end: str) -> None:
    shop = with_credit(money.merchant(), 80)
    payment = bought(shop, 100)
    settlement.settle(shop, date(2026, 11, 24))
    if end == "closed":
        merchants.close(shop, "pindah", "petugas")
    else:
        case = FraudCase.objects.create(merchant=shop, day=timezone.localdate(), score=40)
        holds.place(case, FraudHold.Kind.SETTLEMENT, money.officer(), "laporan warga")
    with pytest.raises(InsufficientFunds):
        money.refund(payment, 60)
    money.assert_books_hold()


def _do_refund(order: Any) -> int:
    from wallet import refunds

    return refunds.refund(order).amount


@pytest.mark.usefixtures("processes")
def test_refunds_at_the_same_moment_never_pass_the_credit() -> None:
    shop = with_credit(money.merchant(), 50)
    payments = [bought(shop, 20) for _ in range(6)]
    settlement.settle(shop, date(2026, 11, 24))
    told = together([(_do_refund, (money.refund_order(payment, None),)) for payment in payments])
    assert Counter(outcome.error for outcome in told) == {"": 2, "insufficient_funds": 4}
    assert shop.advance is not None and money.balance(shop.advance) == -40
    money.assert_books_hold()


# --- once ---


def _do_run(number: int) -> int:
    return len(list(settlement_runs.settle_all(SettlementRun.objects.get(pk=number))))


@pytest.mark.usefixtures("processes")
def test_runs_at_the_same_moment_settle_each_merchant_once() -> None:
    Account.objects.get_or_create(kind="settlement")
    owed = [money.owed(20_000) for _ in range(5)]
    made = run()
    told = together([(_do_run, (made.pk,)) for _ in range(4)])
    assert sum(outcome.value for outcome in told) == len(owed)
    assert Counter(Settlement.objects.values_list("merchant", "amount")) == {(shop.pk, 20_000): 1 for shop in owed}
    money.assert_books_hold()


@pytest.mark.django_db
def test_merchants_that_are_owed_nothing_are_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settlement_runs, "LOOKED_AT_ONCE", 2)
    for _ in range(5):
        money.merchant()
    owed = [money.owed(20_000), money.owed(30_000)]
    locked: list[str] = []
    with steps.watched(locked.append):
        assert [one.merchant for one in settlement_runs.settle_all(run())] == owed
    assert locked.count("lock wallet_merchant no key update") == 2


@pytest.mark.django_db
@pytest.mark.parametrize("error", [IntegrityError("a row of it is torn"), CannotOpen("a column of it is torn")])
def test_a_merchant_that_fails_stops_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    bad, good = money.owed(20_000), money.owed(30_000)
    made, pay_out = run(), settlement.pay_out

    def torn(merchant: Merchant, *told: Any, **how: Any) -> Settlement | None:
        if merchant == bad:
            raise error
        return pay_out(merchant, *told, **how)

    monkeypatch.setattr(settlement, "pay_out", torn)
    assert [one.merchant for one in settlement_runs.settle_all(made)] == [good]
    made.refresh_from_db()
    assert made.finished_at is None
    monkeypatch.undo()
    assert [one.merchant for one in settlement_runs.settle_all(made)] == [bad]
    made.refresh_from_db()
    assert made.finished_at is not None
    money.assert_books_hold()


@pytest.mark.django_db
def test_a_run_that_was_overtaken_is_ended_by_the_next_and_names_whom_it_left(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"settlement_minimum": 1}
    early = SettlementRun.objects.create(business_day=date(2020, 1, 1), cut_off=ledger.clock())
    shop = money.owed(100)
    cut_short = SettlementRun.objects.create(business_day=date(2020, 1, 2), cut_off=ledger.clock())
    after = business_days.cut_off(business_days.on_or_after(timezone.localdate() + timedelta(days=1)))
    told = [(one.run == cut_short, one.merchant, one.kind, one.amount) for one in settlement_runs.run_due(after)]
    assert told == [(True, shop, "left", 100), (False, shop, "settled", 100)]
    for ended in (early, cut_short):
        ended.refresh_from_db()
        assert ended.finished_at is not None
    assert not early.outcomes.exists()  # what was sold since was none of its business
    assert list(settlement_runs.run_due(after)) == []
    money.assert_books_hold()


RUN = [
    "lock wallet_merchant no key update",
    "lock wallet_account update",
    "insert wallet_settlement",
    "lock wallet_account no key update",
    "update wallet_account",
    "insert wallet_transfer",
    "update wallet_account",
    "insert wallet_checkpoint",
    "insert wallet_settlementoutcome",
    "commit",
    "update wallet_settlementrun",  # by itself: no transaction around it
]


def _ready() -> int:
    ledger.singleton(Account.Kind.SETTLEMENT)
    money.owed(20_000)
    return run().pk


@pytest.mark.usefixtures("processes")
def test_a_run_takes_these_steps() -> None:
    assert [step for step in steps.of(_do_run, _ready()) if step] == RUN


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("step", range(1, len(RUN) + 1))
def test_a_run_that_is_killed_goes_on_and_settles_once(step: int) -> None:
    number = _ready()
    steps.killed_after(step, _do_run, number)
    _do_run(number)
    assert [(row.amount, row.status) for row in Settlement.objects.all()] == [(20_000, "pending")]
    assert SettlementOutcome.objects.get().kind == "settled"
    assert Transfer.objects.filter(kind="settlement").count() == 1
    assert SettlementRun.objects.get().finished_at is not None
    money.assert_books_hold()


@pytest.mark.django_db
def test_an_outcome_is_written_once_and_stays() -> None:
    money.owed(20_000)
    made = run()
    settled(made)
    outcome = SettlementOutcome.objects.get()
    with pytest.raises(DatabaseError, match=r"permission denied|append-only"), transaction.atomic():
        SettlementOutcome.objects.update(amount=1)
    with pytest.raises(DatabaseError, match="outcome_once"), transaction.atomic():
        SettlementOutcome.objects.create(run=made, merchant=outcome.merchant, kind="nothing", amount=0)


def test_the_clock_alone_decides_in_the_demo(settings: Any) -> None:
    from wallet import tasks

    settings.WALLET = settings.WALLET | {"settlement_daily": False}
    with time_machine.travel(at("2026-11-24T23:00")):
        assert tasks.settle_merchants() == 0
