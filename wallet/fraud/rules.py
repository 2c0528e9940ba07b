"""Fraud rules as data: drafted, tried against history, proposed by one officer, put in force by another, and replaced or ended.

Who wrote a rule's figures, or proposed it, does not put it in force; who proposed its end does not end it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from wallet.errors import ReasonMissing
from wallet.fraud import signals
from wallet.fraud.errors import RuleMoved, RuleNotTried, RuleOfTheSameOfficer
from wallet.models import FraudCase, FraudRule
from wallet.transactions import retried

S, Signal, Action = FraudRule.Status, FraudRule.Signal, FraudRule.Action
TRANSITIONS = {  # a rule begins as a draft (a trigger says the same, and keeps a rule that was ever in force as it is)
    (S.DRAFT, S.PROPOSED),
    (S.PROPOSED, S.AGREED),
    (S.PROPOSED, S.DRAFT),  # sent back, to be changed
    (S.DRAFT, S.WITHDRAWN),
    (S.PROPOSED, S.WITHDRAWN),
}
TRIED_DAYS = 30
MINUTE, HOUR, DAY = 60, 3_600, 86_400
# Where to begin: drafts, which two officers put in force when they have tried them on their own history.
STANDARD: tuple[dict[str, Any], ...] = (
    {"signal": Signal.FULL_DRAIN, "threshold": 95, "window": 10 * MINUTE, "minimum_amount": 100_000, "weight": 25},
    {"signal": Signal.SHARED_DEVICE, "threshold": 6, "window": 7 * DAY, "weight": 40},
    {
        "signal": Signal.CONCENTRATION,
        "threshold": 60,
        "window": DAY,
        "minimum_amount": 2_000_000,
        "minimum_count": 10,
        "weight": 30,
    },
    {"signal": Signal.ROUND_TRIP, "threshold": 3, "window": DAY, "minimum_amount": 20_000, "weight": 40},
    {"signal": Signal.ODD_HOURS, "threshold": 5, "window": 4 * HOUR, "from_hour": 0, "to_hour": 5, "weight": 25},
    {"signal": Signal.VELOCITY, "threshold": 6, "window": 10 * MINUTE, "weight": 30},
)


def standard() -> int:
    """Drafts the house's rule for each signal that has none at all; returns how many. Safe to repeat."""
    known = set(FraudRule.objects.values_list("signal", flat=True))
    missing = [fields for fields in STANDARD if fields["signal"] not in known]
    for fields in missing:
        FraudRule.objects.create(**fields, reason="Aturan awal")
    return len(missing)


def in_force(moment: datetime) -> list[FraudRule]:
    """The rules in force at the moment, one a signal."""
    current = Q(valid_until=None) | Q(valid_until__gt=moment)
    return list(FraudRule.objects.filter(current, status=S.AGREED, valid_from__lte=moment).order_by("signal"))


def change(rule: FraudRule, **fields: Any) -> FraudRule:
    """A draft with other figures: what was tried with the old ones is forgotten. Raises RuleMoved.

    `written_by` among the fields is the officer, who then does not agree to it.
    """
    untried = {"tried_from": None, "tried_until": None, "tried_found": None, "tried_confirmed": None}
    if FraudRule.objects.filter(pk=rule.pk, status=S.DRAFT).update(**fields, **untried) != 1:
        raise RuleMoved
    rule.refresh_from_db()
    return rule


def try_out(rule: FraudRule, days: int = TRIED_DAYS) -> FraudRule:
    """What the rule would have flagged in the last days, day by day, and how much of that officers confirmed; kept with it.

    Nothing else happens: no case, no hold. Raises RuleMoved (it is no draft or proposal any more).
    """
    until = timezone.now()
    since = until - timedelta(days=days)
    found = {
        (hit.wallet, hit.merchant, hit.device, timezone.localtime(hit.at).date()) for hit in _over(rule, since, until)
    }
    confirmed = sum(
        FraudCase.objects.filter(
            wallet=wallet, merchant=merchant, device=device, day=day, status=FraudCase.Status.CONFIRMED
        ).exists()
        for wallet, merchant, device, day in found
    )
    kept = FraudRule.objects.filter(pk=rule.pk, status__in=[S.DRAFT, S.PROPOSED]).update(
        tried_from=since, tried_until=until, tried_found=len(found), tried_confirmed=confirmed
    )
    if kept != 1:
        raise RuleMoved
    rule.refresh_from_db()
    return rule


def _over(rule: FraudRule, since: datetime, until: datetime) -> Iterator[signals.Hit]:
    while since < until:
        end = min(since + timedelta(days=1), until)
        yield from signals.find(rule, since, end)
        since = end


@retried
def propose(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """Asks another officer to put the draft in force. Raises ReasonMissing, RuleMoved, RuleNotTried."""
    rule = FraudRule.objects.select_for_update().get(pk=rule.pk)
    if rule.tried_found is None:
        raise RuleNotTried
    return _move(rule, S.PROPOSED, reason, proposed_by_id=by.pk)


@retried
def send_back(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """Not like this: a draft again. Raises ReasonMissing, RuleMoved."""
    return _move(rule, S.DRAFT, reason, proposed_by_id=None)


@retried
def withdraw(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """It will never be in force. Raises ReasonMissing, RuleMoved."""
    return _move(rule, S.WITHDRAWN, reason)


@retried
def agree(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """In force from now on, in the place of the signal's rule until now.

    Raises ReasonMissing, RuleMoved, RuleNotTried, RuleOfTheSameOfficer.
    """
    rule = FraudRule.objects.select_for_update().get(pk=rule.pk)
    if rule.status != S.PROPOSED:
        raise RuleMoved
    if by.pk in (rule.proposed_by_id, rule.written_by_id):
        raise RuleOfTheSameOfficer
    if rule.tried_found is None:
        raise RuleNotTried
    now = timezone.now()
    FraudRule.objects.filter(signal=rule.signal, status=S.AGREED, valid_until=None).update(valid_until=now)
    return _move(rule, S.AGREED, reason, decided_by_id=by.pk, decided_at=now, valid_from=now)


@retried
def propose_end(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """Asks another officer to end a rule in force with nothing in its place. Raises ReasonMissing, RuleMoved."""
    return _change_in_force(rule, reason, end_proposed_by_id=by.pk)


@retried
def end(rule: FraudRule, by: AbstractBaseUser, reason: str) -> FraudRule:
    """Out of force from now on, as another officer proposed. Raises ReasonMissing, RuleMoved, RuleOfTheSameOfficer."""
    rule = FraudRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.end_proposed_by_id is None:
        raise RuleMoved
    if rule.end_proposed_by_id == by.pk:
        raise RuleOfTheSameOfficer
    return _change_in_force(rule, reason, valid_until=timezone.now(), ended_by_id=by.pk)


def _change_in_force(rule: FraudRule, reason: str, **changes: Any) -> FraudRule:
    if not reason.strip():
        raise ReasonMissing
    if FraudRule.objects.filter(pk=rule.pk, status=S.AGREED, valid_until=None).update(**changes) != 1:
        raise RuleMoved
    rule.refresh_from_db()
    return rule


def _move(rule: FraudRule, target: FraudRule.Status, reason: str, **changes: Any) -> FraudRule:
    if not reason.strip():
        raise ReasonMissing
    origins = [origin for origin, to in TRANSITIONS if to == target]
    rows = FraudRule.objects.filter(pk=rule.pk, status__in=origins)
    if rows.update(status=target, reason=reason.strip()[:200], **changes) != 1:
        raise RuleMoved
    rule.refresh_from_db()
    return rule
