"""Text messages: an outbox in the database, and the gateways that empty it.

`queue` writes a row beside whatever it belongs to, in the same transaction, and rings; `deliver_next` sends one row
and marks it. A message is sent at least once: a worker that dies after the gateway took it leaves it queued. The
gateway gets the row's uid as its reference, so that one which deduplicates can.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from beneficiaries.models import Person
from mobile import devices
from mobile.models import Sms
from wallet import doorbell

ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)  # doubled after each failure: 30 s, 1, 2, 4 minutes


class SmsRefused(Exception):
    """A gateway did not take the message. The reason is shown to officers: it names neither phone nor text."""


class Gateway(Protocol):
    """Whoever carries text messages. `send` returns when the message was taken and raises when it was not."""

    def send(self, to: str, text: str, *, reference: str) -> None:
        """Hands over one message: `to` in E.164; `reference` is the same for every attempt at one message.

        Must give up within about ten seconds: a row stays locked while it runs.
        """
        ...


class SpoolGateway:
    """A simulator: each message becomes one file under `settings.MOBILE["sms_spool"]`, readable by its owner only.

    The file holds JSON ``{"to", "text", "at"}``; its name sorts by time and tells nothing about the receiver.
    """

    def __init__(self) -> None:
        self.folder = Path(settings.MOBILE["sms_spool"])

    def send(self, to: str, text: str, *, reference: str) -> None:
        now = timezone.now()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / f"{now:%Y%m%dT%H%M%S.%f}-{secrets.token_hex(8)}.json"
        unfinished = file.with_suffix(".part")
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as spool:
            json.dump({"to": to, "text": text, "at": now.isoformat()}, spool, ensure_ascii=False)
        unfinished.rename(file)  # whoever reads the folder never sees half a message


def gateway() -> Gateway | None:
    """The configured gateway; None if there is none, and then messages wait."""
    path = settings.MOBILE["sms_gateway"]
    if not path:
        return None
    made: Gateway = import_string(path)()
    return made


def queue(phone: str, text: str, *, send_until: datetime | None = None, registered_only: bool = False) -> Sms:
    """Writes the message to the outbox and, once that is committed, rings for its delivery.

    After `send_until` it is not sent any more, and its text is wiped as soon as it is done with: such a text is a
    secret. `registered_only` leaves it to the delivery to find out whether anybody has that phone, so that the caller
    takes the same time for every phone.
    """
    sms = Sms(send_until=send_until, registered_only=registered_only)
    sms.phone = phone
    sms.text = text
    sms.save()
    transaction.on_commit(ring, robust=True)
    return sms


def ring() -> None:
    """Tells a worker that messages wait."""
    doorbell.ring("mobile.tasks.deliver_sms")


def deliver_next(carrier: Gateway) -> bool:
    """Sends, or gives up on, the message that is due longest and that no other worker holds. False if there is none."""
    with transaction.atomic():
        due = Sms.objects.filter(state=Sms.State.QUEUED, due_at__lte=Now()).order_by("due_at", "id")
        sms = due.select_for_update(skip_locked=True).first()
        if sms is None:
            return False
        Sms.objects.filter(pk=sms.pk).update(**_attempt(sms, carrier))
    return True


def _can_sign_in(phone: str) -> bool:
    owners = Person.objects.with_phone(phone).filter(status__in=devices.SIGNING_IN)
    return owners.exists()


def _attempt(sms: Sms, carrier: Gateway) -> dict[str, Any]:
    """What becomes of the row after one attempt, as column values."""
    now = timezone.now()
    secret_gone = {"text_sealed": b""} if sms.send_until else {}
    attempts = sms.attempts + 1
    try:
        phone = sms.phone
        if sms.registered_only and not _can_sign_in(phone):
            # Not one of ours: nothing of theirs is kept.
            return {"state": Sms.State.DROPPED, "phone_sealed": b"", "text_sealed": b""}
        if sms.send_until and sms.send_until <= now:
            return {"state": Sms.State.LAPSED, **secret_gone}
        carrier.send(phone, sms.text, reference=str(sms.uid))
    except Exception as error:
        # Other exceptions' texts may quote the phone or the message; their type may be shown.
        reason = str(error)[:200] if isinstance(error, SmsRefused) else type(error).__name__
        if attempts >= ATTEMPTS:
            return {"state": Sms.State.FAILED, "attempts": attempts, "error": reason, **secret_gone}
        return {"attempts": attempts, "error": reason, "due_at": Now() + FIRST_WAIT * 2 ** (attempts - 1)}
    return {"state": Sms.State.SENT, "attempts": attempts, "error": "", "sent_at": now, **secret_gone}


def forget_secret(before: datetime) -> int:
    """Deletes the messages that carried a secret and could be sent until then at the latest; returns how many."""
    deleted, _ = Sms.objects.filter(send_until__lt=before).delete()
    return deleted
