"""Background work of disbursement. Every task may run never, once or many times: what is to do is read from the rows."""

from __future__ import annotations

import contextlib
import time

from celery import shared_task
from django.conf import settings

from disbursement import (
    batches,
    breaks,
    clawback,
    corrections,
    enrolments,
    execution,
    filling,
    places,
    schedules,
    statements,
    trials,
)
from disbursement import preflight as check
from disbursement.errors import InvalidRule
from disbursement.providers import calling
from disbursement.providers.handing_over import CALL
from disbursement.reports import making
from wallet import doorbell

SECONDS_A_TASK = 20  # well under the broker's visibility timeout; then the bell is passed on


@shared_task(name="disbursement.tasks.pay")
def pay(batch: int) -> None:
    """Pays chunks of the batch until none is due or the time is up."""
    until = time.monotonic() + SECONDS_A_TASK
    while execution.pay_next_chunk(batch):
        if time.monotonic() > until:
            execution.call_workers(batch, 1)
            break
    else:
        execution.close_if_done(batch)
    doorbell.ring(settings.DISBURSEMENT["told_by"])


@shared_task(name="disbursement.tasks.call_partner")
def call_partner(provider: int) -> None:
    """Sends to a partner, and asks it, until nothing is due or the time is up."""
    until = time.monotonic() + SECONDS_A_TASK
    while calling.work_next(provider):
        if time.monotonic() > until:
            doorbell.ring(CALL, provider)
            return


@shared_task(name="disbursement.tasks.fill")
def fill(batch: int) -> None:
    """Fills a draft."""
    batches.fill(batch)


@shared_task(name="disbursement.tasks.preflight")
def preflight(batch: int) -> None:
    """Looks at a batch before its approval, if that was asked for."""
    check.run(batch)


@shared_task(name="disbursement.tasks.recalculate")
def recalculate(recalculation: int) -> None:
    """Calculates a paid cycle anew, if that was asked for."""
    corrections.run(recalculation)


@shared_task(name="disbursement.tasks.sweep")
def sweep() -> None:
    """Rings for whatever is due, and makes the drafts that schedules ask for; rung by the beat every 30 seconds.

    What one of them meets keeps none of the others waiting. Raises ExceptionGroup of it all, for the worker's log.
    """
    met: list[Exception] = []
    for work in (
        execution.sweep,
        calling.sweep,
        schedules.sweep,
        filling.sweep,
        check.sweep,
        corrections.sweep,
        statements.sweep,
        clawback.sweep,
        enrolments.lift_run_out,
        places.sweep,
        _sweep_trials,
        _sweep_reports,
    ):
        try:
            work()
        except Exception as error:
            met.append(error)
    if met:
        raise ExceptionGroup("sweep", met)


def _sweep_trials() -> None:
    if trials.sweep():
        doorbell.ring("disbursement.tasks.try_versions")


def _sweep_reports() -> None:
    if making.sweep():
        doorbell.ring("disbursement.tasks.make_reports")


@shared_task(name="disbursement.tasks.fill_places")
def fill_places(programme: int) -> None:
    """Gives free places of the programme to who waits. A rule that breaks on somebody's facts is shown where it is tried."""
    with contextlib.suppress(InvalidRule):
        places.fill(programme)


@shared_task(name="disbursement.tasks.suspend_gone")
def suspend_gone() -> int:
    """Suspends whoever died or left the registry; returns how many moved. Rung by the beat every hour."""
    return enrolments.suspend_gone()


@shared_task(name="disbursement.tasks.try_versions")
def try_versions() -> None:
    """Does every trial of a version that waits; rung by whoever asks for one, and by the sweeper."""
    while trials.run_next():
        pass


@shared_task(name="disbursement.tasks.make_reports")
def make_reports() -> None:
    """Does every report that waits; rung by whoever asks for one, and by the sweeper."""
    while making.run_next():
        pass


@shared_task(name="disbursement.tasks.read_statement")
def read_statement(statement: int) -> None:
    """Reads an uploaded statement."""
    statements.read(statement)


@shared_task(name="disbursement.tasks.find_breaks")
def find_breaks() -> bool:
    """Compares books, statements and confirmations if that is due; True if this was the run. Rung by the beat."""
    return breaks.find_due() is not None
