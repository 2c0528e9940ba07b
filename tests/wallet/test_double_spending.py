"""However many processes ask at once, money is spent once: real commits, one connection each, released together.

The functions named `_do_…` run in those processes.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests import money
from tests.processes import Outcome, together, waiting_for_locks
from wallet import codes, ledger, purses, redemption, refunds, settlement, wallets
from wallet.models import Account, Merchant, Payment, Purse, PurseTerms, Refund, Settlement, Transfer, Wallet

# One group, so that two of these never run at once: a PostgreSQL of usual size admits a hundred connections.
pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.xdist_group("many processes")]
MANY = 50
DAY = date(2026, 11, 24)


def _do_pay(order: redemption.PaymentOrder, *, within: bool = False) -> tuple[int, str, str, str]:
    """Pays as production does, in one statement that is its own transaction, or within a transaction of the caller's."""
    with transaction.atomic() if within else nullcontext():
        assert connection.in_atomic_block == within
        made = redemption.pay(order)
    return made.pk, made.status, made.decline, made.reference_no


def _do_pay_within(order: redemption.PaymentOrder) -> tuple[int, str, str, str]:
    return _do_pay(order, within=True)


def _do_refund(order: refunds.RefundOrder) -> int:
    return refunds.refund(order).amount


def _do_refund_no(order: refunds.RefundOrder) -> tuple[int, str]:
    made = refunds.refund(order)
    return made.pk, made.refund_no


def _do_reverse(transfer: int) -> int:
    return ledger.reverse(Transfer.objects.get(pk=transfer)).pk


def _do_post(debit: int, credit: int, amount: int, key: str) -> int:
    return ledger.post([ledger.Leg(debit, credit, amount, Transfer.Kind.RESERVATION, key)])[0].pk


def _do_settle(merchant: int) -> int:
    settled = settlement.settle(Merchant.objects.get(pk=merchant), DAY)
    return settled.amount if settled else 0


def _do_lapse(moment: Any, batch: int = purses.LAPSE_BATCH) -> int:
    purses.LAPSE_BATCH = batch
    return sum(transfer.amount for transfer in purses.lapse_due(moment))


def _do_lapse_unhurried(moment: Any, batch: int) -> int:
    """Lapses with a pause after each batch, lest one process be done before another has begun."""
    purses.LAPSE_BATCH, total = batch, 0
    for transfers in purses.lapse_in_batches(moment):
        total += sum(transfer.amount for transfer in transfers)
        time.sleep(0.05)
    return total


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


# --- payments ---


def test_fifty_tills_at_one_wallet_are_paid_exactly_as_often_as_its_balance_affords() -> None:
    wallet, shops = money.wallet(), [money.merchant() for _ in range(3)]
    for amount in (1_100, 700, 350):  # 2,150 affords 21 payments of 100, across three purses
        money.purse(wallet, amount)
    jobs = [(_do_pay, (money.order(shops[n % 3], codes.issue(wallet).qr_content, 100),)) for n in range(MANY)]
    answers = values(together(jobs))
    assert Counter((status, decline) for _, status, decline, _ in answers) == {
        ("paid", ""): 21,
        ("declined", "insufficient_funds"): MANY - 21,
    }
    assert sum(money.balance(shop.account) for shop in shops) == 2_100
    assert sum(view.balance for view in purses.in_wallet(wallet)) == 50
    money.assert_books_hold()


def test_a_payment_draws_its_transfers_numbers_only_once_it_has_its_purses() -> None:
    """Or what moved the purse meanwhile would get the later number and commit first: its history would not end anywhere."""
    wallet, shop = money.wallet(), money.merchant()
    purse = money.purse(wallet, 100)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=purse.pk)
            before = _last_number()
            paying = helper.submit(together, [(_do_pay, (order,))])
            _wait_until_somebody_waits_for_us(unless=paying.done)
            assert (_last_number(), paying.done()) == (before, False)
        [(_, status, _, _)] = values(paying.result())
    assert status == "paid"
    assert _last_number() > before


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sequence_last_value('wallet_transfer_id_seq')")
        return int(cursor.fetchone()[0])


