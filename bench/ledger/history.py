"""What ten million earlier transfers cost: redemption beside a ledger that has just begun, and the recomputation of it all."""

from __future__ import annotations

import time
from functools import partial

from bench import database
from bench.ledger import queue_world
from bench.ledger.redemptions import Tills, waiting
from bench.measure import Aim, Plan, Row, Tell, in_rounds
from wallet import seals, verification

AREA = "ledger"
CROWD, PAST = 1_000_000, 9  # wallets, each paid once, and how often each has paid since


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Redemption with a long past and with none, in turn; then `verify` over the past, before and after it is sealed."""
    young, old = f"{plan.database}_young", f"{plan.database}_old"
    count = plan.clients[-1]
    few = waiting(plan, count, plan.rounds)
    many = waiting(plan, count, plan.rounds, crowd=max(plan.count(CROWD), few.wallets), past=PAST)
    try:
        for name, queue in ((young, few), (old, many)):
            tell(f"building: {queue.wallets:,} wallets, {queue.transfers:,} transfers")
            database.copy(plan.empty, name)
            queue_world.build(queue)
        tell("redemption with a past and with next to none, payments a second")
        rates = in_rounds(
            {
                "young": partial(Tills(plan, young).ours, count),
                "old": partial(Tills(plan, old).ours, count),
            },
            plan.rounds,
            tell,
        )
        tell("verify, transfers a second")
        verified = in_rounds({"no day is sealed": partial(_verify, old)}, min(plan.rounds, 3), tell)
        tell("sealing every day of the past")
        days = len(list(seals.seal_due()))
        verified |= in_rounds({"sealed": partial(_verify, old)}, min(plan.rounds, 3), tell)
    finally:
        for name in (young, old):
            database.drop(name)
    checked, unit = f"verify {many.transfers:,} transfers", "transfers/s"
    work, beside_is = f"redeem after {many.transfers:,} transfers, {count} clients", f"after {few.transfers:,}"
    return [
        Row(AREA, work, "payments/s", rates["old"], rates["young"], beside_is, Aim(">=", 0.95)),
        Row(AREA, f"{checked}, none sealed", unit, verified["no day is sealed"], aim=Aim(">=", 500_000)),
        Row(AREA, f"{checked} and the seals of {days} days", unit, verified["sealed"], aim=Aim(">=", 500_000)),
    ]


def _verify(name: str) -> float:
    database.use(name)
    database.sql("SELECT 1")
    began = time.monotonic()
    report = verification.verify()
    elapsed = time.monotonic() - began
    if not report.holds:
        raise RuntimeError(f"the ledger does not verify: {report.findings[:3]}")
    return report.transfers / elapsed
