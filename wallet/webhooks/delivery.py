"""Delivery: what is due is claimed and committed, sent outside of any transaction, then written down.

A worker may die anywhere. Before the claim commits nothing was sent; after it the notice may have arrived, so it is sent again
once the claim is stale: at least once. Notices of one ordering key go one after the other, each when the earlier ones have
arrived or were given up.

An endpoint that hangs costs others nothing: it has a few notices under way at a time, one alone once it fails, none while it
is paused; and whoever has not been served longest comes first.
"""

from __future__ import annotations

import json
import logging
import random
import re
import secrets
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from wallet import http_call
from wallet.models import Webhook, WebhookAttempt, WebhookEndpoint
from wallet.snap import signature, timestamps
from wallet.transactions import retried
from wallet.webhooks import bodies, endpoints, keys

logger = logging.getLogger(__name__)
S, Outcome = Webhook.State, WebhookAttempt.Outcome
TRIES_TO_CLAIM = 5  # another worker may take what was seen a moment ago
STALE_AFTER = timedelta(seconds=60)  # longer than any look-up, connection and answer together
EXCERPT = 200
LONG_WORD = re.compile(r"[0-9A-Za-z+/=_.~-]{24,}")  # a token or a key, if the other side says one
UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")

# Not blocked: no earlier notice of the same key is waiting or under way.
_DUE = """
    FROM wallet_webhook hook WHERE hook.endpoint_id = {endpoint} AND hook.state = 'waiting' AND hook.due_at <= %(now)s
    AND NOT EXISTS (
        SELECT FROM wallet_webhook earlier WHERE earlier.partner_id = hook.partner_id
        AND earlier.ordering_key = hook.ordering_key AND earlier.id < hook.id
        AND earlier.state IN ('waiting', 'sending'))
"""
_ROOM = """
    (SELECT count(*) FROM wallet_webhook busy WHERE busy.endpoint_id = endpoint.id AND busy.state = 'sending')
    < CASE WHEN endpoint.failures > 0 THEN 1 ELSE %(at_once)s END
"""
CHOOSE = f"""
SELECT endpoint.id FROM wallet_webhookendpoint endpoint
JOIN wallet_partner partner ON partner.id = endpoint.partner_id AND partner.active
WHERE (endpoint.paused_until IS NULL OR endpoint.paused_until <= %(now)s) AND {_ROOM}
  AND EXISTS (SELECT {_DUE.format(endpoint="endpoint.id")})
ORDER BY endpoint.served_at NULLS FIRST, endpoint.id LIMIT 1 FOR NO KEY UPDATE OF endpoint SKIP LOCKED
"""  # noqa: S608  # our own text
TAKE = f"""
UPDATE wallet_webhook SET state = 'sending', claimed_at = %(now)s, attempts = attempts + 1
WHERE id = (
    SELECT hook.id {_DUE.format(endpoint="%(endpoint)s")} ORDER BY hook.due_at, hook.id LIMIT 1
    FOR NO KEY UPDATE OF hook SKIP LOCKED)
AND EXISTS (SELECT FROM wallet_webhookendpoint endpoint WHERE endpoint.id = %(endpoint)s AND {_ROOM})
RETURNING id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed notice, with all that sending it needs: whoever sends does not touch the database."""

    webhook: int
    attempt: int
    number: int
    service: str
    url: str
    body: bytes
    partner: str
    external_id: str
    key_number: int
    private_key: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended; `response` is shortened, and long words in it are cut out."""

    outcome: WebhookAttempt.Outcome
    http_status: int | None = None
    response: str = ""


def deliver(seconds: float) -> int:
    """Delivers what is due for so long, several at once; returns how many tries that were. Safe to run anywhere, at any time."""
    until, tries = time.monotonic() + seconds, 0
    release_stale()
    running: dict[Future[Result], Parcel] = {}
    slots = settings.WEBHOOKS["at_once"]
    with ThreadPoolExecutor(slots) as pool:
        while True:
            while len(running) < slots and time.monotonic() < until and (parcel := claim()) is not None:
                running[pool.submit(send, parcel)] = parcel
            if not running:
                return tries
            # A slot that comes free is filled at once; while one waits for a slow partner, new notices are looked for.
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                record(running.pop(future), future.result())
                tries += 1


@retried
def claim() -> Parcel | None:
    """Takes the next notice that may be sent now and marks it as being sent; None if there is none."""
    now = timezone.now()
    at_once = settings.WEBHOOKS["endpoint_at_once"]
    for _ in range(TRIES_TO_CLAIM):
        with connection.cursor() as cursor:
            cursor.execute(CHOOSE, {"now": now, "at_once": at_once})
            if (chosen := cursor.fetchone()) is None:
                return None
            # Under the endpoint's lock, in a statement of its own: what others have taken from it is seen.
            cursor.execute(TAKE, {"now": now, "at_once": at_once, "endpoint": chosen[0]})
            if (taken := cursor.fetchone()) is None:
                continue
        WebhookEndpoint.objects.filter(pk=chosen[0]).update(served_at=now)
        return _parcel(taken[0], now)
    return None


def _parcel(number: int, now: datetime) -> Parcel:
    hook = Webhook.objects.select_related("partner").get(pk=number)
    key = keys.current(now)
    attempt = WebhookAttempt.objects.create(
        webhook=hook,
        number=hook.attempts,
        external_id=_external_id(now),
        key_number=key.number,
        started_at=now,
    )
    return Parcel(
        webhook=hook.pk,
        attempt=attempt.pk,
        number=hook.attempts,
        service=hook.service,
        url=address_of(hook),
        body=json.dumps(bodies.whole(hook), ensure_ascii=False, separators=(",", ":")).encode(),
        partner=hook.partner.client_id,
        external_id=attempt.external_id,
        key_number=key.number,
        private_key=key.private,
    )


def address_of(hook: Webhook) -> str:
    """Where the notice goes now: the address its order named, or the partner's with the path; empty if it has none.

    A host that was taken from the partner since gets nothing any more.
    """
    if hook.url:
        return hook.url if endpoints.on_registered_host(hook.partner, hook.url) else ""
    base = hook.partner.notify_url.rstrip("/")
    return f"{base}{hook.path}" if base else ""


def _external_id(now: datetime) -> str:
    """Digits alone, unlike any other of the day."""
    return f"{now:%Y%m%d%H%M%S}{secrets.randbelow(10**18):018}"


def send(parcel: Parcel) -> Result:
    """Sends the notice and judges the answer: delivered is HTTP 200 with ``responseCode`` 200, the service, and 00.

    Touches no database, raises nothing, and takes no longer than the settings allow.
    """
    if not parcel.url:
        return Result(Outcome.NO_ADDRESS)
    rules = settings.WEBHOOKS
    try:
        target = endpoints.resolve(parcel.url)
        answer = http_call.post(
            target.url,
            parcel.body,
            headers(parcel, target.endpoint_url),
            connect=rules["connect_seconds"],
            total=rules["answer_seconds"],
            largest=rules["answer_bytes"],
            addresses=target.addresses,
        )
    except endpoints.AddressRefused as error:
        return Result(Outcome.REFUSED_ADDRESS, response=str(error))
    except endpoints.Unresolved:
        return Result(Outcome.UNRESOLVED)
    except http_call.NotSent as error:
        return Result(Outcome.NOT_SENT, response=str(error))
    except http_call.TooLarge:
        return Result(Outcome.TOO_LARGE)
    except http_call.Lost as error:
        return Result(Outcome.LOST, response=str(error))
    except Exception as error:  # a fault of ours must not leave the notice claimed and the others unsent
        # Neither the message nor the address: either may quote what is nobody's business.
        logger.error("webhooks: notice %s: %s", parcel.webhook, type(error).__name__)
        return Result(Outcome.NOT_SENT, response=type(error).__name__)
    return judge(answer, parcel.service)


def headers(parcel: Parcel, endpoint_url: str) -> dict[str, str]:
    """What SNAP asks of a notification: signed with our key over METHOD:EndpointUrl:hash:timestamp."""
    timestamp = timestamps.emit(timezone.now())
    text = signature.string_to_sign("POST", endpoint_url, parcel.body, timestamp)
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "Salur",
        "X-TIMESTAMP": timestamp,
        "X-SIGNATURE": signature.sign_asymmetric(parcel.private_key, text),
        "X-PARTNER-ID": parcel.partner,
        "X-EXTERNAL-ID": parcel.external_id,
        "CHANNEL-ID": settings.WEBHOOKS["channel_id"],
        "X-KEY-ID": str(parcel.key_number),  # not of the standard: which of our published keys this is
    }


def judge(answer: http_call.Response, service: str) -> Result:
    """What the partner's answer means."""
    told = excerpt(answer.body)
    if 300 <= answer.status < 400:
        return Result(Outcome.REDIRECT, answer.status, told)
    if answer.status != 200:
        return Result(Outcome.WRONG_STATUS, answer.status, told)
    try:
        body: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    code = body.get("responseCode") if isinstance(body, dict) else None
    return Result(Outcome.DELIVERED if code == f"200{service}00" else Outcome.WRONG_CODE, answer.status, told)


