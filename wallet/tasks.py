"""Background work of the wallet. Every task may run never, once or many times."""

from celery import shared_task

from wallet import purses


@shared_task(name="wallet.tasks.lapse_purses")
def lapse_purses() -> int:
    """Returns expired money to its funds; rung by the beat."""
    return sum(1 for _ in purses.lapse_due())
