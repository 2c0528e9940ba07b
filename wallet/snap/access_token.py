"""Access tokens (B2B): opaque, random, short-lived; the database keeps their SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wallet import credentials
from wallet.credentials import Held, TokenHolder
from wallet.models import AccessToken, Partner
from wallet.snap import signature
from wallet.snap.codes import Case, SnapError

TOKEN_BYTES = 32
KEPT_AFTER_EXPIRY = timedelta(days=1)  # so that a late client hears "expired", not "never heard of"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token as its partner gets it, once. `lifetime` in seconds."""

    text: str
    lifetime: int


@dataclass(frozen=True, slots=True)
class Proved:
    """A partner and the key that it has just proved to hold."""

    partner: Partner
    key: Held


def prove_client(client_id: str, timestamp: str, given: str) -> Proved:
    """The active partner one of whose private keys signed ``client_id|timestamp``. Raises SnapError (401/00).

    Unknown client, inactive client and wrong signature get one answer after the same work: nobody learns who
    is a partner.
    """
    return prove(client_id, [signature.token_string(client_id, timestamp)], given)


def prove(client_id: str, texts: Sequence[str], given: str) -> Proved:
    """The active partner one of whose private keys signed one of the texts. Raises SnapError (401/00), as `prove_client`."""
    now = timezone.now()
    holder = credentials.keys_of(client_id, now)
    keys = [] if holder is None else [held.public_key for held in holder.held]
    place = signature.matching_key(keys, credentials.MOST_AT_ONCE, texts, given)
    if holder is None or not holder.partner.active or place is None:
        raise SnapError(Case.UNAUTHORIZED, "Signature")
    return Proved(holder.partner, holder.held[place])


@transaction.atomic
def issue(proved: Proved) -> IssuedToken:
    """A fresh token, valid for settings.WALLET["snap_token_lifetime"]; long expired ones of the partner are deleted.

    It ends with the key that asked for it, if that is earlier, and dies with it at once if that is revoked.
    """
    lifetime: timedelta = settings.WALLET["snap_token_lifetime"]
    now = timezone.now()
    expires_at = now + lifetime if proved.key.valid_until is None else min(now + lifetime, proved.key.valid_until)
    text = secrets.token_urlsafe(TOKEN_BYTES)
    AccessToken.objects.filter(partner=proved.partner, expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    AccessToken.objects.create(
        partner=proved.partner, key_id=proved.key.id, digest=_digest(text), expires_at=expires_at
    )
    return IssuedToken(text, int((expires_at - now).total_seconds()))


def bearer(text: str) -> TokenHolder:
    """Whose token it is, and with which secrets. Raises SnapError: 401/03 if it is unknown, 401/01 if no longer valid."""
    now = timezone.now()
    holder = credentials.secrets_of(_digest(text), now)
    if holder is None:
        raise SnapError(Case.TOKEN_NOT_FOUND)
    if holder.expires_at <= now or not holder.key_in_force or not holder.partner.active:
        raise SnapError(Case.INVALID_TOKEN)
    return holder


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
