"""Scans: the rules in force over transfers since the watermark, span by span, each in one transaction with what it found.

A transfer's clock is told when its row is written, its transaction may commit later. So a span ends before the oldest transaction
that has written anything and is still open: whatever has an earlier clock is visible by then, and none is ever passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from wallet.fraud import cases, rules, signals
from wallet.models import FraudScan
from wallet.transactions import retried

SCANNING = 7_305_042  # the advisory lock of whoever scans
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(hours=6)  # a span: what was missed for days is caught up in pieces
SETTLED = """
SELECT least(clock_timestamp(), min(xact_start)) - interval '5 seconds' FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


def scan_due() -> Iterator[FraudScan]:
    """Looks through all that has happened and settled since the last scan; whoever runs the generator decides how far it goes."""
    end = settled()
    while (scan := _scan(end)) is not None:
        yield scan


def settled() -> datetime:
    """Until when every transfer's transaction has ended, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED)
        [moment] = cursor.fetchone()
    return moment  # type: ignore[no-any-return]


@retried
def _scan(end: datetime) -> FraudScan | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SCANNING])
    last = FraudScan.objects.order_by("-until").first()
    since = last.until if last else end - settings.WALLET["fraud_first_look"]
    until = min(end, since + LONGEST)
    if until < since + SHORTEST:
        return None
    found = opened = 0
    for rule in rules.in_force(timezone.now()):  # what nobody has looked at is looked at by the rules of today
        for hit in signals.find(rule, since, until):
            noted, new = cases.note(rule, hit)
            found, opened = found + noted, opened + new
    return FraudScan.objects.create(since=since, until=until, found=found, opened=opened)
