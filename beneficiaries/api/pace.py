"""How often an agency may call: so many calls a minute, which stand with the agency in the database.

One statement counts a call (GCRA, as in ATM networks: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm), so calls at
once cannot all count the same past, no process counts for itself, and nothing depends on Redis.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from beneficiaries.models import EvidenceAccess, EvidenceSource

MINUTE = timedelta(minutes=1)

# Each call moves the agency one interval on, from now or from where it stands; further ahead than a minute nobody gets.
_ADMIT = """
UPDATE beneficiaries_evidencesource SET paced_until = greatest(paced_until, %(now)s) + make_interval(secs => %(interval)s)
WHERE id = %(source)s AND (paced_until IS NULL OR paced_until + make_interval(secs => %(interval)s) <= %(latest)s)
"""


def admit(source: int, now: datetime) -> float | None:
    """Counts a call of the agency: None lets it in, else it has to wait so many seconds, and was not counted.

    ``EVIDENCE["calls_a_minute"]`` may come at once, and as many are let in each minute. Commits by itself.
    """
    interval = MINUTE / max(1, int(settings.EVIDENCE["calls_a_minute"]))
    with connection.cursor() as cursor:
        cursor.execute(
            _ADMIT, {"source": source, "now": now, "interval": interval.total_seconds(), "latest": now + MINUTE}
        )
        if cursor.rowcount:
            return None
    until = EvidenceSource.objects.values_list("paced_until", flat=True).get(pk=source) or now
    return max((until + interval - MINUTE - now).total_seconds(), 1.0)


class TooManyCalls(Throttled):
    """429 with `Retry-After`, in the shape of this API's other refusals."""

    default_detail: Any = _("Terlalu banyak panggilan dari instansi Anda.")
    extra_detail_singular: Any = _("Coba lagi dalam {wait} detik.")
    extra_detail_plural = extra_detail_singular


class AgencyPace(BaseThrottle):
    """Asked once it is certain who calls, and before the body is read."""

    waits: float | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        source: EvidenceSource = cast(Any, request.user).source
        now = timezone.now()
        self.waits = admit(source.pk, now)
        if self.waits is None:
            return True
        # On file once, or whoever calls in vain would fill the table.
        last = EvidenceAccess.objects.filter(evidence_source=source).order_by("-pk").values("status", "at").first()
        if last is None or last["status"] != Throttled.status_code or last["at"] < now - MINUTE:
            EvidenceAccess.objects.create(
                evidence_source=source, status=Throttled.status_code, items=0, added=0, known=0, refused=0
            )
        return False

    def wait(self) -> float | None:
        return self.waits