def test_tills_in_transactions_of_their_own_beside_tills_without_are_paid_as_often_as_the_balance_affords() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 777)
    jobs = [
        ([_do_pay, _do_pay_within][n % 2], (money.order(shop, codes.issue(wallet).qr_content, 70),)) for n in range(24)
    ]
    assert Counter(status for _, status, _, _ in values(together(jobs))) == {"paid": 11, "declined": 13}
    assert money.balance(shop.account) == 770
    money.assert_books_hold()


@pytest.mark.parametrize("within", [False, True], ids=["each in one statement", "each in a transaction"])
def test_one_order_sent_fifty_times_at_once_is_one_payment_with_one_answer(within: bool) -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    answers = values(together([(_do_pay_within if within else _do_pay, (order,))] * MANY))
    assert len(set(answers)) == 1
    assert answers[0][1] == "paid"
    assert (Payment.objects.count(), money.balance(shop.account)) == (1, 100)
    later = _do_pay(order)
    assert later == answers[0]
    money.assert_books_hold()


@pytest.mark.parametrize("qr_content", ["", "NOSUCHCODE"])
def test_one_declined_order_sent_at_once_gets_one_answer(qr_content: str) -> None:
    order = money.order(money.merchant(), qr_content, 100)
    assert len(set(values(together([(_do_pay, (order,))] * MANY)))) == 1
    assert Payment.objects.count() == 1


def test_one_code_shown_at_fifty_tills_at_once_pays_one() -> None:
    wallet = money.wallet()
    money.purse(wallet, 5_000)
    code = codes.issue(wallet).qr_content
    jobs = [(_do_pay, (money.order(money.merchant(), code, 100),)) for _ in range(MANY)]
    assert Counter((status, decline) for _, status, decline, _ in values(together(jobs))) == {
        ("paid", ""): 1,
        ("declined", "code_used"): MANY - 1,
    }
    money.assert_books_hold()


def test_one_reference_with_fifty_bodies_at_once_keeps_one_and_refuses_the_others() -> None:
    owners, shop = [money.wallet() for _ in range(5)], money.merchant()
    for owner in owners:
        money.purse(owner, 5_000)
    orders = [
        money.order(shop, codes.issue(owners[n % 5]).qr_content, 100 + n, "REF-1") for n in range(MANY)
    ]  # by several payers: those of one would meet at its lock
    outcomes = together([(_do_pay, (order,)) for order in orders])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": MANY - 1}
    [payment] = Payment.objects.all()
    assert (payment.status, money.balance(shop.account)) == ("paid", payment.amount)
    assert sum(view.balance for owner in owners for view in purses.in_wallet(owner)) == 25_000 - payment.amount
    money.assert_books_hold()


def test_wallets_opened_by_many_at_once_in_any_order_are_one_each() -> None:
    holders = [uuid.uuid4() for _ in range(2_000)]
    answers = values(together([(wallets.open_for, (holders,)), (wallets.open_for, (holders[::-1],))] * 2))
    assert all(answer == answers[0] for answer in answers)
    assert Wallet.objects.count() == 2_000


# --- refunds ---


def test_fifty_refunds_of_different_amounts_at_once_never_exceed_the_payment() -> None:
    wallet, shop = money.wallet(), money.merchant()
    for amount in (300, 700, 4_000):
        money.purse(wallet, amount)
    payment = money.pay(wallet, shop, 1_000)
    money.pay(wallet, shop, 4_000)  # the merchant could give back far more
    amounts = [31 + 2 * n for n in range(MANY)]
    outcomes = together([(_do_refund, (money.refund_order(payment, amount),)) for amount in amounts])
    made = [outcome.value for outcome in outcomes if not outcome.error]
    assert {outcome.error for outcome in outcomes} == {"", "refund_too_large"}
    payment.refresh_from_db()
    assert payment.refunded == sum(made) <= 1_000
    assert money.balance(shop.account) == 5_000 - sum(made)
    # Who was refused asked for more than was left then, and so for more than is left now.
    assert 1_000 - sum(made) < min(set(amounts) - set(made))
    money.assert_books_hold()


