"""A merchant's checkpoint is an exact cut in id and time, moves while payments go on, and tells the balance of any moment."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import money
from tests.owner import as_owner
from tests.processes import Outcome, together, waiting_for_locks
from wallet import checkpoints, codes, ledger, redemption, settlement
from wallet.errors import InsufficientFunds
from wallet.models import Account, Checkpoint, Merchant, Payment, Transfer, Wallet
from wallet.tasks import advance_checkpoints

DAY = date(2026, 11, 24)


def plain_sum(account: int, until: Q) -> int:
    """What a reader who knows nothing of checkpoints comes to."""
    rows = Transfer.objects.filter(until)
    into = rows.filter(credit=account).aggregate(total=Sum("amount"))["total"] or 0
    out = rows.filter(debit=account).aggregate(total=Sum("amount"))["total"] or 0
    return int(into) - int(out)


def assert_checkpoints_are_exact(account: int) -> None:
    for made in Checkpoint.objects.filter(account=account):
        mine = Transfer.objects.filter(Q(credit=account) | Q(debit=account))
        assert made.balance == plain_sum(account, Q(id__lte=made.counted_to))
        assert not mine.filter(id__lte=made.counted_to, posted_at__gt=made.made_at).exists()
        assert not mine.filter(id__gt=made.counted_to, posted_at__lte=made.made_at).exists()


# --- moving ---


@pytest.mark.django_db
def test_advancing_counts_what_came_since_and_keeps_a_row_of_it() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 300)
    payment = money.pay(wallet, shop, 200)
    money.refund(payment, 50)
    made = checkpoints.advance(shop.account_id)
    assert made is not None and made.balance == 450
    row = Account.objects.get(pk=shop.account_id)
    assert (row.balance, row.counted_to) == (450, Transfer.objects.latest("id").pk)
    money.pay(wallet, shop, 100)
    assert money.balance(row) == 550
    assert checkpoints.advance(shop.account_id) is not None
    assert Checkpoint.objects.filter(account=row).count() == 2
    assert_checkpoints_are_exact(row.pk)
    money.assert_books_hold()


@pytest.mark.django_db
def test_a_checkpoint_keeps_the_moment_of_its_cut_and_not_that_of_its_row() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    paid = money.pay(wallet, shop, 300).transfers.get()
    cut_at = timezone.now() - timedelta(minutes=5)
    made = ledger.move_checkpoint(shop.account_id, since=0, to=paid.pk, moved=300, made_at=cut_at)
    assert made is not None
    assert Checkpoint.objects.get(pk=made.pk).made_at == cut_at


@pytest.mark.django_db
def test_nothing_new_and_what_is_no_merchant_get_no_checkpoint() -> None:
    wallet, shop, fund = money.wallet(), money.merchant(), money.fund(500)
    assert checkpoints.advance(shop.account_id) is None
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 300)
    assert checkpoints.advance(shop.account_id) is not None
    assert checkpoints.advance(shop.account_id) is None
    assert checkpoints.advance(fund.pk) is None
    assert (Checkpoint.objects.count(), money.balance(fund)) == (1, 500)


@pytest.mark.django_db
def test_a_settlement_leaves_a_checkpoint_of_its_own() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 300)
    settlement.settle(shop, DAY)
    [made] = Checkpoint.objects.filter(account=shop.account)
    assert (made.balance, made.counted_to) == (0, Transfer.objects.get(kind="settlement").pk)
    assert_checkpoints_are_exact(shop.account_id)


@pytest.mark.django_db
def test_a_checkpoint_that_somebody_moved_meanwhile_is_left_alone() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 300)
    last = Transfer.objects.latest("id").pk
    settlement.settle(shop, DAY)  # between the cut and the move
    assert ledger.move_checkpoint(shop.account_id, since=0, to=last, moved=300, made_at=timezone.now()) is None
    assert (money.balance(shop.account), Checkpoint.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_only_merchants_with_enough_new_transfers_are_due(settings: Any) -> None:
    settings.WALLET = settings.WALLET | {"checkpoint_after": 3}
    wallet, busy, quiet = money.wallet(), money.merchant(), money.merchant()
    money.purse(wallet, 1_000)
    for _ in range(3):
        money.pay(wallet, busy, 10)
    for _ in range(2):
        money.pay(wallet, quiet, 10)
    assert checkpoints.due(10) == [busy.account_id]
    assert advance_checkpoints() == 1
    assert (checkpoints.due(10), advance_checkpoints()) == ([], 0)
    money.pay(wallet, quiet, 10)
    money.pay(wallet, busy, 10)
    assert [made.account_id for made in checkpoints.advance_due(1)] == [quiet.account_id]
    money.assert_books_hold()


# --- the cut ---


def values(outcomes: list[Outcome]) -> list[Any]:
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    return [outcome.value for outcome in outcomes]


def _do_advance(account: int) -> int:
    made = checkpoints.advance(account)
    return made.balance if made else 0


@pytest.mark.usefixtures("processes")
def test_the_cut_waits_for_a_payment_that_drew_its_number_and_has_not_committed() -> None:
    wallet, shop = money.wallet(), money.merchant()
    money.purse(wallet, 1_000)
    money.pay(wallet, shop, 100)
    code = codes.issue(wallet).qr_content
    with ThreadPoolExecutor() as helper:
        with transaction.atomic():
            redemption.pay(money.order(shop, code, 30))
            advancing = helper.submit(together, [(_do_advance, (shop.account_id,))])
            for _ in range(6_000):
                if waiting_for_locks() or advancing.done():
                    break
                time.sleep(0.01)
            assert not advancing.done()
        assert values(advancing.result()) == [130]
    assert_checkpoints_are_exact(shop.account_id)


PAYERS, PAYMENTS_EACH = 4, 40


def _do_shop(wallet: int, merchant: int) -> None:
    owner, shop = Wallet.objects.get(pk=wallet), Merchant.objects.get(pk=merchant)
    for n in range(PAYMENTS_EACH):
        payment = money.pay(owner, shop, 2 + n)
        assert payment.status == Payment.Status.PAID
        if n % 5 == 0:
            with contextlib.suppress(InsufficientFunds):  # what the shop was owed has just been settled
                money.refund(payment, 1)


def _do_move_checkpoints(merchant: int, payments: int, settling: bool) -> int:
    shop, moved = Merchant.objects.get(pk=merchant), 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        made = settlement.settle(shop, DAY) if settling else checkpoints.advance(shop.account_id)
        moved += made is not None
        if Payment.objects.count() >= payments:
            break
    return moved


@pytest.mark.usefixtures("processes")
def test_checkpoints_that_move_under_load_are_exact_cuts_in_id_and_time() -> None:
    shop = money.merchant()
    owners = [money.wallet() for _ in range(PAYERS)]
    for owner in owners:
        money.purse(owner, 2_000)
    ledger.singleton(Account.Kind.SETTLEMENT)
    payments = PAYERS * PAYMENTS_EACH
    movers = [(_do_move_checkpoints, (shop.pk, payments, settling)) for settling in (False, False, True)]
    outcomes = together(movers + [(_do_shop, (owner.pk, shop.pk)) for owner in owners])
    assert sum(values(outcomes)[:3]) > 5  # they really moved among the payments
    assert_checkpoints_are_exact(shop.account_id)
    assert money.balance(shop.account) == plain_sum(shop.account_id, Q())
    money.assert_books_hold()


# --- the balance at a moment ---


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from(["pay", "pay", "pay", "refund", "settle", "advance"]), max_size=14))
def test_the_balance_at_any_moment_is_the_plain_sum(steps: list[str]) -> None:
    with transaction.atomic():
        wallet, shop = money.wallet(), money.merchant()
        purse = money.purse(wallet, 100_000)
        paid: list[Payment] = []
        left = 0  # of the last payment
        for number, step in enumerate(steps):
            if step == "pay":
                paid.append(money.pay(wallet, shop, 10 + number))
                left = 10 + number
            elif step == "refund" and left >= 3 and money.balance(shop.account) > 3:
                money.refund(paid[-1], 3)
                left -= 3
            elif step == "settle":
                settlement.settle(shop, DAY)
            elif step == "advance":
                checkpoints.advance(shop.account_id)
        tick = timedelta(microseconds=1)
        moments: list[datetime] = [timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)]
        for at in [
            *Transfer.objects.values_list("posted_at", flat=True),
            *Checkpoint.objects.values_list("made_at", flat=True),
        ]:
            moments += [at - tick, at, at + tick]
        for account in (shop.account_id, purse.pk, ledger.singleton(Account.Kind.SETTLEMENT).pk):
            for moment in moments:
                expected = plain_sum(account, Q(posted_at__lte=moment))
                assert checkpoints.balance_at(account, moment) == expected, (account, moment)
        transaction.set_rollback(True)


@pytest.mark.usefixtures("committed_db")
def test_the_balance_at_a_moment_reads_what_lies_between_two_checkpoints() -> None:
    shop = money.merchant()
    fill(shop.account_id, 5_000, since=timezone.now() - timedelta(days=10), every=timedelta(minutes=1))
    rows = list(Transfer.objects.filter(credit=shop.account).order_by("id").values_list("id", "posted_at"))
    for number in range(99, 5_000, 100):
        counted_to, posted_at = rows[number]
        balance = plain_sum(shop.account_id, Q(id__lte=counted_to))
        Checkpoint.objects.create(account=shop.account, counted_to=counted_to, balance=balance, made_at=posted_at)
    moment = rows[2_345][1]
    assert checkpoints.balance_at(shop.account_id, moment) == plain_sum(shop.account_id, Q(posted_at__lte=moment))
    analyse()
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {checkpoints.BALANCE_AT}",
            {"account": shop.account_id, "moment": moment},
        )
        [[plan]] = cursor.fetchone()
    assert sum(read_rows(plan["Plan"], "wallet_transfer")) <= 100


def fill(account: int, count: int, *, since: datetime, every: timedelta) -> None:
    """So many transfers into the account, from a fund made for it, posted one by one since then: a history at once."""
    fund = ledger.open_account(Account.Kind.FUND)
    money.move(ledger.singleton(Account.Kind.BUDGET), fund, count)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, posted_at)"
            " SELECT %s, %s, 1, 'redemption', %s || n, %s + n * %s FROM generate_series(1, %s) n",
            [fund.pk, account, money.unique("fill"), since, every, count],
        )
    Account.objects.filter(pk=fund.pk).update(balance=0)


def analyse() -> None:
    """Statistics as a database in use has them; only the owner may, and without them plans would change with the hour."""
    with as_owner() as cursor:
        cursor.execute("ANALYZE wallet_transfer, wallet_account, wallet_merchant, wallet_purse, wallet_payment")


def read_rows(node: dict[str, Any], table: str) -> list[int]:
    """How many rows each scan of the table has read, those that a filter threw away included."""
    mine = []
    if node.get("Relation Name") == table:
        each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        mine.append(int(each * node["Actual Loops"]))
    return mine + [rows for child in node.get("Plans", []) for rows in read_rows(child, table)]


@pytest.mark.django_db
def test_checkpoints_are_never_changed() -> None:
    shop = money.merchant()
    made = Checkpoint.objects.create(account=shop.account, counted_to=1, balance=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.create(account=shop.account, counted_to=1, balance=5)
    with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
        Checkpoint.objects.filter(pk=made.pk).update(balance=5)
