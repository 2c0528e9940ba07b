"""`make demo`: aid travels from the budget to the merchants' bank, on real parts, and every rupiah is accounted for.

Exit code 0 only if every claim holds. A second run goes on with the same data: the registry is unchanged, and the next
month is paid.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from config import embedded
from demo import environment, processes, screen
from demo.proof import Proof, stopwatch

if TYPE_CHECKING:  # models can be imported only once the servers run and Django is set up
    from beneficiaries.models import RegistryImport
    from demo.market import Takings
    from disbursement.models import Batch


def main() -> int:
    """Plays the story once; 0 if every claim held."""
    options = _options()
    proof = Proof()
    with stopwatch() as seconds:
        screen.heading(1, "Servers, tables, files")
        environment.set_up(CODE_LIFETIME_SECONDS="12")  # short, so that an expired code can be shown
        screen.line(f"ready after {seconds():.1f} s")
        try:
            _play(options, proof)
        finally:
            processes.stop_all()
        proof.figures["the whole demo"] = f"{seconds():.0f} s"
    return _verdict(proof)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=10_000, help="people in the registry file")
    parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same file and the same errands")
    parser.add_argument("--redemptions", type=int, default=300, help="payments at merchants")
    return parser.parse_args()


def _play(options: argparse.Namespace, proof: Proof) -> None:
    from django.conf import settings

    from demo import agency, doubts, paying_partner, world
    from demo.market import PAYMENTS_EACH, Market
    from wallet import verification

    credentials = world.build()
    folder = Path(settings.BASE_DIR) / ".data" / "demo"

    screen.heading(2, f"The registry: {options.people:,} people from the social office's file")
    done = agency.import_registry(folder, options.people, options.seed, proof)

    screen.heading(3, "Programmes: enrolment by rule")
    agency.enrol(proof)

    period = agency.next_period()
    screen.heading(4, "Doubts: an agency's evidence, and somebody registered twice")
    port = embedded.free_port()
    processes.start("web", {}, "--bind", f"127.0.0.1:{port}")
    for name in ("worker", "beat"):
        processes.start(name, {})
    base_url = f"http://127.0.0.1:{port}"
    _wait_for(base_url)
    _wait_for_worker()
    doubled = doubts.register_twice(folder, agency.registry_file(folder, options.people, options.seed), proof)
    doubts.merge(doubled, proof)
    struck = doubts.exclude(base_url, period, proof)

    screen.heading(5, f"Batches for {period:%B %Y}: maker, approver, Celery workers")
    batches = agency.approve_batches(period, proof)
    agency.watch(batches, proof)
    doubts.check_paid(struck, doubled, period, proof)
    batches += paying_partner.pay(base_url, period, proof)
    proof.figures["peak memory of a worker process"] = f"{processes.peak_memory('worker') / 2**20:,.0f} MiB"

    screen.heading(6, "Redemption over HTTP: the mobile API and SNAP BI")
    owed_before = verification.verify().balances["merchant"]
    market = Market(base_url, credentials, Path(settings.MOBILE["sms_spool"]), options.seed, proof)
    shoppers = market.shoppers(max(2, options.redemptions // PAYMENTS_EACH), without=struck.person.household)
    market.open(shoppers)
    market.show_refusals(shoppers)

    screen.heading(7, "The people's answers: objection, complaint, consent")
    batches += doubts.object_to(struck, base_url, market.inbox, proof)
    doubts.complain(shoppers[0].client, proof)
    doubts.consent(shoppers[0].client, proof)

    screen.heading(8, "Settlement and verification")
    _summary(proof, done, batches, market.takings, owed_before, _settle(proof))


def _wait_for_worker() -> None:
    """A ring before a worker listens is not lost, but then the figures would measure how long Celery takes to start."""
    from config import celery_app

    until = time.monotonic() + 60
    while not celery_app.control.ping(timeout=0.5):
        if time.monotonic() > until:
            raise TimeoutError("no worker answers: see .data/run/worker.log")


def _wait_for(base_url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            requests.get(base_url, timeout=10).raise_for_status()
            return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.1)
    raise TimeoutError("the web server does not answer: see .data/run/web.log")


def _settle(proof: Proof) -> Counter[str]:
    """Settles every merchant and confirms the bank's payment; rupiah by merchant."""
    from wallet import settlement

    by_merchant: Counter[str] = Counter()
    for made in settlement.settle_all():
        settlement.confirm_paid(made)
        by_merchant[made.merchant.name] += made.amount
    proof.claim("a second settlement finds nothing", 0, len(list(settlement.settle_all())))
    return by_merchant


def _summary(
    proof: Proof, done: RegistryImport, batches: list[Batch], takings: Takings, owed_before: int, settled: Counter[str]
) -> None:
    from disbursement import reconciliation
    from wallet import position
    from wallet.verification import verify

    with stopwatch() as seconds:
        report = verify()
        proof.figures["verification"] = f"{report.transfers:,} transfers in {seconds():.2f} s"
    proof.claim("the ledger agrees with itself", [], report.findings)
    proof.claim("every instruction agrees with its transfer", [], reconciliation.differences())
    # As the accounts say, not as the transfers add up, which is zero whatever happened.
    money = {kind.value: balance for kind, balance in position.by_kind().items()}
    budget = -money["budget"]
    parts = {
        "fund": money["fund"],
        "purses": money["purse"],
        "partners": money["provider"],
        "merchants": money["merchant"],
        "settled": money["bank"] + money["settlement"],
    }
    proof.claim("no batch holds money back", 0, money["clearing"])
    proof.claim("budget = fund + purses + partners + merchants + settled", budget, sum(parts.values()))
    proof.claim(
        "settled = owed before + paid − refunded", owed_before + takings.paid - takings.refunded, settled.total()
    )
    if not report.holds:
        screen.line("[red]The ledger does not verify.[/red]")

    screen.table(
        "\nThis run",
        ["", "count", "rupiah"],
        [
            ("rows in the registry file", f"{done.rows:,}", ""),
            ("  people imported or unchanged", f"{done.rows - done.refused:,}", ""),
            ("  rows refused", f"{done.refused:,}", ""),
            *((f"paid {batch.purse_title}", f"{batch.count:,}", screen.rupiah(batch.total)) for batch in batches),
            ("redeemed at merchants", f"{takings.paid_count:,}", screen.rupiah(takings.paid)),
            ("refunded", "1", screen.rupiah(takings.refunded)),
            ("settled to merchants' banks", f"{len(settled)}", screen.rupiah(settled.total())),
        ],
        right=[1, 2],
    )
    screen.table(
        "Refused, each for its reason",
        ["what was tried", "code", "as expected"],
        [(claim.tried, claim.seen, "yes" if claim.holds else f"NO: {claim.expected}") for claim in proof.refusals],
    )
    screen.chart("Where the budget stands, all runs", {"budget": budget, **parts})
    screen.console.print(
        f"budget {screen.rupiah(budget)} = "
        + " + ".join(f"{name} {screen.rupiah(value)}" for name, value in parts.items()),
        style="bold",
    )


def _verdict(proof: Proof) -> int:
    screen.table("\nMeasured on the way", ["", ""], list(proof.figures.items()), right=[1])
    if proof.broken:
        for claim in proof.broken:
            screen.console.print(f"[red]FAILED[/red] {claim.tried}: expected {claim.expected}, saw {claim.seen}")
        return 1
    screen.console.print(
        f"[green]All {len(proof.claims)} claims hold, all {len(proof.refusals)} refusals came as they must.[/green] "
        "`make serve` opens this data in the browser; `make stop` ends the servers."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
