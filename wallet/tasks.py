"""Background work of the wallet. Every task may run never, once or many times."""

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from wallet import checkpoints, doorbell, holds, purses, seals, verification
from wallet.errors import LedgerBusy, SealRemoved
from wallet.snap import external_ids

logger = logging.getLogger(__name__)
SECONDS_A_TASK = 20  # well under the broker's visibility timeout
CHECKPOINTS_A_TASK = 1_000


@shared_task(name="wallet.tasks.lapse_purses")
def lapse_purses() -> int:
    """Returns expired money to its funds for some seconds, and passes the bell on if more is due; rung by the beat."""
    until, returned = time.monotonic() + SECONDS_A_TASK, 0
    for transfers in purses.lapse_in_batches():
        returned += len(transfers)
        if time.monotonic() > until:
            doorbell.ring("wallet.tasks.lapse_purses")
            break
    return returned


@shared_task(name="wallet.tasks.expire_holds")
def expire_holds() -> int:
    """Releases holds whose time is over for some seconds, and passes the bell on if more is due; rung by the beat."""
    until, ended = time.monotonic() + SECONDS_A_TASK, 0
    for _ in holds.expire_due():
        ended += 1
        if time.monotonic() > until:
            doorbell.ring("wallet.tasks.expire_holds")
            break
    return ended


@shared_task(name="wallet.tasks.advance_checkpoints")
def advance_checkpoints() -> int:
    """Moves merchants' checkpoints on for some seconds; rung by the beat, and by itself if more is due."""
    until, moved = time.monotonic() + SECONDS_A_TASK, 0
    for _ in checkpoints.advance_due(CHECKPOINTS_A_TASK):
        moved += 1
        if time.monotonic() > until or moved == CHECKPOINTS_A_TASK:
            doorbell.ring("wallet.tasks.advance_checkpoints")
            break
    return moved


@shared_task(name="wallet.tasks.forget_external_ids")
def forget_external_ids() -> int:
    """Deletes X-EXTERNAL-IDs whose day is over in every time zone; rung by the beat."""
    return external_ids.forget(timezone.localdate() - timedelta(days=2))


@shared_task(name="wallet.tasks.seal_days")
def seal_days() -> int:
    """Seals the days that are over, and passes the bell on if that takes long; rung by the beat."""
    until, sealed = time.monotonic() + SECONDS_A_TASK, 0
    try:
        for _ in seals.seal_due():
            sealed += 1
            if time.monotonic() > until:
                doorbell.ring("wallet.tasks.seal_days")
                break
    except SealRemoved:
        logger.exception("no seal: a day that was sealed has none any more")
    except LedgerBusy:
        logger.warning("no seal: transfers were being written all the time; the next tick tries again")
    return sealed


@shared_task(name="wallet.tasks.verify_ledger")
def verify_ledger() -> bool:
    """Verifies the ledger once a night, after 01:00 in Jakarta; True if this was the run. Rung by the beat."""
    return verification.verify_due() is not None