def excerpt(body: bytes) -> str:
    """The beginning of an answer for people: printable, without long words, which may be somebody's secret."""
    text = UNPRINTABLE.sub(" ", body[: 4 * EXCERPT].decode("utf-8", "replace"))
    return LONG_WORD.sub("…", text)[:EXCERPT].strip()


@retried
def record(parcel: Parcel, result: Result) -> None:
    """Writes down how a try ended, and when the next one is due. A try that was taken for dead meanwhile has ended already."""
    now = timezone.now()
    hook = Webhook.objects.select_for_update(of=("self",), no_key=True).get(pk=parcel.webhook)
    if hook.state != S.SENDING or hook.attempts != parcel.number:
        logger.warning("webhooks: try %s of notice %s ended after it was released", parcel.number, parcel.webhook)
        return
    WebhookAttempt.objects.filter(pk=parcel.attempt, outcome="").update(
        ended_at=now, outcome=result.outcome, http_status=result.http_status, response=result.response
    )
    if result.outcome == Outcome.DELIVERED:
        hook.state, hook.ended_at = S.DELIVERED, now
    elif now >= hook.since + settings.WEBHOOKS["give_up_after"]:
        hook.state, hook.ended_at = S.GIVEN_UP, now
        logger.warning("webhooks: notice %s was given up after %s tries", hook.pk, hook.attempts)
    else:
        hook.state = S.WAITING
        # Of this day of tries: one that was replayed begins anew. Not beyond its day: the last try is at the end of it.
        tries = WebhookAttempt.objects.filter(webhook=hook, started_at__gte=hook.since).count()
        hook.due_at = min(now + wait_after(tries), hook.since + settings.WEBHOOKS["give_up_after"])
    hook.save(update_fields=["state", "due_at", "ended_at"])
    _note_endpoint(hook.endpoint_id, result, now)


