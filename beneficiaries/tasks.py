"""Background work of the registry. Every task may run never, once or many times."""

from __future__ import annotations

from celery import shared_task

from beneficiaries import data_requests, retention
from wallet import doorbell


@shared_task(name="beneficiaries.tasks.flag_late")
def flag_late() -> int:
    """Marks requests and breaches that are past their 72 hours; rung by the beat."""
    return data_requests.flag_late()


@shared_task(name="beneficiaries.tasks.apply_retention")
def apply_retention() -> int:
    """Drops what was kept long enough, some of it, and rings for the rest; rung by the beat."""
    dropped = retention.drop()
    if any(count == retention.BATCH for count in dropped.values()):
        doorbell.ring("beneficiaries.tasks.apply_retention")
    return sum(dropped.values())
