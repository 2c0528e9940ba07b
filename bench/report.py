"""The figures as a table for the eye and as JSON for machines, with the facts about the machine they come from."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.chart import draw
from bench.measure import Figures, Plan, Row

ROOT = Path(__file__).resolve().parent.parent
BEGAN = time.monotonic()
console = Console(highlight=False, width=None if Console().is_terminal else 150)


def tell(text: str) -> None:
    """One line of progress, with the minutes since the beginning."""
    minutes, seconds = divmod(round(time.monotonic() - BEGAN), 60)
    console.print(f"[dim]{minutes:3}:{seconds:02}[/dim]  {text}")


def run_facts(plan: Plan, server: dict[str, str]) -> dict[str, Any]:
    """Where, when and how the figures were made."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "scale": plan.scale,
        "rounds": plan.rounds,
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "python": platform.python_version(),
        "postgresql": server["server_version"],
        **{name: value for name, value in server.items() if name != "server_version"},
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show(run: dict[str, Any], rows: Sequence[Row]) -> None:
    """The table: medians, with the lowest and highest of the rounds in brackets."""
    caption = f"median (lowest–highest of {run['rounds']} rounds); ratio of the medians"
    if run["scale"] != 1:
        caption += f". A trial at scale {run['scale']:g}: the aims are set for the full size"
    table = Table(header_style="bold", caption=caption)
    for column in ("area", "work", "ours", "beside"):
        table.add_column(column, justify="right" if column == "ours" else "left", overflow="fold")
    table.add_column("ratio", justify="right")
    table.add_column("aim", justify="right")
    table.add_column("")
    for row in rows:
        beside = f"{_written(row.beside)}  {row.beside_is}" if row.beside else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        holds = {True: "[green]holds[/green]", False: "[red]missed[/red]", None: ""}[row.holds]
        ours = f"{_written(row.ours)} {row.unit}"
        table.add_row(row.area, row.work, ours, beside, ratio, str(row.aim) if row.aim else "", holds)
    console.print(table)


def _written(figures: Figures) -> str:
    digits = 0 if figures.median >= 100 else 1
    if figures.low == figures.high:
        return f"{figures.median:,.{digits}f}"
    return f"{figures.median:,.{digits}f} ({figures.low:,.{digits}f}–{figures.high:,.{digits}f})"


def write(run: dict[str, Any], rows: Sequence[Row], folder: Path) -> None:
    """latest.json and latest.svg in the folder. Areas that were not measured now keep their rows and the facts of their run."""
    folder.mkdir(parents=True, exist_ok=True)
    latest = folder / "latest.json"
    kept = json.loads(latest.read_text()) if latest.exists() else {"runs": {}, "rows": []}
    measured = {row.area: run for row in rows}
    found = {
        "runs": kept["runs"] | measured,
        "rows": [row for row in kept["rows"] if row["area"] not in measured] + [row.as_json() for row in rows],
    }
    latest.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if judged := [row for row in rows if row.aim]:
        (folder / "latest.svg").write_text(draw(run, judged))
