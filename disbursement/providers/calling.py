"""Workers speak to partners: what is due is claimed and committed, then asked outside of any transaction, then written down.

A worker may die anywhere. Before the claim commits, nothing was sent. After it, the lines may have been sent, so they are
asked about, and only what the partner has not found in time is sent again, under the same references.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from disbursement.models import Batch, BulkRequest, Exchange, PayoutLine, ProviderAccount
from disbursement.providers import results
from disbursement.providers.handing_over import CALL, new_requests
from disbursement.providers.protocol import Answer, Channel, Outcome, Payee, Sent, Told
from disbursement.providers.snap_channel import SnapChannel
from wallet import doorbell
from wallet.transactions import retried

logger = logging.getLogger(__name__)
R, S = BulkRequest.State, PayoutLine.State
FIRST_WAIT = timedelta(seconds=10)  # until a request that could not be sent is tried again; doubles with each attempt
LONGEST_WAIT = timedelta(minutes=10)
MOST_RINGS = 8
IN_FLIGHT = (S.SENT, S.UNKNOWN)

Open = Callable[[ProviderAccount], Channel]


@dataclass(frozen=True, slots=True)
class _Call:
    """A claimed request: what is sent, after the claim has committed."""

    request: BulkRequest
    exchange: int
    external_id: str
    payees: list[Payee]
    first: bool
    at: datetime


def work_next(provider: int, channel: Open = SnapChannel) -> bool:
    """Sends one request that is due, or asks about one line, or makes ready what is to be sent again; False if none is due."""
    return send_next(provider, channel) or ask_next(provider, channel) or gather_again(provider)


# --- Sending ---


def send_next(provider: int, channel: Open = SnapChannel) -> bool:
    """Sends one request that is due; False if there is none. Safe to run anywhere, at any time."""
    call = _claim(provider)
    if call is None:
        return False
    if call.payees:
        answer = channel(call.request.provider).send(call.request.bulk_id, call.payees, call.external_id, call.at)
        _record(call, answer)
    return True


@retried
def _claim(provider: int) -> _Call | None:
    """Marks a due request as being sent. Once that has committed, its lines may be at the partner."""
    now = timezone.now()
    request = (
        BulkRequest.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("provider")
        .filter(provider=provider, state=R.READY, due_at__lte=now)
        .filter(provider__active=True, chunk__batch__status=Batch.Status.PAYING)
        .order_by("due_at", "pk")
        .first()
    )
    if request is None:
        return None
    lines = list(
        PayoutLine.objects.select_for_update(of=("self",))
        .select_related("instruction__route")
        .filter(request=request, state=S.READY)
        .order_by("pk")
    )
    request.state, request.attempts, request.claimed_at = (R.SENDING if lines else R.EMPTY), request.attempts + 1, now
    request.save(update_fields=["state", "attempts", "claimed_at"])
    external_id = new_external_id()
    if not lines:  # their outcome came by another way
        return _Call(request, 0, external_id, [], first=False, at=now)
    PayoutLine.objects.filter(pk__in=[line.pk for line in lines]).update(
        state=S.SENT, sends=F("sends") + 1, sent_at=now, due_at=now + 2 * settings.PARTNERS["sending_stale"]
    )
    asked = Exchange.objects.create(
        provider_id=provider, request=request, kind=Exchange.Kind.SEND, external_id=external_id, at=now
    )
    payees = [Payee(line.reference, _account(line), line.amount) for line in lines]
    return _Call(request, asked.pk, external_id, payees, first=not any(line.sends for line in lines), at=now)


def _account(line: PayoutLine) -> str:
    route = line.instruction.route
    return route.number if route is not None else ""


def new_external_id() -> str:
    """An X-EXTERNAL-ID that no other request has; 28 digits."""
    return f"{time.time_ns():019d}{secrets.randbelow(10**9):09d}"


@retried
def _record(call: _Call, answer: Answer) -> None:
    """Writes down what became of the request. If it was given up for dead meanwhile, only the exchange says so."""
    now = timezone.now()
    Exchange.objects.filter(pk=call.exchange).update(
        answered_at=now, http_status=answer.http_status, code=answer.code[:20], outcome=answer.sent.value
    )
    request = BulkRequest.objects.select_for_update().get(pk=call.request.pk)
    if request.state != R.SENDING:
        return
    request.last_code, request.answered_at = answer.code[:20], now
    if answer.sent in (Sent.NOT_SENT, Sent.LATER):
        _take_back(request, now)
    else:
        request.state = R(answer.sent.value)
        if answer.partner_bulk_id:
            request.partner_bulk_id = answer.partner_bulk_id
        told = _told(call, answer)
        results.settle(
            request.provider,
            {payee.reference: told for payee in call.payees},
            PayoutLine.Source.ANSWER,
            request=request.pk,
        )
    request.save(update_fields=["state", "due_at", "last_code", "answered_at", "partner_bulk_id"])


def _told(call: _Call, answer: Answer) -> Told:
    """What the answer to the whole request says of each of its lines."""
    if answer.sent is Sent.ACCEPTED:
        return Told(Outcome.PENDING, answer.code)
    if answer.sent is Sent.REFUSED and call.first:
        return Told(Outcome.FAILED, answer.code, answer.failure)
    # A refusal says nothing of the time before, when the same lines may have arrived.
    return Told(Outcome.UNKNOWN, answer.code)


def _take_back(request: BulkRequest, now: datetime) -> None:
    """It has not been sent after all: the same request is tried again, later each time.

    But for lines that the partner has told something of meanwhile: it may have them, whatever it says now.
    """
    PayoutLine.objects.filter(request=request, state=S.SENT, partner_reference="", contradiction="").update(
        state=S.READY, sends=F("sends") - 1, last_code=request.last_code, last_at=now
    )
    request.state = R.READY
    request.due_at = now + min(FIRST_WAIT * 2 ** min(request.attempts - 1, 10), LONGEST_WAIT)


def give_up_stale() -> int:
    """Requests whose sender must have died may have arrived: their lines are unknown from now on. Returns how many."""
    long_ago = timezone.now() - settings.PARTNERS["sending_stale"]
    stale = BulkRequest.objects.filter(state=R.SENDING, claimed_at__lt=long_ago).order_by("pk")
    given_up = 0
    for request in list(stale.values_list("pk", flat=True)):
        try:
            given_up += _give_up(request, long_ago)
        except Exception:  # one request's trouble must not keep the others, and every partner, waiting
            logger.exception("bulk request %s: not given up", request)
    return given_up


@retried
def _give_up(number: int, long_ago: datetime) -> bool:
    stale = BulkRequest.objects.select_for_update(skip_locked=True, of=("self",)).select_related("provider")
    request = stale.filter(pk=number, state=R.SENDING, claimed_at__lt=long_ago).first()
    if request is None:
        return False
    lines = PayoutLine.objects.filter(request=request, state=S.SENT)
    told = dict.fromkeys(lines.values_list("reference", flat=True), Told(Outcome.UNKNOWN, "sender_died"))
    results.settle(request.provider, told, PayoutLine.Source.ANSWER, request=request.pk)
    request.state, request.last_code = R.UNKNOWN, "sender_died"
    request.save(update_fields=["state", "last_code"])
    PayoutLine.objects.filter(request=request, state=S.UNKNOWN).update(due_at=timezone.now())
    return True


# --- Asking ---


def ask_next(provider: int, channel: Open = SnapChannel) -> bool:
    """Asks about one line whose time has come; False if there is none."""
    asked = _claim_line(provider)
    if asked is None:
        return False
    line, exchange, external_id = asked
    answer = channel(line.provider).ask(line.reference, external_id)
    _record_line(line, exchange, answer.told, answer.http_status)
    return True


@retried
def _claim_line(provider: int) -> tuple[PayoutLine, int, str] | None:
    now = timezone.now()
    line = (
        PayoutLine.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("provider")
        .filter(provider=provider, state__in=IN_FLIGHT, due_at__lte=now)
        .order_by("due_at", "pk")
        .first()
    )
    if line is None:
        return None
    line.asks += 1
    # Should we die now, it is asked again; meanwhile nobody else asks.
    line.due_at = now + settings.PARTNERS["sending_stale"]
    line.save(update_fields=["asks", "due_at"])
    external_id = new_external_id()
    asked = Exchange.objects.create(
        provider_id=provider,
        request_id=line.request_id,
        line=line,
        kind=Exchange.Kind.INQUIRY,
        external_id=external_id,
        at=now,
    )
    return line, asked.pk, external_id


@retried
def _record_line(line: PayoutLine, exchange: int, told: Told, http_status: int | None) -> None:
    Exchange.objects.filter(pk=exchange).update(
        answered_at=timezone.now(), http_status=http_status, code=told.code[:20], outcome=told.outcome.value
    )
    # An answer that comes after the line was sent anew still tells the truth, unless it is that nobody had heard of it.
    request = line.request_id if told.outcome is Outcome.MISSING else None
    results.settle(line.provider, {line.reference: told}, PayoutLine.Source.INQUIRY, request=request)


def ask_now(line: PayoutLine) -> bool:
    """The line is asked about as soon as a worker is free; False if its outcome is known, or it was never sent."""
    hit = PayoutLine.objects.filter(pk=line.pk, state__in=IN_FLIGHT).exclude(request__state=R.SENDING)
    if not hit.update(due_at=timezone.now()):
        return False
    doorbell.ring_after_commit(CALL, line.provider_id)
    return True


# --- Sending again ---


@retried
def gather_again(provider: int) -> bool:
    """Makes a request of lines of one chunk that the partner has never heard of; False if there are none.

    They keep their references, so that a partner who finds the first ones after all pays nobody twice.
    """
    waiting = PayoutLine.objects.filter(provider=provider, state=S.READY, sends__gt=0).exclude(
        request__state__in=[R.READY, R.SENDING]
    )
    waiting = waiting.filter(chunk__batch__status=Batch.Status.PAYING)
    first = waiting.order_by("chunk", "pk").select_related("chunk", "provider").first()
    if first is None:
        return False
    lines = list(
        waiting.filter(chunk=first.chunk)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("pk")
        .values_list("pk", flat=True)[: first.provider.bulk_size]
    )
    if not lines:  # another worker was faster
        return False
    [request] = new_requests(first.provider, first.chunk, [len(lines)])
    PayoutLine.objects.filter(pk__in=lines).update(request=request)
    return True


# --- What is due ---


def sweep() -> int:
    """Gives up dead senders, and rings for every partner that has something due; returns for how many."""
    give_up_stale()
    rung = 0
    for provider, due in _due().items():
        doorbell.ring(CALL, provider, times=min(due, MOST_RINGS))
        rung += 1
    return rung


def _due() -> dict[int, int]:
    """How much is due by partner."""
    now = timezone.now()
    paying = Q(chunk__batch__status=Batch.Status.PAYING)
    of_each = (
        BulkRequest.objects.filter(paying, state=R.READY, due_at__lte=now, provider__active=True),
        PayoutLine.objects.filter(state__in=IN_FLIGHT, due_at__lte=now),
        PayoutLine.objects.filter(paying, state=S.READY, sends__gt=0).exclude(request__state__in=[R.READY, R.SENDING]),
    )
    found: dict[int, int] = {}
    for rows in of_each:
        for provider, many in rows.order_by().values_list("provider").annotate(Count("pk")):
            found[provider] = found.get(provider, 0) + many
    return found
