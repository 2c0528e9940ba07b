"""Holds for suspected fraud: who may not be paid, or not be settled, why, by whom, and until when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wallet.errors import ReasonMissing
from wallet.fraud.errors import HoldReleased, NothingToHold
from wallet.models import FraudCase, FraudHold, FraudRule, FraudSignal, Merchant, Wallet
from wallet.transactions import retried

Kind = FraudHold.Kind


def place_by_rule(case: FraudCase, rule: FraudRule, signal: FraudSignal) -> FraudHold | None:
    """The hold that the rule asks for, with what was measured as its reason; at most once a case. None if there was one.

    It ends by itself after settings.WALLET["fraud_hold"] if no officer takes it over. Needs a transaction.
    """
    kind = Kind(rule.action)
    if case.holds.filter(kind=kind).exists():
        return None
    _lock_subject(case)
    end_due()
    if _in_force(case, kind).exists():
        return None
    said = {
        "signal": rule.get_signal_display(),
        "rule": rule.pk,
        "measured": signal.measured,
        "threshold": rule.threshold,
    }
    reason = _("Aturan %(rule)s (%(signal)s): terukur %(measured)s, ambang %(threshold)s.") % said
    return FraudHold.objects.create(
        case=case,
        wallet_id=case.wallet_id,
        merchant_id=case.merchant_id,
        kind=kind,
        reason=reason[:300],
        until=timezone.now() + settings.WALLET["fraud_hold"],
    )


@retried
def place(case: FraudCase, kind: str, by: AbstractBaseUser, reason: str) -> FraudHold:
    """The officer stops new payments of the case's wallet or merchant, or its settlement, until somebody releases it.

    A rule's hold of the same kind is taken over; an officer's stays as it is and is returned.
    Raises ReasonMissing, NothingToHold.
    """
    if not reason.strip():
        raise ReasonMissing
    if case.device is not None or (kind == Kind.SETTLEMENT and case.merchant_id is None):
        raise NothingToHold
    _lock_subject(case)
    end_due()
    for hold in _in_force(case, Kind(kind)):
        if hold.placed_by_id is not None:
            return hold
        release(hold, by, _("Diambil alih petugas: %(reason)s") % {"reason": reason.strip()[:150]})
    return FraudHold.objects.create(
        case=case,
        wallet_id=case.wallet_id,
        merchant_id=case.merchant_id,
        kind=kind,
        reason=reason.strip(),
        placed_by_id=by.pk,
    )


@retried
def release(hold: FraudHold, by: AbstractBaseUser, reason: str) -> FraudHold:
    """Lets payments, or the settlement, go on. Raises ReasonMissing, HoldReleased."""
    if not reason.strip():
        raise ReasonMissing
    changed = FraudHold.objects.filter(pk=hold.pk, released_at=None).update(
        released_at=timezone.now(), released_by_id=by.pk, release_reason=reason.strip()[:200]
    )
    if changed != 1:
        raise HoldReleased
    hold.refresh_from_db()
    return hold


def end_due() -> int:
    """Notes the end of rules' holds that no officer took over in time; returns how many. They stop nothing since their end."""
    now = timezone.now()
    over = FraudHold.objects.filter(released_at=None, until__lte=now)
    return over.update(released_at=now, release_reason=_("Waktunya habis tanpa keputusan petugas."))


def _in_force(case: FraudCase, kind: FraudHold.Kind) -> QuerySet[FraudHold]:
    subject = {"wallet": case.wallet_id} if case.wallet_id is not None else {"merchant": case.merchant_id}
    return FraudHold.objects.filter(kind=kind, released_at=None, **subject)


def _lock_subject(case: FraudCase) -> None:
    """Two officers, or an officer and a rule, place one hold: the second sees the first's."""
    if case.wallet_id is not None:
        Wallet.objects.select_for_update(no_key=True).get(pk=case.wallet_id)
    if case.merchant_id is not None:
        Merchant.objects.select_for_update(no_key=True).get(pk=case.merchant_id)
