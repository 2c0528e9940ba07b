"""The demo's web, worker and beat, with their pid files and logs under `.data/run`."""

from __future__ import annotations

import os
from pathlib import Path

from config.embedded import DATA
from config.processes import COMMANDS, Salur

_DEMO = Salur(DATA / "run")
pid_of, start, stop_all = _DEMO.pid_of, _DEMO.start, _DEMO.stop_all

__all__ = ["COMMANDS", "peak_memory", "pid_of", "start", "stop_all"]


def peak_memory(name: str) -> int:
    """The largest resident size, in bytes, that any process of that name has had so far; 0 if none runs."""
    leader = pid_of(name)
    if leader is None:
        return 0
    peaks = [0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if os.getpgid(int(status.parent.name)) == leader:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                peaks.append(int(lines["VmHWM"].split()[0]) * 1024)
        except (OSError, KeyError, ValueError):
            continue  # it ended while we looked
    return max(peaks)
