"""What partners are to be told, kept in the transaction of what it tells. Nothing is sent here."""

from __future__ import annotations

import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from django.db import connection, transaction

from wallet import doorbell
from wallet.models import Partner

DELIVER = "wallet.tasks.deliver_webhooks"
RINGS_APART = 0.2  # seconds: a burst of payments is one ring, for the worker goes on while anything is due
SLOW_RING = 0.3  # a ring that took longer met a broker in trouble
QUIET = 30.0  # and then the beat is enough for so long: no payment waits for Redis

_bell = threading.Lock()
_next_ring = 0.0


def notify(
    partner: Partner, *, service: str, path: str, ordering_key: str, body: dict[str, Any], url: str = ""
) -> None:
    """Keeps a notice for the partner, to be delivered once the caller's transaction has committed.

    `service` is the standard's two digits (``"56"``), `path` what follows the partner's address (``"/v1.0/debit/notify"``),
    `body` the message. Notices of one `ordering_key` (a payment's number) reach the partner in the order in which they were
    kept. `url` is a whole address that takes the place of the partner's own; whoever takes one from a request has checked
    that its host is the partner's. Without it, a partner that has no notify address is told nothing, and nothing is kept.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wallet_notify(%s, %s, %s, %s, %s::jsonb, %s, %s)",
            [partner.pk, service, path, ordering_key, json.dumps(body), url, origin(url)],
        )
        [kept] = cursor.fetchone()
    if kept is not None:
        ring()


def origin(url: str) -> str:
    """``https://host:port`` of a whole address; empty for none."""
    if not url:
        return ""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def ring() -> None:
    """Rings for the delivery once this transaction has committed; not again so soon, and not at a broker in trouble."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    global _next_ring
    with _bell:
        now = time.monotonic()
        if now < _next_ring:
            return
        _next_ring = now + RINGS_APART
    doorbell.ring(DELIVER)
    if time.monotonic() - now > SLOW_RING:
        with _bell:
            _next_ring = time.monotonic() + QUIET
