"""The bank: many processes do everything that moves money, at random and at once, while others look on.

Whoever looks sees no rupiah missing and nobody overdrawn, at any moment; nobody who asked meets a deadlock; and what the
processes believe they moved is what the ledger says was moved. ``BANK_SECONDS`` sets how long (by default 8).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from disbursement import approvals, batches, execution, programmes, reconciliation
from disbursement.errors import DisbursementError
from disbursement.models import Batch, Chunk, Programme
from tests import money
from tests.processes import together
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
    top_ups,
    verification,
    wallets,
)
from wallet.errors import IdempotencyConflict, WalletError
from wallet.models import Account, Hold, Merchant, Payment, PurseTerms, Settlement, Transfer, Wallet

pytestmark = [pytest.mark.usefixtures("processes"), pytest.mark.xdist_group("many processes")]
SECONDS = int(os.environ.get("BANK_SECONDS", "8"))
LONGEST = SECONDS + 90  # a teller goes on until it has done everything once
TELLERS, READERS, PEOPLE = 16, 2, 10
DAY = date(2026, 11, 24)
# Each deed, and how often it comes up, relative to the others.
DEEDS = {
    "pay": 8.0,
    "refund": 3.0,
    "cash out": 2.0,
    "fund": 1.0,
    "grant": 1.0,
    "disburse": 0.3,
    "work": 0.5,
    "hold": 2.0,
    "capture": 2.0,
    "void": 0.5,
    "top up": 1.0,
    "settle": 1.0,
    "confirm": 1.0,
    "return": 0.3,
    "checkpoint": 0.5,
    "lapse": 0.5,
    "reverse": 0.5,
    "freeze": 0.5,
    "ask again": 2.0,
    "ask for something else": 1.0,
}


@dataclass(frozen=True)
class World:
    """What one teller works with: everybody's wallets and merchants, a programme of its own."""

    wallets: list[int]
    shops: list[int]
    agents: list[int]
    programme: int
    purse_terms: int
    clearing: int
    maker: int
    checker: int


@dataclass(frozen=True)
class Told:
    """What a teller believes: how often it did what, and each movement it was told of, by its kind and row, in rupiah."""

    did: Counter[str]
    moved: dict[tuple[str, Any], int]


