"""Access tokens (B2B): opaque, random, short-lived; the database keeps their SHA-256 only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

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


def prove_client(client_id: str, timestamp: str, given: str) -> Partner:
    """The active partner whose private key signed ``client_id|timestamp``. Raises SnapError (401/00).

    Unknown client, inactive client and wrong signature get one answer after the same work: nobody learns who
    is a partner.
    """
    partner = Partner.objects.filter(client_id=client_id).first()
    pem = partner.public_key if partner else signature.NOBODYS_KEY
    signed = signature.verify_asymmetric(pem, [signature.token_string(client_id, timestamp)], given)
    if partner is None or not partner.active or not signed:
        raise SnapError(Case.UNAUTHORIZED, "Signature")
    return partner


@transaction.atomic
def issue(partner: Partner) -> IssuedToken:
    """A fresh token, valid for settings.WALLET["snap_token_lifetime"]; long expired ones of the partner are deleted."""
    lifetime: timedelta = settings.WALLET["snap_token_lifetime"]
    now = timezone.now()
    text = secrets.token_urlsafe(TOKEN_BYTES)
    AccessToken.objects.filter(partner=partner, expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    AccessToken.objects.create(partner=partner, digest=_digest(text), expires_at=now + lifetime)
    return IssuedToken(text, int(lifetime.total_seconds()))


def bearer(text: str) -> Partner:
    """The partner a token was issued to. Raises SnapError: 401/03 if it is unknown, 401/01 if it is no longer valid."""
    token = AccessToken.objects.select_related("partner").filter(digest=_digest(text)).first()
    if token is None:
        raise SnapError(Case.TOKEN_NOT_FOUND)
    if token.expires_at <= timezone.now() or not token.partner.active:
        raise SnapError(Case.INVALID_TOKEN)
    return token.partner


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
