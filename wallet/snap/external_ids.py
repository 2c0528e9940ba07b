"""X-EXTERNAL-ID: a partner may use each once a Jakarta day."""

from __future__ import annotations

from datetime import date

from django.db import connection

from wallet.models import ExternalId, Partner
from wallet.snap.codes import Case, SnapError


def spend(partner: Partner, day: date, external_id: str) -> None:
    """Spends the id for that day within the caller's transaction. Raises SnapError (409/00) if it is spent already.

    A request that arrives while another with the same id is under way waits for it, and passes only if that one is
    rolled back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wallet_externalid (partner_id, day, external_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [partner.pk, day, external_id],
        )
        if cursor.rowcount == 0:
            raise SnapError(Case.CONFLICT)


def forget(before: date) -> int:
    """Deletes the ids of earlier days; returns how many. A request that old no longer passes the clock's check."""
    deleted, _ = ExternalId.objects.filter(day__lt=before).delete()
    return deleted
