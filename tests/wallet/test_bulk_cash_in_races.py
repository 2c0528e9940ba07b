"""Bulk cash-ins with real commits: several workers and askers at once, and workers that are killed after each of their steps."""

from __future__ import annotations

import hashlib
import signal

import pytest

from tests import money, steps
from tests.processes import together
from wallet import account_numbers, bulk_cash_ins, deposits
from wallet.bulk_cash_ins import BulkLine, BulkOrder
from wallet.models import BulkCashIn, BulkCashInLine, Partner, TopUp, Wallet

pytestmark = pytest.mark.usefixtures("processes")
AMOUNT = 1_000


def _order(partner: Partner, wallets: list[Wallet], bulk_id: str = "B-1") -> BulkOrder:
    lines = [
        BulkLine(f"{bulk_id}-{place}", account_numbers.of_wallet(wallet.pk), AMOUNT, {})
        for place, wallet in enumerate(wallets)
    ]
    digest = hashlib.sha256(repr([partner.pk, bulk_id, lines]).encode()).digest()
    return BulkOrder(partner, bulk_id, "ext", digest, lines, {})


def _accepted(lines: int) -> Partner:
    partner = money.partner()
    deposits.receive(partner, lines * AMOUNT, reference=partner.client_id)
    bulk_cash_ins.accept(_order(partner, [money.wallet() for _ in range(lines)]))
    return partner


def _note(bulk: BulkCashIn) -> None:
    """The notice, as a row that commits or not with what it tells: a partner that stands for the outbox."""
    Partner.objects.create(client_id=f"told-{bulk.pk}-{Partner.objects.count()}", name="told")


def _work() -> int:
    return len(list(bulk_cash_ins.pay_due(_note)))


def _accept(partner: Partner, wallets: list[Wallet]) -> str:
    return bulk_cash_ins.accept(_order(partner, wallets)).bulk_id


def _assert_paid_once(partner: Partner, lines: int) -> None:
    bulk = BulkCashIn.objects.get(partner=partner)
    assert list(bulk.lines.values_list("state", flat=True)) == ["paid"] * lines
    assert TopUp.objects.filter(partner=partner).count() == lines
    partner.refresh_from_db()
    assert (deposits.balance(partner), bulk.state) == (0, BulkCashIn.State.DONE)
    assert Partner.objects.filter(client_id__startswith=f"told-{bulk.pk}-").count() == 1
    money.assert_books_hold()


def test_workers_at_once_pay_each_line_once_and_tell_once() -> None:
    partner = _accepted(12)
    outcomes = together([(_work, ())] * 4)
    assert not [outcome.error for outcome in outcomes if outcome.error]
    _work()  # whoever found a line taken left it to its worker
    _assert_paid_once(partner, 12)


def test_the_same_request_many_times_at_once_is_one() -> None:
    partner, wallets = money.partner(), [money.wallet() for _ in range(3)]
    outcomes = together([(_accept, (partner, wallets))] * 6)
    assert len({outcome.value for outcome in outcomes}) == 1 and not any(outcome.error for outcome in outcomes)
    assert (BulkCashIn.objects.count(), BulkCashInLine.objects.count()) == (1, 3)


def test_a_worker_killed_after_any_of_its_steps_is_followed_by_one_that_finishes() -> None:
    """Each step in its turn, until there are no more: a new step is met here by itself."""
    step = 0
    while True:
        step += 1
        partner = _accepted(1)
        killed = steps.killed_after(step, _work).signal == signal.SIGKILL
        _work()
        _assert_paid_once(partner, 1)
        if not killed:
            break
    # At least: line, wallet, accounts, balances, top-up, transfer, the line's outcome, COMMIT; and the request's end.
    assert step > 8
