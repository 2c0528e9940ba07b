"""What partners say in `additionalInfo`, kept sealed beside what it was said of, and told again in retries, queries and notices.

It may hold anything, people's names and addresses among it. So it stands in no payment, order or notice in the clear, and goes
after settings.WALLET["partner_info_kept"], when nobody asks about the transaction any more.
"""

from __future__ import annotations

import json
import logging
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings

from vault.sealing import CannotOpen
from wallet.models import Partner, PartnerInfo

logger = logging.getLogger(__name__)


def keep(partner: Partner, service: str, number: str, info: dict[str, Any]) -> None:
    """Keeps what was said of the partner's transaction of this service and number; the first word stays. Nothing is no word."""
    if not info:
        return
    row = PartnerInfo(uid=uuid.uuid4(), partner=partner, service=service, number=number)
    row.info = json.dumps(info, separators=(",", ":"))
    PartnerInfo.objects.bulk_create([row], ignore_conflicts=True)


def kept(partner: Partner, service: str, number: str) -> dict[str, Any]:
    """What was said of it; nothing if nothing was, or it is too long ago."""
    row = PartnerInfo.objects.filter(partner=partner, service=service, number=number).first()
    if row is None:
        return {}
    try:
        found: dict[str, Any] = json.loads(row.info)
    except CannotOpen:
        # Its key is missing. What the transaction came to is told all the same.
        logger.exception("partner info: row %s does not open", row.pk)
        return {}
    return found


def forget(now: datetime) -> int:
    """Deletes what was said so long ago; returns how many."""
    deleted, _ = PartnerInfo.objects.filter(created_at__lt=now - settings.WALLET["partner_info_kept"]).delete()
    return deleted
