"""A report's life: asked for, computed by whoever comes first, kept. Small ones are done while their officer waits.

The row decides what is due. A worker tells every few seconds how far it is, over a connection of its own, because the
snapshot it reads in shows nothing before its end; who falls silent is followed by the next, who begins anew, and who comes back
late, or was cancelled, finds that the report is not theirs and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from disbursement.errors import ReportEnded, ReportKeptFailing
from disbursement.models import Batch, Enrolment, Report
from disbursement.reports import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User

S = Report.Status
SILENT = timedelta(seconds=90)  # what one statement of a report takes at most, several times over
ATTEMPTS = 3
AT_ONCE = 20_000  # instructions and enrolments that are looked at within a request: about a second


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked: its grouping, and filters, of which each may be empty. Both days belong to the period."""

    grouping: str
    programmes: Sequence[int] = ()
    period_from: date | None = None
    period_to: date | None = None
    region: str = ""
    kind: str = ""
    batch: Batch | None = None


class _NotOurs(Exception):
    """Another worker took the report meanwhile, or somebody cancelled it."""


def request(question: Question, by: User | None) -> Report:
    """A report for the workers to do."""
    return Report.objects.create(
        grouping=question.grouping,
        programmes=sorted(question.programmes),
        period_from=question.period_from,
        period_to=question.period_to,
        region=question.region,
        kind=question.kind,
        batch=question.batch,
        by=by,
    )


def is_small(report: Report) -> bool:
    """True if the report is done in about a second, so that its officer can wait for it."""
    batches = Batch.objects.exclude(status=Batch.Status.CANCELLED)
    if report.batch_id is not None:
        batches = batches.filter(pk=report.batch_id)
    if report.programmes:
        batches = batches.filter(cycle__programme__in=report.programmes)
    if report.period_from:
        batches = batches.filter(cycle__period__gte=report.period_from)
    if report.period_to:
        batches = batches.filter(cycle__period__lte=report.period_to)
    lines = batches.aggregate(lines=Sum("count", default=0))["lines"]
    if lines > AT_ONCE:
        return False
    enrolments = Enrolment.objects.all()
    if report.programmes:
        enrolments = enrolments.filter(programme__in=report.programmes)
    return bool(lines + enrolments.count() <= AT_ONCE)


def make(report: Report) -> bool:
    """Does the report now, unless somebody else is at it or it has ended; True if this call did it."""
    return _make(_claim(report.pk))


def run_next() -> bool:
    """Does the oldest report that waits, or that a worker left; False if there is none."""
    claimed = _claim()
    _make(claimed)
    return claimed is not None


def cancel(report: Report) -> None:
    """Ends a report that is not done; a worker who is at it stops with its next telling. Raises ReportEnded."""
    now = timezone.now()
    unfinished = Report.objects.filter(pk=report.pk).exclude(status__in=Report.ENDED)
    if not unfinished.update(status=S.CANCELLED, at=now, finished_at=now):
        raise ReportEnded(status=Report.objects.get(pk=report.pk).get_status_display())


def sweep() -> bool:
    """True if a report waits or was left by its worker: somebody should be rung."""
    return _due().exists()


def _due() -> QuerySet[Report]:
    silent = Q(status=S.RUNNING, at__lt=timezone.now() - SILENT)
    return Report.objects.filter(Q(status=S.WAITING) | silent)


@transaction.atomic
def _claim(pk: int | None = None) -> Report | None:
    now = timezone.now()
    due = _due() if pk is None else _due().filter(pk=pk)
    for report in due.select_for_update(skip_locked=True, of=("self",)).order_by("pk"):
        if report.attempts >= ATTEMPTS:
            _ours(report).update(status=S.FAILED, failure=str(ReportKeptFailing(attempts=ATTEMPTS)), finished_at=now)
            continue
        report.status, report.attempts, report.at = S.RUNNING, report.attempts + 1, now
        report.lines = report.lines_done = 0
        report.save(update_fields=["status", "attempts", "at", "lines", "lines_done"])
        return report
    return None


def _ours(report: Report) -> QuerySet[Report]:
    """The report's row as long as no other worker began it anew and nobody cancelled it."""
    return Report.objects.filter(pk=report.pk, attempts=report.attempts).exclude(status__in=Report.ENDED)


def _make(report: Report | None) -> bool:
    if report is None:
        return False
    try:
        with _telling(report) as tell:
            found = figures.compute(report, tell)
        _write(report, found)
    except _NotOurs:
        return False
    return True


def _write(report: Report, found: figures.Figures) -> None:
    now = timezone.now()
    told: dict[str, Any] = {"result": found.as_json(), "as_of": found.as_of}
    if not _ours(report).update(status=S.DONE, at=now, finished_at=now, **told):
        raise _NotOurs


@contextmanager
def _telling(report: Report) -> Iterator[figures.Tell]:
    """Keeps how far the report is, committed at once. What it gives raises _NotOurs if the report is somebody else's by now."""
    if connection.in_atomic_block:  # whoever holds the transaction shows nothing before its end anyway
        yield lambda done, of: _told(connection.cursor(), report, done, of)
        return
    own = connection.copy()
    try:
        yield lambda done, of: _told(own.cursor(), report, done, of)
    finally:
        own.close()


def _told(cursor: Any, report: Report, done: int, of: int) -> None:
    with cursor:
        cursor.execute(
            "UPDATE disbursement_report SET lines_done = %s, lines = %s, at = clock_timestamp()"
            " WHERE id = %s AND attempts = %s AND status = 'running'",
            [done, of, report.pk, report.attempts],
        )
        if not cursor.rowcount:
            raise _NotOurs
