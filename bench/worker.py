"""The house's Celery application for a worker of the bench, who ends with the run that started it."""

import ctypes
import signal

from config.celery import app as app

PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