def wait_after(attempts: int) -> timedelta:
    """How long until the next try: doubling from first_wait to longest_wait, a quarter more or less at random."""
    rules = settings.WEBHOOKS
    plain: timedelta = min(rules["first_wait"] * 2 ** min(attempts - 1, 20), rules["longest_wait"])
    return plain * random.uniform(0.75, 1.25)  # noqa: S311  # spreads tries, keeps no secret


def _note_endpoint(number: int, result: Result, now: datetime) -> None:
    """Counts the failures in a row and pauses an endpoint that has too many; a refusal in good order is no failure of it."""
    endpoint = WebhookEndpoint.objects.filter(pk=number)
    if result.outcome in (Outcome.DELIVERED, Outcome.WRONG_CODE):
        endpoint.exclude(failures=0, paused_until=None).update(failures=0, paused_until=None)
        return
    endpoint.update(failures=F("failures") + 1)
    failures = endpoint.values_list("failures", flat=True).get()
    rules = settings.WEBHOOKS
    if failures >= rules["pause_after"]:
        beyond = min(failures - rules["pause_after"], 20)
        endpoint.update(paused_until=now + min(rules["first_pause"] * 2**beyond, rules["longest_pause"]))


@retried
def release_stale(now: datetime | None = None) -> int:
    """Lets notices whose sender has died be sent again; returns how many. Whether they arrived, nobody knows."""
    now = now or timezone.now()
    stale = list(
        Webhook.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(state=S.SENDING, claimed_at__lt=now - STALE_AFTER)
        .order_by("pk")
    )
    for hook in stale:
        WebhookAttempt.objects.filter(webhook=hook, number=hook.attempts, outcome="").update(
            ended_at=now, outcome=Outcome.INTERRUPTED
        )
        hook.state, hook.due_at = S.WAITING, now
        hook.save(update_fields=["state", "due_at"])
    return len(stale)
