"""Who is calling: `Authorization: Bearer <key>` names an agency. Keys are shown once and kept as digests."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from beneficiaries.models import EvidenceSource

_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{40,64})", re.IGNORECASE)
KEY_BYTES = 32


def digest_of(key: str) -> bytes:
    """What is kept of a key: its 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def new_key(source: EvidenceSource) -> str:
    """A key of the agency, in the clear this once; the one before no longer opens anything. The source is not saved."""
    key = secrets.token_urlsafe(KEY_BYTES)
    source.key_sha256 = digest_of(key)
    return key


class Agency:
    """`request.user` on the agencies' API: a source, which is no member of staff."""

    is_authenticated = True
    is_active = True
    is_staff = False

    def __init__(self, source: EvidenceSource) -> None:
        self.source, self.pk = source, source.pk


class KeyAuthentication(BaseAuthentication):
    """Sets `request.user` to the Agency. No header: 401; an unknown or inactive key: 401, the same for both."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        header = request.headers.get("Authorization", "").strip()
        if not header:
            return None
        found = _BEARER.fullmatch(header)
        source = EvidenceSource.objects.filter(key_sha256=digest_of(found[1]), active=True).first() if found else None
        if source is None:
            raise AuthenticationFailed
        return Agency(source), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
