"""Cases: what the rules found about one subject on one day, scored; and what officers decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Q, Sum
from django.utils import timezone

from wallet.errors import ReasonMissing
from wallet.fraud import holds
from wallet.fraud.errors import CaseDecided
from wallet.fraud.signals import EVIDENCE, Hit
from wallet.models import FraudCase, FraudRule, FraudSignal
from wallet.transactions import retried

S = FraudCase.Status
HIGHEST = 100


@dataclass(frozen=True, slots=True)
class Day:
    """How many cases a day brought, by what became of them."""

    day: date
    open: int
    confirmed: int
    dismissed: int


def note(rule: FraudRule, hit: Hit) -> tuple[bool, bool]:
    """Adds what the rule found to the subject's open case of that day.

    Returns whether anything was noted, and whether the case is new. Noted again, it only grows. What an officer has decided
    stays decided: `signals.find` measures what came since. Needs a transaction.
    """
    day = timezone.localtime(hit.at).date()
    subject: dict[str, Any] = {"wallet_id": hit.wallet, "merchant_id": hit.merchant, "device": hit.device}
    case, new = FraudCase.objects.get_or_create(**subject, day=day, status=S.OPEN, defaults={"score": 1})
    if not new:
        case = FraudCase.objects.select_for_update(no_key=True).get(pk=case.pk)
    if case.status != S.OPEN:  # decided at this moment: what came since is measured with what comes next
        return False, False
    signal, _ = FraudSignal.objects.get_or_create(
        case=case, rule=rule, defaults={"measured": hit.measured, "points": points(rule, hit.measured), "at": hit.at}
    )
    signal.measured = max(signal.measured, hit.measured)
    signal.points = points(rule, signal.measured)
    signal.at = max(signal.at, hit.at)
    signal.transfers = sorted({*signal.transfers, *hit.transfers})[-EVIDENCE:]
    signal.wallets = sorted({*signal.wallets, *hit.wallets})[-EVIDENCE:]
    signal.save(update_fields=["measured", "points", "at", "transfers", "wallets"])
    total = case.signals.aggregate(total=Sum("points"))["total"]
    case.score = min(HIGHEST, total)
    case.save(update_fields=["score"])
    if rule.action != FraudRule.Action.QUEUE:
        holds.place_by_rule(case, rule, signal)
    return True, new


def points(rule: FraudRule, measured: int) -> int:
    """The rule's weight at its threshold, growing with what was measured, to twice the weight."""
    return max(1, min(HIGHEST, 2 * rule.weight, rule.weight * measured // rule.threshold))


@retried
def dismiss(case: FraudCase, by: AbstractBaseUser, reason: str) -> FraudCase:
    """It was nothing: what was held for it is released. Raises ReasonMissing, CaseDecided."""
    case = _decide(case, S.DISMISSED, by, reason)
    for hold in case.holds.filter(released_at=None):
        holds.release(hold, by, reason)
    return case


@retried
def confirm(case: FraudCase, by: AbstractBaseUser, reason: str) -> FraudCase:
    """It was fraud: what a rule held, the officer holds from now on. Raises ReasonMissing, CaseDecided."""
    case = _decide(case, S.CONFIRMED, by, reason)
    for hold in case.holds.filter(released_at=None, placed_by=None):
        holds.place(case, hold.kind, by, reason)
    return case


def of_the_last_days(days: int) -> list[Day]:
    """The cases of each of the last days, of those without any too, oldest first; [] if none of them had any."""
    since = timezone.localdate() - timedelta(days=days - 1)
    rows = FraudCase.objects.filter(day__gte=since).values("day").order_by("day")
    counted: Any = rows.annotate(**{status.value: Count("pk", filter=Q(status=status)) for status in S})
    found = {row["day"]: Day(row["day"], row["open"], row["confirmed"], row["dismissed"]) for row in counted}
    every = (since + timedelta(days=number) for number in range(days))
    return [found.get(day) or Day(day, 0, 0, 0) for day in every] if found else []


def precision(rule: FraudRule) -> tuple[int, int]:
    """Of the decided cases that the rule is part of: how many were confirmed, and how many there are."""
    decided = FraudCase.objects.filter(signals__rule=rule).exclude(status=S.OPEN)
    counted = decided.aggregate(confirmed=Count("pk", filter=Q(status=S.CONFIRMED)), all=Count("pk"))
    return counted["confirmed"], counted["all"]


def _decide(case: FraudCase, status: FraudCase.Status, by: AbstractBaseUser, reason: str) -> FraudCase:
    if not reason.strip():
        raise ReasonMissing
    changed = FraudCase.objects.filter(pk=case.pk, status=S.OPEN).update(
        status=status, decided_by_id=by.pk, decided_at=timezone.now(), decision_reason=reason.strip()
    )
    if changed != 1:
        raise CaseDecided
    case.refresh_from_db()
    return case
