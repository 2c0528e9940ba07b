"""Waking the application on a device: the tokens that devices tell us, and the gateways that carry a notice to them.

What is pushed is a title and one sentence, without a number of identity: a locked screen shows it to whoever holds the phone.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries.models import Person
from mobile.models import Device, PushToken
from wallet.transactions import retried


class PushRefused(Exception):
    """A gateway did not take it; trying again may help. The reason is shown to officers: it names neither device nor text."""


class TokenGone(Exception):
    """The gateway knows the device no more: the application was removed, or its token is another by now."""


class PushGateway(Protocol):
    """Whoever wakes devices. `send` returns when the notice was taken."""

    def send(self, token: str, platform: str, title: str, text: str, *, reference: str) -> None:
        """Hands over one notice for one device; `reference` is the same for every attempt, and what the application asks for.

        Raises PushRefused, TokenGone. Must give up within about ten seconds: a row stays locked while it runs.
        """
        ...


class SpoolGateway:
    """A simulator: each push becomes one file under `settings.MOBILE["push_spool"]`, readable by its owner only.

    The file holds JSON ``{"token", "platform", "title", "text", "reference", "at"}``; its name sorts by time.
    """

    def __init__(self) -> None:
        self.folder = Path(settings.MOBILE["push_spool"])

    def send(self, token: str, platform: str, title: str, text: str, *, reference: str) -> None:
        now = timezone.now()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / f"{now:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(8)}.json"
        unfinished = file.with_suffix(".part")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        told = {"token": token, "platform": platform, "title": title, "text": text, "reference": reference}
        with os.fdopen(handle, "w", encoding="utf-8") as spool:
            json.dump(told | {"at": now.isoformat()}, spool, ensure_ascii=False)
        unfinished.rename(file)  # whoever reads the folder never sees half a message


def gateway() -> PushGateway | None:
    """The configured gateway; None if there is none, and then nobody is pushed to."""
    path: str = settings.MOBILE["push_gateway"]
    if not path:
        return None
    made: Any = import_string(path)()
    gateway: PushGateway = made
    return gateway


@retried
def register(device: Device, token: str, platform: str) -> None:
    """The device can be woken there from now on; the same again changes nothing but what it replaces."""
    Device.objects.select_for_update(no_key=True).get(pk=device.pk)  # two registrations at once: one after the other
    row = PushToken.objects.filter(device=device).first() or PushToken(device=device)
    row.platform, row.token = platform, token
    row.save()


def forget(device: Device) -> None:
    """The device wants no more of it, or is there no more."""
    PushToken.objects.filter(device=device).delete()


def tokens_of(person: Person) -> QuerySet[PushToken]:
    """Where the person's signed-in devices can be woken."""
    live = PushToken.objects.filter(device__person=person, device__revoked_at=None)
    return live.filter(device__expires_at__gt=timezone.now()).order_by("pk")
