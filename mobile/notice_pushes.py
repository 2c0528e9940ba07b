"""Notices pushed to the application, and what becomes of those that nobody reads there: the phone's turn, or the office's.

One row is sent and marked in a transaction; a worker that dies after the gateway took it leaves it queued, and the same
reference goes again: at least once. The application shows a reference once.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation

from beneficiaries.models import Person
from mobile import notice_channels, notice_words, push
from mobile.models import Delivery
from mobile.push import PushGateway, PushRefused, TokenGone
from mobile.receivers import Receiver, receiver_of
from vault.sealing import CannotOpen

ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)  # doubled after each failure
GROUP = 500  # unread ones that a transaction passes on
C = Delivery.Channel
S = Delivery.State


@transaction.atomic
def deliver_next(carrier: PushGateway) -> bool:
    """Pushes the notice that is due longest and that no other worker holds; False if there is none."""
    due = Delivery.objects.filter(channel=C.PUSH, state=S.QUEUED, due_at__lte=Now()).order_by("due_at", "pk")
    row = due.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("notice__person").first()
    if row is None:
        return False
    receiver = receiver_of(row.notice)
    if not notice_channels.kept_back([row], receiver):
        _attempt(row, receiver, carrier)
    return True


def _attempt(row: Delivery, receiver: Receiver, carrier: PushGateway) -> None:
    if row.notice.shown_at is not None:
        notice_channels.end([row], S.SHOWN)
        return
    attempts = row.attempts + 1
    try:
        reached = _push(row, receiver.person, carrier)
    except Exception as error:
        reason = str(error)[:200] if isinstance(error, PushRefused) else type(error).__name__
        waiting = Delivery.objects.filter(pk=row.pk)
        if attempts < ATTEMPTS:
            waiting.update(attempts=attempts, error=reason, due_at=Now() + FIRST_WAIT * 2 ** (attempts - 1))
            return
        notice_channels.end([row], S.FAILED, attempts=attempts, error=reason)
        notice_channels.take_over([row], _next_channel(receiver))
        return
    if not reached:
        notice_channels.pass_on([row], _next_channel(receiver), "no_device")
        return
    # `due_at` is from now on when somebody else's turn comes, unless it is read.
    notice_channels.end(
        [row], S.SENT, attempts=attempts, error="", due_at=timezone.now() + settings.MOBILE["push_wait"]
    )


def _push(row: Delivery, person: Person | None, carrier: PushGateway) -> bool:
    """Whether a device took it. Raises what the gateway raises, if none did."""
    reached, refused = False, None
    with translation.override(settings.LANGUAGE_CODE):
        words = notice_words.of([row.notice])[row.notice_id]
    for token in push.tokens_of(person) if person else []:
        try:
            carrier.send(token.token, token.platform, words.title, words.message, reference=str(row.notice.uid))
            reached = True
        except TokenGone:
            token.delete()
        except CannotOpen:
            continue
        except Exception as error:
            refused = error
    if refused is not None and not reached:
        raise refused
    return reached


def _next_channel(receiver: Receiver) -> Delivery.Channel:
    return C.SMS if receiver.phone and not receiver.messages_refused else C.LIST


@transaction.atomic
def pass_on_unread() -> int:
    """Hands what was pushed and not read in time to the next channel; returns how many it looked at."""
    due = Delivery.objects.filter(channel=C.PUSH, state=S.SENT, due_at__lte=Now()).order_by("due_at", "pk")
    locked = due.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("notice__person")
    rows = list(locked[:GROUP])
    notice_channels.end([row for row in rows if row.notice.shown_at is not None], S.SHOWN)
    unread: dict[Delivery.Channel, list[Delivery]] = {}
    for row in rows:
        if row.notice.shown_at is None:
            unread.setdefault(_next_channel(receiver_of(row.notice)), []).append(row)
    for channel, passed in unread.items():
        notice_channels.pass_on(passed, channel)
    return len(rows)
