"""Cash paid in arrives once, in a purse that may be drawn as cash, and never above what a wallet may hold or receive."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests import money
from tests.processes import together
from wallet import ledger, limits, top_ups, wallets
from wallet.errors import (
    BalanceLimitExceeded,
    CashNotAllowed,
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    MerchantSuspended,
    MerchantUnknown,
    MonthlyLimitExceeded,
    NotAnAgent,
    WalletInactive,
)
from wallet.models import Account, Merchant, Purse, PurseTerms, TopUp, Transfer, Wallet

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def wallet(db: None) -> Wallet:
    return money.wallet()


def bank() -> int:
    return money.balance(ledger.singleton(Account.Kind.BANK))


# --- where it comes from, where it goes ---


def test_cash_over_the_counter_comes_from_the_bank_into_the_holders_own_purse(wallet: Wallet) -> None:
    made = money.top_up(wallet, 50_000)
    transfer = Transfer.objects.get(key=f"top_up:{made.pk}")
    assert (transfer.kind, transfer.amount, transfer.credit_id) == ("top_up", 50_000, made.purse_id)
    assert (money.balance(made.purse_id), bank()) == (50_000, -50_000)
    money.assert_books_hold()


def test_an_agents_cash_comes_out_of_what_the_agent_is_owed(wallet: Wallet) -> None:
    agent = money.owed(80_000, "6010")
    made = money.top_up(wallet, 50_000, agent=agent)
    assert (made.agent, money.balance(agent.account), bank()) == (agent, 30_000, 0)
    with pytest.raises(InsufficientFunds):
        money.top_up(wallet, 30_001, agent=agent)
    assert (TopUp.objects.count(), money.balance(made.purse_id)) == (1, 50_000)
    money.assert_books_hold()


def test_the_own_purse_is_bound_to_nothing_and_never_ends_and_there_is_one(wallet: Wallet) -> None:
    first, second, of_another = money.top_up(wallet, 100), money.top_up(wallet, 200), money.top_up(money.wallet(), 300)
    assert first.purse_id == second.purse_id != of_another.purse_id
    purse = Purse.objects.select_related("terms").get(pk=first.purse_id)
    rules = purse.terms
    assert (purse.title, purse.usable_until, rules.own_money, rules.cash_allowed) == ("Uang sendiri", None, True, True)
    assert (rules.mccs, rules.regions, rules.lapses_to) == ([], [], None)
    assert PurseTerms.objects.filter(own_money=True).count() == 1
    assert money.pay(wallet, money.merchant(), 100).status == "paid"
    assert money.pay(wallet, money.merchant("6011"), 200).status == "paid"
    money.assert_books_hold()


def test_the_rules_of_own_money_do_not_change_once_a_purse_has_them(wallet: Wallet) -> None:
    money.top_up(wallet, 100)
    with pytest.raises(DatabaseError, match="were granted"), transaction.atomic():
        PurseTerms.objects.filter(own_money=True).update(cash_allowed=False)


def test_a_given_purse_is_filled_if_it_allows_cash_and_never_ends(wallet: Wallet) -> None:
    purse = money.purse(wallet, 1_000, rules=money.terms(["5411"], cash=True))
    assert money.top_up(wallet, 500, into=purse).purse_id == purse.pk
    assert money.balance(purse.pk) == 1_500
    money.assert_books_hold()


def test_no_other_purse_takes_cash(wallet: Wallet) -> None:
    soon = timezone.now() + timedelta(days=9)
    unfit = [
        money.purse(wallet, 1_000),
        money.purse(wallet, 1_000, rules=money.terms(cash=True), usable_until=soon),
        money.purse(money.wallet(), 1_000, rules=money.terms(cash=True)),
    ]
    for purse in unfit:
        with pytest.raises(CashNotAllowed):
            money.top_up(wallet, 500, into=purse)
    assert not TopUp.objects.exists()


# --- refusals ---


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "100"])
def test_an_amount_that_is_not_whole_rupiah_is_refused(wallet: Wallet, amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        money.top_up(wallet, amount)


def test_only_the_partners_own_active_cash_agents_take_cash(wallet: Wallet) -> None:
    shop = money.owed(1_000, "5411")
    with pytest.raises(NotAnAgent):
        money.top_up(wallet, 1, agent=shop)
    agent = money.owed(1_000, "6010")
    order = money.top_up_order(wallet, 1, agent=agent)
    with pytest.raises(MerchantUnknown):
        top_ups.top_up(top_ups.TopUpOrder(money.partner(), "R", b"h", wallet, 1, agent=agent.merchant_id))
    Merchant.objects.filter(pk=agent.pk).update(status=Merchant.Status.SUSPENDED)
    with pytest.raises(MerchantSuspended):
        top_ups.top_up(order)


@pytest.mark.parametrize("end", [wallets.freeze, lambda wallet, reason: wallets.close(wallet, reason, "dewi")])
def test_a_wallet_that_is_not_active_takes_no_cash(wallet: Wallet, end: Any) -> None:
    end(wallet, "sengketa")
    with pytest.raises(WalletInactive):
        money.top_up(wallet, 100)
    assert not Purse.objects.filter(wallet=wallet).exists()


# --- once ---


def test_a_retry_gets_the_first_answer_even_where_it_would_be_refused_by_now(wallet: Wallet) -> None:
    order = money.top_up_order(wallet, 100)
    first = top_ups.top_up(order)
    wallets.freeze(wallet, "sengketa")
    assert top_ups.top_up(order).pk == first.pk
    assert (money.balance(first.purse_id), bank()) == (100, -100)


def test_the_same_number_for_something_else_is_refused(wallet: Wallet) -> None:
    agent = money.owed(10_000, "6010")
    money.top_up(wallet, 100, agent=agent, reference="T-1")
    for owner, amount in ((wallet, 101), (money.wallet(), 100)):
        with pytest.raises(IdempotencyConflict):
            money.top_up(owner, amount, agent=agent, reference="T-1")
    assert (TopUp.objects.count(), money.balance(agent.account)) == (1, 9_900)
    money.assert_books_hold()


def test_the_record_is_never_rewritten(wallet: Wallet) -> None:
    money.top_up(wallet, 100)
    with pytest.raises(DatabaseError), transaction.atomic():
        TopUp.objects.update(amount=1)


# --- limits ---


@pytest.fixture
def small_limits(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {
        "balance_limit": {"registered": 1_000, "unregistered": 300},
        "monthly_limit": {"registered": 1_500, "unregistered": 500},
    }


def unregistered() -> Wallet:
    made = money.wallet()
    made.registered = False
    made.save(update_fields=["registered"])
    return made


def test_a_wallet_is_filled_up_to_its_balance_limit_and_not_above(wallet: Wallet, small_limits: None) -> None:
    money.purse(wallet, 400, rules=money.terms(cash=True))
    with pytest.raises(BalanceLimitExceeded) as refusal:
        money.top_up(wallet, 601)
    assert refusal.value.data == {"limit": 1_000}
    money.top_up(wallet, 600)


def test_an_unregistered_wallet_has_the_lower_limits(small_limits: None, db: None) -> None:
    owner = unregistered()
    with pytest.raises(BalanceLimitExceeded) as refusal:
        money.top_up(owner, 301)
    assert refusal.value.data == {"limit": 300}
    for _ in range(2):
        money.top_up(owner, 250)
        money.pay(owner, money.merchant(), 250)
    with pytest.raises(MonthlyLimitExceeded) as monthly:
        money.top_up(owner, 1)
    assert monthly.value.data == {"limit": 500}


def test_what_came_this_month_counts_although_it_is_spent(wallet: Wallet, small_limits: None) -> None:
    money.purse(wallet, 900)
    money.pay(wallet, money.merchant(), 900)
    with pytest.raises(MonthlyLimitExceeded):
        money.top_up(wallet, 601)
    money.top_up(wallet, 600)


def test_a_refund_is_not_money_that_came_in(wallet: Wallet, small_limits: None) -> None:
    money.purse(wallet, 900)
    payment = money.pay(wallet, money.merchant(), 900)
    money.refund(payment, None)
    money.pay(wallet, money.merchant(), 900)
    money.top_up(wallet, 600)


def test_what_was_reversed_did_not_come_in(wallet: Wallet, small_limits: None) -> None:
    made = money.top_up(wallet, 900)
    ledger.reverse(Transfer.objects.get(key=f"top_up:{made.pk}"), row_kept=True)
    money.top_up(wallet, 1_000)
    money.assert_books_hold()


def test_a_new_month_begins_at_midnight_in_jakarta(wallet: Wallet, small_limits: None, time_machine: Any) -> None:
    """The transfer's own clock is the database's, so the moment that is asked about moves instead."""
    money.purse(wallet, 900)
    money.pay(wallet, money.merchant(), 900)
    now = timezone.localtime(timezone.now(), JAKARTA)
    next_month = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    assert limits.exceeded({wallet.pk: 700}, next_month - timedelta(seconds=1)) == {wallet.pk: "monthly_limit_exceeded"}
    assert limits.exceeded({wallet.pk: 700}, next_month) == {}
    assert limits.month_began(datetime(2026, 11, 30, 17, 0, tzinfo=ZoneInfo("UTC"))) == datetime(
        2026, 12, 1, tzinfo=JAKARTA
    )


def test_many_wallets_are_asked_about_at_once(small_limits: None, db: None) -> None:
    rich, fed, free, small = money.wallet(), money.wallet(), money.wallet(), unregistered()
    money.purse(rich, 900)
    money.purse(fed, 900)
    money.pay(fed, money.merchant(), 900)
    arriving = {rich.pk: 101, fed.pk: 601, free.pk: 1_000, small.pk: 301}
    now = timezone.now()
    expected = {
        rich.pk: "balance_limit_exceeded",
        fed.pk: "monthly_limit_exceeded",
        small.pk: "balance_limit_exceeded",
    }
    assert limits.exceeded(arriving, now) == expected
    halves = [("k", wallet, part) for wallet, amount in arriving.items() for part in (1, amount - 1)]
    query = ledger.GrantQuery(
        "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])",
        [list(column) for column in zip(*halves, strict=True)],
    )
    assert limits.exceeded(query, now) == expected
    assert limits.exceeded({}, now) == {}


# --- races ---


def _do_top_up(order: top_ups.TopUpOrder) -> tuple[int, int]:
    made = top_ups.top_up(order)
    return made.pk, made.purse_id


def test_first_top_ups_at_once_open_one_purse_and_stop_at_the_limit(processes: None) -> None:
    wallet = money.wallet()
    jobs = [(_do_top_up, (money.top_up_order(wallet, 3_000_000),)) for _ in range(12)]
    outcomes = together(jobs)
    assert Counter(outcome.error for outcome in outcomes) == {"": 6, "balance_limit_exceeded": 6}
    assert len({outcome.value[1] for outcome in outcomes if outcome.value}) == 1
    assert Purse.objects.get().account.balance == 18_000_000
    money.assert_books_hold()


def test_one_order_sent_at_once_is_one_top_up_with_one_answer(processes: None) -> None:
    agent, wallet = money.owed(10_000, "6010"), money.wallet()
    outcomes = together([(_do_top_up, (money.top_up_order(wallet, 700, agent=agent, reference="T"),))] * 10)
    assert {outcome.error for outcome in outcomes} == {""}
    assert len({outcome.value for outcome in outcomes}) == 1
    assert money.balance(agent.account) == 9_300
    money.assert_books_hold()


def test_one_number_for_two_wallets_at_once_keeps_one(processes: None) -> None:
    agent = money.owed(10_000, "6010")
    jobs = [(_do_top_up, (money.top_up_order(money.wallet(), 700, agent=agent, reference="T"),)) for _ in range(6)]
    assert Counter(outcome.error for outcome in together(jobs)) == {"": 1, "idempotency_conflict": 5}
    assert (TopUp.objects.count(), money.balance(agent.account)) == (1, 9_300)
    money.assert_books_hold()


def test_an_agents_balance_is_never_overdrawn_by_top_ups_at_once(processes: None) -> None:
    agent = money.owed(1_000, "6010")
    jobs = [(_do_top_up, (money.top_up_order(money.wallet(), 300, agent=agent),)) for _ in range(8)]
    assert Counter(outcome.error for outcome in together(jobs)) == {"": 3, "insufficient_funds": 5}
    assert money.balance(agent.account) == 100
    money.assert_books_hold()
