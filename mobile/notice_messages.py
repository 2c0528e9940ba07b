"""Notices as text messages: what falls together for one person goes as one, by day, one a day.

Two transactions: the first binds a person's waiting notices into a bundle whose number is the gateway's reference, the second
sends the bundle and marks it. A worker that dies between them leaves a bundle that another sends; one that dies after the
gateway took it leaves it queued, and it is sent again under the same reference: at least once.

Not all of a person's notices reach the same telephone, nor may all be told to everybody: whom each reaches is asked of each, and
a bundle that reaches several is parted first, in a transaction of its own. So one that is sent is one message to one receiver,
and what the gateway took of one is never sent again because it refused another.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone, translation

from beneficiaries import merged_rows
from beneficiaries.models import Person
from mobile import gsm, notice_channels, notice_words, notices
from mobile.models import Delivery, Notice
from mobile.receivers import Receiver, receiver_of
from mobile.sms import Gateway, SmsRefused

ATTEMPTS = 6
FIRST_WAIT = timedelta(minutes=1)  # doubled after each failure: 1, 2, 4, 8, 16 minutes
CANDIDATES = 20  # of which workers choose at random, so that they seldom meet
_PERSON, _BUNDLE = 0x6E6F7065, 0x6E6F6275  # beside a hash: these locks are nobody else's
C = Delivery.Channel
S = Delivery.State


def deliver_next(carrier: Gateway) -> bool:
    """Sends one bundle that is due, or binds one; False if nothing is due that no other worker holds."""
    return _send_next(carrier) or _bind_next()


def _due() -> Q:
    return Q(channel=C.SMS, state=S.QUEUED, due_at__lte=Now())


def _bind_next() -> bool:
    """Binds what waits for one person. What comes to somebody who had a message today waits until tomorrow."""
    unbound = Delivery.objects.filter(_due(), bundle=None).order_by("due_at", "pk")
    found = list(unbound.values_list("notice_id", "notice__person")[:CANDIDATES])
    if not found:
        return False
    notice, person = random.choice(found)  # noqa: S311  # which comes first is no secret
    _bind(notice, person)
    return True


@transaction.atomic
def _bind(notice: int, person: int | None) -> None:
    rows_of_them = merged_rows.numbers(Person.objects.get(pk=person)) if person else []
    with connection.cursor() as cursor:  # of two workers the second waits, and finds nothing left
        name = str(rows_of_them[0] if person else -notice)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_PERSON, name])
    whose = Q(notice__person__in=rows_of_them) if person else Q(notice=notice)
    theirs = Delivery.objects.filter(whose, channel=C.SMS)
    waiting = list(theirs.filter(_due(), bundle=None).select_for_update(of=("self",), no_key=True).order_by("pk"))
    rows = Delivery.objects.filter(pk__in=[one.pk for one in waiting])
    if person and theirs.filter(_since(_midnight()), bundle__isnull=False).exists():
        tomorrow = _midnight() + timedelta(days=1)
        rows.update(due_at=notices.by_day(tomorrow))
    else:
        rows.update(bundle=uuid.uuid4())


def _since(moment: datetime) -> Q:
    return Q(state=S.SENT, ended_at__gte=moment) | Q(state=S.QUEUED)


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _send_next(carrier: Gateway) -> bool:
    bound = Delivery.objects.filter(_due(), bundle__isnull=False).order_by("due_at", "pk")
    found = bound.values_list("bundle", flat=True)[:CANDIDATES]
    candidates = list(dict.fromkeys(bundle for bundle in found if bundle is not None))
    random.shuffle(candidates)
    return any(_send(bundle, carrier) for bundle in candidates)


@transaction.atomic
def _send(bundle: uuid.UUID, carrier: Gateway) -> bool:
    """Sends the bundle and marks it, or parts it for several receivers; False if another worker has it, or had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_BUNDLE, str(bundle)])
        [(ours,)] = cursor.fetchall()
    if not ours:
        return False
    locked = Delivery.objects.filter(_due(), bundle=bundle).select_for_update(of=("self",), no_key=True)
    deliveries = list(locked.select_related("notice__person").order_by("pk"))
    if not deliveries:
        return False
    (receiver, theirs), *others = _by_receiver(deliveries).items()
    if others:
        _part(rows for _other, rows in others)
    elif not notice_channels.kept_back(theirs, receiver):
        _attempt(theirs, receiver, carrier, str(bundle))
    return True


def _by_receiver(deliveries: Sequence[Delivery]) -> dict[Receiver, list[Delivery]]:
    found: dict[Receiver, list[Delivery]] = defaultdict(list)
    for one in deliveries:
        found[receiver_of(one.notice)].append(one)
    return found


def _part(others: Iterable[Sequence[Delivery]]) -> None:
    """Each of these is a bundle of its own from now on; the first receiver's keeps the number."""
    for rows in others:
        Delivery.objects.filter(pk__in=[one.pk for one in rows]).update(bundle=uuid.uuid4())


def _attempt(deliveries: Sequence[Delivery], receiver: Receiver, carrier: Gateway, reference: str) -> None:
    if not receiver.phone or receiver.messages_refused:
        _elsewhere(deliveries, receiver, S.PASSED, "no_consent" if receiver.messages_refused else "no_phone")
        return
    attempts = deliveries[0].attempts + 1
    try:
        with transaction.atomic():  # words that cannot be made end this message's try, and nobody else's
            text = text_of([one.notice for one in deliveries])
        carrier.send(receiver.phone, text, reference=reference)
    except Exception as error:
        # Other exceptions' texts may quote the phone or the message; their type may be shown.
        reason = str(error)[:200] if isinstance(error, SmsRefused) else type(error).__name__
        rows = Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
        rows.update(attempts=F("attempts") + 1, error=reason)
        if attempts >= ATTEMPTS:
            _elsewhere(deliveries, receiver, S.FAILED, reason)
        else:
            rows.update(due_at=Now() + FIRST_WAIT * 2 ** (attempts - 1))
        return
    notice_channels.end(deliveries, S.SENT, attempts=attempts, error="", parts=gsm.parts(text))


def _elsewhere(deliveries: Sequence[Delivery], receiver: Receiver, state: Delivery.State, error: str) -> None:
    """The office tells who is known by name; a number without a name was all that there was."""
    notice_channels.end(deliveries, state, error=error)
    if receiver.person is not None:
        notice_channels.take_over(deliveries, C.LIST)


def text_of(told: Sequence[Notice]) -> str:
    """The message. In the project's own language, whatever the worker spoke last: nobody has told us the holder's."""
    with translation.override(settings.LANGUAGE_CODE):
        return notice_words.message_of(told)


@transaction.atomic
def retry(numbers: Sequence[int]) -> int:
    """Tries failed messages again, from the first attempt; returns how many.

    What an office has told meanwhile is not sent. The list keeps its line until somebody is told.
    """
    told = Delivery.objects.filter(channel=C.LIST, state=S.TOLD).values("notice")
    failed = Delivery.objects.filter(pk__in=numbers, channel=C.SMS, state=S.FAILED).exclude(notice__in=told)
    rows = [one.pk for one in failed.select_for_update(of=("self",), no_key=True).order_by("pk")]
    return Delivery.objects.filter(pk__in=rows).update(
        state=S.QUEUED, ended_at=None, attempts=0, error="", bundle=None, due_at=Now()
    )
