"""What may be paid, held and received at most. The figures are regulation and policy: settings.WALLET holds them."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def today_began(moment: datetime) -> datetime:
    """Midnight in Jakarta before the moment."""
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


def month_began(moment: datetime) -> datetime:
    """Midnight in Jakarta at the beginning of the moment's month."""
    return today_began(moment).replace(day=1)


def for_redemption(moment: datetime) -> tuple[int, int, datetime, int]:
    """The composite ``wallet_limits`` of wallet/sql: rupiah a payment, rupiah a day, since when, declines a code."""
    rules = settings.WALLET
    return rules["payment_limit"], rules["daily_limit"], today_began(moment), rules["code_declines"]
