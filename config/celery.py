"""The Celery application. Redis is a doorbell here: the work, and whether it was done, is in PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("salur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_postrun.connect
def forget_logged_queries(**_: Any) -> None:
    """Under DEBUG Django keeps every query: a worker would keep every chunk it ever posted."""
    from django.db import reset_queries

    reset_queries()
