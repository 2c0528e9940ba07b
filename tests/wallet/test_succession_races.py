"""A wallet is passed on while others pay from it, pay into it, refund to it: separate processes, real commits.

No rupiah is lost, no deadlock reaches anybody, no purse is left in a closed wallet. The functions named `_do_…` run in
those processes.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from disbursement import execution, reconciliation
from disbursement.models import Batch
from tests import money
from tests.processes import Outcome, together, waiting_for_locks
from wallet import codes, ledger, redemption, refunds, succession, wallets
from wallet.models import Account, Payment, Purse, PurseTerms, Succession, SuccessionProposal, Wallet

pytestmark = pytest.mark.usefixtures("processes")


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


def in_purses_of(*owners: Wallet) -> int:
    return sum(Account.objects.filter(purse__wallet__in=owners).values_list("balance", flat=True))


def assert_nothing_left_in(closed: Wallet) -> None:
    closed.refresh_from_db()
    assert (closed.status, Purse.objects.filter(wallet=closed).count()) == ("closed", 0)


def succeeding(predecessor: Wallet | int, heir: Wallet | int) -> tuple[Any, tuple[int, int]]:
    """The job of the officer who agrees; another has proposed it."""
    owners = [one if isinstance(one, Wallet) else Wallet.objects.get(pk=one) for one in (predecessor, heir)]
    return _do_agree, (money.to_be_passed_on(*owners).pk, money.officer().pk)


def _do_agree(proposal: int, by: int) -> int:
    return succession.agree(SuccessionProposal.objects.get(pk=proposal), User.objects.get(pk=by)).amount


def _do_propose(predecessor: int, heir: int, by: int) -> int:
    holder = Wallet.objects.get(pk=heir).holder
    wallet = Wallet.objects.get(pk=predecessor)
    return succession.propose(wallet, holder, "meninggal dunia", User.objects.get(pk=by)).successor_id


def _do_close(wallet: int) -> str:
    return wallets.close(Wallet.objects.get(pk=wallet), "pindah", "dewi").status


def _do_pay(orders: list[redemption.PaymentOrder]) -> list[str]:
    made = [redemption.pay(order) for order in orders]
    return [payment.decline or payment.status for payment in made]


def _do_refund(orders: list[refunds.RefundOrder]) -> int:
    return sum(refunds.refund(order).amount for order in orders)


def _do_pay_chunk(batch: int) -> bool:
    return execution.pay_next_chunk(batch)


def _do_grant(source: int, terms: int, owners: list[int], key: str) -> int:
    now = timezone.now()
    grants = [ledger.Grant(f"{key}:{owner}", owner, 10) for owner in owners]
    return ledger.open_purses(source, PurseTerms.objects.get(pk=terms), "Bantuan", now, None, grants)


def _do_top_up(order: Any) -> int:
    return money.top_ups.top_up(order).amount


def test_one_succession_agreed_to_at_once_happens_once() -> None:
    wallet, heir = money.wallet(), money.wallet()
    money.purse(wallet, 500)
    _, (proposal, _by) = succeeding(wallet, heir)
    outcomes = together([(_do_agree, (proposal, money.officer().pk)) for _ in range(8)])
    assert sorted(outcome.error for outcome in outcomes) == [""] + ["proposal_moved"] * 7
    assert [outcome.value for outcome in outcomes if not outcome.error] == [500]
    assert (Succession.objects.count(), in_purses_of(heir)) == (1, 500)
    assert_nothing_left_in(wallet)


def test_of_two_heirs_at_once_one_is_proposed() -> None:
    wallet, heirs = money.died(money.wallet()), [money.wallet(), money.wallet()]
    outcomes = together([(_do_propose, (wallet.pk, heirs[n % 2].pk, money.officer().pk)) for n in range(6)])
    assert sorted(outcome.error for outcome in outcomes) == [""] + ["proposal_waits"] * 5
    [proposal] = SuccessionProposal.objects.all()
    assert proposal.successor_id in {heir.pk for heir in heirs}


def test_wallets_that_inherit_from_each_other_at_once_end_in_one_of_them() -> None:
    first, second = money.wallet(), money.wallet()
    for owner in (first, second):
        money.purse(owner, 500)
    outcomes = together([succeeding(first, second), succeeding(second, first)])
    assert sorted(outcome.error for outcome in outcomes) == ["", "successor_unfit"]
    assert sorted([in_purses_of(first), in_purses_of(second)]) == [0, 1_000]


def test_payments_while_the_wallet_is_passed_on_are_paid_before_or_declined_after() -> None:
    wallet, heir, shop = money.wallet(), money.wallet(), money.merchant()
    for _ in range(5):
        money.purse(wallet, 2_000)
    orders = [[money.order(shop, codes.issue(wallet).qr_content, 10) for _ in range(15)] for _ in range(5)]
    outcomes = values(together([(_do_pay, (mine,)) for mine in orders] + [succeeding(wallet, heir)]))
    answers = [answer for mine in outcomes[:-1] for answer in mine]
    assert set(answers) <= {"paid", "code_used", "wallet_inactive"}
    paid = 10 * answers.count("paid")
    assert (money.balance(shop.account), outcomes[-1], in_purses_of(heir)) == (paid, 10_000 - paid, 10_000 - paid)
    assert_nothing_left_in(wallet)
    money.assert_books_hold()


def test_refunds_while_the_wallet_is_passed_on_twice_reach_the_purses_where_they_are() -> None:
    wallet, heir, last, shop = money.wallet(), money.wallet(), money.wallet(), money.merchant()
    for _ in range(4):
        money.purse(wallet, 1_000)
    paid = [money.pay(wallet, shop, 900) for _ in range(4)]
    orders = [[money.refund_order(payment, 30) for _ in range(20)] for payment in paid]
    codes_of_heir = [money.order(shop, codes.issue(heir).qr_content, 100) for _ in range(10)]
    jobs = [(_do_refund, (mine,)) for mine in orders]
    jobs += [succeeding(wallet, heir), (_do_pay, (codes_of_heir,))]
    outcomes = values(together(jobs))
    assert outcomes[:4] == [600] * 4
    spent = 100 * outcomes[-1].count("paid")
    assert in_purses_of(heir) == 400 + 2_400 - spent
    money.passed_on(heir, last)
    money.refund(paid[0], None)
    assert in_purses_of(last) == 400 + 2_400 + 300 - spent
    assert_nothing_left_in(wallet)
    money.assert_books_hold()


def test_a_batch_paid_while_its_wallets_are_passed_on_leaves_no_purse_in_a_closed_one(settings: Any) -> None:
    batch = money.approved_crowd(40, amount=100)
    owners = [line.wallet for line in batch.instructions.select_related("wallet").order_by("pk")]
    heirs = [money.wallet() for _ in range(8)]
    dying = owners[::5]
    jobs = [(_do_pay_chunk, (batch.pk,))]
    jobs += [succeeding(gone, heir) for gone, heir in zip(dying, heirs, strict=True)]
    values(together(jobs))
    assert execution.close_if_done(batch.pk)
    refused = batch.instructions.filter(status="failed")
    assert set(refused.values_list("failure", flat=True)) <= {"wallet_closed", "deceased"}
    paid = 40 - refused.count()
    assert batch.chunks.get().attempts == 0
    assert in_purses_of(*owners, *heirs) == 100 * paid
    for gone in dying:
        assert_nothing_left_in(gone)
    assert money.balance(Batch.objects.get(pk=batch.pk).clearing_id) == 0
    assert reconciliation.differences() == []
    money.assert_books_hold()


def test_grants_in_any_order_while_wallets_are_passed_on_neither_deadlock_nor_reach_a_closed_one() -> None:
    fund, terms = money.fund(100_000), money.terms()
    owners = [money.wallet() for _ in range(30)]
    numbers = [owner.pk for owner in owners]
    jobs: list[Any] = [(_do_grant, (fund.pk, terms.pk, numbers[:: 1 if n % 2 else -1], f"g{n}")) for n in range(4)]
    jobs += [succeeding(numbers[n], numbers[-1 - n]) for n in (3, 5)]
    outcomes = together(jobs)
    assert {outcome.error for outcome in outcomes} <= {"", "wallet_inactive"}
    granted = 10 * sum(outcome.value for outcome in outcomes[:4] if not outcome.error)
    assert (in_purses_of(*owners), money.balance(fund)) == (granted, 100_000 - granted)
    for gone in (owners[3], owners[5]):
        assert_nothing_left_in(gone)
    money.assert_books_hold()


def test_a_wallet_is_not_closed_while_a_purse_is_on_its_way_into_it() -> None:
    """The window itself: pinned and found active, the purse not yet inserted."""
    wallet = money.wallet()
    fund, terms, now = money.fund(100), money.terms(), timezone.now()
    query = ledger.GrantQuery("SELECT 'k', %s::bigint, 100::bigint", [wallet.pk])
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            assert ledger.pin_wallets(query) == {}
            closing = helper.submit(together, [(_do_close, (wallet.pk,))])
            _wait_until_somebody_waits_for_us(unless=closing.done)
            ledger.open_purses(fund.pk, terms, "Bantuan", now, None, query)
        [outcome] = closing.result()
    assert outcome.error == "wallet_not_empty"
    wallet.refresh_from_db()
    assert (wallet.status, in_purses_of(wallet)) == ("active", 100)


def test_a_batch_that_waited_for_the_closing_sees_that_the_wallet_is_closed() -> None:
    wallet = money.wallet()
    query = ledger.GrantQuery("SELECT 'k', %s::bigint, 100::bigint", [wallet.pk])
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            wallets.close(wallet, "pindah", "dewi")
            pinning = helper.submit(together, [(_do_pin, (query,))])
            _wait_until_somebody_waits_for_us(unless=pinning.done)
        assert values(pinning.result()) == [{wallet.pk: "closed"}]


def _do_pin(query: ledger.GrantQuery) -> dict[int, str]:
    with transaction.atomic():
        return ledger.pin_wallets(query)


def test_a_top_up_waits_for_the_batch_that_pays_into_the_wallet_and_then_counts_it(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"balance_limit": {"registered": 20_000_000, "unregistered": 2_000_000}}
    wallet = money.wallet()
    fund, terms, now = money.fund(19_000_000), money.terms(), timezone.now()
    query = ledger.GrantQuery("SELECT 'k', %s::bigint, 19000000::bigint", [wallet.pk])
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            ledger.pin_wallets(query)
            topping = helper.submit(together, [(_do_top_up, (money.top_up_order(wallet, 1_000_001),))])
            _wait_until_somebody_waits_for_us(unless=topping.done)
            ledger.open_purses(fund.pk, terms, "Bantuan", now, None, query)
        [outcome] = topping.result()
    assert outcome.error == "balance_limit_exceeded"
    money.assert_books_hold()


def test_closing_while_a_payment_empties_the_wallet_waits_for_it() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 100)
    order = money.order(shop, codes.issue(wallet).qr_content, 100)
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            assert redemption.pay(order).status == Payment.Status.PAID
            closing = helper.submit(together, [(_do_close, (wallet.pk,))])
            _wait_until_somebody_waits_for_us(unless=closing.done)
        assert values(closing.result()) == ["closed"]
    money.assert_books_hold()


def _wait_until_somebody_waits_for_us(unless: Any) -> None:
    for _ in range(6_000):
        if waiting_for_locks() or unless():
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits, nobody is done")


def test_every_wallet_is_pinned_whatever_its_status() -> None:
    """All of them, the active ones above all: another connection cannot have them."""
    owners = [money.wallet() for _ in range(5)]
    wallets.freeze(owners[0], "sengketa")
    columns = [[str(owner.pk) for owner in owners], [owner.pk for owner in owners], [1] * 5]
    query = ledger.GrantQuery("SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])", columns)
    with transaction.atomic():
        assert ledger.pin_wallets(query) == {owners[0].pk: "frozen"}
        assert values(together([(_do_count_free, ([owner.pk for owner in owners],))])) == [0]


def _do_count_free(numbers: list[int]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM wallet_wallet WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED", [numbers])
        return len(cursor.fetchall())


def test_wallets_are_pinned_from_the_lowest_number_on() -> None:
    """Whatever order a batch names them in: who waits for the first has not locked the others against somebody else."""
    numbers = sorted(money.wallet().pk for _ in range(5))
    backwards = numbers[::-1]
    query = ledger.GrantQuery(
        "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])",
        [[str(n) for n in backwards], backwards, [1] * 5],
    )
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            wallets.lock(numbers[:1])
            pinning = helper.submit(together, [(_do_pin, (query,))])
            _wait_until_somebody_waits_for_us(unless=pinning.done)
            assert _do_count_free(numbers[1:]) == 4
        assert values(pinning.result()) == [{}]
