"""Bulk cash-ins: accepted in one go, paid line by line in the background, told when all lines have their outcome.

What is to be done stands on the lines. A line is locked, paid out of the partner's deposit and marked in one transaction, so that
it is paid once whoever pays it and however often they break off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from wallet import account_numbers, customers, top_ups
from wallet.errors import IdempotencyConflict, WalletError
from wallet.models import BulkCashIn, BulkCashInLine, Partner, TopUp
from wallet.redemption import new_reference
from wallet.transactions import retried

logger = logging.getLogger(__name__)

MOST_LINES = 1_000
S = BulkCashInLine.State


class CustomerUnknown(WalletError):
    """The number led to no wallet, or to more than one."""

    code = "customer_unknown"


class ReferenceTaken(IdempotencyConflict):
    """A line's number was used before, for another request. `reference` is the number."""

    code = "reference_taken"


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One top-up as the partner asks for it; the number is any that leads to a customer. Rupiah."""

    partner_reference_no: str
    number: str
    amount: int
    extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BulkOrder:
    """A bulk request. `request_hash` covers all that must be the same in a retry; `extra` is what the partner hears again."""

    partner: Partner
    partner_bulk_id: str
    external_id: str
    request_hash: bytes
    lines: Sequence[BulkLine]
    extra: dict[str, Any]


@retried
def accept(order: BulkOrder) -> BulkCashIn:
    """Keeps the request and its lines, of which nothing is paid yet; an identical retry gets the first one again.

    Raises IdempotencyConflict (the request's number was used for another), ReferenceTaken(reference) (a line's was).
    """
    # One partner's requests one after the other: two of them must not take the same line for new.
    Partner.objects.select_for_update(no_key=True).get(pk=order.partner.pk)
    earlier = _earlier(order)
    if earlier is not None:
        if bytes(earlier.request_hash) != order.request_hash:
            raise IdempotencyConflict(partner_bulk_id=order.partner_bulk_id)
        return earlier
    _refuse_taken(order)
    found = customers.find([line.number for line in order.lines])
    bulk = BulkCashIn(
        partner=order.partner,
        partner_bulk_id=order.partner_bulk_id,
        bulk_id=new_reference(),
        external_id=order.external_id,
        request_hash=order.request_hash,
        count=len(order.lines),
        total=sum(line.amount for line in order.lines),
    )
    bulk.extra = json.dumps([order.extra, *(line.extra for line in order.lines)], separators=(",", ":"))
    bulk.save(force_insert=True)
    BulkCashInLine.objects.bulk_create(
        BulkCashInLine(
            bulk=bulk,
            number=number,
            partner=order.partner,
            partner_reference_no=line.partner_reference_no,
            reference_no=new_reference(),
            account_masked=account_numbers.masked(line.number),
            wallet_id=found[line.number].wallet.pk if line.number in found else None,
            amount=line.amount,
        )
        for number, line in enumerate(order.lines)
    )
    return bulk


def _earlier(order: BulkOrder) -> BulkCashIn | None:
    """The request that this one repeats, or that has its number: by that, or by its first line where it has none."""
    of_partner = BulkCashIn.objects.filter(partner=order.partner)
    if order.partner_bulk_id:
        return of_partner.filter(partner_bulk_id=order.partner_bulk_id).first()
    first = order.lines[0].partner_reference_no
    same = of_partner.filter(lines__partner_reference_no=first, partner_bulk_id="")
    return next((bulk for bulk in same if bytes(bulk.request_hash) == order.request_hash), None)


def _refuse_taken(order: BulkOrder) -> None:
    numbers = [line.partner_reference_no for line in order.lines]
    for model in (BulkCashInLine, TopUp):
        taken = model.objects.filter(partner=order.partner, partner_reference_no__in=numbers)
        if (number := taken.values_list("partner_reference_no", flat=True).first()) is not None:
            raise ReferenceTaken(reference=number)


def pay_due(tell: Callable[[BulkCashIn], None]) -> Iterator[int]:
    """Pays what waits, the oldest request first; one transaction a line, safe to repeat and to race.

    When a request's last line has its outcome, `tell` is called in the transaction that says so, once. A generator: whoever runs
    it decides how far it goes. Yields the ids of the lines that this call settled.
    """
    for bulk in BulkCashIn.objects.filter(state=BulkCashIn.State.ACCEPTED).order_by("pk").values_list("pk", flat=True):
        waiting = BulkCashInLine.objects.filter(bulk=bulk, state=S.WAITING).order_by("number")
        for line in list(waiting.values_list("pk", flat=True)):
            try:
                settled = _settle(line)
            except IntegrityError:
                # Its books are wrong, which the verification names. The other lines must not wait for that.
                logger.exception("bulk cash-ins: line %s cannot be paid", line)
                continue
            if settled:
                yield line
        _finish(bulk, tell)


@retried
def _settle(number: int) -> bool:
    """Pays the line, or keeps why not; False if somebody else has it, or had."""
    waiting = BulkCashInLine.objects.filter(pk=number, state=S.WAITING)
    line = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("bulk__partner").first()
    if line is None:
        return False
    try:
        with transaction.atomic():
            line.top_up = _pay(line)
        line.state = S.PAID
    except WalletError as refusal:
        line.top_up, line.state, line.refusal = None, S.REFUSED, refusal.code
    line.settled_at = timezone.now()
    line.save(update_fields=["top_up", "state", "refusal", "settled_at"])
    return True


def _pay(line: BulkCashInLine) -> TopUp:
    if line.wallet is None:
        raise CustomerUnknown
    return top_ups.top_up(
        top_ups.TopUpOrder(
            partner=line.bulk.partner,
            partner_reference_no=line.partner_reference_no,
            request_hash=bytes(line.bulk.request_hash),
            wallet=line.wallet,
            amount=line.amount,
            from_deposit=True,
            external_id=line.bulk.external_id,
        )
    )


@retried
def _finish(number: int, tell: Callable[[BulkCashIn], None]) -> None:
    """Marks the request done and tells of it, if nothing of it waits any more."""
    bulk = BulkCashIn.objects.select_for_update(no_key=True).get(pk=number)
    if bulk.state == BulkCashIn.State.DONE or bulk.lines.filter(state=S.WAITING).exists():
        return
    bulk.state, bulk.done_at = BulkCashIn.State.DONE, timezone.now()
    bulk.save(update_fields=["state", "done_at"])
    tell(bulk)


def find(partner: Partner, *, partner_reference_no: str = "", reference_no: str = "") -> BulkCashInLine | None:
    """The partner's own line by any of its numbers; all that are given must agree. None if there is none."""
    given = {"partner_reference_no": partner_reference_no, "reference_no": reference_no}
    wanted = {name: value for name, value in given.items() if value}
    if not wanted:
        return None
    return BulkCashInLine.objects.select_related("bulk").filter(partner=partner, **wanted).first()


def extras(bulk: BulkCashIn) -> list[dict[str, Any]]:
    """What the partner wants to hear again: of the request, then of each line."""
    told: list[dict[str, Any]] = json.loads(bulk.extra)
    return told
