"""The house's settings, on a database of the benchmark's own, with the other ledger installed beside ours."""

import os

from config.rules import WALLET
from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS
from config.settings import REDIS_URL as BROKER

DEBUG = False  # under DEBUG Django keeps every query, which costs time and memory
DATABASE = os.environ.get("BENCH_DATABASE", "bench_salur")
for _database in DATABASES.values():
    _database["NAME"] = DATABASE
INSTALLED_APPS = [*INSTALLED_APPS, "mptt", "hordak", "rest_framework.authtoken"]
# Over HTTP on this machine (bench.merchants), where another view stands beside ours under the same server.
ROOT_URLCONF = "bench.merchants.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
SECURE_SSL_REDIRECT = False
DEFAULT_CURRENCY = "IDR"
# Every till there is, is one partner's, and calls as fast as it is answered: asked for as ever, and never reached.
WALLET = WALLET | {"partner_calls_a_second": 1_000_000}
# No keys of anybody: the bench's codes are made in SQL, where a key of zeros leaves constants (bench.ledger.queue_world).
PIN_PEPPER = bytes(32)
# Approving a batch rings the workers: nobody is to hear it, but who was started to hear (bench.crew).
REDIS_URL = ""
if QUEUE_OF_WORKER := os.environ.get("BENCH_QUEUE"):
    CELERY_BROKER_URL, CELERY_TASK_DEFAULT_QUEUE = BROKER, QUEUE_OF_WORKER
else:
    CELERY_BROKER_URL = os.environ.get("BENCH_BROKER", "memory://")
LOGGING = {"version": 1, "disable_existing_loggers": False, "root": {"handlers": [], "level": "ERROR"}}
