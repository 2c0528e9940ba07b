"""`make chaos`: a batch is paid while workers and children are killed, Valkey is flushed, restarted and frozen, PostgreSQL is
restarted and every task is delivered three times.

Exit code 0 only if everyone was paid exactly once, in time, and nothing is stuck. The seed repeats the plan and the choice of
victims; to the millisecond nothing repeats, because processes are real.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from chaos import plan, timeline
from chaos.slow_line import SlowLine
from chaos.thrice import SWEEP_SECONDS
from chaos.workers import Crew
from config import embedded
from demo import screen

if TYPE_CHECKING:  # Django is set up once the servers run
    from chaos.storm import Storm
    from demo.proof import Proof
    from disbursement.models import Batch

SWEEP = 30.0  # seconds, as the beat's schedule has it
ELSEWHERE = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL")  # what is broken must be ours alone


def main() -> int:
    """One run; 0 if every claim held."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that it cleans up
    with _alone(options.part):
        return _cleaned_run(options)


def _cleaned_run(options: argparse.Namespace) -> int:
    _clean(options.part)
    if options.clean:
        return 0
    screen.console.print(f"[bold]Chaos, seed {options.seed}[/bold]: {_command(options)} repeats it")
    try:
        storm, proof = _run(options)
    finally:
        _clean(options.part)
    timeline.show(storm)
    return _verdict(options, storm, proof)


@contextmanager
def _alone(part: str) -> Iterator[None]:
    """Two runs would break, and remove, each other's servers. Raises SystemExit if there is another."""
    folder = embedded.DATA / part
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / "run").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"another run uses .data/{part}: wait for it, or choose --part") from None
        yield


def _clean(part: str) -> None:
    """The servers of this part and their data are gone, and no address of others is left in the environment."""
    for name in ELSEWHERE:
        os.environ.pop(name, None)
    embedded.clean(part)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the same seed, the same plan")
    parser.add_argument("--lines", type=int, default=20_000, help="how many people the batch pays")
    parser.add_argument("--chunk", type=int, default=50, help="lines a worker posts at once")
    parser.add_argument("--workers", type=int, default=3, help="Celery workers, with two children each")
    parser.add_argument(
        "--faults", type=int, default=50, help="how many are killed, beside what happens to the servers"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of all durations: 0.1 freezes Valkey for 6 s, not 60")
    parser.add_argument(
        "--tables-from", help="address of a database of ours, as its owner, to copy instead of migrating"
    )
    parser.add_argument("--part", default="chaos", help="the folder under .data for servers and logs of this run's own")
    parser.add_argument("--clean", action="store_true", help="only remove what a run that was killed has left")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    words = [f"--{name} {getattr(options, name)}" for name in ("seed", "lines", "chunk", "workers", "faults", "scale")]
    return f'`make chaos ARGS="{" ".join(words)}"`'


def _run(options: argparse.Namespace) -> tuple[Storm, Proof]:
    values = embedded.start(options.part)
    os.environ |= {"SALUR_ENV_FILE": str(embedded.env_file(options.part)), "DEBUG": "False", "LOG_LEVEL": "INFO"}
    os.environ["CHUNK_SIZE"] = str(options.chunk)
    _set_up(values, options)
    from chaos import world

    with _told(f"{options.lines:,} people, enrolled; their batch submitted"):
        batch = world.submitted_batch(options.lines)
    line = SlowLine(urlsplit(values["DATABASE_URL"]).port or 0)
    folder = embedded.DATA / options.part
    chance = random.Random(options.seed)
    crew = Crew(options.workers, _workers_env(values, line.port, options, folder), folder, chance, options.scale)
    logs = [worker.log for worker in crew.workers]
    for log in logs:
        log.unlink(missing_ok=True)
    try:
        with _told(f"{options.workers} workers and a beat"):
            crew.start()
        return _storm(options, batch, crew, line, values, logs)
    finally:
        crew.end()


def _set_up(values: dict[str, str], options: argparse.Namespace) -> None:
    import django
    from django.core.management import call_command

    from chaos import tables

    with _told("tables"):
        django.setup()
        if options.tables_from:
            tables.copy(embedded.Postgres(options.part), options.tables_from, values["OWNER_DATABASE_URL"])
        else:
            call_command("migrate", verbosity=0)


def _workers_env(values: dict[str, str], port: int, options: argparse.Namespace, folder: Path) -> dict[str, str]:
    """What the workers see: the database at the end of the slow line, and nothing of its owner."""
    place = urlsplit(values["DATABASE_URL"])
    there = f"{place.username}:{place.password}@127.0.0.1:{port}"
    return os.environ | {
        "DATABASE_URL": urlunsplit(place._replace(netloc=there)),
        "OWNER_DATABASE_URL": "",
        "BEAT_FILE": str(folder / "beat"),
        SWEEP_SECONDS: str(max(2.0, SWEEP * options.scale)),
    }


def _storm(
    options: argparse.Namespace,
    batch: Batch,
    crew: Crew,
    line: SlowLine,
    values: dict[str, str],
    logs: Sequence[Path],
) -> tuple[Storm, Proof]:
    from django.db import connections

    from chaos import verdict, world
    from chaos.storm import SLOW, Servers, Storm
    from chaos.watch import Watch

    servers = Servers(embedded.Postgres(options.part), embedded.Valkey(options.part), values["REDIS_URL"])
    storm = Storm(
        plan=plan.drawn(options.seed, options.faults, options.scale),
        lines=options.lines,
        crew=crew,
        servers=servers,
        line=line,
        watch=Watch(values["DATABASE_URL"], batch.pk),
        tell=timeline.tell,
    )
    line.delay = SLOW
    world.approve(batch)
    storm.run()
    connections.close_all()  # ours did not live through the restarts either
    with _told("the books, asked in SQL"):
        return storm, verdict.of(storm, batch, logs)


@contextmanager
def _told(what: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    screen.line(f"{what}: {time.monotonic() - began:.1f} s")


def _verdict(options: argparse.Namespace, storm: Storm, proof: Proof) -> int:
    screen.table(
        "\nAfterwards",
        ["claim", "seen", ""],
        [(claim.tried, claim.seen, "holds" if claim.holds else f"NO: {claim.expected}") for claim in proof.claims],
    )
    screen.table("Measured on the way", ["", ""], list(proof.figures.items()), right=[1])
    if proof.broken:
        screen.console.print(f"[red]{len(proof.broken)} claims do not hold[/red]: see .data/{options.part}/*.log.")
        screen.console.print(f"{_command(options)} repeats the plan.")
        return 1
    screen.console.print(f"[green]Everyone was paid exactly once, and nothing is stuck[/green] (seed {options.seed}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
