"""The keys that sign offline codes: which one signs now, and what of them is published."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils import timezone

from wallet.models import OfflineAllowance
from wallet.offline.errors import OfflineUnavailable

KEPT_REVOKED = timedelta(days=1)  # a till's clock may be behind


def in_use() -> int:
    """The number of the key that signs: OFFLINE_KEY_IN_USE, or the newest. Raises OfflineUnavailable.

    A new key is published first and signs later, when tills have had time to fetch it.
    """
    if not settings.OFFLINE_KEYS:
        raise OfflineUnavailable
    chosen: int | None = settings.OFFLINE_KEY_IN_USE
    return max(settings.OFFLINE_KEYS) if chosen is None else chosen


def sign(key_id: int, text: str) -> bytes:
    """The signature of the ASCII text under that key. Raises OfflineUnavailable (it is not configured any more)."""
    if key_id not in settings.OFFLINE_KEYS:
        raise OfflineUnavailable
    return Ed25519PrivateKey.from_private_bytes(settings.OFFLINE_KEYS[key_id]).sign(text.encode("ascii"))


def public_keys() -> dict[int, bytes]:
    """The 32 bytes of each public key, by number."""
    return {
        number: Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for number, seed in sorted(settings.OFFLINE_KEYS.items())
    }


def holds(public_key: bytes, text: str, signature: bytes) -> bool:
    """True if the owner of that public key signed the ASCII text."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode("ascii"))
    except (InvalidSignature, ValueError):
        return False
    return True


def published(moment: datetime | None = None) -> dict[str, object]:
    """What a till fetches while it has a network: the keys, and the allowances not to be accepted any more.

    `revocations` is signed as a whole, so that a till may take it from another till: the text `SLR1:R`, the key, the time, and
    the numbers in order, joined by colons.
    """
    now = moment or timezone.now()
    signing = in_use()
    revoked = OfflineAllowance.objects.filter(revoked_at__isnull=False, valid_until__gt=now - KEPT_REVOKED)
    numbers = sorted(revoked.values_list("number", flat=True))
    text = ":".join(["SLR1:R", str(signing), str(int(now.timestamp())), *numbers])
    return {
        "keys": [
            {
                "id": number,
                "algorithm": "Ed25519",
                "publicKey": public.hex(),
                "use": "sign" if number == signing else "verify",
            }
            for number, public in public_keys().items()
        ],
        "revocations": {
            "text": text,
            "key": signing,
            "signature": base64.b32encode(sign(signing, text)).decode().rstrip("="),
        },
    }
