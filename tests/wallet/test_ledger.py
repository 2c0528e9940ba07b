"""The ledger posts whole groups once, never overdraws what is not external, and is never rewritten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from tests import money
from wallet import checkpoints, ledger, wallets
from wallet.errors import (
    AlreadyReversed,
    IdempotencyConflict,
    InsufficientFunds,
    InvalidAmount,
    NotReversible,
    WalletInactive,
)
from wallet.models import Account, Purse, PurseTerms, Transfer

pytestmark = pytest.mark.django_db
Kind = Account.Kind


def leg(debit: Account, credit: Account, amount: Any, key: str, **more: Any) -> ledger.Leg:
    return ledger.Leg(debit.pk, credit.pk, amount, more.pop("kind", Transfer.Kind.RESERVATION), key, **more)


@pytest.fixture
def fund() -> Account:
    return money.fund(1_000)


@pytest.fixture
def clearing() -> Account:
    return ledger.open_account(Kind.CLEARING)


# --- refusals ---


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, 1.0, "100", True, None])
def test_an_amount_that_is_not_whole_rupiah_above_zero_is_refused(
    fund: Account, clearing: Account, amount: Any
) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        ledger.post([leg(fund, clearing, amount, "k")])
    assert refusal.value.data == {"amount": amount}
    assert money.balance(fund) == 1_000


def test_the_largest_amount_there_is_may_move(fund: Account) -> None:
    money.move(ledger.singleton(Kind.BUDGET), fund, 10**15)
    assert money.balance(fund) == 10**15 + 1_000


def test_more_than_the_account_holds_is_refused_and_says_how_much_is_short(fund: Account, clearing: Account) -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        ledger.post([leg(fund, clearing, 1_001, "k")])
    assert refusal.value.data == {"account": fund.pk, "short": 1}
    assert (money.balance(fund), money.balance(clearing)) == (1_000, 0)


def test_all_that_the_account_holds_may_go(fund: Account, clearing: Account) -> None:
    ledger.post([leg(fund, clearing, 1_000, "k")])
    assert (money.balance(fund), money.balance(clearing)) == (0, 1_000)


@pytest.mark.parametrize(("amount", "refused"), [(1_300, False), (1_301, True)])
def test_what_one_leg_brings_may_go_on_with_the_next_together_with_what_was_there(
    fund: Account, clearing: Account, amount: int, refused: bool
) -> None:
    between = money.fund(800)
    legs = [leg(fund, between, 500, "k:0"), leg(between, clearing, amount, "k:1")]
    if refused:
        with pytest.raises(InsufficientFunds):
            ledger.post(legs)
    else:
        ledger.post(legs)
    assert money.balance(clearing) == (0 if refused else 1_300)


def test_an_account_that_does_not_exist_is_named(fund: Account) -> None:
    with pytest.raises(Account.DoesNotExist, match="999999"):
        ledger.post([ledger.Leg(fund.pk, 999_999, 1, Transfer.Kind.RESERVATION, "k")])


def test_a_transfer_from_an_account_to_itself_is_refused(fund: Account) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post([leg(fund, fund, 1, "k")])
    assert money.balance(fund) == 1_000


def test_no_legs_move_nothing() -> None:
    assert ledger.post([]) == []


# --- groups ---


def test_a_group_stands_or_falls_together(fund: Account, clearing: Account) -> None:
    poor = ledger.open_account(Kind.FUND)
    with pytest.raises(InsufficientFunds):
        ledger.post([leg(fund, clearing, 400, "a"), leg(poor, clearing, 1, "b")])
    assert (money.balance(fund), money.balance(clearing)) == (1_000, 0)
    assert not Transfer.objects.filter(key__in=["a", "b"]).exists()
    money.assert_books_hold()


def test_legs_of_one_group_draw_on_one_balance(fund: Account, clearing: Account) -> None:
    with pytest.raises(InsufficientFunds):
        ledger.post([leg(fund, clearing, 600, "a"), leg(fund, clearing, 600, "b")])
    ledger.post([leg(fund, clearing, 600, "a"), leg(fund, clearing, 400, "b")])
    assert (money.balance(fund), money.balance(clearing)) == (0, 1_000)
    money.assert_books_hold()


def test_an_account_may_pass_on_what_it_got_in_the_same_group(fund: Account, clearing: Account) -> None:
    purse = ledger.open_account(Kind.PURSE)
    ledger.post([leg(fund, clearing, 700, "a"), leg(clearing, purse, 700, "b")])
    assert (money.balance(clearing), money.balance(purse)) == (0, 700)
    money.assert_books_hold()


def test_a_group_that_uses_one_key_twice_is_refused_whole(fund: Account, clearing: Account) -> None:
    with pytest.raises(IdempotencyConflict):
        ledger.post([leg(fund, clearing, 1, "same"), leg(fund, clearing, 1, "same")])
    assert (money.balance(fund), money.balance(clearing)) == (1_000, 0)
    money.assert_books_hold()


# --- replay ---


def test_a_replay_returns_the_first_transfers_and_moves_nothing(fund: Account, clearing: Account) -> None:
    legs = [leg(fund, clearing, 300, "a"), leg(fund, clearing, 200, "b")]
    first = ledger.post(legs)
    assert ledger.post(legs) == first
    assert ledger.post(list(reversed(legs))) == list(reversed(first))
    assert (money.balance(fund), Transfer.objects.filter(debit=fund).count()) == (500, 2)


def test_a_replay_is_answered_even_when_the_money_is_gone(fund: Account, clearing: Account) -> None:
    legs = [leg(fund, clearing, 1_000, "a")]
    assert ledger.post(legs) == ledger.post(legs)
    assert money.balance(fund) == 0


def test_the_same_key_with_another_content_is_refused(fund: Account, clearing: Account) -> None:
    other = ledger.open_account(Kind.CLEARING)
    ledger.post([leg(fund, clearing, 100, "a")])
    for changed in (
        leg(fund, clearing, 101, "a"),
        leg(fund, other, 100, "a"),
        leg(clearing, fund, 100, "a"),
        leg(fund, clearing, 100, "a", kind=Transfer.Kind.LAPSE),
    ):
        with pytest.raises(IdempotencyConflict) as refusal:
            ledger.post([changed])
        assert refusal.value.data == {"key": "a"}
    assert (money.balance(fund), money.balance(clearing), money.balance(other)) == (900, 100, 0)


def test_a_group_of_which_only_a_part_was_posted_is_refused(fund: Account, clearing: Account) -> None:
    ledger.post([leg(fund, clearing, 100, "a")])
    with pytest.raises(IdempotencyConflict):
        ledger.post([leg(fund, clearing, 100, "a"), leg(fund, clearing, 100, "b")])
    assert money.balance(fund) == 900


# --- who may go below zero ---


def test_external_accounts_go_below_zero(fund: Account) -> None:
    assert money.balance(ledger.singleton(Kind.BUDGET)) == -1_000
    money.assert_books_hold()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in Account.EXTERNAL])
def test_no_other_account_goes_below_zero(kind: Account.Kind, fund: Account) -> None:
    with pytest.raises(InsufficientFunds):
        ledger.post([leg(ledger.open_account(kind), fund, 1, "k")])


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in Account.EXTERNAL])
def test_the_database_itself_refuses_a_negative_balance(kind: Account.Kind) -> None:
    account = ledger.open_account(kind)
    with pytest.raises(IntegrityError, match="account_not_overdrawn"), connection.cursor() as cursor:
        cursor.execute("UPDATE wallet_account SET balance = -1 WHERE id = %s", [account.pk])


@pytest.mark.parametrize("column", ["amount = 0", "amount = -5"])
def test_the_database_itself_refuses_a_transfer_of_nothing(fund: Account, clearing: Account, column: str) -> None:
    amount = column.split(" = ")[1]
    with pytest.raises(IntegrityError, match="transfer_positive"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key) VALUES (%s, %s, %s, 'release', 'raw')",
            [fund.pk, clearing.pk, int(amount)],
        )


@pytest.mark.parametrize("kind", [Kind.BUDGET, Kind.BANK, Kind.SETTLEMENT])
def test_there_is_one_account_of_each_singleton_kind(kind: Account.Kind) -> None:
    assert ledger.singleton(kind) == ledger.singleton(kind)
    with pytest.raises(IntegrityError):
        ledger.open_account(kind)


# --- reversal ---


def test_a_reversal_moves_the_same_amount_back(fund: Account, clearing: Account) -> None:
    wrong = money.move(fund, clearing, 300)
    back = ledger.reverse(wrong)
    assert (back.debit_id, back.credit_id, back.amount, back.reverses_id) == (clearing.pk, fund.pk, 300, wrong.pk)
    assert (money.balance(fund), money.balance(clearing)) == (1_000, 0)
    money.assert_books_hold()


def test_a_transfer_is_reversed_once_and_a_reversal_never(fund: Account, clearing: Account) -> None:
    wrong = money.move(fund, clearing, 300)
    back = ledger.reverse(wrong)
    with pytest.raises(AlreadyReversed) as again:
        ledger.reverse(wrong)
    with pytest.raises(NotReversible) as never:
        ledger.reverse(back)
    assert (again.value.data, never.value.data) == ({"transfer": wrong.pk}, {"transfer": back.pk})
    assert money.balance(fund) == 1_000


def test_money_that_is_gone_cannot_be_reversed(fund: Account, clearing: Account) -> None:
    wrong = money.move(fund, clearing, 300)
    money.move(clearing, ledger.open_account(Kind.PURSE), 1)
    with pytest.raises(InsufficientFunds):
        ledger.reverse(wrong)


def test_parts_of_a_payment_are_refunded_and_not_reversed() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    payment = money.pay(wallet, shop, 300)
    money.refund(payment, 100)
    for part in payment.transfers.all():
        with pytest.raises(NotReversible):
            ledger.reverse(part)


def test_the_database_itself_refuses_a_second_reversal(fund: Account, clearing: Account) -> None:
    wrong = money.move(fund, clearing, 300)
    ledger.reverse(wrong)
    with pytest.raises(IdempotencyConflict) as refusal:
        ledger.post([leg(fund, clearing, 1, "again", kind=Transfer.Kind.REVERSAL, reverses=wrong.pk)])
    assert refusal.value.data == {"keys": ["again"]}


# --- locks: a row that is locked or pinned carries the number of the transaction that did it ---


def lock_marks(*rows: Model) -> list[str]:
    marks = []
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(f"SELECT xmax::text FROM {row._meta.db_table} WHERE id = %s", [row.pk])
            marks += cursor.fetchone()
    return marks


def locked_by(legs: list[ledger.Leg], *rows: Model) -> list[bool]:
    """Which of the rows posting these locks, or pins, anew."""
    before = lock_marks(*rows)
    with transaction.atomic():
        ledger.post(legs)
        return [mark != old for mark, old in zip(lock_marks(*rows), before, strict=True)]


def test_whoever_spends_from_purses_holds_their_wallets_and_no_other() -> None:
    owners = [money.wallet() for _ in range(3)]
    purses = [money.purse(owner, 500).account for owner in owners]
    into = ledger.open_account(Kind.CLEARING)
    legs = [leg(purse, into, 100, f"k:{purse.pk}") for purse in purses[:2]]
    assert locked_by(legs, *owners) == [True, True, False]


def test_who_only_puts_money_into_a_purse_does_not_wait_for_its_wallet(fund: Account) -> None:
    wallet = money.wallet()
    purse = money.purse(wallet, 500)
    assert locked_by([leg(fund, purse.account, 100, "k")], wallet) == [False]


def test_a_merchant_that_is_only_credited_is_locked_no_more_than_pinned(fund: Account) -> None:
    shop = money.merchant()  # whose row points at its account, which pins it already: a stronger lock would show
    assert locked_by([leg(fund, shop.account, 100, "k")], shop.account, fund) == [False, True]


# --- merchants: a checkpoint and what came since ---


def test_a_merchants_row_is_not_written_when_it_is_credited_yet_its_balance_is_right() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    money.pay(wallet, shop, 300)
    row = Account.objects.get(pk=shop.account_id)
    assert (row.balance, row.counted_to, money.balance(row)) == (0, 0, 300)


def test_draining_a_merchant_sets_its_checkpoint_and_later_payments_come_on_top() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    money.pay(wallet, shop, 300)
    clearing = ledger.singleton(Kind.SETTLEMENT)
    owed = ledger.lock_merchant(shop.account_id)
    drained = ledger.drain_merchant(shop.account_id, owed, clearing.pk, Transfer.Kind.SETTLEMENT, "settle:0")
    row = Account.objects.get(pk=shop.account_id)
    assert (owed, row.balance, row.counted_to, money.balance(row)) == (300, 0, drained.pk, 0)
    money.pay(wallet, shop, 150)
    assert money.balance(row) == 150


def test_draining_a_merchant_takes_what_an_earlier_checkpoint_had_counted() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    money.pay(wallet, shop, 300)
    checkpoints.advance(shop.account_id)
    owed = ledger.lock_merchant(shop.account_id)
    ledger.drain_merchant(
        shop.account_id, owed, ledger.singleton(Kind.SETTLEMENT).pk, Transfer.Kind.SETTLEMENT, "settle:0"
    )
    assert (owed, money.balance(shop.account)) == (300, 0)


# --- purses opened in bulk ---


def grant(key: str, amount: int = 100, wallet: int | None = None) -> ledger.Grant:
    return ledger.Grant(key, wallet or money.wallet().pk, amount)


def open_purses(source: Account, grants: list[ledger.Grant], title: str = "Bantuan") -> int:
    now = timezone.now()
    terms, _ = PurseTerms.objects.get_or_create(name="Bantuan")
    return ledger.open_purses(source.pk, terms, title, now, now + timedelta(days=30), grants)


def test_each_grant_becomes_a_purse_with_its_money(fund: Account) -> None:
    grants = [grant("a", 100), grant("b", 250)]
    assert open_purses(fund, grants) == 2
    opened = {purse.wallet_id: purse.account.balance for purse in Purse.objects.select_related("account")}
    assert opened == {grants[0].wallet: 100, grants[1].wallet: 250}
    assert money.balance(fund) == 650
    money.assert_books_hold()


def test_replayed_grants_open_nothing(fund: Account) -> None:
    grants = [grant("a"), grant("b")]
    open_purses(fund, grants)
    assert open_purses(fund, grants) == 0
    assert (money.balance(fund), Purse.objects.count()) == (800, 2)
    money.assert_books_hold()


def test_a_grant_replayed_under_another_title_is_refused(fund: Account) -> None:
    grants = [grant("a")]
    open_purses(fund, grants)
    with pytest.raises(IdempotencyConflict) as refusal:
        open_purses(fund, grants, title="Bantuan lain")
    assert refusal.value.data == {"key": "a"}


def test_of_a_partial_replay_only_the_new_grants_are_opened(fund: Account) -> None:
    first = grant("a")
    open_purses(fund, [first])
    assert open_purses(fund, [first, grant("b", 300)]) == 1
    assert (money.balance(fund), Purse.objects.count()) == (600, 2)
    money.assert_books_hold()


def test_a_grant_whose_key_was_posted_with_another_content_stops_the_whole_call(fund: Account) -> None:
    first = grant("a")
    open_purses(fund, [first])
    other_source = money.fund(1_000)
    for source, changed in (
        (fund, grant("a", 101, first.wallet)),
        (fund, grant("a", 100)),
        (other_source, first),
    ):
        with pytest.raises(IdempotencyConflict):
            open_purses(source, [changed, grant("new")])
    assert (money.balance(fund), money.balance(other_source), Purse.objects.count()) == (900, 1_000, 1)


def test_a_grant_with_the_key_of_a_transfer_that_opened_no_purse_is_refused(fund: Account, clearing: Account) -> None:
    money.move(fund, clearing, 100, key="a", kind=Transfer.Kind.DISBURSEMENT)
    with pytest.raises(IdempotencyConflict):
        open_purses(fund, [grant("a")])


def test_two_grants_of_one_key_are_refused(fund: Account) -> None:
    with pytest.raises(IdempotencyConflict) as refusal:
        open_purses(fund, [grant("a"), grant("a")])
    assert refusal.value.data == {"keys": "doubled within one call"}


@pytest.mark.parametrize("amount", [0, -1, True, 1.0])
def test_a_grant_of_no_whole_rupiah_is_refused(fund: Account, amount: Any) -> None:
    with pytest.raises(InvalidAmount):
        open_purses(fund, [grant("a"), grant("b", amount)])
    assert Purse.objects.count() == 0


def test_a_source_with_too_little_opens_no_purse_at_all(fund: Account) -> None:
    with pytest.raises(InsufficientFunds) as refusal:
        open_purses(fund, [grant("a", 600), grant("b", 401)])
    assert refusal.value.data == {"account": fund.pk}
    assert (money.balance(fund), Purse.objects.count()) == (1_000, 0)
    money.assert_books_hold()


def test_terms_are_bound_by_the_first_grant_and_by_no_later_one(fund: Account) -> None:
    other = PurseTerms.objects.create(name="Lain")
    open_purses(fund, [grant("a")])
    terms = PurseTerms.objects.get(name="Bantuan")
    bound = terms.granted_at
    assert bound is not None
    stale = PurseTerms.objects.get(pk=terms.pk)
    stale.granted_at = None  # as a process has it that read them before the first grant
    ledger.bind(stale)
    open_purses(fund, [grant("b")])
    other.refresh_from_db()
    assert [PurseTerms.objects.get(pk=terms.pk).granted_at, stale.granted_at] == [bound, bound]
    assert other.granted_at is None


def test_a_frozen_wallet_is_granted_a_purse_and_a_closed_one_is_named(fund: Account) -> None:
    frozen, closed, active = money.wallet(), money.wallet(), money.wallet()
    wallets.freeze(frozen, "hilang")
    wallets.close(closed, "pindah", "dewi")
    assert open_purses(fund, [grant("a", wallet=frozen.pk), grant("b", wallet=active.pk)]) == 2
    with pytest.raises(WalletInactive) as refusal:
        open_purses(fund, [grant("c", wallet=active.pk), grant("d", wallet=closed.pk)])
    assert refusal.value.data == {"wallet": closed.pk}
    assert money.balance(fund) == 800


# --- sweeping: many purses into accounts that others fill at the same time ---


def test_sweeping_more_than_a_purse_has_names_the_purses_and_moves_nothing(fund: Account) -> None:
    purses = [money.purse(money.wallet(), 500).account for _ in range(2)]
    legs = [leg(purse, fund, amount, f"s:{amount}") for purse, amount in zip(purses, (500, 501), strict=True)]
    with pytest.raises(InsufficientFunds) as refusal, transaction.atomic():
        ledger.sweep(legs)
    assert refusal.value.data == {"accounts": sorted(purse.pk for purse in purses)}
    assert [money.balance(account) for account in (fund, *purses)] == [1_000, 500, 500]


def test_an_account_has_the_name_it_was_given_or_none() -> None:
    named, nameless = ledger.open_account(Kind.CLEARING, "Tahap 1"), ledger.open_account(Kind.CLEARING)
    assert [Account.objects.get(pk=account.pk).name for account in (named, nameless)] == ["Tahap 1", ""]
