"""The error that a payment was declined with, made again from what is kept of it: a code, and the good or field at fault."""

from __future__ import annotations

from django.conf import settings

from wallet.errors import WalletError
from wallet.models import Payment
from wallet.qr_errors import GoodsUntold


def error_of(decline: str, detail: str = "") -> WalletError:
    """The error with this code, all that its message needs filled in; of a code that nobody knows, the family's own."""
    for kind in WalletError.__subclasses__():
        if kind.code == decline:
            known = {"limit": settings.WALLET["payment_limit"], "item": detail}
            return kind(**{name: value for name, value in known.items() if f"%({name})s" in str(kind.message)})
    return WalletError()


def for_the_payer(payment: Payment) -> WalletError:
    """The same for a payment at a code that the merchant presents: its payer reads it, and cannot list goods."""
    if payment.decline == GoodsUntold.code:
        return GoodsUntold()
    return error_of(payment.decline, payment.decline_detail)
