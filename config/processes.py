"""Processes beside this one: in the repository's folder, each in a session of its own, so that it ends with its children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded import ROOT, process_alive

STOP_SECONDS = 15
GUNICORN = "-m gunicorn config.wsgi --preload --workers 2 --keep-alive 75 --timeout 60 --threads"
COMMANDS = {
    "web": [*GUNICORN.split(), "4"],
    "worker": ["-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO"],
    "beat": ["-m", "celery", "-A", "config", "beat", "--loglevel", "INFO"],
}


def start(command: Sequence[str], env: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts it with that environment and no other; whatever it prints goes to the output. Its group has its number."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@dataclass(frozen=True, slots=True)
class Salur:
    """The processes of one running Salur: web, worker and beat, each with a pid file and a log in the folder."""

    folder: Path

    def pid_of(self, name: str) -> int | None:
        """The running process of that name, if there is one."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if process_alive(pid) and _is_ours(pid, COMMANDS[name][1]) else None

    def start(self, name: str, env: Mapping[str, str], *arguments: str) -> subprocess.Popen[bytes]:
        """Starts web, worker or beat; what it prints goes to its log. One that runs is replaced."""
        self.stop(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / f"{name}.log", "ab") as log:
            alone = {**os.environ, "OWNER_DATABASE_URL": "", **env}  # none of them is the owner of its database
            process = start([sys.executable, *COMMANDS[name], *arguments], alone, log)
        (self.folder / f"{name}.pid").write_text(str(process.pid))
        return process

    def stop(self, name: str) -> bool:
        """Ends the process and its children; True if there was one."""
        pid = self.pid_of(name)
        if pid is not None:
            _signal_group(pid, signal.SIGTERM)
            until = time.monotonic() + STOP_SECONDS
            while process_alive(pid) and time.monotonic() < until:
                time.sleep(0.05)
            _signal_group(pid, signal.SIGKILL)
        (self.folder / f"{name}.pid").unlink(missing_ok=True)
        return pid is not None

    def stop_all(self) -> list[str]:
        """Ends all of them; returns the names of those that ran."""
        return [name for name in COMMANDS if self.stop(name)]


def _is_ours(pid: int, module: str) -> bool:
    """True if the process runs the module in this checkout: after a restart of the machine its number may be anybody's."""
    process = Path(f"/proc/{pid}")
    try:
        return module in (process / "cmdline").read_text().split("\0") and (process / "cwd").resolve() == ROOT
    except OSError:
        return False


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return
