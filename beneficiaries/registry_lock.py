"""The line in which whoever writes the registry's numbers stands: imports, undoings, corrections, erasures, changes of keys."""

from __future__ import annotations

from django.db import connection

from beneficiaries.models.household import REGISTRY_LOCK


def wait() -> None:
    """Returns when nobody else writes the registry, and keeps others waiting until the transaction ends. Needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRY_LOCK])
