"""Background work of the registry. Every task may run never, once or many times: what is to do is read from the rows."""

from __future__ import annotations

from time import monotonic

from celery import shared_task

from beneficiaries import (
    data_requests,
    duplicates,
    evidence_imports,
    grievances,
    registry_work,
    retention,
    screening,
)
from wallet import doorbell

SECONDS = 20  # what is left waits for the next ring; a task stays under 30 s


@shared_task(name="beneficiaries.tasks.check")
def check(run: int) -> None:
    """Makes an import's preview."""
    registry_work.check(run)


@shared_task(name="beneficiaries.tasks.commit")
def commit(run: int) -> None:
    """Saves an import that somebody stands for."""
    registry_work.commit(run)


@shared_task(name="beneficiaries.tasks.undo")
def undo(run: int) -> None:
    """Takes an import back."""
    registry_work.undo(run)


@shared_task(name="beneficiaries.tasks.sweep")
def sweep() -> None:
    """Rings for imports that are due, and drops what was kept long enough; rung by the beat every 30 seconds."""
    registry_work.sweep()
    evidence_imports.sweep()


@shared_task(name="beneficiaries.tasks.import_evidence")
def import_evidence(run: int) -> None:
    """Reads an uploaded file of evidence."""
    evidence_imports.work(run)


@shared_task(name="beneficiaries.tasks.escalate_grievances")
def escalate_grievances() -> int:
    """Escalates what is late, for some seconds, and rings for the rest; returns how many tickets that were."""
    moved, end = 0, monotonic() + SECONDS
    for _ in grievances.escalate_late():
        moved += 1
        if monotonic() > end:
            doorbell.ring("beneficiaries.tasks.escalate_grievances")
            break
    return moved


@shared_task(name="beneficiaries.tasks.flag_late")
def flag_late() -> int:
    """Marks requests and breaches that are past their 72 hours; rung by the beat."""
    return data_requests.flag_late()


@shared_task(name="beneficiaries.tasks.apply_retention")
def apply_retention() -> int:
    """Drops what was kept long enough, some of it, and rings for the rest; rung by the beat. Raises RulesFailed."""
    dropped: dict[str, int] = {}
    try:
        dropped = retention.drop()
    except retention.RulesFailed as failed:
        dropped = failed.dropped
        raise
    finally:
        if retention.may_have_more(dropped):
            doorbell.ring("beneficiaries.tasks.apply_retention")
    return sum(dropped.values())


@shared_task(name="beneficiaries.tasks.screen")
def screen() -> None:
    """Does every screening that waits; rung by whoever asks for one, and by the beat every minute."""
    while screening.run_next():
        pass


@shared_task(name="beneficiaries.tasks.find_duplicates")
def find_duplicates() -> int:
    """Compares whoever is new or changed with everybody; returns how many pairs are new in the queue. Rung by the beat.

    Where another run is at it already nothing is done, and none are new: a worker does not wait for it.
    """
    found = duplicates.find_unless_running()
    return found.proposed if found else 0
