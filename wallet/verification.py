"""Recomputes the ledger from its transfers and tells where the books, and the seals, differ from them.

Outermost, the checks share one snapshot over several connections, because one backend keeps one core busy; inside a
transaction they run in it one after the other. What reads every transfer reads it once: balances, checkpoints' ends and
totals come out of one aggregate.
"""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from wallet import seal_verification, seals
from wallet.findings import MOST_A_CHECK, Finding
from wallet.models import Account, Seal, Verification

logger = logging.getLogger(__name__)
CONNECTIONS = min(4, (os.cpu_count() or 1) + 1)  # one more than cores: while Python hashes, its backend waits
# Memory for a hash table over millions of accounts. Compiling such plans costs more than it saves, and workers only take
# cores from the other connections: aggregating in parts costs half as much again.
TUNING = (
    "SET LOCAL work_mem = '256MB'; SET LOCAL hash_mem_multiplier = 4; SET LOCAL jit = off;"
    " SET LOCAL max_parallel_workers_per_gather = 0"
)
VERIFYING = 7_305_002  # the advisory lock of the nightly run


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` saw, in one snapshot: counts, rupiah by kind of account, findings (100 a check at most)."""

    accounts: int
    transfers: int
    balances: dict[str, int]
    findings: list[Finding] = field(default_factory=list)
    sealed_to: date | None = None
    started_at: datetime = field(default_factory=timezone.now)

    @property
    def holds(self) -> bool:
        return not self.findings and sum(self.balances.values()) == 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the run's jobs are done, and what the last one was."""

    done: int
    jobs: int
    name: str


@dataclass(slots=True)
class _Found:
    """What the jobs add up: findings by job, and the figures of the whole."""

    findings: dict[str, list[Finding]] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)
    accounts: int = 0
    transfers: int = 0


# Every account whose transfers do not add up to what it stores, and every merchant, whose balance is not stored: with the
# stored balances taken off as if they were transfers, the accounts that agree come to zero and need no join.
BALANCES = """
WITH differing AS MATERIALIZED (
    SELECT account, sum(delta) AS delta FROM (
        SELECT credit_id AS account, amount AS delta FROM wallet_transfer
        UNION ALL SELECT debit_id, -amount FROM wallet_transfer
        UNION ALL SELECT id, -balance FROM wallet_account WHERE kind <> 'merchant') moved
    GROUP BY account HAVING sum(delta) <> 0
), named AS MATERIALIZED (
    SELECT account AS id, coalesce(a.kind, '') AS kind, coalesce(a.balance, 0) AS balance, delta
    FROM differing LEFT JOIN wallet_account a ON a.id = account
)
(SELECT 'account balance', id, balance, balance + delta, NULL FROM named WHERE kind <> 'merchant' ORDER BY id LIMIT 100)
UNION ALL
(SELECT 'merchant below zero', id, 0, delta, NULL FROM named WHERE kind = 'merchant' AND delta < 0 ORDER BY id LIMIT 100)
UNION ALL
SELECT NULL, count(*), NULL, sum(total), kind FROM (
    SELECT kind, CASE WHEN kind = 'merchant' THEN 0 ELSE balance END AS total FROM wallet_account
    UNION ALL SELECT kind, delta FROM named WHERE kind <> '') totals GROUP BY kind
"""
# What merchants' accounts and the history of their checkpoints say at each cut, against the transfers between the cuts.
CHECKPOINTS = """
WITH cuts AS (
    SELECT id AS account, counted_to, balance, NULL::bigint AS checkpoint FROM wallet_account WHERE kind = 'merchant'
    UNION ALL SELECT account_id, counted_to, balance, id FROM wallet_checkpoint
), spans AS (
    SELECT *, lag(counted_to, 1, 0::bigint) OVER (PARTITION BY account ORDER BY counted_to, checkpoint) AS since FROM cuts
), summed AS (
    SELECT spans.*, sum(moved.delta) OVER (PARTITION BY account ORDER BY counted_to, checkpoint) AS recomputed
    FROM spans, LATERAL (
        SELECT (SELECT coalesce(sum(amount), 0) FROM wallet_transfer
                WHERE credit_id = account AND id > since AND id <= counted_to)
             - (SELECT coalesce(sum(amount), 0) FROM wallet_transfer
                WHERE debit_id = account AND id > since AND id <= counted_to) AS delta) moved
), differing AS MATERIALIZED (SELECT * FROM summed WHERE balance <> recomputed)
(SELECT 'merchant checkpoint', account, balance, recomputed FROM differing WHERE checkpoint IS NULL
 ORDER BY account LIMIT 100)
UNION ALL
(SELECT 'checkpoint history', checkpoint, balance, recomputed FROM differing WHERE checkpoint IS NOT NULL
 ORDER BY checkpoint LIMIT 100)
"""
# Each pass reads much and serves several checks: it selects (check, row, stored, recomputed).
PASSES = {"checkpoints": CHECKPOINTS}
PASSED = ("account balance", "merchant below zero", "merchant checkpoint", "checkpoint history")
# Each check selects (row, stored, recomputed) where the two differ.
CHECKS = {
    # A merge of two indexes that run in the same order: half the time of an aggregate, and no memory for it.
    "payment amount": """
        SELECT p.id, CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END, coalesce(sum(t.amount), 0)
        FROM wallet_payment p LEFT JOIN wallet_transfer t ON t.payment_id = p.id AND t.kind IN ('redemption', 'cash_out')
        GROUP BY p.id HAVING CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END <> coalesce(sum(t.amount), 0)
    """,
    "payment refunds": """
        SELECT payment, sum(stored), sum(moved) FROM (
            SELECT payment_id AS payment, 0 AS stored, amount AS moved FROM wallet_transfer
            WHERE kind = 'refund' AND payment_id IS NOT NULL
            UNION ALL SELECT id, refunded, 0 FROM wallet_payment WHERE refunded <> 0) both_sides
        GROUP BY payment HAVING sum(stored) <> sum(moved)
    """,
    "refund above its purse": """
        SELECT refunded.payment_id, coalesce(spent.amount, 0), refunded.amount FROM (
            SELECT t.payment_id, t.credit_id, sum(t.amount) AS amount
            FROM wallet_transfer t JOIN wallet_purse p ON p.account_id = t.credit_id
            WHERE t.kind = 'refund' GROUP BY t.payment_id, t.credit_id) refunded,
        LATERAL (
            SELECT sum(t.amount) AS amount FROM wallet_transfer t
            WHERE t.payment_id = refunded.payment_id AND t.debit_id = refunded.credit_id
              AND t.kind IN ('redemption', 'cash_out')) spent
        WHERE refunded.amount > coalesce(spent.amount, 0)
    """,
    "refund amount": """
        SELECT r.id, r.amount, coalesce(sum(t.amount), 0) FROM wallet_refund r
        LEFT JOIN wallet_transfer t ON t.kind = 'refund' AND split_part(t.key, ':', 2) = r.id::text
        GROUP BY r.id HAVING r.amount <> coalesce(sum(t.amount), 0)
    """,
    "settlement amount": """
        SELECT s.id, s.amount, coalesce(t.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'settle:' || s.id
        WHERE s.amount <> coalesce(t.amount, 0)
    """,
    "settlement payout": """
        SELECT s.id, CASE s.status WHEN 'paid' THEN s.amount ELSE 0 END, coalesce(t.amount, 0) - coalesce(back.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'payout:' || s.id
            LEFT JOIN wallet_transfer back ON back.reverses_id = t.id
        WHERE CASE s.status WHEN 'paid' THEN s.amount ELSE 0 END <> coalesce(t.amount, 0) - coalesce(back.amount, 0)
    """,
    "settlement returned": """
        SELECT s.id, CASE s.status WHEN 'returned' THEN s.amount ELSE 0 END, coalesce(back.amount, 0)
        FROM wallet_settlement s LEFT JOIN wallet_transfer t ON t.key = 'settle:' || s.id
            LEFT JOIN wallet_transfer back ON back.reverses_id = t.id
        WHERE CASE s.status WHEN 'returned' THEN s.amount ELSE 0 END <> coalesce(back.amount, 0)
    """,
    "top-up amount": """
        SELECT u.id, u.amount, coalesce(t.amount, 0) FROM wallet_topup u
        LEFT JOIN wallet_transfer t ON t.key = 'top_up:' || u.id AND t.credit_id = u.purse_id AND t.kind = 'top_up'
        WHERE u.amount <> coalesce(t.amount, 0)
    """,
    "loss amount": """
        SELECT coalesce(c.id, t.id), coalesce(c.amount, 0), coalesce(t.amount, 0)
        FROM (SELECT id, amount FROM wallet_offlineclaim WHERE status = 'covered') c
        FULL JOIN (SELECT id, amount, key FROM wallet_transfer WHERE kind = 'loss') t ON t.key = 'offline_loss:' || c.id
        WHERE coalesce(c.amount, 0) <> coalesce(t.amount, 0)
    """,
    # The other way round: no transfer claims a payment, a top-up, a settlement or a refund that is not there.
    "transfer without its row": """
        WITH claiming AS MATERIALIZED (
            SELECT id, kind, split_part(key, ':', 2) AS row, amount, payment_id FROM wallet_transfer
            WHERE kind IN ('top_up', 'settlement', 'payout', 'refund')
               OR (kind IN ('redemption', 'cash_out') AND payment_id IS NULL))
        SELECT c.id, 0, c.amount FROM claiming c
        LEFT JOIN wallet_topup u ON c.kind = 'top_up' AND c.row = u.id::text
        LEFT JOIN wallet_settlement s ON c.kind IN ('settlement', 'payout') AND c.row = s.id::text
        LEFT JOIN wallet_refund r ON c.kind = 'refund' AND c.row = r.id::text AND c.payment_id = r.payment_id
        WHERE u.id IS NULL AND s.id IS NULL AND r.id IS NULL
    """,
    "held by holds": """
        SELECT a.id, a.held, coalesce(reserved.amount, 0) FROM wallet_account a LEFT JOIN (
            SELECT part.purse_id, sum(part.amount - part.captured) AS amount
            FROM wallet_holdpart part JOIN wallet_hold h ON h.id = part.hold_id
            WHERE h.status = 'held' GROUP BY part.purse_id) reserved ON reserved.purse_id = a.id
        WHERE a.held <> coalesce(reserved.amount, 0)
    """,
    "hold parts": """
        SELECT h.id, CASE h.status WHEN 'declined' THEN 0 ELSE h.amount END, coalesce(sum(part.amount), 0)
        FROM wallet_hold h LEFT JOIN wallet_holdpart part ON part.hold_id = h.id
        GROUP BY h.id HAVING CASE h.status WHEN 'declined' THEN 0 ELSE h.amount END <> coalesce(sum(part.amount), 0)
    """,
    "hold captures": """
        SELECT h.id, h.captured, coalesce(sum(p.amount), 0)
        FROM wallet_hold h LEFT JOIN wallet_payment p ON p.hold_id = h.id AND p.status = 'paid'
        GROUP BY h.id HAVING h.captured <> coalesce(sum(p.amount), 0)
    """,
    "hold parts captured": """
        SELECT h.id, h.captured, coalesce(sum(part.captured), 0)
        FROM wallet_hold h LEFT JOIN wallet_holdpart part ON part.hold_id = h.id
        GROUP BY h.id HAVING h.captured <> coalesce(sum(part.captured), 0)
    """,
    # By purse, so that nothing captured came out of one the hold had not reserved, or beyond what it had.
    "capture of its purse": """
        SELECT coalesce(part.hold_id, taken.hold_id), least(part.captured, part.amount), coalesce(taken.amount, 0)
        FROM wallet_holdpart part FULL JOIN (
            SELECT p.hold_id, t.debit_id AS purse_id, sum(t.amount) AS amount
            FROM wallet_payment p JOIN wallet_transfer t ON t.payment_id = p.id AND t.kind IN ('redemption', 'cash_out')
            WHERE p.hold_id IS NOT NULL GROUP BY p.hold_id, t.debit_id) taken
            ON (taken.hold_id, taken.purse_id) = (part.hold_id, part.purse_id)
        WHERE coalesce(least(part.captured, part.amount), 0) <> coalesce(taken.amount, 0)
    """,
    "reversal mirrors": """
        SELECT t.id, t.amount, o.amount FROM wallet_transfer t JOIN wallet_transfer o ON o.id = t.reverses_id
        WHERE (t.debit_id, t.credit_id, t.amount) <> (o.credit_id, o.debit_id, o.amount)
    """,
}


def verify(since: date | None = None, progress: Callable[[Progress], None] = lambda _: None) -> Report:
    """Compares every balance, checkpoint, payment, hold, refund, settlement and seal with the transfers, in one snapshot.

    Sealed days before `since` are not recomputed; the chain and the signatures of all are checked. `progress` is called
    after each job, from any thread. What differs from a seal comes first in the findings, the earliest day first.
    """
    started = timezone.now()
    parallel = not connection.in_atomic_block
    with transaction.atomic():
        snapshot = _choose_snapshot() if parallel else ""
        found = _Found()
        days = Seal.objects.order_by("day").values_list("day", flat=True)
        jobs = _jobs(found, list(days.filter(day__gte=since) if since else days))
        if parallel:
            _run_together(jobs, snapshot, progress)
        else:
            _run(_queue(jobs), len(jobs), progress)
        sealed_to = seals.sealed_to()
    findings = [finding for name in jobs for finding in found.findings.get(name, [])]
    return Report(found.accounts, found.transfers, found.balances, _at_most(findings), sealed_to, started)


def record(report: Report) -> Verification:
    """Keeps what was found, and logs an error if the books do not hold."""
    if not report.holds:
        first = report.findings[0] if report.findings else None
        logger.error("the ledger does not verify: %s findings, the first: %s", len(report.findings), first)
    findings = [asdict(finding) | {"day": finding.day and f"{finding.day:%Y-%m-%d}"} for finding in report.findings]
    return Verification.objects.create(
        started_at=report.started_at,
        accounts=report.accounts,
        transfers=report.transfers,
        sealed_to=report.sealed_to,
        findings=findings,
        holds=report.holds,
    )


def verify_due() -> Verification | None:
    """Verifies and records, if none began since the last 01:00 in Jakarta; safe to repeat and to race."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [VERIFYING])
        if not cursor.fetchone()[0]:
            return None
        try:
            cursor.execute(DUE)
            return record(verify()) if cursor.fetchone()[0] else None
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [VERIFYING])


DUE = """
SELECT NOT EXISTS (SELECT FROM wallet_verification WHERE started_at >= (
    date_trunc('day', (clock_timestamp() AT TIME ZONE 'Asia/Jakarta') - interval '1 hour') + interval '1 hour')
    AT TIME ZONE 'Asia/Jakarta')
"""

Jobs = dict[str, Callable[[], None]]


def _jobs(found: _Found, days: list[date]) -> Jobs:
    """What there is to do, by name, in the order in which findings are told."""

    def job(name: str, find: Callable[[], list[Finding]]) -> tuple[str, Callable[[], None]]:
        def run() -> None:
            found.findings[name] = find()

        return name, run

    return dict(
        [
            *(job(f"{day:%Y-%m-%d}", lambda day=day: seal_verification.check_day(day)) for day in days),  # type: ignore[misc]
            job("before the first seal", seal_verification.check_before_first_seal),
            job("seals", seal_verification.check_chain),
            job("balances", lambda: _balances(found)),
            *(job(name, lambda query=query: _pass(query)) for name, query in PASSES.items()),  # type: ignore[misc]
            *(job(name, lambda name=name: _check(name)) for name in CHECKS),  # type: ignore[misc]
        ]
    )


def _balances(found: _Found) -> list[Finding]:
    """The findings of accounts; leaves the counts and the recomputed rupiah by kind in `found`."""
    findings = []
    totals = {}
    with connection.cursor() as cursor:
        cursor.execute(BALANCES)
        for check, row, stored, recomputed, kind in cursor.fetchall():
            if check is None:
                totals[kind] = int(recomputed)
            else:
                findings.append(Finding(check, int(row), int(stored), int(recomputed)))
        cursor.execute("SELECT (SELECT count(*) FROM wallet_account), (SELECT count(*) FROM wallet_transfer)")
        found.accounts, found.transfers = cursor.fetchone()
    found.balances = {kind.value: totals.get(kind.value, 0) for kind in Account.Kind}
    return sorted(findings, key=lambda finding: (PASSED.index(finding.check), finding.row))


def _pass(query: str) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [Finding(check, int(row), int(stored), int(now)) for check, row, stored, now in cursor.fetchall()]


def _check(name: str) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(f"{CHECKS[name]} ORDER BY 1 LIMIT {MOST_A_CHECK}")
        return [Finding(name, int(row), int(stored or 0), int(now or 0)) for row, stored, now in cursor.fetchall()]


def _at_most(findings: list[Finding]) -> list[Finding]:
    """No more than 100 of each check, however many days or jobs found them."""
    counts: dict[str, int] = {}
    kept = []
    for finding in findings:
        counts[finding.check] = counts.get(finding.check, 0) + 1
        if counts[finding.check] <= MOST_A_CHECK:
            kept.append(finding)
    return kept


def _choose_snapshot() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
    return str(snapshot)


def _queue(jobs: Jobs) -> queue.SimpleQueue[tuple[str, Callable[[], None]]]:
    """The longest jobs first, so that no connection begins one when the others are done."""
    waiting: queue.SimpleQueue[tuple[str, Callable[[], None]]] = queue.SimpleQueue()
    for name, job in sorted(jobs.items(), key=lambda item: item[0] not in ("balances", "payment amount")):
        waiting.put((name, job))
    return waiting


def _run(
    waiting: queue.SimpleQueue[tuple[str, Callable[[], None]]], jobs: int, progress: Callable[[Progress], None]
) -> None:
    while True:
        try:
            name, job = waiting.get_nowait()
        except queue.Empty:
            return
        job()
        progress(Progress(jobs - waiting.qsize(), jobs, name))


def _run_together(jobs: Jobs, snapshot: str, progress: Callable[[Progress], None]) -> None:
    """The jobs on several connections that all see the snapshot; what one raises is raised here."""
    waiting = _queue(jobs)

    def work() -> None:
        try:
            with _seeing(snapshot):
                _run(waiting, len(jobs), progress)
        finally:
            connection.close()

    with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="verify") as pool:
        for future in [pool.submit(work) for _ in range(CONNECTIONS)]:
            future.result()


@contextmanager
def _seeing(snapshot: str) -> Iterator[None]:
    """A transaction of this thread's own connection, in another one's snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        cursor.execute(TUNING)
        yield
