"""From one channel to the next: a delivery ends, and where it reached nobody another one takes over. Locks are the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from mobile import notices
from mobile.models import Delivery
from mobile.receivers import Receiver, Standing

HELD_FOR = timedelta(days=1)  # then it is looked again whether the restriction ended
C = Delivery.Channel
S = Delivery.State


def end(deliveries: Sequence[Delivery], state: Delivery.State, **changes: object) -> None:
    """Ends these deliveries in that state."""
    rows = Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
    rows.update(state=state, ended_at=timezone.now(), **changes)


def take_over(deliveries: Sequence[Delivery], channel: Delivery.Channel) -> None:
    """Another channel is to deliver what these did not; a notice that has one there already keeps it."""
    due_at = notices.by_day(timezone.now()) if channel == C.SMS else timezone.now()
    Delivery.objects.bulk_create(
        [Delivery(notice_id=one.notice_id, channel=channel, due_at=due_at) for one in deliveries],
        ignore_conflicts=True,
    )


def pass_on(deliveries: Sequence[Delivery], channel: Delivery.Channel, error: str = "") -> None:
    """These reach nobody, and another channel takes over."""
    end(deliveries, S.PASSED, error=error)
    take_over(deliveries, channel)


def kept_back(deliveries: Sequence[Delivery], receiver: Receiver) -> bool:
    """True if nobody is to be told now: the deliveries are dropped, or wait until a restriction ends."""
    if receiver.standing is Standing.OPEN:
        return False
    if receiver.standing is Standing.GONE:
        end(deliveries, S.DROPPED, error="gone")
    else:
        waiting = Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
        waiting.update(due_at=timezone.now() + HELD_FOR)
    return True


def shown(notices: Sequence[int]) -> None:
    """These were read in the application: what waits or was pushed needs nothing more.

    A row that a worker is sending at this moment is left to it.
    """
    queued = Delivery.objects.filter(notice__in=notices, state=S.QUEUED)
    pushed = Delivery.objects.filter(notice__in=notices, channel=C.PUSH, state=S.SENT)
    found = {row.pk: row for rows in (queued, pushed) for row in _unheld(rows)}
    end(list(found.values()), S.SHOWN)


def _unheld(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return rows.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("pk")
