"""Any sequence of what can be done with money, against a model in plain Python: after each step every balance agrees.

A short run by default; ``HYPOTHESIS_PROFILE=long`` for a long one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import money
from wallet import codes, ledger, purses, redemption, refunds, settlement, verification
from wallet.errors import AlreadyReversed, IdempotencyConflict, InsufficientFunds, NotReversible, RefundTooLarge
from wallet.models import Account, Payment, Settlement, Transfer

PROFILES = {
    "default": settings(max_examples=100, stateful_step_count=30),
    "long": settings(max_examples=2_000, stateful_step_count=60),
}
CATEGORIES = ["5411", "5912"]
AMOUNTS = st.integers(1, 400)
PICK = st.integers(0, 10**6)  # which of those there are, by remainder
BEGIN = datetime(2026, 11, 24, 3, tzinfo=timezone.get_default_timezone())


@dataclass
class ModelPurse:
    """What the model knows of one purse."""

    account: int
    wallet: int
    mccs: list[str]
    until: datetime | None
    lapses_to: int | None


@dataclass
class ModelPayment:
    """What the model knows of one payment that was made."""

    row: Payment
    merchant: int
    parts: list[tuple[ModelPurse, int]]
    refunded: int = 0


@dataclass
class ModelMoney:
    """Balances by account id, moved by hand."""

    balances: dict[int, int] = field(default_factory=dict)

    def move(self, debit: int, credit: int, amount: int) -> None:
        self.balances[debit] = self.balances.get(debit, 0) - amount
        self.balances[credit] = self.balances.get(credit, 0) + amount


class MoneyMachine(RuleBasedStateMachine):
    """Two wallets, two merchants, two funds, one clearing account."""

    @initialize()
    def begin(self) -> None:
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.traveller = self.clock.start()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.model = ModelMoney()
        self.budget = ledger.singleton(Account.Kind.BUDGET).pk
        self.bank = ledger.singleton(Account.Kind.BANK).pk
        self.settling = ledger.singleton(Account.Kind.SETTLEMENT).pk
        self.funds = [ledger.open_account(Account.Kind.FUND).pk for _ in range(2)]
        self.clearing = ledger.open_account(Account.Kind.CLEARING).pk
        self.wallets = [money.wallet() for _ in range(2)]
        partner = money.partner()
        self.merchants = [money.merchant(mcc, of=partner) for mcc in CATEGORIES]
        self.terms: dict[tuple[str, int | None], Any] = {}
        self.purses: list[ModelPurse] = []
        self.payments: list[ModelPayment] = []
        self.settlements: list[Settlement] = []
        self.plain: list[Transfer] = []
        self.reversed: set[int] = set()
        self.replays: list[Callable[[], None]] = []
        self.number = 0
        for account in [self.budget, self.bank, self.settling, self.clearing, *self.funds]:
            self.model.balances[account] = 0
        for merchant in self.merchants:
            self.model.balances[merchant.account_id] = 0

    def teardown(self) -> None:
        if not hasattr(self, "transaction"):
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            report = verification.verify()
            assert report.holds, report
            sums = dict.fromkeys(Account.Kind.values, 0)
            for account, kind in Account.objects.values_list("pk", "kind"):
                sums[kind] += self.model.balances[account]
            assert report.balances == sums
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.clock.stop()

    def next_key(self) -> str:
        self.number += 1
        return f"machine:{self.number}"

    def post(self, debit: int, credit: int, amount: int, kind: Transfer.Kind) -> None:
        leg = ledger.Leg(debit, credit, amount, kind, self.next_key())
        if debit != self.budget and self.model.balances[debit] < amount:
            with pytest.raises(InsufficientFunds):
                ledger.post([leg])
            return
        [transfer] = ledger.post([leg])
        self.model.move(debit, credit, amount)
        self.plain.append(transfer)

        def again() -> None:
            assert ledger.post([leg]) == [transfer]
            with pytest.raises(IdempotencyConflict):
                ledger.post([ledger.Leg(debit, credit, amount + 1, kind, leg.key)])

        self.replays.append(again)

    # --- into purses ---

    @rule(which=PICK, amount=st.integers(1, 2_000))
    def fund(self, which: int, amount: int) -> None:
        self.post(self.budget, self.funds[which % 2], amount, Transfer.Kind.FUNDING)

    @rule(which=PICK, amount=st.integers(1, 1_500))
    def reserve(self, which: int, amount: int) -> None:
        self.post(self.funds[which % 2], self.clearing, amount, Transfer.Kind.RESERVATION)

    @rule(
        amounts=st.lists(AMOUNTS, min_size=1, max_size=3),
        mcc=st.sampled_from(["", *CATEGORIES]),
        days=st.sampled_from([None, 1, 2, 5]),
        lapses=st.sampled_from([None, 0, 1]),
    )
    def open_purses(self, amounts: list[int], mcc: str, days: int | None, lapses: int | None) -> None:
        lapses_to = None if lapses is None else self.funds[lapses]
        if (mcc, lapses_to) not in self.terms:
            fund = Account.objects.get(pk=lapses_to) if lapses_to else None
            self.terms[mcc, lapses_to] = money.terms([mcc] if mcc else [], lapses_to=fund)
        now = timezone.now()
        until = None if days is None else now + timedelta(days=days)
        grants = [
            ledger.Grant(self.next_key(), self.wallets[number % 2].pk, amount) for number, amount in enumerate(amounts)
        ]
        arguments = (self.clearing, self.terms[mcc, lapses_to], "Bantuan", now, until, grants)
        if sum(amounts) > self.model.balances[self.clearing]:
            with pytest.raises(InsufficientFunds):
                ledger.open_purses(*arguments)
            return
        assert ledger.open_purses(*arguments) == len(grants)
        opened = dict(Transfer.objects.filter(key__in=[g.key for g in grants]).values_list("key", "credit"))
        for grant in grants:
            account = opened[grant.key]
            self.model.move(self.clearing, account, grant.amount)
            self.purses.append(ModelPurse(account, grant.wallet, [mcc] if mcc else [], until, lapses_to))

        def again() -> None:
            assert ledger.open_purses(*arguments) == 0

        self.replays.append(again)

    # --- spending ---

    def usable(self, purse: ModelPurse) -> bool:
        return purse.until is None or purse.until > timezone.now()

    @rule(who=PICK, where=PICK, amount=AMOUNTS)
    def pay(self, who: int, where: int, amount: int) -> None:
        wallet, merchant = self.wallets[who % 2], self.merchants[where % 2]
        parts, left, elsewhere = [], amount, 0
        mine = [purse for purse in self.purses if purse.wallet == wallet.pk and self.usable(purse)]
        for purse in sorted(mine, key=lambda one: (one.until is None, one.until or BEGIN, one.account)):
            holds = self.model.balances[purse.account]
            if purse.mccs and merchant.mcc not in purse.mccs:
                elsewhere += holds
            elif left and holds:
                parts.append((purse, min(left, holds)))
                left -= parts[-1][1]
        order = money.order(merchant, codes.issue(wallet).qr_content, amount, self.next_key())
        made = redemption.pay(order)
        if left:
            expected = ("declined", "not_permitted" if elsewhere else "insufficient_funds")
        else:
            expected = ("paid", "")
            for purse, part in parts:
                self.model.move(purse.account, merchant.account_id, part)
            self.payments.append(ModelPayment(made, merchant.account_id, parts))
        assert (made.status, made.decline) == expected

        def again() -> None:
            later = redemption.pay(order)
            assert (later.pk, later.status, later.decline) == (made.pk, *expected)

        self.replays.append(again)

    @precondition(lambda self: self.payments)
    @rule(which=PICK, amount=st.one_of(st.none(), AMOUNTS))
    def refund(self, which: int, amount: int | None) -> None:
        payment = self.payments[which % len(self.payments)]
        left = payment.row.amount - payment.refunded
        wanted = left if amount is None else amount
        order = money.refund_order(payment.row, amount, self.next_key())
        if not 0 < wanted <= left:
            with pytest.raises(RefundTooLarge):
                refunds.refund(order)
            return
        if wanted > self.model.balances[payment.merchant]:
            with pytest.raises(InsufficientFunds):
                refunds.refund(order)
            return
        made = refunds.refund(order)
        # Every rupiah paid, in the order of refunding: the purse spent last is filled first.
        line = [purse for purse, part in reversed(payment.parts) for _ in range(part)]
        to_fund = 0
        for purse in line[payment.refunded : payment.refunded + wanted]:
            goes_to_fund = not self.usable(purse) and purse.lapses_to is not None
            to_fund += goes_to_fund
            self.model.move(payment.merchant, purse.lapses_to if goes_to_fund else purse.account, 1)
        payment.refunded += wanted
        assert (made.amount, made.to_fund) == (wanted, to_fund)

        def again() -> None:
            assert refunds.refund(order).pk == made.pk

        self.replays.append(again)

    # --- out of the books, and back ---

    @rule(which=PICK)
    def settle(self, which: int) -> None:
        merchant = self.merchants[which % 2]
        owed = self.model.balances[merchant.account_id]
        made = settlement.settle(merchant, date(2026, 11, 24))
        assert (made.amount if made else 0) == owed
        if made:
            self.model.move(merchant.account_id, self.settling, owed)
            self.settlements.append(made)

    @precondition(lambda self: self.settlements)
    @rule(which=PICK)
    def confirm_paid(self, which: int) -> None:
        settled = self.settlements[which % len(self.settlements)]
        if Settlement.objects.get(pk=settled.pk).status == Settlement.Status.PENDING:
            self.model.move(self.settling, self.bank, settled.amount)
        settlement.confirm_paid(settled)

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.traveller.shift(timedelta(days=days))

    @rule()
    def lapse(self) -> None:
        lapsed = list(purses.lapse_due())
        total = 0
        for purse in self.purses:
            left = self.model.balances[purse.account]
            if left and not self.usable(purse) and purse.lapses_to is not None:
                self.model.move(purse.account, purse.lapses_to, left)
                total += left
        assert sum(transfer.amount for transfer in lapsed) == total
        self.plain += lapsed

    @precondition(lambda self: self.plain)
    @rule(which=PICK)
    def reverse(self, which: int) -> None:
        transfer = self.plain[which % len(self.plain)]
        if transfer.pk in self.reversed:
            with pytest.raises(AlreadyReversed):
                ledger.reverse(transfer, row_kept=True)
            return
        if self.model.balances[transfer.credit_id] < transfer.amount:
            with pytest.raises(InsufficientFunds):
                ledger.reverse(transfer, row_kept=True)
            return
        back = ledger.reverse(transfer, row_kept=True)
        self.model.move(transfer.credit_id, transfer.debit_id, transfer.amount)
        self.reversed.add(transfer.pk)
        with pytest.raises(NotReversible):
            ledger.reverse(back)

    @precondition(lambda self: self.replays)
    @rule(which=PICK)
    def replay_anything_earlier(self, which: int) -> None:
        self.replays[which % len(self.replays)]()

    @invariant()
    def every_balance_is_the_models(self) -> None:
        if hasattr(self, "model"):
            accounts = self.model.balances
            assert ledger.balances_of(accounts) == accounts
            assert sum(accounts.values()) == 0


def test_any_sequence_of_steps_agrees_with_the_model(db: None) -> None:
    profile = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "default")]
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(MoneyMachine, settings=settings(profile, deadline=None, suppress_health_check=checks))
