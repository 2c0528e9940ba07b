"""However many processes ask at once, money is spent once: real commits, one connection each, released together.

The functions named `_do_…` run in those processes.
"""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests import money
from tests.processes import Outcome, together, waiting_for_locks
from wallet import codes, ledger, purses, redemption, refunds, settlement, wallets
from wallet.errors import WalletError
from wallet.models import Account, Merchant, Payment, Purse, PurseTerms, Refund, Settlement, Transfer, Wallet

pytestmark = pytest.mark.usefixtures("processes")
DAY = date(2026, 11, 24)


def _do_pay(*orders: redemption.PaymentOrder) -> list[tuple[int, str, str, str]]:
    payments = [redemption.pay(order) for order in orders]
    return [(made.pk, made.status, made.decline, made.reference_no) for made in payments]


def _do_refund(order: refunds.RefundOrder) -> int:
    return refunds.refund(order).amount


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


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


# --- payments ---


def test_twenty_tills_at_one_wallet_are_paid_exactly_as_often_as_its_balance_affords() -> None:
    wallet, shops = money.wallet(), [money.merchant() for _ in range(3)]
    for amount in (400, 300, 250):  # 950 affords nine payments of 100, across three purses
        money.purse(wallet, amount)
    jobs = [(_do_pay, (money.order(shops[n % 3], codes.issue(wallet).qr_content, 100),)) for n in range(20)]
    answers = [answer for [answer] in values(together(jobs))]
    assert Counter((status, decline) for _, status, decline, _ in answers) == {
        ("paid", ""): 9,
        ("declined", "insufficient_funds"): 11,
    }
    assert sum(money.balance(shop.account) for shop in shops) == 900
    assert sum(view.balance for view in purses.in_wallet(wallet)) == 50
    money.assert_books_hold()


def test_one_order_sent_twenty_times_at_once_is_one_payment_with_one_answer() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    answers = values(together([(_do_pay, (order,))] * 20))
    assert len({answer for [answer] in answers}) == 1
    assert answers[0][0][1] == "paid"
    assert (Payment.objects.count(), money.balance(shop.account)) == (1, 100)
    money.assert_books_hold()


@pytest.mark.parametrize("qr_content", ["", "NOSUCHCODE"])
def test_one_declined_order_sent_at_once_gets_one_answer(qr_content: str) -> None:
    order = money.order(money.merchant(), qr_content, 100)
    answers = values(together([(_do_pay, (order,))] * 8))
    assert len({answer for [answer] in answers}) == 1
    assert Payment.objects.count() == 1


def test_one_code_shown_at_twenty_tills_at_once_pays_one() -> None:
    wallet = money.wallet()
    money.purse(wallet, 5_000)
    code = codes.issue(wallet).qr_content
    jobs = [(_do_pay, (money.order(money.merchant(), code, 100),)) for _ in range(20)]
    answers = [answer for [answer] in values(together(jobs))]
    assert Counter((status, decline) for _, status, decline, _ in answers) == {
        ("paid", ""): 1,
        ("declined", "code_used"): 19,
    }
    money.assert_books_hold()


def test_one_reference_with_two_bodies_at_once_keeps_one_and_refuses_the_other() -> None:
    wallet, other, shop = money.wallet(), money.wallet(), money.merchant()
    for owner in (wallet, other):
        money.purse(owner, 5_000)
    jobs = [
        (_do_pay, (money.order(shop, codes.issue(owner).qr_content, amount, "REF-1"),))
        for owner, amount in ((wallet, 100), (other, 200), (wallet, 300), (other, 400))
    ]
    outcomes = together(jobs)
    assert sorted(outcome.error for outcome in outcomes) == ["", *["idempotency_conflict"] * 3]
    [payment] = Payment.objects.all()
    assert money.balance(shop.account) == payment.amount
    money.assert_books_hold()


def test_wallets_opened_by_many_at_once_in_any_order_are_one_each() -> None:
    holders = [uuid.uuid4() for _ in range(2_000)]
    answers = values(together([(wallets.open_for, (holders,)), (wallets.open_for, (holders[::-1],))] * 2))
    assert all(answer == answers[0] for answer in answers)
    assert Wallet.objects.count() == 2_000


