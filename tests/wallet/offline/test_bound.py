"""The worst loss, as docs/adr/0041 states it, under anything that phones, copied cards, tills and officers may do.

For an allowance of ceiling C that m tills accepted without a network: the holder pays at most C, the loss fund at most C, no
merchant is left with more than C of it, and all that tills accepted is at most m·C.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import money
from tests.wallet.offline import world
from wallet import verification
from wallet.errors import WalletError
from wallet.models import Hold, OfflineClaim, Transfer
from wallet.offline import allowances, claims, losses

PURSE, CEILING, TILLS = 100_000, 60_000, 3
S = OfflineClaim.Status


class Fraudsters(RuleBasedStateMachine):
    """One phone that may lie and one card that anybody may copy, three tills without a network, two officers."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.keys = override_settings(OFFLINE_KEYS=dict(world.KEYS), OFFLINE_KEY_IN_USE=None)
        self.keys.enable()
        self.clock = time_machine.travel(timezone.now(), tick=False)
        self.traveller = self.clock.start()

    def teardown(self) -> None:
        try:
            report = verification.verify()
            assert report.holds, report
        finally:
            self.leave()

    def leave(self) -> None:
        self.clock.stop()
        self.keys.disable()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(on_phone=st.booleans())
    def begin(self, on_phone: bool) -> None:
        self.maker, self.checker = money.officer(), money.officer()
        self.owner = world.holder(PURSE)
        self.phone = world.phone(self.owner, CEILING) if on_phone else None
        self.card = None if on_phone else world.card(self.owner, 10_000, 20_000, 30_000)
        self.allowance = self.phone.allowance if self.phone else self.card
        self.tills = [world.till() for _ in range(TILLS)]
        self.codes: list[str] = [] if self.phone else allowances.vouchers(self.card)
        losses.fund(1_000_000, "SK")

    @precondition(lambda self: self.phone is not None)
    @rule(
        amount=st.sampled_from([5_000, 20_000, 60_000]),
        honest=st.booleans(),
        count=st.integers(1, 6),
        spent=st.integers(0, 3),
    )
    def vouch(self, amount: int, honest: bool, count: int, spent: int) -> None:
        lies = {} if honest else {"count": count, "spent": spent * 20_000}
        self.codes.append(self.phone.pay(amount, honest=honest, **lies))

    @precondition(lambda self: self.codes)
    @rule(data=st.data(), at=st.integers(0, TILLS - 1))
    def show(self, data: st.DataObject, at: int) -> None:
        """Any code, new, copied or photographed, at any till."""
        self.tills[at].accept(data.draw(st.sampled_from(self.codes)))

    @precondition(lambda self: any(till.waiting for till in self.tills))
    @rule(data=st.data(), forget=st.booleans())
    def send(self, data: st.DataObject, forget: bool) -> None:
        """A till sends one of its claims, in any order; perhaps again, as if it had heard no answer."""
        till = data.draw(st.sampled_from([till for till in self.tills if till.waiting]))
        order = data.draw(st.sampled_from(till.waiting))
        first = claims.adjudicate(order)
        assert claims.adjudicate(order).pk == first.pk
        if forget:
            till.waiting.remove(order)

    @rule(hours=st.sampled_from([1, 24, 24 * 5]))
    def wait(self, hours: int) -> None:
        self.traveller.shift(timedelta(hours=hours))
        list(allowances.end_due())

    @rule()
    def revoke(self) -> None:
        with_suppress(lambda: allowances.revoke(self.allowance.number, "hilang", by=""))

    @precondition(lambda self: OfflineClaim.objects.filter(status__in=[S.QUEUED, S.PROPOSED]).exists())
    @rule(data=st.data(), deed=st.sampled_from(["propose", "cover", "refuse", "judge"]), who=st.booleans())
    def decide(self, data: st.DataObject, deed: str, who: bool) -> None:
        waiting = list(OfflineClaim.objects.filter(status__in=[S.QUEUED, S.PROPOSED]).order_by("pk"))
        claim = data.draw(st.sampled_from(waiting))
        by: User = self.maker if who else self.checker
        deeds = {"propose": losses.propose, "cover": losses.cover, "refuse": losses.refuse, "judge": losses.judge_again}
        with_suppress(lambda: deeds[deed](claim, by, "alasan"))

    @invariant()
    def the_loss_is_bounded(self) -> None:
        if not hasattr(self, "allowance"):
            return
        claimed = list(OfflineClaim.objects.values_list("status", "amount", "merchant_id", "number", "allowance_id"))
        paid = sum(amount for status, amount, *_ in claimed if status == S.PAID)
        covered = sum(amount for status, amount, *_ in claimed if status == S.COVERED)
        hold = Hold.objects.get(pk=self.allowance.hold_id)
        left = PURSE - sum(purse.account.balance for purse in self.owner.purses.select_related("account"))
        assert left == paid == hold.captured <= CEILING  # the holder's loss
        moved = Transfer.objects.filter(kind=Transfer.Kind.LOSS).values_list("amount", flat=True)
        assert sum(moved) == covered <= CEILING  # the agency's
        accepted = [till.accepted.get(self.allowance.number, 0) for till in self.tills]
        assert all(amount <= CEILING for amount in accepted)  # each merchant's, whatever becomes of its claims
        assert paid + covered <= sum(accepted) <= TILLS * CEILING
        vouchers = [number for status, _, _, number, _ in claimed if status == S.PAID]
        assert len(vouchers) == len(set(vouchers))  # each once


def with_suppress(deed: Any) -> None:
    """Officers try what the rules refuse, too: nothing of it stays."""
    try:
        with transaction.atomic():
            deed()
    except WalletError:
        pass


@pytest.fixture
def _database(db: None) -> None:
    assert configured.WALLET["offline_ceiling"] >= CEILING


TestFraudsters = pytest.mark.usefixtures("_database")(Fraudsters.TestCase)
TestFraudsters.settings = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
