"""Background work of disbursement. Every task may run never, once or many times: what is to do is read from the rows."""

from __future__ import annotations

import time

from celery import shared_task

from disbursement import batches, breaks, execution, filling, statements, trials
from disbursement import preflight as check
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
            return
    execution.close_if_done(batch)


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


@shared_task(name="disbursement.tasks.sweep")
def sweep() -> None:
    """Rings for whatever is due; rung by the beat every 30 seconds."""
    execution.sweep()
    calling.sweep()
    filling.sweep()
    check.sweep()
    statements.sweep()
    if trials.sweep():
        doorbell.ring("disbursement.tasks.try_versions")
    if making.sweep():
        doorbell.ring("disbursement.tasks.make_reports")


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
