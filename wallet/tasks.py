"""Background work of the wallet. Every task may run never, once or many times."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from wallet import purses
from wallet.snap import external_ids


@shared_task(name="wallet.tasks.lapse_purses")
def lapse_purses() -> int:
    """Returns expired money to its funds; rung by the beat."""
    return sum(1 for _ in purses.lapse_due())


@shared_task(name="wallet.tasks.forget_external_ids")
def forget_external_ids() -> int:
    """Deletes X-EXTERNAL-IDs whose day is over in every time zone; rung by the beat."""
    return external_ids.forget(timezone.localdate() - timedelta(days=2))
