"""Whoever has a holder's telephone makes a PIN with it once the old one is forgotten: so a new telephone is not trusted at once.

For some days after one officer, or a file, has put another telephone in place of the holder's, an old PIN is forgotten, and a new
one made in its place, only where two officers have agreed (`wallet.recovery`), in whichever order it is tried. This app knows
no telephone: `settings.WALLET["phone_changed"]` names the function that is given a wallet's id and says when that last was.
Money that goes where another telephone leads counts as well (`wallet.pooling`).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from wallet.models import RecoveryProposal, Wallet, WalletStep


def takes_two(wallet: Wallet) -> bool:
    """True if the holder's telephone is new, and no two officers have given the wallet back to its holder since."""
    path: str = settings.WALLET["phone_changed"]
    changed: datetime | None = import_string(path)(wallet.pk) if path else None
    if changed is None or changed < timezone.now() - settings.WALLET["phone_new_for"]:
        return False
    agreed = RecoveryProposal.objects.filter(wallet=wallet, status=RecoveryProposal.Status.AGREED)
    return not agreed.filter(decided_at__gte=changed).exists()


def had_pin(wallet: Wallet) -> bool:
    """True if an officer has made a PIN of the wallet be forgotten before: the next one is not the holder's first."""
    return _forgotten(wallet).exists()


def forgotten_by_one(wallet: Wallet) -> bool:
    """True if an officer alone has made a PIN be forgotten since two last agreed to give the wallet back, or ever."""
    agreed = RecoveryProposal.objects.filter(wallet=wallet, status=RecoveryProposal.Status.AGREED)
    last = agreed.aggregate(last=Max("decided_at"))["last"]
    if last is None:
        return had_pin(wallet)
    # Agreeing is a step of its own (`recovery.agree`), within the transaction that began at that moment.
    return _forgotten(wallet).filter(created_at__gte=last).count() > 1


def _forgotten(wallet: Wallet) -> QuerySet[WalletStep]:
    kinds = (WalletStep.Kind.RECOVERED, WalletStep.Kind.PIN_RESET)
    return WalletStep.objects.filter(wallet=wallet, kind__in=kinds)
