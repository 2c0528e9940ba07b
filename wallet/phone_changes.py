"""Whoever has a holder's telephone makes a PIN with it once the old one is forgotten: so a new telephone is not trusted at once.

For some days after one officer, or a file, has put another telephone in place of the holder's, an old PIN is forgotten, and a new
one made in its place, only where two officers have agreed (`wallet.recovery`), in whichever order it is tried. This app knows
no telephone: `settings.WALLET["phone_changed"]` names the function that is given a wallet's id and says when that last was.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
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
    forgotten = (WalletStep.Kind.RECOVERED, WalletStep.Kind.PIN_RESET)
    return WalletStep.objects.filter(wallet=wallet, kind__in=forgotten).exists()
