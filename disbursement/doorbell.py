"""Rings the workers. A lost ring costs time, never money: the sweeper rings again for whatever is due."""

from __future__ import annotations

import logging

from django.db import transaction

logger = logging.getLogger(__name__)
MOST_RINGS = 32  # more workers than that are rung by those that came


def ring_after_commit(batch: int, *, times: int = 1) -> None:
    """Asks workers to pay the batch once this transaction has committed. Never fails, whatever the broker does."""
    transaction.on_commit(lambda: ring(batch, times=times), robust=True)


def ring(batch: int, *, times: int = 1) -> None:
    """Asks workers to pay the batch, now. A broker that cannot be reached is logged and left to the sweeper."""
    from disbursement.tasks import pay  # the tasks import what is paid, which rings

    try:
        for _ in range(min(times, MOST_RINGS)):
            pay.delay(batch)
    except Exception as error:  # kombu, redis and socket each have their own; none may reach the caller
        logger.warning("doorbell: broker not reached for batch %s: %s", batch, type(error).__name__)