class Teller:
    """Does things at random. Refusals of the two error families are answers; anything else reaches the test and fails it."""

    def __init__(self, seed: int, world: World) -> None:
        self.dice = random.Random(seed)
        self.wallets = list(Wallet.objects.filter(pk__in=world.wallets))
        self.shops = list(Merchant.objects.filter(pk__in=world.shops).select_related("partner"))
        self.agents = list(Merchant.objects.filter(pk__in=world.agents).select_related("partner"))
        self.programme = Programme.objects.get(pk=world.programme)
        self.terms = PurseTerms.objects.get(pk=world.purse_terms)
        self.clearing = world.clearing
        self.maker, self.checker = User.objects.get(pk=world.maker), User.objects.get(pk=world.checker)
        self.did: Counter[str] = Counter()
        self.moved: dict[tuple[str, Any], int] = {}
        self.periods = 0
        self.payments: list[Payment] = []
        self.holds: list[Hold] = []
        self.batches: list[Batch] = []
        self.repeats: list[Callable[[], None]] = []
        self.conflicts: list[Callable[[], None]] = []

    def work(self) -> Told:
        begin, deeds, weights = time.monotonic(), list(DEEDS), list(DEEDS.values())
        while True:
            if time.monotonic() < begin + SECONDS:
                [deed] = self.dice.choices(deeds, weights)
            elif missing := [deed for deed in deeds if not self.did[deed]]:
                deed = self.dice.choice(
                    [*missing, "pay", "hold", "grant", "fund", "settle"]
                )  # what the missing ones need
            else:
                break
            if time.monotonic() > begin + LONGEST:
                raise AssertionError(f"not in all this time: {missing}")
            try:
                self.did[deed] += getattr(self, "do_" + deed.replace(" ", "_"))()
            except (WalletError, DisbursementError) as refusal:
                self.did[refusal.code] += 1
        for batch in self.batches:
            self.finish(batch)
        return Told(self.did, self.moved)

    def told(self, kind: str, row: Any, amount: int) -> None:
        assert self.moved.setdefault((kind, row), amount) == amount  # told twice, it is the same

    # Each deed returns whether it was done.

    def do_pay(self, shops: list[Merchant] | None = None, kind: str = "redemption") -> bool:
        at = self.dice.choice(shops or self.shops)
        content = codes.issue(self.dice.choice(self.wallets)).qr_content
        order = money.order(at, content, self.dice.randint(1, 900))
        made = redemption.pay(order)
        if made.status != Payment.Status.PAID:
            self.did[made.decline] += 1
            return False
        self.told(kind, made.pk, made.amount)
        self.payments.append(made)
        self.repeats.append(lambda: self.told(kind, redemption.pay(order).pk, order.amount))
        other = money.order(at, content, order.amount + 1, order.partner_reference_no)
        self.conflicts.append(lambda: self.told("refused", redemption.pay(other).pk, 0))
        return True

    def do_cash_out(self) -> bool:
        return self.do_pay(self.agents, "cash_out")

    def do_hold(self) -> bool:
        content = codes.issue(self.dice.choice(self.wallets)).qr_content
        order = money.hold_order(self.dice.choice(self.shops), content, self.dice.randint(1, 600))
        made = holds.authorise(order)
        if made.status != Hold.Status.HELD:
            self.did[made.decline] += 1
            return False
        self.holds.append(made)
        self.repeats.append(lambda: self.told("hold again", holds.authorise(order).pk, 0))
        return True

    def do_capture(self) -> bool:
        if not self.holds:
            return False
        held = self.dice.choice(self.holds[-10:])
        order = money.capture_order(held, self.dice.randint(1, 300), final=self.dice.random() < 0.4)
        made = holds.capture(order)
        self.told("redemption", made.pk, made.amount)
        self.payments.append(made)
        self.repeats.append(lambda: self.told("redemption", holds.capture(order).pk, order.amount))
        other = money.capture_order(held, order.amount + 1, order.partner_reference_no, final=order.final)
        self.conflicts.append(lambda: self.told("refused", holds.capture(other).pk, 0))
        return True

    def do_void(self) -> bool:
        if not self.holds:
            return False
        held = self.dice.choice(self.holds)
        holds.void(held.partner, reference_no=held.reference_no)
        return True

    def do_top_up(self) -> bool:
        agent = self.dice.choice([None, *self.agents])
        order = money.top_up_order(self.dice.choice(self.wallets), self.dice.randint(1, 500), agent=agent)
        made = top_ups.top_up(order)
        self.told("top_up", made.pk, made.amount)
        self.repeats.append(lambda: self.told("top_up", top_ups.top_up(order).pk, order.amount))
        return True

    def do_checkpoint(self) -> bool:
        return checkpoints.advance(self.dice.choice(self.shops).account_id) is not None

    def do_refund(self) -> bool:
        if not self.payments:
            return False
        payment = self.dice.choice(self.payments)
        order = money.refund_order(payment, self.dice.choice([None, self.dice.randint(1, 400)]))
        made = refunds.refund(order)
        self.told("refund", made.pk, made.amount)
        self.repeats.append(lambda: self.told("refund", refunds.refund(order).pk, made.amount))
        other = money.refund_order(payment, made.amount + 1, order.partner_refund_no)
        self.conflicts.append(lambda: self.told("refused", refunds.refund(other).pk, 0))
        return True

    def do_fund(self) -> bool:
        amount, reference = self.dice.randint(20_000, 40_000), money.unique()
        made = programmes.fund(self.programme, amount, reference)
        self.told("funding", made.pk, amount)
        self.repeats.append(lambda: self.told("funding", programmes.fund(self.programme, amount, reference).pk, amount))
        self.conflicts.append(
            lambda: self.told("refused", programmes.fund(self.programme, amount + 1, reference).pk, 0)
        )
        return True

    def do_grant(self) -> bool:
        """Purses that expire while the test runs, through the ledger alone."""
        key, now = money.unique("grant"), timezone.now()
        owners = self.dice.sample(self.wallets, 3)
        grants = [ledger.Grant(f"{key}:{owner.pk}", owner.pk, self.dice.randint(1, 2_000)) for owner in owners]
        total = sum(grant.amount for grant in grants)
        leg = ledger.Leg(self.programme.fund_id, self.clearing, total, Transfer.Kind.RESERVATION, key)
        ledger.post([leg])
        self.told("reservation", key, total)
        until = now + timedelta(seconds=self.dice.choice([1, 2, 100]))
        arguments = (self.clearing, self.terms, "Bantuan", now, until, grants)
        assert ledger.open_purses(*arguments) == len(grants)
        self.told("disbursement", key, total)

        def again() -> None:
            assert ledger.open_purses(*arguments) == 0

        self.repeats.append(again)
        return True

    def do_disburse(self) -> bool:
        """A whole batch: prepared by one, approved by another, paid by whoever comes."""
        self.periods += 1
        batch = batches.prepare(
            batches.cycle_of(self.programme, date(2000 + self.periods // 12, self.periods % 12 + 1, 1))
        )
        batch = approvals.submit(batch, by=self.maker)
        try:
            batch = money.approve(batch, self.checker)
        except WalletError:
            batches.cancel(approvals.withdraw(batch, by=self.maker, reason="dana kurang"))
            raise
        self.told("reservation", f"batch {batch.pk}", batch.total)
        self.batches.append(batch)
        while execution.pay_next_chunk(batch.pk):
            pass
        execution.close_if_done(batch.pk)
        return True

    def finish(self, batch: Batch) -> None:
        while money.pay_out(batch).status != Batch.Status.CLOSED:
            time.sleep(0.01)  # another teller is busy with its last chunk
        paid = execution.progress(batch).paid_total
        self.told("disbursement", f"batch {batch.pk}", paid)
        self.told("release", f"batch {batch.pk}", batch.total - paid)

    def do_work(self) -> bool:
        """As one of many workers: a chunk of anybody's batch."""
        paying = [Batch.Status.APPROVED, Batch.Status.PAYING]
        approved = list(Batch.objects.filter(status__in=paying).values_list("pk", flat=True))
        if not approved:
            return True  # there was nothing to do, which is well
        batch = self.dice.choice(approved)
        execution.pay_next_chunk(batch)
        execution.close_if_done(batch)
        return True

    def do_settle(self) -> bool:
        made = settlement.settle(self.dice.choice(self.shops + self.agents), DAY)
        if made is None:
            return False
        self.told("settlement", made.pk, made.amount)
        return True

    def do_confirm(self) -> bool:
        pending = list(Settlement.objects.filter(status=Settlement.Status.PENDING).order_by("pk")[:5])
        if not pending:
            return False
        paid = settlement.confirm_paid(self.dice.choice(pending))
        self.told("payout", paid.pk, paid.amount)
        return True

    def do_return(self) -> bool:
        """The bank sends one back, paid before or not."""
        found = list(Settlement.objects.exclude(status=Settlement.Status.RETURNED).order_by("-pk")[:5])
        if not found:
            return False
        sent_back = self.dice.choice(found)
        settlement.returned(sent_back, "rekening ditutup")
        for back in Transfer.objects.filter(
            reverses__key__in=[f"settle:{sent_back.pk}", f"payout:{sent_back.pk}"], kind=Transfer.Kind.REVERSAL
        ):
            self.told("reversal", back.pk, back.amount)
        return True

    def do_lapse(self) -> bool:
        lapsed = list(purses.lapse_due())
        for transfer in lapsed:
            self.told("lapse", transfer.pk, transfer.amount)
        return bool(lapsed)

    def do_reverse(self) -> bool:
        kinds = [Transfer.Kind.FUNDING, Transfer.Kind.LAPSE]
        wrong = Transfer.objects.filter(kind=self.dice.choice(kinds)).order_by("-pk")[: self.dice.randint(1, 20)]
        if not wrong:
            return False
        back = ledger.reverse(list(wrong)[-1])
        self.told("reversal", back.pk, back.amount)
        return True

    def do_freeze(self) -> bool:
        owner = self.dice.choice(self.wallets)
        wallets.freeze(owner, "sengketa")
        time.sleep(0.02)  # for the others to meet it
        wallets.unfreeze(owner, "selesai")
        return True

    def do_ask_again(self) -> bool:
        if not self.repeats:
            return False
        self.dice.choice(self.repeats[-50:])()
        return True

    def do_ask_for_something_else(self) -> bool:
        if not self.conflicts:
            return False
        with pytest.raises(IdempotencyConflict):
            self.dice.choice(self.conflicts[-50:])()
        return True


def _do_tell(seed: int, world: World) -> Told:
    with override_settings(DISBURSEMENT=settings.DISBURSEMENT | {"chunk_size": 4}):  # several chunks a batch
        return Teller(seed, world).work()


OVERDRAWN = """
    SELECT a.id, a.kind, a.balance, a.held FROM wallet_account a
    WHERE a.held < 0 OR (a.kind NOT IN ('budget', 'bank') AND a.held > CASE WHEN a.kind <> 'merchant' THEN a.balance ELSE
        a.balance
        + (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE credit_id = a.id AND id > a.counted_to)
        - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE debit_id = a.id AND id > a.counted_to) END)
"""


# What an account holds back is what the open holds reserve in it, no more and no less.
HELD_OTHERWISE = """
    SELECT coalesce(account.id, parts.purse_id), account.held, parts.held FROM (
        SELECT part.purse_id, sum(part.amount - part.captured) AS held
        FROM wallet_holdpart part JOIN wallet_hold hold ON hold.id = part.hold_id AND hold.status = 'held'
        GROUP BY part.purse_id) parts
    FULL JOIN (SELECT id, held FROM wallet_account WHERE held > 0) account ON account.id = parts.purse_id
    WHERE account.held IS DISTINCT FROM nullif(parts.held, 0)
"""


def _do_look() -> Counter[str]:
    """Looks again and again, one statement each time, and verifies the whole ledger now and then."""
    saw: Counter[str] = Counter()
    begin, before = time.monotonic(), {}
    while time.monotonic() < begin + SECONDS:
        now = position.by_kind()
        assert sum(now.values()) == 0, now
        saw["position"] += 1
        saw["money in motion"] += now != before
        before = now
        with connection.cursor() as cursor:
            for wrong in (OVERDRAWN, HELD_OTHERWISE):
                cursor.execute(wrong)
                assert cursor.fetchall() == []
        if saw["position"] % 20 == 0:
            report = verification.verify()
            assert report.holds, report
            saw["verification"] += 1
    return saw


@pytest.fixture
def worlds() -> list[World]:
    """One bank, with a programme, two officers and a clearing account for each teller."""
    money.people(PEOPLE)
    of = money.partner()
    shops = [money.merchant(mcc, of=of).pk for mcc in ("5411", "5912", "5411")]
    agents = [money.merchant("6010", of=of).pk]
    made = []
    for _ in range(TELLERS):
        lapses_to = money.fund()
        rules = money.terms(cash=True, lapses_to=lapses_to)
        programme = money.programme(amount=500, budget=30_000, terms=rules, purse_days=1)
        money.eligibility.enrol_eligible(programme)
        made.append(
            World(
                wallets=[],
                shops=shops,
                agents=agents,
                programme=programme.pk,
                purse_terms=rules.pk,
                clearing=ledger.open_account(Account.Kind.CLEARING).pk,
                maker=money.officer().pk,
                checker=money.approver().pk,
            )
        )
    everybody = list(Wallet.objects.values_list("pk", flat=True))
    for world in made:
        world.wallets.extend(everybody)
    return made


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_the_bank_loses_no_rupiah_and_nobody_is_ever_overdrawn(worlds: list[World]) -> None:
    deadlocks = _deadlocks()
    jobs: list[Any] = [(_do_tell, (seed, world)) for seed, world in enumerate(worlds)]
    outcomes = together(jobs + [(_do_look, ())] * READERS, seconds=LONGEST + 120)
    assert [outcome for outcome in outcomes if outcome.error or outcome.signal] == []
    told: list[Told] = [outcome.value for outcome in outcomes[:TELLERS]]
    for saw in (outcome.value for outcome in outcomes[TELLERS:]):
        assert min(saw["position"], saw["money in motion"], saw["verification"]) >= 1, saw
    did: Counter[str] = sum((one.did for one in told), Counter())
    assert all(did[deed] >= TELLERS for deed in DEEDS), did
    assert did["insufficient_funds"] and did["wallet_inactive"], did
    assert _deadlocks() == deadlocks  # every deed locks in the one order; that a deadlock would be retried is no excuse

    of_paid_batches = Chunk.objects.exclude(batch__status=Batch.Status.CANCELLED)
    assert set(of_paid_batches.values_list("status", "attempts", "error")) == {(Chunk.Status.DONE, 0, "")}
    assert reconciliation.differences() == []
    money.assert_books_hold()
    believed: Counter[str] = Counter()
    everything: dict[tuple[str, Any], int] = {}
    for one in told:
        for movement, amount in one.moved.items():
            assert everything.setdefault(movement, amount) == amount
    for (kind, _), amount in everything.items():
        believed[kind] += amount
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, sum(amount) FROM wallet_transfer WHERE key NOT LIKE %s GROUP BY kind", ["%DIPA-1"])
        posted = {kind: int(amount) for kind, amount in cursor.fetchall()}
    assert posted == {kind: amount for kind, amount in believed.items() if amount}
