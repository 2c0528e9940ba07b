"""Devices a person is signed in with: opaque, revocable tokens of which the database knows only the SHA-256.

django-rest-knox has the same idea, but binds its tokens to AUTH_USER_MODEL: beneficiaries are people of the registry,
not staff.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from beneficiaries.models import Person
from mobile.errors import DeviceUnknown, TokenExpired, TokenInvalid, TokenRevoked
from mobile.models import Device
from wallet import codes, six_digits
from wallet.models import OfflineAllowance, PaymentCode, Wallet
from wallet.offline import allowances
from wallet.transactions import retried

TOKEN_BYTES = 32
# Every request would otherwise write; an officer who looks for a lost phone needs minutes, not seconds.
# Who left the registry keeps the money, and a wallet to spend it from. The dead do not sign in, and a merged row is nobody.
SIGNING_IN = (Person.Status.ACTIVE, Person.Status.LEFT)
USE_NOTED_EVERY = timedelta(minutes=5)


def _digest(token: str) -> bytes:
    # 256 random bits need no salt and no slow hash: there is nothing to guess.
    return hashlib.sha256(token.encode()).digest()


def issue(person: Person, name: str) -> tuple[Device, str]:
    """Signs a device in and returns it with its token, which is told this once and never again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = timezone.now() + settings.MOBILE["token_lifetime"]
    device = Device.objects.create(person=person, name=name, digest=_digest(token), expires_at=expires_at)
    return device, token


def of_token(token: str) -> Device:
    """The device of a token, its person and wallet loaded. Raises TokenInvalid, TokenRevoked, TokenExpired."""
    device = Device.objects.select_related("person__wallet").filter(digest=_digest(token)).first()
    if device is None:
        raise TokenInvalid
    if device.revoked_at is not None or device.person.status not in SIGNING_IN:
        raise TokenRevoked
    if device.expires_at <= timezone.now():
        raise TokenExpired
    return device


def note_use(device: Device) -> None:
    """Remembers that the device was used now, to the nearest few minutes."""
    now = timezone.now()
    if device.last_used_at is not None and device.last_used_at > now - USE_NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    Device.objects.filter(stale, pk=device.pk).update(last_used_at=now)


def signed_in(person: Person) -> QuerySet[Device]:
    """The person's devices that still work, newest first."""
    return Device.objects.filter(person=person, revoked_at__isnull=True, expires_at__gt=timezone.now()).order_by("-id")


@retried
def revoke(device: Device, reason: Device.Revocation) -> bool:
    """Ends the device's token for good, with the codes made on it and what it may spend without signal.

    False if it had ended before (the first reason stays).
    """
    changed = Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_reason=reason
    )
    if changed and device.person.wallet is not None:
        codes.kill_open(device.person.wallet, device=device.uid)
        allowances.revoke_of_phone(device.person.wallet, gettext("Perangkat dikeluarkan"), by="", phone=device.uid)
    return bool(changed)


def stay_signed_in(device: Device) -> None:
    """Holds the device as it is until the end of the caller's transaction: what is made on it is made before it is revoked.

    Without it, a code could be made just after the revocation looked for codes, or an allowance. Raises TokenRevoked.
    """
    row = Device.objects.select_for_update(no_key=True).get(pk=device.pk)
    if row.revoked_at is not None:
        raise TokenRevoked


def revoke_all(person: Person) -> int:
    """Ends every device the person is signed in with, as an officer does; returns how many worked until now."""
    return sum(revoke(device, Device.Revocation.OFFICER) for device in signed_in(person))


def revoke_own(person: Person, uid: UUID) -> None:
    """The owner ends one of their devices. Raises DeviceUnknown, also for somebody else's."""
    device = signed_in(person).filter(uid=uid).first()
    if device is None or not revoke(device, Device.Revocation.OWNER):
        raise DeviceUnknown


@retried
def make_code(
    device: Device, wallet: Wallet, *, ceiling: int | None, kind: PaymentCode.Kind = PaymentCode.Kind.QR
) -> codes.IssuedCode:
    """A one-time QR code that dies with the device. Raises TokenRevoked, and what `codes.issue` raises."""
    stay_signed_in(device)
    return codes.issue(wallet, ceiling=ceiling, device=device.uid, kind=kind)


@retried
def make_digits(device: Device, wallet: Wallet, *, ceiling: int | None) -> codes.IssuedCode:
    """Six digits that die with the device. Raises TokenRevoked, and what `six_digits.issue` raises."""
    stay_signed_in(device)
    return six_digits.issue(wallet, ceiling=ceiling, device=device.uid)


@retried
def make_allowance(
    device: Device, wallet: Wallet, amount: int, device_key: bytes, *, purse: int | None, installation: bytes | None
) -> OfflineAllowance:
    """Money for payments without signal, which ends with the device. Raises TokenRevoked, and what `issue_for_phone` raises."""
    stay_signed_in(device)
    return allowances.issue_for_phone(wallet, amount, device_key, purse=purse, device=installation, phone=device.uid)
