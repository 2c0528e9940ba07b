"""Background work of the registry. Every task may run never, once or many times: what is to do is read from the rows."""

from __future__ import annotations

from celery import shared_task

from beneficiaries import registry_work, screening


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


@shared_task(name="beneficiaries.tasks.screen")
def screen() -> None:
    """Does every screening that waits; rung by whoever asks for one, and by the beat every minute."""
    while screening.run_next():
        pass
