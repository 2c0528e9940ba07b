"""Sending a notice again because an officer says so; who and why is kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from wallet.models import Webhook, WebhookReplay
from wallet.transactions import retried
from wallet.wallets import required
from wallet.webhooks import outbox

ENDED = (Webhook.State.DELIVERED, Webhook.State.GIVEN_UP)


@retried
def replay(webhooks: Iterable[int], *, by: str, reason: str) -> list[int]:
    """Makes the notices due again for another day of tries; returns which: those that had ended. The tries so far stay.

    Within an ordering key they go in their old order. Safe to repeat: one that waits already is left alone.
    Raises ReasonMissing.
    """
    reason = required(reason)
    now = timezone.now()
    rows = Webhook.objects.select_for_update(no_key=True).filter(pk__in=list(webhooks), state__in=ENDED)
    ended = list(rows.order_by("pk").values_list("pk", flat=True))
    Webhook.objects.filter(pk__in=ended).update(
        state=Webhook.State.WAITING, due_at=now, since=now, ended_at=None, claimed_at=None
    )
    WebhookReplay.objects.bulk_create(WebhookReplay(webhook_id=number, by=by, reason=reason) for number in ended)
    if ended:
        outbox.ring()
    return ended
