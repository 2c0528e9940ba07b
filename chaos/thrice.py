"""The Celery application under chaos: whatever is sent is delivered three times, and the sweeps keep the run's own time.

What runs it ends with the run that started it.
"""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Any

from celery.app.amqp import AMQP

from config.celery import app

TIMES = 3
PR_SET_PDEATHSIG = 1
SWEEP_SECONDS = "CHAOS_SWEEP_SECONDS"


class Thrice(AMQP):
    """Sends each message three times, with the same id, as a broker that redelivers does."""

    def _create_task_sender(self) -> Any:
        send = super()._create_task_sender()  # type: ignore[misc]  # celery-types knows the public part

        def send_thrice(*arguments: Any, **options: Any) -> Any:
            return [send(*arguments, **options) for _ in range(TIMES)][-1]

        return send_thrice


app.amqp_cls = Thrice  # type: ignore[assignment]  # a class does as well as its name
if SWEEP_SECONDS in os.environ:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    app.conf.beat_schedule["sweep"]["schedule"] = float(os.environ[SWEEP_SECONDS])
