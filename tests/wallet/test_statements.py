"""Statements: every line with the balance after it, the same history on every page whatever is posted meanwhile."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import money
from tests.processes import together
from tests.wallet.test_checkpoints import analyse, fill, read_rows
from wallet import checkpoints, ledger, purses, settlement, statements
from wallet.errors import StatementCursorInvalid
from wallet.models import Account, Checkpoint, Merchant, Payment, Purse, Transfer, Wallet
from wallet.statements import Line, Statement

DAY = date(2026, 11, 24)


def whole(read: Any, subject: Any, limit: int, **more: Any) -> list[Line]:
    """All pages one after another; on the way the pages chain, and the last opens at nothing."""
    lines: list[Line] = []
    page: Statement = read(subject, limit=limit, **more)
    while True:
        assert len(page.lines) <= limit
        lines += page.lines
        if not page.next:
            assert page.opening == 0
            return lines
        assert len(page.lines) == limit
        following = read(subject, limit=limit, cursor=page.next)
        assert (following.closing, following.as_of) == (page.opening, page.as_of)
        page = following


def recomputed(accounts: list[int], until: Q) -> list[tuple[int, int, int]]:
    """(id, amount, balance after) of every movement, newest first, by plain counting from the beginning."""
    balance, found = 0, []
    rows = Transfer.objects.filter(until).filter(Q(credit__in=accounts) | Q(debit__in=accounts))
    for row in rows.order_by("id"):
        amount = row.amount * ((row.credit_id in accounts) - (row.debit_id in accounts))
        if amount:
            balance += amount
            found.append((row.pk, amount, balance))
    return found[::-1]


def figures(lines: list[Line]) -> list[tuple[int, int, int]]:
    return [(line.id, line.amount, line.balance) for line in lines]


def little_history(wallet: Wallet, shop: Merchant) -> None:
    """Some of everything: grants, payments over two purses, a refund, a checkpoint, a settlement, a lapse."""
    fund = money.fund()
    soon = timezone.now() + timedelta(days=3)
    money.purse(wallet, 700, usable_until=soon, lapses_to=fund)
    money.purse(wallet, 900)
    payment = money.pay(wallet, shop, 800)
    checkpoints.advance(shop.account_id)
    money.refund(payment, 150)
    settlement.settle(shop, DAY)
    money.pay(wallet, shop, 60)
    list(purses.lapse_due(soon))
    money.pay(wallet, shop, 40)


# --- what a statement says ---


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_running_balances_are_a_plain_recomputation_on_pages_of_any_length(limit: int) -> None:
    wallet, shop = money.wallet(), money.merchant()
    little_history(wallet, shop)
    mine = list(Purse.objects.filter(wallet=wallet).values_list("pk", flat=True))
    fund = Account.objects.filter(kind="fund").latest("pk")
    for account in (shop.account_id, fund.pk, *mine):
        assert figures(whole(statements.of_account, account, limit)) == recomputed([account], Q())
        assert statements.of_account(account).closing == money.balance(account)
    assert figures(whole(statements.of_wallet, wallet, limit)) == recomputed(mine, Q())
    assert statements.of_wallet(wallet).closing == sum(money.balance(account) for account in mine)


@pytest.mark.django_db
def test_a_line_names_what_happened_with_whom_and_for_which_payment() -> None:
    wallet, shop = money.wallet(), money.merchant()
    purse = money.purse(wallet, 900)
    payment = money.pay(wallet, shop, 250)
    [line] = statements.of_account(shop.account_id).lines
    transfer = Transfer.objects.get(payment=payment)
    assert (line.id, line.at, line.kind) == (transfer.pk, transfer.posted_at, "redemption")
    assert (line.account, line.counter, line.counter_name) == (shop.account_id, purse.pk, purse.title)
    assert (line.payment_reference, line.amount, line.balance) == (payment.reference_no, 250, 250)
    paid, granted = statements.of_wallet(wallet).lines
    assert (paid.account, paid.counter, paid.counter_name, paid.amount) == (purse.pk, shop.account_id, shop.name, -250)
    assert (granted.kind, granted.payment_reference, granted.balance) == ("disbursement", "", 900)


@pytest.mark.django_db
def test_an_account_without_movements_has_an_empty_statement() -> None:
    page = statements.of_account(money.merchant().account_id)
    assert (page.lines, page.opening, page.closing, page.next) == ([], 0, 0, "")
    page = statements.of_wallet(money.wallet())
    assert (page.lines, page.opening, page.closing, page.next) == ([], 0, 0, "")
    with pytest.raises(Account.DoesNotExist):
        statements.of_account(999_999)
    for limit in (0, -1, 1_001):
        with pytest.raises(ValueError, match="limit"):
            statements.of_wallet(money.wallet(), limit=limit)


@pytest.mark.django_db
def test_an_inherited_purse_brings_its_history() -> None:
    wallet, heir, shop = money.wallet(), money.wallet(), money.merchant()
    purse, own = money.purse(wallet, 900), money.purse(heir, 100)
    money.pay(wallet, shop, 250)
    first = statements.of_wallet(heir, limit=1)
    assert money.passed_on(wallet, heir).amount == 650
    money.pay(heir, shop, 50)
    assert figures(whole(statements.of_wallet, heir, 2)) == recomputed([purse.pk, own.pk], Q())
    assert statements.of_wallet(heir).closing == 700
    assert statements.of_wallet(wallet).lines == []
    assert (first.closing, first.next) == (100, "")


@pytest.mark.django_db
def test_pages_begun_before_an_inheritance_go_on_as_they_began() -> None:
    wallet, heir, shop = money.wallet(), money.wallet(), money.merchant()
    purse, own = money.purse(wallet, 900), money.purse(heir, 100)
    money.pay(heir, shop, 30)
    first = statements.of_wallet(heir, limit=1)
    Purse.objects.filter(pk=purse.pk).update(wallet=heir)
    second = statements.of_wallet(heir, limit=9, cursor=first.next)
    assert figures(first.lines + second.lines) == recomputed([own.pk], Q())


# --- as of ---


@pytest.mark.django_db
def test_as_of_a_moment_says_what_was_said_then() -> None:
    wallet, shop = money.wallet(), money.merchant()
    little_history(wallet, shop)
    seen = [
        (read, subject, read(subject))
        for read, subject in ((statements.of_wallet, wallet), (statements.of_account, shop.account_id))
    ]
    money.purse(wallet, 5_000)
    money.pay(wallet, shop, 1_000)
    settlement.settle(shop, DAY)
    checkpoints.advance(shop.account_id)
    money.pay(wallet, shop, 77)
    for read, subject, then in seen:
        assert read(subject, as_of=then.as_of) == then
        assert read(subject).closing != then.closing or len(read(subject).lines) > len(then.lines)
        for limit in (1, 2):
            assert whole(read, subject, limit, as_of=then.as_of) == then.lines


@pytest.mark.usefixtures("committed_db")
def test_as_of_a_date_is_the_end_of_that_day_in_jakarta() -> None:
    shop = money.merchant()
    midnight = datetime(2026, 3, 2, tzinfo=timezone.get_default_timezone())
    fill(shop.account_id, 3, since=midnight - timedelta(hours=2), every=timedelta(hours=1))  # 23:00, 0:00, 1:00
    at = [line.at for line in statements.of_account(shop.account_id).lines]
    assert at == [midnight + timedelta(hours=1), midnight, midnight - timedelta(hours=1)]
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(9999, 12, 31)]
    pages = [statements.of_account(shop.account_id, as_of=day) for day in days]
    assert [(page.closing, len(page.lines)) for page in pages] == [(0, 0), (1, 1), (3, 3), (3, 3)]


@pytest.mark.django_db
def test_as_of_the_future_is_now_and_stays_so_on_the_next_page() -> None:
    wallet, shop = money.wallet(), money.merchant()
    little_history(wallet, shop)
    tomorrow = timezone.now() + timedelta(days=1)
    first = statements.of_wallet(wallet, as_of=tomorrow, limit=2)
    assert first.as_of < tomorrow
    money.purse(wallet, 500)
    rest = statements.of_wallet(wallet, as_of=tomorrow, cursor=first.next)
    mine = list(Purse.objects.filter(wallet=wallet).values_list("pk", flat=True))
    assert figures(first.lines + rest.lines) == recomputed(mine, Q(posted_at__lte=first.as_of))


# --- cursors ---


@pytest.mark.django_db
def test_a_cursor_that_was_changed_or_belongs_elsewhere_is_refused() -> None:
    wallet, shop = money.wallet(), money.merchant()
    little_history(wallet, shop)
    cursor = statements.of_wallet(wallet, limit=1).next
    of_day = statements.of_wallet(wallet, limit=1, as_of=timezone.localdate()).next
    forged = signing.dumps({"of": f"wallet:{wallet.pk}"}, salt="another")
    for broken in (cursor[:-1], "x" + cursor, cursor.swapcase(), "abc", "::", forged, "é" * 20):
        with pytest.raises(StatementCursorInvalid):
            statements.of_wallet(wallet, cursor=broken)
    with pytest.raises(StatementCursorInvalid):
        statements.of_wallet(money.wallet(), cursor=cursor)
    with pytest.raises(StatementCursorInvalid):
        statements.of_account(shop.account_id, cursor=cursor)
    with pytest.raises(StatementCursorInvalid):
        statements.of_wallet(wallet, cursor=cursor, as_of=date(2026, 1, 1))
    assert statements.of_wallet(wallet, cursor=of_day, as_of=timezone.localdate()).lines


# --- under load ---

PAYERS, PAYMENTS_EACH = 6, 50


def _do_shop(wallet: int, merchant: int, by_turns: bool) -> int:
    """Pays again and again; every fifth payment goes back in part."""
    owner, shop = Wallet.objects.get(pk=wallet), Merchant.objects.get(pk=merchant)
    for n in range(PAYMENTS_EACH):
        payment = money.pay(owner, shop, 10 + n)
        assert payment.status == Payment.Status.PAID
        if by_turns and n % 5 == 4:
            money.refund(payment, 7)
        if n % 10 == 9:
            checkpoints.advance(shop.account_id)
    return PAYMENTS_EACH


def _do_read(subjects: list[tuple[str, int]], payments: int) -> list[tuple[str, int, datetime, list[Any], int]]:
    """Reads whole statements in small pages while the others pay; what was read, for comparison when all is over."""
    read_by = {"account": statements.of_account, "wallet": statements.of_wallet}
    seen: list[tuple[str, int, datetime, list[Any], int]] = []
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and Payment.objects.count() < payments:
        for name, pk in subjects:
            subject: Any = Wallet.objects.get(pk=pk) if name == "wallet" else pk
            first = read_by[name](subject, limit=13)
            lines = list(first.lines)
            cursor = first.next
            while cursor:
                page = read_by[name](subject, limit=13, cursor=cursor)
                lines, cursor = lines + page.lines, page.next
            seen.append((name, pk, first.as_of, figures(lines), first.closing))
    return seen


@pytest.mark.usefixtures("processes")
def test_pages_read_while_six_processes_post_are_one_history_each() -> None:
    shop, shared = money.merchant(), money.wallet()
    for _ in range(3):
        money.purse(shared, 3_000)
    owners = [shared, shared] + [money.wallet() for _ in range(PAYERS - 2)]
    for owner in owners[2:]:
        money.purse(owner, 3_000)
    subjects = [("account", shop.account_id), ("wallet", shared.pk)]
    jobs = [(_do_shop, (owner.pk, shop.pk, n % 2 == 0)) for n, owner in enumerate(owners)]
    outcomes = together([*jobs, (_do_read, (subjects, PAYERS * PAYMENTS_EACH))])
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    seen = outcomes[-1].value
    assert len({len(lines) for _, _, _, lines, _ in seen}) > 5  # it really read while they paid
    shared_purses = list(Purse.objects.filter(wallet=shared).values_list("pk", flat=True))
    for name, pk, as_of, lines, closing in seen:
        accounts = shared_purses if name == "wallet" else [pk]
        expected = recomputed(accounts, Q(posted_at__lte=as_of))
        assert lines == expected, (name, as_of)
        assert closing == (expected[0][2] if expected else 0)
        again = statements.of_wallet(shared, as_of=as_of, limit=1_000) if name == "wallet" else None
        if again:
            assert figures(again.lines) == lines
    money.assert_books_hold()


# --- what a page costs ---


def rows_read(query: str, values: Any = None) -> int:
    """How many transfers the query read, as the database tells."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}", values)
        [[plan]] = cursor.fetchone()
    return sum(read_rows(plan["Plan"], "wallet_transfer"))