def test_fifty_refunds_of_all_that_is_left_at_once_make_one() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    payment = money.pay(wallet, shop, 1_000)
    outcomes = together([(_do_refund, (money.refund_order(payment, None),)) for _ in range(MANY)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "refund_too_large": MANY - 1}
    assert (Refund.objects.get().amount, money.balance(shop.account)) == (1_000, 0)
    money.assert_books_hold()


def test_one_refund_sent_fifty_times_at_once_is_made_once() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.refund_order(money.pay(wallet, shop, 1_000), 150)
    assert len(set(values(together([(_do_refund_no, (order,))] * MANY)))) == 1
    assert (Refund.objects.count(), money.balance(shop.account)) == (1, 850)
    money.assert_books_hold()


def test_one_refund_number_with_fifty_bodies_at_once_keeps_one_and_refuses_the_others() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    payment = money.pay(wallet, shop, 5_000)
    orders = [money.refund_order(payment, 10 + n, "R-1") for n in range(MANY)]
    outcomes = together([(_do_refund, (order,)) for order in orders])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": MANY - 1}
    assert money.balance(shop.account) == 5_000 - Refund.objects.get().amount
    money.assert_books_hold()


def test_one_refund_number_for_two_payments_at_once_is_refused_in_the_familys_own_words() -> None:
    shop = money.merchant()
    payments = []
    for _ in range(6):
        wallet = money.wallet()
        money.purse(wallet, 1_000)
        payments.append(money.pay(wallet, shop, 1_000))
    outcomes = together([(_do_refund, (money.refund_order(payment, 150, "R-1"),)) for payment in payments])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": 5}
    assert Refund.objects.count() == 1
    money.assert_books_hold()


# --- the ledger alone ---


def test_two_reversals_at_once_make_one() -> None:
    fund, clearing = money.fund(1_000), ledger.open_account(Account.Kind.CLEARING)
    wrong = money.move(fund, clearing, 300)
    money.move(fund, clearing, 600)
    outcomes = together([(_do_reverse, (wrong.pk,))] * 6)
    assert {outcome.error for outcome in outcomes} <= {"", "already_reversed"}
    assert len({outcome.value for outcome in outcomes if not outcome.error}) == 1
    assert (money.balance(fund), Transfer.objects.filter(reverses=wrong).count()) == (400, 1)
    money.assert_books_hold()


def test_one_transfer_posted_fifty_times_at_once_moves_once() -> None:
    fund, clearing = money.fund(10_000), ledger.open_account(Account.Kind.CLEARING)
    ids = values(together([(_do_post, (fund.pk, clearing.pk, 300, "once"))] * MANY))
    assert len(set(ids)) == 1
    assert money.balance(fund) == 9_700


def test_one_key_for_fifty_transfers_at_once_moves_one_of_them() -> None:
    funds, clearing = [money.fund(10_000) for _ in range(5)], ledger.open_account(Account.Kind.CLEARING)
    jobs = [(_do_post, (funds[n % 5].pk, clearing.pk, 300 + n, "once")) for n in range(MANY)]
    outcomes = together(jobs)
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": MANY - 1}
    kept = Transfer.objects.get(key="once")
    assert money.balance(clearing) == kept.amount
    assert sum(money.balance(fund) for fund in funds) == 50_000 - kept.amount


def test_one_key_for_transfers_that_share_no_account_moves_one_of_them() -> None:
    """Their locks do not meet: only the unique index does."""
    pairs = [(money.fund(1_000), ledger.open_account(Account.Kind.CLEARING)) for _ in range(10)]
    outcomes = together([(_do_post, (fund.pk, clearing.pk, 300, "once")) for fund, clearing in pairs])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": 9}
    assert sorted(money.balance(fund) for fund, _ in pairs) == [700] + [1_000] * 9
    money.assert_books_hold()


def test_debits_at_once_take_no_more_than_the_account_holds() -> None:
    fund, clearing = money.fund(3_000), ledger.open_account(Account.Kind.CLEARING)
    outcomes = together([(_do_post, (fund.pk, clearing.pk, 150, f"k{n}")) for n in range(MANY)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 20, "insufficient_funds": MANY - 20}
    assert (money.balance(fund), money.balance(clearing)) == (0, 3_000)
    money.assert_books_hold()


def _do_open_purses(source: int, terms: int, grants: list[ledger.Grant]) -> int:
    now = timezone.now()
    return ledger.open_purses(source, PurseTerms.objects.get(pk=terms), "Bantuan", now, None, grants)


def test_the_same_grants_opened_by_many_at_once_are_opened_once() -> None:
    source, terms = money.fund(10_000), money.terms()
    grants = [ledger.Grant(f"g{n}", money.wallet().pk, 100) for n in range(20)]
    outcomes = together([(_do_open_purses, (source.pk, terms.pk, grants))] * 5)
    assert sum(outcome.value or 0 for outcome in outcomes) == 20
    assert {outcome.error for outcome in outcomes} <= {"", "idempotency_conflict"}
    assert (Purse.objects.count(), money.balance(source)) == (20, 8_000)
    money.assert_books_hold()


# --- settlement ---


def test_a_merchant_settled_by_many_at_once_is_settled_once() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 700)
    assert sorted(values(together([(_do_settle, (shop.pk,))] * 8))) == [0] * 7 + [700]
    assert (Settlement.objects.count(), money.balance(shop.account)) == (1, 0)
    money.assert_books_hold()


def _do_confirm(settled: int) -> tuple[str, datetime | None]:
    confirmed = settlement.confirm_paid(Settlement.objects.get(pk=settled))
    return confirmed.status, confirmed.paid_at


def test_a_settlement_confirmed_by_many_at_once_is_paid_out_once() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    for amount in (300, 200):
        money.pay(wallet, shop, amount)
        settled = settlement.settle(shop, DAY)
    assert settled is not None
    [(status, paid_at)] = set(values(together([(_do_confirm, (settled.pk,))] * 8)))  # all tell of the same payout
    settled.refresh_from_db()
    assert (status, paid_at) == ("paid", settled.paid_at)
    assert money.balance(ledger.singleton(Account.Kind.BANK)) == 200
    assert money.balance(ledger.singleton(Account.Kind.SETTLEMENT)) == 300
    money.assert_books_hold()


def test_what_lapses_returns_once_however_many_run() -> None:
    fund, wallet = money.fund(), money.wallet()
    moment = timezone.now() + timedelta(days=2)
    for _ in range(10):
        money.purse(wallet, 100, usable_until=moment - timedelta(days=1), lapses_to=fund)
    assert sum(values(together([(_do_lapse, (moment,))] * 4))) == 1_000
    assert money.balance(fund) == 1_000
    money.assert_books_hold()


def test_a_lapse_passes_over_a_wallet_that_is_paying_and_comes_back() -> None:
    wallet, other, fund = money.wallet(), money.wallet(), money.fund()
    moment = timezone.now() + timedelta(days=1)
    for owner in (wallet, other):
        money.purse(owner, 100, usable_until=moment, lapses_to=fund)
    order = money.order(money.merchant(), codes.issue(wallet).qr_content, 30)
    with transaction.atomic():
        redemption.pay(order)
        assert values(together([(_do_lapse, (moment,))])) == [100]  # the other's, and without waiting for us
    assert values(together([(_do_lapse, (moment,))])) == [70]
    assert money.balance(fund) == 170
    money.assert_books_hold()


def test_sweepers_of_many_wallets_and_funds_at_once_return_everything_once() -> None:
    funds, owners = [money.fund() for _ in range(3)], [money.wallet() for _ in range(40)]
    moment = timezone.now() + timedelta(days=1)
    rules = [money.terms(lapses_to=fund) for fund in funds]
    for number, owner in enumerate(owners):
        for place in range(3):
            money.purse(owner, 10 + place, rules=rules[(number + place) % 3], usable_until=moment)
    # Small batches meet more often.
    swept = values(together([(_do_lapse_unhurried, (moment, 7))] * 6))
    assert sum(swept) + sum(transfer.amount for transfer in purses.lapse_due(moment)) == 40 * 33
    assert sum(1 for amount in swept if amount) >= 2  # they shared the work
    assert sum(money.balance(fund) for fund in funds) == 40 * 33
    assert Transfer.objects.filter(kind="lapse").count() == 120
    money.assert_books_hold()


PAYERS, PAYMENTS_EACH = 6, 40


def _do_shop(wallet: int, merchant: int) -> int:
    """Pays the merchant many times, in amounts of its own."""
    owner, shop = Wallet.objects.get(pk=wallet), Merchant.objects.get(pk=merchant)
    paid = 0
    for n in range(PAYMENTS_EACH):
        payment = money.pay(owner, shop, 1 + n)
        assert payment.status == Payment.Status.PAID
        paid += payment.amount
    return paid


def _do_settle_until_all_is_in(merchant: int, expected: int) -> int:
    """Settles again and again while the others pay, until all they pay has been settled; returns how often."""
    shop, rounds, settled = Merchant.objects.get(pk=merchant), 0, 0
    deadline = timezone.now() + timedelta(seconds=20)
    while settled < expected and timezone.now() < deadline:
        made = settlement.settle(shop, DAY)
        if made is not None:
            rounds, settled = rounds + 1, settled + made.amount
    return rounds


def test_no_credit_is_lost_while_a_merchant_is_settled_again_and_again_under_load() -> None:
    shop = money.merchant()
    each = sum(range(1, PAYMENTS_EACH + 1))
    owners = [money.wallet() for _ in range(PAYERS)]
    for owner in owners:
        money.purse(owner, each)
    outcomes = together(
        [(_do_settle_until_all_is_in, (shop.pk, each * PAYERS))] + [(_do_shop, (owner.pk, shop.pk)) for owner in owners]
    )
    assert values(outcomes)[1:] == [each] * PAYERS
    assert values(outcomes)[0] > 5  # it really ran among the payments
    settled = sum(Settlement.objects.values_list("amount", flat=True))
    assert settled + money.balance(shop.account) == each * PAYERS
    money.assert_books_hold()


def test_a_settlement_waits_for_a_payment_that_drew_its_number_and_has_not_committed() -> None:
    """The window itself: a transfer has its id but is not committed, and a settlement would count past it."""
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 100)
    code = codes.issue(wallet).qr_content
    ledger.singleton(Account.Kind.SETTLEMENT)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            late = redemption.pay(money.order(shop, code, 30))
            settling = helper.submit(together, [(_do_settle, (shop.pk,))])
            _wait_until_somebody_waits_for_us(unless=settling.done)
        assert values(settling.result()) == [130]
    assert late.status == Payment.Status.PAID
    assert money.balance(shop.account) == 0
    money.assert_books_hold()


def test_a_request_that_comes_late_waits_for_its_twin_and_hears_that_it_was_paid() -> None:
    """The first is paying and has not committed: whoever only looked for its payment would say that nothing was paid."""
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            first = redemption.pay(order)
            late = replace(order, expires_at=timezone.now() - timedelta(seconds=1))
            asking = helper.submit(together, [(_do_pay, (late,))])
            _wait_until_somebody_waits_for_us(unless=asking.done)
        assert values(asking.result()) == [(first.pk, "paid", "", first.reference_no)]
    assert money.balance(shop.account) == 100
    money.assert_books_hold()


def _wait_until_somebody_waits_for_us(unless: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if waiting_for_locks() or unless():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits, nobody is done")
