"""X-EXTERNAL-ID: a partner may use each once a Jakarta day."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

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


def forget_past() -> int:
    """Deletes the ids of days that are over in every time zone; returns how many. A request that old is refused for its time."""
    deleted, _ = ExternalId.objects.filter(day__lt=timezone.localdate() - timedelta(days=2)).delete()
    return deleted