# --- refunds ---


def test_twenty_refunds_at_once_never_exceed_the_payment() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    payment = money.pay(wallet, shop, 1_000)
    money.pay(wallet, shop, 4_000)  # the merchant could give back far more
    outcomes = together([(_do_refund, (money.refund_order(payment, 150),)) for _ in range(20)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 6, "refund_too_large": 14}
    payment.refresh_from_db()
    assert (payment.refunded, money.balance(shop.account)) == (900, 4_100)
    money.assert_books_hold()


def test_one_refund_sent_twenty_times_at_once_is_made_once() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.refund_order(money.pay(wallet, shop, 1_000), 150)
    assert values(together([(_do_refund, (order,))] * 20)) == [150] * 20
    assert (Refund.objects.count(), money.balance(shop.account)) == (1, 850)
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


def test_one_transfer_posted_by_many_at_once_moves_once() -> None:
    fund, clearing = money.fund(10_000), ledger.open_account(Account.Kind.CLEARING)
    ids = values(together([(_do_post, (fund.pk, clearing.pk, 300, "once"))] * 10))
    assert len(set(ids)) == 1
    assert money.balance(fund) == 9_700


def test_debits_at_once_take_no_more_than_the_account_holds() -> None:
    fund, clearing = money.fund(1_000), ledger.open_account(Account.Kind.CLEARING)
    outcomes = together([(_do_post, (fund.pk, clearing.pk, 150, f"k{n}")) for n in range(20)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 6, "insufficient_funds": 14}
    assert (money.balance(fund), money.balance(clearing)) == (100, 900)
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
    swept = values(together([(_do_lapse, (moment, 7))] * 6))
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


def _wait_until_somebody_waits_for_us(unless: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if waiting_for_locks() or unless():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits, nobody is done")


# --- everything at random ---


def _do_anything(seed: int, own: list[int], shops: list[int]) -> dict[str, int]:
    """Payments, refunds, settlements and lapses at random over few wallets and merchants; WalletErrors are answers."""
    dice = random.Random(seed)
    owners, merchants = list(Wallet.objects.filter(pk__in=own)), list(Merchant.objects.filter(pk__in=shops))
    paid: list[Payment] = []
    did: Counter[str] = Counter()
    for _ in range(60):
        deed = dice.choice(["pay", "pay", "pay", "refund", "refund", "settle", "confirm", "lapse"])
        try:
            if deed == "pay":
                payment = money.pay(dice.choice(owners), dice.choice(merchants), dice.randint(1, 400))
                if payment.status == Payment.Status.PAID:
                    paid.append(payment)
            elif deed == "refund" and paid:
                money.refund(dice.choice(paid), dice.randint(1, 200))
            elif deed == "settle":
                settlement.settle(dice.choice(merchants), DAY)
            elif deed == "confirm":
                pending = Settlement.objects.filter(status=Settlement.Status.PENDING).order_by("pk").first()
                if pending:
                    settlement.confirm_paid(pending)
            elif deed == "lapse":
                list(purses.lapse_due())
            did[deed] += 1
        except WalletError as refusal:
            did[refusal.code] += 1
    return dict(did)


def test_payments_refunds_settlements_and_lapses_at_random_neither_deadlock_nor_lose_a_rupiah() -> None:
    fund = money.fund()
    owners, shops = [money.wallet() for _ in range(3)], [money.merchant() for _ in range(2)]
    for owner in owners:
        for days in (-1, 5, 10):
            money.purse(owner, 4_000, lapses_to=fund, usable_until=timezone.now() + timedelta(days=days))
    arguments = [owner.pk for owner in owners], [shop.pk for shop in shops]
    did = values(together([(_do_anything, (seed, *arguments)) for seed in range(8)]))
    assert sum(sum(deeds.values()) for deeds in did) == 8 * 60
    list(purses.lapse_due())  # the last one may have passed over a wallet that was paying
    assert money.balance(fund) >= 12_000  # what had expired at the start
    money.assert_books_hold()
