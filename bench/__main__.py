"""Measures the house beside others, area by area; shows a table and writes it as JSON and as a chart."""

from __future__ import annotations

import argparse
import importlib
import os
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AREAS = ("ledger", "costs", "partitions", "registry", "disbursement", "merchants")
PARTS = (  # of areas, for whoever works on one
    *("ledger.bulk", "ledger.redemptions", "ledger.history", "registry.search"),
    *("disbursement.preparing", "disbursement.paying", "disbursement.office"),
)
RESULTS, TRIALS = ROOT / "bench" / "results", ROOT / ".data" / "bench"


def main() -> None:
    options = _options()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    os.environ["BENCH_DATABASE"] = options.database
    import django

    django.setup()
    from bench import database, report
    from bench.measure import Plan

    plan = Plan(options.scale, options.rounds, options.database, tuple(sorted(options.clients)))
    facts = report.run_facts(plan, database.server_facts())
    began, rows = time.monotonic(), []
    try:
        report.tell("making the tables")
        database.make(plan.empty, options.tables_like)
        for area in options.only or AREAS:
            rows += importlib.import_module(f"bench.{area}").rows(plan, report.tell)
    finally:
        database.drop(plan.database)
        database.drop(plan.empty)
    report.show(facts, rows)
    folder = options.results or (RESULTS if _is_full(options) else TRIALS)
    report.write(facts, rows, folder)
    missed = sum(row.holds is False for row in rows)
    report.tell(f"{(time.monotonic() - began) / 60:.1f} minutes, {missed} aims missed; written to {folder}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=(*AREAS, *PARTS), help="an area or a part of one")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the full size: 0.01 is a trial of a minute")
    parser.add_argument("--clients", type=int, nargs="+", default=[8, 16], help="how many pay at once")
    parser.add_argument("--rounds", type=int, default=5, help="how often each competitor runs")
    parser.add_argument(
        "--database", default="bench_salur", help="made for the run, and dropped; copies add to its name"
    )
    parser.add_argument("--tables-like", default="", help="an empty database of ours to copy instead of migrating")
    parser.add_argument("--results", type=Path, help="where to write; full runs: bench/results, trials: .data/bench")
    return parser.parse_args()


def _is_full(options: argparse.Namespace) -> bool:
    """Only a run of whole areas at full size may replace their figures that are kept in the repository."""
    full_size = options.scale == 1 and options.rounds >= 3 and options.clients == [8, 16]
    return full_size and set(options.only or AREAS) <= set(AREAS)


if __name__ == "__main__":
    main()
