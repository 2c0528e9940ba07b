"""Rings the workers. Redis carries the ring and nothing else: what is to be done stands in PostgreSQL.

A lost ring costs time, never money, because the beat rings again for whatever is due (payments every 30 seconds).
So a ring is one try of a second at most: Celery's own publishing tries for about 6 s when the broker is away (measured, refused
and frozen alike).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from time import monotonic

from celery import current_app
from django.db import transaction
from kombu.pools import producers

logger = logging.getLogger(__name__)
SECONDS_A_TASK = 20  # well under the broker's visibility timeout
ONE_TRY = {"max_retries": 0, "socket_timeout": 1, "socket_connect_timeout": 1}


def ring_after_commit(task: str, *ids: int, times: int = 1) -> None:
    """Rings once this transaction has committed (at once outside of one). Never fails, whatever the broker does."""
    transaction.on_commit(lambda: ring(task, *ids, times=times), robust=True)


def ring(task: str, *ids: int, times: int = 1) -> None:
    """Sends the task, by name, with ids alone; a broker that cannot be reached is logged and left to the beat."""
    try:
        connection = current_app.connection_for_write(transport_options=ONE_TRY)
        with producers[connection].acquire(block=True, timeout=1) as producer:
            for _ in range(times):
                current_app.send_task(task, args=ids, producer=producer)
    except Exception as error:  # kombu, redis and socket each have their own; none may reach who rings
        logger.warning("doorbell: broker not reached for %s: %s", task, type(error).__name__)


def for_some_seconds(work: Iterable[object], task: str) -> int:
    """Does one piece of the work after the other for SECONDS_A_TASK, then rings `task` for the rest; returns how many it did."""
    done, until = 0, monotonic() + SECONDS_A_TASK
    for _ in work:
        done += 1
        if monotonic() > until:
            ring(task)
            break
    return done
