"""However many processes decide on a hold at once, one does, and what it held is taken once: real commits, one connection each.

The functions named `_do_…` run in those processes.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tests import money
from tests.owner import tamper
from tests.processes import Outcome, together, waiting_for_locks
from wallet import codes, holds, purses, redemption, settlement, verification
from wallet.errors import WalletError
from wallet.models import Account, Hold, Merchant, Payment, Wallet

pytestmark = pytest.mark.usefixtures("processes")
DAY = date(2026, 11, 24)


def _do_pay(order: redemption.PaymentOrder) -> tuple[str, str]:
    made = redemption.pay(order)
    return made.status, made.decline


def _do_authorise(order: redemption.PaymentOrder) -> tuple[int, str, str, str]:
    made = holds.authorise(order)
    return made.pk, made.status, made.decline, made.reference_no


def _do_capture(order: holds.CaptureOrder) -> tuple[int, str, int]:
    made = holds.capture(order)
    return made.pk, made.reference_no, made.amount


def _do_void(hold: int) -> str:
    found = Hold.objects.select_related("partner").get(pk=hold)
    return holds.void(found.partner, reference_no=found.reference_no).status


def _do_expire(moment: Any) -> list[int]:
    return [hold.pk for hold in holds.expire_due(moment)]


def _do_lapse(moment: Any) -> int:
    return sum(transfer.amount for transfer in purses.lapse_due(moment))


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


def held_of(wallet: Wallet) -> int:
    return sum(Account.objects.filter(purse__wallet=wallet).values_list("held", flat=True))


def wait_until_somebody_waits(unless: Callable[[], bool]) -> None:
    for _ in range(6_000):
        if waiting_for_locks() or unless():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits, nobody is done")


# --- authorise ---


def test_holds_and_payments_at_once_never_take_more_than_there_is() -> None:
    wallet, shops = money.wallet(), [money.merchant() for _ in range(3)]
    for amount in (400, 300, 250):  # 950 affords nine of 100, across three purses
        money.purse(wallet, amount)
    asked = [(shops[n % 3], codes.issue(wallet).qr_content) for n in range(20)]
    jobs: list[Any] = [(_do_pay, (money.order(shop, code, 100),)) for shop, code in asked[::2]]
    jobs += [(_do_authorise, (money.hold_order(shop, code, 100),)) for shop, code in asked[1::2]]
    random.Random(7).shuffle(jobs)
    answers = Counter(value[-2:] if len(value) == 2 else value[1:3] for value in values(together(jobs)))
    assert answers["declined", "insufficient_funds"] == 11
    assert answers["paid", ""] + answers["held", ""] == 9
    assert sum(money.balance(shop.account) for shop in shops) == 100 * answers["paid", ""]
    assert held_of(wallet) == 100 * answers["held", ""]
    assert sum(view.usable for view in purses.in_wallet(wallet)) == 50
    money.assert_books_hold()


def test_one_hold_asked_for_twenty_times_at_once_is_one_hold_with_one_answer() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.hold_order(shop, codes.issue(wallet).qr_content, 100)
    answers = values(together([(_do_authorise, (order,))] * 20))
    assert len(set(answers)) == 1
    assert answers[0][1] == "held"
    assert (Hold.objects.count(), held_of(wallet)) == (1, 100)
    money.assert_books_hold()


def test_one_declined_hold_asked_for_at_once_gets_one_answer() -> None:
    order = money.hold_order(money.merchant(), "NOSUCHCODE", 100)
    assert len(set(values(together([(_do_authorise, (order,))] * 8)))) == 1
    assert Hold.objects.count() == 1


def test_one_code_shown_for_payments_and_holds_at_once_serves_one() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    code = codes.issue(wallet).qr_content
    jobs: list[Any] = []
    for _ in range(6):
        jobs += [(_do_pay, (money.order(shop, code, 100),)), (_do_authorise, (money.hold_order(shop, code, 100),))]
    values(together(jobs))
    kept = [*Payment.objects.filter(status="paid"), *Hold.objects.filter(status="held")]
    assert len(kept) == 1
    assert money.balance(shop.account) + held_of(wallet) == 100
    money.assert_books_hold()


# --- capture, void, expire ---


def test_twenty_captures_at_once_never_take_more_than_was_held() -> None:
    wallet, shop = money.wallet(), money.merchant()
    for amount in (300, 500, 5_000):  # the purses could give far more
        money.purse(wallet, amount)
    hold = money.hold(wallet, shop, 1_000)
    outcomes = together([(_do_capture, (money.capture_order(hold, 150, final=False),)) for _ in range(20)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 6, "capture_too_large": 14}
    hold.refresh_from_db()
    assert (hold.captured, hold.status, held_of(wallet), money.balance(shop.account)) == (900, "held", 100, 900)
    money.assert_books_hold()


def test_of_final_captures_at_once_one_is_made_and_the_rest_is_released() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    hold = money.hold(wallet, shop, 1_000)
    outcomes = together([(_do_capture, (money.capture_order(hold, 150),)) for _ in range(12)])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "hold_ended": 11}
    assert (held_of(wallet), money.balance(shop.account)) == (0, 150)
    money.assert_books_hold()


@pytest.mark.parametrize("final", [True, False])
def test_one_capture_sent_twenty_times_at_once_is_made_once_with_one_answer(final: bool) -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 5_000)
    order = money.capture_order(money.hold(wallet, shop, 1_000), 150, final=final)
    assert len(set(values(together([(_do_capture, (order,))] * 20)))) == 1
    assert (Payment.objects.count(), money.balance(shop.account)) == (1, 150)
    assert held_of(wallet) == (0 if final else 850)
    money.assert_books_hold()


def test_one_capture_number_for_several_holds_at_once_is_refused_in_the_familys_own_words() -> None:
    shop, made = money.merchant(), []
    for _ in range(3):
        wallet = money.wallet()
        money.purse(wallet, 1_000)
        made += [money.hold(wallet, shop, 300), money.hold(wallet, shop, 300)]
    outcomes = together([(_do_capture, (money.capture_order(hold, 150, "C-1"),)) for hold in made])
    assert Counter(outcome.error for outcome in outcomes) == {"": 1, "idempotency_conflict": 5}
    assert money.balance(shop.account) == 150
    money.assert_books_hold()


def test_of_capture_void_and_expiry_at_once_exactly_one_wins() -> None:
    wallet, shop = money.wallet(), money.merchant()
    for amount in (500, 700, 900):
        money.purse(wallet, amount)
    made = [money.hold(wallet, shop, 300) for _ in range(6)]  # most of them out of the same purses
    moment = made[-1].expires_at  # a sweep whose clock is ahead: the others' is before the end
    jobs: list[Any] = []
    for hold in made:
        jobs += [(_do_capture, (money.capture_order(hold, 200),)), (_do_void, (hold.pk,))]
    jobs[3:3] = [(_do_expire, (moment,))] * 2
    outcomes = dict(zip(range(len(jobs)), together(jobs), strict=True))
    expired = outcomes.pop(3).value + outcomes.pop(4).value
    answers = [(outcome.error or "done") for outcome in outcomes.values()]
    won: Counter[str] = Counter()
    for n, hold in enumerate(made):
        hold.refresh_from_db()
        captured, voided = answers[2 * n] == "done", answers[2 * n + 1] == "done"
        assert {answers[2 * n], answers[2 * n + 1]} <= {"done", "hold_ended"}
        assert captured + voided + expired.count(hold.pk) == 1
        assert hold.status == ("captured" if captured else "voided" if voided else "expired")
        assert hold.captured == (200 if captured else 0)
        won[hold.status] += 1
    assert (held_of(wallet), money.balance(shop.account)) == (0, 200 * won["captured"])
    money.assert_books_hold()


@pytest.mark.parametrize(
    ("final", "void", "end"), [(True, "hold_ended", ("captured", 100)), (False, "", ("voided", 100))]
)
def test_a_void_waits_for_the_capture_that_has_not_committed(final: bool, void: str, end: tuple[str, int]) -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            money.capture(hold, 100, final=final)
            voiding = helper.submit(together, [(_do_void, (hold.pk,))])
            wait_until_somebody_waits(unless=voiding.done)
        [outcome] = voiding.result()
    assert outcome.error == void
    hold.refresh_from_db()
    assert ((hold.status, hold.captured), held_of(wallet)) == (end, 0)
    money.assert_books_hold()


def test_a_capture_waits_for_the_expiry_that_has_not_committed_and_is_refused() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 500)
    hold = money.hold(wallet, shop, 300)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            assert _do_expire(hold.expires_at) == [hold.pk]
            capturing = helper.submit(together, [(_do_capture, (money.capture_order(hold, 300),))])
            wait_until_somebody_waits(unless=capturing.done)
        [outcome] = capturing.result()
    assert outcome.error == "hold_ended"
    assert (held_of(wallet), money.balance(shop.account)) == (0, 0)
    money.assert_books_hold()


def test_holds_that_are_due_are_each_ended_once_however_many_sweep() -> None:
    shop, made = money.merchant(), []
    for _ in range(5):
        wallet = money.wallet()
        money.purse(wallet, 1_000)
        made += [money.hold(wallet, shop, 100).pk for _ in range(4)]
    ended = values(together([(_do_expire, (timezone.now() + timedelta(days=2),))] * 4))
    assert sorted(pk for swept in ended for pk in swept) == made
    assert set(Hold.objects.values_list("status", flat=True)) == {"expired"}
    money.assert_books_hold()


def test_lapses_beside_expiries_and_captures_take_only_what_is_free() -> None:
    shop, fund, made = money.merchant(), money.fund(), []
    until = timezone.now() + timedelta(hours=1)
    for _ in range(6):
        wallet = money.wallet()
        money.purse(wallet, 100, usable_until=until, lapses_to=fund)
        made.append(money.hold(wallet, shop, 60))
    jobs: list[Any] = [(_do_capture, (money.capture_order(hold, 25),)) for hold in made]
    jobs += [(_do_lapse, (until,)), (_do_expire, (until,)), (_do_lapse, (until,))]
    captured = sum(25 for outcome in together(jobs)[:6] if not outcome.error)
    _do_lapse(until)  # what a hold released after the sweeps had passed
    assert money.balance(shop.account) == captured
    assert money.balance(fund) == 600 - captured
    money.assert_books_hold()


def test_a_hold_that_cannot_be_released_does_not_keep_the_others(caplog: pytest.LogCaptureFixture) -> None:
    shop, owners = money.merchant(), [money.wallet() for _ in range(2)]
    chosen = [money.purse(owner, 100) for owner in owners]
    made = [money.hold(owner, shop, 100) for owner in owners]
    tamper("UPDATE wallet_account SET held = 50 WHERE id = %s", chosen[0].pk)
    assert _do_expire(timezone.now() + timedelta(days=2)) == [made[1].pk]
    assert f"hold {made[0].pk} " in caplog.text
    assert [finding.check for finding in verification.verify().findings] == ["held by holds"]


# --- everything at random ---


def _do_anything(seed: int, own: list[int], shops: list[int]) -> dict[str, int]:
    """Holds and all that can become of them, beside payments, refunds, settlements and lapses; WalletErrors are answers."""
    dice = random.Random(seed)
    owners, merchants = list(Wallet.objects.filter(pk__in=own)), list(Merchant.objects.filter(pk__in=shops))
    did: Counter[str] = Counter()
    for _ in range(50):
        deed = dice.choice(
            ["hold", "hold", "capture", "capture", "capture", "void", "pay", "refund", "settle", "expire"]
        )
        open_holds = list(Hold.objects.filter(status="held").select_related("partner").order_by("?")[:1])
        try:
            if deed == "hold":
                deed = money.hold(dice.choice(owners), dice.choice(merchants), dice.randint(1, 900)).status
            elif deed == "capture" and open_holds:
                money.capture(open_holds[0], dice.randint(1, 500), final=dice.random() < 0.4)
            elif deed == "void" and open_holds:
                holds.void(open_holds[0].partner, reference_no=open_holds[0].reference_no)
            elif deed == "pay":
                deed = money.pay(dice.choice(owners), dice.choice(merchants), dice.randint(1, 400)).status
            elif deed == "refund":
                paid = Payment.objects.filter(status="paid").select_related("partner").order_by("?").first()
                if paid:
                    money.refund(paid, dice.randint(1, 200))
            elif deed == "settle":
                settlement.settle(dice.choice(merchants), DAY)
            elif deed == "expire":
                for _ in holds.expire_due(timezone.now() + timedelta(hours=dice.choice([1, 1, 1, 30]))):
                    pass
                _do_lapse(timezone.now())
            did[deed] += 1
        except WalletError as refusal:
            did[refusal.code] += 1
    return dict(did)


def test_holds_at_random_neither_deadlock_nor_lose_a_rupiah() -> None:
    fund = money.fund()
    owners, shops = [money.wallet() for _ in range(3)], [money.merchant() for _ in range(2)]
    for owner in owners:
        for days in (-1, 5, 10):
            money.purse(owner, 6_000, lapses_to=fund, usable_until=timezone.now() + timedelta(days=days))
    arguments = [owner.pk for owner in owners], [shop.pk for shop in shops]
    did = sum(
        (Counter(deeds) for deeds in values(together([(_do_anything, (n, *arguments)) for n in range(6)]))), Counter()
    )
    assert did.total() == 6 * 50
    assert min(did["held"], did["capture"], did["paid"]) > 5
    money.assert_books_hold()