@pytest.mark.parametrize("statistics", ["fresh", "old"])
@pytest.mark.usefixtures("committed_db")
def test_a_page_of_a_merchant_with_many_transfers_reads_about_a_page(
    statistics: str, django_assert_max_num_queries: Any
) -> None:
    shop = money.merchant()
    if statistics == "old":  # of when this was a small database, and younger than the history that is read below
        owner = money.wallet()
        money.purse(owner, 3_000)
        for _ in range(50):
            money.pay(owner, shop, 1)
        analyse()
    fill(shop.account_id, 60_000, since=timezone.now() - timedelta(days=100), every=timedelta(minutes=1))
    if statistics == "fresh":
        analyse()
    newest = Transfer.objects.latest("id").pk
    for upto in (newest, newest - 30_000):
        values = {"accounts": [shop.account_id], "from": upto, "moment": timezone.now(), "limit": 51}
        assert 51 <= rows_read(statements.LINES, values) <= 102
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        assert ledger.cut(shop.account_id) == newest
        assert rows_read(asked[1]["sql"]) <= 2
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(checkpoints.STOP_EARLY)
        assert rows_read(checkpoints.DUE, [999, 10]) <= 1_000
    # As of a moment long past: from the checkpoint after it.
    middle = Transfer.objects.get(pk=newest - 30_000)
    Checkpoint.objects.create(
        account=shop.account,
        counted_to=middle.pk + 10,
        balance=30_010,
        made_at=middle.posted_at + timedelta(minutes=10),
    )
    upto = checkpoints.bound_at(shop.account_id, middle.posted_at)
    assert upto == middle.pk + 10
    values = {"accounts": [shop.account_id], "from": upto, "moment": middle.posted_at, "limit": 51}
    assert rows_read(statements.LINES, values) <= 102
    with django_assert_max_num_queries(20):
        page = statements.of_account(shop.account_id, as_of=middle.posted_at, limit=50)
    assert (page.lines[0].id, page.closing) == (middle.pk, 30_000)
