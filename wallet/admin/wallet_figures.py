"""What a wallet holds, as its page and its steps tell it."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wallet import purses
from wallet.admin.rows import money
from wallet.models import Wallet


def figures(wallet: Wallet) -> list[tuple[Any, SafeString]]:
    """What the wallet holds, what of it is held, what can be spent now."""
    now = purses.balance(purses.in_wallet(wallet))
    return [
        (_("Saldo buku"), money(now.book)),
        (_("Ditahan pedagang"), money(now.held)),
        (_("Dapat dipakai sekarang"), money(now.usable)),
    ]
