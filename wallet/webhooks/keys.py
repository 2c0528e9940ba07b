"""The RSA keys that notices are signed with: made here, kept sealed, published before they sign.

A new key is published at once and signs from a moment later, so partners have it first; the old one stays published for
settings.WEBHOOKS["key_overlap"] after it has signed its last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection
from django.utils import timezone

from wallet.models import NotificationKey
from wallet.transactions import retried

BITS = 3072
MAKING = 7_305_002  # the advisory lock of whoever makes a key


def current(now: datetime) -> NotificationKey:
    """The key that signs at this moment; the first is made when it is first needed. Safe to race."""
    return _current(now) or _make_first(now)


def published(now: datetime) -> Sequence[NotificationKey]:
    """The keys that a partner must know at this moment, the newest first: what will sign, signs, or signed not long ago."""
    shown: list[NotificationKey] = []
    superseded: datetime | None = None
    for key in NotificationKey.objects.order_by("-signs_from", "-number"):
        if superseded is not None and superseded + settings.WEBHOOKS["key_overlap"] <= now:
            break
        shown.append(key)
        if key.signs_from <= now:
            superseded = key.signs_from
    return shown


def published_or_first() -> Sequence[NotificationKey]:
    """As `published` for now; the first key is made if there is none."""
    now = timezone.now()
    current(now)
    return published(now)


@retried
def make(by: str, signs_from: datetime) -> NotificationKey:
    """A new key that signs from that moment on, or from when the one before it began if that is later."""
    _lock()
    last = NotificationKey.objects.order_by("-number").first()
    if last is not None:
        signs_from = max(signs_from, last.signs_from)
    return _make(1 if last is None else last.number + 1, signs_from, by)


@retried
def _make_first(now: datetime) -> NotificationKey:
    _lock()
    found = _current(now)
    if found is not None:
        return found
    last = NotificationKey.objects.order_by("-number").first()
    return _make(1 if last is None else last.number + 1, now, "")


def _current(now: datetime) -> NotificationKey | None:
    return NotificationKey.objects.filter(signs_from__lte=now).order_by("-signs_from", "-number").first()


def _make(number: int, signs_from: datetime, by: str) -> NotificationKey:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
    made = NotificationKey(number=number, signs_from=signs_from, made_by=by)
    made.public_key = (
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    made.private = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    made.save(force_insert=True)
    return made


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING])
