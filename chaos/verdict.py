"""What must be true afterwards, asked in SQL: each line paid by one transfer into its own wallet, and nothing left over."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from django.db import connection

from chaos.storm import Storm
from chaos.watch import RECEIVED, received
from demo.proof import Proof
from disbursement import reconciliation, tasks
from disbursement.models import Batch
from wallet import position, verification

MOST_SECONDS = 90  # from the last fault to the closed batch
ONCE = "lines · paid · paid by exactly one transfer · transfers"
DEAF_AFTER = 60.0  # seconds without a task, while tasks are waiting
# Each line beside what came out of the batch's clearing account into purses of its wallet. Not by the transfers' keys,
# which the database keeps from repeating: money that arrived twice under two keys is what this looks for.
LINES = """
WITH arrived AS (
    SELECT purse.wallet_id, count(*) AS transfers, sum(moved.amount) AS amount
    FROM wallet_transfer moved JOIN wallet_purse purse ON purse.account_id = moved.credit_id
    WHERE moved.kind = 'disbursement' AND moved.debit_id = (SELECT clearing_id FROM disbursement_batch WHERE id = %(batch)s)
    GROUP BY purse.wallet_id
)
SELECT count(*), count(*) FILTER (WHERE line.status = 'paid'),
    count(*) FILTER (WHERE arrived.transfers = 1 AND arrived.amount = line.amount),
    (SELECT coalesce(sum(transfers), 0) FROM arrived)
FROM disbursement_instruction line LEFT JOIN arrived ON arrived.wallet_id = line.wallet_id WHERE line.batch_id = %(batch)s
"""
CHUNKS = "SELECT status, count(*) FROM disbursement_chunk WHERE batch_id = %(batch)s GROUP BY status"
CLEARING = """
SELECT account.balance,
    (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE credit_id = account.id)
        - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer WHERE debit_id = account.id)
FROM wallet_account account JOIN disbursement_batch batch ON batch.clearing_id = account.id WHERE batch.id = %(batch)s
"""
HELD = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < now() - interval '10 seconds'
"""


def of(storm: Storm, batch: Batch, logs: Sequence[Path]) -> Proof:
    """Every claim about the run, with what was seen."""
    proof = Proof()
    paid_once(proof, batch, storm.lines)
    _in_time(proof, storm)
    _nothing_stuck(proof, storm, logs)
    return proof


def paid_once(proof: Proof, batch: Batch, lines: int) -> None:
    """Claims that each of so many lines arrived once and that the books hold, where nothing but this batch was ever paid."""
    batch.refresh_from_db()
    proof.claim(ONCE, (lines,) * 4, _row(LINES, batch))
    proof.claim("the batch", Batch.Status.CLOSED.value, batch.status)
    proof.claim("rupiah in clearing, kept and recomputed", (0, 0), _row(CLEARING, batch))
    report = verification.verify()
    proof.claim("the ledger agrees with itself", [], report.findings)
    proof.claim("every instruction agrees with its transfer", [], reconciliation.differences())
    money = {kind.value: amount for kind, amount in position.by_kind().items() if amount}
    proof.claim("rupiah by account", {"budget": -batch.total, "purse": batch.total}, money)


def _in_time(proof: Proof, storm: Storm) -> None:
    proof.claim("lines were still to be paid when the last fault came", True, storm.open_at_last_fault)
    proof.claim("some kills met a chunk in hand", True, storm.met_work > 0)
    if storm.closed_at is None:
        proof.claim(f"closed within {MOST_SECONDS} s of the last fault", True, "never")
        return
    took = storm.closed_at - storm.last_fault
    proof.claim(f"closed within {MOST_SECONDS} s of the last fault", True, took <= MOST_SECONDS)
    proof.figures["from the last fault to the closed batch"] = f"{took:.1f} s"


def _nothing_stuck(proof: Proof, storm: Storm, logs: Sequence[Path]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHUNKS, {"batch": storm.watch.batch})
        ended = dict(cursor.fetchall())
        proof.claim(
            "chunks that did not end well", {}, {name: count for name, count in ended.items() if name != "done"}
        )
        cursor.execute(HELD)
        proof.claim("transactions left open", [(0,)], cursor.fetchall())
    proof.claim("workers that take no tasks any more", [], _deaf(logs))
    deliveries = received(logs)
    proof.claim("tasks were delivered three times", True, max(deliveries.values(), default=0) >= 3)
    proof.figures["deliveries of tasks to workers"] = f"{deliveries.total():,} of {len(deliveries):,} tasks"


def _deaf(logs: Sequence[Path]) -> list[str]:
    """The workers that hear nothing, however often is rung: their logs do not grow."""
    before = {log: len(RECEIVED.findall(log.read_text(errors="replace"))) for log in logs}
    until = time.monotonic() + DEAF_AFTER
    deaf = dict(before)
    while deaf and time.monotonic() < until:
        for _ in logs:
            tasks.sweep.delay()
        time.sleep(0.5)
        deaf = {
            log: count for log, count in deaf.items() if len(RECEIVED.findall(log.read_text(errors="replace"))) == count
        }
    return [log.stem for log in deaf]


def _row(statement: str, batch: Batch) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"batch": batch.pk})
        return tuple(int(value) for value in cursor.fetchall()[0])
