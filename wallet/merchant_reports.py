"""A merchant's statement of sales: each payment of a span of days, what was refunded, the fee, and what was settled.

Days are days in Jakarta, the last one included. Sales are gross; refunds are those made in the span, of whichever payment. The
fee is none: government aid is taken at a discount rate of 0 %, and the buyer pays no surcharge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet, Sum
from django.utils import timezone

from wallet import checkpoints
from wallet.models import Merchant, Payment, Refund, Settlement, Transfer

FEE_PERCENT = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """One payment, or one refund (negative). Rupiah."""

    at: datetime
    kind: str  # "sale" or "refund"
    reference_no: str
    partner_reference_no: str
    title: str
    amount: int
    items: str


@dataclass(frozen=True, slots=True)
class Report:
    """The statement's figures, in rupiah. `opening` and `closing` are what was owed before the first and after the last day.

    opening + net + covered − settlements + returned = closing. `covered` came out of the loss fund (offline claims); `returned`
    are settlements that came back in these days, of whichever day they were.
    """

    merchant: Merchant
    first: date
    last: date
    count: int
    gross: int
    refunds: int
    fee: int
    opening: int
    closing: int
    covered: int
    settlements: list[Settlement]
    returned: list[Settlement]

    @property
    def net(self) -> int:
        """What the span's sales come to for the merchant."""
        return self.gross - self.refunds - self.fee

    @property
    def number(self) -> str:
        """The statement's number: the merchant, and the days."""
        return f"{self.merchant.merchant_id}/{self.first:%Y%m%d}-{self.last:%Y%m%d}"


def of(merchant: Merchant, first: date, last: date) -> Report:
    """The statement of these days. Raises ValueError if the last is before the first."""
    if last < first:
        raise ValueError("the last day is before the first")
    begins, ends = _span(first, last)
    paid = _payments(merchant, begins, ends)
    refunded = _refunds(merchant, begins, ends)
    gross = paid.aggregate(total=Sum("amount", default=0))["total"]
    return Report(
        merchant=merchant,
        first=first,
        last=last,
        count=paid.count(),
        gross=gross,
        refunds=refunded.aggregate(total=Sum("amount", default=0))["total"],
        fee=gross * FEE_PERCENT // 100,
        opening=_owed_at(merchant, begins - timedelta(microseconds=1)),
        closing=_owed_at(merchant, ends - timedelta(microseconds=1)),
        covered=Transfer.objects.filter(
            credit=merchant.account_id, kind=Transfer.Kind.LOSS, posted_at__gte=begins, posted_at__lt=ends
        ).aggregate(total=Sum("amount", default=0))["total"],
        settlements=list(
            Settlement.objects.filter(merchant=merchant, created_at__gte=begins, created_at__lt=ends).order_by("pk")
        ),
        returned=list(
            Settlement.objects.filter(merchant=merchant, returned_at__gte=begins, returned_at__lt=ends).order_by("pk")
        ),
    )


def sales(report: Report) -> Iterator[Sale]:
    """The report's payments and refunds by time, with the goods where the till told them."""
    begins, ends = _span(report.first, report.last)
    rows: list[Sale] = [
        Sale(
            at=paid.created_at,
            kind="sale",
            reference_no=paid.reference_no,
            partner_reference_no=paid.partner_reference_no,
            title=paid.title,
            amount=paid.amount,
            items="; ".join(f"{item.quantity} x {item.name}" for item in paid.items.all()),
        )
        for paid in _payments(report.merchant, begins, ends).prefetch_related("items").order_by("pk")
    ]
    rows += [
        Sale(
            at=back.created_at,
            kind="refund",
            reference_no=back.refund_no,
            partner_reference_no=back.partner_refund_no,
            title=back.reason,
            amount=-back.amount,
            items="",
        )
        for back in _refunds(report.merchant, begins, ends).order_by("pk")
    ]
    yield from sorted(rows, key=lambda row: (row.at, row.reference_no))


def _owed_at(merchant: Merchant, moment: datetime) -> int:
    """What the merchant was owed then; below zero where it owed us for advanced refunds."""
    owed = checkpoints.balance_at(merchant.account_id, moment)
    return owed if merchant.advance_id is None else owed + checkpoints.balance_at(merchant.advance_id, moment)


def _payments(merchant: Merchant, begins: datetime, ends: datetime) -> QuerySet[Payment]:
    return Payment.objects.filter(
        merchant=merchant, status=Payment.Status.PAID, created_at__gte=begins, created_at__lt=ends
    )


def _refunds(merchant: Merchant, begins: datetime, ends: datetime) -> QuerySet[Refund]:
    return Refund.objects.filter(payment__merchant=merchant, created_at__gte=begins, created_at__lt=ends)


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    midnight = time.min
    return (
        timezone.make_aware(datetime.combine(first, midnight)),
        timezone.make_aware(datetime.combine(last + timedelta(days=1), midnight)),
    )
