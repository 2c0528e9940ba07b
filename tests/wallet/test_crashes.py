"""Whoever moves money is killed right after each of its steps: nothing is lost, nothing is half done, nothing happens twice.

Each deed has its steps in a table. A test compares the table with what the deed really does, so a new step needs its line, and
with it gets its crash. Then the deed runs in a process that is killed after a step, and runs again as its caller would.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from tests import money, steps
from tests.processes import Outcome, together
from wallet import (
    checkpoints,
    codes,
    holds,
    ledger,
    position,
    purses,
    redemption,
    refunds,
    settlement,
    succession,
    top_ups,
)
from wallet.models import (
    Account,
    Checkpoint,
    Hold,
    Merchant,
    Payment,
    Purse,
    Refund,
    Settlement,
    Succession,
    SuccessionProposal,
    TopUp,
    Transfer,
    Wallet,
)
from wallet.proposal_errors import ProposalMoved

pytestmark = pytest.mark.usefixtures("processes")
DAY = date(2026, 11, 24)

POST = {
    "the accounts are locked": "lock wallet_account no key update",
    "the balances are kept": "update wallet_account",
    "the transfers are written": "insert wallet_transfer",
}
RELEASE = {
    "the wallets of what is held are locked": "lock wallet_wallet no key update",
    "the purses are locked": "lock wallet_account no key update",
    "what was held is released": "update wallet_account",
}
DONE = {"it is committed": "commit"}


@dataclass(frozen=True)
class Deed:
    """What is done, after what was prepared; its steps; and what then stands where: rupiah by kind of account."""

    steps: dict[str, str]
    prepare: Callable[[], tuple[Any, ...]]
    do: Callable[..., Any]
    end: dict[str, int]
    transfers: Counter[str]


# --- the deeds: prepared here, done in a process of their own, so by row ids ---


def _prepare_post() -> tuple[Any, ...]:
    fund, clearing, other = money.fund(1_000), *(ledger.open_account(Account.Kind.CLEARING) for _ in range(2))
    kind = Transfer.Kind.RESERVATION
    return ([ledger.Leg(fund.pk, clearing.pk, 300, kind, "a"), ledger.Leg(fund.pk, other.pk, 200, kind, "b")],)


def _prepare_reverse() -> tuple[Any, ...]:
    fund = money.fund(1_000)
    wrong = money.move(fund, ledger.open_account(Account.Kind.CLEARING), 300)
    return (wrong.pk,)


def _do_reverse(transfer: int) -> None:
    if not Transfer.objects.filter(reverses=transfer).exists():  # as the officer looks before trying again
        ledger.reverse(Transfer.objects.get(pk=transfer))


def _paid_out_of_two_purses(amount: int) -> Payment:
    wallet = money.wallet()
    for each in (300, 700):
        money.purse(wallet, each)
    return money.pay(wallet, money.merchant(), amount)


def _prepare_refund() -> tuple[Any, ...]:
    return (money.refund_order(_paid_out_of_two_purses(800), 600, "R-1"),)


def _prepare_settle() -> tuple[Any, ...]:
    ledger.singleton(Account.Kind.SETTLEMENT)
    return (_paid_out_of_two_purses(800).merchant_id,)


def _do_settle(merchant: int) -> None:
    settlement.settle(Merchant.objects.get(pk=merchant), DAY)


def _prepare_confirm() -> tuple[Any, ...]:
    [merchant] = _prepare_settle()
    ledger.singleton(Account.Kind.BANK)
    settled = settlement.settle(Merchant.objects.get(pk=merchant), DAY)
    assert settled is not None
    return (settled.pk,)


def _do_confirm(settled: int) -> None:
    settlement.confirm_paid(Settlement.objects.get(pk=settled))


def _prepare_lapse() -> tuple[Any, ...]:
    fund, wallet, moment = money.fund(), money.wallet(), timezone.now()
    for amount in (300, 200):
        money.purse(wallet, amount, usable_until=moment, lapses_to=fund)
    money.purse(wallet, 50, usable_until=moment + timedelta(days=1), lapses_to=fund)
    return (moment,)


def _do_lapse(moment: datetime) -> None:
    list(purses.lapse_due(moment))


def _prepare_pay() -> tuple[Any, ...]:
    wallet = money.wallet()
    for each in (300, 700):
        money.purse(wallet, each)
    return (money.order(money.merchant(), codes.issue(wallet).qr_content, 800, "P-1"),)


def _do_pay_within(order: redemption.PaymentOrder) -> None:
    with transaction.atomic():
        redemption.pay(order)


def _held(amount: int) -> Hold:
    wallet = money.wallet()
    for each in (300, 700):
        money.purse(wallet, each)
    return money.hold(wallet, money.merchant(), amount)


def _prepare_capture() -> tuple[Any, ...]:
    return (money.capture_order(_held(800), 500, "C-1"),)


def _prepare_void() -> tuple[Any, ...]:
    return (_held(800).pk,)


def _do_void(number: int) -> None:
    hold = Hold.objects.get(pk=number)
    holds.void(hold.partner, reference_no=hold.reference_no)


def _prepare_expire() -> tuple[Any, ...]:
    return (_held(800).expires_at,)


def _do_expire(moment: datetime) -> None:
    list(holds.expire_due(moment))


def _prepare_top_up() -> tuple[Any, ...]:
    ledger.singleton(Account.Kind.BANK)
    return (money.top_up_order(money.wallet(), 500, reference="T-1"),)


def _prepare_return() -> tuple[Any, ...]:
    [settled] = _prepare_confirm()
    _do_confirm(settled)
    return (settled,)


def _do_return(settled: int) -> None:
    settlement.returned(Settlement.objects.get(pk=settled), "rekening ditutup")


def _prepare_succeed() -> tuple[Any, ...]:
    proposal = money.to_be_passed_on(_held(800).wallet, money.wallet())
    return proposal.pk, money.officer().pk


def _do_succeed(proposal: int, by: int) -> None:
    try:
        succession.agree(SuccessionProposal.objects.get(pk=proposal), User.objects.get(pk=by))
    except ProposalMoved:  # who agrees again to what was done is told so
        assert Succession.objects.filter(proposal=proposal).exists()


def _prepare_advance() -> tuple[Any, ...]:
    return (_paid_out_of_two_purses(800).merchant.account_id,)


FUNDED = Counter(funding=4, disbursement=2)
DEEDS = {
    "post": Deed(
        steps=POST | DONE,
        prepare=_prepare_post,
        do=ledger.post,
        end={"budget": -1_000, "fund": 500, "clearing": 500},
        transfers=Counter(funding=1, reservation=2),
    ),
    "reverse": Deed(
        steps=POST | DONE,
        prepare=_prepare_reverse,
        do=_do_reverse,
        end={"budget": -1_000, "fund": 1_000},
        transfers=Counter(funding=2, reversal=1),
    ),
    "pay, within a transaction": Deed(
        steps={"it is paid": "call wallet_redeem"} | DONE,
        prepare=_prepare_pay,
        do=_do_pay_within,
        end={"budget": -1_000, "purse": 200, "merchant": 800},
        transfers=FUNDED + Counter(redemption=2),
    ),
    "refund": Deed(
        steps={
            "the payment is locked": "lock wallet_payment update",
            "the wallets are locked": "lock wallet_wallet no key update",
            "the refund is kept": "insert wallet_refund",
            "the payment knows of it": "update wallet_payment",
            **POST,
            **DONE,
        },
        prepare=_prepare_refund,
        do=refunds.refund,
        end={"budget": -1_000, "purse": 800, "merchant": 200},
        transfers=FUNDED + Counter(redemption=2, refund=2),
    ),
    "settle": Deed(
        steps={
            "the merchant's bank account stays": "lock wallet_merchant no key update",
            "the merchant is locked": "lock wallet_account update",
            "the settlement is kept": "insert wallet_settlement",
            **POST,
            "the merchant's balance is nothing": "update wallet_account",
            "a checkpoint says so": "insert wallet_checkpoint",
            **DONE,
        },
        prepare=_prepare_settle,
        do=_do_settle,
        end={"budget": -1_000, "purse": 200, "settlement": 800},
        transfers=FUNDED + Counter(redemption=2, settlement=1),
    ),
    "confirm a settlement": Deed(
        steps={
            "the settlement is locked": "lock wallet_settlement update",
            **POST,
            "the settlement is paid": "update wallet_settlement",
            **DONE,
        },
        prepare=_prepare_confirm,
        do=_do_confirm,
        end={"budget": -1_000, "purse": 200, "bank": 800},
        transfers=FUNDED + Counter(redemption=2, settlement=1, payout=1),
    ),
    "lapse": Deed(
        steps={
            "the wallets are locked": "lock wallet_wallet no key update",
            "the funds are pinned": "lock wallet_account key share",
            "the purses are locked": "lock wallet_account no key update",
            "the purses are empty": "update wallet_account",
            "the transfers are written": "insert wallet_transfer",
            "the fund has it": "update wallet_account",
            **DONE,
        },
        prepare=_prepare_lapse,
        do=_do_lapse,
        end={"budget": -550, "fund": 500, "purse": 50},
        transfers=Counter(funding=6, disbursement=3, lapse=2),
    ),
    "capture": Deed(
        steps={
            "the hold is locked": "lock wallet_hold no key update",
            **RELEASE,
            "the payment is kept": "insert wallet_payment",
            "the first part knows of it": "update wallet_holdpart",
            "the second part knows of it": "update wallet_holdpart",
            "the hold knows of it": "update wallet_hold",
            "the hold is ended": "update wallet_hold",
            "the wallets of what is debited are locked": "lock wallet_wallet no key update",
            "the merchant is pinned": "lock wallet_account key share",
            **POST,
            **DONE,
        },
        prepare=_prepare_capture,
        do=holds.capture,
        end={"budget": -1_000, "purse": 500, "merchant": 500},
        transfers=FUNDED + Counter(redemption=2),
    ),
    "void": Deed(
        steps={
            "the hold is locked": "lock wallet_hold no key update",
            **RELEASE,
            "the hold is ended": "update wallet_hold",
            **DONE,
        },
        prepare=_prepare_void,
        do=_do_void,
        end={"budget": -1_000, "purse": 1_000},
        transfers=FUNDED,
    ),
    "expire holds": Deed(
        steps={
            "the hold is locked": "lock wallet_hold no key update",
            **RELEASE,
            "the hold is ended": "update wallet_hold",
            **DONE,
        },
        prepare=_prepare_expire,
        do=_do_expire,
        end={"budget": -1_000, "purse": 1_000},
        transfers=FUNDED,
    ),
    "top up": Deed(
        steps={
            "the wallet is locked": "lock wallet_wallet update",
            "the terms of own money are made": "insert wallet_purseterms",
            "they are granted": "update wallet_purseterms",
            "the purse's account is opened": "insert wallet_account",
            "the purse is opened": "insert wallet_purse",
            "the top-up is kept": "insert wallet_topup",
            **POST,
            **DONE,
        },
        prepare=_prepare_top_up,
        do=top_ups.top_up,
        end={"bank": -500, "purse": 500},
        transfers=Counter(top_up=1),
    ),
    "return a settlement": Deed(
        steps={
            "the settlement is locked": "lock wallet_settlement update",
            "the merchant is locked": "lock wallet_account update",
            **{f"the payout is reversed: {name}": step for name, step in POST.items()},
            "the settlement is reversed: the merchant is pinned": "lock wallet_account key share",
            **{f"the settlement is reversed: {name}": step for name, step in POST.items()},
            "the settlement is returned": "update wallet_settlement",
            **DONE,
        },
        prepare=_prepare_return,
        do=_do_return,
        end={"budget": -1_000, "purse": 200, "merchant": 800},
        transfers=FUNDED + Counter(redemption=2, settlement=1, payout=1, reversal=2),
    ),
    "succeed": Deed(
        steps={
            "the proposal is locked": "lock wallet_successionproposal update",
            "another officer has agreed": "update wallet_successionproposal",
            "the codes are locked": "lock wallet_paymentcode no key update",
            "both wallets are locked": "lock wallet_wallet update",
            "the purses have moved": "update wallet_purse",
            "codes made in between are locked": "lock wallet_paymentcode no key update",
            "the wallet is closed": "update wallet_wallet",
            "the succession is kept": "insert wallet_succession",
            **DONE,
        },
        prepare=_prepare_succeed,
        do=_do_succeed,
        end={"budget": -1_000, "purse": 1_000},
        transfers=FUNDED,
    ),
    "advance a checkpoint": Deed(
        steps={
            "the cut is made": "lock wallet_account update",
            "the cut is released": "commit",
            "the account has the balance": "update wallet_account",
            "the checkpoint is kept": "insert wallet_checkpoint",
            **DONE,
        },
        prepare=_prepare_advance,
        do=checkpoints.advance,
        end={"budget": -1_000, "purse": 200, "merchant": 800},
        transfers=FUNDED + Counter(redemption=2),
    ),
}
POINTS = [
    pytest.param(deed, number, id=f"{name}: {step}")
    for name, deed in DEEDS.items()
    for number, step in enumerate(deed.steps, 1)
]


def _standing() -> tuple[dict[str, int], Counter[str]]:
    """Where the money stands, and how many transfers of each kind brought it there."""
    balances = {kind.value: amount for kind, amount in position.by_kind().items() if amount}
    return balances, Counter(Transfer.objects.values_list("kind", flat=True))


def _rows() -> list[Any]:
    """What a deed leaves beside the ledger."""
    return [
        list(Payment.objects.order_by("pk").values_list("status", "refunded")),
        list(Refund.objects.order_by("pk").values_list("amount", flat=True)),
        list(Settlement.objects.order_by("pk").values_list("amount", "status")),
        list(Hold.objects.order_by("pk").values_list("status", "captured")),
        list(TopUp.objects.values_list("amount", flat=True)),
        list(Wallet.objects.order_by("pk").values_list("status", flat=True)),
        list(Purse.objects.order_by("pk").values_list("wallet", flat=True)),
        list(Account.objects.filter(kind__in=["purse", "merchant"]).order_by("pk").values_list("held", "counted_to")),
        list(Checkpoint.objects.order_by("pk").values_list("balance", "counted_to")),
    ]


@pytest.mark.parametrize("name", DEEDS)
def test_the_table_has_every_step_of_the_deed(name: str) -> None:
    deed = DEEDS[name]
    assert steps.of(deed.do, *deed.prepare()) == list(deed.steps.values())
    assert _standing() == (deed.end, deed.transfers)
    money.assert_books_hold()


@pytest.mark.parametrize(("deed", "number"), POINTS)
def test_killed_after_a_step_it_is_whole_or_not_at_all_and_done_again_it_is_done_once(deed: Deed, number: int) -> None:
    arguments = deed.prepare()
    before = _standing(), _rows()
    assert steps.killed_after(number, deed.do, *arguments).signal == signal.SIGKILL
    money.assert_books_hold()
    if number < len(deed.steps):
        assert (_standing(), _rows()) == before
    deed.do(*arguments)
    assert _standing() == (deed.end, deed.transfers)
    after = _rows()
    deed.do(*arguments)
    assert (_standing(), _rows()) == ((deed.end, deed.transfers), after)
    money.assert_books_hold()


# --- a payment is one statement in the database: its process or its connection ends while it waits inside ---

WAITS = {  # what wallet_redeem waits for, in its order, and how somebody else holds it
    "the code": "SELECT FROM wallet_paymentcode FOR UPDATE",
    "the wallet": "SELECT FROM wallet_wallet FOR UPDATE",
    "an equal request": """
        INSERT INTO wallet_payment (partner_id, partner_reference_no, external_id, request_hash, reference_no, merchant_id,
                                    amount, status, decline, title)
        SELECT partner_id, 'P-1', '', '', 'other', id, 1, 'declined', '', '' FROM wallet_merchant
    """,
    "the merchant": "SELECT FROM wallet_account WHERE kind = 'merchant' FOR UPDATE",
    "a purse": "SELECT FROM wallet_account WHERE kind = 'purse' ORDER BY id LIMIT 1 FOR UPDATE",
}


def test_a_payment_waits_in_these_places_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname IN ('wallet_choose', 'wallet_redeem') ORDER BY proname"
        )
        statements = [statement for (body,) in cursor.fetchall() for statement in re.split(r";|\bTHEN\b", body)]
    assert [name for name in map(steps.name_of, statements) if name and not name.startswith("call")] == [
        "lock wallet_paymentcode no key update",
        "lock wallet_wallet no key update",
        "insert wallet_payment",  # where an equal request was first
        "insert wallet_basketitem",  # of that payment
        "update wallet_paymentcode",  # locked by now, here and below
        "update wallet_paymentcode",
        "update wallet_merchantusage",  # locked in wallet_merchant_refusal, for merchants with limits only
        "lock wallet_account key share",  # the merchant's
        "update wallet_account",  # the purses'
        "insert wallet_transfer",  # under keys that nobody else can have
    ]


def _do_pay(order: redemption.PaymentOrder) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [f"till {os.getpid()}"])
    return redemption.pay(order).status


def _waiting_till(unless: Callable[[], bool]) -> tuple[int, int]:
    """The till that waits for a lock: the process id of its backend, and its own."""
    with connection.cursor() as cursor:
        while not unless():
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                """
                SELECT pid, split_part(application_name, ' ', 2)::int FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE 'till %'
                    AND pid IN (SELECT pid FROM pg_locks WHERE NOT granted)
                """
            )
            if found := cursor.fetchone():
                return found
            time.sleep(0.01)
    raise AssertionError("it did not wait")


def _gone(backend: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [backend])
        return cursor.fetchone() == (0,)


@pytest.mark.parametrize("ends", ["process", "connection"])
@pytest.mark.parametrize("what", WAITS)
def test_a_till_that_ends_while_its_payment_waits_asks_again_and_has_paid_once(what: str, ends: str) -> None:
    [order] = _prepare_pay()
    with ThreadPoolExecutor() as beside:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WAITS[what])
            till = beside.submit(
                together, [(_do_pay, (order,))]
            )  # not `alone`: its backend waits for what the test holds
            backend, process = _waiting_till(unless=till.done)
            if ends == "process":
                os.kill(process, signal.SIGKILL)
                assert till.result() == [Outcome(signal=signal.SIGKILL)]
            else:
                cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
                assert till.result() == [Outcome(error="OperationalError")]
            transaction.set_rollback(True)
        while not _gone(backend):
            time.sleep(0.01)
    # Without its process a payment runs on to its end, without its connection it does not.
    assert Payment.objects.count() == (ends == "process")
    for _ in range(2):
        assert redemption.pay(order).status == Payment.Status.PAID
        assert Payment.objects.count() == 1
        assert _standing() == (DEEDS["pay, within a transaction"].end, DEEDS["pay, within a transaction"].transfers)
    money.assert_books_hold()
