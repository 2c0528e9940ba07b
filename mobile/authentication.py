"""Who is calling: `Authorization: Bearer <token>` names a device, and through it a person of the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from beneficiaries.models import Person
from mobile import devices
from mobile.errors import TokenInvalid, TokenMissing
from mobile.models import Device

_BEARER = re.compile(r"bearer +([A-Za-z0-9_-]{20,100})", re.IGNORECASE)


@dataclass(frozen=True)
class Beneficiary:
    """`request.user` on the beneficiaries' API: a signed-in person, who is no member of staff and has no rights there."""

    person: Person
    is_authenticated = True
    is_active = True
    is_staff = False

    @property
    def pk(self) -> int:
        return self.person.pk


class DeviceAuthentication(BaseAuthentication):
    """Sets `request.user` to the Beneficiary and `request.auth` to the Device.

    Raises TokenMissing, TokenInvalid, TokenRevoked, TokenExpired: all 401.
    """

    def authenticate(self, request: Request) -> tuple[Any, Device]:
        header = request.headers.get("Authorization", "")
        if not header:
            raise TokenMissing
        found = _BEARER.fullmatch(header.strip())
        if found is None:
            raise TokenInvalid
        device = devices.of_token(found[1])
        devices.note_use(device)
        return Beneficiary(device.person), device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
