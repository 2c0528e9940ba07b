"""The sandbox as a Django app: its processes tell the sandbox's time. First of all apps, before any other asks for it."""

from celery.signals import task_prerun
from django.apps import AppConfig

from sandbox import clock

clock.follow()


class SandboxConfig(AppConfig):
    name = "sandbox"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Sandbox"

    def ready(self) -> None:
        """Signed times are judged by the real clock, a task begins by reading the sandbox's, and the tables have their rights."""
        from config import database_roles
        from sandbox.table_rights import RIGHTS
        from wallet.snap import external_ids, timestamps
        from wallet.webhooks import delivery

        database_roles.RESTRICTED.update(RIGHTS)
        timestamps.is_current = clock.outside(timestamps.is_current)
        external_ids.forget_past = clock.outside(
            external_ids.forget_past
        )  # spent on the partner's day, forgotten by it
        delivery.headers = clock.outside(delivery.headers)  # what signs a notice
        task_prerun.connect(clock.read, dispatch_uid="sandbox-clock")
