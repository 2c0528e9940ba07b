"""Which device made which code or offline allowance. The device is an opaque digest here; what it stands for, nobody can tell."""

from __future__ import annotations

import hmac
import re

from django.conf import settings
from django.db.models import Q

from wallet import codes, six_digits
from wallet.models import DeviceUse, OfflineAllowance, PaymentCode, Wallet

SHAPE = re.compile(r"[\x21-\x7e]{8,400}")  # X-DEVICE-ID of the standard is String(400)


def digest(device_id: str) -> bytes | None:
    """What an installation's own id is known by: keyed, so that a stolen table tells no ids. None for what is no id."""
    if not SHAPE.fullmatch(device_id):
        return None
    return hmac.digest(settings.PIN_PEPPER, b"device|" + device_id.encode(), "sha256")


def note_code(wallet: Wallet, content: str, device: bytes | None) -> None:
    """Remembers on which device the code, or the six digits, were made, if it said one. Safe to repeat."""
    known_by = Q(digest=codes.digest(content)) | Q(six_digits__digest=six_digits.digest(content))
    code = PaymentCode.objects.filter(known_by, wallet=wallet).first()
    if device is not None and code is not None:
        DeviceUse.objects.get_or_create(code=code, defaults={"wallet": wallet, "device": device})


def note_allowance(allowance: OfflineAllowance) -> None:
    """Remembers on which device the allowance was issued, if it said one. Safe to repeat."""
    if allowance.device is not None:
        DeviceUse.objects.get_or_create(
            allowance=allowance, defaults={"wallet_id": allowance.wallet_id, "device": bytes(allowance.device)}
        )
