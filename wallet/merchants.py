"""What becomes of a merchant after its approval: at work, suspended, closed; its credit for refunds.

What else is to change about it, two officers decide (`merchant_changes`).

Each step is one conditional UPDATE that must hit one row, and one line in the merchant's history, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from wallet import ledger
from wallet.errors import ReasonMissing
from wallet.merchant_errors import MerchantHasHolds, MerchantIncomplete, MerchantMoved, SuspensionInPast
from wallet.merchant_states import origins
from wallet.models import Account, Hold, Merchant, MerchantStep
from wallet.transactions import retried

S, K = Merchant.Status, MerchantStep.Kind


def activate(merchant: Merchant, reason: str, by: str) -> Merchant:
    """From now on the merchant takes payments. Raises MerchantIncomplete, MerchantMoved, ReasonMissing."""
    wanted = {gettext("NMID"): merchant.nmid, gettext("rekening bank"): merchant.bank_account_sealed}
    if missing := [name for name, value in wanted.items() if not value]:
        raise MerchantIncomplete(missing=", ".join(missing))
    return _move(merchant, S.ACTIVE, K.ACTIVATED, reason, by, since=[S.APPROVED])


def suspend(merchant: Merchant, reason: str, by: str, until: datetime | None = None) -> Merchant:
    """New payments are refused from now on, until that moment or until it is reactivated; what it is owed is settled.

    Raises MerchantMoved, ReasonMissing, SuspensionInPast.
    """
    if until is not None and until <= timezone.now():
        raise SuspensionInPast
    return _move(merchant, S.SUSPENDED, K.SUSPENDED, reason, by, until=until)


def reactivate(merchant: Merchant, reason: str, by: str) -> Merchant:
    """It takes payments again. Raises MerchantMoved, ReasonMissing."""
    return _move(merchant, S.ACTIVE, K.REACTIVATED, reason, by, since=[S.SUSPENDED])


@retried
def close(merchant: Merchant, reason: str, by: str) -> Merchant:
    """For good: no payment, no hold, no capture. What it is owed is still settled.

    Raises MerchantHasHolds (they are captured or voided first), MerchantMoved, ReasonMissing.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if held := Hold.objects.filter(merchant=merchant, status=Hold.Status.HELD).count():
        raise MerchantHasHolds(count=held)
    return _move(merchant, S.CLOSED, K.CLOSED, reason, by)


def reactivate_due(moment: datetime | None = None) -> Iterator[Merchant]:
    """Ends the suspensions whose time is over; one transaction each, safe to repeat and to race. Yields those it ended."""
    moment = moment or timezone.now()
    for merchant in Merchant.objects.filter(status=S.SUSPENDED, suspended_until__lte=moment).order_by("pk"):
        try:
            yield _move(
                merchant,
                S.ACTIVE,
                K.REACTIVATED,
                gettext("Masa penangguhan berakhir."),
                "",
                since=[S.SUSPENDED],
                only=Q(suspended_until__lte=moment),
            )
        except MerchantMoved:  # an officer was faster
            continue


def give_credit(merchant: Merchant, refund_credit: int) -> None:
    """Sets on the instance, which the caller saves, how much may be refunded beyond what is owed. Needs a transaction."""
    merchant.refund_credit = refund_credit
    if refund_credit and merchant.advance_id is None:
        merchant.advance = ledger.open_account(Account.Kind.ADVANCE, merchant.name)


@retried
def _move(
    merchant: Merchant,
    target: Merchant.Status,
    kind: MerchantStep.Kind,
    reason: str,
    by: str,
    *,
    since: list[Merchant.Status] | None = None,
    until: datetime | None = None,
    only: Q | None = None,
) -> Merchant:
    if not reason.strip():
        raise ReasonMissing
    rows = Merchant.objects.filter(only or Q(), pk=merchant.pk, status__in=since or origins(target))
    if rows.update(status=target, suspended_until=until) != 1:
        raise MerchantMoved
    _note(merchant, kind, reason, by, until)
    merchant.refresh_from_db()
    return merchant


def _note(merchant: Merchant, kind: MerchantStep.Kind, reason: str, by: str, until: datetime | None = None) -> None:
    MerchantStep.objects.create(merchant=merchant, kind=kind, reason=reason.strip(), by=by, until=until)
