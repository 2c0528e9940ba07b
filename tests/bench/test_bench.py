"""The benchmark's own parts, and a tiny run of it from end to end in a database of its own."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.db import connections

from bench import chart, report
from bench.ledger.queue_world import PRICE, Queue
from bench.measure import Aim, Figures, Plan, Row, in_rounds
from config.embedded import ROOT

RUN = {
    "date": "2026-11-24T10:00:00+00:00",
    "commit": "abc",
    "postgresql": "18.6",
    "cores": 2,
    "scale": 1.0,
    "rounds": 5,
}


def row(ours: float, beside: float | None, aim: Aim | None) -> Row:
    of_others = Figures((beside,)) if beside is not None else None
    return Row("ledger", "pay & redeem", "payments/s", Figures((ours,)), of_others, "SQL" if beside else "", aim)


def test_a_ratio_is_that_of_the_medians() -> None:
    made = Row("ledger", "w", "u", Figures((10, 90, 40)), Figures((20, 19, 100)), "other")
    assert made.ratio == 2.0
    assert (made.ours.low, made.ours.high) == (10, 90)


@pytest.mark.parametrize(
    ("ours", "beside", "aim", "holds", "reached"),
    [
        (80, 100, Aim(">=", 0.8), True, 1.0),
        (79, 100, Aim(">=", 0.8), False, 0.9875),
        (21, 2, Aim("<=", 10.5), True, 1.0),
        (250, None, Aim("<", 250), False, 1.0),
        (125, None, Aim("<", 250), True, 2.0),
    ],
)
def test_an_aim_judges_the_ratio_or_else_the_figure(
    ours: float, beside: float | None, aim: Aim, holds: bool, reached: float
) -> None:
    made = row(ours, beside, aim)
    assert made.holds is holds
    assert aim.reached(made.judged) == pytest.approx(reached)


def test_without_an_aim_nothing_is_judged() -> None:
    assert row(1, 2, None).holds is None


def test_competitors_take_turns() -> None:
    turns: list[str] = []
    told: list[str] = []

    def run(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    found = in_rounds({"a": lambda: run("a"), "b": lambda: run("b")}, 3, told.append)
    assert turns == ["a", "b"] * 3
    assert found == {"a": Figures((1, 3, 5)), "b": Figures((2, 4, 6))}
    assert len(told) == 6


def test_the_report_says_what_was_measured_and_where(tmp_path: Path) -> None:
    rows = [row(80, 100, Aim(">=", 0.8)), row(600_000, None, Aim(">=", 500_000)), row(1, 2, None)]
    report.show(RUN, rows)
    report.write(RUN, rows, tmp_path)
    found = json.loads((tmp_path / "latest.json").read_text())
    assert found["runs"] == {"ledger": RUN}
    assert [line["holds"] for line in found["rows"]] == [True, True, None]
    assert found["rows"][0] | {"ours_range": None, "beside_range": None} == {
        "area": "ledger",
        "work": "pay & redeem",
        "unit": "payments/s",
        "ours": 80,
        "ours_range": None,
        "beside": 100,
        "beside_range": None,
        "beside_is": "SQL",
        "ratio": 0.8,
        "aim": ">= 0.8",
        "holds": True,
    }


def test_an_area_that_was_not_measured_now_keeps_its_figures(tmp_path: Path) -> None:
    report.write(RUN, [row(80, 100, Aim(">=", 0.8)), replace(row(1, 2, None), area="costs")], tmp_path)
    report.write(RUN | {"date": "2027-01-01"}, [replace(row(3, 2, None), area="costs")], tmp_path)
    found = json.loads((tmp_path / "latest.json").read_text())
    assert [(line["area"], line["ours"]) for line in found["rows"]] == [("ledger", 80), ("costs", 3)]
    assert found["runs"] == {"ledger": RUN, "costs": RUN | {"date": "2027-01-01"}}
    assert "pay &amp; redeem" in (tmp_path / "latest.svg").read_text()  # of the run that had aims


def test_the_chart_has_a_bar_for_each_aim_as_long_as_it_is_reached() -> None:
    rows = [row(160, 100, Aim(">=", 0.8)), row(1, 2, None), row(1, 1_000_000, Aim(">=", 0.8))]
    drawing = ElementTree.fromstring(chart.draw(RUN, rows))  # noqa: S314  # our own
    bars = drawing.findall("{http://www.w3.org/2000/svg}rect")
    assert [bar.get("class") for bar in bars] == ["holds", "missed"]
    assert [float(bar.get("width", "")) for bar in bars] == [300, 0]


def test_a_smaller_plan_measures_less_but_never_nothing() -> None:
    assert Plan().count(100_000) == 100_000
    assert Plan(scale=0.01).count(100_000) == 1_000
    assert Plan(scale=1e-9).count(100_000) == 1


def test_no_wallet_runs_dry_however_fast_the_machine() -> None:
    queue = Queue(clients=2, wallets_each=3, codes_each=12_001, past=1)
    assert queue.plenty >= PRICE * (1 + math.ceil(12_001 / 3))


SECONDS = (
    3_600  # against hanging for ever: three minutes on an idle machine, a quarter of an hour and more on a busy one
)


@pytest.mark.xdist_group("bench")
def test_a_tiny_run_measures_everything_and_leaves_no_database(committed_db: None, tmp_path: Path) -> None:
    name, like = f"bench_salur_test_{os.getpid()}", connections["owner"].settings_dict["NAME"]
    connections.close_all()  # nobody may be in a database that is copied
    tiny = ["--scale", "0.001", "--rounds", "1", "--clients", "2", "--database", name, "--results", str(tmp_path)]
    tiny += ["--tables-like", like]
    command = [sys.executable, "-m", "bench", *tiny]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads((tmp_path / "latest.json").read_text())["rows"]
    assert all(line["ours"] > 0 or "failed" in line["work"] for line in rows)
    judged = Counter(line["area"] for line in rows if line["aim"] is not None)
    assert judged == {"ledger": 13, "registry": 15, "disbursement": 12, "merchants": 5}
    assert _databases_like(name) == []


def _databases_like(name: str) -> list[str]:
    from django.db import connection

    place = connection.settings_dict
    import psycopg2

    with (
        psycopg2.connect(
            host=place["HOST"], port=place["PORT"], user=place["USER"], password=place["PASSWORD"], dbname="postgres"
        ) as server,
        server.cursor() as cursor,
    ):
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{name}%"])
        return [row[0] for row in cursor.fetchall()]
