"""The processes of a running Salur: web, worker and beat, each its own, with a pid file and a log under `.data/run`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from config.embedded import DATA, ROOT, process_alive

RUN = DATA / "run"
PYTHON = sys.executable
STOP_SECONDS = 15
COMMANDS = {
    "web": [
        "-m",
        "gunicorn",
        "config.wsgi",
        "--preload",
        "--workers",
        "2",
        "--keep-alive",
        "75",
        "--threads",
        "4",
        "--timeout",
        "60",
    ],
    "worker": ["-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"],
    "beat": ["-m", "celery", "-A", "config", "beat", "--loglevel", "INFO"],
}


def pid_of(name: str) -> int | None:
    """The running process of that name, if there is one."""
    try:
        pid = int((RUN / f"{name}.pid").read_text())
    except (OSError, ValueError):
        return None
    return pid if process_alive(pid) and _is_ours(pid, COMMANDS[name][1]) else None


def _is_ours(pid: int, module: str) -> bool:
    """True if the process runs the module in this checkout: after a restart of the machine its number may be anybody's."""
    process = Path(f"/proc/{pid}")
    try:
        return module in (process / "cmdline").read_text().split("\0") and (process / "cwd").resolve() == ROOT
    except OSError:
        return False


def start(name: str, env: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """Starts web, worker or beat in a session of its own; what it prints goes to its log. One that runs is replaced."""
    stop(name)
    RUN.mkdir(parents=True, exist_ok=True)
    with open(RUN / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            [PYTHON, *COMMANDS[name], *arguments],
            cwd=ROOT,
            env={**os.environ, "OWNER_DATABASE_URL": "", **env},  # none of them is the owner of its database
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    (RUN / f"{name}.pid").write_text(str(process.pid))
    return process


def stop(name: str) -> bool:
    """Ends the process and its children; True if there was one."""
    pid = pid_of(name)
    if pid is not None:
        _signal_group(pid, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        while process_alive(pid) and time.monotonic() < until:
            time.sleep(0.05)
        _signal_group(pid, signal.SIGKILL)
    (RUN / f"{name}.pid").unlink(missing_ok=True)
    return pid is not None


def stop_all() -> list[str]:
    """Ends all of them; returns the names of those that ran."""
    return [name for name in COMMANDS if stop(name)]


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


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
